"""argon2id, a few at a time: each one takes 19 MiB, and a crowd at the door must not take the server's memory.

The numbers are those of the OWASP Password Storage Cheat Sheet for argon2id (19 MiB, two passes, one lane).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import anyio
import anyio.to_thread
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from contract.errors import Unavailable
from contract.secret_words import guessable

T = TypeVar("T")
MEMORY_KIB = 19_456
PASSES = 2
LANES = 1
AT_ONCE = 2
WAITING_MOST = 40
LEAST = 12
MOST = 200
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$J/i9T5B+zxvSlwp7BTjyMw$hNtfiToeragAXfqJobD6xB6zFsHeDj44pSMfwQ36BhM"
"""of a password that was thrown away: an account that is not there costs what one that is there costs"""


class Hasher(Protocol):
    """What argon2-cffi's `PasswordHasher` does."""

    def hash(self, password: str) -> str: ...

    def verify(self, hash: str, password: str) -> bool: ...  # noqa: A002  the library's own name


class Passwords:
    """Checks and makes them in threads of their own. Raises Unavailable where too many wait already."""

    def __init__(
        self, hasher: Hasher | None = None, *, at_once: int = AT_ONCE, waiting_most: int = WAITING_MOST
    ) -> None:
        self._hasher = hasher or PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)
        self._limiter = anyio.CapacityLimiter(at_once)
        self._waiting = 0
        self._waiting_most = at_once + waiting_most

    async def fits(self, stored: str, given: str) -> bool:
        """Whether a password is the one of which `stored` was made. Takes as long where nothing is stored."""
        known = stored or NOBODYS
        return await self._in_turn(self._check, known, given[:MOST]) and bool(stored) and len(given) <= MOST

    async def make(self, password: str) -> str:
        """Its argon2id string."""
        return await self._in_turn(self._hasher.hash, password)

    def _check(self, stored: str, given: str) -> bool:
        try:
            return self._hasher.verify(stored, given)
        except (Argon2Error, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[..., T], *arguments: object) -> T:
        if self._waiting >= self._waiting_most:
            raise Unavailable("too many sign in at this moment")
        self._waiting += 1
        try:
            return await anyio.to_thread.run_sync(work, *arguments, limiter=self._limiter)
        finally:
            self._waiting -= 1


def why_not(password: str, *, account: str) -> str:
    """The key of a sentence for people where a new password will not do; "" for a good one."""
    if len(password) < LEAST:
        return "password_short"
    if len(password) > MOST:
        return "password_long"
    return "password_guessable" if guessable(password) or account in password.lower() else ""
