"""`siaga person`: who has an account, and the links by which people come in."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import Annotated

import typer

from contract.clock import SystemClock, rfc3339

app = typer.Typer(help="People: accounts, and one-time links to make one.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """Everybody with an account."""
    from siaga import settings as settings_module
    from siaga import wiring

    settings = settings_module.load()
    with closing(wiring.cities(settings)) as store:
        found = store.people(settings.city)
        for one in found:
            area = " ".join(filter(None, (one.agency, *one.regions)))
            disabled = f"  disabled {rfc3339(one.disabled_us)}" if one.disabled_us is not None else ""
            typer.echo(f"{one.account:24} {one.role:10} {area}{disabled}")
        if not found:
            typer.echo("Nobody yet. `siaga person invite --role admin` makes a link.")


@app.command("invite")
def invite(
    role: Annotated[str, typer.Option(help="resident, officer, technician, operator or admin.")] = "",
    agency: Annotated[str, typer.Option(help="An officer's agency, by its code.")] = "",
    region: Annotated[
        list[str] | None, typer.Option(help="A region's code or the beginning of one; all if not said.")
    ] = None,
    account: Annotated[str, typer.Option(help="Instead: a new password for this account.")] = "",
) -> None:
    """Print a link that works once, within a day: for a new account, or for a new password."""
    from api.invitations import invite as make
    from contract.errors import BadInput
    from contract.roles import ROLES
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    if bool(role) == bool(account):
        raise BadInput("say either --role or --account", remedy="siaga person invite --role admin")
    with closing(wiring.cities(settings)) as store:
        person_id = ""
        regions = tuple(region or ())
        if account:
            person = store.person_of_account(settings.city, account.lower())
            if person is None:
                raise BadInput(f"there is no account {account}", where="--account", remedy="siaga person list")
            wanted, agency, regions, person_id = person.role, person.agency, person.regions, person.id
        else:
            found = next((one for one in ROLES if one == role), None)
            if found is None:
                raise BadInput(f"there is no role {role!r}", where="--role", remedy=f"One of {', '.join(ROLES)}.")
            wanted = found
            wiring.check_area(wiring.profile(settings), wanted, agency, regions)
        told = make(
            store,
            city=settings.city,
            base_url=settings.public_url,
            role=wanted,
            agency=agency,
            regions=regions,
            person=person_id,
            now_us=SystemClock().now_us(),
            actor=deeds.this_user(),
        )
    typer.echo(told)


@app.command("disable")
def disable(account: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Sign somebody out everywhere and let them in no more."""
    from contract.errors import BadInput
    from siaga import deeds, wiring
    from siaga import settings as settings_module

    settings = settings_module.load()
    now_us = SystemClock().now_us()
    with closing(wiring.cities(settings)) as store:
        person = store.person_of_account(settings.city, account.lower())
        if person is None:
            raise BadInput(f"there is no account {account}", remedy="siaga person list")
        deed = deeds.by_hand("person.disabled", person.id, now_us)
        store.put_person(replace(person, disabled_us=now_us), deed, person)
    typer.echo(f"{account} is disabled")
