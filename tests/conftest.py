"""What holds for every test: no setting of the machine leaks in, and no process is left behind."""

from __future__ import annotations

from collections.abc import Iterator

import psutil
import pytest
from support.influx import summary


@pytest.fixture(scope="session", autouse=True)
def _no_process_is_left_behind() -> Iterator[None]:
    """After the last test every process that a test started is gone."""
    before = {process.pid for process in psutil.Process().children(recursive=True)}
    yield
    left = [process for process in psutil.Process().children(recursive=True) if process.pid not in before]
    _, alive = psutil.wait_procs(left, timeout=5)
    assert not alive, f"left behind: {[process.name() for process in alive]}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which real servers the stores were tested on, and which not."""
    terminalreporter.write_line(summary())
