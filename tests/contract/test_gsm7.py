"""Whether a text fits into one message, and what becomes of letters that no message carries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.errors import BadInput
from contract.gsm7 import BASIC, EXTENDED, foreign, plain, septets


def test_the_alphabet_has_as_many_letters_as_its_table() -> None:
    """128 places of the table without the escape, and the ten of its extension."""
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10


def test_a_letter_of_the_extension_takes_two() -> None:
    """The euro sign and brackets are an escape and a letter."""
    assert septets("AWAS 177 cm") == 11
    assert septets("[177] €") == 10


def test_a_letter_outside_the_alphabet_is_refused_with_the_text_that_can_be_sent() -> None:
    """Counting it as one would send seventy letters and lose the rest."""
    with pytest.raises(BadInput, match="'š’'") as told:
        septets("Pašar’")
    assert told.value.remedy == 'Write "Pasar\'".'


def test_foreign_letters_are_named_once_each() -> None:
    """In the order in which they come."""
    assert foreign("Jembatan “Séwu” “ā”") == "“”ā"


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("Masjid Al-Ḥikmah", "Masjid Al-Hikmah"),
        ("Łódź – Göttingen", "Lodz - Göttingen"),
        ("Posko 🏠🏠 RW\u00a004", "Posko RW 04"),
        ("ꦥꦱꦂ", "??"),
        ("RW 04\n\tTerban", "RW 04 Terban"),
        ("“Kampung’e”…", '"Kampung\'e"...'),
        ("ｆｕｌｌ １２", "full 12"),
    ],
)
def test_names_are_spelled_in_the_alphabet(written: str, sent: str) -> None:
    """Marks fall, pictures fall, a letter that has no other spelling is seen to be missing."""
    assert plain(written) == sent


@given(st.text())
def test_what_is_spelled_can_always_be_counted(text: str) -> None:
    """Whatever anybody typed into a name."""
    spelled = plain(text)
    assert foreign(spelled) == ""
    assert len(spelled) <= septets(spelled) <= 2 * len(spelled)
    assert plain(spelled) == spelled


@given(st.text(alphabet=sorted(BASIC - {"\n", "\r", " "}), min_size=1))
def test_what_is_in_the_alphabet_stays_as_it_is(text: str) -> None:
    """Spelling changes only what it must."""
    assert plain(text) == text
