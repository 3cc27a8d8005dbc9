"""Starts the processes of one machine in order, starts them again when they die, and stops them together.

A child never outlives us: the kernel ends it when this process is gone, however it went (PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from contract.clock import SECOND_US, Clock

log = structlog.get_logger()

STOP_WITHIN_S = 4.0
RESTART_BASE_S = 0.2
RESTART_CAP_S = 5.0
HEALTHY_AFTER_S = 5.0
"""who has lived so long has started: its next death is not one more failure in a row"""


@dataclass(slots=True)
class Child:
    """One process and how it has fared."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started_us: int = 0
    due_us: int = 0
    failures: int = 0


class Supervisor:
    """`watch()` in a loop keeps the children alive; `stop()` ends them all within STOP_WITHIN_S."""

    def __init__(self, clock: Clock, rng: random.Random, log_folder: Path | None = None) -> None:
        self._clock = clock
        self._rng = rng
        self._log_folder = log_folder
        self._children: list[Child] = []
        self._stopping = threading.Event()

    def start(self, name: str, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        """Start `siaga ARGUMENTS…` as a child and keep it alive from now on."""
        child = Child(name, arguments, environment or {})
        self._children.append(child)
        self._spawn(child)
        return child

    def watch(self) -> None:
        """Start again what has died, after a wait that grows with each failure in a row."""
        now_us = self._clock.mono_us()
        for child in self._children:
            if self._stopping.is_set():
                return
            if child.process is None:
                if now_us >= child.due_us:
                    self._spawn(child)
                continue
            code = child.process.poll()
            if code is None:
                if child.failures and now_us - child.started_us > HEALTHY_AFTER_S * SECOND_US:
                    child.failures = 0
                    log.info("process.steady", process=child.name)
                continue
            child.process = None
            child.failures += 1
            wait_s = min(RESTART_CAP_S, RESTART_BASE_S * 2 ** (child.failures - 1)) * self._rng.uniform(0.5, 1.0)
            child.due_us = now_us + round(wait_s * SECOND_US)
            log.warning("process.died", process=child.name, code=code, again_in_s=round(wait_s, 2))

    def replace(self, child: Child, silent_s: float) -> None:
        """Kill a process that hangs; `watch` starts another. SIGKILL, for one that is stopped hears nothing else."""
        if child.process is not None and child.process.poll() is None:
            log.error("process.hung", process=child.name, pid=child.process.pid, silent_s=round(silent_s, 1))
            child.process.kill()

    def end(self, child: Child) -> None:
        """Stop one child for good."""
        self._children.remove(child)
        _end([child])

    def stop(self) -> None:
        """Stop all; whoever needs longer than STOP_WITHIN_S is killed."""
        self._stopping.set()
        _end(self._children)
        self._children.clear()

    def _spawn(self, child: Child) -> None:
        child.started_us = self._clock.mono_us()
        output = None
        if self._log_folder is not None:
            self._log_folder.mkdir(parents=True, exist_ok=True)
            output = (self._log_folder / f"{child.name}.log").open("ab")
        try:
            child.process = subprocess.Popen(
                [sys.executable, "-m", "siaga.child", str(os.getpid()), *child.arguments],
                env={**os.environ, **child.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in the terminal is for us alone: we stop them in order.
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()


def _end(children: Sequence[Child]) -> None:
    """SIGTERM to all at once (nothing is lost by any order), one deadline for all, SIGKILL for the rest."""
    alive = [(child.name, child.process) for child in children if child.process and child.process.poll() is None]
    for _, process in alive:
        process.send_signal(signal.SIGTERM)
    deadline_s = time.monotonic() + STOP_WITHIN_S
    for name, process in alive:
        try:
            process.wait(max(0.0, deadline_s - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("process.killed", process=name, after_s=STOP_WITHIN_S)
            process.kill()
            process.wait()
