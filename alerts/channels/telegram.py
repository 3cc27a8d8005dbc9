"""Telegram: a message by the city's bot to somebody who has written to it (https://core.telegram.org/bots/api)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from alerts.channels.answers import Request, settled
from alerts.channels.port import Message, Receipt
from complaints.outward import Answer, Outward
from contract.addresses import Target
from contract.errors import Unavailable

URL = "https://api.telegram.org"
TEXT_MOST = 4_000
"""characters; the bot's own limit is 4096"""


class Telegram:
    """One bot. A target is the number of a chat, which a person learns by writing to the bot."""

    def __init__(self, target: Target, outward: Outward, token: str) -> None:
        """`target`: the server, without the token."""
        self._target = replace(target, path=f"{target.path.rstrip('/')}/bot{token}/sendMessage")
        self._outward = outward

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """See `Channel.send`. The same key again is the same message again."""
        asked = self.request(message, target, key)
        return self.receipt(self._outward.send("POST", asked.target, headers=asked.headers, body=asked.body))

    def request(self, message: Message, target: str, key: str) -> Request:  # noqa: ARG002 - a bot knows no such thing
        """See `Asked.request`."""
        text = "\n".join(one for one in (message.title, message.text, message.link) if one)
        told = {
            "chat_id": target,
            "text": text[:TEXT_MOST],
            "link_preview_options": {"is_disabled": True},
            "disable_notification": not message.urgent,
        }
        headers = {"Content-Type": "application/json", "User-Agent": "siaga"}
        return Request(self._target, headers, json.dumps(told).encode())

    def receipt(self, answer: Answer) -> Receipt:
        """See `Asked.receipt`."""
        patience_s = _patience_s(answer)
        if patience_s is not None:
            raise Unavailable(f"HTTP {answer.status}: asked to wait", retry_after_s=patience_s)
        return settled(answer)

    def hang_up(self) -> None:
        """See `Channel.hang_up`. Nothing waits here."""


def _patience_s(answer: Answer) -> float | None:
    """For how long the bot is asked to be quiet; it stands in the answer's body and in no header."""
    if answer.status != 429:
        return None
    try:
        told: Any = json.loads(answer.body)
        return float(told["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        return None
