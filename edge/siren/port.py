"""What a siren is to the node, and what a runner sees of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

Driver = Literal["gpio", "file"]


class LineFault(Exception):
    """The line does not do what it is told. The text is for technicians."""


class Line(Protocol):
    """What one siren hangs on. Whoever opens one finds it off. Each call raises LineFault."""

    def set(self, *, on: bool) -> None: ...

    def is_on(self) -> bool:
        """What the line itself says."""

    def close(self) -> None:
        """Off, and let go."""


@dataclass(frozen=True, slots=True)
class Wiring:
    """How one siren hangs on this node. It sounds for `longest_s` at most, whatever it is told; for a drill it is on
    for `drill_on_s` and off for `drill_off_s` in turn."""

    siren: str
    driver: Driver
    chip: str = "/dev/gpiochip0"
    line: int = 0
    active_low: bool = False
    file: str = ""
    longest_s: float = 120.0
    drill_on_s: float = 1.0
    drill_off_s: float = 3.0


class Blow(NamedTuple):
    """An order to one siren, as an agent asks its runner to carry it out."""

    siren: str
    key: str
    do: Literal["sound", "stop", "test"]
    for_s: float
    drill: bool


class Blown(NamedTuple):
    """What came of it. `for_s`: how long it sounds from now on. `trouble` is "" where it was done."""

    siren: str
    key: str
    do: str
    for_s: float = 0.0
    trouble: str = ""
    busy: bool = False


class Sirens(Protocol):
    """All of one node's. Nothing here may block: it runs in the runner's loop."""

    def ask(self, order: Blow) -> None:
        """Its answer comes by `answered`, in any case."""

    def answered(self, mono_us: int) -> Sequence[Blown]:
        """What was done since the last call; a runner calls it at each turn, at each `next_us` and when it is woken."""

    def next_us(self, mono_us: int) -> int | None:
        """The monotonic moment at which `answered` must be called next; None where only a wake-up will tell."""

    def close(self) -> None:
        """Silence all and let go."""


class NoSirens:
    """A node without any."""

    def ask(self, order: Blow) -> None:
        """Nobody can be asked: an agent that knows of no siren passes no order on."""

    def answered(self, mono_us: int) -> Sequence[Blown]:  # noqa: ARG002 - the port's signature
        return ()

    def next_us(self, mono_us: int) -> int | None:  # noqa: ARG002 - the port's signature
        return None

    def close(self) -> None:
        return
