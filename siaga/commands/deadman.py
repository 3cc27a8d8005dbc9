"""`siaga deadman`: on another machine, sounds when Siaga itself falls silent."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock
from contract.errors import BadInput


def deadman(
    url: Annotated[str, typer.Option(help="The city's pages, as https://siaga.kota.example.")],
    key_file: Annotated[Path, typer.Option(help="Holds a program's key (role service, from /kunci).")],
    sound: Annotated[str, typer.Option(help='What sounds: a command, as "aplay alarm.wav", or gpio:PATH.')],
    name: Annotated[str, typer.Option(help="What the duty room calls this watcher.")] = "",
    after_s: Annotated[float, typer.Option(min=1, help="Sounds when nothing good was heard for so long.")] = 120.0,
    every_s: Annotated[float, typer.Option(min=0.1, help="Asks so often.")] = 20.0,
    witness: Annotated[
        str, typer.Option(help="host:port of another machine here, to tell a dead network from a dead server.")
    ] = "",
) -> None:
    """Watch from another machine: sounds when Siaga is silent, or says that nobody judges. Never ends by itself."""
    from siaga import logs
    from siaga.deadman import Asking, Deadman, run, sounder
    from siaga.settings import read_secret
    from siaga.signals import stop_event

    logs.set_up("deadman", "json")
    if not url.startswith(("http://", "https://")):
        raise BadInput(f"{url!r} is no address", where="--url", remedy="As https://siaga.kota.example.")
    if every_s > after_s:
        raise BadInput("it would ask more rarely than it waits", where="--every-s", remedy="At most --after-s.")
    asking = Asking(url, name or socket.gethostname(), read_secret(key_file), _witness(witness), min(10.0, after_s))
    clock = SystemClock()
    run(asking.ask, Deadman(after_s, clock.mono_us()), sounder(sound), clock, stop_event(), every_s)


def _witness(text: str) -> tuple[str, int] | None:
    if not text:
        return None
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise BadInput(f"{text!r} is no host and port", where="--witness", remedy="As 192.168.1.1:80.")
    return host, int(port)
