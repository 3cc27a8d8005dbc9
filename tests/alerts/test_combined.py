"""Several streams taken together: minute by minute, and what silence, restarts and shadow do to them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.watch import CITY, Watch, at, placements, profile, rule

from alerts.combined_stream import CombinedStream, Said, may_be, met
from alerts.engine import Engine
from alerts.rulefile import load_rule, load_rules
from alerts.rules import NOWHERE, Combined, Mark, Need, Rule
from alerts.words import Words
from cities.load import rules_folder
from contract.clock import SECOND_US
from contract.errors import BadInput
from contract.incident import Audience
from contract.levels import Level

SCALES = {one.gauge: one for one in profile().scales}
FLOOD = rule("flood")
RISE = load_rule(rules_folder("yogyakarta") / "rise.toml")
TEXT = """
id = "{id}"
subject = "notice"
severity = "warning"
category = "banjir"
audience = "staff"
group_by = "river"
for_s = 0
clear_for_s = 600
{condition}
[text.title]
id = "Perlu dilihat: {{group}}"
en = "Worth a look: {{group}}"
[text.opened]
id = "{{value}} alat di {{group}}, {{time}}"
en = "{{value}} gauges on the {{group}}, {{time}}"
[text.no_data]
id = "Tidak diketahui lagi: {{group}}"
en = "Not known any more: {{group}}"
[text.resolved]
id = "Selesai: {{group}}"
en = "Over: {{group}}"
"""
SEVERAL = '[several]\nrule = "flood"\ncount = 2\nwithin_s = 3600\n'
BOTH = '[both]\nrules = ["flood", "rise"]\nwithin_s = 3600\n'
RAIN = """
[match]
kind = "flood"
nodes = ["gauge"]
sensor = "hujan"
[mark]
field = "rain_mm"
raise_at = 10
clear_at = 5
"""
QUIET_S = "no_data_for_s = 1800\n"


def read_rule(folder: Path, name: str, condition: str) -> Rule:
    path = folder / f"{name}.toml"
    path.write_text(TEXT.format(id=name, condition=condition), encoding="utf-8")
    return load_rule(path)


def several(folder: Path, **changes: object) -> Rule:
    made = read_rule(folder, "several", SEVERAL)
    assert isinstance(made.condition, Combined)
    return replace(made, condition=replace(made.condition, **changes)) if changes else made  # type: ignore[arg-type]


def city(*pack: Rule, audiences: dict[str, Audience] | None = None) -> Watch:
    return Watch(Engine(CITY, pack, placements(audiences), SCALES))


def high(river: Watch, gauge: str, *minutes: float, cm: float = 80) -> None:
    for minute in minutes:
        river.level(minute, gauge, cm)


def of(river: Watch, name: str = "several") -> list[str]:
    """What this rule alone told."""
    return [line for line, one in zip(river.story(), river.told, strict=True) if one.rule.id == name]


def test_two_of_a_river_s_gauges_open_it_and_two_that_are_low_again_end_it(tmp_path: Path) -> None:
    """The second gauge is sure at minute 15. The first is over at 45, so that there are not two any more."""
    river = city(FLOOD, several(tmp_path))
    for minute in range(0, 100, 5):
        river.level(minute, "code-hulu", 80 if minute < 15 else 50)
        river.level(minute, "code-hilir", 80 if 5 <= minute < 60 else 50)
        river.level(minute, "winongo", 80)
    assert of(river) == ["15 opened code-hulu", "45 recovering code-hulu", "55 resolved code-hulu"]
    opened = next(one for one in river.told if one.rule.id == "several")
    assert (opened.incident.subject, opened.incident.value, opened.incident.entity) == ("notice", 2, "river/Code")
    assert (opened.event.group, opened.event.name) == ("river/Code~staff", "Code")


def test_two_gauges_too_far_apart_in_time_are_not_together(tmp_path: Path) -> None:
    """One is high from minute 10, the other from 75: more than an hour. A third would not help the first."""
    river = city(FLOOD, several(tmp_path))
    for minute in range(0, 100, 5):
        river.level(minute, "code-hulu", 80)
        river.level(minute, "code-hilir", 80 if minute >= 65 else 40)
    assert of(river) == []
    nearer = city(FLOOD, several(tmp_path, within_s=4000.0))
    for minute in range(0, 100, 5):
        nearer.level(minute, "code-hulu", 80)
        nearer.level(minute, "code-hilir", 80 if minute >= 65 else 40)
    assert of(nearer) == ["75 opened code-hulu"]


def test_a_level_may_be_asked_for(tmp_path: Path) -> None:
    """WASPADA at both is not SIAGA at both; SIAGA and AWAS are."""
    river = city(FLOOD, several(tmp_path, level=Level.SIAGA))
    for minute in range(0, 60, 5):
        river.level(minute, "code-hulu", 80 if minute < 30 else 120)
        river.level(minute, "code-hilir", 120 if minute < 30 else 170)
    assert of(river) == ["40 opened code-hulu"]


def test_silence_is_unknown_and_never_safe(tmp_path: Path) -> None:
    """One falls silent in its flood: that is told, and what the other one says ends nothing while it is unknown. It is
    heard again, low for its clear time: there are not two any more."""
    river = city(FLOOD, several(tmp_path))
    for minute in range(0, 15, 5):
        river.level(minute, "code-hulu", 80)
        river.level(minute, "code-hilir", 80)
    for minute in range(15, 200, 5):
        river.level(minute, "code-hilir", 80)
    assert of(river) == ["10 opened code-hulu", "40 no_data code-hulu"]
    for minute in range(200, 245, 5):
        river.level(minute, "code-hulu", 40)
        river.level(minute, "code-hilir", 80)
    assert of(river)[2:] == ["200 data_back code-hulu", "230 recovering code-hulu", "240 resolved code-hulu"]


def test_a_low_gauge_that_nobody_hears_does_not_end_it_either(tmp_path: Path) -> None:
    """Three of a river, two of them high; one of those is low again, and the third, low, has long said nothing."""
    places = placements()
    places["winongo"] = replace(places["winongo"], river="Code")
    river = Watch(Engine(CITY, (FLOOD, several(tmp_path)), places, SCALES))
    river.level(0, "winongo", 40)
    for minute in range(0, 120, 5):
        river.level(minute, "code-hulu", 80 if minute < 30 else 50)
        river.level(minute, "code-hilir", 80)
    assert of(river) == ["10 opened code-hulu", "60 no_data code-hulu"]
    river.level(120, "winongo", 40)
    assert river.pass_to(135)
    assert of(river)[2:] == [
        "121 data_back code-hulu",
        "121 recovering code-hulu",
        "131 resolved code-hulu",
    ]


def test_silence_itself_may_be_what_is_counted(tmp_path: Path) -> None:
    """Two gauges of a river that are silent in their flood within the hour."""
    river = city(FLOOD, several(tmp_path, silent=True))
    high(river, "code-hulu", 0, 5, 10)
    high(river, "code-hilir", 10, 15, 20)
    assert river.pass_to(60)[-1] == "50 opened code-hulu"
    assert len(of(river)) == 1


def test_level_and_rise_of_one_river(tmp_path: Path) -> None:
    """A gauge that is high and one that comes up fast, not necessarily the same; told with the second of them."""
    both = read_rule(tmp_path, "both", BOTH)
    river = city(FLOOD, RISE, both)
    for number, cm in enumerate([20, 20, 20, 36, 52, 60, 61]):
        river.level(5 * number, "code-hilir", cm)
    assert of(river, "both") == []
    high(river, "code-hulu", 35, 40, 45)
    assert of(river, "both") == ["45 opened code-hulu"]
    far = city(FLOOD, RISE, both)
    for number, cm in enumerate([20, 20, 20, 36, 52, 60, 61]):
        far.level(5 * number, "code-hilir", cm)
    high(far, "winongo", 35, 40, 45)
    assert of(far, "both") == []


def test_rain_and_level_of_one_river(tmp_path: Path) -> None:
    """Rain has no scale: a `mark` of the rule's own raises on it, and a `both` takes it together with the level."""
    rain = read_rule(tmp_path, "rain", QUIET_S + RAIN)
    assert rain.condition == Mark("rain_mm", 10, 5)
    both = read_rule(tmp_path, "both", BOTH.replace('"rise"', '"rain"'))
    river = city(FLOOD, rain, both)
    for minute in (0, 5, 10):
        river.reading(minute, "code-hulu", "hujan", "flood", {"rain_mm": 12.0})
    high(river, "code-hilir", 20, 25, 30)
    assert river.story() == ["5 opened code-hulu", "30 opened WASPADA code-hilir", "30 opened code-hulu"]
    river.pass_to(600)
    assert of(river, "both")[1:] == ["40 no_data code-hulu"]


def test_a_mark_alone_is_confirmed_and_ends_as_a_level_does(tmp_path: Path) -> None:
    """One reading is nobody's warning, silence after it neither."""
    rain = replace(read_rule(tmp_path, "rain", QUIET_S + RAIN), for_s=300.0)
    dry = city(rain)
    dry.reading(0, "code-hulu", "hujan", "flood", {"rain_mm": 30.0})
    assert dry.pass_to(600) == []
    wet = city(rain)
    for minute, mm in ((0, 12), (5, 11), (10, 7), (15, 4), (20, 3), (25, 0)):
        wet.reading(minute, "code-hulu", "hujan", "flood", {"rain_mm": float(mm)})
    assert wet.story() == ["5 opened code-hulu", "15 recovering code-hulu", "25 resolved code-hulu"]


def test_what_is_kept_from_people_of_a_part_is_kept_of_the_whole(tmp_path: Path) -> None:
    """One of the two gauges is in shadow: so is what both of them say."""
    public = replace(several(tmp_path), audience="public")
    shown = city(FLOOD, public)
    hidden = city(FLOOD, public, audiences={"code-hulu": "shadow"})
    for river in (shown, hidden):
        for minute in (0, 5, 10):
            high(river, "code-hulu", minute)
            high(river, "code-hilir", minute)
    assert [one.incident.audience for one in shown.told if one.rule.id == "several"] == ["public"]
    assert [(one.incident.audience, one.incident.node) for one in hidden.told if one.rule.id == "several"] == [
        ("shadow", "code-hulu")
    ]


@pytest.mark.parametrize("cut", range(0, 100, 10))
def test_a_restart_loses_nothing(tmp_path: Path, cut: int) -> None:
    """At any minute: the engine that restores a snapshot tells the rest as the first one would have."""
    pack = (FLOOD, replace(several(tmp_path), for_s=120.0, keep_firing_for_s=900.0))

    def tell(river: Watch, minutes: range) -> None:
        for minute in minutes:
            river.level(minute, "code-hulu", 80 if minute < 15 else 50)
            river.level(minute, "code-hilir", 80 if 5 <= minute < 60 else 50)

    whole, first = city(*pack), city(*pack)
    tell(whole, range(0, 120, 5))
    tell(first, range(0, cut, 5))
    second = city(*pack)
    second.engine.restore(first.engine.snapshot())
    second.seqs, second.minute, second.told = first.seqs, first.minute, first.told
    tell(second, range(cut, 120, 5))
    assert of(second) == of(whole) == ["17 opened code-hulu", "60 resolved code-hulu"]


def test_the_store_is_believed_at_a_start(tmp_path: Path) -> None:
    """An open notice is taken up by its group, and nobody watches it where the river has no gauge any more."""
    pack = (FLOOD, several(tmp_path))
    river = city(*pack)
    high(river, "code-hulu", 0, 5, 10)
    high(river, "code-hilir", 0, 5, 10)
    opened = next(one for one in river.told if one.rule.id == "several")
    again = city(*pack)
    again.engine.adopt(opened.incident, opened.event)
    assert again.engine.watches(opened.incident)
    again.engine.place({node: place for node, place in placements().items() if place.river != "Code"}, SCALES)
    assert not again.engine.watches(opened.incident)


def test_it_is_told_in_both_languages(tmp_path: Path) -> None:
    """How many, and where."""
    river = city(FLOOD, several(tmp_path))
    high(river, "code-hulu", 0, 5, 10)
    high(river, "code-hilir", 0, 5, 10)
    said = Words(profile()).sentence(river.told[-1], placements()["code-hulu"])
    assert said is not None
    assert said["title"] == {"id": "Perlu dilihat: Code", "en": "Worth a look: Code"}
    assert said["text"]["id"].startswith("2 alat di Code, ")
    assert said["text"]["en"].startswith("2 gauges on the Code, ")


# ------------------------------------------------------------ the two questions, by themselves


def said(*members: tuple[str, bool | None, float]) -> list[Said]:
    return [Said(name, past, at(minute)) for name, past, minute in members]


@pytest.mark.parametrize(
    ("members", "holds", "possible"),
    [
        ([("a", True, 0), ("a", True, 60)], True, True),
        ([("a", True, 0), ("a", True, 60.1)], False, True),
        ([("a", True, 0), ("a", True, 70), ("a", True, 100)], True, True),
        ([("a", True, 0), ("a", None, 0)], False, True),
        ([("a", True, 0), ("a", False, 0)], False, False),
        ([("a", None, 0), ("a", None, 0)], False, True),
        ([("a", True, 0), ("b", True, 0)], False, False),
        ([], False, False),
    ],
)
def test_two_within_an_hour(members: list[tuple[str, bool | None, float]], holds: bool, possible: bool) -> None:
    """Of the known ones for what is so, of the unknown ones too for what may be."""
    condition = Combined((Need("a", 2),), 3600.0)
    assert met(said(*members), condition) is holds
    assert may_be(said(*members), condition) is possible
    assert met(list(reversed(said(*members))), condition) is holds


# ------------------------------------------------------------ reading it


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("count = 2", "count = 1", r"several.count: a number from 2 is expected, got 1"),
        ("count = 2", "count = 2.5", r"several.count"),
        ("within_s = 3600", "within_s = 0", r"several.within_s: a number of seconds from 1"),
        ('rule = "flood"', 'rule = "banjir"', r"line 11: several.rule: 'banjir' is no rule that measures.*flood"),
        ('rule = "flood"', 'rule = "several"', r"several.rule: 'several' is not the id of another rule"),
        ("count = 2", 'count = 2\nlevel = "NORMAL"', r"several.level: 'NORMAL' is not one of them"),
        ("count = 2", 'count = 2\nlevel = "AWAS"\nsilent = true', r"several.silent"),
        ('rule = "flood"', 'rule = "hotspot"\nlevel = "AWAS"', r"no rule named here has levels"),
        ("[several]", QUIET_S + "[several]", r"line 10: no_data_for_s: the rules that are taken together say this"),
        ("[several]", '[match]\nkind = "flood"\n[several]', r"match: the rules that are taken together"),
        ('group_by = "river"', 'group_by = "uplink"', r"line 7: group_by: this is nothing that sensors have in common"),
    ],
)
def test_a_mistake_says_where_it_is(tmp_path: Path, old: str, new: str, says: str) -> None:
    """File, line, field, remedy; also where the mistake shows only beside the other rules."""
    for name in ("flood", "hotspot"):
        source = rules_folder("yogyakarta") / f"{name}.toml"
        (tmp_path / source.name).write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    text = TEXT.format(id="several", condition=SEVERAL)
    assert old in text
    (tmp_path / "several.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"(?s)several\.toml.*{says}"):
        load_rules(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('["flood", "rise"]', '["flood"]', r"both.rules: two rules are expected"),
        ('["flood", "rise"]', '["flood", "flood"]', r"both.rules: two rules are expected"),
        ('["flood", "rise"]', '["flood", 5]', r"both.rules: 5 is not the id of another rule"),
    ],
)
def test_both_are_two(tmp_path: Path, old: str, new: str, says: str) -> None:
    """Not one, not the same one twice."""
    with pytest.raises(BadInput, match=says):
        read_rule(tmp_path, "both", BOTH.replace(old, new))


def test_a_rule_that_takes_together_reads_nothing_itself(tmp_path: Path) -> None:
    """Its own match stands nowhere."""
    made = several(tmp_path)
    assert (made.match, made.no_data_for_s, made.for_s) == (NOWHERE, 0.0, 0.0)


@pytest.mark.parametrize(
    ("for_s", "clear_for_s", "every_s"),
    [(0.0, 0.0, 60), (0.0, 1800.0, 60), (0.0, 100.0, 10), (60.0, 0.0, 6), (4.0, 0.0, 1)],
)
def test_it_is_looked_at_as_often_as_its_times_ask_for(
    tmp_path: Path, for_s: float, clear_for_s: float, every_s: int
) -> None:
    """Each change of a member is looked at as it comes; between them a tenth of the shortest wait is often enough, and
    where nothing is waited for a minute: a pause of a day is 1,440 looks and not 86,400."""
    rule = replace(several(tmp_path), for_s=for_s, clear_for_s=clear_for_s)
    river = city(FLOOD, rule)
    for minute in range(0, 20, 5):
        high(river, "code-hulu", minute)
        high(river, "code-hilir", minute)
    if for_s == 0:
        assert of(river) == ["10 opened code-hulu"]
    assert isinstance(rule.condition, Combined)
    stream = CombinedStream(rule, "river/Code", rule.condition)
    stream.began_us = stream.looked_us = 10
    assert stream.due_us(0) - 10 == every_s * SECOND_US
