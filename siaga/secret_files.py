"""Whether a configured secret is one: not empty, not short, not a default, and for this user's eyes alone."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from contract.errors import BadInput
from contract.secret_words import guessable

if TYPE_CHECKING:
    from siaga.settings import Settings

LEAST_BYTES = 16
GIVEN_TO_CONTAINERS = (Path("/run/secrets"), Path("/run/identity"))
"""a container's own folders: what is mounted there has the rights of the host's file, and nobody else is inside"""
_CHOOSE = "Make one: openssl rand -hex 32."


def check(settings: Settings) -> tuple[str, BadInput] | None:
    """The first setting whose secret will not do, and why; None where all will. A file that is not there yet is said
    by whoever needs it."""
    return next(_findings(settings), None)


def _findings(settings: Settings) -> Iterator[tuple[str, BadInput]]:
    for name in ("readings_token_file", "city_password_file", "oidc_client_secret_file", "broker_key_file"):
        path: Path | None = getattr(settings, name)
        if path is None or not path.is_file():
            continue
        if seen_by_all(path):
            remedy = f"chmod 600 {path}, owned by the user that runs this."
            yield name, BadInput(f"everybody on this machine can read {path}", remedy=remedy)
        text = _text(path)
        if text is not None and (wrong := weakness(text, a_key=name == "broker_key_file")):
            yield name, BadInput(f"the secret in {path} {wrong}", remedy=_CHOOSE)
    password = urlsplit(settings.city_url).password if "://" in settings.city_url else None
    if password is not None and (wrong := weakness(unquote(password))):
        yield "city_url", BadInput(f"the password in it {wrong}", remedy=f"{_CHOOSE} Better still in a file.")


def weakness(text: str, *, a_key: bool = False) -> str:
    """What is wrong with a secret; "" where nothing is. A private key's file is only looked at for being empty."""
    if not text:
        return "is empty"
    if a_key:
        return ""
    if guessable(text):
        return "is one that anybody tries first"
    if len(text.encode()) < LEAST_BYTES:
        return f"has {len(text.encode())} bytes; at least {LEAST_BYTES} are needed"
    return ""


def seen_by_all(path: Path) -> bool:
    """Whether every user of this machine can read it: by its own rights and by those of each folder above it."""
    real = path.resolve()
    if any(one.is_relative_to(folder) for one in (path, real) for folder in GIVEN_TO_CONTAINERS):
        return False
    return bool(real.stat().st_mode & stat.S_IROTH) and all(
        folder.stat().st_mode & stat.S_IXOTH for folder in real.parents
    )


def _text(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return None
