"""What a city is judged by: its rules and its scales, and how those that have changed on disk are taken over.

What has changed is kept here until the engine can take it between two turns. An engine that only stands by has nothing
to hand over, and begins by what was found last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import structlog

from alerts.deciding import Deciding
from alerts.engine import Engine
from alerts.reload import Pack, scales_apart, told_apart
from alerts.rules import Rule
from alerts.staging import pack_of
from alerts.words import Words
from contract.city import Profile
from contract.levels import Scale
from store.ports import CityStore

log = structlog.get_logger(__name__)


class Taken(NamedTuple):
    """What a change that was taken asks of whoever runs the engine."""

    owes: bool
    """what was said before is to be read again: something is judged that was not"""
    hears_otherwise: bool
    """the silences that are judged reach otherwise far"""


class Rulebook:
    """The rules and scales that a city is judged by now. `pack` and `staffs` are what stands on disk; None: what the
    process began with stays."""

    def __init__(
        self,
        profile: Profile,
        rules: Sequence[Rule],
        words: Words,
        pack: Pack[tuple[Rule, ...]] | None = None,
        staffs: Pack[tuple[Scale, ...]] | None = None,
    ) -> None:
        self._city = profile.code
        self._words = words
        self._pack = pack
        self._staffs = staffs
        self._staff: tuple[Scale, ...] = profile.scales
        self._rules_coming: tuple[Rule, ...] | None = None
        self._staff_coming: tuple[Scale, ...] | None = None
        self.rules = tuple(rules)

    @property
    def scales(self) -> Mapping[str, Scale]:
        """Of each gauge."""
        return {scale.gauge: scale for scale in self._staff}

    def facts(self) -> dict[str, Any]:
        """How many rules there are, and what is wrong with what stands on disk."""
        return {
            "rules": len(self.rules),
            "rules_refused": self._pack.refused if self._pack is not None else "",
            "scales_refused": self._staffs.refused if self._staffs is not None else "",
        }

    def look(self, mono_us: int, *, judging: bool) -> None:
        """Find what has changed on disk and is in order. `judging`: an engine goes by the old until `take`."""
        rules = self._pack.look(mono_us) if self._pack is not None else None
        if rules is not None:
            self._rules_coming = rules
        scales = self._staffs.look(mono_us) if self._staffs is not None else None
        if scales is not None:
            self._staff_coming = scales
        if not judging:
            if self._rules_coming is not None:
                self.rules, self._rules_coming = self._rules_coming, None
            self._follow_scales()

    def take(self, engine: Engine, cities: CityStore, people: Deciding, now_us: int) -> Taken | None:
        """Have what has changed judged by from here on; None where nothing has. Raises Unavailable: later again."""
        found = (self._take_rules(engine, cities, people, now_us), self._take_scales())
        taken = [one for one in found if one is not None]
        if not taken:
            return None
        return Taken(any(one.owes for one in taken), any(one.hears_otherwise for one in taken))

    def _take_rules(self, engine: Engine, cities: CityStore, people: Deciding, now_us: int) -> Taken | None:
        if self._rules_coming is None:
            return None
        cities.note_rules(self._city, pack_of(self._rules_coming), now_us)
        old, self.rules, self._rules_coming = self.rules, self._rules_coming, None
        people.govern(self.rules)
        reach_us = engine.reach_us
        owes = engine.govern(self.rules)
        log.info("alerts.rules_changed", city=self._city, **told_apart(old, self.rules))
        return Taken(owes, engine.reach_us != reach_us)

    def _take_scales(self) -> Taken | None:
        """The engine gets them with its places. What a gauge said that had none is read again."""
        if self._staff_coming is None:
            return None
        before = self._follow_scales()
        apart = scales_apart(before, self._staff)
        log.info("alerts.scales_changed", city=self._city, **apart)
        return Taken(bool(apart["added"]), hears_otherwise=False)

    def _follow_scales(self) -> Sequence[Scale]:
        """Go by the changed scales; what they were before."""
        before = self._staff
        if self._staff_coming is not None:
            self._staff, self._staff_coming = self._staff_coming, None
            self._words.rescale(self._staff)
        return before
