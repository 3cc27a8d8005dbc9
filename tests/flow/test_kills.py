"""Whatever is killed, and in the middle of a flood: the supervisor brings it back and the books close."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections import Counter
from pathlib import Path

import pytest

from faults.books import all_cases
from faults.parts.brokers import wait_until
from faults.parts.whole_city import WholeCity, whole_city


def _kill(city: WholeCity, name: str) -> None:
    """kill -9, then wait until another process stands in its place and readings are kept again."""
    pid = city.pid(name)
    assert pid is not None, f"{name} does not run"
    os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: city.pid(name) not in (None, pid), 20, 0.05), f"{name}: {city.up.said()}"
    before = city.stored()
    assert wait_until(lambda: city.stored() > before, 30, 0.1), f"after {name}: {city.up.said()}"


def _floods(city: WholeCity) -> list[bool]:
    return [incident.open for incident in city.cities.incidents(city.city) if incident.subject == "flood"]


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(120)
def test_a_broker_whose_port_is_taken_meanwhile_is_started_when_it_is_free(tmp_path: Path) -> None:
    """`siaga up` says once that its broker does not start, stays, and tries again; nothing is lost by it."""
    with whole_city(tmp_path, speed=300) as city:
        pid = city.pid("nats-server")
        assert pid is not None
        port = int(str(city.settings["SIAGA_MQTT_PORT"]))
        with socket.socket() as squatter:
            squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            os.kill(city.up.pid, signal.SIGSTOP)
            os.kill(pid, signal.SIGKILL)
            assert wait_until(lambda: _bound(squatter, port))
            os.kill(city.up.pid, signal.SIGCONT)
            assert city.up.until(lambda: city.up.lines("broker.does_not_start"), 10), city.up.said()
            # Long enough for a second attempt.
            assert not wait_until(lambda: city.up.ended, 2.5)
        before = city.stored()
        assert city.up.until(lambda: city.stored() > before, 40), city.up.said()
        for event in ("broker.died", "broker.does_not_start", "broker.started_again"):
            assert len(city.up.lines(event)) == 1, event
        assert city.up.terminate() == 0, city.up.said()
        counted = city.books()
    assert (counted.lost, counted.duplicated) == (0, 0)


def _bound(squatter: socket.socket, port: int) -> bool:
    with contextlib.suppress(OSError):
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        return True
    return False


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(180)
def test_every_process_is_killed_once_in_the_middle_of_a_flood(tmp_path: Path) -> None:
    """kill -9 of the fleet, ingest, alerts, the broker and the pages in turn: nothing lost, nothing twice, one case an
    event, and the flood still ends by itself."""
    with whole_city(tmp_path, speed=450) as city:
        # Killed before the water rises: a fleet that starts again tells its story from the beginning.
        _kill(city, "simulate")
        _kill(city, "ingest")
        assert wait_until(lambda: any(_floods(city)), 40, 0.1), city.up.said()
        _kill(city, "alerts")
        _kill(city, "nats-server")
        _kill(city, "api")
        _kill(city, "ingest")
        assert wait_until(lambda: not any(_floods(city)), 90, 0.2), city.up.said()
        assert len(city.up.lines("broker.died")) == 1
        assert len(city.up.lines("process.died")) == 5
        assert city.up.terminate() == 0, city.up.said()
        counted = city.books()
        cases = Counter(case.event for case in all_cases(city.city, city.cities))
        incidents = city.cities.incidents(city.city)
    assert (counted.lost, counted.duplicated) == (0, 0)
    assert counted.refused == counted.dropped == 0
    assert counted.stored > 500
    floods = {incident.event for incident in incidents if incident.subject == "flood"}
    assert len(floods) == 1
    assert floods <= cases.keys()
    assert set(cases.values()) == {1}
