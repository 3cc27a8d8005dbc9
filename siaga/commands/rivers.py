"""`siaga rivers`: how long a crest takes from gauge to gauge, learned from what was read."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contract.clock import DAY_US, SystemClock
from contract.compress import compressed
from contract.errors import BadInput

if TYPE_CHECKING:
    from contract.city import Profile
    from contract.travel import Travel
    from siaga.history import Series
    from siaga.settings import Settings

_BACK_US = 180 * DAY_US

app = typer.Typer(help="Rivers: how long a crest takes from gauge to gauge.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Rivers: how long a crest takes from gauge to gauge."""


@app.command("travel")
def travel(
    city: Annotated[str, typer.Option(help="A city's code; the configured one if left out.")] = "",
    series: Annotated[
        list[Path] | None,
        typer.Option(help="CSV: time and a column <gauge>_cm or <gauge>_m a gauge; several times for several files."),
    ] = None,
    begin: Annotated[str, typer.Option("--from", help="Stored history from here; half a year if left out.")] = "",
    keep: Annotated[bool, typer.Option("--keep", help="Forecast with what was learned from now on.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Learn from the stored readings, or from files, how long crests took, and how far out forecasts were."""
    from cities.load import load
    from siaga import settings as settings_module
    from siaga import travel_times

    settings = settings_module.load()
    profile = load(city or settings.city, settings.cities_folder)
    if not profile.reaches:
        raise BadInput(
            f"{profile.code} does not say between which gauges its water is forecast",
            where="rivers.toml",
            remedy="Add the file: cities/README.md shows one.",
        )
    given = _given(settings, profile, series or [], begin)
    learned = travel_times.learn(profile, given)
    told = travel_times.as_json(profile, given, learned)
    for line in _lines(told):
        typer.echo(line)
    if keep:
        _keep(settings, profile.code, [one.travel for one in learned if one.travel.learned])
        typer.echo("Kept: forecasts are made with it from now on.")
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))


def _keep(settings: Settings, city: str, learned: list[Travel]) -> None:
    """As this world's water flows."""
    from siaga import wiring
    from siaga.deeds import by_hand

    now_us = SystemClock().now_us()
    deed = by_hand("city.learn", city, now_us, pairs=len(learned))
    with closing(wiring.cities(settings)) as cities:
        cities.keep_travels(city, [compressed(one, settings.speed) for one in learned], now_us, deed)


def _given(settings: Settings, profile: Profile, files: list[Path], begin: str) -> Series:
    """In the river's own time."""
    from siaga import history, travel_times, wiring

    if files and begin:
        raise BadInput(
            "a history comes from files or from the store", where="siaga rivers travel", remedy="Leave one of them out."
        )
    if files:
        return history.joined([history.read_series(file, profile) for file in files])
    with closing(wiring.readings(settings)) as readings:
        now_us = SystemClock().now_us()
        begin_us = history.moment_us(begin, "--from") if begin else now_us - _BACK_US
        stored = history.read_store(readings, profile, begin_us, now_us)
    return travel_times.in_river_time(stored, settings.speed)


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"{told['city']}: {told['readings']} readings"]
    for one in told["pairs"]:
        whence = "learned" if one["learned"] else f"the city's word; {one['needed']} crests would teach"
        lines.append(
            f"{one['upstream']} to {one['downstream']}: {one['earliest_min']:g} to {one['latest_min']:g} min, "
            f"usually {one['usual_min']:g} ({whence}; {one['events']} crests)"
        )
        error = one["left_out"]
        if error["mean_error_min"] is not None:
            lines.append(
                f"  each crest forecast from the others: {error['mean_error_min']:g} min out on average, "
                f"{error['worst_error_min']:g} at worst, {error['within']} of {one['events']} within the window"
            )
    return lines
