"""A weather warning of another office (BMKG), as far as it concerns the city. Pure.

It is that office's word: kept as it was said, shown and passed on with its credit, never worded anew.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.levels import Level
from contract.roles import within

Severity = Literal["Extreme", "Severe", "Moderate", "Minor", "Unknown"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""as CAP 1.2 has them, the worst first"""
CREDIT = "BMKG (Badan Meteorologi, Klimatologi, dan Geofisika)"
STALE_US = 30 * MINUTE_US
"""a feed that was not heard for so long may have taken back what it said"""
LEFT_US = 7 * DAY_US
"""whoever has not asked for so long does not ask any more"""
USUAL_US = 3 * HOUR_US
"""so long holds what does not say until when"""
LONGEST_US = 24 * HOUR_US
"""and nothing longer: it is a warning of the next hours"""
_RAIN = re.compile(r"\b(hujan|rain|rainfall)\b", re.IGNORECASE)
_GRAVE = SEVERITIES[:3]
_SEEN = frozenset({"Observed", "Likely"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherWarning:
    """`id` is the CAP identifier. Texts by `id` and `en`. `regions`: codes of the kecamatan that it touches; none for
    what only takes another one back. `references`: the identifiers that it replaces or takes back; `root`: the first of
    its chain. `kept_us`: when the city came to know of it. `ended_us`: when another one, `ended_by`, took its place
    or took it back; else it holds until `expires_us`."""

    id: str
    city: str
    root: str
    sent_us: int
    onset_us: int
    expires_us: int
    kept_us: int
    severity: Severity
    certainty: str
    urgency: str
    event: Mapping[str, str]
    headline: Mapping[str, str]
    description: Mapping[str, str]
    regions: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sender: str = ""
    web: str = ""
    ended_us: int | None = None
    ended_by: str = ""

    @property
    def level(self) -> Level:
        """How grave it is beside the city's own levels. AWAS is said of water alone."""
        return Level.SIAGA if self.severity in {"Extreme", "Severe"} else Level.WASPADA

    @property
    def is_rain(self) -> bool:
        """Whether it warns of rain."""
        return any(_RAIN.search(text) for text in (*self.event.values(), *self.headline.values()))

    def holds(self, now_us: int) -> bool:
        """Whether it stands: not over, and not replaced or taken back."""
        return bool(self.regions) and self.ended_us is None and now_us < self.expires_us

    def bears_rain(self, now_us: int) -> bool:
        """Whether it bears out that it rains there now: begun, seen or likely, and no light one."""
        begun = self.holds(now_us) and self.onset_us <= now_us
        return begun and self.is_rain and self.severity in _GRAVE and self.certainty in _SEEN

    def covers(self, region: str) -> bool:
        """Whether it was said of a region, of a part of it, or of what it is a part of."""
        return any(within([one], region) or within([region], one) for one in self.regions)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherFeed:
    """How the other office's feed fares. `heard_us`: when it last answered whole, None for never; `trouble`: what is
    wrong with it since `since_us`, "" where nothing is. `asked_us`: when it was last asked, whatever came of it."""

    city: str
    heard_us: int | None
    trouble: str = ""
    since_us: int = 0
    asked_us: int = 0

    def stale(self, now_us: int) -> bool:
        """Whether nobody may rely on what it said last."""
        return self.heard_us is None or now_us - self.heard_us > STALE_US

    def left(self, now_us: int) -> bool:
        """Whether the city has given up asking it."""
        return now_us - self.asked_us > LEFT_US


def standing(warnings: Iterable[WeatherWarning], now_us: int) -> list[WeatherWarning]:
    """Those that hold, the gravest first."""
    held = [one for one in warnings if one.holds(now_us)]
    return sorted(held, key=lambda one: (SEVERITIES.index(one.severity), -one.sent_us, one.id))


def of_regions(warnings: Sequence[WeatherWarning], regions: Collection[str]) -> list[WeatherWarning]:
    """Those that were said of one of these regions."""
    return [one for one in warnings if any(one.covers(region) for region in regions)]
