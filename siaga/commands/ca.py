"""`siaga ca`: the city's certificate authority. `siaga secrets`: everything that the city profile keeps secret."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from contract.clock import DAY_US, SystemClock, rfc3339
from contract.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fleet.authority import Authority, Given
    from fleet.ledger import Issued

app = typer.Typer(help="The certificate authority: who may speak to the broker, and as whom.", no_args_is_help=True)
secrets_app = typer.Typer(help="The secrets of the city profile.", no_args_is_help=True)

_SECRETS = Path("docker/secrets")
Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="The authority's folder; SECRETS_FOLDER/ca, or docker/secrets/ca, if not said."),
]
To = Annotated[
    Path | None, typer.Option("--to", help="Where each party's folder is written; beside the authority's if not said.")
]
City = Annotated[str | None, typer.Option(help="The node's city; SIAGA_CITY if not said.")]
Request = Annotated[
    Path | None, typer.Option("--request", help="A certificate request (PEM) of the node: its key stays with it.")
]


@app.command("init")
def init(
    folder: Folder = None,
    name: Annotated[str, typer.Option(help="Stands in every certificate as the organisation.")] = "Siaga",
) -> None:
    """Make an authority: a root, and the issuing authority that signs from day to day."""
    from fleet.authority import Authority

    place = _place(folder)
    Authority.create(place, name, SystemClock().now_us())
    typer.echo(f"The authority is in {place}.")
    typer.echo(f"Bring {place / 'root.key'} to a place without a network, twice. Nothing here needs it from now on.")


@app.command("issue")
def issue(
    party: Annotated[str, typer.Argument(help="A node's name, a service (ingest, alerts, watch), or `broker`.")],
    folder: Folder = None,
    to: To = None,
    city: City = None,
    host: Annotated[list[str] | None, typer.Option(help="For the broker: a name or address of it. Repeatable.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="How long it holds: 30 to 90 for a node.")] = None,
    request: Request = None,
) -> None:
    """The first certificate of a party."""
    from fleet import names
    from fleet.authority import NODE_DAYS, SERVICE_DAYS

    authority, now_us = _open(folder), SystemClock().now_us()
    if party == names.BROKER:
        given = authority.broker(list(dict.fromkeys((names.BROKER, *(host or ())))), now_us, days=days or SERVICE_DAYS)
    elif party in names.SERVICES:
        given = authority.service(party, now_us, days=days or SERVICE_DAYS)
    else:
        given = authority.node(party, _city(city), now_us, days=days or NODE_DAYS, request=_read(request))
    _hand_over([given], authority, to)
    _note("ca.issue", [given.issued], now_us)


@app.command("renew")
def renew(
    parties: Annotated[list[str] | None, typer.Argument(help="Whose; or --due.")] = None,
    folder: Folder = None,
    to: To = None,
    due: Annotated[
        bool, typer.Option("--due", help="Every party whose certificate has lived two thirds of its time.")
    ] = False,
    days: Annotated[int | None, typer.Option(min=1, help="How long it holds; as usual if not said.")] = None,
    request: Request = None,
) -> None:
    """The next certificate, also after the end of the last. Running stages take it up when they next connect."""
    authority, now_us = _open(folder), SystemClock().now_us()
    wanted = list(parties or ())
    if due:
        wanted += [one.name for one in authority.due(now_us) if one.name not in wanted]
    elif not wanted:
        raise BadInput("nobody named", where="siaga ca renew", remedy="Name parties, or say --due.")
    if request is not None and len(wanted) != 1:
        raise BadInput("a request is one node's", where="--request", remedy="Name that node alone.")
    given = [authority.renew(name, now_us, days=days, request=_read(request)) for name in wanted]
    _hand_over(given, authority, to)
    _note("ca.renew", [one.issued for one in given], now_us)
    if not given:
        typer.echo("No certificate is due.")


@app.command("revoke")
def revoke(
    party: Annotated[str, typer.Argument(help="Whose certificates are no longer good.")],
    folder: Folder = None,
    to: To = None,
) -> None:
    """Turn a party away for good: its certificates go onto the list that the broker reads."""
    from fleet.handover import give_broker

    authority = _open(folder)
    now_us = SystemClock().now_us()
    revoked = authority.revoke(party, now_us)
    give_broker(authority, to or authority.folder.parent)
    typer.echo(f"{party}: {len(revoked)} revoked ({', '.join(f'{one.serial:x}' for one in revoked)}).")
    typer.echo("The broker reads the list within seconds, and its watch ends a live session.")
    _note("ca.revoke", revoked, now_us)


@app.command("crl")
def crl(folder: Folder = None, to: To = None) -> None:
    """Write the lists of the revoked anew, bring them to the broker's folder, and print them."""
    from fleet.handover import give_broker

    authority = _open(folder)
    authority.publish_revocations(SystemClock().now_us())
    give_broker(authority, to or authority.folder.parent)
    lists = authority.revocations()
    typer.echo((lists.nodes + lists.services).decode(), nl=False)


@app.command("list")
def list_(
    folder: Folder = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Every certificate that was ever issued, oldest first."""
    now_us = SystemClock().now_us()
    for one in _open(folder).all():
        state = "revoked" if one.revoked_us is not None else "good" if one.good(now_us) else "over"
        if state == "good" and one.due(now_us):
            state = "due"
        if as_json:
            told = {"serial": f"{one.serial:x}", "kind": one.kind, "name": one.name, "city": one.city, "state": state,
                    "until": rfc3339(one.until_us)}  # fmt: skip
            typer.echo(json.dumps(told))
            continue
        left_d = (one.until_us - now_us) // DAY_US
        more = f", {left_d} days left" if state in {"good", "due"} else ""
        typer.echo(f"{one.name:24} {one.kind:8} {one.city or '-':14} {state:8} until {rfc3339(one.until_us)}{more}")


@secrets_app.command("make")
def make(
    host: Annotated[str, typer.Argument(help="The name under which nodes reach the broker.")],
    nodes: Annotated[list[str] | None, typer.Argument(help="Nodes that get a certificate, too.")] = None,
    city: City = None,
    folder: Annotated[Path | None, typer.Option(help="SECRETS_FOLDER, or docker/secrets, if not said.")] = None,
) -> None:
    """What `docker compose up` needs: authority, certificates, passwords. A second run adds what is missing."""
    from fleet import secrets_of_a_city

    place = folder or Path(os.environ.get("SECRETS_FOLDER") or _SECRETS)
    made = secrets_of_a_city.make(place, host, nodes or (), _city(city), SystemClock().now_us())
    typer.echo(
        f"Secrets are in {place.absolute()}" + (f": made {', '.join(made)}" if made else "; nothing was missing")
    )


def _place(folder: Path | None) -> Path:
    return folder or Path(os.environ.get("SECRETS_FOLDER") or _SECRETS) / "ca"


def _open(folder: Path | None) -> Authority:
    from fleet.authority import Authority

    return Authority(_place(folder))


def _city(said: str | None) -> str:
    from siaga import settings as settings_module

    return said or settings_module.load().city


def _read(request: Path | None) -> bytes | None:
    if request is None:
        return None
    try:
        return sys.stdin.buffer.read() if str(request) == "-" else request.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(request)) from None


def _hand_over(given: Sequence[Given], authority: Authority, to: Path | None) -> None:
    from fleet.handover import give, give_broker

    place = to or authority.folder.parent
    for one in given:
        folder = give(one, place)
        typer.echo(f"{one.issued.name}: good until {rfc3339(one.issued.until_us)}, in {folder}")
    give_broker(authority, place)


def _note(what: str, certificates: Sequence[Issued], now_us: int) -> None:
    """A row of the audit log for each. The authority may well stand on a machine that reaches no database."""
    from siaga.deeds import by_hand
    from siaga.noted import note

    deeds = [
        (
            one.city,
            by_hand(what, one.name, now_us, kind=one.kind, serial=f"{one.serial:x}", until=rfc3339(one.until_us)),
        )
        for one in certificates
    ]
    why_not = note(deeds) if deeds else ""
    if why_not:
        typer.echo(f"Not in the audit log: {why_not}", err=True)
