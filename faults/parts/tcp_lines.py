"""One connection that a proxy carries, and what befalls its bytes: two ends, a line each way, the weather on it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

from broker.ports import BrokerAddress
from contract.clock import Clock

_PIECE = 2_048
"""bytes that a slow line sends at once"""
_BUFFER = 65_536
"""bytes that wait on a slow line before the sender is held back, as a modem's buffer does"""
_FIRST = 256
_CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Way:
    """What befalls the bytes of one direction.

    `latency_s` is added to every byte; `bytes_per_s` bounds the rate; a share `stall_share` of what comes at once
    waits `stall_s` more, and what follows waits behind it. `cut_after_bytes`: the connection ends in the middle.
    `swallow`: bytes are taken and never delivered, and neither is anybody's end; a connection once swallowed is dead
    for ever, for there is a hole in what it carries.
    """

    latency_s: float = 0.0
    bytes_per_s: float = math.inf
    stall_share: float = 0.0
    stall_s: float = 0.0
    cut_after_bytes: int | None = None
    swallow: bool = False

    @property
    def clear(self) -> bool:
        return self == _CLEAR


_CLEAR = Way()


@dataclass(frozen=True, slots=True)
class Weather:
    """Both directions of a connection: `up` from whoever connected, `down` to it. `refuse`: reset when it comes."""

    up: Way = _CLEAR
    down: Way = _CLEAR
    refuse: bool = False


FAIR = Weather()
REFUSING = Weather(refuse=True)
HALF_OPEN = Weather(Way(swallow=True), Way(swallow=True))
"""the peer is gone and nobody says so; who comes new is accepted and heard by nobody"""


@dataclass(slots=True)
class Caller:
    """One connection that came. `first`: the beginning of what it said (MQTT: its CONNECT). Monotonic µs."""

    number: int
    came_us: int
    first: bytes = b""
    ended_us: int | None = None
    """when whoever connected ended it; None while it has not"""


@dataclass
class Traffic:
    """Who has come and who is carried now. `weather` decides about each connection when it comes, by its number."""

    target: BrokerAddress
    clock: Clock
    rng: random.Random
    weather: Callable[[int], Weather]
    callers: list[Caller] = field(default_factory=list)
    pairs: set[Pair] = field(default_factory=set)

    def came(self) -> tuple[Caller, Weather]:
        caller = Caller(len(self.callers), self.clock.mono_us())
        self.callers.append(caller)
        return caller, self.weather(caller.number)


class _Half(asyncio.Protocol):
    """One end of a pair. Both ends share everything but who they talk to."""

    transport: asyncio.Transport
    out: _Line
    """where what this end says goes"""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        sock = transport.get_extra_info("socket")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        self.out.take(data)

    def eof_received(self) -> bool:
        self.out.end()
        return not self.out.dead  # the other direction may still have something to say

    def pause_writing(self) -> None:
        self.other.out_is_full(full=True)

    def resume_writing(self) -> None:
        self.other.out_is_full(full=False)

    def out_is_full(self, *, full: bool) -> None:
        self.out.receiver_full = full
        self.out.regulate()

    other: _Half


class Near(_Half):
    """The end of whoever connected."""

    def __init__(self, traffic: Traffic) -> None:
        self._traffic = traffic
        self._pair: Pair | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        caller, weather = self._traffic.came()
        if weather.refuse:
            self.out = _Line(self._traffic, self, self, Way(swallow=True))
            _abort(self.transport)
            return
        self._pair = Pair(self._traffic, self, caller, weather)
        self._traffic.pairs.add(self._pair)
        self._pair.begin()

    def data_received(self, data: bytes) -> None:
        caller = self._pair.caller if self._pair is not None else None
        if caller is not None and len(caller.first) < _FIRST:
            caller.first = (caller.first + data)[:_FIRST]
        super().data_received(data)

    def eof_received(self) -> bool:
        self._note_end()
        return super().eof_received()

    def connection_lost(self, _error: Exception | None) -> None:
        self._note_end()
        if self._pair is not None:
            self._pair.lost(self)

    def _note_end(self) -> None:
        if self._pair is not None and self._pair.caller.ended_us is None:
            self._pair.caller.ended_us = self._traffic.clock.mono_us()


class _Far(_Half):
    """The end of the target."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair

    def connection_lost(self, _error: Exception | None) -> None:
        self._pair.lost(self)


class Pair:
    """A connection: two ends and a line each way."""

    def __init__(self, traffic: Traffic, near: Near, caller: Caller, weather: Weather) -> None:
        self.caller = caller
        self._traffic = traffic
        self._near = near
        self._far = _Far(self)
        near.other, self._far.other = self._far, near
        near.out = _Line(traffic, near, self._far, weather.up)
        self._far.out = _Line(traffic, self._far, near, weather.down)
        self._dialling: asyncio.Task[None] | None = None
        self._over = False

    @property
    def dead(self) -> bool:
        """Nothing comes through any more, and nobody is told."""
        return self._near.out.way.swallow or self._far.out.way.swallow

    def begin(self) -> None:
        if not self.dead:
            self._dialling = asyncio.ensure_future(self._dial())

    async def _dial(self) -> None:
        try:
            await asyncio.wait_for(
                asyncio.get_running_loop().create_connection(lambda: self._far, *self._traffic.target), _CONNECT_S
            )
        except (OSError, TimeoutError):
            self.reset()
            return
        if self._over:
            _abort(self._far.transport)
            return
        self._near.out.connected()

    def change(self, weather: Weather) -> None:
        """A connection that was dead stays so."""
        self._near.out.change(weather.up)
        self._far.out.change(weather.down)

    def reset(self) -> None:
        self._over = True
        self._traffic.pairs.discard(self)
        for half in (self._near, self._far):
            half.out.drop()
            if hasattr(half, "transport"):
                _abort(half.transport)

    def lost(self, half: _Half) -> None:
        """One end is gone. The other one hears of it as the weather allows: of a dead connection never."""
        half.out.end()
        if half.other.out.dead or half.out.dead:
            if all(not hasattr(one, "transport") or one.transport.is_closing() for one in (self._near, self._far)):
                self._over = True
                self._traffic.pairs.discard(self)
            return
        if self._over:
            return
        self._over = True
        self._traffic.pairs.discard(self)
        half.other.out.drop()
        half.out.close_when_empty()


def _abort(transport: asyncio.Transport) -> None:
    """RST, as a crash or an impatient box on the way sends it."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        with contextlib.suppress(OSError):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


class _Line:
    """One direction: from `source` to `sink`, through its weather."""

    def __init__(self, traffic: Traffic, source: _Half, sink: _Half, way: Way) -> None:
        self.way = way
        self.dead = way.swallow
        self.receiver_full = False
        self._traffic = traffic
        self._source = source
        self._sink = sink
        self._ready = isinstance(sink, Near)
        self._queue: deque[tuple[float, bytes]] = deque()
        self._queued = 0
        self._free_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._ended = False
        self._close = False
        self._finished = False
        self._passed = 0
        self._held = False

    def connected(self) -> None:
        """The target has accepted: what was said meanwhile goes now."""
        self._ready = True
        self._flush()

    def change(self, way: Way) -> None:
        if self.dead:
            return
        self.way = way
        if way.swallow:
            self.dead = True
            self.drop()

    def take(self, data: bytes) -> None:
        if self.dead:
            return
        if self._ready and self.way.clear and not self._queue:
            self._sink.transport.write(data)
            return
        now = asyncio.get_running_loop().time()
        stall_s = self.way.stall_s if self._traffic.rng.random() < self.way.stall_share else 0.0
        start = max(now, self._free_at) + stall_s
        for at in range(0, len(data), _PIECE):
            piece = data[at : at + _PIECE]
            start += len(piece) / self.way.bytes_per_s
            self._queue.append((start + self.way.latency_s, piece))
            self._queued += len(piece)
        self._free_at = start
        self._flush()

    def end(self) -> None:
        """The source says no more."""
        if self.dead or self._ended:
            return
        self._ended = True
        self._flush()

    def close_when_empty(self) -> None:
        """The source is gone: close the sink once it has everything."""
        self._close = True
        self._ended = True
        self._flush()

    def drop(self) -> None:
        """What is under way never arrives."""
        self._queue.clear()
        self._queued = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def regulate(self) -> None:
        """Hold the source back while the line or the receiver is full."""
        hold = self.receiver_full or self._queued > _BUFFER
        transport = getattr(self._source, "transport", None)
        if hold is self._held or transport is None or transport.is_closing():
            return
        self._held = hold
        (transport.pause_reading if hold else transport.resume_reading)()

    def _flush(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._ready or self.dead:
            return
        transport = self._sink.transport
        now = asyncio.get_running_loop().time()
        while self._queue and self._queue[0][0] <= now:
            _, piece = self._queue.popleft()
            self._queued -= len(piece)
            limit = self.way.cut_after_bytes
            if limit is not None and self._passed + len(piece) >= limit:
                transport.write(piece[: limit - self._passed])
                self.drop()
                transport.close()
                self._source.transport.close()
                return
            self._passed += len(piece)
            transport.write(piece)
        if self._queue:
            self._wait(self._queue[0][0] - now)
        elif self._close:
            transport.close()
        elif self._ended and not self._finished and not transport.is_closing():
            self._finished = True
            transport.write_eof()
            if self._sink.out._finished:  # both have said all they had to say
                transport.close()
                self._source.transport.close()
        self.regulate()

    def _wait(self, for_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(max(0.0, for_s), self._flush)
