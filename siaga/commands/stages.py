"""`siaga up`, and each stage by itself."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Annotated

import typer

from contract.clock import SystemClock


def ingest() -> None:
    """Accept readings: from the broker to the store, and back to the node that they are kept."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("ingest", settings.log_format)
    wiring.run_ingest(settings, SystemClock(), stop_event())


def alerts() -> None:
    """Notice what is wrong, open incidents and have them filed as cases."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("alerts", settings.log_format)
    wiring.run_alerts(settings, SystemClock(), stop_event())


def reach(
    make_key: Annotated[
        Path | None, typer.Option(help="Make the key of Web Push in this new file, say its public half, and end.")
    ] = None,
    share: Annotated[
        str, typer.Option(hidden=True, help="Started by `siaga reach` itself: send this share of all, 2/3.")
    ] = "",
) -> None:
    """Tell residents who follow: each by their own channel, in order, and keep what came of it."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    if make_key is not None:
        _make_key(make_key)
        return
    settings = settings_module.load()
    logs.set_up("reach", settings.log_format)
    if share:
        wiring.run_hand(settings, SystemClock(), stop_event(), share)
    else:
        wiring.run_reach(settings, SystemClock(), stop_event())


def weather() -> None:
    """Ask BMKG's feed for weather warnings, keep those of the city, and have residents told of them."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("weather", settings.log_format)
    wiring.run_weather(settings, SystemClock(), stop_event())


def _make_key(path: Path) -> None:
    import os

    from alerts.reach.webpush import Vapid, made_key
    from contract.errors import BadInput

    secret = made_key()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{secret}\n")
    except OSError as error:
        remedy = "A key that is used is not replaced: browsers that follow know it."
        raise BadInput(f"cannot be made: {error.strerror}", where=str(path), remedy=remedy) from None
    typer.echo(Vapid(secret, "").public)


def api(
    supervised: Annotated[
        bool,
        typer.Option("--supervised", hidden=True, help="`siaga up` has said how the first administrator comes in."),
    ] = False,
) -> None:
    """Show it: pages, Open311, health, metrics."""
    from siaga import first_admin, logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("api", settings.log_format)
    if not supervised:
        first_admin.say(settings, SystemClock())
    # The web server ends cleanly and then raises the signal again: somebody must be there to take it.
    wiring.run_api(settings, SystemClock(), stop_event())


def simulate(
    scenario: Annotated[str, typer.Argument(help="A scenario's name or a TOML file.")] = "flood",
    folder: Annotated[Path | None, typer.Option(help="Where the nodes keep their spools.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Only these nodes.")] = None,
    certificates: Annotated[
        Path | None, typer.Option(help="For a broker with TLS: where each NODE/ca.crt, tls.crt, tls.key are.")
    ] = None,
    since_us: Annotated[
        int | None, typer.Option(min=0, help="When the story began, µs since 1970: one that was cut short goes on.")
    ] = None,
) -> None:
    """Run a simulated fleet: the real edge agent on every pole, only the physics made up."""
    from siaga import logs, wiring
    from siaga import settings as settings_module
    from siaga.signals import stop_event

    settings = settings_module.load()
    logs.set_up("simulate", settings.log_format)
    wiring.run_simulator(
        settings,
        SystemClock(),
        stop_event(),
        scenario=scenario,
        folder=folder or settings.data_folder / "fleet",
        only=only,
        certificates=certificates,
        since_us=since_us,
    )


def up(
    scenario: Annotated[str | None, typer.Option(help="Also run this simulated fleet.")] = None,
) -> None:
    """Run a whole city on this machine: broker, ingest, alerts, pages."""
    from siaga import first_admin, logs
    from siaga import settings as settings_module
    from siaga.signals import stop_event
    from siaga.up import City

    settings = settings_module.load(scenario=scenario)
    logs.set_up("up", settings.log_format)
    stop = stop_event()
    city = City(settings, SystemClock(), random.Random())  # noqa: S311  jitter, no secret
    city.start()
    try:
        if not city.wait_ready(stop, within_s=60):
            return
        sys.stderr.write(f"Siaga {settings.city}: {settings.public_url}\n")
        first_admin.say(city.settings, SystemClock())
        while not stop.wait(0.2):
            city.watch()
    finally:
        city.stop()
