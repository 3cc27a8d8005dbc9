"""All faults, each in a process of its own, one after the other or some at once; what is known is not tried again."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import platform
import secrets
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contract.clock import SECOND_US, Clock
from faults import seeds
from faults.parts.must import must
from faults.parts.stages import ROOT
from faults.register import FAULTS, Fault
from faults.result import Result, complete


def run(
    results: Path,
    *,
    short: bool,
    seed: int | None,
    say: Callable[[str], None],
    each: Callable[[str], None] | None = None,
    faults: Sequence[Fault] = FAULTS,
    at_once: int = 1,
) -> int:
    """Try what `results` does not hold yet, of this commit and form. Returns the exit code: 0 where everything has
    passed, 1 where something has not, 2 where nothing failed but this machine could not try everything.

    `seed` binds all of them; each draws its own where it is None. `each` gets every result's JSON as it comes.
    `at_once`: how many run beside each other; a whole campaign's figures want one.
    """
    commit = made_of()
    trials = _Trials()

    def tried(number: int, fault: Fault) -> Mapping[str, Any]:
        where = f"[{number}/{len(faults)}] {fault.name}"
        known = read(results, fault.name)
        if known and known["pass"] and (known["commit"], known["short"]) == (commit, short) and commit:
            say(f"{where}: passed before")
            return known
        say(f"{where}: {fault.does}")
        drawn = secrets.randbelow(1_000_000) if seed is None else seed
        words = [fault.name, "--seed", str(drawn), "--results", str(results), *(["--short"] if short else [])]
        line = trials.run(words)
        if each is not None:
            each(line)
        told: Mapping[str, Any] = json.loads(line)
        return told

    with ThreadPoolExecutor(at_once) as pool:
        try:
            told = dict(zip((fault.name for fault in faults), pool.map(tried, itertools.count(1), faults), strict=True))
        except KeyboardInterrupt:
            pool.shutdown(wait=False, cancel_futures=True)
            trials.stop()
            raise
    for line in summary(told):
        say(line)
    return max((exit_code(one) for one in told.values()), key=_WORST.index)


_WORST = (0, 2, 1)
"""exit codes, the worst last"""


def exit_code(told: Mapping[str, Any]) -> int:
    """Of a result, by its JSON."""
    if told["pass"]:
        return 0
    return 1 if told.get("not_tried") is None else 2


def summary(told: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    """For people: how many of a campaign's faults have passed, then each that has not, with its reason."""
    passed = sum(bool(one["pass"]) for one in told.values())
    yield f"{passed} of {len(told)} faults passed"
    for name, one in told.items():
        if one.get("not_tried") is not None:
            yield f"{name}: NOT tried: {one['not_tried']}"
        elif not one["pass"]:
            why = "; ".join(one["failures"]) or f"{one['lost']} lost, {one['duplicated']} twice"
            yield f"{name}: NOT passed (seed {one['seed']}): {why}"


class _Trials:
    """The trials that run now. Where we are stopped, each first takes down what it made."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def run(self, words: Sequence[str]) -> str:
        """One trial in a process of its own; its last line. Raises KeyboardInterrupt where it was stopped."""
        command = [sys.executable, "-m", "siaga", "faults", *words, "--json"]
        with self._lock:
            if self._stopped:
                raise KeyboardInterrupt
            trial = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
            self._running.add(trial)
        with trial:
            said, _ = trial.communicate()
        with self._lock:
            self._running.discard(trial)
        if trial.returncode == _STOPPED:
            raise KeyboardInterrupt
        lines = said.splitlines()
        must(lines, f"{words[0]} ended with {trial.returncode} and without a word")
        return lines[-1]

    def stop(self) -> None:
        """Tell every trial to end; whoever waits for one goes on waiting until it has."""
        with self._lock:
            self._stopped = True
            for trial in self._running:
                trial.terminate()


_STOPPED = 130


def keep(results: Path, result: Result, *, short: bool, wall_s: float, clock: Clock, made_of: str) -> None:
    """Write one result with what is needed to get it again. A seed that failed is kept for ever. `made_of`: what the
    trial ran, see `made_of`."""
    results.mkdir(parents=True, exist_ok=True)
    form = " --short" if short else ""
    told = {
        **result.as_json(),
        "short": short,
        "command": f"siaga faults {result.fault} --rounds {result.rounds} --seed {result.seed}{form} --json",
        "wall_s": round(wall_s, 1),
        "at": datetime.fromtimestamp(clock.now_us() // SECOND_US, UTC).isoformat(),
        "commit": made_of,
        "machine": f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }
    draft = results / f"{result.fault}.tmp"
    draft.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    draft.replace(results / f"{result.fault}.json")
    if not result.passed and result.not_tried is None:
        seeds.keep(results / seeds.FILE, result, short=short)


def read(results: Path, name: str) -> Mapping[str, Any] | None:
    """A fault's kept result; None where there is none that can be read."""
    try:
        told = json.loads((results / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) and complete(told) else None


def made_of(root: Path = ROOT) -> str:
    """The checkout's commit; where its program differs from it, a + and a digest of what differs. "" outside a
    checkout. Pages and kept results are no program: a campaign that writes them is still the same."""
    commit = _git(root, "rev-parse", "--short=12", "HEAD").strip()
    names = _git(root, "ls-files", "-z", "--modified", "--others", "--exclude-standard", "--", ".", *_NO_PROGRAM)
    names += _git(root, "diff", "-z", "--cached", "--name-only", "--", ".", *_NO_PROGRAM)
    differ = sorted({name for name in names.split("\0") if name})
    if not commit or not differ:
        return commit
    digest = hashlib.sha256()
    for name in differ:
        file = root / name
        digest.update(name.encode() + b"\0" + (file.read_bytes() if file.is_file() else b"gone") + b"\0")
    return f"{commit}+{digest.hexdigest()[:8]}"


_NO_PROGRAM = (":(exclude)docs", ":(exclude)changelog.d", ":(exclude)tests", ":(exclude,glob)**/*.md")


def _git(root: Path, *words: str) -> str:
    said = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=False)
    return said.stdout if said.returncode == 0 else ""
