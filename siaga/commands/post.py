"""`siaga post`: the links by which gauge keepers key in."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from contract.clock import SystemClock, rfc3339

app = typer.Typer(help="Gauge keepers' links: make, list, revoke.", no_args_is_help=True)


@app.command("link")
def link(
    gauge: Annotated[str, typer.Argument(help="The post, by its node.")],
    keeper: Annotated[str, typer.Argument(help="The keeper's name: one link for each.")],
    days: Annotated[int, typer.Option(help="After so many it opens nothing more.", min=1, max=400)] = 365,
) -> None:
    """Print a new link, once. The database keeps its digest."""
    from api.keepers import make
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    with closing(wiring.cities(settings)) as store:
        made = make(
            store,
            profile=wiring.profile(settings),
            node=gauge,
            name=keeper,
            days=days,
            now_us=SystemClock().now_us(),
            actor=deeds.this_user(),
            base_url=settings.public_url,
        )
    typer.echo(made.address)


@app.command("list")
def list_() -> None:
    """Every link, the newest first, without its text: nobody has that any more."""
    from api.keepers import state_of
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        found = store.post_links(settings.city)
    for one in found:
        seen = rfc3339(one.seen_us) if one.seen_us is not None else "never used"
        typer.echo(f"{one.id}  {state_of(one, now_us):8} {one.node:20} {seen:27} {one.name}")
    if not found:
        typer.echo("No links. `siaga post link GAUGE KEEPER` makes one.")


@app.command("revoke")
def revoke(link_id: Annotated[str, typer.Argument(help="Its id, as `siaga post list` says it.")]) -> None:
    """From now on it opens nothing."""
    from api.keepers import revoke as take_back
    from contract.errors import BadInput
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        found = take_back(store, city=settings.city, link_id=link_id, now_us=now_us, actor=deeds.this_user())
    if found is None:
        raise BadInput(f"there is no link {link_id}", remedy="siaga post list")
    typer.echo(f"{found.name}: revoked")
