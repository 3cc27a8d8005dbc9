"""The point's own gateway: which one it is, and whether it answers."""

from __future__ import annotations

import os
import socket
import struct
import time
from pathlib import Path

_UP = 0x1
_GATEWAY = 0x2
_ARP_COMPLETE = 0x2
_ECHO_REQUEST = 8
_ECHO_REPLY = 0
_KNOCK_PORT = 53  # a home or hotel router serves names; refusing is an answer too


def default_gateway(route_table: str) -> str | None:
    """The IPv4 address of the default route with the lowest metric in the text of `/proc/net/route`, or None.

    The kernel prints addresses as little-endian hexadecimal words (proc_pid_net(5)).
    """
    best: tuple[int, str] | None = None
    for line in route_table.splitlines()[1:]:
        columns = line.split()
        if len(columns) < 8 or columns[1] != "00000000" or columns[7] != "00000000":
            continue
        try:
            flags, metric = int(columns[3], 16), int(columns[6])
            address = socket.inet_ntoa(struct.pack("<I", int(columns[2], 16)))
        except (ValueError, struct.error):
            continue
        if flags & _UP and flags & _GATEWAY and (best is None or metric < best[0]):
            best = (metric, address)
    return best[1] if best else None


def neighbour_known(arp_table: str, address: str) -> bool:
    """Whether `/proc/net/arp` holds a complete entry for `address`. The hardware address is not kept."""
    for line in arp_table.splitlines()[1:]:
        columns = line.split()
        if len(columns) >= 3 and columns[0] == address:
            return bool(int(columns[2], 16) & _ARP_COMPLETE)
    return False


def checksum(packet: bytes) -> int:
    """The Internet checksum (RFC 1071)."""
    padded = packet + b"\0" * (len(packet) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ping(address: str, timeout_s: float) -> bool | None:
    """One ICMP echo through an unprivileged datagram socket; None where this machine does not allow such sockets.

    Linux lets the groups in `net.ipv4.ping_group_range` open them (icmp(7)); the kernel fills in the identifier.
    """
    try:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP)
    except OSError:
        return None
    payload = os.urandom(16)
    head = struct.pack("!BBHHH", _ECHO_REQUEST, 0, 0, 0, 1)
    packet = struct.pack("!BBHHH", _ECHO_REQUEST, 0, checksum(head + payload), 0, 1) + payload
    ends = time.monotonic() + timeout_s
    with sock:
        try:
            sock.connect((address, 0))
            sock.send(packet)
            while (left := ends - time.monotonic()) > 0:
                sock.settimeout(left)
                reply = sock.recv(256)
                if reply[:1] == bytes([_ECHO_REPLY]) and reply[8:] == payload:
                    return True
        except OSError:
            return False
    return False


def knock(address: str, timeout_s: float, port: int = _KNOCK_PORT) -> bool:
    """Whether a TCP connection to `address` is accepted or refused: both need a living machine there."""
    try:
        with socket.create_connection((address, port), timeout_s):
            return True
    except ConnectionRefusedError:
        return True
    except OSError:
        return False


def gateway_answers(address: str, timeout_s: float, proc: Path = Path("/proc")) -> bool:
    """Whether the gateway lives: by echo, else by a TCP knock, else by a neighbour entry that the knock completed.

    Many a gateway drops echoes and connections alike and still must answer ARP, or nothing would pass it.
    """
    if ping(address, timeout_s / 2):
        return True
    if knock(address, timeout_s / 2):
        return True
    try:
        arp_table = (proc / "net" / "arp").read_text()
    except OSError:
        return False
    return neighbour_known(arp_table, address)
