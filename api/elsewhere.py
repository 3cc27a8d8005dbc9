"""How a case stands in the city's own systems: under which numbers, and, where the city has its desk in one of them,
what has become of it on the way there."""

from __future__ import annotations

from api.context import Context
from complaints.systems.port import SystemInfo
from store.cases import Case

WORKED_HERE = frozenset({"periksa", "sembunyi"})
"""what stays with us of a case that is worked on elsewhere: what our own pages let everybody read of it"""


def elsewhere(context: Context, number: str) -> list[tuple[str, str, str]]:
    """The system's label, its number for the case and its page, "" where it has none."""
    labels = {one.name: one.label for one in context.systems}
    if not labels:
        return []
    found = [one for one in context.cities.filings_of(number) if one.foreign and one.system in labels]
    return [(labels[one.system], one.foreign, one.url) for one in found]


def shown_first(context: Context, number: str) -> str:
    """The number that people are told instead of ours, where the city's file says so; "" while there is none."""
    return first_of(context, number)[0]


def first_of(context: Context, number: str) -> tuple[str, str]:
    """The same, and its page there, each "" where there is none."""
    first = first_system(context)
    if first is None:
        return "", ""
    known = (one for one in context.cities.filings_of(number) if one.foreign and one.system == first.name)
    return next(((one.foreign, one.url) for one in known), ("", ""))


def desk_of(context: Context) -> SystemInfo | None:
    """The system in which the city's cases are worked on, None where that is our own desk."""
    return next((one for one in context.systems if one.desk), None)


def worked_by(context: Context, case: Case) -> SystemInfo | None:
    """Where this case is worked on, None for here. What the public must not see never leaves us."""
    return desk_of(context) if case.public else None


def on_the_way(context: Context, case: Case) -> str:
    """The key of what is said of a case that is worked on elsewhere and has no number there yet, "" where it has."""
    info = worked_by(context, case)
    if info is None:
        return ""
    filing = next((one for one in context.cities.filings_of(case.number) if one.system == info.name), None)
    if filing is None or filing.state == "waiting":
        if info.kind == "manual":
            return "desk_by_hand"
        feed = next((one for one in context.cities.feeds(context.city) if one.system == info.name), None)
        return "desk_away" if feed is not None and feed.said else "desk_waits"
    if filing.state == "closed":
        return "" if filing.foreign else "desk_left_out"
    return "desk_unclear" if filing.state in ("unknown", "refused") else ""


def case_under(context: Context, number: str) -> Case | None:
    """The case of this number: ours, or the one that people are told instead of it."""
    case = context.cities.case(number)
    first = first_system(context)
    if case is not None or first is None:
        return case
    filing = context.cities.filing_under(context.city, first.name, number)
    return context.cities.case(filing.number) if filing is not None else None


def first_system(context: Context) -> SystemInfo | None:
    """The system whose numbers people are told, None where they are told ours."""
    return desk_of(context) or next((one for one in context.systems if one.shown_first), None)
