"""`siaga doctor`, `siaga health`, `siaga settings`: why does it not start, is it alive, what can be set."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from contract.clock import SystemClock


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
) -> None:
    """Answer "why does it not start?": every part looked at, each with a remedy. Exit 1 where one fails."""
    from siaga import examine

    findings = list(examine.everything(SystemClock()))
    for finding in findings:
        typer.echo(f"{'ok  ' if finding.fine else 'FAIL'}  {finding.part}: {finding.what}")
        if not finding.fine and finding.remedy:
            typer.echo(f"      {finding.remedy}")
    failed = [finding for finding in findings if not finding.fine]
    if as_json:
        typer.echo(json.dumps({"ok": not failed, "findings": [finding.as_json() for finding in findings]}))
    raise typer.Exit(1 if failed else 0)


def health(
    stage: Annotated[str, typer.Argument(help="ingest, alerts, api, reach, weather, watch or snapshot.")],
) -> None:
    """Whether a stage on this machine gave a sign of life within 15 s; exit 1 where not."""
    from contract.errors import BadInput
    from siaga import heartbeat, wiring
    from siaga import settings as settings_module

    stages = (*wiring.STAGES, *wiring.BESIDE)
    if stage not in stages:
        raise BadInput(f"there is no stage {stage!r}", where="siaga health", remedy=f"One of {', '.join(stages)}.")
    beat = heartbeat.read(settings_module.load().run_folder, stage)
    if beat is None or not beat.fresh(SystemClock().now_us()):
        typer.echo(f"{stage}: no sign of life")
        raise typer.Exit(1)
    typer.echo(f"{stage}: alive, {json.dumps(dict(beat.facts))}")


def settings() -> None:
    """Every setting: its variable, what it means, what is in force."""
    from siaga import settings as settings_module

    loaded = settings_module.load()
    for name, info in settings_module.Settings.model_fields.items():
        value = getattr(loaded, name)
        shown = ",".join(f"{broker.host}:{broker.port}" for broker in value) if name == "brokers" else value
        typer.echo(f"{settings_module.PREFIX}{name.upper()} = {shown}\n    {info.description}")
