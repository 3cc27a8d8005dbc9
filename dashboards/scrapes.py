"""PromQL for boards, of the figures that `/metrics` writes: one that does not exist is refused where the board is made.

A test holds FIGURES against what a real scrape says.
"""

from __future__ import annotations

from collections.abc import Sequence

from contract import topics

FIGURES: dict[str, tuple[str, ...]] = {
    "siaga_alarms": ("city", "state", "severity", "answer"),
    "siaga_outbox": ("city", "state"),
    "siaga_held_back": ("city",),
    "siaga_gauges_in_doubt": ("city", "why"),
    "siaga_readings_not_believed_total": ("city",),
    "siaga_not_hurried": ("city",),
    "siaga_stores_up": ("city",),
}
"""figure -> its labels"""


def of(figure: str, city: str, **only: str) -> str:
    """A figure of one city, `only` with these values of its labels; several stand with `|` between them. Raises
    ValueError for a figure or label that is not written, and for what is no city."""
    if figure not in FIGURES:
        raise ValueError(f"there is no figure {figure!r}")
    if unknown := set(only) - set(FIGURES[figure]):
        raise ValueError(f"{figure} has no label {sorted(unknown)[0]!r}")
    if not topics.valid_id(city):
        raise ValueError(f"{city!r} is no id of a city")
    chosen = "".join(f', {label}=~"{value}"' for label, value in only.items())
    return f'{figure}{{city="{city}"{chosen}}}'


def total(figure: str, city: str, by: Sequence[str] = (), **only: str) -> str:
    """Its sum, by these labels."""
    if unknown := set(by) - set(FIGURES.get(figure, ())):
        raise ValueError(f"{figure} has no label {sorted(unknown)[0]!r}")
    grouped = f" by ({', '.join(by)})" if by else ""
    return f"sum{grouped} ({of(figure, city, **only)})"


def grown(figure: str, city: str, window: str = "1h") -> str:
    """By how much a counter has grown within the window."""
    return f"increase({of(figure, city)}[{window}])"
