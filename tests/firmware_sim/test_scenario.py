"""Scenario files are strict: what is wrong is said with file, line, key and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from cities.load import load
from contract.errors import BadInput
from faults.parts import tiny_city
from firmware_sim.scenario import Scenario, available, load_scenario
from firmware_sim.story import Story

SOUND = """\
[scenario]
title = { id = "Coba", en = "Try" }
starts_at = 06:30:00

[flood]
river = "Jangkuk"
record = "dead_run_2018-06"
first = 2018-06-11T07:30:00Z
last = 2018-06-11T16:00:00Z

[[outage]]
uplink = "barat"
from_s = 60
for_s = 60

[[fault]]
node = "any wifi"
kind = "dies"
"""

BROKEN: dict[str, tuple[str, str, int, str]] = {
    "unknown_key": ('river = "Jangkuk"', 'rivers = "Jangkuk"', 6, "flood.rivers is not a key"),
    "key_missing": ("for_s = 60\n", "", 11, "outage.0.for_s is missing"),
    "text_without_english": (', en = "Try"', "", 2, "without its English"),
    "negative_time": ("from_s = 60", "from_s = -1", 13, "got -1"),
    "endless_outage": ("for_s = 60", "for_s = inf", 14, "got inf"),
    "fault_unknown": ('"dies"', '"explodes"', 18, "got 'explodes'"),
    "moment_without_zone": ("07:30:00Z", "07:30:00", 8, "needs its zone"),
    "not_toml": ("[flood]", "[flood", 5, "this is not TOML"),
}


def _write(folder: Path, text: str) -> Path:
    path = folder / "coba.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_scenario_names_its_line(name: str, tmp_path: Path) -> None:
    """One sentence with file, line, what and remedy."""
    old, new, line, words = BROKEN[name]
    assert old in SOUND
    with pytest.raises(BadInput) as caught:
        load_scenario(_write(tmp_path, SOUND.replace(old, new, 1)))
    assert words in caught.value.what
    assert caught.value.where.endswith(f"coba.toml line {line}")
    assert caught.value.remedy


def test_an_unknown_scenario_names_those_there_are() -> None:
    """A misspelt name is answered with the names that exist."""
    with pytest.raises(BadInput, match="blackout, calm, festival, flash, flood"):
        load_scenario("floood")


MISFITS = {
    "river": ('river = "Jangkuk"', 'river = "Amazon"', "no gauge on a river 'Amazon'"),
    "uplink": ('uplink = "barat"', 'uplink = "timur"', "no uplink 'timur'"),
    "node": ('node = "any wifi"', 'node = "cth-wifi-9"', "no node 'cth-wifi-9'"),
    "record": ("dead_run_2018-06", "ciliwung_2014", "no flood record 'ciliwung_2014'"),
    "record_is_no_path": ("dead_run_2018-06", "../data/dead_run_2018-06", "no flood record"),
    "days": ("2018-06-11T", "2019-06-11T", "has nothing from 2019-06-11"),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_scenario_that_does_not_fit_the_city_says_why(name: str, tmp_path: Path) -> None:
    """A river, uplink or node that the city does not have is named, with those it has."""
    old, new, words = MISFITS[name]
    tiny_city.write(tmp_path)
    scenario = load_scenario(_write(tmp_path, SOUND.replace(old, new)))
    with pytest.raises(BadInput, match=words):
        Story(scenario, load(tiny_city.CODE, tmp_path), 1, 0)


@pytest.mark.parametrize("name", available())
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shipped_scenarios_fit_the_shipped_city(name: str, seed: int) -> None:
    """Every packaged scenario runs in Yogyakarta, whatever the seed."""
    story = Story(load_scenario(name), load("yogyakarta"), seed, 0)
    assert len(story.poles) >= 130


def test_the_flood_fits_any_city(tmp_path: Path) -> None:
    """The packaged scenarios name no place: a new city's folder is enough to see its own flood, also a small one."""
    tiny_city.write(tmp_path)
    story = Story(load_scenario("flood"), load(tiny_city.CODE, tmp_path), 1, 0)
    assert {fault.kind for pole in story.poles for fault in pole.faults} == {"dies", "duplicates"}


def test_what_nobody_can_suffer_is_passed_over(tmp_path: Path) -> None:
    """A city without cameras and uplinks has no festival, no camera fault and no outage; a flood needs a gauge."""
    nodes = [line for line in tiny_city.FILES["nodes.csv"].splitlines() if "camera" not in line]
    sites = tiny_city.FILES["sites.csv"].replace("barat", "")
    tiny_city.write(tmp_path, nodes_csv="\n".join(nodes), sites_csv=sites)
    city = load(tiny_city.CODE, tmp_path)
    for name in available():
        story = Story(load_scenario(name), city, 1, 0)
        assert all(story.uplink_up(pole.site, at) for pole in story.poles for at in range(0, 40_000, 600))
    gauges = [line for line in nodes if "gauge" not in line]
    tiny_city.write(tmp_path, nodes_csv="\n".join(gauges), sites_csv=sites, scale_toml="")
    with pytest.raises(BadInput, match="has no gauge on a river"):
        Story(load_scenario("flood"), load(tiny_city.CODE, tmp_path), 1, 0)


def test_faults_fall_on_different_nodes_that_are_not_cut_off() -> None:
    """`any` never chooses a node twice, nor one behind a dead uplink, where a fault would show nothing."""
    scenario = load_scenario("blackout")
    profile = load("yogyakarta")
    for seed in range(1, 8):
        story = Story(scenario, profile, seed, 0)
        faulty = [pole for pole in story.poles if pole.faults]
        assert len(faulty) == len(scenario.fault)
        assert all(story.uplink_up(pole.site, 4_000.0) for pole in faulty)


def test_a_scenario_may_be_made_in_code() -> None:
    """A model validated like the file."""
    made = Scenario.model_validate({"scenario": {"title": {"id": "a", "en": "b"}}})
    assert made.flood is None
