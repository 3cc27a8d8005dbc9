"""Gateway, names, portal and broker, against real servers on loopback."""

from __future__ import annotations

import datetime
import hashlib
import http.server
import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from contract.probe import probe_answer, valid_nonce
from edge.hotspot import gateway, names, portal, reach

NONCE = "0123456789abcdef" * 2
Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def web(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            return

    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            return

    server = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    with serving(server) as port:
        yield port


def say(handler: http.server.BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def city(handler: http.server.BaseHTTPRequestHandler) -> None:
    (nonce,) = parse_qs(urlsplit(handler.path).query)["nonce"]
    say(handler, 200, probe_answer(nonce).encode() if valid_nonce(nonce) else b"")


def redirecting_portal(handler: http.server.BaseHTTPRequestHandler) -> None:
    say(handler, 302, b"", Location="http://login.invalid/")


def login_page(handler: http.server.BaseHTTPRequestHandler) -> None:
    say(handler, 200, b"<html><form>Masukkan kata sandi</form></html>")


def echoing_portal(handler: http.server.BaseHTTPRequestHandler) -> None:
    say(handler, 200, f"you asked {handler.path}".encode())


def login_wanted(handler: http.server.BaseHTTPRequestHandler) -> None:
    say(handler, 511, b"log in")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (city, "open"),
        (redirecting_portal, "captive"),
        (login_page, "captive"),
        (echoing_portal, "captive"),
        (login_wanted, "captive"),
    ],
)
def test_who_answers(answer: Answer, expected: str) -> None:
    """Only the city knows the answer to the nonce: a redirect, another page and an echo are somebody else."""
    with web(answer) as port:
        assert portal.probe(f"http://127.0.0.1:{port}/probe", NONCE, 3).internet == expected


def test_the_answer_is_the_same_for_ever() -> None:
    """Nodes in the field and the city's page must agree over releases: one known pair, and only true nonces."""
    assert probe_answer(NONCE) == hashlib.sha256(b"siaga-probe/1:" + NONCE.encode()).hexdigest()
    assert probe_answer(NONCE) == "68687cd833f57756df4526b76c4b95b2322b4653061a9719a550f3742cba6d04"
    assert valid_nonce(NONCE)
    assert not any(valid_nonce(wrong) for wrong in ("", NONCE[1:], NONCE.upper(), NONCE + "\n", "<b>" + NONCE))


def test_the_citys_own_error_is_neither_open_nor_captive() -> None:
    """A 503 of the city's own page must not accuse the hotspot."""
    with web(lambda handler: say(handler, 503, b"")) as port:
        verdict = portal.probe(f"http://127.0.0.1:{port}/probe", NONCE, 3)
    assert verdict.internet is None
    assert "503" in verdict.fault


def test_nobody_listens() -> None:
    """A refused connection is down."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert portal.probe(f"http://127.0.0.1:{unused.getsockname()[1]}/", NONCE, 1).internet == "down"


def test_a_server_that_hangs_is_down_and_the_probe_returns() -> None:
    """One that accepts and never speaks costs the deadline and no more."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        began = time.monotonic()
        verdict = portal.probe(f"http://127.0.0.1:{silent.getsockname()[1]}/", NONCE, 0.4)
        assert verdict.internet == "down"
        assert time.monotonic() - began < 2


def test_a_server_that_drips_cannot_hold_the_node() -> None:
    """A byte now and then restarts a socket's own timeout; the deadline holds all the same."""
    gone = threading.Event()

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            try:
                while not gone.wait(0.05):
                    self.request.sendall(b"H")
            except OSError:
                return

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip)
    with serving(server) as port:
        began = time.monotonic()
        verdict = portal.probe(f"http://127.0.0.1:{port}/", NONCE, 0.5)
        assert time.monotonic() - began < 2
        gone.set()
    assert verdict.internet != "open"


def test_somebody_who_speaks_no_http_is_captive() -> None:
    """An answer that is not HTTP is an answer by somebody else."""

    class Greeter(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(1000)
            self.request.sendall(b"220 mail.example ESMTP\r\n\r\n")

    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Greeter)) as port:
        assert portal.probe(f"http://127.0.0.1:{port}/", NONCE, 2).internet == "captive"


def self_signed(folder: Path, first: datetime.datetime, last: datetime.datetime) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for 127.0.0.1, made with the openssl command."""
    import subprocess

    key, cert = folder / "key.pem", folder / "cert.pem"
    form = "%Y%m%d%H%M%SZ"
    subprocess.run(
        ["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", folder / "csr.pem",
         "-subj", "/CN=127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    (folder / "index.txt").write_text("")
    (folder / "ca.cnf").write_text(
        f"[ca]\ndefault_ca=c\n[c]\ndatabase={folder}/index.txt\nnew_certs_dir={folder}\nrand_serial=yes\n"
        "default_md=sha256\npolicy=p\nx509_extensions=e\n[p]\ncommonName=supplied\n"
        "[e]\nsubjectAltName=IP:127.0.0.1\nbasicConstraints=critical,CA:TRUE\n"
    )
    subprocess.run(
        ["openssl", "ca", "-batch", "-selfsign", "-config", folder / "ca.cnf", "-keyfile", key,
         "-in", folder / "csr.pem", "-out", cert, "-notext",
         "-startdate", first.strftime(form), "-enddate", last.strftime(form)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context, cert


NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (NOW + DAY, NOW + 2 * DAY, "clock is probably behind"),
        (NOW - 2 * DAY, NOW - DAY, "clock is ahead"),
    ],
)
def test_a_clock_or_certificate_out_of_time_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: datetime.datetime, last: datetime.datetime, words: str
) -> None:
    """TLS that fails on time is a state of its own: neither down nor captive, and the sentence names the clock."""
    context, cert = self_signed(tmp_path, first, last)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with web(city, context) as port:
        verdict = portal.probe(f"https://127.0.0.1:{port}/probe", NONCE, 3)
    assert verdict.internet is None
    assert words in verdict.fault


def test_a_certificate_nobody_vouches_for_is_said(tmp_path: Path) -> None:
    """A portal that answers TLS with its own certificate is told from a silent network."""
    context, _ = self_signed(tmp_path, NOW - DAY, NOW + DAY)
    with web(city, context) as port:
        verdict = portal.probe(f"https://127.0.0.1:{port}/probe", NONCE, 3)
    assert verdict.internet is None
    assert "somebody else answers" in verdict.fault


def test_open_through_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same probe over https, with a certificate that is vouched for."""
    context, cert = self_signed(tmp_path, NOW - DAY, NOW + DAY)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with web(city, context) as port:
        assert portal.probe(f"https://127.0.0.1:{port}/probe", NONCE, 3) == portal.Verdict("open")


class NameServer(socketserver.UDPServer):
    """A resolver of one answer: an address, an error code, or silence."""

    def __init__(self, address: str = "", code: int = 0, silent_for: int = 0, wrong_id: bool = False) -> None:
        outer = self
        self.asked = 0

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                query, sock = self.request
                outer.asked += 1
                if outer.asked <= silent_for:
                    return
                number = bytes([query[0] ^ 0xFF, query[1]]) if wrong_id else query[:2]
                head = number + struct.pack("!HHHHH", 0x8180 | code, 1, 1 if address else 0, 0, 0)
                record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + socket.inet_aton(address) if address else b""
                sock.sendto(head + query[12:] + record, self.client_address)

        super().__init__(("127.0.0.1", 0), Handler)


def test_a_name_resolves_to_its_address() -> None:
    """The address in the answer comes back."""
    with serving(NameServer("192.0.2.7")) as port:
        assert names.ask("siaga.example", names.Resolver("127.0.0.1", port), 2) == ["192.0.2.7"]


def test_a_lost_question_is_asked_again() -> None:
    """UDP loses; one lost datagram is not a broken resolver."""
    with serving(NameServer("192.0.2.7", silent_for=1)) as port:
        assert names.ask("siaga.example", names.Resolver("127.0.0.1", port), 1) == ["192.0.2.7"]


@pytest.mark.parametrize(
    ("server", "words"),
    [
        (lambda: NameServer(code=3), "no such name"),
        (lambda: NameServer(code=2), "the resolver failed"),
        (NameServer, "no IPv4 address"),
        (lambda: NameServer("192.0.2.7", silent_for=9), "did not answer within 0.3 s"),
        (lambda: NameServer("192.0.2.7", wrong_id=True), "did not answer within 0.3 s"),
    ],
)
def test_a_resolver_that_fails_says_how(server: Callable[[], NameServer], words: str) -> None:
    """An error, an empty answer, silence and a forged answer are each named, within the deadline."""
    with serving(server()) as port, pytest.raises(names.NameFailure, match=words):
        names.ask("siaga.example", names.Resolver("127.0.0.1", port), 0.3)


def test_no_resolver_at_the_address() -> None:
    """A closed port is told from a slow one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    with pytest.raises(names.NameFailure, match="cannot be reached"):
        names.ask("siaga.example", names.Resolver("127.0.0.1", port), 1)


def test_the_systems_files_are_used(tmp_path: Path) -> None:
    """An address is itself, a name of the hosts file is its address, the resolver is the first of resolv.conf."""
    (tmp_path / "hosts").write_text("127.0.0.1 localhost\n::1 pos\n10.0.0.9 pos Pos-2 # the post\n")
    assert names.look_up("192.0.2.1", None, 1, tmp_path) == "192.0.2.1"
    assert names.look_up("pos-2", None, 1, tmp_path) == "10.0.0.9"
    with pytest.raises(names.NameFailure, match="no resolver"):
        names.look_up("elsewhere.example", None, 1, tmp_path)
    assert names.system_resolver("# x\nsearch y\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n") == ("10.0.0.1", 53)


@pytest.mark.parametrize("name", ["", "a..b", "x" * 64 + ".id", ".".join(["abc"] * 80)])
def test_a_name_that_no_query_can_carry(name: str) -> None:
    """A typing error in the configuration is a sentence, not a crash."""
    with pytest.raises(names.NameFailure, match="is not a host name"):
        names.question(name, 1)


ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
"""
NEIGHBOURS = """IP address       HW type     Flags       HW address            Mask     Device
192.168.1.1      0x1         0x2         00:11:22:33:44:55     *        eth0
192.168.1.9      0x1         0x0         00:00:00:00:00:00     *        eth0
"""


def test_the_default_route_with_the_lowest_metric() -> None:
    """Of two default routes the kernel takes the cheaper; so do we."""
    assert gateway.default_gateway(ROUTES) == "192.168.1.1"
    assert gateway.default_gateway(ROUTES.splitlines()[0]) is None
    assert gateway.default_gateway("") is None


def test_only_a_complete_neighbour_counts() -> None:
    """An entry without an answer is no gateway."""
    assert gateway.neighbour_known(NEIGHBOURS, "192.168.1.1")
    assert not gateway.neighbour_known(NEIGHBOURS, "192.168.1.9")
    assert not gateway.neighbour_known(NEIGHBOURS, "192.168.1.77")


def test_loopback_answers_as_a_gateway() -> None:
    """Echo where this machine allows it, else a refused knock: a living machine either way."""
    assert gateway.gateway_answers("127.0.0.1", 1)
    assert gateway.ping("127.0.0.1", 1) in (True, None)


def test_the_internet_checksum_of_the_rfc() -> None:
    """RFC 1071's own example."""
    assert gateway.checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xFFFF - 0xDDF2


def test_a_broker_that_accepts_and_one_that_does_not() -> None:
    """An open port is reachable; a closed one is a sentence with its name; a refusal still measures the way there."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        assert reach.broker_accepts("127.0.0.1", port, 1, None, "broker") == ""
        assert reach.round_trip_ms("127.0.0.1", port, 1) is not None
    assert "broker:" in reach.broker_accepts("127.0.0.1", port, 1, None, "broker")
    assert reach.round_trip_ms("127.0.0.1", port, 1) is not None


def test_a_brokers_tls_hello(tmp_path: Path) -> None:
    """The hello is said and the certificate checked."""
    context, cert = self_signed(tmp_path, NOW - DAY, NOW + DAY)
    with web(city, context) as port:
        trusting = ssl.create_default_context(cafile=str(cert))
        assert reach.broker_accepts("127.0.0.1", port, 2, trusting, "127.0.0.1") == ""
        refused = reach.broker_accepts("127.0.0.1", port, 2, ssl.create_default_context(), "127.0.0.1")
        assert "certificate is not accepted" in refused


def test_median_and_loss() -> None:
    """The median is of what came back, the loss of what was sent."""
    assert reach.summary([10.0, None, 30.0, 20.0]) == reach.Trip(20.0, 25.0)
    assert reach.summary([None, None]) == reach.Trip(None, 100.0)
