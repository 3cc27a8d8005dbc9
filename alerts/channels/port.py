"""The port of a channel: one message to one target, and an honest word about what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

Outcome = Literal["accepted", "answered", "no_answer", "busy", "declined"]
"""accepted: the provider took it, and nobody knows more · answered: the person picked up · no_answer, busy, declined:
it rang, or could not, and nobody was reached"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person is told. `title` is one line, `text` holds all that matters in both languages, `brief` the same in
    one where each letter is paid for; `link` is where it is answered. `urgent`: it wakes; a trial is not."""

    title: str
    text: str
    brief: str
    link: str
    urgent: bool = True


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of it, and what the other side said."""

    outcome: Outcome
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.outcome} {self.detail}".strip()


class Channel(Protocol):
    """One provider. Safe to share between threads; holds nothing open between two messages."""

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """Say it to one target. `key` names the message: where the provider knows such a thing, the same key again
        reaches the person once. Raises Unavailable (nobody was reached, try again) or Rejected (never: an address that
        is none, an account that is not ours)."""

    def hang_up(self) -> None:
        """This process ends: what still waits for a person to pick up is over. Raises nothing."""
