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
    Table,
    Text,
    UniqueConstraint,
    false,
)

from store.city.columns import Number, city_, code_, float_, maybe_us, metadata, text_, us, where

# ------------------------------------------------------------ registry

cities = Table(
    "cities",
    metadata,
    Column("code", Text, primary_key=True),
    text_("name"),
    text_("zone"),
    text_("zone_word"),
    text_("region"),
    float_("lat"),
    float_("lon"),
    text_("emergency_phone"),
    Column("number_prefix", Text, nullable=False, unique=True),
    text_("digest"),
    Column("registry_version", BigInteger, nullable=False),
    text_("signs", ""),
)

regions = Table(
    "regions",
    metadata,
    city_(),
    code_(),
    text_("name"),
    text_("level"),
    text_("parent"),
    float_("lat"),
    float_("lon"),
)

boundaries = Table("boundaries", metadata, city_(), code_(), text_("geometry"), us("changed_us"))

agencies = Table("agencies", metadata, city_(), code_(), text_("name_id"), text_("name_en"), text_("phone"))

_WORKING_DAYS = ("verify_days", "respond_days", "finish_days")

categories = Table(
    "categories",
    metadata,
    city_(),
    code_(),
    text_("name_id"),
    text_("name_en"),
    text_("description_id"),
    text_("description_en"),
    text_("agency"),
    text_("group"),
    Column("respond_s", BigInteger, nullable=False),
    Column("finish_s", BigInteger, nullable=False),
    Column("keywords", JSON, nullable=False),
    *(Column(name, BigInteger, nullable=False, server_default="0") for name in ("verify_s", *_WORKING_DAYS)),
    Column("radius_m", Float, nullable=False, server_default="250"),
    Column("emergency", Boolean, nullable=False, server_default=false()),
)

routes = Table("routes", metadata, city_(), code_("category"), code_("region"), text_("agency"))

sites = Table(
    "sites",
    metadata,
    city_(),
    code_(),
    text_("name"),
    float_("lat"),
    float_("lon"),
    text_("region"),
    text_("river"),
    float_("river_km"),
    text_("uplink"),
    text_("camera_url"),
    text_("power", ""),
)

nodes = Table(
    "nodes",
    metadata,
    city_(),
    code_("node"),
    text_("kind"),
    text_("name"),
    text_("audience"),
    Column("sensors", JSON, nullable=False),
    Column("adopted", Boolean, nullable=False),
    text_("link", ""),
    UniqueConstraint("node"),
)

placements = Table(
    "placements",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    text_("city"),
    text_("node"),
    text_("site"),
    text_("region"),
    float_("lat"),
    float_("lon"),
    us("valid_from_us"),
    maybe_us("valid_to_us"),
    ForeignKeyConstraint(["city", "node"], ["nodes.city", "nodes.node"]),
    Index("ix_placements_node", "city", "node", "valid_from_us"),
    Index("uq_placements_now", "city", "node", unique=True, **where("valid_to_us IS NULL")),
)

# ------------------------------------------------------------ nodes that speak

strangers = Table(
    "strangers", metadata, code_("city"), code_("node"), us("first_us"), us("last_us"), text_("birth_json")
)

presences = Table(
    "presences",
    metadata,
    code_("city"),
    code_("node"),
    Column("online", Boolean, nullable=False),
    Column("birth_no", BigInteger, nullable=False),
    us("since_us"),
    text_("boot"),
    text_("epoch"),
    text_("firmware"),
    Column("sensors", JSON, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    text_("city"),
    text_("node"),
    us("received_us"),
    text_("topic"),
    text_("reason"),
    text_("detail"),
    Column("payload", LargeBinary, nullable=False),
    text_("epoch"),
    Column("seq", BigInteger, nullable=False),
    maybe_us("adopted_us"),
    Index("ix_quarantine_node", "city", "node", "adopted_us", "received_us"),
    Index("uq_quarantine_reading", "city", "node", "epoch", "seq", "reason", unique=True, **where("epoch <> ''")),
)

# ------------------------------------------------------------ engine

leases = Table(
    "leases",
    metadata,
    code_("city"),
    text_("holder"),
    Column("fence", BigInteger, nullable=False),
    us("until_us"),
)

snapshots = Table(
    "snapshots", metadata, code_("city"), Column("snapshot", LargeBinary, nullable=False), us("watermark_us")
)

events = Table(
    "events",
    metadata,
    code_("id"),
    text_("city"),
    text_("subject"),
    text_("rule"),
    text_("group"),
    text_("name"),
    us("opened_us"),
    maybe_us("closed_us"),
    Column("recurs", Text, nullable=True),
    text_("cause", ""),
    Index("ix_events_group", "city", "rule", "group", "opened_us"),
)

tellings = Table("tellings", metadata, code_("city"), code_("event"), Column("state", JSON, nullable=False))

flat_lines = Table("flat_lines", metadata, code_("city"), code_("node"), us("since_us"))

incidents = Table(
    "incidents",
    metadata,
    code_("id"),
    text_("city"),
    text_("rule"),
    text_("rule_version"),
    text_("entity"),
    text_("node"),
    text_("subject"),
    text_("audience"),
    text_("event"),
    text_("state"),
    Column("no_data", Boolean, nullable=False),
    Column("level", Integer, nullable=True),
    Column("peak", Integer, nullable=True),
    Column("value", Float(53), nullable=True),
    Column("peak_value", Float(53), nullable=True),
    us("crossed_us"),
    us("opened_us"),
    us("changed_us"),
    maybe_us("resolved_us"),
    Column("changes", BigInteger, nullable=False),
    maybe_us("begins_us"),
    maybe_us("until_us"),
    maybe_us("found_us"),
    maybe_us("came_us"),
    Column("owed", Text, nullable=True),
    Index("uq_incidents_open", "city", "rule", "entity", unique=True, **where("state <> 'resolved'")),
    Index("ix_incidents_opened", "city", "opened_us"),
    Index("ix_incidents_event", "event"),
    Index("ix_incidents_entity", "city", "entity", "crossed_us"),
)

changes = Table(
    "changes",
    metadata,
    code_("incident"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    text_("what"),
    us("at_us"),
    us("said_us"),
    Column("level", Integer, nullable=True),
    Column("value", Float(53), nullable=True),
    text_("source", "sensor"),
    text_("held", ""),
    ForeignKeyConstraint(["incident"], ["incidents.id"]),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    text_("city"),
    text_("channel"),
    text_("event"),
    Column("body", JSON, nullable=False),
    us("created_us"),
    us("not_before_us"),
    maybe_us("expires_us"),
    Column("attempts", BigInteger, nullable=False),
    text_("state"),
    maybe_us("settled_us"),
    text_("said"),
    Index("ix_outbox_waiting", "city", "channel", "event", "id", **where("state = 'waiting'")),
    Index("ix_outbox_state", "city", "state"),
    Index("ix_outbox_event", "event", **where("event <> ''")),
)

# What people decided about alarms, numbered by city without a gap.
decisions = Table(
    "decisions",
    metadata,
    code_("id"),
    text_("city"),
    Column("number", BigInteger, nullable=False),
    text_("kind"),
    text_("incident"),
    text_("event"),
    text_("by"),
    us("at_us"),
    maybe_us("until_us"),
    Column("body", JSON, nullable=False),
    Index("uq_decisions_number", "city", "number", unique=True),
    Index("ix_decisions_incident", "incident", **where("incident <> ''")),
    Index("ix_decisions_event", "event", **where("event <> ''")),
    Index("ix_decisions_until", "city", "until_us", **where("until_us IS NOT NULL")),
)

# ------------------------------------------------------------ people


def _area() -> tuple[Column[str], Column[str], Column[object]]:
    """What somebody may do: a role, an agency, and regions as a list of codes or their beginnings."""
    return text_("role"), text_("agency"), Column("regions", JSON, nullable=False)


people = Table(
    "people",
    metadata,
    code_("id"),
    text_("city"),
    text_("account"),
    text_("name"),
    *_area(),
    text_("password"),
    text_("subject"),
    us("created_us"),
    maybe_us("disabled_us"),
    Index("uq_people_account", "city", "account", unique=True, **where("account <> ''")),
    Index("uq_people_subject", "city", "subject", unique=True, **where("subject <> ''")),
)

sessions = Table(
    "sessions",
    metadata,
    code_("digest"),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    text_("csrf"),
    text_("device"),
    text_("address"),
    us("created_us"),
    us("seen_us"),
    Column("until_us", BigInteger, nullable=False, index=True),
)

api_keys = Table(
    "api_keys",
    metadata,
    code_("id"),
    Column("digest", Text, nullable=False, unique=True),
    text_("city"),
    text_("label"),
    *_area(),
    us("created_us"),
    maybe_us("until_us"),
    maybe_us("revoked_us"),
    maybe_us("seen_us"),
    Index("ix_api_keys_created", "city", "created_us"),
)

post_links = Table(
    "post_links",
    metadata,
    code_("id"),
    Column("digest", Text, nullable=False, unique=True),
    text_("city"),
    text_("node"),
    text_("name"),
    us("created_us"),
    us("until_us"),
    maybe_us("revoked_us"),
    maybe_us("seen_us"),
    Index("ix_post_links_created", "city", "created_us"),
)

invitations = Table(
    "invitations",
    metadata,
    code_("digest"),
    text_("city"),
    *_area(),
    text_("person"),
    us("created_us"),
    us("until_us"),
    maybe_us("used_us"),
)

# What one administrator wants and another must agree to.
proposals = Table(
    "proposals",
    metadata,
    code_("id"),
    text_("city"),
    text_("what"),
    text_("person"),
    *_area(),
    text_("by"),
    us("created_us"),
    us("until_us"),
)

# One row a bucket, so that whoever counts it holds it: its attempts are a list of times.
attempts = Table(
    "attempts",
    metadata,
    code_("city"),
    code_("bucket"),
    Column("at_us", JSON, nullable=False),
    Column("until_us", BigInteger, nullable=False, index=True),
)

# ------------------------------------------------------------ how far rules and nodes are told

# What the engine judges by, as it last said.
rules = Table(
    "rules",
    metadata,
    code_("city"),
    code_("id"),
    text_("version"),
    text_("audience"),
    text_("subject"),
    text_("title_id"),
    text_("title_en"),
    text_("severity", ""),
)

# Who signed a city's first pack, and when its rules were taken at their word.
packs = Table("packs", metadata, code_("city"), text_("by_one"), text_("by_two"), maybe_us("rules_us"))

stages = Table(
    "stages",
    metadata,
    code_("city"),
    code_("what"),
    code_("name"),
    text_("version"),
    text_("stage"),
    text_("by_one"),
    text_("by_two"),
    us("at_us"),
)

stage_proposals = Table(
    "stage_proposals",
    metadata,
    code_("id"),
    text_("city"),
    text_("what"),
    text_("name"),
    text_("version"),
    text_("stage"),
    text_("by"),
    us("created_us"),
    us("until_us"),
)

# ------------------------------------------------------------ what was said of it afterwards

judgements = Table(
    "judgements",
    metadata,
    code_("id"),
    text_("city"),
    Column("incident", Text, ForeignKey("incidents.id"), nullable=False, index=True),
    text_("verdict"),
    text_("reason"),
    maybe_us("flooded_us"),
    text_("by"),
    us("at_us"),
)

misses = Table(
    "misses",
    metadata,
    code_("id"),
    text_("city"),
    text_("rule"),
    text_("node"),
    text_("place"),
    Column("level", Integer, nullable=False),
    us("happened_us"),
    text_("source"),
    text_("audience"),
    text_("by"),
    us("at_us"),
    maybe_us("withdrawn_us"),
    text_("withdrawn_by"),
    Index("ix_misses_happened", "city", "happened_us"),
)

# ------------------------------------------------------------ what was done, and who was turned away

# `details` is text: the digest is over these very characters.
audit_rows = Table(
    "audit_rows",
    metadata,
    code_("city"),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    us("at_us"),
    text_("actor"),
    text_("what"),
    text_("object"),
    text_("details"),
    text_("previous"),
    text_("digest"),
)

audit_heads = Table(
    "audit_heads", metadata, code_("city"), Column("number", BigInteger, nullable=False), text_("digest")
)

# Deleted with the person, after which nobody can tell what a digest in the log was made of.
audit_salts = Table("audit_salts", metadata, code_("city"), code_("about"), Column("salt", LargeBinary, nullable=False))

security_events = Table(
    "security_events",
    metadata,
    Column("id", Number, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False, unique=True),
    text_("city"),
    us("at_us"),
    text_("place"),
    text_("what"),
    text_("claimed"),
    text_("address"),
    text_("detail"),
    Column("count", BigInteger, nullable=False),
    Index("ix_security_events_at", "city", "at_us"),
)

# How long the water takes between two gauges, as the city's history last taught it.
travels = Table(
    "travels",
    metadata,
    code_("city"),
    code_("upstream"),
    code_("downstream"),
    float_("earliest_s"),
    float_("usual_s"),
    float_("latest_s"),
    Column("events", BigInteger, nullable=False),
    Column("forecasts", BigInteger, nullable=False),
    Column("error_s", Float(53), nullable=True),
    us("learned_us"),
)

# What people were told to expect below a gauge, and what came of it.
forecasts = Table(
    "forecasts",
    metadata,
    code_("incident"),
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    code_("downstream"),
    text_("city"),
    text_("upstream"),
    text_("audience"),
    Column("level", Integer, nullable=False),
    us("passed_us"),
    us("from_us"),
    us("expected_us"),
    us("until_us"),
    us("told_us"),
    text_("outcome"),
    maybe_us("came_us"),
    ForeignKeyConstraint(["incident"], ["incidents.id"]),
    Index("ix_forecasts_told", "city", "told_us"),
    Index("ix_forecasts_open", "city", "told_us", **where("outcome = ''")),
)

# What the public was told of the water, as it was signed. Of a drill, `incident` is the drill's decision.
bulletins = Table(
    "bulletins",
    metadata,
    code_("id"),
    text_("city"),
    text_("event"),
    text_("incident"),
    text_("node"),
    Column("number", BigInteger, nullable=False),
    text_("kind"),
    Column("drill", Boolean, nullable=False),
    us("at_us"),
    us("measured_us"),
    us("crossed_us"),
    Column("level", Integer, nullable=False),
    Column("value_cm", Float(53), nullable=True),
    Column("trend", Integer, nullable=True),
    Column("silent", Boolean, nullable=False),
    text_("ground"),
    text_("witness"),
    text_("witness_en", default=""),
    text_("by"),
    text_("signed_by"),
    Column("confirmed", Boolean, nullable=False),
    maybe_us("expires_us"),
    Column("text", JSON, nullable=False),
    Column("sms", JSON, nullable=False),
    Column("script", JSON, nullable=False),
    Column("regions", JSON, nullable=False),
    text_("corrects"),
    Column("renewal", Boolean, nullable=False, server_default=false()),
    text_("signature"),
    text_("key"),
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
    code_("id"),
    text_("city"),
    Column("seq", BigInteger, nullable=False),
    text_("topic"),
    us("at_us"),
    maybe_us("expires_us"),
    text_("event"),
    text_("node"),
    Column("regions", JSON, nullable=False),
    Column("level", Integer, nullable=False),
    Column("update", Boolean, nullable=False),
    Column("text", JSON, nullable=False),
    Column("brief", JSON, nullable=False),
    text_("credit"),
    text_("link"),
    Index("uq_notices_seq", "city", "seq", unique=True),
)

# What another office warns of; one that was replaced or taken back has ended and stays.
weather_warnings = Table(
    "weather_warnings",
    metadata,
    code_("city"),
    code_("id"),
    text_("root"),
    us("sent_us"),
    us("onset_us"),
    us("expires_us"),
    us("kept_us"),
    text_("severity"),
    text_("certainty"),
    text_("urgency"),
    *(Column(name, JSON, nullable=False) for name in ("event", "headline", "description", "regions", "references")),
    text_("sender"),
    text_("web"),
    maybe_us("ended_us"),
    text_("ended_by"),
    Index("ix_weather_warnings_expires", "city", "expires_us"),
)
weather_feeds = Table(
    "weather_feeds",
    metadata,
    code_("city"),
    maybe_us("heard_us"),
    text_("trouble"),
    us("since_us"),
    Column("asked_us", BigInteger, nullable=False, server_default="0"),
)

# The last number that a city gave to what is walked through in order.
numbers = Table("numbers", metadata, code_("city"), code_("what"), Column("last", BigInteger, nullable=False))

# Each as it was first handed out to other systems.
cap_alerts = Table(
    "cap_alerts",
    metadata,
    code_("bulletin"),
    text_("city"),
    Column("document", LargeBinary, nullable=False),
    us("made_us"),
)

# The public halves of the keys with which they were signed; none is ever taken away.
signing_keys = Table("signing_keys", metadata, code_("city"), code_("id"), text_("public"), us("since_us"))

# ------------------------------------------------------------ what a level means where people live


def _impact() -> tuple[Column[Any], ...]:
    """One RW at one level of one gauge. Days are as ISO 8601 writes them, "" for none."""
    return (
        text_("gauge"),
        float_("from_cm"),
        text_("rw"),
        text_("depth"),
        text_("muster"),
        Column("muster_lat", Float(53), nullable=True),
        Column("muster_lon", Float(53), nullable=True),
        text_("phone"),
        text_("checked_by"),
        text_("checked_on"),
        text_("datum"),
        text_("compared_on"),
        text_("compared"),
    )


# A row that was altered or withdrawn has ended and stays.
impacts = Table(
    "impacts",
    metadata,
    code_("id"),
    text_("city"),
    *_impact(),
    text_("by_one"),
    text_("by_two"),
    us("since_us"),
    maybe_us("ended_us"),
    text_("ended_one"),
    text_("ended_two"),
    Index("ix_impacts_gauge", "city", "gauge"),
)

# What one person wants changed; what was decided of it stays, too.
impact_proposals = Table(
    "impact_proposals",
    metadata,
    code_("id"),
    text_("city"),
    text_("what"),
    text_("target"),
    *_impact(),
    text_("by"),
    us("created_us"),
    us("until_us"),
    text_("outcome"),
    text_("decided_by"),
    maybe_us("decided_us"),
    text_("reason"),
    Index("ix_impact_proposals_created", "city", "created_us"),
)

# ------------------------------------------------------------ what the command centre tells of places

# A row a version; the newest holds.
situations = Table(
    "situations",
    metadata,
    code_("id"),
    Column("version", Integer, primary_key=True, autoincrement=False),
    text_("city"),
    text_("kind"),
    Column("text", JSON, nullable=False),
    text_("region"),
    text_("place"),
    us("from_us"),
    us("until_us"),
    Column("public", Boolean, nullable=False),
    us("said_us"),
    text_("person"),
    text_("name"),
    text_("office"),
    text_("why"),
    Index("ix_situations_until", "city", "until_us"),
)

# ------------------------------------------------------------ duty

shifts = Table(
    "shifts",
    metadata,
    code_("id"),
    text_("city"),
    text_("person"),
    Column("rung", Integer, nullable=False),
    us("from_us"),
    us("to_us"),
    Index("ix_shifts_ends", "city", "to_us"),
)

# `digest` is of the word that was last sent to try it, "" where none waits for an answer.
ways = Table(
    "ways",
    metadata,
    Column("person", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    text_("city"),
    text_("address"),
    Column("rings", Boolean, nullable=False),
    maybe_us("verified_us"),
    text_("digest"),
    maybe_us("asked_us"),
    Index("ix_ways_city", "city"),
)

# Until when whoever watches from outside keeps quiet, for somebody works on the server.
pauses = Table("pauses", metadata, Column("city", Text, primary_key=True), us("until_us"))

watchers = Table(
    "watchers",
    metadata,
    Column("city", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    us("seen_us"),
)

# ------------------------------------------------------------ who passes warnings on

# One who is asked no more stays without number and link, so that it is known who said what.
contacts = Table(
    "contacts",
    metadata,
    code_("id"),
    text_("city"),
    text_("rw"),
    text_("region"),
    text_("name"),
    text_("role"),
    text_("phone"),
    text_("language"),
    us("checked_us"),
    us("created_us"),
    maybe_us("ended_us"),
    text_("digest"),
    Index("ix_contacts_region", "city", "region"),
    Index("uq_contacts_digest", "digest", unique=True, **where("digest <> ''")),
)

relays = Table(
    "relays",
    metadata,
    code_("bulletin"),
    code_("contact"),
    text_("city"),
    us("at_us"),
    Column("done", Boolean, nullable=False),
    text_("reason"),
)

# ------------------------------------------------------------ emergency phrases

# The city's own sentences instead of those of the file.
phrase_wordings = Table(
    "phrase_wordings",
    metadata,
    code_("city"),
    code_("language"),
    code_("phrase"),
    text_("text"),
    text_("by"),
    us("at_us"),
)

# Of one that has ended the speaker's name is forgotten.
phrase_signatures = Table(
    "phrase_signatures",
    metadata,
    code_("id"),
    text_("city"),
    text_("language"),
    text_("phrase"),
    text_("text"),
    text_("speaker"),
    text_("by"),
    us("at_us"),
    maybe_us("ended_us"),
    Index("ix_phrase_signatures_city", "city", "language", "phrase"),
)

# Of one that has ended the sound and the speaker's name are forgotten.
recordings = Table(
    "recordings",
    metadata,
    code_("id"),
    text_("city"),
    text_("language"),
    text_("phrase"),
    text_("text"),
    text_("speaker"),
    text_("media"),
    float_("seconds"),
    Column("size", Integer, nullable=False),
    text_("digest"),
    text_("by"),
    us("at_us"),
    maybe_us("ended_us"),
    Column("sound", LargeBinary, nullable=False),
    Index("ix_recordings_city", "city", "language", "phrase"),
)

# ------------------------------------------------------------ who follows what

# Of one who left nothing remains but that somebody did. Digests are of links and codes.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("serial", Number, primary_key=True, autoincrement=True),
    Column("id", Text, nullable=False, unique=True),
    text_("city"),
    text_("kind"),
    text_("address"),
    text_("language"),
    Column("topics", JSON, nullable=False),
    Column("gauges", JSON, nullable=False),
    Column("regions", JSON, nullable=False),
    Column("whole_city", Boolean, nullable=False),
    Column("from_level", Integer, nullable=False),
    Column("quiet_from_min", Integer, nullable=True),
    Column("quiet_to_min", Integer, nullable=False),
    text_("label"),
    text_("state"),
    maybe_us("paused_until_us"),
    us("created_us"),
    maybe_us("confirmed_us"),
    text_("reason"),
    text_("scope"),
    text_("manage_digest"),
    text_("code_digest"),
    Column("wrong_codes", Integer, nullable=False),
    Index("ix_subscriptions_walk", "city", "kind", "serial", **where("state IN ('active', 'paused')")),
    Index("uq_subscriptions_scope", "city", "kind", "address", "scope", unique=True, **where("address <> ''")),
    Index("uq_subscriptions_manage", "manage_digest", unique=True, **where("manage_digest <> ''")),
    Index("ix_subscriptions_code", "code_digest", **where("code_digest <> ''")),
)

# ------------------------------------------------------------ what people send by message

# A message and its sender are digests that the provider's secret salts.
inbound = Table(
    "inbound",
    metadata,
    code_("city"),
    code_("source"),
    code_("message"),
    text_("sender"),
    us("at_us"),
    text_("intent"),
    text_("about"),
    text_("answer"),
    Index("ix_inbound_sender", "city", "sender", "at_us"),
    Index("ix_inbound_at", "city", "at_us"),
)

# What somebody says of a warning where they are: one a sender and incident.
echoes = Table(
    "echoes",
    metadata,
    code_("city"),
    code_("incident"),
    code_("sender"),
    text_("bulletin"),
    text_("said"),
    text_("place"),
    text_("source"),
    us("at_us"),
)

# ------------------------------------------------------------ what goes to residents

# `body` is the telling, `cursors` the serial by channel after which the walk goes on.
reach_walks = Table(
    "reach_walks",
    metadata,
    code_("telling"),
    text_("city"),
    text_("thread"),
    us("at_us"),
    us("begun_us"),
    Column("exempt", Boolean, nullable=False),
    us("rests_us"),
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
    Column("id", Number, primary_key=True, autoincrement=True),
    text_("key"),
    text_("city"),
    text_("telling"),
    text_("thread"),
    text_("subscription"),
    text_("kind"),
    Column("rank", Integer, nullable=False),
    text_("state"),
    Column("attempts", Integer, nullable=False),
    Column("doubtful", Boolean, nullable=False),
    us("not_before_us"),
    maybe_us("expires_us"),
    us("created_us"),
    maybe_us("settled_us"),
    text_("reason"),
    text_("said"),
    text_("token"),
    Index("uq_sends_key", "key", unique=True),
    Index("ix_sends_waiting", "city", "kind", "rank", "id", **where("state = 'waiting'")),
    Index("ix_sends_thread", "subscription", "thread", "id", **where("state = 'waiting'")),
    Index("uq_sends_token", "token", unique=True, **where("token <> ''")),
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
    text_("city"),
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
