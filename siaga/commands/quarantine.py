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
            typer.echo(
                f"{item.id:6}  {rfc3339(item.received_us)}  {item.node:24} {item.reason}: {item.detail}{adopted}"
            )
        if not items:
            typer.echo("Nothing in quarantine.")
    finally:
        store.close()


@app.command("show")
def show(item: Annotated[int, typer.Argument(help="Its number in the list.")]) -> None:
    """One item whole, its payload as it came."""
    from ingest.adopt import find
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    store = wiring.cities(settings)
    try:
        found = find(store, settings.city, item)
    finally:
        store.close()
    typer.echo(f"received  {rfc3339(found.received_us)}\nnode      {found.node}\ntopic     {found.topic}")
    typer.echo(f"reason    {found.reason}: {found.detail}\nadopted   {'yes' if found.adopted_us else 'no'}")
    typer.echo(found.payload.decode("utf-8", errors="backslashreplace"))


@app.command("adopt")
def adopt_(
    item: Annotated[int, typer.Argument(help="Its number in the list.")],
    retime: Annotated[bool, typer.Option(help="Give its readings the time at which they were received.")] = False,
) -> None:
    """Judge an item again and store what it holds."""
    from ingest.adopt import adopt, find
    from siaga import settings as settings_module
    from siaga import wiring
    from siaga.deeds import by_hand

    settings = settings_module.load()
    store, readings = wiring.cities(settings), wiring.readings(settings)
    try:
        kept = adopt(
            find(store, settings.city, item),
            city=settings.city,
            readings=readings,
            cities=store,
            clock=SystemClock(),
            retime=retime,
        )
        said = by_hand("quarantine.adopt", str(item), SystemClock().now_us(), readings=kept, retime=retime)
        store.record(settings.city, said)
    finally:
        readings.close()
        store.close()
    typer.echo(f"{kept} readings stored")
