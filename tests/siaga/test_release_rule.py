"""A rule about releases as a city writes it: what it may say, how it is held against the posts, how it is tried out."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.rulefile import load_rule, load_rules
from alerts.rules import Release, longest_window_s
from cities.load import load, rules_folder
from contract.errors import BadInput
from siaga import rulecheck
from siaga.cli import app

CITY = "jakarta"
FILE = rules_folder(CITY) / "pelepasan.toml"
GOOD = FILE.read_text(encoding="utf-8")
MARKED = GOOD.replace("[release]\n", '[release]\nfield = "discharge_m3s"\nraise_at = 50\n')
STORY = """
about = "dilepas"
every_s = 3600
[[release]]
at = "00:10"
post = "katulampa"
dam = "Bendung Katulampa"
discharge_m3s = 80
lasts_s = 3600
[expect]
lines = '''
00:10 katulampa opened release
01:10 katulampa resolved release
'''
"""


def loaded(folder: Path, text: str) -> Release:
    path = folder / "pelepasan.toml"
    path.write_text(text, encoding="utf-8")
    condition = load_rule(path).condition
    assert isinstance(condition, Release)
    return condition


def test_any_release_or_one_of_so_much(tmp_path: Path) -> None:
    """An empty section is any; a mark is of the water or of the gate. Nothing is waited for, and nothing is read again
    for its sake."""
    assert loaded(tmp_path, GOOD) == Release("", 0.0)
    assert loaded(tmp_path, MARKED) == Release("discharge_m3s", 50.0)
    rule = load_rule(FILE)
    assert (rule.for_s, rule.clear_for_s, rule.audience) == (0.0, 0.0, "shadow")
    assert longest_window_s([rule]) == 0.0


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("no_data_for_s = 86400", "for_s = 300\nno_data_for_s = 86400", 12, "for_s: one notice is enough"),
        ("no_data_for_s = 86400", "clear_for_s = 0\nno_data_for_s = 86400", 12, "clear_for_s: one notice"),
        ("no_data_for_s = 86400", "keep_firing_for_s = 9\nno_data_for_s = 1", 12, "keep_firing_for_s: one notice"),
        ('kind = "release"', 'kind = "flood"', 16, "match.kind: nothing is announced by 'flood'"),
        ('subject = "notice"', 'subject = "flood"', 20, "release: release does not fit the subject 'flood'"),
        ('group_by = "river"', 'group_by = "uplink"', 9, "group_by: this is nothing that dams have in common"),
        ("[release]\n", "[release]\nraise_at = 50\n", 20, "release.field: None is not one of them"),
        ("[release]\n", '[release]\nfield = "lasts_s"\n', 21, "release.field: 'lasts_s' is not one of them"),
        ("raise_at = 50\n", "raise_at = 0\n", 22, "release.raise_at: a number above 0 is expected, got 0"),
        ("raise_at = 50\n", "raise_at = inf\n", 22, "release.raise_at: a number above 0"),
        ("raise_at = 50\n", "raise_at = 50\nclear_at = 40\n", 23, "release.clear_at: this field is not known"),
        ("[text.updated]", "[text.level]", 33, "text.level: this field is not known"),
        ("{amount}, mulai", "{value}, mulai", 30, "the placeholder {value} is not known"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_named(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    """With file, line, field and a remedy."""
    text = MARKED if "raise_at" in old else GOOD
    assert old in text
    with pytest.raises(BadInput) as wrong:
        loaded(tmp_path, text.replace(old, new, 1))
    assert says in str(wrong.value)
    assert f"line {line}" in str(wrong.value)


def test_no_other_rule_can_tell_of_what_is_announced(tmp_path: Path) -> None:
    """A number of a notice against a mark would wait for ever for a second one; and no other rule has the text."""
    mark = GOOD.replace("[release]", '[mark]\nfield = "discharge_m3s"\nraise_at = 50\nclear_at = 40')
    (tmp_path / "a.toml").write_text(mark.replace("no_data_for_s", "for_s = 0\nclear_for_s = 0\nno_data_for_s"))
    with pytest.raises(BadInput, match="what is announced is no measurement"):
        load_rule(tmp_path / "a.toml")
    rise = (FILE.parent / "rise.toml").read_text(encoding="utf-8")
    (tmp_path / "b.toml").write_text(rise.replace("[text.relapsed]", "[text.updated]"))
    with pytest.raises(BadInput, match=r"text\.updated: this field is not known"):
        load_rule(tmp_path / "b.toml")


def test_it_is_no_member_of_a_combination(tmp_path: Path) -> None:
    """Nobody speaks of a dam that lets nothing go: its silence would keep the whole unknown for ever."""
    (tmp_path / "a.toml").write_text(GOOD, encoding="utf-8")
    shutil.copy(FILE.parent / "flood.toml", tmp_path / "b.toml")
    _, _, words = (FILE.parent / "rise.toml").read_text(encoding="utf-8").partition("[text.title]")
    both = (
        'id = "both"\nsubject = "notice"\nseverity = "info"\ncategory = "banjir"\naudience = "shadow"\n'
        'group_by = "river"\nfor_s = 0\nclear_for_s = 0\n[both]\nrules = ["flood", "release"]\nwithin_s = 3600\n'
    )
    words = words.replace("{rise}", "{value}").replace("{minutes}", "{since}").replace("{river}", "{group}")
    (tmp_path / "c.toml").write_text(f"{both}[text.title]{words}", encoding="utf-8")
    with pytest.raises(BadInput, match="'release' is no rule that measures"):
        load_rules(tmp_path)


def test_it_is_held_against_the_posts(tmp_path: Path) -> None:
    """Every post can announce; a city of instruments has nobody who does; a notice is due at no time."""
    shutil.copy(FILE, tmp_path / "pelepasan.toml")
    assert rulecheck.check(tmp_path, load(CITY)) == []
    (found,) = rulecheck.check(tmp_path, load("yogyakarta"))
    assert "matches no sensor of the city" in str(found)
    (tmp_path / "dua.toml").write_text(GOOD.replace('id = "release"', 'id = "dua"', 1), encoding="utf-8")
    (found,) = rulecheck.check(tmp_path, load(CITY))
    assert "would tell the same" in str(found)
    assert "notice of jkt-gauge-01" in str(found)


# ------------------------------------------------------------ tried out


def told(stories: Path, text: str) -> tuple[int, str]:
    (stories / "cerita.toml").write_text(text, encoding="utf-8")
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    return said.exit_code, said.output + str(said.exception or "")


def test_a_story_may_announce(stories: Path) -> None:
    """With readings beside it or without, on time or late; time passes to the announced end."""
    assert told(stories, STORY) == (0, f"{CITY}: 1 of 1 stories told as expected\n")
    late = STORY.replace("lasts_s", 'heard = "00:50"\nlasts_s')
    assert told(stories, late)[0] == 0
    over = STORY.replace("lasts_s", 'heard = "03:00"\nlasts_s')
    code, shown = told(stories, over)
    assert code == 1
    assert "-00:10 katulampa opened release" in shown
    beside = STORY.replace("[expect]", '[series]\ndepok = "150 160 170"\n[expect]')
    assert told(stories, beside)[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('at = "00:10"', 'at = "10 menit"', "release.at: '10 menit' is no time of the story"),
        ('at = "00:10"\n', "", "release.at: None is no time of the story"),
        ('post = "katulampa"', 'post = "bogor"', "release.post: 'bogor' is no post of the city"),
        ('dam = "Bendung Katulampa"', 'dam = " "', "release.dam: a dam's name is expected"),
        ("discharge_m3s = 80", "discharge_m3s = -1", "release.discharge_m3s: a number is expected, got -1"),
        ("discharge_m3s = 80", "debit = 80", "release.debit: this key is not known"),
        ("[[release]]", "[release]", "release: a notice is a table of its own"),
    ],
)
def test_a_notice_of_a_story_is_read_strictly(stories: Path, old: str, new: str, says: str) -> None:
    """Each mistake with its place and a remedy."""
    code, shown = told(stories, STORY.replace(old, new, 1))
    assert code != 0
    assert says in shown
