"""The dead-man: a small process on another machine that sounds when Siaga falls silent, or says that it does not judge.

It asks the city's server every few seconds, with a program's key, and so says itself that it watches. `Deadman` is
pure: answers and monotonic time in, whether to sound and why out.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import httpx
import structlog

from contract.clock import SECOND_US, Clock
from contract.errors import BadInput

Why = Literal["", "silent", "network", "not_judging", "refused"]
PAUSE_MOST_S = 1_800.0
_ASK_S = 10.0
_WITNESS_S = 3.0
_SOUND_EVERY_S = 10.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking once. `why` "" means that all is well; `what` is in the server's words or ours."""

    why: Why
    what: str = ""
    paused_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """`since_s`: for how long nothing good was heard."""

    sounding: bool
    why: Why
    what: str
    since_s: float


@dataclass(slots=True)
class Deadman:
    """Sounds when nothing good was heard for `after_s`, at most PAUSE_MOST_S later where work on the server was
    announced before."""

    after_s: float
    began_us: int
    _good_us: int = 0
    _quiet_until_us: int = 0
    _last: Answer = Answer("silent", "not asked yet")

    def __post_init__(self) -> None:
        self._good_us = self.began_us

    def hear(self, answer: Answer, mono_us: int) -> Verdict:
        """One answer. What is well again is quiet at once."""
        self._last = answer
        if not answer.why:
            self._good_us = mono_us
            self._quiet_until_us = mono_us + round(min(answer.paused_s, PAUSE_MOST_S) * SECOND_US)
        return self.verdict(mono_us)

    def verdict(self, mono_us: int) -> Verdict:
        """As it stands now."""
        since_us = mono_us - self._good_us
        late = since_us >= self.after_s * SECOND_US and mono_us >= self._quiet_until_us
        sounding = bool(self._last.why) and late
        return Verdict(sounding, self._last.why if sounding else "", self._last.what, since_us / SECOND_US)


class Asking:
    """Asks one server. `witness`: another address of this network, host and port, by which a dead network here is told
    from a dead server there."""

    def __init__(
        self, url: str, name: str, key: str, witness: tuple[str, int] | None = None, timeout_s: float = _ASK_S
    ) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/watchers/{quote(name.replace('/', '-'), safe='')}"
        self._key = key
        self._witness = witness
        self._timeout_s = timeout_s

    def ask(self) -> Answer:
        """Never raises: whatever goes wrong is an answer."""
        try:
            said = httpx.post(
                self._url, headers={"Authorization": f"Bearer {self._key}"}, timeout=self._timeout_s, trust_env=False
            )
        except httpx.HTTPError as error:
            what = str(error) or type(error).__name__
            return Answer("network", what) if self._cut_off() else Answer("silent", what)
        if said.status_code in {401, 403}:
            return Answer("refused", f"HTTP {said.status_code}: the key does not open it")
        return read(said.status_code, said.text)

    def _cut_off(self) -> bool:
        if self._witness is None:
            return False
        try:
            socket.create_connection(self._witness, timeout=_WITNESS_S).close()
        except ConnectionRefusedError:
            return False  # somebody answered that nobody listens: the network is there
        except OSError:
            return True
        return False


def read(status: int, text: str) -> Answer:
    """What the server said. A page that is no answer of ours is none."""
    try:
        told = json.loads(text)
        well, wrong, paused_s = bool(told["well"]), [str(one) for one in told["wrong"]], float(told["paused_s"])
    except (ValueError, KeyError, TypeError):
        return Answer("silent", f"HTTP {status}, and no answer of Siaga")
    if status == 200 and well:
        return Answer("", paused_s=paused_s)
    return Answer("not_judging", ", ".join(wrong) or f"HTTP {status}")


# ------------------------------------------------------------ what sounds


class Command:
    """A command that sounds once. It is told why by SIAGA_WHY."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._running: subprocess.Popen[bytes] | None = None

    def sound(self, why: str) -> None:
        """Begin it again once it has ended."""
        if self._running is not None and self._running.poll() is None:
            return
        try:
            self._running = subprocess.Popen(self._words, env={**os.environ, "SIAGA_WHY": why})
        except OSError as error:
            log.error("deadman.cannot_sound", command=self._words[0], error=str(error))

    def quiet(self) -> None:
        """End it."""
        if self._running is not None:
            if self._running.poll() is None:
                self._running.terminate()
            self._running.wait()
            self._running = None


class Pin:
    """A buzzer on a pin: a file that takes 1 and 0, as the kernel shows each output."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def sound(self, why: str) -> None:  # noqa: ARG002  a buzzer has one tone
        self._set("1")

    def quiet(self) -> None:
        self._set("0")

    def _set(self, text: str) -> None:
        try:
            self._path.write_text(text)
        except OSError as error:
            log.error("deadman.cannot_sound", pin=str(self._path), error=error.strerror)


def sounder(text: str) -> Command | Pin:
    """`gpio:PATH` or a command with its words. Raises BadInput."""
    import shlex

    if text.startswith("gpio:"):
        path = Path(text.removeprefix("gpio:"))
        if not path.exists():
            raise BadInput(f"there is no {path}", where="--sound", remedy="As gpio:/sys/class/leds/buzzer/brightness.")
        return Pin(path)
    words = shlex.split(text)
    if not words:
        raise BadInput("nothing would sound", where="--sound", remedy='A command, as "aplay alarm.wav", or gpio:PATH.')
    return Command(words)


def run(
    asking: Callable[[], Answer], deadman: Deadman, sounds: Command | Pin, clock: Clock, stop: threading.Event,
    every_s: float,
) -> None:  # fmt: skip
    """Ask and sound until `stop`. Said once when it begins to sound, when the reason is another, and when it heals."""
    before = Verdict(False, "", "", 0.0)
    ask_at_us = clock.mono_us()
    try:
        while not stop.is_set():
            if clock.mono_us() >= ask_at_us:
                ask_at_us = clock.mono_us() + round(every_s * SECOND_US)
                now = deadman.hear(asking(), clock.mono_us())
            else:
                now = deadman.verdict(clock.mono_us())
            if now.sounding:
                sounds.sound(now.why)
            elif before.sounding:
                sounds.quiet()
            if (now.sounding, now.why) != (before.sounding, before.why):
                _say(now)
            before = replace(now)
            stop.wait(min(every_s, _SOUND_EVERY_S, 1.0))
    finally:
        sounds.quiet()


def _say(now: Verdict) -> None:
    if now.sounding:
        log.error("deadman.sounds", why=now.why, what=now.what, since_s=round(now.since_s))
    else:
        log.info("deadman.well_again")
