"""What dams let go, as keepers and operators announce it: typed, kept as a reading of a kind of its own, told."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from api.context import Context
from api.gauges import BELIEVED
from api.keying import SLIP, clock_on
from api.snapshot import Snapshot
from api.tokens import digest
from contract.city import NOTICE, Profile
from contract.clock import DAY_US, HOUR_US, SECOND_US, to_us
from contract.incident import Incident
from contract.quality import Quality
from store.book import Entry
from store.ports import Row, Series

TEXT_MOST = 60
HOURS_MOST = 72.0
OPEN_ENDED_US = DAY_US
"""how long a release is told of whose end nobody has said"""
BACK_US = 4 * DAY_US
MOST_M3S = 100_000.0
MOST_CM = 10_000.0

_NUMBER = re.compile(r"([0-9]{1,6})(?:[.,]([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Announced:
    """The form as it was sent."""

    slip: str
    dam: str
    discharge: str = ""
    opening: str = ""
    clock: str = ""
    hours: str = ""
    told_by: str = ""
    called_off: bool = False

    @classmethod
    def read(cls, fields: dict[str, str]) -> Announced:
        return cls(
            fields.get("lembar", ""),
            " ".join(fields.get("bendung", "").split())[:TEXT_MOST],
            fields.get("debit", "").strip()[:TEXT_MOST],
            fields.get("bukaan", "").strip()[:TEXT_MOST],
            fields.get("mulai", "").strip()[:TEXT_MOST],
            fields.get("lama", "").strip()[:TEXT_MOST],
            " ".join(fields.get("sumber", "").split())[:TEXT_MOST],
            "batal" in fields,
        )


@dataclass(frozen=True, slots=True)
class Release:
    """One that is, or will be. `until_us` None: nobody has said for how long."""

    dam: str
    discharge_m3s: float | None
    opening_cm: float | None
    begins_us: int
    until_us: int | None
    told_by: str
    told_us: int
    called_off: bool = False


def entry_of(typed: Announced, node: str, now_us: int, profile: Profile, *, keeper: str, name: str) -> Entry | str:
    """The line of the book, or the key of the sentence that says what is wrong."""
    if not SLIP.fullmatch(typed.slip):
        return "post_slip"
    if not typed.dam:
        return "release_dam"
    discharge_m3s, opening_cm = number_of(typed.discharge, MOST_M3S), number_of(typed.opening, MOST_CM)
    if "" in (discharge_m3s, opening_cm) or (discharge_m3s is None and opening_cm is None and not typed.called_off):
        return "release_amount"
    begins_us = nearest(typed.clock, now_us, profile.zone)
    if begins_us is None:
        return "release_clock"
    hours = number_of(typed.hours, HOURS_MOST)
    if hours == "":
        return "release_hours"
    values: dict[str, object] = {
        "dam": typed.dam,
        "discharge_m3s": discharge_m3s,
        "opening_cm": opening_cm,
        "begins_us": begins_us,
        "lasts_s": hours * 3600 if isinstance(hours, float) else None,
        "told_by": typed.told_by or None,
        "called_off": typed.called_off or None,
    }
    words = f"{typed.slip} {typed.dam} {discharge_m3s} {opening_cm} {typed.clock} {hours} {typed.told_by}"
    return Entry(
        slip=digest(f"{words} {typed.called_off}")[:32],
        node=node,
        sensor=NOTICE,
        kind="release",
        observed_us=now_us,
        keyed_us=now_us,
        quality=Quality.GOOD,
        checks={},
        values={field: value for field, value in values.items() if value is not None},
        keeper=keeper,
        name=name,
    )


def number_of(text: str, most: float) -> float | str | None:
    """A number with a comma or a dot; None for nothing, "" for what is no such number."""
    if not text:
        return None
    found = _NUMBER.fullmatch(text)
    value = float(f"{found[1]}.{found[2] or 0}") if found else most + 1
    return value if value <= most else ""


def nearest(clock: str, now_us: int, zone: str) -> int | None:
    """The moment nearest to now at which a clock shows this: a release may have begun, or be still to come."""
    if not clock:
        return now_us
    then = clock_on(clock, now_us, zone)
    if then is None:
        return None
    moments = (to_us(then + timedelta(days=days)) for days in (-1, 0, 1))
    return min(moments, key=lambda moment: abs(moment - now_us))


def standing(rows: Sequence[Row], start_us: int, end_us: int) -> list[Release]:
    """The releases that touch the time from `start_us` to `end_us`, the latest to begin first: of each dam what was
    said last, and nothing where that was that it is called off."""
    newest: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: row.observed_us):
        newest[str(row.values.get("dam", "")).casefold()] = row
    found = [one for one in map(release_of, newest.values()) if not one.called_off]
    touching = [
        one
        for one in found
        if one.begins_us <= end_us + DAY_US and (one.until_us or one.begins_us + OPEN_ENDED_US) >= start_us
    ]
    return sorted(touching, key=lambda one: one.begins_us, reverse=True)


def on_river(context: Context, snapshot: Snapshot, river: str, start_us: int, end_us: int) -> list[Release]:
    """Of a river, by what its posts announced. Raises Unavailable where the store is away."""
    posts = [one.node for one in snapshot.placements if river and one.river == river]
    series = [row.series for node in posts for row in snapshot.rows.get(node, ()) if row.series.kind == "release"]
    rows = [row for one in series for row in context.readings.between(one, start_us - BACK_US, end_us + HOUR_US)]
    return standing(rows, start_us, end_us)


def of_dam(context: Context, incident: Incident, from_us: int, to_us: int) -> list[Release]:
    """Everything that was announced of an incident's dam within this time, what was called off too, the newest first.
    Raises Unavailable where a store is away."""
    where, name, dam = incident.entity.split("/", 2)
    placed = context.cities.placements(context.city)
    posts = {one.node for one in placed if name == (one.river if where == "river" else one.node)} | {incident.node}
    rows = [
        row
        for node in sorted(posts)
        for row in context.readings.between(Series(context.city, node, NOTICE, "release"), from_us, to_us + 1)
        if row.quality in BELIEVED
    ]
    said = [release_of(row) for row in rows]
    return sorted((one for one in said if _same(one.dam, dam)), key=lambda one: one.told_us, reverse=True)


def _same(one: str, other: str) -> bool:
    """Whether two notices speak of one dam, however it is written."""
    return " ".join(one.replace("/", " ").split()).casefold() == other.casefold()


def release_of(told: Row | Entry) -> Release:
    """The same as it stands in a row of the store, or in the book."""
    values = told.values
    begins_us = _whole(values.get("begins_us"), told.observed_us)
    lasts_s = _number(values.get("lasts_s"))
    return Release(
        dam=str(values.get("dam", "")),
        discharge_m3s=_number(values.get("discharge_m3s")),
        opening_cm=_number(values.get("opening_cm")),
        begins_us=begins_us,
        until_us=None if lasts_s is None else begins_us + round(lasts_s * SECOND_US),
        told_by=str(values.get("told_by") or ""),
        told_us=told.observed_us,
        called_off=values.get("called_off") is True,
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _whole(value: object, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise
