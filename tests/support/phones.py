"""A telephone at the end of a SIP line, and Kamailio as the server in between that asks who calls."""

from __future__ import annotations

import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from alerts.channels.sip import Told, heard_at, read, write

USER, SECRET = "siaga", "kata-sandi-jalur"
Manner = Literal["answers", "rings", "busy", "unknown", "away", "declines", "mute"]
_FINAL = {
    "busy": "486 Busy Here", "unknown": "404 Not Found", "away": "503 Service Unavailable", "declines": "603 Decline",
}  # fmt: skip


class Phone:
    """Rings by its manner. `asked` are the methods that came, `sound` how many frames it heard."""

    def __init__(self, manner: Manner = "answers") -> None:
        self.manner = manner
        self.asked: list[str] = []
        self.numbers: list[str] = []
        self.sound = 0
        self._stop = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.bind(("127.0.0.1", 0))
        self._ear.setblocking(False)
        self.port = int(self._socket.getsockname()[1])
        self._invite: Told | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        self._ear.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._listen()
            try:
                raw, whence = self._socket.recvfrom(65_535)
            except TimeoutError:
                continue
            told = read(raw)
            if told is not None and told.method:
                self._hear(told, raw, whence)

    def _listen(self) -> None:
        try:
            while self._ear.recv(2_000):
                self.sound += 1
        except BlockingIOError:
            return

    def _hear(self, told: Told, raw: bytes, whence: tuple[str, int]) -> None:
        self.asked.append(told.method)
        if self.manner == "mute":
            return
        if told.method == "INVITE":
            assert heard_at(told.body) is not None
            self._invite = told
            self.numbers.append(raw.split(b" ")[1].decode())
            self._say(told, "180 Ringing", whence)
            if self.manner == "answers":
                self._say(told, "200 OK", whence, self._sdp())
            elif self.manner in _FINAL:
                self._say(told, _FINAL[self.manner], whence)
        elif told.method == "CANCEL":
            self._say(told, "200 OK", whence)
            if self._invite is not None:
                self._say(self._invite, "487 Request Terminated", whence)
        elif told.method == "BYE":
            self._say(told, "200 OK", whence)

    def _sdp(self) -> str:
        port = self._ear.getsockname()[1]
        return f"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"

    def _say(self, told: Told, what: str, whence: tuple[str, int], body: str = "") -> None:
        same = {"via", "record-route", "from", "call-id", "cseq"}
        kept = [(name.title(), value) for name, value in told.headers if name in same]
        to = told.header("to")
        kept.append(("To", to if "tag=" in to else f"{to};tag=phone"))
        kept.append(("Contact", f"<sip:phone@127.0.0.1:{self.port}>"))
        if body:
            kept.append(("Content-Type", "application/sdp"))
        self._socket.sendto(write(f"SIP/2.0 {what}", kept, body), whence)


_CONFIG = """
debug=0
log_stderror=yes
children=1
auto_aliases=no
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
tcp_children=1
mpath="{modules}"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
request_route {{
    if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
    if (has_totag()) {{
        if (loose_route()) {{ t_relay(); exit; }}
        if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
        sl_send_reply("404", "Not here"); exit;
    }}
    t_check_trans();
    if (is_method("INVITE")) {{
        if (!pv_proxy_authenticate("kota", "{secret}", "0")) {{ auth_challenge("kota", "1"); exit; }}
        consume_credentials();
        record_route();
        $du = "sip:127.0.0.1:{phone}";
        t_relay();
        exit;
    }}
    sl_send_reply("405", "Not here");
}}
"""


@contextmanager
def kamailio(folder: Path, phone: int) -> Iterator[int]:
    """A real SIP server that asks for a password and leads every number to this phone: its port."""
    program = shutil.which("kamailio")
    modules = next(iter(sorted(Path("/usr/lib").glob("*/kamailio/modules"))), None)
    if program is None or modules is None:
        pytest.skip("kamailio is not installed: apt-get install kamailio")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    config = folder / "kamailio.cfg"
    config.write_text(_CONFIG.format(port=port, modules=modules, secret=SECRET, phone=phone))
    log = (folder / "kamailio.log").open("w")
    server = subprocess.Popen(
        [program, "-f", config, "-DD", "-E", "-m", "16", "-M", "4", "-Y", folder], stdout=log, stderr=log
    )
    try:
        _wait_for(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(10)
        log.close()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Until it answers something."""
    asked = write(
        f"OPTIONS sip:127.0.0.1:{port} SIP/2.0",
        [
            ("Via", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKready;rport"), ("Max-Forwards", "1"),
            ("From", "<sip:a@b>;tag=1"), ("To", "<sip:a@b>"), ("Call-ID", "ready"), ("CSeq", "1 OPTIONS"),
        ],
    )  # fmt: skip
    until = time.monotonic() + 20
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("127.0.0.1", port))
        probe.settimeout(0.1)
        while time.monotonic() < until:
            assert server.poll() is None, "kamailio ended at once"
            try:
                probe.send(asked)
                if probe.recv(2_000):
                    return
            except OSError:
                continue
    raise AssertionError("kamailio does not answer")
