"""What the engine missed while it was down, judged from the store through the same code.

The snapshot says where it stood, the city's own tables what it had already told, and the readings since what came
meanwhile. Time within the catch-up is when each reading was received, so that a reading that was live then is judged
as live now, and a silence that was over its time then is found.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import structlog

from alerts.engine import Engine, Transition
from alerts.rules import Rule, longest_window_s
from alerts.samples import from_row
from contract.clock import MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.incident import Incident
from store.ports import CityStore, Event, ReadingStore

_PAGE = 10_000
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


def missed(
    engine: Engine, readings: ReadingStore, rules: Sequence[Rule], watermark_us: int, now_us: int
) -> Iterator[tuple[list[Transition], int]]:
    """Judge everything received since the watermark less the longest window, a page at a time: (transitions, rows).

    Raises Unavailable where the readings cannot be read; what was yielded until then stays judged, and reading the
    same rows again changes nothing.
    """
    since_us = watermark_us - round(longest_window_s(rules) * SECOND_US)
    while True:
        page = readings.received_since(engine.city, since_us, limit=_PAGE)
        transitions: list[Transition] = []
        for row in page:
            received_us = min(row.received_us, now_us)
            engine.witness(received_us)  # a reading that was kept then is proof that readings came through
            transitions += engine.tick(received_us, now_us)
            transitions += engine.step(from_row(row), received_us, now_us)
        yield transitions, len(page)
        if len(page) < _PAGE:
            return
        since_us = page[-1].received_us + 1


def last_heard(engine: Engine, readings: ReadingStore) -> None:
    """At a start without a snapshot: every stream that ever spoke is waited for from now on."""
    for row in readings.latest(engine.city):
        engine.heard_before(from_row(row), row.received_us)
