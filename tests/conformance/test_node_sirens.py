"""The ports of a node's sirens: one line, and all of them as its runner sees them."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.gpio_sim import gpio_sim

from contract.clock import SECOND_US, SystemClock
from edge.siren.gpio import GpioLine
from edge.siren.kept import KeptSirens
from edge.siren.lines import FileLine, described
from edge.siren.port import Blow, Blown, Line, LineFault, Sirens, Wiring
from edge.siren.pretended import PretendedLine, PretendedSirens
from faults.parts.brokers import wait_until

CLOCK = SystemClock()


@dataclass
class Bench:
    """A way to take a line, and what somebody with a meter would read at it."""

    take: Callable[[], Line]
    measured: Callable[[], bool]


@pytest.fixture(params=["pretended", "file", "gpio", "gpio active low"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    if request.param == "pretended":
        line = PretendedLine()
        yield Bench(lambda: line, lambda: line.on)
    elif request.param == "file":
        file = tmp_path / "brightness"
        file.write_text("255\n")
        yield Bench(lambda: FileLine(file), lambda: file.read_text() == "1\n")
    else:
        low = request.param.endswith("low")
        with gpio_sim() as chip:
            yield Bench(lambda: chip.line(active_low=low), lambda: chip.high() is not low)


def test_a_line_is_off_when_it_is_taken_and_when_it_is_let_go(bench: Bench) -> None:
    """Whoever left it on."""
    with contextlib.closing(bench.take()) as line:
        assert not bench.measured()
        assert not line.is_on()
        line.set(on=True)
        assert bench.measured()
        assert line.is_on()
        line.set(on=False)
        assert not line.is_on()
        line.set(on=True)
    assert not bench.measured()


def test_a_file_that_is_none_is_said(tmp_path: Path) -> None:
    """With its name, when it is taken and when somebody looks."""
    with pytest.raises(LineFault, match=r"nowhere/x cannot be written"):
        FileLine(tmp_path / "nowhere" / "x")
    with pytest.raises(LineFault, match="there is no folder for"):
        described(Wiring("menara", "file", file=str(tmp_path / "nowhere" / "x")))


@pytest.mark.parametrize("chip", ["/dev/null", "/dev/gpiochip77"])
def test_a_chip_that_is_none_is_said(chip: str) -> None:
    """Both by who would take a line of it and by who only looks."""
    with pytest.raises(LineFault, match=f"{chip}, line 17: there is no such GPIO chip"):
        GpioLine(chip, 17)
    with pytest.raises(LineFault, match=f"{chip} is no GPIO chip"):
        described(Wiring("menara", "gpio", chip=chip, line=17))


def test_a_line_that_another_holds_is_said() -> None:
    """By name, to who would take it and to who only looks."""
    with gpio_sim() as chip, contextlib.closing(chip.line()):
        with pytest.raises(LineFault, match="another program holds it"):
            chip.line()
        assert described(Wiring("menara", "gpio", chip=str(chip.device), line=chip.number)).startswith(str(chip.device))
        with pytest.raises(LineFault, match="has lines 0 to"):
            described(Wiring("menara", "gpio", chip=str(chip.device), line=999))


# ---------------------------------------------------------------- all of a node's


class Room:
    """The sirens of a node, one of them in a rhythm that a test has time for."""

    def __init__(self, sirens: Sirens, is_on: Callable[[str], bool]) -> None:
        self.sirens, self.is_on = sirens, is_on
        self.woken = threading.Event()
        self.said: list[Blown] = []

    def turn(self) -> bool:
        """As a runner does."""
        self.said += self.sirens.answered(CLOCK.mono_us())
        return True

    def do(self, siren: str, key: str, do: str, for_s: float = 0.0, *, drill: bool = False) -> Blown:
        self.sirens.ask(Blow(siren, key, do, for_s, drill))  # type: ignore[arg-type]
        assert wait_until(lambda: self.turn() and any(one.key == key for one in self.said), 20)
        return next(one for one in self.said if one.key == key)

    def becomes(self, siren: str, on: bool) -> bool:
        return wait_until(lambda: self.turn() and self.is_on(siren) is on, 10)


@pytest.fixture(params=["pretended", "kept"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    wirings = [
        Wiring(name, "file", file=str(tmp_path / name), longest_s=0.6, drill_on_s=0.1, drill_off_s=0.1)
        for name in ("menara", "masjid")
    ]
    if request.param == "pretended":
        pretended = PretendedSirens(wirings)
        made = Room(pretended, lambda name: pretended.lines[name].on)
    else:
        made = Room(KeptSirens(wirings, lambda: None), lambda name: (tmp_path / name).read_text() == "1\n")
    with contextlib.closing(made.sirens):
        yield made


def test_one_siren_sounds_and_ends_and_the_other_hears_nothing(room: Room) -> None:
    """Within its own bound, which the answer tells."""
    assert room.do("menara", "k1", "sound", 60.0) == Blown("menara", "k1", "sound", 0.6)
    assert room.is_on("menara")
    assert not room.is_on("masjid")
    began_us = CLOCK.mono_us()
    assert room.becomes("menara", on=False)
    assert (CLOCK.mono_us() - began_us) / SECOND_US < 3.0


def test_it_is_silenced_at_once(room: Room) -> None:
    """And a drill is no steady tone."""
    assert not room.do("menara", "k1", "sound", 60.0, drill=True).trouble
    for on in (False, True, False):
        assert room.becomes("menara", on=on)
    assert not room.do("menara", "k2", "stop").trouble
    assert not room.is_on("menara")
    assert not room.do("menara", "k3", "test").trouble


def test_a_siren_that_there_is_not_is_said(room: Room) -> None:
    """By whoever holds the lines, too."""
    assert room.do("lain", "k1", "sound", 60.0).trouble == "there is no such siren"


def test_who_closes_silences(room: Room) -> None:
    """A clean end is as silent as any."""
    room.do("menara", "k1", "sound", 60.0)
    room.sirens.close()
    assert not room.is_on("menara")
