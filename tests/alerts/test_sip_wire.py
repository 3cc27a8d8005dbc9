"""A stream from a SIP server is cut into its messages, however it comes; one that ends is said."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest

from alerts.channels.port import Message
from alerts.channels.ring import Ring, SipLine
from alerts.channels.sip import read, write
from alerts.channels.sip_wire import opened
from contract.errors import Unavailable

RINGING = write("SIP/2.0 180 Ringing", [("Call-ID", "a"), ("CSeq", "1 INVITE")])
ANSWER = write("SIP/2.0 200 OK", [("Call-ID", "a"), ("CSeq", "1 INVITE")], "v=0\r\n\r\nc=IN IP4 127.0.0.1\r\n")
COMPACT = ANSWER.replace(b"Content-Length", b"l ")
MESSAGE = Message(title="judul", text="isi", brief="isi", link="http://127.0.0.1/")


@contextmanager
def server(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """One connection, served in a thread; closed in the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def take() -> None:
            line, _ = listener.accept()
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with line:
                serve(line)

        thread = threading.Thread(target=take)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join(10)


@pytest.mark.parametrize("seed", range(5))
def test_a_stream_is_cut_into_messages_wherever_it_is_split(seed: int) -> None:
    """Bodies with empty lines in them, keep-alives between two messages, several in one packet, one in several."""
    sent = b"\r\n\r\n" + RINGING + ANSWER + b"\r\n" + COMPACT + RINGING
    rng = random.Random(seed)

    def dribble(line: socket.socket) -> None:
        at = 0
        while at < len(sent):
            step = rng.choice([1, 3, 40, 200, 900])
            line.sendall(sent[at : at + step])
            at += step

    with server(dribble) as port, closing(opened("127.0.0.1", port, "tcp")) as wire:
        got = []
        while not wire.gone and len(got) < 4:
            told = wire.heard(2.0)
            if told is not None:
                got.append((told.status, told.body))
        body = read(ANSWER)
        assert body is not None
        assert got == [(180, ""), (200, body.body), (200, body.body), (180, "")]
        assert wire.heard(0.2) is None
        assert wire.gone


@pytest.mark.parametrize("sent", [RINGING.replace(b"Length: 0", b"Length: 99999"), b"x" * 200_000])
def test_a_message_without_an_end_ends_the_line(sent: bytes) -> None:
    """Rather than the memory of the process."""
    with server(lambda line: line.sendall(sent)) as port, closing(opened("127.0.0.1", port, "tcp")) as wire:
        while not wire.gone:
            assert wire.heard(2.0) is None


def test_a_line_that_ends_while_it_rings_is_tried_again() -> None:
    """At once, not after half a minute of ringing at nobody's."""

    def hang_up(line: socket.socket) -> None:
        asked = read(line.recv(65_535))
        assert asked is not None
        assert asked.header("via").startswith("SIP/2.0/TCP ")
        assert ";transport=tcp>" in asked.header("contact")
        same = [(name, value) for name, value in asked.headers if name in {"via", "from", "to", "call-id", "cseq"}]
        line.sendall(write("SIP/2.0 180 Ringing", same))

    with server(hang_up) as port:
        line = SipLine("127.0.0.1", port, "siaga", "x", ring_s=30.0, transport="tcp")
        with pytest.raises(Unavailable, match="the connection ended"):
            Ring(line).send(MESSAGE, "081234567", "key")


def test_a_server_that_takes_no_stream_is_away() -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    with pytest.raises(Unavailable, match="refused"):
        opened("127.0.0.1", port, "tcp")
