"""Deeds of whoever sits at the command line.

Who that is, the log says by the number of the operating system's user (`cli:1000`): the city's accounts are for the
pages, and whoever may run these commands could write into the database anyway. Under sudo it is the number of the
person behind it. What a start does by itself is done by `system`.
"""

from __future__ import annotations

import os

from store.people import Deed

SYSTEM = "system"


def by_hand(what: str, about: str, at_us: int, **details: str | int | bool | None) -> Deed:
    """A deed of this process's user."""
    return Deed(this_user(), what, about, at_us, details)


def by_itself(what: str, about: str, at_us: int, **details: str | int | bool | None) -> Deed:
    """A deed of nobody in particular."""
    return Deed(SYSTEM, what, about, at_us, details)


def this_user() -> str:
    """The actor of what this process's user does."""
    return actor(os.geteuid(), os.environ.get("SUDO_UID", ""))


def actor(uid: int, sudo_uid: str) -> str:
    """Only root's word is taken for who stands behind it: anybody else may set that variable."""
    return f"cli:{sudo_uid if uid == 0 and sudo_uid.isdecimal() else uid}"
