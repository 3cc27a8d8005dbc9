"""What every trial is given."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contract.clock import Clock
from faults.result import Result


@dataclass(frozen=True, slots=True)
class Laboratory:
    """One trial's bench. Everything random comes from `rng`, so that a seed tells the same story again.

    `rounds` is what was asked for; `short` asks for the form that is part of the tests (compressed further, smaller
    load). `folder` is empty and the trial's own. `say` tells people how far it is.
    """

    fault: str
    rounds: int
    seed: int
    rng: random.Random
    folder: Path
    clock: Clock
    say: Callable[[str], None]
    short: bool = False

    def result(self) -> Result:
        """An empty account of this trial."""
        return Result(self.fault, self.seed, self.rounds)

    def room(self, name: str) -> Path:
        """A new folder in `folder`."""
        room = self.folder / name
        room.mkdir(parents=True)
        return room
