"""`/siaran`: everything that the public was told of the water, as it was said; for staff also how far it has come."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.chain import Passing, sms_of
from api.context import Context
from api.form import fields_of
from api.inbound_echoes import residents_of
from api.page import PRIVATE, Pages
from api.policy import Caller, caller_of, reach_of
from api.voices import Voices
from contract.bulletin import Bulletin
from contract.chain import Chain, Contact, Relay, afterwards, standing
from contract.clock import rfc3339
from contract.gsm7 import plain, septets
from contract.roles import within
from contract.siren import silencing, sounding
from store.people import Deed

LIST_MOST = 100


class Board:
    """The list, one bulletin, and the chain of those who pass it on."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._sirens = context.sirens
        self._context = context
        self._pages = pages
        self._passing = Passing(context)
        self._voices = Voices(context)

    def every(self, request: Request) -> Response:
        """What holds now, and what was said before; drills apart."""
        said = self._context.cities.bulletins(self._context.city, limit=LIST_MOST)
        now_us = self._context.clock.now_us()
        live = [one for one in said if not one.drill]
        holds = [one for one in standing(live, now_us) if one.kind in {"fact", "order"}]
        values = {
            "holds": holds,
            "before": [one for one in live if one not in holds],
            "drills": [one for one in said if one.drill],
        }
        return self._pages.render(request, "siaran_semua.html", values)

    def one(self, request: Request, bulletin_id: str) -> Response:
        """One of them, and for staff who has passed it on."""
        bulletin = self._known(bulletin_id)
        caller, reach = caller_of(request), reach_of(request)
        language = self._pages.speech(request).language
        same = self._context.cities.bulletins(self._context.city, incident=bulletin.incident)
        chain = self._passing.chain(caller, reach, bulletin) if self._passing.may(caller, reach) else None
        if chain is not None and chain.late:
            self._passing.looked(caller, bulletin.id, len(chain.silent))
        sms = sms_of(bulletin, language)
        values = {
            "bulletin": bulletin,
            "sms": sms,
            "septets": septets(plain(sms)),
            "script": bulletin.script.get(language, ""),
            "share": self._passing.share(bulletin, language),
            "heard": self._voices.to_hear(bulletin, language),
            "after": afterwards(bulletin, same),
            "corrected": next((one for one in same if one.id == bulletin.corrects), None),
            "over": bulletin.expires_us is not None and bulletin.expires_us <= self._context.clock.now_us(),
            "chain": chain,
            "residents": residents_of(self._context, bulletin.incident, self._pages.speech(request))
            if chain is not None and not bulletin.drill
            else None,
            **self._siren_values(request, bulletin, same, staff=chain is not None),
        }
        return self._pages.render(request, "siaran.html", values, private=chain is not None)

    def sound(self, request: Request, bulletin_id: str, do: str) -> Response:
        """Sound or silence the sirens of an order, by whoever signs warnings."""
        bulletin, caller = self._known(bulletin_id), caller_of(request)
        if not self._signs(caller, bulletin):
            raise HTTPException(403)
        same = self._context.cities.bulletins(self._context.city, incident=bulletin.incident)
        now_us = self._context.clock.now_us()
        if do == "henti":
            asks = silencing(self._sirens, bulletin, now_us, word=f"stop/{now_us}")
        elif do == "bunyi" and bulletin.kind == "order" and self._holds(bulletin, same):
            asks = sounding(self._sirens, bulletin, now_us)
        else:
            return self._pages.trouble(request, 409, "siren_not_title", "siren_not", back=f"/siaran/{bulletin.id}")
        what = "siren.stopped" if do == "henti" else "siren.sounded"
        deed = Deed(caller.actor, what, bulletin.id, now_us, {"nodes": bulletin.node, "drill": bulletin.drill})
        self._context.cities.ask_sirens(self._context.city, asks, deed)
        return RedirectResponse(f"/siaran/{bulletin.id}#sirene", status_code=303)

    def _siren_values(
        self, request: Request, bulletin: Bulletin, same: Sequence[Bulletin], *, staff: bool
    ) -> dict[str, object]:
        here = [one for one in self._sirens if bulletin.node in one.gauges] if staff else []
        asked = self._context.cities.sirens_asked(self._context.city, bulletin.id) if here else []
        may = bool(here) and self._signs(caller_of(request), bulletin) and bulletin.kind == "order"
        return {
            "sirens": {one.name: one.place for one in here},
            "asked": asked,
            "may_stop": may,
            "may_sound": may and self._holds(bulletin, same),
        }

    def _signs(self, caller: Caller, bulletin: Bulletin) -> bool:
        """Whether warnings of this gauge are theirs to sign: never the command centre's."""
        profile = self._context.profile
        site = profile.site_of(bulletin.node)
        here = within(caller.regions, site.region if site is not None else profile.region)
        agency = profile.warnings.agency
        return caller.role in {"officer", "admin"} and bool(agency) and caller.agency == agency and here

    def _holds(self, bulletin: Bulletin, same: Sequence[Bulletin]) -> bool:
        return bulletin.id in {one.id for one in standing(same, self._context.clock.now_us())}

    def relays(self, request: Request, bulletin_id: str) -> Response:
        """The chain for the office's own programs in the browser."""
        bulletin = self._known(bulletin_id)
        caller, reach = caller_of(request), reach_of(request)
        if not self._passing.may(caller, reach):
            raise HTTPException(403)
        chain = self._passing.chain(caller, reach, bulletin)
        self._passing.looked(caller, bulletin.id, chain.count)
        return JSONResponse(_told(bulletin, chain), headers={"Cache-Control": PRIVATE})

    def _known(self, bulletin_id: str) -> Bulletin:
        found = self._context.cities.bulletin(bulletin_id)
        if found is None or found.city != self._context.city:
            raise HTTPException(404)
        return found


def _told(bulletin: Bulletin, chain: Chain) -> dict[str, object]:
    return {
        "bulletin": bulletin.id,
        "drill": bulletin.drill,
        "late": chain.late,
        "passed": [_said(contact, relay) for contact, relay in chain.passed],
        "unable": [_said(contact, relay) for contact, relay in chain.unable],
        "silent": [_who(contact) for contact in chain.silent],
    }


def _who(contact: Contact) -> dict[str, object]:
    return {"rw": contact.rw, "region": contact.region, "name": contact.name, "phone": contact.phone}


def _said(contact: Contact, relay: Relay) -> dict[str, object]:
    return {**_who(contact), "at": rfc3339(relay.at_us), "reason": relay.reason}


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    board = Board(context, pages)

    @routes.get("/siaran", include_in_schema=False)
    def every(request: Request) -> Response:
        return board.every(request)

    @routes.get("/siaran/{bulletin_id}", include_in_schema=False)
    def one(request: Request, bulletin_id: str) -> Response:
        return board.one(request, bulletin_id)

    @routes.post("/siaran/{bulletin_id}/sirene", include_in_schema=False)
    async def sound(request: Request, bulletin_id: str) -> Response:
        do = (await fields_of(request)).get("kata", "")
        return await run_in_threadpool(board.sound, request, bulletin_id, do)

    @routes.get("/api/v1/bulletins/{bulletin_id}/relays", include_in_schema=False)
    def relays(request: Request, bulletin_id: str) -> Response:
        """Who has passed a bulletin on, who cannot, and who is silent."""
        return board.relays(request, bulletin_id)

    return routes
