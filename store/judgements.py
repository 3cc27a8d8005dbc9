"""The port for what people say afterwards: verdicts on what was told, and what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.incident import Incident
from contract.judgement import Judgement, Miss, Outcome
from store.people import Deed


class JudgementStore(Protocol):
    """Rows that are added with their deed in one transaction. Whoever adds one must be known, of the city and not
    disabled, with a role that may: Rejected(reason="not_allowed")."""

    def judge(self, judgement: Judgement, deed: Deed) -> bool:
        """Keep it; the newest of an incident counts. False where this id is there already: then nothing is written.
        Raises BadInput as `contract.judgement.check_judgement`, Rejected(reason="unknown_incident"), and
        (reason="still_open") for an incident that is not over."""

    def judgements(self, incident: str) -> Sequence[Judgement]:
        """The history of an incident's verdicts, newest first."""

    def unjudged(self, city: str, *, limit: int = 200) -> Sequence[Incident]:
        """Incidents that are over and that nobody has judged, those that ended first first."""

    def outcomes(self, city: str, since_us: int, *, until_us: int | None = None) -> Sequence[Outcome]:
        """All incidents that are over and opened since then (and before `until_us`), oldest first, with their newest
        verdict."""

    def found_afterwards(self, city: str, since_us: int) -> Sequence[Outcome]:
        """Of these those alone of which nobody was told, for their readings came when they were over; the newest first,
        with their newest verdict."""

    def add_miss(self, miss: Miss, deed: Deed) -> bool:
        """Keep it. False where this id is there already. Raises BadInput as `contract.judgement.check_miss` and
        Rejected(reason="unknown_staged") for a rule or node that the city has not."""

    def withdraw_miss(self, miss_id: str, now_us: int, deed: Deed) -> None:
        """It was entered by mistake: kept, and not counted any more. Nothing is done, nor noted, the second time.
        Raises Rejected(reason="unknown_miss")."""

    def misses(self, city: str, since_us: int) -> Sequence[Miss]:
        """Those that happened since then, withdrawn ones too, the newest first."""
