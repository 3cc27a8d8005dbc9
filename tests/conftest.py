"""What holds for every test: no setting of the machine leaks in, and no process is left behind."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

import psutil
import pytest

from faults.parts.influx import summary
from faults.parts.missing import NotInstalled
from faults.parts.postgres import Postgres, postgres


@pytest.fixture(autouse=True)
def _alone_or_together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A test marked `alone` has the machine for itself: it plays a day in a minute, and a neighbour would be weather.

    All others hold the room together. Whoever wants it alone first stands in the door, so that nobody else comes in.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    alone = request.node.get_closest_marker("alone") is not None
    with (shared / "door").open("w") as door, (shared / "room").open("w") as room:
        fcntl.flock(door, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(door, fcntl.LOCK_UN)
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_process_is_left_behind() -> Iterator[None]:
    """After the last test every process that a test started is gone."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    _, alive = psutil.wait_procs(left, timeout=5)
    assert not alive, f"left behind: {[process.name() for process in alive]}"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One cluster for all suites of a session, a database a test."""
    with postgres() as server:
        yield server


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call() -> Iterator[None]:
    """A test that misses its server is skipped, and says so."""
    with _skipped_where_missing():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup() -> Iterator[None]:
    """The same for a fixture."""
    with _skipped_where_missing():
        return (yield)


@contextlib.contextmanager
def _skipped_where_missing() -> Iterator[None]:
    try:
        yield
    except NotInstalled as missing:
        pytest.skip(f"NOT TESTED: {missing}")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real servers the stores were tested on, and which not."""
    terminalreporter.write_line(summary())
