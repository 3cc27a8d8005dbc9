"""`siaga broker watch`: who was turned away at the broker."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock

app = typer.Typer(help="The city's broker.", no_args_is_help=True)


@app.callback()
def broker() -> None:
    """The city's broker."""


@app.command("watch")
def watch(
    log: Annotated[Path, typer.Option(help="Mosquitto's log, on a memory file system.")] = Path(
        "/run/mosquitto/mosquitto.log"
    ),
    revoked: Annotated[
        Path | None, typer.Option(help="The names of the revoked; revoked.txt beside this service's certificate.")
    ] = None,
    rights: Annotated[
        Path | None, typer.Option(help="The folder of nodes.acl and services.acl; the package's own if not said.")
    ] = None,
    nodes_port: Annotated[int, typer.Option(help="The nodes' listener, as the log names it.")] = 8883,
    services_port: Annotated[int, typer.Option(help="The services' listener, as the log names it.")] = 8884,
) -> None:
    """Make security events of what Mosquitto's log says, and end the sessions of revoked parties."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("watch", settings.log_format)
    wiring.run_watch(
        settings,
        SystemClock(),
        stop_event(),
        log=log,
        revoked=revoked,
        rights=rights,
        ports=(nodes_port, services_port),
    )
