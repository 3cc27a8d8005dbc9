"""Names to addresses with a deadline. The C library's resolver has none that a caller can set, so this asks itself.

Only what a probe needs of RFC 1035: one A question over UDP, the addresses in the answer.
"""

from __future__ import annotations

import ipaddress
import os
import socket
import struct
import time
from pathlib import Path
from typing import NamedTuple

DNS_PORT = 53
_QUESTION_A = struct.pack("!HH", 1, 1)
_TYPE_A = 1
_POINTER = 0xC0
_TRIES = 2


class Resolver(NamedTuple):
    """Where to ask."""

    address: str
    port: int = DNS_PORT


class NameFailure(Exception):
    """The name was not resolved. The text says why."""


def system_resolver(resolv_conf: str) -> Resolver | None:
    """The first `nameserver` of the text of `/etc/resolv.conf`, or None."""
    for line in resolv_conf.splitlines():
        words = line.split()
        if len(words) >= 2 and words[0] == "nameserver":
            return Resolver(words[1])
    return None


def hosts_address(hosts: str, name: str) -> str | None:
    """The IPv4 address that the text of `/etc/hosts` gives to `name`, or None."""
    for line in hosts.splitlines():
        words = line.partition("#")[0].split()
        if name.lower() in (word.lower() for word in words[1:]) and "." in words[0]:
            return words[0]
    return None


def question(name: str, query_id: int) -> bytes:
    """A recursive A query. Raises NameFailure for a name that no query can carry."""
    labels = name.rstrip(".").split(".")
    try:
        encoded = [label.encode("idna") for label in labels]
    except UnicodeError:
        encoded = [b""]
    if any(not 1 <= len(label) <= 63 for label in encoded) or sum(len(label) + 1 for label in encoded) > 254:
        raise NameFailure(f"{name!r} is not a host name")
    body = b"".join(bytes([len(label)]) + label for label in encoded) + b"\0"
    return struct.pack("!HHHHHH", query_id, 0x0100, 1, 0, 0, 0) + body + _QUESTION_A


def answer(packet: bytes, asked: bytes) -> list[str]:
    """The IPv4 addresses in the answer to the query `asked`; [] where the packet answers something else.

    Raises NameFailure where the resolver says there is no such name, or answers nonsense.
    """
    if len(packet) < 12 or packet[:2] != asked[:2] or not packet[2] & 0x80:
        return []
    if packet[12 : 12 + len(asked) - 12].lower() != asked[12:].lower():
        return []
    code = packet[3] & 0x0F
    if code:
        said = {2: "the resolver failed", 3: "there is no such name", 5: "the resolver refuses"}
        raise NameFailure(said.get(code, f"the resolver answered with error {code}"))
    (answers,) = struct.unpack("!H", packet[6:8])
    addresses: list[str] = []
    at = len(asked)
    try:
        for _ in range(answers):
            at = _after_name(packet, at)
            kind, _, _, length = struct.unpack("!HHIH", packet[at : at + 10])
            at += 10
            if kind == _TYPE_A and length == 4:
                addresses.append(socket.inet_ntoa(packet[at : at + 4]))
            at += length
    except (struct.error, IndexError, OSError):
        raise NameFailure("the resolver's answer is broken") from None
    if not addresses:
        raise NameFailure("the name has no IPv4 address")
    return addresses


def _after_name(packet: bytes, at: int) -> int:
    while packet[at]:
        if packet[at] & _POINTER == _POINTER:
            return at + 2
        at += packet[at] + 1
    return at + 1


def ask(name: str, resolver: Resolver, timeout_s: float) -> list[str]:
    """The IPv4 addresses of `name`, from that resolver only. Raises NameFailure, also when the time is up."""
    asked = question(name, int.from_bytes(os.urandom(2), "big"))
    family = socket.AF_INET6 if ":" in resolver.address else socket.AF_INET
    ends = time.monotonic() + timeout_s
    # A connected socket takes answers from that address alone; a lost datagram is asked again once.
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect((resolver.address, resolver.port))
            for left_tries in range(_TRIES, 0, -1):
                sock.send(asked)
                try_ends = time.monotonic() + (ends - time.monotonic()) / left_tries
                while (left := try_ends - time.monotonic()) > 0:
                    sock.settimeout(left)
                    try:
                        packet = sock.recv(4096)
                    except TimeoutError:
                        break
                    if addresses := answer(packet, asked):
                        return addresses
        except OSError as error:
            raise NameFailure(f"the resolver {resolver.address} cannot be reached ({error.strerror})") from None
    raise NameFailure(f"the resolver {resolver.address} did not answer within {timeout_s:g} s")


def look_up(name: str, resolver: Resolver | None, timeout_s: float, etc: Path = Path("/etc")) -> str:
    """One address for `name`: itself where it is an address, the hosts file's, else the resolver's first.

    Raises NameFailure.
    """
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        pass
    if known := hosts_address(_text(etc / "hosts"), name):
        return known
    resolver = resolver or system_resolver(_text(etc / "resolv.conf"))
    if resolver is None:
        raise NameFailure("this machine has no resolver configured")
    return ask(name, resolver, timeout_s)[0]


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
