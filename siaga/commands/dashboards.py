"""`siaga dashboards`: Grafana's boards as code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Grafana's boards: build, publish.", no_args_is_help=True)


@app.command("build")
def build(
    into: Annotated[
        Path | None, typer.Option(help="Where to write; dashboards/built if not said.", file_okay=False)
    ] = None,
) -> None:
    """Write the boards' JSON from their code, for every city of SIAGA_CITIES_FOLDER."""
    from dashboards.build import BUILT, write
    from siaga import settings as settings_module

    for path in write(settings_module.load().cities_folder, into or BUILT):
        typer.echo(str(path))


@app.command("publish")
def publish(
    url: Annotated[str, typer.Option(help="Grafana's address.")],
    token_file: Annotated[Path, typer.Option(help="Holds a service account's token.", dir_okay=False)],
    influx_url: Annotated[str, typer.Option(help="InfluxDB as Grafana reaches it; empty leaves the data source.")] = "",
    influx_bucket: Annotated[str, typer.Option(help="Its bucket.")] = "siaga",
    influx_token_file: Annotated[Path | None, typer.Option(help="Holds a token that may read.", dir_okay=False)] = None,
) -> None:
    """Push the boards, and the data source where asked, to a Grafana that is already there."""
    from dashboards.build import boards
    from dashboards.publish import Readings
    from dashboards.publish import publish as push
    from siaga import settings as settings_module
    from siaga.settings import read_secret

    source = Readings(influx_url, influx_bucket, read_secret(influx_token_file)) if influx_url else None
    found = list(boards(settings_module.load().cities_folder).values())
    for board in push(url, read_secret(token_file), found, readings=source):
        typer.echo(board)
