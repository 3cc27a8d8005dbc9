"""`siaga inbound`: what people send by message, and what they would be answered."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from contract.clock import SystemClock
from siaga.settings import load

app = typer.Typer(name="inbound", help="What people send by message.", no_args_is_help=True)


@app.command("list")
def listed() -> None:
    """The providers that bring messages, where each posts them, and by what they are answered. Secrets are not shown;
    the token that Meta asks for once is made of one and tells nothing of it."""
    from api.inbound_payloads import verify_token
    from siaga.wiring import inbound_sources

    settings = load()
    for one in inbound_sources(settings):
        by = f"answers by {one.channel}" if one.channel else "answers in the reply"
        typer.echo(f"{one.name:16} {one.kind:9} {settings.public_url.rstrip('/')}/api/v1/inbound/{one.name}  {by}")
        if one.kind == "whatsapp":
            typer.echo(f"{'':16} verify token {verify_token(one)}")


@app.command("try")
def tried(text: Annotated[str, typer.Argument(help="A message, as somebody would write it.")]) -> None:
    """Say what a message would be answered now. Nothing is kept, counted or sent."""
    from contract.gsm7 import septets
    from siaga import inbound_try, wiring

    settings = load()
    clock = SystemClock()
    with closing(wiring.readings(settings)) as readings, closing(wiring.cities(settings)) as cities:
        answer = inbound_try.answer(settings, clock, readings, cities, text)
    typer.echo(answer)
    typer.echo(f"({septets(answer)} of 160)", err=True)
