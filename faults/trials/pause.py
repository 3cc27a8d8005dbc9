"""`pause`: SIGSTOP of a process for a while: a collector's pause, a card that stalls, a machine that swaps.

Three things are tried in turn. An engine that sleeps past its lease wakes as a zombie while another rules, with a
transaction of its old right in hand: the store must refuse it. A process that hangs for longer than it may is killed
and replaced by `siaga up`. One that is stopped for less goes on where it was.

The city's seconds are played `FASTER` times as fast: a pause of 5 to 300 s lasts 0.5 to 30 s, and what may hang for
60 s may hang for six.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sqlite3
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, log
from pathlib import Path
from typing import Any

import psutil

from contract.clock import SECOND_US
from faults import floods
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.flood_city import BROKER, FLEET, POLE, WAVE_S, LaptopFlood, laptop_flood
from faults.parts.must import must
from faults.parts.receivers import Receivers, receivers
from faults.parts.served_city import ServedCity, Servers, served_city
from faults.parts.stages import Stage, last_beat, stage
from faults.result import Result

FASTER = 10.0
SPEED, SHORT_SPEED = 100.0, 600.0
_SHORTEST_S, _LONGEST_S = 5.0 / FASTER, 300.0 / FASTER
_HUNG_AFTER_S = 60.0 / FASTER
_ZOMBIE_RIVERS = 2
_SPARE_RIVERS = 12 * _ZOMBIE_RIVERS
_CONFIRMED_WITHIN_S = 4.0
_BACK_S = 60.0
_LOOK_S = 0.05
_WATCHED = ("ingest", "api", "alerts", BROKER)
"""whose hanging `siaga up` can see"""
_UNWATCHED = (FLEET, POLE)
_DEEDS = ("zombie", "hang", "pause")


# ---------------------------------------------------------------- a zombie


@dataclass
class _TwoEngines:
    """A city with two engines on two machines: one rules, one stands by."""

    laboratory: Laboratory
    city: ServedCity
    second: Stage
    second_folder: Path
    result: Result
    zombies: int
    to_come: int
    """zombies"""
    waited: int = 0
    """how often the engine was stopped before a transaction of its own"""
    untried: int = 0
    """zombies of which none met the fence"""

    def zombie(self) -> None:
        """Until one has met the fence: what stood before its lease's renewal, or between two attempts, learns by that
        alone that another rules."""
        self.to_come -= 1
        before = self.fenced()
        self._wake_too_late()
        while self.fenced() == before and self._rivers_to_spare():
            self._wake_too_late()
        self.untried += self.fenced() == before

    def _wake_too_late(self) -> None:
        """Stop the engine that rules while rivers rise, until the other has taken over; then wake it."""
        ruler, other = self._ruler()
        while not self._stopped_before_its_commit(ruler, anyway=not self._rivers_to_spare()):
            ruler, other = self._ruler()
        try:
            took_over = wait_until(lambda: self._rules(other), _BACK_S, _LOOK_S)
            self.result.expect(took_over, f"nobody took over from a stopped engine: {other.said()[-500:]}")
        finally:
            os.kill(ruler.pid, signal.SIGCONT)
        woke_us = self.laboratory.clock.now_us()
        knows = wait_until(lambda: self._stands_by(ruler, woke_us), _BACK_S, _LOOK_S)
        self.result.expect(knows, f"a zombie never learnt that another rules: {ruler.said()[-500:]}")

    def fenced(self) -> int:
        """How often the store refused an engine that was no longer the one."""
        lines = [line for one in (self._first, self.second) for line in one.lines("alerts.stepped_down")]
        return sum('"fenced"' in line for line in lines)

    def _rivers_to_spare(self) -> bool:
        """Whether another try leaves enough for the zombies to come."""
        return len(self.city.rivers) >= (self.to_come + 2) * _ZOMBIE_RIVERS

    def _stopped_before_its_commit(self, ruler: Stage, *, anyway: bool) -> bool:
        """Hold the city's database while floods are being noticed: the engine then stands before its transaction, its
        lease checked, and is stopped there. It may stand before the renewal of its lease instead: then it is only
        stopped where that has to do (`anyway`)."""
        file = str(self.city.settings["SIAGA_CITY_URL"]).removeprefix("sqlite:///")
        for _ in range(_ZOMBIE_RIVERS):
            self.city.rise()
        with contextlib.closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as db:
            # Not at once: the engine must have renewed its lease, and not be due to do it before the flood is sure.
            threading.Event().wait(self.laboratory.rng.uniform(0.4, 1.0))
            db.execute("BEGIN IMMEDIATE")
            try:
                waits = wait_until(lambda: self._facts(ruler).get("uncommitted"), _CONFIRMED_WITHIN_S, 0.02)
                self.waited += waits
                if waits or anyway:
                    os.kill(ruler.pid, signal.SIGSTOP)
            finally:
                db.execute("ROLLBACK")
        return waits or anyway

    @property
    def _first(self) -> Stage:
        return self.city.stage("alerts")

    def _ruler(self) -> tuple[Stage, Stage]:
        engines = (self._first, self.second)
        rules = wait_until(lambda: any(self._rules(one) for one in engines), _BACK_S, _LOOK_S)
        must(rules, f"no engine rules: {self._first.said()[-500:]}")
        return engines if self._rules(engines[0]) else (engines[1], engines[0])

    def _rules(self, one: Stage) -> bool:
        beat = self._beat(one)
        fresh = self.laboratory.clock.now_us() - int(beat.get("at_us", 0)) < 3 * SECOND_US
        return fresh and bool(beat["facts"]["leading"])

    def _stands_by(self, one: Stage, since_us: int) -> bool:
        beat = self._beat(one)
        return int(beat.get("at_us", 0)) > since_us and not beat["facts"]["leading"]

    def _facts(self, one: Stage) -> Mapping[str, Any]:
        facts: Mapping[str, Any] = self._beat(one).get("facts", {})
        return facts

    def _beat(self, one: Stage) -> Mapping[str, Any]:
        """The last sign of life of an engine; empty before its first."""
        return last_beat(self.second_folder if one is self.second else self.city.data, "alerts")


@contextlib.contextmanager
def _two_engines(laboratory: Laboratory, rounds: int, result: Result) -> Iterator[_TwoEngines]:
    """The city; at the end its account is added to `result`."""
    folder = laboratory.room("two-engines")
    servers = Servers(f"sqlite:///{folder / 'readings.db'}", f"sqlite:///{folder / 'city.db'}")
    with contextlib.ExitStack() as stack:
        told = stack.enter_context(receivers(folder / "receivers"))
        city = stack.enter_context(
            served_city(
                laboratory,
                folder / "rest",
                servers,
                rivers=rounds * _ZOMBIE_RIVERS + _SPARE_RIVERS,
                points=1,
                further=told.settings,
            )
        )
        data = folder / "data-2"
        settings = {**city.settings, "SIAGA_DATA_FOLDER": data}
        second = stack.enter_context(stage(folder / "log-2", settings, "alerts", machine="second"))
        must(second.until((data / "run" / "alerts.json").exists, _BACK_S), second.said())
        bench = _TwoEngines(laboratory, city, second, data, result, rounds, rounds)
        yield bench
        _settle(bench, told)


def _settle(bench: _TwoEngines, told: Receivers) -> None:
    city, result = bench.city, bench.result
    gauges = [gauge for some in city.risen.values() for gauge in some]
    noticed = wait_until(lambda: all(city.told(gauge) for gauge in gauges), _BACK_S, 0.1)
    result.expect(noticed, "a flood was never filed")
    said = wait_until(lambda: city.cities.outbox_depth(city.city)[0] == 0, _BACK_S, 0.1)
    result.expect(said, f"the outbox never emptied: {city.cities.outbox_depth(city.city)}")
    result.expect(city.drained(_BACK_S), "readings still wait")
    code = bench.second.terminate()
    result.expect(code == 0, f"the second engine ended with {code}: {bench.second.said()[-300:]}")
    fenced = bench.fenced()
    city.settle(result)
    result.notifications_duplicated += told.keyed.again()
    result.notifications_repeated += told.keyless.again()
    opened = frozenset(
        one.id for one in city.cities.incidents(city.city) if one.subject == "flood" and one.found_us is None
    )
    result.expect(not told.wrong, f"wrong messages: {told.wrong[:3]}")
    silent = told.silent(opened, frozenset())
    result.expect(not silent, f"never told: {'; '.join(silent[:5])}")
    result.expect(
        bench.untried <= bench.zombies // 4,
        f"of {bench.zombies} zombies {bench.untried} met no fence, though {bench.waited} had a transaction in hand",
    )
    result.figures["stopped_before_a_transaction"] = bench.waited
    result.figures["refused_by_the_fence"] = fenced


# ---------------------------------------------------------------- hung, and not


@dataclass
class _OneMachine:
    """A city under `siaga up`, whose processes are stopped for a while or for good."""

    laboratory: Laboratory
    city: LaptopFlood
    result: Result
    replaced: int = 0

    def hang(self) -> None:
        """Stopped for good: `siaga up` kills it and starts another, which works."""
        process = self.laboratory.rng.choice(_WATCHED)
        old = self._stop(process)
        if old is None:
            return
        stopped_us = self.laboratory.clock.now_us()
        try:
            another = wait_until(lambda: self.city.pid(process) not in (None, old), _HUNG_AFTER_S + _BACK_S, _LOOK_S)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(old, signal.SIGCONT)
        self.result.expect(another, f"nobody replaced a hung {process}: {self.city.said()[-500:]}")
        self.replaced += another
        self._works_again(process, stopped_us)

    def pause(self) -> None:
        """Stopped for less than it may hang, or where nobody watches: it goes on."""
        watched = self.laboratory.rng.random() < 0.5
        process = self.laboratory.rng.choice(_WATCHED if watched else _UNWATCHED)
        longest_s = min(_LONGEST_S, 0.6 * _HUNG_AFTER_S if watched or self.laboratory.short else _LONGEST_S)
        pause_s = exp(self.laboratory.rng.uniform(log(_SHORTEST_S), log(longest_s)))
        old = self._stop(process)
        if old is None:
            return
        threading.Event().wait(pause_s)
        stopped = psutil.pid_exists(old) and psutil.Process(old).status() == psutil.STATUS_STOPPED
        self.result.expect(stopped or not watched, f"{process} was not stopped for {pause_s:.1f} s")
        os.kill(old, signal.SIGCONT)
        woke_us = self.laboratory.clock.now_us()
        self._works_again(process, woke_us)
        same = self.city.pid(process) == old
        self.result.expect(same or not watched, f"{process} was replaced after a pause of {pause_s:.1f} s")

    def _stop(self, process: str) -> int | None:
        must(wait_until(lambda: self.city.pid(process) is not None, _BACK_S, _LOOK_S), f"{process} does not run")
        pid = self.city.pid(process)
        if pid is not None:
            os.kill(pid, signal.SIGSTOP)
        return pid

    def _works_again(self, process: str, since_us: int) -> None:
        """Measured from the end of the pause; where it hung, from its beginning."""
        city = self.city

        def works() -> bool:
            if process in ("api", "alerts"):
                beat = city.beat(process)
                return bool(beat) and beat["at_us"] > since_us and beat["pid"] == city.pid(process)
            rows = city.readings.received_since(city.city, since_us, limit=1_000)
            return any(
                row.observed_us > since_us
                and (process not in _UNWATCHED or (row.series.node == POLE) == (process == POLE))
                for row in rows
            )

        back = wait_until(works, _BACK_S, _LOOK_S)
        self.result.expect(back, f"{process} did nothing after its pause: {city.said()[-500:]}")
        if back:
            self.result.recoveries_s.append((self.laboratory.clock.now_us() - since_us) / SECOND_US)


def run(laboratory: Laboratory) -> Result:
    """`rounds` pauses, of the three kinds in turn."""
    result = laboratory.result()
    deeds = [_DEEDS[number % len(_DEEDS)] for number in range(laboratory.rounds)]
    speed = SHORT_SPEED if laboratory.short else SPEED
    with contextlib.ExitStack() as stack:
        told = stack.enter_context(receivers(laboratory.room("receivers")))
        city = stack.enter_context(
            laptop_flood(laboratory.room("one-machine"), speed=speed, SIAGA_HUNG_AFTER_S=_HUNG_AFTER_S, **told.settings)
        )
        machine = _OneMachine(laboratory, city, result)
        if "zombie" in deeds:
            with _two_engines(laboratory, deeds.count("zombie"), result) as engines:
                for number in range(deeds.count("zombie")):
                    laboratory.say(f"zombie {number + 1} of {deeds.count('zombie')}")
                    engines.zombie()
        for number, deed in enumerate(deeds, start=1):
            if deed != "zombie":
                laboratory.say(
                    f"{number} of {len(deeds)}: {deed}, {city.story_s(laboratory.clock.now_us()) % WAVE_S:.0f}"
                )
                machine.hang() if deed == "hang" else machine.pause()
        laboratory.say("the flood goes to its end")
        floods.until_told(city, result)
        ended_us = laboratory.clock.now_us()
        result.failures += city.end()
        floods.settle(city, result, ended_us, told)
    result.figures["replaced"] = machine.replaced
    result.expect(result.notifications_repeated <= laboratory.rounds, "more messages repeated than processes stopped")
    return result
