"""What people send by message: any text is read, and a name that is a little wrong is still that name."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cities.load import load
from contract.inbound import INTENTS, WORDS_MOST, Echoes, Heard, Source, Tally, echoes_of, heard, words_of
from contract.place_names import Found, distance, find, places_of

CITIES = Path(__file__).parents[2] / "cities"
YOGYAKARTA = load("yogyakarta", CITIES)
PLACES = places_of(YOGYAKARTA)
RIVERS = sorted({one.code for one in PLACES if one.kind == "river"})


def found(text: str) -> str:
    """The code of the place that a message names."""
    place = find(heard(text).words, PLACES).place
    return place.code if place else ""


@pytest.mark.parametrize(
    ("text", "intent", "words", "language"),
    [
        ("CODE", "level", ("code",), ""),
        ("tinggi air kali Code?", "level", ("code",), ""),
        ("1", "yes", (), ""),
        (" 1. ", "yes", (), ""),
        ("1️⃣", "yes", (), ""),
        ("１", "yes", (), ""),
        ("2 code", "no", ("code",), ""),
        ("3 RW 04 Terban", "help", ("rw", "04", "terban"), ""),
        ("TOLONG!!!", "help", (), "id"),
        ("Bantu", "help", (), "id"),
        ("help", "help", (), "en"),
        ("IKUT CODE", "follow", ("code",), "id"),
        ("ikuit Gondolayu", "follow", ("gondolayu",), "id"),
        ("follow code", "follow", ("code",), "en"),
        ("BERHENTI", "leave", (), "id"),
        ("berhnti", "leave", (), "id"),
        ("STOP", "leave", (), "id"),
        ("info", "info", (), "id"),
        ("???", "info", (), ""),
        ("", "nothing", (), ""),
        ("\0\r\n", "nothing", (), ""),
        ("🌊🌊🌊" * 4000, "nothing", (), ""),
        ("/start", "start", (), ""),
        ("sungai", "level", ("sungai",), ""),
        ("10", "level", ("10",), ""),
    ],
)
def test_a_message_is_one_word_of_what_can_be_said(
    text: str, intent: str, words: tuple[str, ...], language: str
) -> None:
    """With marks, keycaps, full-width figures and stray signs; a figure with another beside it is another figure."""
    assert heard(text) == Heard(intent, words, "", language)  # type: ignore[arg-type]


def test_a_link_brings_its_code_along() -> None:
    """Telegram sends it behind `/start`; what is no code of ours is an ordinary word."""
    assert heard("/start abc_-9") == Heard("start", code="abc_-9")
    assert heard("/start@KotaBot abc") == Heard("start", code="abc")
    assert heard("/start a b").code == ""


@settings(max_examples=60)
@given(st.text(max_size=11_000))
def test_whatever_comes_is_read(text: str) -> None:
    """Never an error, and never more than a handful of bounded words."""
    said = heard(text)
    assert said.intent in INTENTS
    assert len(said.words) <= WORDS_MOST
    assert all(word and len(word) <= 60 and word == word.casefold() for word in said.words)
    assert isinstance(find(said.words, PLACES), Found)


@given(st.sampled_from(PLACES), st.sampled_from(("{}", " {} ", "{}!", "«{}»", "ketinggian {}")), st.booleans())
def test_every_place_is_found_by_its_name(place: object, how: str, loud: bool) -> None:
    """Also in capitals, between signs, and among other words."""
    name = place.name  # type: ignore[attr-defined]
    text = how.format(name.upper() if loud else name)
    seen = find(words_of(text), PLACES)
    assert seen.place is not None
    assert seen.exact
    assert seen.place.name.casefold() == name.casefold()


@given(st.sampled_from([one for one in PLACES if len(one.name) >= 4 and one.name.isalpha()]), st.data())
def test_one_wrong_letter_is_forgiven(place: object, data: st.DataObject) -> None:
    """A letter changed, left out, put in or swapped: the place is found, or one that is spelled as closely."""
    name = place.name.lower()  # type: ignore[attr-defined]
    at = data.draw(st.integers(0, len(name) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    wrong = data.draw(
        st.sampled_from([
            name[:at] + letter + name[at + 1 :],
            name[:at] + name[at + 1 :],
            name[:at] + letter + name[at:],
            name[:at] + name[at : at + 2][::-1] + name[at + 2 :],
        ])
    )  # fmt: skip
    assume(heard(wrong).intent == "level" and len(wrong) >= 3)
    seen = find((wrong,), PLACES)
    assert seen.place is not None
    assert min(distance(wrong, one, 2) for one in seen.place.spelled) <= 1


@given(st.text("abc", max_size=8), st.text("abc", max_size=8), st.integers(0, 3))
def test_a_distance_is_the_same_both_ways_and_bounded(one: str, other: str, most: int) -> None:
    assert distance(one, other, most) == distance(other, one, most)
    assert (distance(one, other, most) == 0) is (one == other)
    assert distance(one, other, most) <= most + 1
    exact = distance(one, other, 20)
    assert distance(one, other, most) == min(exact, most + 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("CODE", "Code"),
        ("kode", "Code"),
        ("cdoe", "Code"),
        ("winogo", "Winongo"),
        ("gajahwong", "Gajah Wong"),
        ("gajah wog", "Gajah Wong"),
        ("gondolayu", "jog-gauge-05"),
        ("jembatan gondolayu", "jog-gauge-05"),
        ("gondolau", "jog-gauge-05"),
        ("jog-gauge-05", "jog-gauge-05"),
        ("terban", "34.71.03.1005"),
        ("kota", "yogyakarta"),
        ("jogja", ""),
        ("ok", ""),
        ("terima kasih pak", ""),
    ],
)
def test_what_people_of_yogyakarta_write(text: str, code: str) -> None:
    """Rivers, gauges and kelurahan as they are called; what is none is none."""
    assert found(text) == code


def test_a_name_that_fits_two_places_alike_is_a_question() -> None:
    """Neither is guessed; a letter that is right for one of them decides."""
    sample = YOGYAKARTA.regions[0]
    two = [replace(sample, code=f"99.99.0{at}", name=name) for at, name in enumerate(("Barat", "Baras"))]
    places = places_of(replace(YOGYAKARTA, regions=tuple(two)))
    seen = find(("baran",), places)
    assert {one.name for one in (seen.place, *seen.others) if one} == {"Barat", "Baras"}
    assert find(("baras",), places) == Found(next(one for one in places if one.name == "Baras"), (), exact=True)


def test_a_long_message_costs_next_to_nothing() -> None:
    """Twelve words that name nothing, against every name of the city: a storm of them stops nobody's warning."""
    words = words_of("abcdefghij klmnopqrst uvwxyzabcd " * 400)
    begun = time.perf_counter()
    for _ in range(20):
        find(words, PLACES)
    assert (time.perf_counter() - begun) / 20 < 0.1


def test_a_secret_is_not_shown() -> None:
    assert "rahasia" not in repr(Source(name="sms", kind="sms", secret="rahasia"))


def test_what_people_say_is_counted() -> None:
    """By word; from where help is asked for, the most first."""
    told = echoes_of([
        Tally("yes", "", 3, 5), Tally("yes", "a", 1, 9), Tally("no", "a", 2, 1), Tally("help", "a", 1, 2),
        Tally("help", "b", 2, 3),
    ])  # fmt: skip
    assert told == Echoes(4, 2, 3, 9, (("b", 2), ("a", 1)))
    assert told.count == 9
    assert echoes_of([]) == Echoes()
