"""`kill`: each process is killed with SIGKILL, at random moments of one flood after the other.

The next kill often comes before the last one has healed. Where a process is left alone, it is measured how long it
took from its death until what it is there for is done again: a reading kept, a page served, a reading judged.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import httpx

from contract.clock import SECOND_US
from faults import floods
from faults.books import all_cases
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.flood_city import BROKER, FLEET, POLE, FloodCity, laptop_flood, server_flood
from faults.parts.must import must
from faults.parts.own_system import OwnSystem, filing_books, filings, own_system
from faults.parts.receivers import Receivers, receivers
from faults.parts.residents import Place, Residents, kept_reports, report_books, reporting
from faults.result import Result, nearest_rank

TARGETS = ("ingest", "alerts", "api", "edge", BROKER)
SPEED = 300.0
_KILLS_A_CITY = 100
_SERVER_EVERY = 5
"""one city of five stands on servers, the second first"""
_RAPID = 0.35
"""how often the next kill does not wait for the last one to heal"""
_LOOK_S = 0.05
_BACK_S = 60.0
_HOLD_S = 60.0
_FILED_S = 60.0
_ENDS = 4
_SAY_S = 8.0
_SEEN = ("hulu", "tengah", "hilir", "taman")


@dataclass
class _Round:
    """One city and what is done to it."""

    laboratory: Laboratory
    city: FloodCity
    result: Result
    own: OwnSystem
    short: bool
    """the next kill waits for the last one to heal once a target, at its last; else as the seed has it"""
    recoveries: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kills: int = 0
    poles_turn: bool = False
    told_us: int = 0

    def run(self, targets: Sequence[str]) -> None:
        rng, clock = self.laboratory.rng, self.laboratory.clock
        pause = threading.Event()
        pages = httpx.Client(base_url=self.city.pages, timeout=2.0, trust_env=False)
        with contextlib.closing(pages):
            left = list(targets)
            for number in range(1, len(targets) + 1):
                self._let_a_flood_end()
                target = self._next(left)
                self._say(number, len(targets), target)
                process = self._process(target)
                alive = wait_until(partial(self.city.pid, process), _BACK_S, _LOOK_S)
                must(alive, f"{process} never came back: {self.city.said()}")
                old = self.city.pid(process)
                killed_us = clock.now_us()
                self.city.kill(process)
                self.kills += 1
                waits = target not in left if self.short else rng.random() >= _RAPID
                if waits:
                    healed = wait_until(partial(self._works, pages, process, old, killed_us), _BACK_S, _LOOK_S)
                    self.result.expect(healed, f"{process} did nothing for {_BACK_S:.0f} s: {self.city.said()}")
                    if healed:
                        self.recoveries[target].append((clock.now_us() - killed_us) / SECOND_US)
                pause.wait(rng.uniform(0.02, 0.5))

    def _next(self, left: list[str]) -> str:
        """The seed's, or the engine where it waits this moment for what the city's own system says of a case."""
        aimed = self.own.thinks and "alerts" in left
        return left.pop(left.index("alerts") if aimed else 0)

    def _process(self, target: str) -> str:
        """The edge is the simulated fleet and the pole, in turn."""
        if target != "edge":
            return target
        self.poles_turn = not self.poles_turn
        return POLE if self.poles_turn else FLEET

    def _let_a_flood_end(self) -> None:
        """The water has gone: what is still open ends now or runs into the next flood, which would be one event."""
        clock = self.laboratory.clock

        def over() -> bool:
            return not floods.all_clear_is_due(self.city, clock.now_us()) or not floods.flood_is_open(self.city)

        wait_until(over, _HOLD_S, _LOOK_S)

    def _works(self, pages: httpx.Client, process: str, old: int | None, killed_us: int) -> bool:
        """Whether what a process is there for has been done since it was killed."""
        if process == "api":
            return self._serves(pages, old)
        if process == "alerts":
            return self._judges(old, killed_us)
        rows = self.city.readings.received_since(self.city.city, killed_us, limit=2_000)
        if process == "ingest":
            return bool(rows)
        taken = [row for row in rows if row.observed_us > killed_us]
        if process == BROKER:
            return bool(taken)
        return any((row.series.node == POLE) == (process == POLE) for row in taken)

    def _serves(self, pages: httpx.Client, old: int | None) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return self.city.pid("api") != old and pages.get("/").status_code == 200
        return False

    def _judges(self, old: int | None, killed_us: int) -> bool:
        """By its sign of life, which comes once a second."""
        beat = self.city.beat("alerts")
        if not beat or beat["pid"] == old or beat["at_us"] < killed_us:
            return False
        return bool(beat["facts"]["leading"] and beat["facts"]["judged"])

    def _say(self, number: int, of: int, target: str) -> None:
        now_us = self.laboratory.clock.mono_us()
        if now_us - self.told_us > _SAY_S * SECOND_US:
            self.told_us = now_us
            self.laboratory.say(f"kill {number} of {of} in this city: {target}")


def run(laboratory: Laboratory) -> Result:
    """`rounds` kills of each of TARGETS, about a hundred in each city; one of five stands on servers."""
    result = laboratory.result()
    left = [target for target in TARGETS for _ in range(laboratory.rounds)]
    laboratory.rng.shuffle(left)
    recoveries: defaultdict[str, list[float]] = defaultdict(list)
    number = kills = 0
    while left:
        number += 1
        targets, left = left[:_KILLS_A_CITY], left[_KILLS_A_CITY:]
        on_servers = number % _SERVER_EVERY == 2
        laboratory.say(f"city {number}{' on servers' if on_servers else ''}: {len(targets)} kills, {len(left)} to come")
        folder, known = laboratory.room(f"city-{number}"), len(result.failures)
        rng = random.Random(f"{laboratory.seed} {number}")
        with contextlib.ExitStack() as stack:
            told = stack.enter_context(receivers(folder / "receivers"))
            flood = server_flood if on_servers else laptop_flood
            own = stack.enter_context(own_system(folder / "own"))
            city = stack.enter_context(flood(folder, speed=SPEED, **told.settings, **own.settings))
            people = stack.enter_context(reporting(city.pages, _places(city), rng))
            one = _Round(laboratory, city, result, own, laboratory.short)
            one.run(targets)
            kills += one.kills
            _close(laboratory, city, result, told, people, own)
        for target, times in one.recoveries.items():
            recoveries[target] += times
        laboratory.say(
            f"so far: {result.committed} committed, {result.lost} lost, {result.duplicated} twice, "
            f"{result.events_expected} floods, {result.events_opened} events, {len(result.failures)} failures"
        )
        for failure in result.failures[known:]:
            laboratory.say(f"FAILED in city {number}: {failure}")
    result.recoveries_s = [time for times in recoveries.values() for time in times]
    repeated = result.notifications_repeated
    result.expect(repeated <= kills, f"{repeated} messages repeated by {kills} kills")
    result.figures["kills"] = kills
    result.figures["cities"] = number
    result.figures["recovery_p95_s"] = {
        target: round(nearest_rank(times, 0.95), 2) for target, times in sorted(recoveries.items())
    }
    return result


def _places(city: FloodCity) -> list[Place]:
    """People see the river where it is gauged, and the WiFi of the park."""
    sites = {one.code: one for one in city.profile.sites}
    return [Place("wifi" if one == "taman" else "banjir", sites[one].lat, sites[one].lon) for one in _SEEN]


def _close(
    laboratory: Laboratory, city: FloodCity, result: Result, told: Receivers, people: Residents, own: OwnSystem
) -> None:
    laboratory.say("all killed; the flood goes to its end")
    people.end()
    for _ in range(_ENDS):
        own.until_filed(city.cities, city.city, all_cases(city.city, city.cities), _FILED_S)
        floods.until_told(city, result)
        # Where its last case takes long, the next flood begins: that one has to be told to its end, too.
        if own.until_filed(city.cities, city.city, all_cases(city.city, city.cities), 0.0):
            break
    ended_us = laboratory.clock.now_us()
    result.failures += city.end()
    floods.settle(city, result, ended_us, told)
    kept = kept_reports(city.city_url, city.city)
    cases = all_cases(city.city, city.cities)
    wrong = report_books(people, kept, cases)
    result.expect(not wrong, f"residents' reports: {'; '.join(wrong[:5])}")
    wrong = filing_books(own.held, filings(city.cities, city.city), cases)
    result.expect(not wrong, f"the city's own system: {'; '.join(wrong[:5])}")
    counted = {"reports": len(kept), "reports sent again": people.again}
    counted |= {"filed elsewhere": len(own.held), "looked up there": own.looked_up}
    for name, number in counted.items():
        result.figures[name] = result.figures.get(name, 0) + number
