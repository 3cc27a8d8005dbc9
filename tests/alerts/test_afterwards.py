"""What came too late to be told: which stretch is noted, what is found in it, and what stands on record afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import alerting, watch
from support.watch import CITY, Watch, at

from alerts.afterwards import Past, ended, live_us, on_record, untold
from alerts.engine import Engine
from alerts.late import LOOK_AFTER_S, OLDEST_US, Late, Stretch, Where
from alerts.rulefile import load_rules
from alerts.rules import Rule
from alerts.samples import Sample, from_row
from cities.load import rules_folder
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident, State, What
from contract.levels import Level
from contract.messages import ClockTrust
from contract.quality import Quality
from store.ports import Row

GAUGE = alerting.GAUGE
HERE = Where(GAUGE, "gauge", "flood")
CREST = [40, 40, 90, 120, 170, 180, 170, 120, 90, 40, 40, 40, 40, 40, 40, 40, 40]
LOOK_AFTER_US = round(LOOK_AFTER_S * SECOND_US)


def city(rules: Sequence[Rule] | None = None) -> Watch:
    """The small city; its flood rule alone, so that a story holds nothing else."""
    scales = {one.gauge: one for one in watch.profile().scales}
    return Watch(Engine(CITY, rules or [watch.rule("flood")], watch.placements(), scales))


def rows(levels: Sequence[float | None], *, came_min: float | None = None, from_min: float = 0.0) -> list[Row]:
    """A level each five minutes, all of them come at `came_min`, or each as it was taken."""
    made = []
    for number, cm in enumerate(levels):
        minute = from_min + 5 * number
        came = at(max(minute, came_min)) if came_min is not None else at(minute)
        if cm is not None:
            made.append(alerting.row(number + 1, at(minute), cm, received_us=came))
    return made


def past(found: Sequence[Row], stretch: Stretch | None = None, rules: Sequence[Rule] | None = None) -> Past:
    """These rows, told afterwards."""
    fresh = city(rules).engine.afresh(GAUGE)
    assert fresh is not None
    times = [one.observed_us for one in found]
    told = Past(fresh, stretch or Stretch(min(times), max(times), 0, 0), live_us(watch.placements()[GAUGE], "gauge"))
    for row in found:
        told.tell(row)
    return told


def sample(minute: float, cm: float = 90.0, trust: ClockTrust = "synced") -> Sample:
    values = {"level_cm": cm}
    return Sample(GAUGE, "gauge", "flood", watch.EPOCH, 1, at(minute), trust, Quality.GOOD, values)


def due(late: Late, minute: float) -> tuple[Where, Stretch]:
    """What is to be looked at by then."""
    found = late.due(at(minute))
    assert found is not None
    return found


# ------------------------------------------------------------ what is noted


def test_stretches_of_one_sensor_merge_and_wait_for_the_end_of_the_back_fill() -> None:
    """One a sensor, from the first to the last; due a minute after the last of it came."""
    late = Late()
    for minute, heard in ((30, 200), (10, 200.5), (50, 201)):
        late.note(sample(minute), at(heard))
    assert late.due(at(201) + LOOK_AFTER_US - 1) is None
    assert late.due(at(201) + LOOK_AFTER_US) == (HERE, Stretch(at(10), at(50), at(201) + LOOK_AFTER_US, at(210)))
    assert len(late) == 1


def test_what_came_while_it_was_looked_at_is_looked_at_again() -> None:
    """Only the very stretch that was looked at is settled; one that is put off comes back."""
    late = Late()
    late.note(sample(10), at(200))
    where, seen = due(late, 202)
    late.note(sample(20), at(202))
    late.settle(where, seen, at(202))
    where, wider = due(late, 203)
    assert (wider.first_us, wider.last_us) == (at(10), at(20))
    late.put_off(where, at(203))
    assert late.due(at(204)) is None
    where, again = due(late, 214)
    late.settle(where, again, at(214))
    assert late.due(at(1000)) is None


def test_a_gauge_that_lags_for_hours_is_looked_at_every_ten_minutes() -> None:
    """No end of its back-fill comes; each look begins where the last one ended."""
    late, looks = Late(), []
    for half_minute in range(12 * 60):
        heard = 20 + half_minute / 2
        late.note(sample(heard - 10), at(heard))
        found = late.due(at(heard))
        if found is not None:
            looks.append(found[1])
            late.note(sample(heard - 9.9), at(heard))
            late.settle(*found, at(heard))
    assert len(looks) == 6 * 6 - 1
    assert all(one.last_us == after.first_us for one, after in pairwise(looks))


def test_a_clock_that_was_far_ahead_keeps_no_stretch_waiting() -> None:
    """What was heard in a future that did not come is due at once."""
    late = Late()
    late.note(sample(10), at(10) + OLDEST_US)
    assert late.due(at(20)) is not None


@pytest.mark.parametrize("one", [sample(10, trust="untrusted"), sample(10 - OLDEST_US / MINUTE_US), sample(300)])
def test_what_says_nothing_of_when_is_not_noted(one: Sample) -> None:
    """Without a clock, of long ago, of the future."""
    late = Late()
    late.note(one, at(200))
    assert late.due(at(1000)) is None


def test_a_back_fill_is_noted_where_it_stood_high_and_nothing_else_is() -> None:
    """Live readings leave no trace, high or low; low ones of a back-fill neither, for nothing begins with them."""
    story = city()
    for minute in range(0, 60, 5):
        story.level(minute, GAUGE, 90 if minute > 40 else 40)
    assert len(story.engine.late) == 0
    story.level(240, GAUGE, 40, seq=100)
    for seq, minute in enumerate((100, 105, 110, 115), start=20):
        story.level(240, GAUGE, 65, seq=seq, late_min=240 - minute)
    story.level(240, GAUGE, 400, seq=30, late_min=60, quality=Quality.FAIL)
    assert len(story.engine.late) == 0


def test_a_back_fill_behind_the_live_one_is_noted() -> None:
    """The newest is said first, then the spool: its high readings, by their own time."""
    story = city()
    story.level(0, GAUGE, 40, seq=1)
    story.level(240, GAUGE, 40, seq=100)
    for seq, (minute, cm) in enumerate(((100, 40), (105, 90), (110, 95), (115, 40)), start=2):
        assert story.level(240, GAUGE, cm, seq=seq, late_min=240 - minute) == []
    assert story.engine.late.due(at(242)) == (HERE, Stretch(at(105), at(110), at(241), at(250)))


def test_a_spool_that_comes_in_its_order_is_noted_where_it_is_stale() -> None:
    """Hours old and still the newest: it raises nothing, and is looked at afterwards."""
    story = city()
    story.level(0, GAUGE, 40)
    for minute, cm in ((100, 90), (105, 95), (110, 90), (115, 40), (239, 40)):
        assert story.level(240, GAUGE, cm, late_min=240 - minute) == []
    assert story.engine.late.due(at(242)) == (HERE, Stretch(at(100), at(110), at(241), at(250)))


def test_what_is_read_again_from_the_store_is_noted_only_where_it_came_late() -> None:
    """After a restart all of the last half hour is judged a second time: what was live then was not late."""
    story = city()
    for row in rows([90, 90, 90, 40]):
        story.engine.step(from_row(row), row.received_us)
    for row in rows([90, 90, 90, 40]):
        story.engine.step(from_row(row), row.received_us, at(30))
    assert len(story.engine.late) == 0
    for row in rows([90], from_min=1, came_min=120):
        story.engine.step(from_row(row)._replace(seq=1), row.received_us, at(130))
    assert story.engine.late.due(at(132)) == (HERE, Stretch(at(1), at(1), at(131), at(140)))


def test_stretches_outlive_the_process() -> None:
    """They stand in the snapshot."""
    story = city()
    story.level(240, GAUGE, 40, seq=100)
    story.level(240, GAUGE, 90, seq=2, late_min=100)
    again = city()
    again.engine.restore(story.engine.snapshot())
    assert due(again.engine.late, 242) == due(story.engine.late, 242)


# ------------------------------------------------------------ what is found


def test_a_crest_that_nobody_heard_is_found_with_its_own_times() -> None:
    """Opened, worse, milder and over as it would have been told."""
    (one,) = past(rows(CREST, came_min=240)).found()
    levels = [(change.what, change.level, (change.at_us - at(0)) / MINUTE_US) for change in one.changes]
    assert levels == [
        (What.OPENED, Level.WASPADA, 20.0),
        (What.LEVEL, Level.SIAGA, 25.0),
        (What.LEVEL, Level.AWAS, 30.0),
        (What.RECOVERING, Level.AWAS, 45.0),
        (What.LEVEL, Level.SIAGA, 65.0),
        (What.LEVEL, Level.WASPADA, 70.0),
        (What.RESOLVED, Level.NORMAL, 75.0),
    ]
    assert (one.incident.crossed_us, one.incident.peak, one.came_us) == (at(10), Level.AWAS, at(240))


def test_what_was_heard_in_time_is_no_finding() -> None:
    """Whatever the engine did with it then: another mark may have been in force."""
    assert past(rows(CREST)).found() == []


@pytest.mark.parametrize(("behind", "newest_min"), [(3, 20), (4, 25)])
def test_readings_that_a_newer_one_overtook_were_not_judged_in_their_turn(behind: int, newest_min: float) -> None:
    """A node that was away for ten minutes sends its newest first: none of the others is old, and all came after it,
    whether it belongs to the onset or not."""
    story = rows([40, 40, 90, 95, 90, 40, 40, 40, 40, 40, 40, 40, 40])
    assert past(story).found() == []
    story[behind] = story[behind]._replace(received_us=at(newest_min) + 1)
    (one,) = past(story).found()
    assert one.incident.peak is Level.WASPADA


@pytest.mark.parametrize(
    "how", [{"quality": Quality.FAIL}, {"quality": Quality.SUSPECT}, {"trust": "untrusted"}, {"values": {}}]
)
def test_what_is_doubtful_finds_nothing(how: dict[str, object]) -> None:
    """A failed sensor's crest is none, nor is one of which nobody knows when it was."""
    assert past([one._replace(**how) for one in rows(CREST, came_min=240)]).found() == []  # type: ignore[arg-type]


def test_one_high_reading_and_then_a_hole_is_no_finding() -> None:
    """Live it would be silent and dangerous; afterwards its danger is past, and nothing bore it out."""
    assert past(rows([40, 90, *[None] * 20, 40, 40], came_min=240)).found() == []


def test_only_what_begins_in_the_stretch_is_found() -> None:
    """What came late another time was looked at then."""
    found = rows(CREST, came_min=240)
    assert past(found, Stretch(at(60), at(70), 0, 0)).found() == []
    assert len(past(found, Stretch(at(20), at(20), 0, 0)).found()) == 1


def test_a_rise_is_found_as_well() -> None:
    """The rule of Jakarta about water that comes up fast."""
    rule = next(one for one in load_rules(rules_folder("jakarta")) if one.subject == "rise")
    told = past(rows([40, 40, 40, 120, 200, 260, *[300] * 60], came_min=600), rules=[rule])
    assert [one.incident.subject for one in told.found()] == ["rise"]


# ------------------------------------------------------------ what the stored ones know


def stored(of: Incident, crossed_min: float, over_min: float | None) -> Incident:
    """A live incident of the same gauge."""
    over_us = None if over_min is None else at(over_min)
    state = State.FIRING if over_us is None else State.RESOLVED
    return replace(of, id="live", crossed_us=at(crossed_min), resolved_us=over_us, state=state)


@pytest.mark.parametrize(
    ("crossed", "over", "owned"),
    [(60, 90, True), (-60, 10, True), (75, None, True), (-60, None, True), (-60, 9, False), (76, None, False)],
)
def test_a_live_incident_of_that_time_owns_it(crossed: float, over: float | None, owned: bool) -> None:
    """From minute 10 to 75: one that meets it at any moment. What was over a minute before is another flood, of which
    people had heard the all-clear."""
    lives = past(rows(CREST, came_min=240)).found()
    assert (untold(lives, [stored(lives[0].incident, crossed, over)]) == []) is owned


@pytest.mark.parametrize("other", [{"rule": "other"}, {"entity": "code-hilir/gauge"}])
def test_another_rules_or_gauges_incident_owns_nothing(other: dict[str, str]) -> None:
    """They may be going on at the same time."""
    lives = past(rows(CREST, came_min=240)).found()
    assert untold(lives, [replace(stored(lives[0].incident, 0, None), **other)]) == lives  # type: ignore[arg-type]


@pytest.mark.parametrize(("said", "kept"), [("public", "staff"), ("staff", "staff"), ("shadow", "shadow")])
def test_the_record_is_over_and_for_staff_at_most(said: str, kept: str) -> None:
    """The same onset has the same id, which is never the live one's; nothing is to be said."""
    lives = [
        replace(one, incident=replace(one.incident, audience=said)) for one in past(rows(CREST, came_min=240)).found()
    ]
    commit = on_record(lives, at(300))
    assert commit == on_record(lives, at(300))
    (incident,), (event,) = commit.incidents, commit.events
    assert incident.id != lives[0].incident.id
    assert (incident.audience, incident.owed, incident.open) == (kept, said, False)
    assert (incident.found_us, incident.came_us) == (at(300), at(240))
    assert (incident.opened_us, incident.resolved_us) == (at(20), at(75))
    assert (event.id, event.closed_us, event.recurs) == (incident.event, at(75), None)
    assert event.group not in {"river/Code", "river/Code~staff", "river/Code~shadow"}
    assert {change.incident for change in commit.changes} == {incident.id}
    assert [change.at_us for change in commit.changes] == [change.at_us for change in lives[0].changes]
    assert (commit.outgoing, commit.tellings, commit.snapshot) == ((), {}, None)


def test_a_life_of_which_nothing_more_is_heard_ends_with_its_last_reading() -> None:
    """It is taken to be over then, not before."""
    told = past(rows(CREST[:6], came_min=240))
    (one,) = told.found()
    assert (one.until_us, told.running) == (None, True)
    over = ended(one, told.last_us)
    assert (over.until_us, over.changes[-1].what) == (at(25), What.RESOLVED)


# ------------------------------------------------------------ live and late together


class Said(NamedTuple):
    """A reading, and when it came (minutes); among those that came at once its place."""

    minute: int
    cm: float
    came: int
    turn: int


WAVE = st.tuples(
    st.integers(1, 12),
    st.lists(st.sampled_from([65, 75, 75, 100, 120, 150, 180]), min_size=1, max_size=8),
)
"""so many readings of low water, then a wave"""


@st.composite
def told_late(draw: st.DrawFn) -> list[Said]:
    """A day of a gauge, cut off some times: what it said meanwhile comes behind its newest, or in its order."""
    waves = draw(st.lists(WAVE, min_size=1, max_size=8))
    levels = [cm for low, wave in waves for cm in (*[40] * low, *wave)] + [40] * draw(st.integers(1, 12))
    said = [Said(5 * number, cm, 5 * number, 0) for number, cm in enumerate(levels)]
    for begin in draw(st.lists(st.integers(0, len(said) - 2), max_size=3)):
        back = min(begin + draw(st.integers(1, 30)), len(said) - 1)
        behind = draw(st.booleans())
        for i in range(begin, back):
            said[i] = said[i]._replace(came=said[back].minute, turn=1 if behind else -1)
    return said


@settings(deadline=None)
@given(told_late())
def test_whatever_comes_late_nothing_that_was_there_is_unknown_in_the_end(said: list[Said]) -> None:
    """Each life that one who had heard everything in time would have told has met a live incident or is found; and
    what is found was there."""
    kept = [
        alerting.row(number, at(one.minute), one.cm, received_us=at(one.came) + one.turn * (one.turn > 0))
        for number, one in enumerate(said, start=1)
    ]
    live = city()
    order = sorted(zip(said, kept, strict=True), key=lambda one: (one[0].came, one[0].turn, one[0].minute))
    told = []
    for one, row in order:
        now_us = at(one.came)
        told += [*live.engine.tick(now_us), *live.engine.step(from_row(row), now_us)]
    incidents = {transition.incident.id: transition.incident for transition in told}
    due = live.engine.late.due(at(10_000))
    found = []
    if due is not None:
        window_us = live.engine.window_us
        begin_us = due[1].first_us - window_us
        found = untold(
            past([row for row in kept if row.observed_us >= begin_us], due[1]).found(), [*incidents.values()]
        )
    everything = city()
    whole = []
    for row in kept:
        whole += [*everything.engine.tick(row.observed_us), *everything.engine.step(from_row(row), row.observed_us)]
    lives = {one.incident.id: one.incident for one in whole}
    silent = {one.incident.id for one in whole if one.change.what is What.OPENED and one.incident.no_data}
    for life in (one for one in lives.values() if one.id not in silent):
        over_us = life.resolved_us or at(10_000)
        known = [*incidents.values(), *(one.incident for one in found)]
        assert any(
            one.crossed_us <= over_us and (one.resolved_us is None or one.resolved_us >= life.crossed_us)
            for one in known
        ), life
    for one in found:
        assert untold([one], [*lives.values()]) == [], one
