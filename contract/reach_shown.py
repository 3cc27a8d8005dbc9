"""How a channel's day stands, and whether its provider delivers what it takes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from zoneinfo import ZoneInfo

from contract.clock import MINUTE_US, from_us
from contract.reach import RECEIPT_KINDS, Told
from contract.subscription import ReachKind

NEAR = 0.8
"""the part of a day's budget after which somebody is to know"""
RECEIPT_US = 10 * MINUTE_US
"""phones that are switched on say within this that a message came"""
ENOUGH = 20
"""of fewer messages a share says nothing"""
Budget = Literal["fine", "near", "spent"]
_HAD = ("accepted", "delivered")
_HARDLY_ANY = 0.1
"""below this part something is wrong also where nothing was told before"""


def budget_of(spent: int, budget_day: int | None) -> Budget:
    """How a channel's day stands."""
    if budget_day is None or spent < NEAR * budget_day:
        return "fine"
    return "near" if spent < budget_day else "spent"


def day_of(now_us: int, zone: ZoneInfo) -> str:
    """The city's day, `2026-06-01`."""
    return from_us(now_us).astimezone(zone).date().isoformat()


def share(told: Told, kind: ReachKind) -> float | None:
    """Of what a provider took of a telling, the part that phones say has come; None where it says nothing."""
    counts = {
        state: sum(one.count for one in told.tallies if one.kind == kind and one.state == state) for state in _HAD
    }
    had = sum(counts.values())
    return counts["delivered"] / had if had >= ENOUGH else None


def swallowed(last: Told, before: Sequence[Told], kind: ReachKind, now_us: int) -> bool:
    """Whether a provider seems to say yes and to deliver nothing: long after the telling far fewer phones have said so
    than they usually do."""
    now = share(last, kind)
    if kind not in RECEIPT_KINDS or now is None or not _time_enough(last, kind, now_us):
        return False
    usual = sorted(one for told in before if (one := share(told, kind)) is not None)
    return now < (usual[len(usual) // 2] / 2 if usual else _HARDLY_ANY)


def swallows(told: Sequence[Told], kind: ReachKind, now_us: int) -> bool:
    """Whether it does so now, by the newest telling of which phones have had time to speak. `told`: newest first."""
    judged = [one for one in told if share(one, kind) is not None and _time_enough(one, kind, now_us)]
    return bool(judged) and swallowed(judged[0], judged[1:], kind, now_us)


def _time_enough(told: Told, kind: ReachKind, now_us: int) -> bool:
    """What a provider took late, phones have late."""
    return now_us - max(told.telling.at_us, told.taken_us.get(kind, 0)) >= RECEIPT_US
