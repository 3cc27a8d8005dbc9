"""The port for those who pass warnings on: contacts, their links, and what they said of each bulletin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.chain import Contact, Relay
from contract.siren import Ask, Asked
from store.people import Deed


class ChainStore(Protocol):
    """Each change is kept with its deed in one transaction."""

    def contacts(self, city: str) -> Sequence[Contact]:
        """Those who are asked, by region, RW and name."""

    def contact(self, city: str, contact_id: str) -> Contact | None:
        """Also one who is asked no more."""

    def put_contacts(self, city: str, contacts: Sequence[Contact], deeds: Sequence[Deed]) -> None:
        """Keep all or none, one deed each: new ones, and known ones as they are now; a link stays what it was. Raises
        Rejected(reason="taken") where another of the same RW and region has the number, (reason="ended") for one who is
        asked no more, (reason="too_many") beyond CONTACTS_MOST."""

    def end_contact(self, city: str, contact_id: str, deed: Deed) -> bool:
        """From the deed's time on they are asked no more: the link opens nothing and the number is forgotten. False
        where there is none who is asked: then nothing is written."""

    def link_contact(self, city: str, contact_id: str, digest: str, deed: Deed) -> bool:
        """A new secret link; the one before it opens nothing. False where there is none who is asked."""

    def contact_by_link(self, digest: str) -> Contact | None:
        """Who stands behind a link now."""

    def put_relay(self, relay: Relay, deed: Deed) -> Relay:
        """Keep what a contact says of a bulletin, and return what stands. Saying the same again changes nothing and
        writes nothing; having passed it on stands against "cannot", and not the other way round."""

    def undo_relay(self, relay: Relay, deed: Deed) -> bool:
        """Take it back. False where it does not stand, or longer than UNDO_US at the deed's time."""

    def relays(self, city: str, bulletin: str) -> Sequence[Relay]:
        """What was said of a bulletin, the oldest first."""

    def ask_sirens(self, city: str, asks: Sequence[Ask], deed: Deed) -> int:
        """Sound or silence sirens by the outbox, and return how many of these are new: one that is there already is
        neither sent nor noted twice."""

    def sirens_asked(self, city: str, bulletin: str) -> Sequence[Asked]:
        """What sirens were asked because of a bulletin, and what became of it, the newest first."""
