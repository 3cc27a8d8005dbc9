"""Quality flags of a reading: QARTOD's numbers (IOOS Manual for Real-Time Quality Control, flag scheme UNESCO 2013)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum


class Quality(IntEnum):
    """Raw values are always kept; the flag stands beside them."""

    GOOD = 1
    UNKNOWN = 2
    SUSPECT = 3
    FAIL = 4
    MISSING = 9


_PRECEDENCE = (Quality.MISSING, Quality.FAIL, Quality.SUSPECT, Quality.GOOD, Quality.UNKNOWN)


def roll_up(flags: Iterable[Quality]) -> Quality:
    """The flag of a reading from the flags of its checks.

    A missing value is missing whatever else was checked; else QARTOD's precedence FAIL > SUSPECT > GOOD > UNKNOWN.
    No check at all is UNKNOWN.
    """
    present = set(flags)
    return next((flag for flag in _PRECEDENCE if flag in present), Quality.UNKNOWN)
