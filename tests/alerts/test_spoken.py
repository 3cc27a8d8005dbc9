"""Figures as a voice says them, and how long it takes."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts import spoken

HOUR_US = 3_600_000_000
_JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.mark.parametrize(
    ("value", "id_", "en"),
    [
        (0, "nol", "zero"),
        (10, "sepuluh", "ten"),
        (11, "sebelas", "eleven"),
        (19, "sembilan belas", "nineteen"),
        (40, "empat puluh", "forty"),
        (100, "seratus", "one hundred"),
        (177, "seratus tujuh puluh tujuh", "one hundred and seventy-seven"),
        (176.5, "seratus tujuh puluh tujuh", "one hundred and seventy-seven"),
        (950, "sembilan ratus lima puluh", "nine hundred and fifty"),
        (1_000, "seribu", "one thousand"),
        (2_011, "dua ribu sebelas", "two thousand eleven"),
        (100_000, "seratus ribu", "one hundred thousand"),
        (-5, "minus lima", "minus five"),
        (-0.2, "nol", "zero"),
    ],
)
def test_a_number_is_said_in_words(value: float, id_: str, en: str) -> None:
    """Nobody reads 177 aloud in the same way twice; words are."""
    assert spoken.cardinal(value, "id") == id_
    assert spoken.cardinal(value, "en") == en


@given(st.integers(0, 999_999), st.sampled_from(("id", "en")))
def test_two_numbers_are_never_said_alike(value: int, language: str) -> None:
    """A level that sounds like another is another warning."""
    said = spoken.cardinal(value, language)
    assert said == " ".join(said.split())
    for other in (value + 1, value * 10, value // 10):
        assert other == value or other > 999_999 or spoken.cardinal(other, language) != said


def test_a_telephone_number_is_said_digit_by_digit() -> None:
    """Whatever it is written with."""
    assert spoken.digits("0274 555-1", "id") == "nol dua tujuh empat lima lima lima satu"
    assert spoken.digits("+62 1", "en") == "plus six two one"


@pytest.mark.parametrize(
    ("minutes", "id_", "en"),
    [
        (123, "dua lewat tiga", "two oh three"),
        (843, "empat belas lewat tiga", "fourteen oh three"),
        (720, "dua belas tepat", "twelve o'clock"),
        (30, "nol lewat tiga puluh", "zero thirty"),
    ],
)
def test_the_time_is_the_citys(minutes: int, id_: str, en: str) -> None:
    """Seven hours ahead of UTC in Jakarta."""
    at_us = (minutes - 7 * 60) * HOUR_US // 60 + 24 * HOUR_US
    assert spoken.clock(at_us, _JAKARTA, "id") == id_
    assert spoken.clock(at_us, _JAKARTA, "en") == en


def test_the_figures_of_a_name_are_words() -> None:
    """RW 04 is read as a number, not as zero and four; a long code digit by digit."""
    assert spoken.name("RW 04 Terban", "id") == "RW empat Terban"
    assert spoken.name("Gang 12345", "en") == "Gang one two three four five"


def test_a_text_takes_as_long_as_its_words() -> None:
    """Two and a half a second; a figure and an abbreviation count as what is said of them."""
    assert spoken.seconds("Pergi sekarang ke tempat tinggi") == 2.0
    assert spoken.seconds("177") == spoken.seconds("seratus tujuh puluh tujuh")
    assert spoken.seconds("RW") == spoken.seconds("er we")
    assert spoken.seconds("AWAS") == spoken.seconds("Awas")
    assert spoken.seconds("twenty-one") == spoken.seconds("dua satu")
