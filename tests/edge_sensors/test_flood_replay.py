"""Recordings, and rain."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from support.shared_data import need

from contract.clock import HOUR_US, ManualClock
from contract.errors import BadInput
from contract.kinds import FloodValues
from edge.flood.rain import RainMeter, RainOptions, since
from edge.flood.recording import read_recording
from edge.flood.replay import ReplayOptions
from edge.flood.sensor import Options, build
from edge.ports import Sensor, SensorFault

FLOOD = """time,stage_ft,level_cm,rain_mm
2018-06-01T04:00:00Z,1,10,0
2018-06-01T04:05:00Z,2,,0.5
2018-06-01T04:10:00Z,3,30,1.5
2018-06-01T05:00:00Z,4,40,2
2018-06-01T05:05:00Z,5,50,
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "flood.csv"
    path.write_text(FLOOD)
    return path


def playing(file: Path, clock: ManualClock, **source: object) -> Sensor:
    return build(
        "gauge", 60, Options.model_validate({"source": {"type": "replay", "file": str(file)} | source}), clock=clock
    )


def look(sensor: Sensor) -> FloodValues | str:
    """The values, or the fault's text."""
    try:
        values = sensor.sample()
    except SensorFault as fault:
        return str(fault)
    assert isinstance(values, FloodValues)
    return values


def level(sensor: Sensor) -> float | str | None:
    seen = look(sensor)
    return seen if isinstance(seen, str) else seen.level_cm


def test_it_starts_now_and_runs_at_its_speed(file: Path) -> None:
    """The first look is the first row; at speed 60 a second is a minute of the recording."""
    clock = ManualClock()
    sensor = playing(file, clock, length_column="stage_ft", speed=60.0)
    assert level(sensor) == pytest.approx(30.48)
    clock.advance(4.9)
    assert level(sensor) == pytest.approx(30.48)
    clock.advance(0.2)
    assert level(sensor) == pytest.approx(60.96)


def test_a_gap_in_the_file_is_a_gap(file: Path) -> None:
    """Fifty minutes without a row are fifty minutes without a reading, not an old one held."""
    clock = ManualClock()
    sensor = playing(file, clock, length_column="stage_ft")
    look(sensor)
    clock.advance(17 * 60)
    assert level(sensor) == pytest.approx(91.44)
    clock.advance(60)
    assert level(sensor) == "the recording has a gap here"
    clock.advance(43 * 60)
    assert level(sensor) == pytest.approx(121.92)


def test_an_empty_cell_is_a_missing_value(file: Path) -> None:
    """It is neither zero nor the row before."""
    clock = ManualClock()
    sensor = playing(file, clock, length_column="level_cm")
    assert level(sensor) == 10
    clock.advance(300)
    assert level(sensor) == "the source answers without a value"


def test_the_end_is_the_end_unless_it_loops(file: Path) -> None:
    """A played recording is silent; a looped one begins again."""
    once, again = ManualClock(), ManualClock()
    ended, looped = (
        playing(file, once, length_column="stage_ft"),
        playing(file, again, length_column="stage_ft", loop=True),
    )
    for sensor, clock in ((ended, once), (looped, again)):
        look(sensor)
        clock.advance(65 * 60 + 7 * 60 + 31)
        clock.advance(0)
    assert level(ended) == "the recording has ended"
    assert level(looped) == pytest.approx(30.48)


def test_a_start_within_the_recording(file: Path) -> None:
    """A demonstration begins where the water rises."""
    clock = ManualClock()
    assert level(playing(file, clock, length_column="stage_ft", start="2018-06-01T12:00:00+07:00")) == pytest.approx(
        121.92
    )
    early = playing(file, clock, length_column="stage_ft", start="2018-05-01T00:00:00Z")
    assert level(early) == "the recording begins later than the chosen start"


def test_the_rain_of_all_rows_passed(file: Path) -> None:
    """Rain since the previous reading is the sum of the rows between; nothing is counted twice or left out."""
    clock = ManualClock()
    sensor = playing(file, clock, length_column="stage_ft", rain_column="rain_mm")
    fallen = []
    for minutes in (0, 10, 1, 50):
        clock.advance(minutes * 60)
        seen = look(sensor)
        assert isinstance(seen, FloodValues)
        fallen.append(seen.rain_mm)
    assert fallen == [0, 2.0, 0, 2.0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("time,level_cm\n2018-06-01T04:00:00,1\n", 2, "has no zone"),
        ("time,level_cm\n2018-06-01T04:00:00Z,1\nyesterday,2\n", 3, "no time of the form"),
        ("time,level_cm\n2018-06-01T04:00:00Z,1\n2018-06-01T04:00:00Z,2\n", 3, "not after the line before"),
        ("time,level_cm\n2018-06-01T04:00:00Z,penuh\n", 2, "'penuh' is no number"),
        ("time,level_cm\n2018-06-01T04:00:00Z,1e999\n", 2, "is no number"),
        ("time,level_cm\n2018-06-01T04:00:00Z\n", 2, "too short"),
        ("time,level_cm\n2018-06-01T04:00:00Z,1,5\n", 2, "more columns than the header"),
        ('time,level_cm\n2018-06-01T04:00:00Z,"1\n2018-06-01T04:05:00Z,2\n', 2, "end of data"),
        ("time,height\n2018-06-01T04:00:00Z,1\n", 1, "no column 'level_cm'"),
        ("", 1, "no column 'time'"),
    ],
)
def test_a_broken_file_names_its_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    """File, line, what is wrong, how to mend it."""
    path = tmp_path / "broken.csv"
    path.write_text(text)
    with pytest.raises(BadInput, match=words) as wrong:
        playing(path, ManualClock(), length_column="level_cm")
    assert wrong.value.where == f"{path}, line {line}"
    assert wrong.value.remedy


@pytest.mark.parametrize("data", [b"time,level_cm\n", b"\xff\xfe\x00", b"time,level_cm\n\x00,\x00\n", None])
def test_a_file_that_is_none(tmp_path: Path, data: bytes | None) -> None:
    """Empty, binary or absent: a sentence with the file's name."""
    path = tmp_path / "none.csv"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(BadInput, match=r"none\.csv"):
        playing(path, ManualClock(), length_column="level_cm")


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_a_recording_or_a_sentence(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    """Garbage never ends in a traceback."""
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text("time,level_cm\n2018-06-01T04:00:00Z,1\n" + text, encoding="utf-8")
    with suppress(BadInput):
        assert read_recording(path, "level_cm", "").times_us


@pytest.mark.parametrize(
    "wrong", [{}, {"length_column": "stage"}, {"rain_column": "rain_cm"}, {"length_column": "a_cm", "start": "June"}]
)
def test_wrong_options_are_refused(wrong: dict[str, object]) -> None:
    """A column without a unit says nothing."""
    with pytest.raises(ValidationError):
        ReplayOptions.model_validate({"type": "replay", "file": "x.csv"} | wrong)


def test_the_flash_floods_of_dead_run() -> None:
    """A real urban stream in feet: 4,000 rows of five minutes, from 0.6 to 6.17 ft."""
    recording = read_recording(need("flood/usgs_01589330_dead_run_2018-06.csv"), "stage_ft", "")
    levels = [length for length in recording.length_cm if length is not None]
    assert max(levels) == pytest.approx(6.17 * 30.48)
    assert min(levels) < 0.7 * 30.48
    assert recording.usual_step_us == 300_000_000


def test_a_hole_of_thirty_three_hours_at_jakartas_gates() -> None:
    """A real flood with a real hole: played through, the hole is silence and the peak is Manggarai's 975 cm."""
    clock = ManualClock()
    sensor = playing(need("flood/jakarta_2014-01_flood.csv"), clock, length_column="manggarai_cm")
    longest = silent = 0
    peak = 0.0
    for _ in range(24 * 14):
        seen = level(sensor)
        clock.advance(HOUR_US / 1_000_000)
        silent = silent + 1 if isinstance(seen, str) else 0
        longest = max(longest, silent)
        peak = max(peak, seen if isinstance(seen, float) else 0.0)
    assert peak == 975
    assert 30 <= longest <= 36


@pytest.mark.parametrize(
    ("previous", "current", "wraps_at", "moved"),
    [
        (10, 13, None, 3),
        (10, 10, None, 0),
        (65_530, 5, 65_536, 11),
        (1_200, 3, 65_536, 3),
        (1_200, 3, None, 3),
        (10, 5_000, None, None),
        (5_000, 4_000, None, None),
    ],
)
def test_a_counter_moves_on(previous: float, current: float, wraps_at: float | None, moved: float | None) -> None:
    """A wrap and a reset are told apart by what can have fallen; what neither explains is not rain."""
    assert since(previous, current, wraps_at, most=500) == moved


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=40), st.integers(0, 65_535))
def test_no_tip_is_lost_over_wraps(tips: list[int], start: int) -> None:
    """However often a 16-bit counter wraps, the rain adds up."""
    meter = RainMeter(RainOptions(reports="tips", mm_per_tip=0.2, wraps_at=65_536))
    assert meter.mm(start) is None
    count, fallen = start, 0.0
    for more in tips:
        count = (count + more) % 65_536
        fallen += meter.mm(count) or 0.0
    assert fallen == pytest.approx(0.2 * sum(tips), abs=1e-6)


def test_rain_over_a_fault_is_not_lost() -> None:
    """A sample that failed leaves the counter where it was; the next one brings the rain of both."""
    meter = RainMeter(RainOptions(reports="total_mm"))
    meter.mm(100.0)
    assert meter.mm(None) is None
    assert meter.mm(103.5) == 3.5


def test_rain_in_mm_is_taken_as_it_is() -> None:
    """Within what can fall."""
    meter = RainMeter(RainOptions(reports="mm", most_mm=50))
    assert [meter.mm(figure) for figure in (0.0, 4.5, -1.0, 51.0)] == [0.0, 4.5, None, None]
