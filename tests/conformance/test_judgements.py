"""What people say afterwards, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import NOON_US, case, incident, profile, update
from support.people_data import CITY, deed, person, rejected
from support.threads import add_update

from contract.city import Text
from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.errors import BadInput
from contract.incident import Incident, What, level_changed, opened, resolved
from contract.judgement import Judgement, Miss
from contract.levels import Level
from contract.staging import PackRule
from store.ports import CityStore, EngineCommit, Event

OPERATOR, OFFICER, TECHNICIAN = person(1, "operator"), person(2), person(3, "technician")
OVER_US = NOON_US + 3 * HOUR_US
JUDGED_US = NOON_US + DAY_US
RIVER = PackRule("river", "v1", "public", "flood", Text("Sungai", "River"))


def verdict(number: int = 1, *, of: str = "incident-1", at_us: int = JUDGED_US, **how: object) -> Judgement:
    plain = Judgement(
        id=f"judgement-{number}",
        city=CITY,
        incident=of,
        verdict="right",
        reason="Air masuk RT 03, foto dari lurah",
        flooded_us=None,
        by=OPERATOR.id,
        at_us=at_us,
    )
    return replace(plain, **how)  # type: ignore[arg-type]


def miss(number: int = 1, **how: object) -> Miss:
    plain = Miss(
        id=f"miss-{number}",
        city=CITY,
        rule="river",
        node="gauge-1",
        place="Jembatan, sisi barat",
        level=Level.SIAGA,
        happened_us=NOON_US,
        source="Laporan warga dan foto",
        audience="public",
        by=OPERATOR.id,
        at_us=JUDGED_US,
    )
    return replace(plain, **how)  # type: ignore[arg-type]


def noted(what: str = "verdict.given") -> object:
    return deed(what, "incident-1", actor=OPERATOR.id)


def played(store: CityStore, one: Incident, *, over_us: int | None = OVER_US, said_us: int | None = None) -> Incident:
    """An incident as the engine leaves it: opened, worse, and (where it says when) over."""
    first = said_us or one.opened_us
    changes = [opened(one, first)]
    worse, change = level_changed(one, Level.AWAS, 300.0, one.opened_us + MINUTE_US, first + MINUTE_US)
    changes.append(change)
    if over_us is not None:
        worse, change = resolved(worse, 40.0, over_us, over_us)
        changes.append(change)
    event = Event(one.event, one.city, "flood", one.rule, "river/code", "Code", one.opened_us)
    lease = store.lease(one.city, "engine", NOON_US, 1e6)
    assert lease is not None
    store.commit(lease, EngineCommit(incidents=[worse], changes=changes, events=[event]))
    return worse


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A city with three people, a rule, and a flood that is over."""
    city_store.put_profile(profile(), NOON_US)
    for one in (OPERATOR, OFFICER, TECHNICIAN):
        city_store.put_person(one, deed())
    city_store.note_rules(CITY, (RIVER,), NOON_US)
    played(city_store, incident(1))
    return city_store


def test_a_verdict_is_kept_with_its_deed_and_the_newest_counts(store: CityStore) -> None:
    """The earlier ones are its history; the same one sent twice is one."""
    assert store.judge(verdict(1), noted()) is True
    head = store.audit_head(CITY)
    assert store.judge(verdict(1, reason="lagi"), noted()) is False
    assert store.audit_head(CITY) == head
    second = verdict(2, at_us=JUDGED_US + 1, verdict="late", by=OFFICER.id, flooded_us=NOON_US - HOUR_US)
    assert store.judge(second, noted()) is True
    assert list(store.judgements("incident-1")) == [second, verdict(1)]
    assert [one.judgement for one in store.outcomes(CITY, 0)] == [second]
    assert store.audit(CITY)[-1].what == "verdict.given"


def test_only_what_is_over_is_judged_by_who_may(store: CityStore) -> None:
    """Not while it is open, not what is not there or another city's, not by a technician or somebody shut out."""
    played(store, replace(incident(2, entity="gauge-2/level", event="event-2")), over_us=None)
    rejected("still_open", lambda: store.judge(verdict(of="incident-2"), noted()), store)
    rejected("unknown_incident", lambda: store.judge(verdict(of="none"), noted()), store)
    rejected("not_allowed", lambda: store.judge(verdict(by=TECHNICIAN.id), noted()), store)
    rejected("not_allowed", lambda: store.judge(verdict(by="system"), noted()), store)
    foreign = person(9, "operator", city="sleman")
    store.put_person(foreign, deed())
    rejected("not_allowed", lambda: store.judge(verdict(by=foreign.id), noted()), store)
    rejected("unknown_incident", lambda: store.judge(verdict(city="sleman", by=foreign.id), noted()), store)
    store.put_person(replace(OFFICER, disabled_us=NOON_US), deed())
    rejected("not_allowed", lambda: store.judge(verdict(by=OFFICER.id), noted()), store)
    assert list(store.judgements("incident-1")) == []


@pytest.mark.parametrize(
    ("how", "where"),
    [
        ({"reason": "  "}, "reason"),
        ({"reason": "a" * 1_001}, "reason"),
        ({"verdict": "maybe"}, "verdict"),
        ({"verdict": "wrong", "flooded_us": NOON_US}, "flooded_us"),
        ({"flooded_us": NOON_US - 8 * DAY_US}, "flooded_us"),
        ({"flooded_us": JUDGED_US + HOUR_US}, "flooded_us"),
    ],
)
def test_a_verdict_that_cannot_be_is_refused(store: CityStore, how: dict[str, object], where: str) -> None:
    """Empty or endless words, no verdict, a flood in a false alarm, one of another week or of tomorrow."""
    with pytest.raises(BadInput) as caught:
        store.judge(verdict(**how), noted())
    assert caught.value.where == where
    assert list(store.judgements("incident-1")) == []


def test_what_nobody_has_judged_is_listed_from_the_oldest_end(store: CityStore) -> None:
    """Open ones and other cities' are not in it; a verdict takes one out."""
    for number, over_us in ((2, OVER_US - HOUR_US), (3, None), (4, OVER_US + HOUR_US)):
        one = incident(number, entity=f"gauge-{number}/level", event=f"event-{number}")
        played(store, one, over_us=over_us)
    assert [one.id for one in store.unjudged(CITY)] == ["incident-2", "incident-1", "incident-4"]
    assert [one.id for one in store.unjudged(CITY, limit=1)] == ["incident-2"]
    assert list(store.unjudged("sleman")) == []
    store.judge(verdict(of="incident-2"), noted())
    assert [one.id for one in store.unjudged(CITY)] == ["incident-1", "incident-4"]


def test_an_outcome_knows_the_first_public_word(store: CityStore) -> None:
    """The sensor's own line in the event's public case, from the incident's opening to its end: not what an officer
    wrote, not what was said before of another gauge, not the all-clear, not a case for staff."""
    first = replace(case("event-1"), public=True)
    filed = store.file_case(first, replace(update("event-1/filed", ""), said_us=NOON_US + 5, author="sensor"))
    for key, said_us, author in (
        ("officer", NOON_US + 10, "BPBD"),
        ("next", NOON_US + 30, "sensor"),
        ("all-clear", OVER_US + 1, "sensor"),
    ):
        add_update(store, replace(update(key, filed.number), said_us=said_us, author=author))
    played(store, incident(2, entity="gauge-2/level"), said_us=NOON_US + 20)
    played(store, incident(3, entity="gauge-3/level"), said_us=NOON_US + 40)
    staff = replace(incident(4, entity="gauge-4/level", event="event-4"), audience="staff")
    played(store, staff)
    store.file_case(replace(case("event-4"), public=False), replace(update("f", ""), said_us=OVER_US - 1))
    found = {one.incident.id: one.word_us for one in store.outcomes(CITY, 0)}
    assert found == {
        "incident-1": NOON_US + 5,
        "incident-2": NOON_US + 30,
        "incident-3": None,
        "incident-4": None,
    }


def test_outcomes_are_those_that_opened_since_and_are_over(store: CityStore) -> None:
    """A verdict of an earlier incident does not come with them."""
    store.judge(verdict(), noted())
    later = replace(incident(2, entity="gauge-2/level", event="event-2"), opened_us=NOON_US + HOUR_US)
    played(store, later)
    played(store, incident(3, entity="gauge-3/level", event="event-3"), over_us=None)
    found = store.outcomes(CITY, NOON_US + MINUTE_US)
    assert [(one.incident.id, one.judgement) for one in found] == [("incident-2", None)]
    assert found[0].incident.peak is Level.AWAS
    assert [one.incident.id for one in store.outcomes(CITY, 0, until_us=NOON_US + HOUR_US)] == ["incident-1"]
    assert list(store.outcomes("sleman", 0)) == []
    assert What.RESOLVED in [one.what for one in store.changes_of("event-2")]


def test_a_miss_is_entered_and_may_be_withdrawn(store: CityStore) -> None:
    """Sent twice it is one; withdrawn it is kept, and withdrawn once."""
    assert store.add_miss(miss(), deed("miss.entered", "miss-1", actor=OPERATOR.id)) is True
    assert store.add_miss(miss(), deed("miss.entered", "miss-1", actor=OPERATOR.id)) is False
    older = miss(2, happened_us=NOON_US - DAY_US, node="", level=Level.AWAS)
    assert store.add_miss(older, deed("miss.entered", "miss-2", actor=OPERATOR.id))
    assert list(store.misses(CITY, 0)) == [miss(), older]
    assert list(store.misses(CITY, NOON_US)) == [miss()]
    assert list(store.misses("sleman", 0)) == []
    gone = deed("miss.withdrawn", "miss-1", actor=OFFICER.id)
    store.withdraw_miss("miss-1", JUDGED_US + 1, gone)
    head = store.audit_head(CITY)
    store.withdraw_miss("miss-1", JUDGED_US + 2, gone)
    assert store.audit_head(CITY) == head
    (withdrawn,) = store.misses(CITY, NOON_US)
    assert withdrawn == miss(withdrawn_us=JUDGED_US + 1, withdrawn_by=OFFICER.id)
    rejected("unknown_miss", lambda: store.withdraw_miss("none", 1, gone), store)
    rejected("not_allowed", lambda: store.withdraw_miss("miss-2", 1, deed(actor=TECHNICIAN.id)), store)


def test_a_miss_is_of_what_the_city_has(store: CityStore) -> None:
    """And entered by who may."""
    by = deed("miss.entered", actor=OPERATOR.id)
    rejected("unknown_staged", lambda: store.add_miss(miss(rule="none"), by), store)
    rejected("unknown_staged", lambda: store.add_miss(miss(node="gauge-9"), by), store)
    rejected("not_allowed", lambda: store.add_miss(miss(by=TECHNICIAN.id), by), store)
    for how, where in (
        ({"place": " "}, "place"),
        ({"source": ""}, "source"),
        ({"source": "a" * 301}, "source"),
        ({"level": Level.NORMAL}, "level"),
        ({"happened_us": JUDGED_US + HOUR_US}, "happened_us"),
        ({"happened_us": JUDGED_US - 367 * DAY_US}, "happened_us"),
    ):
        with pytest.raises(BadInput) as caught:
            store.add_miss(miss(**how), by)
        assert caught.value.where == where
    assert list(store.misses(CITY, 0)) == []


def test_what_was_found_afterwards_is_listed_alone_with_its_newest_verdict(store: CityStore) -> None:
    """The newest first. It was so or was not so: what nobody was told came not late."""
    for number, hours in ((2, 5), (3, 9)):
        crossed_us = NOON_US + hours * HOUR_US
        opening = replace(incident(number, event=f"event-{number}"), crossed_us=crossed_us, opened_us=crossed_us)
        found = replace(opening, audience="staff", owed="public", came_us=crossed_us, found_us=crossed_us)
        played(store, found, over_us=crossed_us + HOUR_US)
    assert [one.incident.id for one in store.found_afterwards(CITY, 0)] == ["incident-3", "incident-2"]
    assert [one.incident.id for one in store.found_afterwards(CITY, NOON_US + 6 * HOUR_US)] == ["incident-3"]
    assert list(store.found_afterwards("elsewhere", 0)) == []
    with pytest.raises(BadInput) as caught:
        store.judge(verdict(of="incident-2", verdict="late"), noted())
    assert caught.value.where == "verdict"
    assert store.judge(verdict(1, of="incident-2"), noted())
    assert store.judge(verdict(2, of="incident-2", at_us=JUDGED_US + 1, verdict="wrong"), noted())
    said = [one.judgement and one.judgement.verdict for one in store.found_afterwards(CITY, 0)]
    assert said == [None, "wrong"]
    assert {one.incident.id for one in store.outcomes(CITY, 0)} == {"incident-1", "incident-2", "incident-3"}
