"""SP4N-LAPOR!'s services (`f01`): forms sent by POST with a token, answers in JSON.

Public is where they are, that each is a POST with the parameter KEYTOKEN, that topics have numbers, and that a
complaint is known by its tracking id, under which everybody finds it. How the services for complaints are called, and
their fields, is in papers that an agency's own developer reads; a city writes them into its file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from complaints.outward import Outward
from complaints.systems.letter import body
from complaints.systems.port import Filed, ForeignUpdate, Line, Outgoing, Polled, SystemInfo
from complaints.systems.webhook import said
from complaints.systems.wire import at, read_json, settled
from contract.clock import from_us
from contract.errors import BadInput, Rejected, Unanswered

PARAMETER = "KEYTOKEN"
_WHOLE_S = 20.0
_LONGEST = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Services:
    """Where they are, and how they are called there, "" for what the city has not named. The fields hold our parts in
    braces; `number`, `status` and `note` are paths in the answers."""

    url: str
    token: str
    send: str
    send_fields: Mapping[str, str]
    find: str = ""
    find_fields: Mapping[str, str] = field(default_factory=dict)
    ask: str = ""
    ask_fields: Mapping[str, str] = field(default_factory=dict)
    tell: str = ""
    tell_fields: Mapping[str, str] = field(default_factory=dict)
    number: str = "tracking_id"
    status: str = "status"
    note: str = ""


class Lapor:
    """`port.System` over them."""

    same_twice = False

    def __init__(self, services: Services, info: SystemInfo, outward: Outward, *, where: str) -> None:
        """Raises BadInput naming `where` for an address that is not open to us."""
        self.asks = bool(services.find)
        self._services = services
        self._info = info
        self._outward = outward
        self._where = where
        self._host = urlsplit(services.url).hostname or ""
        outward.judge(services.url, where=where)

    def file(self, case: Outgoing) -> Filed:
        """See `System.file`."""
        values = {**asdict(case), "opened": from_us(case.opened_us).isoformat(), "body": body(case)}
        answer = self._ask(self._services.send, self._services.send_fields, values, changes=True)
        number = at(answer, self._services.number)
        if not number:
            raise Unanswered(f"{self._host} took it and its answer has no {self._services.number}")
        return Filed(number)

    def find(self, ref: str, since_us: int) -> Filed | None:  # noqa: ARG002  it is asked by our number alone
        """See `System.find`."""
        answer = self._ask(self._services.find, self._services.find_fields, {"ref": ref}, changes=False)
        number = at(answer, self._services.number)
        return Filed(number) if number else None

    def update(self, foreign: str, line: Line) -> None:
        """See `System.update`."""
        if self._services.tell:
            values = {**asdict(line), "foreign": foreign, "at": from_us(line.at_us).isoformat()}
            self._ask(self._services.tell, self._services.tell_fields, values, changes=True)

    def poll(self, foreigns: Sequence[str], cursor: str, now_us: int) -> Polled:  # noqa: ARG002
        """See `System.poll`. One that it does not know, or will not tell of, is left out."""
        found: list[ForeignUpdate] = []
        for foreign in foreigns if self._services.ask else ():
            answer = self._ask(self._services.ask, self._services.ask_fields, {"foreign": foreign}, changes=False)
            word = at(answer, self._services.status)
            note = at(answer, self._services.note) if self._services.note else ""
            status = self._info.status_of(word)
            if word and (note or status != "same"):
                found.append(ForeignUpdate(foreign, word, status, note))
        return Polled(found, cursor)

    def _ask(self, service: str, fields: Mapping[str, str], values: Mapping[str, Any], *, changes: bool) -> Any:
        try:
            target = self._outward.judge(f"{self._services.url.rstrip('/')}/{service}", where=self._where)
        except BadInput as error:
            raise Rejected(str(error), reason="address") from None
        form = {**{name: said(template, values) for name, template in fields.items()}, PARAMETER: self._services.token}
        headers = {
            "Accept": "application/json",
            "User-Agent": "siaga",
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
        }
        answer = self._outward.send(
            "POST", target, headers=headers, body=urlencode(form).encode(), longest=_LONGEST, whole_s=_WHOLE_S
        )
        if not changes and answer.status == 404 and "json" in answer.headers.get("content-type", ""):
            return None
        return read_json(settled(answer, self._host, changes=changes), self._host, changes=changes)
