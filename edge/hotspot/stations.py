"""How many stations are associated. A parser takes the tool's text and gives a number; no address goes further."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from typing import Literal

Tool = Literal["iw", "hostapd_cli", "ubus"]

_MAC = r"[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}"
_IW = re.compile(rf"^Station {_MAC} \(on ", re.MULTILINE)
_HOSTAPD = re.compile(rf"^{_MAC}\s*$", re.MULTILINE)


def count_iw(text: str) -> int | None:
    """Stations in the output of `iw dev X station dump`; None where it is not that output. Nothing at all is 0."""
    found = len(_IW.findall(text))
    return None if found == 0 and text.strip() else found


def count_hostapd(text: str) -> int | None:
    """Stations in the output of `hostapd_cli all_sta`: each begins with its address alone on a line."""
    found = len(_HOSTAPD.findall(text))
    rest = [line for line in text.splitlines() if line.strip() and not line.startswith("Selected interface")]
    return None if found == 0 and rest else found


def count_ubus(text: str) -> int | None:
    """Stations in the output of OpenWrt's `ubus call hostapd.X get_clients`."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    clients = answer.get("clients") if isinstance(answer, dict) else None
    return len(clients) if isinstance(clients, dict) else None


_COUNT: dict[Tool, Callable[[str], int | None]] = {"iw": count_iw, "hostapd_cli": count_hostapd, "ubus": count_ubus}


def command(tool: Tool, interface: str, program: str = "") -> list[str]:
    """The command that lists the stations of `interface`. `program` replaces the tool's own name."""
    name = program or tool
    if tool == "iw":
        return [name, "dev", interface, "station", "dump"]
    if tool == "hostapd_cli":
        return [name, "-i", interface, "all_sta"]
    return [name, "call", f"hostapd.{interface}", "get_clients"]


def stations(tool: Tool, interface: str, timeout_s: float, program: str = "") -> int | None:
    """How many stations are associated now, None where the tool is missing, fails, hangs or says something else."""
    try:
        done = subprocess.run(
            command(tool, interface, program), capture_output=True, timeout=timeout_s, check=False, encoding="utf-8"
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError):
        return None
    return _COUNT[tool](done.stdout) if done.returncode == 0 else None
