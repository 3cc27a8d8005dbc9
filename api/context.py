"""What every resource of the web server is given. Built once by `create_app`, never at import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from api.access import Access
from api.oidc import OpenId
from api.security import People, Security
from api.sessions import Sessions
from api.tokens import Cookies
from complaints.systems.port import SystemInfo
from contract.city import Profile
from contract.clock import Clock
from contract.duty import ChannelInfo
from contract.following import Ways
from contract.reach import ProviderInfo
from contract.siren import SirenInfo
from store.book import KeepersBook
from store.ports import CityStore, ReadingStore


@dataclass(frozen=True, slots=True)
class Context:
    """One city's stores, words and clock.

    `in_force` gives the city as it is now: its scales may be others than at the start, and all else is as it was.
    `people` are the accounts and the audit log, `sessions`, `access` and `security` the ways to them, `cookies` the
    names under which a browser keeps its tokens. `base_url` has no slash at its end.
    `speed` is how many times faster than life the city runs (1.0 in life).
    `openid` is the way to the city's own accounts, where it has one; `book` is where gauge keepers' readings are
    entered, where this server carries them.
    `channels` are those by which people on duty are reached, `sirens` what sounds an order to leave,
    `ways` by what residents can be told, `providers` who carries it there, `systems` the city's own complaint systems.
    `metrics` yields further Prometheus metric families, `status` the state of the other stages by name.
    """

    in_force: Callable[[], Profile]
    readings: ReadingStore
    cities: CityStore
    people: People
    clock: Clock
    base_url: str
    speed: float
    sessions: Sessions
    access: Access
    security: Security
    cookies: Cookies
    metrics: Callable[[], Iterable[Any]] | None
    status: Callable[[], Mapping[str, Any]] | None
    openid: OpenId | None = None
    book: KeepersBook | None = None
    channels: tuple[ChannelInfo, ...] = ()
    sirens: tuple[SirenInfo, ...] = ()
    ways: Ways = field(default_factory=Ways)
    providers: tuple[ProviderInfo, ...] = ()
    systems: tuple[SystemInfo, ...] = ()

    @property
    def profile(self) -> Profile:
        """The city as it is now; another value once its scales were corrected."""
        return self.in_force()

    def still(self) -> Context:
        """The same, with the scales of this moment: an answer that looks twice must not mix two."""
        profile = self.in_force()
        return replace(self, in_force=lambda: profile)

    @property
    def city(self) -> str:
        return self.profile.code
