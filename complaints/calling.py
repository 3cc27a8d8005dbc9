"""Tells officers by a message what waits in their inbox: a case that is new to their office, one that grows late.

Nothing of it is kept here: what is news follows from the cases themselves, and each message has a key that the same
news always finds again, so a process that was killed tells it once. A message says which case and where, never what a
resident wrote. It rings nobody up and waits for the morning; what cannot wait is an alarm's to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from contract.city import Profile
from contract.clock import DAY_US, HOUR_US, MINUTE_US, from_us, to_us
from contract.duty import ChannelInfo, ChannelKind, Way
from contract.takedown import Takedown
from store.cases import Case
from store.duty import PERSON
from store.people import Person
from store.ports import CityStore, Outgoing

EVERY_US = 30 * MINUTE_US
"""a person has one message of a kind within it, however many cases come"""
DAY_BEGINS, DAY_ENDS = time(6), time(21)
"""local; what comes later waits for the morning"""
LOST_US = DAY_US
"""what is older is in the inbox, and no news"""
SETTLED_US = MINUTE_US
"""a case that is being written while its half-hour ends is still in it"""
FITS_US = 12 * HOUR_US
"""after so long the message is not sent any more"""
QUIET: tuple[ChannelKind, ...] = ("email", "telegram", "whatsapp", "ntfy", "apprise", "sms_http")
"""the kinds by which a case is told, the one that disturbs least first"""

COMMAND, TOP = 2, 3
"""the steps up of which the command centre is told, and the inspectorate"""

Kind = Literal["new", "late", "takedown"]
_SAID: Mapping[Kind, tuple[str, str]] = {
    "new": ("Kasus baru: {number} {category}, {place}.", "New case: {number} {category}, {place}."),
    "late": (
        "Hampir atau sudah lewat tenggat: {number} {category}, {place}.",
        "Due soon or overdue: {number} {category}, {place}.",
    ),
    "takedown": (
        "Ada yang minta diturunkan, jawab dalam 24 jam: {number} {category}, {place}.",
        "Somebody asks for a takedown, answer within 24 hours: {number} {category}, {place}.",
    ),
}
_MORE = (" Dan {n} lagi di kotak kerja.", " And {n} more in the inbox.")
_TITLES: Mapping[Kind, str] = {
    "new": "Kotak kerja: kasus baru",
    "late": "Kotak kerja: tenggat",
    "takedown": "Permintaan penurunan",
}


@dataclass(frozen=True, slots=True)
class News:
    """Of a case: since when it is news, and how far up it belongs (0 to 3) where it is late."""

    case: Case
    kind: Kind
    at_us: int
    step: int = 0


def asked_of(case: Case, asked: Takedown) -> Sequence[News]:
    """That something of it is to be taken down, and that nobody has answered in time: for the command centre too."""
    return [News(case, "takedown", at_us, COMMAND) for at_us in (asked.asked_us, asked.due_us)]


def new_of(case: Case) -> News | None:
    """That it has come to the office, and nobody has it yet."""
    if case.owner or case.answered_us is not None:
        return None
    if case.status == "submitted":
        return News(case, "new", case.opened_us)
    return News(case, "new", case.updated_us) if case.status == "internal_referral" else None


class Calling:
    """One city's. `channels`: those by which people can be told."""

    def __init__(self, cities: CityStore, profile: Profile, base_url: str, channels: Sequence[ChannelInfo]) -> None:
        self._cities = cities
        self._profile = profile
        self._base_url = base_url.rstrip("/")
        self._kinds = {one.name: one.kind for one in channels if one.kind in QUIET}
        self._zone = ZoneInfo(profile.zone)
        self._categories = {one.code: one.name for one in profile.categories}
        self._regions = {one.code: one.name for one in profile.regions}
        self._put: set[str] = set()

    def tell(self, news: Iterable[News], now_us: int) -> int:
        """Write down what is to be sent; how many messages are new to this process. Raises Unavailable."""
        fresh = [one for one in news if now_us - LOST_US < one.at_us <= now_us] if self._kinds else []
        if not fresh:
            self._put.clear()
            return 0
        ways = self._ways()
        people = [one for one in self._cities.people(self._profile.code) if one.id in ways and one.disabled_us is None]
        told: dict[tuple[str, Kind, int], list[News]] = {}
        for one in sorted(fresh, key=lambda some: (some.at_us, some.case.number)):
            sent_us = self._sent_us(one.at_us)
            if sent_us + SETTLED_US <= now_us < sent_us + FITS_US:
                for person in people:
                    if concerns(one, person, self._profile.inspectorate):
                        told.setdefault((person.id, one.kind, sent_us), []).append(one)
        by_id = {one.id: one for one in people}
        rows = [self._row(some, by_id[who], ways[who], sent_us) for (who, _, sent_us), some in told.items()]
        new = [row for row in rows if row.key not in self._put]
        if new:
            self._cities.put_outgoing(new)
        self._put = {row.key for row in rows}
        return len(new)

    def _ways(self) -> Mapping[str, Way]:
        """The one by which each person is told: one that has been proved, then one that disturbs least."""
        found: dict[str, Way] = {}
        ways = [one for one in self._cities.ways(self._profile.code) if one.channel in self._kinds and not one.rings]
        for way in sorted(ways, key=lambda one: (one.verified_us is None, QUIET.index(self._kinds[one.channel]))):
            found.setdefault(way.person, way)
        return found

    def _row(self, news: Sequence[News], person: Person, way: Way, sent_us: int) -> Outgoing:
        first, case = news[0], news[0].case
        name = self._categories.get(case.category)
        place = self._regions.get(case.region, case.region)
        said = [
            text.format(number=case.number, category=name.in_(language) if name else case.category, place=place)
            + more.format(n=len(news) - 1) * (len(news) > 1)
            for language, text, more in zip(("id", "en"), _SAID[first.kind], _MORE, strict=True)
        ]
        theirs = person.role != "officer" or person.agency == case.agency
        return Outgoing(
            key=f"desk/{person.id}/{first.kind}/{sent_us}",
            city=self._profile.code,
            channel=PERSON + way.channel,
            event="",
            body={
                "person": person.id,
                "title": _TITLES[first.kind],
                "text": "\n".join(said),
                "brief": said[0],
                "link": f"{self._base_url}/petugas" if theirs else f"{self._base_url}/kasus/{case.number}",
                "urgent": False,
            },
            created_us=sent_us,
            expires_us=sent_us + FITS_US,
        )

    def _sent_us(self, at_us: int) -> int:
        """When it goes out: at the end of its half-hour, by day."""
        moment = from_us((at_us // EVERY_US + 1) * EVERY_US).astimezone(self._zone)
        if moment.time() < DAY_BEGINS:
            moment = datetime.combine(moment.date(), DAY_BEGINS, self._zone)
        elif moment.time() >= DAY_ENDS:
            moment = datetime.combine(moment.date() + timedelta(days=1), DAY_BEGINS, self._zone)
        return to_us(moment)


def concerns(news: News, person: Person, inspectorate: str) -> bool:
    """Officers of the case's office in their area; from the second step up the command centre too, at the third the
    inspectorate. What the public must not know goes no further than its office and the command centre."""
    case = news.case
    if person.role in ("operator", "admin"):
        return person.role == "operator" and news.step >= COMMAND
    if person.role != "officer" or not person.agency:
        return False
    if person.agency == case.agency:
        return not person.regions or any(
            case.region == one or case.region.startswith(f"{one}.") for one in person.regions
        )
    return news.step == TOP and case.public and person.agency == inspectorate
