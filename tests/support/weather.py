"""BMKG as a test runs it: its feed and its CAP alerts over real HTTP, shaped as the real ones are."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.city_data import NOON_US

from contract.clock import HOUR_US, MINUTE_US, from_us
from contract.weather import WeatherWarning

FEED = "/alerts/nowcast/id"
RAIN = {"id": "Hujan Lebat dan Petir", "en": "Heavy Rain and Lightning"}


def ring(west: float, south: float, east: float, north: float) -> str:
    """A rectangle as CAP has it: latitude first, closed."""
    corners = ((south, west), (south, east), (north, east), (north, west), (south, west))
    return " ".join(f"{lat:g},{lon:g}" for lat, lon in corners)


CITY = ring(110.2, -8.0, 110.6, -7.6)
"""all of Yogyakarta"""
ELSEWHERE = ring(95.0, 4.0, 96.0, 5.0)


def alert(
    number: int = 1,
    *,
    sent_us: int = NOON_US,
    for_us: int = 2 * HOUR_US,
    kind: str = "Alert",
    status: str = "Actual",
    references: Sequence[int] = (),
    severity: str = "Moderate",
    certainty: str = "Observed",
    event: str = RAIN["id"],
    language: str = "id",
    polygons: Sequence[str] = (CITY,),
    areas: str = "",
    info: bool = True,
) -> str:
    """One alert of BMKG, valid for `for_us` from five minutes after it was sent."""

    def time(us: int) -> str:
        return (from_us(us) + timedelta(hours=7)).strftime("%Y-%m-%dT%H:%M:%S+07:00")

    refers = " ".join(f"cuaca.ekstrem@bmkg.go.id,{identifier(one)},{time(sent_us)}" for one in references)
    shapes = "".join(f"<polygon>{one}</polygon>" for one in polygons)
    said = f"""
  <info>
    <language>{language}</language><category>Met</category><event>{event}</event>
    <urgency>Immediate</urgency><severity>{severity}</severity><certainty>{certainty}</certainty>
    <eventCode><valueName>OET:v1.2</valueName><value>OET-194</value></eventCode>
    <effective>{time(sent_us + 5 * MINUTE_US)}</effective><expires>{time(sent_us + for_us)}</expires>
    <senderName>Badan Meteorologi Klimatologi dan Geofisika</senderName>
    <headline>{event} di D.I. Yogyakarta</headline><description>{event} dalam dua jam ke depan.</description>
    <web>https://nowcasting.bmkg.go.id/infografis/CYO/infografis.jpg</web>
    <area><areaDesc>D.I. Yogyakarta</areaDesc>{shapes}{areas}</area>
  </info>"""
    return f"""<?xml version="1.0" ?>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2">
  <identifier>{identifier(number)}</identifier><sender>cuaca.ekstrem@bmkg.go.id</sender>
  <sent>{time(sent_us)}</sent><status>{status}</status><msgType>{kind}</msgType><scope>Public</scope>
  {f"<references>{refers}</references>" if refers else ""}{said if info else ""}
</alert>"""


def identifier(number: int) -> str:
    return f"2.49.0.1.360.0.2026.05.28.{number:03}"


def warning(number: int = 1, **changed: Any) -> WeatherWarning:
    """As it is kept."""
    made = WeatherWarning(
        id=identifier(number), city="yogyakarta", root=identifier(number), sent_us=NOON_US, onset_us=NOON_US,
        expires_us=NOON_US + 2 * HOUR_US, kept_us=NOON_US, severity="Moderate", certainty="Observed",
        urgency="Immediate", event=RAIN, headline={"id": "Hujan lebat di DIY", "en": "Heavy rain in DIY"},
        description={"id": "Dua jam.", "en": "Two hours."}, regions=("34.71.01",), sender="bmkg",
        web="https://nowcasting.bmkg.go.id/a.jpg",
    )  # fmt: skip
    return replace(made, **changed)


@dataclass
class Bmkg:
    """`alerts` by their code, what stands behind each link; `english` the same. `feed` instead of the feed where it is
    set, `status` instead of 200. Every answer has an ETag; `asked` are the paths, in order."""

    port: int = 0
    alerts: dict[str, str] = field(default_factory=dict)
    english: dict[str, str] = field(default_factory=dict)
    feed: bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    unchanged: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{FEED}"

    def publish(self, code: str, document: str, english: str = "") -> None:
        self.alerts[code] = document
        if english:
            self.english[code] = english

    def answer(self, path: str) -> bytes | None:
        if path == FEED:
            return self.feed if self.feed is not None else self._index().encode()
        code = path.rpartition("/")[2].removesuffix("_alert.xml")
        found = (self.english if "/en/" in path else self.alerts).get(code)
        return None if found is None else found.encode()

    def _index(self) -> str:
        items = "".join(
            f"<item><title>{code}</title><link>{self.links.get(code, f'{self.url}/{code}_alert.xml')}</link>"
            f"<pubDate>{format_datetime(from_us(NOON_US))} {len(document)}</pubDate></item>"
            for code, document in self.alerts.items()
        )
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{items}</channel></rss>'


@contextlib.contextmanager
def bmkg() -> Iterator[Bmkg]:
    """BMKG, listening on loopback."""
    state = Bmkg()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked.append(self.path)
            body = state.answer(self.path)
            status = state.status if body is not None else 404
            body = body or b""
            tag = f'"{sha256(body).hexdigest()[:16]}"'
            if status == 200 and self.headers.get("If-None-Match") == tag:
                status, body = 304, b""
                state.unchanged += 1
            with contextlib.suppress(ConnectionError):
                self.send_response(status)
                self.send_header("ETag", tag)
                for name, value in state.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """A test says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
