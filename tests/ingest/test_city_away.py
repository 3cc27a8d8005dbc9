"""The city's own database is away and the readings' one is well: what is known goes on being kept."""

from __future__ import annotations

from structlog.testing import capture_logs
from support.accepting import NODE, Bench, batch, birth, reading
from support.linked import CITY

from contract.clock import MINUTE_US
from contract.messages import Refusal


def _begun(bench: Bench) -> None:
    """The registry has been read once, and one reading of the node kept."""
    (ack,) = bench.accept(batch(reading(1)))
    assert ack.stored == ((1, 1),)


def test_readings_of_known_nodes_are_kept_and_answered(bench: Bench) -> None:
    """For hours, not only within the ten minutes whose region was asked for last; it is said once, and its end once."""
    _begun(bench)
    bench.cities_outage.away = True
    with capture_logs() as logs:
        for seq in range(2, 30):
            bench.clock.advance(15 * 60)
            (ack,) = bench.accept(batch(reading(seq, observed_us=bench.clock.now_us() - MINUTE_US)))
            assert ack.stored == ((seq, seq),)
        assert bench.ingest.facts()["failing"] is True
        bench.cities_outage.away = False
        bench.clock.advance(60)
        bench.accept(batch(reading(30, observed_us=bench.clock.now_us())))
    assert bench.stored() == list(range(1, 31))
    assert [entry["event"] for entry in logs] == ["ingest.city_away", "ingest.city_back"]
    assert bench.ingest.facts()["failing"] is False


def test_a_birth_waits_for_the_database_and_is_answered_then(bench: Bench) -> None:
    """The newest of each node is noted when the database is back, without a further message from anybody."""
    _begun(bench)
    bench.cities_outage.away = True
    assert bench.accept(birth(1), leaf="birth") == []
    assert bench.accept(birth(2), leaf="birth") == []
    assert bench.ingest.facts()["put_aside"] == 1
    bench.cities_outage.away = False
    bench.clock.advance(60)
    bench.ingest.turn()
    assert [ack.birth_no for ack in bench.answers()] == [2]
    assert bench.cities.presences(CITY)[NODE].birth_no == 2


def test_what_would_be_refused_is_asked_for_again(bench: Bench) -> None:
    """Nobody is told of a refusal that is not in quarantine: the reading stays with its node until it is."""
    _begun(bench)
    bench.cities_outage.away = True
    early = reading(2) | {"observed_us": 0}
    assert bench.accept(batch(early)) == []
    assert bench.ingest.facts()["unanswered"] == 1
    bench.cities_outage.away = False
    bench.clock.advance(60)
    (ack,) = bench.accept(batch(early))
    assert ack.refused == (Refusal(seq=2, reason="time_implausible"),)


def test_a_later_version_is_asked_for_again(bench: Bench) -> None:
    """It is counted among what nobody was told of, and held once the database is back."""
    _begun(bench)
    bench.cities_outage.away = True
    assert bench.accept(batch(reading(2), v=2)) == []
    assert bench.ingest.facts()["unanswered"] == 1
    bench.cities_outage.away = False
    bench.clock.advance(60)
    (ack,) = bench.accept(batch(reading(2), v=2))
    assert ack.held == ((2, 2),)


def test_garbage_waits_within_a_bound(bench: Bench) -> None:
    """What nobody can read is kept once the database is back; a flood of it costs no memory without end."""
    _begun(bench)
    bench.cities_outage.away = True
    for number in range(600):
        bench.say(b"x%d" % number)
    bench.turns(600)
    assert bench.ingest.facts()["put_aside"] == 500
    bench.cities_outage.away = False
    bench.clock.advance(60)
    bench.ingest.turn()
    assert bench.cities.quarantine_counts(CITY) == {(NODE, "undecodable"): 500}


def test_a_reading_from_before_the_outage_of_a_node_that_may_have_moved_waits(bench: Bench) -> None:
    """Its region then is not known without the registry: it is not guessed."""
    _begun(bench)
    bench.cities_outage.away = True
    assert bench.accept(batch(reading(2, observed_us=bench.clock.now_us() - 3_600 * 1_000_000))) == []
    assert bench.stored() == [1]
