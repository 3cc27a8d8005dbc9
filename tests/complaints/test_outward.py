"""The way out: what was checked is what is connected to, and nothing lasts or grows without an end."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from support.receiver import Receiver, receiver
from support.tls import proof_of

from complaints.outward import LONGEST_ANSWER, Outward, Resolve
from contract.addresses import networks
from contract.errors import Unanswered, Unavailable

LOOPBACK = networks("127.0.0.1/32", where="")
PUBLIC = "93.184.215.14"


@pytest.fixture
def server() -> Iterator[Receiver]:
    with receiver() as one:
        yield one


def names(**answers: Sequence[str] | Callable[[], Sequence[str]]) -> Resolve:
    """A name server that knows these names (`_` for a dot)."""

    def resolve(host: str, port: int) -> Sequence[str]:
        found = answers.get(host.replace(".", "_"))
        if found is None:
            raise socket.gaierror("no such name")
        return found() if callable(found) else found

    return resolve


def get(outward: Outward, url: str) -> int:
    return outward.send("GET", outward.judge(url, where="url"), headers={}).status


def test_the_name_goes_with_the_request_and_the_address_is_the_checked_one(server: Receiver) -> None:
    """Host says the name that was written; the connection went where the resolver said."""
    outward = Outward(LOOPBACK, resolver=names(relay_example=["127.0.0.1"]))
    assert get(outward, f"http://relay.example:{server.port}/a?b=c") == 204
    (got,) = server.got
    assert got.headers["host"] == f"relay.example:{server.port}"
    assert got.path == "/a?b=c"


@pytest.mark.parametrize(
    "inside",
    ["127.0.0.1", "10.0.0.5", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "0.0.0.0", "fe80::1"],  # noqa: S104
)
def test_a_name_that_leads_inside_is_not_followed(server: Receiver, inside: str) -> None:
    """Harmless on paper; nothing is sent, not even to its public addresses."""
    for addresses in ([inside], [PUBLIC, inside], [inside, PUBLIC]):
        outward = Outward(resolver=names(evil_example=addresses))
        with pytest.raises(Unavailable, match="nothing is sent there"):
            get(outward, f"https://evil.example:{server.port}/")
    assert server.got == []


def test_a_name_server_that_answers_otherwise_the_second_time_leads_nowhere(server: Receiver) -> None:
    """DNS rebinding: public when it is checked, ours when it is connected to. It is asked once a request."""
    asked: list[int] = []

    def rebind() -> Sequence[str]:
        asked.append(1)
        return ["192.0.0.1"] if len(asked) == 2 else ["127.0.0.1"]

    inside = networks("127.0.0.1/32", where="")
    outward = Outward(inside, resolver=names(evil_example=rebind))
    assert get(outward, f"http://evil.example:{server.port}/") == 204
    assert len(asked) == 1
    with pytest.raises(Unavailable, match="reserved for protocols"):
        get(outward, f"http://evil.example:{server.port}/")
    assert len(server.got) == 1


def test_plain_http_goes_to_the_city_s_own_networks_alone(server: Receiver) -> None:
    """In public nothing proves who answers without TLS."""
    outward = Outward(LOOPBACK, resolver=names(relay_example=[PUBLIC]))
    with pytest.raises(Unavailable, match="use https"):
        get(outward, f"http://relay.example:{server.port}/")


def test_a_redirect_is_an_answer_and_is_not_followed(server: Receiver) -> None:
    """Where it points is nobody's business."""
    with receiver() as other:
        server.status, server.headers = 302, {"Location": other.url}
        assert get(Outward(LOOPBACK), server.url) == 302
        assert other.got == []


def test_no_proxy_of_the_environment_is_used(server: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would resolve the name again."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(Outward(LOOPBACK), server.url) == 204


def test_an_endless_answer_is_cut(server: Receiver) -> None:
    """So much is read and no more."""
    server.status, server.body = 200, b"x" * (LONGEST_ANSWER + 300_000)
    outward = Outward(LOOPBACK)
    answer = outward.send("POST", outward.judge(server.url, where="url"), headers={}, body=b"{}")
    assert len(answer.body) == LONGEST_ANSWER


def test_a_packed_answer_is_not_unpacked(server: Receiver) -> None:
    """A small answer stays small: what claims to be gzip is taken as it came."""
    server.status, server.body, server.headers = 200, b"\x1f\x8bbomb", {"Content-Encoding": "gzip"}
    outward = Outward(LOOPBACK)
    assert outward.send("GET", outward.judge(server.url, where="url"), headers={}).body == b"\x1f\x8bbomb"


@contextlib.contextmanager
def dribbling(piece: bytes, every_s: float) -> Iterator[int]:
    """A server that answers one piece at a time and never ends. Yields its port."""
    listening = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError):
                    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
                    while not stop.wait(every_s):
                        connection.sendall(piece)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1]
    finally:
        stop.set()
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_an_answer_that_dribbles_is_over_when_its_time_is() -> None:
    """One byte now and then keeps no thread of ours for ever."""
    with dribbling(b"a", 0.05) as port:
        began = time.monotonic()
        with pytest.raises(Unavailable, match="did not answer within"):
            get(Outward(LOOPBACK, whole_s=0.5), f"http://127.0.0.1:{port}/")
        assert time.monotonic() - began < 3


def test_a_header_without_an_end_is_cut() -> None:
    """Its size is bounded, too."""
    with dribbling(b"a" * 65_536, 0.0) as port, pytest.raises(Unavailable):
        get(Outward(LOOPBACK, whole_s=5), f"http://127.0.0.1:{port}/")


def test_a_name_server_that_does_not_answer_has_its_time_too() -> None:
    """The machine's resolver knows no deadline."""
    waits = threading.Event()

    def silent() -> Sequence[str]:
        waits.wait(10)
        return []

    try:
        with pytest.raises(Unavailable, match="name server"):
            get(Outward(resolver=names(slow_example=silent), connect_s=0.1), "https://slow.example/")
    finally:
        waits.set()


@pytest.mark.parametrize(
    ("answer", "said"),
    [(None, "cannot be resolved"), ([], "no address"), (["not-an-address"], "no address"), (["127.0.0.1"], "refused")],
)
def test_a_name_that_leads_nowhere_is_away(answer: Sequence[str] | None, said: str) -> None:
    """To be tried again: names come back."""
    known = {} if answer is None else {"gone_example": answer}
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(Unavailable, match=said):
        get(Outward(LOOPBACK, resolver=names(**known)), f"http://gone.example:{port}/")


@contextlib.contextmanager
def tls_server(folder: Path, name: str) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server that proves to be `name`, and what trusts it."""
    context, trust = proof_of(folder, name)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                with connection, contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                    tls.recv(65_536)
                    tls.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listening.getsockname()[1], trust
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join()


def test_tls_proves_the_name_though_the_address_is_pinned(tmp_path: Path) -> None:
    """The certificate is asked for by name; another's is refused, and so is one that nobody trusts."""
    resolver = names(sirene_example=["127.0.0.1"], other_example=["127.0.0.1"])
    with tls_server(tmp_path, "sirene.example") as (port, trust):
        assert get(Outward(LOOPBACK, resolver=resolver, trust=trust), f"https://sirene.example:{port}/") == 200
        with pytest.raises(Unavailable, match=r"match|mismatch"):
            get(Outward(LOOPBACK, resolver=resolver, trust=trust), f"https://other.example:{port}/")
        with pytest.raises(Unavailable, match="verify failed"):
            get(Outward(LOOPBACK, resolver=resolver), f"https://sirene.example:{port}/")


def test_whether_a_request_had_left_is_said(server: Receiver) -> None:
    """Nobody listens: it was not sent. Somebody listens, and the line ends without an answer: it may have been done."""
    outward = Outward(LOOPBACK)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as refused:
            get(outward, f"http://127.0.0.1:{nobody.getsockname()[1]}/")
    assert not isinstance(refused.value, Unanswered)
    server.held = threading.Event()
    target = outward.judge(server.url, where="url")
    with pytest.raises(Unanswered, match=r"within 0\.2 s"):
        outward.send("POST", target, headers={}, body=b"x", whole_s=0.2)
    server.held.set()
    server.held = None
    server.status, server.body = 200, b"abcdef"
    assert outward.send("GET", target, headers={}, longest=6).cut is False
    assert outward.send("GET", target, headers={}, longest=5).cut is True
