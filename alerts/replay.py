"""A history through the rules: the very engine that judges live, told old readings in their order. Pure.

What comes out is what would have happened: which incidents, when each level was told and to whom in which words, which
orders would have gone out, which readings were not believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import merge
from itertools import groupby
from math import inf
from typing import Any, NamedTuple

from alerts.afterwards import live_us
from alerts.alone import Alone
from alerts.doubt import NO_JUMP
from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.orders import Orders
from alerts.rules import Rule
from alerts.samples import Sample
from alerts.timing import Reason
from alerts.words import Words
from contract.bulletin import Ground
from contract.city import Profile, Warnings
from contract.clock import MINUTE_US
from contract.incident import Audience, Incident, What
from contract.levels import Level, Scale
from contract.quality import Quality
from contract.staging import BREADTH
from store.ports import Placement

_EPOCH = "0" * 16
SHORT_US = 5 * MINUTE_US
WAIT_S = Warnings().order_after_s or inf


class Past(NamedTuple):
    """One good reading of a gauge's water: node, event time, cm."""

    gauge: str
    at_us: int
    cm: float


class Announced(NamedTuple):
    """What a post announced of a dam: when that was said and who heard it, in the fields of `ReleaseValues`."""

    post: str
    sensor: str
    at_us: int
    values: Mapping[str, Any]


class Moment(NamedTuple):
    """A level from a moment on."""

    at_us: int
    level: Level


class Ordered(NamedTuple):
    """An order to leave: when, and on what ground it went out."""

    at_us: int
    ground: Ground


class Unbelieved(NamedTuple):
    """A reading that the one after it did not bear out."""

    gauge: str
    at_us: int
    cm: float


@dataclass
class Told:
    """What would have been said: at this moment, to these people, in Indonesian and English."""

    at_us: int
    gauge: str
    audience: Audience
    text: Mapping[str, str]


@dataclass
class Lived:
    """One incident from its onset to its end, if that came. `changes` holds its opening, each level and its end;
    `public` what of it was an order; `silences` when its gauge fell silent and when it was heard again."""

    incident: Incident
    changes: list[Moment] = field(default_factory=list)
    public: list[Moment] = field(default_factory=list)
    orders: list[Ordered] = field(default_factory=list)
    silences: list[tuple[int, int | None]] = field(default_factory=list)
    unbelieved: list[Unbelieved] = field(default_factory=list)

    @property
    def short(self) -> bool:
        """Whether it was over before anybody could have acted on it."""
        ended_us = self.incident.resolved_us
        return ended_us is not None and ended_us - self.incident.opened_us < SHORT_US


@dataclass
class Story:
    """What became of a history. `lives` are the floods; `others` what other rules opened, of a rise say; `unbelieved`
    are readings not believed while no flood of their gauge was open, also those that no rule had to doubt."""

    lives: list[Lived] = field(default_factory=list)
    others: list[Lived] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    unbelieved: list[Unbelieved] = field(default_factory=list)


def replay(
    profile: Profile,
    rules: Sequence[Rule],
    places: Mapping[str, Placement],
    history: Iterable[Past],
    *,
    notices: Iterable[Announced] = (),
    until_us: int | None = None,
    wait_s: float = WAIT_S,
) -> Story:
    """Judge `history` and `notices`, each in the order in which it became known. Between them, and after the last up to
    `until_us`, time passes as it does live: what falls silent is told when it has been silent for its time. Without
    `until_us` nobody is silent for it that a history ends; only announced ends come then."""
    return _Replay(profile, rules, places, wait_s).run(merge(history, notices, key=lambda one: one.at_us), until_us)


class _Replay:
    def __init__(self, profile: Profile, rules: Sequence[Rule], places: Mapping[str, Placement], wait_s: float) -> None:
        scales = {scale.gauge: scale for scale in profile.scales}
        self._scales: Mapping[str, Scale] = scales
        self._places = places
        self._words = Words(profile)
        self._engine = Engine(profile.code, rules, places, scales, unbelieved=self._doubt, zone=profile.zone)
        self._engine.travel(self._words.forecasts.travels)
        self._notifier = Notifier(profile.code, places)
        terms = Warnings(order_after_s=None if wait_s == inf else wait_s)
        self._orders = Orders(terms, places, scales, tells=BREADTH)
        self._orders.travel(self._words.forecasts.travels)
        self._story = Story()
        self._open: dict[str, Lived] = {}
        self._now_us = 0
        self._doubted: set[tuple[str, int]] = set()
        self._others: dict[str, Lived] = {}
        self._sensors = {
            node: next((name for name, (kind, _) in place.sensors.items() if kind == "flood"), "level")
            for node, place in places.items()
        }
        self._alone = {
            gauge: Alone(
                NO_JUMP if scale.jump_cm is None else scale.jump_cm, live_us(places[gauge], self._sensors[gauge])
            )
            for gauge, scale in scales.items()
        }

    def run(self, history: Iterable[Past | Announced], until_us: int | None) -> Story:
        last_us = 0
        for at_us, together in groupby(enumerate(history, start=1), key=lambda numbered: numbered[1].at_us):
            # A word that comes at the very moment of a deadline has come in time, as it has live.
            self._pass(at_us - 1)
            for seq, one in together:
                self._hear(one, seq)
            self._pass(at_us)
            last_us = at_us
        self._pass(last_us if until_us is None else until_us)
        if until_us is None:
            self._end()
        return self._story

    def _hear(self, one: Past | Announced, seq: int) -> None:
        told = self._engine.step(self._sample(one, seq), one.at_us)
        if isinstance(one, Past):
            if not self._scales[one.gauge].can_show(one.cm):
                self._cannot_be(one)
                self._take(told, one.at_us)
                return
            alone = self._alone[one.gauge].hear(one.at_us, one.cm)
            if alone is not None and (one.gauge, alone[0]) not in self._doubted:
                self._list(Unbelieved(one.gauge, *alone))
        self._take(told, one.at_us)

    def _pass(self, until_us: int) -> None:
        """Time passes from one deadline to the next, each told at its own moment."""
        while True:
            waits = (self._engine.next_us(), self._notifier.next_us(self._now_us))
            next_us = min((us for us in waits if us is not None), default=None)
            if next_us is None or next_us > until_us:
                self._now_us = max(self._now_us, until_us)
                return
            self._now_us = max(self._now_us, next_us)
            self._take(self._engine.tick(self._now_us), self._now_us)

    def _sample(self, one: Past | Announced, seq: int) -> Sample:
        if isinstance(one, Announced):
            return Sample(
                one.post, one.sensor, "release", _EPOCH, seq, one.at_us, "synced", Quality.GOOD, one.values
            )  # fmt: skip
        return Sample(
            one.gauge, self._sensors[one.gauge], "flood", _EPOCH, seq, one.at_us, "synced", Quality.GOOD,
            {"level_cm": one.cm},
        )  # fmt: skip

    def _end(self) -> None:
        """What was announced ends when it was announced to, though nothing more is said."""
        ends = (one.incident.until_us for one in self._others.values() if one.incident.open)
        for end_us in sorted(us for us in ends if us is not None):
            self._take(self._engine.tick(end_us), end_us)

    def _take(self, transitions: Sequence[Transition], now_us: int) -> None:
        for transition in transitions:
            self._keep(transition) if transition.incident.subject == "flood" else self._note(transition)
        self._tell(transitions, now_us)
        self._orders.take(transitions)
        for verdict in self._orders.due(now_us, self._engine.beyond):
            incident = verdict.transition.incident
            life = self._open.get(incident.node) or self._last(incident.node)
            if life is not None:
                life.public.append(Moment(now_us, incident.level or Level.NORMAL))
                life.orders += [Ordered(now_us, verdict.ground)] if verdict.said == "order" else []

    def _keep(self, transition: Transition) -> None:
        incident, change, node = transition.incident, transition.change, transition.incident.node
        if change.what is What.OPENED:
            self._open[node] = Lived(incident)
            self._story.lives.append(self._open[node])
        life = self._open[node]
        life.incident = incident
        level = change.level or Level.NORMAL
        if change.what in {What.OPENED, What.LEVEL, What.RESOLVED}:
            life.changes.append(Moment(change.at_us, level))
        if incident.no_data and (change.what in {What.NO_DATA, What.OPENED}):
            life.silences.append((change.at_us, None))
        elif change.what is What.DATA_BACK:
            life.silences[-1] = (life.silences[-1][0], change.at_us)
        if change.what is What.RESOLVED:
            del self._open[node]

    def _note(self, transition: Transition) -> None:
        """What another rule has opened, as it stands now."""
        incident = transition.incident
        if transition.change.what is What.OPENED:
            self._others[incident.id] = Lived(incident)
            self._story.others.append(self._others[incident.id])
        self._others[incident.id].incident = incident

    def _tell(self, transitions: Sequence[Transition], now_us: int) -> None:
        """What the notifier says of it, as people would have read it."""
        self._notifier.take(transitions, now_us)
        for saying in self._notifier.sayings:
            incident = saying.transition.incident
            place = self._places[incident.node]
            said = self._words.sentence(saying.transition, place)
            if said is not None:
                text = self._words.counted(saying, place, now_us) if saying.counted else said["text"]
                circle: Audience = "staff" if saying.reason is Reason.REMINDER else incident.audience
                self._story.told.append(Told(now_us, incident.node, circle, text))
        self._notifier.kept()

    def _last(self, gauge: str) -> Lived | None:
        return next((one for one in reversed(self._story.lives) if one.incident.node == gauge), None)

    def _doubt(self, gauge: str, at_us: int, cm: float) -> None:
        self._doubted.add((gauge, at_us))
        self._list(Unbelieved(gauge, at_us, cm))

    def _cannot_be(self, past: Past) -> None:
        """What the gauge cannot show, whatever any rule made of it."""
        if (past.gauge, past.at_us) not in self._doubted:
            self._doubt(past.gauge, past.at_us, past.cm)

    def _list(self, one: Unbelieved) -> None:
        life = self._open.get(one.gauge)
        (self._story if life is None else life).unbelieved.append(one)
