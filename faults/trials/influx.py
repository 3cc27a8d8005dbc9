"""InfluxDB away, slow, refusing: what is good is kept once, what is wrong is found, and nobody waits to be warned.

The server is a real one. What a healthy server does not do, the front before it does in its place, so that the ledger
is read from the real store afterwards.

VictoriaMetrics takes the same writes. Of it one thing is held: every point that it answered with 204 is there once, by
number, after its clean stop and start. It promises no more (killed at once, it forgets the last seconds), so it is no
store for a city; how much a kill costs is measured and judged by nobody.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import signal
import statistics
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import httpx

from contract.clock import SECOND_US
from faults.laboratory import Laboratory
from faults.parts.brokers import wait_until
from faults.parts.influx import PASSWORD, USER, OwnInflux, influx
from faults.parts.influx_front import Answer
from faults.parts.missing import NotInstalled
from faults.parts.must import must
from faults.parts.served_city import CAMERA, SPEED, ServedCity, Servers, served_city
from faults.parts.steered import SteeredFleet
from faults.parts.victoria import Victoria, victoria
from faults.result import Result, nearest_rank
from firmware_sim import ledger
from store import open_readings
from store.ports import Row, Series

POISON_CM = 66.66
_POISON = f"level_cm={POISON_CM}"
_MANY = 5_000
_POINTS = 2_000
_BISECTION = 26
"""further requests that one poison line among 5,000 may cost: 2·log2(5,000), rounded up"""
_NOTICED_S = 5.0
_TOLERANCE = 1.10
_PHASE_S = 0.5
"""a gauge's sampling period: two floods may differ by it without anybody being slower"""
_HEALED_S = 40.0
_DRAINED_S = 150.0
"""a batch is asked for again after two minutes at the latest"""
_NO_TOKEN = {"message": "unauthorized access", "code": "unauthorized"}
_NO_BUCKET = {"message": 'bucket "readings" not found', "code": "not found"}


def run(laboratory: Laboratory) -> Result:
    """Each round goes through every fault, in an order of its own."""
    result = laboratory.result()
    pace = _Pace(window_s=0.8, slow_s=3.0, retry_after_s=1) if laboratory.short else _Pace()
    for number in range(1, laboratory.rounds + 1):
        laboratory.say(f"round {number} of {laboratory.rounds}")
        with influx() as server:
            servers = Servers(server.url, f"sqlite:///{laboratory.folder}/city-{number}.db", token=server.token)
            with served_city(
                laboratory, laboratory.room(f"round-{number}"), servers, rivers=28, points=12, pages=True
            ) as city:
                _Round(laboratory, result, server, city, pace).run()
    _on_victoria(laboratory, result)
    return result


def _on_victoria(laboratory: Laboratory, result: Result) -> None:
    """The product's own writes; what came of them, asked of the server itself."""
    laboratory.say("VictoriaMetrics: a clean stop, and a kill")
    try:
        with victoria() as server:
            _write_parts(laboratory, server, range(_POINTS))
            server.stop()
            server.start()
            _visible(server, _POINTS)
            kept = Counter(server.exported(_SEQS))
            missing = [seq for seq in range(_POINTS) if kept[seq] != 1]
            result.expect(not missing, f"VictoriaMetrics: {len(missing)} acknowledged points are not there once")
            result.expect(kept.total() == _POINTS, f"VictoriaMetrics: {kept.total()} points of {_POINTS}")
            _write_parts(laboratory, server, range(_POINTS, 2 * _POINTS))
            server.stop(signal.SIGKILL)
            server.start()
            _visible(server, _POINTS)
            result.figures["victoria_points_lost_to_a_kill"] = 2 * _POINTS - len(set(server.exported(_SEQS)))
    except NotInstalled as missing_part:
        result.figures["victoria"] = f"not tried: {missing_part}"


def _write_parts(laboratory: Laboratory, server: Victoria, seqs: range) -> None:
    """As a backlog comes: write after write, each acknowledged before the next."""
    begin_us = laboratory.clock.now_us() - 2 * _POINTS * 1_000
    with contextlib.closing(open_readings(server.url)) as store:
        for start in range(seqs.start, seqs.stop, _POINTS // 5):
            part = seqs[start - seqs.start : start - seqs.start + _POINTS // 5]
            must(not store.write([_row(seq, begin_us + 1_000 * seq) for seq in part]), "a good row was refused")


def _visible(server: Victoria, number: int) -> None:
    """It may need a moment until a question sees what is there."""
    wait_until(lambda: len(server.exported(_SEQS)) >= number, 10, 0.2)


@dataclass(frozen=True)
class _Pace:
    """How long the store is away, how slow it is and how long it asks to be left alone."""

    window_s: float = 20.0
    slow_s: float = 30.0
    retry_after_s: int = 5


@dataclass(frozen=True)
class _Outage:
    """A way of keeping nothing. `setting`: what the operator has to mend, where it is theirs."""

    name: str
    begin: Callable[[], None]
    end: Callable[[], None]
    setting: str = ""


@dataclass
class _Round:
    """One city and one store through all of it."""

    laboratory: Laboratory
    result: Result
    server: OwnInflux
    city: ServedCity
    pace: _Pace
    noticed: dict[str, list[float]] = field(default_factory=lambda: {"": []})
    filed: list[float] = field(default_factory=list)

    def run(self) -> None:
        self._quiet()
        parts: list[Callable[[], None]] = [lambda outage=outage: self._away(outage) for outage in self._outages()]  # type: ignore[misc]
        parts += [self._slow, self._too_large, lambda: self._poison(400), lambda: self._poison(422)]
        self.laboratory.rng.shuffle(parts)
        for at, part in enumerate(parts):
            if at == len(parts) // 2:
                self._quiet()
            part()
        self._one_among_many()
        self._conflict()
        self._quiet()
        self._compare()
        drained = self.city.drained(_DRAINED_S, ended=(CAMERA,))
        waiting = {node.node: node.pending for node in ledger(self.city.spools) if node.pending}
        self.result.expect(drained, f"nodes still wait for an answer although the store is well: {waiting}")
        self.city.settle(self.result)

    # ------------------------------------------------------------ away

    def _outages(self) -> Sequence[_Outage]:
        front, server = self.server.front, self.server
        wait = {"Retry-After": str(self.pace.retry_after_s)}

        def says(status: int, body: str = "{}", headers: dict[str, str] | None = None) -> Callable[[], None]:
            def begin() -> None:
                front.script = lambda _lines: Answer(status, body, headers or {})

            return begin

        return (
            _Outage("down", server.kill, server.start),
            _Outage("429", says(429, "{}", wait), front.well),
            _Outage("500", says(500, '{"message":"engine is closed"}'), front.well),
            _Outage("503", says(503), front.well),
            self._wrong_token(says(401, json.dumps(_NO_TOKEN))),
            _Outage("404", says(404, json.dumps(_NO_BUCKET)), front.well, setting="SIAGA_READINGS_URL"),
        )

    def _wrong_token(self, scripted: Callable[[], None]) -> _Outage:
        """InfluxDB 1 can be made to refuse its own user; to InfluxDB 2 the front puts the words into its mouth."""
        setting = "SIAGA_READINGS_TOKEN_FILE"
        if not self.server.version.startswith("1"):
            return _Outage("401", scripted, self.server.front.well, setting)

        def password(text: str) -> Callable[[], None]:
            return lambda: self.server.ask(f"SET PASSWORD FOR {USER} = '{text}'")

        return _Outage("401", password("another"), password(PASSWORD), setting)

    def _away(self, outage: _Outage) -> None:
        self.laboratory.say(f"the store: {outage.name}")
        self._goes_on(f"before {outage.name}")
        said_before = self._said("ingest.waiting")
        outage.begin()
        began_us = self._mono_us()
        self._flood(outage.name)
        left_s = self.pace.window_s - (self._mono_us() - began_us) / SECOND_US
        if left_s > 0:
            wait_until(lambda: False, left_s, 0.1)
        # With little load the first write after the outage began may have come late.
        waiting = self.city.stage("ingest").until(lambda: self._said("ingest.waiting") > said_before, 30)
        self.result.expect(waiting, f"{outage.name}: ingest did not say that it waits")
        if outage.setting:
            self._operators(outage)
        outage.end()
        self._healed(outage.name)
        said = self._said("ingest.waiting") - said_before
        self.result.expect(said == 1, f"{outage.name}: said {said} times that it waits")
        if outage.name == "429":
            self._was_patient(began_us)

    def _operators(self, outage: _Outage) -> None:
        """Nobody but an operator can mend it: log and readiness say what, by the name of the setting."""
        last = next(reversed(self.city.stage("ingest").lines("ingest.waiting")), "nothing")
        self.result.expect(outage.setting in last, f"{outage.name}: the log does not name {outage.setting}: {last}")
        ready = httpx.get(f"{self.city.page}/health/ready", timeout=30, trust_env=False)
        named = ready.status_code == 503 and outage.setting in ready.text
        self.result.expect(named, f"{outage.name}: readiness says {ready.status_code} {ready.text[:200]}")

    def _was_patient(self, began_us: int) -> None:
        told = [write for write in self.server.front.writes if write.at_us >= began_us]
        gaps = [
            (after.at_us - before.at_us) / SECOND_US
            for before, after in itertools.pairwise(told)
            if before.status == 429
        ]
        shortest_s = min(gaps, default=0.0)
        self.result.figures["shortest_wait_after_429_s"] = round(shortest_s, 2)
        self.result.expect(
            shortest_s >= self.pace.retry_after_s,
            f"429: came back after {shortest_s:.2f} s, asked for {self.pace.retry_after_s} s",
        )

    def _healed(self, name: str) -> None:
        """The time from the end of a fault to the next write that is kept."""
        ended_us = self._mono_us()
        healed = wait_until(lambda: self.server.front.kept_since(ended_us), _HEALED_S, 0.02)
        kept_us = self.server.front.kept_since(ended_us)
        if not healed or kept_us is None:
            self.result.expect(False, f"{name}: nothing is kept {_HEALED_S:.0f} s after it")
            return
        self.result.recoveries_s.append((kept_us - ended_us) / SECOND_US)
        self._goes_on(name)

    def _goes_on(self, name: str) -> None:
        """After a write that was kept the turn may have another to make; only then is the next outage its own."""
        whole = wait_until(lambda: not self._waits(), _HEALED_S, 0.02)
        self.result.expect(whole, f"{name}: ingest did not say that it goes on")

    def _waits(self) -> bool:
        """By the newest word of its log."""
        said = self.city.stage("ingest").lines("ingest.waiting", "ingest.healed")
        return bool(said) and "ingest.waiting" in said[-1]

    # ------------------------------------------------------------ slow

    def _slow(self) -> None:
        """Every answer comes late; the engine starts anew meanwhile and must not wait for a store to be read."""
        self.laboratory.say(f"the store: {self.pace.slow_s:.0f} s for every answer")
        self.server.front.slow_s = self.pace.slow_s
        self._flood("slow")
        self.city.kill("alerts")
        self.city.start("alerts")
        self.city.await_stages("alerts")
        gauge = self.city.rise("slow, engine new")
        began_us = self._mono_us()
        self.result.expect(self.city.is_told(gauge, 4 * self.pace.slow_s + 10), f"slow: nobody was told of {gauge}")
        waited_s = (self._mono_us() - began_us) / SECOND_US
        self.result.figures["told_by_a_new_engine_s"] = round(waited_s, 2)
        self.result.expect(waited_s < 2 * _NOTICED_S, f"slow: a new engine told of {gauge} only after {waited_s:.1f} s")
        self.server.front.well()
        self._healed("slow")

    # ------------------------------------------------------------ refused

    def _too_large(self) -> None:
        """A backlog comes in large writes, and the server wants small ones."""
        self.laboratory.say("the store: 413")
        front = self.server.front
        limit = 10
        self._hold_back()
        before = len(front.writes)
        front.script = lambda lines: Answer(413, "too large") if len(lines) > limit else None
        cut = wait_until(lambda: any(write.status == 413 for write in front.writes[before:]), 20, 0.02)
        self.result.expect(cut, "413: no write was too large")
        self._flood("413")
        front.well()
        kept = self.city.cities.quarantined(self.city.city, limit=1_000)
        large = sum("too large" in item.detail for item in kept)
        self.result.expect(not large, f"413: {large} readings were refused for the size of their company")

    def _poison(self, status: int) -> None:
        """One reading that the store will never take, in the middle of a backlog."""
        self.laboratory.say(f"the store: {status} for one line")
        front, city = self.server.front, self.city
        gauge = city.rivers.pop()
        front.script = lambda _lines: Answer(503)
        city.fleet.story.say_once(gauge, POISON_CM)
        self._pause(max(1.5, self.pace.window_s / 4))

        def script(lines: list[str]) -> Answer | None:
            good = [line for line in lines if _POISON not in line]
            if len(good) == len(lines):
                return None
            body = json.dumps({"message": "unable to parse: no such level", "code": "invalid"})
            return Answer(status, body, keep=tuple(good) if status == 422 else ())

        before = len(front.writes)
        front.script = script
        found = wait_until(lambda: city.cities.quarantined(city.city, gauge), _HEALED_S, 0.05)
        self._flood(str(status))
        front.well()
        kept = city.cities.quarantined(city.city, gauge)
        why = [(item.reason, item.detail) for item in kept]
        self.result.expect(
            found and len(kept) == 1 and kept[0].reason == "store_refused" and "no such level" in kept[0].detail,
            f"{status}: quarantine holds {why} of {gauge}",
        )
        refusals = [at for at, write in enumerate(front.writes[before:]) if write.status == status]
        cost = refusals[-1] - refusals[0] if refusals else 0
        self.result.figures[f"requests_for_a_poison_line_{status}"] = cost
        self.result.expect(cost <= _BISECTION, f"{status}: {cost} further requests for one poison line")
        self._expect_refused(gauge, 1)

    def _one_among_many(self) -> None:
        """One poison line in the largest write there is, straight to the store."""
        now_us = self.laboratory.clock.now_us()
        rows = [_row(seq, now_us + seq) for seq in range(_MANY)]
        poison = self.laboratory.rng.randrange(_MANY)
        mark = f"seq={poison}i"
        front = self.server.front
        before = len(front.writes)
        front.script = lambda lines: (
            Answer(400, '{"message":"no"}') if any(mark in line and _OTHERS in line for line in lines) else None
        )
        with contextlib.closing(open_readings(self.server.url, token=self.server.token)) as store:
            refused = [bad.row.seq for bad in store.write(rows)]
            front.well()
            (kept,) = store.ledger(_OTHERS)
        # The city's own writes go on beside these; theirs are small and come once a turn.
        cost = sum(1 for write in front.writes[before:] if write.status == 400)
        self.result.figures["requests_for_one_line_in_5000"] = cost
        self.result.expect(refused == [poison], f"one line in {_MANY}: refused {refused}, not {poison}")
        self.result.expect(kept.rows == _MANY - 1, f"one line in {_MANY}: {kept.rows} others were kept")
        self.result.expect(cost <= _BISECTION, f"one line in {_MANY}: {cost} requests were refused")

    def _conflict(self) -> None:
        """Somebody has written a text where numbers belong: the server itself refuses one kind, and only that."""
        self.laboratory.say("the store: a field of another type")
        city = self.city
        self.server.put('crowd,city=lain,node=x,sensor=y people="many"')
        with SteeredFleet(
            city.profile, city.broker, city.spools, speed=SPEED, clock=city.clock, seed=city.seed, only=[CAMERA]
        ):
            self._flood("conflict")
            found = wait_until(lambda: city.cities.quarantined(city.city, CAMERA), _HEALED_S, 0.05)
        said = {item.detail for item in city.cities.quarantined(city.city, CAMERA)}
        conflict = found and all("conflict" in one for one in said)
        self.result.expect(conflict, f"conflict: quarantine says {said}")

    # ------------------------------------------------------------ floods

    def _quiet(self) -> None:
        """Floods while everything is well, to compare with."""
        self._flood("", rivers=3)

    def _flood(self, during: str, *, rivers: int = 1) -> None:
        """Rivers rise, and somebody is told of each in time."""
        for gauge in [self.city.rise(during) for _ in range(rivers)]:
            self.city.is_told(gauge, 4 * _NOTICED_S)
            told = self.city.told(gauge)
            if told is None:
                self.result.expect(False, f"{during or 'well'}: nobody was told of {gauge}")
                continue
            self.noticed.setdefault(during, []).append(told.noticed_s)
            self.filed.append(told.filed_s)

    def _compare(self) -> None:
        """A flood is noticed as soon during a fault as without one."""
        quiet = self.noticed.pop("")
        faulty = [each for some in self.noticed.values() for each in some]
        usual_s, meanwhile_s = statistics.median(quiet), statistics.median(faulty)
        worst_s = nearest_rank(faulty, 0.95)
        self.result.figures |= {
            "noticed_s_p50_store_well": round(usual_s, 3),
            "noticed_s_p50_store_ill": round(meanwhile_s, 3),
            "noticed_s_p95_store_ill": round(worst_s, 3),
            "filed_s_p95": round(nearest_rank(self.filed, 0.95), 3),
        }
        most_s = max(usual_s * _TOLERANCE, usual_s + _PHASE_S)
        self.result.expect(
            meanwhile_s <= most_s, f"a flood is noticed after {meanwhile_s:.2f} s, without a fault {usual_s:.2f} s"
        )
        self.result.expect(worst_s < _NOTICED_S, f"a flood was noticed only after {worst_s:.2f} s")

    # ------------------------------------------------------------ small things

    def _hold_back(self) -> None:
        """Let a backlog grow at the nodes."""
        self.server.front.script = lambda _lines: Answer(503)
        self._pause(max(1.0, self.pace.window_s / 4))

    def _expect_refused(self, node: str, number: int) -> None:
        def refused() -> int:
            return next(one.refused for one in ledger(self.city.spools) if one.node == node)

        self.result.expect(
            wait_until(lambda: refused() == number, 20, 0.05), f"{node} was told of {refused()} refusals, not {number}"
        )

    def _said(self, event: str) -> int:
        return len(self.city.stage("ingest").lines(event))

    def _mono_us(self) -> int:
        return self.laboratory.clock.mono_us()

    def _pause(self, seconds: float) -> None:
        threading.Event().wait(seconds)


_OTHERS = "lain"
_SEQS = "flood_seq"
"""what VictoriaMetrics makes of the field `seq` of the measurement `flood`"""


def _row(seq: int, observed_us: int) -> Row:
    series = Series(_OTHERS, "cth-lain", "gauge", "flood")
    return Row(series, "", observed_us, observed_us, "0" * 16, seq, "synced", 1, {}, {"level_cm": 1.0})  # type: ignore[arg-type]
