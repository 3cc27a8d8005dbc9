"""Under which numbers a case stands in the city's own systems."""

from __future__ import annotations

from api.context import Context


def elsewhere(context: Context, number: str) -> list[tuple[str, str, str]]:
    """The system's label, its number for the case and its page, "" where it has none."""
    labels = {one.name: one.label for one in context.systems}
    if not labels:
        return []
    found = [one for one in context.cities.filings_of(number) if one.foreign and one.system in labels]
    return [(labels[one.system], one.foreign, one.url) for one in found]


def shown_first(context: Context, number: str) -> str:
    """The number that people are told instead of ours, where the city's file says so; "" while there is none."""
    first = {one.name for one in context.systems if one.shown_first}
    if not first:
        return ""
    return next((one.foreign for one in context.cities.filings_of(number) if one.foreign and one.system in first), "")
