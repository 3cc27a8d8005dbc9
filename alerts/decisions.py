"""What people's decisions mean to the engine: when two have ended a flood, and what a silence or window holds. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from contract.decision import TOGETHER_US, Decision


def agree(decision: Decision, said: Iterable[Decision]) -> bool:
    """Whether with this `end` two different people have said it of the same incident, half an hour apart at most.

    `said`: what was decided about the incident, this one among it or not.
    """
    return any(
        other.kind == "end"
        and other.incident == decision.incident
        and other.by != decision.by
        and other.number < decision.number
        and abs(decision.at_us - other.at_us) <= TOGETHER_US
        for other in said
    )
