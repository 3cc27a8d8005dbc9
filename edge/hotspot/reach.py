"""How far the city is: whether its broker accepts a connection, the round trip, the loss."""

from __future__ import annotations

import socket
import ssl
import statistics
import time
from typing import NamedTuple

from edge.timed import conversation


class Trip(NamedTuple):
    """Round trips of some probes. `latency_ms` is the median of those that came back, None where none did."""

    latency_ms: float | None
    loss_percent: float


def broker_accepts(address: str, port: int, timeout_s: float, tls: ssl.SSLContext | None, name: str) -> str:
    """Connect, and say hello where the broker speaks TLS. Returns "" or the sentence that says what failed."""
    try:
        with conversation(address, port, timeout_s, tls, name):
            return ""
    except ssl.SSLCertVerificationError as error:
        return f"the broker's certificate is not accepted: {error.verify_message}"
    except OSError as error:
        return f"the broker at {name}:{port} does not accept a connection ({error})"


def round_trip_ms(address: str, port: int, timeout_s: float) -> float | None:
    """The time of one TCP handshake, which is one round trip, in ms; None without an answer.

    A refusal is an answer: the network carried it there and back.
    """
    began = time.perf_counter()
    try:
        with socket.create_connection((address, port), timeout_s):
            pass
    except ConnectionRefusedError:
        pass
    except OSError:
        return None
    return (time.perf_counter() - began) * 1000


def summary(trips_ms: list[float | None]) -> Trip:
    """Median and loss of the probes. Raises ValueError for no probe at all."""
    if not trips_ms:
        raise ValueError("no probe was sent")
    back = [trip for trip in trips_ms if trip is not None]
    return Trip(
        latency_ms=round(statistics.median(back), 3) if back else None,
        loss_percent=round(100 * (len(trips_ms) - len(back)) / len(trips_ms), 2),
    )
