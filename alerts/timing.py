"""When an event is told again: Alertmanager's three timers, and its decision whether there is anything new. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from contract.clock import SECOND_US
from contract.incident import Subject


@dataclass(frozen=True, slots=True)
class Timing:
    """How a rule's events are told (s).

    `group_wait_s`: how long the first word waits for others that belong to it. What is over within it is never said.
    `group_interval_s`: how long after a telling the next change waits. `repeat_interval_s`: after how long staff are
    reminded of what nobody has acknowledged; 0: never.
    """

    group_wait_s: float = 0.0
    group_interval_s: float = 0.0
    repeat_interval_s: float = 0.0


AT_ONCE = Timing()
DEFAULTS: dict[Subject, Timing] = {
    "flood": Timing(0.0, 1_800.0, 14_400.0),
    "rise": Timing(0.0, 1_800.0, 14_400.0),
    "outage": Timing(30.0, 300.0, 14_400.0),
    "notice": Timing(30.0, 300.0, 14_400.0),
}


class Standing(NamedTuple):
    """Where an event stands: how many of its incidents ever opened, how many are over, how many other changes nobody
    has been told of."""

    opened: int
    over: int
    updates: int = 0


class Entry(NamedTuple):
    """What was last told of it, and when."""

    opened: int
    over: int
    at_us: int


class Reason(StrEnum):
    """Why an event is told now."""

    FIRST = "first"
    GROWN = "grown"
    FEWER = "fewer"
    UPDATE = "update"
    ALL_CLEAR = "all_clear"
    REMINDER = "reminder"


def decide(
    now: Standing, last: Entry | None, timing: Timing, now_us: int, *, acknowledged: bool = False
) -> Reason | None:
    """Whether there is anything to tell, and what.

    What was never announced and is over is never told; the end of anything announced always is.
    """
    firing = now.opened - now.over
    if last is None:
        return Reason.FIRST if firing > 0 else None
    if firing == 0:
        return Reason.ALL_CLEAR
    changed = ((now.opened > last.opened, Reason.GROWN), (now.over > last.over, Reason.FEWER))
    for is_so, reason in (*changed, (now.updates > 0, Reason.UPDATE)):
        if is_so:
            return reason
    repeat_us = round(timing.repeat_interval_s * SECOND_US)
    if repeat_us and not acknowledged and now_us - last.at_us >= repeat_us:
        return Reason.REMINDER
    return None


def due_us(reason: Reason, last: Entry | None, timing: Timing, now_us: int) -> int:
    """When a change that happens now is to be told: the first word after `group_wait`, a change not before
    `group_interval` has passed since the last word, and growth is gathered for `group_wait` besides. What recovers is
    gathered for a whole `group_interval`, so that thirty recoveries are one line, or the all-clear."""
    wait_us, interval_us = round(timing.group_wait_s * SECOND_US), round(timing.group_interval_s * SECOND_US)
    if last is None:
        return now_us + wait_us
    if reason is Reason.FEWER:
        return now_us + interval_us
    return max(now_us + (wait_us if reason is Reason.GROWN else 0), last.at_us + interval_us)
