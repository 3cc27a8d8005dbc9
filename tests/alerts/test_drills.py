"""A drill is told as a drill, to its last word, and nothing else becomes of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.duty_room import HILIR, SITI, DutyRoom
from support.watch import CITY, at

from contract.decision import Decision
from store.decisions import deed_of


@pytest.fixture
def room(tmp_path: Path) -> Iterator[DutyRoom]:
    """A quiet evening."""
    made = DutyRoom(tmp_path)
    yield made
    made.close()


def begins(room: DutyRoom, minute: float, level: int = 1, name: str = "latihan-1") -> None:
    body = {"node": HILIR, "level": level, "value_cm": 320.0}
    one = Decision(id=name, city=CITY, kind="drill", by=SITI.id, at_us=at(minute), body=body)
    assert room.cities.decide(one, deed_of(one))


def ends(room: DutyRoom, minute: float, name: str = "latihan-1") -> None:
    one = Decision(id=f"end-{name}", city=CITY, kind="end_drill", by=SITI.id, at_us=at(minute), body={"ends": name})
    assert room.cities.decide(one, deed_of(one))


def test_every_word_of_a_drill_says_that_it_is_one(room: DutyRoom) -> None:
    """Sentence, text message and script, in both languages, from its beginning to its end."""
    begins(room, 1)
    assert room.passes(2) == ["fact AWAS", "order AWAS officer"]
    ends(room, 10)
    assert room.passes(11) == ["all_clear NORMAL"]
    for one in room.bulletins():
        assert (one.drill, one.event, one.incident) == (True, "", "latihan-1")
        assert one.text["id"].startswith("LATIHAN, bukan kejadian nyata.")
        assert one.text["en"].startswith("DRILL, not a real event.")
        for words in (one.sms, one.script):
            assert "latihan" in words["id"].lower()
            assert "drill" in words["en"].lower()
    assert room.passes(200) == []


def test_nothing_else_becomes_of_a_drill(room: DutyRoom) -> None:
    """No incident, no case, no line; and a true flood beside it is told as ever, numbered by itself."""
    begins(room, 1, level=2)
    assert room.passes(2) == ["fact SIAGA"]
    assert list(room.cities.incidents(CITY)) == []
    assert list(room.cities.find_cases(CITY, public_only=False).cases) == []
    told = [said for minute in (5, 10, 15) for said in room.reads(minute, HILIR, 170)]
    assert told == ["fact AWAS", "order AWAS clock"]
    live = list(room.cities.bulletins(CITY, drill=False))
    assert [one.number for one in live] == [2, 1]
    assert not any("LATIHAN" in one.text["id"] for one in live)


def test_a_drill_ends_by_itself(room: DutyRoom) -> None:
    """After two hours, said once, however often the engine is killed meanwhile."""
    begins(room, 0)
    assert len(room.passes(1)) == 2
    for minute in (30, 60, 119):
        room.kill(saved=False)
        assert room.passes(minute) == []
    room.kill(saved=False)
    assert room.passes(121) == ["all_clear NORMAL"]
    room.kill(saved=False)
    assert room.passes(122) == []


def test_a_drill_that_nobody_was_told_of_ends_in_silence(room: DutyRoom) -> None:
    """An engine that comes back hours later begins no old drill."""
    begins(room, 0)
    room.watch.minute = 150
    room.kill(saved=False)
    assert room.passes(151) == []
