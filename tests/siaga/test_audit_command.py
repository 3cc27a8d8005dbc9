"""`siaga audit`: who did what at the command line, and whether anybody has laid hands on the record."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from faults.parts import tiny_city
from faults.parts.stages import siaga
from siaga.deeds import actor
from store import open_city
from store.audit import seal
from store.people import AuditRow
from store.ports import Stranger

Settings = dict[str, object]


@pytest.fixture
def city(tmp_path: Path) -> Settings:
    """A city that was applied once, and in which a stranger asks to be known."""
    tiny_city.write(tmp_path / "cities")
    settings: Settings = {
        "SIAGA_CITY": tiny_city.CODE,
        "SIAGA_CITIES_FOLDER": tmp_path / "cities",
        "SIAGA_DATA_FOLDER": tmp_path / "data",
        "SIAGA_CITY_URL": f"sqlite:///{tmp_path}/city.db",
    }
    assert siaga(settings, "city", "apply").returncode == 0
    with closing(open_city(str(settings["SIAGA_CITY_URL"]))) as store:
        store.note_stranger(Stranger(tiny_city.CODE, "cth-gauge-9", 1, 1, "{}"))
    return settings


def test_what_is_done_by_command_is_in_the_log(city: Settings) -> None:
    """By the number of whoever did it, once for each change; the same profile again is no change."""
    assert siaga(city, "city", "apply").returncode == 0
    assert siaga(city, "node", "adopt", "cth-gauge-9", "--site", "hulu", "--kind", "gauge").returncode == 0
    lines = siaga(city, "audit", "show").stdout.splitlines()
    me = f"cli:{os.environ.get('SUDO_UID') or os.geteuid()}"
    assert [line.split("  ")[-4:] for line in lines] == [
        [me, "city.apply", "contoh", "nodes=6"],
        [me, "node.adopt", "cth-gauge-9", "kind=gauge site=hulu"],
    ]
    assert siaga(city, "audit", "show", "--about", "contoh", "--limit", "1").stdout.count("\n") == 1
    assert siaga(city, "audit", "show", "--actor", "nobody").stdout == "Nothing in the log.\n"


def test_a_refused_command_leaves_nothing_in_the_log(city: Settings) -> None:
    """There is no such site: nothing was done."""
    assert siaga(city, "node", "adopt", "cth-gauge-9", "--site", "nowhere", "--kind", "gauge").returncode == 3
    assert siaga(city, "audit", "show").stdout.count("\n") == 1


def test_a_whole_log_verifies_and_tells_its_head(city: Settings) -> None:
    """The head can be noted down; with it a cut tail is found that the chain alone would not show."""
    told = json.loads(siaga(city, "audit", "verify", "--json").stdout)
    assert (told["city"], told["rows"], told["wrong"]) == ("contoh", 1, None)
    said = siaga(city, "audit", "verify", "--head", told["head"])
    assert (said.returncode, said.stdout) == (0, f"contoh: the chain holds, deeds: 1\nhead {told['head']}\n")
    with closing(sqlite3.connect(str(city["SIAGA_CITY_URL"]).removeprefix("sqlite:///"))) as file, file:
        file.execute("DELETE FROM audit_rows")
        file.execute("DELETE FROM audit_heads")
    assert siaga(city, "audit", "verify").returncode == 0
    said = siaga(city, "audit", "verify", "--head", told["head"])
    assert said.returncode == 1
    assert said.stdout.startswith("contoh: the audit log is broken: no row has the noted digest")


def test_a_broken_log_is_one_sentence_and_exit_1(city: Settings) -> None:
    """Which row, and how; for programs in words of their own."""
    with closing(sqlite3.connect(str(city["SIAGA_CITY_URL"]).removeprefix("sqlite:///"))) as file, file:
        file.execute("UPDATE audit_rows SET actor = 'cli:4711'")
    said = siaga(city, "audit", "verify")
    assert (said.returncode, said.stdout) == (1, "contoh: the audit log is broken: row 1 was changed\n")
    told = json.loads(siaga(city, "audit", "verify", "--json").stdout)
    assert told["wrong"] == {"number": 1, "how": "changed", "what": "row 1 was changed"}


def test_the_export_can_be_checked_by_anybody(city: Settings) -> None:
    """One JSON object a line, with everything that the digest is over."""
    siaga(city, "node", "adopt", "cth-gauge-9", "--site", "hulu", "--kind", "gauge")
    rows = [AuditRow(**json.loads(line)) for line in siaga(city, "audit", "export").stdout.splitlines()]
    assert [row.what for row in rows] == ["city.apply", "node.adopt"]
    assert [seal(row) for row in rows] == [row.digest for row in rows]
    assert rows[1].previous == rows[0].digest


@pytest.mark.parametrize(
    ("uid", "sudo", "is_"),
    [(0, "", "cli:0"), (0, "1000", "cli:1000"), (1001, "1000", "cli:1001"), (0, "budi", "cli:0")],
)
def test_who_sits_at_the_command_line(uid: int, sudo: str, is_: str) -> None:
    """Under sudo the person behind it; that variable is believed from root alone."""
    assert actor(uid, sudo) == is_
