"""The city's wording of the emergency phrases and who has signed them, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import NOON_US
from support.people_data import CITY, deed

from contract.errors import BadInput
from contract.phrase import Recording, Signature, Wording
from store.ports import CityStore

OWN = Wording(city=CITY, language="jv", phrase="leave_now", text="Ayo lunga!", by="p1", at_us=NOON_US)
SIGNED = Signature(
    id="s1", city=CITY, language="jv", phrase="leave_now", text="Ayo lunga!", speaker="Bu Sri, Terban", by="p1",
    at_us=NOON_US,
)  # fmt: skip

HEARD = Recording(
    id="r1", city=CITY, language="jv", phrase="leave_now", text="Ayo lunga!", speaker="Bu Sri, Terban",
    media="audio/wav", seconds=1.5, size=4, digest="d1", by="p1", at_us=NOON_US,
)  # fmt: skip
SOUND = b"\x00\xff\x0a\x00"


def test_the_last_wording_is_kept_and_can_be_taken_back(city_store: CityStore) -> None:
    """One for each language and phrase, each change a deed."""
    city_store.word_phrase(OWN, deed("phrase.worded"))
    other = replace(OWN, text="Lunga!", at_us=NOON_US + 1)
    city_store.word_phrase(other, deed("phrase.worded"))
    assert city_store.wordings(CITY) == [other]
    assert city_store.wordings("sleman") == []
    city_store.word_phrase(replace(other, text=""), deed("phrase.worded"))
    assert city_store.wordings(CITY) == []
    assert len(city_store.audit(CITY)) == 3


def test_another_wording_ends_the_signature(city_store: CityStore) -> None:
    """What somebody found right is not said of another sentence; another phrase's stays."""
    beside = replace(SIGNED, id="s2", phrase="drill", text="Menika latihan.")
    city_store.sign_phrase(SIGNED, deed("phrase.signed"))
    city_store.sign_phrase(beside, deed("phrase.signed"))
    assert city_store.phrase_signatures(CITY) == [beside, SIGNED]
    city_store.word_phrase(replace(OWN, text="Lunga!"), deed("phrase.worded"))
    assert city_store.phrase_signatures(CITY) == [beside]


def test_who_signs_last_has_signed(city_store: CityStore) -> None:
    """One signature a sentence."""
    city_store.sign_phrase(SIGNED, deed("phrase.signed"))
    later = replace(SIGNED, id="s2", speaker="Pak Joyo", at_us=NOON_US + 1)
    city_store.sign_phrase(later, deed("phrase.signed"))
    assert city_store.phrase_signatures(CITY) == [later]


def test_a_signature_is_taken_back_once(city_store: CityStore) -> None:
    """By whoever may; in another city it is nobody's, and what does not stand is no deed."""
    city_store.sign_phrase(SIGNED, deed("phrase.signed"))
    assert not city_store.end_signature("sleman", SIGNED.id, deed("phrase.unsigned"))
    assert city_store.end_signature(CITY, SIGNED.id, deed("phrase.unsigned"))
    assert not city_store.end_signature(CITY, SIGNED.id, deed("phrase.unsigned"))
    assert city_store.phrase_signatures(CITY) == []
    assert len(city_store.audit(CITY)) == 2


def test_what_cannot_be_shouted_is_not_kept(city_store: CityStore) -> None:
    """An empty name, a sentence without its place."""
    with pytest.raises(BadInput, match="speaker"):
        city_store.sign_phrase(replace(SIGNED, speaker=" "), deed())
    with pytest.raises(BadInput, match="braces"):
        city_store.word_phrase(replace(OWN, phrase="go_to_muster"), deed())
    assert city_store.wordings(CITY) == []
    assert city_store.audit(CITY) == []


def test_a_recording_is_kept_as_it_came(city_store: CityStore) -> None:
    """Byte for byte, in its own city."""
    city_store.put_recording(HEARD, SOUND, deed("recording.kept"))
    assert city_store.recordings(CITY) == [HEARD]
    assert city_store.recording(CITY, HEARD.id) == (HEARD, SOUND)
    assert city_store.recording("sleman", HEARD.id) is None
    assert city_store.recordings("sleman") == []


def test_the_last_recording_of_a_sentence_is_kept(city_store: CityStore) -> None:
    """The one before is heard no more."""
    city_store.put_recording(HEARD, SOUND, deed("recording.kept"))
    later = replace(HEARD, id="r2", digest="d2", at_us=NOON_US + 1)
    city_store.put_recording(later, SOUND * 2, deed("recording.kept"))
    assert city_store.recordings(CITY) == [later]
    assert city_store.recording(CITY, HEARD.id) is None


def test_a_recording_is_removed_once(city_store: CityStore) -> None:
    """And what is not there is no deed; a nameless one is never kept."""
    city_store.put_recording(HEARD, SOUND, deed("recording.kept"))
    assert not city_store.end_recording("sleman", HEARD.id, deed("recording.removed"))
    assert city_store.end_recording(CITY, HEARD.id, deed("recording.removed"))
    assert not city_store.end_recording(CITY, HEARD.id, deed("recording.removed"))
    assert city_store.recording(CITY, HEARD.id) is None
    assert len(city_store.audit(CITY)) == 2
    with pytest.raises(BadInput, match="speaker"):
        city_store.put_recording(replace(HEARD, speaker=""), SOUND, deed())
