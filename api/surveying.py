"""What people do about the impact table: propose, agree, refuse, upload. Knows no route.

Every change takes two of them; the store itself refuses what does not hold at the moment of the second word.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from api.context import Context
from api.policy import Caller, Reach
from cities.impacts import COLUMNS, Staffs, Trouble, cells_of, impact_of, read_table
from contract.clock import DAY_US, from_us
from contract.errors import Rejected
from contract.impact import Change, Impact, ImpactProposal, KeptImpact, fits
from contract.impact_check import Problem, clash, problems_of
from contract.levels import Scale
from contract.roles import within
from store.impacts import REASON_MOST
from store.people import Deed
from store.ports import Placement

OPEN_US = 7 * DAY_US
"""how long a proposal waits for a second person"""
UPLOAD_MOST = 200
"""rows of one upload"""
REFUSALS = (
    "own_proposal",
    "not_allowed",
    "proposer_gone",
    "unknown_impact",
    "doubled",
    "shallower",
    "full",
    "too_many",
    "no_reason",
)
"""why the store may refuse; each has its sentence, `impact_refused_…`"""
WAITED_FOR = frozenset({"doubled", "shallower"})
"""refusals that another proposal of the same answer may mend"""
Answer = Literal["setuju", "tolak"]
Became = Literal["proposed", "unchanged"]


@dataclass(frozen=True, slots=True)
class GaugeLine:
    """A gauge that somebody may speak for. `outdated`: rows of an earlier zero."""

    node: str
    name: str
    scale: Scale
    rows: Sequence[KeptImpact]
    outdated: int


@dataclass(frozen=True, slots=True)
class Read:
    """A line of an upload that fits, and what became of it."""

    line: int
    impact: Impact
    became: Became


@dataclass(frozen=True, slots=True)
class Report:
    """What became of an upload, by its lines."""

    read: Sequence[Read]
    troubles: Sequence[Trouble]

    @property
    def proposed(self) -> int:
        return sum(one.became == "proposed" for one in self.read)


class Surveying:
    """Raises Unavailable where the database is away, and Rejected as `ImpactStore` does."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def gauges(self, caller: Caller, reach: Reach) -> list[GaugeLine]:
        """Those of the caller's area whose danger is high water, river by river from the source."""
        rows = self.holding()
        found = []
        for place in sorted(self._places(caller, reach), key=lambda one: (one.river, one.river_km, one.name)):
            scale = self._context.profile.scale_of(place.node)
            if scale is not None and scale.direction == "rising":
                own = [one for one in rows if one.impact.gauge == place.node]
                outdated = sum(not fits(one.impact, scale) for one in own)
                found.append(GaugeLine(place.node, place.name, scale, own, outdated))
        return found

    def holding(self) -> Sequence[KeptImpact]:
        """What holds now, of the whole city."""
        return self._context.cities.impacts(self._context.city)

    def waiting(self, caller: Caller, reach: Reach) -> list[ImpactProposal]:
        """What waits for a second person in the caller's area, oldest first."""
        nodes = {one.node for one in self._places(caller, reach)}
        found = self._context.cities.impact_proposals(self._context.city, self._context.clock.now_us())
        return [one for one in found if one.impact.gauge in nodes]

    def decided(self, caller: Caller, reach: Reach) -> list[ImpactProposal]:
        """What became of the last ones."""
        nodes = {one.node for one in self._places(caller, reach)}
        return [one for one in self._context.cities.decided_impacts(self._context.city) if one.impact.gauge in nodes]

    def differing(self, caller: Caller, reach: Reach) -> list[Impact]:
        """Rows of the city's file that the table does not hold as they stand there."""
        nodes = {one.node for one in self._places(caller, reach)}
        held = {one.impact for one in self.holding()}
        return [one for one in self._context.profile.impacts if one.gauge in nodes and one not in held]

    def row(self, caller: Caller, reach: Reach, impact_id: str) -> KeptImpact | None:
        """One that holds, in the caller's area."""
        nodes = {one.node for one in self._places(caller, reach)}
        return next((one for one in self.holding() if one.id == impact_id and one.impact.gauge in nodes), None)

    def propose(
        self, caller: Caller, reach: Reach, cells: Mapping[str, str], altered: KeptImpact | None
    ) -> Sequence[Problem]:
        """A new row, or another instead of `altered`, from what was typed by column. What is wrong with it; then
        nothing is kept."""
        staffs = self._staffs(caller, reach)
        impact, wrong = impact_of(cells, staffs.scales)
        if impact is None:
            return wrong
        wrong = problems_of(
            impact,
            staffs.scales.get(impact.gauge),
            today=staffs.today,
            place=staffs.places.get(impact.gauge),
        )
        target = "" if altered is None else altered.id
        wrong += _against(impact, self._expected({target}, [impact]))
        if not wrong:
            self._send(caller, [("add" if altered is None else "alter", target, impact)])
        return wrong

    def withdraw_row(self, caller: Caller, row: KeptImpact) -> None:
        """Propose that it holds no longer."""
        self._send(caller, [("withdraw", row.id, row.impact)])

    def upload(self, caller: Caller, reach: Reach, text: str) -> Report:
        """Each line that fits and says something new is proposed; the others are told with their lines."""
        rows, troubles = read_table(text, self._staffs(caller, reach), most=UPLOAD_MOST)
        holding = {one.impact.key: one for one in self.holding()}
        targets = {holding[row.impact.key].id for row in rows if row.impact.key in holding}
        beside = self._expected(targets, [row.impact for row in rows])
        wanted: list[tuple[Change, str, Impact]] = []
        read = []
        for line, impact in rows:
            known = holding.get(impact.key)
            wrong = _against(impact, beside)
            if wrong:
                troubles += [Trouble(line, one) for one in wrong]
            elif known is not None and known.impact == impact:
                read.append(Read(line, impact, "unchanged"))
            else:
                wanted.append(("add", "", impact) if known is None else ("alter", known.id, impact))
                read.append(Read(line, impact, "proposed"))
        self._send(caller, wanted)
        return Report(read, sorted(troubles, key=lambda one: one.line))

    def decide(
        self, caller: Caller, proposals: Sequence[ImpactProposal], answer: Answer, reason: str
    ) -> list[tuple[ImpactProposal, str]]:
        """Agree to each of them or refuse each. Those that could not be, with the reason; one that only another of them
        makes possible comes after it."""
        left = list(proposals)
        while True:
            refused = [(one, why) for one in left if (why := self._answer(caller, one, answer, reason))]
            again = [one for one, why in refused if why in WAITED_FOR]
            if not again or len(refused) == len(left):
                return refused
            left = [one for one, _ in refused]

    def withdraw(self, caller: Caller, proposal: ImpactProposal) -> bool:
        """By whoever proposed it. False where it is over or decided."""
        now_us = self._context.clock.now_us()
        deed = self._deed(caller, "impact.withdrawn", proposal, now_us)
        return self._context.cities.close_impact(proposal.id, now_us, "", deed)

    def sheet(self, caller: Caller, reach: Reach, gauge: str) -> Iterable[Sequence[str]]:
        """The rows that hold at one gauge, or at all of the caller's, as a city's file has them."""
        nodes = {one.node for one in self._places(caller, reach)}
        yield COLUMNS
        for one in self.holding():
            if one.impact.gauge in nodes and gauge in {"", one.impact.gauge}:
                yield cells_of(one.impact)

    def today(self) -> date:
        """The city's."""
        return from_us(self._context.clock.now_us()).astimezone(ZoneInfo(self._context.profile.zone)).date()

    def _answer(self, caller: Caller, proposal: ImpactProposal, answer: Answer, reason: str) -> str:
        now_us = self._context.clock.now_us()
        cities = self._context.cities
        try:
            if answer == "setuju":
                deed = self._deed(caller, "impact.agreed", proposal, now_us)
                return "" if cities.agree_impact(proposal.id, now_us, deed) else "unknown_impact"
            deed = self._deed(caller, "impact.refused", proposal, now_us)
            return "" if cities.close_impact(proposal.id, now_us, reason[:REASON_MOST], deed) else "unknown_impact"
        except Rejected as refused:
            return refused.reason

    def _expected(self, targets: set[str], instead: Sequence[Impact]) -> list[Impact]:
        """The table as it will be once everything that waits is agreed to, with `instead` in place of `targets`."""
        keys = {one.key for one in instead}
        open_now = self._context.cities.impact_proposals(self._context.city, self._context.clock.now_us())
        other = [one for one in open_now if one.target not in targets - {""} and one.impact.key not in keys]
        gone = targets | {one.target for one in other}
        stays = [one.impact for one in self.holding() if one.id not in gone]
        return [*stays, *(one.impact for one in other if one.what != "withdraw"), *instead]

    def _send(self, caller: Caller, wanted: Sequence[tuple[Change, str, Impact]]) -> None:
        """A microsecond apart, so that they stand in the order of their table."""
        now_us = self._context.clock.now_us()
        proposals = [
            ImpactProposal(
                secrets.token_hex(16), self._context.city, what, target, impact, caller.actor, at_us, at_us + OPEN_US
            )
            for at_us, (what, target, impact) in enumerate(wanted, now_us)
        ]
        deeds = [self._deed(caller, "impact.proposed", one, now_us) for one in proposals]
        self._context.cities.propose_impacts(proposals, deeds)

    def _deed(self, caller: Caller, what: str, proposal: ImpactProposal, now_us: int) -> Deed:
        """A proposal's reason is not in the log: it is free text, and the log forgets nothing."""
        impact = proposal.impact
        details = {"impact": proposal.what, "rw": impact.rw, "cm": f"{impact.from_cm:g}"}
        if caller.actor != proposal.by:
            details["proposed_by"] = proposal.by
        return Deed(caller.actor, what, impact.gauge, now_us, details)

    def _places(self, caller: Caller, reach: Reach) -> list[Placement]:
        return [
            one
            for one in self._context.cities.placements(self._context.city)
            if one.kind == "gauge" and (reach is Reach.ANY or within(caller.regions, one.region))
        ]

    def _staffs(self, caller: Caller, reach: Reach) -> Staffs:
        places = {one.node: (one.lat, one.lon) for one in self._places(caller, reach)}
        scales = {one.gauge: one for one in self._context.profile.scales if one.gauge in places}
        return Staffs(scales, places, self.today())


def changes_of(proposal: ImpactProposal, before: Impact | None) -> list[tuple[str, str, str]]:
    """What it changes: (column, what it is, what it would be), without what stays; of a new row every cell. A row that
    is surveyed anew after its staff's zero was changed says so under "datum"."""
    if proposal.what == "withdraw" or (proposal.what == "alter" and before is None):
        return []
    old = cells_of(before) if before is not None and proposal.what == "alter" else ("",) * len(COLUMNS)
    found = list(zip(COLUMNS, old, cells_of(proposal.impact), strict=True))
    if before is not None and proposal.what == "alter":
        found.append(("datum", before.datum, proposal.impact.datum))
    return [one for one in found if one[1] != one[2] and one[0] != "gauge"]


def _against(impact: Impact, expected: Sequence[Impact]) -> list[Problem]:
    found = clash(impact, [one for one in expected if one is not impact])
    return [found[0]] if found is not None else []
