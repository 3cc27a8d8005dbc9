"""From when until when what was announced holds, so that it ends in time after a restart, too"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing that is kept so far was announced."""
    op.add_column("incidents", sa.Column("begins_us", sa.BigInteger(), nullable=True))
    op.add_column("incidents", sa.Column("until_us", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("incidents", "until_us")
    op.drop_column("incidents", "begins_us")
