"""`siaga rules`: a city's rule pack, checked."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(help="Rules: what raises an alert in a city.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Rules: what raises an alert in a city."""


@app.command("check")
def check(
    city: Annotated[str, typer.Argument(help="A city's code; the configured one if left out.")] = "",
) -> None:
    """Every mistake in a city's rules, with file, line and remedy. Exit 1 where there is one."""
    from cities.load import load, rules_folder
    from siaga import rulecheck
    from siaga import settings as settings_module

    settings = settings_module.load()
    code = city or settings.city
    folder = rules_folder(code, settings.cities_folder)
    findings = rulecheck.check(folder, load(code, settings.cities_folder))
    for finding in findings:
        typer.echo(str(finding))
    if findings:
        typer.echo(f"{len(findings)} to mend")
        raise typer.Exit(1)
    typer.echo(f"{code}: {len(sorted(folder.glob('*.toml')))} rules in order")
