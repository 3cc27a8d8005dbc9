"""What the nodes of a fleet hold, read from their spool files and not from anybody's counting."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from edge.spool import read_ledger, read_pending

SPOOL_SUFFIX = ".spool"


class NodeLedger(NamedTuple):
    """One node's spool: where every reading that was ever committed is. `pending` is counted by reading the rows."""

    node: str
    epoch: str
    committed: int
    stored: int
    refused: int
    dropped: int
    pending: int


def spool_file(folder: Path, node: str) -> Path:
    """Where the fleet keeps a node's spool."""
    return folder / f"{node}{SPOOL_SUFFIX}"


def ledger(folder: Path) -> list[NodeLedger]:
    """The ledgers of all spools in a fleet's folder, by node; also while the fleet runs or after it was killed."""
    found = sorted(folder.glob(f"*{SPOOL_SUFFIX}"))
    return [NodeLedger(path.name.removesuffix(SPOOL_SUFFIX), *read_ledger(path)) for path in found]


def waiting(folder: Path, node: str) -> frozenset[int]:
    """The numbers of the readings that a node still holds."""
    return read_pending(spool_file(folder, node))
