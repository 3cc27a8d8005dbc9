"""`siaga simulate`: a fleet from its scenario's name to its last goodbye."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from broker.ports import BrokerAddress
from contract.city import Profile
from contract.clock import Clock
from firmware_sim.fleet import Fleet, Progress
from firmware_sim.scenario import Scenario, load_scenario


def run(
    *,
    profile: Profile,
    scenario: str | Path | Scenario,
    brokers: Sequence[BrokerAddress],
    folder: Path,
    speed: float,
    clock: Clock,
    seed: int,
    only: Sequence[str] | None = None,
    certificates: Path | None = None,
    since_us: int | None = None,
    stop: threading.Event,
) -> None:
    """Run a fleet until `stop` is set. `scenario` is a packaged one's name, a TOML file, or one already read.
    `certificates` and `since_us` are as in `Fleet`.

    Raises BadInput for a scenario that is broken or does not fit the city. A line on stderr tells where the story is,
    where somebody looks at it.
    """
    told = scenario if isinstance(scenario, Scenario) else load_scenario(scenario)
    fleet = Fleet(
        profile=profile,
        scenario=told,
        brokers=brokers,
        folder=folder,
        speed=speed,
        clock=clock,
        seed=seed,
        only=only,
        certificates=certificates,
        since_us=since_us,
    )
    watched = sys.stderr.isatty()
    fleet.run(stop, each_second=_line(told.scenario.title.id, sys.stderr) if watched else None)
    if watched:
        sys.stderr.write("\n")


def _line(title: str, out: TextIO) -> Callable[[Progress], None]:
    def tell(progress: Progress) -> None:
        hours, minutes = divmod(int(progress.hour * 60), 60)
        out.write(
            f"\r{title} {hours:02}:{minutes:02} (+{progress.story_s:.0f} s)"
            f"  {progress.online}/{progress.nodes} online  {progress.samples} samples "
        )
        out.flush()

    return tell
