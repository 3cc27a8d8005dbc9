"""One GET, http or https only, bounded in bytes and in time, following a few redirects."""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from edge.ports import SensorFault
from edge.timed import conversation

_MOST_REDIRECTS = 3
_REDIRECTS = (301, 302, 303, 307, 308)


def origin_of(url: str) -> str:
    """Scheme, host and port of an address, for a log line: no user, password, path or key."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{parts.hostname or ''}{port}"


def fetch(url: str, headers: Mapping[str, str], most_bytes: int, timeout_s: float) -> bytes:
    """The body of a 200. Raises SensorFault for anything else, in a sentence that carries no secret.

    `headers` go to the first origin only: a redirect elsewhere never sees a key.
    """
    ends = time.monotonic() + timeout_s
    first = origin_of(url)
    for _ in range(_MOST_REDIRECTS + 1):
        where = origin_of(url)
        left = ends - time.monotonic()
        if left <= 0:
            break
        sent = dict(headers) if where == first else {}
        try:
            status, body, location = _get(url, sent, most_bytes, left)
        except (OSError, http.client.HTTPException) as error:
            raise SensorFault(f"{where} gives no answer: {str(error) or type(error).__name__}") from None
        if status in _REDIRECTS and location:
            url = urljoin(url, location)
            if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
                raise SensorFault(f"{where} sends us to an address that is neither http nor https")
            continue
        if status != 200:
            raise SensorFault(f"{where} answers HTTP {status}")
        if len(body) > most_bytes:
            raise SensorFault(f"{where} answers more than {most_bytes} bytes")
        return body
    raise SensorFault(f"{first} redirects more than {_MOST_REDIRECTS} times or takes longer than {timeout_s:g} s")


def _get(url: str, headers: dict[str, str], most_bytes: int, timeout_s: float) -> tuple[int, bytes, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with conversation(host, port, timeout_s, tls, host) as sock:
        connection = http.client.HTTPConnection(host, port)
        connection.sock = sock
        try:
            connection.request("GET", target, headers={"Connection": "close"} | headers)
            with connection.getresponse() as response:
                location = response.getheader("Location") or ""
                body = response.read(most_bytes + 1)
                # A body that was cut because the time was up is less than was announced.
                if response.length and len(body) <= most_bytes:
                    raise http.client.IncompleteRead(body, response.length)
                return response.status, body, location
        finally:
            connection.close()
