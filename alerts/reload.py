"""A city's pack of rules on disk: looked at every few seconds, loaded strictly once it has changed and stands still.

Whoever judges by it goes on by the old rules until a whole new pack is in order. Files are copied one after the other,
and an editor writes twice: what still changes between two looks is not read yet.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import structlog

from alerts.rules import Rule
from contract.clock import SECOND_US
from contract.errors import BadInput

_LOOK_S = 2.0

Stamp = tuple[tuple[str, int, int, int], ...]
"""name, inode, time of change and size of each file"""

log = structlog.get_logger(__name__)


class Pack:
    """The pack in `folder`. `load` reads it and raises BadInput for a mistake; it is called in `look` alone."""

    def __init__(self, folder: Path, load: Callable[[], tuple[Rule, ...]]) -> None:
        """What stands there now is taken for what the caller loads next."""
        self._folder = folder
        self._load = load
        self._loaded = self._seen = self._stamp()
        self._looked_us: int | None = None
        self.refused = ""
        """what is wrong with the pack on disk, empty while it is the one that is judged by"""

    def look(self, mono_us: int) -> tuple[Rule, ...] | None:
        """The rules of a pack that has changed; None where nothing has, it still changes, or there is a mistake in it,
        which is logged once."""
        if self._looked_us is not None and mono_us - self._looked_us < _LOOK_S * SECOND_US:
            return None
        self._looked_us = mono_us
        seen, self._seen = self._seen, self._stamp()
        if self._seen != seen or seen == self._loaded:
            return None
        self._loaded = seen
        return self._read()

    def _read(self) -> tuple[Rule, ...] | None:
        try:
            rules = self._load()
            if not rules:
                raise BadInput(
                    "there is no rule left", where=str(self._folder), remedy="Stop the engine to judge nothing."
                )
        except BadInput as error:
            self.refused = str(error)
            log.error("alerts.rules_refused", error=self.refused)
            return None
        if self.refused:
            self.refused = ""
            log.info("alerts.rules_in_order", rules=len(rules))
        return rules

    def _stamp(self) -> Stamp:
        try:
            found = [(path.name, path.stat()) for path in sorted(self._folder.glob("*.toml"))]
        except OSError:
            return ()  # a file went while it was looked at: the next look knows
        return tuple((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in found)


def told_apart(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> dict[str, list[str]]:
    """Which rules came, went and changed, by their ids."""
    before, after = ({rule.id: rule.version for rule in rules} for rules in (old, new))
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
    }
