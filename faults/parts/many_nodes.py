"""A thousand nodes: the steered fleet in several processes, for one interpreter does not drive them all in time.

`python -m faults.parts.many_nodes` is one of them. Its first line of standard input says what it runs (JSON); further
ones are `NODE LEVEL_CM` or `speed TIMES`. It says every half second how many of its nodes are online. Its input's end
is its own, so that it never outlives a trial that was killed.
"""

from __future__ import annotations

import contextlib
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, Self

import structlog

from broker.ports import BrokerAddress
from cities.load import load
from contract.clock import SystemClock
from edge.outbound import Transport
from faults.parts.must import must
from faults.parts.stages import ROOT, environment
from faults.parts.steered import SteeredFleet

_SPEED = "speed"
_TELL_S = 0.5
_JOIN_S = 60.0


class ManyNodes:
    """The nodes of a city, dealt out to processes: gone at the end of `with` in any case. Stop them before for a
    goodbye."""

    def __init__(
        self,
        cities: Path,
        code: str,
        nodes: Sequence[str],
        broker: BrokerAddress,
        folder: Path,
        *,
        processes: int,
        speed: float,
        seed: int,
        transport: Transport,
        keepalive_s: int,
    ) -> None:
        """Spools lie in `folder`/spools, what the processes say in `folder`."""
        self.spools = folder / "spools"
        self.spools.mkdir(parents=True)
        self._hands = []
        for number in range(processes):
            told = {
                "cities": str(cities),
                "code": code,
                "only": list(nodes[number::processes]),
                "broker": list(broker),
                "spools": str(self.spools),
                "speed": speed,
                "seed": seed,
                "transport": asdict(transport),
                "keepalive_s": keepalive_s,
            }
            self._hands.append(_Hand(told, folder / f"nodes-{number}.log"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for hand in self._hands:
            hand.kill()

    @property
    def online(self) -> int:
        """How many said lately that they have a broker."""
        return sum(hand.online for hand in self._hands)

    def set_level(self, node: str, level_cm: float) -> None:
        """A gauge reads this from its next sample on."""
        for hand in self._hands:
            hand.say(f"{node} {level_cm}")

    def set_speed(self, speed: float) -> None:
        """As `Fleet.set_speed`."""
        for hand in self._hands:
            hand.say(f"{_SPEED} {speed}")

    def stop(self) -> None:
        """Every node says goodbye. Raises Broken where a process ended by itself, or does not end."""
        for hand in self._hands:
            hand.close()
        for hand in self._hands:
            hand.join()


class _Hand:
    """One process and its two pipes."""

    def __init__(self, told: dict[str, Any], log: Path) -> None:
        self.online = 0
        self._log = log
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "faults.parts.many_nodes"],
                cwd=ROOT,
                env=environment({}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        self._ear = threading.Thread(target=self._listen, name="many nodes", daemon=True)
        self._ear.start()
        self.say(json.dumps(told))

    def say(self, line: str) -> None:
        stdin = self._process.stdin
        must(stdin is not None and self._process.poll() is None, f"a part of the fleet is gone: {self._said()}")
        assert stdin is not None  # noqa: S101  said one line above
        stdin.write(line + "\n")
        stdin.flush()

    def close(self) -> None:
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()

    def join(self) -> None:
        try:
            code = self._process.wait(_JOIN_S)
        except subprocess.TimeoutExpired:
            code = None
        must(code == 0, f"a part of the fleet ended with {code}: {self._said()}")

    def kill(self) -> None:
        self.close()
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        self._ear.join()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _listen(self) -> None:
        out: IO[str] | None = self._process.stdout
        for line in out or ():
            self.online = int(line)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-1_000:]


def main() -> None:
    """One process's share, until its input ends."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    told = json.loads(sys.stdin.readline())
    with SteeredFleet(
        load(told["code"], Path(told["cities"])),
        BrokerAddress(*told["broker"]),
        Path(told["spools"]),
        speed=told["speed"],
        clock=SystemClock(),
        seed=told["seed"],
        only=told["only"],
        transport=Transport(**told["transport"]),
        keepalive_s=told["keepalive_s"],
    ) as fleet:
        stop = threading.Event()

        def tell() -> None:
            while not stop.wait(_TELL_S):
                sys.stdout.write(f"{fleet.online}\n")
                sys.stdout.flush()

        teller = threading.Thread(target=tell, name="teller")
        teller.start()
        for line in sys.stdin:
            what, number = line.split()
            if what == _SPEED:
                fleet.set_speed(float(number))
            else:
                fleet.story.set_level(what, float(number))
        stop.set()
        teller.join()


if __name__ == "__main__":
    main()
