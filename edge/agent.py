"""The agent of one node: takes samples, keeps them, and hands them to the city until the city says that it has them.

No input or output here. A runner tells the agent what happened (`observe`, `connected`, `received`, …), calls `step`
when `next_us` says so, and does what `step` returns. The only thing the agent touches itself is its spool.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import structlog

from broker.ports import BrokerAddress, Will
from contract import codec, topics
from contract.clock import HOUR_US, SECOND_US
from contract.errors import BadInput
from contract.kinds import VALUES, FloodValues, NodeValues, Values
from contract.messages import Ack, Birth, Burst, CheckName, RefusalReason, SirenAnswer, SirenOrder, Status
from contract.messages import SensorInfo as AnnouncedSensor
from contract.quality import Quality
from edge import uplink
from edge.actions import Action, Close, Connect, Hurry, Publish, Subscribe
from edge.clock import Timekeeper
from edge.outbound import Outbound, Transport
from edge.ports import Instant, SensorInfo
from edge.quality import Checker, QualityLimits, default_limits
from edge.rising import Rising, RisingLimits
from edge.siren.orders import Orders
from edge.siren.port import Blow, Blown
from edge.spool import Refrozen, Spool, checks_json
from edge.spoolrow import COUNT_MAX, DROPS_SENSOR, Entry, Row

_STOP_WAIT_US = SECOND_US
_IDLE_US = 60 * SECOND_US
_REMEMBERED_QUESTIONS = 8
_DROPS_PERIOD_S = 86_400.0
_REASONS_TOLD = 8


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node is. `node` is also the client id and the certificate's common name."""

    city: str
    node: str
    firmware: str = "siaga"


class State(Enum):
    """Where the connection stands."""

    APART = "apart"
    CONNECTING = "connecting"
    ONLINE = "online"
    STOPPING = "stopping"
    STOPPED = "stopped"


class Agent:
    """One node. `rng` decides jitter and the broker to begin with; give it a seed to replay a run."""

    def __init__(
        self,
        identity: Identity,
        sensors: Sequence[SensorInfo],
        spool: Spool,
        brokers: Sequence[BrokerAddress],
        rng: random.Random,
        *,
        transport: Transport = Transport(),  # noqa: B008 - frozen
        limits: Mapping[str, QualityLimits] | None = None,
        rising: RisingLimits = RisingLimits(),  # noqa: B008 - frozen
        hears: Callable[[Ack], bool] | None = None,
        sirens: Collection[str] = (),
    ) -> None:
        """`hears` is told of every answer before the spool acts on it; where it says no, the answer waits for the
        city's next one. `sirens` are the names of those that hang on this node."""
        if not brokers:
            raise BadInput("no broker is named", where=identity.node, remedy="Give at least one.")
        self.identity = identity
        self._spool = spool
        self._brokers = list(brokers)
        self._rng = rng
        self._transport = transport
        known = limits or {}
        self._sensors = {info.sensor: info for info in sensors}
        self._checkers = {info.sensor: Checker(known.get(info.sensor) or default_limits(info.kind)) for info in sensors}
        self._rising = {info.sensor: Rising(rising) for info in sensors if info.kind == "flood"}
        self._time = Timekeeper(spool.saved_us)
        self._outbound = Outbound(transport, rng)
        self._orders = Orders(identity.city, identity.node, sirens)
        self._hears = hears
        self._log = structlog.get_logger("edge.agent").bind(node=identity.node)

        self._state = State.APART
        self._broker = rng.randrange(len(self._brokers))
        self._failures = 0
        self._connect_at_us: int | None = None
        self._online_us = 0
        self._birth_no = 0
        self._asked: deque[int] = deque(maxlen=_REMEMBERED_QUESTIONS)
        self._tokens = 0
        self._farewell = 0
        self._stop_by_us = 0
        self._urgent = False
        self._actions: list[Action] = []
        self._wait_until_us: int | None = None
        self._greeted_by_us: int | None = None
        self._told: set[str] = set()
        self._held = False
        self._refusals: dict[RefusalReason, tuple[int | None, int]] = {}
        self._trusted = self._time_state()
        self._save_at_us: int | None = None
        self.ignored_messages = 0

    # ------------------------------------------------------------ what a runner may ask

    @property
    def state(self) -> State:
        return self._state

    @property
    def stopped(self) -> bool:
        return self._state is State.STOPPED

    @property
    def spool(self) -> Spool:
        return self._spool

    @property
    def sensors(self) -> Mapping[str, SensorInfo]:
        return self._sensors

    @property
    def time(self) -> Timekeeper:
        return self._time

    def next_us(self, at: Instant) -> int:
        """The monotonic moment by which `step` must be called again."""
        if self._actions or self._urgent:
            return at.mono_us
        moments = [self._spool.due_us(), self._save_at_us]
        if self._state is State.APART:
            moments.append(self._connect_at_us if self._connect_at_us is not None else at.mono_us)
        elif self._state is State.ONLINE:
            moments += [self._wait_until_us, self._time.ask_due_us(self._asked[-1])]
            moments.append(self._greeted_by_us or self._outbound.next_us(at.mono_us))
        elif self._state is State.STOPPING:
            moments.append(self._stop_by_us)
        return min((moment for moment in moments if moment is not None), default=at.mono_us + _IDLE_US)

    # ------------------------------------------------------------ what happened

    def observe(self, sensor: str, values: Values | None, at: Instant, fault: str = "") -> Quality:
        """A sensor was due. `values` None: it gave nothing (`fault` says why). Returns the reading's quality.

        Raises ValueError for a sensor this node does not have or values of another kind: a mistake in the program.
        """
        info = self._sensors.get(sensor)
        if info is None:
            raise ValueError(f"node {self.identity.node} has no sensor {sensor!r}")
        model = VALUES[info.kind]
        if values is not None and not isinstance(values, model):
            raise ValueError(f"{sensor} is a {info.kind} sensor, got {type(values).__name__}")
        judged = self._checkers[sensor].judge(values, at.mono_us, fault=bool(fault))
        if isinstance(values, FloodValues) and values.level_cm is not None and judged.quality is not Quality.FAIL:
            self._watch(sensor, values.level_cm, at)
        kept = self._about_myself(values) if isinstance(values, NodeValues) else values or model()
        self._spool.add(
            Entry(
                sensor=sensor,
                kind=info.kind,
                boot=self._spool.boot,
                taken=self._time.stamp(at),
                quality=judged.quality,
                checks=checks_json(judged.checks),
                values=kept.model_dump_json(exclude_none=True),
            )
        )
        return judged.quality

    def keep(
        self, sensor: str, values: Values, taken: Instant, quality: Quality, checks: Mapping[CheckName, Quality]
    ) -> None:
        """What a person read and has judged, taken at a moment of this boot that may be hours ago. Raises ValueError as
        `observe`."""
        info = self._sensors.get(sensor)
        if info is None or not isinstance(values, VALUES[info.kind]):
            raise ValueError(f"node {self.identity.node} has no sensor {sensor!r} of {type(values).__name__}")
        self._spool.add(
            Entry(
                sensor=sensor,
                kind=info.kind,
                boot=self._spool.boot,
                taken=taken,
                quality=quality,
                checks=checks_json(checks),
                values=values.model_dump_json(exclude_none=True),
            )
        )

    def connected(self, *, session_present: bool, at: Instant) -> None:
        """The broker took us: listen for answers, then say who we are, then that we are here."""
        if self._state is not State.CONNECTING:
            return
        self._state = State.ONLINE
        self._online_us = at.mono_us
        self._outbound.reset()
        self._wait_until_us = None
        self._greeted_by_us = at.mono_us + round(self._transport.birth_wait_s * SECOND_US)
        self._told.clear()
        host, port = self._brokers[self._broker]
        self._log.info("connected", host=host, port=port, session_present=session_present, birth_no=self._birth_no)
        self._actions.append(Subscribe(topics.ack(self.identity.city, self.identity.node)))
        self._actions.append(Subscribe(topics.every_command(self.identity.city, self.identity.node)))
        self._give_birth(at)
        self._publish(
            topics.status(self.identity.city, self.identity.node), self._status("online", "connected"), retain=True
        )

    def disconnected(self, reason: str, at: Instant) -> None:
        """The connection ended or never came about."""
        if self._state in (State.APART, State.STOPPED):
            return
        if self._state is State.STOPPING:
            self._state = State.STOPPED
            return
        if reason not in self._told and len(self._told) < _REASONS_TOLD:
            self._told.add(reason)
            host, port = self._brokers[self._broker]
            self._log.warning("disconnected", host=host, port=port, reason=reason, was=self._state.value)
        self._part(at)

    def published(self, token: int, at: Instant) -> None:
        """PUBACK: the broker has it. The city may not."""
        if self._state is State.STOPPING and token == self._farewell:
            self._stop_by_us = at.mono_us
        self._outbound.confirmed(token, at.mono_us)

    def received(self, topic: str, payload: bytes, at: Instant) -> None:
        """A message for us. What is no answer to us, or none that can be read, is ignored and counted."""
        if self._state is not State.ONLINE:
            return
        if topic == topics.command(self.identity.city, self.identity.node, topics.BURST):
            self._hurry(payload, at)
            return
        if topic == topics.command(self.identity.city, self.identity.node, topics.SIREN):
            self._hear_order(payload, at)
            return
        try:
            ack = codec.decode(Ack, payload)
        except BadInput:
            ack = None
        if ack is None or topic != topics.ack(self.identity.city, self.identity.node):
            self.ignored_messages += 1
            return
        if ack.epoch != self._spool.epoch:
            self.ignored_messages += 1
            return
        if self._hears is not None and not self._hears(ack):
            return
        if ack.birth_no == self._birth_no and ack.birth_mono_us is not None and ack.birth_mono_us in self._asked:
            self._hear_the_time(ack.server_us, ack.birth_mono_us, at)
        self._apply(ack, at)

    def _hurry(self, payload: bytes, at: Instant) -> None:
        """The city wants to see more of the water for a while."""
        try:
            wish = codec.decode(Burst, payload)
        except BadInput:
            wish = None
        me = (self.identity.city, self.identity.node)
        if wish is None or (wish.city, wish.node) != me or wish.sensor not in self._sensors:
            self.ignored_messages += 1
            return
        for_us = round(wish.for_s * SECOND_US)
        if self._time.confirmed and self._time.now_us(at) - wish.sent_us >= for_us:
            self.ignored_messages += 1
            return
        self._actions.append(Hurry(wish.sensor, wish.period_s, at.mono_us + for_us))

    def _hear_order(self, payload: bytes, at: Instant) -> None:
        """The city wants a siren to sound, or to be silent."""
        try:
            order = codec.decode(SirenOrder, payload)
        except BadInput:
            self.ignored_messages += 1
            return
        heard = self._orders.hear(order, self._time.now_us(at) if self._time.confirmed else None)
        if isinstance(heard, Blow):
            self._actions.append(heard)
        elif heard is not None:
            self._answer(heard)

    def blown(self, blown: Blown) -> None:
        """What came of an order to a siren. An answer that nobody can hear now is given when the order comes again."""
        answer = self._orders.came_of(blown)
        if self._state is State.ONLINE:
            self._answer(answer)

    def _answer(self, answer: SirenAnswer) -> None:
        level = "info" if answer.outcome == "done" else "warning"
        getattr(self._log, level)(
            "siren_order",
            siren=answer.siren,
            key=answer.key,
            outcome=answer.outcome,
            for_s=answer.for_s,
            said=answer.said,
        )
        topic = topics.command_result(self.identity.city, self.identity.node, topics.SIREN)
        self._publish(topic, codec.encode(answer))

    def stop(self, at: Instant) -> None:
        """Say goodbye. `step` returns the farewell, then the close; `stopped` is True after at most a second."""
        if self._state in (State.STOPPING, State.STOPPED):
            return
        self._save_time(at)
        self._commit_all(at)
        if self._state is not State.ONLINE:
            if self._state is State.CONNECTING:
                self._actions.append(Close(graceful=False))
            self._state = State.STOPPED
            return
        self._state = State.STOPPING
        self._stop_by_us = at.mono_us + _STOP_WAIT_US
        self._farewell = self._publish(
            topics.status(self.identity.city, self.identity.node), self._status("offline", "stopped"), retain=True
        )

    # ------------------------------------------------------------ what to do

    def step(self, at: Instant) -> Sequence[Action]:
        """Everything that is due now, in order."""
        self._time.note(at)
        self._notice_trust()
        self._commit(at)
        if self._save_at_us is None or at.mono_us >= self._save_at_us:
            self._save_time(at)
        if self._state is State.APART:
            self._connect(at)
        elif self._state is State.ONLINE:
            self._carry(at)
        elif self._state is State.STOPPING and at.mono_us >= self._stop_by_us:
            self._actions.append(Close(graceful=True))
            self._state = State.STOPPED
        actions, self._actions = self._actions, []
        return actions

    # ------------------------------------------------------------ keeping

    def _commit(self, at: Instant) -> None:
        due_us = self._spool.due_us()
        urgent = self._urgent and not self._spool.in_trouble
        self._urgent = False
        if urgent or (due_us is not None and at.mono_us >= due_us):
            self._spool.commit(at)

    def _commit_all(self, at: Instant) -> None:
        """The last chance of what is still in memory."""
        before = -1
        while self._spool.waiting not in (0, before):
            before = self._spool.waiting
            self._spool.commit(at)
        if self._spool.waiting:
            self._log.error("readings_lost", number=self._spool.waiting, reason="the disk took nothing to the end")

    def _save_time(self, at: Instant) -> None:
        self._save_at_us = at.mono_us + round(self._transport.save_time_s * SECOND_US)
        if self._time.confirmed:
            self._spool.save_time(self._time.now_us(at), at)

    def _about_myself(self, values: NodeValues) -> NodeValues:
        """What only the agent knows of its machine."""
        known = {
            "spool_pending": min(self._spool.pending, COUNT_MAX),
            "spool_dropped": min(self._spool.dropped, COUNT_MAX),
            "clock_source": self._time.source,
        }
        return values.model_copy(update={key: value for key, value in known.items() if getattr(values, key) is None})

    def _watch(self, sensor: str, level_cm: float, at: Instant) -> None:
        was_rising = self._is_rising(at)
        if not self._rising[sensor].see(level_cm, at.mono_us):
            return
        self._urgent = True
        if not was_rising and self._state is State.APART and self._connect_at_us is not None:
            soonest_us = at.mono_us + self._random_us(self._transport.rising_reconnect_max_s)
            self._connect_at_us = min(self._connect_at_us, soonest_us)

    def _is_rising(self, at: Instant) -> bool:
        return any(one.still(at.mono_us) for one in self._rising.values())

    # ------------------------------------------------------------ connecting

    def _connect(self, at: Instant) -> None:
        if self._connect_at_us is None:
            self._connect_at_us = at.mono_us + self._random_us(self._transport.boot_delay_s)
        if at.mono_us < self._connect_at_us:
            return
        self._birth_no = self._spool.next_birth_no(Instant(at.mono_us, self._time.now_us(at), at.source))
        self._state = State.CONNECTING
        topic = topics.status(self.identity.city, self.identity.node)
        self._actions.append(Connect(self._brokers[self._broker], Will(topic, self._status("offline", "lost"))))

    def _part(self, at: Instant) -> None:
        """Wait a random time below a limit that doubles with every failure (full jitter), then try the next broker."""
        if self._state is State.ONLINE and at.mono_us - self._online_us >= self._transport.settled_s * SECOND_US:
            self._failures = 0
        self._state = State.APART
        self._outbound.reset()
        self._broker = (self._broker + 1) % len(self._brokers)
        most_s = self._transport.rising_reconnect_max_s if self._is_rising(at) else self._transport.reconnect_max_s
        limit_s = min(most_s, self._transport.reconnect_first_s * 2 ** min(self._failures, 20))
        self._failures += 1
        self._connect_at_us = at.mono_us + self._random_us(limit_s)

    def _random_us(self, limit_s: float) -> int:
        return round(self._rng.uniform(0.0, limit_s) * SECOND_US)

    def _give_birth(self, at: Instant) -> None:
        """Who we are. Sent again under the same number it is also the question for the time."""
        self._asked.append(at.mono_us)
        announced = [
            AnnouncedSensor(sensor=info.sensor, kind=info.kind, period_s=info.period_s, model=info.model)
            for info in self._sensors.values()
        ]
        announced.append(AnnouncedSensor(sensor=DROPS_SENSOR, kind="node", period_s=_DROPS_PERIOD_S))
        birth = Birth(
            city=self.identity.city,
            node=self.identity.node,
            boot=self._spool.boot,
            birth_no=self._birth_no,
            epoch=self._spool.epoch,
            firmware=self.identity.firmware,
            clock=self._time.source,
            sent_us=self._time.now_us(at),
            mono_us=at.mono_us,
            sensors=tuple(announced),
        )
        self._publish(topics.birth(self.identity.city, self.identity.node), codec.encode(birth), retain=True)

    def _status(self, state: uplink.Presence, reason: uplink.Reason) -> bytes:
        return codec.encode(
            Status(
                city=self.identity.city,
                node=self.identity.node,
                state=state,
                birth_no=self._birth_no,
                reason=reason,
            )
        )

    def _publish(self, topic: str, payload: bytes, *, retain: bool = False) -> int:
        self._tokens += 1
        self._actions.append(Publish(self._tokens, topic, payload, qos=1, retain=retain))
        return self._tokens

    # ------------------------------------------------------------ carrying

    def _carry(self, at: Instant) -> None:
        if self._outbound.stuck(at.mono_us):
            self._log.warning("connection_given_up", reason="the broker takes nothing")
            self._actions.append(Close(graceful=False))
            self._part(at)
            return
        ask_us = self._time.ask_due_us(self._asked[-1])
        if ask_us is not None and at.mono_us >= ask_us:
            self._give_birth(at)
        if self._awaits_greeting(at):
            return
        for batch in self._outbound.overdue(at.mono_us):
            rows = self._spool.rows([seq for seq in batch.order if seq in batch.seqs])
            if not rows:
                self._outbound.forget(batch)
                continue
            self._outbound.shrink(batch, {row.seq for row in rows})
            self._outbound.sent_again(batch, self._send(rows, at), at.mono_us)
        if self._wait_until_us is not None and at.mono_us >= self._wait_until_us:
            self._wait_until_us = None
            self._outbound.rewind()
        while rows := self._outbound.choose(self._spool, lambda row: self._may_go(row, at), at.mono_us):
            if not self._spool.freeze(self._times_of(rows), at):
                self._outbound.rewind()
                return
            rows = self._spool.rows([row.seq for row in rows])
            self._outbound.sent([row.seq for row in rows], self._send(rows, at), at.mono_us)

    def _awaits_greeting(self, at: Instant) -> bool:
        """On a new connection the city speaks first, for a moment: our clock may be a year off and not know it. A river
        that rises does not wait where the city has confirmed the clock before."""
        if self._greeted_by_us is None:
            return False
        if at.mono_us >= self._greeted_by_us or (self._time.confirmed and self._is_rising(at)):
            self._greeted_by_us = None
        return self._greeted_by_us is not None

    def _hear_the_time(self, server_us: int, asked_mono_us: int, at: Instant) -> None:
        first = not self._time.confirmed
        if self._time.answer(server_us, asked_mono_us, at):
            self._greeted_by_us = None
            if first:
                self._save_time(at)

    def _send(self, rows: Sequence[Row], at: Instant) -> int:
        payload = uplink.batch(self.identity.city, self.identity.node, self._spool.epoch, rows, self._time.now_us(at))
        return self._publish(topics.readings(self.identity.city, self.identity.node), payload)

    def _may_go(self, row: Row, at: Instant) -> bool:
        same_boot = row.boot == self._spool.boot
        if row.observed_us is not None or self._time.time_of(row.taken, same_boot=same_boot) is not None:
            return True
        until_us = max(row.taken.mono_us, self._online_us) + round(self._transport.clock_wait_s * SECOND_US)
        if at.mono_us >= until_us:
            return True
        self._wait_until_us = min(self._wait_until_us or until_us, until_us)
        return False

    def _times_of(self, rows: Sequence[Row]) -> list[Refrozen]:
        times = []
        for row in rows:
            if row.observed_us is None:
                same_boot = row.boot == self._spool.boot
                known = self._time.time_of(row.taken, same_boot=same_boot)
                times.append(Refrozen(row.seq, *(known or self._time.guess(row.taken, same_boot=same_boot))))
        return times

    def _apply(self, ack: Ack, at: Instant) -> None:
        if ack.stored or ack.refused:
            kept, dead = self._spool.acknowledge(ack.stored, [one.seq for one in ack.refused], at)
            self._note_refusals(ack, set(dead), at)
            if kept or dead:
                self._failures = 0
                self._outbound.held_until_us = None
                self._outbound.answered([*kept, *dead], at.mono_us)
            if kept and self._held:
                self._held = False
                self._log.info("held_no_more", reason="the city knows this node now")
        if ack.held and self._outbound.held(ack.held, at.mono_us) and not self._held:
            self._held = True
            self._log.warning(
                "held",
                reason="the city does not know this node, or not all its sensors",
                asks_again_s=self._transport.held_retry_s,
            )

    def _note_refusals(self, ack: Ack, dead: set[int], at: Instant) -> None:
        """Say each reason at once, and while it lasts once an hour with how often."""
        for one in ack.refused:
            if one.seq not in dead:
                continue
            if one.reason == "time_implausible":
                self._time.doubt()
            said_us, unsaid = self._refusals.get(one.reason, (None, 0))
            unsaid += 1
            if said_us is None or at.mono_us - said_us >= HOUR_US:
                self._log.warning("refused", reason=one.reason, readings=unsaid, seq=one.seq)
                said_us, unsaid = at.mono_us, 0
            self._refusals[one.reason] = (said_us, unsaid)

    def _time_state(self) -> tuple[bool, bool]:
        return self._time.anchor is not None, self._time.disputed

    def _notice_trust(self) -> None:
        state = self._time_state()
        if state != self._trusted:
            self._trusted = state
            self._wait_until_us = None
            self._outbound.rewind()
            self._log.info("clock", source=self._time.source, disputed=self._time.disputed, steps=self._time.steps)


__all__ = ["Agent", "Identity", "RisingLimits", "State", "Transport"]
