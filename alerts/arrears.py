"""What the engine has yet to judge: readings that came while it was down, asleep or without its store.

They are read back from the readings' store and judged through the same code. Time within the catch-up is when each
reading was received, so that a reading that was live then is judged as live now, and a silence that was over its time
then is found.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from queue import Empty, Full, Queue
from typing import NamedTuple

import structlog

from alerts.engine import Engine, Transition
from alerts.rules import Rule, longest_window_s
from alerts.samples import Sample, from_row
from contract.clock import SECOND_US, Clock
from contract.errors import Unavailable
from store.ports import ReadingStore, Row

_PAGE = 10_000
_PAGES_AHEAD = 2
_LOOK_S = 0.2
_FAREWELL_S = 1.0
_AGAIN_S = 5.0
_ORDER_S = 2.0

log = structlog.get_logger(__name__)


class Arrears:
    """One engine's debt: everything that was received since a moment. `share_s`: the longest that one turn of the
    caller may spend on it."""

    def __init__(self, city: str, readings: ReadingStore, clock: Clock, share_s: float) -> None:
        self._city = city
        self._readings = readings
        self._clock = clock
        self._share_s = share_s
        self._asked_mono_us = 0
        self._reader: _Reader | None = None
        self._paid = 0
        self.since_us: int | None = None
        """from when on what was received has yet to be judged, None where nothing is owed"""

    def begin(self, since_us: int) -> None:
        """An engine takes the city over: whatever came since then is owed, whatever was owed before."""
        self.since_us = None
        self.owe(since_us)

    def owe(self, since_us: int) -> None:
        """Whatever was received since then has yet to be judged, too."""
        self.since_us = since_us if self.since_us is None else min(self.since_us, since_us)
        self._asked_mono_us = 0
        self.stop()

    def stop(self) -> None:
        """Nobody reads on for now. What is owed stays owed."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def pay(self, engine: Engine, rules: Sequence[Rule], into: list[Transition]) -> bool:
        """Judge what was missed, as far as the readings' store has told it; what comes of it is added to `into`. True
        where all was paid just now. Raises Unavailable, and what was judged until then stays judged.

        A new debt is waited for a moment, so that all is judged in the order in which it came; what comes in now does
        not wait for a store that is slow or away.
        """
        if self.since_us is None:
            return False
        began_us, patience_s = self._clock.mono_us(), 0.0
        if self._reader is None:
            if not self._asked_mono_us:
                patience_s = min(_ORDER_S, self._share_s)
            elif began_us - self._asked_mono_us < _AGAIN_S * SECOND_US:
                return False
            self._asked_mono_us = began_us
            self._paid = 0
            self._reader = _Reader(self._city, self._readings, _missed_since(self.since_us, rules))
        try:
            return self._read_on(self._reader, engine, into, began_us, patience_s)
        except Unavailable:
            self.stop()
            raise

    def _read_on(
        self, reader: _Reader, engine: Engine, into: list[Transition], began_us: int, patience_s: float
    ) -> bool:
        while page := reader.next(patience_s):
            into += _judge(engine, page, self._clock.now_us())
            self._paid += len(page.rows)
            if page.last:
                self.stop()
                self.since_us = None
                log.info("alerts.caught_up", city=self._city, readings=self._paid, transitions=len(into))
                return True
            if self._clock.mono_us() - began_us > self._share_s * SECOND_US:
                break  # the lease must not run out over it; the next turn goes on
        return False


class Page(NamedTuple):
    """Rows that were missed; with the last of them, the newest row of every stream."""

    rows: Sequence[Row]
    newest: Sequence[Row]
    last: bool


class _Reader:
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


def _judge(engine: Engine, page: Page, now_us: int) -> list[Transition]:
    """Judge a page as if each reading came when it was received. After the last, every stream that ever spoke is
    waited for, and what was announced last and still holds is judged however long ago it came: the last word first, for
    an older one changes nothing beside it."""
    transitions: list[Transition] = []
    for row in page.rows:
        received_us = min(row.received_us, now_us)
        engine.witness(received_us)  # a reading that was kept then is proof that readings came through
        transitions += engine.tick(received_us, now_us)
        transitions += engine.step(from_row(row), received_us, now_us)
    for row in page.newest:
        if row.series.kind != "release":
            engine.heard_before(from_row(row), row.received_us)
    announced = [(_as_told(row), row.received_us) for row in page.newest if row.series.kind == "release"]
    for notice, received_us in sorted(announced, key=lambda one: -one[0].observed_us):
        transitions += engine.announced_before(notice, received_us, now_us)
    return transitions


def _as_told(row: Row) -> Sample:
    """A notice of long ago, told when it came where its post does not know when it was."""
    sample = from_row(row)
    told_us = row.received_us if sample.trust == "untrusted" else min(row.observed_us, row.received_us)
    return sample._replace(observed_us=told_us, trust="synced")


def _missed_since(watermark_us: int, rules: Sequence[Rule]) -> int:
    """From when on readings are to be judged again: the watermark less the longest window."""
    return watermark_us - round(longest_window_s(rules) * SECOND_US)
