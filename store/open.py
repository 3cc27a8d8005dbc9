"""From a URL to a store."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from contract.errors import BadInput
from store.ports import CityStore, ReadingStore

_READINGS_REMEDY = "Write sqlite:///path/to/readings.db or influxdb://host:8086/bucket?org=name&scheme=https."
_CITY_REMEDY = "Write sqlite:///path/to/city.db or postgresql+psycopg://user:password@host:5432/name."


def open_readings(url: str, *, token: str = "", answered: Callable[[], object] = bool) -> ReadingStore:
    """See `store.open_readings`."""
    scheme = _scheme(url)
    if scheme == "sqlite":
        from store.sqlite_readings import SqliteReadings

        return SqliteReadings(_sqlite_path(url, _READINGS_REMEDY))
    if scheme == "influxdb":
        from store.influx_readings import InfluxReadings

        host, org, bucket = influx_parts(url)
        return InfluxReadings(host, org, bucket, token, answered=answered)
    raise BadInput(f"no readings store is called {scheme!r}", where=hidden(url), remedy=_READINGS_REMEDY)


def open_city(url: str, *, migrate: bool = True) -> CityStore:
    """See `store.open_city`."""
    scheme = _scheme(url)
    if scheme == "sqlite":
        path = _sqlite_path(url, _CITY_REMEDY)
        make_folder(path)
        url = f"sqlite+pysqlite:///{path}"
    elif scheme in {"postgresql", "postgresql+psycopg"}:
        url = "postgresql+psycopg" + url[len(scheme) :]
    else:
        raise BadInput(f"no city store is called {scheme!r}", where=hidden(url), remedy=_CITY_REMEDY)
    from store.city import SqlCityStore

    return SqlCityStore.open(url, migrate=migrate)


def hidden(url: str) -> str:
    """The URL without its password, as a log line or a message may carry it."""
    return re.sub(r"(://[^:/@]*):[^@]*@", r"\1:***@", url)


def make_folder(path: Path) -> None:
    """The folder a database file stands in. Raises BadInput where it cannot be made."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"the folder cannot be made ({error.strerror})", where=str(path.parent), remedy="Choose another path."
        ) from None


def _scheme(url: str) -> str:
    return url.split(":", 1)[0].lower() if ":" in url else ""


def _sqlite_path(url: str, remedy: str) -> Path:
    """`sqlite:///data/x.db` is relative, `sqlite:////var/x.db` absolute, as SQLAlchemy reads them."""
    match = re.fullmatch(r"sqlite:///([^?#]+)", url, re.IGNORECASE)
    if match is None or match[1] == ":memory:":
        raise BadInput("a SQLite URL names a file after three slashes", where=url, remedy=remedy)
    return Path(unquote(match[1])).absolute()


def influx_parts(url: str) -> tuple[str, str, str]:
    """(base URL, org, bucket)."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or 8086
    except ValueError as error:
        raise BadInput(f"the address cannot be read ({error})", where=hidden(url), remedy=_READINGS_REMEDY) from None
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    bucket = unquote(parts.path.strip("/"))
    if not host or not bucket:
        raise BadInput("host or bucket is missing", where=hidden(url), remedy=_READINGS_REMEDY)
    if parts.username or parts.password:
        raise BadInput(
            "the token does not belong into the URL", where=hidden(url), remedy="Give it as the store's token setting."
        )
    if unknown := sorted(set(options) - {"org", "scheme"}):
        raise BadInput(f"no option is called {unknown[0]!r}", where=hidden(url), remedy=_READINGS_REMEDY)
    scheme = options.get("scheme", "http")
    if scheme not in {"http", "https"}:
        raise BadInput(f"the scheme {scheme!r} is neither http nor https", where=hidden(url), remedy=_READINGS_REMEDY)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}:{port}", options.get("org", ""), bucket
