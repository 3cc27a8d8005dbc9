"""A node's sirens in a process of their own, as its agent sees them."""

from __future__ import annotations

import contextlib
import json
import queue
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from edge.siren.port import Blow, Blown, Wiring

ANSWER_S = 3.0
"""the longest that a line may take to follow"""
PROGRAM = (sys.executable, "-m", "edge.siren.keeper")
_START_S = 30.0
PAUSE_S = 1.0
_END_S = 1.0
_READ = 65_536
_HOME = Path(__file__).resolve().parents[2]
_log = structlog.get_logger("edge.sirens")


class KeptSirens:
    """`Sirens` whose lines another process holds (`edge.siren.keeper`): it silences them when this one dies or hangs.
    Where that one dies, the lines may stay as they are: it is started anew at once, which begins with silence."""

    def __init__(
        self,
        wirings: Sequence[Wiring],
        wake: Callable[[], None],
        *,
        answer_s: float = ANSWER_S,
        pause_s: float = PAUSE_S,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """`wake` is called from a thread of this when there is something for `answered`. `program` is the process; it
        is started at most once in `pause_s`."""
        self._pause_s = pause_s
        self._program = program
        self._wirings = wirings
        self._wake = wake
        self._answer_s = answer_s
        self._orders: queue.SimpleQueue[Blow] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Blown] = queue.SimpleQueue()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._closing = threading.Event()
        self._trouble = "it does not run yet"
        self.pid: int | None = None
        """of the process that holds the lines, None while there is none"""
        self._thread = threading.Thread(target=self._run, name="sirens", daemon=True)
        self._thread.start()

    def ask(self, order: Blow) -> None:
        """See `Sirens.ask`."""
        self._orders.put(order)
        self._ring()

    def answered(self, mono_us: int) -> Sequence[Blown]:  # noqa: ARG002 - the port's signature
        """See `Sirens.answered`."""
        found = []
        while not self._answers.empty():
            found.append(self._answers.get())
        return found

    def next_us(self, mono_us: int) -> int | None:  # noqa: ARG002 - the port's signature
        """See `Sirens.next_us`."""
        return None

    def close(self) -> None:
        """See `Sirens.close`."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._ring()
        self._thread.join(_END_S * 3)
        self._bell.close()
        self._ear.close()

    # ------------------------------------------------------------ the thread

    def _run(self) -> None:
        said = ""
        while not self._closing.is_set():
            began_s = time.monotonic()
            try:
                with _Keeper(self._program, self._wirings) as keeper:
                    self.pid = keeper.pid
                    self._trouble = keeper.begin()
                    if not self._trouble:
                        _log.info("sirens_kept", sirens=[one.siren for one in self._wirings], after=said or None)
                        said = ""
                        self._trouble = self._serve(keeper)
            except (OSError, ValueError) as error:  # no memory for a process, or words of its own that are none of ours
                self._trouble = f"the process that holds the lines: {error}"
            self.pid = None
            if self._closing.is_set():
                return
            if self._trouble != said:
                said = self._trouble
                _log.error("sirens_away", why=said)
            # One that did its work is followed at once; one that never could is not started a hundred times a minute.
            self._refuse_for(began_s + self._pause_s - time.monotonic())

    def _serve(self, keeper: _Keeper) -> str:
        """Orders one after another, until the keeper is gone: why."""
        while not self._closing.is_set():
            select.select([self._ear.fileno(), keeper.stdout], [], [], None)
            if self._closing.is_set():
                break
            self._hush()
            if keeper.gone():
                return keeper.trouble or "the process that holds the lines died"
            while not self._orders.empty():
                order = self._orders.get()
                said = keeper.ask(order, self._answer_s)
                if said is None:
                    why = keeper.trouble or "the process that holds the lines gave no answer"
                    keeper.kill()
                    self._say(Blown(order.siren, order.key, order.do, trouble=why))
                    return why
                self._say(Blown(**said))
        return ""

    def _refuse_for(self, seconds: float) -> None:
        """While there is no keeper nobody waits for an answer; who came while one was being started has one, too."""
        until_s = time.monotonic() + seconds
        while True:
            while not self._orders.empty():
                order = self._orders.get()
                self._say(Blown(order.siren, order.key, order.do, trouble=self._trouble))
            left_s = until_s - time.monotonic()
            if left_s <= 0 or self._closing.is_set():
                return
            select.select([self._ear], [], [], left_s)
            self._hush()

    def _say(self, blown: Blown) -> None:
        self._answers.put(blown)
        self._wake()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):  # it rings already, or the thread has ended
            self._bell.send(b"!")

    def _hush(self) -> None:
        if select.select([self._ear], [], [], 0)[0]:
            self._ear.recv(4096)


class _Keeper:
    """One life of the process."""

    def __init__(self, program: Sequence[str], wirings: Sequence[Wiring]) -> None:
        self._wirings = wirings
        self._rest = b""
        self.trouble = ""
        # Its own session: what ends a terminal's job ends the agent, and the agent's end is what it waits for.
        self._process = subprocess.Popen(
            program,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, cwd=_HOME, start_new_session=True,
        )  # fmt: skip
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("a process without its pipes")
        self._in, self._out = self._process.stdin, self._process.stdout
        self.pid = self._process.pid

    def __enter__(self) -> _Keeper:
        return self

    def __exit__(self, *_: object) -> None:
        """Its input ends, so it silences everything; where it hangs it is killed."""
        for pipe in (self._in, self._out):
            with contextlib.suppress(OSError):
                pipe.close()
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def kill(self) -> None:
        """It hangs, and may be sounding."""
        self._process.kill()

    @property
    def stdout(self) -> int:
        return self._out.fileno()

    def begin(self) -> str:
        """Take the lines. What is wrong with them, "" for nothing."""
        self._write([asdict(one) for one in self._wirings])
        said = self._read(_START_S)
        if said is None or "ready" not in said:
            return self.trouble or "the process that holds the lines did not start"
        return ""

    def ask(self, order: Blow, answer_s: float) -> Mapping[str, Any] | None:
        """Its answer; None where there is none in time."""
        self._write(order._asdict())
        said = self._read(answer_s)
        return said if said is not None and "key" in said else None

    def gone(self) -> bool:
        """Whether it has ended; what it said unasked is why."""
        if not select.select([self.stdout], [], [], 0)[0]:
            return False
        self._read(0)
        return True

    def _write(self, what: object) -> None:
        with contextlib.suppress(OSError):  # it is gone: no answer says so
            self._in.write(json.dumps(what).encode() + b"\n")

    def _read(self, wait_s: float) -> Mapping[str, Any] | None:
        """Its next line; None where it ended or said nothing in time."""
        until_s = time.monotonic() + wait_s
        while b"\n" not in self._rest:
            if not select.select([self.stdout], [], [], max(0.0, until_s - time.monotonic()))[0]:
                return None
            data = self._out.read(_READ)
            if not data:
                return None
            self._rest += data
        line, self._rest = self._rest.split(b"\n", 1)
        said: Mapping[str, Any] = json.loads(line)
        self.trouble = str(said.get("trouble", "")) if "key" not in said else ""
        return said
