"""How often somebody may try: by account, by address and by device. Counted in the database, for all copies together.

A stranger who tries somebody's account again and again closes it for strangers alone, and for a while: a device on
which its owner has signed in before has an allowance of its own (OWASP's "device cookies").
"""

from __future__ import annotations

from dataclasses import dataclass

from api import tokens
from api.address import bucket_of
from contract.clock import Clock
from store.people import PeopleStore


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many tries within a window."""

    most: int
    window_s: float


BY_ADDRESS = Limit(60, 900)
BY_ACCOUNT = Limit(10, 900)
BY_DEVICE = Limit(10, 900)
BY_FOLLOWING = Limit(20, 3_600)
BY_ASKING = Limit(5, 3_600)
BY_FOLLOWED = Limit(3, 3_600)
"""messages that confirm, to one address: nobody is made to ring by strangers"""
BY_LINK = Limit(30, 900)
WRITTEN = Limit(10, 60)
"""failed sign-ins of one person, or of all names that are nobody's, that the audit log takes: it never shrinks"""


class Throttle:
    """Of one city. Each question counts as a try. Raises Unavailable where the database is away."""

    def __init__(self, city: str, people: PeopleStore, clock: Clock) -> None:
        self._city = city
        self._people = people
        self._clock = clock

    def sign_in(self, account: str, address: str, known_device: str) -> float | None:
        """None: go on. Else for how many seconds to wait at most. `known_device` is empty for a stranger's.

        The address is asked first, so that one machine's many tries do not close the account for all others.
        """
        if known_device:
            return self._over(f"device {known_device} {account}", BY_DEVICE)
        return self._over(f"address {bucket_of(address)}", BY_ADDRESS) or self._over(f"account {account}", BY_ACCOUNT)

    def link(self, address: str) -> float | None:
        """The same for one-time links."""
        return self._over(f"link {bucket_of(address)}", BY_LINK)

    def provider(self, address: str) -> float | None:
        """The same for those who bring messages and cannot prove that they may."""
        return self._over(f"provider {bucket_of(address)}", BY_ADDRESS)

    def follow(self, address: str) -> float | None:
        """The same for wishes to be told, from one network address."""
        return self._over(f"follow {bucket_of(address)}", BY_FOLLOWING)

    def report(self, address: str) -> float | None:
        """The same for what is reported from one network address. Many phones of a provider share one."""
        return self._over(f"report {bucket_of(address)}", BY_ADDRESS)

    def takedown(self, address: str) -> float | None:
        """The same for what one network address wants to be taken down."""
        return self._over(f"takedown {bucket_of(address)}", BY_ASKING)

    def followed(self, whom: str) -> float | None:
        """The same for those that name one address to be told at."""
        return self._over(f"followed {whom}", BY_FOLLOWED)

    def openid(self, address: str) -> float | None:
        """The same for ways to the identity provider and back."""
        return self._over(f"openid {bucket_of(address)}", BY_ADDRESS)

    def own_password(self, person: str) -> float | None:
        """The same for the old password that a new one asks for: a stolen session must not become a guesser."""
        return self._over(f"own {person}", BY_DEVICE)

    def is_written(self, whose: str) -> bool:
        """Whether a failed sign-in of a person ("" for a name that is nobody's) is a row of the audit log. Each one is
        a security event, of which equal ones are counted."""
        return self._over(f"failed {whose}", WRITTEN) is None

    def _over(self, bucket: str, limit: Limit) -> float | None:
        seen = self._people.attempt(self._city, tokens.digest(bucket), self._clock.now_us(), limit.window_s)
        return limit.window_s if seen > limit.most else None
