"""A small fleet on a real broker: the real agent's messages, its ledgers, and every fault doing what it says.

One run of a dozen nodes at 600 times the world's speed serves all questions about it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from support.acker import Acker, Kept

from broker.ports import BrokerAddress
from cities.load import load
from contract.clock import SECOND_US, SystemClock
from contract.errors import BadInput
from contract.quality import Quality
from faults.parts.brokers import nats, wait_until
from firmware_sim import NodeLedger, ledger
from firmware_sim.fleet import Fleet
from firmware_sim.run import run
from firmware_sim.scenario import Scenario

CITY = load("yogyakarta")
SPEED = 600.0
PERIOD_S = 0.5
FROM_S, FOR_S = 1_800.0, 1_800.0  # 3 s after the start, for 3 s

GAUGE, CAMERA, DARK = "jog-gauge-05", "jog-kamera-01", "jog-wifi-060"
DIES, CUT, HANGS, ECHO, JUNK, OLD, AHEAD, NEW = (
    "jog-wifi-001",
    "jog-wifi-002",
    "jog-wifi-003",
    "jog-wifi-004",
    "jog-wifi-005",
    "jog-wifi-006",
    "jog-wifi-007",
    "baru-1",
)
SOUND = (GAUGE, CAMERA)
ALL = (*SOUND, DARK, DIES, CUT, HANGS, ECHO, JUNK, OLD, AHEAD, NEW)


def _fault(node: str, kind: str, **more: object) -> dict[str, object]:
    return {"node": node, "kind": kind, **more}


def _scenario() -> Scenario:
    dark = CITY.site_of(DARK)
    assert dark is not None
    window = {"from_s": FROM_S, "for_s": FOR_S}
    return Scenario.model_validate(
        {
            "scenario": {"title": {"id": "Coba", "en": "Try"}},
            "outage": [{"uplink": dark.uplink, **window}],
            "fault": [
                _fault(DIES, "dies", **window),
                _fault(CUT, "power_cut", **window),
                _fault(HANGS, "hangs", **window),
                _fault(ECHO, "duplicates"),
                _fault(JUNK, "garbage"),
                _fault(OLD, "clock", clock="1970"),
                _fault(AHEAD, "clock", clock="year_ahead", trusted=True),
                _fault(NEW, "stranger"),
            ],
        }
    )


@dataclass
class Day:
    """What a finished run left: what the city heard, and what the spools say."""

    acker: Acker
    ledgers: dict[str, NodeLedger]
    started_us: int
    sampled: dict[str, int]

    def at(self, story_s: float) -> int:
        """The wall time of a story second."""
        return self.started_us + round(story_s / SPEED * SECOND_US)

    def observed(self, node: str, sensor: str = "hotspot") -> list[int]:
        """When each distinct reading of a sensor was observed, in order."""
        found = {
            kept.reading.seq: kept.reading.observed_us
            for kept in self.acker.kept[node]
            if kept.reading.sensor == sensor
        }
        return sorted(found.values())

    def received_between(self, node: str, from_s: float, to_s: float) -> list[Kept]:
        return [kept for kept in self.acker.kept[node] if self.at(from_s) <= kept.received_us < self.at(to_s)]


def _fleet(address: BrokerAddress, folder: Path, only: tuple[str, ...] = ALL, **changed: Any) -> Fleet:
    given: dict[str, Any] = {
        "profile": CITY,
        "scenario": _scenario(),
        "brokers": [address],
        "folder": folder,
        "speed": SPEED,
        "clock": SystemClock(),
        "seed": 7,
        "only": only,
    }
    return Fleet(**{**given, **changed})


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("fleet")
    with nats() as broker, Acker(broker.address, CITY.code, lambda node: "held" if node == NEW else "stored") as acker:
        assert wait_until(lambda: acker.connected)
        fleet = _fleet(broker.address, folder)
        stop = threading.Event()
        thread = threading.Thread(target=fleet.run, args=(stop,))
        started_us = SystemClock().now_us()
        thread.start()

        def is_back(node: str) -> bool:
            since_us = started_us + round((FROM_S + FOR_S + 600) / SPEED * SECOND_US)
            return any(kept.reading.observed_us > since_us for kept in list(acker.kept[node]))

        assert wait_until(lambda: all(is_back(node) for node in ALL if node != NEW), 40)
        stop.set()
        thread.join(10)
        assert not thread.is_alive()
        said_goodbye = [node for node in ALL if node != NEW]
        assert wait_until(lambda: all(acker.statuses[node][-1].reason == "stopped" for node in said_goodbye))
        ledgers = {one.node: one for one in ledger(folder)}
        # What was under way when the fleet stopped may still be on the broker's way to us.
        wait_until(lambda: all(len(acker.distinct(node)) >= ledgers[node].stored for node in ALL), 3)
        yield Day(acker, ledgers, started_us, {node.name: node.samples for node in fleet.nodes})


def test_births_say_who_and_what(day: Day) -> None:
    """Every node is born with its sensors at the compressed period, before anything else."""
    for node in ALL:
        birth = day.acker.births[node][0]
        spec = next((one for one in CITY.nodes if one.node == node), None)
        sensors = {one.sensor: (one.kind, one.period_s) for one in birth.sensors}
        expected = spec.sensors if spec is not None else CITY.nodes[-1].sensors
        for one in expected:
            assert sensors[one.sensor] == (one.kind, one.period_s / SPEED)
        assert day.acker.statuses[node][0].state == "online"


@pytest.mark.parametrize("node", SOUND)
def test_a_sound_node_is_heard_every_period(node: str, day: Day) -> None:
    """No reading is missing: sequence numbers have no hole and come at the sensor's period; all are good."""
    kept = {one.reading.seq: one.reading for one in day.acker.kept[node]}
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert all(reading.quality is Quality.GOOD for reading in kept.values())
    sensor = "level" if node == GAUGE else "crowd"
    gaps = [(after - before) / SECOND_US for before, after in pairwise(day.observed(node, sensor))]
    assert sum(gaps) / len(gaps) == pytest.approx(PERIOD_S, rel=0.25)


def test_every_ledger_closes(day: Day) -> None:
    """committed = stored + refused + dropped + pending, and the city has everything that a spool calls stored."""
    for node, one in day.ledgers.items():
        assert one.committed == one.stored + one.refused + one.dropped + one.pending
        assert len(day.acker.distinct(node)) >= one.stored
        assert (one.refused, one.dropped) == (0, 0)
        assert one.pending <= one.committed - one.stored
    assert set(day.ledgers) == set(ALL)


def test_every_sample_of_a_sound_node_was_committed(day: Day) -> None:
    """What the sensors gave is in the ledger: samples = committed, where nobody died."""
    for node in (*SOUND, DARK, ECHO, JUNK, OLD):
        assert day.ledgers[node].committed == day.sampled[node]


def test_a_process_that_dies_measures_nothing_and_comes_back(day: Day) -> None:
    """A gap in its time, a last will in the broker's mouth, the same boot, a later birth."""
    _has_gap(day, DIES)
    assert "lost" in [one.reason for one in day.acker.statuses[DIES]]
    births = day.acker.births[DIES]
    assert len({birth.boot for birth in births}) == 1
    assert births[-1].birth_no > births[0].birth_no
    assert len({birth.epoch for birth in births}) == 1


def test_a_power_cut_ends_a_boot(day: Day) -> None:
    """As a dead process, and then under a new boot with the same spool."""
    _has_gap(day, CUT)
    births = day.acker.births[CUT]
    assert len({birth.boot for birth in births}) == 2
    assert len({birth.epoch for birth in births}) == 1


def _has_gap(day: Day, node: str) -> None:
    times = day.observed(node)
    longest_s = max((after - before) / SECOND_US for before, after in pairwise(times))
    assert longest_s >= FOR_S / SPEED - PERIOD_S
    assert not day.received_between(node, FROM_S + 300, FROM_S + FOR_S - 60)


def test_a_hung_process_says_nothing_and_goes_on(day: Day) -> None:
    """Silence with an open socket: no will is sent, no new birth comes, and the same life goes on afterwards."""
    _has_gap(day, HANGS)
    assert {birth.birth_no for birth in day.acker.births[HANGS]} == {day.acker.births[HANGS][0].birth_no}
    assert "lost" not in [one.reason for one in day.acker.statuses[HANGS]]


def test_what_was_measured_behind_a_dead_uplink_arrives_later(day: Day) -> None:
    """Nothing gets through while the uplink is down, everything of that time comes after, and it says "down"."""
    assert not day.received_between(DARK, FROM_S + 300, FROM_S + FOR_S - 60)
    during = {
        kept.reading.seq: kept.reading
        for kept in day.acker.kept[DARK]
        if day.at(FROM_S + 300) <= kept.reading.observed_us < day.at(FROM_S + FOR_S - 300)
        and kept.reading.sensor == "hotspot"
    }
    assert len(during) >= 3
    assert {getattr(reading.values, "internet", "") for reading in during.values()} == {"down"}
    seqs = sorted({kept.reading.seq for kept in day.acker.kept[DARK]})
    assert seqs == list(range(1, len(seqs) + 1))


def test_an_echo_says_everything_twice(day: Day) -> None:
    """Duplicates: every reading comes at least twice, and is the same reading."""
    counts = Counter(kept.reading.seq for kept in day.acker.kept[ECHO])
    assert counts
    assert sum(count >= 2 for count in counts.values()) >= len(counts) - 2
    same = {(kept.reading.seq, kept.reading.model_dump_json()) for kept in day.acker.kept[ECHO]}
    assert len(same) == len(counts)


def test_garbage_is_refused_and_harms_nobody(day: Day) -> None:
    """Junk comes on the node's own topics only; its good readings and everybody else's are untouched."""
    assert len(day.acker.refused[JUNK]) >= 6
    assert {node for node, found in day.acker.refused.items() if found} == {JUNK}
    seqs = sorted({kept.reading.seq for kept in day.acker.kept[JUNK]})
    assert seqs == list(range(1, len(seqs) + 1))


def test_a_node_that_wakes_in_1970_is_put_right(day: Day) -> None:
    """It asks, is answered, and its readings are corrected to within a second of the truth."""
    assert day.acker.births[OLD][0].clock == "none"
    _times_are_right(day, OLD, {"corrected"})


def test_a_node_a_year_ahead_is_contradicted(day: Day) -> None:
    """A clock that trusts itself wrongly is found out by the city's answer."""
    late = [kept for kept in day.acker.kept[AHEAD] if kept.received_us > day.at(1_200)]
    assert late
    assert {kept.reading.trust for kept in late} <= {"corrected"}
    assert all(abs(kept.received_us - kept.reading.observed_us) < 5 * SECOND_US for kept in late)


def _times_are_right(day: Day, node: str, trusts: set[str]) -> None:
    kept = day.acker.kept[node]
    assert {one.reading.trust for one in kept} == trusts
    assert all(-SECOND_US < one.received_us - one.reading.observed_us < 5 * SECOND_US for one in kept)


def test_a_stranger_is_held_and_loses_nothing(day: Day) -> None:
    """A node in no registry keeps everything it measured: nothing stored, nothing dropped, all pending."""
    one = day.ledgers[NEW]
    assert (one.stored, one.refused, one.dropped) == (0, 0, 0)
    assert one.pending == one.committed == day.sampled[NEW]
    assert NEW not in {node.node for node in CITY.nodes}


def test_the_same_spools_go_on_in_the_next_run(tmp_path: Path) -> None:
    """A second run on the same folder continues epoch and numbers, and stores what the first could not deliver."""
    only = (GAUGE,)
    with nats() as broker:
        nobody = BrokerAddress(broker.address.host, 1)
        _run_for(_fleet(nobody, tmp_path, only), lambda fleet: fleet.progress().samples >= 6)
        (first,) = ledger(tmp_path)
        assert (first.stored, first.pending) == (0, first.committed)
        assert first.committed >= 6
        with Acker(broker.address, CITY.code) as acker:
            assert wait_until(lambda: acker.connected)
            _run_for(_fleet(broker.address, tmp_path, only), lambda _: len(acker.distinct(GAUGE)) > first.committed + 2)
            (second,) = ledger(tmp_path)
            assert second.epoch == first.epoch
            assert second.stored > first.committed
            assert set(range(1, first.committed + 1)) <= {seq for _, seq in acker.distinct(GAUGE)}


def _run_for(fleet: Fleet, until: Any) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=fleet.run, args=(stop,))
    thread.start()
    came = wait_until(lambda: until(fleet), 20)
    stop.set()
    thread.join(10)
    assert came
    assert not thread.is_alive()


_PROGRAM = """
import sys, threading
from pathlib import Path
from broker.ports import BrokerAddress
from cities.load import load
from contract.clock import SystemClock
from firmware_sim.run import run
run(profile=load("yogyakarta"), scenario="calm", brokers=[BrokerAddress("127.0.0.1", int(sys.argv[1]))],
    folder=Path(sys.argv[2]), speed=600.0, clock=SystemClock(), seed=1,
    only=["jog-gauge-01", "jog-wifi-001", "jog-kamera-01"], stop=threading.Event())
"""


def test_ledgers_close_after_kill_minus_nine(tmp_path: Path) -> None:
    """A fleet killed in the middle leaves spools that can be read and whose sums are right."""
    root = Path(__file__).parents[2]
    with nats() as broker, Acker(broker.address, CITY.code) as acker:
        with subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(broker.address.port), str(tmp_path)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            heard = wait_until(lambda: len(acker.distinct("jog-gauge-01")) > 5, 20)
            process.send_signal(signal.SIGKILL)
        assert heard
        found = ledger(tmp_path)
        assert [one.node for one in found] == ["jog-gauge-01", "jog-kamera-01", "jog-wifi-001"]
        for one in found:
            assert one.committed == one.stored + one.refused + one.dropped + one.pending
            assert one.stored > 0


def test_a_fleet_refuses_what_it_cannot_be(tmp_path: Path) -> None:
    """An unknown node, an impossible speed and a spool in somebody's hands are one sentence each."""
    nobody = BrokerAddress("127.0.0.1", 1)
    with pytest.raises(BadInput, match="has no node jog-wifi-999"):
        _fleet(nobody, tmp_path, ("jog-wifi-999",))
    with pytest.raises(BadInput, match="0 times as fast"):
        _fleet(nobody, tmp_path, speed=0.0)
    fleet = _fleet(nobody, tmp_path, (GAUGE,))
    try:
        with pytest.raises(BadInput, match="spool"):
            _fleet(nobody, tmp_path, (CAMERA, GAUGE))
    finally:
        fleet.close()


def test_run_ends_at_once_where_stop_is_already_set(tmp_path: Path) -> None:
    """`siaga simulate` that is told to stop before it starts leaves clean spools and ends."""
    stop = threading.Event()
    stop.set()
    run(
        profile=CITY,
        scenario=_scenario(),
        brokers=[BrokerAddress("127.0.0.1", 1)],
        folder=tmp_path,
        speed=1.0,
        clock=SystemClock(),
        seed=1,
        only=[GAUGE],
        stop=stop,
    )
    (one,) = ledger(tmp_path)
    assert one.committed == one.pending
