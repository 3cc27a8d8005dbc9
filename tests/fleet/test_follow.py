"""Following a log that goes on being written, within a bounded space."""

from __future__ import annotations

import contextlib
from pathlib import Path

from fleet.follow import FollowedLog

LINE = "x" * 99


def append(path: Path, *lines: str) -> None:
    with path.open("a") as file:
        file.write("".join(line + "\n" for line in lines))


def test_every_line_once_and_its_space_given_back(tmp_path: Path) -> None:
    """A hundred thousand lines pass through a few pages; none is lost, none comes twice."""
    path = tmp_path / "log"
    seen: list[str] = []
    with contextlib.closing(FollowedLog(path)) as log:
        assert log.lines() == ()
        for turn in range(100):
            append(path, *(f"{turn}-{number} {LINE}" for number in range(100)))
            seen += log.lines()
            log.done()
    assert seen == [f"{turn}-{number} {LINE}" for turn in range(100) for number in range(100)]
    assert path.stat().st_size > 1_000_000
    assert path.stat().st_blocks * 512 <= 8_192


def test_half_a_line_waits_for_its_other_half(tmp_path: Path) -> None:
    """The writer may be in the middle of one."""
    path = tmp_path / "log"
    with contextlib.closing(FollowedLog(path)) as log:
        path.write_text("one\ntw")
        assert list(log.lines()) == ["one"]
        append(path, "o")
        assert list(log.lines()) == ["two"]


def test_a_new_reader_begins_where_the_last_one_freed(tmp_path: Path) -> None:
    """What was read and not dealt with is read again; a hole is skipped."""
    path = tmp_path / "log"
    append(path, *(f"{number} {LINE}" for number in range(200)))
    with contextlib.closing(FollowedLog(path)) as first:
        first.lines()
        first.done()
    append(path, "the last")
    with contextlib.closing(FollowedLog(path)) as second:
        lines = list(second.lines())
    assert lines[-1] == "the last"
    assert 0 < len(lines) < 100


def test_a_file_that_is_replaced_is_read_from_its_beginning(tmp_path: Path) -> None:
    """The broker's container was made anew."""
    path = tmp_path / "log"
    append(path, "old")
    with contextlib.closing(FollowedLog(path)) as log:
        assert list(log.lines()) == ["old"]
        path.rename(tmp_path / "gone")
        append(path, "new")
        assert list(log.lines()) == ["new"]


def test_a_line_ends_where_the_writer_ends_it(tmp_path: Path) -> None:
    """What else Python takes for the end of a line is a letter like any other: a name may hold it."""
    path = tmp_path / "log"
    written = [f"before{one}after" for one in "\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"]
    with contextlib.closing(FollowedLog(path)) as log:
        path.write_bytes("".join(f"{line}\n" for line in written).encode())
        assert list(log.lines()) == written
