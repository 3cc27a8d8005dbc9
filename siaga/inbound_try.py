"""What a message would be answered, without a server, a provider or a sender."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract.clock import Clock
from contract.inbound import heard

if TYPE_CHECKING:
    from siaga.settings import Settings
    from store.ports import CityStore, ReadingStore


def answer(settings: Settings, clock: Clock, readings: ReadingStore, cities: CityStore, text: str) -> str:
    """As a stranger would be answered. Raises Unavailable where a store is away."""
    from api.access import Access
    from api.context import Context
    from api.inbound_answers import Answering
    from api.security import Security
    from api.sessions import Sessions
    from api.snapshot import Snapshots
    from api.tokens import Cookies
    from siaga import wiring

    city = wiring.profile(settings)
    sessions, cookies = Sessions(cities, clock), Cookies(secure=False)
    context = Context(
        in_force=lambda: city,
        readings=readings,
        cities=cities,
        people=cities,
        clock=clock,
        base_url=settings.public_url,
        speed=settings.speed,
        sessions=sessions,
        access=Access(
            city=city.code, people=cities, clock=clock, sessions=sessions, cookies=cookies, trusted_proxies=(),
            published=True,
        ),
        security=Security(city.code, cities, clock),
        cookies=cookies,
        metrics=None,
        status=None,
    )  # fmt: skip
    return Answering(context, Snapshots(context, 0.0, lambda: None), ()).answer(heard(text)).text
