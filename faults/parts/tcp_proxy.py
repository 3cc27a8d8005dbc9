"""A TCP proxy that does to connections what networks do: late, slow, stalling, cut short, reset, dead without a word.

It lives in a thread of its own and carries a thousand connections. What befalls bytes is said for each direction of
each connection and can be changed while they flow. It also counts: who connected when.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Any, TypeVar

from broker.ports import BrokerAddress
from contract.clock import SECOND_US, Clock
from faults.parts.tcp_lines import FAIR, Caller, Near, Traffic, Weather

_CALL_S = 10.0
T = TypeVar("T")


class TcpProxy:
    """Listens on `address` until `close`. `weather` decides about each connection when it comes, by its number.

    All methods may be called from any thread and have taken effect when they return.
    """

    def __init__(
        self,
        target: BrokerAddress,
        clock: Clock,
        rng: random.Random,
        *,
        host: str = "127.0.0.1",
        weather: Callable[[int], Weather] = lambda _number: FAIR,
    ) -> None:
        self._traffic = Traffic(target, clock, rng, weather)
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        # Never listens: while nobody else does, no caller's own end gets this port, which would then be taken.
        self._place = _bound(host, 0)
        self.address = BrokerAddress(host, self._place.getsockname()[1])
        self._thread = threading.Thread(target=self._run, name=f"proxy {self.address.port}", daemon=True)
        self._thread.start()
        try:
            self.up()
        except OSError:
            self.close()
            raise

    # ------------------------------------------------------------ the hand on it

    def set_weather(self, weather: Weather) -> None:
        """For every connection that is and that will be."""

        async def change() -> None:
            self._traffic.weather = lambda _number: weather
            for pair in self._traffic.pairs:
                pair.change(weather)

        self._call(change())

    def set_weather_of_new(self, weather: Callable[[int], Weather]) -> None:
        """For connections that will be, by their number; those that are stay as they are."""

        async def change() -> None:
            self._traffic.weather = weather

        self._call(change())

    def reset_all(self) -> int:
        """RST to both ends of every connection; returns how many there were."""

        async def reset() -> int:
            pairs = list(self._traffic.pairs)
            for pair in pairs:
                pair.reset()
            return len(pairs)

        return self._call(reset())

    def down(self) -> int:
        """Nobody listens any more, and every connection is reset; returns how many there were."""

        async def close() -> None:
            if self._server is not None:
                self._server.close()
                self._server = None

        self._call(close())
        return self.reset_all()

    def up(self) -> None:
        """Listen (again)."""

        async def listen() -> None:
            if self._server is None:
                sock = _bound(*self.address)
                self._server = await self._loop.create_server(lambda: Near(self._traffic), sock=sock, backlog=1_024)

        self._call(listen())

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self.down()

        async def drain() -> None:
            for task in asyncio.all_tasks() - {asyncio.current_task()}:
                task.cancel()
            await asyncio.sleep(0)

        self._call(drain())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_CALL_S)
        self._place.close()

    # ------------------------------------------------------------ what it has seen

    @property
    def open(self) -> int:
        """Connections that are carried now, the dead ones included."""
        return len(self._traffic.pairs)

    def callers(self, since_us: int = 0) -> Sequence[Caller]:
        """Who has connected since a monotonic moment, in order."""
        return [caller for caller in list(self._traffic.callers) if caller.came_us >= since_us]

    def peak(self, since_us: int, window_s: float = 1.0) -> int:
        """The most connections that came within any `window_s`."""
        return busiest([caller.came_us for caller in self.callers(since_us)], round(window_s * SECOND_US))

    # ------------------------------------------------------------ inside

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_CALL_S)


def busiest(moments_us: Sequence[int], window_us: int) -> int:
    """The most of these ordered moments that lie within any half-open window."""
    most = first = 0
    for last, moment_us in enumerate(moments_us):
        while moment_us - moments_us[first] >= window_us:
            first += 1
        most = max(most, last - first + 1)
    return most


@contextlib.contextmanager
def tcp_proxy(target: BrokerAddress, clock: Clock, rng: random.Random) -> Iterator[TcpProxy]:
    """A proxy, closed at the end."""
    proxy = TcpProxy(target, clock, rng)
    try:
        yield proxy
    finally:
        proxy.close()


def _bound(host: str, port: int) -> socket.socket:
    sock = socket.socket()
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock
