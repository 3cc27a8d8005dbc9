"""What holds for every test: no setting of the machine leaks in, and no process is left behind."""

from __future__ import annotations

import contextlib
import gc
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support import groups
from support.room import Guest, inside

from faults.parts import memory
from faults.parts.influx import summary
from faults.parts.missing import NotInstalled
from faults.parts.postgres import Postgres, postgres


def pytest_configure() -> None:
    """Before any folder is made, and before the other processes begin."""
    memory.prefer()


def _guest(item: pytest.Item) -> Guest:
    return Guest.TEST if item.get_closest_marker("alone") is None else Guest.ALONE


def pytest_itemcollected(item: pytest.Item) -> None:
    """Trials are one group, which one process begins with while the others go on: they mostly wait, and two of them at
    once would be in each other's way."""
    if item.get_closest_marker("trial") is not None and _guest(item) is Guest.TEST:
        item.add_marker(pytest.mark.xdist_group("trials"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever runs alone comes last, and a group is known by its name."""
    items.sort(key=_guest)
    if "PYTEST_XDIST_WORKER" in os.environ:
        groups.name(items)
    # What is there by now stays to the end: walking through all of it again and again is a tenth of the tests' time.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[object]:
    """A test comes in when it may; what it waits for that is no time of its own."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return (yield)
    with inside(Path(item.config.getoption("basetemp")).parent, _guest(item)):
        return (yield)


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
