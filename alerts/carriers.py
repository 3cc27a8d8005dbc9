"""Who carries an outbox row to where it goes: to the desk, or to a receiver of the city's own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Protocol

from alerts.webhooks import NEWS_US, Receiver
from complaints.desk import Desk, Note, Report
from complaints.outward import Answer, Outward
from contract.clock import SECOND_US, to_us
from contract.errors import Rejected, Unavailable
from store.ports import Outgoing

_LATER = frozenset({408, 425, 429})
_LONGEST_ASKED_S = 3_600.0


class Carrier(Protocol):
    """Says one row and returns the receipt. Raises Unavailable (later) or Rejected (never)."""

    def carry(self, row: Outgoing, now_us: int) -> str: ...


class DeskCarrier:
    """Files events and adds lines to their cases."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def carry(self, row: Outgoing, now_us: int) -> str:
        """See `Carrier.carry`."""
        kept = dict(row.body)
        deed = kept.pop("do", None)
        try:
            said = Report(**kept) if deed == "file" else Note(event=row.event, **kept)
        except TypeError as error:
            raise Rejected(f"the row cannot be read: {error}", reason="malformed") from None
        if isinstance(said, Report):
            return self._desk.file(said, now_us).number
        if deed != "note":
            raise Rejected(f"the desk cannot do {deed!r}", reason="unknown_deed")
        self._desk.note(said, now_us)
        return said.key


class WebhookCarrier:
    """Posts a message as Standard Webhooks say: named by the row's key, timed, signed."""

    def __init__(self, receiver: Receiver, outward: Outward) -> None:
        self._receiver = receiver
        self._outward = outward

    def carry(self, row: Outgoing, now_us: int) -> str:
        """See `Carrier.carry`. The same key may be posted twice; a receiver counts it once."""
        told = {**row.body, "late": now_us - row.created_us > NEWS_US}
        body = json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
        at_s = now_us // SECOND_US
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "siaga",
            "webhook-id": row.key,
            "webhook-timestamp": str(at_s),
            "webhook-signature": signature(self._receiver.secrets, row.key, at_s, body),
        }
        answer = self._outward.send("POST", self._receiver.target, headers=headers, body=body)
        if 200 <= answer.status < 300:
            return f"HTTP {answer.status}"
        said = f"HTTP {answer.status} {_excerpt(answer.body)}".strip()
        if answer.status in _LATER or answer.status >= 500:
            raise Unavailable(said, retry_after_s=retry_after_s(answer, now_us))
        raise Rejected(said, reason=f"http_{answer.status}")


def signature(secrets: Sequence[bytes], key: str, at_s: int, body: bytes) -> str:
    """`v1,` and the base64 HMAC-SHA256 of `key.seconds.body`, one for each secret."""
    signed = f"{key}.{at_s}.".encode() + body
    return " ".join(
        "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets
    )


def retry_after_s(answer: Answer, now_us: int) -> float | None:
    """The other side's own wish (RFC 9110 10.2.3), at most an hour; None where it said none that can be read."""
    asked = answer.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", asked):
        return min(float(asked), _LONGEST_ASKED_S)
    try:
        moment = parsedate_to_datetime(asked)
    except (ValueError, OverflowError):
        return None
    at_us = to_us(moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC))
    return min(max(0.0, (at_us - now_us) / SECOND_US), _LONGEST_ASKED_S)


def _excerpt(body: bytes) -> str:
    """The beginning of what a stranger answered, as harmless text."""
    return re.sub(r"[^ -~]+", " ", body[:120].decode("ascii", "replace")).strip()
