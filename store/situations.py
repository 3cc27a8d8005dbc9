"""The port for situation notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.situation import Situation
from store.people import Deed


class SituationStore(Protocol):
    """Notes and all of their versions; nothing is ever changed or deleted."""

    def put_situation(self, note: Situation, deed: Deed) -> bool:
        """Keep a version and its deed; False where this very version is there in the same words (sent again). Raises
        BadInput as `contract.situation.check`, Rejected(reason="changed") where it is not the next version, somebody
        having been faster, (reason="ended") where the last one has ended, (reason="full") beyond STANDING_MOST."""

    def situations(self, city: str, now_us: int) -> Sequence[Situation]:
        """The newest version of each that has not ended, those that began last first."""

    def situation_history(self, note_id: str) -> Sequence[Situation]:
        """All versions of one, the newest first; none where there is no such note."""

    def past_situations(self, city: str, now_us: int, *, limit: int = 50) -> Sequence[Situation]:
        """The newest version of those that have ended, the last ended first."""
