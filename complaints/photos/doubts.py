"""What of a photo does not fit the case that it belongs to. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.clock import DAY_US, HOUR_US
from store.photos import Photo

FAR_M = 500.0
"""a telephone among houses knows its place within 50 m; a long street has one case"""
OLD_US = DAY_US
AHEAD_US = HOUR_US
"""cameras' clocks are wrong by minutes"""
What = Literal["twin", "same", "spot", "old", "before", "ahead", "far"]


@dataclass(frozen=True, slots=True)
class Doubt:
    """`old`: taken `us` before it was sent; `before`: a proof taken `us` before the case was opened; `ahead`: its
    clock is `us` ahead; `far`: taken `m` from the place. Of the photo `photo`: `same`: it is that picture; `twin`: it
    looks like it; `spot`: it has its angle and shows something else, as a "before" and an "after" do, which is for
    comparing and no doubt."""

    what: What
    us: int = 0
    m: float = 0.0
    photo: str = ""


def doubts_of(photo: Photo, opened_us: int) -> list[Doubt]:
    """The gravest first; none for a camera that says nothing, for most say nothing. `opened_us`: the case's."""
    found: list[Doubt] = []
    if photo.twin:
        found.append(Doubt(photo.alike or "twin", photo=photo.twin))
    if photo.taken_us is not None:
        age_us = photo.at_us - photo.taken_us
        if photo.kind == "proof" and photo.taken_us < opened_us - AHEAD_US:
            found.append(Doubt("before", us=opened_us - photo.taken_us))
        elif age_us > OLD_US:
            found.append(Doubt("old", us=age_us))
        elif age_us < -AHEAD_US:
            found.append(Doubt("ahead", us=-age_us))
    if photo.away_m is not None and photo.away_m > FAR_M:
        found.append(Doubt("far", m=photo.away_m))
    return found
