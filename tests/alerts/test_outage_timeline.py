"""WiFi points that go dark, told minute by minute. Yogyakarta's rule: 15 min of silence, or 10 min without internet."""

from __future__ import annotations

from dataclasses import replace

from support.watch import Watch, at, placements, rule, watch

from alerts.engine import Engine
from contract.clock import SECOND_US
from contract.compress import compressed

POINTS = tuple(f"wifi-{n}" for n in range(1, 8))
NORTH = POINTS[:3]


def minutes(city: Watch, begin: int, end: int, *, without: tuple[str, ...] = ()) -> None:
    """Every point but some says each minute that its internet is open."""
    for minute in range(begin, end):
        for node in POINTS:
            if node not in without:
                city.point(minute, node)


def test_a_silent_point_is_an_outage_when_its_time_is_over_and_ends_when_it_has_held() -> None:
    """Silence sends no message: the deadline fires by itself. Ten good minutes end it."""
    city = watch()
    minutes(city, 0, 5)
    minutes(city, 5, 30, without=("wifi-1",))
    assert city.story() == ["19 opened wifi-1"]
    assert city.told[0].incident.crossed_us == at(4)
    assert (city.told[0].incident.value, city.told[0].silent) == (900.0, True)
    minutes(city, 30, 45)
    assert city.story()[1:] == ["30 data_back wifi-1", "30 recovering wifi-1", "40 resolved wifi-1"]
    assert city.told[-1].ends


def test_a_point_without_internet_is_an_outage_when_a_later_reading_confirms_it() -> None:
    """Captive is not open; one bad look is nothing."""
    city = watch()
    minutes(city, 0, 5)
    for minute in range(5, 16):
        city.point(minute, "wifi-1", "captive")
        minutes(city, minute, minute + 1, without=("wifi-1",))
    assert city.story() == ["15 opened wifi-1"]
    assert not city.told[0].silent


def test_a_sensor_that_fails_is_no_outage() -> None:
    """The node speaks, its probe does not: unknown is not down."""
    city = watch()
    for minute in range(60):
        city.point(minute, "wifi-1", None)
        minutes(city, minute, minute + 1, without=("wifi-1",))
    assert city.story() == []


def test_a_dead_uplink_is_one_event_and_not_three() -> None:
    """The first point that is over its time finds its neighbours silent, too."""
    city = watch()
    minutes(city, 0, 5)
    minutes(city, 5, 30, without=NORTH)
    opened = [one for one in city.told if one.change.what == "opened"]
    assert {one.incident.node for one in opened} == set(NORTH)
    assert {one.event.id for one in opened} == {opened[0].event.id}
    assert [one.begins for one in opened] == [True, False, False]
    assert (opened[0].event.group, opened[0].event.name) == ("uplink/uplink-utara", "Utara")
    minutes(city, 30, 45)
    assert [one.ends for one in city.told].count(True) == 1


def test_one_dead_point_behind_a_living_uplink_is_its_own_event() -> None:
    """Its neighbours speak, so the uplink is not the cause."""
    city = watch()
    minutes(city, 0, 5)
    minutes(city, 5, 30, without=("wifi-2",))
    assert [one.event.group for one in city.told] == ["node/wifi-2"]


def test_when_the_canary_does_not_come_the_trouble_is_ours() -> None:
    """The platform's own outage files nothing, and on its return every point has its full time."""
    city = watch()
    minutes(city, 0, 5)
    city.canary = False
    city.pass_to(300)
    assert city.story() == []
    city.canary, city.minute = True, 299
    minutes(city, 300, 301, without=NORTH)
    minutes(city, 301, 315, without=NORTH)
    assert city.story() == []
    minutes(city, 315, 317, without=NORTH)
    assert city.story() == ["315 opened wifi-1", "315 opened wifi-2", "315 opened wifi-3"]


def test_a_city_gone_dark_is_believed_while_the_canary_comes() -> None:
    """Every uplink dies at once and our own word still passes: one event an uplink, one for the point of its own."""
    city = watch()
    minutes(city, 0, 5)
    city.pass_to(60)
    opened = {one.event.group for one in city.told}
    assert opened == {"uplink/uplink-utara", "uplink/uplink-selatan", "node/wifi-7"}
    assert len({one.event.id for one in city.told}) == 3
    assert {one.incident.node for one in city.told} == set(POINTS)


def test_a_canary_that_was_sent_before_the_deadline_proves_nothing_of_it() -> None:
    """The way must have been open at the moment the silence became too long, or later."""
    city = watch()
    minutes(city, 0, 5)
    city.canary = False
    for minute in range(5, 19):
        city.engine.witness(at(minute))
    assert city.pass_to(30) == []
    city.engine.witness(at(20))
    assert {text.split()[1] for text in city.pass_to(30)} == {"opened"}
    assert {one.change.at_us for one in city.told} == {at(19)}


def test_a_flood_gone_silent_is_told_also_without_the_canary() -> None:
    """Whatever the cause, nobody sees the high water any more: that is dangerous now."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 170)
    city.canary = False
    city.engine.deafened(at(11))
    assert city.pass_to(60) == ["40 no_data AWAS code-hulu"]


def test_while_the_broker_is_lost_silence_proves_nothing() -> None:
    """We cannot hear; when we can again, time begins anew."""
    city = watch()
    minutes(city, 0, 5)
    city.canary = False
    city.engine.deafened(at(60))
    city.pass_to(60)
    assert city.story() == []
    city.canary, city.minute = True, 59
    minutes(city, 60, 80)
    assert city.story() == []


def test_the_last_will_is_a_witness_and_the_rule_still_decides() -> None:
    """Ten minutes after the will instead of fifteen after the last word; a point that speaks again was not dead."""
    city = watch()
    minutes(city, 0, 5)
    city.last_will(5, "wifi-1")
    minutes(city, 5, 20, without=("wifi-1",))
    assert city.story() == ["15 opened wifi-1"]
    again = watch()
    minutes(again, 0, 5)
    again.last_will(5, "wifi-1")
    minutes(again, 5, 60)
    assert again.story() == []


def test_a_late_death_cannot_bury_a_new_life() -> None:
    """The will of an older birth says nothing of the node that was born since."""
    city = watch()
    minutes(city, 0, 5)
    city.engine.status("wifi-1", online=True, birth_no=2, now_us=at(4.5))
    city.last_will(5, "wifi-1", birth_no=1)
    minutes(city, 5, 18, without=("wifi-1",))
    assert city.story() == []


def test_a_point_that_never_spoke_is_not_missed() -> None:
    """It is being commissioned; nobody's WiFi has gone."""
    city = watch()
    minutes(city, 0, 60, without=("wifi-3",))
    assert city.story() == []


def test_an_outage_that_relapses_stays_one_incident() -> None:
    """Five good minutes, then silence again: the ten minutes were not over."""
    city = watch()
    minutes(city, 0, 5)
    minutes(city, 5, 25, without=("wifi-1",))
    minutes(city, 25, 30)
    minutes(city, 30, 60, without=("wifi-1",))
    assert [text.split()[1] for text in city.story()] == ["opened", "data_back", "recovering", "no_data", "relapsed"]
    assert len({one.incident.id for one in city.told}) == 1


def test_back_filled_readings_of_a_dead_point_do_not_bring_it_back() -> None:
    """What it measured before it died arrives from another link's spool: history, not life."""
    city = watch()
    minutes(city, 0, 5)
    minutes(city, 5, 30, without=("wifi-1",))
    assert city.point(30, "wifi-1", seq=2, late_min=29) == []


def test_a_point_that_leaves_the_registry_is_no_longer_waited_for() -> None:
    """It was taken down; its silence is not an outage, and its neighbours are judged on."""
    city = watch()
    minutes(city, 0, 5)
    left = {node: place for node, place in placements().items() if node != "wifi-1"}
    city.engine.place(left, {})
    minutes(city, 5, 60, without=("wifi-1", "wifi-2"))
    assert city.story() == ["19 opened wifi-2"]


def test_five_hundred_points_behind_one_uplink_are_one_event() -> None:
    """A blackout: five hundred incidents, one event."""
    base = watch().engine
    template = base._places["wifi-1"]
    places = {
        f"titik-{n}": type(template)(
            **{
                **{name: getattr(template, name) for name in template.__slots__},
                "node": f"titik-{n}",
                "uplink": "uplink-utara" if n < 500 else f"uplink-{n}",
            }
        )
        for n in range(520)
    }
    city = Watch(Engine("contoh", (rule("hotspot"),), places, {}))
    for minute in range(30):
        city.engine.witness(at(minute))
        for n in range(520):
            if minute < 2 or n >= 500:
                city.point(minute + n / 1000, f"titik-{n}")
    assert len(city.told) == 500
    assert len({one.event.id for one in city.told}) == 1


def test_the_travel_allowance_is_added_to_every_silence_and_never_scaled() -> None:
    """A world 600 times as fast shortens the rule's fifteen minutes and not the way of a message."""
    fast = compressed(rule("hotspot"), 600.0)
    for travel_s in (0.0, 3.0):
        city = Watch(Engine("contoh", (fast,), placements(), {}, travel_s=travel_s), canary=False)
        city.point(0, "wifi-1")
        city.engine.witness(at(0.001))
        assert city.engine.next_us() == at(0) + round((1.5 + travel_s) * SECOND_US)


def test_a_birth_that_never_came_does_not_make_a_slow_point_late() -> None:
    """How often a point is due is the registry's word until its birth says otherwise, also after a restart."""
    slow = {
        node: replace(place, sensors={"wifi": ("hotspot", 600.0)}) for node, place in placements().items()
    }  # fmt: skip
    first = Watch(Engine("contoh", (rule("hotspot"),), slow, {}))
    first.point(0, "wifi-1", "open")
    again = Watch(Engine("contoh", (rule("hotspot"),), slow, {}), seqs=dict(first.seqs))
    again.engine.restore(first.engine.snapshot())
    for minute in (10, 20):
        again.point(minute, "wifi-1", "down", late_min=9)
    assert [one.split()[1] for one in again.story()] == ["opened"]
