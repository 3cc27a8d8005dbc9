"""Which addresses a program may be sent to by what people write into files. Pure: nothing is resolved here.

A name is judged as it is written (`judged`), an address as it was resolved (`refusal`): a name that is harmless on
paper may lead into our own network, so that only both together are a guard.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from urllib.parse import urlsplit

from contract.errors import BadInput

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_LONGEST_URL = 2_000
_NOWHERE = '\\<>"^`{|}'
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]*|[0-9]+")
_LOCAL_NAMES = ("localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "arpa")
_METADATA_NAMES = ("metadata.google.internal", "metadata.goog", "instance-data")

# What no allow-list opens: a machine's own autoconfiguration, where clouds put the keys of their machines.
_NEVER = {
    ip_network("169.254.0.0/16"): "link-local, where clouds keep their machines' keys",
    ip_network("168.63.129.16/32"): "a cloud's own service address",
    ip_network("fe80::/10"): "link-local",
    ip_network("fd00:ec2::/32"): "a cloud's own service address",
    ip_network("224.0.0.0/4"): "multicast",
    ip_network("ff00::/8"): "multicast",
    ip_network("255.255.255.255/32"): "the broadcast address",
    ip_network("0.0.0.0/32"): "the unspecified address",
    ip_network("::/128"): "the unspecified address",
}
# IANA's special-purpose registries (RFC 6890 and its successors). IPv6: only 2000::/3 is global unicast at all.
_PRIVATE = {
    ip_network("0.0.0.0/8"): "this network",
    ip_network("10.0.0.0/8"): "private",
    ip_network("100.64.0.0/10"): "a provider's inner network",
    ip_network("127.0.0.0/8"): "loopback",
    ip_network("172.16.0.0/12"): "private",
    ip_network("192.0.0.0/24"): "reserved for protocols",
    ip_network("192.0.2.0/24"): "documentation",
    ip_network("192.88.99.0/24"): "a 6to4 relay",
    ip_network("192.168.0.0/16"): "private",
    ip_network("198.18.0.0/15"): "benchmarks",
    ip_network("198.51.100.0/24"): "documentation",
    ip_network("203.0.113.0/24"): "documentation",
    ip_network("240.0.0.0/4"): "reserved",
    ip_network("::1/128"): "loopback",
    ip_network("fc00::/7"): "private",
    ip_network("fec0::/10"): "private",
    ip_network("2001::/23"): "reserved for protocols",
    ip_network("2001:db8::/32"): "documentation",
    ip_network("2002::/16"): "6to4",
    ip_network("3fff::/20"): "documentation",
}
_GLOBAL_V6 = IPv6Network("2000::/3")
# Prefixes that carry an IPv4 address in their last 32 bits: mapped, compatible, translated, NAT64 (RFC 6052). What a
# network translates by itself (64:ff9b:1::/48, RFC 8215) may carry it elsewhere and cannot be read: it is refused.
_CARRIERS = tuple(map(IPv6Network, ("::ffff:0:0/96", "::/96", "::ffff:0:0:0/96", "64:ff9b::/96")))


@dataclass(frozen=True, slots=True)
class Target:
    """A URL taken apart. `host` is lower-case ASCII without brackets; `path` begins with / and has its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """As a Host header says it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS.get(self.scheme) else f"{host}:{self.port}"


_PORTS = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}


def judged(
    url: str, *, where: str, schemes: Collection[str] = ("https", "http"), allowed: Sequence[Network] = ()
) -> Target:
    """Take a URL apart, strictly. Raises BadInput for what no outward address may be.

    An address is written plainly: IPv4 as four decimal numbers, IPv6 in brackets without a zone, a name in ASCII.
    Whatever two programs could read in two ways (user names, backslashes, `0x7f.1`, `127.1`, full-width digits, a
    trailing dot, control characters) is refused; so are private addresses and local names that are not `allowed`.
    """
    if len(url) > _LONGEST_URL:
        raise _wrong(where, f"the address has {len(url)} characters", f"At most {_LONGEST_URL}.")
    if not url.isascii() or any(ord(one) <= 32 or ord(one) == 127 or one in _NOWHERE for one in url):
        raise _wrong(where, "the address has a character that stands in no address", "Use ASCII; names as xn--….")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _wrong(where, "the address cannot be read") from None
    if parts.scheme not in schemes or not url.startswith(f"{parts.scheme}://"):
        raise _wrong(where, "the address begins wrongly", f"Use {' or '.join(f'{one}://' for one in sorted(schemes))}.")
    if "@" in parts.netloc:
        raise _wrong(where, "the address holds a user name or a password", "Secrets stand in files of their own.")
    if "#" in url:
        raise _wrong(where, "the address has a fragment", "Leave out what follows #.")
    host = parts.hostname or ""
    if not host:
        raise _wrong(where, "the address names no machine")
    usual = _PORTS[parts.scheme]
    if port is None and parts.netloc.endswith(":"):
        raise _wrong(where, "the address has a colon and no port", "Leave the colon out.")
    if port is not None and port < 1_024 and port != usual:
        raise _wrong(where, f"port {port} belongs to another service", f"Use {usual}, or one of 1024 to 65535.")
    bracketed = parts.netloc.startswith("[")
    plain = (f"[{host}]" if bracketed else host) + ("" if port is None else f":{port}")
    if parts.netloc.lower() != plain:
        raise _wrong(where, "the address can be read in two ways", f"Write it as {parts.scheme}://{plain}/path.")
    literal = _literal(host, where, bracketed=bracketed)
    reason = _name_refusal(host, allowed) if literal is None else refusal(literal, allowed)
    if reason is not None:
        raise _wrong(where, f"{host} is {reason}", "If it really is yours, name its network in outward_allow.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host, port or usual, path)


def refusal(address: Address, allowed: Sequence[Network] = ()) -> str | None:
    """Why nothing may be sent to an address, None where it is a public one or in an `allowed` network.

    An IPv6 address that carries an IPv4 address (mapped, NAT64 …) is judged as that one.
    """
    inner = carried(address)
    for network, reason in _NEVER.items():
        if inner in network:
            return reason
    if any(inner in network for network in allowed):
        return None
    for network, reason in _PRIVATE.items():
        if inner in network:
            return reason
    if isinstance(inner, IPv6Address) and inner not in _GLOBAL_V6:
        return "not a public address"
    return None


def is_allowed(address: Address, allowed: Sequence[Network]) -> bool:
    """Whether an address is in one of the networks that the city calls its own."""
    return any(carried(address) in network for network in allowed)


def carried(address: Address) -> Address:
    """The IPv4 address that an IPv6 address carries, else the address itself. `::` and `::1` carry none."""
    if isinstance(address, IPv6Address) and int(address) > 1 and any(address in network for network in _CARRIERS):
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address


def networks(text: str, *, where: str) -> tuple[Network, ...]:
    """`10.20.0.0/16, 127.0.0.1/32` as networks. Raises BadInput for what is none, or is so wide that it allows all."""
    found: list[Network] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            network = ip_network(part)
        except ValueError:
            raise _wrong(where, f"{part!r} is not a network", "Write 10.20.0.0/16, several with commas.") from None
        if network.prefixlen < (8 if network.version == 4 else 16):
            raise _wrong(where, f"{part!r} is half the world", "Name the networks in which your own systems stand.")
        found.append(network)
    return tuple(found)


def _literal(host: str, where: str, *, bracketed: bool) -> Address | None:
    """The address that a host spells, None for a name."""
    if bracketed:
        try:
            address = IPv6Address(host)
        except ValueError:
            raise _wrong(where, f"{host!r} is no IPv6 address", "Write it as https://[2001:…]/path.") from None
        if address.scope_id is not None:
            raise _wrong(where, "the address has a zone", "Use an address that means the same on every machine.")
        return address
    if not _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]):
        return None
    # A last label that is a number makes an address, in every spelling that browsers and inet_aton know.
    try:
        return IPv4Address(host)
    except ValueError:
        raise _wrong(where, f"{host!r} is an address in an unusual spelling", "Write four decimal numbers.") from None


def _name_refusal(host: str, allowed: Sequence[Network]) -> str | None:
    """Why a name is none to send to. A local name says itself that it is not public; where networks of the city are
    allowed it may lead into one, which its resolved address must prove."""
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        return "not a name of a machine (a trailing dot is none either)"
    if any(host == name or host.endswith(f".{name}") for name in _METADATA_NAMES):
        return "where clouds keep their machines' keys"
    if not allowed and ("." not in host or host.rpartition(".")[2] in _LOCAL_NAMES):
        return "a name of this machine or its own network"
    return None


def _wrong(where: str, what: str, remedy: str = "Write it as https://name/path.") -> BadInput:
    return BadInput(what, where=where, remedy=remedy)
