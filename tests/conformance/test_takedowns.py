"""Requests to take something out of public sight, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.at_once import at_once
from support.city_data import NOON_US, case, profile, update
from support.people_data import CITY, rejected

from complaints.casework import Casework
from complaints.casework import Deed as Worked
from contract.clock import DAY_US
from contract.errors import BadInput
from contract.takedown import TEXT_MOST, WAITING_MOST, Takedown
from store.cases import Case, CitizenReport
from store.people import Deed
from store.photos import Photo
from store.ports import CityStore

OURS = profile()


def filed_by_a_resident(store: CityStore) -> Case:
    store.put_profile(OURS, NOON_US)
    one = replace(case(None), description={"id": "Air masuk rumah Bu Sri"}, triaged_us=NOON_US)
    report = CitizenReport("r1", CITY, "", "r1", NOON_US, "web", "flood", one.lat, one.lon, one.region, "Air masuk")
    filed = store.file_report(report, one, update("r1/filed"), None)
    assert filed is not None
    return filed[0]


def ask(store: CityStore, asked: Takedown) -> bool:
    return store.put_takedown(asked, Deed("", "case.takedown_asked", asked.number, asked.asked_us))


def answer(store: CityStore, asked: Takedown, outcome: str = "hidden", text: str = "Benar, itu nama orang.") -> bool:
    at_us = asked.asked_us + 60
    given = replace(asked, outcome=outcome, answer=text, answered_us=at_us, person="p", office="BPBD")  # type: ignore[arg-type]
    key = f"takedown/{asked.id}"
    decide = Casework(store, OURS).taken_down(asked.what, Worked(key, "p", "BPBD", at_us), text)
    deed = Deed("", "case.takedown_answered", asked.number, at_us)
    store.answer_takedown(given, deed, key, decide if outcome == "hidden" else None)
    return True


def test_what_is_granted_is_hidden_in_the_same_moment(city_store: CityStore) -> None:
    """Words, a photo, a whole case; what is refused stays. Sent again it is one; of two answers one holds."""
    filed = filed_by_a_resident(city_store)
    shown = Photo("a", CITY, "", "r1", "report", NOON_US, 1600, 1200, 1, shown_us=NOON_US)
    city_store.put_photo(shown, b"large", b"small", twin_bits_most=8)
    words = Takedown("w", CITY, filed.number, "words", "", "nama saya", NOON_US)
    photo = replace(words, id="p", what="photo", photo="a", asked_us=NOON_US + 1)
    whole = replace(words, id="c", what="case", asked_us=NOON_US + 2)
    assert [ask(city_store, one) for one in (whole, photo, words, words)] == [True, True, True, False]
    assert city_store.waiting_takedowns(CITY) == [words, photo, whole]
    assert city_store.waiting_takedowns("jambi") == []
    assert city_store.waiting_takedowns(CITY, limit=1) == [words]
    for agency, regions, theirs in (
        (filed.agency, (), 3),
        (filed.agency, (filed.region,), 3),
        (filed.agency, (filed.region.rsplit(".", 1)[0],), 3),
        (filed.agency, ("99",), 0),
        ("none", (), 0),
        ("", (), 0),
    ):
        own = (agency, regions)
        assert len(city_store.waiting_takedowns(CITY, own=own)) == theirs
        assert city_store.count_takedowns(CITY, photo.due_us, own=own) == (theirs, min(theirs, 1))
    assert city_store.count_takedowns(CITY, whole.due_us + 1) == (3, 3)
    assert city_store.takedown(CITY, "w") == words
    assert (words.late(words.due_us), words.late(words.due_us + 1)) == (False, True)

    answer(city_store, photo, "refused")
    assert city_store.photo(CITY, "a") == replace(shown, number=filed.number)
    with pytest.raises(BadInput, match="words"):
        answer(city_store, words, text=" ")
    assert city_store.case(filed.number) == filed

    def meets() -> bool:
        return answer(city_store, words)

    assert set(at_once([meets, meets])) == {True, "answered"}
    emptied = city_store.case(filed.number)
    assert emptied is not None
    assert (emptied.description, emptied.public, emptied.status) == ({}, True, filed.status)
    again = replace(photo, id="p2")
    ask(city_store, again)
    answer(city_store, again)
    hidden = city_store.photo(CITY, "a")
    assert hidden is not None
    assert hidden.shown_us is None
    answer(city_store, whole)
    gone = city_store.case(filed.number)
    assert gone is not None
    assert (gone.public, gone.status) == (False, "hidden")
    assert city_store.waiting_takedowns(CITY) == []
    kept = city_store.takedown(CITY, "w")
    assert kept is not None
    assert (kept.outcome, kept.answer, kept.office) == ("hidden", "Benar, itu nama orang.", "BPBD")


def test_requests_have_bounds_and_an_end(city_store: CityStore) -> None:
    """No more than a few for one thing wait; an answered one leaves with the reporters' data, a waiting one stays."""
    filed = filed_by_a_resident(city_store)
    one = Takedown("0", CITY, filed.number, "words", "", "nama saya", NOON_US)
    for n in range(WAITING_MOST):
        assert ask(city_store, replace(one, id=str(n)))
    rejected("many", lambda: ask(city_store, replace(one, id="more")), city_store)
    for wrong, where in (
        ({"reason": " "}, "reason"),
        ({"reason": "x" * (TEXT_MOST + 1)}, "reason"),
        ({"photo": "a"}, "what"),
    ):
        with pytest.raises(BadInput) as told:
            ask(city_store, replace(one, id="wrong", **wrong))  # type: ignore[arg-type]
        assert told.value.where == where
    answer(city_store, one, "refused")
    city_store.erase_reports(CITY, NOON_US + DAY_US, NOON_US + DAY_US)
    assert city_store.takedown(CITY, "0") is None
    assert [asked.id for asked in city_store.waiting_takedowns(CITY)] == ["1", "2"]
