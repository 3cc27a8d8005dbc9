"""`reach`: residents are told while the process that tells them dies, its providers go away, and one delivers nothing.

One word of AWAS goes out while its process is killed again and again. Then every provider goes away in the midst of the
next, and a last one is over before they are there again. What was said to whom is judged from the providers' own books.
"""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
from sqlalchemy import create_engine, select

from cities.load import load
from contract.bulletin import Bulletin
from contract.clock import HOUR_US, SECOND_US
from contract.reach_shown import RECEIPT_US, swallows
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.followers import CITY, CLOCK, Mix, awas, counts, followers, keep, providers, reach_file
from faults.parts.must import Broken, must
from faults.parts.said import read
from faults.parts.stages import Supervised, supervised
from faults.result import Result
from store import open_city
from store.city.schema import sends
from store.ports import CityStore, EngineCommit, Lease

MIX: Mix = {
    "webpush": (0.66, 500.0),
    "email": (0.20, 100.0),
    "whatsapp": (0.06, 20.0),
    "sms": (0.04, 12.0),
    "telegram": (0.02, 6.0),
    "ntfy": (0.02, 6.0),
}
"""so slow that all of it takes two seconds of sending"""
IN_SOCKETS = 64
"""what a killed process may have written that its provider reads a moment later"""
_WITHIN_S = 90.0
_LOOK_S = 0.02
_PHONES_TELL = 0.9
"""of phones that are switched on"""


@dataclass(frozen=True, slots=True)
class _Form:
    """How much of it: of the tests, or of a campaign."""

    followers: int
    kills: int
    away_s: tuple[float, float]


_SHORT = _Form(500, 2, (1.2, 1.2))
_WHOLE = _Form(1_500, 5, (2.0, 20.0))


@dataclass
class _City:
    """The stage, what it is to say, and the providers that count."""

    laboratory: Laboratory
    form: _Form
    result: Result
    reach: Supervised
    cities: CityStore
    lease: Lease
    url: str
    node: str
    http: int
    journal: Path

    def say(self, number: int, *, lasts_us: int = HOUR_US) -> Bulletin:
        """The gauge's next word of AWAS is kept, for the stage to find."""
        bulletin = awas(self.node, number, lasts_us=lasts_us)
        self.cities.commit(self.lease, EngineCommit(bulletins=(bulletin,)))
        return bulletin

    def taken(self) -> int:
        return sum(counts(self.http)["taken"].values())

    def kept(self) -> int:
        """Of how many it is kept that a provider took them."""
        tallies = [one for told in self.cities.told(CITY) for one in told.tallies]
        return sum(one.count for one in tallies if one.state in {"accepted", "delivered"})

    def until_taken(self, count: int) -> None:
        must(wait_until(lambda: self.taken() >= count, _WITHIN_S, _LOOK_S), f"nobody was told: {self.reach.now.said()}")

    def until_all_is_kept(self, count: int) -> None:
        """Also that nothing waits any more."""

        def done() -> bool:
            waits = any(self.cities.waiting_sends(CITY).values())
            return (self.kept() >= count and not waits) or self.reach.now.ended

        in_time = wait_until(done, _WITHIN_S, 0.05) and not self.reach.now.ended
        waiting = dict(self.cities.waiting_sends(CITY))
        self.result.expect(in_time, f"{self.kept()} of {count} told, waiting {waiting}: {self.reach.now.said()}")

    def providers_are(self, what: str) -> None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/{what}", data=b"", timeout=30):
            pass


def run(laboratory: Laboratory) -> Result:
    """A round is a city of its own."""
    result = laboratory.result()
    form = _SHORT if laboratory.short else _WHOLE
    figures = dict.fromkeys(("to_be_told", "missing", "doubled", "stale", "unforeseen", "kills"), 0)
    figures |= {"in_doubt": 0, "repeated_under_their_key": 0, "hung_up": 0}
    for number in range(laboratory.rounds):
        with _city(laboratory, form, result, laboratory.room(f"city-{number}")) as city:
            words = [_killed(city, figures), *_away(city, figures)]
            _delivers_nothing(city, words)
            _settle(city, words, figures)
        laboratory.say(f"reach: round {number + 1}: {figures}")
    result.figures |= figures
    result.lost = figures["missing"]
    result.notifications_duplicated = figures["doubled"]
    return result


@contextmanager
def _city(laboratory: Laboratory, form: _Form, result: Result, folder: Path) -> Iterator[_City]:
    profile = load(CITY)
    node = next(one.node for one in profile.nodes if one.kind == "gauge")
    with ExitStack() as stack:
        http, smtp, _ = stack.enter_context(providers(folder, MIX, journal=True))
        url = f"sqlite:///{folder / 'city.db'}"
        settings = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": folder / "data",
            "SIAGA_CITY_URL": url,
            "SIAGA_REACH_FILE": reach_file(folder, http, smtp, MIX),
            "SIAGA_OUTWARD_ALLOW": "127.0.0.0/8",
            "SIAGA_LEASE_HOLDER": "one",
            "SIAGA_REACH_SENDERS": 2,
        }
        cities = stack.enter_context(closing(open_city(url)))
        cities.put_profile(profile, CLOCK.now_us())
        keep(url, followers(form.followers, http, MIX))
        lease = cities.lease(CITY, "engine", CLOCK.now_us(), 3_600)
        if lease is None:
            raise Broken("nobody holds the engine's lease, and it is not to be had")
        reach = stack.enter_context(supervised(folder / "reach.log", settings, "reach"))
        yield _City(laboratory, form, result, reach, cities, lease, url, node, http, folder / "journal")


def _killed(city: _City, figures: dict[str, int]) -> Bulletin:
    """While the first word goes out; the second time it is the process beside the leader that dies."""
    form, rng = city.form, city.laboratory.rng
    part = form.followers // (form.kills + 1)
    word, under_way = city.say(1), 0
    for kill in range(form.kills):
        city.until_taken(part * kill + rng.randrange(1, part))
        if kill == 1:
            _lose_its_hand(city.reach)
        else:
            city.reach.now.kill()
        figures["in_doubt"] += city.taken() - city.kept()
        figures["kills"] += 1
        under_way += city.taken() < form.followers
        city.reach.start()
    city.result.expect(under_way, "every kill came when all had been told: nothing was tried")
    city.until_all_is_kept(form.followers)
    return word


def _lose_its_hand(reach: Supervised) -> None:
    """Kill the process beside the leader: the leader ends by itself, so that both are started again."""
    hands = psutil.Process(reach.now.pid).children()
    must(len(hands) == 1, f"{len(hands)} processes send beside the leader: {reach.now.said()}")
    hands[0].kill()
    must(wait_until(lambda: reach.now.ended, 20), f"the leader goes on without its hand: {reach.now.said()}")


def _away(city: _City, figures: dict[str, int]) -> Sequence[Bulletin]:
    """Every provider, in the midst of the second word. What is said meanwhile is over when they come back."""
    form, rng = city.form, city.laboratory.rng
    second = city.say(2)
    city.until_taken(form.followers + rng.randrange(1, form.followers // 2))
    city.providers_are("down")
    before = city.taken()
    city.result.expect(before < 2 * form.followers, "the providers went away when all had been told: nothing was tried")
    short_lived = _until_one_is_over(city, rng.uniform(*form.away_s))
    city.result.expect(city.taken() == before, "somebody took a message while nobody was there")
    city.providers_are("up")
    up_us = CLOCK.now_us()
    city.until_all_is_kept(2 * form.followers)
    city.result.recoveries_s.append((CLOCK.now_us() - up_us) / SECOND_US)
    hung_up = counts(city.http)["hung_up"]
    city.result.expect(hung_up, "nobody called a provider that was away: nothing was tried")
    figures["hung_up"] += hung_up
    return second, *short_lived


def _until_one_is_over(city: _City, away_s: float) -> Sequence[Bulletin]:
    """Words that last so long, or as long again, until one of them was to be sent before it was over."""
    words: list[Bulletin] = []
    while True:
        words.append(city.say(3 + len(words), lasts_us=round(away_s * SECOND_US)))
        wait_until(partial(_is_over, words[-1]), away_s + 5)
        if any(one.telling.id == words[-1].id for one in city.cities.told(CITY)):
            return words
        away_s *= 2
        must(away_s < _WITHIN_S, f"nothing that was said meanwhile was to be sent: {city.reach.now.said()}")


def _is_over(word: Bulletin) -> bool:
    return word.expires_us is not None and CLOCK.now_us() > word.expires_us


def _delivers_nothing(city: _City, words: Sequence[Bulletin]) -> None:
    """Phones say that the first word came, and nothing of the second, which the push service took as well."""
    first, second, *_ = words
    engine = create_engine(city.url)
    with engine.connect() as connection:
        named = sends.c.telling == first.id, sends.c.token != ""
        tokens = list(connection.execute(select(sends.c.token).where(*named).order_by(sends.c.id)).scalars())
    engine.dispose()
    now_us = CLOCK.now_us()
    told = city.cities.put_receipts(tokens[: round(_PHONES_TELL * len(tokens))], now_us)
    city.result.expect(told, "no phone said that a message had come: nothing was tried")
    later_us = now_us + RECEIPT_US
    known = {one.telling.id: one for one in city.cities.told(CITY)}
    silent = swallows([known[second.id], known[first.id]], "webpush", later_us)
    city.result.expect(silent, "a push service took everything, no phone said anything, and nobody is told so")
    wrongly = swallows([known[first.id]], "webpush", later_us)
    city.result.expect(not wrongly, "a push service that delivers is said to deliver nothing")


def _settle(city: _City, words: Sequence[Bulletin], figures: dict[str, int]) -> None:
    ids = [one.id for one in words]
    hold, over = ids[:2], ids[2:]
    said = read(city.journal, ids, city.form.followers)
    people = range(1, city.form.followers + 1)
    again = sum(counts(city.http)["again"].values())
    figures["to_be_told"] += len(hold) * len(people)
    figures["missing"] += sum((word, person) not in said.told for word in hold for person in people)
    figures["doubled"] += said.doubled
    figures["stale"] += sum(word in over for word, _ in said.told)
    figures["unforeseen"] += len(said.unforeseen)
    figures["repeated_under_their_key"] += again
    city.result.expect(figures["stale"] == 0, f"{figures['stale']} were told what was over")
    city.result.expect(not said.unforeseen, f"said to whom, or what? {said.unforeseen[:3]}")
    most = figures["in_doubt"] + (figures["kills"] + city.laboratory.rounds) * IN_SOCKETS
    repeated = figures["repeated_under_their_key"]
    city.result.expect(repeated <= most, f"{repeated} were handed in again, of {most} that were under way")
