"""The city database's tables as they are now. The migrations bring a database here; a test holds them together.

Times are whole microseconds since 1970 UTC (`…_us`). `Text` holds words for people and JSON; nothing is computed
from JSON inside the database.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows only in a column that is called INTEGER.
_Number = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, default: str | None = None) -> Column[str]:
    """`default`: what rows have that were there before the column."""
    return Column(name, Text, nullable=False, server_default=default)


def _us(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _maybe_us(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=True)


def _float(name: str) -> Column[float]:
    return Column(name, Float(53), nullable=False)


def _where(condition: str) -> dict[str, Any]:
    """An index of these rows alone."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _city() -> Column[str]:
    return Column("city", Text, ForeignKey("cities.code"), primary_key=True)


def _code(name: str = "code") -> Column[str]:
    return Column(name, Text, primary_key=True)


# ------------------------------------------------------------ registry

cities = Table(
    "cities",
    metadata,
    Column("code", Text, primary_key=True),
    _text("name"),
    _text("zone"),
    _text("zone_word"),
    _text("region"),
    _float("lat"),
    _float("lon"),
    _text("emergency_phone"),
    Column("number_prefix", Text, nullable=False, unique=True),
    _text("digest"),
    Column("registry_version", BigInteger, nullable=False),
    _text("signs", ""),
)

regions = Table(
    "regions",
    metadata,
    _city(),
    _code(),
    _text("name"),
    _text("level"),
    _text("parent"),
    _float("lat"),
    _float("lon"),
)

boundaries = Table("boundaries", metadata, _city(), _code(), _text("geometry"), _us("changed_us"))

agencies = Table("agencies", metadata, _city(), _code(), _text("name_id"), _text("name_en"), _text("phone"))

categories = Table(
    "categories",
    metadata,
    _city(),
    _code(),
    _text("name_id"),
    _text("name_en"),
    _text("description_id"),
    _text("description_en"),
    _text("agency"),
    _text("group"),
    Column("respond_s", BigInteger, nullable=False),
    Column("finish_s", BigInteger, nullable=False),
    Column("keywords", JSON, nullable=False),
)

routes = Table("routes", metadata, _city(), _code("category"), _code("region"), _text("agency"))

sites = Table(
    "sites",
    metadata,
    _city(),
    _code(),
    _text("name"),
    _float("lat"),
    _float("lon"),
    _text("region"),
    _text("river"),
    _float("river_km"),
    _text("uplink"),
    _text("camera_url"),
    _text("power", ""),
)

nodes = Table(
    "nodes",
    metadata,
    _city(),
    _code("node"),
    _text("kind"),
    _text("name"),
    _text("audience"),
    Column("sensors", JSON, nullable=False),
    Column("adopted", Boolean, nullable=False),
    _text("link", ""),
    UniqueConstraint("node"),
)

placements = Table(
    "placements",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    _text("city"),
    _text("node"),
    _text("site"),
    _text("region"),
    _float("lat"),
    _float("lon"),
    _us("valid_from_us"),
    _maybe_us("valid_to_us"),
    ForeignKeyConstraint(["city", "node"], ["nodes.city", "nodes.node"]),
    Index("ix_placements_node", "city", "node", "valid_from_us"),
    Index("uq_placements_now", "city", "node", unique=True, **_where("valid_to_us IS NULL")),
)

# ------------------------------------------------------------ nodes that speak

strangers = Table(
    "strangers", metadata, _code("city"), _code("node"), _us("first_us"), _us("last_us"), _text("birth_json")
)

presences = Table(
    "presences",
    metadata,
    _code("city"),
    _code("node"),
    Column("online", Boolean, nullable=False),
    Column("birth_no", BigInteger, nullable=False),
    _us("since_us"),
    _text("boot"),
    _text("epoch"),
    _text("firmware"),
    Column("sensors", JSON, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    _text("city"),
    _text("node"),
    _us("received_us"),
    _text("topic"),
    _text("reason"),
    _text("detail"),
    Column("payload", LargeBinary, nullable=False),
    _text("epoch"),
    Column("seq", BigInteger, nullable=False),
    _maybe_us("adopted_us"),
    Index("ix_quarantine_node", "city", "node", "adopted_us", "received_us"),
    Index("uq_quarantine_reading", "city", "node", "epoch", "seq", "reason", unique=True, **_where("epoch <> ''")),
)

# ------------------------------------------------------------ engine

leases = Table(
    "leases",
    metadata,
    _code("city"),
    _text("holder"),
    Column("fence", BigInteger, nullable=False),
    _us("until_us"),
)

snapshots = Table(
    "snapshots", metadata, _code("city"), Column("snapshot", LargeBinary, nullable=False), _us("watermark_us")
)

events = Table(
    "events",
    metadata,
    _code("id"),
    _text("city"),
    _text("subject"),
    _text("rule"),
    _text("group"),
    _text("name"),
    _us("opened_us"),
    _maybe_us("closed_us"),
    Column("recurs", Text, nullable=True),
    _text("cause", ""),
    Index("ix_events_group", "city", "rule", "group", "opened_us"),
)

tellings = Table("tellings", metadata, _code("city"), _code("event"), Column("state", JSON, nullable=False))

flat_lines = Table("flat_lines", metadata, _code("city"), _code("node"), _us("since_us"))

incidents = Table(
    "incidents",
    metadata,
    _code("id"),
    _text("city"),
    _text("rule"),
    _text("rule_version"),
    _text("entity"),
    _text("node"),
    _text("subject"),
    _text("audience"),
    _text("event"),
    _text("state"),
    Column("no_data", Boolean, nullable=False),
    Column("level", Integer, nullable=True),
    Column("peak", Integer, nullable=True),
    Column("value", Float(53), nullable=True),
    Column("peak_value", Float(53), nullable=True),
    _us("crossed_us"),
    _us("opened_us"),
    _us("changed_us"),
    _maybe_us("resolved_us"),
    Column("changes", BigInteger, nullable=False),
    _maybe_us("begins_us"),
    _maybe_us("until_us"),
    _maybe_us("found_us"),
    _maybe_us("came_us"),
    Column("owed", Text, nullable=True),
    Index("uq_incidents_open", "city", "rule", "entity", unique=True, **_where("state <> 'resolved'")),
    Index("ix_incidents_opened", "city", "opened_us"),
    Index("ix_incidents_event", "event"),
    Index("ix_incidents_entity", "city", "entity", "crossed_us"),
)

changes = Table(
    "changes",
    metadata,
    _code("incident"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _text("what"),
    _us("at_us"),
    _us("said_us"),
    Column("level", Integer, nullable=True),
    Column("value", Float(53), nullable=True),
    _text("source", "sensor"),
    _text("held", ""),
    ForeignKeyConstraint(["incident"], ["incidents.id"]),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    _text("city"),
    _text("channel"),
    _text("event"),
    Column("body", JSON, nullable=False),
    _us("created_us"),
    _us("not_before_us"),
    _maybe_us("expires_us"),
    Column("attempts", BigInteger, nullable=False),
    _text("state"),
    _maybe_us("settled_us"),
    _text("said"),
    Index("ix_outbox_waiting", "city", "channel", "event", "id", **_where("state = 'waiting'")),
    Index("ix_outbox_state", "city", "state"),
    Index("ix_outbox_event", "event", **_where("event <> ''")),
)

# What people decided about alarms, numbered by city without a gap.
decisions = Table(
    "decisions",
    metadata,
    _code("id"),
    _text("city"),
    Column("number", BigInteger, nullable=False),
    _text("kind"),
    _text("incident"),
    _text("event"),
    _text("by"),
    _us("at_us"),
    _maybe_us("until_us"),
    Column("body", JSON, nullable=False),
    Index("uq_decisions_number", "city", "number", unique=True),
    Index("ix_decisions_incident", "incident", **_where("incident <> ''")),
    Index("ix_decisions_event", "event", **_where("event <> ''")),
    Index("ix_decisions_until", "city", "until_us", **_where("until_us IS NOT NULL")),
)

# ------------------------------------------------------------ desk

case_numbers = Table(
    "case_numbers",
    metadata,
    _city(),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    _code("number"),
    Column("city", Text, ForeignKey("cities.code"), nullable=False),
    Column("event", Text, nullable=True, unique=True),
    _text("category"),
    _text("agency"),
    _text("region"),
    Column("title", JSON, nullable=False),
    Column("description", JSON, nullable=False),
    _float("lat"),
    _float("lon"),
    _text("state"),
    _text("source"),
    _us("opened_us"),
    _us("updated_us"),
    _us("due_us"),
    _maybe_us("closed_us"),
    Column("public", Boolean, nullable=False),
    Column("recurs", Text, nullable=True),
    Index("ix_cases_opened", "city", "opened_us", "number"),
)

case_updates = Table(
    "case_updates",
    metadata,
    _code("key"),
    Column("number", Text, ForeignKey("cases.number"), nullable=False),
    _us("at_us"),
    _us("said_us"),
    _text("state"),
    Column("text", JSON, nullable=False),
    _text("author"),
    Index("ix_case_updates_number", "number", "at_us"),
)

# ------------------------------------------------------------ people


def _area() -> tuple[Column[str], Column[str], Column[object]]:
    """What somebody may do: a role, an agency, and regions as a list of codes or their beginnings."""
    return _text("role"), _text("agency"), Column("regions", JSON, nullable=False)


people = Table(
    "people",
    metadata,
    _code("id"),
    _text("city"),
    _text("account"),
    _text("name"),
    *_area(),
    _text("password"),
    _text("subject"),
    _us("created_us"),
    _maybe_us("disabled_us"),
    Index("uq_people_account", "city", "account", unique=True, **_where("account <> ''")),
    Index("uq_people_subject", "city", "subject", unique=True, **_where("subject <> ''")),
)

sessions = Table(
    "sessions",
    metadata,
    _code("digest"),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    _text("csrf"),
    _text("device"),
    _text("address"),
    _us("created_us"),
    _us("seen_us"),
    Column("until_us", BigInteger, nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    _code("id"),
    Column("digest", Text, nullable=False, unique=True),
    _text("city"),
    _text("label"),
    *_area(),
    _us("created_us"),
    _maybe_us("until_us"),
    _maybe_us("revoked_us"),
    _maybe_us("seen_us"),
    Index("ix_api_keys_created", "city", "created_us"),
)

post_links = Table(
    "post_links",
    metadata,
    _code("id"),
    Column("digest", Text, nullable=False, unique=True),
    _text("city"),
    _text("node"),
    _text("name"),
    _us("created_us"),
    _us("until_us"),
    _maybe_us("revoked_us"),
    _maybe_us("seen_us"),
    Index("ix_post_links_created", "city", "created_us"),
)

invitations = Table(
    "invitations",
    metadata,
    _code("digest"),
    _text("city"),
    *_area(),
    _text("person"),
    _us("created_us"),
    _us("until_us"),
    _maybe_us("used_us"),
)

# What one administrator wants and another must agree to.
proposals = Table(
    "proposals",
    metadata,
    _code("id"),
    _text("city"),
    _text("what"),
    _text("person"),
    *_area(),
    _text("by"),
    _us("created_us"),
    _us("until_us"),
)

# One row a bucket, so that whoever counts it holds it: its attempts are a list of times.
attempts = Table(
    "attempts",
    metadata,
    _code("city"),
    _code("bucket"),
    Column("at_us", JSON, nullable=False),
    Column("until_us", BigInteger, nullable=False, index=True),
)

# ------------------------------------------------------------ how far rules and nodes are told

# What the engine judges by, as it last said.
rules = Table(
    "rules",
    metadata,
    _code("city"),
    _code("id"),
    _text("version"),
    _text("audience"),
    _text("subject"),
    _text("title_id"),
    _text("title_en"),
    _text("severity", ""),
)

# Who signed a city's first pack, and when its rules were taken at their word.
packs = Table("packs", metadata, _code("city"), _text("by_one"), _text("by_two"), _maybe_us("rules_us"))

stages = Table(
    "stages",
    metadata,
    _code("city"),
    _code("what"),
    _code("name"),
    _text("version"),
    _text("stage"),
    _text("by_one"),
    _text("by_two"),
    _us("at_us"),
)

stage_proposals = Table(
    "stage_proposals",
    metadata,
    _code("id"),
    _text("city"),
    _text("what"),
    _text("name"),
    _text("version"),
    _text("stage"),
    _text("by"),
    _us("created_us"),
    _us("until_us"),
)

# ------------------------------------------------------------ what was said of it afterwards

judgements = Table(
    "judgements",
    metadata,
    _code("id"),
    _text("city"),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    _text("verdict"),
    _text("reason"),
    _maybe_us("flooded_us"),
    _text("by"),
    _us("at_us"),
)

misses = Table(
    "misses",
    metadata,
    _code("id"),
    _text("city"),
    _text("rule"),
    _text("node"),
    _text("place"),
    Column("level", Integer, nullable=False),
    _us("happened_us"),
    _text("source"),
    _text("audience"),
    _text("by"),
    _us("at_us"),
    _maybe_us("withdrawn_us"),
    _text("withdrawn_by"),
    Index("ix_misses_happened", "city", "happened_us"),
)

# ------------------------------------------------------------ what was done, and who was turned away

# `details` is text: the digest is over these very characters.
audit_rows = Table(
    "audit_rows",
    metadata,
    _code("city"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    _us("at_us"),
    _text("actor"),
    _text("what"),
    _text("object"),
    _text("details"),
    _text("previous"),
    _text("digest"),
)

audit_heads = Table(
    "audit_heads", metadata, _code("city"), Column("number", BigInteger, nullable=False), _text("digest")
)

# Deleted with the person, after which nobody can tell what a digest in the log was made of.
audit_salts = Table("audit_salts", metadata, _code("city"), _code("about"), Column("salt", LargeBinary, nullable=False))

security_events = Table(
    "security_events",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    _text("city"),
    _us("at_us"),
    _text("place"),
    _text("what"),
    _text("claimed"),
    _text("address"),
    _text("detail"),
    Column("count", BigInteger, nullable=False),
    Index("ix_security_events_at", "city", "at_us"),
)

# How long the water takes between two gauges, as the city's history last taught it.
travels = Table(
    "travels",
    metadata,
    _code("city"),
    _code("upstream"),
    _code("downstream"),
    _float("earliest_s"),
    _float("usual_s"),
    _float("latest_s"),
    Column("events", BigInteger, nullable=False),
    Column("forecasts", BigInteger, nullable=False),
    Column("error_s", Float(53), nullable=True),
    _us("learned_us"),
)

# What people were told to expect below a gauge, and what came of it.
forecasts = Table(
    "forecasts",
    metadata,
    _code("incident"),
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    _code("downstream"),
    _text("city"),
    _text("upstream"),
    _text("audience"),
    Column("level", Integer, nullable=False),
    _us("passed_us"),
    _us("from_us"),
    _us("expected_us"),
    _us("until_us"),
    _us("told_us"),
    _text("outcome"),
    _maybe_us("came_us"),
    ForeignKeyConstraint(["incident"], ["incidents.id"]),
    Index("ix_forecasts_told", "city", "told_us"),
    Index("ix_forecasts_open", "city", "told_us", **_where("outcome = ''")),
)

# What the public was told of the water, as it was signed. Of a drill, `incident` is the drill's decision.
bulletins = Table(
    "bulletins",
    metadata,
    _code("id"),
    _text("city"),
    _text("event"),
    _text("incident"),
    _text("node"),
    Column("number", BigInteger, nullable=False),
    _text("kind"),
    Column("drill", Boolean, nullable=False),
    _us("at_us"),
    _us("measured_us"),
    _us("crossed_us"),
    Column("level", Integer, nullable=False),
    Column("value_cm", Float(53), nullable=True),
    Column("trend", Integer, nullable=True),
    Column("silent", Boolean, nullable=False),
    _text("ground"),
    _text("witness"),
    _text("witness_en", default=""),
    _text("by"),
    _text("signed_by"),
    Column("confirmed", Boolean, nullable=False),
    _maybe_us("expires_us"),
    Column("text", JSON, nullable=False),
    Column("sms", JSON, nullable=False),
    Column("script", JSON, nullable=False),
    Column("regions", JSON, nullable=False),
    _text("corrects"),
    Column("renewal", Boolean, nullable=False, server_default=false()),
    _text("signature"),
    _text("key"),
    Column("seq", BigInteger, nullable=False, server_default="0"),
    Index("uq_bulletins_seq", "city", "seq", unique=True),
    Index("uq_bulletins_number", "city", "incident", "number", unique=True),
    Index("ix_bulletins_at", "city", "at_us"),
    Index("ix_bulletins_event", "city", "event", "at_us"),
)

# What residents are told beside it.
notices = Table(
    "notices",
    metadata,
    _code("id"),
    _text("city"),
    Column("seq", BigInteger, nullable=False),
    _text("topic"),
    _us("at_us"),
    _maybe_us("expires_us"),
    _text("event"),
    _text("node"),
    Column("regions", JSON, nullable=False),
    Column("level", Integer, nullable=False),
    Column("update", Boolean, nullable=False),
    Column("text", JSON, nullable=False),
    Column("brief", JSON, nullable=False),
    _text("credit"),
    _text("link"),
    Index("uq_notices_seq", "city", "seq", unique=True),
)

# What another office warns of; one that was replaced or taken back has ended and stays.
weather_warnings = Table(
    "weather_warnings",
    metadata,
    _code("city"),
    _code("id"),
    _text("root"),
    _us("sent_us"),
    _us("onset_us"),
    _us("expires_us"),
    _us("kept_us"),
    _text("severity"),
    _text("certainty"),
    _text("urgency"),
    *(Column(name, JSON, nullable=False) for name in ("event", "headline", "description", "regions", "references")),
    _text("sender"),
    _text("web"),
    _maybe_us("ended_us"),
    _text("ended_by"),
    Index("ix_weather_warnings_expires", "city", "expires_us"),
)
weather_feeds = Table(
    "weather_feeds",
    metadata,
    _code("city"),
    _maybe_us("heard_us"),
    _text("trouble"),
    _us("since_us"),
    Column("asked_us", BigInteger, nullable=False, server_default="0"),
)

# The last number that a city gave to what is walked through in order.
numbers = Table("numbers", metadata, _code("city"), _code("what"), Column("last", BigInteger, nullable=False))

# Each as it was first handed out to other systems.
cap_alerts = Table(
    "cap_alerts",
    metadata,
    _code("bulletin"),
    _text("city"),
    Column("document", LargeBinary, nullable=False),
    _us("made_us"),
)

# The public halves of the keys with which they were signed; none is ever taken away.
signing_keys = Table("signing_keys", metadata, _code("city"), _code("id"), _text("public"), _us("since_us"))

# ------------------------------------------------------------ what a level means where people live


def _impact() -> tuple[Column[Any], ...]:
    """One RW at one level of one gauge. Days are as ISO 8601 writes them, "" for none."""
    return (
        _text("gauge"),
        _float("from_cm"),
        _text("rw"),
        _text("depth"),
        _text("muster"),
        Column("muster_lat", Float(53), nullable=True),
        Column("muster_lon", Float(53), nullable=True),
        _text("phone"),
        _text("checked_by"),
        _text("checked_on"),
        _text("datum"),
        _text("compared_on"),
        _text("compared"),
    )


# A row that was altered or withdrawn has ended and stays.
impacts = Table(
    "impacts",
    metadata,
    _code("id"),
    _text("city"),
    *_impact(),
    _text("by_one"),
    _text("by_two"),
    _us("since_us"),
    _maybe_us("ended_us"),
    _text("ended_one"),
    _text("ended_two"),
    Index("ix_impacts_gauge", "city", "gauge"),
)

# What one person wants changed; what was decided of it stays, too.
impact_proposals = Table(
    "impact_proposals",
    metadata,
    _code("id"),
    _text("city"),
    _text("what"),
    _text("target"),
    *_impact(),
    _text("by"),
    _us("created_us"),
    _us("until_us"),
    _text("outcome"),
    _text("decided_by"),
    _maybe_us("decided_us"),
    _text("reason"),
    Index("ix_impact_proposals_created", "city", "created_us"),
)

# ------------------------------------------------------------ duty

shifts = Table(
    "shifts",
    metadata,
    _code("id"),
    _text("city"),
    _text("person"),
    Column("rung", Integer, nullable=False),
    _us("from_us"),
    _us("to_us"),
    Index("ix_shifts_ends", "city", "to_us"),
)

# `digest` is of the word that was last sent to try it, "" where none waits for an answer.
ways = Table(
    "ways",
    metadata,
    Column("person", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    _text("city"),
    _text("address"),
    Column("rings", Boolean, nullable=False),
    _maybe_us("verified_us"),
    _text("digest"),
    _maybe_us("asked_us"),
    Index("ix_ways_city", "city"),
)

# Until when whoever watches from outside keeps quiet, for somebody works on the server.
pauses = Table("pauses", metadata, Column("city", Text, primary_key=True), _us("until_us"))

watchers = Table(
    "watchers",
    metadata,
    Column("city", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    _us("seen_us"),
)

# ------------------------------------------------------------ who passes warnings on

# One who is asked no more stays without number and link, so that it is known who said what.
contacts = Table(
    "contacts",
    metadata,
    _code("id"),
    _text("city"),
    _text("rw"),
    _text("region"),
    _text("name"),
    _text("role"),
    _text("phone"),
    _text("language"),
    _us("checked_us"),
    _us("created_us"),
    _maybe_us("ended_us"),
    _text("digest"),
    Index("ix_contacts_region", "city", "region"),
    Index("uq_contacts_digest", "digest", unique=True, **_where("digest <> ''")),
)

relays = Table(
    "relays",
    metadata,
    _code("bulletin"),
    _code("contact"),
    _text("city"),
    _us("at_us"),
    Column("done", Boolean, nullable=False),
    _text("reason"),
)

# ------------------------------------------------------------ emergency phrases

# The city's own sentences instead of those of the file.
phrase_wordings = Table(
    "phrase_wordings",
    metadata,
    _code("city"),
    _code("language"),
    _code("phrase"),
    _text("text"),
    _text("by"),
    _us("at_us"),
)

# Of one that has ended the speaker's name is forgotten.
phrase_signatures = Table(
    "phrase_signatures",
    metadata,
    _code("id"),
    _text("city"),
    _text("language"),
    _text("phrase"),
    _text("text"),
    _text("speaker"),
    _text("by"),
    _us("at_us"),
    _maybe_us("ended_us"),
    Index("ix_phrase_signatures_city", "city", "language", "phrase"),
)

# Of one that has ended the sound and the speaker's name are forgotten.
recordings = Table(
    "recordings",
    metadata,
    _code("id"),
    _text("city"),
    _text("language"),
    _text("phrase"),
    _text("text"),
    _text("speaker"),
    _text("media"),
    _float("seconds"),
    Column("size", Integer, nullable=False),
    _text("digest"),
    _text("by"),
    _us("at_us"),
    _maybe_us("ended_us"),
    Column("sound", LargeBinary, nullable=False),
    Index("ix_recordings_city", "city", "language", "phrase"),
)

# ------------------------------------------------------------ who follows what

# Of one who left nothing remains but that somebody did. Digests are of links and codes.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("serial", _Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    _text("city"),
    _text("kind"),
    _text("address"),
    _text("language"),
    Column("topics", JSON, nullable=False),
    Column("gauges", JSON, nullable=False),
    Column("regions", JSON, nullable=False),
    Column("whole_city", Boolean, nullable=False),
    Column("from_level", Integer, nullable=False),
    Column("quiet_from_min", Integer, nullable=True),
    Column("quiet_to_min", Integer, nullable=False),
    _text("label"),
    _text("state"),
    _maybe_us("paused_until_us"),
    _us("created_us"),
    _maybe_us("confirmed_us"),
    _text("reason"),
    _text("scope"),
    _text("manage_digest"),
    _text("code_digest"),
    Column("wrong_codes", Integer, nullable=False),
    Index("ix_subscriptions_walk", "city", "kind", "serial", **_where("state IN ('active', 'paused')")),
    Index("uq_subscriptions_scope", "city", "kind", "address", "scope", unique=True, **_where("address <> ''")),
    Index("uq_subscriptions_manage", "manage_digest", unique=True, **_where("manage_digest <> ''")),
    Index("ix_subscriptions_code", "code_digest", **_where("code_digest <> ''")),
)

# ------------------------------------------------------------ what people send by message

# A message and its sender are digests that the provider's secret salts.
inbound = Table(
    "inbound",
    metadata,
    _code("city"),
    _code("source"),
    _code("message"),
    _text("sender"),
    _us("at_us"),
    _text("intent"),
    _text("about"),
    _text("answer"),
    Index("ix_inbound_sender", "city", "sender", "at_us"),
    Index("ix_inbound_at", "city", "at_us"),
)

# What somebody says of a warning where they are: one a sender and incident.
echoes = Table(
    "echoes",
    metadata,
    _code("city"),
    _code("incident"),
    _code("sender"),
    _text("bulletin"),
    _text("said"),
    _text("place"),
    _text("source"),
    _us("at_us"),
)

# ------------------------------------------------------------ what goes to residents

# `body` is the telling, `cursors` the serial by channel after which the walk goes on.
reach_walks = Table(
    "reach_walks",
    metadata,
    _code("telling"),
    _text("city"),
    _text("thread"),
    _us("at_us"),
    _us("begun_us"),
    Column("exempt", Boolean, nullable=False),
    _us("rests_us"),
    Column("body", JSON, nullable=False),
    Column("cursors", JSON, nullable=False),
    Column("done", Boolean, nullable=False),
    Index("ix_reach_walks_begun", "city", "begun_us"),
    Index("ix_reach_walks_thread", "city", "thread", "at_us"),
)

reach_cursors = Table(
    "reach_cursors",
    metadata,
    Column("city", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)

# `token` is what the phone's receipt names, "" where it sends none.
sends = Table(
    "sends",
    metadata,
    Column("id", _Number, primary_key=True, autoincrement=True),
    _text("key"),
    _text("city"),
    _text("telling"),
    _text("thread"),
    _text("subscription"),
    _text("kind"),
    Column("rank", Integer, nullable=False),
    _text("state"),
    Column("attempts", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    _us("not_before_us"),
    _maybe_us("expires_us"),
    _us("created_us"),
    _maybe_us("settled_us"),
    _text("reason"),
    _text("said"),
    _text("token"),
    Index("uq_sends_key", "key", unique=True),
    Index("ix_sends_waiting", "city", "kind", "rank", "id", **_where("state = 'waiting'")),
    Index("ix_sends_thread", "subscription", "thread", "id", **_where("state = 'waiting'")),
    Index("uq_sends_token", "token", unique=True, **_where("token <> ''")),
    Index("ix_sends_settled", "city", "settled_us"),
)

# Kept in the transaction of what they count, so that a page need not count a hundred thousand rows.
reach_counts = Table(
    "reach_counts",
    metadata,
    Column("telling", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    _text("city"),
    Column("count", BigInteger, nullable=False),
    Column("last_us", BigInteger, nullable=False, server_default="0"),
    Index("ix_reach_counts_city", "city"),
)

reach_spent = Table(
    "reach_spent",
    metadata,
    Column("city", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
