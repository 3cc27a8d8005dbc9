"""How far each rule and node is told, and what people do about it. Knows no route.

To tell more people takes two of them, to tell fewer takes one; the store itself refuses what does not hold.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from api.context import Context
from api.policy import Caller
from contract.city import Text
from contract.clock import DAY_US
from contract.errors import Rejected
from contract.incident import Audience
from contract.staging import BREADTH, Stage, Staged, StageProposal, in_force, wider
from store.people import Deed

OPEN_US = 7 * DAY_US
"""how long a proposal waits for a second person"""
REFUSALS = (
    "own_proposal",
    "not_allowed",
    "proposer_gone",
    "unknown_staged",
    "beyond_pack",
    "changed",
    "not_wider",
    "not_narrower",
)
"""why the store may refuse; each has its sentence, `stage_refused_…`"""
Outcome = Literal["waiting", "lowered"]


@dataclass(frozen=True, slots=True)
class Line:
    """One rule or node. `widest`: as far as its file allows; `told`: as far as it is told now; `stage`: what was last
    decided of it; `changed`: it judges otherwise than what was promoted."""

    what: Staged
    name: str
    title: Text
    kind: str
    version: str
    widest: Audience
    told: Audience
    stage: Stage | None
    changed: bool

    @property
    def choices(self) -> tuple[Audience, ...]:
        """The stages that it can be brought to from here, the widest first."""
        return tuple(one for one in reversed(BREADTH) if one != self.told and not wider(one, than=self.widest))


def lines_of(context: Context) -> list[Line]:
    """All of the city, rules first. Raises Unavailable where the database is away."""
    cities, city = context.cities, context.city
    stages, widest = cities.stages(city), cities.widest(city)
    lines = []
    for rule in cities.pack_rules(city):
        stage = stages.get(("rule", rule.id))
        told = in_force(rule.audience, stage, rule.version)
        changed = stage is not None and stage.version != rule.version
        lines.append(
            Line("rule", rule.id, rule.title, "rule", rule.version, rule.audience, told, stage, changed=changed)
        )
    for place in cities.placements(city):
        stage = stages.get(("node", place.node))
        title = Text(place.name, place.name)
        allowed = widest.get(place.node, "shadow")
        lines.append(Line("node", place.node, title, place.kind, "", allowed, place.audience, stage, changed=False))
    return lines


class Staging:
    """What people do about stages. Raises Unavailable where the database is away, and Rejected as `StageStore` does."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def ask(self, caller: Caller, what: str, name: str, stage: str) -> Outcome:
        """Lower it at once, or propose a wider stage for another to agree to."""
        line = next((one for one in lines_of(self._context) if (one.what, one.name) == (what, name)), None)
        if line is None:
            raise Rejected("there is no such rule or node", reason="unknown_staged")
        wanted = next((one for one in BREADTH if one == stage), None)
        if wanted is None or wider(wanted, than=line.widest):
            raise Rejected(f"{stage!r} is no stage of {name}", reason="beyond_pack")
        now_us = self._context.clock.now_us()
        details = {"kind": line.what, "stage": wanted}
        if wider(line.told, than=wanted):
            lowered = Stage(self._context.city, line.what, line.name, line.version, wanted, caller.actor, "", now_us)
            self._context.cities.lower(lowered, Deed(caller.actor, "stage.lowered", line.name, now_us, details))
            return "lowered"
        proposal = StageProposal(
            id=secrets.token_hex(16),
            city=self._context.city,
            what=line.what,
            name=line.name,
            version=line.version,
            stage=wanted,
            by=caller.actor,
            created_us=now_us,
            until_us=now_us + OPEN_US,
        )
        deed = Deed(caller.actor, "stage.proposed", line.name, now_us, details)
        self._context.cities.propose_stage(proposal, deed)
        return "waiting"

    def waiting(self) -> Sequence[StageProposal]:
        """What waits for a second person, newest first."""
        return self._context.cities.stage_proposals(self._context.city, self._context.clock.now_us())

    def agree(self, caller: Caller, proposal_id: str) -> bool:
        """Do it. False where it is over or decided."""
        proposal = self._find(proposal_id)
        if proposal is None:
            return False
        now_us = self._context.clock.now_us()
        details = {"kind": proposal.what, "stage": proposal.stage, "proposed_by": proposal.by}
        deed = Deed(caller.actor, "stage.promoted", proposal.name, now_us, details)
        return self._context.cities.promote(proposal.id, now_us, deed)

    def withdraw(self, caller: Caller, proposal_id: str) -> bool:
        """By whoever proposed it, or refused by another. False where it is over or decided."""
        proposal = self._find(proposal_id)
        if proposal is None:
            return False
        what = "stage.withdrawn" if proposal.by == caller.actor else "stage.refused"
        details = {"kind": proposal.what, "stage": proposal.stage}
        deed = Deed(caller.actor, what, proposal.name, self._context.clock.now_us(), details)
        self._context.cities.withdraw_stage(proposal.id, deed)
        return True

    def _find(self, proposal_id: str) -> StageProposal | None:
        return next((one for one in self.waiting() if one.id == proposal_id), None)
