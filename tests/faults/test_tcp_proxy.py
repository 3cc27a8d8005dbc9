"""What the laboratory's proxy does to a connection is what it says, and nothing else."""

from __future__ import annotations

import contextlib
import random
import socket
import socketserver
import threading
from collections.abc import Iterator

import pytest

from broker.ports import BrokerAddress
from contract.clock import SECOND_US, SystemClock
from faults.parts.brokers import wait_until
from faults.parts.tcp_lines import FAIR, HALF_OPEN, REFUSING, Way, Weather
from faults.parts.tcp_proxy import TcpProxy, busiest, tcp_proxy

CLOCK = SystemClock()


class _Echo(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError):
            while data := self.request.recv(65_536):
                self.request.sendall(data)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1_024


@pytest.fixture
def proxy() -> Iterator[TcpProxy]:
    """Before a server that says everything back."""
    with _Server(("127.0.0.1", 0), _Echo) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            with tcp_proxy(BrokerAddress("127.0.0.1", server.server_address[1]), CLOCK, random.Random(1)) as made:
                yield made
        finally:
            server.shutdown()
            thread.join()


def _connect(proxy: TcpProxy, timeout_s: float = 5.0) -> socket.socket:
    return socket.create_connection(proxy.address, timeout=timeout_s)


def _all(sock: socket.socket, number: int) -> bytes:
    got = b""
    while len(got) < number and (part := sock.recv(65_536)):
        got += part
    return got


def _said_back(sock: socket.socket, words: bytes) -> bytes:
    sock.sendall(words)
    return _all(sock, len(words))


def _took_s(sock: socket.socket, words: bytes) -> float:
    before_us = CLOCK.mono_us()
    assert _said_back(sock, words) == words
    return (CLOCK.mono_us() - before_us) / SECOND_US


def test_in_fair_weather_every_byte_arrives_and_so_does_the_end(proxy: TcpProxy) -> None:
    """A megabyte each way, then our end is the server's, and its end is ours."""
    words = random.Random(2).randbytes(1_000_000)
    with _connect(proxy) as sock:
        sender = threading.Thread(target=sock.sendall, args=(words,))
        sender.start()
        assert _all(sock, len(words)) == words
        sender.join()
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""
    assert wait_until(lambda: proxy.open == 0)


def test_latency_is_added_each_way(proxy: TcpProxy) -> None:
    """150 ms up and 150 ms down are a round trip of 300 ms, and a burst is not slowed by it."""
    proxy.set_weather(Weather(Way(latency_s=0.15), Way(latency_s=0.15)))
    with _connect(proxy) as sock:
        assert 0.3 <= _took_s(sock, b"x") < 2.0
        assert 0.3 <= _took_s(sock, b"x" * 50_000) < 2.0


def test_rate_is_a_bound(proxy: TcpProxy) -> None:
    """20 kB at 40 kB/s take half a second."""
    proxy.set_weather(Weather(up=Way(bytes_per_s=40_000)))
    with _connect(proxy) as sock:
        assert 0.5 <= _took_s(sock, b"x" * 20_000) < 3.0


def test_a_slow_line_holds_its_sender_back(proxy: TcpProxy) -> None:
    """What does not fit into the line's buffer stays with whoever sends it: a proxy that took it all would hide that
    the line is slow."""
    proxy.set_weather(Weather(up=Way(bytes_per_s=1_000)))
    with _connect(proxy, 0.5) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        with pytest.raises(TimeoutError):
            sock.sendall(b"x" * 32_000_000)


def test_a_stall_delays_what_follows_and_loses_nothing(proxy: TcpProxy) -> None:
    """Order is TCP's promise, also behind a stall."""
    proxy.set_weather(Weather(up=Way(stall_share=1.0, stall_s=0.2)))
    with _connect(proxy) as sock:
        assert _took_s(sock, b"ab") >= 0.2
        proxy.set_weather(FAIR)
        assert _said_back(sock, b"cd") == b"cd"


def test_a_swallowed_connection_is_dead_and_says_nothing(proxy: TcpProxy) -> None:
    """No byte, no end, no reset: and healing brings new connections, never this one."""
    with _connect(proxy, 0.2) as sock:
        assert _said_back(sock, b"alive") == b"alive"
        proxy.set_weather(HALF_OPEN)
        sock.sendall(b"anybody?")
        with pytest.raises(TimeoutError):
            sock.recv(1)
        with _connect(proxy, 0.2) as newer:
            newer.sendall(b"me too")
            with pytest.raises(TimeoutError):
                newer.recv(1)
        proxy.set_weather(FAIR)
        sock.sendall(b"anybody now?")
        with pytest.raises(TimeoutError):
            sock.recv(1)
        with _connect(proxy) as fresh:
            assert _said_back(fresh, b"hello") == b"hello"


def test_one_direction_may_be_dead_alone(proxy: TcpProxy) -> None:
    """The server hears us and we do not hear it: what we sent before is not heard by us either."""
    proxy.set_weather(Weather(down=Way(swallow=True)))
    with _connect(proxy, 0.2) as sock:
        sock.sendall(b"x")
        with pytest.raises(TimeoutError):
            sock.recv(1)


def test_who_has_left_a_dead_connection_is_noted(proxy: TcpProxy) -> None:
    """By this a trial knows when a client has noticed."""
    with _connect(proxy) as sock:
        assert _said_back(sock, b"CONNECT me") == b"CONNECT me"
        proxy.set_weather(HALF_OPEN)
        left_us = CLOCK.mono_us()
    assert wait_until(lambda: proxy.callers()[0].ended_us is not None)
    ended_us = proxy.callers()[0].ended_us
    assert ended_us is not None
    assert ended_us >= left_us
    assert proxy.callers()[0].first == b"CONNECT me"


def test_a_connection_is_cut_in_the_middle(proxy: TcpProxy) -> None:
    """Ten bytes and not one more, then the end."""
    proxy.set_weather(Weather(down=Way(cut_after_bytes=10)))
    with _connect(proxy) as sock:
        sock.sendall(b"x" * 100)
        assert _all(sock, 100) == b"x" * 10


def test_reset_is_a_reset_to_everybody(proxy: TcpProxy) -> None:
    """As when a box on the way loses its table."""
    with _connect(proxy) as one, _connect(proxy) as other:
        for sock in (one, other):
            assert _said_back(sock, b"x") == b"x"
        assert proxy.reset_all() == 2
        for sock in (one, other):
            with pytest.raises(ConnectionResetError):
                sock.recv(1)
    assert proxy.open == 0


def test_down_is_refused_and_up_is_the_same_port(proxy: TcpProxy) -> None:
    """Whoever comes meanwhile is refused, whoever was there is reset."""
    with _connect(proxy) as sock:
        assert _said_back(sock, b"x") == b"x"
        proxy.down()
        with pytest.raises(ConnectionResetError):
            sock.recv(1)
    with pytest.raises(ConnectionRefusedError):
        _connect(proxy)
    proxy.up()
    with _connect(proxy) as sock:
        assert _said_back(sock, b"x") == b"x"


def test_a_refused_caller_is_counted(proxy: TcpProxy) -> None:
    """A storm against a closed door is a storm."""
    proxy.set_weather_of_new(lambda number: REFUSING if number < 2 else FAIR)
    for _ in range(2):
        with pytest.raises(ConnectionResetError), _connect(proxy) as sock:  # it may come before connect has returned
            sock.recv(1)
    with _connect(proxy) as sock:
        assert _said_back(sock, b"x") == b"x"
    assert len(proxy.callers()) == 3


def test_a_target_that_is_gone_ends_the_caller() -> None:
    """Nobody waits for a server that is not there."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        target = BrokerAddress("127.0.0.1", nobody.getsockname()[1])
        # Whether the caller hears it while connecting or at the first word is the kernel's choice.
        with (
            tcp_proxy(target, CLOCK, random.Random(1)) as proxy,
            pytest.raises(ConnectionResetError),
            _connect(proxy) as sock,
        ):
            sock.recv(1)


def test_a_thousand_connections_are_carried(proxy: TcpProxy) -> None:
    """All of them at once, and each is noted with its moment."""
    since_us = CLOCK.mono_us()
    with contextlib.ExitStack() as stack:
        socks = [stack.enter_context(_connect(proxy, 20.0)) for _ in range(1_000)]
        for sock in socks:
            sock.sendall(b"x")
        assert all(sock.recv(1) == b"x" for sock in socks)
        assert proxy.open == len(proxy.callers(since_us)) == 1_000
    assert 0 < proxy.peak(since_us) <= 1_000


@pytest.mark.parametrize(
    ("moments", "most"),
    [([], 0), ([5], 1), ([0, 9, 10, 11], 3), ([0, 10, 20], 1), ([1, 1, 1, 50], 3)],
)
def test_the_busiest_window_is_found_wherever_it_lies(moments: list[int], most: int) -> None:
    """Not second by second of the clock: a storm across its tick is one storm."""
    assert busiest(moments, 10) == most
