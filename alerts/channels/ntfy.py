"""ntfy: a push message to a topic that the person's phone listens to (https://docs.ntfy.sh/publish/)."""

from __future__ import annotations

import json

from alerts.channels.answers import Request, settled
from alerts.channels.port import Message, Receipt
from complaints.outward import Answer, Outward
from contract.addresses import Target

_URGENT, _USUAL = 5, 3


class Ntfy:
    """One server. A topic is known to whoever reads it, so that it should be long and drawn."""

    def __init__(self, target: Target, outward: Outward, token: str = "") -> None:
        self._target = target
        self._outward = outward
        self._token = token

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """See `Channel.send`."""
        asked = self.request(message, target, key)
        return self.receipt(self._outward.send("POST", asked.target, headers=asked.headers, body=asked.body))

    def request(self, message: Message, target: str, key: str) -> Request:
        """See `Asked.request`. The key goes along as the tag that shows where it was said twice."""
        told = {
            "topic": target,
            "title": message.title,
            "message": message.text,
            "click": message.link,
            "priority": _URGENT if message.urgent else _USUAL,
            "tags": [key[-40:]],
        }
        headers = {"Content-Type": "application/json", "User-Agent": "siaga"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        return Request(self._target, headers, json.dumps(told).encode())

    def receipt(self, answer: Answer) -> Receipt:
        """See `Asked.receipt`."""
        return settled(answer)

    def hang_up(self) -> None:
        """See `Channel.hang_up`. Nothing waits here."""
