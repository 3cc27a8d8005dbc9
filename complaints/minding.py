"""The desk's own clock: whoever is late is reminded, then told of further up; who reported is forgotten in time.

The steps are taken once each, by their keys, whoever is killed between: the next turn finds what is left to do.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from complaints.beside import run_beside
from complaints.calling import Calling, News, asked_of, new_of
from complaints.clocks import Calendar
from complaints.dues import calendar_of, dues_of
from contract.case import ENDED
from contract.city import Profile
from contract.clock import DAY_US, HOUR_US, Clock
from contract.promise import Promise
from store.cases import Case, CaseUpdate, Inbox, Moved, Sight
from store.ports import CityStore

FORGOTTEN_US = 180 * DAY_US
"""after its end nobody needs to know any more who reported a case"""
TOP = 3
REMINDED = 0.75
"""of a term"""
AUTHOR = "siaga"
EVERY_S = 60.0
_CASES_MOST = 20_000
_SOME = 500

STEPS: tuple[tuple[str, str], ...] = (
    ("Lewat tenggat: naik ke pimpinan instansi.", "Overdue: up to the head of the office."),
    (
        "Lewat tenggat setengah waktu lagi: naik ke sekretariat kota.",
        "Late by half the time: up to the secretariat.",
    ),
    ("Lewat tenggat dua kali waktu: naik ke inspektorat.", "Late by the whole time: up to the inspectorate."),
)
"""what is said at each step, in Indonesian and English"""
REMINDER = {"id": "Pengingat: tenggat sudah dekat.", "en": "Reminder: what was promised is due soon."}


@dataclass(frozen=True, slots=True)
class Due:
    """What comes next of a promise: `what` is `answer` or `end`; `term_us` is how long it was promised, without the
    pauses."""

    what: str
    term_us: int
    due_us: int

    def over(self, now_us: int) -> float:
        """How much of the term is over; 1 when it is due."""
        return 1 - (self.due_us - now_us) / max(1, self.term_us)


def next_due(case: Case, promise: Promise, calendar: Calendar) -> Due | None:
    """None where nothing was promised, and while the clock stands still or the case is over."""
    if case.paused_us is not None or case.status in ENDED:
        return None
    answer = case.answered_us is None and case.respond_due_us is not None
    due_us = case.respond_due_us if answer else case.finish_due_us
    if due_us is None:
        return None
    plain = dues_of(promise, case.opened_us, calendar, (), case.opened_us)
    plain_us = plain.respond_due_us if answer else plain.finish_due_us
    return Due("answer" if answer else "end", (plain_us or due_us) - case.opened_us, due_us)


def step_of(due: Due, now_us: int) -> int:
    """How far up it belongs by the clock alone, 0 to 3: when it is due, half the term later, a whole term later."""
    return 0 if due.over(now_us) < 1 else 1 + min(TOP - 1, int((due.over(now_us) - 1) * 2))


def late_of(case: Case, due: Due, now_us: int) -> News | None:
    """That it grows late, since the reminder or since its last step; None before that."""
    if due.over(now_us) < REMINDED:
        return None
    step = step_of(due, now_us)
    after = (step - 1) / 2 if step else REMINDED - 1
    return News(case, "late", due.due_us + round(after * due.term_us), step)


class Minder:
    """`turn` does what is due once; `run` until told to stop, while this process is the city's engine."""

    def __init__(
        self,
        cities: CityStore,
        profile: Profile,
        clock: Clock,
        *,
        every_s: float = EVERY_S,
        calling: Calling | None = None,
    ) -> None:
        self._cities = cities
        self._calling = calling
        self._profile = profile
        self._clock = clock
        self._calendar = calendar_of(profile)
        self._promises = {one.code: one.promise for one in profile.categories}
        self._every_s = every_s
        self._forgot_mono_us = -HOUR_US

    def run(self, stop: threading.Event, leading: threading.Event, *, pause_s: float = 0.5) -> None:
        """Until `stop`. A store that is away is said once."""
        run_beside(
            self.turn,
            self._clock,
            self._every_s,
            stop,
            leading,
            pause_s=pause_s,
            away="desk.clock_stopped",
            back="desk.clock_runs",
        )

    def turn(self, now_us: int) -> int:
        """Remind, escalate, close photos that waited too long, and forget; how many were reminded of or went up."""
        self._close_photos(now_us)
        ours = Inbox(withheld=bool(self._profile.desk))
        waiting = self._cities.inbox(self._profile.code, ours, limit=_CASES_MOST)
        done = sum(self._mind(case, now_us) for case in waiting)
        if self._calling is not None:
            news = [one for case in waiting for one in self._news(case, now_us)]
            self._calling.tell([*news, *self._asked()], now_us)
        if self._clock.mono_us() - self._forgot_mono_us >= HOUR_US:
            while self._cities.erase_reports(self._profile.code, now_us - FORGOTTEN_US, now_us, limit=_SOME):
                pass
            self._forgot_mono_us = self._clock.mono_us()
        return done

    def _close_photos(self, now_us: int) -> None:
        """What somebody asks to be taken down, and nobody has looked at in time: an officer can show it again. A case
        stays: else whoever wants a complaint gone would only have to ask before a long weekend."""
        for one in self._cities.waiting_takedowns(self._profile.code):
            if one.photo and one.late(now_us):
                self._cities.show_photo(self._profile.code, one.photo, None)

    def _news(self, case: Case, now_us: int) -> Sequence[News]:
        """What of a case its office is told by a message, by the clock alone."""
        due = self._due(case)
        late = late_of(case, due, now_us) if due is not None else None
        return [one for one in (new_of(case), late) if one is not None]

    def _asked(self) -> Sequence[News]:
        """What is to be taken down, whether its case is over or not."""
        asked = [(self._cities.case(one.number), one) for one in self._cities.waiting_takedowns(self._profile.code)]
        return [news for case, one in asked if case is not None for news in asked_of(case, one)]

    def _due(self, case: Case) -> Due | None:
        """None, too, for a category that the city has given up: nothing is promised any more."""
        promise = self._promises.get(case.category)
        return None if promise is None else next_due(case, promise, self._calendar)

    def _mind(self, case: Case, now_us: int) -> int:
        due = self._due(case)
        if due is None:
            return 0
        step = step_of(due, now_us)
        if step > case.escalated:
            return self._escalate(case, step, now_us)
        return self._remind(case, due, now_us) if due.over(now_us) >= REMINDED and step == 0 else 0

    def _escalate(self, case: Case, step: int, now_us: int) -> int:
        words = dict(zip(("id", "en"), STEPS[step - 1], strict=True))
        key = f"{case.number}/escalated/{step}/{case.reopened}"

        def decide(sight: Sight) -> Moved:
            seen = sight.case
            due = self._due(seen)
            if due is None or step_of(due, now_us) <= seen.escalated:
                return Moved(seen, (), sight.pauses)
            at_us = max(now_us, seen.updated_us + 1)
            line = CaseUpdate(key, seen.number, now_us, at_us, seen.status, words, AUTHOR)
            return Moved(replace(seen, escalated=step, updated_us=at_us), [line], sight.pauses)

        moved = self._cities.move_case(case.number, key, decide)
        return len(moved.updates) if moved is not None else 0

    def _remind(self, case: Case, due: Due, now_us: int) -> int:
        key = f"{case.number}/reminder/{due.what}/{case.reopened}"

        def decide(sight: Sight) -> Moved:
            # Nothing of the case itself changes: an officer who looks at it now has not been overtaken.
            line = CaseUpdate(key, case.number, now_us, now_us, sight.case.status, REMINDER, AUTHOR, inner=True)
            return Moved(sight.case, [line], sight.pauses)

        return 1 if self._cities.move_case(case.number, key, decide) is not None else 0
