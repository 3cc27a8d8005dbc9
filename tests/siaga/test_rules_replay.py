"""`siaga rules replay`: a history told to the city's rules, by the code that judges live."""

from __future__ import annotations

import contextlib
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.shared_data import need
from typer.testing import CliRunner

from alerts.replay import Past, Story, replay
from alerts.rulefile import load_rules
from cities.load import load, rules_folder
from contract.city import NOTICE, Profile
from contract.clock import MINUTE_US, to_us
from contract.errors import BadInput
from contract.levels import Level
from contract.quality import Quality
from siaga import history
from siaga.cli import app
from store import open_readings
from store.ports import Row, Series

CITY = "jakarta"
RIVER = {
    "katulampa": "jkt-gauge-01",
    "depok": "jkt-gauge-02",
    "manggarai": "jkt-gauge-03",
}
BEGIN = datetime.fromisoformat("2025-03-02T00:00:00+07:00")


@pytest.fixture(scope="module")
def jakarta() -> Profile:
    """As it is shipped."""
    return load(CITY)


def lived(profile: Profile, readings: Sequence[Past]) -> Story:
    """What the shipped rules make of it."""
    return replay(profile, load_rules(rules_folder(CITY)), history.placed(profile), readings)


def hourly(gauge: str, *levels: float, minutes: int = 60) -> list[Past]:
    """One reading each hour from the second of March 2025."""
    return [
        Past(RIVER[gauge], to_us(BEGIN + timedelta(minutes=minutes * number)), cm) for number, cm in enumerate(levels)
    ]


def steps(story: Story) -> list[tuple[str, int, Level]]:
    """Every level of every incident: gauge, event time, level."""
    return [(one.incident.node, at_us, level) for one in story.lives for at_us, level in one.changes]


def asked(*words: str) -> dict[str, Any]:
    """The JSON of a replay."""
    said = CliRunner().invoke(app, ["rules", "replay", *words, "--json"])
    assert said.exit_code == 0, said.output
    told: dict[str, Any] = json.loads(said.stdout.splitlines()[-1])
    return told


def test_a_file_becomes_incidents(tmp_path: Path) -> None:
    """Opened, worse, better, over: what was measured and when, under the name of the column; metres are metres."""
    rows = ["time,manggarai_m,depok_cm,cuaca,hujan_mm"]
    for hour, (m, cm) in enumerate([(7.0, 100), (7.6, ""), (7.7, 110), (8.0, 120), (8.6, 130), (8.7, 130), (8.2, 120)]):
        rows.append(f"2025-03-02T{hour:02}:00:00+07:00,{m},{cm},hujan,3")
    rows += [f"2025-03-02T{hour:02}:00:00+07:00,7.0,100,," for hour in range(7, 12)]
    file = tmp_path / "banjir.csv"
    file.write_text("\n".join(rows) + "\n", encoding="utf-8")
    told = asked("--city", CITY, "--series", str(file))
    assert told["ignored"] == ["cuaca", "hujan_mm"]
    assert told["readings"] == 23
    (one,) = told["incidents"]
    assert (one["gauge"], one["level"], one["worst"], one["opened_at"]) == (
        "manggarai",
        3,
        2,
        "2025-03-02T02:00:00+07:00",
    )
    assert one["changes"][:2] == [["2025-03-02T02:00:00+07:00", 3], ["2025-03-02T05:00:00+07:00", 2]]
    assert one["changes"][-1] == [one["closed_at"], 4]
    assert one["public_changes"] == []
    assert told["shorter_than_5_min"] == 0
    first = told["said"][0]
    assert (first["to"], first["time"]) == ("public", one["opened_at"])
    assert first["id"].startswith("WASPADA Sungai Ciliwung")
    assert first["en"].startswith("WATCH")


def test_the_worst_level_is_also_an_order(jakarta: Profile) -> None:
    """Two readings above the mark of AWAS, an hour apart, are ten minutes of good readings; it ends with the level."""
    story = lived(jakarta, hourly("manggarai", 700, 760, 800, 850, 900, 955, 960, 958, 930, 930, 925))
    (one,) = story.lives
    hours = [((at_us - to_us(BEGIN)) // (60 * MINUTE_US), level) for at_us, level in one.public]
    assert hours == [(6, Level.AWAS), (10, Level.SIAGA)]


@pytest.mark.parametrize(
    ("levels", "ordered_min"),
    [
        ((900, 955, 956, 955, 957, 957, 957), 15),
        ((900, 955, 80, 955, 957, 957, 957), 15),
        ((890, 955, 957, 955, 957, 957, 957), 15),
        ((900, 955, 800, 800, 957, 957, 957, 957), 30),
        ((900, 955, 80, 80, 957, 957, 957, 957), 20),
    ],
    ids=[
        "plain",
        "a typing error within the wait",
        "a true jump begins it",
        "two low readings are the water",
        "no river",
    ],
)
def test_the_wait_for_an_order_goes_by_what_is_believed(
    jakarta: Profile, levels: tuple[float, ...], ordered_min: int
) -> None:
    """Ten minutes of readings that were believed: one that nobody bears out neither breaks nor begins it."""
    story = lived(jakarta, hourly("manggarai", *levels, minutes=5))
    assert [(at_us - to_us(BEGIN)) // MINUTE_US for one in story.lives for at_us, _ in one.public] == [ordered_min]


def test_a_gauge_that_falls_silent_while_high_is_listed_as_silent(jakarta: Profile) -> None:
    """It stays open, and nobody calls it safe."""
    readings = hourly("manggarai", 700, 760, 770, 780)
    readings.append(Past(RIVER["katulampa"], to_us(BEGIN + timedelta(hours=30)), 20.0))
    (one,) = lived(jakarta, readings).lives
    assert one.incident.resolved_us is None
    assert one.silences == [(to_us(BEGIN + timedelta(hours=6)), None)]


def test_a_typing_error_is_named(tmp_path: Path) -> None:
    """With its moment and figure, within the incident during which it came or beside all of them."""
    levels = [640, 640, 64, 640, 760, 765, 865, 770, 775, 760]
    file = tmp_path / "salah.csv"
    rows = [f"2025-03-02T{hour:02}:00:00+07:00,{cm}" for hour, cm in enumerate(levels)]
    file.write_text("\n".join(["time,manggarai_cm", *rows]) + "\n", encoding="utf-8")
    told = asked("--city", CITY, "--series", str(file))
    (one,) = told["incidents"]
    assert [level for _, level in one["changes"]] == [3]
    assert one["suppressed"] == [
        {"gauge": "manggarai", "time": "2025-03-02T06:00:00+07:00", "cm": 865.0, "why": "a jump that was alone"}
    ]
    assert told["suppressed"] == [
        {"gauge": "manggarai", "time": "2025-03-02T02:00:00+07:00", "cm": 64.0, "why": "a jump that was alone"}
    ]


def test_what_a_gauge_cannot_show_is_named_as_that(tmp_path: Path, jakarta: Profile) -> None:
    """Typed twice, and beyond the bound of the scale."""
    town = replace(jakarta, scales=tuple(replace(one, most_cm=1_200.0) for one in jakarta.scales))
    file = tmp_path / "salah.csv"
    rows = [f"2025-03-02T{hour:02}:00:00+07:00,{cm}" for hour, cm in enumerate([640, 6_400, 6_400, 640, 640])]
    file.write_text("\n".join(["time,manggarai_cm", *rows]) + "\n", encoding="utf-8")
    series = history.read_series(file, town)
    told = history.as_json(lived(town, series.history), series, town)
    why = "more or less than the gauge can show"
    assert [(one["cm"], one["why"]) for one in told["suppressed"]] == [(6_400.0, why), (6_400.0, why)]
    assert told["incidents"] == []


def test_a_file_is_read_as_people_write_it(tmp_path: Path, jakarta: Profile) -> None:
    """What a spreadsheet puts where nothing was read; capital letters; a second column of times is named."""
    file = tmp_path / "lembar.csv"
    cells = ["7", "NA", "n/a", "#N/A", "-", ""]
    rows = [f"2025-03-02T{hour:02}:00:00+07:00,x,{cell}" for hour, cell in enumerate(cells)]
    file.write_text("\n".join(["Time,time,Manggarai_M", *rows]), encoding="utf-8")
    series = history.read_series(file, jakarta)
    assert [(past.gauge, past.at_us, past.cm) for past in series.history] == [(RIVER["manggarai"], to_us(BEGIN), 700.0)]
    assert (series.gauges, series.ignored) == ({"manggarai": RIVER["manggarai"]}, ("time",))
    assert series.until_us == to_us(BEGIN + timedelta(hours=5))


def test_a_spreadsheet_set_to_indonesian_is_read(tmp_path: Path, jakarta: Profile) -> None:
    """Semicolons between its cells, commas in its numbers."""
    file = tmp_path / "lembar.csv"
    file.write_text("time;manggarai_m;cuaca\n2025-03-02T21:00:00+07:00;6,455;Terang, panas\n", encoding="utf-8")
    series = history.read_series(file, jakarta)
    assert [(past.gauge, past.cm) for past in series.history] == [(RIVER["manggarai"], 645.5)]
    assert series.ignored == ("cuaca",)


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("", "line 1", "no column 'time'"),
        ("jam,manggarai_cm\n", "line 1", "no column 'time'"),
        ("time,karet_cm\n", "line 1", "no column is a gauge"),
        ("time,manggarai_cm,manggarai_m\n", "line 1", "a second time"),
        ("time,manggarai_cm\n2025-03-02 00:00,700\n", "line 2", "does not say its zone"),
        ("time,manggarai_cm\nkemarin,700\n", "line 2", "is no time"),
        ("time,manggarai_cm\n2025-03-02T00:00Z,tinggi\n", "line 2", "is no number"),
        ("time,manggarai_cm\n2025-03-02T00:00Z,700\n\n2025-03-02T01:00Z,inf\n", "line 4", "is no number"),
        ("time,manggarai_cm\n2025-03-02T00:00Z\n", "line 2", "1 cells under 2 columns"),
    ],
)
def test_a_wrong_file_is_named_with_line_and_remedy(
    jakarta: Profile, tmp_path: Path, text: str, where: str, what: str
) -> None:
    """Nothing is guessed."""
    file = tmp_path / "salah.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=what) as caught:
        history.read_series(file, jakarta)
    assert where in caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ([], "a replay needs a history"),
        (["--series", "x.csv", "--from", "2025-03-02T00:00Z"], "a replay needs a history"),
        (["--series", "x.csv", "--to", "2025-03-02T00:00Z"], "--to is for what the store holds"),
        (["--from", "2025-03-02"], "does not say its zone"),
        (["--from", "kemarin"], "is no time"),
        (["--from", "2025-03-02T00:00Z", "--to", "2025-03-01T00:00Z"], "no time from its beginning to its end"),
        (["--from", "2525-03-02T00:00Z"], "no time from its beginning to its end"),
        (["--series", "tidak-ada.csv"], "cannot be read"),
    ],
)
def test_a_wrong_word_is_answered_in_a_sentence(words: list[str], what: str) -> None:
    """What is wrong, and nothing is judged."""
    said = CliRunner().invoke(app, ["rules", "replay", "--city", CITY, *words])
    assert said.exit_code != 0
    assert isinstance(said.exception, BadInput)
    assert what in str(said.exception)


def test_more_than_a_store_gives_at_once_is_read_whole(jakarta: Profile, tmp_path: Path) -> None:
    """It gives the newest of what it is asked for; a flood at the beginning of a long time is not forgotten."""
    url = f"sqlite:///{tmp_path}/readings.db"
    with contextlib.closing(open_readings(url)) as store:
        begin_us = to_us(BEGIN)
        rows = [
            _row(Past(RIVER["depok"], begin_us + second * 1_000_000, 100.0 + second), second + 1, Quality.GOOD)
            for second in range(1_200)
        ]
        store.write(rows)
        found = history.read_store(store, jakarta, begin_us, begin_us + 2_000 * 1_000_000, page_rows=100).history
        part = history.read_store(store, jakarta, begin_us + 10_000_000, begin_us + 20_000_000).history
    assert [past.cm for past in found] == [100.0 + second for second in range(1_200)]
    assert [past.cm for past in part] == [110.0 + second for second in range(10)]


def test_what_the_store_holds_can_be_told_again(
    jakarta: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From and to; readings that are not good, and other cities', are none."""
    url = f"sqlite:///{tmp_path}/readings.db"
    store = open_readings(url)
    readings = hourly("manggarai", 700, 760, 770, 700, 700, 700)
    for seq, past in enumerate(readings, start=1):
        store.write(
            [
                _row(past, seq, Quality.GOOD),
                _row(past._replace(cm=990.0, at_us=past.at_us + 1), seq + 100, Quality.FAIL),
            ]
        )
    store.close()
    monkeypatch.setenv("SIAGA_READINGS_URL", url)
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(tmp_path / "data"))
    told = asked("--city", CITY, "--from", "2025-03-01T17:00:00Z")
    (one,) = told["incidents"]
    assert (one["gauge"], [level for _, level in one["changes"]]) == ("manggarai", [3, 4])
    assert asked("--city", CITY, "--from", "2025-03-01T17:00:00Z", "--to", "2025-03-01T19:00:00Z")["incidents"] == []


def test_what_was_announced_of_a_dam_is_told_again(
    jakarta: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Opened by its notice, changed by another post, ended when it was announced to, between levels that go their own
    way; a notice in doubt is none, and what is still going on at the end stays open."""
    url = f"sqlite:///{tmp_path}/readings.db"
    with contextlib.closing(open_readings(url)) as store:
        store.write([_row(past, seq) for seq, past in enumerate(hourly("manggarai", 700, 760, 770, 700), start=1)])
        store.write(
            [
                _notice("katulampa", 0.5, 1, discharge_m3s=80.0, lasts_s=6 * 3_600.0),
                _notice("depok", 1.5, 2, discharge_m3s=120.0, lasts_s=6 * 3_600.0),
                _notice("depok", 1.75, 3, discharge_m3s=999.0, quality=Quality.FAIL),
                _notice("depok", 2, 4, dam="Pintu Air", opening_cm=40.0),
            ]
        )
    monkeypatch.setenv("SIAGA_READINGS_URL", url)
    monkeypatch.setenv("SIAGA_DATA_FOLDER", str(tmp_path / "data"))
    words = ["--city", CITY, "--from", "2025-03-01T17:00:00Z", "--to", "2025-03-02T17:00:00Z"]
    told = asked(*words)
    (flood,) = told["incidents"]
    assert [level for _, level in flood["changes"]] == [3]
    assert (told["readings"], told["notices"]) == (4, 3)
    first, second = told["others"]
    assert (first["rule"], first["gauge"], first["dam"], first["peak"]) == (
        "release",
        "katulampa",
        "Bendung",
        120.0,
    )
    assert (first["opened_at"], first["until_at"], first["closed_at"]) == (
        "2025-03-02T00:30:00+07:00",
        "2025-03-02T07:30:00+07:00",
        "2025-03-02T07:30:00+07:00",
    )
    assert (second["dam"], second["opened_at"], second["until_at"], second["closed_at"]) == (
        "Pintu Air",
        "2025-03-02T02:00:00+07:00",
        None,
        None,
    )
    before = asked(*words[:-1], "2025-03-02T00:00:00Z")
    assert [one["closed_at"] for one in before["others"]] == [None, None]
    said = CliRunner().invoke(app, ["rules", "replay", *words])
    assert "3 notices of water that dams let go" in said.output
    assert "release of Bendung from 2025-03-02T00:30:00+07:00 to 2025-03-02T07:30:00+07:00" in said.output


def test_a_notice_of_a_post_without_a_clock_counts_from_when_it_came(jakarta: Profile, tmp_path: Path) -> None:
    """Its own time says nothing; one from the future is said when it came."""
    with contextlib.closing(open_readings(f"sqlite:///{tmp_path}/readings.db")) as store:
        unknown, ahead = _notice("depok", 5, 1, discharge_m3s=1.0), _notice("depok", 6, 2, discharge_m3s=2.0)
        came_us = ahead.observed_us - 60 * MINUTE_US
        store.write([unknown._replace(trust="untrusted", received_us=came_us), ahead._replace(received_us=came_us)])
        found = history.read_store(store, jakarta, to_us(BEGIN), ahead.observed_us + 1)
    assert [(one.at_us, one.values["discharge_m3s"]) for one in found.notices] == [(came_us, 1.0), (came_us, 2.0)]


def _row(past: Past, seq: int, quality: Quality = Quality.GOOD) -> Row:
    series = Series(CITY, past.gauge, "manual", "flood")
    return Row(series, "31.74.01", past.at_us, past.at_us, "0" * 16, seq, "synced", quality, {}, {"level_cm": past.cm})


def _notice(
    post: str, hour: float, seq: int, *, dam: str = "Bendung", quality: Quality = Quality.GOOD, **values: float
) -> Row:
    series = Series(CITY, RIVER[post], NOTICE, "release")
    at_us = to_us(BEGIN + timedelta(hours=hour))
    said = {"dam": dam, **values}
    return Row(series, "31.74.01", at_us, at_us, "0" * 16, seq, "synced", quality, {}, said)


# ------------------------------------------------------------ real floods

FLOODS = ["flood/jakarta_2014-01_flood.csv", "flood/jakarta_2025-03_flood.csv"]


def worsening(story: Story) -> list[tuple[str, int, Level]]:
    """Each level that was told when it was worse than the one before."""
    found = []
    for one in story.lives:
        before = Level.NORMAL
        for at_us, level in one.changes:
            if level.worse_than(before):
                found.append((one.incident.node, at_us, level))
            before = level
    return found


@pytest.mark.parametrize("file", FLOODS)
def test_every_level_that_was_held_is_found_one_reading_later(jakarta: Profile, file: str) -> None:
    """By hand, gauge by gauge: a level that the next reading holds, while the gauge is told as milder, is told no later
    than by the reading after that. And none is told that two readings do not bear out."""
    readings = history.read_series(need(file), jakarta).history
    story = lived(jakarta, readings)
    told = worsening(story)
    for gauge in RIVER.values():
        scale = jakarta.scale_of(gauge)
        assert scale is not None
        mine = [past for past in readings if past.gauge == gauge]
        changes = sorted((at_us, level) for node, at_us, level in steps(story) if node == gauge)
        for one, later, last in zip(mine, mine[1:], mine[2:], strict=False):
            held = max(scale.level_at(one.cm), scale.level_at(later.cm), key=int)
            shown = next((level for at_us, level in reversed(changes) if at_us <= last.at_us), Level.NORMAL)
            soon = later.at_us - one.at_us >= 5 * MINUTE_US and last.at_us - one.at_us <= 120 * MINUTE_US
            if soon and held.worse_than(shown):
                # Only where the second reading itself is an error or a gate's that the third calls back.
                assert not scale.level_at(last.cm).value <= held.value, (gauge, one, later, last, shown)
        for node, at_us, level in told:
            if node == gauge:
                at = next(number for number, past in enumerate(mine) if past.at_us >= at_us)
                threshold = scale.threshold(level)
                assert threshold is not None
                assert sum(past.cm >= threshold.raise_cm for past in mine[max(0, at - 2) : at + 1]) >= 2, (gauge, at_us)


def test_a_hundred_real_typing_errors_raise_nothing(jakarta: Profile) -> None:
    """Manggarai 2014 to 2016: 700, 80, 700. No level of Manggarai is told in any of these windows, and each of the 48
    that stand alone is listed."""
    story = lived(jakarta, history.read_series(need("flood/jakarta_2014_2016_spikes.csv"), jakarta).history)
    assert [one for one in steps(story) if one[0] == RIVER["manggarai"]] == []
    assert len(story.unbelieved) == 48


@pytest.mark.slow
@pytest.mark.parametrize("file", FLOODS)
def test_an_upward_error_planted_anywhere_tells_no_level_that_was_not_there(jakarta: Profile, file: str) -> None:
    """One reading 100 to 400 cm too high, at forty random places of a flood, on top of what was keyed in wrong anyway:
    at most one tells a level that neither the flood nor its neighbours bear out."""
    readings = history.read_series(need(file), jakarta).history
    true = worsening(lived(jakarta, readings))
    rng = random.Random(20_140_119)
    wrong = []
    for _ in range(40):
        at = rng.randrange(1, len(readings) - 1)
        spiked = list(readings)
        spiked[at] = readings[at]._replace(cm=readings[at].cm + rng.choice((100, 160, 250, 400)))
        for gauge, at_us, level in worsening(lived(jakarta, spiked)):
            near = any(
                (gauge, level) == (other, same) and abs(at_us - then_us) <= 180 * MINUTE_US
                for other, then_us, same in true
            )
            if not near:
                wrong.append((readings[at], spiked[at].cm, gauge, level))
    assert len(wrong) <= 1, wrong
