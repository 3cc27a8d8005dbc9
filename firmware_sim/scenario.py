"""A scenario: what happens to a city, and when, as a TOML file says it.

Times are story seconds: seconds of the simulated world since the fleet started. They are never compressed; the world
runs `speed` times as fast as the wall clock.
"""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from cities.findings import Findings
from cities.forms import Form, TextForm, Words
from cities.sources import read_toml
from contract.errors import BadInput

SCENARIOS = Path(__file__).parent / "scenarios"

FaultKind = Literal["dies", "hangs", "power_cut", "clock", "duplicates", "garbage", "stranger"]
WrongClock = Literal["1970", "year_ahead"]

Moment = Annotated[float, Field(ge=0)]
Length = Annotated[float, Field(gt=0)]


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs its zone, such as 2018-06-11T07:30:00Z")
    return moment


Aware = Annotated[datetime, AfterValidator(_with_zone)]


class Flood(Form):
    """A recorded flood on a river (`any`: the river with the most gauges), from `first` to `last` of the record."""

    river: Words = "any"
    record: Words
    first: Aware
    last: Aware
    starts_s: Moment = 0.0
    lag_s_per_km: Annotated[float, Field(ge=0)] = 300.0
    fade_per_km: Annotated[float, Field(ge=0, lt=1)] = 0.03


class Outage(Form):
    """An uplink (`any`: a chosen one) carries nothing for a while."""

    uplink: Words = "any"
    from_s: Moment
    for_s: Length


class FestivalForm(Form):
    """A camera's place (`any`: a chosen one) fills to `times` its usual number."""

    site: Words = "any"
    from_s: Moment
    for_s: Length
    times: Annotated[float, Field(gt=1, le=100)]


class Fault(Form):
    """What is wrong with a node, and when; without `for_s` it stays so.

    `dies`: the process is gone, its socket closed without a word. `hangs`: the process stands still with its socket
    open. `power_cut`: gone in the middle of a write, and back under a new boot after `for_s`. `clock`: the node
    believes the time in `clock` (and trusts it only where `trusted`). `duplicates`: every batch is published twice.
    `garbage`: junk on its own topics. `stranger`: a node that is in no registry.
    """

    node: Words = "any"
    kind: FaultKind
    from_s: Moment = 0.0
    for_s: Length | None = None
    clock: WrongClock = "1970"
    trusted: bool = False


class About(Form):
    """What the scenario is called, when its day begins (the city's time; the hour it is where not given), and after
    how many story seconds it begins again (never where not given)."""

    title: TextForm
    starts_at: time | None = None
    again_after_s: Length | None = None


class Scenario(Form):
    """A whole scenario file."""

    scenario: About
    flood: Flood | None = None
    outage: tuple[Outage, ...] = ()
    festival: tuple[FestivalForm, ...] = ()
    fault: tuple[Fault, ...] = ()


def available() -> list[str]:
    """The names of the scenarios that come with the product."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def load_scenario(name_or_file: str | Path) -> Scenario:
    """A packaged scenario by name, or a TOML file. Raises BadInput with file, line, key and remedy."""
    path = Path(name_or_file)
    if path.suffix != ".toml":
        path = SCENARIOS / f"{name_or_file}.toml"
    if not path.is_file():
        raise BadInput(
            f"there is no scenario {str(name_or_file)!r}",
            remedy=f"Choose one of {', '.join(available())}, or name a TOML file.",
        )
    findings = Findings()
    source = read_toml(path.parent, path.name, Scenario, findings)
    if source is None:
        first = min(findings.found)
        more = f" ({len(findings.found)} findings in all.)" if len(findings.found) > 1 else ""
        raise BadInput(first.what, where=f"{path} line {first.line}", remedy=f"{first.remedy}{more}")
    return source.form
