"""The port for what people decide about alarms, and how a decision stands in the audit log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from contract.attention import Attention
from contract.decision import Decision, DecisionKind
from contract.incident import Incident
from store.people import Deed

_DEEDS: Mapping[DecisionKind, str] = {
    "acknowledge": "alarm.acknowledged",
    "release": "alarm.released",
    "assign": "alarm.assigned",
    "comment": "alarm.commented",
    "silence": "alarm.silenced",
    "unsilence": "alarm.unsilenced",
    "window": "alarm.window",
    "end_window": "alarm.window_ended",
    "read_on_site": "alarm.read_on_site",
    "end": "alarm.end",
    "confirm": "alarm.confirmed",
    "order": "alarm.ordered",
    "wrong": "alarm.called_wrong",
    "seen_on_camera": "alarm.seen_on_camera",
    "drill": "drill.begun",
    "end_drill": "drill.ended",
}


class DecisionStore(Protocol):
    """Rows that are added in one order and never changed; the engine and the pages work out what they mean."""

    def decide(self, decision: Decision, deed: Deed) -> bool:
        """Keep it under the city's next number, with its deed (`deed_of`), in one transaction. False
        where this id is there already: then nothing is written.

        Raises BadInput where `contract.decision.check` does, and Rejected, and nothing is written:
        (reason="unknown_person") for who decides or is named and is not there, disabled or of another city,
        (reason="not_allowed") for whose role may not, (reason="unknown_incident"), (reason="unknown_event"),
        (reason="unknown_decision") for what it is about and is not there, (reason="over") where that has ended; a
        comment may still be added, and a silence, window or drill ended; (reason="not_a_gauge") for a reading or an
        end of what is no gauge's, and for what is said to the public of anything but a flood; (reason="not_public")
        for an order about what the public is not told of; (reason="unknown_node") for a drill at no gauge."""

    def decision(self, city: str, decision_id: str) -> Decision | None: ...

    def decisions_head(self, city: str) -> int:
        """The number of the newest decision, 0 before the first, so that a reader may ask often and read seldom."""

    def decisions(
        self,
        city: str,
        *,
        after: int = 0,
        since_us: int = 0,
        incident: str | None = None,
        event: str | None = None,
        limit: int = 1_000,
    ) -> Sequence[Decision]:
        """In order of their numbers, beginning `after` one; the oldest `limit` of them, for whoever reads by the page.
        `incident` and `event` bind what a decision names itself."""

    def standing(self, city: str, now_us: int) -> Sequence[Decision]:
        """The silences and windows that are not over by `now_us` (also those yet to begin), and what ended some of
        them (`contract.attention.standing` tells which hold)."""

    def attention(self, city: str, incidents: Sequence[Incident], now_us: int) -> Mapping[str, Attention]:
        """Each of these, which are the city's open ones -> who is on it, and what silence or window holds it. The
        severity of a rule is what the engine last noted."""


def deed_of(decision: Decision) -> Deed:
    """What was done, to the incident, the event or (where it is about neither) the decision itself. What was
    written stays with the decision: the log is kept for longer than a comment need be."""
    about = decision.incident or decision.event or decision.id
    return Deed(decision.by, _DEEDS[decision.kind], about, decision.at_us, {"decision": decision.id})
