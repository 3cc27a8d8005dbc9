"""What somebody asks to be taken out of public sight: words, a photo or a whole case. Pure.

Each is answered by a person within a day, with a reason; whoever asked reads the answer behind a key of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from contract.clock import DAY_US
from contract.errors import BadInput

What = Literal["words", "photo", "case"]
WHATS: tuple[What, ...] = get_args(What)
Outcome = Literal["", "hidden", "refused"]
TERM_US = DAY_US
"""within it somebody answers"""
TEXT_MOST = 500
"""characters of a reason and of an answer"""
WAITING_MOST = 3
"""requests for one and the same thing that wait: a fourth adds nothing"""


@dataclass(frozen=True, slots=True)
class Takedown:
    """A request and its answer. `id` is the digest of the key of whoever asked; who that is, is not kept. `photo`: the
    photo's id, "" where it is not about one. `answered_us` is None and `outcome` "" while it waits; `person` answered
    in the name of `office`."""

    id: str
    city: str
    number: str
    what: What
    photo: str
    reason: str
    asked_us: int
    outcome: Outcome = ""
    answer: str = ""
    answered_us: int | None = None
    person: str = ""
    office: str = ""

    @property
    def due_us(self) -> int:
        """Until when it is to be answered."""
        return self.asked_us + TERM_US

    def late(self, now_us: int) -> bool:
        """Whether it waits longer than was promised."""
        return self.answered_us is None and now_us > self.due_us


def check(asked: Takedown) -> None:
    """Raises BadInput with `where` the field: what, reason."""
    if asked.what not in WHATS or (asked.what == "photo") != bool(asked.photo):
        raise BadInput("that is nothing of this case", where="what", remedy=f"Choose one of: {', '.join(WHATS)}.")
    said_within(asked.reason, "reason")


def said_within(text: str, where: str) -> None:
    """Raises BadInput for words that are none, or too many."""
    if not 0 < len(text.strip()) <= TEXT_MOST:
        raise BadInput("it needs words", where=where, remedy=f"Write 1 to {TEXT_MOST} characters.")
