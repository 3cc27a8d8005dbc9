"""People who report what they see at `/lapor`, while processes die: each sends the same form until it is answered.

Some send it once more although it was answered, as people do. What they were promised is judged from the tables: a
report is kept once, and has a case; what is reported of one place at one time is one case.
"""

from __future__ import annotations

import contextlib
import itertools
import random
import re
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import httpx
from sqlalchemy import create_engine, select

from faults.parts.must import must
from store.cases import Case
from store.city.desk_schema import reports

_CSRF = re.compile(r'name="csrf" value="([^"]+)"')
_AGAIN_S = 0.2
_IMPATIENT = 0.3
_MICRODEGREE = 1e-6


class Place(NamedTuple):
    """Where something is seen, and what: a category's code."""

    category: str
    lat: float
    lon: float


class Kept(NamedTuple):
    """A row of the table of reports."""

    key: str
    number: str | None
    category: str


@dataclass
class Residents:
    """`sent`: the keys of all forms. `answered`: those whose sender reads that it was taken."""

    pages: str
    places: Sequence[Place]
    rng: random.Random
    pause_s: tuple[float, float] = (0.1, 0.5)
    sent: list[str] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)
    """what a good form was answered that was neither a yes nor an outage"""
    again: int = 0
    """forms that were sent more than once"""
    _over: threading.Event = field(default_factory=threading.Event)
    _late: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Report until it is over; the last form is sent until it is answered."""
        while not self._over.is_set():
            key = f"{self.rng.getrandbits(128):032x}"
            self.sent.append(key)
            self._report(key, self.rng.choice(self.places))
            self._over.wait(self.rng.uniform(*self.pause_s))

    def end(self) -> None:
        """Nobody reports any more."""
        self._over.set()

    def give_up(self) -> None:
        """Whoever still waits for an answer goes without one."""
        self._late.set()

    def _report(self, key: str, place: Place) -> None:
        # Each from an address of their own, as a stranger: a visitor who says no proxy would be at home.
        address = f"127.{self.rng.randrange(1, 255)}.{self.rng.randrange(256)}.{self.rng.randrange(1, 255)}"
        line = httpx.HTTPTransport(local_address=address)
        impatient = self.rng.random() < _IMPATIENT
        with httpx.Client(base_url=self.pages, timeout=5.0, transport=line, headers={"via": "1.1 telepon"}) as phone:
            self.again += self._until_answered(phone, key, place) > 1
            if impatient and not self._late.is_set():
                self.again += 1
                self._until_answered(phone, key, place)

    def _until_answered(self, phone: httpx.Client, key: str, place: Place) -> int:
        """How often it was sent."""
        times = 1
        while not self._send(phone, key, place) and not self._late.wait(_AGAIN_S):
            times += 1
        return times

    def _send(self, phone: httpx.Client, key: str, place: Place) -> bool:
        """Whether there was an answer, and not an excuse."""
        try:
            found = _CSRF.search(phone.get("/lapor").text)
            if found is None:
                return False
            form = {
                "csrf": found[1],
                "kunci": key,
                "jenis": place.category,
                "lat": f"{place.lat:.6f}",
                "lon": f"{place.lon:.6f}",
                "cerita": f"Saya melihatnya. {key}",
                "kontak": f"{key}@warga.example",
            }
            answer = phone.post("/lapor", data=form, headers={"origin": self.pages})
        except httpx.HTTPError:
            return False
        if answer.status_code >= 500:
            return False
        if answer.status_code == 303 and answer.headers["location"] == f"/lapor/{key}":
            self.answered.add(key)
        else:
            self.refused.append(f"{key} was answered {answer.status_code}")
        return True


@contextlib.contextmanager
def reporting(pages: str, places: Sequence[Place], rng: random.Random) -> Iterator[Residents]:
    """One after the other in a thread, until the end of the block at the latest."""
    people = Residents(pages, places, rng)
    thread = threading.Thread(target=people.run, name="residents", daemon=True)
    thread.start()
    try:
        yield people
    finally:
        people.end()
        people.give_up()
        thread.join()


def kept_reports(city_url: str, city: str) -> list[Kept]:
    """Every report from the web, read from its table."""
    engine = create_engine(city_url)
    try:
        with engine.connect() as connection:
            query = select(reports.c.key, reports.c.number, reports.c.category).where(reports.c.city == city)
            rows = connection.execute(query.where(reports.c.source == "web"))
            return [Kept(row.key.removeprefix("web/"), row.number, row.category) for row in rows]
    finally:
        engine.dispose()


def report_books(people: Residents, kept: Sequence[Kept], cases: Sequence[Case]) -> list[str]:
    """What is wrong with what was made of their reports, in words."""
    must(people.sent, "nobody reported")
    wrong = list(people.refused)
    rows = Counter(one.key for one in kept)
    wrong += [f"{key} was taken and is gone" for key in sorted(people.answered - rows.keys())]
    wrong += [f"{key} is kept {times} times" for key, times in rows.items() if times > 1]
    wrong += [f"{key} was never sent" for key in sorted(rows.keys() - set(people.sent))]
    known = {one.number: one for one in cases}
    for one in kept:
        case = known.get(one.number or "")
        if case is None or case.category != one.category:
            wrong.append(f"{one.key} is of the case {one.number}, which is not its own")
    return wrong + _beside(cases, people.places)


def _beside(cases: Sequence[Case], places: Sequence[Place]) -> list[str]:
    """Cases of one place and category that were open at once, but for two of the sensors': each of their events is a
    case, and that one has ended may reach the desk a moment after that the next has begun."""
    at: defaultdict[Place, list[Case]] = defaultdict(list)
    for case in cases:
        for place in places:
            near = abs(case.lat - place.lat) < _MICRODEGREE and abs(case.lon - place.lon) < _MICRODEGREE
            if near and case.category == place.category and case.public:
                at[place].append(case)
    wrong = []
    for there in at.values():
        there.sort(key=lambda one: one.opened_us)
        for before, after in itertools.pairwise(there):
            both_sensed = before.event is not None and after.event is not None
            if not both_sensed and (before.closed_us is None or before.closed_us > after.opened_us):
                wrong.append(f"{before.number} and {after.number} are open at one place")
    return wrong
