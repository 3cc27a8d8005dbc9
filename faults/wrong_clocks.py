"""A real agent under a clock that lies, at a real city whose own clock is put an hour off: processes, not arguments.

What `faults.trials.clock` plays a thousandfold in one process is true here once more: libfaketime lies to
`siaga edge run`, `siaga ingest` and `siaga alerts`. The river is the trial's: no two of its answers are alike, so that
each reading in the store tells at which true moment it was taken.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections import Counter
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from broker.ports import BrokerAddress
from contract.clock import DAY_US, HOUR_US, SECOND_US, Clock
from contract.incident import What
from edge.clock import system_source
from faults.books import all_cases, books
from faults.laboratory import Laboratory
from faults.parts.brokers import HOST, free_port, wait_until
from faults.parts.empty_city import CITY, GAUGE, HIGH_CM, LOW_CM, EmptyCity, empty_city
from faults.parts.faketime import WrongClock, as_another_boot
from faults.parts.must import must
from faults.parts.pole import RIVER, Pole, pole
from faults.parts.river import River, river
from faults.result import Result
from store.ports import Row

_SPEED = 400.0
"""the eight minutes of the flood rule become 1.2 s, its half hours 4.5 s"""
_PERIOD_S = 0.2
_TOLERANCE_US = 2 * SECOND_US
_IMAGE_US = 1_751_328_000 * SECOND_US
_YEAR_S = 365 * DAY_US // SECOND_US
_HOUR_S = HOUR_US // SECOND_US
_SOON_S = 60.0
_STEPPED_S = 2.0
_SILENT_US = 2 * SECOND_US
"""who was heard so lately is not silent: the rule waits for more than twice as long"""
_A_FEW = 5
_BOOT = "0f7e1c52-0000-4000-8000-{:012d}\n"


class Lies(NamedTuple):
    """Whole seconds by which clocks are wrong. `ntp`: the machine takes its clock for synchronised. `unheard`: a boot
    before, under the same clock, in a flood of which nobody heard."""

    node_s: int
    jump_s: int
    city_s: int
    ntp: bool
    unheard: bool
    words: str


def drawn(rng: random.Random, now_us: int, number: int) -> Lies:
    """What is wrong in a round. In the first it is a lie that an agent could believe."""
    wrong = {
        "1970": 10 - now_us // SECOND_US,
        "the image's date": (_IMAGE_US - now_us) // SECOND_US,
        "ten years ahead": 10 * _YEAR_S,
    }
    name = rng.choice(list(wrong))
    ntp = rng.random() < 0.7
    if number == 0:
        name, ntp = "the image's date", True
    jump_s, city_s = rng.choice((-3, 3)) * _YEAR_S, rng.choice((-1, 1)) * _HOUR_S
    return Lies(
        wrong[name],
        jump_s,
        city_s,
        ntp,
        # A machine that truly is synchronised says so in the trial's namespaces as well.
        unheard=system_source() == "none",
        words=f"{name}{' as ntp' if ntp else ''}, {jump_s // _YEAR_S:+d} y, the city {city_s // _HOUR_S:+d} h",
    )


def play(laboratory: Laboratory, result: Result, number: int) -> None:
    """One round: a flood under a clock that is wrong from the start, jumps before it and knows an hour of doubt in it.

    Raises NotInstalled where libfaketime or the right to a namespace is missing.
    """
    lies = drawn(random.Random(laboratory.rng.randrange(2**63)), laboratory.clock.now_us(), number)
    folder = laboratory.room(f"processes-{number}")
    own, citys = WrongClock(folder / "own", lies.node_s), WrongClock(folder / "citys")
    with river(laboratory.clock) as water, ExitStack() as stack:
        water.level_cm = HIGH_CM
        unheard = stack.enter_context(_boot(folder, 1, water, own, _nobody(), ntp=False)) if lies.unheard else None
        city = stack.enter_context(empty_city(folder / "city", speed=_SPEED, further=citys.settings))
        alone = 0 if unheard is None else _measured_alone(unheard)
        water.level_cm = LOW_CM
        with _boot(folder, 2, water, own, city.broker, ntp=lies.ntp) as node:
            where = f"processes {number} ({lies.words})"
            _Round(lies, laboratory.clock, water, city, node, alone, result, where).run(own, citys)


def _nobody() -> BrokerAddress:
    return BrokerAddress(HOST, free_port())


def _measured_alone(node: Pole) -> int:
    """It measures a flood that nobody hears of, and its power goes. Returns the last number that it has given."""
    measured = node.running.until(lambda: node.spool.exists() and node.ledger().committed > _A_FEW, _SOON_S)
    must(measured, node.running.said())
    node.running.kill()
    return node.ledger().committed


def _boot(
    folder: Path, number: int, water: River, clock: WrongClock, broker: BrokerAddress, *, ntp: bool
) -> AbstractContextManager[Pole]:
    """The node's `number`th boot, on its one spool."""
    boot = folder / f"boot-{number}"
    boot.write_text(_BOOT.format(number), encoding="ascii")
    return pole(
        folder / f"life-{number}",
        folder,
        CITY,
        GAUGE,
        broker,
        river_s=_PERIOD_S,
        self_s=60.0,
        source=water.source,
        settings=clock.settings,
        before=as_another_boot(boot, ntp=ntp),
    )


@dataclass
class _Round:
    """The boot that is heard, from its first word to the account of the round. `unheard`: the last number of the boot
    before it, of which nobody heard."""

    lies: Lies
    clock: Clock
    water: River
    city: EmptyCity
    node: Pole
    unheard: int
    result: Result
    where: str

    def run(self, own: WrongClock, citys: WrongClock) -> None:
        """Low water, a jump of the node's clock, a flood, an hour's step of the city's and back, low water."""
        heard_us = self.clock.now_us()
        must(self._kept_since(heard_us), f"nothing is kept: {self.city.stages['ingest'].said()}")
        own.set_off(self.lies.node_s + self.lies.jump_s)
        jumped_us = self.clock.now_us()
        self._expect(self._kept_since(jumped_us + SECOND_US), "after the jump nothing is kept")
        self.water.level_cm = HIGH_CM
        self._expect(wait_until(self.city.floods, _SOON_S, 0.05), "nobody notices the flood")
        citys.set_off(self.lies.city_s)
        wait_until(lambda: False, _STEPPED_S, 0.1)
        citys.set_off(0)
        self._expect(self._kept_since(self.clock.now_us() + SECOND_US), "after the city's steps nothing is kept")
        self.water.level_cm = LOW_CM
        ended = wait_until(lambda: not any(one.open for one in self.city.floods()), _SOON_S, 0.05)
        self._expect(ended, "the flood does not end")
        self._expect(self.node.running.terminate() == 0, f"the agent ended ill: {self.node.running.said()[-300:]}")
        for ill in self.city.end():
            self._expect(False, ill)
        self._account(heard_us)

    def _kept_since(self, since_us: int) -> bool:
        """Whether something measured after a true moment is in the store in time."""
        taken = self.water.taken_us
        return wait_until(lambda: any(taken[_level(row)] > since_us for row in self._levels()), _SOON_S, 0.1)

    def _levels(self) -> list[Row]:
        return [row for row in self.city.rows() if row.series.sensor == RIVER]

    def _account(self, heard_us: int) -> None:
        counted = books(CITY, self.node.spool.parent, self.city.readings, self.city.cities)
        result, taken = self.result, self.water.taken_us
        counted.enter(result)
        worst_us, untold, trusts = 0, 0, Counter[str]()
        for row in self._levels():
            true_us = taken[_level(row)]
            trusts[row.trust] += 1
            if row.trust != "untrusted":
                worst_us = max(worst_us, abs(row.observed_us - true_us))
            untold += row.trust == "untrusted" and true_us >= heard_us
        self._expect(not untold, f"{untold} readings are untrusted though the city was there")
        order = [taken[_level(row)] for row in sorted(self._levels(), key=lambda row: row.seq)]
        self._expect(order == sorted(order), "the numbers are not in the order of the readings")
        self._expect(worst_us <= _TOLERANCE_US, f"a trusted time is {worst_us / SECOND_US:.1f} s off")
        # An hour behind, the city cannot know better; a boot that was never told the time may be years ahead.
        wrongly = [
            item.detail
            for item in self.city.cities.quarantined(CITY, limit=10_000)
            if item.received_us >= heard_us - HOUR_US // 2 and not (item.seq <= self.unheard and self.lies.node_s > 0)
        ]
        self._expect(not wrongly, f"{len(wrongly)} readings were refused: {wrongly[:1]}")
        figures = result.figures
        for trust, number in sorted(trusts.items()):
            figures[f"processes_kept_{trust}"] = figures.get(f"processes_kept_{trust}", 0) + number
        figures["processes_worst_error_s"] = max(
            figures.get("processes_worst_error_s", 0.0), round(worst_us / SECOND_US, 3)
        )
        self._told_once()
        self._no_false_silence()

    def _no_false_silence(self) -> None:
        """A step of the city's clock is not a gauge that says nothing."""
        came = [row.received_us for row in self._levels()]
        came += [item.received_us for item in self.city.cities.quarantined(CITY, limit=10_000)]
        heard = sorted(map(self._truly, came))
        changes = [change for event in self._events() for change in self.city.cities.changes_of(event)]
        for silent_us in (self._truly(change.said_us) for change in changes if change.what is What.NO_DATA):
            before = bisect_left(heard, silent_us)
            since_us = silent_us - heard[before - 1] if before else _SILENT_US
            self._expect(since_us >= _SILENT_US, f"called silent {since_us / SECOND_US:.1f} s after its last word")

    def _truly(self, city_us: int) -> int:
        """A moment of the city's clock, which is either right or an hour off, on the true one. The round takes less
        than half an hour."""
        off_us = self.lies.city_s * SECOND_US
        return min((city_us, city_us - off_us), key=lambda us: abs(us - self.clock.now_us()))

    def _events(self) -> set[str]:
        return {one.event for one in self.city.floods()}

    def _told_once(self) -> None:
        floods, cases = self.city.floods(), all_cases(CITY, self.city.cities)
        self.result.events_expected += 1
        self.result.events_opened += len(self._events())
        self.result.cases += len(cases)
        self._expect(len(floods) == 1 and len(cases) == 1, f"{len(floods)} floods, {len(cases)} cases")

    def _expect(self, true: object, failure: str) -> None:
        self.result.expect(true, f"{self.where}: {failure}")


def _level(row: Row) -> float:
    return round(float(str(row.values["level_cm"])), 3)
