"""The file of sirens (`sirens_file`): which there are, whose orders they sound, how each is asked. Read strictly."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.sirens.http_relay import HttpRelay, Template
from alerts.sirens.node_relay import NodeRelay
from alerts.sirens.nodes import Nodes
from alerts.sirens.port import Siren
from cities.section_file import SectionFile
from complaints.outward import Outward
from contract.clock import Clock
from contract.siren import FOR_S_BOUNDS, SirenInfo
from contract.topics import valid_id

_MOST = 200
_PLACE_MOST = 80
_SHARED: Mapping[str, type | tuple[type, ...]] = {
    "kind": str, "name": str, "place": str, "gauges": list, "for_s": (int, float),
}  # fmt: skip
_FIELDS: Mapping[str, Mapping[str, type | tuple[type, ...]]] = {
    "http": {
        **_SHARED, "url": str, "body": str, "form": str, "headers": dict, "words": dict, "accepted": str,
        "secret_file": str, "secret_env": str,
    },
    "node": {**_SHARED, "node": str, "siren": str},
}  # fmt: skip
_NEEDED = {"http": ("name", "place", "gauges", "url", "body"), "node": ("name", "place", "gauges", "node", "siren")}
_FORMS = ("form", "json")
_WORDS = frozenset({"sound", "drill", "stop", "test"})
_FOR_S = 60.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[siren]]` as it was written, checked. `number` is its place in the file, from 0."""

    info: SirenInfo
    number: int
    table: Mapping[str, Any]


class SirenFile:
    """What the file says. No secret is read before `open`."""

    def __init__(self, path: Path, gauges: Collection[str], nodes: Collection[str] = ()) -> None:
        """`gauges`: those whose orders may be sounded, `nodes`: those on which a siren may hang. Raises BadInput naming
        file, line, field and remedy for the first mistake."""
        self._gauges = gauges
        self._nodes = nodes
        self._file = SectionFile(path, "siren", setting="sirens_file", called="sirens", most=_MOST)
        self.entries = self._entries()

    @property
    def infos(self) -> tuple[SirenInfo, ...]:
        return tuple(one.info for one in self.entries)

    @property
    def hang_on_nodes(self) -> bool:
        """Whether `open` wants `nodes`."""
        return any(one.table.get("kind") == "node" for one in self.entries)

    def open(
        self,
        outward: Outward,
        environment: Mapping[str, str],
        *,
        city: str = "",
        nodes: Nodes | None = None,
        clock: Clock | None = None,
    ) -> dict[str, Siren]:
        """Name -> siren. `environment` holds the secrets that `secret_env` names. Raises BadInput. `city`, `nodes` and
        `clock` are for those that hang on nodes, which are left out without them."""
        found: dict[str, Siren] = {}
        for one in self.entries:
            if one.table.get("kind") != "node":
                found[one.info.name] = self._siren(one, outward, environment)
            elif nodes is not None and clock is not None:
                found[one.info.name] = NodeRelay(city, one.table["node"], one.table["siren"], nodes, clock)
        return found

    def _entries(self) -> tuple[Entry, ...]:
        found: list[Entry] = []
        for number, one in enumerate(self._file.sections):
            info = self._info(number, one)
            if any(other.info.name == info.name for other in found):
                raise self._file.wrong(number, "name", f"the name {info.name!r} is taken", "Choose another name.")
            found.append(Entry(info, number, one))
        return tuple(found)

    def _info(self, number: int, table: Mapping[str, Any]) -> SirenInfo:
        kind = table.get("kind", "http")
        if not isinstance(kind, str) or kind not in _FIELDS:
            raise self._file.wrong(number, "kind", f"{kind!r} is none", f"Choose one of: {', '.join(_FIELDS)}.")
        self._file.check_known(number, _FIELDS[kind])
        for name, value in table.items():
            self._check(number, name, value, _FIELDS[kind][name])
        for name in _NEEDED[kind]:
            if name not in table:
                raise self._file.wrong(number, name, "it is missing", f"Write {name} = ….")
        self._file.check_id(number, table["name"])
        if len(table["place"]) > _PLACE_MOST:
            raise self._file.wrong(number, "place", "it is too long", f"At most {_PLACE_MOST} characters.")
        unknown = [one for one in table["gauges"] if one not in self._gauges]
        if unknown or not table["gauges"]:
            what = f"{unknown[0]!r} is no gauge of the city" if unknown else "it names no gauge"
            known = ", ".join(sorted(self._gauges)[:5])
            raise self._file.wrong(number, "gauges", what, f"Such as {known}.")
        if kind == "node":
            self._check_node(number, table)
        else:
            self._check_body(number, table)
        for_s = float(table.get("for_s", _FOR_S))
        return SirenInfo(table["name"], table["place"], tuple(table["gauges"]), for_s)

    def _check_node(self, number: int, table: Mapping[str, Any]) -> None:
        if table["node"] not in self._nodes:
            known = ", ".join(sorted(self._nodes)[:5])
            raise self._file.wrong(number, "node", f"{table['node']!r} is no node of the city", f"Such as {known}.")
        if not valid_id(table["siren"]):
            remedy = "As the node's own file calls it: lower-case letters, digits, single hyphens."
            raise self._file.wrong(number, "siren", f"{table['siren']!r} is not an id", remedy)

    def _check(self, number: int, name: str, value: object, kind: type | tuple[type, ...]) -> None:
        if not isinstance(value, kind) or isinstance(value, bool) or value == "":
            raise self._file.wrong(
                number, name, "this is no value for it", "Text stands in double quotes, a number does not."
            )
        if isinstance(value, str) and not value.isprintable():
            raise self._file.wrong(number, name, "it holds a character that is none", "Write it on one line.")
        if isinstance(value, int | float) and not FOR_S_BOUNDS[0] <= value <= FOR_S_BOUNDS[1]:
            raise self._file.wrong(number, name, f"{value} is out of bounds", "{:g} to {:g}.".format(*FOR_S_BOUNDS))
        if isinstance(value, dict) and not all(isinstance(one, str) and one.isprintable() for one in value.values()):
            raise self._file.wrong(number, name, "it holds what is no text", 'Write { name = "…" }.')
        if name == "form" and value not in _FORMS:
            raise self._file.wrong(
                number, name, f"{value!r} is not one of them", f"Choose one of: {', '.join(_FORMS)}."
            )

    def _check_body(self, number: int, table: Mapping[str, Any]) -> None:
        if "{do}" not in table["body"]:
            raise self._file.wrong(number, "body", "it has no {do}", "Write {do} where sound or stop goes.")
        if "{seconds}" not in table["body"]:
            what = "it has no {seconds}: a siren that is not told when to fall silent may never do so"
            raise self._file.wrong(number, "body", what, "Write {seconds} where it goes.")
        for word in table.get("words", {}):
            if word not in _WORDS:
                raise self._file.wrong(
                    number, "words", f"{word!r} is nothing it does", f"One of {', '.join(sorted(_WORDS))}."
                )
        self._file.check_secret(number)
        try:
            re.compile(table.get("accepted", ""))
        except re.error as error:
            raise self._file.wrong(number, "accepted", f"it is no pattern: {error}", "A regular expression.") from None

    def _siren(self, entry: Entry, outward: Outward, environment: Mapping[str, str]) -> Siren:
        table = entry.table
        target = outward.judge(table["url"], where=self._file.where(entry.number, "url"))
        accepted = re.compile(table["accepted"]) if "accepted" in table else None
        template = Template(
            target, table["body"], table.get("words", {}), table.get("form", "json"), table.get("headers", {}), accepted
        )
        return HttpRelay(template, outward, self._file.secret(entry.number, environment))
