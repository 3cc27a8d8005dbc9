"""Situation notes and their versions, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.at_once import at_once
from support.city_data import NOON_US, profile
from support.people_data import CITY, person, rejected

from contract.clock import DAY_US, HOUR_US
from contract.errors import BadInput
from contract.situation import STANDING_MOST, TEXT_MOST, Situation
from store.people import Deed
from store.ports import CityStore

ANI, BUDI = person(1, "operator"), person(2, "admin")
NOTE = Situation(
    id="a" * 32, version=1, city=CITY, kind="road", text={"id": "Jl. Babaran tergenang 40 cm.", "en": "Flooded."},
    region="34.71.05.1001", place="depan masjid", from_us=NOON_US, until_us=NOON_US + 6 * HOUR_US, public=True,
    said_us=NOON_US, person=ANI.id, name="Ani", office="BPBD",
)  # fmt: skip


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A city with two people."""
    city_store.put_profile(profile(), NOON_US)
    for one in (ANI, BUDI):
        city_store.put_person(one, Deed("", "person.joined", one.id, NOON_US))
    return city_store


def put(store: CityStore, note: Situation) -> bool:
    return store.put_situation(note, Deed(note.person, "situation.told", note.id, note.said_us))


def corrected(note: Situation, **changed: object) -> Situation:
    later = {"version": note.version + 1, "said_us": note.said_us + HOUR_US, "why": "sudah surut"}
    return replace(note, **{**later, **changed})


def test_a_note_holds_until_its_end_and_stays_readable(store: CityStore) -> None:
    """Every word comes back; it ends by the clock alone, and is found afterwards."""
    assert put(store, NOTE)
    assert store.situations(CITY, NOON_US) == [NOTE]
    assert store.situations("kota lain", NOON_US) == []
    assert store.situations(CITY, NOTE.until_us - 1) == [NOTE]
    assert store.situations(CITY, NOTE.until_us) == []
    assert store.past_situations(CITY, NOTE.until_us - 1) == []
    assert store.past_situations(CITY, NOTE.until_us) == [NOTE]


def test_a_correction_is_a_version_and_the_earlier_one_stays(store: CityStore) -> None:
    """Also where it ends the note at once, or takes it away from the public."""
    put(store, NOTE)
    second = corrected(NOTE, text={"id": "Jl. Babaran tergenang 20 cm."}, public=False, person=BUDI.id, name="Budi")
    assert put(store, second)
    assert store.situations(CITY, second.said_us) == [second]
    last = corrected(second, until_us=second.said_us + HOUR_US)
    assert put(store, last)
    assert store.situations(CITY, last.said_us) == []
    assert store.past_situations(CITY, last.said_us) == [last]
    assert store.situation_history(NOTE.id) == [last, second, NOTE]
    rejected("ended", lambda: put(store, corrected(last, until_us=last.said_us + DAY_US)), store)


def test_sent_again_it_is_one_and_of_two_at_once_one_is_told(store: CityStore) -> None:
    """A version is of one person; who was slower reads that it has changed."""
    assert put(store, NOTE)
    assert not put(store, NOTE)
    rejected("changed", lambda: put(store, replace(NOTE, text={"id": "Lain lagi."})), store)
    mine, theirs = corrected(NOTE), corrected(NOTE, person=BUDI.id, name="Budi")

    told = at_once([lambda: put(store, mine), lambda: put(store, theirs)])
    assert set(told) == {True, "changed"}
    rejected("changed", lambda: put(store, corrected(NOTE, version=4)), store)


def test_there_is_an_end_to_them(store: CityStore) -> None:
    """Fifty that stand; a correction is none more."""
    for number in range(STANDING_MOST):
        put(store, replace(NOTE, id=f"{number:032x}"))
    rejected("full", lambda: put(store, NOTE), store)
    assert put(store, corrected(replace(NOTE, id=f"{0:032x}")))


@pytest.mark.parametrize(
    ("changed", "where"),
    [
        ({"kind": "gossip"}, "kind"),
        ({"text": {"id": " ", "en": "x"}}, "text"),
        ({"text": {"id": "x" * (TEXT_MOST + 1)}}, "text"),
        ({"text": {"id": "x", "en": "x" * (TEXT_MOST + 1)}}, "english"),
        ({"place": "x" * 81}, "place"),
        ({"until_us": NOON_US}, "until"),
        ({"until_us": NOON_US + 7 * DAY_US + 1}, "until"),
        ({"from_us": NOON_US + 7 * HOUR_US}, "until"),
        ({"version": 2}, "why"),
    ],
)
def test_what_cannot_be_told_is_refused_with_its_field(
    store: CityStore, changed: dict[str, object], where: str
) -> None:
    """Nothing of it is kept."""
    with pytest.raises(BadInput) as told:
        put(store, replace(NOTE, **changed))
    assert told.value.where == where
    assert store.situation_history(NOTE.id) == []
