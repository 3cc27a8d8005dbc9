"""What is promised of the audit log, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.city_data import NOON_US, profile
from support.people_data import CITY, LATER_US, api_key, deed, invitation, person, session

from contract.errors import Rejected
from store.audit import examine
from store.people import AuditRow, Deed
from store.ports import CityStore, Stranger

_TESTS = Path(__file__).parents[1]
_WRITER = """
import sys
sys.path[:0] = [{root!r}, {tests!r}]
from support.people_data import CITY, deed
from store import open_city
store = open_city({url!r}, migrate=False)
print("ready", flush=True)
sys.stdin.readline()
for number in range({deeds}):
    store.record(CITY, deed("test", str(number), actor={actor!r}))
store.close()
"""


def _all(store: CityStore) -> list[AuditRow]:
    return list(store.audit(CITY))


def test_an_empty_log_is_in_order(city_store: CityStore) -> None:
    """Nothing was done and nothing is missing."""
    assert city_store.audit_head(CITY) == (0, "")
    assert _all(city_store) == []
    assert examine(city_store, CITY).wrong is None


def test_a_deed_is_kept_as_it_was_done(city_store: CityStore) -> None:
    """Who, what, to what, when, and its plain facts; each row follows the one before."""
    city_store.record(CITY, Deed("cli:0", "node.adopt", "gauge-1", NOON_US, {"site": "bridge", "n": 2, "x": None}))
    city_store.record(CITY, deed("later", at_us=NOON_US - 5))
    first, second = _all(city_store)
    assert (first.actor, first.what, first.object, first.at_us) == ("cli:0", "node.adopt", "gauge-1", NOON_US)
    assert first.details == {"site": "bridge", "n": 2, "x": None}
    assert (first.number, first.previous) == (1, "")
    assert (second.number, second.previous, second.at_us) == (2, first.digest, NOON_US - 5)
    assert city_store.audit_head(CITY) == (2, second.digest)


def test_rows_come_in_pages(city_store: CityStore) -> None:
    """After a number, in order, so many."""
    for _ in range(5):
        city_store.record(CITY, deed())
    assert [row.number for row in city_store.audit(CITY, 1, limit=3)] == [2, 3, 4]
    assert [row.number for row in city_store.audit(CITY, 4)] == [5]
    assert examine(city_store, CITY, page=2).rows == 5


def test_each_city_has_its_own_chain(city_store: CityStore) -> None:
    """One city's deeds are neither counted nor sealed in another's."""
    for city in (CITY, "sleman", CITY):
        city_store.record(city, deed())
    assert [row.number for row in _all(city_store)] == [1, 2]
    assert [(row.city, row.number, row.previous) for row in city_store.audit("sleman")] == [("sleman", 1, "")]


def test_writers_of_several_processes_keep_one_chain(city_url: str, city_store: CityStore) -> None:
    """Four processes let go together: a hundred rows without a gap or a fork, each writer's in its own order."""
    writers = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                _WRITER.format(root=str(_TESTS.parent), tests=str(_TESTS), url=city_url, deeds=25, actor=f"w{n}"),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for n in range(4)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        writer.communicate("go\n", timeout=60)
        assert writer.returncode == 0
    verdict = examine(city_store, CITY)
    assert (verdict.rows, verdict.wrong) == (100, None)
    said: defaultdict[str, list[int]] = defaultdict(list)
    for row in _all(city_store):
        said[row.actor].append(int(row.object))
    assert dict(said) == {f"w{n}": list(range(25)) for n in range(4)}


def test_what_changes_rights_is_kept_with_its_deed(city_store: CityStore) -> None:
    """One row a change, of every kind there is."""
    steps: list[Callable[[Deed], object]] = [
        lambda one: city_store.put_person(person(1, "admin"), one),
        lambda one: city_store.put_person(person(2), one),
        lambda one: city_store.open_session(session("s", person(1)), one),
        lambda one: city_store.end_session("s", one),
        lambda one: city_store.put_key(api_key("k"), one),
        lambda one: city_store.revoke_key("k", NOON_US, one),
        lambda one: city_store.invite(invitation("i"), one),
        lambda one: city_store.redeem("i", person(3), NOON_US, one),
        lambda one: city_store.erase_person(person(2).id, one),
    ]
    for number, step in enumerate(steps):
        step(deed(f"step-{number}"))
    assert [row.what for row in _all(city_store)] == [f"step-{number}" for number in range(len(steps))]


def test_what_is_refused_leaves_no_row(city_store: CityStore) -> None:
    """The deed was not done."""
    city_store.put_person(person(1), deed())
    with pytest.raises(Rejected):
        city_store.put_person(replace(person(2), account=person(1).account), deed())
    assert city_store.audit_head(CITY)[0] == 1
    assert examine(city_store, CITY).wrong is None


def test_of_personal_facts_the_log_keeps_digests(city_store: CityStore) -> None:
    """The same fact about the same person has one digest, so that two rows can be compared; about another, another."""
    facts = {"account": "budi@kota.example", "address": "203.0.113.9"}
    for number in (1, 1, 2):
        city_store.put_person(person(number), replace(deed("person.put", person(number).id), personal=facts))
    rows = _all(city_store)
    assert sorted(rows[0].details) == ["personal.account", "personal.address"]
    assert all(str(value).startswith("hmac-sha256:") for row in rows for value in row.details.values())
    assert rows[0].details == rows[1].details
    assert set(rows[0].details.values()).isdisjoint(rows[2].details.values())


def test_a_plain_fact_is_not_taken_for_a_personal_one(city_store: CityStore) -> None:
    """A caller's mistake is found at once."""
    with pytest.raises(ValueError, match=r"personal\.name"):
        city_store.record(CITY, replace(deed(), details={"personal.name": "Budi"}))
    assert city_store.audit_head(CITY) == (0, "")


def test_an_erased_person_leaves_the_chain_whole(city_store: CityStore) -> None:
    """What the log holds of them stays, verifies, and can be compared with nothing any more."""
    budi, facts = person(1), {"account": person(1).account}
    for what in ("person.put", "person.erase", "after"):
        said = replace(deed(what, budi.id, at_us=LATER_US), personal=facts)
        if what == "person.put":
            city_store.put_person(budi, said)
        elif what == "person.erase":
            city_store.erase_person(budi.id, said)
        else:
            city_store.record(CITY, said)
    before, at, after = (row.details for row in _all(city_store))
    assert before == at != after
    assert examine(city_store, CITY).wrong is None


def test_the_salt_of_a_session_is_its_persons(city_store: CityStore) -> None:
    """A deed about a session names the session; the address in it is the person's, and is erased with them."""
    budi = person(1)
    city_store.put_person(budi, deed())
    for digest in ("s1", "s2"):
        said = replace(deed("session.open", digest), personal={"address": "203.0.113.9"})
        city_store.open_session(session(digest, budi), said)
    city_store.erase_person(budi.id, deed("person.erase", budi.id))
    city_store.record(CITY, replace(deed("x", budi.id), personal={"address": "203.0.113.9"}))
    _, first, second, _, later = (row.details for row in _all(city_store))
    assert first == second != later


def test_words_that_a_database_does_not_take_are_kept_readable(city_store: CityStore) -> None:
    """NUL and lone surrogates, as an attacker may type them, in every place."""
    ugly = "a\x00b\ud800c"
    city_store.record(CITY, Deed(ugly, ugly, ugly, NOON_US, {ugly: ugly}, {ugly: ugly}))
    (row,) = _all(city_store)
    assert row.actor == row.what == row.object == "a\ufffdb?c"
    assert row.details[ugly] == ugly
    assert examine(city_store, CITY).wrong is None


def test_a_noted_head_proves_that_nothing_was_cut(city_store: CityStore) -> None:
    """Any head of the past is a row of today; a digest that is none says so."""
    heads = []
    for _ in range(3):
        city_store.record(CITY, deed())
        heads.append(city_store.audit_head(CITY)[1])
    assert [examine(city_store, CITY, anchor=head).wrong for head in heads] == [None, None, None]
    wrong = examine(city_store, CITY, anchor="0" * 64).wrong
    assert wrong is not None
    assert wrong.how == "anchor"


def test_what_changes_the_registry_is_kept_with_its_deed(city_store: CityStore) -> None:
    """Where something was changed: the same profile again, and what is refused, is no deed."""
    for turn in range(2):
        city_store.put_profile(profile(), NOON_US + turn, deed("city.apply"))
    city_store.put_boundaries(CITY, {"34.71.01.1001": "{}"}, NOON_US, deed("city.import"))
    with pytest.raises(Rejected):
        city_store.adopt(CITY, "gauge-9", "bridge", "gauge", NOON_US, deed("node.adopt"))
    city_store.note_stranger(Stranger(CITY, "gauge-9", 10, 10, "{}"))
    city_store.adopt(CITY, "gauge-9", "bridge", "gauge", NOON_US, deed("node.adopt"))
    assert [row.what for row in _all(city_store)] == ["city.apply", "city.import", "node.adopt"]
