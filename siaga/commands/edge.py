"""`siaga edge`: the agent on the pole."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="The agent on the pole.", no_args_is_help=True)


@app.command("run")
def run(
    config: Annotated[Path, typer.Option(help="The node's file.", dir_okay=False)] = Path("node.toml"),
) -> None:
    """Sample, keep and deliver until told to stop."""
    from edge.run import run as run_agent
    from siaga import logs
    from siaga.signals import stop_event

    logs.set_up("edge", "json")
    run_agent(config, stop_event())


@app.command("portal")
def portal(
    config: Annotated[Path, typer.Option(help="The node's file.", dir_okay=False)] = Path("node.toml"),
) -> None:
    """Keep the city's captive-portal page and show it to whoever joins the WiFi, also while the uplink is dead."""
    from edge.portal.run import run as run_portal
    from siaga import logs
    from siaga.signals import stop_event

    logs.set_up("portal", "json")
    run_portal(config, stop_event())


@app.command("check")
def check(
    config: Annotated[Path, typer.Option(help="The node's file.", dir_okay=False)] = Path("node.toml"),
) -> None:
    """Say whether a node's file would start, without starting it."""
    from edge.run import check as check_node
    from siaga import logs

    logs.set_up("edge", "console")
    typer.echo(check_node(config))


@app.command("silence")
def silence(
    config: Annotated[Path, typer.Option(help="The node's file.", dir_okay=False)] = Path("node.toml"),
) -> None:
    """Switch the node's sirens off: for systemd when the agent has ended, and for a technician who climbs up."""
    from edge.run import silence as silence_node
    from siaga import logs

    logs.set_up("edge", "console")
    typer.echo(silence_node(config))


@app.command("spool")
def spool(
    file: Annotated[Path, typer.Argument(help="A node's spool.", exists=True, dir_okay=False)],
) -> None:
    """What a spool holds and what became of the rest."""
    from edge.spool import read_ledger

    ledger = read_ledger(file)
    typer.echo(
        f"epoch {ledger.epoch}: committed {ledger.committed} = stored {ledger.stored} + refused {ledger.refused} "
        f"+ dropped {ledger.dropped} + pending {ledger.pending}"
    )
