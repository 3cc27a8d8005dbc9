"""Answers that are kept until what they were read from changes. Bounded in bytes; safe between threads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")
WAYS = 16
NEVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Made(Generic[T]):
    """What was made, how many bytes it holds, and the last moment at which it says the same."""

    value: T
    size: int
    until_us: int = NEVER_US


@dataclass(frozen=True, slots=True)
class _Held(Generic[T]):
    state: Hashable
    from_us: int
    made: Made[T]


class Kept(Generic[T]):
    """One city's. The longest unused goes first; what is larger than a quarter of the room is not kept."""

    def __init__(self, bytes_most: int) -> None:
        self._most = bytes_most
        self._bytes = 0
        self._held: OrderedDict[Hashable, _Held[T]] = OrderedDict()
        self._lock = Lock()
        self._making = tuple(Lock() for _ in range(WAYS))

    def of(self, key: Hashable, state: Hashable, now_us: int, make: Callable[[], Made[T]]) -> T:
        """What is kept under `key`, made anew where the `state` is another one or its time is over. The state must
        have been read before, so that what is made is at least as new. Of many who ask at once one makes it."""
        found = self._find(key, state, now_us)
        if found is None:
            with self._making[hash(key) % WAYS]:
                found = self._find(key, state, now_us)
                if found is None:
                    found = make()
                    self._keep(key, _Held(state, now_us, found))
        return found.value

    def _find(self, key: Hashable, state: Hashable, now_us: int) -> Made[T] | None:
        with self._lock:
            held = self._held.get(key)
            if held is None or held.state != state or not held.from_us <= now_us <= held.made.until_us:
                return None
            self._held.move_to_end(key)
            return held.made

    def _keep(self, key: Hashable, held: _Held[T]) -> None:
        with self._lock:
            before = self._held.pop(key, None)
            self._bytes -= before.made.size if before is not None else 0
            if held.made.size > self._most // 4:
                return
            self._held[key] = held
            self._bytes += held.made.size
            while self._bytes > self._most:
                _, oldest = self._held.popitem(last=False)
                self._bytes -= oldest.made.size
