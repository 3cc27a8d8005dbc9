"""`siaga reach` with a hand beside it, killed while it sends: all who follow are told, and nobody twice."""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil
import pytest

from benchmarks.reaching import CITY, CLOCK, Mix, awas, counts, followers, keep, providers, reach_file
from cities.load import load
from faults.parts.brokers import wait_until
from faults.parts.stages import Supervised, supervised
from store import open_city
from store.ports import CityStore, EngineCommit

pytestmark = [pytest.mark.slow, pytest.mark.trial]

FOLLOWERS = 900
KILLS = 3
SEED = 47
MIX: Mix = {
    "webpush": (0.66, 500.0),
    "email": (0.20, 150.0),
    "whatsapp": (0.06, 45.0),
    "sms": (0.04, 30.0),
    "telegram": (0.02, 15.0),
    "ntfy": (0.02, 15.0),
}
"""so slow that all of it takes more than a second of sending"""
IN_SOCKETS = 64
"""what a killed process may have written that its provider reads a moment later"""


@dataclass
class Sending:
    """The stage, what it is to say, and the providers that count."""

    reach: Supervised
    cities: CityStore
    http: int
    journal: Path

    def has_taken(self, count: int) -> bool:
        return self.taken() >= count

    def taken(self) -> int:
        return sum(counts(self.http)["taken"].values())

    def kept(self) -> int:
        """Of how many it is kept that a provider took them."""
        tallies = [one for told in self.cities.told(CITY) for one in told.tallies]
        return sum(one.count for one in tallies if one.state == "accepted")

    def whom(self) -> Counter[str]:
        """Who was told under how many keys."""
        return Counter(line.split(" ", 2)[1] for line in self.journal.read_text(encoding="utf-8").splitlines())


@contextmanager
def sending(folder: Path) -> Iterator[Sending]:
    """One word of AWAS is kept, and the stage has been started."""
    city = load(CITY)
    node = next(one.node for one in city.nodes if one.kind == "gauge")
    with ExitStack() as stack:
        http, smtp, _ = stack.enter_context(providers(folder, MIX, journal=True))
        settings = {
            "SIAGA_CITY": CITY,
            "SIAGA_DATA_FOLDER": folder / "data",
            "SIAGA_CITY_URL": f"sqlite:///{folder / 'city.db'}",
            "SIAGA_REACH_FILE": reach_file(folder, http, smtp, MIX),
            "SIAGA_OUTWARD_ALLOW": "127.0.0.0/8",
            "SIAGA_LEASE_HOLDER": "one",
            "SIAGA_REACH_SENDERS": 2,
        }
        cities = stack.enter_context(closing(open_city(str(settings["SIAGA_CITY_URL"]))))
        cities.put_profile(city, CLOCK.now_us())
        keep(str(settings["SIAGA_CITY_URL"]), followers(FOLLOWERS, http, MIX))
        lease = cities.lease(CITY, "engine", CLOCK.now_us(), 600)
        assert lease is not None
        cities.commit(lease, EngineCommit(bulletins=(awas(node),)))
        reach = stack.enter_context(supervised(folder / "reach.log", settings, "reach"))
        yield Sending(reach, cities, http, folder / "journal")


def _lose_its_hand(reach: Supervised) -> None:
    """Kill the process beside the leader: the leader ends by itself, so that both are started again."""
    (hand,) = psutil.Process(reach.now.pid).children()
    hand.kill()
    assert wait_until(lambda: reach.now.ended, 20), reach.now.said()


@pytest.mark.timeout(120)
def test_killed_while_it_sends_all_are_told_and_nobody_under_two_keys(tmp_path: Path) -> None:
    """What comes again has the key that it had, and is no more than what was under way when it was killed."""
    rng = random.Random(SEED)
    part = FOLLOWERS // (KILLS + 1)
    moments = [part * at + rng.randrange(1, part) for at in range(KILLS)]
    in_doubt = []
    with sending(tmp_path) as city:
        for moment in moments:
            assert wait_until(partial(city.has_taken, moment), 30), city.reach.now.said()
            if moment == moments[1]:
                _lose_its_hand(city.reach)
            else:
                city.reach.now.kill()
            in_doubt.append(city.taken() - city.kept())
            city.reach.start()
        ended = wait_until(lambda: city.kept() >= FOLLOWERS or city.reach.now.ended, 60, 0.05)
        assert ended, city.reach.now.said()
        assert not city.reach.now.ended, city.reach.now.said()
        whom, repeated = city.whom(), sum(counts(city.http)["again"].values())
        waiting = sum(city.cities.waiting_sends(CITY).values())
    missing = FOLLOWERS - len(whom)
    doubled = sum(count - 1 for count in whom.values())
    sys.stdout.write(
        f"killed at {moments}, in doubt {in_doubt}: missing {missing}, doubled {doubled}, repeated {repeated}\n"
    )
    assert "-" not in whom
    assert (missing, doubled, waiting) == (0, 0, 0)
    assert repeated <= sum(in_doubt) + KILLS * IN_SOCKETS
