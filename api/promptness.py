"""How soon people heard: from the water's crossing to the first public word, and to the order to leave. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from contract.bulletin import Bulletin, Ground


@dataclass(frozen=True, slots=True)
class Prompt:
    """One flood. Times run from the first reading of the run that opened it; None where it was not said."""

    incident: str
    node: str
    crossed_us: int
    word_us: int
    order_us: int | None
    ground: Ground
    corrected: bool


@dataclass(frozen=True, slots=True)
class Quantiles:
    """So many times: the median, and what nineteen of twenty did not exceed."""

    n: int
    p50_us: int
    p95_us: int


def prompts_of(bulletins: Iterable[Bulletin]) -> list[Prompt]:
    """Of each flood that the public was told of, the newest first. A drill is none."""
    of_incident: dict[str, list[Bulletin]] = {}
    for one in bulletins:
        if not one.drill:
            of_incident.setdefault(one.incident, []).append(one)
    found = [_of(sorted(told, key=lambda one: one.number)) for told in of_incident.values()]
    return sorted((one for one in found if one is not None), key=lambda one: one.crossed_us, reverse=True)


def _of(told: Sequence[Bulletin]) -> Prompt | None:
    first = told[0]
    if first.number != 1:
        return None  # its beginning lies before what was read
    order = next((one for one in told if one.kind == "order"), None)
    return Prompt(
        first.incident,
        first.node,
        first.crossed_us,
        max(0, first.at_us - first.crossed_us),
        None if order is None else max(0, order.at_us - first.crossed_us),
        "" if order is None else order.ground,
        any(one.kind == "correction" for one in told),
    )


def quantiles(times_us: Iterable[int]) -> Quantiles | None:
    """By the nearest rank; None of nothing."""
    ordered = sorted(times_us)
    if not ordered:
        return None
    return Quantiles(len(ordered), *(ordered[ceil(share * len(ordered)) - 1] for share in (0.5, 0.95)))
