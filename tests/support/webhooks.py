"""What the city tells another system, said to a receiver of the laboratory."""

from __future__ import annotations

import json
from typing import Any

import httpx

from alerts.carriers import signature
from faults.parts.receivers import OPENED, ORDER, Receiver

AT_S = 1_750_000_000


def tell(receiver: Receiver, key: str, *, change: int = 1, kind: str = OPENED, secret: bytes | None = None) -> int:
    """An opening, or what `kind` says; the receiver's answer."""
    told = {"type": kind, "data": {"incident": "banjir-1", "change": change}}
    return _post(receiver, key, told, secret or receiver.secret)


def digest(receiver: Receiver, key: str, at: str) -> int:
    """What became of an event up to a time; the receiver's answer."""
    told = {"type": "event.changed", "timestamp": at, "data": {"city": "cth", "event": "banjir"}}
    return _post(receiver, key, told, receiver.secret)


def order(receiver: Receiver, key: str, bulletin: str) -> int:
    """That people are to leave; the receiver's answer."""
    told = {"type": ORDER, "data": {"incident": "banjir-1", "bulletin": bulletin, "number": 3}}
    return _post(receiver, key, told, receiver.secret)


def _post(receiver: Receiver, key: str, told: dict[str, Any], secret: bytes) -> int:
    body = json.dumps(told).encode()
    headers = {
        "webhook-id": key,
        "webhook-timestamp": str(AT_S),
        "webhook-signature": signature([secret], key, AT_S, body),
    }
    answer = httpx.post(f"http://127.0.0.1:{receiver.port}/siaga", content=body, headers=headers, trust_env=False)
    return answer.status_code
