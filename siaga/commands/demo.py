"""`siaga demo`: a city, a flood, on this machine; with --check the same, headless and measured."""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.clock import SystemClock

if TYPE_CHECKING:
    from contract.city import Profile
    from siaga.settings import Settings

SPEED = 120.0
CHECK_SPEED = 600.0


def demo(
    city_code: Annotated[
        str | None, typer.Option("--city", help="Which city; Yogyakarta unless SIAGA_CITY says otherwise.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Run one flood headless, measure the whole chain, end.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: one JSON object as the last line.")] = False,
    port: Annotated[
        int | None, typer.Option(help="Where the page listens; 8080 unless SIAGA_API_PORT says otherwise.")
    ] = None,
    speed: Annotated[float | None, typer.Option(help="How many times as fast as a real day.")] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where to keep everything; --check uses a new one and removes it.")
    ] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Continue with what an earlier demo left.")] = False,
) -> None:
    """Run a city with all its nodes and a real flood. `siaga city list` names those that there are."""
    from siaga import data_folder, logs
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    stop = stop_event()
    rng = random.Random()  # noqa: S311  jitter, no secret
    clock = SystemClock()
    if check:
        from siaga.check import run_check
        from siaga.ports_free import free_port

        logs.set_up("demo", "json")
        place = folder or Path(tempfile.mkdtemp(prefix="siaga-check-"))
        settings = settings_module.load(
            city=city_code,
            data_folder=place,
            scenario="flood",
            speed=speed or CHECK_SPEED,
            api_port=port or free_port(),
            mqtt_port=free_port(),
        )
        try:
            report = run_check(settings, clock, rng, stop, say=_say)
        finally:
            if folder is None:
                shutil.rmtree(place, ignore_errors=True)
        for line in report.lines():
            _say(line)
        if as_json:
            typer.echo(json.dumps(report.as_json()))
        raise typer.Exit(0 if report.passed else 1)

    from siaga import first_admin, wiring
    from siaga.stood_in import own_system
    from siaga.up import City

    settings = settings_module.load(city=city_code, scenario="flood", speed=speed or SPEED, api_port=port)
    profile = wiring.profile(settings)
    place = folder or settings.data_folder / ("demo" if city_code is None else f"demo-{profile.code}")
    settings = settings.model_copy(update={"data_folder": place, "log_format": "console"})
    logs.set_up("demo", "console")
    # Before anything is removed: an earlier demo may still run there.
    City(settings, clock, rng, log_folder=place / "log").check_ports()
    data_folder.begin_demo(place, keep=keep)
    with own_system(settings, clock) as beside:
        city = City(beside, clock, rng, log_folder=place / "log")
        city.start()
        try:
            if not city.wait_ready(stop, within_s=60):
                return
            _greet(city.settings, profile)
            first_admin.say(city.settings, clock)
            while not stop.wait(0.2):
                city.watch()
        finally:
            city.stop()


def _greet(settings: Settings, profile: Profile) -> None:
    """What runs, and where to look."""
    from firmware_sim.story import river_of
    from siaga import wiring

    _say(f"{profile.name}: {settings.public_url}  (Ctrl-C ends it; logs in {settings.data_folder / 'log'})")
    _say(f"A real flood (Dead Run, June 2018), {settings.speed:g} times as fast, runs down: {river_of(profile)}.")
    file = wiring.systems_file(settings, profile)
    if file is not None:
        names = ", ".join(one.label for one in file.infos)
        _say(f"Its cases also go to {names}: see {settings.public_url}/petugas/sistem.")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
