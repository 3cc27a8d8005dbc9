"""`/api/v1/inbound/{name}`: where the city's providers bring what people send by message.

No browser and no key comes here: the provider proves itself by the secret that it shares with the city, over the whole
body where it can. Whoever cannot is a security event.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.context import Context
from api.inbound_answers import Answering
from api.inbound_payloads import genuine, messages_in, reply_to, verify_token
from api.language import Speech
from api.policy import caller_of
from api.snapshot import Snapshots
from api.throttle import Throttle
from api.tokens import same
from contract.inbound import Source, heard

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class Mailbox:
    """All providers of one city."""

    def __init__(self, context: Context, snapshots: Snapshots, sources: Sequence[Source]) -> None:
        self._context = context
        self._sources = {one.name: one for one in sources}
        self._answering = Answering(context, snapshots, sources)
        self._throttle = Throttle(context.city, context.people, context.clock)

    def come(self, request: Request, name: str, body: bytes) -> Response:
        """Take what a provider brings. Brought again it is taken once."""
        source = self._known(name)
        if not genuine(source, {key.lower(): value for key, value in request.headers.items()}, body):
            self._turn_away(request)
        sent = messages_in(source, body, request.headers.get("content-type", ""))
        answers = [(one, self._answering.take(source, one)) for one in sent]
        if len(answers) != 1:
            return Response(b"{}", media_type="application/json")
        one, text = answers[0]
        said = heard(one.text)
        if text and source.kind == "telegram" and said.intent in {"info", "start"} and not said.code:
            speech = Speech.of(self._context.profile, "id", self._context.clock.now_us())
            text = f"{text}\n{speech('inbound_chat', number=one.sender)}"
        reply, media_type = reply_to(source, one, text)
        return Response(reply, media_type=media_type)

    def verify(self, request: Request, name: str) -> Response:
        """Meta asks once whether the address is ours."""
        source = self._known(name)
        asked = request.query_params
        if source.kind != "whatsapp":
            raise HTTPException(404)
        if asked.get("hub.mode") != "subscribe" or not same(asked.get("hub.verify_token", ""), verify_token(source)):
            self._turn_away(request)
        challenge = asked.get("hub.challenge", "")
        if not _CHALLENGE.fullmatch(challenge):
            raise HTTPException(400)
        return Response(challenge, media_type="text/plain")

    def _known(self, name: str) -> Source:
        if name not in self._sources:
            raise HTTPException(404)
        return self._sources[name]

    def _turn_away(self, request: Request) -> None:
        """Raises HTTPException."""
        caller = caller_of(request)
        self._context.security.note("bad_signature", caller, "inbound message")
        wait_s = self._throttle.provider(caller.address)
        if wait_s is not None:
            raise HTTPException(429, headers={"Retry-After": str(round(wait_s))})
        raise HTTPException(403)


def router(context: Context, snapshots: Snapshots, sources: Sequence[Source]) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    mailbox = Mailbox(context, snapshots, sources)

    @routes.post("/api/v1/inbound/{name}", include_in_schema=False)
    async def come(request: Request, name: str) -> Response:
        return await run_in_threadpool(mailbox.come, request, name, await request.body())

    @routes.get("/api/v1/inbound/{name}", include_in_schema=False)
    def verify(request: Request, name: str) -> Response:
        return mailbox.verify(request, name)

    return routes
