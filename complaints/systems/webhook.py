"""A system that takes a case as signed JSON, each field where the city's file puts it.

Signed as Standard Webhooks are: `webhook-id`, `webhook-timestamp` and `webhook-signature`, an HMAC-SHA256 over id, time
and body with the secret that both sides have (`whsec_` and base64, or any other text as it stands). The id is our
number, so that a receiver that keeps it takes the same case twice for one.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from complaints.outward import Answer, Outward
from complaints.systems.letter import body
from complaints.systems.port import Filed, ForeignUpdate, Line, Outgoing, Polled, SystemInfo
from complaints.systems.wire import at, read_json, settled
from contract.clock import SECOND_US, Clock, from_us
from contract.errors import BadInput, Rejected, Unanswered

PARTS: tuple[str, ...] = (
    "ref", "service", "category", "title", "text", "place", "lat", "lon", "opened", "agency", "url", "body"
)  # fmt: skip
"""what stands in braces in the file's fields"""
LINE_PARTS: tuple[str, ...] = ("foreign", "key", "text", "status", "at")
FIELDS: Mapping[str, str] = {name: f"{{{name}}}" for name in PARTS}
UPDATE: Mapping[str, str] = {name: f"{{{name}}}" for name in LINE_PARTS}
_BASE64 = "whsec_"
"""what the secrets of Standard Webhooks begin with"""
_WHOLE_S = 20.0
_LONGEST = 1024 * 1024
_ALONE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where it is and how it speaks. The addresses hold {ref} and {foreign}; "" for what it does not have. `number`,
    `link`, `status` and `note` are paths in its answers, such as `data.id`."""

    url: str
    secret: str
    fields: Mapping[str, str] = field(default_factory=lambda: FIELDS)
    headers: Mapping[str, str] = field(default_factory=dict)
    number: str = "id"
    link: str = ""
    find_url: str = ""
    update_url: str = ""
    update_fields: Mapping[str, str] = field(default_factory=lambda: UPDATE)
    status_url: str = ""
    status: str = "status"
    note: str = "note"
    same_twice: bool = False


class Webhook:
    """`port.System` over signed JSON."""

    def __init__(self, mapped: Mapped, info: SystemInfo, outward: Outward, clock: Clock, *, where: str) -> None:
        """Raises BadInput naming `where` for an address that is not open to us."""
        self.asks = bool(mapped.find_url)
        self.same_twice = mapped.same_twice
        self._mapped = mapped
        self._info = info
        self._outward = outward
        self._clock = clock
        self._where = where
        self._host = urlsplit(mapped.url).hostname or ""
        for url in (mapped.url, mapped.find_url, mapped.update_url, mapped.status_url):
            if url:
                outward.judge(_put(url, {"ref": "x", "foreign": "x"}), where=where)

    def file(self, case: Outgoing) -> Filed:
        """See `System.file`."""
        values = {**asdict(case), "opened": from_us(case.opened_us).isoformat(), "body": body(case)}
        answer = self._send("POST", self._mapped.url, case.ref, filled(self._mapped.fields, values))
        found = self._filed(read_json(answer, self._host, changes=True))
        if found is None:
            raise Unanswered(f"{self._host} took it and its answer has no {self._mapped.number}")
        return found

    def find(self, ref: str, since_us: int) -> Filed | None:  # noqa: ARG002  it is asked by our number alone
        """See `System.find`."""
        url = _put(self._mapped.find_url, {"ref": ref})
        try:
            return self._filed(read_json(self._send("GET", url, ref), self._host, changes=False))
        except _Nothing:
            return None

    def update(self, foreign: str, line: Line) -> None:
        """See `System.update`."""
        if not self._mapped.update_url:
            return
        values = {**asdict(line), "foreign": foreign, "at": from_us(line.at_us).isoformat()}
        url = _put(self._mapped.update_url, {"foreign": foreign})
        self._send("POST", url, line.key, filled(self._mapped.update_fields, values))

    def poll(self, foreigns: Sequence[str], cursor: str, now_us: int) -> Polled:  # noqa: ARG002
        """See `System.poll`."""
        found: list[ForeignUpdate] = []
        for foreign in foreigns if self._mapped.status_url else ():
            url = _put(self._mapped.status_url, {"foreign": foreign})
            try:
                answer = read_json(self._send("GET", url, foreign), self._host, changes=False)
            except (_Nothing, Rejected):
                continue
            word, note = at(answer, self._mapped.status), at(answer, self._mapped.note)
            status = self._info.status_of(word)
            if word and (note or status != "same"):
                found.append(ForeignUpdate(foreign, word, status, note))
        return Polled(found, cursor)

    def _filed(self, answer: Any) -> Filed | None:
        number = at(answer, self._mapped.number)
        return Filed(number, at(answer, self._mapped.link) if self._mapped.link else "") if number else None

    def _send(self, method: str, url: str, key: str, value: Any = None) -> Answer:
        """Raises _Nothing for what a question does not find."""
        raw = b"" if value is None else json.dumps(value, ensure_ascii=False).encode()
        at_s = str(self._clock.now_us() // SECOND_US)
        headers = {
            "Accept": "application/json",
            "User-Agent": "siaga",
            "Idempotency-Key": key,
            "webhook-id": key,
            "webhook-timestamp": at_s,
            "webhook-signature": signature(self._mapped.secret, key, at_s, raw),
            **{name: text.replace("{secret}", self._mapped.secret) for name, text in self._mapped.headers.items()},
        }
        if raw:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            target = self._outward.judge(url, where=self._where)
        except BadInput as error:
            raise Rejected(str(error), reason="address") from None
        answer = self._outward.send(method, target, headers=headers, body=raw, longest=_LONGEST, whole_s=_WHOLE_S)
        if method == "GET" and answer.status == 404 and "json" in answer.headers.get("content-type", ""):
            raise _Nothing
        return settled(answer, self._host, changes=method == "POST")


class _Nothing(Exception):
    """There is no such thing there."""


def signature(secret: str, key: str, at_s: str, raw: bytes) -> str:
    """As Standard Webhooks write it."""
    key_bytes = secret.encode()
    if secret.startswith(_BASE64):
        with contextlib.suppress(ValueError):
            key_bytes = base64.b64decode(secret.removeprefix(_BASE64), validate=True)
    signed = hmac.new(key_bytes, b".".join((key.encode(), at_s.encode(), raw)), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def filled(fields: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, Any]:
    """The body: `a.b = "{lat}"` is {"a": {"b": -7.8}}; a part that stands alone keeps its type, among others it is
    text."""
    whole: dict[str, Any] = {}
    for path, template in fields.items():
        *steps, last = path.split(".")
        inner = whole
        for step in steps:
            inner = inner.setdefault(step, {})
        alone = _ALONE.fullmatch(template)
        inner[last] = values[alone[1]] if alone else said(template, values)
    return whole


def said(template: str, values: Mapping[str, Any]) -> str:
    """A template with its parts put in, as text."""
    return _ALONE.sub(lambda part: str(values[part[1]]), template)


def _put(url: str, values: Mapping[str, str]) -> str:
    for name, value in values.items():
        url = url.replace(f"{{{name}}}", quote(value, safe=""))
    return url
