"""Is it the internet, or somebody at the door? A nonce decides: only the city knows what to answer."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from contract.probe import probe_answer
from edge.hotspot.names import NameFailure, Resolver, look_up
from edge.timed import conversation

_MOST_BYTES = 4096
_NOT_YET_VALID = 9  # X509_V_ERR_CERT_NOT_YET_VALID
_EXPIRED = 10  # X509_V_ERR_CERT_HAS_EXPIRED
_NETWORK_AUTHENTICATION_REQUIRED = 511


class Verdict(NamedTuple):
    """What the probe found. `internet` is None where it cannot be told; `fault` then says why, for a technician."""

    internet: Literal["open", "captive", "down"] | None
    fault: str = ""


def tls_verdict(error: ssl.SSLError) -> Verdict:
    """What a failed TLS hello means: not "down", for somebody answered, and not "captive", for it may be our clock."""
    code = getattr(error, "verify_code", 0)
    if code == _NOT_YET_VALID:
        return Verdict(None, "the certificate is not valid yet: the node's clock is probably behind")
    if code == _EXPIRED:
        return Verdict(None, "the certificate has expired, or the node's clock is ahead")
    reason = getattr(error, "verify_message", "") or error.reason or "the TLS hello failed"
    return Verdict(None, f"somebody else answers for the city's address: {reason}")


def judge(status: int, body: bytes, nonce: str) -> Verdict:
    """What one HTTP answer to `nonce` means."""
    if status == 200 and body.strip() == probe_answer(nonce).encode():
        return Verdict("open")
    if 500 <= status < 600 and status != _NETWORK_AUTHENTICATION_REQUIRED:
        return Verdict(None, f"the city's probe page itself fails with HTTP {status}")
    return Verdict("captive")


def probe(url: str, nonce: str, timeout_s: float, resolver: Resolver | None = None) -> Verdict:
    """Ask `url` with `nonce`, following nothing, and be done within `timeout_s` whatever the other side does."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        address = look_up(host, resolver, timeout_s / 2)
    except NameFailure as failure:
        return Verdict("down", f"{host}: {failure}")
    tls = ssl.create_default_context() if parts.scheme == "https" else None
    try:
        with conversation(address, port, timeout_s, tls, host) as sock:
            return _ask(sock, host, port, f"{parts.path or '/'}?nonce={nonce}", nonce)
    except ssl.SSLEOFError:
        return Verdict("down")
    except ssl.SSLError as error:
        return tls_verdict(error)
    except OSError:
        return Verdict("down")


def _ask(sock: socket.socket, host: str, port: int, target: str, nonce: str) -> Verdict:
    connection = http.client.HTTPConnection(host, port)
    connection.sock = sock
    try:
        connection.request("GET", target, headers={"Accept": "text/plain", "Connection": "close"})
        with connection.getresponse() as response:
            return judge(response.status, response.read(_MOST_BYTES), nonce)
    except (http.client.RemoteDisconnected, http.client.IncompleteRead):
        return Verdict("down")
    except http.client.HTTPException:
        return Verdict("captive")
    finally:
        connection.close()
