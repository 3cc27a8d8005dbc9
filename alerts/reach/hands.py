"""Further processes that send, where one core is too slow for a city: each has its share, and one process leads them.

The leader holds the lease and walks; a hand hears of both by lines of JSON on its standard input and says each second
that it lives on its standard output. A hand that ends or says nothing ends the leader too, so that whoever supervises
it starts all of them again: no share is ever without somebody who sends it. A hand whose input ends, ends.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, TextIO

from alerts.reach.delivery import Delivery, cancel
from alerts.reach.http import Lines
from alerts.reach.lane import Surroundings
from alerts.reach.reachfile import Opened
from contract.errors import Rejected, Unavailable
from contract.subscription import ReachKind
from store.ports import Lease

LIVES_S = 1.0
SILENT_S = 60.0
END_S = 4.0
Opener = Callable[[Lines], Mapping[ReachKind, Opened]]


class Hands:
    """The leader's side. `commands`: one that starts each hand."""

    def __init__(self, commands: Sequence[Sequence[str]], *, silent_s: float = SILENT_S) -> None:
        self._commands = tuple(commands)
        self._silent_s = silent_s
        self._all: list[asyncio.subprocess.Process] = []
        self._facts: dict[int, Mapping[str, Any]] = {}

    def facts(self, name: str) -> set[str]:
        """What any of them says under a name."""
        return {str(one) for facts in self._facts.values() for one in facts.get(name, ())}

    async def begin(self) -> None:
        """Start all of them."""
        pipe = asyncio.subprocess.PIPE
        for command in self._commands:
            # In a session of its own: a Ctrl-C is the leader's, who lets it end in order.
            self._all.append(
                await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, start_new_session=True)
            )

    def tell(self, **word: Any) -> None:
        """Say it to each."""
        line = (json.dumps(word) + "\n").encode()
        for one in self._all:
            if one.stdin is not None and not one.stdin.is_closing():
                one.stdin.write(line)

    async def watch(self, number: int) -> None:
        """For ever, while that one lives. Raises Unavailable where it does not: the stage ends, and is started anew."""
        one = self._all[number]
        if one.stdout is None:
            raise RuntimeError("a hand was started without a pipe")
        while True:
            try:
                line = await asyncio.wait_for(one.stdout.readline(), self._silent_s)
            except TimeoutError:
                raise Unavailable(f"a sending process has said nothing for {self._silent_s:g} s") from None
            if not line:
                raise Unavailable(f"a sending process ended ({await one.wait()})")
            self._facts[number] = json.loads(line)

    async def end(self) -> None:
        """Let each keep what it has in hand, and go."""
        for one in self._all:
            if one.stdin is not None:
                one.stdin.close()
        for one in self._all:
            try:
                await asyncio.wait_for(one.wait(), END_S)
            except TimeoutError:
                with suppress(ProcessLookupError):
                    one.kill()
                await one.wait()


class Hand:
    """A hand's side. `run` until told to stop, or until nobody tells it anything any more."""

    def __init__(self, *, open_providers: Opener, make_lines: Callable[[], Lines], around: Surroundings) -> None:
        self._open = open_providers
        self._make_lines = make_lines
        self._around = around
        self._delivery: Delivery | None = None

    def run(self, stop: threading.Event, words: TextIO, lives: TextIO) -> None:
        """Send what the leader's `words` allow; `lives` is where it says that it does."""
        asyncio.run(self._run(stop, words, lives))

    async def _run(self, stop: threading.Event, words: TextIO, lives: TextIO) -> None:
        lines = self._make_lines()
        opened = self._open(lines)
        delivery = Delivery(opened, self._around, fenced=self._fenced, ails=_nothing, heals=_nothing)
        self._delivery = delivery
        jobs = [asyncio.create_task(one) for one in delivery.jobs()]
        jobs.append(asyncio.create_task(self._say(lives, delivery)))
        ending = [asyncio.create_task(self._hear(words, delivery)), asyncio.create_task(_until(stop))]
        try:
            done, _ = await asyncio.wait({*jobs, *ending}, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()  # a job ends by nothing but a bug
        finally:
            await cancel([*jobs, *ending])
            await delivery.end()
            for one_of in opened.values():
                await one_of.provider.close()
            await lines.close()

    async def _hear(self, words: TextIO, delivery: Delivery) -> None:
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), words)
        while line := await reader.readline():
            word = json.loads(line)
            if "lease" in word:
                delivery.under(None if word["lease"] is None else Lease(**word["lease"]))
            else:
                delivery.wake(word["wake"], anew=word["anew"])

    async def _say(self, lives: TextIO, delivery: Delivery) -> None:
        while True:
            lives.write(json.dumps(delivery.facts()) + "\n")
            lives.flush()
            delivery.under_no_old_lease()
            await asyncio.sleep(LIVES_S)

    def _fenced(self, error: Rejected) -> None:
        if error.reason != "fenced":
            raise error
        if self._delivery is not None:
            self._delivery.under(None)


def lease_word(lease: Lease | None) -> dict[str, Any] | None:
    """A lease as it is told to hands."""
    return None if lease is None else asdict(lease)


async def _until(stop: threading.Event) -> None:
    while not stop.is_set():
        await asyncio.sleep(0.1)


def _nothing(_error: Unavailable | None = None) -> None:
    """The leader asks the same store and says how it fares."""
