"""The city's database dies, refuses, hangs, and takes a COMMIT whose answer nobody hears.

Readings go on being kept in a store of their own; what is decided waits and is told once; pages say so and come back.
Two systems of the city's own are told by webhook: who honours keys counts each message once, and who knows none hears
one again at most once a fault, where its delivery could not be noted.
"""

from __future__ import annotations

import contextlib
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import psycopg

from contract.clock import SECOND_US
from faults.books import all_cases
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.must import must
from faults.parts.postgres import Postgres, postgres
from faults.parts.postgres_wire import Cut, Wire, wire
from faults.parts.receivers import Receivers, receivers
from faults.parts.served_city import ServedCity, Servers, served_city
from faults.result import Result
from store.ports import CityStore

_CONNECTIONS = 40
_TOLD_S = 40.0
_SOON_S = 20.0
_DECISIONS = ("incidents", "cases", "outbox", "leases", "snapshots", "case_updates")
_ENDS = (signal.SIGKILL, signal.SIGINT, signal.SIGQUIT)


def run(laboratory: Laboratory) -> Result:
    """Each round takes one PostgreSQL city and, every second time, one on SQLite through it."""
    result = laboratory.result()
    hold_s = 1.5 if laboratory.short else 12.0
    for number in range(1, laboratory.rounds + 1):
        laboratory.say(f"round {number} of {laboratory.rounds}")
        room = laboratory.room(f"round-{number}")
        if laboratory.short and number % 2 == 0:
            _on_sqlite(laboratory, result, room, hold_s)
            continue
        _on_postgres(laboratory, result, room, hold_s)
        if not laboratory.short:
            _on_sqlite(laboratory, result, laboratory.room(f"round-{number}-sqlite"), hold_s)
    return result


def _on_postgres(laboratory: Laboratory, result: Result, room: Path, hold_s: float) -> None:
    with postgres(connections=_CONNECTIONS) as server, wire(server.socket) as line:
        own_url = server.fresh()
        name = urlsplit(own_url).path.removeprefix("/")
        servers = Servers(
            f"sqlite:///{room}/readings.db",
            f"postgresql+psycopg://postgres@127.0.0.1:{line.port}/{name}",
            own_city_url=own_url,
        )
        with (
            receivers(room / "receivers") as told,
            served_city(laboratory, room, servers, rivers=20, points=4, pages=True, further=told.settings) as city,
        ):
            faults = _PostgresRound(laboratory, result, city, hold_s, server, line, name).run()
            nothing_twice(result, city.city, city.cities)
            _everybody_hears(result, city, told)
            city.settle(result)
            heard_once(result, told, faults)


def _on_sqlite(laboratory: Laboratory, result: Result, room: Path, hold_s: float) -> None:
    servers = Servers(f"sqlite:///{room}/readings.db", f"sqlite:///{room}/city.db")
    with (
        receivers(room / "receivers") as told,
        served_city(laboratory, room, servers, rivers=4, points=4, further=told.settings) as city,
    ):
        watch = _Watch(laboratory, result, city)
        for store in ("city", "readings"):
            laboratory.say(f"SQLite: {store} is busy for {hold_s:.0f} s")
            with _busy(room / f"{store}.db"):
                gauge = city.rise(f"{store} busy")
                watch.kept_meanwhile(f"{store} busy", hold_s, expected=store == "city")
            watch.told(f"{store} busy", gauge)
            watch.kept_again(f"{store} busy")
        nothing_twice(result, city.city, city.cities)
        _everybody_hears(result, city, told)
        city.settle(result)
        heard_once(result, told, faults=2)


@contextlib.contextmanager
def _busy(file: Path) -> Iterator[None]:
    """This process writes, and no other may. Held as a backup or a repair by hand holds it."""
    with contextlib.closing(sqlite3.connect(file, timeout=10, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")


@dataclass
class _Watch:
    """What has to hold in a city whatever befalls its database."""

    laboratory: Laboratory
    result: Result
    city: ServedCity

    def kept(self) -> int:
        return sum(entry.rows for entry in self.city.readings.ledger(self.city.city))

    def kept_meanwhile(self, name: str, seconds: float, *, expected: bool = True) -> None:
        """Readings go on being kept while the city's own database is away."""
        before = self.kept()
        wait_until(lambda: False, seconds, 0.2)
        grown = wait_until(lambda: self.kept() > before, _SOON_S if expected else 0.0, 0.1)
        if expected:
            self.result.expect(grown, f"{name}: no reading was kept meanwhile")

    def told(self, name: str, gauge: str) -> None:
        """The flood that rose meanwhile is opened and filed."""
        self.result.expect(self.city.is_told(gauge, _TOLD_S), f"{name}: nobody was told of {gauge}")

    def kept_again(self, name: str) -> None:
        """From the end of the fault to the next reading that is kept."""
        began_us, before = self.laboratory.clock.mono_us(), self.kept()
        self.result.expect(wait_until(lambda: self.kept() > before, _SOON_S, 0.02), f"{name}: nothing is kept after it")
        self.result.recoveries_s.append((self.laboratory.clock.mono_us() - began_us) / SECOND_US)


@dataclass
class _PostgresRound(_Watch):
    """One cluster through all of it."""

    hold_s: float
    server: Postgres
    line: Wire
    database: str

    def run(self) -> int:
        """Returns how many faults there were."""
        rng = self.laboratory.rng
        parts: list[Callable[[], None]] = [partial(self._restart, number) for number in _ENDS]
        parts += [self._no_connection, self._locked]
        cuts: list[tuple[Cut, str]] = [(cut, about) for cut in ("after", "before") for about in _DECISIONS]
        if self.laboratory.short:
            parts = [*rng.sample(parts[:3], 1), *parts[3:]]
            cuts = [*rng.sample(cuts[:3], 2), *rng.sample(cuts[6:], 1)]
        parts += [lambda cut=cut, about=about: self._cut(cut, about) for cut, about in cuts]  # type: ignore[misc]
        rng.shuffle(parts)
        for part in parts:
            part()
        return len(parts)

    # ------------------------------------------------------------ faults

    def _restart(self, number: signal.Signals) -> None:
        name = f"PostgreSQL ended by {number.name}"
        self.laboratory.say(name)
        gauge = self.city.rise(name)
        self.server.stop(number)
        self.kept_meanwhile(name, self.hold_s / 3)
        self._pages_say_so(name)
        self.server.start()
        self._healed(name, gauge)

    def _no_connection(self) -> None:
        """Others take every connection there is."""
        name = "no connection left"
        self.laboratory.say(name)
        with contextlib.ExitStack() as taken:
            admin = taken.enter_context(self.server.connect())
            for _ in range(200):
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = 'siaga' AND datname = %s",
                    (self.database,),
                )
                with contextlib.suppress(psycopg.OperationalError):
                    while True:
                        taken.enter_context(self.server.connect())
                if not self._ours(admin):
                    break
            must(not self._ours(admin), "the stages keep their connections")
            gauge = self.city.rise(name)
            self.kept_meanwhile(name, self.hold_s / 3)
            self._pages_say_so(name)
        self._healed(name, gauge)

    def _ours(self, admin: psycopg.Connection) -> int:
        row = admin.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'siaga' AND datname = %s", (self.database,)
        ).fetchone()
        return int(row[0]) if row else 0

    def _locked(self) -> None:
        """Somebody has opened a transaction by hand, taken a lock and gone for lunch."""
        name = "a lock held by an idle transaction"
        self.laboratory.say(name)
        with psycopg.connect(host=str(self.server.folder), user="postgres", dbname=self.database) as idle:
            idle.execute("LOCK TABLE incidents, outbox, leases IN ACCESS EXCLUSIVE MODE")
            gauge = self.city.rise(name)
            self.kept_meanwhile(name, self.hold_s)
            idle.rollback()
        self._healed(name, gauge)

    def _cut(self, cut: Cut, about: str) -> None:
        """The line breaks about the COMMIT of a decision: the server has it, or has it not, and nobody says which."""
        name = f"the line cut {cut} a COMMIT of {about}"
        self.laboratory.say(name)
        before = self.line.cuts[cut]
        self.line.arm(cut, about)
        gauge = self.city.rise(name)
        came = wait_until(lambda: self.line.cuts[cut] > before, _SOON_S, 0.02)
        self.line.disarm()
        self.result.expect(came, f"{name}: no such COMMIT came")
        self._healed(name, gauge)

    # ------------------------------------------------------------ what must hold

    def _pages_say_so(self, name: str) -> None:
        """A page that cannot know says that it does not, in words and with 503, and invents nothing."""
        said = ""

        def honest() -> bool:
            nonlocal said
            with contextlib.suppress(httpx.HTTPError):
                page = httpx.get(self.city.page, timeout=30, trust_env=False)
                said = f"{page.status_code} {page.headers.get('Content-Type', '')}"
                return page.status_code == 503 and "text/html" in said and "Retry-After" in page.headers
            return False

        self.result.expect(wait_until(honest, _SOON_S, 0.2), f"{name}: the page says {said or 'nothing'}")

    def _healed(self, name: str, gauge: str) -> None:
        """From the end of the fault until the engine holds its lease and the pages are there."""
        began_us, began_wall_us = self.laboratory.clock.mono_us(), self.laboratory.clock.now_us()

        def well() -> bool:
            with contextlib.suppress(psycopg.Error), self.server.connect(self.database) as own:
                row = own.execute("SELECT until_us FROM leases").fetchone()
                return row is not None and row[0] > began_wall_us + SECOND_US and self._page_is_there()
            return False

        self.result.expect(wait_until(well, _TOLD_S, 0.05), f"{name}: engine or pages do not come back")
        self.result.recoveries_s.append((self.laboratory.clock.mono_us() - began_us) / SECOND_US)
        self.told(name, gauge)

    def _page_is_there(self) -> bool:
        with contextlib.suppress(httpx.HTTPError):
            return httpx.get(self.city.page, timeout=30, trust_env=False).status_code == 200
        return False


def nothing_twice(result: Result, city: str, cities: CityStore) -> None:
    """No line of a case is told twice, under whatever key."""
    for case in all_cases(city, cities):
        lines = Counter((update.at_us, update.state, str(update.text)) for update in cities.updates(case.number))
        twice = [line for line, number in lines.items() if number > 1]
        result.notifications_duplicated += len(twice)
        result.expect(not twice, f"{case.number} says twice: {twice}")


def _everybody_hears(result: Result, city: ServedCity, told: Receivers) -> None:
    """Both are told of every flood, however its decision fared."""
    opened = frozenset(
        one.id for one in city.cities.incidents(city.city) if one.subject == "flood" and one.found_us is None
    )
    wait_until(lambda: not told.silent(opened, frozenset()), _TOLD_S, 0.1)
    silent = told.silent(opened, frozenset())
    result.expect(not silent, f"never told: {silent}")


def heard_once(result: Result, told: Receivers, faults: int) -> None:
    """Counted when the city has ended, and nobody tells anything any more."""
    repeated = told.keyless.again()
    result.notifications_duplicated += told.keyed.again()
    result.notifications_repeated += repeated
    result.expect(repeated <= faults, f"who knows no keys heard {repeated} messages again in {faults} faults")
    result.expect(not told.wrong, f"messages that no honest sender sends: {told.wrong[:3]}")
