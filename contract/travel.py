"""How long water takes from one gauge of a river to the next below it, and when it is expected there. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from contract.clock import SECOND_US


@dataclass(frozen=True, slots=True)
class Reach:
    """What the city says of the water's way between two of its gauges: it takes from `earliest_s` to `latest_s`."""

    upstream: str
    downstream: str
    earliest_s: float
    latest_s: float


@dataclass(frozen=True, slots=True)
class Travel:
    """The same as it is forecast with: from `earliest_s` to `latest_s`, `usual_s` in the middle.

    `learned`: out of `events` crests of the city's own history, not from what its file says. `error_s` is how far the
    `forecasts` that could have been made so far, each with what was known before it, lay from what came, on average;
    None where there was none. `told`: the same of those that people were truly told and that came; `absent` more of
    them did not come.
    """

    upstream: str
    downstream: str
    earliest_s: float
    usual_s: float
    latest_s: float
    learned: bool = False
    events: int = 0
    forecasts: int = 0
    error_s: float | None = None
    told: bool = False
    absent: int = 0


class Window(NamedTuple):
    """Between these two moments."""

    from_us: int
    until_us: int


def told_by(reach: Reach) -> Travel:
    """What is forecast with while nothing is learned."""
    usual_s = (reach.earliest_s + reach.latest_s) / 2
    return Travel(reach.upstream, reach.downstream, reach.earliest_s, usual_s, reach.latest_s)


def window(travel: Travel, passed_us: int) -> Window:
    """When water that passed upstream at `passed_us` is expected downstream."""
    return Window(passed_us + round(travel.earliest_s * SECOND_US), passed_us + round(travel.latest_s * SECOND_US))


def in_force(reaches: Iterable[Reach], learned: Iterable[Travel]) -> tuple[Travel, ...]:
    """One a pair of gauges: what was learned from enough events, else what the city's file says, with the error that
    either had so far."""
    known = {(one.upstream, one.downstream): one for one in learned}
    told = {(reach.upstream, reach.downstream): told_by(reach) for reach in reaches}
    return tuple({**told, **known}.values())
