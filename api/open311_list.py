"""The list of cases as bytes, kept until the desk changes. Of what has changed, one case is told anew, not the list.

Everybody sees the same list: no session and no key says anything here, so what is kept belongs to nobody.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.guard import SMALLEST_ZIPPED
from api.kept import NEVER_US, Kept, Made
from api.language import Language, language_of
from api.open311_desk import Desk
from api.open311_format import TYPES, Format, body, joined, part
from api.open311_query import KNOWN, SPAN_US, Query, query_of
from api.page import NO_STORE, PRIVATE, VARY, etag_of, same
from api.policy import caller_of
from store.cases import Case

BYTES_MOST = 32 * 1024 * 1024
ENTRY_BYTES = 1_024
"""what an answer holds beside its body, so that many small ones are bounded, too"""
TOLD_MOST = 8_192
ROOT, ITEM = "service_requests", "request"


class Answer:
    """A body, and the same zipped for who takes it so."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.etag = etag_of(content)

    @cached_property
    def zipped(self) -> bytes:
        return gzip.compress(self.content, 6, mtime=0)


@dataclass(frozen=True, slots=True)
class Told:
    """A case as it was, what stood beside it (see `Desk.beside`), and how it was told."""

    case: Case
    beside: tuple[str, str, str]
    content: bytes


class Lists:
    """One city's. Its methods ask the database."""

    def __init__(self, context: Context, desk: Desk) -> None:
        self._context = context
        self._desk = desk
        self._kept: Kept[Answer] = Kept(BYTES_MOST)
        self._told: dict[tuple[Format, Language, str], Told] = {}

    def answer(self, request: Request, fmt: Format) -> Response:
        """The cases that are asked for, or 304 where the asker has them. Raises Refusal."""
        asked, now_us = request.query_params, self._context.clock.now_us()
        query, language = query_of(asked, now_us), language_of(request)
        key = (fmt, language, tuple(asked.get(name) for name in KNOWN))
        mark = self._context.cities.desk_mark()
        beside = ENTRY_BYTES + sum(len(one or "") for one in key[2])
        found = self._kept.of(key, mark, now_us, lambda: self._made(query, fmt, language, beside))
        headers = {"content-type": TYPES[fmt], "Vary": f"{VARY}, Accept-Encoding"}
        caller = caller_of(request)
        if caller.signed_in or caller.key:
            return Response(found.content, headers={**headers, "Cache-Control": PRIVATE})
        headers |= {"ETag": found.etag, "Cache-Control": NO_STORE}
        if same(request, found.etag):
            return Response(status_code=304, headers=headers)
        if len(found.content) >= SMALLEST_ZIPPED and "gzip" in request.headers.get("accept-encoding", ""):
            return Response(found.zipped, headers={**headers, "Content-Encoding": "gzip"})
        return Response(found.content, headers=headers)

    def _made(self, query: Query, fmt: Format, language: Language, beside: int) -> Made[Answer]:
        found = self._desk.find(query)
        if query.numbers:
            noted = [self._desk.noted(case, language, query.extensions) for case in found]
            return _made(body(fmt, ROOT, ITEM, noted), beside)
        content = joined(fmt, ROOT, self._parts(found, fmt, language))
        oldest_us = min((case.opened_us for case in found), default=NEVER_US)
        return _made(content, beside, oldest_us + SPAN_US - 1 if query.moves else NEVER_US)

    def _parts(self, found: Sequence[Case], fmt: Format, language: Language) -> list[bytes]:
        beside = self._desk.beside([case.number for case in found])
        return [self._part(case, beside[case.number], fmt, language) for case in found]

    def _part(self, case: Case, beside: tuple[str, str, str], fmt: Format, language: Language) -> bytes:
        key = (fmt, language, case.number)
        told = self._told.get(key)
        if told is None or told.beside != beside or (told.case is not case and told.case != case):
            if len(self._told) >= TOLD_MOST:
                self._told.clear()
            told = Told(case, beside, part(fmt, ITEM, self._desk.told(case, beside, language)))
            self._told[key] = told
        return told.content


def _made(content: bytes, beside: int, until_us: int = NEVER_US) -> Made[Answer]:
    return Made(Answer(content), 2 * len(content) + beside, until_us)
