"""What is written down of sign-ins and of those who were turned away."""

from __future__ import annotations

from typing import Protocol

from api.address import bucket_of
from api.policy import Caller
from contract.clock import Clock
from store.people import AuditLog, Deed, PeopleStore, SecurityEvent

CLAIMED_MOST = 80
DETAIL_MOST = 200


class People(PeopleStore, AuditLog, Protocol):
    """Accounts and the audit log: one database keeps both."""


class Security:
    """Writes security events and deeds of one city. Raises Unavailable where the database is away."""

    def __init__(self, city: str, people: AuditLog, clock: Clock) -> None:
        self._city = city
        self._people = people
        self._clock = clock

    def note(self, what: str, caller: Caller, detail: str, claimed: str = "") -> None:
        """Somebody was turned away. `claimed` is the name they gave; else the id they are known by. Of an IPv6 customer
        the network is noted: each of its addresses would be a row of its own."""
        event = SecurityEvent(
            city=self._city,
            at_us=self._clock.now_us(),
            where="api",
            what=what,
            claimed=(claimed or caller.person or caller.key)[:CLAIMED_MOST],
            address=bucket_of(caller.address),
            detail=detail[:DETAIL_MOST],
        )
        self._people.note_security([event])

    def record(self, deed: Deed) -> None:
        """A deed that changes nothing else."""
        self._people.record(self._city, deed)
