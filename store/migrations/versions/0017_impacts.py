"""What a level means where people live, and what two people agree to change of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "impacts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        *_impact(),
        sa.Column("by_one", sa.Text(), nullable=False),
        sa.Column("by_two", sa.Text(), nullable=False),
        sa.Column("since_us", sa.BigInteger(), nullable=False),
        sa.Column("ended_us", sa.BigInteger(), nullable=True),
        sa.Column("ended_one", sa.Text(), nullable=False),
        sa.Column("ended_two", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impacts")),
    )
    op.create_index("ix_impacts_gauge", "impacts", ["city", "gauge"])
    op.create_table(
        "impact_proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        *_impact(),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_us", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_impact_proposals")),
    )
    op.create_index("ix_impact_proposals_created", "impact_proposals", ["city", "created_us"])


def _impact() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("gauge", sa.Text(), nullable=False),
        sa.Column("from_cm", sa.Float(53), nullable=False),
        sa.Column("rw", sa.Text(), nullable=False),
        sa.Column("depth", sa.Text(), nullable=False),
        sa.Column("muster", sa.Text(), nullable=False),
        sa.Column("muster_lat", sa.Float(53), nullable=True),
        sa.Column("muster_lon", sa.Float(53), nullable=True),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Text(), nullable=False),
        sa.Column("datum", sa.Text(), nullable=False),
        sa.Column("compared_on", sa.Text(), nullable=False),
        sa.Column("compared", sa.Text(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("impact_proposals")
    op.drop_table("impacts")
