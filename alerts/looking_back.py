"""Looks at what came late, in the engine's process: one gauge at a time, beside the readings that come in now.

A look reads from the readings' store in a thread of its own: a store that takes half a minute for an answer holds up
nothing. What waits to be looked at stands in the engine's snapshot, and is gone from it only after what was found is
kept: killed in between, the same look finds it on record.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import structlog

from alerts.afterwards import Past, ended, live_us, on_record, untold
from alerts.engine import Engine
from alerts.late import Stretch, Where
from contract.clock import DAY_US
from contract.errors import Unavailable
from contract.incident import Incident
from store.ports import CityStore, Lease, ReadingStore, Row, Series

_SLICE_US = DAY_US
_FAREWELL_S = 1.0
_SILENT_US = DAY_US
"""what is not over, and of which nothing was heard for so long, is taken to be over with its last reading"""

log = structlog.get_logger(__name__)


class LookingBack:
    """One city's. One look is under way at most, and reads so many rows at once."""

    def __init__(self, city: str, readings: ReadingStore, cities: CityStore, rows_most: int = 10_000) -> None:
        self._city = city
        self._readings = readings
        self._cities = cities
        self._rows_most = rows_most
        self._look: _Look | None = None

    def turn(self, engine: Engine, lease: Lease, now_us: int) -> bool:
        """Begin a look, or keep what one has found. True where the engine's state has changed. Raises Unavailable where
        the city's store is away: what was found is kept here."""
        look = self._look
        if look is not None and look.engine is not engine:
            self.stop()
            return False
        if look is None:
            return self._begin(engine, now_us)
        if not look.over:
            return False
        if isinstance(look.error, Unavailable):
            log.warning("alerts.look_back_failed", city=self._city, node=look.where.node, error=str(look.error))
            engine.late.put_off(look.where, now_us)
        elif look.error is not None:
            # What is past must never end what warns now, and would do so again after each start.
            log.error("alerts.look_back_broke", city=self._city, node=look.where.node, exc_info=look.error)
            engine.late.put_off(look.where, now_us)
        elif self._keep(look, lease, now_us):
            engine.late.settle(look.where, look.stretch, now_us)
        else:
            engine.late.put_off(look.where, now_us)
        self._look = None
        return True

    def stop(self) -> None:
        """Nobody looks on for now. What is to be looked at stays so."""
        if self._look is not None:
            self._look.close()
            self._look = None

    def _begin(self, engine: Engine, now_us: int) -> bool:
        due = engine.late.due(now_us)
        if due is None:
            return False
        where, stretch = due
        fresh = engine.afresh(where.node)
        if fresh is None:
            engine.late.settle(where, stretch, now_us)  # no rule judges it any more
            return True
        past = Past(fresh, stretch, live_us(engine.places[where.node], where.sensor))
        self._look = _Look(self._readings, engine, where, stretch, past, fresh.window_us, now_us, self._rows_most)
        return False

    def _keep(self, look: _Look, lease: Lease, now_us: int) -> bool:
        """Whether all is said of this stretch. What is not over, and has no incident of its own, may yet get one."""
        found = look.past.found()
        if not found:
            return True
        entity = found[0].incident.entity
        since_us = min(one.incident.crossed_us for one in found)
        new = untold(found, self._cities.incidents_about(self._city, entity, since_us, now_us))
        silent = now_us - look.past.last_us > _SILENT_US
        over = [
            one if one.until_us is not None else ended(one, look.past.last_us) for one in new if one.until_us or silent
        ]
        if over:
            commit = on_record(over, now_us)
            self._cities.commit(lease, commit)
            for incident in commit.incidents:
                _log(incident)
        return len(over) == len(new)


@dataclass
class _Look:
    """At one gauge's stretch, with what the rules need before and after it."""

    readings: ReadingStore
    engine: Engine
    where: Where
    stretch: Stretch
    past: Past
    window_us: int
    now_us: int
    rows_most: int

    def __post_init__(self) -> None:
        self.error: Exception | None = None
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._read, name=f"look back {self.where.node}", daemon=True)
        self._thread.start()

    @property
    def over(self) -> bool:
        return not self._thread.is_alive()

    def close(self) -> None:
        """Nobody wants to know any more. An answer that is still waited for is not waited for here."""
        self._closed.set()
        self._thread.join(_FAREWELL_S)

    def _read(self) -> None:
        enough_us = self.stretch.last_us + self.window_us
        try:
            for row in self._rows(self.stretch.first_us - self.window_us):
                if row.observed_us > enough_us and not self.past.running:
                    return
                self.past.tell(row)
        except Exception as error:  # noqa: BLE001  a thread's end: it is looked at where the engine asks
            self.error = error

    def _rows(self, begin_us: int) -> Iterator[Row]:
        """All that is stored from then on, in the order of their own time, so many at once."""
        series = Series(self.engine.city, *self.where)
        while begin_us <= self.now_us and not self._closed.is_set():
            until_us = min(begin_us + _SLICE_US, self.now_us + 1)
            rows = self.readings.between(series, begin_us, until_us, limit=self.rows_most)
            while len(rows) >= self.rows_most and until_us - begin_us > 1:
                until_us = (begin_us + until_us) // 2  # a store gives the newest of what it is asked for
                rows = self.readings.between(series, begin_us, until_us, limit=self.rows_most)
            yield from rows
            begin_us = until_us


def _log(incident: Incident) -> None:
    log.info(
        "incident.found_afterwards",
        city=incident.city,
        rule=incident.rule,
        entity=incident.entity,
        water=incident.peak.name if incident.peak is not None else None,
        opened_us=incident.opened_us,
        over_us=incident.resolved_us,
        came_us=incident.came_us,
        audience=incident.audience,
        incident=incident.id,
    )
