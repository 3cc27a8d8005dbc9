"""The key with which a city signs its bulletins: made once, for this user's eyes alone."""

from __future__ import annotations

import secrets
from pathlib import Path

from alerts.signing import Signer
from contract.errors import BadInput
from fleet import files
from siaga import secret_files
from siaga.settings import Settings


def signer(settings: Settings) -> Signer:
    """The city's. Where there is no file yet, one is made. Raises BadInput for a file that others may read, or that is
    no key."""
    path = settings.signing_key_file or settings.data_folder / "bulletins.key"
    if not path.exists():
        _make(path)
    try:
        return Signer(_seed(path))
    except BadInput as error:
        raise BadInput(error.what, where=str(path), remedy=error.remedy) from None


def _seed(path: Path) -> bytes:
    """A file for a container has the rights of the host's, and nobody else is inside."""
    if not any(path.is_relative_to(folder) for folder in secret_files.GIVEN_TO_CONTAINERS):
        return files.read_private(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}") from None


def _make(path: Path) -> None:
    try:
        files.write(path, secrets.token_bytes(32), files.PRIVATE)
    except OSError as error:
        raise BadInput(
            f"the signing key cannot be kept: {error.strerror}",
            where=str(path),
            remedy="Name another file in SIAGA_SIGNING_KEY_FILE, or mend the folder's owner and rights.",
        ) from None
