"""How long the water takes between two gauges, as history taught it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "travels",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("downstream", sa.Text(), nullable=False),
        sa.Column("earliest_s", sa.Float(53), nullable=False),
        sa.Column("usual_s", sa.Float(53), nullable=False),
        sa.Column("latest_s", sa.Float(53), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("forecasts", sa.BigInteger(), nullable=False),
        sa.Column("error_s", sa.Float(53), nullable=True),
        sa.Column("learned_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "upstream", "downstream", name=op.f("pk_travels")),
    )


def downgrade() -> None:
    op.drop_table("travels")
