"""`siaga dashboards`: Grafana's boards as code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Grafana's boards: build, publish.", no_args_is_help=True)


@app.command("build")
def build() -> None:
    """Write the boards' JSON from their code."""
    from dashboards.build import write

    for path in write():
        typer.echo(str(path))


@app.command("publish")
def publish(
    url: Annotated[str, typer.Option(help="Grafana's address.")],
    token_file: Annotated[Path, typer.Option(help="Holds a service account's token.", dir_okay=False)],
) -> None:
    """Push the boards to a Grafana that is already there."""
    from dashboards.publish import publish as push
    from siaga.settings import read_secret

    for board in push(url, read_secret(token_file)):
        typer.echo(board)
