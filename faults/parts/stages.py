"""The command line as a process of its own, configured by its environment alone, always ended."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from faults.parts import faketime
from faults.parts.brokers import wait_until
from faults.parts.missing import NotInstalled

ROOT = Path(__file__).resolve().parents[2]
_SIAGA = (sys.executable, "-m", "siaga")


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This machine's environment without any setting of ours, and `settings`."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("SIAGA_")}
    return bare | {name: str(value) for name, value in settings.items()}


def last_beat(data: Path, stage: str) -> Mapping[str, Any]:
    """The last sign of life of a stage, with `at_us`, `pid` and `facts`; empty where there is none. `data` is its
    data folder."""
    try:
        told = json.loads((data / "run" / f"{stage}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}


@dataclass
class Stage:
    """One `siaga …` and where its words go."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def until(self, true: Callable[[], object], timeout_s: float) -> bool:
        """Whether `true()` came true in time, and while it ran."""
        wait_until(lambda: self.ended or true(), timeout_s, 0.1)
        return not self.ended and bool(true())

    def said(self) -> str:
        """Its last words."""
        return self.log.read_text(errors="replace")[-3_000:]

    def lines(self, *events: str) -> list[str]:
        """Its log lines of these events, as they came."""
        text = self.log.read_text(errors="replace")
        return [line for line in text.splitlines() if any(f'"event": "{event}"' in line for event in events)]

    def kill(self) -> None:
        """SIGKILL where it still runs."""
        self.process.kill()
        self.process.wait()

    def terminate(self, within_s: float = 10.0) -> int:
        """SIGTERM; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(within_s)


def _started(command: Sequence[str], settings: Mapping[str, object], log: Path) -> Stage:
    with log.open("ab") as out:
        process = subprocess.Popen(command, env=environment(settings), cwd=ROOT, stdout=out, stderr=out)
    return Stage(process, log)


class Supervised:
    """One `siaga …` that whoever kills it starts again at once, as systemd or Docker would."""

    def __init__(self, log: Path, settings: Mapping[str, object], *arguments: str) -> None:
        self._log = log
        self._settings = settings
        self._arguments = arguments
        self._running: Stage | None = None
        log.parent.mkdir(parents=True, exist_ok=True)

    @property
    def now(self) -> Stage:
        """The process that runs now, or ran last. Raises LookupError before the first start."""
        if self._running is None:
            raise LookupError(f"{self._arguments[0]} was never started")
        return self._running

    def start(self) -> None:
        self._running = _started([*_SIAGA, *self._arguments], self._settings, self._log)

    def kill(self) -> None:
        """SIGKILL, and another life."""
        self.now.kill()
        self.start()

    def end(self) -> None:
        """SIGKILL for good where it still runs."""
        if self._running is not None:
            self._running.kill()


@contextlib.contextmanager
def supervised(log: Path, settings: Mapping[str, object], *arguments: str) -> Iterator[Supervised]:
    """`siaga ARGUMENTS…`, started; killed at the end where it still runs."""
    one = Supervised(log, settings, *arguments)
    one.start()
    try:
        yield one
    finally:
        one.end()


@contextlib.contextmanager
def stage(
    folder: Path, settings: Mapping[str, object], *arguments: str, machine: str = "", before: Sequence[str] = ()
) -> Iterator[Stage]:
    """`siaga ARGUMENTS…`, killed at the end where it still runs. `machine`: it runs as on another machine of that name
    (in a namespace for its name; for root alone). `before`: words that stand before the command and become it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{arguments[0]}-{len(list(folder.iterdir()))}.log"
    command = [*before, *_SIAGA, *arguments]
    if machine:
        if os.geteuid() != 0 or shutil.which("unshare") is None:
            raise NotInstalled("a machine of another name is for root, with unshare", "util-linux")
        command = ["unshare", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"', machine, *command]
    running = _started(command, settings, file)
    try:
        yield running
    finally:
        running.kill()
        faketime.forget(running.pid)


def siaga(settings: Mapping[str, object], *arguments: str) -> subprocess.CompletedProcess[str]:
    """`siaga ARGUMENTS…` to its end."""
    return subprocess.run(
        [*_SIAGA, *arguments],
        env=environment(settings),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
