"""What every resource of the web server is given. Built once by `create_app`, never at import."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from contract.city import Profile
from contract.clock import Clock
from store.ports import CityStore, ReadingStore


@dataclass(frozen=True, slots=True)
class Context:
    """One city's stores, words and clock.

    `base_url` has no slash at its end. `speed` is how many times faster than life the city runs (1.0 in life).
    `metrics` yields further Prometheus metric families, `status` the state of the other stages by name.
    """

    profile: Profile
    readings: ReadingStore
    cities: CityStore
    clock: Clock
    base_url: str
    speed: float
    open311_keys: frozenset[str]
    metrics: Callable[[], Iterable[Any]] | None
    status: Callable[[], Mapping[str, Any]] | None

    @property
    def city(self) -> str:
        return self.profile.code
