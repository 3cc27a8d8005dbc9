"""The way in for the first administrator: a link that works once, said where the city is started."""

from __future__ import annotations

import sys
from contextlib import closing
from typing import TYPE_CHECKING

from contract.clock import Clock
from siaga.deeds import SYSTEM
from siaga.settings import Settings

if TYPE_CHECKING:
    from store.people import PeopleStore


def link(settings: Settings, people: PeopleStore, now_us: int) -> str | None:
    """A one-time link for an administrator; None where the city has one. An earlier link stays valid for its day."""
    from api.invitations import invite

    if people.has_admin(settings.city):
        return None
    return invite(people, city=settings.city, base_url=settings.public_url, role="admin", now_us=now_us, actor=SYSTEM)


def say(settings: Settings, clock: Clock) -> None:
    """Print it for whoever starts the city; nothing where nobody needs it."""
    from siaga import wiring

    with closing(wiring.cities(settings)) as store:
        found = link(settings, store, clock.now_us())
    if found is not None:
        sys.stderr.write(
            f"This city has no administrator yet. Become one here, once, within 24 hours:\n  {found}\n"
            "(`siaga person invite --role admin` makes another link.)\n"
        )
        sys.stderr.flush()
