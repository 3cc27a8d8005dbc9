"""What a trial found, as people and programs read it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Result:
    """One fault's ledger over all its rounds. Readings are counted by number, never by totals (see faults.books).

    `failures` says in words what should have held and did not; `figures` holds what else a fault measures.
    `notifications_duplicated`: a receiver that honours idempotency keys counted one key twice. `…_repeated`: a receiver
    without keys saw a message again. `recoveries_s`: from the end of a fault to the next reading that is kept, a round.
    """

    fault: str
    seed: int
    rounds: int
    committed: int = 0
    stored: int = 0
    refused: int = 0
    dropped: int = 0
    pending: int = 0
    lost: int = 0
    duplicated: int = 0
    events_expected: int = 0
    events_opened: int = 0
    cases: int = 0
    notifications_duplicated: int = 0
    notifications_repeated: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    not_tried: str | None = None
    """what this machine lacks for it; then nothing is known, and nothing has passed"""

    @property
    def recovery_s_p95(self) -> float | None:
        """Nearest rank; None where nothing had to recover."""
        return round(nearest_rank(self.recoveries_s, 0.95), 3) if self.recoveries_s else None

    @property
    def passed(self) -> bool:
        broken = self.failures or self.lost or self.duplicated or self.notifications_duplicated
        return not broken and self.not_tried is None

    def expect(self, true: object, failure: str) -> None:
        """Note a failure unless `true`, and go on: one broken promise must not hide the next."""
        if not true:
            self.failures.append(failure)

    def add(self, other: Result) -> None:
        """Another city's or another part's account of the same fault: counts are summed, lists put together."""
        for name in _COUNTS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.recoveries_s += other.recoveries_s
        self.failures += other.failures
        self.figures.update(other.figures)

    def as_json(self) -> dict[str, Any]:
        """The interface of `siaga faults --json`."""
        return {
            "fault": self.fault,
            "seed": self.seed,
            "rounds": self.rounds,
            **{name: getattr(self, name) for name in _COUNTS},
            "recovery_s_p95": self.recovery_s_p95,
            "pass": self.passed,
            "not_tried": self.not_tried,
            "figures": _finite(self.figures),
            "failures": self.said_failures,
        }

    @property
    def said_failures(self) -> list[str]:
        """Every reason why it has not passed."""
        return self.failures if self.not_tried is None else [f"not tried: {self.not_tried}", *self.failures]

    def lines(self) -> Iterable[str]:
        """For people."""
        if self.not_tried is not None:
            yield f"NOT tried: {self.not_tried}"
            return
        yield (
            f"{self.committed} readings committed: {self.stored} stored, {self.refused} refused, "
            f"{self.dropped} dropped, {self.pending} pending, {self.lost} lost, {self.duplicated} duplicated"
        )
        if self.events_expected or self.events_opened or self.cases:
            yield f"{self.events_expected} events expected, {self.events_opened} opened, {self.cases} cases"
        if self.recovery_s_p95 is not None:
            yield f"recovered within {self.recovery_s_p95:.2f} s (p95 of {len(self.recoveries_s)})"
        yield from (f"{name}: {value}" for name, value in self.figures.items())
        yield from (f"FAILED: {failure}" for failure in self.failures)
        yield "passed" if self.passed else "NOT passed"


def _finite(value: Any) -> Any:
    """JSON has no word for what is without end."""
    if isinstance(value, Mapping):
        return {name: _finite(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


_COUNTS = (
    "committed",
    "stored",
    "refused",
    "dropped",
    "pending",
    "lost",
    "duplicated",
    "events_expected",
    "events_opened",
    "cases",
    "notifications_duplicated",
    "notifications_repeated",
)

KEYS = ("fault", "seed", "rounds", *_COUNTS, "recovery_s_p95", "pass")
"""the keys that other programs may rely on"""


def nearest_rank(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed. Raises ValueError for no value."""
    if not values:
        raise ValueError("no value")
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def complete(told: Mapping[str, Any]) -> bool:
    """Whether a kept result has every key of the interface."""
    return all(key in told for key in KEYS)
