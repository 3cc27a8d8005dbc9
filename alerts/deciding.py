"""What people decided, as one engine follows it: rows read by their number, each applied once, in order.

The rows are the truth. How far they were followed stands in the engine's snapshot, what is held back stands with the
changes; after a kill at any moment the rows are read again from there, and what was applied already changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import structlog

from alerts.decisions import Hush, agree
from alerts.engine import Engine, Transition
from alerts.notify import Notifier
from alerts.orphans import ended
from alerts.outbox import noting
from alerts.public import Public
from alerts.rules import Rule
from alerts.webhooks import Webhooks
from alerts.words import Words
from complaints.desk import Note
from contract.clock import DAY_US, SECOND_US
from contract.decision import Decision
from contract.incident import Change, Incident, What
from store.ports import CityStore, EngineCommit, Event, Lease, Outgoing, Placement

_LOOK_US = SECOND_US
_PAGE = 1_000

log = structlog.get_logger(__name__)


class Deciding:
    """One city's decisions. `wake`: called where something new is to be delivered."""

    def __init__(
        self,
        city: str,
        cities: CityStore,
        words: Words,
        webhooks: Webhooks,
        wake: Callable[[], None],
        public: Public | None = None,
    ) -> None:
        self._city = city
        self._cities = cities
        self._rules: Mapping[str, Rule] = {}
        self._words = words
        self._webhooks = webhooks
        self._wake = wake
        self._public = public
        self._looked_mono_us: int | None = None
        self._stale = True
        self._unmarked: frozenset[str] = frozenset()
        """events that are being worked on and that nobody was told of yet"""
        self.hush = Hush()

    def govern(self, rules: Sequence[Rule]) -> None:
        """The pack by which the city is judged from here on."""
        self._rules = {rule.id: rule for rule in rules}

    def begin(self, engine: Engine, rules: Sequence[Rule], now_us: int) -> Mapping[str, str]:
        """Take the city over: what holds, what is held, and where following goes on. Returns the incidents that nobody
        was told of, with what holds them. Raises Unavailable."""
        self.govern(rules)
        self.hush = Hush()
        self._stale, self._looked_mono_us, self._unmarked = True, None, frozenset()
        for row in self._cities.standing(self._city, now_us):
            self.hush.learn(row)
        self.hush.advance(now_us)
        untold = self._held_before()
        if not engine.decided:
            # No snapshot: what people said of the water longer ago than this was followed, or is no news.
            recent = self._cities.decisions(self._city, since_us=now_us - DAY_US, limit=1)
            engine.decided = recent[0].number - 1 if recent else self._cities.decisions_head(self._city)
        return untold

    def turn(
        self,
        engine: Engine,
        notifier: Notifier,
        lease: Lease,
        places: Mapping[str, Placement],
        now_us: int,
        mono_us: int,
        into: list[Transition],
    ) -> None:
        """Follow what is new; changes that come of it are added to `into` one by one, so that none is lost where the
        store goes away meanwhile. Raises Unavailable and Rejected."""
        if self._looked_mono_us is None or mono_us - self._looked_mono_us >= _LOOK_US:
            self._look(engine, notifier, lease, now_us, into)
            self._looked_mono_us = mono_us
        self._stale = self.hush.advance(now_us) or self._stale
        told_since = any(notifier.announced(event) for event in self._unmarked)
        if (self._stale or told_since) and not into and not notifier.unsaid():
            self._let_go(engine, notifier, lease, places, now_us)
            self._stale = False

    # ------------------------------------------------------------ new rows

    def _look(self, engine: Engine, notifier: Notifier, lease: Lease, now_us: int, into: list[Transition]) -> None:
        head = self._cities.decisions_head(self._city)
        while engine.decided < head:
            rows = self._cities.decisions(self._city, after=engine.decided, limit=_PAGE)
            for row in rows:
                self._apply(row, engine, notifier, lease, now_us, into)
                engine.decided = row.number
            if not rows:
                return

    def _apply(
        self, row: Decision, engine: Engine, notifier: Notifier, lease: Lease, now_us: int, into: list[Transition]
    ) -> None:
        self.hush.learn(row)
        if self._public is not None:
            self._public.follow(row, now_us)
        if row.kind not in {"read_on_site", "end"}:
            return
        incident = self._cities.incident(row.incident)
        if incident is None or not incident.open:
            return
        if row.kind == "end" and row.at_us < incident.changed_us:
            # What they said of it is older than how it stands: read again after a start, it ends nothing.
            self._say_not_ended(incident)
            return
        at_us = min(row.at_us, now_us)
        if row.kind == "read_on_site":
            into += engine.tick(at_us, now_us)
            told = engine.read_on_site(incident, float(row.body["level_cm"]), int(row.body["read_us"]), at_us, now_us)
            into += told
            log.info("gauge.read_on_site", city=self._city, node=incident.node, level_cm=row.body["level_cm"])
        elif agree(row, self._cities.decisions(self._city, incident=row.incident, limit=_PAGE)):
            if engine.watches(incident):
                told = engine.end(incident, at_us, now_us)
                into += told
                if not told:
                    self._say_not_ended(incident)
            else:
                self._end_unwatched(incident, engine, notifier, lease, at_us, now_us)

    def _say_not_ended(self, incident: Incident) -> None:
        log.warning("incident.not_ended", city=self._city, node=incident.node, incident=incident.id)

    def _end_unwatched(
        self, incident: Incident, engine: Engine, notifier: Notifier, lease: Lease, at_us: int, now_us: int
    ) -> None:
        event = self._cities.event(incident.event)
        if event is None:
            return
        alone = not any(one.open and one.id != incident.id for one in self._cities.incidents_of(event.id))
        told = notifier.announced(event.id) and incident.id not in self.hush.untold
        commit = ended(
            incident, alone=alone, told=told, event=event, at_us=at_us, now_us=now_us, webhooks=self._webhooks
        )
        if self._public is not None and told:
            commit = self._public.end_unwatched(incident, commit, now_us)
        self._cities.commit(lease, commit)
        engine.events.forget(commit.events[0] if commit.events else event, incident)
        notifier.settled(incident, now_us)
        if self._public is not None:
            self._public.ended(incident.id)
        self._wake()

    # ------------------------------------------------------------ what is no longer held

    def _let_go(
        self, engine: Engine, notifier: Notifier, lease: Lease, places: Mapping[str, Placement], now_us: int
    ) -> None:
        marks = self.hush.works(engine.open_incidents(), places, self._rules)
        self._unmarked = frozenset(event for event, _ in marks if not notifier.announced(event))
        outgoing = [self._mark(event, window, now_us) for event, window in marks if event not in self._unmarked]
        if outgoing:
            self._cities.commit(lease, EngineCommit(outgoing=tuple(outgoing)))
            self._wake()
        notifier.released(self.hush.over(), now_us, lambda opening: self.hush.held_by(opening, places))
        notifier.take(self.hush.free(places), now_us)

    def _mark(self, event: str, window: Decision, now_us: int) -> Outgoing:
        text = self._words.works(window.until_us or now_us, now_us)
        key = f"{event}/{window.id}"
        note = Note(event=event, key=key, at_us=window.start_us, text=text, state="in_progress")
        return noting(note, self._city, now_us)

    def _held_before(self) -> Mapping[str, str]:
        """What an earlier engine held of events that are open still."""
        held: dict[str, list[Change]] = {}
        for change in self._cities.held_changes(self._city):
            held.setdefault(change.incident, []).append(change)
        untold = {one: changes[0].held for one, changes in held.items() if changes[0].what is What.OPENED}
        for incident in self._cities.open_incidents(self._city) if held else ():
            event = self._cities.event(incident.event) if incident.id in held else None
            rule = self._rules.get(incident.rule)
            if event is None or rule is None:
                continue
            changes = held[incident.id]
            if incident.id in untold:
                changes = changes[:1]
            elif incident.changes > changes[-1].number:
                continue  # something newer was told since
            members = len(self._cities.incidents_of(event.id))
            again = [_again(rule, incident, one, event, members) for one in changes]
            self.hush.remember(next((one for one in reversed(again) if self._words.tells(one)), again[-1]))
        return untold


def _again(rule: Rule, incident: Incident, change: Change, event: Event, members: int) -> Transition:
    """A held change as it stood, from what the store keeps of it."""
    return Transition(
        rule=rule,
        incident=incident,
        change=change,
        event=event,
        begins=False,
        ends=False,
        members=members,
        trend=0,
        heard_us=incident.changed_us,
        silent=incident.no_data,
    )
