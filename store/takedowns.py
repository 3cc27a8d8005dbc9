"""The port for requests to take something out of public sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from contract.takedown import Takedown
from store.cases import Moved, Sight
from store.people import Deed


class Waiting(NamedTuple):
    """Requests that nobody has answered, and how many of them are late."""

    waiting: int
    late: int


class TakedownStore(Protocol):
    """Requests; those that were answered leave with the reporters' data, so long after their answer."""

    def put_takedown(self, asked: Takedown, deed: Deed) -> bool:
        """Keep it and its deed; False where its id is known. Raises BadInput as `contract.takedown.check`, and
        Rejected(reason="many") where WAITING_MOST wait for the same thing."""

    def takedown(self, city: str, takedown_id: str) -> Takedown | None: ...

    def waiting_takedowns(
        self, city: str, *, own: tuple[str, Sequence[str]] | None = None, limit: int = 1_000
    ) -> Sequence[Takedown]:
        """Those that nobody has answered, the oldest first. `own`: about an agency's cases alone, in these regions,
        none of them for the whole city."""

    def count_takedowns(self, city: str, now_us: int, *, own: tuple[str, Sequence[str]] | None = None) -> Waiting:
        """How many of them wait."""

    def answer_takedown(
        self, answered: Takedown, deed: Deed, key: str = "", decide: Callable[[Sight], Moved] | None = None
    ) -> None:
        """Keep the answer, its deed, and in the same moment what it hides: the photo, or what `decide` makes of the
        case under the line's `key`. Raises BadInput for an answer without words, and Rejected(reason="answered") where
        somebody has been faster; then nothing of it happens."""
