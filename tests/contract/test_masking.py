"""What names people is taken out of what everybody reads, and the rest stays as it was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.masking import MASK, masked


@pytest.mark.parametrize(
    "secret",
    [
        "3471012345670001",
        "3471 0123 4567 0001",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "(0274) 512 345 6",
        "08123456789",
        "AB 1234 CD",
        "AB1234CD",
        "B 1 RI",
        "sri.wahyuni@contoh.id",
        "@sri_w",
        "1234-5678-9012-3456",
    ],
)
def test_what_names_somebody_is_taken_out(secret: str) -> None:
    """However it is grouped, at the end of a sentence or within it."""
    for sentence in (f"Hubungi {secret}.", f"{secret} menabrak tiang", f"nomor:{secret}, tolong"):
        told = masked(sentence)
        assert secret not in told
        assert MASK in told
        assert sum(one.isdigit() for one in told) == 0


@pytest.mark.parametrize(
    "plain",
    [
        "Air masuk 30 cm di RT 03 RW 12 sejak 02.10",
        "Jalan Kaliurang KM 5, gang 2, nomor 1234",
        "JL 12 dan GG 3, 2026-11-23 pukul 10.30",
        "Lampu padam 3 malam, 12 rumah, tiang 104",
        "Kedalaman 1,5 m; -7.7956, 110.3695",
    ],
)
def test_places_times_and_depths_stay(plain: str) -> None:
    """An officer needs them, and so does whoever lives there."""
    assert masked(plain) == plain


@given(st.text(max_size=200))
def test_twice_is_once(text: str) -> None:
    """What was taken out leaves nothing to take out, whatever people write."""
    assert masked(masked(text)) == masked(text)


def test_a_long_line_is_read_once() -> None:
    """A report of digits and blanks alone does not keep the server busy."""
    assert len(masked("1 " * 2_000)) <= 4_000
