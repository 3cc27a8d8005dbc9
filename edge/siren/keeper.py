"""The process that holds the lines of a node's sirens: `python -m edge.siren.keeper`, started by the agent.

It stands between a siren and an agent that is killed or hangs. Whoever started it holds the other end of its standard
input: when that end is gone, everything is silent. It reads JSON lines, first the wirings and then orders, and answers
each with a line.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
from collections.abc import Sequence
from typing import Any

from contract.clock import SECOND_US, Clock, SystemClock
from edge.siren.horns import Horns
from edge.siren.lines import horns_of
from edge.siren.port import Blow, LineFault, Wiring

_READ = 65_536


class _Lines:
    """Whole lines of a file descriptor."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._rest = b""

    def read(self, wait_s: float | None) -> Sequence[bytes] | None:
        """Those that came within `wait_s`; None where the other end is gone."""
        if not select.select([self._fd], [], [], wait_s)[0]:
            return ()
        data = os.read(self._fd, _READ)
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return lines


def keep(horns: Horns, orders: _Lines, waiting: Sequence[bytes], clock: Clock) -> None:
    """Carry orders out until the other end is gone. Raises LineFault where a line can no longer be switched."""
    lines: Sequence[bytes] | None = waiting
    while lines is not None:
        for line in lines:
            said = horns.do(Blow(**json.loads(line)), clock.mono_us())
            _say(said._asdict())
        now_us = clock.mono_us()
        horns.turn(now_us)
        next_us = horns.next_us(now_us)
        lines = orders.read(None if next_us is None else max(0.0, (next_us - now_us) / SECOND_US))


def _say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _end(*_: object) -> None:
    raise SystemExit(0)


def main() -> int:
    """0: told to end, or the agent is gone. 1: a line cannot be had or held, which the last line says."""
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is the agent's to hear; its end is ours
    orders = _Lines(0)
    first: Sequence[bytes] | None = ()
    while not first:
        first = orders.read(None)
        if first is None:
            return 0
    try:
        horns = horns_of([Wiring(**one) for one in json.loads(first[0])])
    except LineFault as fault:
        _say({"trouble": str(fault)})
        return 1
    try:
        _say({"ready": True})
        keep(horns, orders, first[1:], SystemClock())
    except LineFault as fault:
        _say({"trouble": str(fault)})
        return 1
    except BrokenPipeError:
        return 0
    finally:
        horns.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
