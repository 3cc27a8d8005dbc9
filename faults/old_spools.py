"""A node that is upgraded, and one that is put back: spools of before checksums under today's agent, and the other way
round, with the answers of the city of then."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from broker.ports import BrokerAddress
from contract import topics
from contract.kinds import FloodValues
from contract.quality import Quality
from edge.actions import Connect
from edge.agent import Agent, Identity
from edge.ports import Instant, SensorInfo
from edge.spool import Spool, SpoolLedger
from edge.spoolrow import Entry, Row
from faults.parts import tiny_city
from faults.parts.old_database import RECORDED
from faults.parts.spool_writer import BOOT, START, values_of
from faults.result import Result

_FOLDER = RECORDED / "v1"
_FILES = ("node.spool", "node.spool-wal")
_NODE, _SENSOR = "cth-gauge-1", "level"
_MADE = 10
"""readings of the spool on which `spool.sql` was recorded"""


def try_them(result: Result, folder: Path) -> None:
    """Put the recorded spool and the recorded doings through today's code; `folder` is empty."""
    _upgraded(result, folder)
    _put_back(result, folder)


def _upgraded(result: Result, folder: Path) -> None:
    """An agent of then was killed, and today's starts on its spool: every reading, time and counter is there, no
    number comes again, and what its city says is understood."""
    _put_in_place(folder)
    told: dict[str, Any] = json.loads((_FOLDER / "spool.json").read_text(encoding="utf-8"))
    now, before = Instant(*told["at"]), SpoolLedger(*told["ledger"])
    with closing(Spool(folder / _FILES[0], BOOT, now)) as spool:
        found = spool.ledger()
        result.expect(found == before, f"an old spool's ledger is {found}, it was {before}")
        rows = [_plain(row) for row in spool.after(0, 1_000)]
        result.expect(rows == told["rows"], "an old spool's readings are not those that were in it")
        result.expect(spool.saved_us == told["saved_us"], "an old spool's saved time is gone")
        agent = _agent(spool)
        agent.observe(_SENSOR, FloodValues(level_cm=60.0), now)
        spool.commit(now)
        new = {row.seq for row in spool.after(0, 1_000)} - {row[0] for row in told["rows"]}
        result.expect(len(new) == 1 and min(new) > told["highest"], f"numbers {sorted(new)} after {told['highest']}")
        _connect(agent, now)
        again = spool.next_birth_no(now)
        result.expect(again > told["birth_no"], f"birth number {again} after {told['birth_no']}")
        for ack in told["acks"]:
            agent.received(topics.ack(tiny_city.CODE, _NODE), ack.encode(), now)
        agent.step(now)
        spool.commit(now)
        answered = set(told["stored"]) | set(told["refused"])
        left = {row.seq for row in spool.after(0, 1_000)}
        expected = ({row[0] for row in told["rows"]} | new) - answered
        result.expect(left == expected, f"after the acks of then {sorted(left ^ expected)} are wrongly there or gone")
        after = spool.ledger()
    _account(result, after, len(expected - left))
    heard = (after.stored - before.stored, after.refused - before.refused, after.dropped - before.dropped)
    result.expect(heard == (len(told["stored"]), len(told["refused"]), 0), f"the acks of then were counted as {heard}")
    _opens_sound(result, folder / _FILES[0], after.epoch, left, "an old spool")
    result.figures["old_spool_readings"] = len(rows)


def _put_in_place(folder: Path) -> None:
    """The recorded spool as if it had been made here: a file that stands elsewhere than it says is a copy, which begins
    a new epoch. Its log stays as the kill left it."""
    scratch = folder / "scratch"
    scratch.mkdir()
    for name in _FILES:
        shutil.copy(_FOLDER / name, scratch / name)
        (folder / name).touch()
    spool = _FILES[0]
    with closing(sqlite3.connect(scratch / spool, isolation_level=None)) as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'inode'", (str((folder / spool).stat().st_ino),))
        for name in _FILES:
            shutil.copyfile(scratch / name, folder / name)


def _put_back(result: Result, folder: Path) -> None:
    """Today's agent made the spool, one of then worked on it, and today's comes back."""
    path = folder / "today.spool"
    with closing(Spool(path, BOOT, START)) as spool:
        for number in range(_MADE):
            values = values_of("flood", number).model_dump_json(exclude_none=True)
            spool.add(Entry("flood", "flood", BOOT, START, Quality.GOOD, "{}", values))
        spool.commit(START)
        epoch = spool.epoch
    with closing(sqlite3.connect(path, isolation_level=None)) as then:
        for statement in (_FOLDER / "spool.sql").read_text(encoding="utf-8").split(";\n"):
            then.execute(statement).fetchall()
        kept = {seq for (seq,) in then.execute("SELECT seq FROM reading")}
        committed, stored, refused = then.execute("SELECT committed, stored, refused FROM ledger").fetchone()
    result.expect((stored, refused) == (2, 1), f"the agent of then counts {stored} stored and {refused} refused")
    ledger = _opens_sound(result, path, epoch, kept, "a spool on which an older agent has worked")
    result.expect(ledger.committed == committed, f"{committed} readings were committed, {ledger.committed} are known")
    _account(result, ledger, len(kept) - ledger.pending)
    result.figures["spool_put_back_readings"] = len(kept)


def _opens_sound(result: Result, path: Path, epoch: str, seqs: set[int], what: str) -> SpoolLedger:
    """Not taken for damaged, every number there and none given again. Returns its ledger as it was found."""
    with closing(Spool(path, BOOT, START)) as spool:
        ledger = spool.ledger()
        found = {row.seq for row in spool.after(0, 1_000)}
        result.expect(spool.epoch == epoch, f"{what} was taken for damaged")
        result.expect(found == seqs, f"in {what} {sorted(found ^ seqs)} are wrongly there or gone")
        result.expect(ledger.closes, f"the ledger of {what} does not close: {ledger}")
        spool.add(Entry("flood", "flood", BOOT, START, Quality.GOOD, "{}", '{"level_cm":1.0}'))
        spool.commit(START)
        new = {row.seq for row in spool.after(0, 1_000)} - found
        result.expect(len(new) == 1 and min(new) > max(found), f"{what} gives {sorted(new)} after {max(found)}")
    aside = [file.name for file in path.parent.glob(f"{path.name}.*-[0-9]*")]
    result.expect(not aside, f"{what} was put aside: {aside}")
    return ledger


def _account(result: Result, ledger: SpoolLedger, lost: int) -> None:
    result.committed += ledger.committed
    result.stored += ledger.stored
    result.refused += ledger.refused
    result.dropped += ledger.dropped
    result.pending += ledger.pending
    result.lost += lost


def _agent(spool: Spool) -> Agent:
    return Agent(
        Identity(tiny_city.CODE, _NODE),
        [SensorInfo(_SENSOR, "flood", 300.0)],
        spool,
        [BrokerAddress("127.0.0.1", 1)],
        random.Random(0),
    )


def _connect(agent: Agent, now: Instant) -> None:
    """As soon as it asks for it."""
    while not any(isinstance(action, Connect) for action in agent.step(now)):
        now = now._replace(mono_us=now.mono_us + 1_000_000)
    agent.connected(session_present=False, at=now)


def _plain(row: Row) -> Sequence[object]:
    """As the recording has it."""
    return [*row[:4], list(row.taken), int(row.quality), *row[6:]]
