"""Where tests find real recordings, models and frames that are too large, or not ours, to keep in the repository."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

_CHECKOUT = Path(__file__).resolve().parents[2]


def folder() -> Path:
    """`SIAGA_SHARED_DATA`, or the folder `shared/data` beside the checkout."""
    named = os.environ.get("SIAGA_SHARED_DATA")
    return Path(named) if named else _CHECKOUT.parent / "shared" / "data"


def need(path: str) -> Path:
    """The file or folder `path` of the shared data; the test that asks skips, with the reason, where it is not."""
    found = folder() / path
    if not found.exists():
        pytest.skip(f"needs shared data: {path} is not in {folder()} (set SIAGA_SHARED_DATA)")
    return found
