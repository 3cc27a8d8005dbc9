"""`siaga city`: the folders that describe cities."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock

app = typer.Typer(help="City folders: list, check, apply, boundaries.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """The cities this installation knows."""
    from cities.load import available, load
    from siaga import settings as settings_module

    root = settings_module.load().cities_folder
    for code in available(root):
        profile = load(code, root)
        typer.echo(
            f"{code}  {profile.name}, {profile.zone_word}: {len(profile.nodes)} nodes, {len(profile.sites)} sites"
        )


@app.command("check")
def check(
    city: Annotated[str, typer.Argument(help="A city's code or the path of a folder.")],
) -> None:
    """Everything that is wrong in a city's folder, with file, line and remedy. Exit 1 where anything is."""
    from cities.build import build
    from cities.check import check as check_folder
    from cities.check import place_of
    from siaga import rulecheck
    from siaga import settings as settings_module

    root = settings_module.load().cities_folder
    folder = place_of(city, root)
    profile, _ = build(folder)
    findings: list[object] = [*check_folder(city, root, now_us=SystemClock().now_us())]
    if not any(str(finding).startswith("rules/") for finding in findings):
        findings += rulecheck.check(folder / "rules", profile)
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        typer.echo(f"{len(findings)} to mend")
        raise typer.Exit(1)
    typer.echo(f"{city}: in order")


@app.command("apply")
def apply() -> None:
    """Bring the database's schema and registry to the city's folder."""
    from siaga import settings as settings_module
    from siaga import wiring
    from siaga.deeds import by_hand

    settings = settings_module.load()
    profile = wiring.profile(settings)
    store = wiring.cities(settings, migrate=True)
    now_us = SystemClock().now_us()
    try:
        store.put_profile(profile, now_us, by_hand("city.apply", profile.code, now_us, nodes=len(profile.nodes)))
    finally:
        store.close()
    typer.echo(f"{profile.name}: {len(profile.nodes)} nodes at {len(profile.sites)} sites")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A GeoJSON file of boundaries.", dir_okay=False)],
    code_property: Annotated[str, typer.Option(help="The property that holds the Kemendagri code.")] = "code",
) -> None:
    """Import boundaries, so that the map draws real ones."""
    from cities.boundaries import read_geojson
    from siaga import settings as settings_module
    from siaga import wiring
    from siaga.deeds import by_hand

    settings = settings_module.load()
    profile = wiring.profile(settings)
    boundaries = read_geojson(file, profile, code_property=code_property)
    store = wiring.cities(settings, migrate=True)
    now_us = SystemClock().now_us()
    try:
        store.put_profile(profile, now_us, by_hand("city.apply", profile.code, now_us, nodes=len(profile.nodes)))
        said = by_hand("city.import", profile.code, now_us, regions=len(boundaries))
        store.put_boundaries(profile.code, boundaries, now_us, said)
    finally:
        store.close()
    typer.echo(f"{profile.name}: outlines of {len(boundaries)} regions; without one the map draws a cell")
