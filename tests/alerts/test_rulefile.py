"""A rule pack is read strictly: each mistake names file, line, field and remedy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support import watch

from alerts.level_stream import Staff
from alerts.rulefile import load_rule, load_rules
from alerts.rules import Absence, Levels, longest_window_s
from alerts.timing import DEFAULTS, Timing
from contract.compress import compressed
from contract.errors import BadInput

GOOD = (watch.RULES / "flood.toml").read_text(encoding="utf-8")


def test_yogyakarta_s_pack_loads() -> None:
    """Two rules, each with all its words in both languages."""
    flood, hotspot = watch.rules()
    assert (flood.id, flood.condition, flood.group_by) == ("flood", Levels("level_cm"), "river")
    assert (hotspot.id, hotspot.condition, hotspot.group_by) == ("hotspot", Absence("internet", ("open",)), "cause")
    for rule in (flood, hotspot):
        assert all(text.id and text.en for text in rule.texts.values())
    assert longest_window_s((flood, hotspot)) == 1800


def test_a_version_is_the_text_s_own(tmp_path: Path) -> None:
    """The same text has the same version; a changed figure another."""
    for name, text in (("a", GOOD), ("b", GOOD.replace('id = "flood"', 'id = "flood-b"').replace("480", "481"))):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    one, other = load_rules(tmp_path)
    assert one.version == watch.rule("flood").version
    assert one.version != other.version


def test_a_city_s_day_can_be_played_in_minutes() -> None:
    """Durations are divided; the words, the version and the levels stay."""
    fast = compressed(watch.rule("flood"), 60)
    assert (fast.for_s, fast.clear_for_s, fast.no_data_for_s) == (8, 30, 30)
    assert (fast.version, fast.texts) == (watch.rule("flood").version, watch.rule("flood").texts)


def test_when_its_events_are_told_is_its_own_word_or_its_subject_s(tmp_path: Path) -> None:
    """A rule may say one time and leave the others; a staff rule on floods may wait; other times judge no otherwise."""
    flood, hotspot = watch.rule("flood"), watch.rule("hotspot")
    assert flood.timing == DEFAULTS["flood"]
    assert hotspot.timing == replace(DEFAULTS["outage"], group_wait_s=90.0)
    text = (watch.RULES / "flood.toml").read_text().replace('audience = "public"', 'audience = "staff"')
    path = tmp_path / "flood.toml"
    path.write_text(text.replace("[match]", "[notify]\ngroup_wait_s = 60\nrepeat_interval_s = 0\n\n[match]"))
    staff = load_rule(path)
    assert staff.timing == Timing(60.0, DEFAULTS["flood"].group_interval_s, 0.0)
    assert staff.judges == flood.judges
    assert compressed(staff, 60).timing.group_wait_s == 1.0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("for_s = 480", 'for_s = "480"', r"line 12: for_s: a number of seconds"),
        ("for_s = 480", "for_s = -1", r"line 12: for_s"),
        ("for_s = 480", "for_minutes = 8", r"line 12: for_minutes: this field is not known"),
        ("no_data_for_s = 1800", "no_data_for_s = 0", r"line 14: no_data_for_s"),
        ('audience = "public"', 'audience = "everybody"', r"line 8: audience: .*shadow, staff, public"),
        ('group_by = "river"', 'group_by = "mountain"', r"line 9: group_by"),
        ('id = "flood"', 'id = "Banjir Besar"', r"line 4: id: .*is not an id"),
        ('nodes = ["gauge"]', "nodes = []", r"match.nodes: a list is expected"),
        ('nodes = ["gauge"]', 'nodes = ["gage"]', r"match.nodes: 'gage' is not one of them"),
        ('kind = "flood"', 'kind = "weather"', r"match.kind: .*hotspot, crowd, flood, node"),
        ('field = "level_cm"', 'field = "colour"', r"levels.field: .*level_cm, rain_mm"),
        ("[levels]", "[absence]", r"absence"),
        (
            "{trend}{local}. {confirmed} Be ready",
            "{trnd}. {confirmed} Be ready",
            r"text.opened.en: the placeholder \{trnd\}.*Known here",
        ),
        (
            "{value} cm, {trend}{local}. {confirmed} Bersiap",
            "{value:.1f} cm. {confirmed} Bersiap",
            r"text.opened.id: the placeholder",
        ),
        ("[text.no_data]", "[text.nodata]", r"text.nodata: this field is not known"),
        ("[match]", "[match", r"line 17: not valid TOML"),
        ("[match]", "[notify]\ngroup_wait_s = 30\n\n[match]", r"line 18: notify.group_wait_s: .*never waits"),
        ("[match]", "[notify]\nrepeat_interval_s = -1\n\n[match]", r"line 18: notify.repeat_interval_s: a number"),
        ("[match]", "[notify]\nwait_s = 30\n\n[match]", r"line 18: notify.wait_s: this field is not known"),
        ("for_s = 480", "for_s = 480\nkeep_firing_for_s = -5", r"line 13: keep_firing_for_s: a number of seconds"),
        ("no_data_for_s = 1800", "no_data_for_s = { lora = 7200 }", r"line 14: no_data_for_s.default"),
        ("no_data_for_s = 1800", "no_data_for_s = { default = 0 }", r"line 14: no_data_for_s.default"),
        (
            "no_data_for_s = 1800",
            "no_data_for_s = { default = 9, radio = 9 }",
            r"line 14: no_data_for_s.radio: this field is not known.*lora",
        ),
        ('nodes = ["gauge"]', 'nodes = ["gauge"]\nsites = "winongo"', r"line 20: match.sites: a list of codes"),
        ('nodes = ["gauge"]', 'nodes = ["gauge"]\nregions = []', r"line 20: match.regions: a list of codes"),
    ],
)
def test_a_mistake_says_where_it_is_and_how_to_mend_it(tmp_path: Path, old: str, new: str, says: str) -> None:
    """File, line, field, remedy."""
    assert old in GOOD
    (tmp_path / "flood.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"(?s)flood\.toml.*{says}"):
        load_rules(tmp_path)


def test_silence_may_be_said_for_each_link(tmp_path: Path) -> None:
    """One number for all others stands beside them."""
    text = GOOD.replace("no_data_for_s = 1800", "no_data_for_s = { default = 1800, lora = 7200, lan = 900 }")
    (tmp_path / "flood.toml").write_text(text, encoding="utf-8")
    (rule,) = load_rules(tmp_path)
    assert [rule.silence_s(link) for link in ("lora", "lan", "lte", "")] == [7200, 900, 1800, 1800]


def test_a_rule_says_where_it_looks(tmp_path: Path) -> None:
    """Sites by their codes, regions by theirs or a beginning."""
    text = GOOD.replace('nodes = ["gauge"]', 'nodes = ["gauge"]\nsites = ["a", "b"]\nregions = ["34.71"]')
    (tmp_path / "flood.toml").write_text(text, encoding="utf-8")
    (rule,) = load_rules(tmp_path)
    assert (rule.match.sites, rule.match.regions) == (("a", "b"), ("34.71",))


RISE = (watch.RULES / "rise.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("window_s = 1800", "window_s = 0", r"line \d+: rise.window_s: a number of seconds from 1"),
        ("window_s = 1800", "", r"rise.window_s: a number of seconds"),
        ("raise_cm = 30", "raise_cm = 0", r"rise.raise_cm: 0 is always reached"),
        ("raise_cm = 30", "raise_cm = nan", r"rise.raise_cm: a number is expected, got nan"),
        ("clear_cm = 10", "clear_cm = 30", r"line 24: rise.clear_cm: it would clear at 30, .*less than 30"),
        ("clear_cm = 10", 'clear_cm = "10"', r"rise.clear_cm: a number is expected"),
        ("[rise]", "[levels]", r"levels does not fit the subject 'rise'"),
        ('subject = "rise"', 'subject = "flood"', r"rise does not fit the subject 'flood'"),
        ("{rise} cm dalam", "{value} cm dalam", r"text.opened.id: the placeholder \{value\}"),
        ("[rise]", "[steep]", r"steep: this field is not known"),
    ],
)
def test_a_mistake_in_a_rise_says_where_it_is(tmp_path: Path, old: str, new: str, says: str) -> None:
    """A window of nothing, a mark that is always reached, a clear mark that is none."""
    assert old in RISE
    (tmp_path / "rise.toml").write_text(RISE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"(?s)rise\.toml.*{says}"):
        load_rules(tmp_path)


def test_two_rules_with_one_id_are_refused(tmp_path: Path) -> None:
    """Identity is the id; a copy that forgot to change it would tell everything twice."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(BadInput, match=r"b\.toml, line 4: id: the id 'flood' is already taken by a\.toml"):
        load_rules(tmp_path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """A sentence, not a traceback."""
    with pytest.raises(BadInput, match="there is no such folder"):
        load_rules(tmp_path / "nowhere")


def test_a_scale_that_contradicts_itself_is_refused() -> None:
    """A worse level below a milder one, or a clear mark beyond its own raise mark."""
    for scale in (watch.scale("g", up=(110, 70, 160)), watch.scale("g", clear=(80, 95, 140))):
        with pytest.raises(BadInput, match="scale of g"):
            Staff(scale)
