"""A broker that is killed and cannot come back at once. (What is killed and can: `siaga faults kill`.)"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from pathlib import Path

import pytest

from faults.parts.brokers import wait_until
from faults.parts.whole_city import whole_city


@pytest.mark.slow
@pytest.mark.trial
@pytest.mark.timeout(240)
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
