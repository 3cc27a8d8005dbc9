"""Playing a city's day in minutes: one function for rules, quality checks and sampling periods alike.

It rests on the house's naming: a duration's field ends in `_s`, a rate's in `_per_min`. Transport times (age limit,
back-off, lease, keep-alive) are never passed through it.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from math import inf
from typing import Any, TypeVar

T = TypeVar("T")


def compressed(value: T, factor: float) -> T:
    """`value` (a frozen dataclass, or a tuple or dict of them) for a world that runs `factor` times as fast.

    Durations are divided, rates multiplied, everything else is kept. Raises ValueError for a factor that is no
    positive finite number.
    """
    if not 0 < factor < inf:
        raise ValueError(f"a world cannot run {factor} times as fast")
    return _compressed(value, factor)  # type: ignore[no-any-return]


def _compressed(value: Any, factor: float) -> Any:
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_compressed(item, factor) for item in value)
    if isinstance(value, dict):
        return {key: _compressed(item, factor) for key, item in value.items()}
    if not is_dataclass(value) or isinstance(value, type):
        return value
    changes: dict[str, Any] = {}
    for field in fields(value):
        if not field.init:
            continue
        item = getattr(value, field.name)
        number = isinstance(item, int | float) and not isinstance(item, bool)
        if number and field.name.endswith("_s"):
            changes[field.name] = item / factor
        elif number and field.name.endswith("_per_min"):
            changes[field.name] = item * factor
        else:
            changes[field.name] = _compressed(item, factor)
    return replace(value, **changes)
