"""All nodes of a city in one process: runners drive them, a story befalls them.

One loop could drive them all, and every spool would then wait for the disk in a queue behind all the others. A few
loops wait together: a file system commits many files in about the time of one.
"""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import structlog

from broker.ports import BrokerAddress, Tls
from contract.city import Profile
from contract.clock import SECOND_US, Clock
from contract.errors import BadInput
from edge.outbound import Transport
from edge.runner import Runner
from firmware_sim.node import ALIVE, KEEPALIVE_S, SimulatedNode, StoryClock
from firmware_sim.scenario import Scenario
from firmware_sim.story import Story

MAX_SPEED = 100_000
LOOPS = 8
_FILES_A_NODE = 8
_FILES_BESIDE = 64
_LOOK_US = SECOND_US // 10
_STOP_LOOK_S = 0.1
_log = structlog.get_logger("firmware_sim")


class Progress(NamedTuple):
    """Where a run stands."""

    story_s: float
    hour: float
    nodes: int
    online: int
    samples: int


class Fleet:
    """The nodes of `profile` living through `scenario`, their spools in `folder`.

    The world runs `speed` times as fast as the clock: sensing periods, quality limits and the story are compressed,
    transport times never. `only` names the nodes to run; where None, all of the city and the scenario's strangers.
    `certificates` holds a folder for each node with its `ca.crt`, `tls.crt` and `tls.key`, for brokers with TLS.
    `story` is one that somebody else tells, in the place of the scenario's. `transport` and `keepalive_s` are each
    node's.
    Running again on the same folder continues the same spools; the story begins anew, or goes on where it stands now
    if it began at `since_us` (wall time). Raises BadInput where the scenario or `only` names somebody whom the city
    does not have.
    """

    def __init__(
        self,
        *,
        profile: Profile,
        scenario: Scenario,
        brokers: Sequence[BrokerAddress],
        folder: Path,
        speed: float,
        clock: Clock,
        seed: int,
        only: Sequence[str] | None = None,
        certificates: Path | None = None,
        story: Story | None = None,
        since_us: int | None = None,
        transport: Transport = ALIVE,
        keepalive_s: int = KEEPALIVE_S,
    ) -> None:
        if not 0 < speed <= MAX_SPEED:
            raise BadInput(
                f"a world cannot run {speed:g} times as fast", remedy=f"Choose a speed above 0, at most {MAX_SPEED}."
            )
        self._clock = clock
        self._since_us = since_us
        self._time = StoryClock(clock, speed)
        self.story = story or Story(scenario, profile, seed, clock.now_us() if since_us is None else since_us)
        poles = self.story.poles
        if only is not None:
            unknown = sorted(set(only) - {pole.spec.node for pole in poles})
            if unknown:
                raise BadInput(
                    f"{profile.name} has no node {', '.join(unknown)}", remedy="Name nodes of the city's nodes.csv."
                )
            poles = tuple(pole for pole in poles if pole.spec.node in set(only))
        _allow_files(len(poles))
        folder.mkdir(parents=True, exist_ok=True)
        self.nodes: list[SimulatedNode] = []
        with ThreadPoolExecutor(LOOPS, thread_name_prefix="spool") as pool:
            made = [
                pool.submit(
                    SimulatedNode,
                    pole,
                    self.story,
                    profile.code,
                    brokers,
                    folder,
                    self._time,
                    seed,
                    _identity(certificates, pole.spec.node),
                    transport,
                    keepalive_s,
                )
                for pole in poles
            ]
        failed = next((one.exception() for one in made if one.exception() is not None), None)
        self.nodes = [one.result() for one in made if one.exception() is None]
        if failed is not None:
            self.close()
            raise failed

    def progress(self) -> Progress:
        """Where the run stands now."""
        story_s = self._time.story_s(self._clock.mono_us())
        return Progress(
            story_s=story_s,
            hour=self.story.hour(story_s),
            nodes=len(self.nodes),
            online=sum(node.online for node in self.nodes),
            samples=sum(node.samples for node in self.nodes),
        )

    def set_speed(self, speed: float) -> None:
        """From now on sensors sample, and the story goes on, so many times as fast. What a node was told at its start
        stays: its quality limits, and the periods that its birth names. From any thread."""
        self._time.set_speed(speed)

    def run(self, stop: threading.Event, *, each_second: Callable[[Progress], None] | None = None) -> None:
        """Until `stop` is set; then every node says goodbye and its spool is closed. Once only.

        Where one loop fails the others are ended too, and its error is raised.
        """
        _log.info("fleet_started", nodes=len(self.nodes), speed=self._time.speed)
        self._time.begin(self._since_us)
        for node in self.nodes:
            node.begin()
        groups = [self.nodes[number::LOOPS] for number in range(min(LOOPS, len(self.nodes)))]
        end = threading.Event()
        with ThreadPoolExecutor(max(1, len(groups)), thread_name_prefix="fleet") as pool:
            loops = [pool.submit(_Loop(group, self._clock).run, end) for group in groups]
            tell_us = 0
            try:
                while not (stop.wait(_STOP_LOOK_S) or any(loop.done() for loop in loops)):
                    if each_second is not None and self._clock.mono_us() >= tell_us:
                        tell_us = self._clock.mono_us() + SECOND_US
                        each_second(self.progress())
            finally:
                end.set()
        _log.info("fleet_stopped", samples=sum(node.samples for node in self.nodes))
        for loop in loops:
            loop.result()

    def close(self) -> None:
        """Let go of a fleet that was never run."""
        for node in self.nodes:
            node.member.agent.spool.close()


class _Loop:
    """A runner with its share of the nodes."""

    def __init__(self, nodes: Sequence[SimulatedNode], clock: Clock) -> None:
        self._nodes = nodes
        self._clock = clock
        self._look_us = 0

    def run(self, end: threading.Event) -> None:
        Runner([node.member for node in self._nodes], self._clock, progress=self._between_turns).run(end)

    def _between_turns(self) -> None:
        mono_us = self._clock.mono_us()
        if mono_us >= self._look_us:
            self._look_us = mono_us + _LOOK_US
            for node in self._nodes:
                node.look(mono_us)


def _identity(certificates: Path | None, node: str) -> Tls | None:
    """A node's own certificate, which the broker takes its name from."""
    if certificates is None:
        return None
    own = certificates / node
    return Tls(own / "ca.crt", own / "tls.crt", own / "tls.key")


def _allow_files(nodes: int) -> None:
    """A spool and a socket take a few descriptors each; the usual limit of 1024 is for programs with one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = nodes * _FILES_A_NODE + _FILES_BESIDE
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise BadInput(
            f"{nodes} nodes need {needed} open files and this machine allows {hard}",
            remedy="Raise the limit (ulimit -n), or run fewer nodes with --only.",
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
