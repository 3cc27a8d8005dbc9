"""Databases that are away, nodes that send nothing but garbage, and the way back out of quarantine."""

from __future__ import annotations

import contextlib
import threading

import pytest
from structlog.testing import capture_logs
from support.accepting import NODE, Bench, Outage, batch, birth, reading
from support.city_data import NOON_US, profile
from support.linked import CITY

from contract.clock import DAY_US
from contract.errors import BadInput
from contract.messages import Refusal
from faults.parts.brokers import wait_until
from faults.parts.influx import influx
from ingest.adopt import adopt, find
from store import open_readings


@pytest.mark.parametrize("which", ["readings_outage", "cities_outage"])
def test_nothing_is_answered_while_a_database_is_away(bench: Bench, which: str) -> None:
    """It is said once, the same messages are tried again, and healed once; then everything is stored and answered."""
    outage: Outage = getattr(bench, which)
    outage.away = True
    bench.say(batch(reading(1)))
    with capture_logs() as logs:
        for _ in range(5):
            assert bench.ingest.turn() == 0
        assert bench.answers() == []
        assert bench.ingest.facts()["failing"] is True
        outage.away = False
        assert bench.ingest.turn() == 1
    assert [entry["event"] for entry in logs] == ["ingest.waiting", "ingest.healed"]
    assert [ack.stored for ack in bench.answers()] == [((1, 1),)]
    assert bench.stored() == [1]


def test_another_thing_to_mend_is_said_although_the_outage_goes_on(bench: Bench) -> None:
    """An operator who has mended the token is told of the bucket, and each once."""
    outage = bench.readings_outage
    outage.away = True
    bench.say(batch(reading(1)))
    with capture_logs() as logs:
        for outage.mend in ("", "", "SIAGA_READINGS_TOKEN_FILE", "SIAGA_READINGS_TOKEN_FILE", "SIAGA_READINGS_URL"):
            assert bench.ingest.turn() == 0
        outage.away = False
        assert bench.ingest.turn() == 1
    assert [entry["event"] for entry in logs] == ["ingest.waiting"] * 3 + ["ingest.healed"]


def test_a_store_that_wants_to_be_left_alone_makes_nobody_look_hung(bench: Bench) -> None:
    """It asks for seconds, and may ask for minutes: the loop shows all that time that it lives, and asks once."""
    outage = bench.readings_outage
    outage.away, outage.retry_after_s = True, 2.5
    bench.say(batch(reading(1)))
    stop = threading.Event()
    running = threading.Thread(target=bench.ingest.run, args=(stop,))
    running.start()
    try:
        assert wait_until(lambda: bench.ingest.facts()["failed_turns"] == 1, 30)
        before = bench.ingest.facts()["loops"]
        assert wait_until(lambda: bench.ingest.facts()["loops"] > before, 30)
        assert bench.ingest.facts()["failed_turns"] == 1
    finally:
        stop.set()
        running.join()


def test_garbage_beyond_the_rate_is_counted_and_not_kept(bench: Bench) -> None:
    """A node that sends a thousand broken messages fills its own share and nobody's database."""
    for number in range(1_000):
        assert bench.node.link.publish(number, f"siaga/v1/{CITY}/{NODE}/readings", b"x%d" % number, qos=1, retain=False)
    bench.node.run_for(0.1)
    bench.turns(1_000)
    facts = bench.ingest.facts()
    assert (facts["garbage"], facts["quarantined"], facts["over_rate"]) == (1_000, 500, 500)
    assert bench.cities.quarantine_counts(CITY) == {(NODE, "undecodable"): 500}


def test_a_refusal_beyond_the_rate_stays_with_its_node(bench: Bench) -> None:
    """A reading is only answered as refused once it is in quarantine; the rest is asked for again later."""
    old = [reading(seq) | {"observed_us": seq} for seq in range(1, 401)]
    bench.accept(batch(*old))
    (ack,) = bench.accept(batch(*[reading(seq) | {"observed_us": seq} for seq in range(401, 601)]))
    assert len(ack.refused) == 100
    bench.clock.advance(60)
    (ack,) = bench.accept(batch(*[reading(seq) | {"observed_us": seq} for seq in range(501, 601)]))
    assert len(ack.refused) == 100
    assert bench.cities.quarantine_counts(CITY) == {(NODE, "time_implausible"): 600}


def test_a_refused_reading_can_be_adopted_at_the_time_it_came(bench: Bench) -> None:
    """Somebody who knows better stores it after all; it is marked as untrusted and adopted once."""
    bench.accept(batch(reading(1) | {"observed_us": 0}))
    (item,) = bench.cities.quarantined(CITY)
    stores = {"city": CITY, "readings": bench.readings, "cities": bench.cities, "clock": bench.clock}
    with pytest.raises(BadInput, match="before 2020"):
        adopt(item, **stores)  # type: ignore[arg-type]
    assert bench.stored() == []
    assert adopt(item, retime=True, **stores) == 1  # type: ignore[arg-type]
    (row,) = bench.readings.received_since(CITY, 0)
    assert (row.observed_us, row.trust, row.seq) == (NOON_US, "untrusted", 1)
    with pytest.raises(BadInput, match="adopted before"):
        adopt(find(bench.cities, CITY, item.id), **stores)  # type: ignore[arg-type]


@pytest.mark.parametrize("keeper", ["sqlite", "influxdb"])
def test_neighbours_of_a_refused_batch_are_all_adopted(bench: Bench, keeper: str) -> None:
    """A node with a clock of 1970 has whole batches refused at one moment: each reading finds its own microsecond,
    also in a store that would write one over the other."""
    with contextlib.ExitStack() as stack:
        readings = bench.readings
        if keeper == "influxdb":
            server = stack.enter_context(influx())
            readings = stack.enter_context(contextlib.closing(open_readings(server.url, token=server.token)))
        bench.accept(batch(*[reading(seq) | {"observed_us": seq} for seq in (1, 2, 3)]))
        for item in bench.cities.quarantined(CITY):
            assert adopt(item, city=CITY, readings=readings, cities=bench.cities, clock=bench.clock, retime=True) == 1
        rows = readings.received_since(CITY, 0)
    assert {row.seq for row in rows} == {1, 2, 3}
    assert sorted(row.observed_us for row in rows) == [NOON_US, NOON_US + 1, NOON_US + 2]


def test_what_is_no_reading_cannot_be_adopted(bench: Bench) -> None:
    """Garbage and false identities stay where they are, with a sentence; so does a number that is not there."""
    bench.accept(b"garbage")
    bench.accept(batch(reading(1), node="somebody"))
    for item in bench.cities.quarantined(CITY):
        with pytest.raises(BadInput, match=f"quarantine {item.id}: it holds no reading"):
            adopt(item, city=CITY, readings=bench.readings, cities=bench.cities, clock=bench.clock, retime=True)
    with pytest.raises(BadInput, match="number 999"):
        find(bench.cities, CITY, 999)
    assert bench.stored() == []


def test_a_reading_that_was_early_for_the_registry_is_adopted_after_the_birth(bench: Bench) -> None:
    """The same judgement as at first decides: once the sensor is known, it is a good reading."""
    bench.accept(birth(1), leaf="birth")
    (ack,) = bench.accept(batch(reading(1, sensor="rain")))
    assert ack.refused == (Refusal(seq=1, reason="unknown_sensor"),)
    bench.accept(birth(2, sensors=(("rain", "flood"),)), leaf="birth")
    (item,) = bench.cities.quarantined(CITY)
    assert adopt(item, city=CITY, readings=bench.readings, cities=bench.cities, clock=bench.clock) == 1
    assert bench.stored() == [1]


def test_the_lag_is_counted(bench: Bench) -> None:
    """Received minus observed, in cumulative buckets."""
    bench.accept(batch(reading(1), reading(2) | {"observed_us": NOON_US - DAY_US * 2}))
    lag = bench.ingest.facts()["lag"]
    assert (lag["buckets"][0], lag["buckets"][-2], lag["buckets"][-1]) == (1, 1, 2)
    assert lag["sum_s"] == pytest.approx(2 * 86_400, abs=1)


def test_a_new_profile_is_seen_at_the_next_turn(bench: Bench) -> None:
    """The registry is kept in memory until its version grows, no longer."""
    (ack,) = bench.accept(batch(reading(1)))
    assert ack.stored
    bench.cities.put_profile(profile(CITY, nodes=("another",)), NOON_US)
    (ack,) = bench.accept(batch(reading(2)))
    assert ack.held == ((2, 2),)
