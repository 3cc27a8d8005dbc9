"""What ingest counts, for the metrics page and the readiness page."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

LAG_BUCKETS_S = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 3_600.0, 86_400.0)


@dataclass(slots=True)
class Lag:
    """A histogram of received − observed in seconds, as Prometheus counts one: cumulative, the last bucket is +Inf."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(LAG_BUCKETS_S) + 1))
    sum_s: float = 0.0

    def add(self, lag_s: float) -> None:
        """One reading. A node's clock may be ahead of ours: that counts as no lag."""
        lag_s = max(0.0, lag_s)
        self.sum_s += lag_s
        for index, bound_s in enumerate(LAG_BUCKETS_S):
            if lag_s <= bound_s:
                self.buckets[index] += 1
        self.buckets[-1] += 1


@dataclass(slots=True)
class IngestCounts:
    """Since the process began. Readings unless said otherwise; one sent twice is counted twice."""

    messages: int = 0
    births: int = 0
    statuses: int = 0
    stored: int = 0
    refused: int = 0
    held: int = 0
    garbage: int = 0
    """messages of which nothing could be accepted"""
    identity: int = 0
    """of these, messages that claimed to be from somebody else"""
    quarantined: int = 0
    """messages and readings kept in quarantine"""
    over_rate: int = 0
    """not kept there, because their node sends too many of them"""
    pushed_out: int = 0
    """older ones that the bound of their node, or of the city, pushed out"""
    unanswered: int = 0
    """batches that could not be judged while the city's database was away: their nodes send them again"""
    left: int = 0
    """messages left with their nodes, because these say more than their rate"""
    turns: int = 0
    failed_turns: int = 0
    """turns that a database could not take, which are tried again"""
    lag: Lag = field(default_factory=Lag)

    def snapshot(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self)
