"""No room left, at a node and at the city: nothing is acknowledged that is not kept, what is dropped is counted and
told, floods go last, and everything goes on by itself when there is room again."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import httpx

from contract.clock import SECOND_US
from contract.kinds import NodeValues
from edge.spool import read_pending
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.must import must
from faults.parts.pole import RIVER, SELF, Pole, pole
from faults.parts.served_city import CAMERA, ServedCity, Servers, served_city
from faults.parts.small_disk import fill, small_disk
from faults.parts.tcp_proxy import tcp_proxy
from faults.result import Result
from firmware_sim import ledger

_CITY_DISK = "24m"
_NODE_DISK = "1m"
_LEFT_BYTES = 330_000
"""what another program leaves to the spool: a few hundred readings"""
_RING_ROWS = 100
_SOON_S = 40.0
_NOT_KEPT = "belum bisa disimpan"


def run(laboratory: Laboratory) -> Result:
    """Each round fills a node's disk and the city's."""
    result = laboratory.result()
    full_s = 1.5 if laboratory.short else 15.0
    for number in range(1, laboratory.rounds + 1):
        laboratory.say(f"round {number} of {laboratory.rounds}")
        room = laboratory.room(f"round-{number}")
        with small_disk(room / "city-disk", _CITY_DISK) as disk, small_disk(room / "node-disk", _NODE_DISK) as card:
            servers = Servers(f"sqlite:///{disk}/readings.db", f"sqlite:///{disk}/city.db")
            with served_city(laboratory, room / "city", servers, rivers=3, points=6, pages=True) as city:
                _Round(laboratory, result, city, disk, card, full_s).run()
                city.settle(result)
            for file in ("readings.db", "city.db"):
                result.expect(_sound(disk / file), f"{file} is damaged")
    return result


@dataclass
class _Round:
    """One city and one node beside it, each with a disk that fills."""

    laboratory: Laboratory
    result: Result
    city: ServedCity
    disk: Path
    card: Path
    full_s: float

    def run(self) -> None:
        self._at_the_node()
        self._at_the_city()

    # ------------------------------------------------------------ the node

    def _at_the_node(self) -> None:
        """No broker: the spool takes what another program has left of the card, and then memory takes the rest."""
        self.laboratory.say("a node's card is full")
        rng = self.laboratory.rng
        ballast = fill(self.card, leave=_LEFT_BYTES)
        with (
            tcp_proxy(self.city.broker, self.laboratory.clock, rng) as line,
            pole(
                self.city.folder / "pole",
                self.card,
                self.city.city,
                CAMERA,
                line.address,
                river_s=max(0.1, self.full_s / 50),  # what memory holds is never levels alone
                self_s=0.004,
                ring_rows=_RING_ROWS,
            ) as node,
        ):
            line.down()
            said = node.running
            full = said.until(lambda: "spool_cannot_write" in said.log.read_text(errors="replace"), _SOON_S)
            must(full, f"the card did not fill: {said.said()}")
            committed = node.ledger().committed
            wait_until(lambda: False, self.full_s + rng.random(), 0.1)
            self.result.expect(not said.ended, f"the agent ended: {said.said()[-300:]}")
            if rng.random() < 0.5 or self.laboratory.short:
                ballast.unlink()
                began_us = self.laboratory.clock.mono_us()
                again = said.until(lambda: node.ledger().committed > committed + _RING_ROWS, _SOON_S)
                self.result.expect(again, "the agent does not write again although there is room")
                self.result.recoveries_s.append((self.laboratory.clock.mono_us() - began_us) / SECOND_US)
            line.up()  # or the city takes the readings, which makes room as well
            emptied = said.until(lambda: min(read_pending(node.spool), default=committed + 1) > committed, 2 * _SOON_S)
            self.result.expect(emptied, f"the spool does not empty itself: {node.ledger()}")
            wait_until(lambda: self._told(node) >= node.ledger().dropped, 10, 0.2)
            self.result.expect(said.terminate() == 0, f"the agent ended ill: {said.said()[-300:]}")
            self._node_account(node)

    def _told(self, node: Pole) -> int:
        return sum(self._reports(node).values())

    def _reports(self, node: Pole) -> Counter[str]:
        """Sensor -> how many of its readings the node has said that it dropped, from the city's store."""
        told: Counter[str] = Counter()
        since_us = 0
        while rows := self.city.readings.received_since(self.city.city, since_us):
            for row in rows:
                if row.series.node == node.node and "dropped_sensor" in row.values:
                    values = NodeValues.model_validate(dict(row.values))
                    told[str(values.dropped_sensor)] += values.dropped_count or 0
                    ranged = (values.dropped_first_us or 0) <= (values.dropped_last_us or 0)
                    self.result.expect(ranged and values.dropped_first_us, f"a drop without its time: {values}")
            since_us = rows[-1].received_us + 1
        return told

    def _node_account(self, node: Pole) -> None:
        book = node.ledger()
        for part in node.spool.parent.glob(f"{node.spool.name}*"):
            shutil.copy(part, self.city.spools)  # the city's account is taken over all of its spools
        told = self._reports(node)
        waiting = _reports_waiting(node)
        self.result.expect(book.closes, f"the spool's ledger does not close: {book}")
        self.result.expect(book.dropped > 0, "nothing was dropped: the fault was none")
        self.result.expect(
            sum((told + waiting).values()) == book.dropped,
            f"dropped {book.dropped}, told {dict(told)}, yet to tell {dict(waiting)}",
        )
        # Ten of these are measured while there is one level of the river: there was always one that could go first.
        self.result.expect(not (told + waiting)[RIVER], f"{told[RIVER]} levels were dropped before {SELF} readings")
        self.result.expect(_sound(node.spool), "the spool is damaged")
        self.result.figures["dropped_by_sensor"] = dict(told + waiting)

    # ------------------------------------------------------------ the city

    def _at_the_city(self) -> None:
        """Every byte of the disk under both stores is taken."""
        self.laboratory.say("the city's disk is full")
        city = self.city
        ballast = fill(self.disk)
        said = city.stage("ingest").until(lambda: city.stage("ingest").lines("ingest.waiting"), _SOON_S)
        self.result.expect(said, "ingest did not say that it waits")
        gauge = city.rise("disk full")
        answered, kept = self._answered(), self._kept()
        wait_until(lambda: False, self.full_s, 0.1)
        acknowledged, grown = self._answered() - answered, self._kept() - kept
        self.result.expect(
            acknowledged <= grown + len(city.profile.nodes) * 4,
            f"{acknowledged} readings were acknowledged while {grown} were kept",
        )
        self.result.expect(not city.cities.case_of_event(gauge), "a case without room for it")
        page = httpx.get(city.page, timeout=30, trust_env=False)
        told = page.status_code == 200 and _NOT_KEPT in page.text
        self.result.expect(told, f"the page does not say that nothing new is kept ({page.status_code})")
        for name in ("ingest", "alerts", "api"):
            self.result.expect(not city.stage(name).ended, f"{name} ended: {city.stage(name).said()[-300:]}")
        ballast.unlink()
        began_us, kept = self.laboratory.clock.mono_us(), self._kept()
        healed = wait_until(lambda: self._kept() > kept, _SOON_S, 0.05)
        self.result.recoveries_s.append((self.laboratory.clock.mono_us() - began_us) / SECOND_US)
        self.result.expect(healed, "nothing is kept although there is room")
        self.result.expect(city.is_told(gauge, _SOON_S), f"nobody was told of {gauge} when there was room")
        mended = wait_until(lambda: _NOT_KEPT not in httpx.get(city.page, timeout=30, trust_env=False).text, 10, 0.2)
        self.result.expect(mended, "the page goes on saying that nothing new is kept")
        for event in ("store.readings_unavailable", "ingest.waiting"):
            said_times = len(city.stage("ingest").lines(event))
            self.result.expect(said_times == 1, f"{event} was said {said_times} times")

    def _answered(self) -> int:
        """Readings that their nodes have been told are kept, from the spools."""
        return sum(node.stored for node in ledger(self.city.spools))

    def _kept(self) -> int:
        return sum(entry.rows for entry in self.city.readings.ledger(self.city.city) if entry.node != CAMERA)


def _reports_waiting(node: Pole) -> Counter[str]:
    """What the node has yet to say of its drops."""
    with contextlib.closing(sqlite3.connect(f"file:{node.spool}?mode=ro", uri=True)) as db:
        found = [
            NodeValues.model_validate_json(text)
            for (text,) in db.execute("SELECT vals FROM reading WHERE sensor = 'drops'")
        ]
    told: Counter[str] = Counter()
    for values in found:
        told[str(values.dropped_sensor)] += values.dropped_count or 0
    return told


def _sound(database: Path) -> bool:
    with contextlib.closing(sqlite3.connect(database)) as db:
        return bool(db.execute("PRAGMA integrity_check").fetchone()[0] == "ok")
