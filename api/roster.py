"""What the forms of the roster say: shifts, with how often they come again, and ways by which a person is reached."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from api.context import Context
from api.policy import Caller
from contract.city import Profile
from contract.clock import MINUTE_US, to_us
from contract.duty import RUNGS, ChannelInfo, Shift, Way, clean_address
from contract.errors import BadInput
from store.duty import PERSON
from store.people import Deed, Person
from store.ports import Outgoing

TIMES_MOST = 53
REPEATS: Mapping[str, timedelta] = {"harian": timedelta(days=1), "mingguan": timedelta(days=7)}
TRIES_MOST = 10
_TRIAL_S = 1_800.0


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the week that is shown: its shifts, and whether it is today."""

    day: date
    shifts: Sequence[Shift]
    today: bool


def monday_of(text: str, today: date) -> date:
    """The Monday of the week that is asked for, this week's where it is none."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = today
    if not date(2020, 1, 1) <= asked <= date(2100, 1, 1):
        asked = today
    return asked - timedelta(days=asked.weekday())


def moment_us(profile: Profile, day: date, clock: time = time()) -> int:
    """A day and clock time of the city."""
    return to_us(datetime.combine(day, clock, ZoneInfo(profile.zone)))


def shifts_in(form: Mapping[str, str], profile: Profile, people: Sequence[Person]) -> list[Shift] | str:
    """The shifts that a form plans; the key of a sentence where it will not do."""
    person = next((one.id for one in people if one.id == form.get("orang")), "")
    if not person:
        return "duty_no_person"
    rung = form.get("tangga", "").strip()
    if not (rung.isdecimal() and 1 <= int(rung) <= RUNGS):
        return "duty_no_rung"
    try:
        day = date.fromisoformat(form.get("hari", ""))
        begin, end = (_clock(form.get(name, "")) for name in ("mulai", "selesai"))
    except ValueError:
        return "duty_no_time"
    if not date(2020, 1, 1) <= day <= date(2100, 1, 1):
        return "duty_no_time"
    every = REPEATS.get(form.get("ulang", ""))
    times = form.get("kali", "1").strip() if every else "1"
    if not (times.isdecimal() and 1 <= int(times) <= TIMES_MOST):
        return "duty_no_times"
    found = []
    for number in range(int(times)):
        first = day + (every or timedelta()) * number
        # Until 07.00 of what begins at 19.00 is the next morning.
        last = first if end > begin else first + timedelta(days=1)
        found.append(
            Shift(
                id=secrets.token_hex(16), city=profile.code, person=person, rung=int(rung),
                from_us=moment_us(profile, first, begin), to_us=moment_us(profile, last, end),
            )
        )  # fmt: skip
    return found


def _clock(text: str) -> time:
    """`19.00` or `19:00`; 24.00 is midnight. Raises ValueError."""
    hour, _, minute = text.strip().replace(".", ":").partition(":")
    return time(int(hour) % 24 if int(hour) == 24 and not int(minute or 0) else int(hour), int(minute or 0))


def way_in(form: Mapping[str, str], city: str, channels: Sequence[ChannelInfo], person: str) -> Way | str:
    """The way that a form names; the key of a sentence where it will not do."""
    channel = next((one for one in channels if one.name == form.get("kanal")), None)
    if channel is None:
        return "duty_no_channel"
    try:
        address = clean_address(channel.kind, form.get("alamat", ""))
    except BadInput:
        return f"duty_address_{channel.kind}"
    return Way(city=city, person=person, channel=channel.name, address=address, rings=channel.rings)


def try_ways(context: Context, caller: Caller) -> int:
    """Send a word by each of one's own ways; how many. The word is answered on the page; a telephone by picking up."""
    now_us = context.clock.now_us()
    names = {one.name for one in context.channels}
    own = [one for one in context.cities.ways(context.city) if one.person == caller.person and one.channel in names]
    return sum(_try(context, one, now_us) for one in own)


def _try(context: Context, way: Way, now_us: int) -> bool:
    word = f"{secrets.randbelow(1_000_000):06d}"
    said = (
        f"Uji coba Siaga {context.profile.name}, bukan alarm. Kata kunci: {word}.",
        f"A trial of Siaga {context.profile.name}, no alarm. Word: {word}.",
    )
    row = Outgoing(
        key=f"{PERSON}uji/{way.person}/{way.channel}/{now_us}",
        city=way.city,
        channel=PERSON + way.channel,
        event="",
        body={
            "person": way.person, "title": f"Uji coba Siaga {context.profile.name}", "text": "\n".join(said),
            "brief": said[0], "link": f"{context.base_url}/jaga/jadwal#cara", "urgent": False,
        },
        created_us=now_us,
        expires_us=now_us + 10 * MINUTE_US,
    )  # fmt: skip
    return context.cities.ask_trial(way, digest_of(way.person, word), row, now_us)


def answer_trial(context: Context, caller: Caller, word: str) -> str:
    """The channel by which this word came, "" for none. Whoever guesses is not listened to for long."""
    bucket = f"trial/{sha256(caller.person.encode()).hexdigest()[:32]}"
    now_us = context.clock.now_us()
    if context.people.attempt(context.city, bucket, now_us, _TRIAL_S) > TRIES_MOST:
        return ""
    digits = "".join(one for one in word if one.isdecimal())
    return context.cities.answer_trial(context.city, caller.person, digest_of(caller.person, digits), now_us)


def digest_of(person: str, word: str) -> str:
    return sha256(f"{person}/{word}".encode()).hexdigest()


def deed(caller: Caller, what: str, about: str, now_us: int) -> Deed:
    return Deed(caller.actor, what, about, now_us)
