"""How each node speaks to the city"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("nodes", sa.Column("link", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("nodes", "link")
