"""Being asked to end, at whatever moment."""

from __future__ import annotations

import signal
import subprocess
import sys

ASKED = """
import signal
from siaga.signals import stop_event
stop = stop_event()
with stop._cond:  # as the main thread stands for an instant whenever it begins to wait, or looks
    signal.raise_signal(signal.SIGTERM)
raise SystemExit(0 if stop.wait(30) else 1)
"""
TWICE = """
import signal
from siaga.signals import stop_event
stop = stop_event()
signal.raise_signal(signal.SIGINT)
assert stop.wait(30)
signal.raise_signal(signal.SIGTERM)
raise SystemExit(0)
"""


def ended(program: str) -> int:
    return subprocess.run([sys.executable, "-c", program], timeout=60, check=False).returncode


def test_a_signal_in_the_instant_before_a_wait_is_heard() -> None:
    """The event's lock is held then, by the thread that the handler interrupts."""
    assert ended(ASKED) == 0


def test_the_second_signal_ends_the_process_where_it_stands() -> None:
    """Also where it is another one than the first."""
    assert ended(TWICE) == -signal.SIGTERM
