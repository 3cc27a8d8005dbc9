"""Is this value believable? QARTOD's checks, one sample at a time, in constant memory.

Source: IOOS, Manual for Real-Time Quality Control of Water Level Data, version 2.1 (2021): gross range (test 4),
spike (test 7), rate of change (test 8), flat line (test 9). Two adaptations to a stream that must answer at once:

* QARTOD's spike test judges a sample by the one before and the one after. The one after is not there yet, so a sample
  is judged by the nearer of two references: the last good value, and the median of the last five raw ones.
* Rate of change is judged against the same two references, over the time since each.

A single jump is therefore flagged at once and the return from it is not. A rise that the next sample confirms is good
from that sample on: a wall of water must not wait, and two samples that agree are its witness. A fall that stays is
flagged for three samples; from the fourth on the median has moved and it is good again. One exception: a value that
jumped down and has not moved since, not even by `flat_tolerance`, is a dead instrument until it moves. It would else
end a flood.

And one addition to the flat line, whose 24 hours are far too long for a gauge that always moves: how often this sensor
stands still from one sample to the next is counted, and a stand-still that would come about by chance once in ten
thousand times is suspect after `stuck_suspect_s`. That is for instruments that show the water's waves; of one that
counts whole centimetres in a calm river nothing but the flat line of a day can be said.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from math import log
from statistics import median

from contract.clock import MINUTE_US, SECOND_US
from contract.kinds import KindName, Values
from contract.messages import CheckName
from contract.quality import Quality, roll_up

_MEMORY = 5
_ENOUGH_FOR_A_MEDIAN = 3
_BY_CHANCE = log(1e-4)
_LIVELY = 0.25
"""a sensor that stands still more often than this is no lively one: its stand-stills follow each other, and the flat
line of a day is all that can be said of it"""
_FADING = 0.995
_UNKNOWN = (6.0, 2.0)
"""stood still, moved: what is believed of a sensor before anything is known"""
_LEARNT_AT_ONCE = 12
"""samples of one stand-still that count: a dead instrument is no habit"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QualityLimits:
    """What one sensor may plausibly read. None or 0 switches a check off. `field` names the value that is judged.

    `fail_min`/`fail_max`: what the instrument can read at all. `suspect_min`/`suspect_max`: what the place has ever
    seen. `max_rise_per_min`, `max_fall_per_min`: the field's unit per minute, beside `noise`, which is always allowed.
    `spike_suspect`, `spike_fail`: a jump in the field's unit; judged only within `spike_window_s` of the reference.
    `flat_suspect_s`, `flat_fail_s`: how long a value may stay within `flat_tolerance`. `stuck_suspect_s`: how long at
    least, for a sensor that is known to move.
    """

    field: str = ""
    fail_min: float | None = None
    fail_max: float | None = None
    suspect_min: float | None = None
    suspect_max: float | None = None
    max_rise_per_min: float | None = None
    max_fall_per_min: float | None = None
    noise: float = 0.0
    spike_suspect: float | None = None
    spike_fail: float | None = None
    spike_window_s: float = 900.0
    flat_suspect_s: float = 0.0
    flat_fail_s: float = 0.0
    stuck_suspect_s: float = 0.0
    flat_tolerance: float = 0.0


GAUGE = QualityLimits(
    field="level_cm",
    fail_min=-1_000.0,
    fail_max=3_000.0,
    # An urban flash flood rises 9 cm a minute (45 cm in 5 min) and falls a third as fast.
    max_rise_per_min=15.0,
    max_fall_per_min=6.0,
    noise=5.0,
    spike_suspect=100.0,
    spike_fail=300.0,
    flat_suspect_s=86_400.0,
    stuck_suspect_s=1_500.0,
    flat_tolerance=0.05,
)

_DEFAULTS: dict[KindName, QualityLimits] = {
    "flood": GAUGE,
    "hotspot": QualityLimits(field="latency_ms", suspect_max=60_000.0),
    "crowd": QualityLimits(field="people", suspect_max=5_000.0),
    "node": QualityLimits(field="temperature_c", suspect_min=-30.0, suspect_max=110.0),
    "release": QualityLimits(),
}


def default_limits(kind: KindName) -> QualityLimits:
    """The limits of a sensor that nobody has described."""
    return _DEFAULTS[kind]


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdict on one sample: the roll-up, and the checks that were not good."""

    quality: Quality
    checks: dict[CheckName, Quality]


class Checker:
    """The checks of one sensor. Feed it every sample in order; `mono_us` is the monotonic time of each."""

    def __init__(self, limits: QualityLimits) -> None:
        self._limits = limits
        self._raw: deque[tuple[int, float]] = deque(maxlen=_MEMORY)
        self._good: tuple[int, float] | None = None
        self._seen = False
        self._flat: tuple[int, float, float] | None = None
        self._stood, self._moved = _UNKNOWN
        self._still = 0
        self._fallen_to: float | None = None
        self._risen: tuple[int, float] | None = None

    def judge(self, values: Values | None, mono_us: int, *, fault: bool = False) -> Judged:
        """The flags of one sample. `values` None: it was due and did not come."""
        measured = values is not None and any(value is not None for _, value in values)
        raw = getattr(values, self._limits.field, None) if values is not None and self._limits.field else None
        number = float(raw) if isinstance(raw, int | float) and not isinstance(raw, bool) else None
        # A rain gauge never has a level; a river gauge that had one and has none now is missing its value.
        gone = self._limits.field == "level_cm" and self._seen and number is None
        if not measured or gone:
            flags: dict[CheckName, Quality] = {"missing": Quality.MISSING}
            if fault:
                flags["sensor"] = Quality.FAIL
            return Judged(Quality.MISSING, flags)
        flags = {"missing": Quality.GOOD}
        if number is not None:
            self._seen = True
            flags |= self._flags(number, mono_us)
            self._remember(number, mono_us, flags)
        return Judged(roll_up(flags.values()), {name: flag for name, flag in flags.items() if flag is not Quality.GOOD})

    def _flags(self, value: float, mono_us: int) -> dict[CheckName, Quality]:
        limits = self._limits
        flags: dict[CheckName, Quality] = {"gross_range": gross_range(limits, value)}
        references = self._references()
        if references:
            flags["rate_of_change"] = min(
                (rate_of_change(limits, value, then, (mono_us - when) / MINUTE_US) for when, then in references),
                key=_badness,
            )
            flags["spike"] = min(
                (spike(limits, value, then, (mono_us - when) / SECOND_US) for when, then in references), key=_badness
            )
        flags["flat_line"] = self._flat_line(value, mono_us)
        if self._lies_where_it_fell(value, _jumped(flags)):
            flags["flat_line"] = max(flags["flat_line"], Quality.SUSPECT, key=_badness)
        return flags

    def _lies_where_it_fell(self, value: float, jumped: bool) -> bool:
        if not (self._limits.flat_suspect_s or self._limits.flat_fail_s):
            return False
        still = self._fallen_to is not None and abs(value - self._fallen_to) <= self._limits.flat_tolerance
        if jumped and not still:
            fell = self._good is not None and value < self._good[1]
            self._fallen_to = value if fell else None
        elif not still:
            self._fallen_to = None
        return self._fallen_to is not None

    def _references(self) -> list[tuple[int, float]]:
        references = [self._good] if self._good is not None else []
        if len(self._raw) >= _ENOUGH_FOR_A_MEDIAN or (self._raw and self._good is None):
            references.append((self._raw[-1][0], median(value for _, value in self._raw)))
        if self._risen is not None:
            references.append(self._risen)
        return references

    def _flat_line(self, value: float, mono_us: int) -> Quality:
        limits = self._limits
        since, low, high = self._flat or (mono_us, value, value)
        low, high = min(low, value), max(high, value)
        if high - low > limits.flat_tolerance:
            since, low, high = mono_us, value, value
            self._learn()
        elif self._flat is not None:
            self._still += 1
        self._flat = (since, low, high)
        flat_s = (mono_us - since) / SECOND_US
        if limits.flat_fail_s and flat_s >= limits.flat_fail_s:
            return Quality.FAIL
        if limits.stuck_suspect_s and flat_s >= limits.stuck_suspect_s and self._is_stuck():
            return Quality.SUSPECT
        return Quality.SUSPECT if limits.flat_suspect_s and flat_s >= limits.flat_suspect_s else Quality.GOOD

    def _is_stuck(self) -> bool:
        """Whether as many samples in a row as now never stand still by chance, by what is known of this sensor."""
        share = self._stood / (self._stood + self._moved)
        return share <= _LIVELY and self._still * log(share) <= _BY_CHANCE

    def _learn(self) -> None:
        """It moved: what it did until now is remembered, and older things fade."""
        stood = min(self._still, _LEARNT_AT_ONCE)
        fading = _FADING ** (stood + 1)
        self._stood = self._stood * fading + stood
        self._moved = self._moved * fading + 1
        self._still = 0

    def _remember(self, value: float, mono_us: int, flags: dict[CheckName, Quality]) -> None:
        if flags["gross_range"] is Quality.FAIL:
            return
        self._raw.append((mono_us, value))
        rose = _jumped(flags) and self._good is not None and value > self._good[1]
        self._risen = (mono_us, value) if rose else None
        # What lies where it fell is no reference: the river that comes back is no jump.
        if not _jumped(flags) and self._fallen_to is None:
            self._good = (mono_us, value)


def _jumped(flags: Mapping[CheckName, Quality]) -> bool:
    return any(flags.get(name, Quality.GOOD) is not Quality.GOOD for name in ("rate_of_change", "spike"))


def _badness(flag: Quality) -> int:
    return {Quality.GOOD: 0, Quality.SUSPECT: 1, Quality.FAIL: 2}.get(flag, 0)


def gross_range(limits: QualityLimits, value: float) -> Quality:
    """FAIL outside what the instrument can read, SUSPECT outside what the place has seen."""
    if _outside(value, limits.fail_min, limits.fail_max):
        return Quality.FAIL
    return Quality.SUSPECT if _outside(value, limits.suspect_min, limits.suspect_max) else Quality.GOOD


def rate_of_change(limits: QualityLimits, value: float, then: float, minutes: float) -> Quality:
    """SUSPECT where the value moved further than its rate allows in that time."""
    change = value - then
    rate = limits.max_rise_per_min if change >= 0 else limits.max_fall_per_min
    if rate is None:
        return Quality.GOOD
    return Quality.SUSPECT if abs(change) > rate * max(0.0, minutes) + limits.noise else Quality.GOOD


def spike(limits: QualityLimits, value: float, then: float, seconds: float) -> Quality:
    """A jump from the reference. Beyond the window a river may have gone anywhere: nothing is said."""
    if seconds > limits.spike_window_s:
        return Quality.GOOD
    jump = abs(value - then)
    if limits.spike_fail is not None and jump > limits.spike_fail:
        return Quality.FAIL
    return Quality.SUSPECT if limits.spike_suspect is not None and jump > limits.spike_suspect else Quality.GOOD


def _outside(value: float, low: float | None, high: float | None) -> bool:
    return (low is not None and value < low) or (high is not None and value > high)
