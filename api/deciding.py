"""How a word about an alarm becomes a decision: by a person, about what is theirs, once however often it is sent.

What the word may say stands in `contract.decision`; the store checks it, keeps it with its line in the audit log, and
the engine applies it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from api.alarms import Alarm, Board
from api.context import Context
from api.policy import Caller, Reach, answers_for
from api.staffs import is_beyond
from contract.attention import standing
from contract.decision import Decision, DecisionKind, check
from contract.errors import Rejected
from store.decisions import deed_of

ID_MOST = 100
REFUSALS: Mapping[str, int] = {
    "not_allowed": 403,
    "unknown_incident": 404,
    "unknown_event": 404,
    "unknown_decision": 404,
    "over": 409,
    "not_a_gauge": 400,
    "beyond_staff": 400,
    "not_public": 409,
    "unknown_node": 404,
    "unknown_person": 400,
}
"""why a decision is refused, and the status that says so"""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says. `once`: whoever says the same again with the same number has decided once; "" is drawn anew.
    `whole`: of the alarm's whole event; `at_large`: of whatever its matchers fit."""

    kind: DecisionKind
    body: Mapping[str, Any]
    until_us: int | None = None
    once: str = ""
    whole: bool = False
    at_large: bool = False


class Deciding:
    """Of one city. Raises Unavailable where the database is away, BadInput and Rejected as `CityStore.decide` does."""

    def __init__(self, context: Context, board: Board) -> None:
        self._context = context
        self._board = board

    def worst_of(self, alarm: Alarm, *, whole: bool) -> int | None:
        """The level at which somebody takes an alarm, or its whole event, on: what is worse later is theirs anew."""
        own = (
            [one for one in self._board.now().open if one.incident.event == alarm.incident.event] if whole else [alarm]
        )
        return min((int(one.level) for one in own if one.level is not None), default=None)

    def about(self, caller: Caller, alarm: Alarm, word: Word) -> Decision:
        """Of one alarm that is theirs, or of its event."""
        incident = alarm.incident
        if word.kind == "read_on_site":
            self._could_be(incident.node, float(word.body["level_cm"]))
        about = {"event": incident.event} if word.whole else {"incident": incident.id}
        return self._keep(self._decision(caller, word, **about))

    def _could_be(self, node: str, level_cm: float) -> None:
        if is_beyond(self._context.profile.scale_of(node), level_cm):
            raise Rejected(f"the gauge {node} cannot show {level_cm:g} cm", reason="beyond_staff")

    def at_large(self, caller: Caller, reach: Reach, word: Word) -> Decision:
        """Of whatever its matchers fit, which may be anybody's: for those who reach everything."""
        if reach is not Reach.ANY:
            raise Rejected("an officer decides about alarms of their own", reason="not_allowed")
        return self._keep(self._decision(caller, word))

    def about_nothing(self, caller: Caller, word: Word) -> Decision:
        """A drill: it is about no alarm, and the store says who may."""
        return self._keep(self._decision(caller, word))

    def end(self, caller: Caller, reach: Reach, kind: DecisionKind, decision_id: str, once: str = "") -> Decision:
        """End a silence or window that is theirs to end."""
        found = next((one for one in self.held(caller, reach) if one.id == decision_id), None)
        ends: DecisionKind = "end_window" if kind == "window" else "unsilence"
        if found is None or found.kind != kind:
            raise Rejected(f"there is no {kind} {decision_id}", reason="unknown_decision")
        return self._keep(self._decision(caller, Word(ends, {"ends": decision_id}, once=once)))

    def held(self, caller: Caller, reach: Reach, timed: Sequence[Decision] | None = None) -> list[Decision]:
        """The silences and windows that hold now or will, the caller's own to end: of officers those about alarms that
        they answer for. `timed`: `CityStore.standing`, where it has been read already."""
        now_us = self._context.clock.now_us()
        rows = self._context.cities.standing(self._context.city, now_us) if timed is None else timed
        beginnings = sorted({now_us, *(one.start_us for one in rows if one.start_us > now_us)})
        known = {one.id: one for moment_us in beginnings for one in standing(rows, moment_us)}
        theirs = [one for one in known.values() if reach is Reach.ANY or self._is_theirs(caller, reach, one)]
        return sorted(theirs, key=lambda one: one.number)

    def _is_theirs(self, caller: Caller, reach: Reach, decision: Decision) -> bool:
        if not (decision.incident or decision.event):
            return False
        known = self._board.now().open
        about = [one for one in known if decision.incident == one.id or decision.event == one.incident.event]
        return any(answers_for(caller, reach, one.case) for one in about)

    def _decision(self, caller: Caller, word: Word, *, incident: str = "", event: str = "") -> Decision:
        return Decision(
            id=_id_of(caller, word, incident or event),
            city=self._context.city,
            kind=word.kind,
            by=caller.person,
            at_us=self._context.clock.now_us(),
            incident=incident,
            event=event,
            until_us=word.until_us,
            body=dict(word.body),
        )

    def _keep(self, decision: Decision) -> Decision:
        """As it stands in the store: where the same was said before, as it was kept then."""
        check(decision, self._context.profile.limits)
        if not self._context.cities.decide(decision, deed_of(decision)):
            return self._context.cities.decision(decision.city, decision.id) or decision
        self._board.forget()
        return decision


def _id_of(caller: Caller, word: Word, about: str) -> str:
    """Of who says it, of the number they drew, and of what is said about what: nobody can take another's number away,
    and a number that stands on two different forms is two decisions."""
    if not word.once:
        return secrets.token_hex(16)
    said = {name: value for name, value in word.body.items() if not _moves_on(name)}
    whole = json.dumps([caller.person, word.once[:ID_MOST], word.kind, about, said], sort_keys=True)
    return sha256(whole.encode()).hexdigest()[:32]


def _moves_on(name: str) -> bool:
    """Whether a form that is sent again says this anew by itself: a moment, or how bad it is by then."""
    return name == "level" or name.endswith("_us")
