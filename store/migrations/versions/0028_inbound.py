"""What people send by message, and what they say of a warning"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbound",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("intent", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("city", "source", "message", name=op.f("pk_inbound")),
    )
    op.create_index("ix_inbound_sender", "inbound", ["city", "sender", "at_us"])
    op.create_index("ix_inbound_at", "inbound", ["city", "at_us"])
    op.create_table(
        "echoes",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("bulletin", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "incident", "sender", name=op.f("pk_echoes")),
    )


def downgrade() -> None:
    op.drop_table("echoes")
    op.drop_index("ix_inbound_at", "inbound")
    op.drop_index("ix_inbound_sender", "inbound")
    op.drop_table("inbound")
