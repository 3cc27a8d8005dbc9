"""The lines there are, each loaded only where a node has one."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from edge.siren.horns import Horns
from edge.siren.port import Line, LineFault, Wiring


class FileLine:
    """A file that holds 1 or 0: a relay or lamp that the kernel shows under /sys/class/leds, or a plain file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.set(on=False)

    def set(self, *, on: bool) -> None:
        """See `Line.set`."""
        try:
            self._path.write_text("1\n" if on else "0\n", encoding="ascii")
        except OSError as error:
            raise LineFault(f"{self._path} cannot be written: {error.strerror}") from None

    def is_on(self) -> bool:
        """Any brightness but none."""
        try:
            return self._path.read_text(encoding="ascii").strip() not in ("", "0")
        except (OSError, UnicodeDecodeError) as error:
            raise LineFault(f"{self._path} cannot be read: {error}") from None

    def close(self) -> None:
        """See `Line.close`."""
        self.set(on=False)


def opened(wiring: Wiring) -> Line:
    """Take the line; it is off from here on. Raises LineFault."""
    if wiring.driver == "file":
        return FileLine(Path(wiring.file))
    from edge.siren.gpio import GpioLine

    return GpioLine(wiring.chip, wiring.line, active_low=wiring.active_low)


def horns_of(wirings: Sequence[Wiring]) -> Horns:
    """All of them, or none: what was taken is let go where another cannot be had. Raises LineFault with the siren."""
    lines: dict[str, Line] = {}
    with ExitStack() as stack:
        for one in wirings:
            try:
                lines[one.siren] = opened(one)
            except LineFault as fault:
                raise LineFault(f"{one.siren}: {fault}") from None
            stack.callback(lines[one.siren].close)
        stack.pop_all()
    return Horns(lines, {one.siren: one for one in wirings})


def described(wiring: Wiring) -> str:
    """What hangs where, without touching it. Raises LineFault where it could not be taken."""
    if wiring.driver == "file":
        if not Path(wiring.file).parent.is_dir():
            raise LineFault(f"there is no folder for {wiring.file}")
        return wiring.file
    from edge.siren.gpio import look

    return look(wiring.chip, wiring.line)
