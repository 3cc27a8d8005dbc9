"""`siaga bulletins`: what the public was told, and whether it was the city that said it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from contract.bulletin import Bulletin, bulletin_from
from contract.errors import BadInput
from siaga.settings import load

app = typer.Typer(name="bulletins", help="What the public was told, and who signed it.", no_args_is_help=True)
_WHERE = "siaga bulletins verify"
_MOST_BYTES = 16 * 1024 * 1024


@app.command("verify")
def verify(
    file: Annotated[str, typer.Argument(help="Bulletins as /api/v1/bulletins gives them; - reads standard input.")],
    key: Annotated[
        list[str] | None, typer.Option(help="A public key in base64, instead of those that the city keeps.")
    ] = None,
) -> None:
    """Say of each bulletin whether it is as the city signed it. Ends with 1 where one is not."""
    from alerts.signing import key_id
    from alerts.signing import verify as check

    keys = {key_id(one): one for one in key} if key else _kept()
    false = 0
    for bulletin in _bulletins(_text(file)):
        try:
            check(bulletin, keys)
        except BadInput as error:
            false += 1
            typer.echo(f"NOT GENUINE {bulletin.id}: {error}")
        else:
            typer.echo(f"genuine {bulletin.id}: {bulletin.text.get('id', '')}")
    if false:
        raise typer.Exit(1)


@app.command("keys")
def keys() -> None:
    """The city's public keys, for whoever verifies elsewhere."""
    for name, public in _kept().items():
        typer.echo(f"{name} {public}")


def _kept() -> Mapping[str, str]:
    from siaga.wiring import cities

    settings = load()
    with closing(cities(settings)) as store:
        return {one.id: one.public for one in store.signing_keys(settings.city)}


def _text(file: str) -> str:
    try:
        data = sys.stdin.buffer.read(_MOST_BYTES) if file == "-" else Path(file).read_bytes()[:_MOST_BYTES]
        return data.decode("utf-8")
    except OSError as error:
        raise BadInput(f"it cannot be read: {error.strerror}", where=file) from None
    except UnicodeDecodeError:
        raise BadInput("it is not UTF-8", where=file) from None


def _bulletins(text: str) -> Iterator[Bulletin]:
    """One bulletin, a page of them, or one a line."""
    remedy = "Save the answer of /api/v1/bulletins as it is."
    try:
        documents = [json.loads(text)]
    except ValueError:
        try:
            documents = [json.loads(line) for line in text.splitlines() if line.strip()]
        except ValueError:
            raise BadInput("this is not JSON", where=_WHERE, remedy=remedy) from None
    found: list[Any] = []
    for one in documents:
        inner = one.get("items", [one]) if isinstance(one, Mapping) else one
        found += inner if isinstance(inner, list) else [inner]
    if not found:
        raise BadInput("there is no bulletin in it", where=_WHERE, remedy=remedy)
    for values in found:
        if not isinstance(values, Mapping):
            raise BadInput("this is no bulletin", where=_WHERE, remedy=remedy)
        yield bulletin_from(values)
