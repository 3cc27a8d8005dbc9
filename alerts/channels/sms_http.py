"""An SMS gateway that is asked by HTTP: any whose request can be written as a template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

from alerts.channels.answers import Request, settled
from alerts.channels.port import Message, Receipt
from complaints.outward import Answer, Outward
from contract.addresses import Target

PARTS = ("{to}", "{text}", "{secret}", "{key}")
TEXT_MOST = 459
"""three parts of one message in the GSM alphabet"""


@dataclass(frozen=True, slots=True)
class Template:
    """`body` with PARTS in it, each written as `form` (percent-encoded) or `json` (inside its quotes) needs it."""

    target: Target
    body: str
    form: Literal["form", "json"] = "form"
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: re.Pattern[str] | None = None


class SmsGateway:
    """One gateway."""

    def __init__(self, template: Template, outward: Outward, secret: str = "") -> None:
        self._template = template
        self._outward = outward
        self._secret = secret

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """See `Channel.send`."""
        asked = self.request(message, target, key)
        return self.receipt(self._outward.send("POST", asked.target, headers=asked.headers, body=asked.body))

    def request(self, message: Message, target: str, key: str) -> Request:
        """See `Asked.request`."""
        text = f"{message.brief} {message.link}".strip()
        values = {"{to}": target, "{text}": text[:TEXT_MOST], "{secret}": self._secret, "{key}": key}
        kind = "x-www-form-urlencoded" if self._template.form == "form" else "json"
        headers = {"Content-Type": f"application/{kind}; charset=utf-8", "User-Agent": "siaga"}
        headers |= {name: value.replace("{secret}", self._secret) for name, value in self._template.headers.items()}
        return Request(self._template.target, headers, self._filled(values).encode())

    def receipt(self, answer: Answer) -> Receipt:
        """See `Asked.receipt`."""
        return settled(answer, self._template.accepted)

    def hang_up(self) -> None:
        """See `Channel.hang_up`. Nothing waits here."""

    def _filled(self, values: Mapping[str, str]) -> str:
        """In one pass: a text with `{secret}` in it is a text."""
        written = quote_plus if self._template.form == "form" else _in_json
        parts = re.split("(" + "|".join(re.escape(one) for one in PARTS) + ")", self._template.body)
        return "".join(written(values[one]) if one in values else one for one in parts)


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]
