"""`siaga rules test`: made-up readings, and the lines that must be told of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from cities.load import available
from siaga.cli import app

CITY = "yogyakarta"
GOOD = """
about = "naik"
every_s = 300
[series]
code-jetisharjo = "40 72 80 90"
[expect]
lines = '''
00:15 code-jetisharjo opened WASPADA
'''
"""


@pytest.mark.parametrize("city", available())
def test_every_city_tells_its_stories_as_expected(city: str) -> None:
    """And has some."""
    said = CliRunner().invoke(app, ["rules", "test", city])
    assert said.exit_code == 0, said.stdout
    number, of = (int(word) for word in said.stdout.split() if word.isdigit())
    assert number == of > 0


def test_what_is_told_otherwise_is_shown_as_a_difference(stories: Path) -> None:
    """A line that is missing, a line too many, and exit 1; the good story beside it is counted."""
    (stories / "baik.toml").write_text(GOOD)
    (stories / "salah.toml").write_text(GOOD.replace("00:15", "00:10").replace('"naik"', '"terlalu dini"'))
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    assert said.exit_code == 1
    assert "salah.toml: terlalu dini" in said.stdout
    assert "-00:10 code-jetisharjo opened WASPADA" in said.stdout
    assert "+00:15 code-jetisharjo opened WASPADA" in said.stdout
    assert f"{CITY}: 1 of 2 stories told as expected" in said.stdout


def test_a_series_may_repeat_climb_and_fall_silent(stories: Path) -> None:
    """`70+20*3` is 70, 90, 110; where nothing is read, a gauge that stands high becomes dangerous."""
    story = GOOD.replace('"40 72 80 90"', '"40*2 70+20*3 _*8"').replace(
        "00:15 code-jetisharjo opened WASPADA",
        "00:15 code-jetisharjo opened rise\n00:20 code-jetisharjo opened WASPADA\n"
        "00:50 code-jetisharjo no_data WASPADA\n00:50 code-jetisharjo no_data rise",
    )
    (stories / "diam.toml").write_text(story)
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    assert said.exit_code == 0, said.stdout


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ("every_s = 300", "", "line 1: every_s", "a number of seconds is expected"),
        ("every_s = 300", "every_s = -1", "line 3: every_s", "a number of seconds is expected"),
        ('about = "naik"', 'judul = "naik"', "line 2: judul", "this key is not known"),
        ("code-jetisharjo =", "kode-jetisharjo =", "line 5: series.kode-jetisharjo", "is no gauge, camera or point"),
        ("80 90", "80 tinggi", "line 5: series.code-jetisharjo", "'tinggi' is not understood"),
        ("80 90", "80 90*9999999", "line 5: series.code-jetisharjo", "is not understood"),
        ("80 90", "80 90*999999", "line 5: series.code-jetisharjo", "more than 100,000 readings"),
        ("[expect]", "[harap]", "harap", "this key is not known"),
        ("lines =", "baris =", "line 6: expect", "what must be told is missing"),
        (
            'code-jetisharjo = "40 72 80 90"',
            'jog-wifi-001 = "open mati"',
            "series.jog-wifi-001",
            "'mati' is not understood",
        ),
        ('code-jetisharjo = "40 72 80 90"', "", "series", "there are no readings"),
        ("[series]", "[series", "line 4", "not valid TOML"),
    ],
)
def test_a_mistake_is_named_with_file_line_and_remedy(stories: Path, old: str, new: str, where: str, what: str) -> None:
    """Nothing is guessed, and no story is silently left out."""
    assert old in GOOD
    (stories / "salah.toml").write_text(GOOD.replace(old, new, 1))
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    assert said.exit_code != 0
    text = str(said.exception)
    assert "salah.toml" in text
    assert where in text
    assert what in text


NOTICE = """
id = "{id}"
subject = "notice"
severity = "info"
category = "banjir"
audience = "staff"
group_by = "site"
for_s = 0
clear_for_s = 600
{condition}
[text.title]
id = "Perlu dilihat: {{group}}"
en = "Worth a look: {{group}}"
[text.opened]
id = "{{value}} di {{place}}, {{time}}"
en = "{{value}} at {{place}}, {{time}}"
[text.no_data]
id = "Tidak diketahui lagi: {{place}}"
en = "Not known any more: {{place}}"
[text.resolved]
id = "Selesai: {{place}}"
en = "Over: {{place}}"
"""
RAIN = """no_data_for_s = 1800
[match]
kind = "flood"
nodes = ["gauge"]
[mark]
field = "rain_mm"
raise_at = 10
clear_at = 5
"""
BUSY = """no_data_for_s = 7200
[match]
kind = "crowd"
nodes = ["camera"]
[usual]
field = "people"
raise_times = 3
clear_times = 1.5
least = 20
weeks = 3
side = "high"
"""


def add(stories: Path, name: str, condition: str) -> None:
    """A rule beside those of the city."""
    (stories.parent / f"{name}.toml").write_text(NOTICE.format(id=name, condition=condition))


def tells(stories: Path, every_s: int, series: str, lines: str) -> None:
    story = f"every_s = {every_s}\n[series]\n{series}\n[expect]\nlines = '''\n{lines}\n'''\n"
    (stories / "kisah.toml").write_text(story)
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    assert said.exit_code == 0, said.stdout + str(said.exception or "")


def test_several_gauges_together_have_their_story(stories: Path) -> None:
    """The second gauge of the river makes it several."""
    add(stories, "beberapa", '[several]\nrule = "flood"\ncount = 2\nwithin_s = 3600')
    text = (stories.parent / "beberapa.toml").read_text()
    (stories.parent / "beberapa.toml").write_text(text.replace('group_by = "site"', 'group_by = "river"'))
    tells(
        stories,
        300,
        'code-jetisharjo = "72*6"\ncode-gondolayu = "40*3 72*3"',
        "00:10 code-jetisharjo opened WASPADA\n00:20 code-gondolayu opened rise\n"
        "00:25 code-gondolayu opened WASPADA\n00:25 code-jetisharjo opened beberapa",
    )


def test_rain_and_level_of_one_gauge_are_two_series(stories: Path) -> None:
    """A field by its own name goes nowhere else, and what is not named goes into the others."""
    add(stories, "hujan", RAIN)
    add(stories, "keduanya", '[both]\nrules = ["flood", "hujan"]\nwithin_s = 3600')
    tells(
        stories,
        300,
        'code-jetisharjo = "72*6"\n"code-jetisharjo/rain_mm" = "0*3 12*3"',
        "00:10 code-jetisharjo opened WASPADA\n00:20 code-jetisharjo opened hujan\n"
        "00:20 code-jetisharjo opened keduanya",
    )


def test_what_is_usual_is_learned_in_the_story(stories: Path) -> None:
    """Four weeks of forty people each hour, then two hundred."""
    add(stories, "ramai", BUSY)
    tells(stories, 3_600, 'tugu = "40*672 200*2"', "673:00 tugu opened ramai")


def test_a_field_that_no_rule_looks_at_is_no_series(stories: Path) -> None:
    (stories / "salah.toml").write_text(GOOD.replace("code-jetisharjo =", '"code-jetisharjo/rain_mm" ='))
    said = CliRunner().invoke(app, ["rules", "test", CITY])
    assert "line 5: series.code-jetisharjo/rain_mm" in str(said.exception)
    assert "no rule looks at 'rain_mm' of it" in str(said.exception)
    assert "level_cm" in str(said.exception)
