"""Bulletins for tests of what keeps, shows and carries them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from support.city_data import NOON_US, incident

from contract.bulletin import Bulletin, bulletin_id
from contract.levels import Level


def bulletin(number: int = 1, *, of: str = "incident-1", **how: Any) -> Bulletin:
    """What was told of a river at SIAGA, so many minutes after noon."""
    at_us = NOON_US + number * 60_000_000
    made = Bulletin(
        id=bulletin_id(of, number),
        city=incident().city,
        event="event-1",
        incident=of,
        node="gauge-1",
        number=number,
        kind="fact",
        at_us=at_us,
        measured_us=at_us - 5_000_000,
        crossed_us=NOON_US,
        level=Level.SIAGA,
        text={"id": "SIAGA: Sungai code 210 cm.", "en": "ALERT: code River 210 cm."},
        value_cm=210.0,
        trend=1,
        signed_by="otomatis",
        sms={"id": "SIAGA code 210 cm.", "en": "ALERT code 210 cm."},
        script={"id": "Siaga.", "en": "Alert."},
    )
    return replace(made, **how)
