"""The port for the impact table: what levels mean where people live, and the two people it takes to change it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.impact import ImpactProposal, KeptImpact
from store.people import Deed


class ImpactStore(Protocol):
    """Rows that two people agreed to, and those of the city's file, which two agreed to where it is kept. A row of the
    file is taken when its profile is put: once, where the table never held its (gauge, RW, level), where it does not
    contradict what holds, and where nothing in it lies in the future. After that the table is right and not the file.

    Officers of the gauge's area, operators and administrators propose, agree and refuse; each at that very moment."""

    def impacts(self, city: str) -> Sequence[KeptImpact]:
        """What holds now, by gauge, level and RW."""

    def impact_history(self, city: str, *, limit: int = 200) -> Sequence[KeptImpact]:
        """What held once, that which ended last first."""

    def propose_impacts(self, proposals: Sequence[ImpactProposal], deeds: Sequence[Deed]) -> None:
        """Keep all of one person's, or none; an open one about the same row gives way. A deed each. Raises BadInput as
        `contract.impact_check.check_impact`, Rejected(reason="not_allowed") for whose work the gauge is not,
        (reason="unknown_impact") where the row to be changed does not hold any more or is another gauge's,
        (reason="doubled") where another row says the same RW and level, (reason="too_many") beyond PROPOSALS_MOST."""

    def impact_proposals(self, city: str, now_us: int) -> Sequence[ImpactProposal]:
        """Open ones, oldest first."""

    def decided_impacts(self, city: str, *, limit: int = 20) -> Sequence[ImpactProposal]:
        """What became of proposals, the newest decision first."""

    def agree_impact(self, proposal_id: str, now_us: int, deed: Deed) -> bool:
        """Do what was proposed; the deed's actor is who agrees. False where it is over or was decided: then nothing is
        written. Raises Rejected(reason="own_proposal"), (reason="not_allowed"), (reason="proposer_gone") where who
        proposed it may not any more, (reason="unknown_impact"), (reason="doubled"), (reason="shallower") where it
        contradicts what holds by now, (reason="full") where the gauge or the city has as many rows as it can;
        then the proposal stays."""

    def close_impact(self, proposal_id: str, now_us: int, reason: str, deed: Deed) -> bool:
        """Withdrawn by whoever proposed it, else refused, which needs a reason. False where it is over or was decided.
        Raises Rejected(reason="not_allowed") and (reason="no_reason")."""


PROPOSALS_MOST = 250
"""open proposals of one city"""
REASON_MOST = 200
