"""Text from outside, as every database takes it."""

from __future__ import annotations


def storable(text: str, most: int | None = None) -> str:
    """Without NUL and lone surrogates, which PostgreSQL refuses, and cut after `most` characters."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()[:most]
