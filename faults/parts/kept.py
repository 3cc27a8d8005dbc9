"""Everything that a city keeps of a story, without the moments at which it came to know: two cities can be compared."""

from __future__ import annotations

from typing import NamedTuple

from faults.books import all_cases
from store.ports import CityStore, ReadingStore, Row

_MANY = 10_000


class Kept(NamedTuple):
    rows: tuple[tuple[object, ...], ...]
    quarantine: tuple[tuple[object, ...], ...]
    incidents: tuple[tuple[object, ...], ...]
    cases: tuple[tuple[object, ...], ...]


def rows_of(city: str, readings: ReadingStore) -> list[Row]:
    """Every reading kept, in the order in which they came."""
    found: list[Row] = []
    since_us = 0
    while page := readings.received_since(city, since_us):
        found += page
        since_us = page[-1].received_us + 1
    return found


def kept_of(city: str, readings: ReadingStore, cities: CityStore) -> Kept:
    """As it is now."""
    rows = (
        (
            *row.series, row.epoch, row.seq, row.observed_us, row.region, row.trust, int(row.quality),
            tuple(sorted(row.values.items())), tuple(sorted(row.checks.items())),
        )
        for row in rows_of(city, readings)
    )  # fmt: skip
    quarantine = ((item.node, item.reason, item.epoch, item.seq) for item in cities.quarantined(city, limit=_MANY))
    incidents = (
        (one.rule, one.node, one.state.value, one.peak.name if one.peak is not None else "")
        for one in cities.incidents(city)
        if one.found_us is None
    )
    cases = ((case.category, case.region, case.agency, case.state) for case in all_cases(city, cities))
    return Kept(tuple(sorted(rows)), tuple(sorted(quarantine)), tuple(sorted(incidents)), tuple(sorted(cases)))
