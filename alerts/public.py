"""What the public is told, as one engine keeps it: orders and bulletins beside what the rules say, in one commit.

What stands is worked out from the store's rows at a start. What is due stays here until it is committed, so that a
store that is away loses nothing, and a kill at any moment neither loses an order nor gives it twice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial

from alerts.bulletins import OFFICER, Composer, Sign, unsigned
from alerts.drills import Drills
from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.orders import Orders, Verdict
from alerts.outage_notices import notices_of
from alerts.outbox import noting
from alerts.renewals import Renewal, ended_unwatched, lapses, order_holds, place_of, renewed
from alerts.rules import Rule
from alerts.webhooks import Webhooks
from alerts.words import Words
from complaints.desk import Note
from contract.bulletin import Bulletin
from contract.clock import DAY_US
from contract.decision import DRILLS, Decision, Stance
from contract.impact import Impact
from contract.incident import Change, Incident, What
from contract.levels import Level, Scale
from contract.siren import SirenInfo, following
from contract.travel import Travel
from contract.weather import standing
from store.ports import CityStore, EngineCommit, Outgoing, Placement

_SPOKEN = frozenset({"confirm", "order", "wrong", "seen_on_camera", "read_on_site"})
_GRAVE = frozenset({Level.AWAS, Level.SIAGA})
_PAGE = 1_000


class Public:
    """One city's. `begin` before anything else; `take` and `follow` as things happen, `due` each turn, then `add` to
    what is committed, and `kept` once it is."""

    def __init__(
        self,
        city: str,
        cities: CityStore,
        words: Words,
        webhooks: Webhooks,
        sign: Sign = unsigned,
        sirens: Sequence[SirenInfo] = (),
    ) -> None:
        self._city = city
        self._cities = cities
        self._words = words
        self._webhooks = webhooks
        self._names: dict[str, str] = {}
        self._travels: tuple[Travel, ...] = ()
        self._places: Mapping[str, Placement] = {}
        self._sign = sign
        self._sirens = tuple(sirens)
        words.stance_of = self.stance
        self._orders = Orders(words.profile.warnings, {}, {})
        self._composer = self._new_composer()
        self._drills = self._new_drills()
        self._verdicts: list[Verdict] = []
        self._renewals: list[Renewal] = []
        self._made: list[Bulletin] = []
        self._working: Callable[[], Collection[str]] = set

    def _new_composer(self) -> Composer:
        return Composer(self._words, self._sign, self._name_of)

    def _new_drills(self) -> Drills:
        return Drills(self._words, self._sign, self._name_of)

    def begin(
        self, rules: Sequence[Rule], places: Mapping[str, Placement], scales: Mapping[str, Scale], now_us: int
    ) -> None:
        """Take the city over: what was told and decided of every open incident. Raises Unavailable."""
        self._orders = Orders(self._words.profile.warnings, places, scales)
        self._composer, self._verdicts, self._made = self._new_composer(), [], []
        self._drills, self._places, self._renewals = self._new_drills(), places, []
        self.learn(self._travels)
        known, changes = {rule.id: rule for rule in rules}, self._cities.open_changes(self._city)
        for incident in self._cities.open_incidents(self._city):
            bulletins = list(reversed(self._cities.bulletins(self._city, incident=incident.id)))
            self._composer.kept(bulletins)
            rule, event = known.get(incident.rule), self._cities.event(incident.event)
            if rule is None or event is None:
                continue
            said = self._cities.decisions(self._city, incident=incident.id, limit=_PAGE)
            spoken = [replace(one, at_us=min(one.at_us, now_us)) for one in said if one.kind in _SPOKEN]
            worst_us = _worst_us(incident, changes.get(incident.id, ()))
            self._orders.recall(incident, rule, event, worst_us, bulletins, spoken)
        self._recall_drills(now_us)
        self.hear_of_weather(now_us)

    def _recall_drills(self, now_us: int) -> None:
        since_us, rows = now_us - DAY_US, list[Decision]()
        while page := self._cities.decisions(
            self._city, since_us=since_us, after=rows[-1].number if rows else 0, limit=_PAGE
        ):
            rows += page
        told = self._cities.bulletins(self._city, since_us=since_us, drill=True, limit=_PAGE)
        self._drills.recall([one for one in rows if one.kind in DRILLS], list(reversed(told)))

    def learn(self, travels: Sequence[Travel]) -> None:
        """What levels mean where people live, and how the water travels. Raises Unavailable."""
        impacts: dict[str, list[Impact]] = {}
        for row in self._cities.impacts(self._city):
            impacts.setdefault(row.impact.gauge, []).append(row.impact)
        self._composer.impacts = self._drills.impacts = impacts
        self._names.clear()
        self._travels = tuple(travels)
        self._orders.travel(self._travels)

    def hear_of_weather(self, now_us: int) -> None:
        """What BMKG warns of; nothing where its feed was not heard of late, for it may have taken that back. Raises
        Unavailable."""
        feed = self._cities.weather_feed(self._city)
        reliable = feed is not None and not feed.stale(now_us)
        self._orders.warned(standing(self._cities.weather(self._city, now_us), now_us) if reliable else ())

    def place(self, places: Mapping[str, Placement], scales: Mapping[str, Scale]) -> None:
        """The registry or a scale changed."""
        self._orders.place(places, scales)
        self._places = places

    # ------------------------------------------------------------ what happens

    def stance(self, incident: str) -> Stance:
        """What officers have said of an open flood."""
        alarm = self._orders.get(incident)
        if alarm is not None and alarm.wrong is not None:
            return Stance("wrong", alarm.wrong.at_us)
        if alarm is not None and alarm.confirmed is not None:
            return Stance("confirmed", alarm.confirmed.at_us)
        return Stance()

    def take(self, transitions: Sequence[Transition]) -> None:
        """The engine changed something. Each transition is taken once."""
        self._orders.take(transitions)

    def follow(self, decision: Decision, now_us: int) -> None:
        """What somebody decided; the same again changes nothing."""
        if decision.kind in DRILLS:
            self._drills.follow(replace(decision, at_us=min(decision.at_us, now_us)))
        if decision.kind in _SPOKEN:
            self._orders.follow(replace(decision, at_us=min(decision.at_us, now_us)))

    def end_unwatched(self, incident: Incident, commit: EngineCommit, now_us: int) -> EngineCommit:
        """The same commit with what the public is told of the end of a flood that nobody watches any more, where it was
        told of the flood and no correction took that back."""
        told = self._composer.told.get(incident.id)
        if told is None or told.last is None or told.last.kind == "correction" or incident.audience != "public":
            return commit
        place = place_of(incident.node, self._places, self._words.profile)
        impacts = self._composer.impacts.get(incident.node, ())
        made = self._sign(ended_unwatched(self._words, told, told.last, place, impacts, now_us))
        return replace(commit, bulletins=(made,), outgoing=(*commit.outgoing, *self._asks(made, now_us)))

    def ended(self, incident: str) -> None:
        """A flood that nobody watched any more is over, and that is kept."""
        self._orders.forget(incident)
        self._composer.forget(incident)
        self._verdicts = [one for one in self._verdicts if one.transition.incident.id != incident]

    def due(self, engine: Engine, now_us: int, held: Callable[[Transition], bool]) -> bool:
        """Look for what is to be said now. Whether there is anything to be committed."""
        due = self._orders.due(now_us, engine.beyond, held)
        self._verdicts += [replace(one, transition=engine.as_it_stands(one.transition)) for one in due]
        self._renewals = self._lapsing(engine, now_us, held)
        self._working = partial(engine.working_points, now_us)
        return bool(self._verdicts) or bool(self._renewals) or bool(self._drills.due(self._places, now_us))

    def _lapsing(self, engine: Engine, now_us: int, held: Callable[[Transition], bool]) -> list[Renewal]:
        """Open floods of which all that was told is about to be no news. Of one that officers call wrong, or whose
        warning somebody holds back, nothing is told again."""
        found: list[Renewal] = []
        for name, told in list(self._composer.told.items()):
            alarm = self._orders.get(name)
            ordered = order_holds(told) if alarm is None else alarm.ordered is not None
            if not lapses(told, now_us, ordered=ordered):
                continue
            if alarm is None:
                incident = self._cities.incident(name)
                if incident is None or not incident.open:
                    self._composer.forget(name)
                elif incident.audience == "public":
                    found.append(Renewal(name, None, ordered))
            elif alarm.wrong is None and alarm.incident.audience == "public" and not held(alarm.transition):
                watched = engine.watches(alarm.incident)
                found.append(Renewal(name, engine.as_it_stands(alarm.transition) if watched else None, ordered))
        return found

    # ------------------------------------------------------------ keeping

    def add(self, commit: EngineCommit, said: Notifier, places: Mapping[str, Placement], now_us: int) -> EngineCommit:
        """The same commit with all that the public is told by it. Raises Unavailable."""
        made = self._composer.compose(said.sayings, self._verdicts, places, now_us)
        again = self._again({one.incident for one, _ in made}, places, now_us)
        self._made = [*(bulletin for bulletin, _ in made), *again, *self._drills.due(places, now_us)]
        outgoing = [note for one in again if said.announced(one.event) for note in [self._note(one, now_us)]]
        for bulletin, verdict in made:
            if verdict is not None:
                outgoing += self._outgoing(bulletin, verdict, said, places, now_us)
            outgoing += self._asks(bulletin, now_us)
        notices = notices_of(said.sayings, places, self._words, now_us, members=self._members_of, working=self._working)
        return replace(commit, bulletins=tuple(self._made), notices=notices, outgoing=(*commit.outgoing, *outgoing))

    def _members_of(self, event: str) -> set[str]:
        return {one.node for one in self._cities.incidents_of(event)}

    def _again(self, told_now: set[str], places: Mapping[str, Placement], now_us: int) -> list[Bulletin]:
        """What is told again, of floods of which nothing else is told in this commit."""
        made = []
        for one in self._renewals:
            told = self._composer.told[one.incident]
            if one.incident in told_now or told.last is None:
                continue
            node = told.last.node
            place, impacts = place_of(node, places, self._words.profile), self._composer.impacts.get(node, ())
            confirmed = self.stance(one.incident).said == "confirmed" or (
                one.transition is None and told.last.confirmed
            )
            bulletin = renewed(self._words, told, told.last, one, place, impacts, now_us, confirmed=confirmed)
            made.append(self._sign(bulletin))
        return made

    def _asks(self, bulletin: Bulletin, now_us: int) -> list[Outgoing]:
        automatic = self._words.profile.warnings.sirens == "automatic"
        asks = following(self._sirens, bulletin, now_us, automatic=automatic)
        return [Outgoing(city=self._city, **asdict(one)) for one in asks]

    def _note(self, bulletin: Bulletin, now_us: int) -> Outgoing:
        """The line of the flood's case."""
        key = f"{bulletin.incident}/bulletin/{bulletin.number}"
        note = Note(event=bulletin.event, key=key, at_us=bulletin.at_us, text=dict(bulletin.text), state=None)
        return noting(note, self._city, now_us)

    def _outgoing(
        self, bulletin: Bulletin, verdict: Verdict, said: Notifier, places: Mapping[str, Placement], now_us: int
    ) -> list[Outgoing]:
        rows = self._webhooks.bulletin(bulletin, verdict.said, verdict.transition, places.get(bulletin.node), now_us)
        if said.announced(bulletin.event):
            rows = [self._note(bulletin, now_us), *rows]
        return rows

    def kept(self) -> None:
        """It is committed."""
        self._drills.kept(self._made)
        told = [one for one in self._made if not one.drill]
        self._composer.kept(told)
        self._orders.said(told)
        for one in told:
            if self._orders.get(one.incident) is None and not one.renewal:
                self._composer.forget(one.incident)
        self._made, self._verdicts, self._renewals = [], [], []

    def _name_of(self, person: str) -> str:
        """`Siti, BPBD`."""
        if person not in self._names:
            found = self._cities.person(person)
            name = OFFICER if found is None or not found.name else found.name
            agency = "" if found is None else found.agency
            self._names[person] = f"{name}, {agency.upper()}" if agency else name
        return self._names[person]


def _worst_us(incident: Incident, changes: Sequence[Change]) -> int:
    """Since when it has been heard at SIAGA or worse."""
    since_us = 0
    for change in changes:
        grave = change.level in _GRAVE and not _silences(change, incident)
        since_us = (since_us or change.at_us) if grave else 0
    return since_us or incident.changed_us


def _silences(change: Change, incident: Incident) -> bool:
    """Whether the gauge is not heard from this change on."""
    return change.what is What.NO_DATA or (change.what is What.OPENED and incident.no_data)
