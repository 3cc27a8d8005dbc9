"""What the kernel tells of the board: heat, voltage, supply. None is "this machine does not tell"."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Literal, NamedTuple

_PROCESSOR_ZONE = re.compile(r"cpu|soc|x86_pkg|acpitz", re.IGNORECASE)
_COLDEST_C, _HOTTEST_C = -60.0, 150.0

# `vcgencmd get_throttled`, as the Raspberry Pi documentation numbers its bits.
_UNDERVOLTAGE = 1 << 0 | 1 << 16
_SLOWED_NOW = 1 << 1 | 1 << 2 | 1 << 3


class Supply(NamedTuple):
    """What feeds the node, and the charge of its battery in percent."""

    feeds: Literal["mains", "battery"] | None
    battery_percent: float | None


def temperature_c(sys: Path) -> float | None:
    """The hottest of the processor's thermal zones (of all zones where none says it is the processor's), in °C."""
    processor: list[float] = []
    others: list[float] = []
    for zone in sorted(sys.glob("class/thermal/thermal_zone*")):
        millidegrees = _integer(zone / "temp")
        if millidegrees is None or not _COLDEST_C <= millidegrees / 1000 <= _HOTTEST_C:
            continue
        ours = processor if _PROCESSOR_ZONE.search(_text(zone / "type")) else others
        ours.append(millidegrees / 1000)
    return max(processor or others, default=None)


def throttled_bits(sys: Path, vcgencmd: str, timeout_s: float) -> int | None:
    """The firmware's own word on voltage and heat, from sysfs or from `vcgencmd`; None on any other machine."""
    for path in sorted(sys.glob("devices/platform/soc/*firmware/get_throttled")):
        bits = _hexadecimal(_text(path))
        if bits is not None:
            return bits
    try:
        done = subprocess.run(
            [vcgencmd, "get_throttled"], capture_output=True, timeout=timeout_s, check=False, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    found = re.fullmatch(r"throttled=(0x[0-9a-fA-F]+)\s*", done.stdout)
    return _hexadecimal(found[1]) if found else None


def undervoltage(bits: int | None, sys: Path) -> bool | None:
    """Whether the supply is, or since boot has been, too low.

    The kernel's `rpi_volt` driver clears the firmware's sticky bit when it reads it, so both are asked and either
    counts.
    """
    alarms = [
        _integer(monitor / "in0_lcrit_alarm")
        for monitor in sorted(sys.glob("class/hwmon/hwmon*"))
        if _text(monitor / "name") == "rpi_volt"
    ]
    words = [bool(alarm) for alarm in alarms if alarm is not None]
    if bits is not None:
        words.append(bool(bits & _UNDERVOLTAGE))
    return any(words) if words else None


def slowed(bits: int | None) -> bool | None:
    """Whether the processor is slowed now, for voltage or heat."""
    return None if bits is None else bool(bits & _SLOWED_NOW)


def supply(sys: Path) -> Supply:
    """Mains or battery, from `/sys/class/power_supply` (sysfs-class-power in the kernel's documentation)."""
    online: list[int] = []
    discharging = False
    charges: list[int] = []
    for device in sorted(sys.glob("class/power_supply/*")):
        kind = _text(device / "type")
        if kind == "Battery" and _text(device / "scope") != "Device":
            discharging = discharging or _text(device / "status") == "Discharging"
            charge = _integer(device / "capacity")
            if charge is not None and 0 <= charge <= 100:
                charges.append(charge)
        elif kind in ("Mains", "USB", "Wireless"):
            state = _integer(device / "online")
            if state is not None:
                online.append(state)
    battery_percent = float(min(charges)) if charges else None
    if any(online):
        return Supply("mains", battery_percent)
    if discharging or (online and charges):
        return Supply("battery", battery_percent)
    return Supply(None, battery_percent)


def uptime_s(proc: Path) -> float | None:
    """Seconds since boot, from `/proc/uptime`, which no clock step moves."""
    try:
        return float(_text(proc / "uptime").split()[0])
    except (IndexError, ValueError):
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _integer(path: Path) -> int | None:
    try:
        return int(_text(path))
    except ValueError:
        return None


def _hexadecimal(text: str) -> int | None:
    try:
        return int(text, 16)
    except ValueError:
        return None
