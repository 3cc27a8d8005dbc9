"""What networks do to a city, each fault in its short form: the same code as `siaga faults NAME --short`."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.bench import short

from faults import register
from faults.result import Result

pytestmark = [pytest.mark.trial, pytest.mark.slow, pytest.mark.timeout(300)]


def _holds(result: Result, *, floods: int) -> None:
    assert result.passed, list(result.lines())
    assert result.committed > 0
    assert result.events_opened == result.cases == result.events_expected == floods
    assert result.recoveries_s


def test_nodes_come_back_after_an_hour_without_a_broker_and_do_not_storm_it(tmp_path: Path) -> None:
    """Few connects a second, live readings first, old ones in their order, nothing missing."""
    result = short("broker-down", tmp_path, seed=1)
    _holds(result, floods=2)
    assert result.figures["backlog"] > 0
    assert result.figures["live_readings_meanwhile"] > 0


def test_a_broker_that_has_forgotten_everything_costs_nothing(tmp_path: Path) -> None:
    """No reading, no presence, and nobody is told that a point is down."""
    _holds(short("broker-amnesia", tmp_path, seed=1), floods=register.fault("broker-amnesia").short_rounds)


def test_a_link_that_flaps_costs_nothing(tmp_path: Path) -> None:
    """Cables and resets, at the nodes and at the services."""
    result = short("flap", tmp_path, seed=1)
    _holds(result, floods=register.fault("flap").short_rounds)
    assert result.figures["times_down"] >= register.fault("flap").short_rounds


def test_floods_are_told_over_slow_links(tmp_path: Path) -> None:
    """64 kbit/s; two seconds of round trip with stalls."""
    _holds(short("slow", tmp_path, seed=1), floods=2 * register.fault("slow").short_rounds)


@pytest.mark.alone
def test_a_connection_that_died_without_a_word_is_given_up_in_time(tmp_path: Path) -> None:
    """Within one and a half keep-alives, by nodes, ingest and alerts."""
    result = short("half-open", tmp_path, seed=1)
    _holds(result, floods=register.fault("half-open").short_rounds)
    assert 0 < result.figures["noticed_after_keepalives_max"] <= 1.5


def test_packets_that_vanish_and_a_broker_that_does_are_survived(tmp_path: Path) -> None:
    """The other broker is found while the first is gone."""
    result = short("black-hole", tmp_path, seed=1)
    _holds(result, floods=register.fault("black-hole").short_rounds)
    assert result.figures["failover_s_max"] > 0
