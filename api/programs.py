"""Keys for programs: made, shown once, revoked. Knows no route; the command line makes keys the same way.

A key is 256 random bits behind a prefix by which a leaked one is recognised. What is kept of it is its SHA-256.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from api import tokens
from contract.clock import DAY_US
from contract.errors import BadInput
from contract.roles import Role
from store.people import ApiKey, Deed, PeopleStore

FOR_PROGRAMS: tuple[Role, ...] = ("service", "officer", "technician")
"""no program administers people, and none commands"""
DAYS: tuple[int, ...] = (30, 90, 365)
PREFIX = "siaga_"
LABEL_MOST = 80


@dataclass(frozen=True, slots=True)
class Made:
    """A new key as it is kept, and its text as it is shown once."""

    key: ApiKey
    text: str


def make(
    people: PeopleStore,
    *,
    city: str,
    label: str,
    role: Role,
    now_us: int,
    actor: str,
    agency: str = "",
    regions: tuple[str, ...] = (),
    days: int | None = None,
) -> Made:
    """A new key; `days` until it ends, None for no end. Raises BadInput for a role that no program has, or no label."""
    if role not in FOR_PROGRAMS:
        raise BadInput(f"no program can be {role}", where="role", remedy=f"One of {', '.join(FOR_PROGRAMS)}.")
    if not label.strip():
        raise BadInput("a key needs a label", where="label", remedy="Name the program and who answers for it.")
    text = PREFIX + tokens.fresh()
    key = ApiKey(
        id=secrets.token_hex(16),
        digest=tokens.digest(text),
        city=city,
        label=label.strip()[:LABEL_MOST],
        role=role,
        agency=agency,
        regions=regions,
        created_us=now_us,
        until_us=None if days is None else now_us + days * DAY_US,
    )
    details = {"role": role, "agency": agency, "regions": " ".join(regions), "days": days}
    people.put_key(key, Deed(actor, "key.made", key.id, now_us, details))
    return Made(key, text)


def revoke(people: PeopleStore, *, city: str, key_id: str, now_us: int, actor: str) -> ApiKey | None:
    """The key that opens nothing from now on; None where the city has none of that id."""
    found = next((one for one in people.keys(city) if one.id == key_id), None)
    if found is not None:
        people.revoke_key(found.id, now_us, Deed(actor, "key.revoked", found.id, now_us))
    return found


def state_of(key: ApiKey, now_us: int) -> str:
    """`revoked`, `over` or `valid`."""
    if key.revoked_us is not None:
        return "revoked"
    return "over" if key.until_us is not None and key.until_us <= now_us else "valid"
