"""Who is woken, and when nobody is any more: nights told in minutes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.city_data import NOON_US, incident

from contract import incident as life
from contract.clock import HOUR_US, MINUTE_US
from contract.decision import Decision, DecisionKind
from contract.duty import Shift, Way, check_shift, gaps, handover_us, on_duty, wakes
from contract.errors import BadInput
from contract.incident import Change, Incident
from contract.ladder import EVERYBODY, Plan, Roster, pair, plan
from contract.levels import Level
from contract.unanswered import Call, calls

STEP_US = 2 * MINUTE_US
SITI, BUDI, AGUS, WATI = "siti", "budi", "agus", "wati"


def at(minute: float) -> int:
    return NOON_US + round(minute * MINUTE_US)


def shift(person: str, rung: int, from_min: float = -600, to_min: float = 600) -> Shift:
    name = f"{person}-{rung}-{from_min}"
    return Shift(id=name, city="c", person=person, rung=rung, from_us=at(from_min), to_us=at(to_min))


def ways(person: str, *channels: str) -> list[Way]:
    return [
        Way(city="c", person=person, channel=one, address=f"{one}:{person}", rings=one == "ring")
        for one in channels or ("ring", "ntfy")
    ]


ALL = {one: ways(one) for one in (SITI, BUDI, AGUS, WATI)}
ROSTER = Roster(shifts=[shift(SITI, 1), shift(BUDI, 2), shift(AGUS, 3)], ways=ALL, agency=(SITI, BUDI, AGUS, WATI))


@dataclass
class Night:
    """One gauge through a night: what the engine says, what people decide, and who is rung for."""

    now: Incident = field(
        default_factory=lambda: replace(
            incident(), audience="public", level=Level.SIAGA, opened_us=at(0), changed_us=at(0)
        )
    )
    changes: list[Change] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    severities: Mapping[str, str] = field(default_factory=lambda: {"river": "critical"})

    def __post_init__(self) -> None:
        self.changes.append(life.opened(self.now, at(0)))

    def level(self, minute: float, level: Level) -> None:
        self.now, change = life.level_changed(self.now, level, 100.0, at(minute), at(minute))
        self.changes.append(change)

    def silent(self, minute: float) -> None:
        self.now, change = life.fell_silent(self.now, at(minute), at(minute))
        self.changes.append(change)

    def over(self, minute: float) -> None:
        self.now, change = life.resolved(self.now, 10.0, at(minute), at(minute))
        self.changes.append(change)

    def decide(
        self,
        minute: float,
        kind: DecisionKind,
        by: str = SITI,
        *,
        event: bool = False,
        for_min: float = 120,
        **body: object,
    ) -> None:
        about = ("", self.now.event) if event else (self.now.id, "")
        until_us = at(minute + for_min) if kind == "acknowledge" else None
        number = len(self.decisions) + 1
        self.decisions.append(
            Decision(
                id=f"d{number}", city="c", kind=kind, by=by, at_us=at(minute), until_us=until_us, body=body,
                number=number, incident=about[0], event=about[1],
            )
        )  # fmt: skip

    def calls(self, minute: float, **how: frozenset[str]) -> Sequence[Call]:
        changes = {self.now.id: [one for one in self.changes if one.said_us <= at(minute)]}
        decided = [one for one in self.decisions if one.at_us <= at(minute)]
        return calls([self.now], changes, decided, self.severities, at(minute), **how)

    def woken(self, minutes: Sequence[float], roster: Roster = ROSTER) -> list[tuple[float, str]]:
        """(minute, person) in the order in which they are first rung for, each key once."""
        sent: set[str] = set()
        found: list[tuple[float, str]] = []
        for minute in minutes:
            for call in self.calls(minute):
                for one in plan(call, roster, at(minute), STEP_US).summons:
                    if one.key not in sent:
                        sent.add(one.key)
                        if one.way.rings:
                            found.append((minute, one.way.person))
        return found


def test_the_ladder_climbs_every_two_minutes_until_somebody_answers() -> None:
    """Rung by rung, then everybody again and again; an answer ends it at once."""
    night = Night()
    assert night.woken(range(5)) == [(0, SITI), (2, BUDI), (4, AGUS)]
    assert night.woken(range(9))[3:] == [(6, SITI), (6, BUDI), (6, AGUS), (8, SITI), (8, BUDI), (8, AGUS)]
    night.decide(9, "acknowledge", by=BUDI, level=2)
    assert night.calls(9) == []
    assert night.calls(60) == []


def test_each_is_woken_by_two_channels_one_of_which_rings() -> None:
    """The ringing one first; who has only one has only one; a way that was tried goes before one that was not."""
    assert [one.channel for one in pair(ways(SITI, "email", "ntfy", "ring"))] == ["ring", "email"]
    email, ntfy, ring = ways(SITI, "email", "ntfy", "ring")
    tried = [email, replace(ntfy, verified_us=at(0)), ring]
    assert [one.channel for one in pair(tried)] == ["ring", "ntfy"]
    assert [one.channel for one in pair(ways(SITI, "email"))] == ["email"]
    assert pair([]) == []
    assert wakes(ways(SITI))
    assert not wakes(ways(SITI, "email", "ntfy"))
    assert not wakes(ways(SITI, "ring"))


def test_an_answer_is_for_the_level_that_was_on_the_screen() -> None:
    """At AWAS the ladder begins anew with its first rung, and not where the page already showed AWAS."""
    night = Night()
    night.decide(1, "acknowledge", level=2)
    night.level(30, Level.AWAS)
    assert night.woken([29, 30, 32])[0] == (30, SITI)
    (call,) = night.calls(31)
    assert (call.begun_us, call.level, call.grave) == (at(30), Level.AWAS, 4)
    night.decide(33, "acknowledge", by=AGUS, level=2)
    assert night.calls(34), "Agus' page was older than the engine's word"
    night.decide(35, "acknowledge", by=AGUS, level=1)
    assert not night.calls(36)
    night.decide(37, "acknowledge", by=BUDI, level=2)
    assert not night.calls(38), "an older page takes no answer back"


def test_worse_water_before_an_answer_does_not_begin_at_the_first_rung_again() -> None:
    night = Night()
    night.level(3, Level.AWAS)
    assert night.woken(range(5)) == [(0, SITI), (2, BUDI), (4, AGUS)]


def test_an_answer_that_runs_out_or_is_taken_back_calls_anew() -> None:
    night = Night()
    night.decide(1, "acknowledge", level=2, for_min=60)
    assert not night.calls(60.9)
    assert [one.begun_us for one in night.calls(61)] == [at(61)]
    night.decide(70, "acknowledge", level=2)
    night.decide(71, "acknowledge", level=2)
    assert not night.calls(190.5), "the answer of minute 71 holds longer than the one before it"
    night.decide(100, "release")
    assert [one.begun_us for one in night.calls(101)] == [at(100)]


def test_who_is_asked_to_take_it_on_is_woken_until_they_answer() -> None:
    """Handing over ends no alarm: the other one is rung for at once, and after them the ladder."""
    night = Night()
    night.decide(1, "acknowledge", level=2)
    night.decide(10, "assign", to=WATI)
    assert night.woken([9, 10, 12]) == [(10, WATI), (10, SITI), (12, BUDI)]
    night.decide(13, "acknowledge", by=WATI, level=2)
    assert not night.calls(14)


def test_milder_water_and_an_end_stop_it_and_a_relapse_within_the_answer_does_not_call() -> None:
    night = Night()
    night.level(3, Level.WASPADA)
    assert not night.calls(4)
    night.level(20, Level.SIAGA)
    assert [one.begun_us for one in night.calls(21)] == [at(20)]
    night.decide(22, "acknowledge", level=2)
    night.level(30, Level.WASPADA)
    night.level(40, Level.SIAGA)
    assert not night.calls(41)
    night.over(50)
    assert not night.calls(300)


def test_a_gauge_that_falls_silent_in_danger_needs_an_answer() -> None:
    """Also at WASPADA, which wakes nobody; who answers while it is silent has seen that, whatever level stood there."""
    night = Night()
    night.level(1, Level.WASPADA)
    night.decide(2, "acknowledge", level=3)
    assert not night.calls(5)
    night.silent(30)
    (call,) = night.calls(31)
    assert (call.begun_us, call.silent) == (at(30), True)
    night.decide(32, "acknowledge", level=3)
    assert not night.calls(33)


def test_a_flood_that_opens_by_its_silence_calls_from_then_on() -> None:
    night = Night(replace(incident(), audience="public", level=Level.WASPADA, no_data=True, opened_us=at(0)))
    assert [one.begun_us for one in night.calls(1)] == [at(0)]


@pytest.mark.parametrize(
    ("how", "severity", "calling"),
    [
        ({"audience": "public", "level": Level.WASPADA}, "critical", False),
        ({"audience": "staff", "level": Level.AWAS}, "critical", False),
        ({"audience": "shadow", "level": Level.AWAS}, "critical", False),
        ({"audience": "staff", "level": Level.WASPADA, "no_data": True}, "critical", True),
        ({"audience": "shadow", "level": Level.AWAS, "no_data": True}, "critical", False),
        ({"audience": "staff", "level": None, "peak": None, "subject": "outage"}, "critical", True),
        ({"audience": "staff", "level": None, "peak": None, "subject": "outage"}, "warning", False),
        ({"audience": "public", "level": None, "peak": None, "subject": "rise"}, "warning", False),
    ],
)
def test_what_needs_an_answer(how: Mapping[str, object], severity: str, calling: bool) -> None:
    """Public floods from SIAGA on, what is silent in danger, what a critical rule found; nothing in shadow."""
    night = Night(replace(incident(), opened_us=at(0), **how), severities={"river": severity})
    assert bool(night.calls(1)) is calling


def test_what_a_silence_holds_wakes_nobody() -> None:
    night = Night()
    assert not night.calls(1, held=frozenset({night.now.id}))


def test_a_drill_is_marked_and_comes_after_what_is_real() -> None:
    real, drill = Night(), Night(replace(incident(), id="drill", event="drill", audience="public", level=Level.AWAS))
    changes = {one.now.id: one.changes for one in (real, drill)}
    found = calls([drill.now, real.now], changes, [], {}, at(1), drills=frozenset({"drill"}))
    assert [(one.incident, one.drill) for one in found] == [(real.now.id, False), ("drill", True)]


def test_an_answer_to_an_event_is_for_what_was_open_then() -> None:
    """Both gauges of a river by one answer; a third that joins later calls."""
    night = Night()
    night.decide(1, "acknowledge", level=2, event=True)
    later = replace(night.now, id="later", entity="other", opened_us=at(20))
    both = {night.now.id: night.changes, "later": [life.opened(later, at(20))]}
    (call,) = calls([night.now, later], both, night.decisions, {}, at(21))
    assert (call.waiting, call.begun_us) == (("later",), at(20))


def test_with_nobody_on_duty_everybody_of_the_agency_is_woken() -> None:
    """And told so. So is it where those on duty have no way by which they are reached."""
    night = Night()
    gap = replace(ROSTER, shifts=[shift(SITI, 1, 10, 20)])
    (call,) = night.calls(1)
    found = plan(call, gap, at(1), STEP_US)
    assert {one.way.person for one in found.summons} == {SITI, BUDI, AGUS, WATI}
    assert found.gap
    assert all(one.gap for one in found.summons)
    dumb = replace(ROSTER, ways={**ALL, SITI: [], BUDI: [], AGUS: []})
    found = plan(call, dumb, at(1), STEP_US)
    assert {one.way.person for one in found.summons} == {WATI}
    assert (found.gap, found.unreachable) == (True, (SITI, BUDI, AGUS))


def test_a_rung_on_which_nobody_is_reached_costs_no_step() -> None:
    night = Night()
    assert night.woken([0, 2], replace(ROSTER, ways={**ALL, SITI: []})) == [(0, BUDI), (2, AGUS)]


def test_who_comes_on_duty_during_a_call_is_woken_at_once() -> None:
    """At the change of shifts in the middle of a climb nobody who now has the duty is passed over."""
    night = Night()
    change = [shift(SITI, 1, -600, 3), shift(BUDI, 2), shift(WATI, 1, 3, 600)]
    assert night.woken([0, 1, 2, 3], replace(ROSTER, shifts=change)) == [(0, SITI), (2, BUDI), (3, WATI)]


def test_everybody_is_woken_by_every_way() -> None:
    """After the last rung nobody counts what it costs."""
    night = Night()
    many = replace(ROSTER, ways={one: ways(one, "ring", "ntfy", "email") for one in ALL})
    (call,) = night.calls(6)
    last = [one for one in plan(call, many, at(6), STEP_US).summons if one.rung == EVERYBODY]
    assert {(one.way.person, one.way.channel) for one in last} == {
        (person, channel) for person in (SITI, BUDI, AGUS) for channel in ("ring", "ntfy", "email")
    }


def test_the_plan_says_who_is_next_and_when() -> None:
    (call,) = Night().calls(3)
    found = plan(call, ROSTER, at(3), STEP_US)
    assert (found.step, found.next_us, found.next_people) == (1, at(4), (AGUS,))
    assert plan(call, ROSTER, at(7), STEP_US).next_people == (SITI, BUDI, AGUS)


@st.composite
def _looks(draw: st.DrawFn) -> list[int]:
    return sorted(draw(st.sets(st.integers(0, 20 * 60), min_size=1)))


@given(_looks())
def test_whoever_looks_when_ever_sends_each_key_once_and_nothing_of_the_moment_is_missing(looks: list[int]) -> None:
    """A process that is killed and comes back at any moments: what it has sent is what one that never slept would have
    sent, but for the rounds that it slept through; and who is to be woken at its last look has been."""
    some = {one.key for second in looks for one in _planned(second).summons}
    assert some <= _ALWAYS
    now = _planned(looks[-1])
    assert {one.way.person for one in now.summons} == set((SITI, BUDI, AGUS)[: looks[-1] // 120 + 1])
    rounds = [one for one in now.summons if one.rung == EVERYBODY]
    assert {one.step for one in rounds} <= {looks[-1] // 120}, "of the rounds slept through none is rung for"


def _planned(second: int) -> Plan:
    (call,) = Night().calls(0)
    return plan(call, ROSTER, at(second / 60), STEP_US)


_ALWAYS = {one.key for second in range(0, 20 * 60 + 1, 120) for one in _planned(second).summons}


def test_the_roster_knows_its_gaps_and_its_changes() -> None:
    """From one end to the other, overlaps and all."""
    some = [shift(SITI, 1, 0, 60), shift(BUDI, 2, 30, 90), shift(AGUS, 1, 120, 180)]
    assert [tuple(one) for one in gaps(some, at(-30), at(200))] == [
        (at(-30), at(0)), (at(90), at(120)), (at(180), at(200)),
    ]  # fmt: skip
    assert gaps([], at(0), at(1)) == [(at(0), at(1))]
    assert gaps(some, at(10), at(80)) == []
    assert on_duty(some, at(45)) == {1: (SITI,), 2: (BUDI,)}
    assert on_duty(some, at(100)) == {}
    assert on_duty([shift(SITI, 1), shift(SITI, 2)], at(0)) == {1: (SITI,)}
    assert handover_us(some, at(45)) == at(60)
    assert handover_us(some, at(180)) is None


@pytest.mark.parametrize(("rung", "hours"), [(0, 8), (10, 8), (1, 0), (1, -1), (1, 32 * 24)])
def test_a_shift_that_cannot_be_is_refused(rung: int, hours: int) -> None:
    wrong = Shift(id="x", city="c", person=SITI, rung=rung, from_us=NOON_US, to_us=NOON_US + hours * HOUR_US)
    with pytest.raises(BadInput):
        check_shift(wrong)
