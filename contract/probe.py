"""The question a hotspot asks the city, and the answer nobody else can guess.

A node asks `GET {probe_url}?nonce=…`; the city answers 200, `text/plain`, with `probe_answer(nonce)` and nothing else.
A captive portal redirects, shows its own page or echoes the question: none of these is the answer.
"""

from __future__ import annotations

import hashlib
import re

PROBE_PATH = "/probe"
_NONCE = re.compile(r"[0-9a-f]{32}")


def valid_nonce(nonce: str) -> bool:
    """Whether `nonce` is one a node would send: 32 lower-case hexadecimal digits."""
    return _NONCE.fullmatch(nonce) is not None


def probe_answer(nonce: str) -> str:
    """The answer to a nonce: SHA-256 of `siaga-probe/1:` and the nonce, 64 lower-case hexadecimal digits.

    It is no secret; it only has to be something that a portal which knows nothing of us does not say.
    """
    return hashlib.sha256(f"siaga-probe/1:{nonce}".encode()).hexdigest()
