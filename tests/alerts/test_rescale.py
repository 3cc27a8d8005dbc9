"""A scale that is corrected while its gauge is judged: nothing is begun anew but what was measured by the old marks."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support import alerting, watch
from support.alerting import Stores
from support.watch import Watch, profile, rule, scale

from alerts.engine import Engine
from alerts.reload import Pack, scales_apart
from alerts.words import Words
from cities.load import load, rules_folder
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.levels import Level, Scale, Threshold

CITY = "yogyakarta"
GAUGE = "code-hulu"
KNOWN = {one.gauge: one for one in profile().scales}


def river(staff: Scale = KNOWN[GAUGE]) -> Watch:
    return Watch(Engine(watch.CITY, (rule("flood"),), watch.placements(), KNOWN | {GAUGE: staff}))


def read(told: Watch, *readings: tuple[float, float]) -> list[str]:
    found = []
    for minute, cm in readings:
        found += told.level(minute, GAUGE, cm)
    return found


def corrected(told: Watch, staff: Scale | None) -> None:
    """The scale of the gauge is another from here on, or gone."""
    others = {gauge: one for gauge, one in KNOWN.items() if gauge != GAUGE}
    told.engine.place(watch.placements(), others if staff is None else others | {GAUGE: staff})


# ------------------------------------------------------------ the engine under another scale


def test_a_flood_below_the_corrected_mark_ends_by_good_readings() -> None:
    """WASPADA was 70 and is 100 now: the next reading begins the clear time, and nothing ends without one."""
    told = river()
    read(told, (0, 80), (5, 80), (10, 80))
    corrected(told, scale(GAUGE, up=(100, 130, 160), clear=(90, 120, 150)))
    assert read(told, (15, 80)) == ["15 recovering WASPADA code-hulu"]
    assert read(told, *((minute, 80) for minute in range(20, 50, 5))) == ["45 resolved NORMAL code-hulu"]


def test_a_flood_beyond_the_corrected_mark_grows_after_its_time() -> None:
    """SIAGA was 110 and is 75: two good readings bear it out, as ever."""
    told = river()
    read(told, (0, 80), (5, 80), (10, 80))
    corrected(told, scale(GAUGE, up=(70, 75, 160), clear=(60, 65, 140)))
    assert read(told, (15, 80), (20, 80)) == []
    assert read(told, (25, 80)) == ["25 level SIAGA code-hulu"]


def test_a_run_that_was_measured_by_the_old_mark_begins_anew() -> None:
    """Five minutes had run; it is the corrected mark that must be passed for eight."""
    told = river()
    read(told, (0, 80), (5, 80))
    corrected(told, scale(GAUGE, up=(75, 110, 160)))
    assert read(told, (10, 80), (15, 80)) == []
    assert read(told, (20, 80)) == ["20 opened WASPADA code-hulu"]


def test_another_zero_is_held_against_no_reading_of_the_old_one() -> None:
    """Half a metre of jump at most, and five metres between the two zeros: the first reading counts at once."""
    told = river(replace(KNOWN[GAUGE], jump_cm=50.0))
    read(told, (0, 40), (5, 40))
    high = scale(GAUGE, up=(570, 610, 660), clear=(560, 595, 640))
    corrected(told, replace(high, datum="nol lain", jump_cm=50.0))
    assert read(told, (10, 580)) == []
    assert not told.engine.doubts(GAUGE, "gauge", watch.at(10))
    assert read(told, (15, 580), (20, 580)) == ["20 opened WASPADA code-hulu"]


def restarted(told: Watch, staff: Scale) -> Watch:
    """Another engine goes on from the snapshot, with this scale in the city's folder."""
    again = river(staff)
    again.engine.restore(told.engine.snapshot())
    again.seqs, again.minute = told.seqs, told.minute
    return again


@pytest.mark.parametrize(
    "staff",
    [
        KNOWN[GAUGE],
        replace(KNOWN[GAUGE], jump_cm=50.0),
        scale(GAUGE, up=(100, 130, 160), clear=(90, 120, 150)),
        scale(GAUGE, up=(70, 75, 160), clear=(60, 65, 140)),
        replace(scale(GAUGE, up=(570, 610, 660), clear=(560, 595, 640)), datum="nol lain", jump_cm=50.0),
        replace(scale(GAUGE, up=(70, 50, 20), clear=(80, 60, 30)), direction="falling"),
    ],
    ids=["the same", "jump", "higher marks", "lower marks", "zero", "direction"],
)
@pytest.mark.parametrize(
    "cms", [(40, 40), (80, 80), (80, 80, 80), (80, 80, 80, 50)], ids=["low", "run", "open", "clear"]
)
def test_a_restart_sees_a_corrected_scale_as_an_engine_that_goes_on(cms: tuple[float, ...], staff: Scale) -> None:
    """Whatever was corrected, and whatever ran: the same is told from there on."""
    going, down = river(), river()
    for told in (going, down):
        read(told, *((5 * n, cm) for n, cm in enumerate(cms)))
    corrected(going, staff)
    again = restarted(down, staff)
    since = 5 * len(cms)
    for water in (85.0, 85.0, 85.0, 300.0, 580.0, 580.0, 580.0, 40.0, 40.0):
        assert read(again, (since, water)) == read(going, (since, water))
        assert again.engine.doubts(GAUGE, "gauge", watch.at(since)) == going.engine.doubts(
            GAUGE, "gauge", watch.at(since)
        )
        since += 5


def test_after_a_restart_another_zero_is_held_against_no_reading_of_the_old_one() -> None:
    """Five metres between the two zeros, half a metre of jump at most: no reading waits, and the level is told."""
    told = river(replace(KNOWN[GAUGE], jump_cm=50.0))
    read(told, (0, 40), (5, 40))
    high = scale(GAUGE, up=(570, 610, 660), clear=(560, 595, 640))
    again = restarted(told, replace(high, datum="nol lain", jump_cm=50.0))
    assert read(again, (10, 580)) == []
    assert not again.engine.doubts(GAUGE, "gauge", watch.at(10))
    assert read(again, (15, 580), (20, 580)) == ["20 opened WASPADA code-hulu"]
    assert restarted(again, replace(high, datum="nol lain", jump_cm=50.0)).engine.snapshot() == again.engine.snapshot()


def test_a_reading_that_jumps_waits_where_the_zero_is_the_same() -> None:
    """Only the marks were corrected: what lies five metres off is doubted as before."""
    told = river(replace(KNOWN[GAUGE], jump_cm=50.0))
    read(told, (0, 40), (5, 40))
    corrected(told, replace(scale(GAUGE, up=(75, 110, 160)), jump_cm=50.0))
    read(told, (10, 580))
    assert told.engine.doubts(GAUGE, "gauge", watch.at(10))


def test_what_a_gauge_without_a_scale_had_open_is_nobodys_until_it_is_back() -> None:
    """As of one that was removed; the others go on."""
    told = river()
    read(told, (0, 80), (5, 80), (10, 80))
    (opened,) = told.told
    corrected(told, None)
    assert not told.engine.watches(opened.incident)
    assert read(told, (15, 200)) == []
    corrected(told, KNOWN[GAUGE])
    told.engine.adopt(opened.incident, opened.event)
    assert told.engine.watches(opened.incident)
    assert read(told, (20, 50))[-1:] == ["20 recovering WASPADA code-hulu"]


def test_what_changed_is_named() -> None:
    """By gauge; another zero stands by itself, for its readings mean something else."""
    one, two, three = (scale(gauge) for gauge in ("a", "b", "c"))
    found = scales_apart([one, two, three], [replace(one, datum="lain"), replace(two, jump_cm=9.0), scale("d")])
    assert found == {"added": ["d"], "removed": ["c"], "changed": ["a", "b"], "measured_anew": ["a"]}


# ------------------------------------------------------------ the file, and the process


@pytest.fixture
def cities(tmp_path: Path) -> Path:
    """A folder of cities with a copy of Yogyakarta."""
    made = tmp_path / "cities"
    shutil.copytree(rules_folder(CITY).parent, made / CITY)
    return made


def staffs(cities: Path) -> Pack[tuple[Scale, ...]]:
    """Its scales, strictly read, for the small city: what stands there for the Code is its first gauge's."""

    def read() -> tuple[Scale, ...]:
        found = {one.gauge: one for one in load(CITY, cities).scales}
        return (replace(found["jog-gauge-04"], gauge=GAUGE), *(KNOWN[one] for one in KNOWN if one != GAUGE))

    return Pack(cities / CITY, read, "scales", "scale.toml")


def edit(cities: Path, old: str, new: str) -> None:
    path = cities / CITY / "scale.toml"
    before, _, after = path.read_text(encoding="utf-8").partition('gauge = "jog-gauge-04"')
    assert old in after
    path.write_text(before + 'gauge = "jog-gauge-04"' + after.replace(old, new, 1), encoding="utf-8")


class Judged(alerting.Judged):
    """Its scales are in a file."""

    def __init__(self, stores: Stores, pack: Pack[tuple[Scale, ...]]) -> None:
        super().__init__(stores, staffs=pack)

    def open(self) -> list[str]:
        return [one.level.name for one in self.stores.cities.open_incidents(watch.CITY) if one.level is not None]


def test_a_corrected_file_is_judged_by_without_a_restart(stores: Stores, cities: Path) -> None:
    """A mistake changes nothing and is named with file and line; mended, the water that stood below the mark is a
    flood by the next good readings."""
    judged = Judged(stores, staffs(cities))
    for cm in (40, 50, 50, 50):
        judged.level(cm)
    edit(cities, "raise_cm = ", "raise_cm = no")
    judged.level(50)
    assert "scale.toml" in judged.process.facts()["scales_refused"]
    assert judged.open() == []
    edit(cities, "raise_cm = no", "raise_cm = ")
    path = cities / CITY / "scale.toml"
    before, mark, after = path.read_text(encoding="utf-8").partition('gauge = "jog-gauge-04"')
    first = after.index("waspada = {")
    line = after[first : after.index("}", first)]
    lower = 'waspada = { raise_cm = 45, clear_cm = 30, local_name = "Baru" '
    path.write_text(before + mark + after.replace(line, lower, 1), encoding="utf-8")
    for _ in range(4):
        judged.level(50)
    assert judged.process.facts()["scales_refused"] == ""
    assert judged.open() == ["WASPADA"]


def test_marks_that_cross_are_refused_while_a_flood_goes_on(stores: Stores, cities: Path) -> None:
    """SIAGA would clear below WASPADA: the engine lives, names file and line, and ends the flood by the old marks."""
    judged = Judged(stores, staffs(cities))
    for cm in (40, 80, 80, 80, 80):
        judged.level(cm)
    edit(cities, "clear_cm = 95", "clear_cm = 55")
    for _ in range(4):
        judged.level(80)
    assert "scale.toml line" in judged.process.facts()["scales_refused"]
    assert judged.open() == ["WASPADA"]
    for _ in range(10):
        judged.level(40)
    assert judged.open() == []


def test_a_gauge_that_gets_a_scale_is_judged_by_what_it_said_before(stores: Stores, tmp_path: Path) -> None:
    """While it had none its water was nobody's; it is read again from the store."""
    listed = tmp_path / "scale.toml"
    listed.write_text(" ".join(KNOWN))
    pack = Pack(tmp_path, lambda: tuple(KNOWN[one] for one in listed.read_text().split()), "scales", "scale.toml")
    judged = Judged(stores, pack)
    judged.level(40)
    listed.write_text("winongo")
    for _ in range(4):
        judged.level(90)
    assert judged.open() == []
    listed.write_text(" ".join(KNOWN))
    for _ in range(8):
        judged.clock.advance(3)
        assert judged.process.turn(0.0)
    assert judged.open() == ["WASPADA"]


def test_what_is_told_has_the_corrected_name() -> None:
    """The city calls the level otherwise now."""
    told = river()
    read(told, (0, 80), (5, 80), (10, 80))
    words = Words(profile())
    named = replace(KNOWN[GAUGE], thresholds=(Threshold(Level.WASPADA, 70, 60, "Baru"),))
    words.rescale((named,))
    sentence = words.sentence(told.told[0], watch.placements()[GAUGE])
    assert sentence is not None
    assert "(Baru)" in sentence["text"]["id"]


def test_only_the_scales_own_file_is_looked_at(cities: Path) -> None:
    """What else a city's folder says is read at a start."""
    pack = staffs(cities)
    os.utime(cities / CITY / "city.toml", (1, 1))
    assert [pack.look(round(second * SECOND_US)) for second in (0, 2, 4)] == [None, None, None]


def test_a_file_that_is_gone_is_a_mistake(cities: Path) -> None:
    """It is being replaced: the old scales go on until the new ones are there."""
    pack = staffs(cities)
    path = cities / CITY / "scale.toml"
    text = path.read_text(encoding="utf-8")
    path.unlink()
    assert [pack.look(round(second * SECOND_US)) for second in (0, 2)] == [None, None]
    assert pack.refused
    path.write_text(text, encoding="utf-8")
    found = [pack.look(round(second * SECOND_US)) for second in (4, 6)]
    assert found[0] is None
    assert found[1] is not None
    assert pack.refused == ""


def test_what_another_file_refused_is_read_once_that_is_mended(tmp_path: Path) -> None:
    """A scale for a gauge that the list of nodes does not know yet; the list is saved a minute later."""
    (tmp_path / "scale.toml").write_text("old")
    known: set[str] = set()

    def read() -> tuple[Scale, ...]:
        if "new" not in known:
            raise BadInput("'new' is no node of the city", where="scale.toml", remedy="List it.")
        return (KNOWN[GAUGE],)

    pack = Pack(tmp_path, read, "scales", "scale.toml")
    (tmp_path / "scale.toml").write_text("old new")
    with capture_logs() as said:
        assert [pack.look(second * SECOND_US) for second in (0, 2, 4, 60)] == [None] * 4
    assert [one["event"] for one in said] == ["alerts.scales_refused"]
    known.add("new")
    assert [pack.look(second * SECOND_US) for second in (62, 64)] == [(KNOWN[GAUGE],), None]
    assert pack.refused == ""
