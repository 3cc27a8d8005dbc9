"""The one way out to addresses that people wrote: resolve, check every address, connect to what was checked.

A name is resolved once, here, and the connection goes to the very address that was judged, so that a name server that
answers otherwise the second time leads nowhere. TLS still proves the name. No redirect is followed, no proxy of the
environment is used, and time and size have an end whatever the other side does.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

import httpcore

from contract.addresses import Network, Target, is_allowed, judged, refusal
from contract.errors import Unanswered, Unavailable

LONGEST_ANSWER = 64 * 1024
CONNECT_S = 3.0
WHOLE_S = 5.0
_CHUNK = 16 * 1024

Resolve = Callable[[str, int], Sequence[str]]
"""name and port -> addresses as text. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in lower case; `body` is cut where the asker said, and `cut` says so."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False


def resolve(host: str, port: int) -> Sequence[str]:
    """Every address of a name, as the machine resolves it."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Outward:
    """Sends requests to addresses that are public, or in one of the city's own networks (`allowed`).

    Plain http goes to the city's own networks alone: in public, TLS proves who answers. Safe to share between threads.
    """

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        resolver: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        connect_s: float = CONNECT_S,
        whole_s: float = WHOLE_S,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolver
        self._trust = trust or ssl.create_default_context()
        self._connect_s = connect_s
        self._whole_s = whole_s

    def judge(self, url: str, *, where: str) -> Target:
        """The address as it may be used. Raises BadInput naming `where` it stands."""
        return judged(url, where=where, allowed=self._allowed)

    def send(
        self,
        method: str,
        target: Target,
        *,
        headers: Mapping[str, str],
        body: bytes = b"",
        longest: int = LONGEST_ANSWER,
        whole_s: float | None = None,
    ) -> Answer:
        """One request and its answer, whatever its status, the body cut at `longest` bytes. Raises Unavailable where
        there was none within `whole_s` (the usual time if None), or where the name leads to an address that is not open
        to us. It is Unanswered where the request had begun to leave, so that the other side may have it."""
        whole_s = self._whole_s if whole_s is None else whole_s
        until = time.monotonic() + whole_s
        backend = _Guarded(target, self._allowed, self._resolve, until, self._connect_s)
        sent = {"Host": target.authority, "Connection": "close", "Accept-Encoding": "identity", **headers}
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        try:
            with (
                httpcore.ConnectionPool(ssl_context=self._trust, network_backend=backend, retries=0) as pool,
                pool.stream(method, url, headers=list(sent.items()), content=body) as response,
            ):
                kept = b""
                for chunk in response.iter_stream():
                    kept += chunk[: longest + 1 - len(kept)]
                    if len(kept) > longest:
                        break
                answered = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                return Answer(response.status, answered, kept[:longest], cut=len(kept) > longest)
        except httpcore.TimeoutException:
            raise backend.failure(f"{target.host} did not answer within {whole_s:g} s") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise backend.failure(f"{target.host}: {str(error) or type(error).__name__}") from None


class _Guarded(httpcore.NetworkBackend):
    """Connects to addresses that were judged, and to no other."""

    def __init__(
        self, target: Target, allowed: Sequence[Network], resolver: Resolve, until: float, connect_s: float
    ) -> None:
        self._target = target
        self._allowed = allowed
        self._resolve = resolver
        self._until = until
        self._connect_s = connect_s
        self._left = threading.Event()

    def failure(self, what: str) -> Unavailable:
        """What to raise where no answer came."""
        return Unanswered(what) if self._left.is_set() else Unavailable(what)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the signature is httpcore's; our deadline stands above it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self._checked(host, port)
        for position, address in enumerate(addresses):
            within_s = min(self._connect_s, _left_s(self._until))
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, port, within_s, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == len(addresses) - 1:
                    raise
            else:
                return _Timed(stream, self._until, self._left)
        raise httpcore.ConnectError(f"{host} has no address")

    def _checked(self, host: str, port: int) -> Sequence[str]:
        """Every address of the name, all of them fit to be sent to. One that is not spoils the others: a name of ours
        has no business in two worlds. Raises Unavailable."""
        found = list(
            dict.fromkeys(_within(lambda: self._resolve(host, port), min(self._connect_s, _left_s(self._until))))
        )
        for text in found:
            try:
                address = ip_address(text)
            except ValueError:
                raise Unavailable(f"{host} resolves to {text!r}, which is no address") from None
            reason = refusal(address, self._allowed)
            if reason is not None:
                raise Unavailable(f"{host} leads to {address}, which is {reason}: nothing is sent there")
            if self._target.scheme == "http" and not is_allowed(address, self._allowed):
                raise Unavailable(f"{host} leads to {address}, which is public, and http is not safe there: use https")
        return found


class _Timed(httpcore.NetworkStream):
    """A stream with one end for everything together: an answer that dribbles is over when its time is. `left` is set
    once the first byte of the request may be on its way."""

    def __init__(self, stream: httpcore.NetworkStream, until: float, left: threading.Event) -> None:
        self._stream = stream
        self._until = until
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        return self._stream.read(min(max_bytes, _CHUNK), _left_s(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        within_s = _left_s(self._until)
        self._left.set()
        self._stream.write(buffer, within_s)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        return _Timed(
            self._stream.start_tls(ssl_context, server_hostname, _left_s(self._until)), self._until, self._left
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left_s(until: float) -> float:
    """Seconds to the end. Raises what a socket that waited in vain raises."""
    left = until - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole request is over")
    return left


def _within(ask: Callable[[], Sequence[str]], seconds: float) -> Sequence[str]:
    """Ask the machine's resolver, which knows no deadline of ours. Raises Unavailable."""
    told: list[Sequence[str] | OSError] = []

    def run() -> None:
        try:
            told.append(ask())
        except OSError as error:
            told.append(error)
        except UnicodeError as error:
            told.append(OSError(str(error)))

    thread = threading.Thread(target=run, name="resolve", daemon=True)
    thread.start()
    thread.join(seconds)
    if not told:
        raise Unavailable("the name server did not answer in time")
    if isinstance(told[0], OSError):
        raise Unavailable(f"the name cannot be resolved: {told[0]}")
    return told[0]
