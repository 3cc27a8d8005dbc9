"""A way through a JSON document, written as a list: a key, an index, or `{field = value}` to pick from a list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from edge.ports import SensorFault

Step = str | int | dict[str, str | int]


def follow(document: Any, steps: Sequence[Step]) -> Any:
    """What stands at the end of `steps`. Raises SensorFault that names the step which leads nowhere."""
    here = document
    for number, step in enumerate(steps, 1):
        found, here = _take(here, step)
        if not found:
            raise SensorFault(f"the answer has no {step!r} at step {number} of its path")
    return here


def _take(here: Any, step: Step) -> tuple[bool, Any]:
    if isinstance(step, dict):
        for item in here if isinstance(here, list) else ():
            if isinstance(item, dict) and all(key in item and item[key] == value for key, value in step.items()):
                return True, item
        return False, None
    if isinstance(step, int):
        inside = isinstance(here, list) and -len(here) <= step < len(here)
        return (True, here[step]) if inside else (False, None)
    return (True, here[step]) if isinstance(here, dict) and step in here else (False, None)
