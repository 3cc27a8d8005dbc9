"""One provider's lane: as many a second as it takes, as many at once as it has lines, and a rest while it is away."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import structlog

from alerts.reach import fairness
from alerts.reach.http import NoAnswer
from alerts.reach.port import Parcel
from alerts.reach.reachfile import Opened
from alerts.reach.words import message_of
from contract.clock import SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from contract.following import leave_path
from contract.reach import BOUND, POST, WHOLE, Due, ProviderInfo, Settled, Share, Walk
from contract.reach_shown import budget_of
from contract.subscription import ReachKind, Telling
from store.ports import CityStore

FAILURES_IN_A_ROW = 10
REST_FIRST_S = 1.0
REST_LONGEST_S = 30.0
AHEAD_S = 2.0
"""how much of its rate a lane takes from the store at once, so that what is graver soon overtakes"""
LEAST, MOST = 50, 4_000
BURST_S = 0.3
"""of its rate, what a lane that could not speak for a moment catches up with at once"""
TICK_S = 0.02
AT_ONCE_MOST = 64
LOOK_S = 0.5
_ADDRESS_GONE = frozenset({"gone", "no_address"})

log = structlog.get_logger(__name__)


def _nowhere(_one: Settled) -> None:
    raise RuntimeError("nobody keeps what came of a send")


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What all lanes of a process share. `share`: which part of the city's sends is theirs."""

    city: str
    name: str
    zone: ZoneInfo
    cities: CityStore
    clock: Clock
    rng: random.Random
    base_url: str
    share: Share = WHOLE
    settle: Callable[[Settled], None] = _nowhere


class ProviderLane:
    """`feed` and `work` run beside each other. `held`: what it has in its hands, by number."""

    def __init__(self, opened: Opened | None, kind: ReachKind, around: Surroundings) -> None:
        self.kind = kind
        self.info = opened.info if opened is not None else ProviderInfo(kind=kind, rate_per_s=1.0)
        self.held: set[int] = set()
        self.spent = 0
        self.away = ""
        self._opened = opened
        self._around = around
        self._rate_per_s = self.info.rate_per_s * around.share.part
        self._queue: deque[Due] = deque()
        self._filled = asyncio.Event()
        self._wanted = asyncio.Event()
        self._woken = asyncio.Event()
        self._tellings: dict[str, Telling] = {}
        self._after = (-1, 0)
        self._slot_s = 0.0
        self._in_a_row = 0
        self._rest_s = REST_FIRST_S
        self._resting_until_s = 0.0
        self._near = False

    @property
    def at_once(self) -> int:
        return max(2, min(AT_ONCE_MOST, round(self._rate_per_s)))

    def wake(self, *, anew: bool = False) -> None:
        """There is something to be said; with `anew` also something that may go before what is in hand."""
        if anew:
            self._after = (-1, 0)
        self._woken.set()

    def drop(self) -> None:
        """Another process delivers now: what was not tried is its."""
        self._queue.clear()
        self.held.clear()
        self._after = (-1, 0)

    # ------------------------------------------------------------ from the store

    async def feed(self, leading: Callable[[], bool]) -> None:
        """Keep the queue filled, for ever. Raises nothing but cancellation."""
        loop = asyncio.get_running_loop()
        while True:
            rest_s = self._resting_until_s - loop.time()
            if rest_s > 0:
                await asyncio.sleep(min(rest_s, LOOK_S))
                continue
            if not leading() or not await self._more():
                await self._pause()

    async def _more(self) -> bool:
        """Whether there was anything to take."""
        around = self._around
        want = 1 if self._in_a_row else max(LEAST, min(MOST, round(self._rate_per_s * AHEAD_S)))
        if len(self._queue) > want // 2:
            self._wanted.clear()
            await self._wanted.wait()
            return True
        after = self._after
        # What is settled while the store is asked may still stand as waiting in its answer.
        mine = frozenset(self.held)
        try:
            found = await asyncio.to_thread(
                around.cities.sends_due, around.city, self.kind, around.clock.now_us(), after=after, limit=want,
                share=around.share,
            )  # fmt: skip
            fresh = [one for one in found if one.send.id not in mine]
            await self._learn({one.send.telling for one in fresh} - self._tellings.keys())
        except Unavailable:
            return False
        if self._after == after:
            last = found[-1].send if found else None
            self._after = (last.rank, last.id) if last is not None else (-1, 0)
        self.held.update(one.send.id for one in fresh)
        self._queue.extend(fresh)
        if fresh:
            self._filled.set()
        return bool(found)

    async def _learn(self, ids: set[str]) -> None:
        if ids:
            walks: Mapping[str, Walk] = await asyncio.to_thread(self._around.cities.walked, self._around.city, ids)
            base = self._around.base_url
            for name, walk in walks.items():
                link = walk.telling.link
                self._tellings[name] = replace(walk.telling, link=base + link if link.startswith("/") else link)

    async def _pause(self) -> None:
        self._woken.clear()
        try:
            await asyncio.wait_for(self._woken.wait(), LOOK_S)
        except TimeoutError:
            return

    # ------------------------------------------------------------ to the provider

    async def work(self) -> None:
        """Try one after the other, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            while not self._queue:
                self._filled.clear()
                self._wanted.set()
                await self._filled.wait()
            due = self._queue.popleft()
            self._wanted.set()
            settled = self._without_asking(due)
            if settled is None:
                await self._slot(loop)
                if loop.time() < self._resting_until_s:
                    self.held.discard(due.send.id)  # it waits in the store
                    continue
                settled = await self._asked(due)
            if due.address and due.address in settled.said:
                # A provider's words are kept longer than the address may be.
                settled = replace(settled, said=settled.said.replace(due.address, "…"))
            self._around.settle(settled)

    async def _slot(self, loop: asyncio.AbstractEventLoop) -> None:
        """Wait for this one's turn within the rate."""
        now_s = loop.time()
        self._slot_s = max(self._slot_s, now_s - BURST_S) + 1.0 / self._rate_per_s
        if self._slot_s > now_s + TICK_S:
            # Those of one tick go out together: the loop turns fifty times a second and not two thousand.
            await asyncio.sleep(self._slot_s - now_s)

    def _without_asking(self, due: Due) -> Settled | None:
        """What is settled before anybody is asked."""
        send, now_us = due.send, self._around.clock.now_us()
        if send.expires_us is not None and now_us >= send.expires_us:
            return Settled(send=send, state="unknown" if send.doubtful else "expired", attempted=False)
        if not due.address or send.telling not in self._tellings:
            return Settled(send=send, state="failed", reason="left", attempted=False)
        budget = budget_of(self.spent, self.info.budget_day)
        if budget == "spent" and send.rank == BOUND:
            until_us = fairness.next_day_us(now_us, self._around.zone)
            return Settled(send=send, state="waiting", reason="budget", not_before_us=until_us, attempted=False)
        return None

    async def _asked(self, due: Due) -> Settled:
        around, send = self._around, due.send
        now_us = around.clock.now_us()
        try:
            receipt = await self._send(due, now_us)
        except NoAnswer as error:
            return self._later(due, error, doubtful=True)
        except Unavailable as error:
            return self._later(due, error, doubtful=False)
        except Rejected as error:
            self._came_through()
            bounced = error.reason in _ADDRESS_GONE and send.subscription != POST
            return Settled(send=send, state="failed", reason=error.reason, said=str(error), bounced=bounced)
        self._came_through()
        self._spend()
        return Settled(send=send, state="accepted", said=str(receipt))

    async def _send(self, due: Due, now_us: int) -> object:
        if self._opened is None:
            raise Unavailable("no provider is set for this channel", mend="reach_file")
        around, send = self._around, due.send
        telling = self._tellings[send.telling]
        address = due.address
        if send.subscription == POST:
            if self._opened.post is None:
                raise Rejected("nothing is posted here any more", reason="no_post")
            address = self._opened.post(telling.node)
        message = message_of(telling, due, around.name, around.zone, now_us)
        lasts_s = 24 * 3_600 if send.expires_us is None else max(60, (send.expires_us - now_us) // SECOND_US)
        receipt = f"{around.base_url}/api/v1/receipts/{send.token}" if send.token else ""
        leave = f"{around.base_url}{leave_path(send.subscription)}" if send.subscription != POST else ""
        parcel = Parcel(key=send.key, address=address, message=message, lasts_s=lasts_s, receipt=receipt, leave=leave)
        return await self._opened.provider.send(parcel)

    def _later(self, due: Due, error: Unavailable, *, doubtful: bool) -> Settled:
        around, loop = self._around, asyncio.get_running_loop()
        self._in_a_row += 1
        if error.retry_after_s is not None:
            # Asked for patience, the provider means all of its messages.
            self._resting_until_s = max(self._resting_until_s, loop.time() + error.retry_after_s)
        if self._in_a_row >= FAILURES_IN_A_ROW and loop.time() >= self._resting_until_s:
            self._resting_until_s = loop.time() + around.rng.uniform(self._rest_s / 2, self._rest_s)
            self._rest_s = min(REST_LONGEST_S, self._rest_s * 2)
            if not self.away:
                log.warning("reach.provider_away", channel=self.kind, error=str(error))
            self.away = str(error)
            # What is in hand goes back to the store, and one at a time asks whether the provider is there again.
            for one in self._queue:
                self.held.discard(one.send.id)
            self._queue.clear()
            self._after = (-1, 0)
        not_before_us = fairness.again_us(due.send.attempts, around.clock.now_us(), around.rng, error.retry_after_s)
        return Settled(
            send=due.send, state="waiting", said=str(error), not_before_us=not_before_us, doubtful=doubtful
        )  # fmt: skip

    def _came_through(self) -> None:
        self._in_a_row = 0
        self._rest_s = REST_FIRST_S
        if self.away:
            log.info("reach.provider_back", channel=self.kind)
            self.away = ""

    def _spend(self) -> None:
        self.spent_by_all(self.spent + 1)

    def spent_by_all(self, spent: int) -> None:
        """How much of the day's budget is gone, by whichever process."""
        self.spent = spent
        budget = budget_of(self.spent, self.info.budget_day)
        if budget != "fine" and not self._near:
            self._near = True
            log.warning("reach.budget_near", channel=self.kind, spent=self.spent, budget_day=self.info.budget_day)

    def new_day(self, spent: int) -> None:
        """The count of a day as the store has it."""
        self.spent = spent
        self._near = budget_of(spent, self.info.budget_day) != "fine"
