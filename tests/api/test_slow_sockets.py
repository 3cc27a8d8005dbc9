"""Five hundred askers who never finish their question do not keep a resident from the page."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable

import httpx
import pytest
from support.seed import Town

SOCKETS = 500
PIECES = (b"GET / HTTP/1.1\r\nHost: x\r\nX-a: ", b"POST /masuk HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")


@pytest.mark.slow
def test_sockets_that_dribble_do_not_stop_a_residents_page(
    made: Town, serve: Callable[..., httpx.Client], record_property: Callable[[str, object], None]
) -> None:
    """Half of them never end their headers, half never end their body; each says a byte now and then."""
    client = serve(made)
    assert client.get("/").status_code == 200
    host, port = client.base_url.host, client.base_url.port
    stop = threading.Event()
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection((host, port), timeout=20)) for _ in range(SOCKETS)]
        for number, one in enumerate(slow):
            one.sendall(PIECES[number % 2])

        def dribble() -> None:
            while not stop.wait(0.2):
                for one in slow:
                    with contextlib.suppress(OSError):
                        one.sendall(b"a")

        thread = threading.Thread(target=dribble)
        thread.start()
        try:
            began = time.monotonic()
            answers = [client.get(path).status_code for path in ("/", "/sungai", "/wifi", "/kasus", "/health") * 3]
            took_s = (time.monotonic() - began) / len(answers)
        finally:
            stop.set()
            thread.join()
    record_property("page_s", took_s)
    assert set(answers) == {200}
    assert took_s < 2.0


def test_a_head_without_an_end_is_refused(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Headers are bounded, and so is an address: what is longer is answered and the connection ends."""
    client = serve(made)
    for piece in (b"GET / HTTP/1.1\r\nX: " + b"a" * 200_000, b"GET /" + b"a" * 200_000):
        with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=10) as one:
            answer = b""
            with contextlib.suppress(OSError):
                one.sendall(piece)
                while chunk := one.recv(65_536):
                    answer += chunk
            assert not answer or answer.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5"))
    assert client.get("/health").status_code == 200
