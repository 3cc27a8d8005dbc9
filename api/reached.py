"""What reached whom, as the staff's page shows it: each channel's day, and each telling's counts. No address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from api.context import Context
from contract.clock import SECOND_US
from contract.reach import ProviderInfo, SendState, Tally, Told
from contract.reach_shown import Budget, budget_of, day_of, swallows
from contract.subscription import REACH_KINDS, ReachKind, SubscriptionState, Telling

PAGE = 30
SHOWN: tuple[SendState, ...] = ("delivered", "accepted", "unknown", "waiting", "failed", "expired", "superseded")
"""what is best known first"""
Why = Literal["gone", "left", "refused"]
_WHY: Mapping[str, Why] = {"gone": "gone", "no_address": "gone", "left": "left"}
Delivery = Literal["on", "never", "stopped", "silent"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """`provider` is None where nobody carries it, though somebody follows by it. `ready_us`: how long what waits takes
    at best. `away`: as the stage on this machine says, its provider does not answer."""

    kind: ReachKind
    provider: ProviderInfo | None
    followers: Mapping[SubscriptionState, int]
    spent: int
    waiting: int
    swallows: bool
    away: bool

    @property
    def budget(self) -> Budget:
        return budget_of(self.spent, self.provider.budget_day if self.provider else None)

    @property
    def percent(self) -> int | None:
        """Of the day's budget, rounded down; None where nobody counts."""
        most = self.provider.budget_day if self.provider else None
        return None if most is None else min(100, 100 * self.spent // most)

    @property
    def ready_us(self) -> int:
        return round(self.waiting / self.provider.rate_per_s * SECOND_US) if self.provider else 0


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar, in hundredths of it."""

    state: SendState
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One channel's part in a telling."""

    kind: ReachKind
    counts: Mapping[SendState, int]
    taken_us: int | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def bar(self) -> Sequence[Segment]:
        return bar_of(self.counts)


@dataclass(frozen=True, slots=True)
class Story:
    """A telling and what became of it. `failures`: why sends failed, the most frequent first."""

    telling: Telling
    done: bool
    begun_us: int
    rows: Sequence[Row]
    failures: Sequence[tuple[Why, int]]

    @property
    def counts(self) -> Mapping[SendState, int]:
        return _summed(one.counts for one in self.rows)

    @property
    def states(self) -> Sequence[SendState]:
        """Those that occur."""
        return tuple(self.counts)

    @property
    def bar(self) -> Sequence[Segment]:
        return bar_of(self.counts)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def taken_us(self) -> int | None:
        """When a provider last took one."""
        return max((one.taken_us for one in self.rows if one.taken_us is not None), default=None)


@dataclass(frozen=True, slots=True)
class Shown:
    """A page of it. `until_us`: until when whoever delivers had said so. `after`: how many come before the next page, 0
    where there is none."""

    channels: Sequence[Channel]
    delivery: Delivery
    until_us: int
    stories: Sequence[Story]
    after: int


def shown(context: Context, *, skip: int = 0, only: str = "") -> Shown:
    """Raises Unavailable where the database is away."""
    cities, city, now_us = context.cities, context.city, context.clock.now_us()
    newest = cities.told(city, limit=PAGE + 1)
    told = newest if not skip and not only else cities.told(city, limit=PAGE + 1, skip=skip, only=only)
    held = cities.deliverer(city)
    return Shown(
        channels=channels_of(context, newest, now_us),
        delivery="never" if held is None else delivery_of(held.until_us, now_us),
        until_us=held.until_us if held is not None else 0,
        stories=[story_of(one) for one in told[:PAGE]],
        after=skip + PAGE if len(told) > PAGE else 0,
    )


def delivery_of(until_us: int, now_us: int) -> Delivery:
    """Whether somebody delivers, by until when that was last said."""
    if until_us > now_us:
        return "on"
    return "silent" if until_us else "stopped"


def channels_of(context: Context, newest: Sequence[Told], now_us: int) -> list[Channel]:
    """Those that have a provider, and those by which somebody follows or something waits."""
    cities, city = context.cities, context.city
    spent = cities.reach_spent(city, day_of(now_us, ZoneInfo(context.profile.zone)))
    waiting = cities.waiting_sends(city)
    providers = {one.kind: one for one in context.providers}
    away = _away(context)
    followers: dict[ReachKind, dict[SubscriptionState, int]] = {}
    for (kind, state), count in cities.subscription_counts(city).items():
        if state != "left" and count:
            followers.setdefault(kind, {})[state] = count
    return [
        Channel(
            kind=kind,
            provider=providers.get(kind),
            followers=followers.get(kind, {}),
            spent=spent.get(kind, 0),
            waiting=waiting.get(kind, 0),
            swallows=swallows(newest, kind, now_us),
            away=kind in away,
        )
        for kind in REACH_KINDS
        if kind in providers or kind in followers or waiting.get(kind, 0)
    ]


def story_of(told: Told) -> Story:
    """Its counts by channel, and why some failed."""
    rows = []
    for kind in REACH_KINDS:
        mine = [one for one in told.tallies if one.kind == kind]
        if mine:
            rows.append(Row(kind, _counted(mine), told.taken_us.get(kind)))
    failed: Counter[Why] = Counter()
    for one in told.tallies:
        if one.state == "failed":
            failed[_WHY.get(one.reason, "refused")] += one.count
    return Story(told.telling, told.done, told.begun_us, rows, failed.most_common())


def bar_of(counts: Mapping[SendState, int]) -> list[Segment]:
    """Side by side in the order of `SHOWN`; whatever there is can be seen."""
    least, total = 1.0, sum(counts.values())
    widths = {state: max(least, 100 * count / total) for state, count in counts.items() if count}
    whole, x, found = sum(widths.values()), 0.0, []
    for state, width in widths.items():
        part = round(100 * width / whole, 2)
        found.append(Segment(state, round(x, 2), part))
        x += part
    return found


def _counted(tallies: Sequence[Tally]) -> dict[SendState, int]:
    return _summed({one.state: one.count} for one in tallies)


def _summed(many: Iterable[Mapping[SendState, int]]) -> dict[SendState, int]:
    summed: Counter[SendState] = Counter()
    for one in many:
        summed.update(one)
    return {state: summed[state] for state in SHOWN if summed[state]}


def _away(context: Context) -> frozenset[str]:
    said = (context.status() if context.status is not None else {}).get("reach", {})
    return frozenset(said.get("away", ())) if said.get("alive") else frozenset()
