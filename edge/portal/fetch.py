"""One question to the city for its page, with the ETag of the copy that is here."""

from __future__ import annotations

import http.client
import ssl
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from contract.errors import Rejected, Unavailable
from edge.hotspot.names import NameFailure, Resolver, look_up
from edge.portal.copy import MOST_BYTES, Copy, Language, copy_of
from edge.timed import conversation

_NOT_CHANGED = 304


class Source(NamedTuple):
    """Where the page is asked for: `url` is the city's `/portal`, `site` the node that it is for."""

    url: str
    site: str
    timeout_s: float = 10.0
    resolver: Resolver | None = None


def fetch(source: Source, language: Language, known: Copy | None, now_us: int) -> Copy:
    """The newest copy, `known` itself where nothing has changed. Raises Unavailable where the city does not answer,
    Rejected where somebody else does."""
    parts = urlsplit(source.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    target = f"{parts.path or '/'}?{urlencode({'site': source.site, 'lang': language})}"
    try:
        address = look_up(host, source.resolver, source.timeout_s / 2)
        with conversation(address, port, source.timeout_s, tls, host) as sock:
            connection = http.client.HTTPConnection(host, port)
            connection.sock = sock
            asked = {"Accept": "text/html", "Connection": "close", "User-Agent": "siaga-portal"}
            connection.request("GET", target, headers=asked | ({"If-None-Match": known.etag} if known else {}))
            with connection.getresponse() as response:
                status, etag = response.status, response.getheader("ETag", "")
                body = response.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, NameFailure) as error:
        raise Unavailable(f"{host}: {str(error) or type(error).__name__}") from None
    if status == _NOT_CHANGED and known is not None:
        return known
    if status >= 500:
        raise Unavailable(f"{host}: HTTP {status}")
    if status != 200:
        raise Rejected(f"{host}: HTTP {status}", reason="malformed")
    return copy_of(body, etag, now_us)
