"""The folder that holds databases, broker store and heartbeats: made with a sentence, emptied only where it is ours."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from contract.errors import BadInput

_REMEDY = "Name another in SIAGA_DATA_FOLDER, or mend its owner and rights."
_DEMO = ".siaga-demo"


def make(folder: Path) -> None:
    """Make it where it is missing, for this user alone: accounts, sessions and who knocked are kept in it. Raises
    BadInput where that cannot be."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise BadInput(f"the data folder cannot be made: {error.strerror}", where=str(folder), remedy=_REMEDY) from None


def look(folder: Path) -> Path:
    """The part of its path that exists, without making any. Raises BadInput where nothing could be kept in it."""
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise BadInput("a file stands where the data folder should be", where=str(there), remedy=_REMEDY)
    if not os.access(there, os.W_OK | os.X_OK):
        raise BadInput("this user may not write there", where=str(there), remedy=_REMEDY)
    return there


def begin_demo(folder: Path, *, keep: bool) -> None:
    """A folder for a demo, emptied of an earlier one unless `keep`.

    Raises BadInput where it holds anything else: what a demo did not make, it does not remove.
    """
    make(folder)
    mark = folder / _DEMO
    if not keep and any(folder.iterdir()):
        if not mark.exists():
            raise BadInput(
                "the folder holds what no demo has left",
                where=str(folder),
                remedy="Name a new folder, or continue with what is there by --keep.",
            )
        shutil.rmtree(folder)
        make(folder)
    mark.touch()
