"""InfluxQL for boards, made from the contract's own words: a kind, a field or a tag that does not exist is refused.

Measurement = kind. Tags: city, region, node, sensor. Fields: those of the kind, and what every reading carries.
`$timeFilter`, `$__interval` and `$node` are Grafana's; it fills them in before the query leaves.
"""

# ruff: noqa: S608  every word in a query is the contract's, or an id that `_id` has checked

from __future__ import annotations

from contract import topics
from contract.kinds import KINDS, KindName, fields_of
from contract.quality import Quality

TAGS = ("city", "region", "node", "sensor")
CARRIED = ("epoch", "seq", "received_us", "trust", "quality", "checks")
SHOWN_NODES = '"node" =~ /^$node$/'
EVERY_KIND = "/^(" + "|".join(KINDS) + ")$/"


def field(kind: KindName, name: str) -> str:
    """A field of a kind, quoted. Raises ValueError where the kind has none of that name."""
    if name not in CARRIED and name not in {spec.name for spec in fields_of(kind)}:
        raise ValueError(f"{kind} has no field {name!r}")
    return f'"{name}"'


def tag(name: str) -> str:
    """A tag, quoted. Raises ValueError for one that is not written."""
    if name not in TAGS:
        raise ValueError(f"there is no tag {name!r}")
    return f'"{name}"'


def _id(text: str) -> str:
    if not topics.valid_id(text):
        raise ValueError(f"{text!r} is no id of a city or node")
    return f"'{text}'"


def of_city(city: str) -> str:
    """Readings of one city, of the nodes chosen above the board."""
    return f"{tag('city')} = {_id(city)} AND {SHOWN_NODES}"


def _live(window_s: float) -> str:
    return f"time > now() - {round(window_s)}s"


def good(kind: KindName) -> str:
    """Readings one may draw: good or not judged, never suspect, failed or missing."""
    return f"{field(kind, 'quality')} <= {int(Quality.UNKNOWN)}"


def over_time(kind: KindName, name: str, city: str, *, function: str = "mean", node: str | None = None) -> str:
    """One line per node. Buckets without a good reading stay empty: a gap is shown as a gap."""
    where = f"{tag('city')} = {_id(city)} AND {tag('node')} = {_id(node)}" if node else of_city(city)
    return (
        f'SELECT {function}({field(kind, name)}) FROM "{kind}" WHERE {where} AND {good(kind)} AND $timeFilter '
        f"GROUP BY time($__interval), {tag('node')} fill(none)"
    )


def newest(kind: KindName, names: tuple[str, ...], city: str) -> str:
    """One row per node with the newest value of each field, each looked for on its own."""
    columns = ", ".join(f'last({field(kind, name)}) AS "{name}"' for name in names)
    return f'SELECT {columns} FROM "{kind}" WHERE {of_city(city)} AND $timeFilter GROUP BY {tag("node")}'


def count_where_newest(kind: KindName, name: str, value: str, city: str, window_s: float) -> str:
    """How many nodes' newest reading, if no older than the window, has this value (an InfluxQL literal)."""
    return (
        f'SELECT count("newest") FROM (SELECT last({field(kind, name)}) AS "newest" FROM "{kind}" '
        f'WHERE {of_city(city)} AND {_live(window_s)} GROUP BY {tag("node")}) WHERE "newest" = {value}'
    )


def count_heard(kind: KindName, city: str, window_s: float) -> str:
    """How many nodes sent a reading of this kind within the window."""
    return (
        f'SELECT count("newest") FROM (SELECT last({field(kind, "seq")}) AS "newest" FROM "{kind}" '
        f"WHERE {of_city(city)} AND {_live(window_s)} GROUP BY {tag('node')})"
    )


def oldest_newest(kind: KindName, city: str) -> str:
    """When the node that has been silent longest was last heard, in milliseconds since 1970."""
    return (
        f'SELECT min("heard") / 1000 AS "{kind}" FROM (SELECT last({field(kind, "received_us")}) AS "heard" '
        f'FROM "{kind}" WHERE {of_city(city)} AND $timeFilter GROUP BY {tag("node")})'
    )


def readings_per_interval(city: str) -> str:
    """How many readings were stored, by kind."""
    return (
        f"SELECT count({field('node', 'seq')}) FROM {EVERY_KIND} WHERE {of_city(city)} AND $timeFilter "
        "GROUP BY time($__interval) fill(0)"
    )


def nodes_of(city: str) -> str:
    """The values of the board's node variable."""
    return f"SHOW TAG VALUES FROM {EVERY_KIND} WITH KEY = {tag('node')} WHERE {tag('city')} = {_id(city)}"
