"""The authority's own memory: one line for each certificate issued or revoked, only ever appended to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from contract.errors import BadInput
from fleet import files

Kind = Literal["node", "service", "broker"]


@dataclass(frozen=True, slots=True)
class Issued:
    """One certificate. `city` is empty for services and the broker; `revoked_us` is None while it is good."""

    serial: int
    kind: Kind
    name: str
    city: str
    from_us: int
    until_us: int
    hosts: tuple[str, ...] = ()
    revoked_us: int | None = None

    def good(self, now_us: int) -> bool:
        """Neither over nor revoked."""
        return self.revoked_us is None and now_us < self.until_us

    def due(self, now_us: int) -> bool:
        """Two thirds of its life are over: time to renew, while a third is left for everything that can go wrong."""
        return now_us >= self.from_us + (self.until_us - self.from_us) * 2 // 3


class Ledger:
    """The file `index.jsonl` of the authority's folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def issued(self, one: Issued) -> None:
        """Note a certificate before anybody is given it, so that every one there is can be revoked."""
        told: dict[str, Any] = {name: value for name, value in asdict(one).items() if name != "revoked_us"}
        self._append({"did": "issued", **told, "serial": f"{one.serial:x}", "hosts": list(one.hosts)})

    def revoked(self, serial: int, now_us: int) -> None:
        self._append({"did": "revoked", "serial": f"{serial:x}", "at_us": now_us})

    def all(self) -> Sequence[Issued]:
        """Every certificate, oldest first. Raises BadInput naming the line that cannot be read."""
        known: dict[int, Issued] = {}
        for number, line in enumerate(self._lines(), start=1):
            try:
                one = _read(json.loads(line), known)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadInput(
                    f"line {number} cannot be read ({error})",
                    where=str(self._path),
                    remedy="Bring the file back from a copy: without it nobody knows what was issued.",
                ) from None
            known[one.serial] = one
        return list(known.values())

    def _append(self, told: dict[str, Any]) -> None:
        files.append_line(self._path, json.dumps(told, separators=(",", ":")))

    def _lines(self) -> Sequence[str]:
        if not self._path.exists():
            return []
        # What follows the last line's end is what a power cut left of a line that nobody has acted upon.
        return self._path.read_text(encoding="utf-8").rpartition("\n")[0].splitlines()


def _read(told: dict[str, Any], known: dict[int, Issued]) -> Issued:
    serial = int(told["serial"], 16)
    if told["did"] == "revoked":
        return replace(known[serial], revoked_us=int(told["at_us"]))
    if told["did"] != "issued" or told["kind"] not in get_args(Kind):
        raise ValueError(f"unknown word {told['did']!r}")
    return Issued(
        serial, told["kind"], str(told["name"]), str(told["city"]), int(told["from_us"]), int(told["until_us"]),
        tuple(told["hosts"]),
    )  # fmt: skip
