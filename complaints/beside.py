"""What is done again and again beside the engine, by whoever leads, and outlives a store that is away."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import structlog

from contract.clock import SECOND_US, Clock
from contract.errors import Unavailable

log = structlog.get_logger(__name__)


def run_beside(
    turn: Callable[[int], Any],
    clock: Clock,
    every_s: float,
    stop: threading.Event,
    leading: threading.Event,
    *,
    pause_s: float,
    away: str,
    back: str,
) -> None:
    """Call `turn` with the time, `every_s` after it has ended, until `stop`. A store that is away is logged once, as
    `away`, and its coming back as `back`."""
    due_mono_us, is_away = 0, False
    while not stop.wait(pause_s):
        if not leading.is_set() or clock.mono_us() < due_mono_us:
            continue
        try:
            turn(clock.now_us())
        except Unavailable as error:
            if not is_away:
                log.warning(away, error=str(error))
            is_away = True
        else:
            if is_away:
                log.info(back)
            is_away = False
        due_mono_us = clock.mono_us() + round(every_s * SECOND_US)
