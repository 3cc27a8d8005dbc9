"""One node as it runs on a pole: `siaga edge run` with a node.toml, a river, a WiFi-less self-report, a spool."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from broker.ports import BrokerAddress
from edge.spool import SpoolLedger, read_ledger
from faults.parts.stages import Stage, stage
from firmware_sim.ledgers import SPOOL_SUFFIX

_NODE_TOML = """
[node]
city = "{city}"
node = "{node}"
spool = "{spool}"
boot_delay_s = 0.0

[[brokers]]
host = "{host}"
port = {port}
{further}
[[sensors]]
type = "flood"
sensor = "{river}"
period_s = {river_s}

[sensors.options]
source = {source}

[[sensors]]
type = "node"
sensor = "{self}"
period_s = {self_s}

[sensors.options]
disk = "{folder}"
"""
_SMALL = """
[spool]
ring_rows = {ring_rows}

[transport]
resend_s = 2.0
reconnect_max_s = 1.0
"""
_LOW = '{{ type = "replay", file = "{record}", length_column = "level_cm", speed = 60.0, loop = true }}'
RIVER, SELF = "level", "self"


def write_node(
    folder: Path,
    spool: Path,
    city: str,
    node: str,
    broker: BrokerAddress,
    *,
    river: str = RIVER,
    river_s: float,
    self_s: float,
    source: str = "",
    further: str = "",
) -> Path:
    """Write node.toml into `folder`. `source` is where its gauge, the sensor `river`, asks, as a node.toml has it; a
    river that stays low where nothing is said. `further` are more blocks of it."""
    folder.mkdir(parents=True, exist_ok=True)
    record = folder / "river.csv"
    rows = [f"2026-01-01T{n // 60:02d}:{n % 60:02d}:00Z,{30 + n % 7}" for n in range(600)]
    record.write_text("time,level_cm\n" + "\n".join(rows) + "\n", encoding="utf-8")
    file = folder / "node.toml"
    text = _NODE_TOML.format(
        city=city,
        node=node,
        spool=spool,
        host=broker.host,
        port=broker.port,
        further=further,
        river=river,
        river_s=river_s,
        source=source or _LOW.format(record=record),
        self=SELF,
        self_s=self_s,
        folder=folder,
    )
    file.write_text(text, encoding="utf-8")
    return file


@dataclass
class Pole:
    """The node's files and its process."""

    node: str
    spool: Path
    running: Stage

    def ledger(self) -> SpoolLedger:
        """Read from the file."""
        return read_ledger(self.spool)


@contextlib.contextmanager
def pole(
    folder: Path,
    spools: Path,
    city: str,
    node: str,
    broker: BrokerAddress,
    *,
    river_s: float,
    self_s: float,
    ring_rows: int = 10_000,
    source: str = "",
    settings: Mapping[str, object] | None = None,
    before: Sequence[str] = (),
) -> Iterator[Pole]:
    """The node, running; its spool is in `spools`, all else in `folder`. Killed at the end where it still runs.

    `source` as `write_node` has it, `settings` and `before` as `faults.parts.stages` has them.
    """
    spool = spools / f"{node}{SPOOL_SUFFIX}"
    further = _SMALL.format(ring_rows=ring_rows)
    config = write_node(
        folder, spool, city, node, broker, river_s=river_s, self_s=self_s, source=source, further=further
    )
    with stage(folder / "log", settings or {}, "edge", "run", "--config", str(config), before=before) as running:
        yield Pole(node, spool, running)
