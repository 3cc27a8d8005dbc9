"""The file of channels (`channels_file`): by which providers the city wakes people. Read strictly."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.channels.by_apprise import ByApprise
from alerts.channels.email import Email, MailServer
from alerts.channels.ntfy import Ntfy
from alerts.channels.port import Channel
from alerts.channels.ring import Ring, SipLine
from alerts.channels.sms_http import SmsGateway, Template
from alerts.channels.telegram import URL as TELEGRAM_URL
from alerts.channels.telegram import Telegram
from alerts.channels.whatsapp import WhatsApp
from cities.section_file import SectionFile
from complaints.outward import Outward
from contract.clock import Clock
from contract.duty import CHANNEL_KINDS, ChannelInfo, ChannelKind

_MOST = 20
_NUMBER = (int, float)
_SECRETS = {"secret_file": str, "secret_env": str}
_FIELDS: Mapping[ChannelKind, Mapping[str, type | tuple[type, ...]]] = {
    "ring": {
        "server": str, "port": int, "user": str, "domain": str, "shown_as": str, "ring_s": _NUMBER, "talk_s": _NUMBER,
        "transport": str, **_SECRETS,
    },
    "ntfy": {"url": str, **_SECRETS},
    "email": {"server": str, "port": int, "security": str, "user": str, "sender": str, **_SECRETS},
    "sms_http": {"url": str, "body": str, "form": str, "headers": dict, "accepted": str, **_SECRETS},
    "telegram": {"url": str, **_SECRETS},
    "whatsapp": {"url": str, "template": str, "template_language": str, **_SECRETS},
    "apprise": _SECRETS,
}  # fmt: skip
_RING_MORE = ("domain", "shown_as", "ring_s", "talk_s", "transport")
_NEEDED: Mapping[ChannelKind, tuple[str, ...]] = {
    "ring": ("server", "user"),
    "ntfy": ("url",),
    "email": ("server", "sender"),
    "sms_http": ("url", "body"),
    "telegram": (),
    "whatsapp": ("url", "template"),
    "apprise": (),
}
_BOUNDS: Mapping[str, tuple[float, float]] = {"port": (1, 65_535), "ring_s": (5, 60), "talk_s": (1, 60)}
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "security": ("starttls", "tls", "none"), "form": ("form", "json"), "transport": ("udp", "tcp"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One `[[channel]]` as it was written, checked. `number` is its place in the file, from 0."""

    info: ChannelInfo
    number: int
    table: Mapping[str, Any]


class ChannelFile:
    """What the file says. Nothing is opened and no secret read before `open`."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput naming file, line, field and remedy for the first mistake."""
        self._file = SectionFile(path, "channel", setting="channels_file", called="channels", most=_MOST)
        self.entries = tuple(self._entries())

    @property
    def infos(self) -> tuple[ChannelInfo, ...]:
        return tuple(one.info for one in self.entries)

    def open(
        self, outward: Outward, clock: Clock, environment: Mapping[str, str], *, answering: bool = False
    ) -> Mapping[str, Channel]:
        """Name -> channel. `environment` holds the secrets that `secret_env` names. `answering`: to whoever has just
        written, which some providers let one do more freely. Raises BadInput."""
        return {
            one.info.name: self._channel(one, outward, clock, environment, answering=answering) for one in self.entries
        }

    # ------------------------------------------------------------ reading

    def _entries(self) -> list[Entry]:
        found: list[Entry] = []
        for number, one in enumerate(self._file.sections):
            entry = self._entry(number, one)
            if any(other.info.name == entry.info.name for other in found):
                raise self._file.wrong(
                    number,
                    "name" if "name" in one else "kind",
                    f"the name {entry.info.name!r} is taken",
                    "Choose another name.",
                )
            found.append(entry)
        return found

    def _entry(self, number: int, table: Mapping[str, Any]) -> Entry:
        kind = next((one for one in CHANNEL_KINDS if one == table.get("kind")), None)
        if kind is None:
            raise self._file.wrong(
                number, "kind", f"{table.get('kind')!r} is no kind", f"One of: {', '.join(CHANNEL_KINDS)}."
            )
        known = {"kind": str, "name": str, **_FIELDS[kind]}
        self._file.check_known(number, known)
        for name, value in table.items():
            self._check(number, name, value, known[name])
        for name in _NEEDED[kind]:
            if name not in table:
                raise self._file.wrong(number, name, "it is missing", f'Write {name} = "…".')
        name = table.get("name", kind.replace("_", "-"))
        self._file.check_id(number, name)
        self._check_secret(number, table)
        if kind == "sms_http":
            self._file.check_template(number)
        return Entry(ChannelInfo(name, kind), number, table)

    def _check(self, number: int, name: str, value: object, wanted: type | tuple[type, ...]) -> None:
        if not isinstance(value, wanted) or isinstance(value, bool) or value == "":
            raise self._file.wrong(
                number, name, "this is no value for it", "Text stands in double quotes, a number does not."
            )
        if name in _BOUNDS and isinstance(value, _NUMBER) and not _BOUNDS[name][0] <= value <= _BOUNDS[name][1]:
            low, high = _BOUNDS[name]
            raise self._file.wrong(number, name, f"{value} is out of bounds", f"{low:g} to {high:g}.")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise self._file.wrong(
                number, name, f"{value!r} is not one of them", f"Choose one of: {', '.join(_CHOICES[name])}."
            )
        if isinstance(value, str) and not value.isprintable():
            raise self._file.wrong(number, name, "it holds a character that is none", "Write it on one line.")

    def _check_secret(self, number: int, table: Mapping[str, Any]) -> None:
        has_one = self._file.check_secret(number)
        if table["kind"] == "ring" and not has_one:
            raise self._file.wrong(number, "kind", "a line needs its password", 'Write secret_file = "…".')
        if table["kind"] in {"telegram", "whatsapp"} and not has_one:
            raise self._file.wrong(number, "kind", "it speaks with a token", 'Write secret_file = "…".')
        if table["kind"] == "apprise" and not has_one:
            raise self._file.wrong(
                number, "kind", "its Apprise URL is missing", 'Write it into a file, and secret_file = "…" here.'
            )
        if table["kind"] == "email" and ("user" in table) is not has_one:
            raise self._file.wrong(number, "user", "user and password belong together", "Write both or none.")
        if table["kind"] == "email" and table.get("security") == "none" and has_one:
            raise self._file.wrong(number, "security", "a password needs TLS", 'Write "starttls" or "tls".')

    # ------------------------------------------------------------ opening

    def _channel(
        self, entry: Entry, outward: Outward, clock: Clock, environment: Mapping[str, str], *, answering: bool
    ) -> Channel:
        table, secret = entry.table, self._file.secret(entry.number, environment)
        if entry.info.kind == "ring":
            given = {name: table[name] for name in _RING_MORE if name in table}
            return Ring(SipLine(table["server"], table.get("port", 5060), table["user"], secret, **given))
        if entry.info.kind == "email":
            security = table.get("security", "starttls")
            port = table.get("port", 465 if security == "tls" else 587)
            server = MailServer(table["server"], port, table["sender"], security, table.get("user", ""), secret)
            return Email(server, clock)
        if entry.info.kind == "apprise":
            ByApprise.check(secret, where=self._file.where(entry.number, "kind"))
            return ByApprise(secret)
        return self._asked_by_http(entry, outward, secret, answering=answering)

    def _asked_by_http(self, entry: Entry, outward: Outward, secret: str, *, answering: bool) -> Channel:
        table = entry.table
        target = outward.judge(table.get("url", TELEGRAM_URL), where=self._file.where(entry.number, "url"))
        if entry.info.kind == "ntfy":
            return Ntfy(target, outward, secret)
        if entry.info.kind == "telegram":
            return Telegram(target, outward, secret)
        if entry.info.kind == "whatsapp":
            template, language = table["template"], table.get("template_language", "id")
            return WhatsApp(target, outward, secret, template="" if answering else template, language=language)
        accepted = re.compile(table["accepted"]) if "accepted" in table else None
        template = Template(target, table["body"], table.get("form", "form"), table.get("headers", {}), accepted)
        return SmsGateway(template, outward, secret)
