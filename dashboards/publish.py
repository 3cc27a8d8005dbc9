"""Push the boards and their data source to a Grafana that is already there.

File provisioning is the first way (dashboards/provisioning/); this is for a Grafana that somebody else runs. The
client is grafana-api, which is an extra of its own (`siaga[grafana]`) and is loaded only here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from contract.errors import BadInput, Rejected, Unavailable
from dashboards.build import boards as every_board
from dashboards.panels import DATASOURCE

FOLDER_UID = "siaga"
FOLDER_TITLE = "Siaga"
_TOO_MANY = 429
_SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Readings:
    """Where Grafana itself reaches InfluxDB, and the token it reads with."""

    url: str
    bucket: str
    token: str


def publish(
    url: str,
    token: str,
    boards: Sequence[dict[str, Any]] | None = None,
    *,
    readings: Readings | None = None,
    timeout_s: float = 10.0,
) -> list[str]:
    """Put data source (if given), folder and boards (None: every city's); publishing again changes nothing.

    Returns the boards' addresses. `token` is a service account's, with the right to write boards (and sources).
    Raises BadInput for an address that is none or a missing extra, Unavailable where Grafana is away or busy, and
    Rejected where it refuses.
    """
    if boards is None:
        boards = list(every_board().values())
    api = _connect(url, token, timeout_s)
    with closing(api.api.s):
        if readings is not None:
            _call(url, lambda: _put_datasource(api, readings))
        _call(url, lambda: _put_folder(api))
        return [url.rstrip("/") + str(_call(url, partial(_put_board, api, board))) for board in boards]


def _connect(url: str, token: str, timeout_s: float) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise BadInput(f"{url!r} is no address of a Grafana", remedy="It looks like https://grafana.example:3000.")
    if not token:
        raise BadInput("no token for Grafana", remedy="Make a service account with the role Editor or Admin.")
    try:
        from grafana_api.grafana_face import GrafanaFace
    except ImportError:
        raise BadInput("grafana-api is not installed", remedy="Install the extra: siaga[grafana].") from None
    prefix = parts.path.strip("/")
    return GrafanaFace(
        auth=token,
        host=parts.netloc,
        protocol=parts.scheme,
        url_path_prefix=f"{prefix}/" if prefix else "",
        timeout=timeout_s,
    )


def _call(url: str, call: Callable[[], Any]) -> Any:
    from grafana_api.grafana_api import GrafanaException
    from requests.exceptions import RequestException

    try:
        return call()
    except GrafanaException as error:
        if error.status_code >= _SERVER_ERROR or error.status_code == _TOO_MANY:
            raise Unavailable(f"Grafana at {url} cannot take it now: {error.message}") from None
        raise Rejected(f"Grafana at {url} refuses: {error.message}", reason=str(error.status_code)) from None
    except RequestException as error:
        raise Unavailable(f"no answer from a Grafana at {url}: {type(error).__name__}") from None


def _put_datasource(api: Any, readings: Readings) -> None:
    source = {
        "uid": DATASOURCE["uid"],
        "name": "Siaga readings",
        "type": DATASOURCE["type"],
        "access": "proxy",
        "url": readings.url,
        "jsonData": {
            "version": "InfluxQL",
            "httpMode": "POST",
            "dbName": readings.bucket,
            "httpHeaderName1": "Authorization",
        },
        "secureJsonData": {"httpHeaderValue1": f"Token {readings.token}"},
    }
    known = {one["uid"] for one in api.datasource.list_datasources()}
    if source["uid"] in known:
        api.api.PUT(f"/datasources/uid/{source['uid']}", json=source)
    else:
        api.datasource.create_datasource(source)


def _put_folder(api: Any) -> None:
    known = {one["uid"] for one in api.folder.get_all_folders()}
    if FOLDER_UID not in known:
        api.folder.create_folder(FOLDER_TITLE, uid=FOLDER_UID)


def _put_board(api: Any, board: dict[str, Any]) -> Any:
    answer = api.dashboard.update_dashboard(
        {"dashboard": board, "folderUid": FOLDER_UID, "overwrite": True, "message": "siaga dashboards"}
    )
    return answer["url"]
