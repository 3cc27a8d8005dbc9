"""No broker for an hour, then a thousand nodes come back: without a storm, live readings first, and nothing missing.

The hour is compressed: until the broker is back readings come that much faster. Before and after that time runs as it
does, and reconnects are never quickened (in the campaign): whether a thousand nodes storm a broker, and how long live
readings wait, are questions of real seconds. The short form quickens reconnects too, and judges by the nodes' seconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from pathlib import Path

from cities.load import load
from contract.clock import SECOND_US
from edge.outbound import Transport
from faults.books import all_cases, books
from faults.laboratory import Laboratory
from faults.parts import tiny_city
from faults.parts.brokers import mosquitto, wait_until
from faults.parts.linked_city import LOOPBACK, pause
from faults.parts.many_nodes import ManyNodes
from faults.parts.must import must
from faults.parts.served_city import CAMERA, HIGH_CM, write_city
from faults.parts.stages import Stage, stage
from faults.parts.tcp_lines import Caller
from faults.parts.tcp_proxy import TcpProxy, tcp_proxy
from faults.result import Result, nearest_rank
from firmware_sim import ledger
from store import open_city, open_readings
from store.ports import CityStore, ReadingStore, Row

_PEAK_SHARE = 0.06
"""of all nodes a second: 60/s of a thousand"""
_BACKFILL_S = 300.0
_LIVE_P95_S = 10.0
_HOUR_S = 3_600.0
_PERIOD_S = 10
_KEEPALIVE_S = 60
_UP_S = 180.0
_TOLD_S = 120.0
_SAY_S = 8.0
_JUST_NOW = 4
_RIVERS = ("cth-duga-1", "cth-duga-2")


@dataclass(frozen=True)
class Form:
    """How much is tried. `speed` is the world's while the broker is away, `usual_speed` before and after, `rules_speed`
    that of the rules; `quickened`: how many times as fast the nodes' reconnects run; `resend_s`: after which they ask
    again; `window_s`: in which connects are counted: in the short form many seconds of the nodes, so that a machine
    that is held up for a moment is no storm."""

    nodes: int
    processes: int
    away_s: float
    speed: float
    usual_speed: float
    rules_speed: float
    quickened: float
    window_s: float
    resend_s: float

    @property
    def transport(self) -> Transport:
        usual = Transport()
        return replace(
            usual,
            reconnect_first_s=usual.reconnect_first_s / self.quickened,
            reconnect_max_s=usual.reconnect_max_s / self.quickened,
            rising_reconnect_max_s=usual.rising_reconnect_max_s / self.quickened,
            settled_s=usual.settled_s / self.quickened,
            boot_delay_s=30.0 / self.quickened,
            resend_s=self.resend_s,
        )

    @property
    def peak_allowed(self) -> float:
        """Connections within `window_s`."""
        return _PEAK_SHARE * self.nodes * self.quickened * self.window_s


_WHOLE = Form(
    nodes=1_000,
    processes=3,
    away_s=_HOUR_S / 10,
    speed=10.0,
    usual_speed=1.0,
    rules_speed=10.0,
    quickened=1.0,
    window_s=1.0,
    resend_s=Transport().resend_s,
)
_SHORT = Form(
    nodes=200, processes=2, away_s=6.0, speed=25.0, usual_speed=5.0, rules_speed=200.0, quickened=15.0, window_s=0.5,
    resend_s=3.0,
)  # fmt: skip


def run(laboratory: Laboratory) -> Result:
    """One outage a round, each in a city of its own."""
    result = laboratory.result()
    for number in range(laboratory.rounds):
        _Outage(laboratory, result, laboratory.room(f"city-{number}"), _SHORT if laboratory.short else _WHOLE).run()
    return result


class _Outage:
    """One round."""

    def __init__(self, laboratory: Laboratory, result: Result, room: Path, form: Form) -> None:
        self._laboratory = laboratory
        self._clock = laboratory.clock
        self._result = result
        self._room = room
        self._form = form

    def run(self) -> None:
        form, room, laboratory = self._form, self._room, self._laboratory
        settings = self._write_city()
        with ExitStack() as stack:
            broker = stack.enter_context(mosquitto(LOOPBACK))
            proxy = stack.enter_context(tcp_proxy(broker.address, self._clock, laboratory.rng))
            cities = stack.enter_context(closing(open_city(str(settings["SIAGA_CITY_URL"]))))
            readings = stack.enter_context(closing(open_readings(str(settings["SIAGA_READINGS_URL"]))))
            profile = load(tiny_city.CODE, room / "cities")
            cities.put_profile(profile, self._clock.now_us())
            settings["SIAGA_BROKERS"] = f"{broker.address.host}:{broker.address.port}"
            ingest = stack.enter_context(stage(room / "log", settings, "ingest"))
            alerts = stack.enter_context(stage(room / "log", settings, "alerts"))
            nodes = [node.node for node in profile.nodes if node.node != CAMERA]
            fleet = stack.enter_context(
                ManyNodes(
                    room / "cities",
                    tiny_city.CODE,
                    nodes,
                    proxy.address,
                    room / "fleet",
                    processes=form.processes,
                    speed=form.usual_speed,
                    seed=laboratory.rng.randrange(2**31),
                    transport=form.transport,
                    keepalive_s=_KEEPALIVE_S,
                )
            )
            self._await(lambda: fleet.online == len(nodes), lambda: f"{fleet.online} of {len(nodes)} nodes online")
            self._await(lambda: _kept_of(readings) >= len(nodes), lambda: "readings come", ingest)
            away_us = self._clock.now_us()
            proxy.down()
            broker.kill()
            fleet.set_speed(form.speed)
            fleet.set_level(_RIVERS[0], HIGH_CM)
            self._stay_away()
            broker.start()
            fleet.set_speed(form.usual_speed)
            back_us, back_mono_us = self._clock.now_us(), self._clock.mono_us()
            proxy.up()
            fleet.set_level(_RIVERS[1], HIGH_CM)
            self._await(lambda: fleet.online == len(nodes), lambda: f"{fleet.online} of {len(nodes)} are back")
            # One by one: what a few nodes still hold of their hour is little beside what all have just measured.
            self._await(lambda: not _behind(fleet), lambda: f"{_behind(fleet)} nodes still hold old readings")
            for gauge in _RIVERS:
                seen = wait_until(partial(_case_of, cities, gauge), _TOLD_S, 0.2)
                self._result.expect(seen, f"the flood at {gauge} is no case")
            alerts.terminate()
            fleet.stop()
            ingest.terminate()
            wall_us = back_us - back_mono_us
            callers = [(caller, caller.came_us + wall_us) for caller in proxy.callers(back_mono_us)]
            self._judge_peak(proxy, back_mono_us)
            self._judge_rows(readings, callers, away_us, back_us)
            self._settle(fleet, readings, cities)

    # ------------------------------------------------------------ the story

    def _write_city(self) -> dict[str, object]:
        room = self._room
        write_city(room / "cities", rivers=len(_RIVERS), points=self._form.nodes - len(_RIVERS))
        file = room / "cities" / tiny_city.CODE / "city.toml"
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("period_s = 300", f"period_s = {_PERIOD_S}"), encoding="utf-8")
        return {**tiny_city.settings(room), "SIAGA_SPEED": self._form.rules_speed}

    def _await(self, true: Callable[[], bool], words: Callable[[], str], ingest: Stage | None = None) -> None:
        """Until it is true, saying now and then how far it is. Raises Broken where it never is."""
        until_us = self._clock.mono_us() + round(_UP_S * SECOND_US)
        while not wait_until(true, _SAY_S, 0.25):
            self._laboratory.say(f"broker-down: {words()}")
            why = ingest.said() if ingest is not None else words()
            must(self._clock.mono_us() < until_us, why)

    def _stay_away(self) -> None:
        left_s = self._form.away_s
        while left_s > 0:
            pause(min(_SAY_S, left_s))
            left_s -= _SAY_S
            if left_s > 0:
                self._laboratory.say(f"broker-down: away for another {left_s:.0f} s")

    # ------------------------------------------------------------ the figures

    def _judge_peak(self, proxy: TcpProxy, back_mono_us: int) -> None:
        form = self._form
        peak = proxy.peak(back_mono_us, form.window_s)
        self._result.figures["connects_per_s_peak"] = round(peak / form.window_s / form.quickened)
        self._result.figures["nodes"] = form.nodes
        self._result.expect(
            peak <= form.peak_allowed, f"{peak} connects in {form.window_s} s, {form.peak_allowed:.0f} are allowed"
        )

    def _judge_rows(
        self, readings: ReadingStore, callers: Sequence[tuple[Caller, int]], away_us: int, back_us: int
    ) -> None:
        """How the backlog came in, and how live readings fared meanwhile, by the store's own marks."""
        form, result = self._form, self._result
        rows = _rows_since(readings, back_us)
        own_back_us = _reconnects(callers, rows.keys())
        result.expect(len(own_back_us) == form.nodes, f"{len(own_back_us)} nodes are known to have come back")
        backlog: dict[str, list[Row]] = {}
        live: dict[str, list[Row]] = {}
        for node, kept in rows.items():
            since_us = own_back_us.get(node, back_us)
            backlog[node] = [row for row in kept if away_us <= row.observed_us < since_us]
            live[node] = [row for row in kept if row.observed_us >= since_us]
        idle = sorted(node for node, kept in backlog.items() if not kept)
        result.expect(
            not idle, f"nothing was kept while the broker was away by {', '.join(idle[:5])}, {len(idle)} in all"
        )
        done_us = max((row.received_us for kept in backlog.values() for row in kept), default=back_us)
        took_s = (done_us - back_us) / SECOND_US
        result.figures["backlog"] = sum(len(kept) for kept in backlog.values())
        result.figures["backfill_s"] = round(took_s, 1)
        result.expect(took_s <= _BACKFILL_S, f"back-fill took {took_s:.1f} s, {_BACKFILL_S:.0f} s are allowed")
        delays_s = [
            (row.received_us - row.observed_us) / SECOND_US
            for kept in live.values()
            for row in kept
            if row.received_us <= done_us
        ]
        result.figures["live_readings_meanwhile"] = len(delays_s)
        result.expect(delays_s, "no live reading was kept during back-fill")
        if delays_s:
            p95_s = nearest_rank(delays_s, 0.95)
            result.figures["live_p95_s"] = round(p95_s, 2)
            result.expect(p95_s < _LIVE_P95_S, f"live readings took {p95_s:.1f} s (p95) during back-fill")
        first_s = [
            (min(row.received_us for row in kept) - own_back_us[node]) / SECOND_US
            for node, kept in rows.items()
            if node in own_back_us
        ]
        result.figures["first_reading_p95_s"] = round(nearest_rank(first_s, 0.95), 2) if first_s else None
        result.recoveries_s += first_s
        self._judge_order(backlog)

    def _judge_order(self, backlog: Mapping[str, Sequence[Row]]) -> None:
        """Old readings come in the order in which they were taken. Each sensor's newest goes ahead, as live."""
        wrong = 0
        for kept in backlog.values():
            newest = {row.series: row.seq for row in sorted(kept, key=lambda row: row.seq)}
            old = [row for row in kept if row.seq != newest[row.series]]
            old.sort(key=lambda row: (row.received_us, row.seq))
            wrong += sum(later.seq < earlier.seq for earlier, later in pairwise(old))
        self._result.figures["out_of_order"] = wrong
        self._result.expect(wrong == 0, f"{wrong} old readings came before older ones of their node")

    def _settle(self, fleet: ManyNodes, readings: ReadingStore, cities: CityStore) -> None:
        result = self._result
        counted = books(tiny_city.CODE, fleet.spools, readings, cities)
        floods = [one for one in cities.incidents(tiny_city.CODE) if one.subject == "flood" and one.found_us is None]
        events = {one.event for one in floods}
        cases = [case for case in all_cases(tiny_city.CODE, cities) if case.event in events]
        result.expect(
            sorted(one.node for one in floods) == sorted(_RIVERS), f"floods at {sorted(one.node for one in floods)}"
        )
        result.expect(len(cases) == len(_RIVERS), f"{len(cases)} cases for {len(_RIVERS)} floods")
        unkind = f"{counted.refused} good readings were refused, {counted.dropped} dropped"
        result.expect(not counted.refused and not counted.dropped, unkind)
        most = 2 * _JUST_NOW * self._form.nodes
        result.expect(counted.pending <= most, f"{counted.pending} readings waited at the nodes at the end")
        counted.enter(result)
        result.events_expected += len(_RIVERS)
        result.events_opened += len(events)
        result.cases += len(cases)


def _kept_of(readings: ReadingStore) -> int:
    """How many nodes have a reading kept."""
    return len({entry.node for entry in readings.ledger(tiny_city.CODE)})


def _behind(fleet: ManyNodes) -> int:
    """How many nodes hold more than what they have just measured."""
    return sum(node.pending > _JUST_NOW for node in ledger(fleet.spools))


def _case_of(cities: CityStore, gauge: str) -> bool:
    found = [one for one in cities.incidents(tiny_city.CODE) if one.node == gauge and one.found_us is None]
    return bool(found) and cities.case_of_event(found[0].event) is not None


def _rows_since(readings: ReadingStore, since_us: int) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    while rows := readings.received_since(tiny_city.CODE, since_us):
        for row in rows:
            found[row.series.node].append(row)
        since_us = rows[-1].received_us + 1
    return dict(found)


def _reconnects(callers: Sequence[tuple[Caller, int]], nodes: Collection[str]) -> dict[str, int]:
    """When each node came back (wall µs), by the name in its CONNECT."""
    found: dict[str, int] = {}
    for caller, came_us in callers:
        node = client_id(caller.first)
        if node in nodes:
            found.setdefault(node, came_us)
    return found


def client_id(connect: bytes) -> str:
    """The name in a CONNECT packet of MQTT 3.1.1; empty where there is none in it."""
    at = 1
    while at < len(connect) and connect[at] & 0x80:
        at += 1
    name = at + 1 + 2 + 4 + 1 + 1 + 2  # length, protocol's name, its level, flags, keep-alive
    size = int.from_bytes(connect[name : name + 2], "big")
    return connect[name + 2 : name + 2 + size].decode("utf-8", "replace")
