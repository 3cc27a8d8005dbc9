"""When a measured level becomes the order to leave, and what people's words do to it. Pure.

A level goes out at once as what was measured. AWAS is also an order, and an order that proves false empties streets for
nothing, so it needs a second witness or an officer's word. Witnesses are: another gauge that is at SIAGA or worse and
is heard (a silent gauge says nothing of now), of the same river or joined to it by a travel time; heavy rain that is
heard there, or BMKG's warning of it, where the city lets that count; somebody who read the staff on site at or beyond
the mark, or saw the water on a camera, within the hour.
Without one the order waits for `order_after_s` of good readings at or beyond the mark of AWAS, the last of them
included, and then goes by itself. Silence completes no wait. An order ends with the level at which it was given.

`wrong` ends an order and stops the wait for this incident; a witness that arises later counts again. `confirm` takes
it back. The live engine and a replay ask the same code. What holds is worked out from rows alone (`recall`), so that an
engine that begins anew gives no order twice and forgets none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from alerts.engine import Transition
from alerts.lifecycle import Beyond
from alerts.rules import Mark, Rule
from contract.bulletin import Bulletin, Ground
from contract.chain import kecamatan_of
from contract.city import Warnings
from contract.clock import HOUR_US, SECOND_US
from contract.decision import Decision
from contract.incident import Audience, Change, Incident, What
from contract.levels import Level, Scale
from contract.staging import BREADTH
from contract.travel import Travel
from contract.weather import WeatherWarning
from store.ports import Event, Placement

SEEN_US = HOUR_US
"""for so long what somebody saw bears a gauge out"""
PUBLIC: frozenset[Audience] = frozenset({"public"})
RAIN = "rain_mm"
Said = Literal["order", "over", "correction", "confirmed"]


class Witness(NamedTuple):
    """What bears a gauge out, and since when. `node`: a gauge or a rain gauge; `by`: a person, `on_site` or not;
    `weather`: another office's warning of rain."""

    since_us: int
    node: str = ""
    by: str = ""
    on_site: bool = False
    rain: bool = False
    weather: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is to be said now of an incident beside its measurements. `was_wrong_us`: when it had been called wrong
    before. `alone`: nothing else of its event stands at a level."""

    said: Said
    transition: Transition
    at_us: int
    ground: Ground = ""
    witnesses: tuple[Witness, ...] = ()
    by: str = ""
    waited_us: int = 0
    reason: str = ""
    was_wrong_us: int = 0
    alone: bool = True


@dataclass(slots=True)
class Alarm:
    """A flood that is open, as its orders stand. `worst_us`: since when it has been heard at SIAGA or worse, 0 where it
    is not."""

    transition: Transition
    worst_us: int = 0
    ordered: Level | None = None
    told: bool = False
    wrong: Decision | None = None
    was_wrong_us: int = 0
    confirmed: Decision | None = None
    seen: list[Witness] = field(default_factory=list)
    followed: set[str] = field(default_factory=set)
    asked: Decision | None = None
    """an officer's order that has yet to go out"""
    unsaid: list[Decision] = field(default_factory=list)
    """a `confirm` or a `wrong` of which the public has yet to hear"""

    @property
    def incident(self) -> Incident:
        return self.transition.incident


def _nobody_reads(_incident: Incident) -> Beyond | None:
    return None


def _nothing_held(_transition: Transition) -> bool:
    return False


class Orders:
    """Of one city. `tells`: of whose incidents it speaks at all."""

    def __init__(
        self,
        terms: Warnings,
        places: Mapping[str, Placement],
        scales: Mapping[str, Scale],
        *,
        tells: Collection[Audience] = PUBLIC,
    ) -> None:
        self._terms = terms
        self._places = places
        self._scales = scales
        self._tells = frozenset(tells)
        self._joined: frozenset[tuple[str, str]] = frozenset()
        self._alarms: dict[str, Alarm] = {}
        self._rain: dict[str, Incident] = {}
        self._weather: tuple[WeatherWarning, ...] = ()
        self._waiting: set[str] = set()
        """alarms of which something may be due"""
        self._over: list[Verdict] = []

    # ------------------------------------------------------------ what is known

    def place(self, places: Mapping[str, Placement], scales: Mapping[str, Scale]) -> None:
        """The registry or a scale changed."""
        self._places, self._scales = places, scales

    def travel(self, travels: Iterable[Travel]) -> None:
        """Which gauges see the same water, one after the other."""
        pairs = [(one.upstream, one.downstream) for one in travels]
        self._joined = frozenset(pairs + [(down, up) for up, down in pairs])

    def warned(self, warnings: Iterable[WeatherWarning]) -> None:
        """What another office warns of, as far as it can be relied on now."""
        self._weather = tuple(warnings) if self._terms.weather_witness else ()

    def get(self, incident: str) -> Alarm | None:
        """How the orders of an open flood stand."""
        return self._alarms.get(incident)

    # ------------------------------------------------------------ what happens

    def take(self, transitions: Iterable[Transition]) -> None:
        """The engine changed something. Each transition is taken once."""
        for transition in transitions:
            incident = transition.incident
            if incident.subject == "flood":
                self._flood(transition)
            elif isinstance(transition.rule.condition, Mark) and transition.rule.condition.field == RAIN:
                self._wet(incident)

    def _wet(self, incident: Incident) -> None:
        if incident.open and not incident.no_data:
            if incident.id not in self._rain:
                self._rain[incident.id] = incident
                self._waiting |= self._alarms.keys()
        else:
            self._rain.pop(incident.id, None)

    def _flood(self, transition: Transition) -> None:
        incident, change = transition.incident, transition.change
        alarm = self._alarms.get(incident.id)
        if alarm is None:
            alarm = self._alarms[incident.id] = Alarm(transition)
        alarm.transition = transition
        level = incident.level or Level.NORMAL
        witnesses = incident.open and not incident.no_data and not Level.SIAGA.worse_than(level)
        if witnesses and not alarm.worst_us:
            alarm.worst_us = change.at_us
        elif not witnesses:
            alarm.worst_us = 0
        if alarm.ordered is not None and alarm.ordered.worse_than(level):
            alarm.ordered = None
            self._over.append(Verdict("over", transition, change.said_us, was_wrong_us=alarm.was_wrong_us))
        self._waiting |= self._alarms.keys() if witnesses else {incident.id}
        if not incident.open:
            del self._alarms[incident.id]
            self._waiting.discard(incident.id)

    def forget(self, incident: str) -> None:
        """It is over, and all that is to be said of it was said."""
        self._alarms.pop(incident, None)
        self._waiting.discard(incident)

    def follow(self, decision: Decision) -> None:
        """What somebody decided of a flood that is open here. The same again changes nothing."""
        alarm = self._alarms.get(decision.incident)
        if alarm is None or decision.id in alarm.followed:
            return
        alarm.followed.add(decision.id)
        self._waiting.add(decision.incident)
        if decision.kind == "order":
            alarm.asked = decision if alarm.ordered is None else None
            alarm.wrong = None
        elif decision.kind == "confirm":
            alarm.wrong = None
            if alarm.confirmed is None:
                alarm.unsaid = [*(one for one in alarm.unsaid if one.kind != "wrong"), decision]
            alarm.confirmed = decision
        elif decision.kind == "wrong":
            self._called_wrong(alarm, decision)
        else:
            seen = self._seen_by(alarm.incident, decision)
            alarm.seen += [] if seen is None else [seen]

    def _called_wrong(self, alarm: Alarm, decision: Decision) -> None:
        alarm.ordered = alarm.asked = None
        if alarm.wrong is None:
            alarm.unsaid = [decision] if alarm.told else []
        alarm.wrong, alarm.confirmed, alarm.was_wrong_us = decision, None, decision.at_us

    def _seen_by(self, incident: Incident, decision: Decision) -> Witness | None:
        if decision.kind == "seen_on_camera" and decision.body["level_seen"]:
            return Witness(decision.at_us, by=decision.by)
        if decision.kind == "read_on_site" and self._is_beyond(incident.node, float(decision.body["level_cm"])):
            return Witness(int(decision.body["read_us"]), by=decision.by, on_site=True)
        return None

    def _is_beyond(self, node: str, level_cm: float) -> bool:
        scale = self._scales.get(node)
        return scale is not None and scale.level_at(level_cm) is Level.AWAS

    def said(self, bulletins: Iterable[Bulletin]) -> None:
        """The public has been told something of these incidents."""
        for one in bulletins:
            alarm = self._alarms.get(one.incident)
            if alarm is not None:
                alarm.told = True

    # ------------------------------------------------------------ what is due

    def due(
        self,
        now_us: int,
        beyond: Callable[[Incident], Beyond | None] = _nobody_reads,
        held: Callable[[Transition], bool] = _nothing_held,
    ) -> list[Verdict]:
        """What is to be said now, each once. `beyond`: since when a gauge's good readings have been at or beyond its
        mark of AWAS, and the last of them. `held`: whether somebody holds back what the public is told of it; an
        officer's own word goes out all the same."""
        verdicts, self._over = self._over, []
        verdicts = [one for one in verdicts if one.transition.incident.audience in self._tells]
        for name in sorted(self._waiting):
            alarm = self._alarms[name]
            if alarm.incident.audience not in self._tells:
                self._waiting.discard(name)
                continue
            verdicts += self._words(alarm, now_us)
            order = self._order(alarm, now_us, beyond, held)
            if order is not None:
                alarm.ordered, alarm.asked = alarm.incident.level or Level.AWAS, None
                verdicts.append(order)
            if alarm.ordered is not None or alarm.incident.level is not Level.AWAS:
                self._waiting.discard(name)
        return verdicts

    def _words(self, alarm: Alarm, now_us: int) -> list[Verdict]:
        unsaid, alarm.unsaid = alarm.unsaid, []
        return [
            Verdict(
                "confirmed" if one.kind == "confirm" else "correction",
                alarm.transition,
                max(now_us, one.at_us),
                by=one.by,
                reason=str(one.body.get("reason", "")),
                alone=self._is_alone(alarm),
            )
            for one in unsaid
        ]

    def _is_alone(self, alarm: Alarm) -> bool:
        event = alarm.incident.event
        return not any(
            one.incident.event == event and one is not alarm and one.wrong is None for one in self._alarms.values()
        )

    def _order(
        self,
        alarm: Alarm,
        now_us: int,
        beyond: Callable[[Incident], Beyond | None],
        held: Callable[[Transition], bool],
    ) -> Verdict | None:
        asked, wrong = alarm.asked, alarm.was_wrong_us
        if asked is not None:
            at_us = max(now_us, asked.at_us)
            return Verdict("order", alarm.transition, at_us, "officer", by=asked.by, was_wrong_us=wrong)
        if alarm.ordered is not None or alarm.incident.level is not Level.AWAS or held(alarm.transition):
            return None
        witnesses = self._witnesses(alarm, now_us)
        if len(witnesses) >= self._terms.witnesses:
            return Verdict("order", alarm.transition, now_us, "witness", witnesses, was_wrong_us=wrong)
        after_s, run = self._terms.order_after_s, beyond(alarm.incident)
        if after_s is None or run is None or alarm.wrong is not None or alarm.incident.no_data:
            return None
        waited_us = run.read_us - run.since_us
        if waited_us < after_s * SECOND_US:
            return None
        return Verdict("order", alarm.transition, now_us, "clock", waited_us=waited_us, was_wrong_us=wrong)

    def _witnesses(self, alarm: Alarm, now_us: int) -> tuple[Witness, ...]:
        """One a place and one a person, those that arose after the word `wrong` alone where it stands."""
        since_us = alarm.wrong.at_us if alarm.wrong is not None else -1
        found: dict[str, Witness] = {}
        for other in self._alarms.values():
            if other.worst_us and other.wrong is None and self._bears_out(other.incident, alarm.incident):
                found[other.incident.node] = Witness(other.worst_us, other.incident.node)
        for rain in self._rain.values():
            if self._rains_on(rain, alarm.incident):
                found[f"rain/{rain.node}"] = Witness(rain.opened_us, rain.node, rain=True)
        warned = [
            Witness(max(one.onset_us, one.kept_us), weather=one.id)
            for one in self._weather
            if one.bears_rain(now_us) and self._is_warned_of(one, alarm.incident)
        ]
        if warned:
            found["weather"] = max(warned)
        for seen in alarm.seen:
            if now_us - seen.since_us <= SEEN_US:
                found[seen.by] = seen
        return tuple(sorted(one for one in found.values() if one.since_us > since_us))

    def _bears_out(self, other: Incident, incident: Incident) -> bool:
        """Another gauge of the water, of which at least as many are told."""
        if other.node == incident.node or _narrower(other, incident):
            return False
        theirs, ours = self._river(other), self._river(incident)
        return (theirs == ours != "") or (other.node, incident.node) in self._joined

    def _rains_on(self, rain: Incident, incident: Incident) -> bool:
        """At the river, or in its kecamatan."""
        theirs, ours = self._places.get(rain.node), self._places.get(incident.node)
        if theirs is None or ours is None or _narrower(rain, incident):
            return False
        district = ours.region.rpartition(".")[0]
        return (theirs.river == ours.river != "") or (district != "" and theirs.region.startswith(district + "."))

    def _is_warned_of(self, warning: WeatherWarning, incident: Incident) -> bool:
        """In the gauge's kecamatan, or in that of another gauge of its river."""
        ours = self._places.get(incident.node)
        if ours is None:
            return False
        along = (one for one in self._places.values() if one.kind == "gauge" and one.river == ours.river != "")
        return any(warning.covers(kecamatan_of(one.region)) for one in (ours, *along))

    def _river(self, incident: Incident) -> str:
        place = self._places.get(incident.node)
        return "" if place is None else place.river

    # ------------------------------------------------------------ restart

    def recall(
        self,
        incident: Incident,
        rule: Rule,
        event: Event,
        worst_us: int,
        bulletins: Sequence[Bulletin],
        decisions: Sequence[Decision],
    ) -> None:
        """Go on from what the store knows of an open incident. `worst_us`: since when it has been at SIAGA or worse;
        `bulletins` and `decisions` the oldest first."""
        transition = standing_at(incident, rule, event)
        if incident.subject != "flood":
            self.take([transition])
            return
        witnesses = not incident.no_data and incident.level in {Level.AWAS, Level.SIAGA}
        alarm = self._alarms[incident.id] = Alarm(transition, worst_us if witnesses else 0)
        rows: list[Decision | Bulletin] = [*decisions, *bulletins]
        for one in sorted(rows, key=lambda row: row.at_us):  # of a moment, a decision before what was said of it
            if isinstance(one, Bulletin):
                self._said_before(alarm, one)
            else:
                alarm.told = alarm.told or any(said.at_us <= one.at_us for said in bulletins)
                self.follow(one)
        if alarm.ordered is not None and alarm.ordered.worse_than(incident.level or Level.NORMAL):
            alarm.ordered = None
            self._over.append(Verdict("over", transition, incident.changed_us))
        self._waiting.add(incident.id)

    def _said_before(self, alarm: Alarm, bulletin: Bulletin) -> None:
        alarm.told = True
        if bulletin.kind == "order":
            alarm.ordered, alarm.asked = bulletin.level, None
        elif bulletin.kind == "correction":
            alarm.ordered = None
            alarm.unsaid = [one for one in alarm.unsaid if one.kind != "wrong"]
        else:
            if bulletin.confirmed:
                alarm.unsaid = [one for one in alarm.unsaid if one.kind != "confirm"]
            if alarm.ordered is not None and alarm.ordered.worse_than(bulletin.level):
                alarm.ordered = None


def _narrower(one: Incident, than: Incident) -> bool:
    return BREADTH.index(one.audience) < BREADTH.index(than.audience)


def standing_at(incident: Incident, rule: Rule, event: Event) -> Transition:
    """An open incident as it stands, where nothing changes."""
    change = Change(
        incident=incident.id,
        number=incident.changes,
        what=What.LEVEL,
        at_us=incident.changed_us,
        said_us=incident.changed_us,
        level=incident.level,
        value=incident.value,
    )
    return Transition(rule, incident, change, event, False, False, 1, 0, incident.changed_us, incident.no_data)
