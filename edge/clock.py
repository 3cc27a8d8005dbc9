"""How far a node may believe its clocks, and the right time of a reading taken before it knew.

A Raspberry Pi without a battery wakes up at its image's date. Its monotonic clock is right from the first moment, so
one trusted pair (wall time, monotonic time) of a boot times every reading of that boot. Such a pair is an `Anchor`.
The pair comes from the wall clock itself where it rests on NTP or a battery, or from the city's answer to a birth.
"""

from __future__ import annotations

import ctypes
import ctypes.util
from pathlib import Path
from typing import NamedTuple

from contract.clock import SECOND_US
from contract.messages import MAX_US, ClockSource, ClockTrust
from edge.ports import Instant

BUILD_US = 1_735_689_600 * SECOND_US
"""2025-01-01: no reading of this product is older, so a clock that says so is wrong. Raised with releases."""

STEP_US = 2 * SECOND_US
"""Wall minus monotonic time is constant but for steps: NTP slews both alike. More than this is a step."""

CONTRADICTION_US = 60 * SECOND_US
"""A wall clock this far from the city's is wrong, whatever it says of itself: the city would refuse its readings."""

GOOD_ROUND_TRIP_US = 4 * SECOND_US
"""The error is at most half of it. A slower answer (also one to a retained birth that somebody read late) is used
only where `PATIENCE` questions have brought no better one."""

MAX_ROUND_TRIP_US = 60 * SECOND_US
"""An answer slower than this says too little about when it was given."""

PATIENCE = 3

REFRESH_US = 1_800 * SECOND_US
"""How often a node that lives on the city's time asks again: 400 ppm of drift make 0.7 s in that time."""

ASK_AGAIN_US = 30 * SECOND_US
"""How soon a node without the time repeats an unanswered question."""

CONFIRM_AGAIN_US = 120 * SECOND_US
"""How soon a node that trusts its own clock repeats an unanswered question: a clock may claim NTP and be a year off."""

_SYNCED_MARK = Path("/run/systemd/timesync/synchronized")
_RTC_SET_CLOCK = Path("/sys/class/rtc/rtc0/hctosys")
_TIME_ERROR = 5
_TIMEX_BYTES = 512  # struct timex is 208 bytes on 64-bit Linux; zero means "change nothing"


class Anchor(NamedTuple):
    """Wall time = monotonic time + `offset_us`, for this boot."""

    offset_us: int
    source: ClockSource


class Timekeeper:
    """The clock trust of one boot. Pure: it sees the clocks only through `note` and `answer`.

    A trusted anchor is never moved by a step of the wall clock alone: the step is noticed, the node asks the city,
    and the city's answer decides (`disputed` until then).
    """

    def __init__(self, floor_us: int = BUILD_US) -> None:
        self._floor_us = max(BUILD_US, floor_us)
        self._floor_mono_us: int | None = None
        self._anchor: Anchor | None = None
        self._disputed = False
        self._doubted = False
        self._wall_offset_us: int | None = None
        self._answered_mono_us: int | None = None
        self._slow = 0
        self.steps = 0

    @property
    def anchor(self) -> Anchor | None:
        return self._anchor

    @property
    def disputed(self) -> bool:
        """The wall clock stepped away from the anchor, or the city found its time impossible, and nobody has said yet
        who is right."""
        return self._disputed or self._doubted

    @property
    def confirmed(self) -> bool:
        """The city has answered in this boot, and nothing has contradicted it since."""
        return self._answered_mono_us is not None and not self.disputed

    @property
    def source(self) -> ClockSource:
        """What this node's time rests on now."""
        return self._anchor.source if self._anchor is not None else "none"

    def note(self, at: Instant) -> None:
        """Look at the wall clock. Call it often: it is how a step is noticed."""
        if self._floor_mono_us is None:
            self._floor_mono_us = at.mono_us
        offset_us = at.wall_us - at.mono_us
        stepped = self._wall_offset_us is not None and abs(offset_us - self._wall_offset_us) > STEP_US
        self._wall_offset_us = offset_us
        if stepped:
            self.steps += 1
        if not self._believable(at):
            return
        if self._anchor is None:
            self._anchor = Anchor(offset_us, at.source)
        elif abs(offset_us - self._anchor.offset_us) <= STEP_US:
            self._anchor = Anchor(offset_us, at.source)
            self._disputed = False
        elif self._anchor.source != "server" or stepped:
            self._disputed = True

    def doubt(self) -> None:
        """The city found a reading's time impossible: believe the clock no more until the city has said what time it
        is. A clock that it has confirmed in this boot is not doubted for one bad reading."""
        if not self.confirmed:
            self._doubted = True
            self._anchor = None

    def answer(self, server_us: int, asked_mono_us: int, at: Instant) -> bool:
        """The city answered a birth built at `asked_mono_us`. False where the answer says nothing usable.

        The city's time is placed in the middle between asking and hearing; the error is at most half the round trip.
        A wall clock that agrees within `CONTRADICTION_US` is finer than that and stays in force.
        """
        self.note(at)
        round_trip_us = at.mono_us - asked_mono_us
        if not (0 <= round_trip_us <= MAX_ROUND_TRIP_US) or not (BUILD_US <= server_us <= MAX_US):
            return False
        if round_trip_us > GOOD_ROUND_TRIP_US and self._slow < PATIENCE:
            self._slow += 1
            return False
        self._slow = 0
        offset_us = server_us - (asked_mono_us + at.mono_us) // 2
        self._disputed = self._doubted = False
        self._answered_mono_us = at.mono_us
        if at.mono_us + offset_us < self._floor_now(at.mono_us) - CONTRADICTION_US:
            self._floor_us = BUILD_US  # what an earlier boot took for the time was wrong
        wall_offset_us = at.wall_us - at.mono_us
        if self._believable(at) and abs(wall_offset_us - offset_us) <= CONTRADICTION_US:
            self._anchor = Anchor(wall_offset_us, at.source)
        else:
            self._anchor = Anchor(offset_us, "server")
        return True

    def ask_due_us(self, asked_mono_us: int) -> int | None:
        """When to ask the city (again) after a question at `asked_mono_us`; None while the own clock is trusted
        and the city agrees."""
        if self._anchor is None or self._disputed:
            return asked_mono_us + ASK_AGAIN_US
        if self._anchor.source == "server":
            return max(asked_mono_us + ASK_AGAIN_US, (self._answered_mono_us or asked_mono_us) + REFRESH_US)
        return None if self.confirmed else asked_mono_us + CONFIRM_AGAIN_US

    def stamp(self, at: Instant) -> Instant:
        """The moment as a reading keeps it. "server": timed by the anchor, as the wall clock is not believed;
        "none": nobody knows, and the wall time is the best guess, never before the floor."""
        self.note(at)
        if self._anchor is None or self._disputed:
            return Instant(at.mono_us, self.now_us(at), "none")
        agrees = abs(at.wall_us - at.mono_us - self._anchor.offset_us) <= STEP_US
        if self._anchor.source != "server" and agrees and self._believable(at):
            return Instant(at.mono_us, at.wall_us, at.source)
        return Instant(at.mono_us, self.now_us(at), "server")

    def time_of(self, taken: Instant, *, same_boot: bool) -> tuple[int, ClockTrust] | None:
        """When a reading stamped `taken` was observed, and how far to trust that. None: wait for the city's answer.

        A reading of an earlier boot that was never trusted stays untrusted: nothing links that boot's clock to now.
        """
        if self._doubted and same_boot:
            return None
        anchored = _within(taken.mono_us + self._anchor.offset_us) if self._anchor is not None and same_boot else None
        if taken.source in ("ntp", "rtc"):
            if anchored is not None and abs(anchored - taken.wall_us) > CONTRADICTION_US:
                return anchored, "corrected"
            return taken.wall_us, "synced"
        if anchored is not None:
            return None if self._disputed else (anchored, "corrected")
        if taken.source == "server":
            return taken.wall_us, "corrected"
        return None if same_boot else (taken.wall_us, "untrusted")

    def guess(self, taken: Instant, *, same_boot: bool) -> tuple[int, ClockTrust]:
        """The best that can be said when the wait for an answer is over."""
        if self._anchor is not None and same_boot:
            return _within(taken.mono_us + self._anchor.offset_us), "corrected"
        return taken.wall_us, "untrusted"

    def now_us(self, at: Instant) -> int:
        """The best wall time for `sent_us` and the like."""
        if self._anchor is not None:
            return _within(at.mono_us + self._anchor.offset_us)
        return _within(max(at.wall_us, self._floor_now(at.mono_us)))

    def _believable(self, at: Instant) -> bool:
        return not self._doubted and at.source in ("ntp", "rtc") and self._floor_us <= at.wall_us <= MAX_US

    def _floor_now(self, mono_us: int) -> int:
        return self._floor_us + max(0, mono_us - (self._floor_mono_us or mono_us))


def _within(us: int) -> int:
    return min(max(0, us), MAX_US)


def system_source() -> ClockSource:
    """What this machine's wall clock rests on: NTP where the kernel or systemd says so, else a battery clock."""
    if _SYNCED_MARK.exists() or _kernel_synchronised():
        return "ntp"
    return "rtc" if _set_from_rtc() else "none"


def boot_id() -> str:
    """The kernel's name for this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def _set_from_rtc() -> bool:
    try:
        return _RTC_SET_CLOCK.read_text(encoding="ascii").strip() == "1"
    except OSError:
        return False


def _kernel_synchronised() -> bool:
    """adjtimex(2) in its reading mode: any state but TIME_ERROR means that something disciplines the clock."""
    name = ctypes.util.find_library("c")
    if name is None:
        return False
    state: int = ctypes.CDLL(name).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return 0 <= state != _TIME_ERROR
