"""answers.toml: the ready answers of a city's officers, checked before anybody sends one."""

from __future__ import annotations

from pathlib import Path

import pytest

from cities.check import check
from cities.load import load
from faults.parts import tiny_city

GOOD = """\
[[answer]]
code = "hari-ini"
text = { id = "Petugas ke {place} hari ini, kasus {number}.", en = "Officers come to {place} today, case {number}." }

[[answer]]
code = "air"
categories = ["banjir"]
text = { id = "Telepon {emergency_phone}.", en = "Call {emergency_phone}." }
"""


def test_a_city_has_ready_answers_of_its_own(tmp_path: Path) -> None:
    """Each for every case or for those of some categories, in both languages, with what is filled in."""
    folder = tiny_city.write(tmp_path)
    assert load("contoh", tmp_path).answers == ()
    (folder / "answers.toml").write_text(GOOD, encoding="utf-8")
    today, water = load("contoh", tmp_path).answers
    assert today.said("en", {"place": "Ampenan", "number": "C-1"}) == "Officers come to Ampenan today, case C-1."
    assert (today.is_for("jalan"), water.is_for("jalan"), water.is_for("banjir")) == (True, False, True)


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("{place} hari", "{tempat} hari", 3, "{tempat}, which is no placeholder"),
        ("{place} hari", "{place!r} hari", 3, "{place} with a format"),
        ("{place} hari", "{place hari", 3, "a brace that does not close"),
        ("{place} hari", "sana hari", 3, "{place} in one language alone"),
        ('"air"', '"hari-ini"', 6, "already on line 2"),
        ('"air"', '"Air bah"', 6, "cannot stand in a form"),
        ('["banjir"]', '["ufo"]', 7, "category 'ufo' is not in categories.toml"),
        ("Telepon", "x" * 1_000, 8, "characters"),
        ('code = "air"\n', "", 5, "code"),
    ],
)
def test_what_could_not_be_said_is_found_at_the_start(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    """With its line, before an officer chooses it."""
    folder = tiny_city.write(tmp_path)
    (folder / "answers.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    (found,) = check(folder)
    assert (found.file, found.line) == ("answers.toml", line)
    assert what in found.what
