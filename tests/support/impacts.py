"""Rows of an impact table for tests: made up, of no city's survey."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

from contract.impact import Change, Impact, ImpactProposal
from store.people import Deed, Person
from store.ports import CityStore

WEEK_US = 7 * 86_400_000_000
ROW = Impact(
    gauge="gauge-1",
    from_cm=180.0,
    rw="RW 04 Contoh",
    depth="knee",
    muster="Balai RW 04",
    phone="0274 555123",
    checked_by="BPBD Kota",
    checked_on=date(2026, 1, 12),
    datum="contoh",
    muster_lat=-7.8,
    muster_lon=110.37,
    compared_on=date(2025, 3, 3),
    compared="Air sampai ambang pintu.",
)


def impact(**changed: Any) -> Impact:
    return replace(ROW, **changed)


def proposal(
    one: Impact, by: Person, now_us: int, *, what: Change = "add", target: str = "", name: str = ""
) -> ImpactProposal:
    number = name or sha256(f"{what}{target}{one}{by.id}{now_us}".encode()).hexdigest()[:32]
    return ImpactProposal(number, by.city, what, target, one, by.id, now_us, now_us + WEEK_US)


def deed(by: Person, now_us: int, what: str = "impact.proposed") -> Deed:
    return Deed(by.id, what, "gauge-1", now_us)


def settle(store: CityStore, one: Impact, first: Person, second: Person, now_us: int, **more: Any) -> str:
    """Proposed by one and agreed by the other; the id of the row."""
    wanted = proposal(one, first, now_us, **more)
    store.propose_impacts([wanted], [deed(first, now_us)])
    assert store.agree_impact(wanted.id, now_us, deed(second, now_us, "impact.agreed"))
    return wanted.id
