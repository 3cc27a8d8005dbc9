"""The file of providers (`reach_file`): by which the city's residents are told. Read strictly."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alerts.channels import telegram
from alerts.channels.email import MailServer
from alerts.channels.ntfy import Ntfy
from alerts.channels.sms_http import SmsGateway, Template
from alerts.channels.telegram import Telegram
from alerts.channels.whatsapp import WhatsApp
from alerts.reach.http import Lines
from alerts.reach.mail import Mail
from alerts.reach.port import Provider
from alerts.reach.providers import ByHttp, Ntfys, WebPush
from alerts.reach.webpush import Vapid
from cities.section_file import SectionFile
from complaints.outward import Outward
from contract.clock import Clock
from contract.reach import ProviderInfo
from contract.subscription import REACH_KINDS, ReachKind

_NUMBER = (int, float)
_COMMON: Mapping[str, type | tuple[type, ...]] = {
    "kind": str, "rate_per_s": _NUMBER, "budget_day": int, "secret_file": str, "secret_env": str
}  # fmt: skip
_FIELDS: Mapping[ReachKind, Mapping[str, type | tuple[type, ...]]] = {
    "webpush": {"contact": str},
    "email": {"server": str, "port": int, "security": str, "user": str, "sender": str},
    "telegram": {"url": str, "post": str},
    "whatsapp": {"url": str, "template": str, "language": str},
    "sms": {"url": str, "body": str, "form": str, "headers": dict, "accepted": str},
    "ntfy": {"url": str, "post": str},
}
_NEEDED: Mapping[ReachKind, tuple[str, ...]] = {
    "webpush": ("contact",),
    "email": ("server", "sender"),
    "telegram": (),
    "whatsapp": ("url", "template"),
    "sms": ("url", "body"),
    "ntfy": ("url",),
}
_USUAL_RATE: Mapping[ReachKind, float] = {
    "webpush": 500.0, "email": 20.0, "telegram": 25.0, "whatsapp": 40.0, "sms": 10.0, "ntfy": 10.0
}  # fmt: skip
"""messages a second, where the file says nothing: what the providers bear without a word from the city"""
_SECRET: frozenset[ReachKind] = frozenset({"webpush", "telegram", "whatsapp"})
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "port": (1, 65_535), "rate_per_s": (0.1, 10_000), "budget_day": (1, 100_000_000)
}  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = {"security": ("starttls", "tls", "none"), "form": ("form", "json")}


@dataclass(frozen=True, slots=True)
class Opened:
    """A provider ready to be asked. `post`: where it posts once for everybody, by gauge; None where it does not."""

    info: ProviderInfo
    provider: Provider
    post: Callable[[str], str] | None = None


class ReachFile:
    """What the file says. Nothing is opened and no secret read before `open`."""

    def __init__(self, path: Path) -> None:
        """Raises BadInput naming file, line, field and remedy for the first mistake."""
        most = len(REACH_KINDS)
        self._file = SectionFile(path, "provider", setting="reach_file", called="providers", most=most)
        self.infos: tuple[ProviderInfo, ...] = ()
        for number, table in enumerate(self._file.sections):
            self.infos += (self._read(number, table),)

    def vapid(self, environment: Mapping[str, str]) -> str:
        """The public key that browsers subscribe with, "" where nobody is told by Web Push. Raises BadInput."""
        number = next((at for at, one in enumerate(self.infos) if one.kind == "webpush"), None)
        return "" if number is None else self._vapid(number, environment).public

    def check(self, outward: Outward, clock: Clock, environment: Mapping[str, str]) -> None:
        """Whether everything it names is there: secrets, keys, addresses. Nobody is asked. Raises BadInput."""
        for number in range(len(self.infos)):
            self._provider(number, Lines(), outward, clock, environment)

    def open(
        self, lines: Lines, outward: Outward, clock: Clock, environment: Mapping[str, str]
    ) -> Mapping[ReachKind, Opened]:
        """Kind -> provider, on the loop that runs now. `environment` holds the secrets that `secret_env` names. Raises
        BadInput."""
        return {
            info.kind: Opened(
                info, self._provider(number, lines, outward, clock, environment), self._post(number, info)
            )
            for number, info in enumerate(self.infos)
        }

    # ------------------------------------------------------------ reading

    def _read(self, number: int, table: Mapping[str, Any]) -> ProviderInfo:
        kind = next((one for one in REACH_KINDS if one == table.get("kind")), None)
        if kind is None:
            remedy = f"One of: {', '.join(REACH_KINDS)}."
            raise self._file.wrong(number, "kind", f"{table.get('kind')!r} is no kind", remedy)
        if any(one.kind == kind for one in self.infos):
            raise self._file.wrong(number, "kind", f"there are two of the kind {kind}", "One provider a kind.")
        known = {**_COMMON, **_FIELDS[kind]}
        self._file.check_known(number, known)
        for name, value in table.items():
            self._check(number, name, value, known[name])
        for name in _NEEDED[kind]:
            if name not in table:
                raise self._file.wrong(number, name, "it is missing", f'Write {name} = "…".')
        has_secret = self._file.check_secret(number)
        if kind in _SECRET and not has_secret:
            raise self._file.wrong(number, "kind", "it speaks with a secret", 'Write secret_file = "…".')
        if kind == "email":
            self._check_mail(number, table, has_secret=has_secret)
        if kind == "sms":
            self._file.check_template(number)
        if kind == "webpush" and not re.match(r"(mailto:[^@\s]+@|https://)[^\s]+$", table["contact"]):
            raise self._file.wrong(
                number, "contact", "push services want to know whom to write to", "Write mailto:… or https://…."
            )
        return ProviderInfo(
            kind=kind,
            rate_per_s=float(table.get("rate_per_s", _USUAL_RATE[kind])),
            budget_day=table.get("budget_day"),
            posts="post" in table,
        )

    def _check(self, number: int, name: str, value: object, wanted: type | tuple[type, ...]) -> None:
        if not isinstance(value, wanted) or isinstance(value, bool) or value == "":
            remedy = "Text stands in double quotes, a number does not."
            raise self._file.wrong(number, name, "this is no value for it", remedy)
        if name in _BOUNDS and isinstance(value, _NUMBER) and not _BOUNDS[name][0] <= value <= _BOUNDS[name][1]:
            low, high = _BOUNDS[name]
            raise self._file.wrong(number, name, f"{value} is out of bounds", f"{low:g} to {high:g}.")
        if name in _CHOICES and value not in _CHOICES[name]:
            remedy = f"Choose one of: {', '.join(_CHOICES[name])}."
            raise self._file.wrong(number, name, f"{value!r} is not one of them", remedy)
        if isinstance(value, str) and not value.isprintable():
            raise self._file.wrong(number, name, "it holds a character that is none", "Write it on one line.")

    def _check_mail(self, number: int, table: Mapping[str, Any], *, has_secret: bool) -> None:
        if ("user" in table) is not has_secret:
            raise self._file.wrong(number, "user", "user and password belong together", "Write both or none.")
        if table.get("security") == "none" and has_secret:
            raise self._file.wrong(number, "security", "a password needs TLS", 'Write "starttls" or "tls".')

    # ------------------------------------------------------------ opening

    def _post(self, number: int, info: ProviderInfo) -> Callable[[str], str] | None:
        post = self._file.sections[number].get("post")
        if post is None:
            return None
        return (lambda node: f"{post}-{node}" if node else post) if info.kind == "ntfy" else (lambda _node: post)

    def _vapid(self, number: int, environment: Mapping[str, str]) -> Vapid:
        where = self._file.where(number, "kind")
        secret = self._file.secret(number, environment)
        return Vapid(secret, self._file.sections[number]["contact"], where=where)

    def _provider(
        self, number: int, lines: Lines, outward: Outward, clock: Clock, environment: Mapping[str, str]
    ) -> Provider:
        table, kind = self._file.sections[number], self.infos[number].kind
        if kind == "webpush":
            return WebPush(self._vapid(number, environment), lines, clock)
        secret = self._file.secret(number, environment)
        if kind == "email":
            security = table.get("security", "starttls")
            port = table.get("port", 465 if security == "tls" else 587)
            server = MailServer(table["server"], port, table["sender"], security, table.get("user", ""), secret)
            return Mail(server, clock)
        target = outward.judge(table.get("url", telegram.URL), where=self._where(number))
        if kind == "telegram":
            return ByHttp(Telegram(target, outward, secret), lines, gone=frozenset({403}))
        if kind == "whatsapp":
            given = {"template": table["template"], "language": table.get("language", "id")}
            return ByHttp(WhatsApp(target, outward, secret, **given), lines)
        if kind == "ntfy":
            return Ntfys(Ntfy(target, outward, secret), target, lines)
        accepted = re.compile(table["accepted"]) if "accepted" in table else None
        template = Template(target, table["body"], table.get("form", "form"), table.get("headers", {}), accepted)
        return ByHttp(SmsGateway(template, outward, secret), lines)

    def _where(self, number: int) -> str:
        return self._file.where(number, "url" if "url" in self._file.sections[number] else "kind")
