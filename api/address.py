"""Where a request comes from. A proxy's word counts only where the proxy is one that the city has named."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from contract.addresses import Network

UNKNOWN = "unknown"
FORWARDING = ("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "forwarded", "via", "x-real-ip")
HOPS_MOST = 20


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """`10.0.0.0/8`, `::1` … Raises ValueError with the text that is none."""
    return tuple(ip_network(text, strict=False) for text in texts)


def client_address(scope: Scope, trusted: Sequence[Network]) -> str:
    """The nearest address that is no trusted proxy's; `unknown` where the server does not say one."""
    address = _plain(scope["client"][0]) if scope.get("client") else None
    if address is None:
        return UNKNOWN
    if not _in(address, trusted):
        return address
    told = ",".join(Headers(scope=scope).getlist("x-forwarded-for")).split(",")
    for hop in reversed(told[-HOPS_MOST:]):
        before = _plain(hop.strip())
        if before is None:
            break
        address = before
        if not _in(address, trusted):
            break
    return address


def bucket_of(address: str) -> str:
    """What a limit by address counts: an IPv4 address, or the /64 that one IPv6 customer has."""
    try:
        known = ip_address(address)
    except ValueError:
        return UNKNOWN
    return str(ip_network((known, 64), strict=False)) if isinstance(known, IPv6Address) else str(known)


def at_home(scope: Scope, trusted: Sequence[Network], *, published: bool) -> bool:
    """Whether a program on this very machine asks, for itself and not for somebody else.

    A proxy on the same machine looks like one, and may add no header of its own: a city that is `published`, or names a
    proxy, has nobody at home. A browser on this machine that a foreign page has led here (its name now resolves to
    loopback) says that page's name as the host.
    """
    address = _plain(scope["client"][0]) if scope.get("client") else None
    headers = Headers(scope=scope)
    if address is None or published or trusted or any(name in headers for name in FORWARDING):
        return False
    return ip_address(address).is_loopback and is_this_machine(f"//{headers.get('host', '')}")


def is_this_machine(url: str) -> bool:
    """Whether an address leads to this very machine and to no other: by name, or as a loopback address."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    address = _plain(host)
    return host == "localhost" if address is None else ip_address(address).is_loopback


def _plain(text: str) -> str | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _in(address: str, trusted: Sequence[Network]) -> bool:
    known = ip_address(address)
    return any(known.version == network.version and known in network for network in trusted)
