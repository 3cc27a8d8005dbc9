"""The desk port. The built-in desk and every city's own system stand behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from contract.case import CaseWord


@dataclass(frozen=True, slots=True)
class Report:
    """What the engine asks to be filed: one event, in words for people, at a place."""

    event: str
    city: str
    category: str
    region: str
    lat: float
    lon: float
    title: Mapping[str, str]
    description: Mapping[str, str]
    observed_us: int
    public: bool
    recurs_event: str | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the case of an event. `state` None leaves the case where it is."""

    event: str
    key: str
    at_us: int
    text: Mapping[str, str]
    state: CaseWord | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """The desk's answer: the number people follow, and where."""

    number: str
    url: str


class Desk(Protocol):
    """Raises Unavailable (keep it, try again) or Rejected (never; keep it with the reason)."""

    def file(self, report: Report, now_us: int) -> Receipt:
        """File one event as one case. The same event again returns the same receipt and files nothing."""

    def note(self, note: Note, now_us: int) -> None:
        """Append to the event's case. The same key again changes nothing. Rejected where the event has no case."""


def report_to_body(report: Report) -> dict[str, Any]:
    """As an outbox row carries it."""
    return {
        "event": report.event,
        "city": report.city,
        "category": report.category,
        "region": report.region,
        "lat": report.lat,
        "lon": report.lon,
        "title": dict(report.title),
        "description": dict(report.description),
        "observed_us": report.observed_us,
        "public": report.public,
        "recurs_event": report.recurs_event,
    }
