"""A city's rules and scales on disk: looked at every few seconds, loaded strictly once they have changed and are still.

Whoever judges by them goes on by the old ones until all of the new ones are in order. Files are copied one after the
other, and an editor writes twice: what still changes between two looks is not read yet.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

import structlog

from alerts.level_stream import Staff
from alerts.rules import Rule
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.levels import Scale, measured_anew

T = TypeVar("T", bound=Sequence[Any])
What = Literal["rules", "scales"]

_LOOK_S = 2.0

Stamp = tuple[tuple[str, int, int, int], ...]
"""name, inode, time of change and size of each file"""

log = structlog.get_logger(__name__)


class Pack(Generic[T]):
    """The files of `folder` whose names fit `files`, and the rules or scales (`what`) in them. `load` reads them and
    raises BadInput for a mistake; it is called in `look` alone."""

    def __init__(
        self, folder: Path, load: Callable[[], T], what: What = "rules", files: str = "*.toml", stage: str = "alerts"
    ) -> None:
        """What stands there now is taken for what the caller loads next. `stage` is in whose name the log speaks."""
        self._folder = folder
        self._load = load
        self._what = what
        self._files = files
        self._stage = stage
        self._loaded = self._seen = self._stamp()
        self._looked_us: int | None = None
        self.refused = ""
        """what is wrong with the pack on disk, empty while it is the one that is judged by"""

    def look(self, mono_us: int) -> T | None:
        """What stands in a pack that has changed; None where nothing has, it still changes, or there is a mistake in
        it, which is logged once. A refused one is read again at each look: another file may mend it."""
        if self._looked_us is not None and mono_us - self._looked_us < _LOOK_S * SECOND_US:
            return None
        self._looked_us = mono_us
        seen, self._seen = self._seen, self._stamp()
        if self._seen != seen or (seen == self._loaded and not self.refused):
            return None
        self._loaded = seen
        return self._read()

    def _read(self) -> T | None:
        try:
            found = self._load()
            if not found:
                raise BadInput(
                    f"there is no {self._what.removesuffix('s')} left",
                    where=str(self._folder),
                    remedy="Stop the engine to judge nothing.",
                )
        except BadInput as error:
            if self.refused != str(error):
                self.refused = str(error)
                log.error(f"{self._stage}.{self._what}_refused", error=self.refused)
            return None
        if self.refused:
            self.refused = ""
            log.info(f"{self._stage}.{self._what}_in_order", count=len(found))
        return found

    def _stamp(self) -> Stamp:
        try:
            found = [(path.name, path.stat()) for path in sorted(self._folder.glob(self._files))]
        except OSError:
            return ()  # a file went while it was looked at: the next look knows
        return tuple((name, stat.st_ino, stat.st_mtime_ns, stat.st_size) for name, stat in found)


def fit_scales(scales: Sequence[Scale], file: Path) -> tuple[Scale, ...]:
    """The scales of `file`, if each can be judged by. Raises BadInput."""
    for scale in scales:
        try:
            Staff(scale)
        except BadInput as error:
            raise BadInput(error.what, where=f"{file}: {error.where}", remedy=error.remedy) from None
    return tuple(scales)


def told_apart(old: tuple[Rule, ...], new: tuple[Rule, ...]) -> dict[str, list[str]]:
    """Which rules came, went and changed, by their ids."""
    before, after = ({rule.id: rule.version for rule in rules} for rules in (old, new))
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": sorted(name for name in before.keys() & after.keys() if before[name] != after[name]),
    }


def scales_apart(old: Sequence[Scale], new: Sequence[Scale]) -> dict[str, list[str]]:
    """Which gauges' scales came, went and changed, and of which the zero or the direction is another."""
    before, after = ({scale.gauge: scale for scale in scales} for scales in (old, new))
    both = sorted(before.keys() & after.keys())
    return {
        "added": sorted(after.keys() - before.keys()),
        "removed": sorted(before.keys() - after.keys()),
        "changed": [gauge for gauge in both if before[gauge] != after[gauge]],
        "measured_anew": [gauge for gauge in both if measured_anew(before[gauge], after[gauge])],
    }
