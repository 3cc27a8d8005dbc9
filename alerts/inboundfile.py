"""The file of providers that bring people's messages (`inbound_file`). Read strictly."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from cities.section_file import SectionFile
from contract.duty import ChannelInfo, ChannelKind
from contract.inbound import INBOUND_KINDS, InboundKind, Source

_MOST = 10
SECRET_LEAST = 16
"""characters: whoever guesses it speaks in everybody's name"""
_BOT = re.compile(r"[A-Za-z][A-Za-z0-9_]{4,31}")
_ALL = ("kind", "name", "reply", "channel", "follows", "secret_file", "secret_env")
_OF_SMS = ("header", "from", "text", "id", "template", "form")
_OF_KIND: Mapping[InboundKind, tuple[str, ...]] = {"telegram": ("bot",), "sms": _OF_SMS}
_REPLIES: Mapping[InboundKind, tuple[str, ...]] = {
    "telegram": ("body", "outbox"),
    "whatsapp": ("outbox",),
    "sms": ("body", "outbox"),
}
"""how an answer may go, the usual first: in the reply to the provider's request, or by one of the city's channels"""
_BY: Mapping[InboundKind, ChannelKind] = {"telegram": "telegram", "whatsapp": "whatsapp", "sms": "sms_http"}
_FORMS = ("text", "xml", "json")


class InboundFile:
    """What the file says. No secret is read before `open`."""

    def __init__(self, path: Path, channels: Sequence[ChannelInfo], reached: Collection[str]) -> None:
        """`channels`: those that the city has; `reached`: the kinds by which it tells residents. Raises BadInput naming
        file, line, field and remedy for the first mistake."""
        self._file = SectionFile(path, "inbound", setting="inbound_file", called="providers", most=_MOST)
        self._kinds = {one.name: one.kind for one in channels}
        self._reached = frozenset(reached)
        names = [self._checked(number, one) for number, one in enumerate(self._file.sections)]
        for number, name in enumerate(names):
            if name in names[:number]:
                field = "name" if "name" in self._file.sections[number] else "kind"
                raise self._file.wrong(number, field, f"the name {name!r} is taken", "Choose another name.")
        self.names = tuple(names)

    @property
    def bot(self) -> str:
        """The name of the bot to which a page may lead whoever wants to follow, "" where the file names none."""
        return next((str(one["bot"]) for one in self._file.sections if "bot" in one), "")

    def open(self, environment: Mapping[str, str]) -> Sequence[Source]:
        """Each provider with its secret. Raises BadInput."""
        return [self._source(number, one, environment) for number, one in enumerate(self._file.sections)]

    def _checked(self, number: int, table: Mapping[str, Any]) -> str:
        kind = _kind_of(table)
        if kind is None:
            known = ", ".join(INBOUND_KINDS)
            raise self._file.wrong(number, "kind", f"{table.get('kind')!r} is no kind", f"One of: {known}.")
        self._file.check_known(number, (*_ALL, *_OF_KIND.get(kind, ())))
        if not isinstance(table.get("follows", False), bool):
            raise self._file.wrong(number, "follows", "this is no value for it", "Write true or false.")
        if table.get("follows", False) and kind not in self._reached:
            raise self._file.wrong(
                number,
                "follows",
                f"residents are not told by {kind}, and whoever follows relies on it",
                f"Give reach_file a provider of kind {kind}, or leave this line out.",
            )
        for field, value in ((field, value) for field, value in table.items() if field != "follows"):
            if not isinstance(value, str) or not value or not value.isprintable():
                raise self._file.wrong(number, field, "this is no value for it", "Text stands in double quotes.")
        name = table.get("name", kind)
        self._file.check_id(number, name)
        if not self._file.check_secret(number):
            raise self._file.wrong(number, "kind", "nothing proves that it is it", 'Write secret_file = "…".')
        if table.get("form", "text") not in _FORMS:
            raise self._file.wrong(number, "form", f"{table['form']!r} is not one of them", f"One of: {_FORMS}.")
        if "{text}" not in table.get("template", "{text}"):
            raise self._file.wrong(number, "template", "it has no {text}", "Write {text} where the answer goes.")
        if "bot" in table and not _BOT.fullmatch(table["bot"]):
            remedy = "As it stands behind t.me/, without @."
            raise self._file.wrong(number, "bot", f"{table['bot']!r} is no bot's name", remedy)
        if "bot" in table and not table.get("follows", False):
            raise self._file.wrong(number, "bot", "nobody follows by this way", "Write follows = true.")
        self._check_reply(number, kind, table)
        return str(name)

    def _check_reply(self, number: int, kind: InboundKind, table: Mapping[str, Any]) -> None:
        replies = _REPLIES[kind]
        reply = table.get("reply", replies[0])
        if reply not in replies:
            raise self._file.wrong(number, "reply", f"{reply!r} is no way here", f"One of: {', '.join(replies)}.")
        if reply == "body":
            if "channel" in table:
                raise self._file.wrong(number, "channel", "its answers go in the reply", 'Write reply = "outbox".')
            return
        known = [name for name, one in self._kinds.items() if one == _BY[kind]]
        if table.get("channel") not in known:
            remedy = f"Name one of kind {_BY[kind]} in channels_file" + (f": {', '.join(known)}." if known else ".")
            field = "channel" if "channel" in table else "kind"
            raise self._file.wrong(number, field, f"{table.get('channel')!r} is no channel for its answers", remedy)

    def _source(self, number: int, table: Mapping[str, Any], environment: Mapping[str, str]) -> Source:
        secret = self._file.secret(number, environment)
        if len(secret) < SECRET_LEAST:
            field = "secret_env" if "secret_env" in table else "secret_file"
            raise self._file.wrong(
                number,
                field,
                f"it has {len(secret)} characters",
                f"At least {SECRET_LEAST}, drawn: openssl rand -hex 32.",
            )
        kind = _kind_of(table)
        assert kind is not None  # noqa: S101 - checked when the file was read
        own = {name: table[name] for name in ("template", "form", "follows") if name in table}
        own |= {f"{name}_field": table[name] for name in ("from", "text", "id") if name in table}
        if "header" in table:
            own["header"] = table["header"].lower()
        return Source(name=table.get("name", kind), kind=kind, secret=secret, channel=table.get("channel", ""), **own)


def _kind_of(table: Mapping[str, Any]) -> InboundKind | None:
    return next((one for one in INBOUND_KINDS if one == table.get("kind")), None)
