"""What a provider that is asked by HTTP is asked, and what its answer means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from alerts.channels.port import Message, Receipt
from complaints.outward import Answer
from contract.addresses import Target
from contract.errors import Rejected, Unavailable

_LATER = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Request:
    """One POST."""

    target: Target
    headers: Mapping[str, str]
    body: bytes


class Asked(Protocol):
    """A channel whose provider is asked by HTTP, whoever carries the request there."""

    def request(self, message: Message, target: str, key: str) -> Request:
        """What one message to one target is. Raises Rejected."""

    def receipt(self, answer: Answer) -> Receipt:
        """What its answer means. Raises as `Channel.send`."""


def settled(answer: Answer, accepted: re.Pattern[str] | None = None) -> Receipt:
    """`accepted`: what an answer must hold to be a yes, for providers that say 200 to everything. Raises as
    `Channel.send`."""
    text = re.sub(r"[^ -~]+", " ", answer.body[:120].decode("ascii", "replace")).strip()
    said = f"HTTP {answer.status} {text}".strip()
    if 200 <= answer.status < 300:
        if accepted is not None and not accepted.search(answer.body.decode("utf-8", "replace")):
            raise Rejected(f"the provider did not take it: {said}", reason="not_accepted")
        return Receipt("accepted", f"HTTP {answer.status}")
    if answer.status in _LATER or answer.status >= 500:
        asked = answer.headers.get("retry-after", "").strip()
        raise Unavailable(said, retry_after_s=float(asked) if re.fullmatch(r"[0-9]{1,4}", asked) else None)
    raise Rejected(said, reason=f"http_{answer.status}")
