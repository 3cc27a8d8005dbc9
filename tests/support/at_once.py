"""Many callers at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from contract.errors import Rejected

T = TypeVar("T")


def at_once(calls: Sequence[Callable[[], T]]) -> list[T | str]:
    """Every call in a thread of its own, let go together; what each returned, or the reason it was rejected for."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | str:
        gate.wait(60)
        try:
            return call()
        except Rejected as refusal:
            return refusal.reason

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
