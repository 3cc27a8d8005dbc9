"""Does an MQTT broker answer there? One CONNECT by hand, without TLS, for start-up and `doctor`."""

from __future__ import annotations

import contextlib
import socket

from broker.ports import BrokerAddress

_CLIENT_ID = b"siaga-probe"
_VARIABLE = b"\x00\x04MQTT\x04\x02\x00\x0a" + len(_CLIENT_ID).to_bytes(2, "big") + _CLIENT_ID
_CONNECT = b"\x10" + bytes([len(_VARIABLE)]) + _VARIABLE
_ACCEPTED = b"\x20\x02\x00\x00"
_DISCONNECT = b"\xe0\x00"


def answers(address: BrokerAddress, timeout_s: float) -> bool:
    """Whether a broker at `address` accepts a connection of MQTT 3.1.1 within `timeout_s`."""
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=timeout_s) as sock:
        sock.settimeout(timeout_s)
        sock.sendall(_CONNECT)
        answer = sock.recv(4, socket.MSG_WAITALL)
        sock.sendall(_DISCONNECT)
        return answer == _ACCEPTED
    return False
