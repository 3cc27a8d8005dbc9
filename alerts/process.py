"""The alert engine of one city as a process: messages and time in, one transaction a step out.

One engine owns a city, by lease; another waits beside it, remembers the last messages and takes over. A message is
acknowledged to the broker only after what it caused is committed.
"""

from __future__ import annotations

import random
import threading
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from alerts.arrears import Arrears
from alerts.bulletins import Sign, unsigned
from alerts.canary import Canary
from alerts.carriers import Carrier, DeskCarrier, WebhookCarrier
from alerts.catchup import recall, told_before
from alerts.channels.carrier import PersonCarrier
from alerts.channels.port import Channel
from alerts.clockwatch import ClockWatch
from alerts.commit import gather, remembered
from alerts.deciding import Deciding
from alerts.engine import Engine, Transition
from alerts.hearing import Hearing
from alerts.looking_back import LookingBack
from alerts.notify import Manners, Notifier
from alerts.orphans import settle
from alerts.outbox import DESK, Outbox
from alerts.public import Public
from alerts.reckoning import Reckoning
from alerts.reload import Pack
from alerts.rulebook import Rulebook
from alerts.rules import Rule
from alerts.sampling import Sampling
from alerts.sirens.carrier import SirenCarrier
from alerts.sirens.nodes import Nodes
from alerts.sirens.port import Siren
from alerts.staging import pack_of
from alerts.tellings import Overflow
from alerts.waking import Waking
from alerts.webhooks import Receiver, Webhooks
from alerts.words import Words
from broker.ports import Incoming, Subscription
from complaints.desk import Desk
from complaints.minding import Minder
from complaints.outward import Outward
from complaints.systems.courier import Courier
from contract.city import Profile
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from contract.levels import Scale
from contract.siren import SirenInfo
from contract.subscription import CHANNEL
from store.duty import PERSON
from store.ports import CityStore, EngineCommit, Lease, Placement, ReadingStore

_BATCH = 200
_WAIT_S = 0.2
_RETRY_S = 0.5
_REGISTRY_S = 2.0
_LEARN_S = 60.0
_TRAVEL_S = 3.0
_PAUSED_US = MINUTE_US
_UNDRAINED_US = 30 * SECOND_US
_STANDBY_KEPT = 5_000
_CALLS_AT_ONCE = 8
_SIREN_AGAIN_S = 10.0
_YEAR_US = 365 * DAY_US

log = structlog.get_logger(__name__)


class AlertsProcess:
    """Judges one city's readings, tells what it decided, and delivers what is to be said.

    `holder` names this process in the lease. The subscription must carry births, statuses and readings of the city;
    it, the stores and the desk are closed by whoever opened them. `answers` carry what is said to people who wrote, by
    the outbox's channel. `minder` is the desk's clock, `courier` takes cases to the city's own systems: both run beside
    the engine while this process leads.
    """

    def __init__(  # noqa: PLR0915 - all that a process is made of
        self,
        *,
        profile: Profile,
        rules: Sequence[Rule],
        subscription: Subscription,
        readings: ReadingStore,
        cities: CityStore,
        desk: Desk,
        clock: Clock,
        holder: str,
        base_url: str,
        lease_ttl_s: float = 10.0,
        snapshot_every_s: float = 5.0,
        receivers: Sequence[Receiver] = (),
        outward: Outward | None = None,
        pack: Pack[tuple[Rule, ...]] | None = None,
        staffs: Pack[tuple[Scale, ...]] | None = None,
        manners: Manners | None = None,
        sampling: Sampling | None = None,
        channels: Mapping[str, Channel] | None = None,
        sign: Sign = unsigned,
        sirens: Mapping[SirenInfo, Siren] | None = None,
        answers: Mapping[str, Carrier] | None = None,
        siren_nodes: Nodes | None = None,
        minder: Minder | None = None,
        courier: Courier | None = None,
    ) -> None:
        self._profile = profile
        self._minder = minder
        self._courier = courier
        self._subscription = subscription
        self._cities = cities
        self._clock = clock
        self._holder = holder
        self._base_url = base_url
        self._lease_ttl_s = lease_ttl_s
        self._snapshot_every_s = snapshot_every_s
        self._words = Words(profile)
        self._rulebook = Rulebook(profile, rules, self._words, pack, staffs)
        self._webhooks = Webhooks(receivers, base_url)
        self._manners = manners or Manners()
        self._notifier = Notifier(profile.code, {}, self._manners)
        self._taken = 0
        carriers: dict[str, Carrier] = {DESK: DeskCarrier(desk)}
        if receivers:
            way_out = outward or Outward()
            carriers |= {receiver.channel: WebhookCarrier(receiver, way_out) for receiver in receivers}
        self._channels = dict(channels or {})
        self._waking = Waking(profile, cities, clock, base_url, tuple(self._channels))
        carriers |= {
            PERSON + name: PersonCarrier(profile.code, name, channel, cities, self._waking.calling)
            for name, channel in self._channels.items()
        }
        carriers |= answers or {}
        carriers |= {info.channel: SirenCarrier(profile.code, one, cities) for info, one in (sirens or {}).items()}
        self.outbox = Outbox(
            profile.code,
            cities,
            carriers,
            clock,
            random.Random(),  # noqa: S311 - spreads retries
            at_once=dict.fromkeys((*(PERSON + name for name in self._channels), *(answers or ())), _CALLS_AT_ONCE),
            elsewhere=(CHANNEL,),
            within_s={info.channel: _SIREN_AGAIN_S for info in sirens or {}},
        )
        self._public = Public(profile.code, cities, self._words, self._webhooks, sign, tuple(sirens or ()))
        self._people = Deciding(profile.code, cities, self._words, self._webhooks, self.outbox.wake, self._public)
        self._sampling = sampling
        self._siren_nodes = siren_nodes
        self._arrears = Arrears(profile.code, readings, clock, lease_ttl_s / 4)
        self._reckoning = Reckoning(profile.code, cities, readings, clock)
        self._looking_back = LookingBack(profile.code, readings, cities)
        self._hearing = Hearing(profile.code)
        self._wall = ClockWatch(clock)
        self._leading = threading.Event()
        self._loops = 0

        self._lease: Lease | None = None
        self._lease_mono_us = 0
        self._engine: Engine | None = None
        self._places: dict[str, Placement] = {}
        self._registry = -1
        self._registry_mono_us = 0
        self._pending: list[Transition] = []
        self._held: list[Incoming] = []
        self._pending_since_us = 0
        self._standby: deque[tuple[Incoming, int]] = deque(maxlen=_STANDBY_KEPT)
        self._judged_us = self._judged_mono_us = 0
        self._drained_mono_us = 0
        self._canary: Canary | None = None
        self._snapshot_mono_us = 0
        self._unsaved = False
        self._away = frozenset[str]()
        self._stuck: Mapping[str, int] | None = None
        self._told = 0
        self._not_believed = 0
        self._not_believed_us: dict[str, int] = {}
        self._learned_mono_us = 0

    @property
    def leading(self) -> bool:
        """Whether this process is the city's engine now."""
        return self._leading.is_set()

    def facts(self) -> dict[str, Any]:
        """How it fares, for whoever watches: `loops` stands still where the process hangs."""
        engine = self._engine
        return {
            "loops": self._loops,
            "leading": self.leading,
            "streams": engine.streams() if engine is not None else 0,
            "judged": self._hearing.readings,
            "told": self._told,
            "uncommitted": len(self._pending),
            "held_back": self._notifier.held_back,
            "held_back_ever": self._notifier.held_back_ever,
            "muted": self._notifier.muted,
            "silenced": self._people.hush.count,
            "catching_up": self._arrears.since_us is not None,
            "canary": self._canary is not None and not self._canary.missing,
            "away": sorted(self._away),
            "stuck": sorted(self._stuck or ()),
            "unanswered": self._waking.waiting,
            "hurried": self._sampling.hurried if self._sampling is not None else [],
            "wishes": self._sampling.wishes if self._sampling is not None else [],
            "not_believed": self._not_believed,
        } | self._rulebook.facts()

    # ------------------------------------------------------------ the loop

    def run(self, stop: threading.Event) -> None:
        """Until `stop`: judge and deliver. Leaves the lease free and the snapshot saved."""
        delivery = threading.Thread(
            target=self.outbox.run, args=(stop, self._leading), name=f"outbox {self._profile.code}"
        )
        delivery.start()
        minding = self._mind(stop)
        carrying = self._carry(stop)
        try:
            while not stop.is_set():
                if not self.turn():
                    stop.wait(_RETRY_S)
                if minding is not None and not minding.is_alive() and not stop.is_set():
                    raise RuntimeError("the desk's clock ended by itself: nobody would be reminded any more")
                if carrying is not None and not carrying.is_alive() and not stop.is_set():
                    raise RuntimeError("the courier ended by itself: the city's own systems would get nothing any more")
                if not delivery.is_alive() and not stop.is_set():
                    raise RuntimeError("the outbox ended by itself: nothing would be delivered any more")
        finally:
            stop.set()
            for channel in self._channels.values():
                channel.hang_up()
            if self._siren_nodes is not None:
                self._siren_nodes.hang_up()
            self.outbox.wake()
            delivery.join()
            if minding is not None:
                minding.join()
            if carrying is not None:
                carrying.join()
            self._leave()

    def _mind(self, stop: threading.Event) -> threading.Thread | None:
        """The desk's clock beside the engine, so that a city's thousand cases never make a warning wait."""
        if self._minder is None:
            return None
        thread = threading.Thread(
            target=self._minder.run, args=(stop, self._leading), name=f"desk {self._profile.code}"
        )
        thread.start()
        return thread

    def _carry(self, stop: threading.Event) -> threading.Thread | None:
        """Who takes cases to the city's own systems, beside all else: one that does not answer holds nothing up."""
        if self._courier is None:
            return None
        thread = threading.Thread(
            target=self._courier.run, args=(stop, self._leading), name=f"systems {self._profile.code}"
        )
        thread.start()
        return thread

    def turn(self, wait_s: float = _WAIT_S) -> bool:
        """One turn: lease, registry, messages, deadlines, commit. False where the caller should pause."""
        self._loops += 1
        try:
            return self._turn(wait_s)
        except Unavailable as error:
            self._say_away("city_store", str(error))
            return False
        except Rejected as error:
            self._step_down(error)
            return False

    def _turn(self, wait_s: float) -> bool:
        self._rulebook.look(self._clock.mono_us(), judging=self._engine is not None)
        if not self._hold_lease():
            self._stand_by(wait_s)
            return True
        engine = self._engine or self._begin()
        self._watch_pause(engine)
        if self._pending:
            self._commit()
        self._take_changes(engine)
        self._watch_registry(engine)
        self._follow_people(engine)
        self._pay(engine)
        if not self._subscription.connected:
            engine.deafened(self._clock.now_us())
        if self._canary is not None:
            self._canary.fly()
        messages = self._subscription.take(_BATCH, self._patience_s(engine, wait_s))
        now_us = self._watched_now_us(engine)
        self._held += messages
        for message in messages:
            if self._siren_nodes is not None and self._siren_nodes.heard(message):
                continue
            self._pending += self._hearing.judge(engine, message, now_us, self._canary)
        self._pending += self._silences(engine, now_us, drained=len(messages) < _BATCH)
        self._judged_us = now_us
        self._judged_mono_us = self._clock.mono_us()
        self._unsaved = self._unsaved or bool(messages)
        told = self._told
        self._commit()
        self._wake(at_once=self._told != told)
        self._hurry(engine, now_us)
        self._reckon()
        self._look_back(engine, now_us)
        self._save(engine)
        self._say_back("city_store")
        return True

    def _wake(self, *, at_once: bool) -> None:
        """Whoever is to answer is called, as soon as there is something to be answered."""
        if self._lease is not None:
            severities = {rule.id: rule.severity for rule in self._rulebook.rules}
            if self._waking.turn(self._lease, self._places, severities, at_once=at_once):
                self.outbox.wake()

    def _hurry(self, engine: Engine, now_us: int) -> None:
        """What is told comes first; then those who can see more of the water are asked to."""
        if self._sampling is not None and self._sampling.is_due(self._clock.mono_us()):
            self._sampling.turn(engine.open_floods(), self._words.forecasts.travels, engine.places, now_us)

    def _reckon(self) -> None:
        """What came of forecasts that people were told."""
        if self._lease is not None:
            self._reckoning.turn(self._lease, self._places, self._rulebook.scales)

    def _look_back(self, engine: Engine, now_us: int) -> None:
        """What came too late to be told is put on record, once all that is to be told was judged."""
        if self._lease is not None and self._arrears.since_us is None:
            self._unsaved = self._looking_back.turn(engine, self._lease, now_us) or self._unsaved

    def _silences(self, engine: Engine, now_us: int, *, drained: bool) -> Sequence[Transition]:
        """Only what has been waited for in vain is silent: with more in the queue, the word may be there.

        A queue that never drains must not hide every silence: then time goes as far as the newest canary proves.
        """
        mono_us = self._clock.mono_us()
        if drained:
            self._drained_mono_us = mono_us
            return engine.tick(now_us)
        if mono_us - self._drained_mono_us > _UNDRAINED_US:
            return engine.tick(min(now_us, engine.proved_us), now_us)
        return ()

    def _patience_s(self, engine: Engine, wait_s: float) -> float:
        now_us = self._clock.now_us()
        waited_for = [us for us in (engine.next_us(), self._notifier.next_us(now_us)) if us is not None]
        return min([wait_s, *(max(0.0, (us - now_us) / SECOND_US) for us in waited_for)])

    # ------------------------------------------------------------ keeping

    def _commit(self) -> None:
        """Keep what was decided, then let the broker forget what caused it. Raises Unavailable: all is kept here."""
        lease = self._lease
        if lease is not None and self._decide_sayings():
            self._pending_since_us = self._pending_since_us or self._clock.mono_us()
            said, now_us = self._notifier, self._clock.now_us()
            commit = gather(self._pending, said, self._places, self._words, now_us, self._webhooks)
            commit = self._public.add(commit, said, self._places, now_us)
            self._cities.commit(lease, replace(commit, said=tuple(self._people.hush.freed)))
            self._people.hush.freed.clear()
            for transition in self._pending:
                _log(transition)
            for overflow in said.overflows:
                _log_overflow(overflow)
            said.kept()
            self._public.kept()
            self._told += len(self._pending)
            self._pending.clear()
            self._taken = 0
            self._unsaved = True
            self.outbox.wake()
            if self._clock.mono_us() - self._pending_since_us > _PAUSED_US:
                # The broker's queue grew old meanwhile; the store knows when each reading really came.
                self._arrears.owe(self._judged_us)
            self._pending_since_us = 0
        if self._held:
            self._subscription.done(self._held)
            self._held = []

    def _decide_sayings(self) -> bool:
        """What of the changes, and of what waited, is to be told by now; each change is looked at once, however often
        the store is asked to keep it. Whether there is anything to keep."""
        now_us = self._clock.now_us()
        fresh = [remembered(transition, self._cities) for transition in self._pending[self._taken :]]
        taken_on: set[str] = set()
        if self._notifier.reminds(now_us):
            still_open = self._cities.open_incidents(self._profile.code)
            seen = self._cities.attention(self._profile.code, still_open, now_us)
            taken_on = {one.event for one in still_open if seen[one.id].owner}
        fresh = self._people.hush.weigh(fresh, self._places)
        self._pending[self._taken :] = fresh
        self._taken = len(self._pending)
        self._notifier.take(fresh, now_us, taken_on)
        self._public.take(fresh)
        orders = self._engine is not None and self._public.due(self._engine, now_us, self._holds_back)
        return bool(self._pending) or self._notifier.unsaid() or bool(self._people.hush.freed) or orders

    def _holds_back(self, one: Transition) -> bool:
        return self._people.hush.holds_back(one, self._places)

    def _save(self, engine: Engine, *, at_once: bool = False) -> None:
        mono_us = self._clock.mono_us()
        due = mono_us - self._snapshot_mono_us >= self._snapshot_every_s * SECOND_US
        if self._lease is None or not self._unsaved or not (due or at_once):
            return
        # While a catch-up is owed the watermark stays where it was, so that a restart owes it too.
        owed_us = self._arrears.since_us
        watermark_us = self._judged_us if owed_us is None else owed_us
        self._cities.commit(self._lease, EngineCommit(snapshot=engine.snapshot(), watermark_us=watermark_us))
        self._snapshot_mono_us = mono_us
        self._unsaved = False

    def _follow_people(self, engine: Engine) -> None:
        """What people decided since the last look."""
        if self._lease is not None:
            before = engine.decided
            now_us, mono_us = self._clock.now_us(), self._clock.mono_us()
            self._people.turn(engine, self._notifier, self._lease, self._places, now_us, mono_us, self._pending)
            self._unsaved = self._unsaved or engine.decided != before

    # ------------------------------------------------------------ owning the city

    def _hold_lease(self) -> bool:
        """Whether the city is ours. Renewed at a third of its time; lost, the engine's state is dropped."""
        mono_us = self._clock.mono_us()
        age_us = mono_us - self._lease_mono_us
        if self._lease is not None and age_us < self._lease_ttl_s * SECOND_US / 3:
            return True
        if self._lease is None and self._lease_mono_us and age_us < self._lease_ttl_s * SECOND_US / 10:
            return False
        fence = self._lease.fence if self._lease else None
        lease = self._cities.lease(self._profile.code, self._holder, self._clock.now_us(), self._lease_ttl_s)
        self._lease_mono_us = mono_us
        if lease is None or (fence is not None and lease.fence != fence):
            # Somebody may have owned the city meanwhile: what we remember is no longer the truth.
            self._forget()
        self._lease = lease
        return lease is not None

    def _begin(self) -> Engine:
        """Take the city over: its registry, what was told, what was missed."""
        self._registry = self._cities.registry_version(self._profile.code)
        self._places = {place.node: place for place in self._cities.placements(self._profile.code)}
        rules = self._rulebook.rules
        engine = Engine(
            self._profile.code,
            rules,
            self._places,
            self._rulebook.scales,
            travel_s=_TRAVEL_S,
            unbelieved=self._say_unbelieved,
            zone=self._profile.zone,
        )
        now_us = self._clock.now_us()
        self._cities.note_rules(self._profile.code, pack_of(rules), now_us)
        engine.stages = self._cities.stages(self._profile.code)
        self._learn_forecasts(engine)
        watermark_us = recall(engine, self._cities, rules, now_us)
        self._arrears.begin(watermark_us)
        self._notifier = Notifier(self._profile.code, self._places, self._manners)
        self._public.begin(rules, self._places, self._rulebook.scales, now_us)
        held = self._people.begin(engine, rules, now_us)
        self._notifier.restore(*told_before(self._cities, self._profile.code), rules, now_us, held)
        self._settle_orphans(engine, now_us)
        self._judged_us = watermark_us
        self._judged_mono_us = self._drained_mono_us = self._clock.mono_us()
        self._canary = self._canary_of(engine)
        self._engine = engine
        self._leading.set()
        self.outbox.wake()
        if self._wall.jumped_within(self._lease_ttl_s):
            engine.forgive(now_us)  # our clock made our own lease look old, and what is stored late by as much
        self._pay(engine)
        if self._arrears.since_us is not None:
            engine.forgive(now_us)  # what was said while we were away cannot be read yet: nobody is silent for that
        for message, came_us in self._standby:
            self._pending += self._hearing.judge(engine, message, came_us, self._canary)
        self._standby.clear()
        engine.deafened(now_us)
        log.info("alerts.leading", city=self._profile.code, holder=self._holder, streams=engine.streams())
        return engine

    def _canary_of(self, engine: Engine) -> Canary | None:
        if not engine.reach_us:
            return None
        return Canary(self._profile.code, self._holder, self._subscription, self._clock, engine.reach_us)

    def _pay(self, engine: Engine) -> None:
        """Judge what was missed, as far as the readings' store has told it."""
        try:
            paid = self._arrears.pay(engine, self._rulebook.rules, self._pending)
        except Unavailable as error:
            self._say_away("readings", str(error))
            return
        if paid:
            self._say_back("readings")
            self._unsaved = True

    def _stand_by(self, wait_s: float) -> None:
        """Another engine owns the city: remember the last messages, for the moment it is gone."""
        messages = self._subscription.take(_BATCH, wait_s)
        now_us = self._clock.now_us()
        self._standby.extend((message, now_us) for message in messages)
        while self._standby and now_us - self._standby[0][1] > MINUTE_US:
            self._standby.popleft()
        self._subscription.done(messages)

    def _step_down(self, error: Rejected) -> None:
        """The store will not take our word: another engine is newer (fenced), or knows what we do not."""
        log.error("alerts.stepped_down", city=self._profile.code, reason=error.reason, error=str(error))
        if error.reason == "fenced":
            self._lease = None
        self._forget()

    def _forget(self) -> None:
        self._leading.clear()
        self._arrears.stop()
        self._looking_back.stop()
        self._waking.stop()
        self._engine = None
        self._stuck = None
        self._pending.clear()
        self._taken = 0
        self._pending_since_us = 0
        if self._held:
            now_us = self._clock.now_us()
            self._standby.extend((message, now_us) for message in self._held)
            self._subscription.done(self._held)
            self._held = []

    def _leave(self) -> None:
        """At the end: save and free the city, so that the next engine need not wait."""
        self._leading.clear()
        self._arrears.stop()
        self._looking_back.stop()
        if self._lease is None:
            return
        try:
            if self._engine is not None and not self._pending:
                self._save(self._engine, at_once=True)
            self._cities.release(self._lease)
        except (Unavailable, Rejected) as error:
            log.warning("alerts.left_without_saving", city=self._profile.code, error=str(error))
        self._lease = None

    # ------------------------------------------------------------ watching

    def _take_changes(self, engine: Engine) -> None:
        """Judge by what changed on disk from here on, between two turns; what it asks of the past is read again."""
        now_us = self._clock.now_us()
        taken = self._rulebook.take(engine, self._cities, self._people, now_us)
        if taken is None:
            return
        if taken.owes:
            self._arrears.owe(self._judged_us)
        if taken.hears_otherwise:
            self._canary = self._canary_of(engine)
            engine.deafened(now_us)
        # Stages and what nobody watches any more are looked at now, whatever the registry's version.
        self._registry = -1
        self._registry_mono_us -= round(_REGISTRY_S * SECOND_US)
        self._unsaved = True

    def _watch_registry(self, engine: Engine) -> None:
        mono_us = self._clock.mono_us()
        if mono_us - self._registry_mono_us < _REGISTRY_S * SECOND_US:
            return
        self._registry_mono_us = mono_us
        self._watch_stuck(engine)
        self._public.hear_of_weather(self._clock.now_us())
        if mono_us - self._learned_mono_us >= _LEARN_S * SECOND_US:
            self._learn_forecasts(engine)
        version = self._cities.registry_version(self._profile.code)
        if version != self._registry:
            self._places = {place.node: place for place in self._cities.placements(self._profile.code)}
            engine.place(self._places, self._rulebook.scales)
            self._public.place(self._places, self._rulebook.scales)
            engine.stages = self._cities.stages(self._profile.code)
            self._notifier.place(self._places)
            self._settle_orphans(engine, self._clock.now_us())
            self._registry = version

    def _learn_forecasts(self, engine: Engine) -> None:
        """What the city's history taught, and how far out what people were told within a year was."""
        self._learned_mono_us = self._clock.mono_us()
        told = self._cities.forecasts(self._profile.code, self._clock.now_us() - _YEAR_US)
        self._words.forecasts.learn(self._cities.travels(self._profile.code), told)
        engine.travel(self._words.forecasts.travels)
        self._public.learn(self._words.forecasts.travels)

    def _settle_orphans(self, engine: Engine, now_us: int) -> None:
        """Take up what can be watched again; what nobody can watch any more must not stay open in silence."""
        lease = self._lease
        found = self._cities.open_incidents(self._profile.code)
        events = {one: event for one in {i.event for i in found} if (event := self._cities.event(one)) is not None}
        orphans = []
        for incident in found:
            if incident.event not in events:
                continue
            engine.adopt(incident, events[incident.event])
            if not engine.watches(incident):
                orphans.append(incident)
                log.warning(
                    "incident.unwatched", city=incident.city, rule=incident.rule, entity=incident.entity,
                    incident=incident.id,
                )  # fmt: skip
        moved = [replace(one, node=post) for one in found if (post := engine.speaker_of(one)) != one.node]
        if moved and lease is not None:
            self._cities.commit(lease, EngineCommit(incidents=tuple(moved)))
        told = {event for event in events if self._notifier.announced(event)}
        still_open = Counter(incident.event for incident in found)
        commit = settle(orphans, still_open, events, now_us, self._webhooks, told)
        if commit is not None and lease is not None:
            self._cities.commit(lease, commit)
            for incident in commit.incidents:
                if not incident.open:
                    self._notifier.settled(incident, now_us)
            self.outbox.wake()

    def _watch_pause(self, engine: Engine) -> None:
        """The machine slept, or the city's store was away: what the broker kept for us may not be all there was."""
        if self._clock.mono_us() - self._judged_mono_us <= _PAUSED_US:
            return
        log.warning("alerts.paused", city=self._profile.code)
        engine.deafened(self._clock.now_us())
        self._arrears.owe(self._judged_us)

    def _watched_now_us(self, engine: Engine) -> int:
        """The moment at which to judge. A wall clock that jumps must not make a thousand points silent at once: it is
        looked at after the wait for messages, in which a turn spends nearly all of its time."""
        now_us, jump_us = self._wall.look()
        if jump_us:
            log.warning("alerts.clock_jumped", city=self._profile.code, seconds=round(jump_us / SECOND_US))
            engine.forgive(now_us)
        return now_us

    def _watch_stuck(self, engine: Engine) -> None:
        """Said once when a gauge is stuck and once when it moves again, and kept for the pages in between. An engine
        that begins knows of none: what the one before said is over."""
        stuck = engine.stuck(self._clock.now_us())
        if stuck == self._stuck or self._lease is None:
            return
        self._cities.commit(self._lease, EngineCommit(flat_lines=stuck))
        before, self._stuck = self._stuck or {}, stuck
        for node in stuck.keys() - before.keys():
            log.warning("gauge.stuck", city=self._profile.code, node=node)
        for node in before.keys() - stuck.keys():
            log.info("gauge.moves_again", city=self._profile.code, node=node)

    def _say_unbelieved(self, node: str, at_us: int, value: float) -> None:
        """Each is counted; of a sensor that says nothing else for hours it is said when that begins."""
        self._not_believed += 1
        before_us = self._not_believed_us.get(node)
        self._not_believed_us[node] = at_us
        if before_us is None or not 0 <= at_us - before_us <= HOUR_US:
            log.warning("gauge.not_believed", city=self._profile.code, node=node, at_us=at_us, level_cm=value)

    def _say_away(self, what: str, error: str) -> None:
        if what not in self._away:
            self._away |= {what}
            log.warning("alerts.away", city=self._profile.code, what=what, error=error)

    def _say_back(self, what: str) -> None:
        if what in self._away:
            self._away -= {what}
            log.info("alerts.back", city=self._profile.code, what=what)


def _log_overflow(overflow: Overflow) -> None:
    city = overflow.lead.event.city
    if overflow.over:
        log.info("alerts.held_back_over", city=city)
    else:
        log.warning("alerts.held_back", city=city, events=overflow.held_back)


def _log(transition: Transition) -> None:
    incident, change = transition.incident, transition.change
    log.info(
        f"incident.{change.what}",
        city=incident.city,
        entity=incident.entity,
        severity=transition.rule.severity,
        water=incident.level.name if incident.level is not None else None,
        value=change.value,
        audience=incident.audience,
        incident=incident.id,
        held=change.held or None,
    )
