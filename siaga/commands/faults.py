"""`siaga faults`: one fault against real processes and servers, and the ledger that must close."""

from __future__ import annotations

import contextlib
import json
import logging
import random
import secrets
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock
from contract.errors import BadInput


def faults(
    name: Annotated[str, typer.Argument(help="A fault's name; `all` for a campaign, `list` for what there is.")],
    rounds: Annotated[int | None, typer.Option(min=1, help="How often; the campaign's number if not said.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="The same seed tells the same story.")] = None,
    short: Annotated[bool, typer.Option("--short", help="The form that is part of the tests.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object as the last line.")] = False,
    at_once: Annotated[int, typer.Option(min=1, help="How many of a campaign run beside each other.")] = 1,
    folder: Annotated[Path | None, typer.Option(help="Work here and leave everything for reading.")] = None,
    results: Annotated[
        Path | None, typer.Option(help="Keep each result here; a campaign goes on where it was stopped.")
    ] = None,
) -> None:
    """Try a fault: what is committed on one side, what is kept and filed on the other.

    Exit 1 where a promise broke, 2 where this machine lacks a part and nothing was tried, 130 where it was stopped.
    """
    from faults import campaign, register, trying
    from faults.laboratory import Laboratory
    from faults.parts import memory

    if name == "list":
        for fault in register.FAULTS:
            typer.echo(f"{fault.name:15} {fault.does}: {fault.holds}")
        return
    if name == "all":
        _no("--rounds", rounds, "a campaign has its own rounds")
        _no("--folder", folder, "a campaign has a folder a fault")
        with _stoppable():
            code = campaign.run(
                results or Path("var/faults"),
                short=short,
                seed=seed,
                say=_say,
                each=typer.echo if as_json else None,
                at_once=at_once,
            )
        raise typer.Exit(code)
    fault = register.fault(name)
    seed = secrets.randbelow(1_000_000) if seed is None else seed
    if short:
        memory.prefer()
    place = _empty(folder) if folder else Path(tempfile.mkdtemp(prefix=f"siaga-{name}-"))
    laboratory = Laboratory(
        fault=name,
        rounds=rounds or (fault.short_rounds if short else fault.rounds),
        seed=seed,
        rng=random.Random(seed),  # noqa: S311  a story that can be told again, no secret
        folder=place,
        clock=SystemClock(),
        say=_say,
        short=short,
    )
    _say(f"{name}: {laboratory.rounds} rounds, seed {seed}")
    made_of = campaign.made_of()
    started_us = laboratory.clock.mono_us()
    try:
        with _stoppable(), _quiet(place):
            result = trying.tried(fault, laboratory)
    finally:
        if folder is None:
            _remove(place)
    wall_s = (laboratory.clock.mono_us() - started_us) / 1e6
    for line in result.lines():
        _say(line)
    if results is not None:
        campaign.keep(results, result, short=short, wall_s=wall_s, clock=laboratory.clock, made_of=made_of)
    if as_json:
        typer.echo(json.dumps(result.as_json()))
    raise typer.Exit(campaign.exit_code(result.as_json()))


@contextlib.contextmanager
def _stoppable() -> Iterator[None]:
    """Ctrl-C and SIGTERM end it, with nothing left behind; the exit code is a shell's for Ctrl-C."""
    from faults import trying

    try:
        with trying.taken_down(_say):
            yield
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@contextlib.contextmanager
def _quiet(place: Path) -> Iterator[None]:
    """What the product's parts log in this process (a fleet's agents do) is for `place`: people read how far it is."""
    import structlog

    from siaga import logs

    with (place / "laboratory.log").open("a", encoding="utf-8", buffering=1) as out:
        logs.set_up("laboratory", "json", out)
        try:
            yield
        finally:
            structlog.reset_defaults()
            logging.getLogger().handlers.clear()


def _no(option: str, value: object, why: str) -> None:
    if value is not None:
        raise BadInput(why, where=option, remedy="Leave it out, or name one fault.")


def _empty(folder: Path) -> Path:
    """The folder, made where it is missing. Raises BadInput for one in which something lies already."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInput("a trial begins in an empty folder", where=str(folder), remedy="Name another one.")
    return folder


def _remove(place: Path) -> None:
    """A process that was told to end may still write its last words while its folder goes."""
    pause = threading.Event()
    for _ in range(50):
        shutil.rmtree(place, ignore_errors=True)
        if not place.exists() or pause.wait(0.1):
            return


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
