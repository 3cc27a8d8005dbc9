"""`siaga rivers travel`: what a history teaches, said in figures, and kept where it is asked to be."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from support.shared_data import need
from typer.testing import CliRunner

from alerts.replay import Past
from cities.load import load
from contract.clock import SECOND_US
from contract.errors import BadInput
from siaga.cli import app
from siaga.deeds import this_user
from siaga.history import Series
from siaga.travel_times import in_river_time, learn
from store import open_city

CITIES = Path(__file__).resolve().parents[2] / "cities"
FLOODS = ["flood/jakarta_2014-01_flood.csv", "flood/jakarta_2025-03_flood.csv"]


def asked(*words: str) -> dict[str, Any]:
    """The JSON that stands last."""
    said = CliRunner().invoke(app, ["rivers", "travel", "--city", "jakarta", *words, "--json"])
    assert said.exit_code == 0, said.output
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def pair(told: dict[str, Any], upstream: str, downstream: str) -> dict[str, Any]:
    (found,) = (one for one in told["pairs"] if (one["upstream"], one["downstream"]) == (upstream, downstream))
    return dict(found)


def test_two_floods_of_the_ciliwung_teach_what_its_keepers_know() -> None:
    """Katulampa to Depok three to three and a half hours, on to Manggarai ten; each crest forecast from the others."""
    told = asked(*(word for file in FLOODS for word in ("--series", str(need(file)))))
    first = pair(told, "katulampa", "depok")
    assert first["learned"]
    assert first["events"] >= 15
    assert 180 <= first["usual_min"] <= 225
    assert first["left_out"]["mean_error_min"] <= 45
    second = pair(told, "depok", "manggarai")
    assert 480 <= second["usual_min"] <= 660
    assert second["left_out"]["mean_error_min"] <= 180
    for one in told["pairs"]:
        assert one["left_out"]["within"] >= 0.7 * one["events"]
        assert one["earliest_min"] < one["usual_min"] < one["latest_min"]


@pytest.mark.parametrize(("learn_from", "forecast"), [FLOODS, FLOODS[::-1]])
def test_one_flood_forecasts_the_other(learn_from: str, forecast: str) -> None:
    """Eleven years apart: what the one taught is out by less than an hour on the other's way to Depok."""
    known = pair(asked("--series", str(need(learn_from))), "katulampa", "depok")
    came = pair(asked("--series", str(need(forecast))), "katulampa", "depok")
    errors = [abs(lag - known["usual_min"]) for lag in came["lags_min"]]
    assert sum(errors) / len(errors) <= 60


def test_a_quiet_river_teaches_nothing(tmp_path: Path) -> None:
    """The city's word is told as such."""
    file = tmp_path / "tenang.csv"
    rows = [f"2025-03-02T{hour:02}:00:00+07:00,20,100" for hour in range(24)]
    file.write_text("\n".join(["time,katulampa_cm,depok_cm", *rows]) + "\n", encoding="utf-8")
    one = pair(asked("--series", str(file)), "katulampa", "depok")
    assert (one["learned"], one["events"], one["earliest_min"], one["latest_min"]) == (False, 0, 180, 210)
    assert one["so_far"] == {"forecasts": 0, "mean_error_min": None}


def test_what_is_kept_is_what_was_learned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the city's database, until it is learned anew."""
    url = f"sqlite:///{tmp_path}/city.db"
    open_city(url).close()
    monkeypatch.setenv("SIAGA_CITY_URL", url)
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(tmp_path / "data"))
    file = tmp_path / "gelombang.csv"
    rows = ["time,katulampa_cm,depok_cm"]
    for day in range(1, 8):
        for hour in range(24):
            above, below = (90 if hour == 6 else 20), (160 if hour == 10 else 100)
            rows.append(f"2025-03-{day:02}T{hour:02}:00:00+07:00,{min(above, 75)},{min(below, 155)}")
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    told = pair(asked("--series", str(file), "--keep"), "katulampa", "depok")
    assert (told["learned"], told["usual_min"]) == (True, 240)
    with contextlib.closing(open_city(url)) as store:
        (kept,) = store.travels("jakarta")
        (deed,) = store.audit("jakarta")
    assert (kept.upstream, kept.downstream, kept.usual_s, kept.events) == ("jkt-gauge-01", "jkt-gauge-02", 14_400.0, 7)
    assert (deed.actor, deed.what, deed.details) == (this_user(), "city.learn", {"pairs": 1})
    monkeypatch.setenv("SIAGA_SPEED", "120")
    again = pair(asked("--series", str(file), "--keep"), "katulampa", "depok")
    assert again == told, "a file is of the river itself"
    with contextlib.closing(open_city(url)) as store:
        (kept,) = store.travels("jakarta")
        assert (kept.earliest_s, kept.usual_s, kept.latest_s) == (13_500 / 120, 14_400 / 120, 15_300 / 120)


def test_a_compressed_world_teaches_as_its_river_does() -> None:
    """A hundred and twenty times as fast: a crest that took two minutes there took four hours."""
    profile = load("jakarta", CITIES)
    fast = [
        Past(gauge, day * 720 * SECOND_US + (hour * 30 + lag_s) * SECOND_US, 70.0 if hour == 6 else 20.0)
        for day in range(7)
        for gauge, lag_s in (("jkt-gauge-01", 0), ("jkt-gauge-02", 120))
        for hour in range(24)
    ]
    fast.sort(key=lambda past: past.at_us)
    taught = learn(profile, in_river_time(Series(fast, {}, ()), 120.0))[0].travel
    assert (taught.learned, taught.usual_s) == (True, 14_400.0)
    assert not learn(profile, Series(fast, {}, ()))[0].travel.learned


def test_a_city_without_reaches_is_answered_in_a_sentence() -> None:
    """Yogyakarta names none."""
    said = CliRunner().invoke(app, ["rivers", "travel", "--city", "yogyakarta"])
    assert isinstance(said.exception, BadInput)
    assert "rivers.toml" in said.exception.where


def test_files_and_the_store_are_not_mixed(tmp_path: Path) -> None:
    """One sentence with the remedy."""
    said = CliRunner().invoke(app, ["rivers", "travel", "--city", "jakarta", "--series", "x.csv", "--from", "2025"])
    assert isinstance(said.exception, BadInput)
