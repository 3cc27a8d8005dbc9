"""What people decide about alarms, and whose word a change rests on"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    op.create_index("uq_decisions_number", "decisions", ["city", "number"], unique=True)
    for name, columns, where in (
        ("ix_decisions_incident", ["incident"], "incident <> ''"),
        ("ix_decisions_event", ["event"], "event <> ''"),
        ("ix_decisions_until", ["city", "until_us"], "until_us IS NOT NULL"),
    ):
        op.create_index(name, "decisions", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    op.add_column("changes", sa.Column("source", sa.Text(), nullable=False, server_default="sensor"))
    op.add_column("changes", sa.Column("held", sa.Text(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("changes", "held")
    op.drop_column("changes", "source")
    op.drop_table("decisions")
