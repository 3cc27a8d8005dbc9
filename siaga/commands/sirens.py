"""`siaga sirens`: the sirens and loudspeakers that sound an order to leave."""

from __future__ import annotations

from typing import Annotated

import typer

from contract.clock import SystemClock
from contract.errors import BadInput, Rejected, Unavailable
from siaga.settings import load

app = typer.Typer(name="sirens", help="The sirens and loudspeakers that sound an order.", no_args_is_help=True)


@app.command("list")
def listed() -> None:
    """Which there are, where they stand, how long they sound and whose orders. Secrets are not shown."""
    from siaga.wiring import profile, siren_infos

    settings = load()
    for one in siren_infos(settings, profile(settings)):
        typer.echo(f"{one.name:20} {one.for_s:4g} s  {one.place}: {', '.join(one.gauges)}")


@app.command("test")
def test(name: Annotated[str, typer.Argument(help="A siren's name, as in the file of sirens.")]) -> None:
    """Let one show that it is there, as quietly as it can, and say what it answered."""
    from siaga import logs
    from siaga.siren_try import way_to_nodes
    from siaga.wiring import profile, sirens

    logs.set_up("sirens", "console")
    settings, clock = load(), SystemClock()
    city = profile(settings)
    with way_to_nodes(settings, city, clock) as nodes:
        known = {info.name: siren for info, siren in sirens(settings, city, nodes, clock).items()}
        if name not in known:
            names = ", ".join(known) or "none"
            raise BadInput(f"there is no siren {name!r}", where="siaga sirens test", remedy=f"There are: {names}.")
        try:
            said = known[name].test(f"siren/{name}/test/{clock.now_us()}")
        except Unavailable as error:
            raise Unavailable(f"{name} was not reached: {error}") from None
        except Rejected as error:
            raise Rejected(f"{name} refused: {error}", reason=error.reason) from None
    typer.echo(f"{name} answered: {said}")
