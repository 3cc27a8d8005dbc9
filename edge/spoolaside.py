"""A spool file that is not to be used gets a name of its own, and its log with it.

What is in a damaged one belongs into the file that takes its place. So its new name is noted before it gets it, and the
note stays until the other file holds everything: whoever starts after a power cut in between goes on there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

DAMAGED, REPLACED = "damaged", "replaced"
_LOGS = ("-wal", "-shm")


def begin(path: Path) -> Path:
    """A damaged spool is about to be replaced. Returns its new name, under which it then lies."""
    aside = _free_name(path, DAMAGED)
    with _note(path).open("w", encoding="utf-8") as note:
        note.write(aside.name)
        note.flush()
        os.fsync(note.fileno())
    _keep_names(path.parent)
    _move(path, aside)
    return aside


def begun(path: Path) -> Path | None:
    """The damaged spool whose replacement an earlier start did not come to the end of, as far as anybody knows; None
    where there is none."""
    try:
        name = _note(path).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None
    number = name.removeprefix(f"{path.name}.{DAMAGED}-")
    aside = path.with_name(name) if number != name and number.isdecimal() else None
    if aside is None or not (aside.exists() or path.exists()):
        end(path)  # a note that was not written to its end: nothing had been moved
        return None
    if not aside.exists():
        _move(path, aside)
    return aside


def end(path: Path) -> None:
    """The other file holds everything."""
    _note(path).unlink(missing_ok=True)
    _keep_names(path.parent)


def give_up(path: Path) -> None:
    """Remove a file that was only begun, and its log."""
    for suffix in (*_LOGS, ""):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def put(path: Path, why: str) -> Path:
    """Move it, without a note: nothing of it is wanted."""
    aside = _free_name(path, why)
    _move(path, aside)
    return aside


def _note(path: Path) -> Path:
    return path.with_name(path.name + ".aside")


def _free_name(path: Path, why: str) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.{why}-{number}")).exists():
        number += 1
    return aside


def _move(path: Path, aside: Path) -> None:
    """The file itself last: once it lies there, all of it does."""
    for suffix in (*_LOGS, ""):
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
    _keep_names(path.parent)


def _keep_names(folder: Path) -> None:
    """Names, too, are only on disk once the disk was told so. Some file systems cannot be told."""
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):
        os.fsync(number)
    os.close(number)
