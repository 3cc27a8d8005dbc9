"""Whose word a bulletin is: signed as it is kept, and any change is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.bulletins import bulletin
from support.duty_room import HILIR, DutyRoom

from alerts.signing import Signer, key_id, verify
from contract.bulletin import bulletin_from, values_of
from contract.errors import BadInput

SIGNER = Signer(bytes(range(32)))
KEYS = {SIGNER.id: SIGNER.public}


def test_what_was_signed_is_genuine_also_after_the_wire() -> None:
    """By its own key, through JSON and back."""
    signed = SIGNER(bulletin(value_cm=312.0, regions=("RW 05",)))
    verify(bulletin_from(values_of(signed)), KEYS)
    assert signed.key == SIGNER.id == key_id(SIGNER.public)


@pytest.mark.parametrize(
    "change",
    [
        {"text": {"id": "Tidak ada bahaya.", "en": "There is no danger."}},
        {"drill": True},
        {"kind": "all_clear"},
        {"at_us": 1},
        {"regions": ("RW 09",)},
        {"signature": ""},
        {"signature": "AAAA"},
        {"signature": "no base64!"},
        {"key": "0000000000000000"},
    ],
)
def test_whatever_is_changed_is_seen(change: dict[str, Any]) -> None:
    """A word, a flag, a time, or the signature itself."""
    with pytest.raises(BadInput):
        verify(replace(SIGNER(bulletin()), **change), KEYS)


def test_a_key_in_anothers_name_is_no_key() -> None:
    """The name is drawn from the key: whoever puts another key under a known name deceives nobody."""
    other = Signer(bytes(32))
    forged = replace(other(bulletin()), key=SIGNER.id)
    with pytest.raises(BadInput, match="not known"):
        verify(forged, {SIGNER.id: other.public})


def test_a_key_of_another_length_is_refused() -> None:
    """A cut file signs nothing."""
    with pytest.raises(BadInput, match="32 bytes"):
        Signer(b"short")


def test_what_the_engine_keeps_is_signed(tmp_path: Path) -> None:
    """Facts and orders, as they stand in the store."""
    room = DutyRoom(tmp_path, sign=SIGNER)
    for minute in (0, 5, 10):
        room.reads(minute, HILIR, 170)
    assert len(room.bulletins()) == 2
    for one in room.bulletins():
        verify(one, KEYS)
    room.close()
