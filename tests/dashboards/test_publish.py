"""Publishing to a Grafana that is already there, against a server that answers as Grafana does and remembers."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from cities.load import available, load
from contract.errors import BadInput, Rejected, Unavailable
from dashboards import build, publish
from dashboards.panels import DATASOURCE

BOARDS = list(build.built(load("yogyakarta")).values())
READINGS = publish.Readings("http://influxdb:8086", "siaga", "read-only")


class Grafana(ThreadingHTTPServer):
    """The few calls that publishing makes, kept in memory."""

    daemon_threads = False

    def __init__(self, *, fail_with: int | None = None) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = "good-token"
        self.fail_with = fail_with
        self.folders: dict[str, Any] = {}
        self.sources: dict[str, Any] = {}
        self.boards: dict[str, Any] = {}
        self.calls: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def answer(self, method: str, path: str, body: Any) -> tuple[int, Any]:  # noqa: PLR0911  one line a call
        self.calls.append(f"{method} {path}")
        if self.fail_with:
            return self.fail_with, {"message": "as told"}
        match method, path.split("/")[2:]:
            case "GET", ["datasources"]:
                return 200, list(self.sources.values())
            case ("POST", ["datasources"]) | ("PUT", ["datasources", "uid", "siaga-influx"]):
                self.sources[body["uid"]] = body
                return 200, {"message": "Datasource added"}
            case "GET", ["folders"]:
                return 200, list(self.folders.values())
            case "POST", ["folders"]:
                if body["uid"] in self.folders:
                    return 412, {"message": "a folder with the same uid already exists"}
                self.folders[body["uid"]] = body
                return 200, body
            case "POST", ["dashboards", "db"]:
                if body["folderUid"] not in self.folders:
                    return 404, {"message": "folder not found"}
                board = body["dashboard"]
                if board["uid"] in self.boards and not body["overwrite"]:
                    return 412, {"message": "The dashboard has been changed by someone else"}
                self.boards[board["uid"]] = board
                return 200, {"uid": board["uid"], "url": f"/d/{board['uid']}/board", "status": "success"}
            case _:
                return 404, {"message": "Not found"}


class _Handler(BaseHTTPRequestHandler):
    server: Grafana

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else None
        if self.headers["Authorization"] != f"Bearer {self.server.token}":
            status, answer = 401, {"message": "Invalid API key"}
        else:
            status, answer = self.server.answer(self.command, self.path, body)
        text = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = _serve  # noqa: N815  http.server's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  http.server's name
        """Quiet."""


def serving(server: Grafana) -> Iterator[Grafana]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    yield from serving(Grafana())


@pytest.fixture(params=[500, 503, 429])
def busy(request: pytest.FixtureRequest) -> Iterator[Grafana]:
    yield from serving(Grafana(fail_with=request.param))


@pytest.fixture(params=[400, 403, 412])
def stubborn(request: pytest.FixtureRequest) -> Iterator[Grafana]:
    yield from serving(Grafana(fail_with=request.param))


def test_boards_arrive(grafana: Grafana) -> None:
    """Data source, folder and boards are there afterwards, as they were built; the answer is where to look."""
    addresses = publish.publish(grafana.url, "good-token", BOARDS, readings=READINGS)
    assert addresses == [f"{grafana.url}/d/siaga-yogyakarta-{name}/board" for name in ("alarms", "now")]
    assert list(grafana.boards.values()) == BOARDS
    assert set(grafana.folders) == {"siaga"}
    source = grafana.sources[DATASOURCE["uid"]]
    assert source["jsonData"]["dbName"] == "siaga"
    assert source["secureJsonData"] == {"httpHeaderValue1": "Token read-only"}


def test_again_changes_nothing(grafana: Grafana) -> None:
    """Publishing twice leaves one of each."""
    for _ in range(2):
        publish.publish(grafana.url, "good-token", BOARDS, readings=READINGS)
    assert (len(grafana.sources), len(grafana.folders), len(grafana.boards)) == (1, 1, len(BOARDS))
    assert f"PUT /api/datasources/uid/{DATASOURCE['uid']}" in grafana.calls


def test_the_data_source_is_left_alone(grafana: Grafana) -> None:
    """Without readings only folder and boards are touched."""
    publish.publish(grafana.url + "/", "good-token", BOARDS)
    assert not [call for call in grafana.calls if "datasources" in call]


def test_a_path_before_the_api(grafana: Grafana) -> None:
    """A Grafana under a path is asked under that path."""
    with pytest.raises(Rejected):
        publish.publish(grafana.url + "/grafana", "good-token", BOARDS)
    assert grafana.calls == ["GET /grafana/api/folders"]


def test_wrong_token(grafana: Grafana) -> None:
    """Refused for ever, and it says so."""
    with pytest.raises(Rejected, match="Unauthorized") as caught:
        publish.publish(grafana.url, "bad-token", BOARDS)
    assert caught.value.reason == "401"


def test_busy_grafana(busy: Grafana) -> None:
    """Too many requests or a server's error: try again later."""
    with pytest.raises(Unavailable, match="cannot take it now"):
        publish.publish(busy.url, "good-token", BOARDS)


def test_stubborn_grafana(stubborn: Grafana) -> None:
    """Any other refusal is final."""
    with pytest.raises(Rejected, match="refuses"):
        publish.publish(stubborn.url, "good-token", BOARDS)


def test_nobody_there() -> None:
    """A closed port is named."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(Unavailable, match=url):
            publish.publish(url, "good-token", BOARDS)


@pytest.mark.parametrize("url", ["", "grafana:3000", "ftp://grafana", "http://"])
def test_no_address(url: str) -> None:
    """What cannot be an address is refused before anything is sent."""
    with pytest.raises(BadInput, match="is no address"):
        publish.publish(url, "good-token", BOARDS)


def test_no_token() -> None:
    """Nothing is tried without a token."""
    with pytest.raises(BadInput, match="no token"):
        publish.publish("http://127.0.0.1:1", "", BOARDS)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where grafana-api is not installed, the extra is named."""
    monkeypatch.setitem(sys.modules, "grafana_api.grafana_face", None)
    with pytest.raises(BadInput, match=r"siaga\[grafana\]"):
        publish.publish("http://127.0.0.1:1", "token", BOARDS)


def test_every_city(grafana: Grafana) -> None:
    """Without a choice all cities' boards go."""
    publish.publish(grafana.url, "good-token")
    assert set(grafana.boards) == {f"siaga-{code}-{name}" for code in available() for name in ("alarms", "now")}
