"""The file of the city's own complaint systems (`systems_file`): which there are and how each is spoken to. Read
strictly."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, cast

from cities.section_file import SectionFile
from complaints.outward import Outward
from complaints.systems.courier import SETTLES_S, Linked
from complaints.systems.lapor import Lapor, Services
from complaints.systems.open311 import Open311, Server
from complaints.systems.port import BECOME, SYSTEM_KINDS, Become, System, SystemInfo, SystemKind
from complaints.systems.presets import PRESETS
from complaints.systems.qlue import FIELDS as FEED_FIELDS
from complaints.systems.qlue import Qlue
from complaints.systems.webhook import FIELDS, LINE_PARTS, PARTS, UPDATE, Mapped, Webhook
from contract.clock import Clock
from contract.errors import BadInput

_MOST = 10
_LABEL_MOST = 60
_POLL_S = 300.0
_NUMBER = (int, float)
_BOUNDS: Mapping[str, tuple[int, int]] = {"poll_s": (5, 86_400), "settles_s": (1, 3_600)}
_COMMON: Mapping[str, type | tuple[type, ...]] = {
    "name": str, "kind": str, "preset": str, "label": str, "categories": list, "unchecked": bool, "page": str,
    "states": dict, "shown_first": bool, "home": str,
}  # fmt: skip
_SPOKEN: Mapping[str, type | tuple[type, ...]] = {
    "url": str, "secret_file": str, "secret_env": str, "services": dict, "poll_s": _NUMBER,
    "settles_s": _NUMBER,
}  # fmt: skip
_FIELDS: Mapping[SystemKind, Mapping[str, type | tuple[type, ...]]] = {
    "manual": {"email": str},
    "open311": {**_SPOKEN, "jurisdiction": str, "format": str, "updates": bool, "lookup": bool},
    "webhook": {
        **_SPOKEN, "fields": dict, "headers": dict, "number": str, "link": str, "find_url": str, "update_url": str,
        "update_fields": dict, "status_url": str, "status": str, "note": str, "same_twice": bool,
    },
    "lapor": {
        **_SPOKEN, "send": str, "send_fields": dict, "find": str, "find_fields": dict, "ask": str, "ask_fields": dict,
        "tell": str, "tell_fields": dict, "number": str, "status": str, "note": str,
    },
    "qlue": {
        "url": str, "secret_file": str, "secret_env": str, "services": dict, "poll_s": _NUMBER, "fields": dict,
        "items": str, "after": str,
    },
}  # fmt: skip
_SERVICES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "send": ("{body}", PARTS),
    "find": ("{ref}", ("ref",)),
    "ask": ("{foreign}", ("foreign",)),
    "tell": ("{foreign}", LINE_PARTS),
}
"""what must stand in the fields of each of LAPOR's services, and what may"""
_SERVICE = re.compile(r"[A-Za-z0-9_./-]{1,80}")
_PART = re.compile(r"\{([^{}]*)\}")
_MAIL = re.compile(r"[^@\s?&]+@[^@\s?&]+\.[^@\s?&]+")


class SystemsFile:
    """What the file says. Nothing is opened and no secret read before `open`."""

    def __init__(self, path: Path, categories: Collection[str], desk: str = "") -> None:
        """`categories` are the city's; `desk` is the system in which its cases are worked on, "" for our own desk.
        Raises BadInput naming file, line, field and remedy for the first mistake."""
        self._file = SectionFile(path, "system", setting="systems_file", called="systems", most=_MOST)
        self._categories = categories
        self._desk = desk
        self._tables: list[Mapping[str, Any]] = []
        self.infos: tuple[SystemInfo, ...] = ()
        for number, written in enumerate(self._file.sections):
            preset = written.get("preset", "")
            if preset and preset not in PRESETS:
                raise self._file.wrong(number, "preset", f"{preset!r} is none", f"One of: {', '.join(PRESETS)}.")
            table = {**PRESETS.get(preset, {}), **written}
            self._tables.append(table)
            self.infos += (self._read(number, table),)
        if desk and not any(one.desk for one in self.infos):
            raise BadInput(
                f"the city's cases are worked on in {desk!r} (complaints.desk of city.toml), which is none of them",
                where=str(path),
                remedy=f'Add a [[system]] with name = "{desk}", or leave the key out of city.toml.',
            )

    def open(self, outward: Outward, clock: Clock, environment: Mapping[str, str]) -> tuple[Linked, ...]:
        """Each of them, ready to be asked. `environment` holds the secrets that `secret_env` names. Raises BadInput."""
        return tuple(
            Linked(
                info,
                self._system(number, info, outward, clock, environment),
                table.get("services", {}),
                float(table.get("poll_s", _POLL_S)),
                float(table.get("settles_s", SETTLES_S)),
                self._source(number, info, outward, environment),
            )
            for number, (info, table) in enumerate(zip(self.infos, self._tables, strict=True))
        )

    # ------------------------------------------------------------ reading

    def _read(self, number: int, table: Mapping[str, Any]) -> SystemInfo:
        wrong = self._file.wrong
        kind = next((one for one in SYSTEM_KINDS if one == table.get("kind")), None)
        if kind is None:
            raise wrong(number, "kind", f"{table.get('kind')!r} is no kind", f"One of: {', '.join(SYSTEM_KINDS)}.")
        known = {**_COMMON, **_FIELDS[kind]}
        self._file.check_known(number, known)
        for name, value in table.items():
            self._check(number, name, value, known[name])
        for name in ("name", "label", *(() if kind == "manual" else ("url",))):
            if name not in table:
                raise wrong(number, name, "it is missing", f'Write {name} = "…".')
        self._file.check_id(number, table["name"])
        if any(one.name == table["name"] for one in self.infos):
            raise wrong(number, "name", f"the name {table['name']!r} is taken", "Choose another.")
        self._check_what_people_see(number, table)
        for code in (*table.get("categories", ()), *table.get("services", {})):
            if code not in self._categories:
                field = "categories" if code in table.get("categories", ()) else "services"
                raise wrong(number, field, f"the city has no category {code!r}", f"Of: {', '.join(self._categories)}.")
        desk = table["name"] == self._desk
        if desk and table.get("categories"):
            raise wrong(number, "categories", "the city has no other desk", "Leave it out: it takes every case.")
        checks = {"webhook": self._check_mapping, "lapor": self._check_services, "qlue": self._check_feed}
        if kind in checks:
            checks[kind](number, table)
        if kind != "manual":
            has_secret = self._file.check_secret(number)
            if kind in ("webhook", "lapor") and not has_secret:
                what = "it signs with a secret" if kind == "webhook" else "it wants its KEYTOKEN"
                raise wrong(number, "kind", what, 'Write secret_file = "…".')
        return SystemInfo(
            name=table["name"],
            kind=kind,
            label=table["label"],
            categories=tuple(table.get("categories", ())),
            unchecked=table.get("unchecked", False) or desk,
            page=table.get("page", ""),
            email=table.get("email", ""),
            states=tuple((word, cast(Become, status)) for word, status in table.get("states", {}).items()),
            shown_first=table.get("shown_first", False) or desk,
            home=table.get("home", ""),
            desk=desk,
        )

    def _check_what_people_see(self, number: int, table: Mapping[str, Any]) -> None:
        wrong = self._file.wrong
        if len(table["label"]) > _LABEL_MOST:
            raise wrong(number, "label", "it is too long", f"At most {_LABEL_MOST} letters.")
        if "email" in table and not _MAIL.fullmatch(table["email"]):
            raise wrong(number, "email", "this is no address", 'Write "aduan@kota.go.id".')
        for name, example in (("page", "https://…/{foreign}"), ("home", "https://…")):
            if name in table and not table[name].startswith("https://"):
                raise wrong(number, name, "a page that people are led to is https", f'Write "{example}".')

    def _check(self, number: int, name: str, value: object, wanted: type | tuple[type, ...]) -> None:
        wrong = self._file.wrong
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool) or value == "":
            raise wrong(number, name, "this is no value for it", "Text stands in double quotes, a number does not.")
        if isinstance(value, str) and not value.isprintable():
            raise wrong(number, name, "it holds a character that is none", "Write it on one line.")
        if isinstance(value, list) and not all(isinstance(one, str) for one in value):
            raise wrong(number, name, "it holds what is no text", 'Write ["flood", "lamp"].')
        if isinstance(value, dict) and not all(isinstance(one, str) and one.isprintable() for one in value.values()):
            raise wrong(number, name, "it holds what is no text", 'Write { ours = "theirs" }.')
        if name == "states":
            for word, status in cast(Mapping[str, str], value).items():
                if status not in BECOME:
                    raise wrong(number, name, f"{word} = {status!r} is no state", f"One of: {', '.join(BECOME)}.")
        if name == "format" and value not in ("json", "xml"):
            raise wrong(number, name, f"{value!r} is not one of them", "Choose one of: json, xml.")
        if name in _BOUNDS:
            least, most = _BOUNDS[name]
            if not least <= cast(float, value) <= most:
                raise wrong(number, name, f"{value} is out of bounds", f"{least} to {most}.")

    def _check_mapping(self, number: int, table: Mapping[str, Any]) -> None:
        for name, parts in (("fields", PARTS), ("update_fields", LINE_PARTS)):
            for path, template in table.get(name, {}).items():
                unknown = [one for one in _PART.findall(template) if one not in parts]
                if unknown or not all(path.split(".")):
                    what = f"{path} names {{{unknown[0]}}}" if unknown else f"{path!r} is no path"
                    raise self._file.wrong(number, name, what, f"Known in braces: {', '.join(parts)}.")
            paths = list(table.get(name, {}))
            if any(other.startswith(f"{path}.") for path in paths for other in paths):
                raise self._file.wrong(number, name, "a path lies within another", "Give each its own.")
        for name, part in (("find_url", "{ref}"), ("status_url", "{foreign}")):
            if name in table and part not in table[name]:
                raise self._file.wrong(number, name, f"it has no {part}", f"Write {part} where it goes.")

    def _check_services(self, number: int, table: Mapping[str, Any]) -> None:
        wrong = self._file.wrong
        if "send" not in table:
            what = "the service that takes complaints is not named"
            raise wrong(number, "kind", what, 'Write send = "…" as its papers have it.')
        for service, (needed, parts) in _SERVICES.items():
            fields = table.get(f"{service}_fields", {})
            if service not in table and fields:
                raise wrong(number, f"{service}_fields", "there is no service for it", f'Write {service} = "…".')
            if service not in table:
                continue
            if not _SERVICE.fullmatch(table[service]):
                raise wrong(number, service, f"{table[service]!r} is no name of a service", 'Write "gettopics".')
            if not any(needed in template for template in fields.values()):
                remedy = f'Write {service}_fields = {{ theirs = "{needed}" }}.'
                raise wrong(number, service, f"nothing sends {needed}", remedy)
            for name, template in fields.items():
                unknown = next((one for one in _PART.findall(template) if one not in parts), None)
                if unknown is not None:
                    known = f"Known in braces: {', '.join(parts)}."
                    raise wrong(number, f"{service}_fields", f"{name} names {{{unknown}}}", known)

    def _check_feed(self, number: int, table: Mapping[str, Any]) -> None:
        wrong = self._file.wrong
        if table["name"] == self._desk:
            raise wrong(number, "kind", "a feed takes no case, so no desk is there", "Name another in complaints.desk.")
        if "{cursor}" not in table["url"]:
            raise wrong(number, "url", "it has no {cursor}", 'Write "https://…/laporan?sesudah={cursor}".')
        if not table.get("services"):
            raise wrong(number, "services", "no word of its categories is ours", 'Write { banjir = "Banjir" }.')
        for name in ("categories", "unchecked", "states", "shown_first"):
            if name in table:
                raise wrong(number, name, "a feed is read, and takes no case", "Leave it out.")
        for part in table.get("fields", {}):
            if part not in FEED_FIELDS:
                raise wrong(number, "fields", f"{part!r} is no part of a report", f"Of: {', '.join(FEED_FIELDS)}.")

    # ------------------------------------------------------------ opening

    def _source(self, number: int, info: SystemInfo, outward: Outward, environment: Mapping[str, str]) -> Qlue | None:
        if info.kind != "qlue":
            return None
        table = self._tables[number]
        return Qlue(
            table["url"],
            self._file.secret(number, environment),
            table.get("items", "data"),
            table.get("after", "next"),
            table.get("fields", {}),
            table["services"],
            outward,
            where=self._file.where(number, "url"),
        )

    def _system(
        self, number: int, info: SystemInfo, outward: Outward, clock: Clock, environment: Mapping[str, str]
    ) -> System | None:
        table = self._tables[number]
        if info.kind in ("manual", "qlue"):
            return None
        where, secret = self._file.where(number, "url"), self._file.secret(number, environment)
        if info.kind == "open311":
            server = Server(
                url=table["url"],
                key=secret,
                jurisdiction=table.get("jurisdiction", ""),
                fmt=table.get("format", "json"),
                updates=table.get("updates", False),
                asks=table.get("lookup", True),
            )
            return Open311(server, info, outward, where=where)
        if info.kind == "lapor":
            names = (*_SERVICES, *(f"{one}_fields" for one in _SERVICES), "number", "status", "note")
            called = {name: table[name] for name in names if name in table}
            return Lapor(Services(url=table["url"], token=secret, **called), info, outward, where=where)
        given = {
            name: table[name]
            for name in ("headers", "number", "link", "find_url", "update_url", "status_url", "status", "note")
            if name in table
        }
        mapped = Mapped(
            url=table["url"],
            secret=secret,
            fields=table.get("fields", FIELDS),
            update_fields=table.get("update_fields", UPDATE),
            same_twice=table.get("same_twice", False),
            **given,
        )
        return Webhook(mapped, info, outward, clock, where=where)
