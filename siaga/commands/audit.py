"""`siaga audit`: what was done by whom, and whether anybody has laid hands on the record."""

from __future__ import annotations

import json
from collections import deque
from contextlib import closing
from typing import Annotated

import typer

from contract.clock import rfc3339

app = typer.Typer(help="The audit log: verify, show, export.", no_args_is_help=True)


@app.command("verify")
def verify(
    head: Annotated[
        str, typer.Option(help="A head that was noted down earlier: proves that nothing up to it was cut or made anew.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Read the whole log and judge its chain. Prints the head, to be noted down elsewhere. Exit 1 if it is broken."""
    from siaga import settings as settings_module
    from siaga import wiring
    from store.audit import examine

    settings = settings_module.load()
    with closing(wiring.cities(settings)) as store:
        verdict = examine(store, settings.city, anchor=head.strip().lower())
    wrong = verdict.wrong
    if as_json:
        found = {"number": wrong.number, "how": wrong.how, "what": wrong.sentence} if wrong else None
        typer.echo(json.dumps({"city": settings.city, "rows": verdict.rows, "head": verdict.digest, "wrong": found}))
    elif wrong:
        typer.echo(f"{settings.city}: the audit log is broken: {wrong.sentence}")
    else:
        typer.echo(f"{settings.city}: the chain holds, deeds: {verdict.rows}\nhead {verdict.digest or 'none yet'}")
    raise typer.Exit(1 if wrong else 0)


@app.command("show")
def show(
    about: Annotated[str, typer.Option(help="Only what was done to this id.")] = "",
    actor: Annotated[str, typer.Option(help="Only what this id has done.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many, the newest.", min=1, max=10_000)] = 50,
) -> None:
    """Who did what to what, the newest last. Names are not in the log: it holds ids."""
    from siaga import settings as settings_module
    from siaga import wiring
    from store.audit import every_row

    settings = settings_module.load()
    with closing(wiring.cities(settings)) as store:
        wanted = (
            row
            for row in every_row(store, settings.city)
            if (not about or row.object == about) and (not actor or row.actor == actor)
        )
        shown = deque(wanted, maxlen=limit)
    for row in shown:
        facts = " ".join(f"{name}={value}" for name, value in row.details.items())
        typer.echo(f"{row.number:6}  {rfc3339(row.at_us)}  {row.actor}  {row.what}  {row.object}  {facts}".rstrip())
    if not shown:
        typer.echo("Nothing in the log.")


@app.command("export")
def export() -> None:
    """The whole log as JSON lines, in order, with the digests by which anybody can check it."""
    from siaga import settings as settings_module
    from siaga import wiring
    from store.audit import canonical, every_row, facts

    settings = settings_module.load()
    with closing(wiring.cities(settings)) as store:
        for row in every_row(store, settings.city):
            typer.echo(canonical(facts(row)))
