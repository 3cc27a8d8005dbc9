"""One reading of the stores for all who ask within a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from contract.clock import SECOND_US, Clock

T = TypeVar("T")


class Shared(Generic[T]):
    """The newest of something that is read from the stores.

    A thousand phones on the map in a flood must not ask the store a thousand times a second. `keep_s` is how old what
    is shared may be; 0 reads anew for every answer. `answered` is told of every good reading.
    """

    def __init__(
        self, read: Callable[[int], T], clock: Clock, keep_s: float, answered: Callable[[], None] = lambda: None
    ) -> None:
        """`read` is given the wall time."""
        self._read = read
        self._clock = clock
        self._keep_us = round(keep_s * SECOND_US)
        self._answered = answered
        self._lock = threading.Lock()
        self._kept: tuple[int, T] | None = None

    def forget(self) -> None:
        """Whoever has just changed something sees it at the next look."""
        with self._lock:
            self._kept = None

    def now(self) -> T:
        """Raises Unavailable where a store is away; nothing stale is handed out as fresh."""
        with self._lock:
            mono_us = self._clock.mono_us()
            if self._kept is not None and mono_us - self._kept[0] < self._keep_us:
                return self._kept[1]
            fresh = self._read(self._clock.now_us())
            self._kept = (mono_us, fresh)
            self._answered()
            return fresh
