"""Who follows what, what residents are told beside bulletins, and the order in which both are walked through"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def upgrade() -> None:
    op.create_table(
        "numbers",
        *_texts("city", "what"),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("city", "what", name=op.f("pk_numbers")),
    )
    op.create_table(
        "notices",
        *_texts("id", "city"),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        *_texts("topic"),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("expires_us", sa.BigInteger(), nullable=True),
        *_texts("event", "node"),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("update", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("text", "brief")),
        *_texts("credit", "link"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index("uq_notices_seq", "notices", ["city", "seq"], unique=True)
    op.create_table(
        "subscriptions",
        sa.Column("serial", _NUMBER, autoincrement=True, nullable=False),
        *_texts("id", "city", "kind", "address", "language"),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in ("topics", "gauges", "regions")),
        sa.Column("whole_city", sa.Boolean(), nullable=False),
        sa.Column("from_level", sa.Integer(), nullable=False),
        sa.Column("quiet_from_min", sa.Integer(), nullable=True),
        sa.Column("quiet_to_min", sa.Integer(), nullable=False),
        *_texts("label", "state"),
        sa.Column("paused_until_us", sa.BigInteger(), nullable=True),
        sa.Column("created_us", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_us", sa.BigInteger(), nullable=True),
        *_texts("reason", "scope", "manage_digest", "code_digest"),
        sa.Column("wrong_codes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("id", name=op.f("uq_subscriptions_id")),
    )
    told = _where("state IN ('active', 'paused')")
    op.create_index("ix_subscriptions_walk", "subscriptions", ["city", "kind", "serial"], **told)
    scope = ["city", "kind", "address", "scope"]
    op.create_index("uq_subscriptions_scope", "subscriptions", scope, unique=True, **_where("address <> ''"))
    link = _where("manage_digest <> ''")
    op.create_index("uq_subscriptions_manage", "subscriptions", ["manage_digest"], unique=True, **link)
    op.create_index("ix_subscriptions_code", "subscriptions", ["code_digest"], **_where("code_digest <> ''"))

    op.add_column("bulletins", sa.Column("seq", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(
        "UPDATE bulletins SET seq = (SELECT count(*) FROM bulletins AS b WHERE b.city = bulletins.city AND "
        "(b.at_us, b.incident, b.number) <= (bulletins.at_us, bulletins.incident, bulletins.number))"
    )
    op.execute("INSERT INTO numbers SELECT city, 'bulletin', max(seq) FROM bulletins GROUP BY city")
    op.create_index("uq_bulletins_seq", "bulletins", ["city", "seq"], unique=True)


def downgrade() -> None:
    op.drop_index("uq_bulletins_seq", "bulletins")
    op.drop_column("bulletins", "seq")
    for table in ("subscriptions", "notices", "numbers"):
        op.drop_table(table)
