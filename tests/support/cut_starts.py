"""`python cut_starts.py FOLDER SPOOL RESULTS [moved]`: an agent's start on a spool, killed before each thing in turn
that it does to its files; then one that nobody disturbs. A line of JSON for each: what was in the spool afterwards.
With `moved` it is not the start: somebody takes the file from under a running agent, which puts it back.

A process of its own, because a watch over what Python does to files cannot be taken back.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from edge.ports import Instant
from edge.spool import Spool
from edge.spoolrow import DROPS_SENSOR

_DEEDS = frozenset({"open", "os.rename", "os.remove", "sqlite3.connect"})
_BOOT = "0f7e1c52-0000-4000-8000-000000000002"
_NOW = Instant(2_000_000_000, 1_750_000_060_000_000, "ntp")


def start_until(cut: int, spool: Path, *, moved: bool = False) -> bool:
    """Start in a process that dies before its deed number `cut`. Whether it came to its end before."""
    child = os.fork()
    if child == 0:
        deeds = itertools.count(1)
        running = Spool(spool, _BOOT, _NOW) if moved else None
        if moved:
            spool.rename(spool.parent.parent / "taken")

        def watch(event: str, arguments: tuple[object, ...]) -> None:
            if event in _DEEDS and str(spool.parent) in str(arguments[0]) and next(deeds) == cut:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        if running is None:
            Spool(spool, _BOOT, _NOW)
        else:
            running.save_time(_NOW.wall_us, _NOW)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("a start ended by itself, and badly")
    return os.WIFEXITED(status)


def told(spool: Path) -> str:
    with closing(Spool(spool, _BOOT, _NOW)) as opened:
        rows = opened.after(0, 10_000)
        return json.dumps({
            "values": sorted(row.values for row in rows if row.sensor != DROPS_SENSOR),
            "reports": sorted(row.values for row in rows if row.sensor == DROPS_SENSOR),
            "closes": opened.ledger().closes,
            "kept": len(list(spool.parent.glob(f"{spool.name}.damaged-?"))),
        })  # fmt: skip


def main(folder: Path, name: str, results: Path, *, moved: bool) -> None:
    for cut in itertools.count(1):
        with results.open("a") as lines, tempfile.TemporaryDirectory() as place:
            spool = Path(shutil.copytree(folder, Path(place) / "card")) / name
            whole = start_until(cut, spool, moved=moved)
            if not moved:
                start_until(cut, spool)
            lines.write(told(spool) + "\n")
        if whole:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), moved="moved" in sys.argv)
