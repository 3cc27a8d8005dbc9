"""The data folder: what a demo did not make it does not remove, and one that cannot be is a sentence."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from contract.errors import BadInput
from faults.parts.brokers import free_port
from faults.parts.stages import siaga
from siaga import data_folder


def test_a_demo_removes_only_what_a_demo_left(tmp_path: Path) -> None:
    """A folder of somebody's own stays as it is, and the sentence names it."""
    own = tmp_path / "thesis.txt"
    own.write_text("three years")
    with pytest.raises(BadInput, match="no demo has left"):
        data_folder.begin_demo(tmp_path, keep=False)
    assert own.read_text() == "three years"


def test_the_next_demo_begins_anew_unless_told_to_keep(tmp_path: Path) -> None:
    """By default the flood begins in an empty city."""
    place = tmp_path / "deep" / "demo"
    data_folder.begin_demo(place, keep=False)
    left = place / "city.sqlite3"
    left.touch()
    data_folder.begin_demo(place, keep=True)
    assert left.exists()
    data_folder.begin_demo(place, keep=False)
    assert not left.exists()


def test_a_second_demo_does_not_remove_the_first_ones_folder(tmp_path: Path) -> None:
    """Its port is taken, and that is said before anything is touched."""
    data_folder.begin_demo(tmp_path, keep=False)
    left = tmp_path / "city.sqlite3"
    left.touch()
    with socket.socket() as first:
        first.bind(("127.0.0.1", 0))
        first.listen()
        port = first.getsockname()[1]
        answer = siaga({"SIAGA_MQTT_PORT": free_port()}, "demo", "--folder", str(tmp_path), "--port", str(port))
    assert answer.returncode == 2
    assert f"port {port}" in answer.stderr
    assert left.exists()


@pytest.mark.parametrize("command", ["up", "doctor"])
def test_a_file_in_its_place_is_said_in_a_sentence(command: str, tmp_path: Path) -> None:
    """By the start itself, and by the doctor before it."""
    (tmp_path / "data").write_text("")
    settings = {
        "SIAGA_DATA_FOLDER": tmp_path / "data",
        "SIAGA_API_PORT": free_port(),
        "SIAGA_MQTT_PORT": free_port(),
    }
    answer = siaga(settings, command)
    said = answer.stdout + answer.stderr
    assert answer.returncode in {1, 2}
    assert "Traceback" not in said
    assert str(tmp_path / "data") in said
    assert "SIAGA_DATA_FOLDER" in said


def test_nobody_else_of_this_machine_looks_in(tmp_path: Path) -> None:
    """Accounts, sessions and who knocked are kept there; a folder that somebody has made already keeps its rights."""
    data_folder.make(tmp_path / "deep" / "var")
    assert (tmp_path / "deep" / "var").stat().st_mode & 0o777 == 0o700
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs").chmod(0o750)
    data_folder.make(tmp_path / "theirs")
    assert (tmp_path / "theirs").stat().st_mode & 0o777 == 0o750
