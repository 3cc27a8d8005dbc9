"""`siaga quarantine`: what could not be accepted, why, and the way back in."""

from __future__ import annotations

from typing import Annotated

import typer

from contract.clock import SystemClock, rfc3339

app = typer.Typer(help="What could not be accepted: list, show, adopt.", no_args_is_help=True)


@app.command("list")
def list_(
    node: Annotated[str | None, typer.Option(help="Only this node's.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many, newest first.", min=1, max=1000)] = 50,
) -> None:
    """Newest first, with the reason."""
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    store = wiring.cities(settings)
    try:
        items = store.quarantined(settings.city, node, limit=limit)
        for item in items:
            adopted = "  adopted" if item.adopted_us else ""
            typer.echo(f"{item.id:6}  {rfc3339(item.received_us)}  {item.node:24} {item.reason}: {item.detail}{adopted}")
        if not items:
            typer.echo("Nothing in quarantine.")
    finally:
        store.close()
