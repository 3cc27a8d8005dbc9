"""How far out the forecasts were that people were told, by pair of gauges. Pure.

A forecast came where the level that was told of, or else a crest, was measured below in its time
(`alerts.reckoning`). Inside is inside / (came + did not come), as a hit rate among occasions is counted; the error is
the median of |came - likeliest moment|. Of what nobody read, and where the water stood before, nothing is counted.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from api.accuracy import Share
from contract.clock import MINUTE_US
from contract.forecast import Forecast


@dataclass(frozen=True, slots=True)
class ForecastScore:
    """Of one pair: `told` so often, of which `inside` came within what was told, `absent` did not come, and `open`
    have yet to come or cannot be known. `error_min` is None where none came."""

    upstream: str
    downstream: str
    told: int
    inside: Share
    absent: int
    open: int
    error_min: int | None


def forecast_scores(told: Iterable[Forecast]) -> list[ForecastScore]:
    """By gauge above and gauge below."""
    pairs: dict[tuple[str, str], list[Forecast]] = {}
    for one in told:
        pairs.setdefault((one.upstream, one.downstream), []).append(one)
    return [_score(*pair, pairs[pair]) for pair in sorted(pairs)]


def _score(upstream: str, downstream: str, told: list[Forecast]) -> ForecastScore:
    errors = [abs(one.error_us) for one in told if one.error_us is not None]
    absent = sum(one.outcome == "absent" for one in told)
    counted = len(errors) + absent
    return ForecastScore(
        upstream,
        downstream,
        told=len(told),
        inside=Share(sum(one.inside for one in told), counted),
        absent=absent,
        open=len(told) - counted,
        error_min=round(median(errors) / MINUTE_US) if errors else None,
    )
