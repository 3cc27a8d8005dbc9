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
from ingest.births import Births
from ingest.counts import IngestCounts
from ingest.decode import BatchNews, BirthNews, Garbage, News, StatusNews, alone, decode
from ingest.intruders import Intruders
from ingest.place import Registry
from ingest.quarantine import Quarantine
from ingest.rows import row_of
from store.ports import CityStore, Quarantined, ReadingStore, Row

_MESSAGES_AT_ONCE = 8
_FIRST_WAIT_S = 0.2
_BACKOFF_S = 0.25
_BACKOFF_CAP_S = 15.0

log = structlog.get_logger(__name__)


class _Turn:
    """What one turn has gathered. Nothing in it leaves before the store has said that it is durable."""

    def __init__(self, now_us: int) -> None:
        self.now_us = now_us
        self.rows: dict[tuple[str, str, int], Row] = {}
        self.origins: dict[tuple[str, str, int], tuple[BatchNews, Reading]] = {}
        self.refused: list[Quarantined] = []
        self.acks = Acks()
        self.held = 0


class Ingest:
    """One copy of the stage. Copies may run side by side on a shared subscription; none keeps anything.

    A turn takes at most about `batch_rows` readings and waits at most `linger_s` for more than the first message.
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
        self._counts = IngestCounts()
        self._messages: list[Incoming] = []
        self._news: list[News] = []
        self._failures = 0
        self._loops = 0
        self._wait_s = 0.0

    def run(self, stop: threading.Event) -> None:
        """Turn after turn until `stop`; after a failed one wait, longer each time, with jitter."""
        while not stop.is_set():
            self.turn()
            if self._wait_s:
                stop.wait(self._wait_s)

    def turn(self) -> int:
        """One turn; returns how many messages it finished. Where a database is away it returns 0, has answered
        nobody, and the next turn tries the same messages again."""
        self._loops += 1
        self._take_and_decode()
        if not self._messages:
            return 0
        try:
            self._work(_Turn(self._clock.now_us()))
        except PortError as error:
            self._failed(error)
            return 0
        self._healed()
        finished = len(self._messages)
        self._messages, self._news = [], []
        return finished

    def facts(self) -> dict[str, Any]:
        """The counters, whether the store is failing now, and `loops`, which stands still where the process hangs."""
        return {**self._counts.snapshot(), "failing": self._failures > 0, "loops": self._loops}

    # ---------------------------------------------------------------- the way of a reading

    def _work(self, turn: _Turn) -> None:
        self._registry.refresh()
        self._note_births(turn)
        self._place_and_admit(turn)
        self._intruders.note(self._news, turn.now_us)
        self._write(turn)
        kept = self._keep_refused(turn)
        # From here on everything is durable, and nothing can fail.
        self._answer(turn, kept)
        self._subscription.done(self._messages)
        self._count(turn, kept)

    def _take_and_decode(self) -> None:
        """A batch of news; that of a failed turn is still there."""
        if self._messages:
            return
        until_us, rows, wait_s = 0, 0, _FIRST_WAIT_S
        while rows < self._batch_rows:
            taken = self._subscription.take(_MESSAGES_AT_ONCE, wait_s)
            if not taken:
                return
            news = [decode(message, self._city) for message in taken]
            self._messages += taken
            self._news += news
            rows += sum(len(one.readings) if isinstance(one, BatchNews) else 1 for one in news)
            now_us = self._clock.mono_us()
            until_us = until_us or now_us + self._linger_us
            wait_s = max(0, until_us - now_us) / SECOND_US

    def _note_births(self, turn: _Turn) -> None:
        for news in self._news:
            if isinstance(news, BirthNews):
                self._births.note(news.birth, turn.now_us, known=self._registry.knows(news.birth.node))
            elif isinstance(news, StatusNews):
                self._births.status(news.status, turn.now_us)

    def _place_and_admit(self, turn: _Turn) -> None:
        for news in self._news:
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
        self._counts.failed_turns += 1
        if self._failures == 0:
            log.warning("ingest.waiting", why=str(error), messages=len(self._messages))
        bound_s = min(_BACKOFF_CAP_S, _BACKOFF_S * 2 ** min(self._failures, 16))
        wished_s = error.retry_after_s if isinstance(error, Unavailable) else None
        self._wait_s = (wished_s or 0.0) + self._rng.uniform(bound_s / 2, bound_s)
        self._failures += 1

    def _healed(self) -> None:
        if self._failures:
            log.info("ingest.healed", failed_turns=self._failures)
        self._failures = 0
        self._wait_s = 0.0
