"""Which readings go next, and which are on their way: live before back-fill, at most W batches awaiting an answer.

Pure bookkeeping over the spool's rows. A batch is on its way until every reading in it is answered (or the connection
is lost); it is sent again after T, then 2 T, 4 T …, with jitter. One place of the window is kept for live readings, so
that a long back-fill never makes a rising river wait. A city whose store is away answers nothing, and its alerts listen
all the same: then the newest reading takes the place of the batch that has waited longest.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from contract.clock import SECOND_US
from contract.messages import MAX_MESSAGE_BYTES
from edge.spool import Spool
from edge.spoolrow import Row

_ENVELOPE_BYTES = 2_048
_READING_BYTES = 260
_JITTER = 0.25
_PAGES_A_LOOK = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Transport:
    """How an agent carries. Transport times: never compressed with a compressed world.

    `window_batches` is W, `resend_s` is T; a held reading is asked about again after `held_retry_s`; a reading without
    a trusted time waits `clock_wait_s` for the city's, and on a new connection no reading goes out before the city has
    answered the birth, for at most `birth_wait_s`, so that its time decides first. Reconnects wait a random time below
    a growing limit, at most `reconnect_max_s`, and `rising_reconnect_max_s` while a gauge rises; the failures before
    are forgotten once a connection has lasted `settled_s` or an answer came. The first connection waits a random part
    of `boot_delay_s`, so that the end of a blackout is not a stampede. A time that the city has confirmed is saved
    every `save_time_s`.
    """

    window_batches: int = 4
    batch_readings: int = 100
    resend_s: float = 10.0
    resend_max_s: float = 120.0
    held_retry_s: float = 60.0
    clock_wait_s: float = 600.0
    birth_wait_s: float = 3.0
    reconnect_first_s: float = 1.0
    reconnect_max_s: float = 120.0
    rising_reconnect_max_s: float = 10.0
    settled_s: float = 60.0
    save_time_s: float = 600.0
    boot_delay_s: float = 0.0


@dataclass(slots=True)
class Batch:
    """Readings on their way. `due_us` is when they are sent again; `token` names the last publish, `confirmed` its
    PUBACK, which says only that the broker has taken it."""

    seqs: set[int]
    token: int
    sent_us: int
    due_us: int
    attempts: int = 1
    confirmed: bool = False
    order: list[int] = field(default_factory=list)


class Outbound:
    """The readings of one connection that are on their way."""

    def __init__(self, transport: Transport, rng: random.Random) -> None:
        self._transport = transport
        self._rng = rng
        self._batches: list[Batch] = []
        self._flying: set[int] = set()
        self._cursor = 0
        self._more = False
        self._attempts = 1  # of the next batch: one that replaces another is as patient with a silent city
        self.held_until_us: int | None = None

    @property
    def batches(self) -> Sequence[Batch]:
        return self._batches

    def reset(self) -> None:
        """The connection is gone: nobody knows what arrived. Everything is to be sent again."""
        self._batches.clear()
        self._flying.clear()
        self._cursor = 0

    def rewind(self) -> None:
        """Look at the old readings again: some that had to wait may go now."""
        self._cursor = 0

    # ------------------------------------------------------------ choosing

    def choose(self, spool: Spool, may_go: Callable[[Row], bool], mono_us: int) -> list[Row]:
        """The next batch, all of one boot: the newest reading of each sensor that is not on its way, then the oldest
        ones. Empty where nothing may go now. `may_go` holds back what has no time yet."""
        self._more = False
        places = self._transport.window_batches - len(self._batches)
        if self.held_until_us is not None:
            # The city does not know this node yet: one batch asks, the others wait.
            if mono_us < self.held_until_us or self._batches:
                return []
            return self._cut(self._oldest(spool, may_go, self._transport.batch_readings))
        if places <= 0:
            return self._in_place_of_another(spool, may_go)
        live = self._live(spool, may_go)
        rest = spool.pending - len(self._flying) - len(live)
        if live and rest > self._transport.batch_readings - len(live):
            return self._cut(live)
        if places == 1 and self._transport.window_batches > 1 and not live:
            return []
        taken = {row.seq for row in live}
        older = self._oldest(spool, may_go, self._transport.batch_readings - len(live)) if rest > 0 else []
        return self._cut(live + [row for row in older if row.seq not in taken])

    def _in_place_of_another(self, spool: Spool, may_go: Callable[[Row], bool]) -> list[Row]:
        """Live readings where the window is full. The batch that the broker took first is no longer waited for; its
        readings are in the spool, and an answer to them counts whenever it comes. Empty where the broker takes
        nothing: then more words would help nobody."""
        oldest = next((batch for batch in self._batches if batch.confirmed), None)
        live = self._cut(self._live(spool, may_go)) if oldest is not None else []
        if oldest is not None and live:
            self.forget(oldest)
            self._cursor = min(self._cursor, min(oldest.seqs, default=self._cursor) - 1)
            self._attempts = oldest.attempts
        return live

    def _live(self, spool: Spool, may_go: Callable[[Row], bool]) -> list[Row]:
        wanted = sorted((seq for seq in spool.newest().values() if seq not in self._flying), reverse=True)
        return [row for row in spool.rows(wanted) if may_go(row)][: self._transport.batch_readings]

    def _oldest(self, spool: Spool, may_go: Callable[[Row], bool], limit: int) -> list[Row]:
        """From where the last look ended. A million readings that have to wait are looked through in many looks: the
        sensors and the connection must not wait for that."""
        found: list[Row] = []
        pages = 0
        while len(found) < limit:
            if pages == _PAGES_A_LOOK:
                self._more = True
                break
            pages += 1
            page = spool.after(self._cursor, self._transport.batch_readings)
            if not page:
                break
            for row in page:
                if len(found) >= limit:
                    break
                self._cursor = row.seq
                if row.seq not in self._flying and may_go(row):
                    found.append(row)
        return found

    def _cut(self, rows: list[Row]) -> list[Row]:
        """As many as one message carries, all of the first one's boot. The others are found again."""
        room = MAX_MESSAGE_BYTES - _ENVELOPE_BYTES
        kept: list[Row] = []
        for row in rows:
            size = _READING_BYTES + len(row.values) + len(row.checks)
            if row.boot == rows[0].boot and size <= room:
                room -= size
                kept.append(row)
            else:
                self._cursor = min(self._cursor, row.seq - 1)
        return kept

    # ------------------------------------------------------------ on the way

    def sent(self, seqs: Sequence[int], token: int, mono_us: int) -> None:
        """A new batch was handed to the connection."""
        attempts, self._attempts = self._attempts, 1
        due_us = mono_us + self._after(attempts)
        batch = Batch(set(seqs), token, mono_us, due_us, attempts=attempts, order=list(seqs))
        self._batches.append(batch)
        self._flying |= batch.seqs

    def sent_again(self, batch: Batch, token: int, mono_us: int) -> None:
        """A batch was handed over once more."""
        batch.attempts += 1
        batch.token, batch.sent_us, batch.confirmed = token, mono_us, False
        batch.due_us = mono_us + self._after(batch.attempts)

    def confirmed(self, token: int, mono_us: int) -> None:
        """The broker has taken it: from now on the city's answer is awaited."""
        for batch in self._batches:
            if batch.token == token and not batch.confirmed:
                batch.confirmed = True
                batch.due_us = mono_us + self._after(batch.attempts)

    def answered(self, seqs: Iterable[int], mono_us: int) -> None:
        """These need not be sent again. An answer also says that somebody is there to answer the others."""
        done = set(seqs)
        if not done:
            return
        self._flying -= done
        for batch in self._batches:
            batch.seqs -= done
            batch.due_us = min(batch.due_us, mono_us + self._after(1))
        self._batches = [batch for batch in self._batches if batch.seqs]

    def held(self, ranges: Iterable[tuple[int, int]], mono_us: int) -> bool:
        """The city keeps these waiting. True where one of them was on its way."""
        spans = list(ranges)
        waiting = {seq for seq in self._flying if any(low <= seq <= high for low, high in spans)}
        if not waiting:
            return False
        self._flying -= waiting
        for batch in self._batches:
            batch.seqs -= waiting
        self._batches = [batch for batch in self._batches if batch.seqs]
        wait_s = self._transport.held_retry_s * (1 + _JITTER * self._rng.random())
        self.held_until_us = mono_us + round(wait_s * SECOND_US)
        self.rewind()
        return True

    def overdue(self, mono_us: int) -> list[Batch]:
        """What must be sent again. One that the broker itself has not taken yet is still on the socket."""
        return [batch for batch in self._batches if batch.confirmed and batch.due_us <= mono_us]

    def stuck(self, mono_us: int) -> bool:
        """The broker has not taken a batch for so long that the connection is worth nothing."""
        limit_us = round(self._transport.resend_max_s * SECOND_US)
        return any(not batch.confirmed and mono_us - batch.sent_us >= limit_us for batch in self._batches)

    def forget(self, batch: Batch) -> None:
        """Nothing of it is left to send."""
        self._flying -= batch.seqs
        self._batches = [other for other in self._batches if other is not batch]

    def shrink(self, batch: Batch, alive: set[int]) -> None:
        """The spool has let go of some of it: only these are still to be sent."""
        self._flying -= batch.seqs - alive
        batch.seqs &= alive

    def next_us(self, mono_us: int) -> int | None:
        """When something of this must be looked at again."""
        limit_us = round(self._transport.resend_max_s * SECOND_US)
        moments = [batch.due_us if batch.confirmed else batch.sent_us + limit_us for batch in self._batches]
        if self._more:
            moments.append(mono_us)
        # A question that has been due already waits for something to ask with, not for a time.
        if self.held_until_us is not None and self.held_until_us > mono_us and not self._batches:
            moments.append(self.held_until_us)
        return min(moments, default=None)

    def _after(self, attempts: int) -> int:
        wait_s: float = min(self._transport.resend_s * 2 ** min(attempts - 1, 20), self._transport.resend_max_s)
        return round(wait_s * (1 + _JITTER * self._rng.random()) * SECOND_US)
