"""`siaga node`: what the registry knows, and who asks to be known."""

from __future__ import annotations

from typing import Annotated

import typer

from contract.city import NodeKind
from contract.clock import SystemClock, rfc3339

app = typer.Typer(help="Nodes: the registry, and strangers that wait to be adopted.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Every node of the registry and what it last said of itself."""
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    store = wiring.cities(settings)
    try:
        presences = store.presences(settings.city)
        for place in store.placements(settings.city):
            presence = presences.get(place.node)
            said = "never heard"
            if presence:
                said = f"{'online' if presence.online else 'offline'} since {rfc3339(presence.since_us)}"
            typer.echo(f"{place.node:24} {place.kind:7} {place.region:14} {place.site_name}: {said}")
    finally:
        store.close()


@app.command("strangers")
def strangers() -> None:
    """Nodes that speak and are not in the registry. Their readings wait at the node."""
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    store = wiring.cities(settings)
    try:
        found = store.strangers(settings.city)
        for stranger in found:
            typer.echo(f"{stranger.node}: first {rfc3339(stranger.first_us)}, last {rfc3339(stranger.last_us)}")
        if not found:
            typer.echo("No strangers.")
    finally:
        store.close()


@app.command("adopt")
def adopt(
    node: Annotated[str, typer.Argument(help="The stranger's name.")],
    site: Annotated[str, typer.Option(help="The code of the site it stands at.")],
    kind: Annotated[str, typer.Option(help="wifi, camera or gauge.")],
) -> None:
    """Put a stranger into the registry. What it has kept is accepted from its next try on."""
    from contract.errors import BadInput
    from siaga import settings as settings_module
    from siaga import wiring
    from siaga.deeds import by_hand

    kinds: dict[str, NodeKind] = {"wifi": "wifi", "camera": "camera", "gauge": "gauge"}
    if kind not in kinds:
        raise BadInput(f"there is no kind {kind!r}", where="--kind", remedy="wifi, camera or gauge.")
    settings = settings_module.load()
    store = wiring.cities(settings)
    try:
        now_us = SystemClock().now_us()
        deed = by_hand("node.adopt", node, now_us, site=site, kind=kind)
        store.adopt(settings.city, node, site, kinds[kind], now_us, deed)
    finally:
        store.close()
    typer.echo(f"{node} is adopted at {site}")
