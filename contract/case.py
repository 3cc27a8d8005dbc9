"""A case's states: many inside, as FixMyStreet has them, for those who work with it; five plain words outside. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

CaseWord = Literal["received", "checked", "in_progress", "done", "not_ours"]
"""diterima, diperiksa, dikerjakan, selesai, bukan wewenang"""
CaseStatus = Literal[
    "submitted",
    "confirmed",
    "investigating",
    "internal_referral",
    "action_scheduled",
    "in_progress",
    "fixed",
    "fixed_by_resident",
    "fixed_by_sensor",
    "no_further_action",
    "duplicate",
    "not_ours",
    "hidden",
]
"""`submitted`: nobody has looked at it. `internal_referral`: handed on to another agency. `action_scheduled`: there is
a plan and nobody works yet. `fixed`: an officer says so; `fixed_by_sensor`: the readings do. `hidden`: taken from
public sight, as spam or on request."""
CASE_STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
Hand = Literal["officer", "resident", "sensor"]
"""whose word a move is"""

_WORDS: Mapping[CaseStatus, CaseWord] = {
    "submitted": "received",
    "confirmed": "checked",
    "investigating": "checked",
    "internal_referral": "checked",
    "action_scheduled": "checked",
    "in_progress": "in_progress",
    "fixed": "done",
    "fixed_by_resident": "done",
    "fixed_by_sensor": "done",
    "no_further_action": "done",
    "duplicate": "done",
    "not_ours": "not_ours",
    "hidden": "done",
}
ENDED: frozenset[CaseStatus] = frozenset(one for one, word in _WORDS.items() if word in ("done", "not_ours"))
"""the clock has stopped for good"""
_DISPUTABLE: frozenset[CaseStatus] = frozenset({"fixed", "fixed_by_resident", "fixed_by_sensor", "no_further_action"})
"""an end of which somebody who stands there may say that it is none"""
_NOWHERE: frozenset[CaseStatus] = frozenset()
_REOPENED: frozenset[CaseStatus] = frozenset({"confirmed"})
_AGAIN: frozenset[CaseStatus] = frozenset({"confirmed", "hidden"})
_BY_RESIDENT: frozenset[CaseStatus] = frozenset({"fixed_by_resident"})
_BY_SENSOR: frozenset[CaseStatus] = frozenset({"fixed_by_sensor", "confirmed"})
_BY_OFFICER: frozenset[CaseStatus] = frozenset(CASE_STATUSES) - {"submitted", "fixed_by_resident", "fixed_by_sensor"}


def word_of(status: CaseStatus) -> CaseWord:
    """What people outside are told."""
    return _WORDS[status]


def moves(status: CaseStatus, hand: Hand) -> frozenset[CaseStatus]:
    """Where a case can be moved from `status` by whom; staying is always allowed and is not among them.

    An officer moves it anywhere but into what others say; what is over they can only open again, or hide. A resident
    says that it is done or that it is not; the readings likewise, and neither overrules that a case is a double, is
    another's, or is hidden.
    """
    over = status in ENDED
    if hand == "officer":
        return (_AGAIN if over else _BY_OFFICER) - {status}
    if over:
        return _REOPENED if status in _DISPUTABLE else _NOWHERE
    return _BY_RESIDENT if hand == "resident" else _BY_SENSOR - {status}
