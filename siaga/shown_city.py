"""The city as its pages show it: the scales follow their file, by the rule by which the alert engine follows them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import structlog

from alerts.reload import Pack, scales_apart
from contract.city import Profile
from contract.clock import Clock
from contract.levels import Scale

_LOOK_S = 1.0
"""how often the pack is asked; it looks at its file less often still"""

log = structlog.get_logger(__name__)


class ShownCity:
    """One immutable Profile, exchanged as a whole by one thread and read by many."""

    def __init__(self, city: Profile, staffs: Pack[tuple[Scale, ...]]) -> None:
        """`staffs` was made before `city` was read."""
        self._city = city
        self._staffs = staffs

    def profile(self) -> Profile:
        """The city with the scales that are in force. Touches no file."""
        return self._city

    def facts(self) -> Mapping[str, Any]:
        """What is wrong with the scales on disk, empty while they are the ones that are shown."""
        return {"scales_refused": self._staffs.refused}

    def look(self, mono_us: int) -> None:
        """Show scales that have changed on disk and are in order; with a mistake the old ones go on."""
        found = self._staffs.look(mono_us)
        if found is None:
            return
        before, self._city = self._city.scales, replace(self._city, scales=found)
        log.info("api.scales_changed", city=self._city.code, **scales_apart(before, found))

    def run(self, clock: Clock, stop: threading.Event) -> None:
        """Look until `stop`."""
        while not stop.wait(_LOOK_S):
            self.look(clock.mono_us())
