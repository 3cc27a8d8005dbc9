"""`/api/v1/receipts/{token}`: a phone says that a message has come to it.

Whatever is said is answered alike, so that nobody learns which tokens there are. A hundred thousand phones say it in
the same minute, while the engine must commit: what comes while a write is under way is written with the next one, and
beyond `WAITING_MOST` it is refused, for a receipt that is missing is told as unknown and harms nobody.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.context import Context
from contract.errors import Unavailable

WAITING_MOST = 200_000
_TOGETHER = 2_000
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


class Receipts:
    """What has been said and is not yet kept. Safe to share between threads."""

    def __init__(self, keep: Callable[[Collection[str]], object]) -> None:
        """`keep` writes some tokens; where it raises Unavailable they stay for the next turn."""
        self._keep = keep
        self._waiting: dict[str, None] = {}
        self._lock = threading.Lock()
        self._writing = threading.Lock()

    def said(self, token: str) -> bool:
        """Keep it, with all that wait. False where too many do."""
        with self._lock:
            if len(self._waiting) >= WAITING_MOST:
                return False
            self._waiting[token] = None
        while self._waiting and self._writing.acquire(blocking=False):
            try:
                if not self._write():
                    break
            finally:
                self._writing.release()
        return True

    def _write(self) -> bool:
        with self._lock:
            some = list(self._waiting)[:_TOGETHER]
        try:
            self._keep(some)
        except Unavailable:
            return False
        with self._lock:
            for token in some:
                del self._waiting[token]
        return True


def router(context: Context) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    receipts = Receipts(lambda tokens: context.cities.put_receipts(tokens, context.clock.now_us()))

    @routes.post("/api/v1/receipts/{token}", include_in_schema=False)
    def came(token: str) -> Response:
        if not _TOKEN.fullmatch(token):
            raise HTTPException(404)
        if not receipts.said(token):
            raise HTTPException(503)
        return Response(status_code=204)

    return routes
