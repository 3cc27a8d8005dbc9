"""Contacts for tests of the chain: nobody's real number."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.city_data import NOON_US

from contract.chain import Contact

ONE = Contact(
    id="contact-1",
    city="jakarta",
    rw="RW 04 Contoh",
    region="31.74.01.1001",
    name="Bu Wiji",
    role="rw",
    phone="0812 000-111",
    language="id",
    checked_us=NOON_US,
    created_us=NOON_US,
)


def contact(**changed: Any) -> Contact:
    return replace(ONE, **changed)
