"""Which language a request reads, and how numbers, times and ages are said in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_decimal
from starlette.requests import Request

from api.words import WORDS
from contract.city import Profile
from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US, from_us

Language = Literal["id", "en"]
COOKIE = "bahasa"


def language_of(request: Request) -> Language:
    """`?lang=` first, then the remembered choice, else Indonesian."""
    wanted = request.query_params.get("lang") or request.cookies.get(COOKIE)
    return "en" if wanted == "en" else "id"


def say(key: str, language: str, **values: object) -> str:
    """The catalogue's text for `key` with its places filled. Raises KeyError for a text nobody wrote."""
    text = WORDS[key].in_(language)
    return text.format(**values) if values else text


@dataclass(frozen=True, slots=True)
class Speech:
    """Words, numbers and times of one answer: a language, a zone and the moment it is said at."""

    language: Language
    zone: str
    zone_word: str
    now_us: int

    @classmethod
    def of(cls, profile: Profile, language: Language, now_us: int) -> Speech:
        return cls(language, profile.zone, profile.zone_word, now_us)

    def __call__(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def knows(self, key: str) -> bool:
        """Whether the catalogue has a text for `key`."""
        return key in WORDS

    def number(self, value: float, digits: int = 0) -> str:
        """1.234,5 in Indonesian, 1,234.5 in English."""
        pattern = "#,##0" + ("." + "0" * digits if digits else "")
        return format_decimal(value, format=pattern, locale=self.language)

    def cm(self, value: float) -> str:
        """Centimetres with one place where it is not nought."""
        return self.number(value, 0 if value == round(value) else 1)

    def counted(self, key: str, n: int) -> str:
        """So many of something: `key_one` for a single one."""
        return self(f"{key}_one" if n == 1 else key, n=self.number(n))

    def begun(self, text: str) -> str:
        """As a sentence begins."""
        return text[:1].upper() + text[1:]

    def clock(self, us: int) -> str:
        """`14.32 WIB`."""
        return from_us(us).astimezone(ZoneInfo(self.zone)).strftime("%H.%M ") + self.zone_word

    def bare_clock(self, us: int) -> str:
        """`14.32`, where the zone stands beside it."""
        return from_us(us).astimezone(ZoneInfo(self.zone)).strftime("%H.%M")

    def seconds_clock(self, us: int) -> str:
        """`14.32.07`, for tables and timelines whose lines are seconds apart."""
        return from_us(us).astimezone(ZoneInfo(self.zone)).strftime("%H.%M.%S")

    def when(self, us: int) -> str:
        """`14.32 WIB` today, `20 Nov 14.32 WIB` on another day, with the year in another year."""
        zone = ZoneInfo(self.zone)
        then, now = from_us(us).astimezone(zone), from_us(self.now_us).astimezone(zone)
        if then.date() == now.date():
            return self.clock(us)
        pattern = "d MMM" if then.year == now.year else "d MMM y"
        return f"{format_date(then.date(), pattern, locale=self.language)} {self.clock(us)}"

    def day(self, us: int) -> str:
        """`20 Nov 2026`: always whole, for a span of days."""
        return format_date(from_us(us).astimezone(ZoneInfo(self.zone)).date(), "d MMM y", locale=self.language)

    def date(self, day: date) -> str:
        """`20 Nov 2026`, of a day that has no hour."""
        return format_date(day, "d MMM y", locale=self.language)

    def duration(self, us: int) -> str:
        """`40 detik`, `12 menit`, `30 jam`, `2 hari`: one unit, rounded down; hours up to two days."""
        us = max(us, 0)
        for unit_us, from_us_, key in (
            (DAY_US, 2 * DAY_US, "days"),
            (HOUR_US, HOUR_US, "hours"),
            (MINUTE_US, MINUTE_US, "minutes"),
        ):
            if us >= from_us_:
                n = us // unit_us
                return self(f"{key}_one" if n == 1 else key, n=n)
        n = us // SECOND_US
        return self("seconds_one" if n == 1 else "seconds", n=n)

    def ago(self, us: int) -> str:
        """`12 menit lalu`; below a minute `baru saja`."""
        age_us = self.now_us - us
        return self("just_now") if age_us < MINUTE_US else self("ago", age=self.duration(age_us))
