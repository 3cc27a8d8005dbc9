"""The agent's conversation, case by case."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from support.lossy_city import CITY, NODE, START_US, City, Pole, is_status

from contract import codec, topics
from contract.clock import DAY_US, HOUR_US, SECOND_US
from contract.kinds import FloodValues, HotspotValues, NodeValues
from contract.messages import Ack, Birth, Burst, Readings, Refusal, Status
from contract.quality import Quality
from edge.actions import Close, Hurry, Publish
from edge.agent import State
from edge.outbound import Transport
from edge.ports import SensorInfo
from edge.spool import Bound

SENSORS = [SensorInfo("level", "flood", 60.0), SensorInfo("wifi", "hotspot", 60.0), SensorInfo("self", "node", 60.0)]
ACK = topics.ack(CITY, NODE)


@pytest.fixture
def pole(tmp_path: Path) -> Iterator[Pole]:
    made = Pole(tmp_path / "spool.db", SENSORS, transport=Transport(batch_readings=10))
    yield made
    made.close()


def online(pole: Pole, *, greeted: bool = True) -> list[Publish]:
    """Connect and return what the agent says first. Greeted: the city has answered its birth."""
    pole.step()
    pole.dial()
    said = pole.step()
    if greeted:
        pole.carry()
    return said


def batches(published: list[Publish]) -> list[Readings]:
    topic = topics.readings(CITY, NODE)
    return [codec.decode(Readings, one.payload) for one in published if one.topic == topic]


def level(pole: Pole, cm: float) -> None:
    pole.agent.observe("level", FloodValues(level_cm=cm), pole.at)


def commit(pole: Pole) -> list[Publish]:
    """Let the group commit fall due."""
    pole.advance(1.1)
    return pole.step()


# ---------------------------------------------------------------- hello and goodbye


def test_new_connection_listens_then_gives_birth_then_says_online(pole: Pole) -> None:
    """Answers must not be missed; the birth comes before anything else; both are retained and of one number."""
    said = online(pole)
    birth, status = codec.decode(Birth, said[0].payload), codec.decode(Status, said[1].payload)
    _, _, will = pole.connects[0]
    assert pole.subscribed == [ACK, topics.every_command(CITY, NODE)]
    assert [one.topic for one in said] == [topics.birth(CITY, NODE), topics.status(CITY, NODE)]
    assert all(one.retain and one.qos == 1 for one in said)
    assert {sensor.sensor for sensor in birth.sensors} == {"level", "wifi", "self", "drops"}
    dying = codec.decode(Status, will.payload)
    assert (status.state, dying.state, dying.reason) == ("online", "offline", "lost")
    assert birth.birth_no == status.birth_no == dying.birth_no
    assert birth.epoch == pole.spool.epoch


def test_every_connection_is_a_new_birth(pole: Pole) -> None:
    """Also across a kill: a late death of an earlier life must never bury this one."""
    numbers = []
    for _ in range(3):
        numbers.append(codec.decode(Birth, online(pole)[0].payload).birth_no)
        pole.cut()
        pole.advance(130)
    pole.kill()
    numbers.append(codec.decode(Birth, online(pole)[0].payload).birth_no)
    assert numbers == sorted(set(numbers))


def test_clean_stop_says_so_before_it_closes(pole: Pole) -> None:
    """Offline, retained, with the birth's number; then a graceful close; what was measured is on disk."""
    online(pole)
    level(pole, 10)
    pole.agent.stop(pole.at)
    (farewell,) = pole.step()
    assert is_status(farewell, "offline")
    assert farewell.retain
    assert pole.spool.ledger().committed == 1
    assert pole.closes == []
    pole.agent.published(farewell.token, pole.at)
    pole.step()
    assert pole.closes == [Close(graceful=True)]
    assert pole.agent.stopped


def test_stop_does_not_wait_for_a_broker_that_hangs(pole: Pole) -> None:
    """A second at most."""
    online(pole)
    pole.agent.stop(pole.at)
    pole.step()
    pole.advance(1.0)
    pole.step()
    assert pole.agent.stopped


def test_stop_without_a_connection_is_immediate(pole: Pole) -> None:
    pole.agent.stop(pole.at)
    assert pole.agent.stopped


# ---------------------------------------------------------------- carrying


def test_reading_goes_out_with_its_group(pole: Pole) -> None:
    """Committed first, published after; nothing leaves that a power cut could take back."""
    online(pole)
    level(pole, 40)
    assert batches(pole.step()) == []
    (batch,) = batches(commit(pole))
    (reading,) = batch.readings
    assert (reading.seq, reading.sensor, reading.observed_us) == (1, "level", START_US)
    assert (reading.trust, reading.quality) == ("synced", Quality.GOOD)
    assert pole.spool.ledger().committed == 1


def test_rising_gauge_goes_out_at_once(pole: Pole) -> None:
    """No waiting for the group when the river rises."""
    online(pole)
    level(pole, 40)
    commit(pole)
    pole.advance(60)
    level(pole, 50)
    assert [reading.seq for batch in batches(pole.step()) for reading in batch.readings] == [2]


def test_live_goes_before_back_fill(pole: Pole) -> None:
    """After an hour apart the newest reading of every sensor is first, the rest follows from the oldest on."""
    for _ in range(60):
        level(pole, 40)
        pole.agent.observe("wifi", HotspotValues(internet="open"), pole.at)
        pole.advance(60)
        pole.step()
    pole.broker_up = True
    said = batches([*online(pole), *pole.step()])
    order = [reading.seq for batch in said for reading in batch.readings]
    assert sorted(order[:2]) == [119, 120]
    assert order[2:12] == list(range(1, 11))


def test_at_most_w_batches_are_unanswered_and_one_place_is_for_live(pole: Pole) -> None:
    """A long back-fill fills W - 1 places; the last one takes what was measured just now."""
    for n in range(300):
        level(pole, 40)
        pole.advance(1)
        if n % 10 == 0:
            pole.step()
    pole.step()
    online(pole)
    before = batches(pole.step())
    # The live batch came first; the others are back-fill. Nothing more without an answer.
    assert len(before) <= 4
    assert len(pole.agent._outbound.batches) == len(before)
    live = before[0]
    ack = Ack(epoch=pole.spool.epoch, server_us=START_US, stored=tuple((one.seq, one.seq) for one in live.readings))
    pole.agent.received(ACK, codec.encode(ack), pole.at)
    pole.step()
    level(pole, 41)
    (fresh,) = batches(commit(pole))
    assert fresh.readings[0].seq == 301
    assert len(pole.agent._outbound.batches) <= 4


def test_unanswered_batch_is_sent_again_ever_more_slowly(pole: Pole) -> None:
    """T, 2T, 4T … with jitter, at most the limit, always with the same numbers and times."""
    online(pole)
    pole.up.clear()
    level(pole, 40)
    sent: list[tuple[int, Readings]] = []
    for _ in range(3_000):
        for publish in pole.step():
            pole.agent.published(publish.token, pole.at)
            sent += [(pole.mono_us, batch) for batch in batches([publish])]
        pole.advance(0.25)
    gaps = [(b[0] - a[0]) / SECOND_US for a, b in itertools.pairwise(sent)]
    assert len({batch.model_dump_json(exclude={"sent_us"}) for _, batch in sent}) == 1
    for gap, base in zip(gaps, [10, 20, 40, 80, 120, 120], strict=False):
        assert base <= gap <= base * 1.25 + 0.5


def test_batch_that_the_broker_has_not_taken_is_not_sent_twice(pole: Pole) -> None:
    """On a slow line the first copy is still on the socket; after two minutes the connection is given up."""
    online(pole)
    level(pole, 40)
    commit(pole)
    said = []
    for _ in range(119):
        pole.advance(1)
        said += batches(pole.step())
    assert said == []
    pole.advance(2)
    pole.step()
    assert pole.closes == [Close(graceful=False)]
    assert pole.agent.state is State.APART


def test_answer_deletes_and_held_waits(tmp_path: Path) -> None:
    """A city that does not know the node yet: kept, asked again slowly with one batch, and stored in the end."""
    city = City(knows_node=False)
    pole = Pole(tmp_path / "spool.db", SENSORS, transport=Transport(batch_readings=10, held_retry_s=60), city=city)
    for n in range(100):
        level(pole, 40)
        pole.advance(1)
        if n % 10 == 0:
            pole.step()
    pole.live(300)
    asked = len(city.batches)
    assert 4 <= asked <= 12
    assert pole.spool.ledger().pending == 100
    city.knows_node = True
    pole.live(90)
    ledger = pole.spool.ledger()
    pole.close()
    assert (ledger.stored, ledger.pending) == (100, 0)


@pytest.mark.parametrize(
    "payload", [b"", b"{", b"\xff\xfe", b"null", b'{"v":2}', b"[" * 5_000, json.dumps({"epoch": 1}).encode()]
)
def test_garbage_on_ack_is_ignored_and_counted(pole: Pole, payload: bytes) -> None:
    online(pole)
    pole.agent.received(ACK, payload, pole.at)
    pole.agent.received(topics.ack(CITY, "other"), payload, pole.at)
    assert pole.agent.ignored_messages == 2


def burst(**changes: object) -> bytes:
    wish = {"city": CITY, "node": NODE, "sensor": "level", "period_s": 20.0, "for_s": 600.0, "sent_us": START_US}
    return codec.encode(Burst.model_validate({**wish, **changes}))


def test_a_wish_for_more_samples_is_passed_on_until_it_ends(pole: Pole) -> None:
    """For so long from when it was heard, by the clock that nobody sets."""
    online(pole)
    pole.agent.received(topics.command(CITY, NODE, topics.BURST), burst(), pole.at)
    assert pole.agent.step(pole.at) == [Hurry("level", 20.0, pole.at.mono_us + 600 * SECOND_US)]


@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        burst(node="other"),
        burst(city="lain"),
        burst(sensor="nothing"),
        burst(sent_us=START_US - 700 * SECOND_US),
        burst().replace(b"20.0", b"-1"),
    ],
)
def test_a_wish_that_is_none_or_not_ours_or_too_late_is_ignored_and_counted(pole: Pole, payload: bytes) -> None:
    online(pole)
    level(pole, 40)
    commit(pole)
    pole.carry()
    ignored = pole.agent.ignored_messages
    pole.agent.received(topics.command(CITY, NODE, topics.BURST), payload, pole.at)
    assert [one for one in pole.agent.step(pole.at) if isinstance(one, Hurry)] == []
    assert pole.agent.ignored_messages == ignored + 1


def test_a_node_that_does_not_know_the_time_takes_a_wish_as_it_comes(pole: Pole) -> None:
    """Nothing of a wish is kept by the broker, so that what it hears is new."""
    online(pole, greeted=False)
    pole.agent.received(topics.command(CITY, NODE, topics.BURST), burst(sent_us=1), pole.at)
    assert [type(one) for one in pole.agent.step(pole.at)] == [Hurry]


def test_answer_of_another_epoch_is_ignored(pole: Pole) -> None:
    online(pole)
    level(pole, 40)
    commit(pole)
    ack = Ack(epoch="f" * 16, server_us=START_US, stored=((1, 2**53),))
    pole.agent.received(ACK, codec.encode(ack), pole.at)
    assert pole.agent.ignored_messages == 1
    assert pole.spool.ledger().pending == 1


def test_message_never_exceeds_the_wire(tmp_path: Path) -> None:
    """500 readings with long values are cut into messages of at most 64 KiB."""
    pole = Pole(tmp_path / "spool.db", SENSORS, transport=Transport(batch_readings=500))
    values = NodeValues(
        cpu_percent=12.345678901234, dropped_sensor="x" * 48, dropped_count=9_999_999, dropped_last_us=2**53
    )
    for _ in range(500):
        pole.agent.observe("self", values, pole.at)
    pole.advance(2)
    pole.live(30)
    assert pole.spool.ledger().pending == 0
    assert len(pole.city.batches) > 1
    pole.close()


def test_node_says_what_only_the_agent_knows(pole: Pole) -> None:
    """Spool depth and clock source ride on the node's own reading."""
    level(pole, 40)
    commit(pole)
    pole.agent.observe("self", NodeValues(cpu_percent=5.0), pole.at)
    commit(pole)
    values = NodeValues.model_validate_json(pole.spool.rows([2])[0].values)
    assert (values.spool_pending, values.spool_dropped, values.clock_source) == (1, 0, "ntp")


def test_missing_sample_is_a_reading_too(pole: Pole) -> None:
    """Silence of a sensor is said, never skipped."""
    online(pole)
    assert pole.agent.observe("level", None, pole.at, "no answer in time") is Quality.MISSING
    (batch,) = batches(commit(pole))
    assert batch.readings[0].quality is Quality.MISSING
    assert batch.readings[0].checks == {"missing": Quality.MISSING, "sensor": Quality.FAIL}
    assert batch.readings[0].values == FloodValues()


def test_unknown_sensor_is_a_mistake_in_the_program(pole: Pole) -> None:
    with pytest.raises(ValueError, match="no sensor"):
        pole.agent.observe("nose", FloodValues(level_cm=1), pole.at)
    with pytest.raises(ValueError, match="flood sensor"):
        pole.agent.observe("level", HotspotValues(), pole.at)


# ---------------------------------------------------------------- reconnecting


def waits(pole: Pole, number: int) -> list[float]:
    """Seconds between failed attempts."""
    pole.broker_up = False
    while len(pole.connects) < number:
        pole.step()
        pole.dial()
        pole.advance(max(1, pole.agent.next_us(pole.at) - pole.mono_us) / SECOND_US)
    times = [mono_us for mono_us, _, _ in pole.connects]
    return [(b - a) / SECOND_US for a, b in itertools.pairwise(times)]


def test_reconnect_has_full_jitter_and_a_cap(pole: Pole) -> None:
    """Anything from nothing to the limit, so that a fleet does not come back as one."""
    seen = waits(pole, 200)
    assert max(seen) <= 120.1
    assert max(seen) > 90
    assert min(seen[20:]) < 15
    assert 40 < sum(seen[20:]) / len(seen[20:]) < 80


def test_brokers_take_turns(pole: Pole) -> None:
    """Every failure tries the next one."""
    waits(pole, 6)
    hosts = [address.host for _, address, _ in pole.connects]
    assert all(a != b for a, b in itertools.pairwise(hosts))


def test_rising_gauge_reconnects_within_ten_seconds(pole: Pole) -> None:
    """The river does not wait two minutes."""
    waits(pole, 30)
    level(pole, 30)
    for n in range(30):
        pole.advance(60)
        level(pole, 40 + 10 * n)
        pole.advance(60)
        before = len(pole.connects)
        seen = waits(pole, before + 4)[before:]
        assert max(seen) <= 10.1


def test_rise_that_begins_while_waiting_shortens_the_wait(pole: Pole) -> None:
    waits(pole, 30)
    pole.step()
    pole.dial()
    pole.agent._connect_at_us = pole.mono_us + 119 * SECOND_US
    level(pole, 40)
    pole.advance(5)
    level(pole, 60)
    pole.step()
    assert pole.agent.next_us(pole.at) <= pole.mono_us + 10 * SECOND_US


def test_each_reason_is_said_once_and_the_healing_once(pole: Pole) -> None:
    """A night without a broker is three lines in the log, not a thousand; a change of reason is news."""
    with structlog.testing.capture_logs() as logs:
        waits(pole, 20)
        pole.step()
        pole.agent.disconnected("the certificate has expired", pole.at)
        waits(pole, 30)
        pole.broker_up = True
        pole.live(130)
    said = [(log["event"], log.get("reason")) for log in logs if "connect" in log["event"]]
    assert said == [("disconnected", "refused"), ("disconnected", "the certificate has expired"), ("connected", None)]


def test_refusals_and_holding_are_said_once(tmp_path: Path) -> None:
    """A city that refuses every reading, and one that does not know the node for an hour, fill no journal."""
    pole = Pole(tmp_path / "spool.db", SENSORS, city=City(refuses=frozenset({"wifi"})))
    with structlog.testing.capture_logs() as logs:
        for _ in range(14):
            for _ in range(20):
                pole.agent.observe("wifi", HotspotValues(internet="open"), pole.at)
            pole.live(300, tick_s=60)
        pole.city.knows_node = False
        for _ in range(10):
            level(pole, 40)
            pole.live(300, tick_s=60)
        pole.city.knows_node = True
        pole.live(180, tick_s=30)
    events = Counter(log["event"] for log in logs)
    refused = [log["readings"] for log in logs if log["event"] == "refused"]
    assert (events["held"], events["held_no_more"], len(refused)) == (1, 1, 2)
    assert refused[1] > 200
    pole.close()


# ---------------------------------------------------------------- time


def clockless(tmp_path: Path, **more: float) -> Pole:
    pole = Pole(tmp_path / "spool.db", SENSORS, transport=Transport(batch_readings=10, **more))  # type: ignore[arg-type]
    pole.kill(reboot=True)
    pole.wall_us, pole.source = 0, "none"
    pole.kill()
    return pole


def test_node_without_a_clock_asks_and_waits_and_is_right(tmp_path: Path) -> None:
    """Readings taken at 1970 wait for the city's time, then carry the true one, marked corrected."""
    pole = clockless(tmp_path)
    level(pole, 40)
    observed_us = pole.true_us
    pole.advance(2)
    said = online(pole, greeted=False)
    assert batches(said) == []
    birth = codec.decode(Birth, said[0].payload)
    assert birth.clock == "none"
    pole.live(5)
    (batch,) = pole.city.batches
    reading = batch.readings[0]
    assert reading.trust == "corrected"
    assert abs(reading.observed_us - observed_us) <= 2 * SECOND_US
    pole.close()


def test_wait_for_an_answer_has_an_end(tmp_path: Path) -> None:
    """After clock_wait_s the readings go out, marked untrusted; it asks again meanwhile."""
    pole = clockless(tmp_path, clock_wait_s=100)
    level(pole, 40)
    said = online(pole, greeted=False)
    for _ in range(99):
        pole.advance(1)
        said += pole.step()
    assert batches(said) == []
    assert len([one for one in said if one.topic == topics.birth(CITY, NODE)]) >= 3
    pole.advance(2)
    (batch,) = batches(pole.step())
    assert batch.readings[0].trust == "untrusted"
    pole.close()


def test_reading_of_a_boot_that_never_knew_goes_out_untrusted_at_once(tmp_path: Path) -> None:
    """Nobody can say any more when that was."""
    pole = clockless(tmp_path)
    level(pole, 40)
    commit(pole)
    pole.kill(reboot=True)
    pole.live(3)
    assert [reading.trust for batch in pole.city.batches for reading in batch.readings] == ["untrusted"]
    assert pole.spool.ledger().pending == 0
    pole.close()


def test_times_of_one_boot_are_right_although_the_wall_clock_stepped(tmp_path: Path) -> None:
    """Three years forward in the middle: every reading is within 2 s of the truth."""
    pole = Pole(tmp_path / "spool.db", SENSORS)
    truth = []
    for n in range(20):
        if n == 10:
            pole.wall_us += 3 * 365 * 24 * HOUR_US
        truth.append(pole.true_us)
        level(pole, 40)
        pole.advance(10)
        pole.step()
    pole.live(60)
    seen = {r.seq: r.observed_us for batch in pole.city.batches for r in batch.readings}
    assert len(seen) == 20
    assert all(abs(seen[n + 1] - truth[n]) <= 2 * SECOND_US for n in range(20))
    pole.close()


def test_saved_time_is_the_next_boots_floor(tmp_path: Path) -> None:
    """A node that once knew the time never says an earlier one."""
    pole = Pole(tmp_path / "spool.db", SENSORS)
    pole.live(2)
    pole.agent.stop(pole.at)
    pole.wall_us, pole.source = 0, "none"
    pole.kill(reboot=True)
    level(pole, 40)
    commit(pole)
    assert pole.spool.rows([1])[0].taken.wall_us >= START_US
    pole.close()


YEAR_US = 365 * DAY_US


@pytest.mark.parametrize("off_us", [-YEAR_US, YEAR_US])
def test_clock_that_is_a_year_off_and_says_ntp_harms_no_reading(tmp_path: Path, off_us: int) -> None:
    """The city's time decides before the first reading leaves, so none is stored wrong and none is refused."""
    pole = Pole(tmp_path / "spool.db", SENSORS)
    pole.wall_us += off_us
    pole.kill()
    truth_us = pole.true_us
    level(pole, 40)
    assert batches([*online(pole, greeted=False), *commit(pole)]) == []
    pole.live(5)
    (batch,) = pole.city.batches
    assert batch.readings[0].trust == "corrected"
    assert abs(batch.readings[0].observed_us - truth_us) <= 2 * SECOND_US
    pole.close()


def test_first_readings_wait_for_the_citys_word_a_moment_only(pole: Pole) -> None:
    """Three seconds: a city that is slow to answer births still gets its readings."""
    level(pole, 40)
    said = [*online(pole, greeted=False), *commit(pole)]
    pole.advance(1.8)
    assert batches([*said, *pole.step()]) == []
    assert pole.agent.next_us(pole.at) <= pole.mono_us + round(0.1 * SECOND_US)
    pole.advance(0.1)
    (batch,) = batches(pole.step())
    assert batch.readings[0].trust == "synced"


@pytest.mark.parametrize(("cm", "waits"), [(40.0, True), (90.0, False)])
def test_rising_river_waits_for_nobody_where_the_clock_was_confirmed(pole: Pole, cm: float, waits: bool) -> None:
    """A new connection of a node whose clock the city has confirmed in this boot: only what is not urgent waits."""
    online(pole)
    level(pole, 40)
    commit(pole)
    pole.live(2)
    pole.cut()
    pole.advance(60)
    level(pole, cm)
    said = online(pole, greeted=False)
    assert (batches([*said, *pole.step()]) == []) is waits


def test_river_that_begins_to_rise_while_the_city_is_silent_goes_out_at_once(pole: Pole) -> None:
    """Confirmed before, connected just now, and the answer is late."""
    online(pole)
    level(pole, 40)
    pole.live(2)
    pole.cut()
    pole.advance(60)
    assert batches([*online(pole, greeted=False), *commit(pole)]) == []
    level(pole, 90)
    assert pole.agent.next_us(pole.at) == pole.mono_us
    assert [reading.seq for batch in batches(pole.step()) for reading in batch.readings] == [2]


def test_unanswered_birth_is_asked_again_although_the_clock_says_ntp(pole: Pole) -> None:
    """An answer may be lost; a clock that nobody has confirmed may be wrong."""
    online(pole, greeted=False)
    pole.up.clear()
    asked = []
    for _ in range(121):
        pole.advance(1)
        asked += pole.step()
    assert [one.topic for one in asked] == [topics.birth(CITY, NODE)]
    pole.carry()
    for _ in range(600):
        pole.advance(1)
        assert [one for one in pole.step() if one.topic == topics.birth(CITY, NODE)] == []


def test_time_the_city_calls_impossible_makes_an_unconfirmed_clock_ask(pole: Pole) -> None:
    """The answer to the birth was lost and the first reading was refused: the others wait for the right time."""
    pole.wall_us += YEAR_US
    pole.kill()
    online(pole, greeted=False)
    pole.up.clear()
    pole.advance(4)
    level(pole, 40)
    assert len(batches(commit(pole))) == 1
    refusal = Refusal(seq=1, reason="time_implausible")
    pole.agent.received(
        ACK, codec.encode(Ack(epoch=pole.spool.epoch, server_us=pole.true_us, refused=(refusal,))), pole.at
    )
    pole.up.clear()
    level(pole, 41)
    truth_us = pole.true_us
    assert batches(commit(pole)) == []
    pole.live(40)
    seen = {r.seq: r for batch in pole.city.batches for r in batch.readings}
    assert seen.keys() == {2}
    assert abs(seen[2].observed_us - truth_us) <= 2 * SECOND_US
    assert pole.spool.ledger().refused == 1


def test_unconfirmed_time_is_no_floor(tmp_path: Path) -> None:
    """A clock that was a year ahead in one boot must not make the right time of the next one look too early."""
    pole = Pole(tmp_path / "spool.db", SENSORS)
    pole.wall_us += YEAR_US
    pole.kill(reboot=True)
    pole.broker_up = False
    pole.live(1_300, tick_s=10)
    assert pole.spool.saved_us == 0
    pole.wall_us, pole.broker_up = pole.true_us, True
    pole.kill(reboot=True)
    pole.live(5)
    assert abs(pole.spool.saved_us - pole.true_us) < 10 * SECOND_US
    assert pole.agent.time.source == "ntp"
    pole.close()


def test_copies_of_one_moment_get_times_of_their_own(pole: Pole) -> None:
    """Two samples of one sensor in the same microsecond are two points of its series."""
    level(pole, 40)
    level(pole, 41)
    pole.live(5)
    times = [r.observed_us for batch in pole.city.batches for r in batch.readings]
    assert sorted(times) == [START_US, START_US + 1]


def test_long_wait_for_the_time_keeps_nobody_else_waiting(tmp_path: Path) -> None:
    """Thousands of readings without a time: one step looks at a part of them, the next ones at the rest."""
    pole = clockless(tmp_path)
    for n in range(1_500):
        level(pole, 40)
        if n % 50 == 0:
            pole.step()
    commit(pole)
    online(pole, greeted=False)
    pole.advance(4)
    looks: list[str] = []
    steps = 0
    pole.spool._db.set_trace_callback(lambda text: looks.append(text) if "seq > " in text else None)
    while not steps or pole.agent.next_us(pole.at) <= pole.mono_us:
        looks.clear()
        pole.step()
        assert len(looks) <= 10
        steps += 1
        assert steps < 100
    assert steps > 10
    pole.spool._db.set_trace_callback(None)
    pole.up.clear()
    pole.live(40)
    assert pole.spool.ledger().pending < 1_500
    pole.close()


def test_held_question_with_nothing_to_ask_makes_no_busy_loop(tmp_path: Path) -> None:
    """Its time has come, and the only reading waits for a clock: the next look is not "now" for ever."""
    pole = Pole(tmp_path / "spool.db", SENSORS, city=City(knows_node=False))
    online(pole)
    level(pole, 40)
    commit(pole)
    pole.carry()
    pole.spool._db.execute("DELETE FROM reading")
    pole.advance(100)
    pole.step()
    assert pole.agent.next_us(pole.at) > pole.mono_us
    pole.close()


def test_reading_dropped_on_its_way_leaves_no_ghost(tmp_path: Path) -> None:
    """The spool overflowed while a batch was out: what is left of the backlog still goes out on this connection."""
    transport = Transport(batch_readings=10, window_batches=3, resend_s=1.0)
    pole = Pole(tmp_path / "spool.db", SENSORS, transport=transport, bound=Bound(max_rows=12))
    for _ in range(12):
        level(pole, 40)
        pole.advance(1)
        pole.step()
    commit(pole)
    online(pole)
    pole.step()
    for one in pole.up:
        pole.agent.published(one.token, pole.at)
    pole.up.clear()
    for _ in range(3):
        level(pole, 41)
        pole.agent.observe("wifi", HotspotValues(internet="open"), pole.at)
    commit(pole)
    assert pole.spool.rows([1]) == []  # one of those on their way made room for a report
    pole.live(60)
    assert pole.spool.ledger().pending == 0
    assert pole.agent._outbound._flying == set()
    pole.close()


# ---------------------------------------------------------------- a full disk


def test_full_disk_stops_no_sensor_and_heals_alone(tmp_path: Path) -> None:
    """Samples wait in memory; when there is space they are committed and sent."""
    pole = Pole(tmp_path / "spool.db", SENSORS, bound=Bound(ring_rows=1_000))
    pole.live(5)
    pages = pole.spool._db.execute("PRAGMA page_count").fetchone()[0]
    pole.spool._db.execute(f"PRAGMA max_page_count = {pages}")
    for _ in range(300):
        level(pole, 40)
        pole.live(1.0)
    assert pole.spool.in_trouble
    pole.spool._db.execute("PRAGMA max_page_count = 1000000000")
    pole.live(30)
    ledger = pole.spool.ledger()
    pole.close()
    assert ledger.closes
    assert (ledger.committed, ledger.pending, ledger.dropped) == (300, 0, 0)
    assert len(pole.city.stored) == 300
