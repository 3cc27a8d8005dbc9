"""A start that finds a damaged spool and is itself cut off, wherever that is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support import cut_starts
from support.spools import entry, moment, spool_at

ROOT = Path(__file__).parents[2]


def _hole_in_the_file(spool: Path) -> None:
    """Readings are gone."""
    with closing(spool_at(spool)):
        pass  # a clean end: everything is in the file
    data = bytearray(spool.read_bytes())
    hole = len(data) * 3 // 4
    data[hole : hole + 1_024] = b"\xff" * 1_024
    spool.write_bytes(data)


def _bit_in_the_log(spool: Path) -> None:
    """Every reading is found again."""
    log = spool.with_name(spool.name + "-wal")
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)


def told_after_cuts(folder: Path, befalls: Callable[[Path], None], *words: str) -> Iterator[dict[str, Any]]:
    """What a start finds after each cut, and after none, of a spool of 120 readings that was in use."""
    card = folder / "card"
    card.mkdir()
    spool = card / "spool.db"
    with closing(spool_at(spool)) as filled:
        for second in range(120):
            filled.add(entry(at=moment(second), values=f'{{"level_cm":{second}.0}}'))
            filled.commit(moment(second))
        files = {file: file.read_bytes() for file in card.iterdir() if not file.name.endswith("-shm")}
    for file, data in files.items():
        file.write_bytes(data)
    befalls(spool)
    done = subprocess.run(
        [sys.executable, cut_starts.__file__, card, spool.name, folder / "told", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return map(json.loads, (folder / "told").read_text().splitlines())


@pytest.mark.parametrize("damage", [_hole_in_the_file, _bit_in_the_log])
def test_a_start_cut_off_while_it_salvages_is_taken_up_by_the_next(
    tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    """Killed twice before any one thing that it does to its files: the third finds every reading that an undisturbed
    start finds, each once, and says the same of what is gone."""
    *cut_off, undisturbed = told_after_cuts(tmp_path, damage)
    assert len(cut_off) >= 8
    assert len(undisturbed["values"]) > 60
    assert bool(undisturbed["reports"]) == (len(undisturbed["values"]) < 120) == (damage is _hole_in_the_file)
    assert (undisturbed["closes"], undisturbed["kept"]) == (True, 1)
    for number, told in enumerate(cut_off, start=1):
        assert told == undisturbed, f"cut off before its deed {number}"


def test_an_agent_cut_off_while_it_puts_its_file_back_loses_nothing_unsaid(tmp_path: Path) -> None:
    """Until what it had is whole beside the old place, the next start says that something is gone; from then on all of
    it is there, each reading once."""
    *cut_off, undisturbed = told_after_cuts(tmp_path, lambda spool: None, "moved")
    assert (len(undisturbed["values"]), undisturbed["reports"]) == (120, [])
    there = [told["values"] == undisturbed["values"] for told in cut_off]
    assert there == sorted(there)
    assert sum(there) >= 3
    for told in cut_off:
        assert bool(told["reports"]) == (not told["values"])
