"""How grave what a rule finds is, so that a silence by severity is seen where it holds"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Empty until an engine says it, which it does at its next start."""
    op.add_column("rules", sa.Column("severity", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("rules", "severity")
