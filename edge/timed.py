"""A TCP or TLS conversation that ends when its time is up, whatever the other side does."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def conversation(
    address: str, port: int, timeout_s: float, tls: ssl.SSLContext | None = None, name: str = ""
) -> Iterator[socket.socket]:
    """A connected socket (a TLS one has said its hello) that is cut `timeout_s` after this was called.

    A socket's own timeout starts anew with every byte, so that a peer which drips would hold us for ever. `name` is
    whom the certificate must name. Raises OSError and its children (ssl.SSLError among them).
    """
    ends = time.monotonic() + timeout_s
    sock = socket.create_connection((address, port), timeout_s)
    # A TLS socket takes over the descriptor of the one it wraps: the one in use is what has to be cut.
    in_use = [sock]
    cut = threading.Timer(max(0.0, ends - time.monotonic()), _shut, (in_use,))
    cut.start()
    try:
        if tls is not None:
            secured = tls.wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
            in_use[0] = secured
            secured.do_handshake()
        yield in_use[0]
    finally:
        cut.cancel()
        cut.join()
        in_use[0].close()


def _shut(in_use: list[socket.socket]) -> None:
    try:
        in_use[0].shutdown(socket.SHUT_RDWR)
    except OSError:
        return
