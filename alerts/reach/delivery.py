"""The sending itself: a lane for each channel, and what came of every send kept in batches.

One process has all sends of a city, or several have a share each. Whoever has one is told under which lease it sends,
and stops where it hears that no more.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from alerts.reach.lane import ProviderLane, Surroundings
from alerts.reach.reachfile import Opened
from contract.errors import Rejected, Unavailable
from contract.reach import Settled
from contract.reach_shown import budget_of, day_of
from contract.subscription import REACH_KINDS, ReachKind
from store.ports import Lease

WRITE_S = 0.2
WRITE_MOST = 2_000
CANCEL_S = 0.2


class Delivery:
    """`jobs` run for ever; `end` keeps what is still in hand. `fenced` is told where another process leads by now,
    `ails` and `heals` how the store fares."""

    def __init__(
        self,
        opened: Mapping[ReachKind, Opened],
        around: Surroundings,
        *,
        fenced: Callable[[Rejected], None],
        ails: Callable[[Unavailable], None],
        heals: Callable[[], None],
    ) -> None:
        self._around = replace(around, settle=self._settled)
        self._fenced = fenced
        self._ails = ails
        self._heals = heals
        self._lease: Lease | None = None
        self._lanes = {kind: ProviderLane(opened.get(kind), kind, self._around) for kind in REACH_KINDS}
        self._results: list[Settled] = []
        self._write_now = asyncio.Event()
        self._writing: asyncio.Task[bool] | None = None
        self._day = ""

    def facts(self) -> dict[str, Any]:
        """For the sign of life."""
        lanes = self._lanes.values()
        return {
            "away": sorted(one.kind for one in lanes if one.away),
            "near_budget": sorted(one.kind for one in lanes if budget_of(one.spent, one.info.budget_day) != "fine"),
        }

    def jobs(self) -> Sequence[Coroutine[Any, Any, None]]:
        """To be run beside each other, for ever."""
        found = [self._write()]
        for lane in self._lanes.values():
            found.append(lane.feed(self._leads))
            found += [lane.work() for _ in range(lane.at_once)]
        return found

    def under(self, lease: Lease | None) -> None:
        """Send under this lease from now on; None: not at all, and forget what was in hand."""
        before, self._lease = self._lease, lease
        if lease is None or before is None or lease.fence != before.fence:
            for lane in self._lanes.values():
                lane.drop()
            self._results.clear()
            self._day = ""

    def under_no_old_lease(self) -> None:
        """Stop where its time is over and nobody has said it again."""
        if self._lease is not None and self._around.clock.now_us() >= self._lease.until_us:
            self.under(None)

    def wake(self, kind: ReachKind | None = None, *, anew: bool = False) -> None:
        """There is something to be said, by this channel or by any; with `anew` what may go before all else."""
        for one in self._lanes.values() if kind is None else (self._lanes[kind],):
            one.wake(anew=anew)

    async def turn_the_day(self) -> None:
        """The city's day may have changed: budgets begin anew."""
        day = day_of(self._around.clock.now_us(), self._around.zone)
        if day != self._day:
            try:
                spent = await asyncio.to_thread(self._around.cities.reach_spent, self._around.city, day)
            except Unavailable:
                return
            for kind, lane in self._lanes.items():
                lane.new_day(spent.get(kind, 0))
            self._day = day

    async def end(self) -> None:
        """Keep what came of sends before the jobs were cancelled."""
        if self._writing is not None:
            await asyncio.wait([self._writing])
        while self._results and await self._write_some():
            pass

    def _leads(self) -> bool:
        return self._lease is not None

    # ------------------------------------------------------------ what came of it

    def _settled(self, one: Settled) -> None:
        self._results.append(one)
        if len(self._results) >= WRITE_MOST:
            self._write_now.set()

    async def _write(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._write_now.wait(), WRITE_S)
            self._write_now.clear()
            while self._results and await self._written():
                pass

    async def _written(self) -> bool:
        # Not cut off halfway where the process is told to end: what the database then takes would be counted again.
        self._writing = asyncio.ensure_future(self._write_some())
        return await asyncio.shield(self._writing)

    async def _write_some(self) -> bool:
        """Whether it was kept."""
        lease, cities, city = self._lease, self._around.cities, self._around.city
        await self.turn_the_day()
        if lease is None or not self._day:
            return False
        now_us, some = self._around.clock.now_us(), self._results[:WRITE_MOST]
        try:
            await asyncio.to_thread(cities.settle, lease, some, self._day, now_us)
            for one in some:
                if one.bounced:
                    said = one.said or one.reason
                    await asyncio.to_thread(cities.bounced_subscription, city, one.send.subscription, said)
            spent = await asyncio.to_thread(cities.reach_spent, city, self._day)
        except Unavailable as error:
            self._ails(error)
            return False
        except Rejected as error:
            self._fenced(error)
            return False
        self._heals()
        if self._lease is not None and self._lease.fence == lease.fence:
            del self._results[: len(some)]
            for one in some:
                self._lanes[one.send.kind].held.discard(one.send.id)
            in_hand = Counter(one.send.kind for one in self._results if one.state == "accepted")
            for kind, lane in self._lanes.items():
                lane.spent_by_all(spent.get(kind, 0) + in_hand[kind])
        return True


async def cancel(jobs: Sequence[asyncio.Task[Any]]) -> None:
    """End them. Asked once is not enough: before Python 3.12 `wait_for` forgets that it was cancelled where what it
    waits for comes at the same moment."""
    left = set(jobs)
    while left:
        for job in left:
            job.cancel()
        _, left = await asyncio.wait(left, timeout=CANCEL_S)
    await asyncio.gather(*jobs, return_exceptions=True)
