"""A relay, loudspeaker amplifier or strobe that is asked by HTTP: any whose request can be written as a template."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_plus

from alerts.channels.answers import settled
from complaints.outward import Outward
from contract.addresses import Target

PARTS = ("{do}", "{seconds}", "{key}", "{secret}")
Word = Literal["sound", "drill", "stop", "test"]
TEST_S = 1


@dataclass(frozen=True, slots=True)
class Template:
    """`body` with PARTS in it, each written as `form` (percent-encoded) or `json` (inside its quotes) needs it.
    `words`: what the device calls the things it does; one without a word of its own for a drill sounds as ever.
    `accepted`: what an answer must hold to be a yes."""

    target: Target
    body: str
    words: Mapping[Word, str] = field(default_factory=dict)
    form: Literal["form", "json"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    accepted: re.Pattern[str] | None = None


class HttpRelay:
    """One device."""

    def __init__(self, template: Template, outward: Outward, secret: str = "") -> None:
        self._template = template
        self._outward = outward
        self._secret = secret

    def sound(self, for_s: float, key: str, *, drill: bool = False) -> str:
        """See `Siren.sound`."""
        return self._ask("drill" if drill and "drill" in self._template.words else "sound", for_s, key)

    def stop(self, key: str) -> str:
        """See `Siren.stop`."""
        return self._ask("stop", 0, key)

    def test(self, key: str) -> str:
        """See `Siren.test`."""
        return self._ask("test", TEST_S, key)

    def _ask(self, do: Word, for_s: float, key: str) -> str:
        template = self._template
        written = quote_plus if template.form == "form" else _in_json
        values = {
            "{do}": template.words.get(do, do), "{seconds}": f"{for_s:g}", "{key}": key, "{secret}": self._secret,
        }  # fmt: skip
        parts = re.split("(" + "|".join(re.escape(one) for one in PARTS) + ")", template.body)
        body = "".join(written(values[one]) if one in values else one for one in parts)
        kind = "x-www-form-urlencoded" if template.form == "form" else "json"
        headers = {
            "Content-Type": f"application/{kind}; charset=utf-8",
            "User-Agent": "siaga",
            "Idempotency-Key": key,
            **{name: value.replace("{secret}", self._secret) for name, value in template.headers.items()},
        }
        answer = self._outward.send("POST", template.target, headers=headers, body=body.encode())
        return str(settled(answer, template.accepted))


def _in_json(text: str) -> str:
    return json.dumps(text)[1:-1]
