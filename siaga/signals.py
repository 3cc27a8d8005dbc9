"""SIGTERM and Ctrl-C as one event that every loop watches."""

from __future__ import annotations

import queue
import signal
import threading
from types import FrameType


def stop_event() -> threading.Event:
    """An event that is set by the first SIGTERM or SIGINT; a second one ends the process where it stands.

    A thread of its own sets it. A handler runs in the midst of whatever the main thread does; where that is just about
    to wait for this very event it holds the event's lock, and a handler that asked for it would wait for ever. What a
    handler may do is `SimpleQueue.put`, which is made for that.
    """
    stop, asked = threading.Event(), queue.SimpleQueue[int]()
    once = False

    def ask(number: int, _frame: FrameType | None) -> None:
        nonlocal once
        if once:
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        once = True
        asked.put(number)

    def hear() -> None:
        asked.get()
        stop.set()

    threading.Thread(target=hear, name="signals", daemon=True).start()
    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    return stop
