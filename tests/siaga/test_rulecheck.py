"""`siaga rules check` and `siaga city check`: rules that cannot work with the city's nodes are found in time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from alerts.rulefile import load_rules
from cities.load import load, rules_folder
from siaga import rulecheck
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
