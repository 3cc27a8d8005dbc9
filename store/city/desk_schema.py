"""The tables of the complaint desk: cases, their threads and pauses, what people said, and photos."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    false,
)

from store.city.columns import city_, code_, float_, maybe_us, metadata, text_, us, where

case_numbers = Table(
    "case_numbers",
    metadata,
    city_(),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    code_("number"),
    Column("city", Text, ForeignKey("cities.code"), nullable=False),
    Column("event", Text, nullable=True, unique=True),
    text_("category"),
    text_("agency"),
    text_("region"),
    Column("title", JSON, nullable=False),
    Column("description", JSON, nullable=False),
    float_("lat"),
    float_("lon"),
    text_("status"),
    text_("source"),
    us("opened_us"),
    us("updated_us"),
    maybe_us("finish_due_us"),
    maybe_us("closed_us"),
    Column("public", Boolean, nullable=False),
    Column("recurs", Text, nullable=True),
    maybe_us("respond_due_us"),
    maybe_us("verify_due_us"),
    maybe_us("answered_us"),
    maybe_us("triaged_us"),
    maybe_us("paused_us"),
    text_("owner", ""),
    Column("escalated", Integer, nullable=False, server_default="0"),
    Column("reopened", Integer, nullable=False, server_default="0"),
    text_("duplicate_of", ""),
    Index("ix_cases_opened", "city", "opened_us", "number"),
    Index("ix_cases_at_work", "city", "agency", "opened_us", **where("closed_us IS NULL")),
    Index("ix_cases_place", "city", "lat", **where("closed_us IS NULL")),
    Index("ix_cases_changed", "city", "updated_us"),
)

case_updates = Table(
    "case_updates",
    metadata,
    code_("key"),
    Column("number", Text, ForeignKey("cases.number"), nullable=False),
    us("at_us"),
    us("said_us"),
    text_("status"),
    Column("text", JSON, nullable=False),
    text_("author"),
    Column("inner", Boolean, nullable=False, server_default=false()),
    text_("person", ""),
    Index("ix_case_updates_number", "number", "at_us"),
    Index("ix_case_updates_said", "said_us"),
)

case_pauses = Table(
    "case_pauses",
    metadata,
    Column("number", Text, ForeignKey("cases.number"), primary_key=True),
    Column("from_us", BigInteger, primary_key=True, autoincrement=False),
    maybe_us("until_us"),
    text_("reason"),
    text_("note"),
)

reports = Table(
    "reports",
    metadata,
    code_("id"),
    Column("city", Text, ForeignKey("cities.code"), nullable=False),
    Column("number", Text, ForeignKey("cases.number"), nullable=True),
    text_("key"),
    us("at_us"),
    text_("source"),
    text_("category"),
    float_("lat"),
    float_("lon"),
    text_("region"),
    text_("text"),
    text_("language"),
    text_("name"),
    text_("contact"),
    text_("account"),
    Column("anonymous", Boolean, nullable=False),
    Column("secret", Boolean, nullable=False),
    text_("queue"),
    maybe_us("erased_us"),
    Column("attributes", JSON, nullable=False, server_default="{}"),
    Column("about_office", Boolean, nullable=False, server_default=false()),
    Index("uq_reports_key", "city", "key", unique=True),
    Index("ix_reports_number", "number", "at_us"),
    Index("ix_reports_account", "city", "account", "at_us", **where("account <> ''")),
    Index("ix_reports_aside", "city", "at_us", **where("queue = 'shadow'")),
)

photos = Table(
    "photos",
    metadata,
    code_("id"),
    Column("city", Text, ForeignKey("cities.code"), nullable=False),
    Column("number", Text, ForeignKey("cases.number"), nullable=True),
    Column("report", Text, ForeignKey("reports.id"), nullable=True),
    text_("kind"),
    us("at_us"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("hash", BigInteger, nullable=True),
    maybe_us("taken_us"),
    Column("away_m", Float(53), nullable=True),
    text_("twin"),
    Column("twin_bits", Integer, nullable=False),
    maybe_us("shown_us"),
    Column("blurred", Integer, nullable=False),
    Column("alike", Text, nullable=False, server_default=""),
    Index("ix_photos_number", "number"),
    Index("ix_photos_report", "report"),
    Index("ix_photos_hash", "city", "hash", "id"),
)

# Who asked is not kept; the id is the digest of the key that they have.
takedowns = Table(
    "takedowns",
    metadata,
    code_("id"),
    text_("city"),
    text_("number"),
    text_("what"),
    text_("photo"),
    text_("reason"),
    us("asked_us"),
    text_("outcome"),
    text_("answer"),
    maybe_us("answered_us"),
    text_("person"),
    text_("office"),
    Index("ix_takedowns_answered", "city", "answered_us"),
)

desk_mark = Table(
    "desk_mark",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("mark", BigInteger, nullable=False),
)
"""One row, which the database itself moves with every change of what the desk's lists show."""

photo_pictures = Table(
    "photo_pictures",
    metadata,
    Column("photo", Text, ForeignKey("photos.id"), primary_key=True),
    Column("large", LargeBinary, nullable=False),
    Column("small", LargeBinary, nullable=False),
)
