"""What has to be true before a trial can go on."""

from __future__ import annotations


class Broken(RuntimeError):
    """The laboratory itself, or the city in it, did not come to where the fault could be tried."""


def must(true: object, why: str) -> None:
    """Raise Broken with the reason unless `true`."""
    if not true:
        raise Broken(why)
