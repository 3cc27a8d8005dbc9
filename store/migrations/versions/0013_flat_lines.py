"""Gauges whose numbers are in doubt, for in a flood they stand still though the water moves"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "flat_lines",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "node", name=op.f("pk_flat_lines")),
    )


def downgrade() -> None:
    op.drop_table("flat_lines")
