"""The order to leave: a second witness, or a wait of good readings above the mark."""

from __future__ import annotations

import math

from alerts.orders import Orders
from contract.clock import MINUTE_US
from contract.levels import Level

RIVERS = {"hulu": "Code", "hilir": "Code", "lain": "Winongo"}


def test_a_gauge_alone_waits_ten_minutes() -> None:
    """Measured at once, ordered after the wait, once."""
    orders = Orders(RIVERS)
    orders.read("hilir", 0, beyond=True)
    orders.changed("hilir", Level.AWAS)
    assert orders.due() == []
    orders.read("hilir", 10 * MINUTE_US, beyond=True)
    assert orders.due() == [("hilir", Level.AWAS)]
    assert orders.due() == []


def test_one_reading_below_begins_the_wait_anew() -> None:
    """Ten minutes of good readings, not ten minutes since the first."""
    orders = Orders(RIVERS)
    orders.changed("hilir", Level.AWAS)
    for minute, beyond in ((0, True), (5, False), (9, True), (14, True)):
        orders.read("hilir", minute * MINUTE_US, beyond=beyond)
        assert orders.due() == []
    orders.read("hilir", 19 * MINUTE_US, beyond=True)
    assert orders.due() == [("hilir", Level.AWAS)]


def test_a_silent_gauge_is_no_witness() -> None:
    """What it read last may be days old; it is one again when it is heard again."""
    orders = Orders(RIVERS)
    orders.changed("hulu", Level.SIAGA, silent=True)
    orders.read("hilir", 0, beyond=True)
    orders.changed("hilir", Level.AWAS)
    assert orders.due() == []
    orders.changed("hulu", Level.SIAGA)
    assert orders.due() == [("hilir", Level.AWAS)]


def test_nobody_waits_in_silence() -> None:
    """Ten minutes since the last reading are not ten minutes of readings."""
    orders = Orders(RIVERS)
    orders.read("hilir", 0, beyond=True)
    orders.changed("hilir", Level.AWAS)
    orders.changed("hulu", Level.WASPADA)
    orders.read("hulu", 60 * MINUTE_US, beyond=False)
    assert orders.due() == []


def test_a_second_gauge_of_the_river_is_a_witness() -> None:
    """At SIAGA or worse; a gauge of another river is none, and WASPADA is not enough."""
    orders = Orders(RIVERS, wait_s=math.inf)
    orders.changed("hilir", Level.AWAS)
    orders.changed("lain", Level.AWAS)
    orders.changed("hulu", Level.WASPADA)
    assert orders.due() == []
    orders.changed("hulu", Level.SIAGA)
    assert orders.due() == [("hilir", Level.AWAS)]


def test_an_order_ends_with_its_level() -> None:
    """Whatever is left of the flood is told as it was measured."""
    orders = Orders(RIVERS)
    orders.changed("hulu", Level.SIAGA)
    orders.changed("hilir", Level.AWAS)
    assert orders.due() == [("hilir", Level.AWAS)]
    orders.changed("hilir", Level.WASPADA)
    assert orders.due() == [("hilir", Level.WASPADA)]
    assert orders.due() == []


def test_a_city_may_leave_the_order_to_people() -> None:
    """An infinite wait, and no witness."""
    orders = Orders(RIVERS, wait_s=math.inf)
    orders.changed("hilir", Level.AWAS)
    for at_us in (0, 10**15):
        orders.read("hilir", at_us, beyond=True)
    assert orders.due() == []
