"""When sends of a telling last came to where they stand"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """0 stands where nobody kept it."""
    op.add_column("reach_counts", sa.Column("last_us", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("reach_counts", "last_us")
