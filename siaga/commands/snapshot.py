"""`siaga snapshot`: the public pages as files, for a folder or bucket outside the server room."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock
from contract.errors import BadInput


def snapshot(
    out: Annotated[Path | None, typer.Option(help="The folder; SIAGA_SNAPSHOT_FOLDER if not said.")] = None,
    every: Annotated[float | None, typer.Option(min=0.05, help="Seconds; SIAGA_SNAPSHOT_EVERY_S if not said.")] = None,
    once: Annotated[bool, typer.Option("--once", help="Take one and end; exit 1 where it could not be taken.")] = False,
) -> None:
    """Keep the public pages as files in a folder, whole at every moment, also when this server is gone."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("snapshot", settings.log_format)
    folder = out or settings.snapshot_folder
    if folder is None:
        raise BadInput("no folder is named", where="siaga snapshot", remedy="Give --out or SIAGA_SNAPSHOT_FOLDER.")
    taken = wiring.run_snapshot(
        settings, SystemClock(), stop_event(), out=folder, every_s=every or settings.snapshot_every_s, once=once
    )
    raise typer.Exit(0 if taken else 1)
