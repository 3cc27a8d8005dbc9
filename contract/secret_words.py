"""Whether a secret is one that anybody would try first. Pure; for settings and for people's passwords alike."""

from __future__ import annotations

import re

_DEFAULTS = (
    "password",
    "passwd",
    "passw0rd",
    "changeme",
    "changethis",
    "changeit",
    "secret",
    "default",
    "admin",
    "administrator",
    "letmein",
    "welcome",
    "qwerty",
    "iloveyou",
    "postgres",
    "influxdb",
    "grafana",
    "siaga",
    "example",
    "test",
    "rahasia",
    "katasandi",
    "sandi",
    "bismillah",
    "indonesia",
    "merdeka",
    "ganti",
    "gantisaya",
    "token",
    "root",
)
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "01234567890123456789", "09876543210987654321")
DISTINCT_LEAST = 5


def guessable(text: str) -> bool:
    """Whether it is made of default words, digits after them, one thing repeated, or a row of the keyboard."""
    bare = re.sub(r"[^a-z0-9]", "", text.lower())
    if len(set(bare)) < DISTINCT_LEAST or any(bare in row for row in _ROWS):
        return True
    repeated = re.fullmatch(r"(.{1,8}?)\1+", bare)
    if repeated is not None and len(repeated[1]) < DISTINCT_LEAST:
        return True
    words = "|".join(sorted(_DEFAULTS, key=len, reverse=True))
    return re.fullmatch(rf"(?:{words}|my|the|your|me|to|it|this|please|now|\d)+", bare) is not None
