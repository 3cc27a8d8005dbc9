"""What an outage is put down to: the deepest common cause that the silence proves, and what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.grid import Grid, grid, of
from support.watch import CITY, at, line

from alerts.engine import Transition
from alerts.events import Events, OpenEvent
from contract.incident import State


def test_a_feeder_that_is_silent_altogether_is_one_event_named_after_it() -> None:
    """Six points behind two uplinks: power, which explains both, and not two uplinks."""
    places = grid(2, 2, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without=of(places, "f1"))
    assert city.groups() == [("power/feeder-1", "power")]
    assert {one.incident.node for one in city.told} == of(places, "f1")
    assert all(one.event.spares_points for one in city.told)


def test_one_point_that_speaks_acquits_the_feeder() -> None:
    """Its uplink is then of unknown cause; the other is wholly silent and is named."""
    places = grid(1, 2, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without=of(places, "f1") - {"f1-u2-p3"})
    assert city.groups() == [("uplink/uplink-1-1", "uplink"), ("uplink/uplink-1-2", "unknown")]
    assert {one.event.group: one.event.spares_points for one in city.told} == {
        "uplink/uplink-1-1": True,
        "uplink/uplink-1-2": False,
    }


def test_the_lowest_cause_that_explains_all_is_named() -> None:
    """A feeder with a single uplink proves no more than the uplink does."""
    places = grid(2, 1, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without=of(places, "f1"))
    assert city.groups() == [("uplink/uplink-1-1", "uplink")]


def test_two_points_of_one_place_are_that_place() -> None:
    """Their uplink carries others: what they share is the pole they hang on."""
    places = grid(1, 1, 4)
    places |= {node: replace(places[node], site="alun", site_name="Alun-alun") for node in ("f1-u1-p1", "f1-u1-p2")}
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without={"f1-u1-p1", "f1-u1-p2"})
    assert city.groups() == [("site/alun", "site")]


def test_a_cause_that_was_unknown_is_named_when_the_last_witness_falls_silent() -> None:
    """Three of four points are silent; the fourth follows ten minutes later: the same event, now with its cause."""
    places = grid(1, 1, 4)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 15, without=of(places, "f1") - {"f1-u1-p4"})
    city.live(15, 40, without=of(places, "f1"))
    causes = [one.event.cause for one in city.told]
    assert causes == ["unknown", "unknown", "unknown", "uplink"]
    assert len(city.events()) == 1


def test_the_first_point_s_event_grows_when_the_whole_uplink_turns_out_to_be_dead() -> None:
    """Its last will spoke before the others were silent for long: one event, not two."""
    places = grid(1, 1, 4)
    city = Grid(places)
    city.live(0, 5)
    city.last_will(5, "f1-u1-p1")
    city.live(5, 12, without={"f1-u1-p1"})
    city.live(12, 40, without=of(places, "f1"))
    assert [one.event.group for one in city.told][:2] == ["node/f1-u1-p1", "uplink/uplink-1-1"]
    assert len(city.events()) == 1
    assert [one.begins for one in city.told].count(True) == 1


def test_uplinks_that_died_one_after_the_other_become_their_feeder() -> None:
    """The first uplink is told; minutes later the second is silent too: the event grows to the feeder."""
    places = grid(1, 2, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 14, without=of(places, "f1-u1"))
    city.live(14, 40, without=of(places, "f1"))
    assert [one.event.group for one in city.told] == ["uplink/uplink-1-1"] * 3 + ["power/feeder-1"] * 3
    assert len(city.events()) == 1


def test_a_feeders_event_is_never_put_down_to_an_uplink_that_it_shares() -> None:
    """The second feeder's points on that uplink go minutes later: the uplink is an event of its own."""
    places = grid(2, 2, 3)
    places |= {node: replace(places[node], uplink="uplink-1-1") for node in of(places, "f2-u1")}
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 10, without=of(places, "f1"))
    city.live(10, 40, without=of(places, "f1", "f2-u1"))
    assert city.groups() == [("power/feeder-1", "power"), ("uplink/uplink-1-1", "uplink")]
    (uplink,) = [event for event, now in city.events().items() if now.cause == "uplink"]
    assert {one.incident.node for one in city.told if one.event.id == uplink} == of(places, "f2-u1")


def test_an_uplink_of_unknown_cause_is_never_put_down_to_one_of_its_places() -> None:
    """Most of it was silent; then all but one place is back, and two points of another place go."""
    places = grid(1, 1, 8)
    places |= {node: replace(places[node], site="alun", site_name="Alun-alun") for node in ("f1-u1-p7", "f1-u1-p8")}
    first = {f"f1-u1-p{n}" for n in (1, 2, 3, 4)}
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 25, without=first)
    city.live(25, 28, without={"f1-u1-p1", "f1-u1-p7", "f1-u1-p8"})
    city.live(28, 50, without={"f1-u1-p1", "f1-u1-p7", "f1-u1-p8"})
    assert {(one.event.group, one.event.cause) for one in city.told} == {("uplink/uplink-1-1", "unknown")}


def test_a_point_that_was_dead_before_stays_its_own_and_is_no_witness() -> None:
    """An hour later its uplink dies with the other three: they are the uplink's, it is not."""
    places = grid(1, 1, 4)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 60, without={"f1-u1-p1"})
    city.live(60, 90, without=of(places, "f1"))
    own = [one for one in city.told if one.incident.node == "f1-u1-p1"]
    assert [(one.event.group, one.event.spares_points) for one in own] == [("node/f1-u1-p1", False)]
    assert city.groups() == [("node/f1-u1-p1", "node"), ("uplink/uplink-1-1", "uplink")]
    two = grid(1, 1, 2)
    city = Grid(two)
    city.live(0, 5)
    city.live(5, 60, without={"f1-u1-p1"})
    city.live(60, 90, without=of(two, "f1"))
    assert [cause for _, cause in city.groups()] == ["node", "node"], "one fresh silence proves no uplink"


def test_without_a_registry_of_feeders_nothing_is_put_down_to_power() -> None:
    """What is not known is not guessed."""
    places = {node: replace(place, power="") for node, place in grid(1, 2, 3).items()}
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without=set(places))
    assert {cause for _, cause in city.groups()} == {"uplink"}


def test_two_feeders_of_250_points_are_two_events() -> None:
    """A blackout of five hundred: each feeder is named once, whatever its uplinks are."""
    places = grid(2, 5, 50)
    city = Grid(places)
    city.live(0, 2)
    for minute in range(2, 20):
        city.pass_to(minute)
    assert len(city.told) == 500
    assert city.groups() == [("power/feeder-1", "power"), ("power/feeder-2", "power")]


@pytest.mark.parametrize("kept", ["snapshot", "store"])
def test_what_an_event_has_grown_to_survives_a_restart(kept: str) -> None:
    """From a snapshot, or where that is older than the growth, from what was committed."""
    places = grid(1, 2, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 14, without=of(places, "f1-u1"))
    city.live(14, 20, without=of(places, "f1"))
    early = city.engine.snapshot()
    assert city.groups() == [("uplink/uplink-1-1", "uplink")]
    city.live(20, 29, without=of(places, "f1"))
    before = list(city.told)
    assert city.groups() == [("power/feeder-1", "power")]
    again = Grid(places)
    again.engine.restore(city.engine.snapshot() if kept == "snapshot" else early)
    if kept == "store":
        _adopt(again, before)
    again.minute, again.seqs = 29, dict(city.seqs)
    again.pass_to(40)
    city.pass_to(40)
    assert [line(one) for one in again.told] == [line(one) for one in city.told[len(before) :]]
    (event,) = again.engine.events.open.values()
    assert (event.event.group, event.event.cause) == ("power/feeder-1", "power")


def _adopt(city: Grid, told: Sequence[Transition]) -> None:
    newest = {one.event.id: one.event for one in told}
    for transition in told:
        city.engine.adopt(transition.incident, newest[transition.event.id])


def test_the_event_that_grew_is_found_again_when_it_recurs() -> None:
    """The feeder is back and dies again within the day: the new event points to the old one."""
    places = grid(1, 2, 3)
    city = Grid(places)
    city.live(0, 5)
    city.live(5, 30, without=of(places, "f1"))
    city.live(30, 45)
    assert city.told[-1].ends
    city.live(45, 70, without=of(places, "f1"))
    first, second = city.events().values()
    assert (second.group, second.recurs) == ("power/feeder-1", first.id)
    assert at(4) < second.opened_us


def test_an_event_that_grew_takes_the_place_of_one_that_has_closed() -> None:
    """An old snapshot holds two events; one has closed since and the other has grown into its group. What the store
    knows is taken over in any order, and both come to their end."""
    city = Grid(grid(1, 1, 2))
    city.live(0, 5)
    city.live(5, 20, without={"f1-u1-p1"})
    incident, point = city.told[0].incident, city.told[0].event
    over = replace(incident, id="other", event="gone", resolved_us=at(30), state=State.RESOLVED)
    gone = replace(point, id="gone", group="uplink/uplink-1-1", closed_us=at(30))
    grown = replace(point, group=gone.group, cause="uplink")
    for grown_first in (True, False):
        events = Events(CITY)
        events.put(OpenEvent(replace(gone, closed_us=None), {over.id}, 1))
        events.put(OpenEvent(point, {incident.id}, 1))
        if grown_first:
            events.adopt(grown, incident)
            events.forget(gone, over)
        else:
            events.forget(gone, over)
            events.adopt(grown, incident)
        assert [one.event for one in events.open.values()] == [grown]
        assert events.closed["hotspot", gone.group] == gone
        assert events.left(replace(incident, resolved_us=at(40))) == (replace(grown, closed_us=at(40)), True)
        assert events.open == {}
