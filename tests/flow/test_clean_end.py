"""`siaga up` ends when it is told to: soon, whole, and with nobody left behind."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.brokers import wait_until
from support.whole_city import alive, whole_city

from contract.clock import SECOND_US, SystemClock


@pytest.mark.slow
@pytest.mark.alone
@pytest.mark.timeout(120)
def test_sigterm_under_load_ends_all_within_five_seconds(tmp_path: Path) -> None:
    """Exit code 0 in under 5 s while readings pour in; no process is left, no heartbeat stays, the ledger closes."""
    clock = SystemClock()
    with whole_city(tmp_path, speed=300) as city:
        assert wait_until(lambda: city.stored() > 200, 30, 0.1), city.up.said()
        everybody = city.everybody()
        # Broker and its watcher, three stages, the simulator, and `up` itself.
        assert len(everybody) >= 7
        began_us = clock.mono_us()
        assert city.up.terminate() == 0, city.up.said()
        took_s = (clock.mono_us() - began_us) / SECOND_US
        assert wait_until(lambda: not any(alive(process) for process in everybody), 1)
        assert took_s < 5
        assert not list((city.data / "run").glob("*.json"))
        assert not city.up.lines("process.killed")
        counted = city.books()
    assert (counted.lost, counted.duplicated) == (0, 0)
    assert counted.stored > 200
