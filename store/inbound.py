"""The port for what people send to the city by message. Nobody's number is kept here: a sender is a salted digest."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from contract.clock import DAY_US
from contract.inbound import Came, Echo, Tally

if TYPE_CHECKING:
    from store.ports import Outgoing

KEPT_US = 30 * DAY_US
"""for so long it is known that a message came"""


class InboundStore(Protocol):
    """What came, and what it said of a warning."""

    def inbound(self, city: str, source: str, message: str) -> Came | None:
        """One that came before, by its digest."""

    def keep_inbound(self, came: Came, echo: Echo | None = None, outgoing: Sequence[Outgoing] = ()) -> bool:
        """Keep a message with what it said and the rows that answer it, in one transaction. False, and nothing of it is
        kept, where it came before. Messages older than KEPT_US at its time are forgotten."""

    def last_about(self, city: str, sender: str, since_us: int) -> str:
        """What place a sender wrote of last, "" for none since then."""

    def echoes(self, city: str, incidents: Collection[str]) -> Mapping[str, Sequence[Tally]]:
        """What people said of each of these incidents, by incident; none where nobody said anything."""

    def inbound_heard(self, city: str) -> Mapping[str, int]:
        """When each source last brought one, by its name; within KEPT_US."""

    def inbound_counts(self, city: str, since_us: int) -> Mapping[str, int]:
        """How many messages of each intent came since then."""
