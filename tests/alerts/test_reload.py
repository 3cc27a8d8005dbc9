"""A pack that changes while its city is judged: what runs goes on, what is wrong is named, what left is settled."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import alerting, watch
from support.alerting import Stores
from support.watch import Watch, profile, rule

from alerts.engine import Engine
from alerts.reload import Pack, told_apart
from alerts.rulefile import load_rules
from alerts.rules import Absence, Rule, alike
from contract.clock import SECOND_US
from faults.parts.bench_city import Letterbox

SCALES = {one.gauge: one for one in profile().scales}
FLOOD, HOTSPOT = rule("flood"), rule("hotspot")


def city(*pack: Rule) -> Watch:
    return Watch(Engine(watch.CITY, pack, watch.placements(), SCALES))


def read(river: Watch, *readings: tuple[float, float], gauge: str = "code-hulu") -> list[str]:
    for minute, cm in readings:
        river.level(minute, gauge, cm)
    return river.story()


# ------------------------------------------------------------ the engine under another pack


def test_a_run_goes_on_under_the_new_figures() -> None:
    """Eight minutes became three hours at minute 5: the first reading still counts, and the run completes at 180."""
    river = city(FLOOD)
    read(river, (0, 80), (5, 80))
    assert river.engine.govern([replace(FLOOD, for_s=10_800.0)]) is False
    assert read(river, *((minute, 80) for minute in range(10, 190, 10))) == ["180 opened WASPADA code-hulu"]


def test_an_open_flood_goes_on_and_ends_by_the_new_time() -> None:
    """The clear time is five minutes now, and what is told of it has the new words."""
    river = city(FLOOD, HOTSPOT)
    read(river, (0, 80), (5, 80), (10, 80), (15, 50))
    river.engine.govern([replace(FLOOD, clear_for_s=300.0, severity="info"), HOTSPOT])
    read(river, (20, 50))
    assert river.story() == [
        "10 opened WASPADA code-hulu",
        "15 recovering WASPADA code-hulu",
        "20 resolved NORMAL code-hulu",
    ]
    assert river.told[-1].rule.severity == "info"
    assert river.told[-1].ends


def test_a_shorter_silence_counts_at_once() -> None:
    """The gauge was heard at minute 10 and may be silent for ten minutes now."""
    river = city(FLOOD)
    read(river, (0, 80), (5, 80), (10, 80))
    river.engine.govern([replace(FLOOD, no_data_for_s=600.0)])
    assert river.pass_to(21) == ["20 no_data WASPADA code-hulu"]


def test_it_may_begin_to_be_kept() -> None:
    """Nobody wrote down when the mark was last reached: as if it were at the last reading."""
    river = city(FLOOD)
    read(river, (0, 80), (5, 80), (10, 80))
    river.engine.govern([replace(FLOOD, keep_firing_for_s=7200.0)])
    read(river, *((minute, 50) for minute in range(15, 140, 5)))
    assert river.story()[1:] == ["130 resolved NORMAL code-hulu"]


def test_a_point_s_words_may_change() -> None:
    """`captive` became good while the run of a point was on: its next word is good."""
    river = city(HOTSPOT)
    for minute in range(8):
        river.point(minute, "wifi-1", "captive")
    river.engine.govern([replace(HOTSPOT, condition=Absence("internet", ("open", "captive")))])
    for minute in range(8, 30):
        river.point(minute, "wifi-1", "captive")
    assert river.story() == []


def test_a_rule_that_leaves_leaves_its_flood_to_be_settled_and_takes_it_up_again() -> None:
    """As of a gauge that was removed: unwatched while it is gone, and judged on when it is back."""
    river = city(FLOOD, HOTSPOT)
    read(river, (0, 80), (5, 80), (10, 80))
    (opened,) = river.told
    assert river.engine.govern([HOTSPOT]) is False
    assert not river.engine.watches(opened.incident)
    assert read(river, (15, 200)) == river.story()[:1]
    assert river.pass_to(600) == []
    assert river.engine.govern([HOTSPOT, FLOOD]) is True
    river.engine.adopt(opened.incident, opened.event)
    assert river.engine.watches(opened.incident)
    read(river, *((minute, 40) for minute in range(605, 640, 5)))
    assert river.story()[1:] == [
        "40 no_data WASPADA code-hulu",
        "605 data_back WASPADA code-hulu",
        "605 recovering WASPADA code-hulu",
        "635 resolved NORMAL code-hulu",
    ]


def test_a_rule_that_looks_elsewhere_leaves_what_it_watched() -> None:
    """It is for the Winongo alone now."""
    river = city(FLOOD)
    read(river, (0, 80), (5, 80), (10, 80))
    (opened,) = river.told
    assert river.engine.govern([replace(FLOOD, match=replace(FLOOD.match, sites=("winongo",)))]) is True
    assert not river.engine.watches(opened.incident)
    assert river.engine.streams() == 0


def test_a_rule_about_something_else_does_not_inherit_by_its_name() -> None:
    """The id `flood` is a rise's now: the open flood is nobody's, and the rise begins with nothing."""
    steep = next(one for one in load_rules(watch.RULES) if one.subject == "rise")
    river = city(FLOOD)
    read(river, (0, 80), (5, 80), (10, 80))
    (opened,) = river.told
    assert river.engine.govern([replace(steep, id="flood")]) is True
    assert not river.engine.watches(opened.incident)
    river.engine.adopt(opened.incident, opened.event)
    assert read(river, (15, 80), (20, 80), (25, 80)) == river.story()[:1]


def test_other_marks_of_a_rise_begin_its_run_anew_and_keep_its_water() -> None:
    """Twenty centimetres are enough from minute 15 on: the low of minute 5 still counts."""
    steep = next(one for one in load_rules(watch.RULES) if one.subject == "rise")
    river = city(steep)
    read(river, (0, 20), (5, 20), (10, 30))
    river.engine.govern([replace(steep, condition=replace(steep.condition, raise_cm=20.0))])
    assert read(river, (15, 42), (20, 44)) == ["20 opened code-hulu"]


@pytest.mark.parametrize(
    "other",
    [
        replace(FLOOD, id="banjir"),
        replace(FLOOD, subject="outage"),
        replace(FLOOD, match=replace(FLOOD.match, kind="node")),
        replace(FLOOD, condition=replace(FLOOD.condition, field="rain_mm")),
        replace(FLOOD, condition=HOTSPOT.condition),
    ],
    ids=["id", "subject", "kind", "field", "condition"],
)
def test_what_makes_a_rule_another(other: Rule) -> None:
    """All else are figures, words and places."""
    assert not alike(FLOOD, other)
    assert alike(
        FLOOD, replace(FLOOD, for_s=1.0, clear_for_s=2.0, audience="staff", match=HOTSPOT.match.__class__("flood", ()))
    )


# ------------------------------------------------------------ the folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small city's rules."""
    made = tmp_path / "rules"
    made.mkdir()
    for name in ("flood.toml", "hotspot.toml"):
        shutil.copy(watch.RULES / name, made / name)
    return made


def edit(folder: Path, old: str, new: str, name: str = "flood.toml") -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")


def looks(pack: Pack, *seconds: float) -> list[int | None]:
    """How many rules each look found."""
    found = [pack.look(round(second * SECOND_US)) for second in seconds]
    return [None if rules is None else len(rules) for rules in found]


def test_a_pack_is_read_once_it_has_changed_and_stands_still(folder: Path) -> None:
    """Not at all while nothing changes, not while it still does, not twice."""
    pack = Pack(folder, lambda: load_rules(folder))
    assert looks(pack, 0, 2, 4) == [None, None, None]
    edit(folder, "for_s = 480", "for_s = 60")
    assert looks(pack, 6) == [None]
    edit(folder, "for_s = 60", "for_s = 120")
    assert looks(pack, 8, 9, 10, 12) == [None, None, 2, None]


def test_a_mistake_is_named_and_goes_with_it(folder: Path) -> None:
    """File, line and remedy stay to be seen until the pack is in order again."""
    pack = Pack(folder, lambda: load_rules(folder))
    edit(folder, "for_s = 480", "for_s = -1")
    assert looks(pack, 0, 2, 4) == [None, None, None]
    assert "flood.toml, line 12: for_s" in pack.refused
    edit(folder, "for_s = -1", "for_s = 480")
    assert looks(pack, 6, 8) == [None, 2]
    assert pack.refused == ""


def test_a_pack_that_is_gone_is_a_mistake(folder: Path) -> None:
    """An engine that judges nothing is nobody's wish: a folder that is being replaced is empty for a moment."""
    pack = Pack(folder, lambda: load_rules(folder))
    for path in folder.glob("*.toml"):
        path.unlink()
    assert looks(pack, 0, 2) == [None, None]
    assert "no rule left" in pack.refused
    folder.rmdir()
    assert looks(pack, 4, 6) == [None, None]


def test_a_file_that_is_put_back_as_it_was_is_no_change_of_rules(folder: Path) -> None:
    """Its time is another, its text is not."""
    pack = Pack(folder, lambda: load_rules(folder))
    before = load_rules(folder)
    os.utime(folder / "flood.toml", (1, 1))
    assert looks(pack, 0) == [None]
    assert pack.look(2 * SECOND_US) == before
    assert told_apart(before, before) == {"added": [], "removed": [], "changed": []}


# ------------------------------------------------------------ the process


def packed(folder: Path) -> dict[str, Any]:
    """An engine's rules, of a folder."""
    return {"rules": load_rules(folder), "pack": Pack(folder, lambda: load_rules(folder))}


class Judged(alerting.Judged):
    """Its pack is in a folder."""

    def __init__(self, stores: Stores, folder: Path) -> None:
        super().__init__(stores, **packed(folder))

    def open(self) -> list[tuple[str, str, bool]]:
        return [(one.rule, one.node, one.no_data) for one in self.stores.cities.open_incidents(watch.CITY)]


def test_a_changed_pack_is_judged_by_without_a_restart(stores: Stores, folder: Path) -> None:
    """The run that is on completes under the new time; a mistake after it changes nothing and is named."""
    judged = Judged(stores, folder)
    for cm in (40, 80):
        judged.level(cm)
    edit(folder, "for_s = 480", "for_s = 1500")
    for _ in range(4):
        judged.level(80)
    assert judged.open() == []
    judged.level(80)
    assert judged.open() == [("flood", "code-hulu", False)]
    edit(folder, "clear_for_s = 1800", "clear_for_s = never")
    judged.level(80)
    assert "flood.toml" in judged.process.facts()["rules_refused"]
    assert judged.process.facts()["rules"] == 2
    for _ in range(7):
        judged.level(40)
    assert judged.open() == []


def test_the_incident_of_a_rule_that_left_is_settled_and_taken_up_again(stores: Stores, folder: Path) -> None:
    """It stays open, marked silent and dangerous, and goes on where the rule is back."""
    judged = Judged(stores, folder)
    for cm in (40, 80, 80, 80):
        judged.level(cm)
    assert judged.open() == [("flood", "code-hulu", False)]
    text = (folder / "flood.toml").read_text(encoding="utf-8")
    (folder / "flood.toml").unlink()
    judged.level(200)
    assert judged.open() == [("flood", "code-hulu", True)]
    (folder / "flood.toml").write_text(text, encoding="utf-8")
    judged.level(80)
    judged.level(80)
    assert judged.open() == [("flood", "code-hulu", False)]


def test_a_rule_that_is_added_knows_what_was_said_before(stores: Stores, folder: Path) -> None:
    """The second rule comes after the readings that it opens on: they are read again from the store."""
    text = (folder / "flood.toml").read_text(encoding="utf-8").replace('id = "flood"', 'id = "banjir-dua"')
    judged = Judged(stores, folder)
    for cm in (40, 80, 80, 80):
        judged.level(cm)
    (folder / "kedua.toml").write_text(text.replace('audience = "public"', 'audience = "staff"'), encoding="utf-8")
    for _ in range(8):
        judged.clock.advance(3)
        assert judged.process.turn(0.0)
    assert sorted(judged.open()) == [("banjir-dua", "code-hulu", False), ("flood", "code-hulu", False)]
    assert {one.opened_us for one in stores.cities.open_incidents(watch.CITY)} == {watch.at(21)}
    assert {one.id for one in stores.cities.pack_rules(watch.CITY)} == {"flood", "hotspot", "banjir-dua"}
    assert judged.process.facts()["rules"] == 3


def test_an_engine_that_stands_by_takes_over_with_the_newest_pack(stores: Stores, folder: Path) -> None:
    """It reads what has changed while another owns the city."""
    judged = Judged(stores, folder)
    judged.level(40)
    second = alerting.process(
        stores, Letterbox(), clock=judged.clock, faster=1.0, lease_ttl_s=1e6, rules=load_rules(folder), holder="dua",
        pack=Pack(folder, lambda: load_rules(folder)),
    )  # fmt: skip
    (folder / "hotspot.toml").unlink()
    for _ in range(3):
        judged.clock.advance(3)
        assert second.turn(0.0)
    assert not second.leading
    assert second.facts()["rules"] == 1
