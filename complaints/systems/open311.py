"""An Open311 GeoReport v2 server of somebody else's, with FixMyStreet's `servicerequestupdates` where it has them.

GeoReport has no word for our number, so it stands in the description, and what may have arrived is looked for there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode, urlsplit

from lxml import etree

from complaints.outward import Answer, Outward
from complaints.systems.letter import body
from complaints.systems.port import Filed, ForeignUpdate, Line, Outgoing, Polled, SystemInfo
from complaints.systems.wire import read_json, settled
from contract.case import CaseStatus
from contract.clock import MINUTE_US, from_us
from contract.errors import BadInput, Rejected, Unanswered, Unavailable

_WHOLE_S = 20.0
_LONGEST = 4 * 1024 * 1024
_PAGE = 100
_PAGES_MOST = 30
_AT_ONCE = 20
_OVERLAP_US = 10 * MINUTE_US
"""how far two clocks may be apart: so much of what was heard is asked again"""
_DEPTH_MOST = 20
_BANNED = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
SPOKEN: Mapping[CaseStatus, str] = {
    "submitted": "OPEN",
    "confirmed": "OPEN",
    "investigating": "INVESTIGATING",
    "internal_referral": "INTERNAL_REFERRAL",
    "action_scheduled": "ACTION_SCHEDULED",
    "in_progress": "IN_PROGRESS",
    "fixed": "FIXED",
    "fixed_by_resident": "FIXED",
    "fixed_by_sensor": "FIXED",
    "no_further_action": "NO_FURTHER_ACTION",
    "duplicate": "DUPLICATE",
    "not_ours": "NOT_COUNCILS_RESPONSIBILITY",
    "hidden": "CLOSED",
}
"""what we say to FixMyStreet and its like"""


@dataclass(frozen=True, slots=True)
class Server:
    """Where it is and how it is spoken to. `updates`: it has FixMyStreet's servicerequestupdates; `asks`: its list of
    requests shows the descriptions, so that ours can be found."""

    url: str
    key: str = ""
    jurisdiction: str = ""
    fmt: Literal["json", "xml"] = "json"
    updates: bool = False
    asks: bool = True


class Open311:
    """`port.System` over GeoReport v2."""

    same_twice = False

    def __init__(self, server: Server, info: SystemInfo, outward: Outward, *, where: str) -> None:
        """Raises BadInput naming `where` for an address that is not open to us."""
        self.asks = server.asks
        self._server = server
        self._info = info
        self._outward = outward
        self._where = where
        self._host = urlsplit(server.url).hostname or ""
        outward.judge(server.url, where=where)

    def file(self, case: Outgoing) -> Filed:
        """See `System.file`."""
        fields = {
            "service_code": case.service,
            "lat": f"{case.lat:.6f}",
            "long": f"{case.lon:.6f}",
            "address_string": case.place,
            "description": f"{case.title}\n{body(case)}",
        }
        found = next(iter(self._items(self._post("requests", fields), "request", changes=True)), {})
        if number := found.get("service_request_id", ""):
            return Filed(number)
        token = found.get("token", "")
        if not token:
            raise Unanswered(f"{self._host} took it and gave neither number nor token")
        try:
            answer = next(iter(self._items(self._get(f"tokens/{token}", {}), "request")), {})
        except (Unavailable, Rejected):
            answer = {}
        if number := answer.get("service_request_id", ""):
            return Filed(number)
        raise Unanswered(f"{self._host} took it under the token {token} and has no number for it yet")

    def find(self, ref: str, since_us: int) -> Filed | None:
        """See `System.find`."""
        ours = re.compile(rf"(?<![\w-]){re.escape(ref)}(?![\w-])")
        before: set[str] = set()
        for page in range(1, _PAGES_MOST + 1):
            asked = {"start_date": _moment(since_us), "page": str(page), "page_size": str(_PAGE)}
            items = list(self._items(self._get("requests", asked), "request"))
            for one in items:
                if ours.search(one.get("description", "")) and one.get("service_request_id"):
                    return Filed(one["service_request_id"])
            # A server that knows no pages answers each with the same.
            numbers = {one.get("service_request_id", "") for one in items}
            if len(items) < _PAGE or numbers <= before:
                return None
            before |= numbers
        raise Unavailable(f"{self._host} lists more than {_PAGE * _PAGES_MOST} requests: ours cannot be looked for")

    def update(self, foreign: str, line: Line) -> None:
        """See `System.update`. A server without updates is told nothing: GeoReport has no way to."""
        if not self._server.updates:
            return
        fields = {
            "service_request_id": foreign,
            "update_id": line.key,
            "status": SPOKEN[line.status],
            "updated_datetime": _moment(line.at_us),
            "description": line.text,
        }
        self._post("servicerequestupdates", fields)

    def poll(self, foreigns: Sequence[str], cursor: str, now_us: int) -> Polled:
        """See `System.poll`."""
        if self._server.updates:
            return self._updates(cursor, now_us)
        found: list[ForeignUpdate] = []
        for start in range(0, len(foreigns), _AT_ONCE):
            some = foreigns[start : start + _AT_ONCE]
            for one in self._items(self._get("requests", {"service_request_id": ",".join(some)}), "request"):
                word, notes = one.get("status", ""), one.get("status_notes", "")
                status = self._info.status_of(word)
                if one.get("service_request_id") in some and word and (notes or status not in (None, "same")):
                    found.append(ForeignUpdate(one["service_request_id"], word, status, notes))
        return Polled(found, cursor)

    def _updates(self, cursor: str, now_us: int) -> Polled:
        since_us = int(cursor) if cursor.isdecimal() else now_us - 24 * 60 * MINUTE_US
        asked = {"start_date": _moment(since_us - _OVERLAP_US), "end_date": _moment(now_us + _OVERLAP_US)}
        found = [
            ForeignUpdate(
                one["service_request_id"],
                one.get("status", ""),
                self._info.status_of(one.get("status", "")),
                one.get("description", ""),
                one.get("update_id", ""),
            )
            for one in self._items(self._get("servicerequestupdates", asked), "request_update")
            if one.get("service_request_id")
        ]
        return Polled(found, str(now_us))

    # ------------------------------------------------------------ the wire

    def _get(self, what: str, fields: Mapping[str, str]) -> Answer:
        query = urlencode({**self._common(), **fields})
        return self._send("GET", f"{what}.{self._server.fmt}" + (f"?{query}" if query else ""))

    def _post(self, what: str, fields: Mapping[str, str]) -> Answer:
        given = {**self._common(), **({"api_key": self._server.key} if self._server.key else {}), **fields}
        return self._send("POST", f"{what}.{self._server.fmt}", urlencode(given).encode())

    def _common(self) -> Mapping[str, str]:
        return {"jurisdiction_id": self._server.jurisdiction} if self._server.jurisdiction else {}

    def _send(self, method: str, path: str, form: bytes = b"") -> Answer:
        try:
            target = self._outward.judge(f"{self._server.url.rstrip('/')}/{path}", where=self._where)
        except BadInput as error:
            raise Rejected(str(error), reason="address") from None
        headers = {"Accept": "application/json" if self._server.fmt == "json" else "text/xml", "User-Agent": "siaga"}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded; charset=utf-8"
        answer = self._outward.send(method, target, headers=headers, body=form, longest=_LONGEST, whole_s=_WHOLE_S)
        return settled(answer, self._host, changes=method == "POST")

    def _items(self, answer: Answer, name: str, *, changes: bool = False) -> Iterator[dict[str, str]]:
        """Each `name` of an answer as its fields in text."""
        if self._server.fmt == "json":
            yield from _in_json(read_json(answer, self._host, changes=changes), name)
            return
        if b"\0" in answer.body or _BANNED.search(answer.body):
            what = f"{self._host} answered XML with a document type or an entity, which is not read"
            raise (Unanswered(what) if changes else Unavailable(what))
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        try:
            root = etree.fromstring(answer.body, parser)
        except (etree.XMLSyntaxError, ValueError):
            what = f"{self._host} answered what is no XML"
            raise (Unanswered(what) if changes else Unavailable(what)) from None
        for element in root.iter(name):
            yield {child.tag: (child.text or "").strip() for child in element if isinstance(child.tag, str)}


def _in_json(value: Any, name: str, depth: int = 0) -> Iterator[dict[str, str]]:
    """A list of things, or such a list under its names, as servers write it one way or the other."""
    if isinstance(value, list) and depth < _DEPTH_MOST:
        for one in value:
            yield from _in_json(one, name, depth + 1)
    elif isinstance(value, dict) and depth < _DEPTH_MOST:
        inner = next((value[one] for one in (name, f"{name}s", f"service_{name}s") if one in value), None)
        if isinstance(inner, list | dict):
            yield from _in_json(inner, name, depth + 1)
        else:
            yield {key: str(one).strip() for key, one in value.items() if isinstance(one, str | int | float)}


def _moment(at_us: int) -> str:
    return from_us(at_us).strftime("%Y-%m-%dT%H:%M:%SZ")
