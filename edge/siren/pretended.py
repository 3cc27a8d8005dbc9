"""Sirens that make no noise, in the loop of whoever drives them: for a simulated city."""

from __future__ import annotations

from collections.abc import Sequence

from edge.siren.horns import Horns
from edge.siren.port import Blow, Blown, Wiring


class PretendedLine:
    """A line that hangs on nothing. `changes`: what it was set to, in order."""

    def __init__(self) -> None:
        self.on = False
        self.changes: list[bool] = []

    def set(self, *, on: bool) -> None:
        """See `Line.set`."""
        self.on = on
        self.changes.append(on)

    def is_on(self) -> bool:
        """See `Line.is_on`."""
        return self.on

    def close(self) -> None:
        """See `Line.close`."""
        self.set(on=False)


class PretendedSirens:
    """`Sirens` of lines that hang on nothing. `lines` by the siren's name."""

    def __init__(self, wirings: Sequence[Wiring]) -> None:
        self.lines = {one.siren: PretendedLine() for one in wirings}
        self._horns = Horns(self.lines, {one.siren: one for one in wirings})
        self._asked: list[Blow] = []

    def ask(self, order: Blow) -> None:
        """See `Sirens.ask`."""
        self._asked.append(order)

    def answered(self, mono_us: int) -> Sequence[Blown]:
        """See `Sirens.answered`."""
        self._horns.turn(mono_us)
        asked, self._asked = self._asked, []
        return [self._horns.do(one, mono_us) for one in asked]

    def next_us(self, mono_us: int) -> int | None:
        """See `Sirens.next_us`."""
        return mono_us if self._asked else self._horns.next_us(mono_us)

    def close(self) -> None:
        """See `Sirens.close`."""
        self._horns.close()
