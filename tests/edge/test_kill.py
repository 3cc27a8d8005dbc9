"""kill -9 of a real process, at moments nobody chose."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from support.spools import moment, spool_at

from edge.spool import Bound, read_ledger

WRITER = """
import sys
from pathlib import Path
from contract.clock import SECOND_US
from support.spools import entry, moment, publish, spool_at
from edge.spool import Bound

spool = spool_at(Path(sys.argv[1]), Bound(max_rows=300))
n = 0
while True:
    for kind in ("flood", "crowd", "node", "hotspot"):
        spool.add(entry(kind, kind, moment(n)))
    n += 1
    spool.commit(moment(n))
    ledger = spool.ledger()
    if n % 3 == 0:
        seqs = [row.seq for row in spool.after(0, 5)]
        publish(spool, seqs)
        spool.acknowledge([(seqs[0], seqs[2])], seqs[3:4], moment(n))
    print(ledger.committed, flush=True)
"""


@pytest.mark.parametrize("seed", range(3))
def test_kill_nine_loses_nothing_committed(tmp_path: Path, seed: int) -> None:
    """Three lives of one spool, each killed at a random commit: what was said to be committed is there, no number is
    used twice, the ledger closes, the file is whole."""
    path = tmp_path / "spool.db"
    rng = random.Random(seed)
    promised = 0
    for _ in range(3):
        with subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)],
            stdout=subprocess.PIPE,
            env={"PYTHONPATH": f"{Path(__file__).parents[2]}:{Path(__file__).parents[1]}"},
        ) as writer:
            assert writer.stdout is not None
            for _ in range(rng.randint(1, 120)):
                promised = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
        after = read_ledger(path)
        assert after.closes
        assert after.committed >= promised
        with closing(sqlite3.connect(path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    with closing(spool_at(path, Bound(max_rows=300))) as spool:
        assert spool.ledger().closes
        assert spool.epoch == after.epoch
        spool.commit(moment())
        seqs = [row.seq for row in spool.after(0, 1_000)]
        assert max(seqs) <= spool.ledger().committed
        assert len(seqs) == len(set(seqs)) == spool.pending
