"""What goes to residents, and what became of it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _us(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger(), nullable=False) for name in names]


def upgrade() -> None:
    op.create_table(
        "reach_walks",
        *_text("telling", "city", "thread"),
        *_us("at_us", "begun_us"),
        sa.Column("exempt", sa.Boolean(), nullable=False),
        *_us("rests_us"),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("cursors", sa.JSON(), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("telling", name=op.f("pk_reach_walks")),
    )
    op.create_index("ix_reach_walks_begun", "reach_walks", ["city", "begun_us"])
    op.create_index("ix_reach_walks_thread", "reach_walks", ["city", "thread", "at_us"])
    op.create_table(
        "reach_cursors",
        *_text("city", "source"),
        *_us("seq"),
        sa.PrimaryKeyConstraint("city", "source", name=op.f("pk_reach_cursors")),
    )
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "sends",
        sa.Column("id", number, autoincrement=True, nullable=False),
        *_text("key", "city", "telling", "thread", "subscription", "kind"),
        sa.Column("rank", sa.Integer(), nullable=False),
        *_text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        *_us("not_before_us"),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        *_us("created_us"),
        sa.Column("settled_us", sa.BigInteger(), nullable=True),
        *_text("reason", "said", "token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sends")),
    )
    waiting, named = sa.text("state = 'waiting'"), sa.text("token <> ''")
    op.create_index("uq_sends_key", "sends", ["key"], unique=True)
    for name, columns in (
        ("ix_sends_waiting", ["city", "kind", "rank", "id"]),
        ("ix_sends_thread", ["subscription", "thread", "id"]),
    ):
        op.create_index(name, "sends", columns, sqlite_where=waiting, postgresql_where=waiting)
    op.create_index("uq_sends_token", "sends", ["token"], unique=True, sqlite_where=named, postgresql_where=named)
    op.create_index("ix_sends_settled", "sends", ["city", "settled_us"])
    op.create_table(
        "reach_counts",
        *_text("telling", "kind", "state", "reason", "city"),
        *_us("count"),
        sa.PrimaryKeyConstraint("telling", "kind", "state", "reason", name=op.f("pk_reach_counts")),
    )
    op.create_index("ix_reach_counts_city", "reach_counts", ["city"])
    op.create_table(
        "reach_spent",
        *_text("city", "kind", "day"),
        *_us("count"),
        sa.PrimaryKeyConstraint("city", "kind", "day", name=op.f("pk_reach_spent")),
    )


def downgrade() -> None:
    for table in ("reach_spent", "reach_counts", "sends", "reach_cursors", "reach_walks"):
        op.drop_table(table)
