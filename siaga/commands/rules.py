"""`siaga rules`: a city's rule pack, checked, and told a history to see what it would have said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from contract.clock import SystemClock
from contract.errors import BadInput

if TYPE_CHECKING:
    from contract.city import Profile
    from siaga.history import Series
    from siaga.settings import Settings

app = typer.Typer(help="Rules: what raises an alert in a city.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Rules: what raises an alert in a city."""


@app.command("check")
def check(
    city: Annotated[str, typer.Argument(help="A city's code; the configured one if left out.")] = "",
) -> None:
    """Every mistake in a city's rules, with file, line and remedy. Exit 1 where there is one."""
    from siaga import rulecheck

    _, profile, folder = _city(city)
    findings = rulecheck.check(folder, profile)
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        typer.echo(f"{len(findings)} to mend")
        raise typer.Exit(1)
    if not folder.is_dir():
        typer.echo(f"{profile.code}: no rules: nothing is judged")
        return
    for hint in rulecheck.hints(folder, profile):
        typer.echo(f"hint: {hint}", err=True)
    typer.echo(f"{profile.code}: {len(sorted(folder.glob('*.toml')))} rules in order")


@app.command("test")
def told_as_expected(
    city: Annotated[str, typer.Argument(help="A city's code; the configured one if left out.")] = "",
) -> None:
    """Tell the city's rules the stories in rules/stories/*.toml. Exit 1 where something else is told than expected."""
    from alerts import stories
    from alerts.rulefile import load_rules
    from siaga import history

    _, profile, folder = _city(city)
    rules, places, names = load_rules(folder), history.placed(profile), history.names(profile)
    scales = {scale.gauge: scale for scale in profile.scales}
    told = [
        stories.tell(path, profile.code, rules, places, scales, names, profile.zone)
        for path in sorted((folder / "stories").glob("*.toml"))
    ]
    for one in told:
        if one.differs:
            typer.echo("\n".join([f"{one.path}: {one.about}", *(f"  {line}" for line in one.differs)]))
    wrong = sum(bool(one.differs) for one in told)
    typer.echo(f"{profile.code}: {len(told) - wrong} of {len(told)} stories told as expected")
    if wrong:
        raise typer.Exit(1)


@app.command("replay")
def replay(
    city: Annotated[str, typer.Option(help="A city's code; the configured one if left out.")] = "",
    series: Annotated[
        Path | None, typer.Option(help="CSV: time (ISO 8601 with zone) and a column <gauge>_cm or <gauge>_m a gauge.")
    ] = None,
    begin: Annotated[str, typer.Option("--from", help="Stored history from here: 2025-03-02T00:00:00+07:00.")] = "",
    end: Annotated[str, typer.Option("--to", help="Stored history up to here; all there is if left out.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """What the city's rules would have made of a history: incidents, levels, orders, and who would have read what."""
    from alerts import replay as replaying
    from alerts.rulefile import load_rules
    from siaga import history

    settings, profile, folder = _city(city)
    given = _series(settings, profile, series, begin, end)
    rules, places = load_rules(folder), history.placed(profile)
    story = replaying.replay(profile, rules, places, given.history, notices=given.notices, until_us=given.until_us)
    told = history.as_json(story, given, profile)
    for line in _lines(told):
        typer.echo(line)
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False))


def _city(code: str) -> tuple[Settings, Profile, Path]:
    """The settings, and of the city of this code (the configured one where it is empty) what it is and its rules."""
    from cities.load import load, rules_folder
    from siaga import settings as settings_module

    settings = settings_module.load()
    code = code or settings.city
    return settings, load(code, settings.cities_folder), rules_folder(code, settings.cities_folder)


def _series(settings: Settings, profile: Profile, series: Path | None, begin: str, end: str) -> Series:
    """The history, as far as it is known: a file's ends with its last line, the store's now."""
    from contextlib import closing

    from siaga import history, wiring

    if (series is None) == (not begin):
        raise BadInput(
            "a replay needs a history",
            where="siaga rules replay",
            remedy="Give --series FILE.csv, or --from (and --to) for what the store holds.",
        )
    if series is not None and end:
        raise BadInput(
            "--to is for what the store holds: a file is told to its last line",
            where="siaga rules replay",
            remedy="Leave --to out, or cut the file.",
        )
    if series is not None:
        return history.read_series(series, profile)
    now_us, begin_us = SystemClock().now_us(), history.moment_us(begin, "--from")
    until_us = min(history.moment_us(end, "--to"), now_us) if end else now_us
    if begin_us >= until_us:
        raise BadInput(
            "there is no time from its beginning to its end",
            where="siaga rules replay",
            remedy="Give a --from that lies before --to and before now.",
        )
    with closing(wiring.readings(settings)) as readings:
        return history.read_store(readings, profile, begin_us, until_us)


def _lines(told: dict[str, Any]) -> list[str]:
    """The story for people, a line a thing that happened."""
    lines = [f"{told['city']}: {told['readings']} readings of {', '.join(told['gauges'])}"]
    if told["notices"]:
        lines.append(f"{told['notices']} notices of water that dams let go")
    if told["ignored"]:
        lines.append(f"columns that are no gauge here: {', '.join(told['ignored'])}")
    for one in told["incidents"]:
        steps = ", ".join(f"{level} at {time}" for time, level in one["changes"])
        lines.append(f"{one['gauge']}: level {steps}{'' if one['closed_at'] else ', still open'}")
        grounds = dict(one["orders"])
        lines += [
            f"  order: level {level} at {time}" + (f", {grounds[time]}" if time in grounds else "")
            for time, level in one["public_changes"]
        ]
        lines += [f"  silent from {begin} to {end or 'the end'}" for begin, end in one["silent"]]
        lines += [f"  not believed: {each['cm']:g} cm at {each['time']}" for each in one["suppressed"]]
    for one in told["others"]:
        dam = f" of {one['dam']}" if "dam" in one else ""
        lines.append(f"{one['gauge']}: {one['rule']}{dam} from {one['opened_at']} to {one['closed_at'] or 'the end'}")
    lines += [f"not believed: {each['gauge']} {each['cm']:g} cm at {each['time']}" for each in told["suppressed"]]
    lines += [f"{each['time']} to {each['to']}: {each['id']}" for each in told["said"]]
    short = told["shorter_than_5_min"]
    lines.append(f"{len(told['incidents'])} incidents, {short} of them shorter than five minutes")
    return lines
