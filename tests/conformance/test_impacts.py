"""The impact table and the two people it takes to change it, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import get_args

import pytest
from support.at_once import at_once
from support.city_data import NOON_US, profile
from support.impacts import WEEK_US, deed, impact, proposal, settle
from support.people_data import CITY, person, rejected

from contract.errors import BadInput
from contract.impact import Change, Impact
from contract.impact_check import GAUGE_MOST
from store.impacts import PROPOSALS_MOST
from store.ports import CityStore

OPERATOR, ADMIN, TECHNICIAN = person(1, "operator"), person(2, "admin"), person(5, "technician")
HERE, ELSEWHERE = person(3), replace(person(4), regions=("34.71.09",))
SHALLOW, DEEP = impact(), impact(from_cm=220.0, depth="waist")


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A city with one gauge, no file, and five people."""
    city_store.put_profile(profile(), NOON_US)
    for one in (OPERATOR, ADMIN, HERE, ELSEWHERE, TECHNICIAN):
        city_store.put_person(one, deed(one, NOON_US, "person.joined"))
    return city_store


def rows(store: CityStore) -> list[Impact]:
    return [one.impact for one in store.impacts(CITY)]


def test_a_row_holds_once_a_second_person_agrees(store: CityStore) -> None:
    """Every word of it comes back, both names stand with it, and each step is a deed."""
    wanted = proposal(SHALLOW, HERE, NOON_US)
    store.propose_impacts([wanted], [deed(HERE, NOON_US)])
    assert rows(store) == []
    assert store.impact_proposals(CITY, NOON_US) == [wanted]
    rejected("own_proposal", lambda: store.agree_impact(wanted.id, NOON_US, deed(HERE, NOON_US)), store)
    assert store.agree_impact(wanted.id, NOON_US + 1, deed(OPERATOR, NOON_US + 1, "impact.agreed"))
    (kept,) = store.impacts(CITY)
    assert (kept.impact, kept.by_one, kept.by_two, kept.since_us) == (SHALLOW, HERE.id, OPERATOR.id, NOON_US + 1)
    assert not store.agree_impact(wanted.id, NOON_US + 1, deed(ADMIN, NOON_US + 1))
    assert store.impact_proposals(CITY, NOON_US) == []
    assert [row.what for row in store.audit(CITY)][-2:] == ["impact.proposed", "impact.agreed"]


def test_altering_and_withdrawing_end_a_row_and_keep_it(store: CityStore) -> None:
    """What held once can be read with who ended it; what has ended cannot be changed."""
    first = settle(store, SHALLOW, OPERATOR, ADMIN, NOON_US)
    moved = impact(from_cm=190.0)
    second = settle(store, moved, OPERATOR, HERE, NOON_US + 1, what="alter", target=first)
    assert rows(store) == [moved]
    again = proposal(SHALLOW, OPERATOR, NOON_US + 2, what="alter", target=first)
    rejected("unknown_impact", lambda: store.propose_impacts([again], [deed(OPERATOR, NOON_US)]), store)
    settle(store, moved, ADMIN, HERE, NOON_US + 3, what="withdraw", target=second)
    assert rows(store) == []
    history = store.impact_history(CITY)
    assert [(one.impact, one.ended_us, one.ended_one, one.ended_two) for one in history] == [
        (moved, NOON_US + 3, ADMIN.id, HERE.id),
        (SHALLOW, NOON_US + 1, OPERATOR.id, HERE.id),
    ]


def test_a_refusal_has_a_reason_and_is_kept(store: CityStore) -> None:
    """By another person; whoever proposed it withdraws it without one. Neither changes a row."""
    refused, withdrawn = proposal(SHALLOW, OPERATOR, NOON_US), proposal(DEEP, OPERATOR, NOON_US)
    store.propose_impacts([refused, withdrawn], [deed(OPERATOR, NOON_US)] * 2)
    rejected("no_reason", lambda: store.close_impact(refused.id, NOON_US, " ", deed(HERE, NOON_US)), store)
    rejected("not_allowed", lambda: store.close_impact(refused.id, NOON_US, "x", deed(ELSEWHERE, NOON_US)), store)
    assert store.close_impact(refused.id, NOON_US + 1, "Belum diukur.", deed(HERE, NOON_US + 1))
    assert store.close_impact(withdrawn.id, NOON_US + 2, "", deed(OPERATOR, NOON_US + 2))
    assert not store.close_impact(withdrawn.id, NOON_US + 2, "", deed(OPERATOR, NOON_US + 2))
    assert [(one.outcome, one.decided_by, one.reason) for one in store.decided_impacts(CITY)] == [
        ("withdrawn", OPERATOR.id, ""),
        ("refused", HERE.id, "Belum diukur."),
    ]
    assert rows(store) == []


def test_whose_work_it_is_not_neither_proposes_nor_agrees(store: CityStore) -> None:
    """An officer of another area, a technician, somebody shut out; and whoever proposed it may still do so."""
    for stranger in (ELSEWHERE, TECHNICIAN):
        one = proposal(SHALLOW, stranger, NOON_US)
        rejected("not_allowed", partial(store.propose_impacts, [one], [deed(HERE, NOON_US)]), store)
    wanted = proposal(SHALLOW, HERE, NOON_US)
    store.propose_impacts([wanted], [deed(HERE, NOON_US)])
    rejected("not_allowed", lambda: store.agree_impact(wanted.id, NOON_US, deed(ELSEWHERE, NOON_US)), store)
    store.put_person(replace(HERE, disabled_us=NOON_US), deed(ADMIN, NOON_US, "person.disabled"))
    rejected("proposer_gone", lambda: store.agree_impact(wanted.id, NOON_US, deed(OPERATOR, NOON_US)), store)
    nowhere = proposal(impact(gauge="gauge-9"), replace(HERE, id=HERE.id), NOON_US)
    rejected("not_allowed", lambda: store.propose_impacts([nowhere], [deed(HERE, NOON_US)]), store)


def test_a_row_is_changed_as_its_own_gauges_alone(store: CityStore) -> None:
    """Whoever speaks for one gauge ends no row of another by naming it: neither by altering nor by withdrawing."""
    store.put_profile(profile(nodes=("gauge-1", "gauge-2")), NOON_US)
    first = settle(store, SHALLOW, OPERATOR, ADMIN, NOON_US)
    for what in get_args(Change)[1:]:
        one = proposal(impact(gauge="gauge-2"), HERE, NOON_US, what=what, target=first)
        rejected("unknown_impact", partial(store.propose_impacts, [one], [deed(HERE, NOON_US)]), store)
    assert rows(store) == [SHALLOW]


def test_what_contradicts_the_table_is_not_done(store: CityStore) -> None:
    """The same RW and level twice, and shallower in higher water; an alteration may mend what stands in its way."""
    first = settle(store, SHALLOW, OPERATOR, ADMIN, NOON_US)
    same = proposal(impact(rw=" rw 04  CONTOH", depth="chest"), OPERATOR, NOON_US)
    rejected("doubled", lambda: store.propose_impacts([same], [deed(OPERATOR, NOON_US)]), store)
    shallower = proposal(impact(from_cm=250.0, depth="ankle"), OPERATOR, NOON_US)
    store.propose_impacts([shallower], [deed(OPERATOR, NOON_US)])
    rejected("shallower", lambda: store.agree_impact(shallower.id, NOON_US, deed(ADMIN, NOON_US)), store)
    settle(store, impact(depth="ankle"), OPERATOR, ADMIN, NOON_US, what="alter", target=first)
    assert store.agree_impact(shallower.id, NOON_US, deed(ADMIN, NOON_US))
    assert [one.depth for one in rows(store)] == ["ankle", "ankle"]


def test_a_proposal_gives_way_to_the_next_and_ends_by_itself(store: CityStore) -> None:
    """What waits about a row is one proposal; after its time nobody can agree to it."""
    early, late = proposal(SHALLOW, HERE, NOON_US), proposal(impact(depth="waist"), OPERATOR, NOON_US + 1)
    for one in (early, late):
        store.propose_impacts([one], [deed(OPERATOR, NOON_US)])
    assert store.impact_proposals(CITY, NOON_US + 1) == [late]
    assert not store.agree_impact(early.id, NOON_US + 2, deed(ADMIN, NOON_US + 2))
    assert store.impact_proposals(CITY, NOON_US + 1 + WEEK_US) == []
    assert not store.agree_impact(late.id, NOON_US + 1 + WEEK_US, deed(ADMIN, NOON_US))


def test_two_seconds_agree_once(store: CityStore) -> None:
    """Of two who agree at the same moment one does it."""
    wanted = proposal(SHALLOW, HERE, NOON_US)
    store.propose_impacts([wanted], [deed(HERE, NOON_US)])
    done = at_once([partial(store.agree_impact, wanted.id, NOON_US, deed(who, NOON_US)) for who in (OPERATOR, ADMIN)])
    assert sorted(done) == [False, True]
    assert len(store.impacts(CITY)) == 1


def test_a_batch_is_kept_whole_or_not_at_all(store: CityStore) -> None:
    """A row that breaks a limit, or one too many that waits, leaves nothing behind."""
    bad = proposal(impact(phone="x"), OPERATOR, NOON_US)
    with pytest.raises(BadInput, match="cannot be dialled"):
        store.propose_impacts([proposal(SHALLOW, OPERATOR, NOON_US), bad], [deed(OPERATOR, NOON_US)] * 2)
    assert store.impact_proposals(CITY, NOON_US) == []


def test_the_citys_file_is_taken_once(store: CityStore) -> None:
    """A row of the file holds without anybody's word; changed or withdrawn here it stays so, whatever the file says;
    one that comes into the file later is taken."""

    def put(*of_file: Impact) -> None:
        store.put_profile(replace(profile(), impacts=of_file), NOON_US)

    put(SHALLOW)
    (kept,) = store.impacts(CITY)
    assert (kept.impact, kept.by_one, kept.by_two) == (SHALLOW, "file", "")
    settle(store, impact(phone="112"), OPERATOR, ADMIN, NOON_US, what="alter", target=kept.id)
    put(SHALLOW, DEEP)
    assert [one.phone for one in rows(store)] == ["112", DEEP.phone]
    deep = store.impacts(CITY)[1]
    settle(store, DEEP, OPERATOR, ADMIN, NOON_US, what="withdraw", target=deep.id)
    put(impact(phone="113"), DEEP)
    assert [one.phone for one in rows(store)] == ["112"]


@pytest.mark.parametrize(
    "left",
    [
        impact(from_cm=300.0, depth="ankle"),
        impact(rw="RW 5", checked_on=date(2027, 1, 1)),
        impact(rw="RW 5", compared_on=date(2027, 1, 1)),
    ],
    ids=["contradicts", "checked_tomorrow", "compared_tomorrow"],
)
def test_a_row_of_the_file_that_cannot_hold_is_left(store: CityStore, left: Impact) -> None:
    """The city starts all the same, without it."""
    store.put_profile(replace(profile(), impacts=(SHALLOW, left)), NOON_US)
    assert rows(store) == [SHALLOW]


def test_what_waits_has_an_end(store: CityStore) -> None:
    """Beyond so many a batch is refused whole, also where only a few too many come to what waits already; what replaces
    another counts once."""
    many = [proposal(impact(rw=f"RW {n}"), OPERATOR, NOON_US) for n in range(PROPOSALS_MOST + 1)]
    rejected("too_many", lambda: store.propose_impacts(many, [deed(OPERATOR, NOON_US)] * len(many)), store)
    store.propose_impacts(many[:2], [deed(OPERATOR, NOON_US)] * 2)
    rejected("too_many", lambda: store.propose_impacts(many[2:], [deed(OPERATOR, NOON_US)] * (len(many) - 2)), store)
    other = proposal(impact(rw="RW 1", depth="chest"), OPERATOR, NOON_US)
    store.propose_impacts([other], [deed(OPERATOR, NOON_US)])
    assert {one.id for one in store.impact_proposals(CITY, NOON_US)} == {many[0].id, other.id}


def test_a_table_has_an_end(store: CityStore) -> None:
    """Of one gauge so many rows and no more, whoever brings them."""
    every: Sequence[Impact] = [impact(rw=f"RW {n:03}") for n in range(GAUGE_MOST + 1)]
    store.put_profile(replace(profile(), impacts=tuple(every)), NOON_US)
    assert len(rows(store)) == GAUGE_MOST
    wanted = proposal(impact(rw="RW baru"), OPERATOR, NOON_US)
    store.propose_impacts([wanted], [deed(OPERATOR, NOON_US)])
    rejected("full", lambda: store.agree_impact(wanted.id, NOON_US, deed(ADMIN, NOON_US)), store)


def test_tables_of_other_cities_stay_apart(store: CityStore) -> None:
    """Nothing of this one is read there."""
    settle(store, SHALLOW, OPERATOR, ADMIN, NOON_US)
    assert (store.impacts("sleman"), store.impact_history("sleman"), store.decided_impacts("sleman")) == ([], [], [])
