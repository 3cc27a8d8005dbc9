"""The port of a provider: one message to one resident, on the loop, and an honest word about what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from alerts.channels.port import Message, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What goes to one person. `address`: as their subscription has it. `key` names it: where the provider knows
    such a thing, the same key again reaches the person once. `receipt`: where the phone says that it came, "" where it
    cannot. `leave`: where one tap ends the subscription, "" where there is none. `lasts_s`: how long it is worth
    keeping."""

    key: str
    address: str
    message: Message
    lasts_s: int
    receipt: str = ""
    leave: str = ""


class Provider(Protocol):
    """One provider, for one loop. Holds lines open between two messages."""

    async def send(self, parcel: Parcel) -> Receipt:
        """Hand it in. Raises Unavailable (it was not taken, try again), NoAnswer (it may have been), or Rejected (never
        to this address; reason "gone" where there is nobody any more)."""

    async def close(self) -> None:
        """Let go of every line. Raises nothing."""
