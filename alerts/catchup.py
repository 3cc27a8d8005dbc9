"""Where the last engine stopped and what it had told: its snapshot and the city's own tables.

What came since then is owed (`alerts.arrears`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from alerts.engine import Engine
from alerts.rules import Rule, longest_window_s
from alerts.tellings import Tale
from contract.clock import MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.incident import Incident
from store.ports import CityStore, Event

_COLD_US = 15 * MINUTE_US
"""how far back a start without a snapshot looks at least, however short the rules' windows are"""

log = structlog.get_logger(__name__)


def recall(engine: Engine, cities: CityStore, rules: Sequence[Rule], now_us: int) -> int:
    """Put the engine where the last one stopped; returns the watermark (µs, when its last reading was received).

    Raises Unavailable where the city's tables cannot be read: an engine that does not know what it has told must not
    speak.
    """
    kept = cities.engine_snapshot(engine.city)
    window_us = round(longest_window_s(rules) * SECOND_US)
    watermark_us = now_us - max(window_us, _COLD_US)
    if kept is not None:
        try:
            engine.restore(kept[0])
            watermark_us = kept[1]
        except BadInput as error:
            log.warning("alerts.snapshot_unreadable", city=engine.city, error=str(error))
            kept = None
    if kept is None:
        engine.forgive(watermark_us)
    since_us = min(watermark_us, now_us) - 2 * max(window_us, _COLD_US)
    newest: dict[tuple[str, str], Incident] = {}
    for incident in (*cities.incidents(engine.city, since_us), *cities.open_incidents(engine.city)):
        if incident.found_us is not None:
            continue  # it was never told, and nothing goes on from it
        known = newest.get((incident.rule, incident.entity))
        if known is None or (incident.opened_us, incident.open) > (known.opened_us, known.open):
            newest[incident.rule, incident.entity] = incident
    events: dict[str, Event] = {}
    for incident in newest.values():
        event = events.get(incident.event) or cities.event(incident.event)
        if event is not None:
            events[event.id] = event
            engine.adopt(incident, event)
    return watermark_us


def told_before(cities: CityStore, city: str) -> tuple[list[Tale], Mapping[str, Mapping[str, Any]]]:
    """What the last engine told: every event that is open or that it still had to say something of, and what it noted.
    Raises Unavailable."""
    rows = cities.tellings(city)
    by_event: dict[str, dict[str, Incident]] = {}
    for incident in (*cities.telling_incidents(city), *cities.open_incidents(city)):
        by_event.setdefault(incident.event, {})[incident.id] = incident
    events = cities.events(list(by_event))
    return [Tale(event, tuple(by_event[event.id].values())) for event in events.values()], rows
