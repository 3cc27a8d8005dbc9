"""Who is on duty when, how each is reached, and who watches from outside"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "shifts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("from_us", sa.BigInteger(), nullable=False),
        sa.Column("to_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_ends", "shifts", ["city", "to_us"])
    op.create_table(
        "ways",
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("rings", sa.Boolean(), nullable=False),
        sa.Column("verified_us", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("asked_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("person", "channel", name=op.f("pk_ways")),
    )
    op.create_index("ix_ways_city", "ways", ["city"])
    op.create_table(
        "watchers",
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "name", name=op.f("pk_watchers")),
    )
    some = sa.text("event <> ''")
    op.create_index("ix_outbox_event", "outbox", ["event"], sqlite_where=some, postgresql_where=some)


def downgrade() -> None:
    op.drop_index("ix_outbox_event", "outbox")
    op.drop_table("watchers")
    op.drop_table("ways")
    op.drop_table("shifts")
