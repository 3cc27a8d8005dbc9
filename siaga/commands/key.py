"""`siaga key`: what programs show instead of a password."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from contract.clock import SystemClock, rfc3339

app = typer.Typer(help="Keys of programs: make, list, revoke.", no_args_is_help=True)


@app.command("new")
def new(
    label: Annotated[str, typer.Argument(help="The program, and who answers for it.")],
    role: Annotated[str, typer.Option(help="service, officer or technician.")] = "service",
    agency: Annotated[str, typer.Option(help="Whose work it does, by the agency's code.")] = "",
    region: Annotated[
        list[str] | None, typer.Option(help="A region's code or the beginning of one; all if not said.")
    ] = None,
    days: Annotated[
        int, typer.Option(help="After so many it opens nothing more; 0 for no end.", min=0, max=3_650)
    ] = 365,
) -> None:
    """Print a new key, once. The database keeps its digest."""
    from api.programs import FOR_PROGRAMS, make
    from contract.errors import BadInput
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    wanted = next((one for one in FOR_PROGRAMS if one == role), None)
    if wanted is None:
        raise BadInput(f"no program can be {role!r}", where="--role", remedy=f"One of {', '.join(FOR_PROGRAMS)}.")
    regions = tuple(region or ())
    wiring.check_area(wiring.profile(settings), wanted, agency, regions)
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        made = make(
            store,
            city=settings.city,
            label=label,
            role=wanted,
            agency=agency,
            regions=regions,
            days=days or None,
            now_us=now_us,
            actor=deeds.this_user(),
        )
    typer.echo(made.text)


@app.command("list")
def list_() -> None:
    """Every key, the newest first, without its text: nobody has that any more."""
    from api.programs import state_of
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        found = store.keys(settings.city)
    for one in found:
        area = " ".join(filter(None, (one.agency, *one.regions)))
        seen = rfc3339(one.seen_us) if one.seen_us is not None else "never used"
        typer.echo(f"{one.id}  {state_of(one, now_us):8} {one.role:10} {seen:20} {one.label} {area}".rstrip())
    if not found:
        typer.echo("No keys. `siaga key new LABEL` makes one.")


@app.command("revoke")
def revoke(key_id: Annotated[str, typer.Argument(help="Its id, as `siaga key list` says it.")]) -> None:
    """From now on it opens nothing."""
    from api.programs import revoke as take_back
    from contract.errors import BadInput
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        found = take_back(store, city=settings.city, key_id=key_id, now_us=now_us, actor=deeds.this_user())
    if found is None:
        raise BadInput(f"there is no key {key_id}", remedy="siaga key list")
    typer.echo(f"{found.label}: revoked")
