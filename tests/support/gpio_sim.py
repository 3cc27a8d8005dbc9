"""A GPIO chip of the kernel's own simulator (`gpio-sim`), read from the other side of its lines."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from edge.siren.gpio import GpioLine

_ROOT = Path("/sys/kernel/config/gpio-sim")
_LINES = 4


@dataclass
class Simulated:
    """A chip with a few lines, of which one is used."""

    device: Path
    value: Path
    number: int = 2

    def line(self, *, active_low: bool = False) -> GpioLine:
        """Take it."""
        return GpioLine(str(self.device), self.number, active_low=active_low)

    def high(self) -> bool:
        """The level, as the chip has it."""
        return self.value.read_text().strip() == "1"


@contextlib.contextmanager
def gpio_sim() -> Iterator[Simulated]:
    """Where the kernel has no simulator, or this user may not use it, the test is skipped and says so."""
    home = _ROOT / f"siaga-{os.getpid()}"
    try:
        _make(home)
    except OSError as error:
        pytest.skip(f"lines are NOT tested on a GPIO chip: gpio-sim: {error.strerror} (modprobe gpio-sim, as root)")
    try:
        chip = (home / "bank0" / "chip_name").read_text().strip()
        platform = Path("/sys/devices/platform") / (home / "dev_name").read_text().strip() / chip
        yield Simulated(Path("/dev") / chip, platform / f"sim_gpio{Simulated.number}" / "value")
    finally:
        (home / "live").write_text("0")
        (home / "bank0").rmdir()
        home.rmdir()


def _make(home: Path) -> None:
    home.mkdir()
    (home / "bank0").mkdir()
    (home / "bank0" / "num_lines").write_text(str(_LINES))
    (home / "live").write_text("1")
