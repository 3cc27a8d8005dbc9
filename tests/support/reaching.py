"""Tellings and sends for tests."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.city_data import NOON_US

from contract.clock import HOUR_US
from contract.levels import Level
from contract.reach import EXEMPT, Send
from contract.subscription import Telling

TELLING = Telling(
    id="t1",
    city="yogyakarta",
    topic="flood",
    seq=1,
    at_us=NOON_US,
    expires_us=NOON_US + 6 * HOUR_US,
    node="gauge-1",
    regions=frozenset({"34.71.03"}),
    level=Level.WASPADA,
    event="event",
    exempt=True,
    drill=False,
    text={"id": "Air naik.", "en": "The water rises."},
    brief={"id": "Air naik.", "en": "The water rises."},
    link="/siaran/t1",
)


def telling(name: str = "t1", **changed: Any) -> Telling:
    return replace(TELLING, id=name, **changed)


def sent(number: int, of: str = "t1", **changed: Any) -> Send:
    made = Send(
        key=f"{of}/s{number}", telling=of, thread="event/gauge-1", subscription=f"s{number}", kind="email", rank=EXEMPT,
        not_before_us=NOON_US, expires_us=NOON_US + 6 * HOUR_US,
    )  # fmt: skip
    return replace(made, **changed)
