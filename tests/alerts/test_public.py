"""Fact and order, live: from the reading and the officer's word to what the public reads, killed at any moment."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support import watch
from support.duty_room import ANI, HILIR, HULU, DutyRoom, profile
from support.watch import at

from alerts.replay import Past, replay
from contract.bulletin import Bulletin


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DutyRoom]:
    """A night in which nothing has happened yet."""
    made = DutyRoom(tmp_path)
    yield made
    made.close()


def rises(room: DutyRoom, *minutes: float, cm: float = 170) -> list[str]:
    """The lower gauge reads `cm` at each of these minutes."""
    return [said for minute in minutes for said in room.reads(minute, HILIR, cm)]


def text(one: Bulletin) -> str:
    return one.text["id"]


def test_a_night_in_which_nobody_answers(room: DutyRoom) -> None:
    """The fact goes out when it is measured and says that nobody has confirmed it; ten minutes of readings later the
    order goes out by itself and says so; when the water leaves AWAS the order is over, and at last all is clear."""
    assert rises(room, 0, 5, cm=120) == []
    assert rises(room, 10, cm=125) == ["fact SIAGA"]
    assert "Belum dikonfirmasi petugas" in text(room.last())
    assert rises(room, 15, 20) == []
    assert rises(room, 25) == ["fact AWAS", "order AWAS clock"]
    order, fact = room.bulletins()[:2]
    assert text(fact) == room.thread()[-2]
    assert text(order) == room.thread()[-1]
    assert "Dikirim otomatis: 10 menit tanpa jawaban petugas, sensor tetap di atas AWAS." in text(order)
    assert order.text["en"].startswith("DANGER: Code River")
    assert order.sms["id"].startswith("AWAS")
    assert (order.incident, order.number, fact.number) == (fact.incident, 3, 2)
    assert rises(room, *range(30, 65, 5), cm=100) == ["fact SIAGA"]
    assert "Perintah pergi sudah berakhir." in text(room.last())
    assert "Perintah pergi sudah berakhir." in room.last().sms["id"]
    assert rises(room, *range(65, 105, 5), cm=40)[-1] == "all_clear NORMAL"
    assert "Perintah" not in text(room.last())
    assert sum("Dikirim otomatis" in line for line in room.thread()) == 1


def test_a_second_gauge_bears_it_out(room: DutyRoom) -> None:
    """The order names it, and waits for nothing."""
    for minute in (0, 5, 10):
        room.reads(minute, HULU, 120)
    assert rises(room, 11, 16) == []
    assert rises(room, 20) == ["fact AWAS", "order AWAS witness"]
    assert room.last().witness == HULU
    assert f"Dikuatkan oleh {HULU}." in text(room.last())


def test_what_an_officer_says_carries_the_water_of_now(room: DutyRoom) -> None:
    """The number beside the hour is the newest, and not the one at which the level changed long ago; a gauge that has
    fallen silent since is told with its last."""
    rises(room, 0, 5, 10, cm=120)
    rises(room, 15, cm=150)
    rises(room, 20, cm=140)
    room.says(21, "confirm")
    last = room.last()
    assert (last.value_cm, last.trend, last.measured_us) == (140, -1, at(20))
    assert "140 cm" in text(last)
    assert "140 cm" in last.sms["en"]
    room.passes(52)
    room.says(53, "order")
    assert (room.last().silent, room.last().value_cm, room.last().measured_us) == (True, 140, at(20))


def test_an_officer_confirms_and_orders(room: DutyRoom) -> None:
    """The fact is confirmed by name, what is measured later says so, and the order is hers."""
    rises(room, 0, 5, 10, cm=120)
    assert room.says(11, "confirm") == ["fact SIAGA"]
    confirmed = room.last()
    assert (confirmed.confirmed, confirmed.signed_by) == (True, "Siti, BPBD")
    assert text(confirmed).startswith("Dikonfirmasi petugas 22.17 WIB: SIAGA Sungai Code")
    assert room.says(12, "order") == ["order SIAGA officer"]
    assert "Perintah Siti, BPBD." in text(room.last())
    assert rises(room, 15, 20, 25) == ["fact AWAS"]
    assert "Dikonfirmasi petugas 22.17 WIB." in text(room.last())
    assert "Belum dikonfirmasi" not in text(room.last())


def test_an_officer_calls_it_wrong(room: DutyRoom) -> None:
    """One correction with the ready text names the warning it takes back; however long the sensor goes on, no clock
    orders anything, and what is measured says that it was called wrong; a confirmation takes the word back."""
    assert rises(room, 0, 5, 10) == ["fact AWAS", "order AWAS clock"]
    order = room.last()
    assert room.says(12, "wrong", reason="Ranting di depan sensor.") == ["correction AWAS"]
    correction = room.last()
    assert correction.corrects == order.id
    assert text(correction).startswith("RALAT: peringatan 22.16 WIB keliru. Ranting di depan sensor. Tidak ada bahaya.")
    assert correction.text["en"].startswith("CORRECTION: the warning of 22.16 WIB was wrong.")
    assert rises(room, *range(15, 70, 5)) == []
    assert room.passes(110) == ["fact AWAS"]
    assert "Dinyatakan keliru oleh petugas 22.18 WIB" in text(room.last())
    rises(room, 111, 116, 121)
    assert room.says(122, "confirm") == ["fact AWAS", "order AWAS clock"]
    assert "Sebelumnya dinyatakan keliru oleh petugas 15 Jun 22.18 WIB." in text(room.last())


def test_a_river_that_is_in_danger_elsewhere_is_not_called_safe(room: DutyRoom) -> None:
    """What is corrected is one gauge's warning; the other's holds."""
    for minute in (0, 5, 10):
        room.reads(minute, HULU, 170)
    rises(room, 11, 16, 20)
    assert room.says(21, "wrong", reason="ranting") == ["correction AWAS"]
    assert "Tidak ada bahaya" not in text(room.last())
    assert "Peringatan lain di sungai ini tetap berlaku." in text(room.last())
    assert "Peringatan lain tetap berlaku." in room.last().sms["id"]


def test_a_word_before_anything_was_told_corrects_nothing(tmp_path: Path) -> None:
    """Of what only staff know the public hears nothing: no fact, no order, no correction."""
    room = DutyRoom(tmp_path, audiences={HILIR: "staff"})
    assert rises(room, 0, 5, 10, 15, 20) == []
    assert room.says(21, "wrong", reason="ranting") == []
    assert room.bulletins() == []
    room.close()


def test_a_gauge_that_falls_silent_at_awas_is_told_and_not_ordered(tmp_path: Path) -> None:
    """Treated as dangerous; a person who sees the water bears it out."""
    room = DutyRoom(tmp_path, profile(order_after_s=1_200.0))
    assert rises(room, 0, 5, 10) == ["fact AWAS"]
    assert room.passes(45) == ["fact AWAS"]
    assert room.last().silent
    assert "Anggap berbahaya." in text(room.last())
    assert room.says(50, "seen_on_camera", level_seen=True) == ["order AWAS witness"]
    assert "Dikuatkan oleh Siti, BPBD." in text(room.last())
    room.close()


def test_a_silence_of_the_publics_warning_holds_the_clock(room: DutyRoom) -> None:
    """The command centre's word holds fact and order; an officer's order goes out all the same."""
    rises(room, 0, 5, 10, cm=120)
    until_us, body = at(40), {"reason": "uji coba pompa", "public": True}
    room.decide(11, "silence", by=ANI, until_us=until_us, **body)
    assert rises(room, 15, 20, 25, 30, 35) == []
    assert room.says(36, "order") == ["order AWAS officer"]
    assert rises(room, 41) == ["fact AWAS"], "what is still so when the silence ends is said once"


# ------------------------------------------------------------ killed at any moment


@pytest.mark.parametrize("saved", [True, False])
def test_an_order_is_given_once_whatever_is_killed(room: DutyRoom, saved: bool) -> None:
    """After every commit an engine dies; the next knows what was told, whether its snapshot is of now or older."""
    rises(room, 0, 5)
    room.save()
    assert rises(room, 10) == ["fact AWAS", "order AWAS clock"]
    for minute in range(15, 35, 5):
        room.kill(saved=saved)
        assert rises(room, minute) == []
    room.says(35, "wrong", reason="ranting")
    for minute in range(36, 60, 5):
        room.kill(saved=saved)
        assert [said for said in rises(room, minute) if "fact" not in said] == []
    assert [one.kind for one in room.bulletins() if one.kind != "fact"] == ["correction", "order"]


@pytest.mark.parametrize("kind", ["order", "confirm", "wrong"])
def test_a_word_is_followed_by_the_engine_that_comes_after(room: DutyRoom, kind: Any) -> None:
    """Killed in the very commit that its bulletin was in: the next engine says it, and the one after says nothing."""
    rises(room, 0, 5, 10, cm=120)
    room.save()
    room.decide(11, kind, **({"reason": "ranting"} if kind == "wrong" else {}))
    room.turn(11, dies=True)
    before = len(room.bulletins())
    room.kill(saved=False)
    assert len(room.turn(12)) == 1
    room.kill(saved=False)
    assert room.turn(13) == []
    assert len(room.bulletins()) == before + 1


def test_an_order_that_ended_is_not_given_again_for_an_old_word(room: DutyRoom) -> None:
    """An engine without a snapshot reads yesterday's decisions again: what they asked for was done."""
    rises(room, 0, 5, 10)
    assert room.says(12, "order") == [], "it has gone out by the clock"
    assert rises(room, *range(15, 55, 5), cm=120) == ["fact SIAGA"]
    room.kill(saved=False)
    assert room.turn(60) == []
    assert room.last().kind == "fact"


def test_a_restart_neither_loses_nor_restarts_the_wait(tmp_path: Path) -> None:
    """Half of the wait was before the kill and half of it after."""
    room = DutyRoom(tmp_path, profile(order_after_s=1_200.0))
    rises(room, 0, 5, 10)
    room.kill()
    assert rises(room, 15) == []
    assert rises(room, 20) == ["order AWAS clock"]
    room.close()


def test_what_is_not_kept_is_told_again_with_the_same_number(room: DutyRoom) -> None:
    """A store that is away in the very commit: the same bulletin, once."""
    rises(room, 0, 5, cm=120)
    room.watch.level(10, HILIR, 120)
    room.turn(10, dies=True)
    assert room.turn(11) == ["fact SIAGA"]
    assert [one.number for one in room.bulletins()] == [1]


# ------------------------------------------------------------ live and replayed


def test_a_replay_orders_as_the_engine_does(room: DutyRoom) -> None:
    """The same water, reading by reading: the same orders at the same moments on the same grounds."""
    story = [
        *((minute, HILIR, 170) for minute in range(0, 30, 5)),
        *((minute, HILIR, 120) for minute in range(30, 80, 5)),
        *((minute, HULU, 120) for minute in range(81, 100, 5)),
        *((minute, HILIR, 165) for minute in range(101, 130, 5)),
    ]
    for minute, gauge, cm in story:
        room.reads(minute, gauge, cm)
    live = [(one.at_us, one.ground) for one in reversed(room.bulletins()) if one.kind == "order"]
    told = replay(profile(), watch.rules(), room.places, [Past(gauge, at(minute), cm) for minute, gauge, cm in story])
    assert sorted((at_us, ground) for one in told.lives for at_us, ground in one.orders) == live
    assert [ground for _, ground in live] == ["clock", "witness"]
