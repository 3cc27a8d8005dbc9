"""What people say afterwards of what the city told, and of what it did not tell. Plain values and their checks.

A judgement is a row that is added and never changed: the newest of an incident counts, the others are its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from contract.clock import DAY_US, MINUTE_US
from contract.errors import BadInput
from contract.incident import Audience, Incident
from contract.levels import Level

Verdict = Literal["right", "wrong", "late"]
"""right: it was so, and was told in time · wrong: it was not so · late: it was so, and people heard of it too late"""
VERDICTS: tuple[Verdict, ...] = ("right", "wrong", "late")
VERDICTS_FOUND: tuple[Verdict, ...] = ("right", "wrong")
"""on what was found afterwards: it was so, and is a miss, or it was not so; what nobody was told came not late"""

REASON_MOST = 1_000
PLACE_MOST = 120
SOURCE_MOST = 300
AROUND_US = 7 * DAY_US
"""how far before its first crossing or after its end a place may have been flooded by what an incident told"""
BACK_US = 366 * DAY_US
"""how long ago a flood may have been that is entered as missed"""
_CLOCKS_APART_US = MINUTE_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One verdict on one incident that is over. `flooded_us` is when the place truly was under water, where whoever
    judges knows it. `by` is a person's id, `id` drawn once, so that a form that is sent twice judges once."""

    id: str
    city: str
    incident: str
    verdict: Verdict
    reason: str
    flooded_us: int | None
    by: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """Water at a level at which the city should have told and did not. `node` is the gauge that should have, "" where
    none stands; `place` says where, in words; `source` how it is known. `audience`: how far the rule and the gauge were
    told when it was entered. Withdrawn ones are kept and not counted."""

    id: str
    city: str
    rule: str
    node: str
    place: str
    level: Level
    happened_us: int
    source: str
    audience: Audience
    by: str
    at_us: int
    withdrawn_us: int | None = None
    withdrawn_by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An incident that is over, with what is known of it afterwards. `word_us`: when the first line of its event that
    everybody could read was said, after it had opened; None where none was before its end."""

    incident: Incident
    word_us: int | None
    judgement: Judgement | None


def verdicts_on(incident: Incident) -> tuple[Verdict, ...]:
    """Those that can be given on it."""
    return VERDICTS if incident.found_us is None else VERDICTS_FOUND


def check_judgement(judgement: Judgement, incident: Incident) -> None:
    """Raises BadInput; `where` names the field."""
    verdicts = verdicts_on(incident)
    if judgement.verdict not in verdicts:
        raise BadInput(
            f"{judgement.verdict!r} is no verdict on it", where="verdict", remedy=f"One of {', '.join(verdicts)}."
        )
    _words(judgement.reason, REASON_MOST, "reason", "Say how it is known.")
    flooded_us = judgement.flooded_us
    if flooded_us is None:
        return
    if judgement.verdict == "wrong":
        raise BadInput(
            "what was flooded was no false alarm", where="flooded_us", remedy="Leave the time out, or judge otherwise."
        )
    over_us = incident.resolved_us or judgement.at_us
    latest_us = min(over_us + AROUND_US, judgement.at_us + _CLOCKS_APART_US)
    if not incident.crossed_us - AROUND_US <= flooded_us <= latest_us:
        raise BadInput(
            "that time does not belong to this incident",
            where="flooded_us",
            remedy="Give the time at which the water stood there, at most seven days around it and not in the future.",
        )


def check_miss(miss: Miss) -> None:
    """Raises BadInput; `where` names the field."""
    _words(miss.place, PLACE_MOST, "place", "Say where the water was.")
    _words(miss.source, SOURCE_MOST, "source", "Say how it is known: who saw it, which picture, which report.")
    if miss.level is Level.NORMAL:
        raise BadInput("NORMAL is nothing to be told", where="level", remedy="Choose the level that was reached.")
    if not miss.at_us - BACK_US <= miss.happened_us <= miss.at_us + _CLOCKS_APART_US:
        raise BadInput(
            "that time is in the future, or more than a year ago",
            where="happened_us",
            remedy="Give the time at which the water stood at that level.",
        )


def _words(text: str, most: int, where: str, remedy: str) -> None:
    if not text.strip():
        raise BadInput("it is empty", where=where, remedy=remedy)
    if len(text) > most:
        raise BadInput(f"it has {len(text)} characters", where=where, remedy=f"At most {most}.")
