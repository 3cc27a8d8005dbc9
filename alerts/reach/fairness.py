"""What keeps residents listening: how often they are told, and when. Pure.

Limits, quiet hours and budgets bind updates of WASPADA and of outages and nothing else: the first message of a level,
an order, a correction and an all-clear go out at any hour, whatever has gone out before.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from contract.clock import MINUTE_US, SECOND_US, from_us, to_us
from contract.reach import BOUND, EXEMPT, POST, RECEIPT_KINDS, Send, binds, send_key, thread_of
from contract.subscription import ReachKind, Subscription, Telling, concerns, held_until_us

UPDATES_APART_US = 30 * MINUTE_US
"""between an update of one gauge and whatever was said of it before"""
LATE_US = 10 * MINUTE_US
"""what goes out later than this says of when it is"""
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0


def rests_us(telling: Telling, last_us: int | None) -> int:
    """Before when an update does not go out, 0 for what nothing binds. `last_us`: when its gauge was last told of."""
    return last_us + UPDATES_APART_US if binds(telling) and last_us is not None else 0


def sends_of(
    telling: Telling, page: Sequence[Subscription], resting_us: int, zone: ZoneInfo, now_us: int, tokens: Sequence[str]
) -> list[Send]:
    """The sends to those of a page whom it concerns. `tokens`: one for each, for phones that say that it came."""
    bound = binds(telling)
    thread, rank = thread_of(telling), BOUND if bound else EXEMPT
    found = []
    for one, token in zip(page, tokens, strict=True):
        if concerns(one, telling):
            quiet_us = (held_until_us(one, telling, zone) or 0) if bound else 0
            found.append(
                Send(
                    key=send_key(telling, one.id, one.kind),
                    telling=telling.id,
                    thread=thread,
                    subscription=one.id,
                    kind=one.kind,
                    rank=rank,
                    not_before_us=max(quiet_us, resting_us, now_us),
                    expires_us=telling.expires_us,
                    token=token if one.kind in RECEIPT_KINDS else "",
                )
            )
    return found


def post_of(telling: Telling, kind: ReachKind, resting_us: int, now_us: int) -> Send:
    """What is posted once for everybody. A channel that nobody need listen to has no quiet hours."""
    return Send(
        key=send_key(telling, POST, kind), telling=telling.id, thread=thread_of(telling), subscription=POST, kind=kind,
        rank=BOUND if binds(telling) else EXEMPT, not_before_us=max(resting_us, now_us), expires_us=telling.expires_us,
    )  # fmt: skip


def again_us(attempts: int, now_us: int, rng: random.Random, asked_s: float | None = None) -> int:
    """When to try again: full jitter under a bound that doubles, never sooner than the other side asked."""
    bound_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempts, 30))
    return now_us + round(max(rng.uniform(0.0, bound_s), asked_s or 0.0) * SECOND_US)


def next_day_us(now_us: int, zone: ZoneInfo) -> int:
    """When the city's next day begins."""
    local = from_us(now_us).astimezone(zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return to_us(midnight + timedelta(days=1))
