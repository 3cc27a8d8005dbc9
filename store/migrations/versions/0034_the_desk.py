"""A case's inside states, the three dues of its promise, who works on it; its pauses; and what people said in rows of
their own"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_INSIDE = {"received": "submitted", "checked": "confirmed", "done": "fixed"}
_OUTSIDE = {
    "submitted": "received",
    "confirmed": "checked",
    "investigating": "checked",
    "internal_referral": "checked",
    "action_scheduled": "checked",
    "fixed": "done",
    "fixed_by_resident": "done",
    "fixed_by_sensor": "done",
    "no_further_action": "done",
    "duplicate": "done",
    "hidden": "done",
}
_TIMES = ("finish_due_us", "respond_due_us", "verify_due_us", "answered_us", "triaged_us", "paused_us")


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": sa.text(condition), "postgresql_where": sa.text(condition)}


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def upgrade() -> None:
    for table in ("cases", "case_updates"):
        op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN state TO status"))
        for outside, inside in _INSIDE.items():
            _replace(table, outside, inside)
    for name in _TIMES:
        op.add_column("cases", sa.Column(name, sa.BigInteger(), nullable=True))
    for name in ("owner", "duplicate_of"):
        op.add_column("cases", sa.Column(name, sa.Text(), server_default="", nullable=False))
    for name in ("escalated", "reopened"):
        op.add_column("cases", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE cases SET finish_due_us = due_us"))
    op.drop_column("cases", "due_us")
    # What a sensor ended was ended by it, and what somebody has worked on was looked at then.
    op.execute(
        sa.text("UPDATE case_updates SET status = 'fixed_by_sensor' WHERE status = 'fixed' AND author = 'sensor'")
    )
    op.execute(
        sa.text(
            "UPDATE cases SET status = 'fixed_by_sensor' WHERE status = 'fixed' AND NOT EXISTS (SELECT 1 FROM"
            " case_updates u WHERE u.number = cases.number AND u.status = 'fixed')"
        )
    )
    op.execute(
        sa.text(
            "UPDATE cases SET triaged_us = CASE WHEN source = 'sensor' THEN opened_us ELSE updated_us END"
            " WHERE source = 'sensor' OR status <> 'submitted'"
        )
    )
    op.create_index("ix_cases_at_work", "cases", ["city", "agency", "opened_us"], **_where("closed_us IS NULL"))
    op.create_index("ix_cases_place", "cases", ["city", "lat"], **_where("closed_us IS NULL"))
    op.add_column("case_updates", sa.Column("inner", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("case_updates", sa.Column("person", sa.Text(), server_default="", nullable=False))
    op.create_table(
        "case_pauses",
        *_texts("number"),
        sa.Column("from_us", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        *_texts("reason", "note"),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_case_pauses_number_cases")),
        sa.PrimaryKeyConstraint("number", "from_us", name=op.f("pk_case_pauses")),
    )
    op.create_table(
        "reports",
        *_texts("id", "city"),
        sa.Column("number", sa.Text(), nullable=True),
        *_texts("key"),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        *_texts("source", "category"),
        sa.Column("lat", sa.Float(53), nullable=False),
        sa.Column("lon", sa.Float(53), nullable=False),
        *_texts("region", "text", "language", "name", "contact", "account"),
        sa.Column("anonymous", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Boolean(), nullable=False),
        *_texts("queue"),
        sa.Column("erased_us", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["city"], ["cities.code"], name=op.f("fk_reports_city_cities")),
        sa.ForeignKeyConstraint(["number"], ["cases.number"], name=op.f("fk_reports_number_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
    )
    op.create_index("uq_reports_key", "reports", ["city", "key"], unique=True)
    op.create_index("ix_reports_number", "reports", ["number", "at_us"])
    op.create_index("ix_reports_account", "reports", ["city", "account", "at_us"], **_where("account <> ''"))
    op.create_index("ix_reports_aside", "reports", ["city", "at_us"], **_where("queue = 'shadow'"))
    _move_words()


def _move_words() -> None:
    """A resident's own words become a report. Until somebody has looked, the case itself says nothing."""
    connection = op.get_bind()
    found = connection.execute(
        sa.text(
            "SELECT number, city, event, opened_us, category, lat, lon, region, description, triaged_us FROM cases"
            " WHERE source = 'citizen'"
        )
    ).all()
    for row in found:
        description = json.loads(row.description) if isinstance(row.description, str) else row.description
        connection.execute(
            sa.text(
                "INSERT INTO reports (id, city, number, key, at_us, source, category, lat, lon, region, text, language,"
                " name, contact, account, anonymous, secret, queue) VALUES (:id, :city, :number, :key, :at_us,"
                " 'open311', :category, :lat, :lon, :region, :text, 'id', '', '', '', :no, :no, 'open')"
            ),
            {
                "id": row.event,
                "city": row.city,
                "number": row.number,
                "key": row.event,
                "at_us": row.opened_us,
                "category": row.category,
                "lat": row.lat,
                "lon": row.lon,
                "region": row.region,
                "text": description.get("id", ""),
                "no": False,
            },
        )
        if row.triaged_us is None:
            connection.execute(
                sa.text("UPDATE cases SET description = :nothing WHERE number = :number"),
                {"nothing": "{}", "number": row.number},
            )
    connection.execute(sa.text("UPDATE cases SET event = NULL WHERE source = 'citizen'"))


def _replace(table: str, before: str, after: str) -> None:
    update = sa.text(f"UPDATE {table} SET status = :after WHERE status = :before")  # noqa: S608 - our own names
    op.get_bind().execute(update, {"after": after, "before": before})


def downgrade() -> None:
    connection = op.get_bind()
    for row in connection.execute(sa.text("SELECT number, key, text FROM reports WHERE number IS NOT NULL")).all():
        connection.execute(
            sa.text(
                "UPDATE cases SET event = :key, description = :text WHERE number = :number AND event IS NULL"
                " AND source = 'citizen'"
            ),
            {"key": row.key, "number": row.number, "text": json.dumps({"id": row.text, "en": row.text})},
        )
    op.drop_table("reports")
    op.drop_table("case_pauses")
    op.drop_index("ix_cases_place", "cases")
    op.drop_index("ix_cases_at_work", "cases")
    op.add_column("cases", sa.Column("due_us", sa.BigInteger(), server_default="0", nullable=False))
    op.execute(sa.text("UPDATE cases SET due_us = COALESCE(finish_due_us, opened_us)"))
    for name in (*_TIMES, "owner", "duplicate_of", "escalated", "reopened"):
        op.drop_column("cases", name)
    for name in ("inner", "person"):
        op.drop_column("case_updates", name)
    for table in ("cases", "case_updates"):
        for inside, outside in _OUTSIDE.items():
            _replace(table, inside, outside)
        op.execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN status TO state"))
