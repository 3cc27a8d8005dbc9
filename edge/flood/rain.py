"""Rain from what an instrument counts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class RainOptions(BaseModel):
    """How the rain figure of a source is to be read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    reports: Literal["tips", "total_mm", "mm"] = Field(
        description="tips: a tipping bucket's counter; total_mm: a running total; mm: rain since the last answer"
    )
    mm_per_tip: float = Field(default=0.2, gt=0, le=10, description="rain of one tip, in mm; only for tips")
    wraps_at: float | None = Field(
        default=None,
        gt=0,
        description="the counter's first value that it cannot show (65536 for 16 bits), in its own unit",
    )
    most_mm: float = Field(
        default=100.0, gt=0, le=2000, description="more than this between two readings is not rain, in mm"
    )


def since(previous: float, current: float, wraps_at: float | None, most: float) -> float | None:
    """How far a counter has moved on, in its own unit; None where neither wrap nor reset can explain it.

    A counter that went back has wrapped if that explains a step of at most `most`, and has else begun again at zero.
    """
    if current >= previous:
        return current - previous if current - previous <= most else None
    if wraps_at is not None and current < wraps_at and 0 <= wraps_at - previous + current <= most:
        return wraps_at - previous + current
    return current if 0 <= current <= most else None


class RainMeter:
    """Rain since the previous reading, in mm, from one figure a reading."""

    def __init__(self, options: RainOptions) -> None:
        self._options = options
        self._previous: float | None = None

    def mm(self, figure: float | None) -> float | None:
        """Rain since the last figure that came. None for the first of a counter, for none, and for the impossible."""
        if figure is None:
            return None
        options = self._options
        if options.reports == "mm":
            return figure if 0 <= figure <= options.most_mm else None
        each = options.mm_per_tip if options.reports == "tips" else 1.0
        previous, self._previous = self._previous, figure
        if previous is None:
            return None
        moved = since(previous, figure, options.wraps_at, options.most_mm / each)
        return None if moved is None else round(moved * each, 4)
