"""What people say afterwards of what was told, and of what was missed. Knows no route."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from api.accuracy import YEAR_US
from api.context import Context
from api.policy import Caller, Reach, answers_for
from contract.clock import to_us
from contract.errors import BadInput
from contract.incident import Audience, Incident
from contract.judgement import VERDICTS, Judgement, Miss, Outcome
from contract.levels import Level
from contract.roles import within
from contract.staging import PackRule, in_force, narrower
from store.cases import Case
from store.people import Deed
from store.ports import Placement

LOOKED_MOST = 500
"""how many incidents without a verdict one list looks through"""
MISSED_LEVELS = (Level.AWAS, Level.SIAGA, Level.WASPADA)


@dataclass(frozen=True, slots=True)
class Line:
    """An incident that is over, as whoever judges it sees it in a list."""

    incident: Incident
    place: str
    case: Case | None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class Typed:
    """A verdict as it was typed. `flooded` is a local time, "" for none; `id` was drawn with the form."""

    id: str
    verdict: str = ""
    reason: str = ""
    flooded: str = ""


@dataclass(frozen=True, slots=True)
class TypedMiss:
    """A miss as it was typed."""

    id: str
    rule: str = ""
    node: str = ""
    place: str = ""
    level: str = ""
    happened: str = ""
    source: str = ""


class Judging:
    """Raises Unavailable where the database is away, Rejected and BadInput as `JudgementStore` does."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._zone = ZoneInfo(context.profile.zone)

    def waiting(self, caller: Caller, reach: Reach) -> list[Line]:
        """What nobody has judged and this caller may, those that ended first first."""
        return self._seen(caller, reach, self._context.cities.unjudged(self._context.city, limit=LOOKED_MOST))

    def judged(self, caller: Caller, reach: Reach, outcomes: Iterable[Outcome]) -> list[Line]:
        """Of these what was judged and this caller may judge again, the newest verdict first."""
        said = {one.incident.id: one for one in outcomes if one.judgement is not None}
        lines = self._seen(caller, reach, [one.incident for one in said.values()])
        lines = [replace(one, outcome=said[one.incident.id]) for one in lines]
        return sorted(lines, key=_verdict_us, reverse=True)

    def find(self, caller: Caller, reach: Reach, incident_id: str) -> Line | None:
        """One that is over; None where there is none, or it is not this caller's work."""
        found = self._context.cities.incident(incident_id)
        if found is None or found.city != self._context.city or found.open:
            return None
        return next(iter(self._seen(caller, reach, [found])), None)

    def judge(self, caller: Caller, incident: Incident, typed: Typed) -> bool:
        """Keep a verdict. False where the same form was sent before."""
        now_us = self._context.clock.now_us()
        verdict = next((one for one in VERDICTS if one == typed.verdict), None)
        if verdict is None:
            raise BadInput("no verdict was chosen", where="verdict", remedy="Choose one.")
        judgement = Judgement(
            id=typed.id,
            city=self._context.city,
            incident=incident.id,
            verdict=verdict,
            reason=typed.reason.strip(),
            flooded_us=self._moment_us(typed.flooded, "flooded_us") if typed.flooded else None,
            by=caller.actor,
            at_us=now_us,
        )
        return self._context.cities.judge(
            judgement, Deed(caller.actor, "verdict.given", incident.id, now_us, {"verdict": verdict})
        )

    def enter_miss(self, caller: Caller, reach: Reach, typed: TypedMiss) -> bool:
        """Keep a miss. False where the same form was sent before."""
        now_us = self._context.clock.now_us()
        level = next((one for one in MISSED_LEVELS if one.name == typed.level), None)
        if level is None:
            raise BadInput("no level was chosen", where="level", remedy="Choose the level that was reached.")
        rule = next((one for one in self.rules_for(reach) if one.id == typed.rule), None)
        if rule is None:
            raise BadInput("there is no such rule", where="rule", remedy="Choose the rule that should have told.")
        if not self.may_enter_at(caller, reach, typed.node):
            raise BadInput("that gauge is not in your area", where="node", remedy="Choose one in your area.")
        miss = Miss(
            id=typed.id,
            city=self._context.city,
            rule=rule.id,
            node=typed.node,
            place=typed.place.strip(),
            level=level,
            happened_us=self._moment_us(typed.happened, "happened_us"),
            source=typed.source.strip(),
            audience=self._audience(rule, typed.node),
            by=caller.actor,
            at_us=now_us,
        )
        deed = Deed(caller.actor, "miss.entered", miss.id, now_us, {"level": level.name, "node": miss.node})
        return self._context.cities.add_miss(miss, deed)

    def withdraw_miss(self, caller: Caller, miss_id: str) -> None:
        """By whoever entered it, or an operator. It is kept and not counted."""
        now_us = self._context.clock.now_us()
        self._context.cities.withdraw_miss(miss_id, now_us, Deed(caller.actor, "miss.withdrawn", miss_id, now_us))

    def misses(self, caller: Caller, reach: Reach) -> Sequence[Miss]:
        """Those of the last twelve months that this caller entered, or could have: what happened in another area is not
        an officer's to read. The newest first."""
        found = self._context.cities.misses(self._context.city, self._context.clock.now_us() - YEAR_US)
        if reach is Reach.ANY:
            return found
        gauges = self.gauges(caller, reach)
        return [one for one in found if one.by == caller.actor or _lies_within(caller, one.node, gauges)]

    def found(self, caller: Caller, reach: Reach) -> list[Line]:
        """What was found afterwards within the last twelve months, as far as this caller may judge it; the newest
        first."""
        since_us = self._context.clock.now_us() - YEAR_US
        outcomes = self._context.cities.found_afterwards(self._context.city, since_us)
        known = {one.incident.id: one for one in outcomes}
        lines = self._seen(caller, reach, [one.incident for one in outcomes])
        return [replace(one, outcome=known[one.incident.id]) for one in lines]

    def rules_for(self, reach: Reach) -> Sequence[PackRule]:
        """The rules that watch water; those in shadow are known only to who promotes them."""
        cities, city = self._context.cities, self._context.city
        water = [one for one in cities.pack_rules(city) if one.subject == "flood"]
        if reach is Reach.ANY:
            return water
        stages = cities.stages(city)
        return [one for one in water if in_force(one.audience, stages.get(("rule", one.id)), one.version) != "shadow"]

    def gauges(self, caller: Caller, reach: Reach) -> Mapping[str, str]:
        """The gauges at which this caller may enter a miss, and what they are called."""
        places = self._context.cities.placements(self._context.city)
        return {
            one.node: one.name
            for one in places
            if one.kind == "gauge" and (reach is Reach.ANY or within(caller.regions, one.region))
        }

    def may_enter_at(self, caller: Caller, reach: Reach, node: str) -> bool:
        """A place without a gauge lies in no area: it is for whoever has the whole city."""
        return (not node and reach is Reach.ANY) or _lies_within(caller, node, self.gauges(caller, reach))

    def local(self, us: int | None) -> str:
        """As a field for a local date and time takes it."""
        if us is None:
            return ""
        return datetime.fromtimestamp(us / 1e6, self._zone).strftime("%Y-%m-%dT%H:%M")

    def _audience(self, rule: PackRule, node: str) -> Audience:
        """How far the rule and the gauge are told now."""
        cities, city = self._context.cities, self._context.city
        of_rule = in_force(rule.audience, cities.stages(city).get(("rule", rule.id)), rule.version)
        of_node = next((one.audience for one in cities.placements(city) if one.node == node), None)
        return of_rule if of_node is None else narrower(of_rule, of_node)

    def _moment_us(self, text: str, where: str) -> int:
        """A local date and time."""
        try:
            moment = datetime.strptime(text.strip()[:16], "%Y-%m-%dT%H:%M")  # noqa: DTZ007  the zone is the city's
        except ValueError:
            raise BadInput(f"{text!r} is no time", where=where, remedy="Write 2026-01-24T09:30.") from None
        return to_us(moment.replace(tzinfo=self._zone))

    def _seen(self, caller: Caller, reach: Reach, incidents: Sequence[Incident]) -> list[Line]:
        cases = self._context.cities.cases_of({one.event for one in incidents})
        places = {one.node: one for one in self._context.cities.placements(self._context.city)}
        names = {node: one.name for node, one in places.items()}
        lines = [Line(one, names.get(one.node, one.node), cases.get(one.event)) for one in incidents]
        return [
            one
            for one in lines
            if answers_for(caller, reach, one.case) or _may_judge_found(caller, reach, one.incident, places)
        ]


def _may_judge_found(caller: Caller, reach: Reach, incident: Incident, places: Mapping[str, Placement]) -> bool:
    """What was found afterwards has no case: it is for whoever could enter a miss at that gauge, and would have been
    told of it."""
    place = places.get(incident.node)
    if incident.found_us is None or incident.owed in {None, "shadow"} or place is None:
        return False
    return reach is Reach.AREA and within(caller.regions, place.region)


def _lies_within(caller: Caller, node: str, gauges: Mapping[str, str]) -> bool:
    return node in gauges if node else not caller.regions


def _verdict_us(line: Line) -> int:
    said = line.outcome.judgement if line.outcome is not None else None
    return 0 if said is None else said.at_us
