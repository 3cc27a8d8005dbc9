"""How a decision stands in the audit log."""

from __future__ import annotations

from collections.abc import Mapping

from contract.decision import Decision, DecisionKind
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
}


def deed_of(decision: Decision) -> Deed:
    """What was done, to the incident, the event or (where it is about neither) the decision itself. What was
    written stays with the decision: the log is kept for longer than a comment need be."""
    about = decision.incident or decision.event or decision.id
    return Deed(decision.by, _DEEDS[decision.kind], about, decision.at_us, {"decision": decision.id})
