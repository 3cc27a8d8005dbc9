"""The port for stages: what was promoted from shadow to staff to public, and what waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from contract.incident import Audience
from contract.staging import PackRule, Stage, StageProposal, Stages
from store.people import Deed


class StageStore(Protocol):
    """How far rules and nodes are told. Whatever changes one raises the registry's version, so that the engine and the
    pages see it, and is kept with its deed in one transaction."""

    def note_rules(self, city: str, rules: Sequence[PackRule], now_us: int) -> None:
        """What the engine judges by from now on. The first pack of a city whose profile names two who promoted it is
        taken at its word; so is that of a city which is older than stages. Rules that come later begin in shadow."""

    def pack_rules(self, city: str) -> Sequence[PackRule]:
        """What the engine judges by, by id; empty before one has run."""

    def widest(self, city: str) -> Mapping[str, Audience]:
        """Each node that has a place now, and how far the city's files let it be told."""

    def stages(self, city: str) -> Stages: ...

    def propose_stage(self, proposal: StageProposal, deed: Deed) -> None:
        """Keep it until it is over; an open one about the same thing gives way to it. Raises
        Rejected(reason="unknown_staged") for a rule or node that the city has not, (reason="beyond_pack") for a stage
        wider than its file allows, (reason="changed") for a rule that judges otherwise by now, (reason="not_wider")
        for what is told so far already, (reason="not_allowed") for who may not promote."""

    def stage_proposals(self, city: str, now_us: int) -> Sequence[StageProposal]:
        """Open ones, newest first."""

    def withdraw_stage(self, proposal_id: str, deed: Deed) -> None:
        """Nothing is done, nor noted, where there is none."""

    def promote(self, proposal_id: str, now_us: int, deed: Deed) -> bool:
        """Do what was proposed; the deed's actor is who agrees. False where it is over or was decided: then nothing is
        written. Raises Rejected(reason="own_proposal") for who proposed it, (reason="not_allowed") for who may not
        promote, (reason="proposer_gone") where who proposed it may not any more, and as `propose_stage`; then the
        proposal stays."""

    def lower(self, stage: Stage, deed: Deed) -> None:
        """Tell fewer people of it, by one person and at once; a proposal about it falls. Raises
        Rejected(reason="unknown_staged"), and (reason="not_narrower") for what is not told further by now."""
