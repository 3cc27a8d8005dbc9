"""A sign of life that each process leaves in a file, for `siaga health`, the readiness page and the supervisor.

A file and not a port: it works the same in a container, under systemd and on a laptop, and a process that hangs stops
writing it. Docker and systemd start again what has ended, not what hangs: so a process whose loop stands still for too
long ends itself. (One that is stopped, or hangs with Python's lock in its hands, cannot; `siaga up` kills these.)
"""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from contract.clock import SECOND_US, Clock

PERIOD_S = 1.0
STALE_S = 15.0
STARTING_S = 60.0
"""a loop that has not moved yet may take this long"""
EXIT_HUNG = 70
"""what a process that hangs ends with (EX_SOFTWARE of sysexits.h)"""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Beat:
    """What a process last said of itself."""

    stage: str
    pid: int
    at_us: int
    facts: Mapping[str, Any]

    def fresh(self, now_us: int) -> bool:
        return now_us - self.at_us < STALE_S * SECOND_US


class Heartbeat:
    """Writes the file once a second for as long as the process's own loop makes progress.

    Where `facts` has a number called "loops" that the loop moves, the file grows old while it stands still, so that a
    hung loop is seen as one although this thread is well. After `hung_after_s` of that the process is ended by `end`,
    where a time is given.
    """

    def __init__(
        self,
        folder: Path,
        stage: str,
        clock: Clock,
        facts: Callable[[], Mapping[str, Any]] = dict,
        *,
        hung_after_s: float | None = None,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._path = folder / f"{stage}.json"
        self._stage = stage
        self._clock = clock
        self._facts = facts
        self._hung_after_s = hung_after_s
        self._end = end
        self._loops: object = None
        self._still = 0
        self._moving = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self.write()
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=2 * PERIOD_S)
        self._path.unlink(missing_ok=True)

    def write(self) -> None:
        """One beat, replaced whole, so that nobody reads half of it. A full disk costs a beat, never the process."""
        facts = dict(self._facts())
        loops = facts.get("loops")
        if loops is not None and loops == self._loops:
            self._stands_still()
            return
        self._moving = self._moving or self._loops is not None
        self._loops, self._still = loops, 0
        beat = {"stage": self._stage, "pid": os.getpid(), "at_us": self._clock.now_us(), "facts": facts}
        draft = self._path.with_suffix(".tmp")
        try:
            draft.write_text(json.dumps(beat), encoding="utf-8")
            draft.replace(self._path)
        except OSError:
            return

    def _stands_still(self) -> None:
        """Judged by our own beats: a process that was stopped, or a machine that slept, had none meanwhile."""
        self._still += 1
        if self._hung_after_s is None:
            return
        still_s = self._still * PERIOD_S
        if still_s > (self._hung_after_s if self._moving else max(self._hung_after_s, STARTING_S)):
            log.error("stage.hung", silent_s=still_s)
            sys.stderr.flush()
            self._end(EXIT_HUNG)

    def _run(self) -> None:
        while not self._stop.wait(PERIOD_S):
            self.write()


def read(folder: Path, stage: str) -> Beat | None:
    """The last beat of a stage, None where there is none."""
    try:
        beat = json.loads((folder / f"{stage}.json").read_text(encoding="utf-8"))
        return Beat(beat["stage"], beat["pid"], beat["at_us"], beat["facts"])
    except (OSError, ValueError, KeyError):
        return None
