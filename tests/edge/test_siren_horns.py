"""A siren on a node sounds for as long as it was told and no longer, whatever it was told."""

from __future__ import annotations

import pytest

from contract.clock import SECOND_US
from edge.siren.horns import Horns
from edge.siren.port import Blow, LineFault, Wiring
from edge.siren.pretended import PretendedLine

TOWER = Wiring("menara", "gpio", longest_s=120.0, drill_on_s=1.0, drill_off_s=3.0)


class Tower:
    """One siren, driven as its holder drives it: woken when it says so, and at no other time."""

    def __init__(self, line: PretendedLine) -> None:
        self.line = line
        self.horns = Horns({"menara": line}, {"menara": TOWER})
        self.now_us = 1_000 * SECOND_US
        self.began_us = self.now_us
        self.story: list[tuple[float, bool]] = []

    def do(self, do: str, for_s: float = 0.0, *, drill: bool = False) -> tuple[float, str]:
        said = self.horns.do(Blow("menara", f"k{self.now_us}", do, for_s, drill), self.now_us)  # type: ignore[arg-type]
        self._note()
        return said.for_s, said.trouble

    def run(self, seconds: float) -> None:
        until_us = self.now_us + round(seconds * SECOND_US)
        while (next_us := self.horns.next_us(self.now_us)) is not None and next_us <= until_us:
            assert next_us > self.now_us
            self.now_us = next_us
            self.horns.turn(self.now_us)
            self._note()
        self.now_us = until_us

    def _note(self) -> None:
        if not self.story or self.story[-1][1] != self.line.on:
            self.story.append(((self.now_us - self.began_us) / SECOND_US, self.line.on))


@pytest.fixture
def tower() -> Tower:
    return Tower(PretendedLine())


def test_it_sounds_and_falls_silent_by_itself(tower: Tower) -> None:
    """Nobody has to tell it."""
    assert tower.do("sound", 60.0) == (60.0, "")
    tower.run(3_600)
    assert tower.story == [(0.0, True), (60.0, False)]
    assert tower.horns.next_us(tower.now_us) is None


def test_no_order_is_longer_than_the_nodes_own_bound(tower: Tower) -> None:
    """And the answer says how long it is."""
    assert tower.do("sound", 600.0) == (120.0, "")
    tower.run(3_600)
    assert tower.story == [(0.0, True), (120.0, False)]


def test_it_is_silenced_at_once_and_silence_is_a_yes(tower: Tower) -> None:
    """In the middle of its time, and when there is nothing to silence."""
    assert tower.do("stop") == (0.0, "")
    tower.do("sound", 60.0)
    tower.run(10)
    assert tower.do("stop") == (0.0, "")
    tower.run(3_600)
    assert tower.story == [(0.0, False), (0.0, True), (10.0, False)]


def test_of_two_orders_the_one_that_ends_later_holds(tower: Tower) -> None:
    """A second gauge's order never makes the first one's shorter, and the bound holds for each."""
    tower.do("sound", 60.0)
    tower.run(30)
    tower.do("sound", 10.0)
    tower.run(20)
    tower.do("sound", 60.0)
    tower.run(3_600)
    assert tower.story == [(0.0, True), (110.0, False)]


def test_a_drill_has_a_rhythm_of_its_own(tower: Tower) -> None:
    """Nobody who hears both takes one for the other."""
    assert tower.do("sound", 10.0, drill=True) == (10.0, "")
    tower.run(3_600)
    assert tower.story == [(0.0, True), (1.0, False), (4.0, True), (5.0, False), (8.0, True), (9.0, False)]


def test_a_drill_never_covers_a_real_order(tower: Tower) -> None:
    """It is refused with words; the other way round the real one takes its place at once."""
    tower.do("sound", 60.0)
    tower.run(10)
    for_s, trouble = tower.do("sound", 30.0, drill=True)
    assert (for_s, trouble) == (0.0, "it sounds for a real order now")
    tower.run(60)
    tower.do("sound", 30.0, drill=True)
    tower.run(2)
    assert not tower.line.on
    tower.do("sound", 60.0)
    assert tower.line.on
    tower.run(59)
    assert tower.line.on


def test_a_try_makes_no_noise(tower: Tower) -> None:
    """The line is read and not switched."""
    assert tower.do("test") == (0.0, "")
    assert tower.line.changes == []


class _Stuck(PretendedLine):
    """A line that a short circuit holds, or that takes no order."""

    def __init__(self, *, on: bool, takes: bool) -> None:
        super().__init__()
        self.on, self.takes = on, takes

    def set(self, *, on: bool) -> None:
        if not self.takes:
            raise LineFault("Input/output error")
        self.changes.append(on)


@pytest.mark.parametrize(
    ("line", "do", "said"),
    [
        (_Stuck(on=False, takes=True), "sound", "menara: the line stays off"),
        (_Stuck(on=False, takes=False), "sound", "menara: Input/output error"),
        (_Stuck(on=True, takes=True), "stop", "menara: the line stays on"),
        (_Stuck(on=True, takes=True), "test", "menara: the line stays on"),
    ],
)
def test_a_line_that_does_not_follow_is_said(line: PretendedLine, do: str, said: str) -> None:
    """What was said to have failed does not sound a moment later."""
    tower = Tower(line)
    for_s, trouble = tower.do(do, 60.0)
    assert for_s == 0.0
    assert trouble.startswith(said)
    assert tower.horns.next_us(tower.now_us) is None


def test_a_line_that_can_no_longer_be_silenced_is_let_go() -> None:
    """Whoever holds it is told, and holds it no more: taken anew it is silent."""
    line = _Stuck(on=False, takes=True)
    tower = Tower(line)
    line.set = lambda *, on: PretendedLine.set(line, on=on)  # type: ignore[method-assign]
    tower.do("sound", 60.0)
    line.takes, line.set = False, lambda *, on: _Stuck.set(line, on=on)  # type: ignore[method-assign]
    with pytest.raises(LineFault):
        tower.run(60)
