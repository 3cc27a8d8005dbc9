"""The power goes while a node writes: everything its spool had promised is on the card, and nothing is used twice.

A writer process drives the agent's own spool on a card that logs every write and flush (`faults.parts.card`). The
power is then cut at random moments of that log; each time the card is mounted (its journal is replayed), the spool is
opened by the product's own code, and what is found must be exactly what had been promised before the cut, or that and
the one step that was under way, whole.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import IO, cast

from contract.errors import BadInput
from contract.quality import Quality
from edge.ports import Instant
from edge.spool import Entry, Spool
from faults.laboratory import Laboratory
from faults.parts.card import Cut, Written, card, mounted
from faults.parts.must import must
from faults.parts.spool_writer import BOOT, BOUND, START, Promised, parsed, promised
from faults.parts.stages import ROOT, environment
from faults.result import Result

_CUTS_A_CARD = 50
_STEPS_A_CUT = 3
_SEVERAL = 20
_LATER = Instant(START.mono_us + 10**12, START.wall_us + 10**12, "ntp")
_SPOOL = "spool.db"


def run(laboratory: Laboratory) -> Result:
    """`rounds` cuts, many on the log of one writer."""
    result = laboratory.result()
    torn = 0
    for first in range(0, laboratory.rounds, _CUTS_A_CARD):
        cuts = min(_CUTS_A_CARD, laboratory.rounds - first)
        room = laboratory.room(f"card-{first}")
        blank, log, story = _write(room, laboratory.rng.randrange(2**32), cuts * _STEPS_A_CUT)
        moments = sorted(laboratory.rng.choices(range(len(log) + 1), k=cuts))
        cut = Cut(blank, log)
        for moment in moments:
            torn += any(not one.flush for one in _unflushed(log, moment))
            (room / "cut.img").write_bytes(cut.at(moment, laboratory.rng))
            with mounted(room / "cut.img", room / "cut"):
                _examine(room / "cut" / _SPOOL, moment, story, result)
        (room / "cut.img").unlink()
        laboratory.say(f"power-cut: {first + cuts} of {laboratory.rounds} cuts, {len(result.failures)} broken promises")
    result.figures["cuts_with_unflushed_writes"] = torn
    # A single cut may come before the first promise, or between a flush and the next write.
    several = laboratory.rounds >= _SEVERAL
    result.expect(not several or torn, "no cut came while the card had anything to lose")
    result.expect(not several or result.committed, "no cut came after a promise")
    return result


def _write(room: Path, seed: int, steps: int) -> tuple[bytes, Sequence[Written], list[tuple[int, Promised]]]:
    """Let a writer work on a new card: the empty card, its log, and what had been promised from which moment on."""
    story: list[tuple[int, Promised]] = []
    with card(room / "card") as medium:
        words = ["-m", "faults.parts.spool_writer", str(medium.place / _SPOOL), str(seed), str(steps)]
        with subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as writer:
            told, answer = cast("IO[bytes]", writer.stdout), cast("IO[bytes]", writer.stdin)
            try:
                for line in told:
                    story.append((medium.moment, parsed(line)))
                    answer.write(b"\n")
                    answer.flush()
                writer.wait()
            finally:
                # Where it still runs it would go on in the folder beneath the card when that is taken out.
                writer.kill()
        must(writer.returncode == 0 and len(story) == steps, f"the writer ended after {len(story)} of {steps} steps")
        log = tuple(medium.log)
    return medium.blank, log, story


def _unflushed(log: Sequence[Written], moment: int) -> Sequence[Written]:
    """What the card might have lost."""
    start = next((place + 1 for place in range(moment - 1, -1, -1) if log[place].flush), 0)
    return log[start:moment]


def _examine(path: Path, moment: int, story: Sequence[tuple[int, Promised]], result: Result) -> None:
    told = [one for at, one in story if at <= moment]
    before = told[-1] if told else None
    under_way = story[len(told)][1] if len(told) < len(story) else None
    where = f"cut at {moment} after step {len(told)}"
    if before is not None:
        with closing(sqlite3.connect(path)) as db:
            said = db.execute("PRAGMA integrity_check").fetchone()[0]
        result.expect(said == "ok", f"{where}: integrity_check says {said}")
    try:
        spool = Spool(path, BOOT, _LATER, bound=BOUND)
    except BadInput as error:
        result.expect(False, f"{where}: the spool does not open: {error}")
        return
    with closing(spool):
        found = promised(spool, 0, 0)
        ledger = spool.ledger()
        result.expect(ledger.closes, f"{where}: the ledger does not close: {ledger}")
        if before is not None:
            _compare(found, before, under_way, where, result)
            result.expect(spool.next_birth_no(_LATER) > before.birth_no, f"{where}: a birth has an older one's number")
            _no_number_twice(spool, before, result)
        result.committed += ledger.committed
        result.stored += ledger.stored
        result.refused += ledger.refused
        result.dropped += ledger.dropped
        result.pending += ledger.pending


def _compare(found: Promised, before: Promised, under_way: Promised | None, where: str, result: Result) -> None:
    may_be_gone = set(before.rows) - set(under_way.rows if under_way is not None else before.rows)
    result.lost += len(set(before.rows) - set(found.rows) - may_be_gone)
    result.expect(found.epoch == before.epoch, f"{where}: the epoch is another")
    result.expect(found.saved_us >= before.saved_us, f"{where}: the clock's floor is lower")
    whole = found.facts == before.facts or (under_way is not None and found.facts == under_way.facts)
    result.expect(whole, f"{where}: neither what was promised nor that and the next step")


def _no_number_twice(spool: Spool, before: Promised, result: Result) -> None:
    """The next reading has a number that was never used."""
    spool.add(Entry("flood", "flood", BOOT, _LATER, Quality.GOOD, "{}", '{"level_cm":1.0}'))
    spool.commit(_LATER)
    fresh = spool.newest()["flood"]
    if spool.epoch == before.epoch and fresh <= before.highest:
        result.duplicated += 1
