"""Subscriptions and notices for tests: nobody's real address."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.city_data import NOON_US

from contract.levels import Level
from contract.notice import Notice
from contract.subscription import Subscription

ONE = Subscription(
    id="sub-1",
    city="yogyakarta",
    kind="email",
    address="wiji@contoh.example",
    language="id",
    topics=frozenset({"flood"}),
    regions=("34.71.03.1005",),
    created_us=NOON_US,
)
NOTICE = Notice(
    id="notice-1",
    city="yogyakarta",
    topic="outage",
    at_us=NOON_US,
    expires_us=NOON_US + 3_600_000_000,
    event="event-1",
    node="wifi-1",
    regions=("34.71.03.1005",),
    level=Level.WASPADA,
    text={"id": "WiFi terputus.", "en": "WiFi is down."},
    brief={"id": "WiFi terputus.", "en": "WiFi is down."},
    link="/wifi",
)


def subscription(**changed: Any) -> Subscription:
    return replace(ONE, **changed)


def notice(number: int = 1, **changed: Any) -> Notice:
    return replace(NOTICE, **{"id": f"notice-{number}", **changed})
