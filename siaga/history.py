"""A history of gauges out of a CSV file or the readings' store, and a replay's story as JSON and for people."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from alerts.lifecycle import USABLE
from alerts.release_stream import dam_of
from alerts.replay import Announced, Lived, Moment, Past, Story, Unbelieved
from contract.city import NOTICE, NodeKind, Profile
from contract.clock import from_us, to_us
from contract.errors import BadInput
from contract.incident import Incident
from store.ports import Placement, ReadingStore, Row
from store.ports import Series as Key

_UNITS = {"_cm": 1.0, "_m": 100.0}
_NONE = frozenset({"", "nan", "-", "null", "none", "na", "n/a", "#n/a", "<na>"})


class Series(NamedTuple):
    """Readings in the order of the file; each gauge's node by the name its column gives it; columns nobody reads. From
    the store also what dams were announced to let go, in the order in which it was said. `until_us`: up to when it is
    known that nothing more was read, 0 where it is empty."""

    history: list[Past]
    gauges: Mapping[str, str]
    ignored: tuple[str, ...]
    notices: Sequence[Announced] = ()
    until_us: int = 0


def placed(profile: Profile) -> dict[str, Placement]:
    """The nodes of a city's folder where the folder places them."""
    sites = {site.code: site for site in profile.sites}
    return {
        node.node: Placement(
            city=profile.code,
            node=node.node,
            kind=node.kind,
            name=node.name,
            site=node.site,
            site_name=site.name,
            region=site.region,
            lat=site.lat,
            lon=site.lon,
            river=site.river,
            river_km=site.river_km,
            uplink=site.uplink,
            power=site.power,
            audience=node.audience,
            sensors={sensor.sensor: (sensor.kind, sensor.period_s) for sensor in node.sensors},
            link=node.link,
        )
        for node in profile.nodes
        if (site := sites[node.site])
    }


def names(profile: Profile, *kinds: NodeKind) -> dict[str, str]:
    """How people and files may call a node (of these kinds; all where none is said): by its own name, or by its site's
    code where it is the only one there. The node by that name."""
    nodes = [node for node in profile.nodes if not kinds or node.kind in kinds]
    at: dict[str, list[str]] = {}
    for node in nodes:
        at.setdefault(node.site, []).append(node.node)
    return {site: there[0] for site, there in at.items() if len(there) == 1} | {one.node: one.node for one in nodes}


def moment_us(text: str, where: str) -> int:
    """An ISO 8601 time with its zone. Raises BadInput."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} is no time", where=where, remedy="Write 2025-03-02T21:00:00+07:00.") from None
    if moment.tzinfo is None:
        raise BadInput(f"{text!r} does not say its zone", where=where, remedy="Write +07:00, or Z, behind it.")
    return to_us(moment)


def read_series(path: Path, profile: Profile) -> Series:
    """A file with a column `time` (ISO 8601 with its zone) and a column `<gauge>_cm` or `<gauge>_m` a gauge.

    An empty cell is no reading; a row of them says that nothing was read by then. Capital letters in a column's name
    are as small ones. A spreadsheet set to Indonesian writes semicolons between cells and commas in numbers: it is read
    as well. Raises BadInput with file, line and remedy.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read: {error}", where=str(path), remedy="Save it as UTF-8 text (CSV).") from None
    lines = text.splitlines()
    indonesian = bool(lines) and ";" in lines[0] and "," not in lines[0]
    table = csv.reader(lines, delimiter=";" if indonesian else ",")
    head = [name.strip() for name in next(table, [])]
    if not any(_is_time(name) for name in head):
        raise BadInput(
            "there is no column 'time'", where=f"{path}, line 1", remedy="Name the columns: time, <gauge>_cm, …"
        )
    columns, gauges, ignored = _columns(path, head, names(profile, "gauge"))
    history: list[Past] = []
    until_us = 0
    for cells in table:
        if any(cell.strip() for cell in cells):
            plain = [cell.replace(",", ".") for cell in cells] if indonesian else cells
            at_us, read = _row(f"{path}, line {table.line_num}", head, plain, columns)
            until_us = max(until_us, at_us)
            history += read
    # What comes with an earlier time than the line before was keyed in late; a replay judges in the order of time.
    history.sort(key=lambda past: past.at_us)
    return Series(history, gauges, ignored, until_us=until_us)


def _is_time(column: str) -> bool:
    return column.casefold() == "time"


def _columns(
    path: Path, head: list[str], known: Mapping[str, str]
) -> tuple[list[tuple[int, str, float]], dict[str, str], tuple[str, ...]]:
    """(column, node, cm in its unit) of each gauge, the gauges by name, and the names of all other columns."""
    columns: list[tuple[int, str, float]] = []
    gauges: dict[str, str] = {}
    ignored = []
    called = {name.casefold(): name for name in known}
    of_time = next(at for at, name in enumerate(head) if _is_time(name))
    for at, name in enumerate(head):
        unit = next((unit for unit in _UNITS if name.casefold().endswith(unit)), "")
        gauge = called.get(name.casefold().removesuffix(unit))
        if unit and gauge is not None:
            if known[gauge] in gauges.values():
                raise BadInput(
                    f"the column {name!r} gives a gauge a second time", where=f"{path}, line 1", remedy="Keep one."
                )
            columns.append((at, known[gauge], _UNITS[unit]))
            gauges[gauge] = known[gauge]
        elif at != of_time:
            ignored.append(name)
    if not gauges:
        raise BadInput(
            "no column is a gauge of the city",
            where=f"{path}, line 1",
            remedy=f"Name them <gauge>_cm or <gauge>_m; gauges here: {', '.join(known) or 'none'}.",
        )
    return columns, gauges, tuple(ignored)


def _row(
    where: str, head: list[str], cells: list[str], columns: list[tuple[int, str, float]]
) -> tuple[int, list[Past]]:
    """The moment of a row, and what was read then."""
    if len(cells) != len(head):
        raise BadInput(f"{len(cells)} cells under {len(head)} columns", where=where, remedy="Give every column a cell.")
    when = next(cell for name, cell in zip(head, cells, strict=True) if _is_time(name)).strip()
    at_us = moment_us(when, where)
    read = []
    for at, node, cm in columns:
        cell = cells[at].strip()
        if cell.lower() in _NONE:
            continue
        try:
            value = float(cell)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise BadInput(
                f"{head[at]} is {cell!r}, which is no number", where=where, remedy="Leave a missing reading empty."
            )
        read.append(Past(node, at_us, value * cm))
    return at_us, read


def joined(several: Sequence[Series]) -> Series:
    """Histories one after the other, in the order of time."""
    history = sorted((past for one in several for past in one.history), key=lambda past: past.at_us)
    gauges = {name: node for one in several for name, node in one.gauges.items()}
    until_us = max((one.until_us for one in several), default=0)
    return Series(history, gauges, tuple(sorted({name for one in several for name in one.ignored})), until_us=until_us)


def read_store(
    readings: ReadingStore, profile: Profile, begin_us: int, end_us: int, *, page_rows: int = 50_000
) -> Series:
    """Good readings of the city's gauges in the store, taken from `begin_us` to before `end_us`, and what was announced
    at them within that time. Raises Unavailable."""
    history = [
        Past(node.node, row.observed_us, float(value))
        for node in profile.nodes
        if node.kind == "gauge"
        for sensor in node.sensors
        if sensor.kind == "flood"
        for row in _between(readings, Key(profile.code, node.node, sensor.sensor, "flood"), begin_us, end_us, page_rows)
        if row.quality in USABLE and isinstance(value := row.values.get("level_cm"), int | float)
    ]
    history.sort(key=lambda past: past.at_us)
    notices = [
        Announced(node.node, NOTICE, _told_us(row), row.values)
        for node in profile.nodes
        if node.kind == "gauge"
        for row in _between(readings, Key(profile.code, node.node, NOTICE, "release"), begin_us, end_us, page_rows)
        if row.quality in USABLE
    ]
    notices.sort(key=lambda notice: notice.at_us)
    called = {node: name for name, node in reversed(names(profile, "gauge").items())}
    gauges = {called[node]: node for node in {past.gauge for past in history}}
    return Series(history, gauges, (), notices, end_us)


def _told_us(row: Row) -> int:
    """When a notice was said; when it came, where its post does not know when that was."""
    return row.received_us if row.trust == "untrusted" else min(row.observed_us, row.received_us)


def _between(readings: ReadingStore, key: Key, begin_us: int, end_us: int, most: int) -> Iterator[Row]:
    """A store gives the newest of what it is asked for: where that is all it may give, it is asked for less."""
    rows = readings.between(key, begin_us, end_us, limit=most)
    if len(rows) < most or end_us - begin_us < 2:
        yield from rows
        return
    middle_us = (begin_us + end_us) // 2
    yield from _between(readings, key, begin_us, middle_us, most)
    yield from _between(readings, key, middle_us, end_us, most)


def as_json(story: Story, series: Series, profile: Profile) -> dict[str, Any]:
    """The story under the names that the series gives its gauges; times in the city's zone."""
    zone = ZoneInfo(profile.zone)
    called = {node: gauge for gauge, node in reversed(names(profile, "gauge").items())}
    name = {node.node: node.node for node in profile.nodes} | called | {n: gauge for gauge, n in series.gauges.items()}

    def time(us: int | None) -> str | None:
        return None if us is None else from_us(us).astimezone(zone).isoformat()

    def moments(some: Iterable[Moment]) -> list[list[Any]]:
        return [[time(one.at_us), int(one.level)] for one in some]

    def why(one: Unbelieved) -> str:
        scale = profile.scale_of(one.gauge)
        can_be = scale is None or scale.can_show(one.cm)
        return "a jump that was alone" if can_be else "more or less than the gauge can show"

    def doubted(some: Iterable[Unbelieved]) -> list[dict[str, Any]]:
        return [
            {"gauge": name[one.gauge], "time": time(one.at_us), "cm": round(one.cm, 1), "why": why(one)} for one in some
        ]

    def life(one: Lived) -> dict[str, Any]:
        incident = one.incident
        return {
            "gauge": name[incident.node],
            "level": int(one.changes[0].level),
            "worst": int(incident.peak or one.changes[0].level),
            "crossed_at": time(incident.crossed_us),
            "opened_at": time(incident.opened_us),
            "changes": moments(one.changes),
            "public_changes": moments(one.public),
            "orders": [[time(at_us), ground] for at_us, ground in one.orders],
            "closed_at": time(incident.resolved_us),
            "silent": [[time(begin), time(end)] for begin, end in one.silences],
            "peak_cm": incident.peak_value,
            "audience": incident.audience,
            "suppressed": doubted(one.unbelieved),
        }

    def announced(incident: Incident) -> dict[str, Any]:
        if incident.begins_us is None:
            return {}
        begins, until = time(incident.begins_us), time(incident.until_us)
        return {"dam": dam_of(incident.entity), "begins_at": begins, "until_at": until}

    def other(one: Lived) -> dict[str, Any]:
        incident = one.incident
        return {
            "gauge": name[incident.node],
            "rule": incident.rule,
            **announced(incident),
            "crossed_at": time(incident.crossed_us),
            "opened_at": time(incident.opened_us),
            "closed_at": time(incident.resolved_us),
            "peak": incident.peak_value,
            "audience": incident.audience,
        }

    return {
        "city": profile.code,
        "readings": len(series.history),
        "notices": len(series.notices),
        "gauges": sorted(series.gauges),
        "ignored": list(series.ignored),
        "incidents": [life(one) for one in story.lives],
        "others": [other(one) for one in story.others],
        "shorter_than_5_min": sum(one.short for one in story.lives),
        "suppressed": doubted(story.unbelieved),
        "said": [
            {"time": time(one.at_us), "gauge": name[one.gauge], "to": one.audience, **one.text} for one in story.told
        ],
    }
