"""What cannot be accepted is kept with its reason, within a bound and a rate a node, so that garbage costs little."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from contract.clock import SECOND_US
from contract.errors import PortError
from store.ports import CityStore, Quarantined

_NODES_REMEMBERED = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at_us: int


class Buckets:
    """A token bucket for each name; `rate_per_s` refills it up to `burst`. Time is monotonic microseconds."""

    def __init__(self, rate_per_s: float, burst: int) -> None:
        self._rate_per_s = rate_per_s
        self._burst = burst
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, name: str, mono_us: int) -> bool:
        """Whether there is a token for `name` now; it is used up."""
        bucket = self._buckets.pop(name, None) or _Bucket(self._burst, mono_us)
        gained = max(0, mono_us - bucket.at_us) / SECOND_US * self._rate_per_s
        bucket.tokens = min(self._burst, bucket.tokens + gained)
        bucket.at_us = mono_us
        self._buckets[name] = bucket
        if len(self._buckets) > _NODES_REMEMBERED:
            self._buckets.popitem(last=False)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def give_back(self, name: str) -> None:
        """A token that was taken for nothing."""
        if name in self._buckets:
            self._buckets[name].tokens += 1


class Quarantine:
    """The store's quarantine table behind a rate. `per_node_limit` is how many are kept of one node, `per_city_limit`
    of all together."""

    def __init__(
        self,
        cities: CityStore,
        *,
        rate_per_s: float = 20.0,
        burst: int = 500,
        per_node_limit: int = 1_000,
        per_city_limit: int = 10_000,
    ) -> None:
        self._cities = cities
        self._buckets = Buckets(rate_per_s, burst)
        self._per_node_limit = per_node_limit
        self._per_city_limit = per_city_limit

    def keep(self, items: Sequence[Quarantined], mono_us: int) -> tuple[Sequence[Quarantined], int]:
        """Keep what the rate allows; returns those kept, and how many older ones the bound pushed out.

        Raises Unavailable as the store does; then nothing was kept and the rate is not charged.
        """
        kept = [item for item in items if self._buckets.take(item.node, mono_us)]
        if not kept:
            return kept, 0
        try:
            pushed_out = self._cities.quarantine(
                kept, per_node_limit=self._per_node_limit, per_city_limit=self._per_city_limit
            )
        except PortError:
            for item in kept:
                self._buckets.give_back(item.node)
            raise
        return kept, pushed_out
