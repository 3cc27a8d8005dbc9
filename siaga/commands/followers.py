"""`siaga followers`: who follows the city, by counts, and to forget an address that asks for it."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from contract.clock import SystemClock

app = typer.Typer(name="followers", help="Residents who follow a place.", no_args_is_help=True)


@app.command("count")
def count() -> None:
    """How many follow, by channel and state. No address is shown."""
    from siaga import wiring
    from siaga.settings import load

    settings = load()
    with closing(wiring.cities(settings)) as store:
        found = store.subscription_counts(settings.city)
    for (kind, state), number in sorted(found.items()):
        typer.echo(f"{kind:10} {state:8} {number}")
    if not found:
        typer.echo("Nobody yet.")


@app.command("erase")
def erase(
    address: Annotated[str, typer.Argument(help="As they gave it; - reads it from the standard input.")],
) -> None:
    """Forget an address: all that it follows ends now, and it stands nowhere any more. The audit log keeps that it was
    done, by numbers alone."""
    import sys

    from contract.errors import BadInput
    from contract.following import addresses_of
    from siaga import deeds, wiring
    from siaga.settings import load

    settings = load()
    written = sys.stdin.readline() if address == "-" else address
    meant = addresses_of(written)
    if not meant:
        raise BadInput(
            "this is no address by which anybody is told",
            where="ADDRESS",
            remedy="An e-mail address, a number, an ntfy topic's URL, a Telegram chat's number, a browser's JSON.",
        )
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        ended = sum(
            store.erase_address(settings.city, kind, one, deeds.by_hand("subscription.left", "subscription", now_us))
            for kind, one in meant
        )
    if not ended:
        raise BadInput(
            "nobody follows by this address",
            where="ADDRESS",
            remedy="Write it as it was given; before an @ capital letters count.",
        )
    typer.echo(f"ended: {ended}; the address is forgotten")
