"""`/pos`: the posts of the city and the links of their keepers. For operators and administrators."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.context import Context
from api.form import fields_of
from api.keepers import DAYS, NAME_MOST, make, revoke, state_of
from api.page import Pages
from api.policy import caller_of


def router(context: Context, pages: Pages) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()
    posts = {one.node: one.name for one in context.profile.posts}

    def page(
        request: Request, status: int = 200, said: str = "", *, good: bool = False, node: str = "", name: str = ""
    ) -> Response:
        now_us = context.clock.now_us()
        links = [(one, state_of(one, now_us)) for one in context.people.post_links(context.city)]
        values = {
            "posts": posts,
            "links": links,
            "days": DAYS,
            "name_most": NAME_MOST,
            "wanted_post": node,
            "wanted_name": name,
            "said": said,
            "good": good,
        }
        return pages.render(request, "pos_semua.html", values, status=status, private=True)

    @routes.get("/pos", include_in_schema=False)
    def every(request: Request, kabar: str = "") -> Response:
        return page(request, said="post_link_revoked" if kabar == "cabut" else "", good=True)

    @routes.post("/pos", include_in_schema=False)
    async def new_link(request: Request) -> Response:
        return await run_in_threadpool(made, request, await fields_of(request))

    def made(request: Request, fields: dict[str, str]) -> Response:
        node, name, days = fields.get("pos", ""), fields.get("nama", "").strip(), fields.get("hari", "")
        wrong = "post_unknown" if node not in posts else "" if name else "post_name_missing"
        if not wrong and days not in map(str, DAYS):
            wrong = "key_days"
        if wrong:
            return page(request, 400, wrong, node=node, name=name[:NAME_MOST])
        link = make(
            context.people,
            profile=context.profile,
            node=node,
            name=name,
            days=int(days),
            now_us=context.clock.now_us(),
            actor=caller_of(request).actor,
            base_url=context.base_url,
        )
        values = {"link": link.link, "address": link.address, "post_name": posts[node]}
        return pages.render(request, "pos_tautan.html", values, private=True, at="")

    @routes.post("/pos/{link_id}/cabut", include_in_schema=False)
    def revoke_link(request: Request, link_id: str) -> Response:
        now_us, actor = context.clock.now_us(), caller_of(request).actor
        if revoke(context.people, city=context.city, link_id=link_id, now_us=now_us, actor=actor) is None:
            raise HTTPException(404)
        return RedirectResponse("/pos?kabar=cabut", status_code=303)

    return routes
