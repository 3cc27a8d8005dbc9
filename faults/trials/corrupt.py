"""A node's card rots: bits flip, runs of bytes go, files end too early. What can still be read is delivered once.

Every round fills a real spool (some readings published, some of these kept by the city whose answer was lost, some
answered), damages one of its files, opens it with the product's own code and delivers what it holds to the product's
own ingest. Every reading has a value of its own, so that each row of the store can be traced to the reading it was.

What no file can show is not asked for: a log that ends early looks like a power cut, and so does a broken last commit.
Those rounds (`figures.log_cut_short`) may lose the newest readings unsaid, nothing else.
"""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from structlog.testing import capture_logs

from contract import codec, topics
from contract.clock import DAY_US, SECOND_US, ManualClock
from contract.errors import BadInput
from contract.kinds import VALUES, KindName
from contract.messages import Birth, SensorInfo
from contract.quality import Quality
from edge import config, uplink
from edge.ports import Instant
from edge.spool import Entry, Refrozen, Spool
from edge.spoolrow import DROPS_SENSOR
from faults.laboratory import Laboratory
from faults.parts.bench_city import CITY, BenchCity, Template
from faults.parts.spool_writer import BOOT, START, values_of
from faults.result import Result

_NODE = "cth-gauge-1"
_KINDS: tuple[KindName, ...] = ("flood", "crowd", "hotspot", "node")
_FRESH = 5
_LIVES = 4
_CONFIG = """
[node]
city = "contoh"
node = "cth-gauge-1"
spool = "spool.db"

[[brokers]]
host = "127.0.0.1"
port = 8883

[[sensors]]
type = "flood"
sensor = "level"
period_s = 300.0
options = { driver = "file", path = "level.txt" }
"""


@dataclass
class Life:
    """A spool and what is known of it: every reading ever committed, by sensor and value, and the moment it was taken;
    which of them the spool still holds, in the order of their commits; and which the city has."""

    path: Path
    clock: ManualClock
    taken_us: dict[tuple[str, str], int] = field(default_factory=dict)
    pending: list[tuple[str, str]] = field(default_factory=list)
    kept: set[tuple[str, str]] = field(default_factory=set)
    number: int = 0
    now: Instant = START

    def pass_s(self, seconds: float) -> Instant:
        us = round(seconds * SECOND_US)
        self.clock.advance(seconds)
        self.now = self.now._replace(mono_us=self.now.mono_us + us, wall_us=self.now.wall_us + us)
        return self.now

    def measure(self, spool: Spool, rng: random.Random, how_many: int) -> None:
        for _ in range(how_many):
            kind = rng.choice(_KINDS)
            self.number += 1
            at = self.pass_s(7)
            values = values_of(kind, self.number).model_dump_json(exclude_none=True)
            spool.add(Entry(kind, kind, BOOT, at, Quality.GOOD, "{}", values))
            self.taken_us[kind, values] = at.wall_us
            self.pending.append((kind, values))
        spool.commit(self.now)


def run(laboratory: Laboratory) -> Result:
    """`rounds` damaged spools."""
    result = laboratory.result()
    template = Template(laboratory.room("template"), START.wall_us - DAY_US)
    said_us = laboratory.clock.mono_us()
    figures: Counter[str] = Counter()
    for number in range(laboratory.rounds):
        rng = random.Random(laboratory.rng.randrange(2**63))
        room = laboratory.room(f"spool-{number}")
        clock = ManualClock(START.wall_us, START.mono_us)
        with capture_logs(), closing(BenchCity(template, room / "city", clock)) as city:
            _round(city, Life(room / "spool.db", clock), rng, result, figures, f"round {number}")
        _config(room / "node.toml", rng, result)
        shutil.rmtree(room)
        if laboratory.clock.mono_us() - said_us > 10 * SECOND_US:
            said_us = laboratory.clock.mono_us()
            laboratory.say(f"corrupt: {number + 1} of {laboratory.rounds}, {len(result.failures)} broken promises")
    result.figures.update(figures)
    return result


def _round(city: BenchCity, life: Life, rng: random.Random, result: Result, figures: Counter[str], where: str) -> None:
    _announce(city)
    crashed = _live(life, city, rng)
    target, damage = _damage(life.path, rng, crashed=crashed)
    where = f"{where} ({damage} of the {target})"
    at_risk = list(life.pending)
    before = set(life.kept)
    figures["readings_at_risk"] += len(at_risk)
    for attempt in range(_LIVES):
        try:
            epoch = _afterwards(life, city, rng, first=attempt == 0, result=result, where=where)
        except Exception as error:  # noqa: BLE001  whatever ends an agent is a crash, and what it set aside is left there
            result.expect(False, f"{where}: crashed at start {attempt + 1} by {error!r}")
            figures["crashes"] += 1
        else:
            figures["new_epochs"] += epoch
            break
    _judge(life, city, at_risk, before, result, figures, where, cut=target == "log")


def _announce(city: BenchCity) -> None:
    sensors = tuple(SensorInfo(sensor=kind, kind=kind, period_s=7.0) for kind in _KINDS)
    drops = SensorInfo(sensor=DROPS_SENSOR, kind="node", period_s=86_400.0)
    birth = Birth(
        city=CITY, node=_NODE, boot=BOOT, birth_no=1, epoch="0" * 16, firmware="1", clock="ntp",
        sent_us=START.wall_us, mono_us=1, sensors=(*sensors, drops),
    )  # fmt: skip
    city.accepting.post(topics.birth(CITY, _NODE), codec.encode(birth))


def _live(life: Life, city: BenchCity, rng: random.Random) -> bool:
    """Fill a spool as an agent would. True where the files are those of an agent that was killed."""
    spool = Spool(life.path, BOOT, life.now)
    for _ in range(rng.randint(2, 8)):
        life.measure(spool, rng, rng.randint(5, 40))
        if rng.random() < 0.6:
            _deliver(spool, life, city, rng.randint(1, 30), hears=rng.random() < 0.5)
    crashed = rng.random() < 0.5
    files = [life.path.with_name(life.path.name + end) for end in ("", "-wal", ".lock")]
    as_killed = {file: file.read_bytes() for file in files if file.exists()}
    spool.close()
    if crashed:
        for file, data in as_killed.items():
            file.write_bytes(data)
    return crashed


def _deliver(spool: Spool, life: Life, city: BenchCity, limit: int, *, hears: bool) -> None:
    """Publish the oldest readings; the city keeps them, and its answer comes or is lost."""
    rows = spool.after(0, limit)
    if not rows:
        return
    spool.freeze([Refrozen(row.seq, row.taken.wall_us, "synced") for row in rows if row.observed_us is None], life.now)
    rows = spool.rows([row.seq for row in rows])
    for boot in {row.boot for row in rows}:
        some = [row for row in rows if row.boot == boot]
        payload = uplink.batch(CITY, _NODE, spool.epoch, some, life.now.wall_us)
        city.accepting.post(topics.readings(CITY, _NODE), payload)
    while city.ingest.turn():
        pass
    life.kept |= {(row.sensor, row.values) for row in rows}
    for _, ack in city.acks():
        if hears and ack.epoch == spool.epoch:
            gone = {row.seq: (row.sensor, row.values) for row in rows}
            kept, refused = spool.acknowledge(ack.stored, [one.seq for one in ack.refused], life.now)
            answered = {gone[seq] for seq in (*kept, *refused) if seq in gone}
            life.pending = [key for key in life.pending if key not in answered]


def _damage(path: Path, rng: random.Random, *, crashed: bool) -> tuple[str, str]:
    """Damage one file in place. Returns which, and how."""
    log, lock = path.with_name(path.name + "-wal"), path.with_name(path.name + ".lock")
    target = rng.choices(("file", "log", "mark"), (6, 4 if crashed and log.exists() else 0, 1))[0]
    file = {"file": path, "log": log, "mark": lock}[target]
    data = bytearray(file.read_bytes())
    hurts: dict[str, Callable[[bytearray, random.Random], bytes]] = {
        "one bit": lambda data, rng: _flip(data, rng, 1),
        "some bits": lambda data, rng: _flip(data, rng, rng.randint(2, 30)),
        "a run of zeros": lambda data, rng: _run(data, rng, bytes),
        "a run of garbage": lambda data, rng: _run(data, rng, rng.randbytes),
        "the end": lambda data, rng: bytes(data[: rng.randrange(len(data))]),
    }
    how = rng.choice(list(hurts))
    file.write_bytes(hurts[how](data, rng) if data else b"")
    return target, how


def _flip(data: bytearray, rng: random.Random, bits: int) -> bytes:
    for _ in range(bits):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def _run(data: bytearray, rng: random.Random, what: Callable[[int], bytes]) -> bytes:
    start = rng.randrange(len(data))
    size = min(rng.randint(1, 5_000), len(data) - start)
    data[start : start + size] = what(size)
    return bytes(data)


def _afterwards(life: Life, city: BenchCity, rng: random.Random, *, first: bool, result: Result, where: str) -> bool:
    """The agent's next life, to an empty spool. True where the numbering is a new one."""
    opened_us = life.pass_s(60)
    with closing(Spool(life.path, BOOT, opened_us)) as spool:
        if first:
            life.measure(spool, rng, _FRESH)
        for _ in range(100):
            _deliver(spool, life, city, 200, hears=True)
            if not spool.pending and spool.commit(life.pass_s(1)) and not spool.pending:
                break
        ledger = spool.ledger()
        result.expect(ledger.closes, f"{where}: the ledger does not close: {ledger}")
        result.expect(not ledger.pending, f"{where}: {ledger.pending} readings are never delivered")
        result.committed += ledger.committed
        result.stored += ledger.stored
        result.refused += ledger.refused
        result.dropped += ledger.dropped
    with closing(Spool(life.path, BOOT, life.pass_s(1))) as again:
        return again.epoch != _first_epoch(city)


def _first_epoch(city: BenchCity) -> str:
    rows = city.rows()
    return rows[0].epoch if rows else ""


def _judge(
    life: Life, city: BenchCity, at_risk: list[tuple[str, str]], before: set[tuple[str, str]], result: Result,
    figures: Counter[str], where: str, *, cut: bool,
) -> None:  # fmt: skip
    told, reports = Counter[tuple[str, str]](), []
    identities: Counter[tuple[str, int]] = Counter()
    for row in city.rows():
        identities[row.epoch, row.seq] += 1
        if row.series.sensor == DROPS_SENSOR:
            reports.append(row.values)
            continue
        told[_key(row.series.kind, row.values)] += 1
        taken_us = life.taken_us.get(_key(row.series.kind, row.values))
        result.expect(taken_us == row.observed_us, f"{where}: {row.values} at {row.observed_us} was never measured")
    twice = sum(number - 1 for number in told.values()) + sum(number - 1 for number in identities.values())
    result.duplicated += twice
    gone = [key for key in life.taken_us if key not in told]
    figures["readings_gone"] += len(gone)
    unknown = any(report.get("dropped_count") is None for report in reports)
    counted = sum(int(report.get("dropped_count") or 0) for report in reports)
    figures["damage_of_unknown_size"] += unknown
    if cut and not unknown and len(gone) > counted:
        newest = at_risk[len(at_risk) - len([key for key in gone if key in at_risk]) :]
        figures["log_cut_short"] += 1
        figures["unsaid"] += len(gone) - counted
        result.expect(counted or set(gone) <= set(newest), f"{where}: not the newest are gone")
        return
    result.lost += 0 if unknown else max(0, len(gone) - counted)
    in_doubt = sum(key in before for key in at_risk)
    result.expect(unknown or counted <= len(gone) + in_doubt, f"{where}: {counted} said to be gone, {len(gone)} are")
    unsaid = [key for key in gone if not any(_covers(report, life.taken_us[key]) for report in reports)]
    result.expect(not unsaid, f"{where}: nobody says that {unsaid[:3]} of {len(gone)} are gone")


def _covers(report: Mapping[str, object], when_us: int) -> bool:
    first_us, last_us = report.get("dropped_first_us"), report.get("dropped_last_us")
    return first_us is None or int(str(first_us)) <= when_us <= int(str(last_us))


def _key(kind: KindName, values: object) -> tuple[str, str]:
    return kind, VALUES[kind].model_validate(values).model_dump_json(exclude_none=True)


def _config(file: Path, rng: random.Random, result: Result) -> None:
    """A damaged configuration is read, or refused in a sentence."""
    file.write_bytes(_flip(bytearray(_CONFIG.encode()), rng, rng.randint(1, 4)))
    try:
        with suppress(BadInput):
            config.load(file)
    except Exception as error:  # noqa: BLE001  the promise is that nothing else comes out
        result.expect(False, f"a damaged node.toml ends in {error!r}: {file.read_bytes()!r}")
