"""The stage: one deliverer a city, by a lease of its own.

look for new tellings → walk past all who follow, page by page → lanes say it → what came of it is kept in batches.

Killed at any instant it goes on from rows: a walk from the page that was kept last, a send from "waiting" under the key
it had. What a provider took in the last fifth of a second before a kill is said again under the same key.
"""

from __future__ import annotations

import asyncio
import random
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from alerts.outbox import Lane
from alerts.reach import fairness
from alerts.reach.confirming import Confirming
from alerts.reach.delivery import Delivery, cancel
from alerts.reach.hands import Hands, Opener, lease_word
from alerts.reach.http import Lines
from alerts.reach.lane import Surroundings
from alerts.reach.reachfile import Opened
from alerts.reach.webpush import b64
from contract.clock import DAY_US, Clock
from contract.errors import Rejected, Unavailable
from contract.reach import RECEIPT_KINDS, Walk, share_of, thread_of
from contract.subscription import CHANNEL, REACH_KINDS, ReachKind, Telling
from store.ports import CityStore, Lease
from store.sends import reach_lease

PAGE = 5_000
LOOK_S = 0.5
KEPT_US = 30 * DAY_US
"""how long it is known who was told what"""
STALE_US = DAY_US
"""what is older than this when it is first seen is no news to anybody, also where it has no end"""
_TIDY_S = 3_600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Source:
    """Where tellings come from. `since` yields each number and what it says, None for what goes to nobody."""

    name: str
    since: Callable[[int], Sequence[tuple[int, Telling | None]]]


class ReachProcess:
    """`run` until told to stop. Raises nothing but what is a bug, which ends the process."""

    def __init__(
        self,
        *,
        city: str,
        name: str,
        zone: ZoneInfo,
        cities: CityStore,
        sources: Sequence[Source],
        open_providers: Opener,
        make_lines: Callable[[], Lines],
        clock: Clock,
        rng: random.Random,
        holder: str,
        lease_ttl_s: float,
        base_url: str,
        hands: Sequence[Sequence[str]] = (),
    ) -> None:
        """`hands`: the commands that start further processes which send beside this one."""
        self._city = city
        self._zone = zone
        self._cities = cities
        self._sources = tuple(sources)
        self._open = open_providers
        self._make_lines = make_lines
        self._clock = clock
        self._rng = rng
        self._holder = holder
        self._ttl_s = lease_ttl_s
        self._around = Surroundings(
            city=city, name=name, zone=zone, cities=cities, clock=clock, rng=rng, base_url=base_url.rstrip("/"),
            share=share_of(0, 1 + len(hands)),
        )  # fmt: skip
        self._hands = Hands(hands)
        self._senders = 1 + len(hands)
        self._lease: Lease | None = None
        self._delivery: Delivery | None = None
        self._kinds: frozenset[ReachKind] = frozenset()
        self._leading = threading.Event()
        self._loops = 0
        self._store_away = False

    def facts(self) -> dict[str, Any]:
        """For the sign of life."""
        own: Mapping[str, Any] = self._delivery.facts() if self._delivery is not None else {}
        return {
            "loops": self._loops,
            "leading": self._leading.is_set(),
            "providers": sorted(self._kinds),
            "senders": self._senders,
            **{name: sorted({*own.get(name, ()), *self._hands.facts(name)}) for name in ("away", "near_budget")},
        }

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop`."""
        asyncio.run(self._run(stop))

    async def _run(self, stop: threading.Event) -> None:
        lines = self._make_lines()
        opened = self._open(lines)
        self._kinds = frozenset(opened)
        self._posts = [kind for kind, one in opened.items() if one.post is not None]
        delivery = Delivery(opened, self._around, fenced=self._fenced, ails=self._ail, heals=self._heal)
        self._delivery = delivery
        confirming = Confirming(self._city, self._around.name, self._cities, opened, asyncio.get_running_loop())
        outbox = Lane(
            self._city, self._cities, CHANNEL, confirming, self._clock, self._rng, beside=(), first_wait_s=1.0,
            longest_wait_s=60.0, at_once=4,
        )  # fmt: skip
        speaking = threading.Thread(target=outbox.run, args=(stop, self._leading, LOOK_S), name="confirm", daemon=True)
        speaking.start()
        await self._hands.begin()
        endless = [self._lead(delivery), self._walk(delivery), self._tidy(delivery), *delivery.jobs()]
        endless += [self._hands.watch(number) for number in range(self._senders - 1)]
        jobs = [asyncio.create_task(one) for one in endless]
        ending = asyncio.create_task(self._until(stop))
        try:
            done, _ = await asyncio.wait({*jobs, ending}, return_when=asyncio.FIRST_COMPLETED)
            for one in done:
                one.result()  # a job ends by nothing but a bug
        finally:
            await self._end(jobs, delivery, opened, lines)

    async def _end(
        self,
        jobs: Sequence[asyncio.Task[None]],
        delivery: Delivery,
        opened: Mapping[ReachKind, Opened],
        lines: Lines,
    ) -> None:
        await cancel(jobs)
        await asyncio.gather(delivery.end(), self._hands.end())
        for one in opened.values():
            await one.provider.close()
        await lines.close()
        self._leading.clear()
        if self._lease is not None:
            try:
                await asyncio.to_thread(self._cities.release, self._lease)
            except Unavailable:
                return  # it ends by itself

    async def _until(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self._loops += 1
            await asyncio.sleep(0.1)

    # ------------------------------------------------------------ the lease

    async def _lead(self, delivery: Delivery) -> None:
        while True:
            now_us = self._clock.now_us()
            try:
                lease = await asyncio.to_thread(
                    self._cities.lease, reach_lease(self._city), self._holder, now_us, self._ttl_s
                )
                self._heal()
            except Unavailable as error:
                self._ail(error)
                if self._lease is not None and now_us >= self._lease.until_us:
                    self._lose("the store was away for too long")
            else:
                if lease is None:
                    self._lose("another process delivers")
                else:
                    if self._lease is None or lease.fence != self._lease.fence:
                        log.info("reach.leading", city=self._city, fence=lease.fence)
                    self._under(delivery, lease)
                    self._leading.set()
            await asyncio.sleep(self._ttl_s / 4)

    def _under(self, delivery: Delivery, lease: Lease | None) -> None:
        self._lease = lease
        delivery.under(lease)
        self._hands.tell(lease=lease_word(lease))

    def _lose(self, why: str) -> None:
        if self._leading.is_set():
            log.warning("reach.not_leading", city=self._city, why=why)
        self._leading.clear()
        if self._delivery is not None:
            self._under(self._delivery, None)

    def _wake(self, delivery: Delivery, kind: ReachKind | None = None, *, anew: bool = False) -> None:
        delivery.wake(kind, anew=anew)
        self._hands.tell(wake=kind, anew=anew)

    # ------------------------------------------------------------ the walk

    async def _walk(self, delivery: Delivery) -> None:
        while True:
            if self._lease is not None:
                try:
                    await self._new_tellings(delivery, self._lease)
                    more = await self._step(delivery, self._lease)
                    self._heal()
                except Unavailable as error:
                    self._ail(error)
                    more = False
                except Rejected as error:
                    self._fenced(error)
                    more = False
                if more:
                    continue
            await asyncio.sleep(LOOK_S)

    async def _new_tellings(self, delivery: Delivery, lease: Lease) -> None:
        for source in self._sources:
            seq = await asyncio.to_thread(self._cities.reach_cursor, self._city, source.name)
            for number, telling in await asyncio.to_thread(source.since, seq):
                now_us = self._clock.now_us()
                walk = None
                if telling is not None and not telling.drill and not _over(telling, now_us):
                    last_us = await asyncio.to_thread(self._cities.last_walk_us, self._city, thread_of(telling))
                    walk = Walk(telling=telling, rests_us=fairness.rests_us(telling, last_us))
                await asyncio.to_thread(self._cities.begin_walk, lease, walk, source.name, number, now_us)
                if walk is not None:
                    log.info("reach.begun", telling=walk.telling.id, exempt=walk.telling.exempt)
                    self._wake(delivery, anew=True)

    async def _step(self, delivery: Delivery, lease: Lease) -> bool:
        """One page of each channel of the telling that is most urgent. Whether there is more to do."""
        walks = await asyncio.to_thread(self._cities.open_walks, self._city)
        if not walks:
            return False
        walk = walks[0]
        telling, left = walk.telling, [kind for kind in REACH_KINDS if walk.cursors.get(kind) != -1]
        for kind in left:
            serial = walk.cursors.get(kind, 0)
            page = await asyncio.to_thread(self._cities.subscriptions_after, self._city, kind, serial, limit=PAGE)
            now_us = self._clock.now_us()
            tokens = _tokens(len(page)) if kind in RECEIPT_KINDS else [""] * len(page)
            sends = fairness.sends_of(telling, page, walk.rests_us, self._zone, now_us, tokens)
            if kind not in walk.cursors and kind in self._posts:
                sends.insert(0, fairness.post_of(telling, kind, walk.rests_us, now_us))
            cursors = {**walk.cursors, kind: page[-1].serial if len(page) == PAGE else -1}
            done = all(cursors.get(one) == -1 for one in REACH_KINDS)
            walk = replace(walk, cursors=cursors, done=done)
            await asyncio.to_thread(self._cities.put_sends, lease, walk, sends, now_us)
            self._wake(delivery, kind)
        return True

    # ------------------------------------------------------------ beside it

    async def _tidy(self, delivery: Delivery) -> None:
        while True:
            if self._lease is not None:
                try:
                    await delivery.turn_the_day()
                    await asyncio.to_thread(self._cities.forget_sends, self._city, self._clock.now_us() - KEPT_US)
                except Unavailable as error:
                    self._ail(error)
            await asyncio.sleep(_TIDY_S if self._lease is not None else LOOK_S)

    def _fenced(self, error: Rejected) -> None:
        if error.reason != "fenced":
            raise error
        self._lose(str(error))

    def _ail(self, error: Unavailable) -> None:
        if not self._store_away:
            self._store_away = True
            log.warning("reach.store_away", error=str(error))

    def _heal(self) -> None:
        if self._store_away:
            self._store_away = False
            log.info("reach.store_back")


def _tokens(count: int) -> Sequence[str]:
    """So many words that nobody guesses, drawn at once."""
    drawn = secrets.token_bytes(16 * count)
    return [b64(drawn[at : at + 16]) for at in range(0, len(drawn), 16)]


def _over(telling: Telling, now_us: int) -> bool:
    if telling.expires_us is not None:
        return now_us >= telling.expires_us
    return now_us - telling.at_us > STALE_US
