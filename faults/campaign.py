"""All faults, one after the other, each in a process of its own; what is known already is not tried again."""

from __future__ import annotations

import json
import os
import platform
import secrets
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.clock import SECOND_US, Clock
from faults import seeds
from faults.parts.stages import ROOT
from faults.register import FAULTS
from faults.result import Result, complete


def run(
    results: Path,
    *,
    short: bool,
    seed: int | None,
    say: Callable[[str], None],
    each: Callable[[str], None] | None = None,
) -> bool:
    """Try what `results` does not hold yet, of this commit and form. Returns whether everything has passed.

    `seed` binds all of them; each draws its own where it is None. `each` gets every result's JSON as it comes.
    """
    held = True
    commit = commit_of(ROOT)
    for number, fault in enumerate(FAULTS, start=1):
        known = read(results, fault.name)
        if known and known["pass"] and (known["commit"], known["short"]) == (commit, short) and commit:
            say(f"[{number}/{len(FAULTS)}] {fault.name}: passed before")
            continue
        say(f"[{number}/{len(FAULTS)}] {fault.name}: {fault.does}")
        drawn = secrets.randbelow(1_000_000) if seed is None else seed
        words = [fault.name, "--seed", str(drawn), "--results", str(results), *(["--short"] if short else [])]
        code = subprocess.run([sys.executable, "-m", "siaga", "faults", *words], check=False).returncode
        if code not in (0, 1):
            say(f"{fault.name}: could not be tried (exit {code})")
        held &= code == 0
        if each is not None and code in (0, 1):
            each(json.dumps(read(results, fault.name)))
    return held


def keep(results: Path, result: Result, *, short: bool, wall_s: float, clock: Clock) -> None:
    """Write one result with what is needed to get it again. A seed that failed is kept for ever."""
    results.mkdir(parents=True, exist_ok=True)
    form = " --short" if short else ""
    told = {
        **result.as_json(),
        "short": short,
        "command": f"siaga faults {result.fault} --rounds {result.rounds} --seed {result.seed}{form} --json",
        "wall_s": round(wall_s, 1),
        "at": datetime.fromtimestamp(clock.now_us() // SECOND_US, UTC).isoformat(),
        "commit": commit_of(ROOT),
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    draft = results / f"{result.fault}.tmp"
    draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    draft.replace(results / f"{result.fault}.json")
    if not result.passed:
        seeds.keep(results / seeds.FILE, result)


def read(results: Path, name: str) -> Mapping[str, Any] | None:
    """A fault's kept result; None where there is none that can be read."""
    try:
        told = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and complete(told) else None


def commit_of(root: Path) -> str:
    """The checkout's commit, with a + where files differ from it; "" outside a checkout."""
    said = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--abbrev=12"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    return said.stdout.strip() if said.returncode == 0 else ""
