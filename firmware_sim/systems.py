"""The cities' own complaint systems on this machine, so that what files there can be tried without one.

One HTTP server; the kind is in the path: `/open311/` speaks GeoReport v2 in XML and JSON with FixMyStreet's
`servicerequestupdates`, `/hook/` takes signed JSON, can be asked by our number and tells how things stand; `/f01/`
takes forms with a KEYTOKEN as SP4N-LAPOR! does, under names of its own, for LAPOR's are in nobody's public papers;
`/qlue/` tells what residents reported there, page by page, and shows their photos. It keeps what it is sent; `mood`
says how it behaves.
"""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

Mood = Literal["well", "away", "page", "swallow", "hang_up", "refuses", "token"]
"""`away`: 503. `page`: a web page instead of data, whatever it did. `swallow`: it takes the case and hangs up without a
word. `hang_up`: it hangs up and takes nothing. `refuses`: 400. `token`: a case gets a token and its number later."""
STAND_IN = "https://sistem-kota.example"
"""where the cities' own examples of a file of systems say that the system is"""
_PAGE = b"<!DOCTYPE html><html><body>Sedang pemeliharaan</body></html>"


@dataclass
class Held:
    """A case as the system has it. `lines` are what it was told since."""

    number: str
    text: str
    fields: Mapping[str, Any]
    at: str
    ref: str = ""
    status: str = "open"
    note: str = ""
    lines: list[Mapping[str, Any]] = field(default_factory=list)


@dataclass
class CitySystem:
    """What it holds, and how it behaves. `said` are its own updates, as FixMyStreet's lists them; `says_raw`
    is a status and a body with which it answers everything."""

    port: int = 0
    mood: Mood = "well"
    held: list[Held] = field(default_factory=list)
    said: list[dict[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    asked: int = 0
    listed: int = 0
    """how often it was asked for its list of cases"""
    says_raw: tuple[int, bytes] | None = None
    prefix: str = "S-"
    """what its numbers begin with"""
    keytoken: str = "rahasia-kota"
    """what its forms have to bring along"""
    reports: list[dict[str, Any]] = field(default_factory=list)
    """what residents reported there, the oldest first, and `photos` by their names"""
    photos: dict[str, bytes] = field(default_factory=dict)
    a_page: int = 2
    lag_s: float = 0.0
    """how long it thinks once it has taken something, before it answers"""
    thinking: int = 0
    over: threading.Event = field(default_factory=threading.Event)
    """it thinks no longer"""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def open311_url(self) -> str:
        """Where GeoReport is."""
        return f"http://127.0.0.1:{self.port}/open311/v2"

    def hook_url(self, what: str = "cases") -> str:
        """Where signed JSON goes."""
        return f"http://127.0.0.1:{self.port}/hook/{what}"

    def f01_url(self) -> str:
        """Where forms with a token go."""
        return f"http://127.0.0.1:{self.port}/f01"

    def qlue_url(self, what: str = "laporan?sesudah={cursor}") -> str:
        """Where residents' reports are read."""
        return f"http://127.0.0.1:{self.port}/qlue/{what}"

    def says(self, number: str, status: str, text: str, at: datetime) -> None:
        """Its people work on a case."""
        one = next(one for one in self.held if one.number == number)
        one.status, one.note = status, text
        mark = f"u{len(self.said) + 1}"
        self.said.append(
            {
                "update_id": mark,
                "service_request_id": number,
                "status": status,
                "updated_datetime": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "description": text,
            }
        )

    def take(self, text: str, fields: Mapping[str, Any], at: str, ref: str = "") -> Held:
        """One more case; the same `ref` is the same."""
        known = next((one for one in self.held if ref and one.ref == ref), None)
        if known is None:
            known = Held(f"{self.prefix}{len(self.held) + 1:04d}", text, fields, at, ref)
            self.held.append(known)
        return known


@contextlib.contextmanager
def city_system() -> Iterator[CitySystem]:
    """One on a free port of loopback, until the end."""
    state = CitySystem()

    class Handler(_Handler):
        system = state

    with _Server(("127.0.0.1", 0), Handler) as server:
        state.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield state
        finally:
            state.over.set()
            server.shutdown()
            thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    system: CitySystem

    def do_GET(self) -> None:
        """What it is asked."""
        self._serve(b"")

    def do_POST(self) -> None:
        """What it is told."""
        self._serve(self.rfile.read(int(self.headers.get("content-length", "0"))))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the signature is the library's
        """Nothing."""

    def _serve(self, raw: bytes) -> None:
        system = self.system
        system.asked += 1
        system.headers.append({name.lower(): value for name, value in self.headers.items()})
        system.bodies.append(raw)
        if system.says_raw is not None:
            self._answer(system.says_raw[0], "application/json", system.says_raw[1])
        elif system.mood == "away":
            self._answer(503, "text/plain", b"sebentar")
        elif system.mood == "refuses" and self.command == "POST":
            self._answer(400, "application/json", b'[{"code": 400, "description": "tidak lengkap"}]')
        elif system.mood == "hang_up":
            self.close_connection = True
        else:
            self._do(raw)

    def _do(self, raw: bytes) -> None:
        parts = urlsplit(self.path)
        asked = dict(parse_qsl(parts.query))
        speak = self._hook
        if "/open311/" in parts.path:
            speak = self._open311
        elif "/f01/" in parts.path:
            speak = self._f01
        elif "/qlue/" in parts.path:
            speak = self._qlue
        answer = speak(parts.path, asked, raw)
        changes = self.command == "POST" and not parts.path.endswith(("/f01/cari", "/f01/keadaan"))
        if changes:
            self._think()
        if self.system.mood == "swallow" and changes:
            self.close_connection = True
        elif self.system.mood == "page":
            self._answer(200, "text/html; charset=utf-8", _PAGE)
        elif answer is None:
            self._answer(404, "application/json", b"{}")
        else:
            self._answer(200, *answer)

    def _think(self) -> None:
        system = self.system
        with system.lock:
            system.thinking += 1
        system.over.wait(system.lag_s)
        with system.lock:
            system.thinking -= 1

    def _answer(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(body)

    # ------------------------------------------------------------ a feed of residents' reports

    def _qlue(self, path: str, asked: Mapping[str, str], raw: bytes) -> tuple[str, bytes] | None:  # noqa: ARG002
        system = self.system
        name = path.rpartition("/qlue/foto/")[2]
        if name in system.photos:
            return "image/jpeg", system.photos[name]
        if not path.endswith("/qlue/laporan"):
            return None
        begin = int(asked.get("sesudah") or 0)
        told = system.reports[begin : begin + system.a_page]
        return "application/json", json.dumps({"data": told, "next": str(begin + len(told))}).encode()

    # ------------------------------------------------------------ GeoReport

    def _open311(self, path: str, asked: Mapping[str, str], raw: bytes) -> tuple[str, bytes] | None:
        system = self.system
        what, _, fmt = path.rpartition("/open311/v2/")[2].rpartition(".")
        form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        if what == "requests" and self.command == "POST":
            one = system.take(form.get("description", ""), form, self.date_time_string())
            token = {"token": f"t{one.number}"} if system.mood == "token" else {"service_request_id": one.number}
            return _written("request", [token], fmt)
        if what == "requests":
            system.listed += "service_request_id" not in asked
            wanted = asked.get("service_request_id", "").split(",") if "service_request_id" in asked else None
            size, page = int(asked.get("page_size", "100")), int(asked.get("page", "1"))
            found = [_listed(one) for one in system.held if wanted is None or one.number in wanted]
            return _written("request", found[(page - 1) * size : page * size], fmt)
        if what == "servicerequestupdates" and self.command == "POST":
            held = next((one for one in system.held if one.number == form.get("service_request_id")), None)
            if held is None:
                return None
            held.lines.append(form)
            return _written("request_update", [{"update_id": form.get("update_id", "")}], fmt)
        if what == "servicerequestupdates":
            first, last = asked.get("start_date", ""), asked.get("end_date", "9")
            within = [one for one in system.said if first <= one["updated_datetime"] <= last]
            return _written("request_update", within, fmt)
        return _written("request", [], fmt) if what.startswith("tokens/") else None

    # ------------------------------------------------------------ signed JSON

    def _hook(self, path: str, asked: Mapping[str, str], raw: bytes) -> tuple[str, bytes] | None:
        system = self.system
        what = path.rpartition("/hook/")[2]
        if self.command == "POST" and what == "cases":
            value = json.loads(raw)
            one = system.take(json.dumps(value), value, self.date_time_string(), self.headers.get("webhook-id", ""))
        elif self.command == "POST":
            held = next((one for one in system.held if what == f"cases/{one.number}/notes"), None)
            if held is None:
                return None
            held.lines.append(json.loads(raw))
            one = held
        else:
            ref = asked.get("ref")
            found = next((one for one in system.held if what == f"cases/{one.number}" or one.ref == ref), None)
            if found is None:
                return None
            one = found
        data = {"id": one.number, "status": one.status, "note": one.note, "seen": f"https://s.id/{one.number}"}
        return "application/json", json.dumps({"data": data}).encode()

    # ------------------------------------------------------------ forms with a token

    def _f01(self, path: str, asked: Mapping[str, str], raw: bytes) -> tuple[str, bytes] | None:  # noqa: ARG002
        system = self.system
        form = dict(parse_qsl(raw.decode(), keep_blank_values=True))
        what = path.rpartition("/f01/")[2]
        if self.command != "POST" or form.pop("KEYTOKEN", "") != system.keytoken:
            return "application/json", b'{"error": "KEYTOKEN"}'
        if what == "kirim":
            one: Held | None = system.take(form.get("isi", ""), form, self.date_time_string())
        elif what == "cari":
            one = next((one for one in system.held if one.fields.get("rujukan") == form.get("rujukan")), None)
        else:
            one = next((one for one in system.held if one.number == form.get("nomor")), None)
        if one is None:
            return None
        if what == "tanggapi":
            one.lines.append(form)
        told = {"tracking_id": one.number, "status": one.status, "tanggapan": one.note}
        return "application/json", json.dumps({"result": told}).encode()


def _listed(one: Held) -> dict[str, str]:
    return {
        "service_request_id": one.number,
        "status": one.status,
        "status_notes": one.note,
        "description": one.text,
    }


def _written(name: str, items: list[dict[str, str]], fmt: str) -> tuple[str, bytes]:
    if fmt == "json":
        return "application/json; charset=utf-8", json.dumps(items).encode()
    inner = "".join(
        f"<{name}>{''.join(f'<{key}>{escape(value)}</{key}>' for key, value in one.items())}</{name}>" for one in items
    )
    whole = "service_requests" if name == "request" else "service_request_updates"
    text = f'<?xml version="1.0" encoding="utf-8"?><{whole}>{inner}</{whole}>'
    return "text/xml; charset=utf-8", text.encode()
