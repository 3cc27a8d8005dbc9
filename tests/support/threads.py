"""A line more in a case's thread, as the desk keeps it."""

from __future__ import annotations

from complaints.casework import appended
from store.cases import CaseUpdate
from store.ports import CityStore


def add_update(cities: CityStore, update: CaseUpdate) -> bool:
    """Whether the line is new."""
    return cities.move_case(update.number, update.key, lambda sight: appended(sight, update)) is not None
