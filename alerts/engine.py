"""One city's engine, pure: readings and time in, transitions out. It reads no clock, no store and no broker.

Every reading costs the same however many streams there are. Silence sends no message, so each stream that waits for
one stands in a heap of deadlines: one entry a stream, put back when it turns out that the stream has spoken since.

A point's silence is believed only where something of ours has come through the same broker meanwhile (`witness`): a
platform that hears nothing is not a city gone dark. A high river's silence is told whatever its cause is.
"""

from __future__ import annotations

import heapq
import json
import math
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from alerts.absence_stream import AbsenceStream
from alerts.causes import BRANCHES
from alerts.combined_stream import CombinedStream, group_at
from alerts.doubt import Once, Unbelieved
from alerts.events import Events, OpenEvent, group_of
from alerts.late import Late
from alerts.level_stream import LevelStream, Staff
from alerts.lifecycle import Beyond, Onset, Step, Stream, open_incident
from alerts.mark_stream import MarkStream
from alerts.outage_events import OutageEvents
from alerts.release_stream import Dams, ReleaseStream, belongs, entity_of, named_in
from alerts.rise_stream import RiseStream
from alerts.rules import (
    Absence,
    Combined,
    Levels,
    Mark,
    Release,
    Rise,
    Rule,
    Usual,
    alike,
    combining,
    longest_window_s,
)
from alerts.samples import Sample
from alerts.staging import told_to
from alerts.stuck import Banks
from alerts.usual_stream import UsualStream
from contract import incident as life
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.incident import WATER, Audience, Change, Incident, State, What
from contract.kinds import KindName
from contract.levels import Level, Scale, Threshold
from contract.staging import BREADTH, Stages
from contract.travel import Travel
from store.ports import Event, Placement

SNAPSHOT_VERSION = 15
_DEFAULT_PERIOD_S = 60.0


@dataclass(frozen=True, slots=True)
class Transition:
    """One change and what it stands in, as the rest of the stage needs it.

    `event` is the event after the change. `begins`/`ends`: this change opened or closed the event. `members`: how
    many incidents the event has had. `trend`: -1 falling, 0 steady or unknown, 1 rising. `heard_us`: when the stream
    was last heard. `silent`: an outage known by silence, not by the point's own word.
    """

    rule: Rule
    incident: Incident
    change: Change
    event: Event
    begins: bool
    ends: bool
    members: int
    trend: int
    heard_us: int
    silent: bool


class Engine:
    """The streams of one city under one pack of rules.

    `places` says where nodes stand; a node that is not among them is not judged. `scales` by node. `travel_s` is what
    a sound reading may take from its sensor to here (a spool's group commit, a batch, a busy broker); it is added to
    every silence and, being transport, it is the same however fast the world runs. `unbelieved` is told once of
    each reading that jumped alone or that its gauge cannot show. `zone` is the city's own, for what is usual at an
    hour.
    """

    def __init__(
        self,
        city: str,
        rules: Sequence[Rule],
        places: Mapping[str, Placement],
        scales: Mapping[str, Scale],
        *,
        travel_s: float = 0.0,
        unbelieved: Unbelieved | None = None,
        zone: str = "UTC",
    ) -> None:
        self.city = city
        self._zone = ZoneInfo(zone)
        self._unbelieved = None if unbelieved is None else Once(unbelieved)
        self._rules = tuple(rules)
        self._combining = combining(self._rules)
        self._places = dict(places)
        self._banks = Banks(places)
        self._staffs = {gauge: Staff(scale) for gauge, scale in scales.items()}
        self._periods: dict[tuple[str, str], float] = {}
        self._routes: dict[tuple[str, str, str], tuple[Stream, ...]] = {}
        self._streams: dict[tuple[str, str], Stream] = {}
        self._outages = OutageEvents()
        self._dams = Dams()
        self._absences: dict[str, list[AbsenceStream]] = defaultdict(list)
        self._births: dict[str, int] = {}
        self._heap: list[tuple[int, str, str]] = []
        self._travel_us = round(travel_s * SECOND_US)
        self._floor_us = 0
        self._proved_us = 0
        self._deaf_us = 0
        self._open_us = 0
        self._unproven: list[tuple[int, str, str]] = []
        self.reach_us = self._reach_us()
        """how long the way may go unproven before every point is given its full time anew; 0: nothing needs proof"""
        self.events = Events(city)
        self.late = Late()
        """what came too late to be judged, and has yet to be looked at (`alerts.afterwards`)"""
        self.decided = 0
        """the number of the last of people's decisions that was followed"""
        self.stages: Stages | None = None
        """what was promoted, so that new incidents are told so far; None: as far as the rules' files say"""

    # ------------------------------------------------------------ what happens

    def step(self, sample: Sample, now_us: int, said_us: int | None = None) -> Sequence[Transition]:
        """Judge one reading that reached us at `now_us`. `said_us`: when it is judged, where that is later."""
        streams = self._routes.get((sample.node, sample.sensor, sample.kind))
        if streams is None:
            streams = self._streams_for(sample)
        transitions: Sequence[Transition] = ()
        for stream in streams:
            outcome = stream.judge(sample, now_us, said_us or now_us)
            if outcome:
                transitions = [*transitions, *self._told(stream, outcome, now_us, said_us or now_us)]
            if not (stream.armed_us or stream.quiet):
                self._arm(stream)
        return transitions

    def tick(self, now_us: int, said_us: int | None = None) -> Sequence[Transition]:
        """Let time pass: every silence that is over its time by `now_us`."""
        heap = self._heap
        if not heap or heap[0][0] > now_us:
            return ()
        transitions: list[Transition] = []
        while heap and heap[0][0] <= now_us:
            armed_us, rule_id, entity = heapq.heappop(heap)
            stream = self._streams.get((rule_id, entity))
            if stream is None or stream.armed_us != armed_us:
                continue  # put off or brought forward since: its other entry counts
            stream.armed_us = 0
            due_us = self._due_us(stream)
            if not due_us:
                continue  # nothing is waited for
            if due_us > now_us:
                self._push(stream, due_us)
                continue
            if isinstance(stream, AbsenceStream) and due_us > self._proved_us:
                stream.armed_us = due_us
                self._unproven.append((due_us, rule_id, entity))
                continue
            outcome = stream.expire(due_us, said_us or now_us)
            if outcome:
                transitions += self._told(stream, outcome, now_us, said_us or now_us)
            self._arm(stream)
        return transitions

    def next_us(self) -> int | None:
        """When `tick` is next worth calling, None while nothing waits."""
        return self._heap[0][0] if self._heap else None

    def status(self, node: str, *, online: bool, birth_no: int, now_us: int) -> None:
        """A birth, a status or a last will. An offline of an older birth buries nobody; a younger one is a witness,
        and the rule's time still decides."""
        if birth_no < self._births.get(node, 0):
            return
        self._births[node] = birth_no
        for stream in self._absences.get(node, ()):
            if online:
                stream.gone_us = 0
            else:
                stream.gone(now_us)
                due_us = self._due_us(stream)
                if due_us:
                    self._push(stream, due_us)

    def period(self, node: str, sensor: str, period_s: float) -> None:
        """How often a sensor is due, as its birth said."""
        if self._periods.get((node, sensor)) == period_s:
            return
        self._periods[node, sensor] = period_s
        for (at, name, _), streams in self._routes.items():
            if at == node and name == sensor:
                for stream in streams:
                    stream.set_period(period_s)

    def read_on_site(
        self, of: Incident, level_cm: float, read_us: int, now_us: int, said_us: int
    ) -> Sequence[Transition]:
        """Somebody read the gauge of this incident on site; nothing where it is not open here any more."""
        gauge = self._gauge_of(of)
        if gauge is None:
            return ()
        told = self._told(gauge, gauge.read_on_site(level_cm, read_us, now_us, said_us), now_us, said_us)
        self._arm(gauge)
        return told

    def end(self, of: Incident, at_us: int, said_us: int) -> Sequence[Transition]:
        """Two people say that this incident is over; nothing where its gauge does not let them."""
        gauge = self._gauge_of(of)
        return () if gauge is None else self._told(gauge, gauge.end(at_us, said_us), at_us, said_us)

    def beyond(self, of: Incident) -> Beyond | None:
        """For how long this incident's gauge has read at or beyond its highest mark; None where it does not."""
        gauge = self._gauge_of(of)
        return None if gauge is None else gauge.beyond

    def as_it_stands(self, told: Transition) -> Transition:
        """What was told of a gauge with the water that was last believed since; the same of one that is not heard."""
        gauge = self._gauge_of(told.incident)
        if gauge is None or math.isnan(gauge.value):
            return told
        incident = replace(told.incident, value=gauge.value)
        if incident.no_data:
            return replace(told, incident=incident, heard_us=gauge.value_us)
        change = replace(told.change, at_us=gauge.value_us, value=gauge.value)
        return replace(told, incident=incident, change=change, trend=gauge.trend)

    def _gauge_of(self, of: Incident) -> LevelStream | None:
        stream = self._streams.get((of.rule, of.entity))
        if isinstance(stream, LevelStream) and stream.incident is not None and stream.incident.id == of.id:
            return stream
        return None

    def witness(self, at_us: int) -> None:
        """At `at_us` the way from the nodes to here was open: what was sent then by another than them has come.

        Points that were over their time by then are judged at the next `tick`. Where the last proof is older than
        `reach_us`, or we were deaf since, nothing is known of the time between: every point has its full time anew.
        """
        if at_us <= max(self._proved_us, self._deaf_us):
            return
        if self._proved_us <= self._deaf_us or at_us - self._proved_us > self.reach_us:
            self._open_us = at_us
        self._proved_us = at_us
        for entry in self._unproven:
            heapq.heappush(self._heap, entry)
        self._unproven.clear()

    @property
    def proved_us(self) -> int:
        """When the way was last known to be open, 0 before the first proof."""
        return self._proved_us

    def deafened(self, now_us: int) -> None:
        """We cannot hear: until something sent later has come, no point's silence is believed."""
        self._deaf_us = max(self._deaf_us, now_us)

    def forgive(self, now_us: int) -> None:
        """No silence counts from before this moment: our clock jumped, or nothing is known of before."""
        self._floor_us = now_us
        self._proved_us, self._deaf_us, self._open_us = (
            min(us, now_us) for us in (self._proved_us, self._deaf_us, self._open_us)
        )
        self._unproven.clear()
        for stream in self._streams.values():
            stream.rewind(now_us)
            stream.armed_us = 0
            self._arm(stream)

    def place(self, places: Mapping[str, Placement], scales: Mapping[str, Scale]) -> None:
        """The registry or a scale changed. Running states are kept. A node that left is forgotten, and so is the water
        of a gauge that has no scale any more; what it left open is the caller's to settle (`watches`)."""
        self._places = dict(places)
        self._banks.place(places)
        bare = {node for node in self._staffs if node not in scales}
        self._drop(
            [
                one
                for one in self._streams.values()
                if not self._covers(one.rule, one.node, one.entity)
                or (one.node in bare and isinstance(one.rule.condition, Levels | Rise))
            ]
        )
        self._staffs = {gauge: Staff(scale) for gauge, scale in scales.items()}
        self._rehang()
        for stream in self._streams.values():
            if isinstance(stream, LevelStream):
                staff = self._staffs.get(stream.node)
                if staff is not None:
                    stream.rescale(staff)

    def govern(self, rules: Sequence[Rule]) -> bool:
        """The pack changed. What runs under a rule that is still alike goes on under its new figures; what a rule that
        left (or looks elsewhere now) has open is the caller's to settle (`watches`). True where a rule looks at what it
        has not seen so far."""
        before = {rule.id: rule for rule in self._rules}
        after = {rule.id: rule for rule in rules}
        kept = {name for name, rule in after.items() if name in before and alike(before[name], rule)}
        self._rules = tuple(rules)
        self._combining = combining(self._rules)
        self._drop(
            [
                stream
                for stream in self._streams.values()
                if stream.rule.id not in kept or not self._covers(after[stream.rule.id], stream.node, stream.entity)
            ]
        )
        for stream in self._streams.values():
            stream.set_rule(after[stream.rule.id])
        self._rehang()
        self.reach_us = self._reach_us()
        return any(name not in kept or before[name].match != rule.match for name, rule in after.items())

    def _drop(self, gone: Sequence[Stream]) -> None:
        for left in gone:
            del self._streams[left.rule.id, left.entity]
            if isinstance(left, AbsenceStream):
                self._absences[left.node].remove(left)
            if left.incident is not None and not left.incident.outlives_its_watch:
                self.events.drop(left.incident)

    def _rehang(self) -> None:
        """Places or rules changed: whom a reading goes to, what points hang on, how long each may be silent."""
        self._routes.clear()
        self._outages.clear()
        self._dams.clear()
        combined = [one for one in self._streams.values() if isinstance(one, CombinedStream)]
        for one in combined:
            one.members.clear()
        for stream in [one for one in self._streams.values() if not isinstance(one, CombinedStream)]:
            self._repost(stream)
            place = self._places[stream.node]
            self._set_silence(stream, place)
            self._join(stream, place)
            if isinstance(stream, AbsenceStream):
                self._outages.hang(stream, place)
            elif isinstance(stream, ReleaseStream):
                self._dams.put(stream)
            elif isinstance(stream, LevelStream) and isinstance(stream.rule.condition, Levels):
                self._banks.of(stream.node).watch(stream)
        self._drop([one for one in combined if not one.members])

    def _join(self, member: Stream, place: Placement) -> None:
        """Its state counts for the rules that take several together."""
        for rule in self._combining.get(member.rule.id, ()):
            group = group_at(rule.group_by, place)
            stream = self._recall(rule.id, place.node, group) if group else None
            if isinstance(stream, CombinedStream):
                stream.members.append(member)

    def _look(self, member: Stream, at_us: int, now_us: int, said_us: int) -> list[Transition]:
        """A member has changed: what that means for the rules that take several together."""
        told: list[Transition] = []
        for rule in self._combining.get(member.rule.id, ()):
            stream = self._streams.get((rule.id, group_at(rule.group_by, self._places[member.node])))
            if isinstance(stream, CombinedStream):
                told += self._told(stream, stream.look(at_us, said_us), now_us, said_us)
                self._arm(stream)
        return told

    def _reach_us(self) -> int:
        absences = (rule for rule in self._rules if isinstance(rule.condition, Absence))
        absent_s = min((min(rule.silences_s()) for rule in absences), default=0.0)
        return (round(absent_s * SECOND_US) + self._travel_us) // 3 if absent_s else 0

    def open_incidents(self) -> list[Incident]:
        """Those that are watched."""
        return [stream.incident for stream in self._streams.values() if stream.incident is not None]

    def working_points(self, now_us: int) -> set[str]:
        """The nodes that a rule about outages hears and finds well."""
        points: dict[str, bool] = {}
        for one in self._streams.values():
            if isinstance(one, AbsenceStream):
                well = bool(one.heard_us) and not one.suspect(now_us, self._since_us(one))
                points[one.node] = points.get(one.node, True) and well
        return {node for node, well in points.items() if well}

    def open_floods(self) -> list[Incident]:
        """Those of water. Without any it costs nothing, however many streams there are."""
        if not any(one.event.subject in WATER for one in self.events.open.values()):
            return []
        return [one for one in self.open_incidents() if one.subject in WATER]

    def speaker_of(self, incident: Incident) -> str:
        """The node that speaks for it now: another post of the river where the one that announced it has left."""
        stream = self._stream_of(incident)
        known = stream.incident if stream is not None else None
        return known.node if known is not None and known.id == incident.id else incident.node

    def watches(self, incident: Incident) -> bool:
        """Whether a rule, a node and a scale of today can still judge this incident."""
        return self._stream_of(incident) is not None

    def doubts(self, node: str, sensor: str, at_us: int) -> bool:
        """Whether the reading that this gauge took at `at_us` waits for the next one to bear it out."""
        routed = self._routes.get((node, sensor, "flood"), ())
        levels = (stream.doubted for stream in routed if isinstance(stream, LevelStream))
        return any(doubted is not None and doubted.at_us == at_us for doubted in levels)

    @property
    def places(self) -> Mapping[str, Placement]:
        """Where nodes stand."""
        return self._places

    def stuck(self, now_us: int) -> Mapping[str, int]:
        """Gauges that stand still while a flood moves past them, by name -> since when (µs)."""
        return self._banks.stuck(now_us)

    def travel(self, travels: Iterable[Travel]) -> None:
        """How long water takes from gauge to gauge, as it is known now."""
        self._banks.travel(travels)

    def afresh(self, node: str) -> Engine | None:
        """Another engine that judges this gauge's water alone, by the same rules and scale, and knows nothing yet; None
        where nothing judges it."""
        place, staff = self._places.get(node), self._staffs.get(node)
        rules = [one for one in self._rules if isinstance(one.condition, Levels | Rise) and self._stands(one, node)]
        if place is None or staff is None or not rules:
            return None
        fresh = Engine(self.city, rules, {node: place}, {node: staff.scale}, zone=self._zone.key)
        fresh.stages = self.stages
        return fresh

    @property
    def window_us(self) -> int:
        """How far back a reading can still matter to what is judged now."""
        return round(longest_window_s(self._rules) * SECOND_US)

    def streams(self) -> int:
        """How many streams are watched."""
        return len(self._streams)

    # ------------------------------------------------------------ restart

    def snapshot(self) -> bytes:
        """Everything that judging goes on from, compact. `restore` reads it."""
        state = {
            "v": SNAPSHOT_VERSION,
            "floor_us": self._floor_us,
            "proved_us": self._proved_us,
            "open_us": self._open_us,
            "births": self._births,
            "decided": self.decided,
            "scales": [asdict(one.scale) for one in self._staffs.values()],
            "streams": [
                [
                    stream.rule.id,
                    stream.node,
                    stream.entity,
                    stream.state(),
                    None if stream.incident is None else asdict(stream.incident),
                ]
                for stream in self._streams.values()
            ],
            "open": [[asdict(one.event), sorted(one.open), one.members] for one in self.events.open.values()],
            "closed": [asdict(one) for one in self.events.closed.values()],
            "late": self.late.state(),
        }
        return zlib.compress(json.dumps(state, separators=(",", ":")).encode(), 1)

    def restore(self, snapshot: bytes) -> None:
        """Go on from a snapshot. What no rule, node or scale of today fits is left out.

        Raises BadInput for bytes that cannot be read, with the engine as empty as it was, so that the caller can begin
        from the store alone.
        """
        remedy = "It is rebuilt from the store."
        try:
            state = json.loads(zlib.decompress(snapshot))
            version = state["v"]
        except (zlib.error, ValueError, KeyError, TypeError):
            raise BadInput("the engine's snapshot cannot be read", remedy=remedy) from None
        if version != SNAPSHOT_VERSION:
            raise BadInput(f"the engine's snapshot has version {version}", remedy=remedy)
        try:
            self._restore(state)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            self._empty()
            raise BadInput(f"the engine's snapshot does not fit together: {error!r}", remedy=remedy) from None

    def _restore(self, state: Mapping[str, Any]) -> None:
        self._floor_us = int(state["floor_us"])
        self._proved_us = int(state["proved_us"])
        self._open_us = int(state["open_us"])
        self._births = dict(state["births"])
        self.decided = int(state["decided"])
        dropped: set[str] = set()
        before = {scale.gauge: Staff(scale) for scale in map(scale_from, state["scales"])}
        for rule_id, node, entity, kept, incident in state["streams"]:
            stream = self._recall(rule_id, node, entity)
            if stream is not None:
                self._go_on(stream, kept, before.get(node))
                stream.incident = None if incident is None else incident_from(incident)
                self._repost(stream)
                self._arm(stream)
            elif incident is not None and not incident_from(incident).outlives_its_watch:
                dropped.add(incident["id"])
        for event, members_open, members in state["open"]:
            still_open = set(members_open) - dropped
            if still_open:
                self.events.put(OpenEvent(Event(**event), still_open, members))
        for event in state["closed"]:
            self.events.closed[event["rule"], event["group"]] = Event(**event)
        self.late.restore(state["late"])

    def _go_on(self, stream: Stream, kept: list[Any], before: Staff | None) -> None:
        """From what a snapshot keeps. Where the scale was another, as if it had changed while this was judged."""
        now = self._staffs.get(stream.node)
        if not isinstance(stream, LevelStream) or now is None or before is None or before.scale == now.scale:
            stream.restore(kept)
            return
        stream.rescale(before)
        stream.restore(kept)
        stream.rescale(now)

    def _empty(self) -> None:
        self._floor_us = self._proved_us = self._open_us = 0
        self._births = {}
        self.decided = 0
        self._heap.clear()
        self._outages.clear()
        self._dams.clear()
        self.late.clear()
        for known in (self._streams, self._routes, self._absences):
            known.clear()
        self.events = Events(self.city)

    def adopt(self, incident: Incident, event: Event) -> None:
        """Take over what the store knows of an entity's newest incident; the store is right where they differ.

        Open water that nobody watches any more keeps its event open: its neighbours' all-clear is not its own.
        """
        stream = self._stream_of(incident)
        if stream is None:
            if incident.open and incident.outlives_its_watch:
                self.events.adopt(event, incident)
            return
        stream.adopt(incident)
        self._repost(stream)
        if stream.incident is not None and stream.incident.id == incident.id:
            self.events.adopt(event, incident)
        else:
            self.events.forget(event, incident)
        self._arm(stream)

    def heard_before(self, sample: Sample, received_us: int) -> None:
        """At a start without a snapshot: the newest reading the store has of a stream arms its silence."""
        for stream in self._route(sample.node, sample.sensor, sample.kind):
            if not stream.heard_us:
                stream.heard_us = received_us
                self._arm(stream)

    def announced_before(self, sample: Sample, received_us: int, now_us: int) -> Sequence[Transition]:
        """At a start: the newest notice of a post, received at `received_us`, is judged again however long ago that is,
        unless something was heard of its dam since."""
        if all(stream.heard_us >= received_us for stream in self._streams_for(sample)):
            return ()
        return self.step(sample, now_us)

    # ------------------------------------------------------------ inside

    def _streams_for(self, sample: Sample) -> tuple[Stream, ...]:
        """Who judges it. A notice goes to the dam that it names, and its way is not remembered."""
        if sample.kind != "release":
            return self._route(sample.node, sample.sensor, sample.kind)
        place, dam = self._places.get(sample.node), named_in(sample)
        if place is None or not dam:
            return ()
        rules = [one for one in self._rules if one.match.takes("release", sample.sensor)]
        found = (self._dam(one, place, entity_of(place, dam)) for one in rules if self._stands(one, sample.node))
        return tuple(stream for stream in found if stream is not None)

    def _dam(self, rule: Rule, place: Placement, entity: str) -> ReleaseStream | None:
        known = self._dams.find(rule.id, entity)
        if known is not None or not isinstance(rule.condition, Release):
            return known
        for forgotten in self._dams.forgettable(rule.id):
            self._dams.drop(forgotten)
            del self._streams[rule.id, forgotten.entity]
        stream = self._streams[rule.id, entity] = ReleaseStream(rule, place.node, entity, rule.condition)
        stream.set_silence(rule.silence_s(place.link), self._travel_us)
        self._dams.put(stream)
        return stream

    def _route(self, node: str, sensor: str, kind: KindName) -> tuple[Stream, ...]:
        place = self._places.get(node)
        if place is None:
            return ()
        streams: list[Stream] = []
        for rule in self._rules:
            if not (rule.match.takes(kind, sensor) and self._stands(rule, node)):
                continue
            entity = node if isinstance(rule.condition, Absence) else f"{node}/{sensor}"
            stream = self._streams.get((rule.id, entity)) or self._new(rule, place, sensor, entity)
            if stream is not None:
                streams.append(stream)
        route = self._routes[node, sensor, kind] = tuple(streams)
        return route

    def _new(self, rule: Rule, place: Placement, sensor: str, entity: str) -> Stream | None:
        node = place.node
        of_kind = (one for one in place.sensors.values() if one[0] == rule.match.kind)
        known = place.sensors.get(sensor) or next(of_kind, None)
        period_s = self._periods.get((node, sensor), known[1] if known else _DEFAULT_PERIOD_S)
        condition, staff = rule.condition, self._staffs.get(node)
        stream: Stream
        if isinstance(condition, Absence):
            stream = self._absence(rule, condition, place, period_s)
        elif isinstance(condition, Mark):
            stream = MarkStream(rule, node, entity, period_s, condition)
        elif isinstance(condition, Usual):
            stream = UsualStream(rule, node, entity, period_s, condition, self._zone)
        elif staff is None or isinstance(condition, Combined | Release):
            return None
        elif isinstance(condition, Rise):
            stream = RiseStream(rule, node, entity, period_s, staff, condition, self._unbelieved)
        else:
            stream = LevelStream(
                rule, node, entity, period_s, staff, condition.field, self._unbelieved, self._banks.of(node)
            )
            self._banks.of(node).watch(stream)
        stream.set_silence(rule.silence_s(place.link), self._travel_us)
        if isinstance(stream, LevelStream) and isinstance(condition, Levels | Rise):
            stream.late = self.late
        self._streams[rule.id, entity] = stream
        self._join(stream, place)
        return stream

    def _absence(self, rule: Rule, condition: Absence, place: Placement, period_s: float) -> AbsenceStream:
        stream = AbsenceStream(rule, place.node, period_s, condition)
        self._absences[place.node].append(stream)
        self._outages.hang(stream, place)
        return stream

    def _recall(self, rule_id: str, node: str, entity: str) -> Stream | None:
        found = self._streams.get((rule_id, entity))
        if found is not None:
            return found
        rule = next((one for one in self._rules if one.id == rule_id), None)
        if rule is None or not self._covers(rule, node, entity):
            return None
        if isinstance(rule.condition, Combined):
            combined = self._streams[rule.id, entity] = CombinedStream(rule, entity, rule.condition)
            return combined
        if isinstance(rule.condition, Release):
            return self._dam(rule, self._places[self._post_of(rule, node, entity) or node], entity)
        return self._new(rule, self._places[node], entity.partition("/")[2], entity)

    def _stream_of(self, incident: Incident) -> Stream | None:
        """Who judges it today. A rule that took over the id of one about something else does not."""
        stream = self._recall(incident.rule, incident.node, incident.entity)
        return stream if stream is not None and stream.rule.subject == incident.subject else None

    def _covers(self, rule: Rule, node: str, entity: str) -> bool:
        """Whether this entity of the node is one of the rule's."""
        sensor = entity.partition("/")[2]
        if isinstance(rule.condition, Combined):
            return any(group_at(rule.group_by, place) == entity for place in self._places.values())
        if isinstance(rule.condition, Release):
            return self._post_of(rule, node, entity) is not None
        return self._stands(rule, node) and (not sensor or rule.match.sensor in {None, sensor})

    def _post_of(self, rule: Rule, node: str, entity: str) -> str | None:
        """Which post may speak of a dam: the one that did, else another of its river; None where there is none."""
        if self._stands(rule, node) and belongs(entity, self._places[node]):
            return node
        others = (one for one, place in self._places.items() if self._stands(rule, one) and belongs(entity, place))
        return min(others, default=None)

    def _repost(self, stream: Stream) -> None:
        """A dam of which the post that spoke has left is another post's of the river."""
        if isinstance(stream, ReleaseStream):
            incident = stream.incident
            post = self._post_of(stream.rule, stream.node if incident is None else incident.node, stream.entity)
            if post is not None:
                stream.move(post)

    def _stands(self, rule: Rule, node: str) -> bool:
        """Whether the node stands where the rule looks."""
        place = self._places.get(node)
        return place is not None and rule.match.stands(place.kind, place.site, place.region)

    def _arm(self, stream: Stream) -> None:
        if not stream.armed_us:
            due_us = self._due_us(stream)
            if due_us:
                self._push(stream, due_us)

    def _set_silence(self, stream: Stream, place: Placement) -> None:
        """How long it may be silent may have changed: a deadline that comes sooner for it is brought forward."""
        stream.set_silence(stream.rule.silence_s(place.link), self._travel_us)
        due_us = self._due_us(stream)
        if due_us and not (stream.armed_us and stream.armed_us <= due_us):
            self._push(stream, due_us)

    def _due_us(self, stream: Stream) -> int:
        """When a stream's silence is over its time, 0 while none is waited for."""
        return stream.due_us(self._since_us(stream))

    def _since_us(self, stream: Stream) -> int:
        """Before this moment the stream's silence does not count."""
        return max(self._floor_us, self._open_us) if isinstance(stream, AbsenceStream) else self._floor_us

    def _push(self, stream: Stream, due_us: int) -> None:
        stream.armed_us = due_us
        heapq.heappush(self._heap, (due_us, stream.rule.id, stream.entity))

    def _told(self, stream: Stream, outcome: tuple[Step, ...] | Onset, now_us: int, said_us: int) -> list[Transition]:
        if isinstance(outcome, Onset):
            return self._opened(stream, outcome, now_us, said_us)
        transitions = []
        for incident, change in outcome:
            if change.what is What.RESOLVED:
                event, ends = self.events.left(incident)
                members = 0
            else:
                found = self.events.of(incident)
                event, ends, members = found.event, False, found.members
            transitions.append(self._transition(stream, incident, change, event, False, ends, members))
        if transitions:
            transitions += self._look(stream, transitions[-1].change.at_us, now_us, said_us)
        return transitions

    def _opened(self, stream: Stream, onset: Onset, now_us: int, said_us: int) -> list[Transition]:
        if isinstance(stream, CombinedStream):
            stream.node = self._speaker(stream)
        place = self._places.get(stream.node)
        if place is None:
            return []
        rule = stream.rule
        audience = told_to(rule, place, self.stages)
        event, begins = self._event_for(stream, place, audience, onset, now_us)
        incident = open_incident(self.city, rule, stream, onset, event.event.id, audience)
        self.events.joined(event, incident)
        stream.opened(incident)
        change = life.opened(incident, said_us)
        told = self._transition(stream, incident, change, event.event, begins, False, event.members)
        return [told, *self._look(stream, change.at_us, now_us, said_us)]

    def _speaker(self, stream: CombinedStream) -> str:
        """The node that stands for all: of those past their mark one that the fewest are told of, so that nobody sees
        through the whole what is kept from him of a part."""
        places = [self._places[node] for node in stream.nodes_past()]
        narrowest = min(places, key=lambda place: (BREADTH.index(place.audience), place.river_km, place.node))
        return narrowest.node

    def _event_for(
        self, stream: Stream, place: Placement, audience: Audience, onset: Onset, now_us: int
    ) -> tuple[OpenEvent, bool]:
        """(the event that this onset belongs to, whether it begins it)."""
        rule = stream.rule
        if isinstance(stream, AbsenceStream) and rule.group_by in BRANCHES:
            return self._outages.join(self.events, stream, place, audience, onset, now_us, self._since_us(stream))
        group, name = group_of(rule, place, audience)
        event = self.events.find(rule, group)
        if event is not None:
            return event, False
        return self.events.begin(rule, group, name, onset.crossed_us, onset.opened_us), True

    def _transition(
        self,
        stream: Stream,
        incident: Incident,
        change: Change,
        event: Event,
        begins: bool,
        ends: bool,
        members: int,
    ) -> Transition:
        return Transition(
            rule=stream.rule,
            incident=incident,
            change=change,
            event=event,
            begins=begins,
            ends=ends,
            members=members,
            trend=stream.trend if isinstance(stream, LevelStream) else 0,
            heard_us=stream.heard_us or stream.last_us,
            silent=incident.no_data,
        )


def scale_from(kept: Mapping[str, Any]) -> Scale:
    """A scale out of a snapshot."""
    marks = (Threshold(**{**mark, "level": Level(mark["level"])}) for mark in kept["thresholds"])
    return Scale(**{**kept, "thresholds": tuple(marks)})


def incident_from(kept: Mapping[str, Any]) -> Incident:
    """An incident out of a snapshot."""
    values = dict(kept)
    values["state"] = State(values["state"])
    for name in ("level", "peak"):
        values[name] = None if values[name] is None else Level(values[name])
    return Incident(**values)
