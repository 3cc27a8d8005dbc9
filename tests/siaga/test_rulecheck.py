"""`siaga rules check` and `siaga city check`: rules that cannot work with the city's nodes are found in time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.rulefile import load_rules
from cities.load import load, rules_folder
from contract.errors import BadInput
from siaga import rulecheck, wiring
from siaga import settings as settings_module
from siaga.cli import app

CITY = "yogyakarta"


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of cities with a copy of Yogyakarta, as the settings name it."""
    shutil.copytree(rules_folder(CITY).parent, tmp_path / CITY)
    monkeypatch.setenv("SIAGA_CITIES_FOLDER", str(tmp_path))
    return tmp_path


def change(root: Path, file: str, old: str, new: str) -> None:
    path = root / CITY / "rules" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_pack_of_the_city_is_in_order(root: Path) -> None:
    """And says how many rules there are."""
    said = CliRunner().invoke(app, ["rules", "check"])
    assert (said.exit_code, said.stdout.strip()) == (0, f"{CITY}: 3 rules in order")


@pytest.mark.parametrize("command", [["rules", "check", CITY], ["city", "check", CITY]], ids=["rules", "city"])
def test_a_silence_shorter_than_the_sampling_period_is_found(root: Path, command: list[str]) -> None:
    """A gauge of five minutes under a rule of four: each reading would end a silence, and no flood would ever close."""
    change(root, "flood.toml", "no_data_for_s = 1800", "no_data_for_s = 240")
    said = CliRunner().invoke(app, command)
    assert said.exit_code == 1
    assert "flood.toml, line 14: no_data_for_s" in said.stdout
    assert "every 300 s" in said.stdout
    assert "1 to mend" in said.stdout


def test_exactly_the_period_is_too_short_and_a_second_more_is_not(root: Path) -> None:
    """The next reading is due at the very moment of the deadline."""
    profile = load(CITY, root)
    for seconds, mistakes in ((300, 1), (301, 0)):
        change(root, "flood.toml", "no_data_for_s = ", f"no_data_for_s = {seconds} # ")
        assert len(rulecheck.check(root / CITY / "rules", profile)) == mistakes


def test_a_rule_that_watches_nothing_is_found(root: Path) -> None:
    """A sensor's name that no node has."""
    change(root, "hotspot.toml", 'nodes = ["wifi"]', 'nodes = ["wifi"]\nsensor = "wlan"')
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert "matches no sensor" in str(finding)
    assert "hotspot.toml, line" in str(finding)


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (
            'sites = ["winongo-kricak", "winongo-kriak"]',
            "match.sites: 'winongo-kriak' is no site of the city. Such",
        ),
        ('regions = ["34.71.0"]', "match.regions: no region of the city is '34.71.0' or lies in it"),
    ],
)
def test_a_place_that_the_city_does_not_have_is_found(root: Path, where: str, says: str) -> None:
    """With the line, and the names that are near."""
    change(root, "flood.toml", 'nodes = ["gauge"]', f'nodes = ["gauge"]\n{where}')
    found = [str(one) for one in rulecheck.check(root / CITY / "rules", load(CITY, root))]
    assert f"flood.toml, line 20: {says}" in found[0]


def test_a_silence_is_measured_against_the_sensors_of_its_link(root: Path) -> None:
    """Four minutes are enough for no gauge; here only those on a cable are meant."""
    change(root, "flood.toml", "no_data_for_s = 1800", "no_data_for_s = { default = 1800, lan = 240 }")
    profile = load(CITY, root)
    assert rulecheck.check(root / CITY / "rules", profile) == []
    first, *rest = profile.nodes
    (finding,) = rulecheck.check(root / CITY / "rules", replace(profile, nodes=(replace(first, link="lan"), *rest)))
    assert "flood.toml, line 14: no_data_for_s.lan" in str(finding)
    assert first.node in str(finding)


def test_a_window_in_which_no_two_readings_lie_is_found(root: Path) -> None:
    """A gauge of five minutes: after five minutes and a second there is something to measure from."""
    profile = load(CITY, root)
    change(root, "rise.toml", "window_s = 1800", "window_s = 300")
    (finding,) = rulecheck.check(root / CITY / "rules", profile)
    assert "rise.toml, line 25: rise.window_s" in str(finding)
    assert "every 300 s" in str(finding)
    with pytest.raises(BadInput, match="nothing to measure from"):
        rulecheck.fit(root / CITY / "rules", profile)
    change(root, "rise.toml", "window_s = 300", "window_s = 301")
    assert rulecheck.check(root / CITY / "rules", profile) == []


def copied(root: Path, *changes: tuple[str, str]) -> None:
    """A second flood rule, with these changes."""
    shutil.copy(root / CITY / "rules" / "flood.toml", root / CITY / "rules" / "salinan.toml")
    for old, new in (('id = "flood"', 'id = "banjir-dua"'), *changes):
        change(root, "salinan.toml", old, new)


@pytest.mark.parametrize(
    "differs", [[], [("for_s = 480", "for_s = 60")], [('group_by = "river"', 'group_by = "site"')]]
)
def test_two_rules_that_would_tell_the_same_are_found(root: Path, differs: list[tuple[str, str]]) -> None:
    """However long they wait: the engine refuses such a pack, for every flood would be two."""
    copied(root, *differs)
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert "salinan.toml, line 17: match: rule 'banjir-dua' would tell the same as 'flood' (flood.toml)" in str(finding)
    with pytest.raises(BadInput, match="once more, of level of jog-gauge-01 and 9 more"):
        rulecheck.fit(root / CITY / "rules", load(CITY, root))


@pytest.mark.parametrize(
    "differs",
    [
        [('audience = "public"', 'audience = "shadow"')],
        [('nodes = ["gauge"]', 'nodes = ["gauge"]\nsensor = "hujan"')],
    ],
    ids=["audience", "sensor"],
)
def test_two_rules_that_differ_in_what_they_tell_or_to_whom_stand_beside_each_other(
    root: Path, differs: list[tuple[str, str]]
) -> None:
    """A new rule is tried in shadow beside the old one."""
    copied(root, *differs)
    assert len(rulecheck.fit(root / CITY / "rules", load(CITY, root))) == 4


def test_two_rules_for_two_places_stand_beside_each_other(root: Path) -> None:
    """One for a site and one for the others, until somebody adds that site to both."""
    copied(root, ('nodes = ["gauge"]', 'nodes = ["gauge"]\nsites = ["winongo-kricak"]'))
    change(root, "flood.toml", 'nodes = ["gauge"]', 'nodes = ["gauge"]\nsites = ["code-jetisharjo"]')
    assert rulecheck.check(root / CITY / "rules", load(CITY, root)) == []
    change(root, "flood.toml", '"code-jetisharjo"]', '"code-jetisharjo", "winongo-kricak"]')
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert str(finding).count("jog-gauge-01") == 1
    assert "and 1 more" not in str(finding)


def test_what_only_leaves_something_unwatched_does_not_keep_the_engine_from_starting(root: Path) -> None:
    """A site that was renamed is named by the check; the floods of all others are judged meanwhile."""
    change(root, "flood.toml", 'nodes = ["gauge"]', 'nodes = ["gauge"]\nsites = ["winongo-kricak", "lama"]')
    assert len(rulecheck.check(root / CITY / "rules", load(CITY, root))) == 1
    assert len(rulecheck.fit(root / CITY / "rules", load(CITY, root))) == 3


def test_the_engine_starts_by_no_pack_that_tells_twice(root: Path) -> None:
    """The settings lead to the rules that the check has seen, played at the speed of the world."""
    settings = settings_module.load()
    assert {one.for_s for one in wiring.rules(settings.model_copy(update={"speed": 10.0})) if one.id == "flood"} == {
        48.0
    }
    copied(root)
    with pytest.raises(BadInput, match=r"salinan\.toml, line 17: match"):
        wiring.rules(settings)


def test_every_broken_rule_is_named_at_once(root: Path) -> None:
    """Not only the first."""
    change(root, "flood.toml", "for_s = 480", "for_s = -1")
    change(root, "hotspot.toml", "{since}", "{sejak}")
    found = rulecheck.check(root / CITY / "rules", None)
    assert [Path(error.where.partition(",")[0]).name for error in found] == ["flood.toml", "hotspot.toml"]


def test_two_rules_with_one_id_are_found(root: Path) -> None:
    """Each file is sound by itself."""
    shutil.copy(root / CITY / "rules" / "flood.toml", root / CITY / "rules" / "salinan.toml")
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert "already taken" in str(finding)


def test_a_city_may_have_no_rules_yet(tmp_path: Path) -> None:
    """A folder that is not there is no mistake."""
    assert rulecheck.check(tmp_path / "rules", replace(load(CITY), nodes=())) == []
    assert len(load_rules(rules_folder(CITY))) == 3


def test_what_mutes_what_is_held_against_the_pack(root: Path) -> None:
    """`notify.toml` names a rule that the city does not have: found with its line."""
    (root / CITY / "notify.toml").write_text(
        '[[inhibit]]\nsource = { rule = "listrik" }\ntarget = { cause = "node" }\n'
    )
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert "notify.toml, line 2" in str(finding)
    assert "'listrik' is no rule" in str(finding)


def together(root: Path, group_by: str, condition: str) -> list[str]:
    """What is found of a rule that takes others together."""
    words = "".join(f'[text.{name}]\nid = "Kata"\nen = "Word"\n' for name in ("title", "opened", "no_data", "resolved"))
    (root / CITY / "rules" / "bersama.toml").write_text(
        'id = "bersama"\nsubject = "notice"\nseverity = "info"\ncategory = "banjir"\naudience = "shadow"\n'
        f'group_by = "{group_by}"\nfor_s = 0\nclear_for_s = 600\n{condition}\n{words}'
    )
    return [str(one) for one in rulecheck.check(root / CITY / "rules", load(CITY, root))]


@pytest.mark.parametrize(
    ("group_by", "condition", "says"),
    [
        ("river", '[several]\nrule = "flood"\ncount = 2\nwithin_s = 3600', ""),
        (
            "river",
            '[several]\nrule = "flood"\ncount = 9\nwithin_s = 3600',
            "bersama.toml, line 11: several.count: no river has 9 sensors for 'flood': at most ",
        ),
        (
            "site",
            '[several]\nrule = "flood"\ncount = 2\nwithin_s = 3600',
            "several.count: no site has 2 sensors for 'flood': at most 1. Ask for fewer",
        ),
        ("river", '[both]\nrules = ["flood", "rise"]\nwithin_s = 300', ""),
        (
            "river",
            '[both]\nrules = ["flood", "rise"]\nwithin_s = 1',
            "bersama.toml, line 11: both.within_s: level of jog-gauge-",
        ),
        (
            "site",
            '[both]\nrules = ["flood", "hotspot"]\nwithin_s = 3600',
            "both.rules: no site has a sensor for 'flood' and one for 'hotspot'",
        ),
    ],
)
def test_what_can_never_come_together_is_found(root: Path, group_by: str, condition: str, says: str) -> None:
    """More sensors than a group has, two that share none, or a time shorter than that between two readings."""
    found = together(root, group_by, condition)
    assert len(found) == bool(says)
    assert all(says in one for one in found)


def test_a_folder_without_a_rule_is_found(root: Path) -> None:
    """It is there, so somebody meant rules to be; without the folder the city has none, and that is said."""
    rules = root / CITY / "rules"
    for path in rules.glob("*.toml"):
        path.unlink()
    said = CliRunner().invoke(app, ["rules", "check", CITY])
    assert said.exit_code == 1
    assert "there is no rule here" in said.stdout
    shutil.rmtree(rules)
    said = CliRunner().invoke(app, ["rules", "check", CITY])
    assert (said.exit_code, said.stdout.strip()) == (0, f"{CITY}: no rules: nothing is judged")


def test_a_story_of_a_gauge_that_is_not_there_is_found(root: Path) -> None:
    """By the check as by the telling."""
    (root / CITY / "rules" / "stories" / "salah.toml").write_text(
        "every_s = 300\n[series]\nkode-jetisharjo = \"40\"\n[expect]\nlines = ''\n"
    )
    (finding,) = rulecheck.check(root / CITY / "rules", load(CITY, root))
    assert "salah.toml, line 3: series.kode-jetisharjo" in str(finding)


def test_a_gauge_without_a_bound_is_a_hint_and_no_mistake(root: Path) -> None:
    """Of those that the public is told of, by name, beside the pack that is in order."""
    scales = root / CITY / "scale.toml"
    text = scales.read_text(encoding="utf-8")
    said = CliRunner().invoke(app, ["rules", "check"])
    assert said.exit_code == 0
    assert "hint: scale.toml: no bound on what jog-gauge-01, jog-gauge-02" in said.stderr
    scales.write_text(text.replace("jump_cm = 60", "jump_cm = 60\nmost_cm = 900"), encoding="utf-8")
    said = CliRunner().invoke(app, ["rules", "check"])
    assert (said.exit_code, said.stderr) == (0, "")
    scales.write_text(text, encoding="utf-8")
    change(root, "flood.toml", 'audience = "public"', 'audience = "staff"')
    assert CliRunner().invoke(app, ["rules", "check"]).stderr == ""


def test_levels_and_rises_are_measured_in_centimetres(root: Path) -> None:
    """Millimetres of rain against the marks of a staff."""
    for file in ("flood.toml", "rise.toml"):
        change(root, file, 'field = "level_cm"', 'field = "rain_mm"')
    found = [str(one) for one in rulecheck.check(root / CITY / "rules", load(CITY, root))]
    assert [
        "rain_mm is in mm, and what it is held against is in cm. Choose one of: level_cm" in one for one in found
    ] == [True, True]


def test_a_byte_order_mark_is_read_over(root: Path) -> None:
    """Editors on Windows write it; the rule is the same."""
    path = root / CITY / "rules" / "flood.toml"
    before = load_rules(path.parent)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_rules(path.parent) == before
