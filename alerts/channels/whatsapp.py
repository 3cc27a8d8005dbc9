"""WhatsApp's Cloud API (https://developers.facebook.com/docs/whatsapp/cloud-api): one message to one number.

Meta lets a city begin a conversation with a template that it has approved, and answer with a text of its own within a
day of the person's last message.
"""

from __future__ import annotations

import json
from typing import Any

from alerts.channels.answers import Request, settled
from alerts.channels.port import Message, Receipt
from complaints.outward import Answer, Outward
from contract.addresses import Target
from contract.errors import Unavailable

TEXT_MOST = 4_000
PARAMETER_MOST = 900
"""characters of what is put into a template, whose whole has room for 1024"""
_LATER = frozenset({4, 80_007, 130_429, 131_000, 131_016, 131_048, 131_056, 131_057, 133_004})
"""codes of errors that pass: limits of rate, and troubles of the service's own"""


class WhatsApp:
    """One number of the city. `template`: the approved message, with one place for the text, that begins a
    conversation; "" where this only answers."""

    def __init__(
        self, target: Target, outward: Outward, token: str, *, template: str = "", language: str = "id"
    ) -> None:
        self._target = target
        self._outward = outward
        self._token = token
        self._template = template
        self._language = language

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """See `Channel.send`. The same key again is the same message again."""
        asked = self.request(message, target, key)
        return self.receipt(self._outward.send("POST", asked.target, headers=asked.headers, body=asked.body))

    def request(self, message: Message, target: str, key: str) -> Request:  # noqa: ARG002 - the service knows none
        """See `Asked.request`."""
        told = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": target.lstrip("+")}
        told |= self._in_template(message) if self._template else _freely(message)
        headers = {
            "Content-Type": "application/json", "User-Agent": "siaga", "Authorization": f"Bearer {self._token}"
        }  # fmt: skip
        return Request(self._target, headers, json.dumps(told).encode())

    def receipt(self, answer: Answer) -> Receipt:
        """See `Asked.receipt`."""
        if 400 <= answer.status < 500 and _code(answer) in _LATER:
            raise Unavailable(f"HTTP {answer.status}, code {_code(answer)}")
        return settled(answer)

    def hang_up(self) -> None:
        """See `Channel.hang_up`. Nothing waits here."""

    def _in_template(self, message: Message) -> dict[str, Any]:
        text = " ".join(f"{message.brief} {message.link}".split())[:PARAMETER_MOST]
        body = {"type": "body", "parameters": [{"type": "text", "text": text}]}
        language = {"code": self._language}
        return {"type": "template", "template": {"name": self._template, "language": language, "components": [body]}}


def _freely(message: Message) -> dict[str, Any]:
    text = "\n".join(one for one in (message.text, message.link) if one)
    return {"type": "text", "text": {"body": text[:TEXT_MOST], "preview_url": False}}


def _code(answer: Answer) -> int:
    try:
        told: Any = json.loads(answer.body)
        return int(told["error"]["code"])
    except (ValueError, KeyError, TypeError):
        return 0
