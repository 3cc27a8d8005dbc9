"""What holds is told again before it is no news, and what nobody watches ends as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from support.duty_room import ANI, HILIR, SITI, DutyRoom, profile
from support.watch import at

from alerts.engine import Engine
from api.cap_alert import chain, expires_us, gravity
from contract.bulletin import Bulletin, bulletin_from, canonical, values_of
from contract.clock import HOUR_US, MINUTE_US
from contract.gsm7 import MOST, septets
from contract.siren import SirenInfo, following
from contract.subscription import telling_of_bulletin

SIREN = SirenInfo(name="masjid", place="Masjid", gauges=(HILIR,), for_s=60)


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DutyRoom]:
    """A night in which nothing has happened yet; its siren sounds by itself."""
    made = DutyRoom(tmp_path, profile(sirens="automatic"), sirens=(SIREN,))
    yield made
    made.close()


def stands(room: DutyRoom, first: int, last: int, cm: float = 120) -> list[tuple[int, str]]:
    """The lower gauge reads `cm` every ten minutes: what was told, with its minute."""
    return [(minute, said) for minute in range(first, last + 1, 10) for said in room.reads(minute, HILIR, cm)]


def orphaned(room: DutyRoom) -> None:
    """The gauge is taken off the city's list, and an engine begins that knows nothing of it."""
    room.places = {node: place for node, place in room.places.items() if node != HILIR}
    room.kill(saved=False)


def test_a_level_that_stands_is_told_again_before_six_hours_are_over(room: DutyRoom) -> None:
    """Once in each six hours, with the water of now; the case says it, too, and the siren keeps still."""
    told = stands(room, 0, 13 * 60)
    assert [said for _, said in told] == ["fact SIAGA"] * 3
    gaps = [later - before for (before, _), (later, _) in pairwise(told)]
    assert all(340 <= gap < 360 for gap in gaps)
    first, again = room.bulletins()[-1], room.last()
    assert (first.renewal, again.renewal, again.number) == (False, True, 3)
    assert again.text["id"].startswith("Masih berlaku 16 Jun ") or again.text["id"].startswith("Masih berlaku ")
    assert "120 cm" in again.text["id"]
    assert again.measured_us == again.at_us
    assert room.thread()[-1] == again.text["id"]


def test_the_alert_never_lapses_while_the_flood_holds(room: DutyRoom) -> None:
    """Each is an Update of the one before, sent before that is over."""
    stands(room, 0, 20 * 60)
    said = list(reversed(room.bulletins()))
    for position, one in enumerate(said[1:], start=1):
        kind, named = chain(one, said[:position])
        assert (kind, named[-1]) == ("Update", said[position - 1])
        assert expires_us(said[position - 1]) - one.at_us <= 15 * MINUTE_US
    assert expires_us(said[-1]) > at(20 * 60)


def test_an_order_is_told_again_as_an_order_that_rests_on_what_it_did(room: DutyRoom) -> None:
    """It says that it holds still; no second order is given for it, and no siren sounds again."""
    stands(room, 0, 360, cm=170)
    orders = [one for one in reversed(room.bulletins()) if one.kind == "order"]
    assert [(one.ground, one.renewal) for one in orders] == [("clock", False), ("clock", True)]
    again = orders[1]
    assert "Perintah pergi tetap berlaku" in again.text["id"]
    assert "Otomatis" not in again.sms["id"]
    assert "0 menit" not in again.sms["id"]
    assert following((SIREN,), orders[0], again.at_us, automatic=True)
    assert following((SIREN,), again, again.at_us, automatic=True) == []


def test_a_gauge_that_is_silent_is_told_again_as_silent(room: DutyRoom) -> None:
    """Its last figure and since when; the hour for which a silence is news is not the end of the flood."""
    stands(room, 0, 20)
    room.passes(55)
    assert room.last().silent
    lapse_us = room.last().expires_us
    assert lapse_us is not None
    minute = (lapse_us - at(0)) / MINUTE_US - 14
    assert room.passes(minute) == ["fact SIAGA"]
    last = room.last()
    assert (last.renewal, last.silent, last.expires_us) == (True, True, last.at_us + 6 * HOUR_US)
    assert "Sensor diam sejak" in last.text["id"]
    assert "Anggap berbahaya." in last.text["id"]


def test_what_was_called_wrong_is_not_told_again(room: DutyRoom) -> None:
    """A correction stands; however long the sensor goes on."""
    stands(room, 0, 20)
    room.says(25, "wrong", reason="ranting")
    assert stands(room, 30, 13 * 60) == []
    assert room.last().kind == "correction"


def test_what_is_held_back_waits_for_the_end_of_the_silence(room: DutyRoom) -> None:
    """Nothing is told again meanwhile, and at once afterwards."""
    stands(room, 0, 300)
    room.decide(301, "silence", by=ANI, until_us=at(400), reason="pompa", public=True)
    assert stands(room, 310, 390) == []
    assert [said for _, said in stands(room, 400, 420)] == ["fact SIAGA"]


@pytest.mark.parametrize("saved", [True, False])
def test_an_engine_that_begins_anew_tells_it_again_once(room: DutyRoom, saved: bool) -> None:
    """Killed before, in and after the very commit."""
    stands(room, 0, 340)
    room.kill(saved=saved)
    room.watch.level(350, HILIR, 120)
    assert room.turn(350, dies=True) == []
    room.kill(saved=False)
    stands(room, 356, 356)
    room.kill(saved=saved)
    stands(room, 366, 600)
    assert [one.renewal for one in room.bulletins()].count(True) == 1


def test_a_flood_that_nobody_watches_any_more_is_told_again(room: DutyRoom) -> None:
    """With its last figure, and that nobody measures there."""
    stands(room, 0, 20)
    orphaned(room)
    assert room.turn(360) == ["fact SIAGA"]
    assert "Sensor ini tidak lagi dipantau. Anggap berbahaya" in room.last().text["id"]
    assert "120 cm" in room.last().text["id"]
    room.kill(saved=False)
    assert room.turn(362) == []
    assert room.turn(720) == ["fact SIAGA"]
    assert room.last().number == 3


def test_two_people_end_what_nobody_watches_and_it_is_not_called_safe(room: DutyRoom) -> None:
    """The public hears that it was ended and that nobody measures there; the program's alert is no observed all-clear;
    the siren is silenced; an engine that begins anew says nothing of it again."""
    stands(room, 0, 20, cm=170)
    orphaned(room)
    room.decide(30, "end", by=SITI, reason="pos hanyut")
    assert room.turn(31) == []
    room.decide(32, "end", by=ANI, reason="pos hanyut")
    assert room.turn(33) == ["all_clear AWAS"]
    last = room.last()
    assert last.text["id"].endswith("terakhir 170 cm. Perintah pergi sudah berakhir.")
    assert "nobody knows how high the water is now" in last.text["en"]
    assert "TIDAK lagi dipantau" in last.sms["id"]
    assert not any("man kembali" in words for words in (last.text["id"], last.sms["id"], last.script["id"]))
    assert all(septets(one) <= MOST for one in last.sms.values())
    assert gravity(last) == ("Assess", "Past", "Minor", "Unknown")
    assert room.cities.open_incidents(room.profile.code) == []
    room.kill(saved=False)
    assert room.turn(40) == []
    assert room.turn(800) == []


def test_a_renewal_wakes_nobody(room: DutyRoom) -> None:
    """Limits and quiet hours bind it, also of an order; its first telling they do not."""
    stands(room, 0, 360, cm=170)
    said = list(reversed(room.bulletins()))
    tellings = [telling_of_bulletin(one, room.profile, (), earlier=said) for one in said]
    assert [one.exempt for one in tellings] == [not one.renewal for one in said]


def test_what_was_signed_before_there_were_renewals_is_verified_still(room: DutyRoom) -> None:
    """The new word stands in what is signed where it is true, and only there."""
    stands(room, 0, 20)
    one: Bulletin = room.last()
    assert b"renewal" not in canonical(one)
    assert b'"renewal":true' in canonical(replace(one, renewal=True))
    old = {name: value for name, value in values_of(one).items() if name != "renewal"}
    assert bulletin_from(old) == one


def test_the_engine_alone_knows_what_it_watches(room: DutyRoom) -> None:
    """So that the case of this file is the one of a gauge that left."""
    stands(room, 0, 20)
    orphaned(room)
    engine: Engine = room.watch.engine
    assert not engine.watches(room.cities.open_incidents(room.profile.code)[0])
