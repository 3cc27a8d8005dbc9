"""What becomes of the alarms, as server-sent events: one look at the database a second for all who listen.

A listener costs no thread: it waits on the loop. It is told only of what is its own to see, hears a beat every few
seconds, and is let go when its session ends, when it takes nothing any more, and in any case after a while: a browser
comes back by itself and names the last event that it heard. Who was away for longer than is kept reads the list anew.

Events, each with JSON in `data`: `hello` and `beat` (`at`, `time` for people, `fresh`: whether the database answers),
`alarm` (as in `/api/v1/alarms`), `gone` (`id`: it is over), `reset` (read the list anew), `over` (sign in again).
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from api.alarms import Alarm, Alarms, Board
from api.context import Context
from api.language import Speech
from api.policy import Caller, Reach, answers_for
from contract.clock import rfc3339
from contract.errors import Unavailable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """`look_s` between two looks at the database, `beat_s` between two signs of life, `longest_s` a stream lasts,
    `take_s` a listener may take for one event; how many listen at once, how many of one person or key; how many events
    are kept for those who come back."""

    look_s: float = 1.0
    beat_s: float = 10.0
    longest_s: float = 900.0
    take_s: float = 20.0
    listeners_most: int = 200
    own_most: int = 8
    kept: int = 5_000


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who listens, what they reach, and the language in which they are told the time."""

    caller: Caller
    reach: Reach
    speech: Speech

    def sees(self, alarm: Alarm) -> bool:
        return answers_for(self.caller, self.reach, alarm.case)


@dataclass(frozen=True, slots=True)
class Notice:
    """One alarm that is new or different, or (`gone`) is over."""

    number: int
    alarm: Alarm
    gone: bool
    data: str


class Feed:
    """Of one city. Lives on the server's event loop."""

    def __init__(self, context: Context, board: Board, told: Callable[[Alarm, int], str], pace: Pace) -> None:
        """`told` is an alarm as JSON at a moment."""
        self.pace = pace
        self._context = context
        self._board = board
        self._told = told
        self._life = secrets.token_hex(4)
        """numbers begin anew with every start of the server"""
        self._notices: deque[Notice] = deque(maxlen=pace.kept)
        self._known: dict[str, Alarm] | None = None
        self._number = 0
        self._fresh = True
        self._bell = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None
        self._listeners: Counter[str] = Counter()

    # ------------------------------------------------------------ who listens

    def enter(self, viewer: Viewer) -> bool:
        """Take a place; False where there is none. Whoever got one gives it back with `leave`."""
        who = viewer.caller.actor
        if self._listeners.total() >= self.pace.listeners_most or self._listeners[who] >= self.pace.own_most:
            return False
        self._listeners[who] += 1
        self._keep_looking()
        return True

    def leave(self, viewer: Viewer) -> None:
        self._listeners[viewer.caller.actor] -= 1
        self._listeners += Counter()  # without those that are at nought

    async def stream(self, viewer: Viewer, last_heard: str) -> AsyncIterator[str]:
        """What this listener is told, each piece a whole event."""
        loop = asyncio.get_running_loop()
        heard = self._after(last_heard)
        number = self._number if heard is None else heard
        end_s = loop.time() + self.pace.longest_s
        yield self._beat("hello", viewer, number)
        if last_heard and heard is None:
            yield _event("reset", "{}", f"{self._life}-{number}")
        while True:
            bell, beat_s = self._bell, loop.time() + self.pace.beat_s
            while loop.time() < min(beat_s, end_s):
                if self._lost(number):
                    yield _event("reset", "{}", f"{self._life}-{self._number}")
                for notice in self._since(number):
                    number = notice.number  # more may be told while this listener takes its time
                    if viewer.sees(notice.alarm):
                        yield _event("gone" if notice.gone else "alarm", notice.data, f"{self._life}-{number}")
                if not await _rings(bell, min(beat_s, end_s) - loop.time()):
                    break
                bell = self._bell
            if loop.time() >= end_s:
                return
            if not await run_in_threadpool(self._still, viewer.caller):
                yield _event("over", "{}")
                return
            self._keep_looking()
            yield self._beat("beat", viewer, number)

    def _still(self, caller: Caller) -> bool:
        """Whether whoever began to listen is still let in. While the database is away nobody can say: they stay."""
        try:
            return self._context.access.lasts(caller)
        except Unavailable:
            return True

    def _after(self, last_heard: str) -> int | None:
        """The number up to which a listener has heard everything; None where it must read the list."""
        life, _, number = last_heard.partition("-")
        if life != self._life or not number.isdecimal() or len(number) > 18:
            return None
        heard = int(number)
        return heard if heard <= self._number and not self._lost(heard) else None

    def _lost(self, number: int) -> bool:
        """Whether something after `number` is not kept any more."""
        return number < self._number and (not self._notices or self._notices[0].number > number + 1)

    def _since(self, number: int) -> list[Notice]:
        if number >= self._number:
            return []
        return [notice for notice in self._notices if notice.number > number]

    def _beat(self, name: str, viewer: Viewer, number: int) -> str:
        now_us = self._context.clock.now_us()
        data = {"at": rfc3339(now_us), "time": viewer.speech.clock(now_us), "fresh": self._fresh}
        return _event(name, json.dumps(data), f"{self._life}-{number}")

    # ------------------------------------------------------------ what is looked at

    def _keep_looking(self) -> None:
        """Look on where nothing looks any more. A look that failed is said: what is shown is not fresh until one goes
        well."""
        if self._looking is not None and not self._looking.done():
            return
        failed = None if self._looking is None or self._looking.cancelled() else self._looking.exception()
        if failed is not None:
            self._fresh = False
            log.error("alarms.look_failed", exc_info=failed)
        self._looking = asyncio.create_task(self._look())

    async def _look(self) -> None:
        """Until nobody listens any more."""
        while self._listeners:
            try:
                alarms = await run_in_threadpool(self._board.now)
            except Unavailable:
                self._fresh = False
            else:
                self._fresh = True
                self._note(alarms)
            await asyncio.sleep(self.pace.look_s)

    def _note(self, alarms: Alarms) -> None:
        now = {one.id: one for one in alarms.open}
        before = self._known
        if before is None:
            self._known = now
            return
        changed = [one for one in alarms.open if before.get(one.id) != one]
        over = [one for one in before.values() if one.id not in now]
        for alarm, gone in (*((one, False) for one in changed), *((one, True) for one in over)):
            self._number += 1
            data = json.dumps({"id": alarm.id}) if gone else self._told(alarm, alarms.now_us)
            self._notices.append(Notice(self._number, alarm, gone, data))
        self._known = now
        if changed or over:
            self._bell.set()
            self._bell = asyncio.Event()


async def _rings(bell: asyncio.Event, within_s: float) -> bool:
    """Whether the bell rang in time."""
    try:
        async with asyncio.timeout(max(within_s, 0)):
            await bell.wait()
    except TimeoutError:
        return False
    return True


def _event(name: str, data: str, number: str = "") -> str:
    """As text/event-stream has it. JSON on one line: nothing in it can begin another field."""
    return "".join(_lines(name, data, number))


def _lines(name: str, data: str, number: str) -> Iterator[str]:
    if number:
        yield f"id: {number}\n"
    yield f"event: {name}\ndata: {data}\n\n"


class EventStream(StreamingResponse):
    """The answer to a listener; 429 where there is no place. Its place is given back however it ends."""

    def __init__(self, feed: Feed, viewer: Viewer, last_heard: str) -> None:
        super().__init__(
            feed.stream(viewer, last_heard),
            media_type="text/event-stream",
            headers={"Cache-Control": "private, no-store", "X-Accel-Buffering": "no"},
        )
        self._feed = feed
        self._viewer = viewer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("head"):
            await Response(headers=dict(self.headers))(scope, receive, send)
            return
        if not self._feed.enter(self._viewer):
            raise HTTPException(429, headers={"Retry-After": str(round(self._feed.pace.beat_s))})
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._feed.leave(self._viewer)

    async def stream_response(self, send: Send) -> None:
        async def in_time(message: object) -> None:
            async with asyncio.timeout(self._feed.pace.take_s):
                await send(message)  # type: ignore[arg-type]

        try:
            await super().stream_response(in_time)
        except TimeoutError:
            return  # it has stopped taking anything: its place is another's
