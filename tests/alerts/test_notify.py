"""When people are told: the wait, the digest, the reminder, the end; what is muted, and what a flood of alarms is."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
from support.grid import Grid, grid, of
from support.watch import CITY, START_US, at, placements, profile, rule, scale, watch

from alerts.commit import gather
from alerts.engine import Engine, Transition
from alerts.inhibit import Inhibition
from alerts.notify import Manners, Notifier
from alerts.rules import Rule
from alerts.samples import Sample
from alerts.tellings import Tale
from alerts.timing import Entry, Reason, Standing, Timing, decide, due_us
from alerts.words import Words
from contract.clock import MINUTE_US, SECOND_US
from contract.incident import Incident, level_changed, resolved
from contract.levels import Level
from contract.quality import Quality
from store.ports import Cause, Event, Outgoing, Placement

FIVE = Timing(30.0, 300.0, 3_600.0)


@pytest.mark.parametrize(
    ("now", "last", "since_s", "acknowledged", "expected"),
    [
        (Standing(1, 0), None, 0, False, Reason.FIRST),
        (Standing(3, 3), None, 0, False, None),  # over inside the wait: never said
        (Standing(0, 0), None, 0, False, None),
        (Standing(3, 1), Entry(3, 1, 0), 299, False, None),
        (Standing(4, 1), Entry(3, 1, 0), 0, False, Reason.GROWN),
        (Standing(3, 2), Entry(3, 1, 0), 0, False, Reason.FEWER),
        (Standing(4, 2), Entry(3, 1, 0), 0, False, Reason.GROWN),
        (Standing(3, 3), Entry(3, 1, 0), 0, False, Reason.ALL_CLEAR),
        (Standing(4, 4), Entry(3, 3, 0), 0, True, Reason.ALL_CLEAR),
        (Standing(3, 1, 2), Entry(3, 1, 0), 0, False, Reason.UPDATE),
        (Standing(3, 1), Entry(3, 1, 0), 3_599, False, None),
        (Standing(3, 1), Entry(3, 1, 0), 3_600, False, Reason.REMINDER),
        (Standing(3, 1), Entry(3, 1, 0), 3_600, True, None),
        (Standing(4, 1), Entry(3, 1, 0), 3_600, True, Reason.GROWN),
    ],
)
def test_whether_there_is_anything_to_tell(
    now: Standing, last: Entry | None, since_s: int, acknowledged: bool, expected: Reason | None
) -> None:
    """Alertmanager's decision, case by case."""
    assert decide(now, last, FIVE, since_s * SECOND_US, acknowledged=acknowledged) is expected


@pytest.mark.parametrize(
    ("reason", "last_s", "now_s", "expected_s"),
    [
        (Reason.FIRST, None, 100, 130),
        (Reason.GROWN, 100, 110, 400),  # not before the interval is over
        (Reason.GROWN, 100, 390, 420),  # what grows just then is gathered
        (Reason.GROWN, 100, 900, 930),
        (Reason.FEWER, 100, 900, 1_200),  # what recovers is gathered for the whole interval
        (Reason.UPDATE, 100, 900, 900),
        (Reason.UPDATE, 100, 200, 400),
    ],
)
def test_when_it_is_told(reason: Reason, last_s: int | None, now_s: int, expected_s: int) -> None:
    """Seconds of a clock, with 30 s of wait and 300 s of interval."""
    last = None if last_s is None else Entry(1, 0, last_s * SECOND_US)
    assert due_us(reason, last, FIVE, now_s * SECOND_US) == expected_s * SECOND_US


# ------------------------------------------------------------ outages


@dataclass
class Heard:
    """A notifier that hears a story as it is told, and what it said at which minute."""

    notifier: Notifier
    said: list[tuple[float, str, int, int]] = field(default_factory=list)
    rows: list[Outgoing] = field(default_factory=list)
    places: dict[str, Placement] = field(default_factory=placements)
    told: list[Transition] = field(default_factory=list)

    def hear(self, passed: Sequence[tuple[int, Sequence[Transition]]]) -> Heard:
        for now_us, transitions in passed:
            self.moment(now_us, transitions)
        return self

    def moment(self, now_us: int, transitions: Sequence[Transition] = (), acknowledged: Collection[str] = ()) -> None:
        self.notifier.take(transitions, now_us, acknowledged)
        self.told += transitions
        minute = (now_us - START_US) / MINUTE_US
        self.said += [(round(minute, 2), str(one.reason), one.opened, one.over) for one in self.notifier.sayings]
        if self.notifier.unsaid():
            self.rows += gather(transitions, self.notifier, self.places, Words(profile()), now_us).outgoing
            self.notifier.kept()


def heard(city: Grid, manners: Manners | None = None) -> Heard:
    return Heard(Notifier(CITY, city.engine.places, manners), places=dict(city.engine.places)).hear(city.passed)


HOTSPOT = replace(rule("hotspot"), timing=Timing(90.0, 300.0, 14_400.0))


def test_thirty_points_of_a_dead_uplink_are_one_message_and_one_all_clear() -> None:
    """All silent: one word that counts them. All back: one word that they are."""
    places = grid(2, 1, 30)
    city = Grid(places, HOTSPOT)
    city.live(0, 5)
    city.live(5, 40, without=of(places, "f1"))
    city.live(40, 60)
    told = heard(city)
    assert [one[1:] for one in told.said] == [("first", 30, 0), ("all_clear", 30, 30)]
    assert at(19) <= city.told[0].change.said_us <= at(told.said[0][0] - 1.5)
    assert [row.body["do"] for row in told.rows] == ["file", "note"]
    assert "Kini 30 titik" in told.rows[0].body["description"]["id"]


@cache
def _slow_return() -> Grid:
    """Thirty points go dark at 5; all but three are back at 40, those at 80."""
    places = grid(2, 1, 30)
    city = Grid(places, HOTSPOT)
    slow = {f"f1-u1-p{n}" for n in (1, 2, 3)}
    city.live(0, 5)
    city.live(5, 40, without=of(places, "f1"))
    city.live(40, 80, without=slow)
    city.live(80, 100)
    return city


def test_three_that_stay_silent_are_counted_in_the_digest_and_keep_the_case_open() -> None:
    """27 of 30 come back: one line says so, an interval after the first; the case ends with the last."""
    told = heard(_slow_return())
    assert [one[1:] for one in told.said] == [("first", 30, 0), ("fewer", 30, 27), ("all_clear", 30, 30)]
    digest = told.rows[1].body["text"]
    assert digest["id"].startswith("3 dari 30 titik masih diam di 1 1, 27 sudah kembali.")
    assert digest["en"].startswith("3 of 30 points are still silent: 1 1, 27 are back.")
    assert [row.body.get("state") for row in told.rows] == [None, None, "done"]


def test_what_is_over_inside_the_wait_is_never_said() -> None:
    """It is kept, and nobody is told that something ended that nobody heard of."""
    short = replace(HOTSPOT, clear_for_s=60.0, timing=Timing(600.0, 300.0, 0.0))
    places = grid(1, 1, 3)
    city = Grid(places, short)
    city.live(0, 5)
    city.live(5, 21, without={"f1-u1-p1"})
    city.live(21, 60)
    assert [one.change.what.value for one in city.told] == ["opened", "data_back", "recovering", "resolved"]
    told = heard(city)
    assert told.said == []
    assert told.rows == []
    assert told.notifier.next_us(at(60)) is None


def test_staff_are_reminded_until_somebody_acknowledges() -> None:
    """After each repeat interval, never on the public case, and not once it is somebody's."""
    places = grid(1, 1, 3)
    city = Grid(places, replace(HOTSPOT, timing=Timing(90.0, 300.0, 3_600.0)))
    city.live(0, 5)
    city.live(5, 25, without=set(places))
    told = heard(city)
    (event,) = {one.event.id for one in city.told}
    for minute in range(25, 200):
        told.notifier.reminds(at(minute))
        told.moment(at(minute))
    assert [one[1] for one in told.said] == ["first", "reminder", "reminder"]
    assert len(told.rows) == 1, "the public's case says nothing of it"
    for minute in range(200, 400):
        told.moment(at(minute), acknowledged={event})
    assert len(told.said) == 3
    for minute in range(400, 470):
        told.moment(at(minute))
    assert len(told.said) == 4, "an acknowledgement that is over reminds again"


def test_five_hundred_points_on_two_feeders_are_two_events_and_two_messages_each() -> None:
    """A blackout and its end: two words, two all-clears, whatever the five hundred do in between."""
    places = grid(2, 5, 50)
    city = Grid(places, HOTSPOT)
    city.live(0, 2)
    for minute in range(2, 30):
        city.pass_to(minute)
    city.live(30, 42)
    told = heard(city)
    assert sorted(one[1:] for one in told.said) == [("all_clear", 250, 250)] * 2 + [("first", 250, 0)] * 2
    assert len(told.rows) == 4
    assert len({row.key for row in told.rows}) == 4


# ------------------------------------------------------------ floods


def test_a_public_flood_never_waits() -> None:
    """Its first word, each level, its silence and its end are said in the moment in which the engine knows them."""
    city = watch()
    for minute, cm in enumerate([40, 72, 80, 90, 170, 171, 172]):
        city.level(5 * minute, "code-hulu", cm)
    city.pass_to(65)
    for minute in range(70, 115, 5):
        city.level(minute, "code-hulu", 40)
    told = Heard(Notifier(CITY, placements())).hear(city.passed)
    assert [one.change.what.value for one in city.told] == [
        "opened", "level", "no_data", "data_back", "recovering", "resolved",
    ]  # fmt: skip
    assert [one[0] for one in told.said] == [(one.change.said_us - START_US) / MINUTE_US for one in city.told]


def test_a_level_that_plays_about_its_clear_mark_is_told_once_an_interval_and_truly() -> None:
    """What waits is not lost: when the interval is over, the last word is how it stands then."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 75)
    for minute, cm in ((15, 58), (20, 62), (25, 58), (30, 62)):
        city.level(minute, "code-hulu", cm)
    for minute in range(35, 100, 5):
        city.level(minute, "code-hulu", 65)
    told = Heard(Notifier(CITY, placements())).hear(city.passed)
    assert [(one[0], one[1]) for one in told.said] == [(10.0, "first"), (15.0, "update"), (45.0, "update")]
    assert told.rows[-1].body["text"]["id"].split(":")[1].startswith(" naik lagi")


# ------------------------------------------------------------ restart


@pytest.mark.parametrize("minute", [20, 21, 30, 41, 49, 50, 51, 54, 56, 70, 81, 95])
def test_a_process_killed_at_any_moment_goes_on_where_it_was(minute: int) -> None:
    """What was committed is all there is: nothing is told twice, nothing is left out."""
    city = _slow_return()
    places = dict(city.engine.places)
    whole = heard(city)
    cut = next(i for i, (now_us, _) in enumerate(city.passed) if now_us >= at(minute))
    store = _Store()
    first = Heard(Notifier(CITY, places), places=places)
    for now_us, transitions in city.passed[:cut]:
        store.moment(first, now_us, transitions)
    again = Heard(Notifier(CITY, places), places=places)
    again.notifier.restore(store.tales(), store.rows, (HOTSPOT,), at(minute))
    for now_us, transitions in city.passed[cut:]:
        store.moment(again, now_us, transitions)
    assert [one[1:] for one in (*first.said, *again.said)] == [one[1:] for one in whole.said]
    assert store.rows == {}, "nothing is remembered of what is over"


class _Store:
    """What a city's store would hold."""

    def __init__(self) -> None:
        self.rows: dict[str, object] = {}
        self.incidents: dict[str, Incident] = {}
        self.events: dict[str, Event] = {}

    def moment(self, told: Heard, now_us: int, transitions: Sequence[Transition]) -> None:
        notifier = told.notifier
        notifier.take(transitions, now_us)
        for one in transitions:
            self.incidents[one.incident.id], self.events[one.event.id] = one.incident, one.event
        for event, row in notifier.rows().items():
            self.rows.pop(event, None)
            if row is not None:
                self.rows[event] = dict(row)
        told.said += [(0.0, str(one.reason), one.opened, one.over) for one in notifier.sayings]
        notifier.kept()

    def tales(self) -> list[Tale]:
        live = {one.event for one in self.incidents.values() if one.open} | self.rows.keys()
        return [
            Tale(event, tuple(one for one in self.incidents.values() if one.event == event.id))
            for event in self.events.values()
            if event.id in live
        ]


def test_what_the_store_could_not_keep_is_said_when_it_can() -> None:
    """Until it is committed it stays to be said, once."""
    places = grid(1, 1, 3)
    city = Grid(places, HOTSPOT)
    city.live(0, 5)
    city.live(5, 40, without=set(places))
    notifier = Notifier(CITY, places)
    for now_us, transitions in city.passed:
        notifier.take(transitions, now_us)
    assert [str(one.reason) for one in notifier.sayings] == ["first"]
    assert notifier.unsaid()
    notifier.kept()
    assert not notifier.unsaid()
    notifier.tick(at(41))
    assert not notifier.unsaid()


# ------------------------------------------------------------ inhibition

POWER = Inhibition({"cause": "power"}, {"subject": "outage", "cause": "node"}, ("power",))


def test_while_a_source_is_open_its_targets_are_kept_and_not_told() -> None:
    """The same `equal`: muted, and told once the source is over and the target still open; another feeder: told."""
    places = grid(2, 2, 3)
    hot = replace(HOTSPOT, timing=Timing(3_600.0, 300.0, 0.0))
    city = Grid(places, hot)
    lone = replace(hot, timing=Timing(0.0, 300.0, 0.0))
    source = _outage(lone, "f1-u1-p1", "power", 1)
    target, other = _outage(lone, "f1-u2-p1", "node", 2), _outage(lone, "f2-u1-p1", "node", 3)
    told = Heard(Notifier(CITY, city.engine.places, Manners(inhibitions=(POWER,))), places=places)
    told.moment(at(1), [source, target, other])
    assert {one.event.id for one in (source, other)} == {row.event for row in told.rows}
    assert told.notifier.muted == 1
    told.moment(at(2), [_over(source)])
    assert target.event.id in {row.event for row in told.rows}
    assert told.notifier.muted == 0


def test_a_target_that_is_over_before_its_source_is_never_told() -> None:
    """It was muted all its life."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    told = Heard(Notifier(CITY, grid(2, 2, 3), Manners(inhibitions=(POWER,))), places=grid(2, 2, 3))
    told.moment(at(1), [source, target])
    told.moment(at(2), [_over(target)])
    told.moment(at(3), [_over(source)])
    assert {row.event for row in told.rows} == {source.event.id}


@pytest.mark.parametrize("first_over", ["source", "target"])
def test_what_was_muted_as_a_whole_is_muted_after_a_restart(first_over: str) -> None:
    """Told when its source ends; its own end is no all-clear of a case that was never filed. Nobody is reminded."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 3_600.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    places, manners = grid(2, 2, 3), Manners(inhibitions=(POWER,))
    store, before = _Store(), Heard(Notifier(CITY, places, manners))
    store.moment(before, at(1), [source, target])
    again = Heard(Notifier(CITY, places, manners), places=places)
    again.notifier.restore(store.tales(), store.rows, (lone,), at(2))  # type: ignore[arg-type]
    assert again.notifier.muted == 1
    assert not again.notifier.announced(target.event.id)
    again.moment(at(100))
    assert [one[1] for one in again.said] == ["reminder"], "of the source"
    again.moment(at(101), [_over(source if first_over == "source" else target)])
    told = [row.body["do"] for row in again.rows if row.event == target.event.id]
    assert told == (["file"] if first_over == "source" else [])
    assert again.notifier.muted == 0


def test_what_was_muted_as_a_whole_is_told_where_a_city_mutes_it_no_more() -> None:
    """The file is read at a start. Nobody was told of it before, so that its word comes first and then its end."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 3_600.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    places = grid(2, 2, 3)
    store, before = _Store(), Heard(Notifier(CITY, places, Manners(inhibitions=(POWER,))))
    store.moment(before, at(1), [source, target])
    again = Heard(Notifier(CITY, places), places=places)
    again.notifier.restore(store.tales(), store.rows, (lone,), at(2))  # type: ignore[arg-type]
    assert not again.notifier.announced(target.event.id)
    again.moment(at(2))
    again.moment(at(3), [_over(target)])
    assert [row.body["do"] for row in again.rows if row.event == target.event.id] == ["file", "note"]


def test_the_muted_last_point_that_nobody_watches_any_more_leaves_nothing_to_tell() -> None:
    """Its neighbour was told and is over; it is ended by whoever looks after what left the registry."""
    told, store, first, second = _one_told_and_one_muted()
    store.moment(told, at(4), [_over(first, ends=False)])
    gone = _over(second).incident
    store.incidents[gone.id] = gone
    told.notifier.settled(gone, at(5))
    store.moment(told, at(5), ())
    assert first.event.id not in store.rows
    said = len(told.said)
    for minute in (6, 70, 200):
        store.moment(told, at(minute), ())
    assert [one[1] for one in told.said[said:]].count("all_clear") == 0
    assert told.notifier.muted == 0


def test_a_point_that_leaves_the_registry_takes_no_muted_neighbour_with_it() -> None:
    """The case of the event is known; what was muted of it is told in it when its source is over."""
    told, store, first, second = _one_told_and_one_muted()
    gone = _over(first, ends=False).incident
    told.notifier.settled(gone, at(5))
    store.moment(told, at(5), ())
    assert first.event.id in store.rows
    store.moment(told, at(6), [_over(told.told[0])])
    store.moment(told, at(20), ())
    assert [one[1] for one in told.said] == ["first", "first", "all_clear", "grown"]
    assert second.incident.open


def _one_told_and_one_muted() -> tuple[Heard, _Store, Transition, Transition]:
    """A point is told; its feeder goes; another point joins the first one's event and is muted."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 3_600.0))
    places = grid(2, 2, 3)
    told, store = Heard(Notifier(CITY, places, Manners(inhibitions=(POWER,))), places=places), _Store()
    source, first = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    second = replace(_outage(lone, "f1-u2-p2", "node", 3), event=first.event)
    second = replace(second, incident=replace(second.incident, event=first.event.id), begins=False)
    for minute, one in enumerate((first, source, second)):
        store.moment(told, at(minute), [one])
    told.told = [source]
    assert told.notifier.muted == 1
    return told, store, first, second


def test_what_is_muted_was_announced_to_nobody() -> None:
    """So that nothing is noted to a case that is not there; what is not known here was told before."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    told = Heard(Notifier(CITY, grid(2, 2, 3), Manners(inhibitions=(POWER,))), places=grid(2, 2, 3))
    told.moment(at(1), [source, target])
    assert [told.notifier.announced(one) for one in (source.event.id, target.event.id, "x")] == [True, False, True]
    told.moment(at(2), [_over(source)])
    assert told.notifier.announced(target.event.id)


def test_the_end_of_what_was_announced_is_told_whatever_mutes_it_by_then() -> None:
    """Told first, its source begins later, then it ends: people are told that it did."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    told = Heard(Notifier(CITY, grid(2, 2, 3), Manners(inhibitions=(POWER,))), places=grid(2, 2, 3))
    told.moment(at(1), [target])
    told.moment(at(2), [source])
    told.moment(at(3), [_over(target)])
    assert [row.event for row in told.rows] == [target.event.id, source.event.id, target.event.id]


@pytest.mark.parametrize(
    ("inhibition", "muted"),
    [
        (Inhibition({"cause": "power"}, {"cause": "node"}, ("power",)), True),
        (Inhibition({"cause": "power"}, {"cause": "node"}, ("river",)), True),  # neither has one
        (Inhibition({"cause": "power"}, {"cause": "node"}, ("uplink",)), False),
        (Inhibition({"cause": "uplink"}, {"cause": "node"}, ("power",)), False),
        (Inhibition({"subject": "outage"}, {"subject": "outage"}, ("power",)), False),  # both match both sides
    ],
)
def test_equal_labels_decide(inhibition: Inhibition, muted: bool) -> None:
    """Missing, empty and equal are the same; what matches both sides mutes none that does."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    source, target = _outage(lone, "f1-u1-p1", "power", 1), _outage(lone, "f1-u2-p1", "node", 2)
    told = Heard(Notifier(CITY, grid(2, 2, 3), Manners(inhibitions=(inhibition,))), places=grid(2, 2, 3))
    told.moment(at(1), [source, target])
    assert told.notifier.muted == int(muted)


def test_what_began_before_its_source_and_was_not_told_yet_is_muted_too() -> None:
    """The point was found first; when its wait is over, the feeder explains it."""
    slow = replace(HOTSPOT, timing=Timing(120.0, 300.0, 0.0))
    source, target = _outage(slow, "f1-u1-p1", "power", 1), _outage(slow, "f1-u2-p1", "node", 2)
    told = Heard(Notifier(CITY, grid(2, 2, 3), Manners(inhibitions=(POWER,))), places=grid(2, 2, 3))
    told.moment(at(1), [target])
    told.moment(at(1.5), [source])
    told.moment(at(3))
    assert told.notifier.muted == 1
    told.moment(at(4))
    assert {row.event for row in told.rows} == {source.event.id}


def test_a_flood_is_never_muted() -> None:
    """Whatever a city wrote."""
    everything = Inhibition({"subject": "outage"}, {"subject": "flood"}, ())
    told = Heard(Notifier(CITY, placements(), Manners(inhibitions=(everything,))))
    told.moment(at(1), [_outage(HOTSPOT, "wifi-1", "node", 1), _flood("code-hulu", 90, 2)])
    assert told.notifier.muted == 0


def _silence(engine: Engine, minutes: int) -> list[Transition]:
    """So long nothing is heard but the platform's own word."""
    for minute in range(minutes + 1):
        engine.witness(at(minute))
    return list(engine.tick(at(minutes)))


def _outage(hot: Rule, node: str, cause: Cause, number: int) -> Transition:
    places = grid(2, 2, 3) | placements()
    engine = Engine(CITY, (hot,), {node: places[node]}, {})
    engine.step(Sample(node, "wifi", "hotspot", "a", 1, at(0), "synced", Quality.GOOD, {"internet": "open"}), at(0))
    (opened,) = _silence(engine, 15 + number)
    return replace(opened, event=replace(opened.event, cause=cause))


def _over(transition: Transition, *, ends: bool = True) -> Transition:
    incident, change = resolved(transition.incident, 0.0, at(40), at(40))
    return replace(transition, incident=incident, change=change, begins=False, ends=ends)


def _flood(node: str, cm: float, seq: int) -> Transition:
    engine = Engine(CITY, (rule("flood"),), {node: placements()[node]}, {node: scale(node)})
    told: list[Transition] = []
    for n in range(seq, seq + 3):
        sample = Sample(node, "gauge", "flood", "a", n, at(5 * n), "synced", Quality.GOOD, {"level_cm": cm})
        told += engine.step(sample, at(5 * n))
    return told[0]


# ------------------------------------------------------------ a flood of alarms


def test_twenty_thousand_alarms_at_once_are_kept_counted_and_told_by_the_minute() -> None:
    """A pack that explodes: sixty a minute are said, and how many are not; a real flood goes first and at once."""
    rows, notifier, places = _explosion(20_000)
    by_minute: list[int] = []
    for minute in range(21, 24):
        if minute == 22:
            notifier.take([_flood("code-hulu", 170, 1)], at(minute))
        else:
            notifier.tick(at(minute))
        commit = gather((), notifier, places | placements(), Words(profile()), at(minute))
        desk = [row for row in commit.outgoing if row.channel == "desk"]
        by_minute.append(sum(1 for row in desk if row.body["do"] == "file"))
        if minute == 22:
            assert desk[0].body["title"]["id"] == "Muka air tinggi: Sungai Code"
            (note,) = [row for row in desk if row.body["do"] == "note"]
            assert note.body["text"]["id"].startswith("Dan 19.820 kejadian lagi")
        notifier.kept()
    assert rows[0] == 61, "sixty, and the case that says that there are more"
    assert by_minute == [60, 61, 60]
    assert notifier.held_back == 20_000 - 4 * 60
    assert notifier.held_back_ever == 20_000 - 60


def test_what_is_over_while_it_is_held_back_is_not_told_and_the_end_of_the_flood_of_alarms_is() -> None:
    """Nobody hears of an end without a beginning; staff hear that nothing is held back any more."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    opened = [_outage(lone, f"wifi-{n}", "node", n) for n in range(1, 5)]
    told = Heard(Notifier(CITY, placements(), Manners(told_per_min=2)))
    told.moment(at(30), opened)
    assert [row.body["do"] for row in told.rows] == ["file"] * 3
    assert told.rows[2].body["public"] is False
    assert told.rows[2].body["description"]["en"].startswith("And 2 more events, not told one by one")
    told.moment(at(30.5), [_over(one) for one in opened[2:]])
    told.moment(at(31))
    assert [row.body["do"] for row in told.rows] == ["file"] * 3 + ["note"]
    assert told.rows[3].body["state"] == "done"
    assert told.notifier.held_back == 0


def test_grave_floods_are_told_though_the_minute_is_full() -> None:
    """AWAS and SIAGA stand outside the bound; so does a high river that nobody sees; WASPADA waits before outages."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    full = [_outage(lone, f"wifi-{n}", "node", n) for n in range(1, 4)]
    told = Heard(Notifier(CITY, placements(), Manners(told_per_min=1)))
    told.moment(at(30), [*full, _flood("winongo", 90, 1), _flood("code-hulu", 170, 1)])
    titles = [row.body["title"]["id"] for row in told.rows if row.body["do"] == "file"]
    assert titles[0] == "Muka air tinggi: Sungai Code"
    assert "Muka air tinggi: Sungai Winongo" not in titles
    told.moment(at(31))
    titles = [row.body["title"]["id"] for row in told.rows if row.body["do"] == "file"]
    assert titles[-1] == "Muka air tinggi: Sungai Winongo"


@pytest.mark.parametrize("rises", [True, False])
def test_a_neighbour_that_waits_in_line_is_told_whatever_is_said_of_the_river_meanwhile(rises: bool) -> None:
    """Over the bound one gauge opens; within the same minute another of its river goes to AWAS, or is over."""
    first, second = _two_gauges()
    told = Heard(Notifier(CITY, placements(), Manners(told_per_min=1)))
    told.moment(at(10.4), [first])
    told.moment(at(10.6), [second])
    assert (len(told.said), told.notifier.held_back) == (1, 1)
    told.moment(at(10.8), [_worst(first) if rises else _over(first, ends=False)])
    assert (len(told.said), told.notifier.held_back) == (2, 1)
    told.moment(at(11.4))
    assert [one[1:] for one in told.said[2:]] == [("grown", 2, int(not rises))]
    assert told.notifier.held_back == 0
    lines = [row.body["text"]["id"] for row in told.rows if row.event == first.event.id and row.body["do"] == "note"]
    assert lines[1].startswith(f"Sungai Code: {2 if rises else 1} dari 2 alat duga masih di atas batasnya")


def test_a_gauge_that_waits_in_line_and_is_told_of_by_itself_is_not_told_again() -> None:
    """It rose to AWAS meanwhile, which says all that there was to say."""
    first, second = _two_gauges()
    told = Heard(Notifier(CITY, placements(), Manners(told_per_min=1)))
    told.moment(at(10.4), [first])
    told.moment(at(10.6), [second])
    told.moment(at(10.8), [_worst(second)])
    assert told.notifier.held_back == 0
    for minute in (11.4, 12.4, 60):
        told.moment(at(minute))
    assert [one[1] for one in told.said] == ["first", "update"]


def test_a_siaga_is_the_first_word_of_an_event_that_a_waspada_began_over_the_bound() -> None:
    """It waits for no minute, and it is what the case says."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hilir", 80)
        city.level(minute + 0.5, "code-hulu", 130)
    mild, grave = city.told
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    told = Heard(Notifier(CITY, placements(), Manners(told_per_min=1)))
    told.moment(at(10.4), [_outage(lone, "wifi-7", "node", 1)])
    told.moment(at(10.6), [mild])
    assert told.notifier.held_back == 1
    told.moment(at(10.8), [grave])
    (filed,) = [row for row in told.rows if row.body["do"] == "file" and row.event == grave.event.id]
    assert filed.body["description"]["id"].startswith("SIAGA Sungai Code di code-hulu: 130 cm")
    assert "2 dari 2 alat duga" in filed.body["description"]["id"]


def _reborn(store: _Store, rules: Sequence[Rule], minute: float, manners: Manners) -> Heard:
    """An engine that takes over from the store alone."""
    again = Heard(Notifier(CITY, placements(), manners))
    again.notifier.restore(store.tales(), store.rows, rules, at(minute))  # type: ignore[arg-type]
    return again


def test_a_gauge_that_waited_in_line_is_told_at_once_after_a_restart() -> None:
    """Not an interval later: it waited for the minute alone."""
    first, second = _two_gauges()
    store, one = _Store(), Manners(told_per_min=1)
    before = Heard(Notifier(CITY, placements(), one))
    store.moment(before, at(10.4), [first])
    store.moment(before, at(10.6), [second])
    again = _reborn(store, (rule("flood"),), 11.4, one)
    again.moment(at(11.4))
    assert [told[1:] for told in again.said] == [("grown", 2, 0)]


@pytest.mark.parametrize("listed", [False, True])
def test_a_level_that_waited_in_line_is_told_as_that_after_a_restart(listed: bool) -> None:
    """It fell from SIAGA to WASPADA: never as *rising again*. Rows of before, which did not say it, are read too."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 130)
    (first,) = city.told
    fell, change = level_changed(first.incident, Level.WASPADA, 90.0, at(12.4), at(12.4))
    store, one = _Store(), Manners(told_per_min=1)
    before = Heard(Notifier(CITY, placements(), one))
    store.moment(before, at(10.4), [first])
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    store.moment(before, at(12.4), [_outage(lone, "wifi-7", "node", 1)])
    store.moment(before, at(12.5), [replace(first, incident=fell, change=change, begins=False)])
    if listed:
        row = store.rows[first.event.id]
        row["held"] = list(row["held"])  # type: ignore[index,call-overload]
    again = _reborn(store, (rule("flood"), lone), 13.4, one)
    again.moment(at(13.4) if not listed else at(60))
    (note,) = [row.body["text"]["id"] for row in again.rows if row.event == first.event.id]
    assert ("naik lagi" in note) is listed
    assert note.startswith("WASPADA Sungai Code di code-hulu")


def test_what_waits_for_its_interval_waits_for_it_after_a_restart() -> None:
    """A level that plays about its clear mark is no news for the next minute."""
    city = watch()
    for minute, cm in ((0, 75), (5, 75), (10, 75), (15, 58), (20, 62)):
        city.level(minute, "code-hulu", cm)
    store, before = _Store(), Heard(Notifier(CITY, placements()))
    for now_us, transitions in city.passed:
        store.moment(before, now_us, transitions)
    assert [told[1] for told in before.said] == ["first", "update"]
    again = _reborn(store, (rule("flood"),), 21, Manners())
    again.moment(at(44.9))
    assert again.said == []
    again.moment(at(45))
    assert [told[1] for told in again.said] == ["update"]


def _two_gauges() -> list[Transition]:
    """Two gauges of one river open at WASPADA."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 80)
        city.level(minute + 0.3, "code-hilir", 80)
    return city.told


def _worst(opening: Transition) -> Transition:
    """The same gauge at AWAS."""
    incident, change = level_changed(opening.incident, Level.AWAS, 170.0, at(10.8), at(10.8))
    return replace(opening, incident=incident, change=change, begins=False)


def test_a_restart_in_the_middle_of_a_flood_of_alarms_forgets_none() -> None:
    """What was held back is held back again, and the same case goes on."""
    lone = replace(HOTSPOT, timing=Timing(0.0, 300.0, 0.0))
    opened = [_outage(lone, f"wifi-{n}", "node", n) for n in range(1, 7)]
    store, first = _Store(), Heard(Notifier(CITY, placements(), Manners(told_per_min=2)))
    store.moment(first, at(30), opened)
    before = dict(store.rows["overflow"])  # type: ignore[call-overload]
    again = Heard(Notifier(CITY, placements(), Manners(told_per_min=2)))
    again.notifier.restore(store.tales(), store.rows, (lone,), at(31))  # type: ignore[arg-type]
    store.moment(again, at(31), ())
    assert len(again.said) == 2
    assert again.notifier.held_back == 2
    assert store.rows["overflow"]["event"] == before["event"]  # type: ignore[index]


def _explosion(count: int) -> tuple[list[int], Notifier, dict[str, Placement]]:
    """So many points that fall silent at once, each by itself."""
    pattern = placements()["wifi-7"]
    places = {f"titik-{n}": replace(pattern, node=f"titik-{n}", site=f"titik-{n}", uplink="") for n in range(count)}
    hot = replace(HOTSPOT, timing=Timing(30.0, 300.0, 0.0))
    engine = Engine(CITY, (hot,), places, {})
    for node in places:
        engine.step(Sample(node, "wifi", "hotspot", "a", 1, at(0), "synced", Quality.GOOD, {"internet": "open"}), at(0))
    told = _silence(engine, 15)
    assert len(told) == count
    notifier = Notifier(CITY, places)
    notifier.take(told, at(15))
    assert not notifier.sayings
    commit = gather(told, notifier, places, Words(profile()), at(15))
    assert (len(commit.incidents), len(commit.events), len(commit.tellings)) == (count, count, count)
    notifier.kept()
    notifier.tick(at(15.5))
    rows = [len(gather((), notifier, places, Words(profile()), at(15.5)).outgoing)]
    notifier.kept()
    return rows, notifier, places
