"""The command line. Every command imports its stage only when it runs, so that a node never loads a web server."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from contract.errors import BadInput, PortError
from siaga.commands import (
    audit,
    broker,
    bulletins,
    ca,
    city,
    dashboards,
    deadman,
    demo,
    doctor,
    edge,
    faults,
    followers,
    inbound,
    key,
    nodes,
    person,
    post,
    quarantine,
    rivers,
    rules,
    sirens,
    snapshot,
    stages,
    webhooks,
)

app = typer.Typer(
    name="siaga",
    help="A city's sensor network, from the pole to the person.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("up")(stages.up)
app.command("demo")(demo.demo)
app.command("doctor")(doctor.doctor)
app.command("health")(doctor.health)
app.command("deadman")(deadman.deadman)
app.command("settings")(doctor.settings)
app.command("ingest")(stages.ingest)
app.command("alerts")(stages.alerts)
app.command("reach")(stages.reach)
app.command("weather")(stages.weather)
app.command("api")(stages.api)
app.command("snapshot")(snapshot.snapshot)
app.command("simulate")(stages.simulate)
app.command("faults")(faults.faults)
app.add_typer(edge.app, name="edge")
app.add_typer(city.app, name="city")
app.add_typer(broker.app, name="broker")
app.add_typer(ca.app, name="ca")
app.add_typer(ca.secrets_app, name="secrets")
app.add_typer(rules.app, name="rules")
app.add_typer(rivers.app, name="rivers")
app.add_typer(nodes.app, name="node")
app.add_typer(person.app, name="person")
app.add_typer(key.app, name="key")
app.add_typer(post.app, name="post")
app.add_typer(quarantine.app, name="quarantine")
app.add_typer(dashboards.app, name="dashboards")
app.add_typer(audit.app, name="audit")
app.add_typer(sirens.app, name="sirens")
app.add_typer(inbound.app, name="inbound")
app.add_typer(followers.app, name="followers")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(bulletins.app, name="bulletins")


@app.callback()
def configure(
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.", dir_okay=False)] = None,
) -> None:
    """A city's sensor network, from the pole to the person."""
    if config is not None:
        os.environ["SIAGA_CONFIG"] = str(config)


def main() -> None:
    """Run one command. What is wrong with the input is one sentence on stderr and exit 2; a part that is away, 3."""
    try:
        app()
    except BadInput as error:
        _say(error)
        sys.exit(2)
    except PortError as error:
        _say(error)
        sys.exit(3)


def _say(error: Exception) -> None:
    sys.stderr.write(f"siaga: {error}\n")
