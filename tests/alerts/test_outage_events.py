"""Which event a point's outage joins, asked of the points alone: no engine, no clock, no message."""

from __future__ import annotations

from support.grid import grid
from support.watch import CITY, at, rule

from alerts.absence_stream import AbsenceStream
from alerts.events import Events, OpenEvent
from alerts.lifecycle import Onset, open_incident
from alerts.outage_events import OutageEvents
from alerts.rules import Absence

HOTSPOT = rule("hotspot")


class Points:
    """The points of one feeder, all heard at minute 0, and the events of their outages."""

    def __init__(self, count: int) -> None:
        self.places = grid(1, 1, count)
        self.events = Events(CITY)
        self.outages = OutageEvents()
        self.points: list[AbsenceStream] = []
        assert isinstance(HOTSPOT.condition, Absence)
        for place in self.places.values():
            point = AbsenceStream(HOTSPOT, place.node, 60.0, HOTSPOT.condition)
            point.heard_us = at(0)
            self.outages.hang(point, place)
            self.points.append(point)

    def fails(self, number: int, minute: float, *, floor: float = 0) -> tuple[OpenEvent, bool]:
        """A point is out since minute 0, which is sure at `minute`; nobody's silence counts from before `floor`."""
        point = self.points[number]
        onset = Onset(at(0), at(minute), None, 0.0, True)
        place = self.places[point.node]
        event, begins = self.outages.join(self.events, point, place, "public", onset, at(minute), at(floor))
        incident = open_incident(CITY, point.rule, point, onset, event.event.id, "public")
        self.events.joined(event, incident)
        point.opened(incident)
        return event, begins


def test_the_first_point_names_what_all_that_hang_on_it_prove() -> None:
    """All are silent as long as it is: the uplink, begun once and joined by the next."""
    city = Points(3)
    event, begins = city.fails(0, 15)
    assert (event.event.group, event.event.cause, begins) == ("uplink/uplink-1-1", "uplink", True)
    assert city.fails(1, 15) == (event, False)


def test_a_silence_from_before_the_floor_proves_nothing() -> None:
    """Nothing was heard until a minute ago: only the point that is known to be out is out."""
    city = Points(3)
    event, _ = city.fails(0, 15, floor=14)
    assert (event.event.group, event.event.cause) == ("node/f1-u1-p1", "node")


def test_an_event_grows_and_stays_the_same_event() -> None:
    """A point alone, then all of its uplink: one event under a wider name."""
    city = Points(3)
    alone, _ = city.fails(0, 15, floor=14)
    first = alone.event
    grown, begins = city.fails(1, 25, floor=14)
    assert (grown.event.id, grown.event.group, begins) == (first.id, "uplink/uplink-1-1", False)


def test_what_was_cleared_hangs_nowhere() -> None:
    """Places change: a point whose neighbours are not hung yet proves nothing but its own silence."""
    city = Points(3)
    city.outages.clear()
    event, _ = city.fails(0, 15)
    assert event.event.group == "node/f1-u1-p1"
