"""What the engine missed while it was down, judged from the store through the same code.

The snapshot says where it stood, the city's own tables what it had already told, and the readings since what came
meanwhile. Time within the catch-up is when each reading was received, so that a reading that was live then is judged
as live now, and a silence that was over its time then is found.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping, Sequence
from queue import Empty, Full, Queue
from typing import Any, NamedTuple

import structlog

from alerts.engine import Engine, Transition
from alerts.rules import Rule, longest_window_s
from alerts.samples import from_row
from alerts.tellings import Tale
from contract.clock import MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.incident import Incident
from store.ports import CityStore, Event, ReadingStore, Row

_PAGE = 10_000
_PAGES_AHEAD = 2
_LOOK_S = 0.2
_FAREWELL_S = 1.0
_COLD_US = 15 * MINUTE_US
"""how far back a start without a snapshot looks at least, however short the rules' windows are"""

log = structlog.get_logger(__name__)


class Page(NamedTuple):
    """Rows that were missed; with the last of them, the newest row of every stream."""

    rows: Sequence[Row]
    newest: Sequence[Row]
    last: bool


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


def told_before(cities: CityStore, city: str) -> tuple[list[Tale], Mapping[str, Mapping[str, Any]]]:
    """What the last engine told: every event that is open or that it still had to say something of, and what it noted.
    Raises Unavailable."""
    rows = cities.tellings(city)
    by_event: dict[str, dict[str, Incident]] = {}
    for incident in (*cities.telling_incidents(city), *cities.open_incidents(city)):
        by_event.setdefault(incident.event, {})[incident.id] = incident
    events = cities.events(list(by_event))
    return [Tale(event, tuple(by_event[event.id].values())) for event in events.values()], rows


class Arrears:
    """The readings that were missed, read in a thread of its own: a store that takes half a minute for an answer must
    not keep the engine from what comes in now. Read once and judged with `next`."""

    def __init__(self, city: str, readings: ReadingStore, since_us: int) -> None:
        """Reading begins at once, with what was received at `since_us` or later."""
        self._city = city
        self._readings = readings
        self._since_us = since_us
        self._pages: Queue[Page | Exception] = Queue(_PAGES_AHEAD)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._read, name=f"arrears {city}", daemon=True)
        self._thread.start()

    def next(self, wait_s: float) -> Page | None:
        """The next page in the order in which the rows were received; None where none is there in time. The one with
        `last` ends it. Raises Unavailable where the readings cannot be read: what was returned until then stays
        judged, and reading the same rows again changes nothing."""
        try:
            page = self._pages.get(timeout=wait_s) if wait_s > 0 else self._pages.get_nowait()
        except Empty:
            return None
        if isinstance(page, Exception):
            raise page
        return page

    def close(self) -> None:
        """Nobody wants to know any more. An answer that is still waited for is not waited for here."""
        self._over.set()
        with contextlib.suppress(Empty):
            while True:
                self._pages.get_nowait()
        self._thread.join(_FAREWELL_S)

    def _read(self) -> None:
        try:
            since_us, last = self._since_us, False
            while not (last or self._over.is_set()):
                rows = self._readings.received_since(self._city, since_us, limit=_PAGE)
                last = len(rows) < _PAGE
                newest = self._readings.latest(self._city) if last else ()
                self._put(Page(rows, newest, last))
                since_us = rows[-1].received_us + 1 if rows else since_us
        except Exception as error:  # noqa: BLE001  a thread's end: it is raised again where the engine asks
            self._put(error)

    def _put(self, page: Page | Exception) -> None:
        while not self._over.is_set():
            with contextlib.suppress(Full):
                self._pages.put(page, timeout=_LOOK_S)
                return


def judge(engine: Engine, page: Page, now_us: int) -> list[Transition]:
    """Judge a page as if each reading came when it was received. After the last, every stream that ever spoke is
    waited for."""
    transitions: list[Transition] = []
    for row in page.rows:
        received_us = min(row.received_us, now_us)
        engine.witness(received_us)  # a reading that was kept then is proof that readings came through
        transitions += engine.tick(received_us, now_us)
        transitions += engine.step(from_row(row), received_us, now_us)
    for row in page.newest:
        engine.heard_before(from_row(row), row.received_us)
    return transitions


def missed_since(watermark_us: int, rules: Sequence[Rule]) -> int:
    """From when on readings are to be judged again: the watermark less the longest window."""
    return watermark_us - round(longest_window_s(rules) * SECOND_US)
