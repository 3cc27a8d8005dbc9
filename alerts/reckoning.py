"""Forecasts that people were told, held against the water that came. What came of one is worked out purely
(`outcome_of`); `Reckoning` reads what was measured below, in a thread of its own, and keeps the answer.

The water has come where the gauge below was first measured at the level that was told of, or worse; where it never was,
at the highest crest. It is looked for from half of the shortest way to half as long again as the longest: what comes
outside of that is other water (`contract.forecast.Forecast.searched`).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from queue import Empty, SimpleQueue

import structlog

from alerts.lifecycle import USABLE
from alerts.travel import HOLE_US, Point, crests, sound
from contract.clock import DAY_US, MINUTE_US, Clock
from contract.errors import Unavailable
from contract.forecast import Forecast
from contract.levels import Scale
from store.ports import CityStore, EngineCommit, Lease, Placement, ReadingStore, Series

_LOOK_US = MINUTE_US
_AGAIN_US = 10 * MINUTE_US
_GIVEN_UP_US = DAY_US
"""so long what was not measured may still come by back-fill"""
_MOST = 20_000

log = structlog.get_logger(__name__)


def outcome_of(told: Forecast, points: Sequence[Point], scale: Scale) -> Forecast:
    """The forecast with what came of it. `points`: the good readings of the gauge below, in the order of time, from a
    while before `told.searched` until a while after it."""
    known = sound(points, scale.jump_cm)
    begin_us, end_us = told.searched
    hole_us = min(HOLE_US, (end_us - begin_us) // 2)
    last_us, stood = None, False
    for point in known:
        if point.at_us > end_us:
            break
        at_level = not told.level.worse_than(scale.level_at(point.cm))
        if point.at_us >= begin_us:
            if last_us is None or point.at_us - last_us > hole_us:
                return replace(told, outcome="unseen")
            if stood:
                return replace(told, outcome="there")
            if at_level:
                return replace(told, outcome="level", came_us=point.at_us)
        last_us, stood = point.at_us, at_level
    if last_us is None or end_us - last_us > hole_us:
        return replace(told, outcome="unseen")
    tops = crests(known, falling=scale.direction == "falling")
    came = [one for one in tops if begin_us <= one.at_us <= end_us]
    if not came:
        return replace(told, outcome="absent")
    return replace(told, outcome="crest", came_us=max(came, key=lambda one: one.rise_cm).at_us)


class Reckoning:
    """One city's. One forecast at a time is held against the water, as soon as that cannot come any more."""

    def __init__(self, city: str, cities: CityStore, readings: ReadingStore, clock: Clock) -> None:
        self._city = city
        self._cities = cities
        self._readings = readings
        self._clock = clock
        self._asked: _Asked | None = None
        self._next_us = 0
        self._later: dict[tuple[str, int, str], int] = {}
        self._failing = False

    @property
    def busy(self) -> bool:
        """Whether an answer is waited for."""
        return self._asked is not None

    def turn(self, lease: Lease, places: Mapping[str, Placement], scales: Mapping[str, Scale]) -> None:
        """Ask for the next forecast's water, or keep what came of it; never waits. Raises as `CityStore.commit`."""
        if self._asked is None:
            mono_us = self._clock.mono_us()
            if mono_us < self._next_us:
                return
            self._next_us = mono_us + _LOOK_US
            told = self._due()
            if told is not None:
                self._asked = _Asked(self._readings, told, places.get(told.downstream))
            return
        try:
            points = self._asked.answer()
        except Unavailable as error:
            self._asked = None
            if not self._failing:
                log.warning("forecast.not_held_against", city=self._city, error=str(error))
            self._failing = True
            return
        except Exception as error:  # a table of what is past must never end what warns now
            told, self._asked = self._asked.told, None
            self._later[_key(told)] = self._clock.now_us() + _AGAIN_US
            log.error("forecast.holding_broke", city=self._city, incident=told.incident, exc_info=error)
            return
        if points is not None:
            told, self._asked, self._failing = self._asked.told, None, False
            scale = scales.get(told.downstream)
            self._keep(lease, replace(told, outcome="unseen") if scale is None else outcome_of(told, points, scale))
            self._next_us = self._clock.mono_us()

    def _due(self) -> Forecast | None:
        now_us = self._clock.now_us()
        for told in self._cities.open_forecasts(self._city):
            if max(told.searched.until_us, self._later.get(_key(told), 0)) <= now_us:
                return told
        return None

    def _keep(self, lease: Lease, told: Forecast) -> None:
        now_us = self._clock.now_us()
        if told.outcome == "unseen" and now_us < told.searched.until_us + _GIVEN_UP_US:
            self._later[_key(told)] = now_us + _AGAIN_US
            return
        self._cities.commit(lease, EngineCommit(forecasts=(told,)))
        self._later.pop(_key(told), None)
        log.info(
            "forecast.held_against", city=self._city, upstream=told.upstream, downstream=told.downstream,
            outcome=told.outcome, inside=told.inside, incident=told.incident,
        )  # fmt: skip


def _key(told: Forecast) -> tuple[str, int, str]:
    return told.incident, told.change, told.downstream


class _Asked:
    """What a gauge measured about the time for which its water was forecast, read in a thread of its own: a store that
    takes half a minute for an answer must not keep the engine from what comes in now."""

    def __init__(self, readings: ReadingStore, told: Forecast, place: Placement | None) -> None:
        self.told = told
        self._readings = readings
        sensors = {} if place is None else place.sensors
        self._series = [
            Series(told.city, told.downstream, sensor, kind) for sensor, (kind, _) in sensors.items() if kind == "flood"
        ]
        self._answer: SimpleQueue[list[Point] | Exception] = SimpleQueue()
        threading.Thread(target=self._read, name=f"forecast {told.city}", daemon=True).start()

    def answer(self) -> list[Point] | None:
        """None where it is not there yet. Raises what the store raised: Unavailable, or what nobody thought of."""
        try:
            found = self._answer.get_nowait()
        except Empty:
            return None
        if isinstance(found, Exception):
            raise found
        return found

    def _read(self) -> None:
        begin_us, end_us = self.told.searched
        try:
            points = [
                Point(row.observed_us, float(cm))
                for series in self._series
                for row in self._readings.between(series, begin_us - HOLE_US, end_us + HOLE_US, limit=_MOST)
                if row.quality in USABLE and isinstance(cm := row.values.get("level_cm"), int | float)
            ]
        except Exception as error:  # noqa: BLE001  a thread's end: it is raised again where the engine asks
            self._answer.put(error)
        else:
            self._answer.put(sorted(points))
