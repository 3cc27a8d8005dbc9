"""One loop for one node or ten thousand: sockets, due times and samples, and an agent behind each.

    select ─▶ links ─▶ events ─▶ agent ─▶ step ─▶ actions ─▶ links
                         samples ─▶ ┘

Sending never blocks collecting: links are non-blocking and real sensors have threads of their own.
"""

from __future__ import annotations

import heapq
import selectors
import socket
import threading
from collections.abc import Callable, Sequence

import structlog

from broker.ports import Connected, Disconnected, Link, Published, Received
from contract.clock import SECOND_US, Clock
from contract.messages import ClockSource
from edge.actions import Action, Connect, Hurry, Publish, Subscribe
from edge.agent import Agent, State
from edge.ports import Instant
from edge.siren.port import Blow, NoSirens, Sirens
from edge.sources import NoSource, Sample, Source

_HOUSEKEEP_US = 4 * SECOND_US // 5
_DIALLING_US = SECOND_US // 50
_STOP_US = 1_800_000
_UNPLANNED = -1
_log = structlog.get_logger("edge.runner")


class Member:
    """One node: its agent, its connection, and where its samples come from.

    `instant` reads the node's own clocks (a simulated node may have a wrong wall clock; its monotonic one must be the
    runner's); by default they are the runner's.
    """

    def __init__(
        self,
        agent: Agent,
        link: Link,
        source: Source | None = None,
        instant: Callable[[], Instant] | None = None,
        sirens: Sirens | None = None,
    ) -> None:
        self.agent = agent
        self.link = link
        self.source: Source = source or NoSource()
        self.sirens: Sirens = sirens or NoSirens()
        self.instant = instant


class Runner:
    """Drives its members until it is stopped. `wake` may be called from any thread; everything else from one."""

    def __init__(
        self,
        members: Sequence[Member],
        clock: Clock,
        *,
        source: Callable[[], ClockSource] = lambda: "ntp",
        progress: Callable[[], None] | None = None,
    ) -> None:
        """`source` says what the machine's clock rests on; `progress` is called once a turn, after its work."""
        self._seats = [_Seat(member, number) for number, member in enumerate(members)]
        self._clock = clock
        self._source = source
        self._progress = progress
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, None)
        self._due: list[tuple[int, int]] = []

    def wake(self) -> None:
        """Look at every source now."""
        try:
            self._bell.send(b"!")
        except OSError:
            return  # it rings already, or the loop has ended

    def run(self, stop: threading.Event) -> None:
        """Run until `stop` is set (call `wake` after setting it), then say goodbye: under two seconds."""
        try:
            for seat in self._seats:
                self._serve(seat)
            while not stop.is_set():
                self.turn(max_wait_s=1.0)
            self._say_goodbye()
        finally:
            self.close()

    def turn(self, max_wait_s: float) -> None:
        """One turn of the loop: wait for a socket, a due time or a wake-up, and do what it asks for."""
        wait_s = max_wait_s
        if self._due:
            wait_s = min(wait_s, max(0.0, (self._due[0][0] - self._clock.mono_us()) / SECOND_US))
        ready: set[int] = set()
        for key, mask in self._selector.select(wait_s):
            seat: _Seat | None = key.data
            if seat is None:
                self._ear.recv(4096)
                ready.update(range(len(self._seats)))
                continue
            if mask & selectors.EVENT_READ:
                seat.member.link.readable()
            if mask & selectors.EVENT_WRITE:
                seat.member.link.writable()
            ready.add(seat.number)
        mono_us = self._clock.mono_us()
        while self._due and self._due[0][0] <= mono_us:
            due_us, number = heapq.heappop(self._due)
            if due_us == self._seats[number].due_us:
                self._seats[number].due_us = _UNPLANNED
                ready.add(number)
        for number in sorted(ready):
            self._serve(self._seats[number])
        if self._progress is not None:
            self._progress()

    def close(self) -> None:
        """Let go of everything, spools included."""
        for seat in self._seats:
            seat.member.sirens.close()
            seat.member.source.close()
            seat.member.link.close(graceful=False)
            seat.member.agent.spool.close()
        self._seats = []
        self._selector.close()
        self._bell.close()
        self._ear.close()

    # ------------------------------------------------------------ one member

    def _instant(self, seat: _Seat) -> Instant:
        if seat.member.instant is not None:
            return seat.member.instant()
        return Instant(self._clock.mono_us(), self._clock.now_us(), self._source())

    def _serve(self, seat: _Seat) -> None:
        """Everything that one member has to do now, and when to look at it again."""
        member, agent = seat.member, seat.member.agent
        at = self._instant(seat)
        if at.mono_us >= seat.housekeep_us:
            member.link.housekeep(at.mono_us)
            quick = agent.state is State.CONNECTING
            seat.housekeep_us = at.mono_us + (_DIALLING_US if quick else _HOUSEKEEP_US)
        self._tell(member, at)
        if agent.state not in (State.STOPPING, State.STOPPED):
            self._sample(member, at)
        for action in agent.step(at):
            self._do(seat, action, at)
        for blown in member.sirens.answered(at.mono_us):
            agent.blown(blown)
        self._tell(member, at)
        self._watch(seat)
        self._plan(seat, at)

    def _tell(self, member: Member, at: Instant) -> None:
        for event in member.link.events():
            match event:
                case Connected(session_present):
                    member.agent.connected(session_present=session_present, at=at)
                case Disconnected(reason):
                    member.agent.disconnected(reason, at)
                case Published(token):
                    member.agent.published(token, at)
                case Received(topic, payload):
                    member.agent.received(topic, payload, at)

    def _sample(self, member: Member, at: Instant) -> None:
        sample: Sample
        for sample in member.source.due(at):
            member.agent.observe(sample.sensor, sample.values, sample.at or at, sample.fault)

    def _do(self, seat: _Seat, action: Action, at: Instant) -> None:
        link = seat.member.link
        match action:
            case Connect(address, will):
                self._forget(seat)
                link.open(address, will)
                seat.housekeep_us = at.mono_us
            case Subscribe(topic):
                link.subscribe(topic)
            case Publish(token, topic, payload, qos, retain):
                # Refused means that the connection is gone: its Disconnected follows, and the agent starts over.
                link.publish(token, topic, payload, qos=qos, retain=retain)
            case Hurry(sensor, period_s, until_us):
                seat.member.source.hurry(sensor, period_s, until_us, at)
            case Blow():
                seat.member.sirens.ask(action)
            case _:
                self._forget(seat)
                link.close(graceful=action.graceful)
                link.events()  # what that connection still had to say concerns nobody

    def _watch(self, seat: _Seat) -> None:
        """Select on the member's socket as it is now."""
        link = seat.member.link
        fileno = link.fileno()
        mask = selectors.EVENT_READ | (selectors.EVENT_WRITE if fileno is not None and link.wants_write() else 0)
        if fileno == seat.fileno and (fileno is None or mask == seat.mask):
            return
        if seat.fileno is not None and seat.fileno != fileno:
            self._forget(seat)
        if fileno is not None:
            self._select(seat, fileno, mask)
        seat.fileno, seat.mask = fileno, mask

    def _select(self, seat: _Seat, fileno: int, mask: int) -> None:
        key = self._selector.get_map().get(fileno)
        if key is None:
            self._selector.register(fileno, mask, seat)
        elif key.data is seat:
            self._selector.modify(fileno, mask, seat)
        else:  # the system has given a closed socket's number to this one
            key.data.fileno = None
            self._selector.unregister(fileno)
            self._selector.register(fileno, mask, seat)

    def _forget(self, seat: _Seat) -> None:
        """A socket that goes away must not be taken for the next one, which may get its number."""
        key = self._selector.get_map().get(seat.fileno) if seat.fileno is not None else None
        if key is not None and key.data is seat:
            self._selector.unregister(key.fileobj)
        seat.fileno = None

    def _plan(self, seat: _Seat, at: Instant) -> None:
        moments = [seat.housekeep_us, seat.member.agent.next_us(at)]
        others = (seat.member.source.next_us(), seat.member.sirens.next_us(at.mono_us))
        moments += [us for us in others if us is not None]
        due_us = min(moments)
        if due_us != seat.due_us:
            seat.due_us = due_us
            heapq.heappush(self._due, (due_us, seat.number))

    # ------------------------------------------------------------ the end

    def _say_goodbye(self) -> None:
        by_us = self._clock.mono_us() + _STOP_US
        for seat in self._seats:
            at = self._instant(seat)
            self._sample(seat.member, at)
            seat.member.agent.stop(at)
            self._serve(seat)
        while self._clock.mono_us() < by_us and not all(seat.member.agent.stopped for seat in self._seats):
            self.turn(max_wait_s=0.05)
        _log.info("stopped", nodes=len(self._seats), unsaid=sum(not seat.member.agent.stopped for seat in self._seats))


class _Seat:
    """A member's place in the loop."""

    def __init__(self, member: Member, number: int) -> None:
        self.member = member
        self.number = number
        self.housekeep_us = 0
        self.due_us = _UNPLANNED
        self.fileno: int | None = None
        self.mask = 0
