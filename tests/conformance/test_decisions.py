"""What people decide about alarms, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event
from support.at_once import at_once
from support.city_data import NOON_US, incident, profile
from support.people_data import CITY, person, rejected

from contract.attention import Attention
from contract.city import Text, Warnings
from contract.clock import HOUR_US, MINUTE_US
from contract.decision import Decision, DecisionKind
from contract.errors import BadInput
from contract.incident import Incident, fell_silent, level_changed, opened, resolved
from contract.levels import Level
from contract.staging import PackRule
from store.audit import examine
from store.decisions import deed_of
from store.ports import CityStore, EngineCommit, Event

OFFICER, OPERATOR, TECHNICIAN, RESIDENT = (
    person(1),
    person(2, "operator"),
    person(3, "technician"),
    person(4, "resident"),
)
FLOOD = incident()
OUTAGE = replace(
    incident(2, entity="gauge-1", event="event-2"), rule="hotspot", subject="outage", level=None, peak=None
)


def decision(
    kind: DecisionKind, name: str = "d1", *, of: Incident | None = FLOOD, by: str = OFFICER.id, **how: Any
) -> Decision:
    """A decision of this kind as a page would make it, at noon unless said otherwise."""
    at_us = how.pop("at_us", NOON_US + MINUTE_US)
    until_us = how.pop("until_us", at_us + HOUR_US if kind in {"acknowledge", "silence", "window"} else None)
    body: dict[str, Any] = {
        "acknowledge": {"level": 2},
        "assign": {"to": OPERATOR.id},
        "comment": {"text": "Pompa menyala."},
        "silence": {"reason": "uji coba"},
        "window": {"what": "works", "start_us": at_us, "reason": "ganti aki"},
        "read_on_site": {"level_cm": 40.0, "read_us": at_us},
        "end": {"reason": "pos hanyut"},
        "wrong": {"reason": "ranting di depan sensor"},
        "seen_on_camera": {"level_seen": True},
        "drill": {"node": "gauge-1", "level": 1, "value_cm": 320.0},
    }.get(kind, {})
    event = how.pop("event", "")
    return Decision(
        id=name, city=CITY, kind=kind, by=by, at_us=at_us, until_us=until_us, event=event,
        incident=of.id if of is not None else "", body=body | how,
    )  # fmt: skip


def commit(store: CityStore, *incidents: Incident, **what: Any) -> None:
    lease = store.lease(CITY, "satu", NOON_US, 3_600)
    assert lease is not None
    store.commit(lease, EngineCommit(incidents=incidents, **what))


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A flood and an outage are open; an officer, an operator, a technician and a resident are there."""
    city_store.put_profile(replace(profile(), warnings=Warnings(agency="bpbd")), NOON_US)
    for one in (OFFICER, OPERATOR, TECHNICIAN, RESIDENT):
        city_store.put_person(one, deed_of(decision("comment", by=one.id)))
    events = [Event(one.event, CITY, one.subject, one.rule, "g", "Code", NOON_US) for one in (FLOOD, OUTAGE)]
    commit(city_store, FLOOD, OUTAGE, events=events, changes=[opened(FLOOD, NOON_US), opened(OUTAGE, NOON_US)])
    return city_store


def decide(store: CityStore, *decisions: Decision) -> None:
    for one in decisions:
        assert store.decide(one, deed_of(one))


def test_a_decision_is_kept_once_with_its_deed(store: CityStore) -> None:
    """Found as it was given, under the city's next number; the same id again changes and logs nothing."""
    first, second = decision("comment"), decision("acknowledge", "d2")
    head = store.audit_head(CITY)[0]
    assert store.decisions_head(CITY) == 0
    decide(store, first, second)
    assert not store.decide(replace(first, body={"text": "lain"}), deed_of(first))
    assert store.decisions(CITY) == [replace(first, number=1), replace(second, number=2)]
    assert store.decisions_head(CITY) == 2
    assert [row.what for row in store.audit(CITY, head)] == ["alarm.commented", "alarm.acknowledged"]
    assert examine(store, CITY).wrong is None
    assert store.decisions_head("sleman") == 0
    assert store.decisions("sleman") == []


def test_decisions_are_found_by_what_they_are_about(store: CityStore) -> None:
    """By number, by time, by incident and by event, the oldest first and by the page."""
    of_event = replace(decision("comment", "e", of=None, event=FLOOD.event), at_us=NOON_US + HOUR_US)
    decide(store, decision("comment", "a"), decision("comment", "b", of=OUTAGE), of_event)

    def names(**asked: Any) -> list[str]:
        return [one.id for one in store.decisions(CITY, **asked)]

    assert names() == ["a", "b", "e"]
    assert names(after=1, limit=1) == ["b"]
    assert names(incident=OUTAGE.id) == ["b"]
    assert names(event=FLOOD.event) == ["e"]
    assert names(since_us=NOON_US + HOUR_US) == ["e"]


def test_who_may_not_decide_decides_nothing(store: CityStore) -> None:
    """Nobody, a resident, somebody whose account is closed, another city's; a technician reads no river, and only the
    command centre holds back what the public is told or more than one event."""

    def refused(reason: str, one: Decision) -> None:
        rejected(reason, lambda: store.decide(one, deed_of(one)), store)

    stranger, closed = person(8, city="sleman"), replace(person(9), disabled_us=NOON_US)
    for one in (stranger, closed):
        store.put_person(one, deed_of(decision("comment")))
    for nobody in ("nobody", stranger.id, closed.id):
        refused("unknown_person", decision("comment", by=nobody))
    refused("unknown_person", decision("assign", to=stranger.id))
    refused("not_allowed", decision("comment", by=RESIDENT.id))
    refused("not_allowed", decision("end", by=TECHNICIAN.id))
    refused("not_allowed", decision("silence", public=True))
    refused("not_allowed", decision("silence", of=None, matchers={"river": "code"}))
    decide(store, decision("silence", by=OPERATOR.id, public=True))
    decide(store, decision("silence", "d2", of=None, by=OPERATOR.id, matchers={"river": "code"}))
    assert store.decisions_head(CITY) == 2


def test_only_the_agency_that_signs_speaks_in_the_citys_name(store: CityStore) -> None:
    """Its officer confirms, orders and calls wrong; another agency's does not, nor the command centre, which may look
    at a camera and hold a drill. Nobody orders about what the public is not told of, nor about an outage."""

    def refused(reason: str, one: Decision) -> None:
        rejected(reason, lambda: store.decide(one, deed_of(one)), store)

    roads, quiet = replace(person(7), agency="dishub"), replace(incident(3, entity="gauge-2/level"), audience="staff")
    store.put_person(roads, deed_of(decision("comment")))
    commit(store, quiet)
    head = store.audit_head(CITY)[0]
    signed: tuple[DecisionKind, ...] = ("confirm", "order", "wrong")
    for kind in signed:
        for nobody in (roads, OPERATOR, TECHNICIAN):
            refused("not_allowed", decision(kind, by=nobody.id))
        refused("not_a_gauge", decision(kind, of=OUTAGE))
    refused("not_public", decision("order", of=quiet))
    refused("not_allowed", decision("drill", of=None, by=roads.id))
    refused("unknown_node", decision("drill", of=None, node="gauge-9"))
    refused("unknown_decision", decision("end_drill", of=None, ends="d1"))
    decide(store, *(decision(kind, kind) for kind in signed))
    decide(store, decision("seen_on_camera", "seen", by=OPERATOR.id), decision("drill", of=None, by=OPERATOR.id))
    decide(store, decision("end_drill", "d2", of=None, ends="d1"))
    done = ["confirmed", "ordered", "called_wrong", "seen_on_camera"]
    assert [row.what for row in store.audit(CITY, head)] == [
        *(f"alarm.{one}" for one in done), "drill.begun", "drill.ended",
    ]  # fmt: skip


def test_where_no_agency_signs_nobody_does(store: CityStore) -> None:
    """A city without the section: not even its disaster agency."""
    store.put_profile(profile(), NOON_US + 1)
    one = decision("order")
    rejected("not_allowed", lambda: store.decide(one, deed_of(one)), store)


def test_what_is_not_there_or_over_is_not_decided_about(store: CityStore) -> None:
    """An unknown incident, event or silence; of an incident that has ended there is nothing left but to comment."""

    def refused(reason: str, one: Decision) -> None:
        rejected(reason, lambda: store.decide(one, deed_of(one)), store)

    refused("unknown_incident", decision("comment", of=incident(7)))
    refused("unknown_event", decision("comment", of=None, event="event-7"))
    refused("unknown_event", decision("comment", event=OUTAGE.event))
    refused("unknown_decision", decision("unsilence", of=None, ends="d7"))
    refused("not_a_gauge", decision("end", of=OUTAGE))
    refused("not_a_gauge", decision("read_on_site", of=OUTAGE))
    over, change = resolved(FLOOD, 40.0, NOON_US + 5, NOON_US + 5)
    closed = Event(FLOOD.event, CITY, "flood", FLOOD.rule, "g", "Code", NOON_US, closed_us=NOON_US + 5)
    commit(store, over, changes=[change], events=[closed])
    refused("over", decision("acknowledge"))
    refused("over", decision("assign", of=None, event=FLOOD.event))
    decide(store, decision("comment"))
    with pytest.raises(BadInput, match=r"body\.text"):
        store.decide(decision("comment", "d2", text=" "), deed_of(decision("comment")))
    assert store.decisions_head(CITY) == 1


def attention(store: CityStore, now_us: int, of: Incident) -> Attention:
    return store.attention(CITY, store.open_incidents(CITY), now_us)[of.id]


def test_one_decision_is_found_by_its_id(store: CityStore) -> None:
    """As it was kept, with its number; none of another city's."""
    asked = decision("comment", "d1")
    decide(store, asked, decision("release", "d2"))
    assert store.decision(CITY, "d1") == replace(asked, number=1)
    assert store.decision("sleman", "d1") is None
    assert store.decision(CITY, "d3") is None


def test_attention_is_worked_out_from_the_rows(store: CityStore) -> None:
    """Who is on what, until when; a worse level than was acknowledged, or the expiry, brings it up again."""
    at_us = NOON_US + MINUTE_US
    decide(
        store,
        decision("acknowledge"),
        decision("comment", "d2"),
        decision("assign", "d3", of=OUTAGE),
        decision("silence", "d4", of=None, by=OPERATOR.id, matchers={"river": "code", "severity": "warning"}),
        decision("window", "d5", of=OUTAGE, start_us=at_us + MINUTE_US),
    )
    pack = [
        PackRule(one.rule, "v1", "public", one.subject, Text("Aturan", "Rule"), severity)
        for one, severity in ((FLOOD, "critical"), (OUTAGE, "warning"))
    ]
    store.note_rules(CITY, pack, at_us)
    flood, outage = (attention(store, at_us, one) for one in (FLOOD, OUTAGE))
    assert (flood.owner, flood.acknowledged_by, flood.acknowledged_until_us) == (
        OFFICER.id,
        OFFICER.id,
        at_us + HOUR_US,
    )
    assert (flood.comments, flood.silenced_by, flood.lapsed_us) == (1, None, None)
    assert (outage.owner, outage.acknowledged_by, outage.silenced_by, outage.window) == (OPERATOR.id, "", "d4", None)
    assert attention(store, at_us + MINUTE_US, OUTAGE).window == "d5"
    assert attention(store, at_us + HOUR_US, FLOOD).lapsed_us == at_us + HOUR_US
    store.note_rules(CITY, [replace(one, severity="info") for one in pack], at_us)
    assert attention(store, at_us, OUTAGE).silenced_by is None
    store.note_rules(CITY, pack, at_us)
    worse, change = level_changed(FLOOD, Level.AWAS, 300.0, at_us + 2, at_us + 2)
    milder, back = level_changed(worse, Level.SIAGA, 200.0, at_us + 3, at_us + 3)
    commit(store, milder, changes=[change, back])
    flood = attention(store, at_us + 3, FLOOD)
    assert (flood.owner, flood.lapsed_us) == ("", at_us + 2)
    decide(store, decision("unsilence", "d6", of=None, ends="d4"))
    assert attention(store, at_us, OUTAGE).silenced_by is None
    loud = decision("silence", "d7", by=OPERATOR.id, public=True)
    decide(store, decision("silence", "d8"), loud)
    assert attention(store, at_us, FLOOD).silenced_by == "d7", "the officer's own may not stop the warning"
    over, change = resolved(milder, 40.0, at_us + 4, at_us + 4)
    commit(store, over, changes=[change])
    assert set(store.attention(CITY, store.open_incidents(CITY), at_us + 4)) == {OUTAGE.id}


def test_decisions_of_one_moment_are_numbered_without_a_gap(store: CityStore) -> None:
    """Eight people at once: a reader who has seen number n has seen all before it."""
    calls = [lambda n=n: decide(store, decision("comment", f"d{n}")) for n in range(8)]
    at_once(calls)
    assert [one.number for one in store.decisions(CITY)] == list(range(1, 9))
    assert sorted(one.id for one in store.decisions(CITY)) == [f"d{n}" for n in range(8)]


def test_whose_word_a_change_rests_on_is_kept(store: CityStore) -> None:
    """And which silence kept it from being said."""
    worse, change = level_changed(FLOOD, Level.AWAS, 300.0, NOON_US + 2, NOON_US + 2)
    change = replace(change, source="on_site", held="d4")
    commit(store, worse, changes=[change])
    assert store.changes_of(FLOOD.event) == [opened(FLOOD, NOON_US), change]


def test_what_is_held_is_found_while_its_event_is_open_and_until_it_is_said(store: CityStore) -> None:
    """In order; what somebody said of one incident leaves the other's held, and an end leaves nothing to be said."""
    silent, gone = fell_silent(FLOOD, NOON_US + 2, NOON_US + 2)
    worse, rise = level_changed(silent, Level.AWAS, 300.0, NOON_US + 3, NOON_US + 3)
    dark, lost = fell_silent(OUTAGE, NOON_US + 2, NOON_US + 2)
    held = [replace(one, held="d4") for one in (gone, rise, lost)]
    commit(store, worse, dark, changes=held)
    assert store.held_changes(CITY) == held
    assert store.held_changes("sleman") == []
    commit(store, said=[OUTAGE.id])
    assert store.held_changes(CITY) == held[:2]
    assert store.changes_of(OUTAGE.event)[-1] == lost
    over, end = resolved(worse, 40.0, NOON_US + 4, NOON_US + 4)
    commit(store, over, changes=[end])
    assert store.held_changes(CITY) == held[:2], "its event may have others that are open"
    closed = Event(FLOOD.event, CITY, "flood", FLOOD.rule, "g", "Code", NOON_US, closed_us=NOON_US + 4)
    commit(store, events=[closed])
    assert store.held_changes(CITY) == []


def test_saying_what_was_held_rewrites_that_alone(store: CityStore) -> None:
    """A flood of a hundred changes is not written anew for one that a silence held."""
    silent, gone = fell_silent(FLOOD, NOON_US + 2, NOON_US + 2)
    commit(store, silent, changes=[replace(gone, held="d4")])
    written: list[int] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE changes "):
            written.append(cursor.rowcount)

    event.listen(Engine, "after_cursor_execute", note)
    try:
        commit(store, said=[FLOOD.id])
    finally:
        event.remove(Engine, "after_cursor_execute", note)
    assert written == [1]
    assert store.changes_of(FLOOD.event) == [opened(FLOOD, NOON_US), gone]
