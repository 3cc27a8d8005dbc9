"""The way of a reading from the broker to the store and the node's `ack`, in reading order."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from typing import Any

import structlog

from broker.ports import Incoming, Subscription
from contract.clock import SECOND_US, Clock
from contract.errors import PortError, Unavailable
from contract.messages import Reading, RefusalReason
from ingest.acks import Acks
from ingest.admit import Verdict, awaits_birth, refusal
from ingest.aside import Aside
from ingest.births import Births
from ingest.counts import IngestCounts
from ingest.decode import BatchNews, BirthNews, Garbage, News, StatusNews, alone, decode
from ingest.intruders import Intruders
from ingest.pace import Pace, Rate
from ingest.place import Registry
from ingest.quarantine import Quarantine
from ingest.rows import row_of
from store.ports import CityStore, Quarantined, ReadingStore, Row

_MESSAGES_AT_ONCE = 8
_FIRST_WAIT_S = 0.2
_BACKOFF_S = 0.25
_BACKOFF_CAP_S = 15.0
_SIGN_S = 1.0

log = structlog.get_logger(__name__)


class _Turn:
    """What one turn is about and has gathered. Nothing in it leaves before the store has said that it is durable."""

    def __init__(self, now_us: int, news: Sequence[News]) -> None:
        self.now_us = now_us
        self.news = news
        self.rows: dict[tuple[str, str, int], Row] = {}
        self.origins: dict[tuple[str, str, int], tuple[BatchNews, Reading]] = {}
        self.refused: list[Quarantined] = []
        self.acks = Acks()
        self.held = 0
        self.unanswered = 0


class Ingest:
    """One copy of the stage. Copies may run side by side on a shared subscription; none keeps anything.

    Where the city's own database is away, readings of nodes that are known go on being kept and answered. Births and
    garbage wait for it here (the broker retains a birth, should we die); other readings are asked for again.

    A turn takes at most about `batch_rows` readings and waits at most `linger_s` for more than the first message. What
    a node says beyond `rate` is left with it; None where nobody says too much.
    """

    def __init__(
        self,
        *,
        city: str,
        subscription: Subscription,
        readings: ReadingStore,
        cities: CityStore,
        clock: Clock,
        batch_rows: int = 2_000,
        linger_s: float = 0.01,
        rng: random.Random | None = None,
        quarantine: Quarantine | None = None,
        rate: Rate | None = None,
    ) -> None:
        self._city = city
        self._subscription = subscription
        self._readings = readings
        self._clock = clock
        self._batch_rows = batch_rows
        self._linger_us = round(linger_s * SECOND_US)
        self._rng = rng or random.Random()  # noqa: S311  jitter, no secret
        self._registry = Registry(city, cities)
        self._births = Births(city, cities, subscription, self._registry, clock)
        self._intruders = Intruders(city, cities, self._registry)
        self._quarantine = quarantine or Quarantine(cities)
        self._pace = Pace(city, rate) if rate is not None else None
        self._counts = IngestCounts()
        self._messages: list[Incoming] = []
        self._news: list[News] = []
        self._left = 0
        self._failures = 0
        self._to_mend = ""
        self._loops = 0
        self._wait_s = 0.0
        self._aside = Aside()
        self._city_away = 0
        self._city_due_us = 0

    def run(self, stop: threading.Event) -> None:
        """Turn after turn until `stop`; after a failed one wait, longer each time, with jitter."""
        while not stop.is_set():
            self.turn()
            if self._wait_s:
                self._rest(stop)

    def _rest(self, stop: threading.Event) -> None:
        """A store may ask to be left alone for minutes: whoever waits for it is no hung process."""
        left_s = self._wait_s
        while left_s > 0 and not stop.wait(min(_SIGN_S, left_s)):
            left_s -= _SIGN_S
            self._loops += 1

    def turn(self) -> int:
        """One turn; returns how many messages it finished. Where the readings' database is away it returns 0, has
        answered nobody, and the next turn tries the same messages again."""
        self._loops += 1
        self._take_and_decode()
        city_is_due = self._clock.mono_us() >= self._city_due_us
        if not (self._messages or (self._aside and city_is_due)):
            return 0
        try:
            finished = self._work_with_city() if city_is_due else self._work_alone()
        except PortError as error:
            self._failed(error)
            return 0
        self._healed()
        return finished

    def facts(self) -> dict[str, Any]:
        """The counters, whether a database is failing now, how many messages wait for the city's, how many unknown
        nodes were forgotten for too many others, and `loops`, which stands still where the process hangs."""
        return {
            **self._counts.snapshot(),
            "failing": self._failures > 0 or self._city_away > 0,
            "put_aside": len(self._aside),
            "strangers_forgotten": self._births.forgotten,
            "loops": self._loops,
        }

    # ---------------------------------------------------------------- the way of a reading

    def _work_with_city(self) -> int:
        """All of it. Where the city's database is away, what can be done without it."""
        turn = _Turn(self._clock.now_us(), [*self._aside.news(), *self._news])
        try:
            self._registry.refresh()
            self._note_births(turn)
            self._place_and_admit(turn)
            self._intruders.note(turn.news, turn.now_us)
            self._note_unruly(turn.now_us)
        except Unavailable as error:
            return self._go_on_alone(error)
        self._write(turn)
        try:
            kept = self._keep_refused(turn)
        except Unavailable as error:
            return self._go_on_alone(error)
        # From here on everything is durable, and nothing can fail.
        self._city_is_back()
        return self._finish(turn, kept)

    def _work_alone(self) -> int:
        """What can be said without the city's database: readings of known nodes, with nothing wrong in them."""
        turn = _Turn(self._clock.now_us(), self._news)
        aside: list[News] = []
        for news in self._news:
            if not isinstance(news, BatchNews):
                aside.append(news)
            elif not self._place_remembered(turn, news):
                turn.unanswered += 1
        self._write(turn)
        turn.refused.clear()  # there is nowhere to keep them now: their nodes are told nothing and ask again
        self._counts.over_rate += self._aside.put(aside)
        return self._finish(turn, ())

    def _finish(self, turn: _Turn, kept: Sequence[Quarantined]) -> int:
        self._answer(turn, kept)
        self._subscription.done(self._messages)
        self._count(turn, kept)
        finished = len(self._messages)
        self._messages, self._news, self._left = [], [], 0
        return finished

    def _go_on_alone(self, error: Unavailable) -> int:
        if not self._registry.read:
            raise error
        if not self._city_away:
            log.warning("ingest.city_away", why=str(error))
        self._city_due_us = self._clock.mono_us() + round(self._backoff_s(self._city_away, error) * SECOND_US)
        self._city_away += 1
        return self._work_alone()

    def _city_is_back(self) -> None:
        if self._city_away:
            log.info("ingest.city_back", failed_attempts=self._city_away, put_aside=len(self._aside))
        self._city_away = self._city_due_us = 0
        self._aside.clear()

    def _take_and_decode(self) -> None:
        """A batch of news; that of a failed turn is still there."""
        if self._messages:
            return
        until_us, rows, wait_s = 0, 0, _FIRST_WAIT_S
        while rows < self._batch_rows:
            taken = self._subscription.take(_MESSAGES_AT_ONCE, wait_s)
            if not taken:
                return
            now_us = self._clock.mono_us()
            self._messages += taken
            rows += sum(self._read(message, now_us) for message in taken)
            until_us = until_us or now_us + self._linger_us
            wait_s = max(0, until_us - now_us) / SECOND_US

    def _read(self, message: Incoming, mono_us: int) -> int:
        """What it says joins the news, unless its node has said too much. Returns how much that was, in readings."""
        if self._pace is not None and not self._pace.lets_in(message.topic, mono_us):
            self._left += 1
            return 1
        news = decode(message, self._city)
        self._news.append(news)
        if not isinstance(news, BatchNews):
            return 1
        if self._pace is not None:
            self._pace.read(message.topic, len(news.readings))
        return len(news.readings)

    def _note_unruly(self, now_us: int) -> None:
        if self._pace is not None:
            self._intruders.write(self._pace.unruly(now_us))
            self._pace.told()

    def _note_births(self, turn: _Turn) -> None:
        for news in turn.news:
            if isinstance(news, BirthNews):
                self._births.note(news.birth, turn.now_us, known=self._registry.knows(news.birth.node))
            elif isinstance(news, StatusNews):
                self._births.status(news.status, turn.now_us)

    def _place_and_admit(self, turn: _Turn) -> None:
        for news in turn.news:
            if isinstance(news, Garbage):
                turn.refused.append(self._whole(news, turn))
            elif isinstance(news, BatchNews):
                self._place_batch(turn, news)

    def _place_batch(self, turn: _Turn, batch: BatchNews) -> None:
        known = self._registry.node(batch.node, {reading.sensor for reading in batch.readings})
        if known is None:
            self._births.spoke(batch.node, turn.now_us)
        for bad in batch.malformed:
            turn.refused.append(self._item(turn, batch, bad.seq, Verdict("malformed", bad.detail), bad.alone))
        if batch.beyond:
            log.warning("ingest.newer_than_this", node=batch.node, readings=len(batch.beyond))
        for seq in batch.beyond:
            turn.acks.held(batch.node, batch.epoch, seq)
            turn.held += 1
        for reading in batch.readings:
            if known is None or awaits_birth(reading, known, batch.boot):
                turn.acks.held(batch.node, batch.epoch, reading.seq)
                turn.held += 1
                continue
            verdict = refusal(reading, known, turn.now_us)
            if verdict is not None:
                turn.refused.append(self._refused(turn, batch, reading, verdict))
                continue
            key = (batch.node, batch.epoch, reading.seq)
            region = self._registry.region(known, reading.observed_us)
            turn.rows[key] = row_of(self._city, batch, reading, region, turn.now_us)
            turn.origins[key] = (batch, reading)

    def _place_remembered(self, turn: _Turn, batch: BatchNews) -> bool:
        """Place a batch from memory. False, and nothing is taken of it, where a single reading of it needs more."""
        known = self._registry.remembered(batch.node)
        if known is None or batch.malformed or batch.beyond:
            return False
        rows = {}
        for reading in batch.readings:
            region = self._registry.remembered_region(known, reading.observed_us)
            if region is None or awaits_birth(reading, known, batch.boot) or refusal(reading, known, turn.now_us):
                return False
            key = (batch.node, batch.epoch, reading.seq)
            rows[key] = row_of(self._city, batch, reading, region, turn.now_us)
            turn.origins[key] = (batch, reading)
        turn.rows |= rows
        return True

    def _write(self, turn: _Turn) -> None:
        """One write a turn. What the store refuses for ever goes the way of everything refused."""
        if not turn.rows:
            return
        for refused in self._readings.write(list(turn.rows.values())):
            row = refused.row
            key = (row.series.node, row.epoch, row.seq)
            del turn.rows[key]
            batch, reading = turn.origins[key]
            reason: RefusalReason = "time_taken" if refused.time_taken else "store_refused"
            turn.refused.append(self._refused(turn, batch, reading, Verdict(reason, refused.reason)))
        for node, epoch, seq in turn.rows:
            turn.acks.stored(node, epoch, seq)

    def _keep_refused(self, turn: _Turn) -> Sequence[Quarantined]:
        kept, pushed_out = self._quarantine.keep(turn.refused, self._clock.mono_us())
        self._counts.pushed_out += pushed_out
        return kept

    def _answer(self, turn: _Turn, kept: Sequence[Quarantined]) -> None:
        """Only what is in quarantine is answered as refused; what the rate left out stays with its node."""
        for item in kept:
            if item.seq:
                turn.acks.refused(item.node, item.epoch, item.seq, item.reason)  # type: ignore[arg-type]
            if item.reason == "identity":
                log.warning("ingest.identity", topic=item.topic, node=item.node, detail=item.detail)
        turn.acks.send(self._city, self._subscription, self._clock.now_us())

    # ---------------------------------------------------------------- small things

    def _refused(self, turn: _Turn, batch: BatchNews, reading: Reading, verdict: Verdict) -> Quarantined:
        return self._item(turn, batch, reading.seq, verdict, alone(batch, self._city, reading.model_dump(mode="json")))

    def _item(self, turn: _Turn, batch: BatchNews, seq: int, verdict: Verdict, payload: bytes) -> Quarantined:
        return Quarantined(
            city=self._city,
            node=batch.node,
            received_us=turn.now_us,
            topic=batch.topic,
            reason=verdict.reason,
            detail=verdict.detail,
            payload=payload,
            epoch=batch.epoch if seq else "",
            seq=seq,
        )

    def _whole(self, garbage: Garbage, turn: _Turn) -> Quarantined:
        return Quarantined(
            city=self._city,
            node=garbage.node,
            received_us=turn.now_us,
            topic=garbage.topic,
            reason=garbage.reason,
            detail=garbage.detail,
            payload=garbage.payload,
        )

    def _count(self, turn: _Turn, kept: Sequence[Quarantined]) -> None:
        counts = self._counts
        counts.turns += 1
        counts.messages += len(self._messages)
        counts.births += sum(isinstance(news, BirthNews) for news in self._news)
        counts.statuses += sum(isinstance(news, StatusNews) for news in self._news)
        counts.unanswered += turn.unanswered
        counts.left += self._left
        garbage = [news for news in self._news if isinstance(news, Garbage)]
        counts.garbage += len(garbage)
        counts.identity += sum(news.reason == "identity" for news in garbage)
        counts.stored += len(turn.rows)
        counts.held += turn.held
        counts.refused += sum(1 for item in kept if item.seq)
        counts.quarantined += len(kept)
        counts.over_rate += len(turn.refused) - len(kept)
        for row in turn.rows.values():
            counts.lag.add((row.received_us - row.observed_us) / SECOND_US)

    def _failed(self, error: PortError) -> None:
        """Say it once, and again where an operator has something else to mend now."""
        self._counts.failed_turns += 1
        to_mend = error.mend if isinstance(error, Unavailable) else ""
        if self._failures == 0 or to_mend != self._to_mend:
            log.warning("ingest.waiting", why=str(error), messages=len(self._messages))
        self._to_mend = to_mend
        self._wait_s = self._backoff_s(self._failures, error)
        self._failures += 1

    def _backoff_s(self, failures: int, error: PortError) -> float:
        bound_s = min(_BACKOFF_CAP_S, _BACKOFF_S * 2 ** min(failures, 16))
        wished_s = error.retry_after_s if isinstance(error, Unavailable) else None
        return (wished_s or 0.0) + self._rng.uniform(bound_s / 2, bound_s)

    def _healed(self) -> None:
        if self._failures:
            log.info("ingest.healed", failed_turns=self._failures)
        self._failures = 0
        self._wait_s = 0.0
