"""`siaga webhooks`: the city's own systems that are told of incidents."""

from __future__ import annotations

import base64
import secrets
from typing import Annotated

import typer

from contract.clock import SystemClock
from contract.errors import BadInput, Rejected, Unavailable
from siaga.settings import load

app = typer.Typer(name="webhooks", help="The city's own systems that are told of incidents.", no_args_is_help=True)


@app.command("list")
def listed() -> None:
    """Who is told, and where. Secrets are not shown."""
    from siaga.wiring import receivers

    for receiver in receivers(load()):
        target = receiver.target
        typer.echo(f"{receiver.name:20} {receiver.audience:7} {target.scheme}://{target.authority}{target.path}")


@app.command("secret")
def secret() -> None:
    """A new secret, for the file that `secret_file` names and for the receiver."""
    from alerts.webhookfile import SECRET_PREFIX

    typer.echo(SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode())


@app.command("test")
def test(name: Annotated[str, typer.Argument(help="A receiver's name, as in the file of webhooks.")]) -> None:
    """Send one message of the type `siaga.test`, signed like every other, and say what the receiver answered."""
    from alerts.carriers import WebhookCarrier
    from alerts.webhooks import trial_row
    from siaga.wiring import outward, receivers

    settings = load()
    found = next((one for one in receivers(settings) if one.name == name), None)
    if found is None:
        known = ", ".join(one.name for one in receivers(settings)) or "none"
        raise BadInput(f"there is no receiver {name!r}", where="siaga webhooks test", remedy=f"There are: {known}.")
    now_us = SystemClock().now_us()
    try:
        receipt = WebhookCarrier(found, outward(settings)).carry(trial_row(found, settings.city, now_us), now_us)
    except Unavailable as error:
        raise Unavailable(f"{name} was not reached: {error}") from None
    except Rejected as error:
        raise Rejected(f"{name} refused the message: {error}", reason=error.reason) from None
    typer.echo(f"{name} took the message: {receipt}")
