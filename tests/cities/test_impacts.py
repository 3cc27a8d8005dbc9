"""impacts.csv: read as spreadsheets write it, and each mistake named with line, column and remedy."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.impacts import impact

from api.sheet import line
from cities.build import build
from cities.check import check
from cities.impacts import COLUMNS, FILE, Staffs, cells_of, read_table
from cities.load import load
from contract.clock import DAY_US, to_us
from contract.errors import BadInput
from contract.impact import DEPTHS, Impact
from contract.levels import Level, Scale, Threshold
from faults.parts import tiny_city

HEADER = ",".join(COLUMNS)
SOUND = "cth-gauge-1,120,RW 04,knee,Balai RW,-8.57,116.11,0370 555123,BPBD,2026-01-12,2025-03-03,Sampai ambang pintu."
NOON_US = to_us(datetime(2026, 6, 1, 4, tzinfo=UTC))
SCALE = Scale("gauge-1", "contoh", "rising", (Threshold(Level.WASPADA, 70, 60, "3"),))
MISTAKES: dict[str, tuple[str, str, int, str]] = {
    # name: text to replace, its replacement, line of the finding, words of the finding
    "gauge_unknown": ("cth-gauge-1", "cth-gauge-9", 2, "'cth-gauge-9' is no gauge of the city"),
    "gauge_is_no_gauge": ("cth-gauge-1", "cth-wifi-1", 2, "'cth-wifi-1' is no gauge of the city"),
    "gauge_falling": ("cth-gauge-1,120", "cth-gauge-2,45", 2, "low water is the danger"),
    "below_the_staff": (",120,", ",12,", 2, "from_cm 12 is outside the range of 'cth-gauge-1', 60 to 1160 cm"),
    "above_the_staff": (",120,", ",1200,", 2, "from_cm 1200 is outside"),
    "metres": (",120,", ",1.200,", 2, "from_cm cannot be '1.200'"),
    "rw_empty": ("RW 04", " ", 2, "rw is empty"),
    "rw_too_long": ("RW 04", "R" * 61, 2, "rw is over 60 characters"),
    "depth_unknown": ("knee", "sepaha", 2, "depth cannot be 'sepaha'"),
    "muster_empty": ("Balai RW", "", 2, "muster is empty"),
    "half_a_position": ("116.11", "", 2, "no whole position"),
    "position_in_words": ("-8.57", "selatan", 2, "muster_lat cannot be 'selatan'"),
    "far_away": ("-8.57", "-7.57", 2, "the muster place lies 111 km from 'cth-gauge-1'"),
    "phone_in_words": ("0370 555123", "Pak RW", 2, "column phone: 'Pak RW' cannot be dialled"),
    "nobody_checked": ("BPBD", "", 2, "checked_by is empty"),
    "no_day": ("2026-01-12", "12/01/2026", 2, "checked_on cannot be '12/01/2026'"),
    "no_such_day": ("2026-01-12", "2026-02-30", 2, "checked_on cannot be '2026-02-30'"),
    "tomorrow": ("2026-01-12", "2026-06-02", 2, "checked_on 2026-06-02 is in the future"),
    "flood_to_come": ("2025-03-03", "2026-06-02", 2, "compared_on 2026-06-02 is in the future"),
    "compared_without_a_day": ("2025-03-03", "", 2, "needs its day and a sentence, or neither"),
    "cell_too_many": ("Balai RW", "Balai, RW", 2, "13 cells where the header has 12"),
    "quote_left_open": ("Balai RW", '"Balai RW', 2, "a double quote opens here"),
    "column_unknown": ("phone", "telepon", 1, "unknown column 'telepon'"),
    "column_missing": ("phone", "telepon", 1, "missing column 'phone'"),
    "column_twice": ("muster_lat,muster_lon", "muster_lat,muster_lat", 1, "column named twice: 'muster_lat'"),
    "endless_quote": ("Balai RW", '"' + 30 * ("\n" + "x" * 4_900), 2, "this is not CSV"),
    "endless_line": ("Balai RW", "x" * 6_000, 2, "a line of over 5000 characters"),
}


def city(tmp_path: Path, text: str) -> Path:
    folder = tiny_city.write(tmp_path)
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


def test_a_city_without_the_file_and_one_with_an_empty_table_are_in_order(tmp_path: Path) -> None:
    """Nothing is invented, and nobody is asked to."""
    assert load("contoh", tiny_city.write(tmp_path).parent).impacts == ()
    assert check(city(tmp_path, HEADER + "\n# belum disurvei\n")) == []


@pytest.mark.parametrize("note", ['#,"belum', '  # dari "warga', '"# belum disurvei'])
def test_a_note_is_read_over_whatever_stands_in_it(note: str, tmp_path: Path) -> None:
    """A quote that opens in it opens nothing; one before it does."""
    found = check(city(tmp_path, f"{HEADER}\n{note}\n{SOUND}\n"))
    assert bool(found) is note.startswith('"')
    (finding,) = check(city(tmp_path, "\n"))
    assert (finding.file, finding.line, finding.what) == (FILE, 1, "the table is empty")


def test_a_row_is_what_its_cells_say(tmp_path: Path) -> None:
    """With the zero of its staff, which the file does not name."""
    profile, _ = build(city(tmp_path, f"{HEADER}\n{SOUND}\n"), NOON_US)
    assert profile is not None
    assert profile.impacts == (
        Impact(
            gauge="cth-gauge-1",
            from_cm=120.0,
            rw="RW 04",
            depth="knee",
            muster="Balai RW",
            phone="0370 555123",
            checked_by="BPBD",
            checked_on=date(2026, 1, 12),
            datum="contoh",
            muster_lat=-8.57,
            muster_lon=116.11,
            compared_on=date(2025, 3, 3),
            compared="Sampai ambang pintu.",
        ),
    )


def test_a_spreadsheet_set_to_indonesian_is_read_alike(tmp_path: Path) -> None:
    """A byte order mark, semicolons, commas in numbers, Windows' ends of lines, its own words for depths."""
    text = "gauge;from_cm;rw;depth;muster;muster_lat;muster_lon;phone;checked_by;checked_on\r\n"
    text += "cth-gauge-1;120,5;RW 04;Setinggi mata kaki;Balai RW, utara;-8,57;116,11;'+62 370 555;BPBD;2026-01-12\r\n"
    profile, findings = build(city(tmp_path, "\ufeff" + text), NOON_US)
    assert findings == []
    assert profile is not None
    (one,) = profile.impacts
    assert (one.from_cm, one.depth, one.muster, one.muster_lat) == (120.5, "ankle", "Balai RW, utara", -8.57)
    assert (one.dial, one.compared_on) == ("+62370555", None)


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    """One wrong thing is found where it stands, in words, with a remedy."""
    old, new, number, words = MISTAKES[name]
    text = f"{HEADER}\n{SOUND}\n# akhir\n"
    assert old in text
    hits = [one for one in check(city(tmp_path, text.replace(old, new, 1)), now_us=NOON_US) if words in one.what]
    assert [(one.file, one.line) for one in hits] == [(FILE, number)]
    assert hits[0].remedy


def test_rows_that_contradict_each_other_name_both_lines(tmp_path: Path) -> None:
    """The second one is the finding, and says where the first stands."""
    again = SOUND.replace("RW 04", "rw  04")
    shallower = SOUND.replace(",120,", ",150,").replace("knee", "ankle")
    findings = check(city(tmp_path, f"{HEADER}\n{SOUND}\n{again}\n{shallower}\n"))
    assert [(one.line, one.what.split(" from ")[0]) for one in findings] == [
        (3, "column rw: 'rw  04' has a row".replace("  ", " ")),
        (4, "column depth: 'RW 04' would be ankle"),
    ]
    assert all("(line 2)" in one.what for one in findings)


def test_a_wrong_clock_does_not_stop_a_stage(tmp_path: Path) -> None:
    """Only who checks the folder asks what day it is; whoever starts takes it as it is."""
    folder = city(tmp_path, f"{HEADER}\n{SOUND}\n")
    assert load("contoh", folder.parent).impacts
    assert len(check(folder, now_us=0)) == 2
    assert check(folder, now_us=NOON_US - 30 * DAY_US) == []
    with pytest.raises(BadInput, match=r"contoh/impacts\.csv line 2: rw is empty"):
        load("contoh", city(tmp_path, f"{HEADER}\n{SOUND.replace('RW 04', '')}\n").parent)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20).filter(
    lambda text: not text.startswith("'") and text.isprintable()
)


@settings(max_examples=50)
@given(st.builds(impact, from_cm=st.integers(60, 1_000).map(float), rw=TEXT, muster=TEXT, checked_by=TEXT))
def test_what_is_written_is_read_again(one: Impact) -> None:
    """Whatever a city calls its places: the sheet that is given out comes back as the same row."""
    text = line(COLUMNS) + line(cells_of(one))
    rows, troubles = read_table(text, Staffs({"gauge-1": SCALE}, {}))
    assert troubles == []
    assert [row.impact for row in rows] == [one]


@settings(max_examples=40)
@given(st.text(max_size=200) | st.sampled_from(DEPTHS).map(lambda one: f"{HEADER}\n{SOUND.replace('knee', one)}"))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever is uploaded is rows or troubles with a line."""
    rows, troubles = read_table(text, Staffs({"gauge-1": SCALE}, {}))
    assert rows or troubles or HEADER in text
    assert all(one.line >= 1 and one.problem.remedy for one in troubles)
