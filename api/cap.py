"""`/cap/…`: what people were told of the water, as CAP 1.2 alerts and a feed of them; `/umpan.xml`: for people.

An alert is written and signed once, when it is first asked for, and kept: whoever reads it later reads the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import APIRouter
from lxml import etree
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.cap_alert import About, alert, identifier, sent
from api.cap_area import areas_of
from api.cap_key import CapKey
from api.context import Context
from api.language import Language, language_of, say
from api.map import Cells
from api.open311_format import printable
from api.page import with_etag
from contract.bulletin import Bulletin
from contract.city import Profile
from contract.clock import DAY_US

ATOM = "http://www.w3.org/2005/Atom"
CAP_TYPE = "application/cap+xml"
NEWEST = 100
SINCE_US = 30 * DAY_US


def router(context: Context, cells: Cells, key: CapKey | None) -> APIRouter:
    """Routes of this resource."""
    routes = APIRouter()

    @routes.get("/cap/feed.xml", include_in_schema=False)
    def alerts(request: Request) -> Response:
        return _feed(request, "cap/feed.xml", drill=False)

    @routes.get("/cap/latihan.xml", include_in_schema=False)
    def drills(request: Request) -> Response:
        return _feed(request, "cap/latihan.xml", drill=True)

    @routes.get("/umpan.xml", include_in_schema=False)
    def pages(request: Request) -> Response:
        return _feed(request, "umpan.xml", drill=False, for_people=True)

    def _feed(request: Request, path: str, *, drill: bool, for_people: bool = False) -> Response:
        now_us = context.clock.now_us()
        newest = context.cities.bulletins(context.city, since_us=now_us - SINCE_US, drill=drill, limit=NEWEST)
        writer = Atom(context.profile, context.base_url, language_of(request), for_people=for_people)
        content = etree.tostring(writer.feed(path, newest, drill=drill), xml_declaration=True, encoding="UTF-8")
        return with_etag(request, Response(content, media_type="application/atom+xml"))

    @routes.get("/cap/sertifikat.pem", include_in_schema=False)
    def certificate(request: Request) -> Response:
        if key is None:
            raise HTTPException(404)
        return with_etag(request, Response(key.certificate, media_type="application/x-pem-file"))

    @routes.get("/cap/{bulletin_id}.xml", include_in_schema=False)
    def one(request: Request, bulletin_id: str) -> Response:
        bulletin = context.cities.bulletin(bulletin_id)
        if bulletin is None or bulletin.city != context.city:
            raise HTTPException(404)
        return with_etag(request, Response(kept(bulletin), media_type=CAP_TYPE))

    def kept(bulletin: Bulletin) -> bytes:
        found = context.cities.cap_alert(bulletin.id)
        if found is not None:
            return found
        earlier = context.cities.bulletins(context.city, incident=bulletin.incident, drill=bulletin.drill)
        place = next((one for one in context.cities.placements(context.city) if one.node == bulletin.node), None)
        site = context.profile.site_of(bulletin.node)
        region, lat, lon = (
            (place.region, place.lat, place.lon)
            if place is not None
            else (site.region, site.lat, site.lon)
            if site is not None
            else (context.profile.region, context.profile.lat, context.profile.lon)
        )
        name = site.name if site is not None else context.profile.name
        areas = areas_of(region, cells.now()[0], name, lat, lon)
        made = alert(bulletin, earlier, areas, about(context))
        document = etree.tostring(made, xml_declaration=True, encoding="UTF-8") if key is None else key.sign(made)
        return context.cities.keep_cap_alert(context.city, bulletin.id, document, context.clock.now_us())

    return routes


def about(context: Context) -> About:
    """Whose alerts they are: the office that signs the city's warnings, at the host of its pages."""
    profile, base_url = context.profile, context.base_url
    return About(
        profile=profile,
        sender=f"{profile.code}@{urlsplit(base_url).hostname or profile.code}",
        agency=_office(profile),
        page=f"{base_url}/siaran/{{id}}",
        simulated=context.speed != 1.0,
    )


def _office(profile: Profile) -> dict[str, str]:
    agency = next((one for one in profile.agencies if one.code == profile.warnings.agency), None)
    return {language: profile.name if agency is None else agency.name.in_(language) for language in ("id", "en")}


@dataclass(frozen=True, slots=True)
class Atom:
    """Feeds of bulletins (RFC 4287). An entry leads to the CAP alert, or (`for_people`) to the page of it."""

    profile: Profile
    base_url: str
    language: Language
    for_people: bool = False

    def feed(self, path: str, newest: Sequence[Bulletin], *, drill: bool) -> etree._Element:
        """An entry a bulletin, the newest first."""
        root = etree.Element(f"{{{ATOM}}}feed", nsmap={None: ATOM})
        _put(root, "id", f"{self.base_url}/{path}")
        city = self.profile.name
        title = say("cap_drills", self.language, city=city) if drill else say("cap_title", self.language, city=city)
        _put(root, "title", title)
        _put(root, "updated", _moment(newest[0].at_us if newest else 0, self.profile.zone))
        _link(root, "self", f"{self.base_url}/{path}", "application/atom+xml")
        _link(root, "alternate", f"{self.base_url}/siaran", "text/html")
        _put(etree.SubElement(root, f"{{{ATOM}}}author"), "name", _office(self.profile)[self.language])
        for bulletin in newest:
            root.append(self._entry(bulletin))
        return root

    def _entry(self, bulletin: Bulletin) -> etree._Element:
        entry = etree.Element(f"{{{ATOM}}}entry")
        moment = _moment(bulletin.at_us, self.profile.zone)
        _put(entry, "id", identifier(bulletin))
        _put(entry, "title", bulletin.sms.get(self.language) or bulletin.text[self.language])
        _put(entry, "updated", moment)
        _put(entry, "published", moment)
        links = [(f"cap/{bulletin.id}.xml", CAP_TYPE), (f"siaran/{bulletin.id}", "text/html")]
        if self.for_people:
            links.reverse()
        for rel, (path, media) in zip(("alternate", "related"), links, strict=True):
            _link(entry, rel, f"{self.base_url}/{path}", media)
        _put(entry, "summary", bulletin.text[self.language])
        return entry


def _moment(us: int, zone: str) -> str:
    """RFC 3339 has no `-00:00` for what is known to be UTC."""
    return sent(us, zone).replace("-00:00", "+00:00")


def _put(parent: etree._Element, name: str, text: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}{name}").text = printable(text)


def _link(parent: etree._Element, rel: str, href: str, media: str) -> None:
    etree.SubElement(parent, f"{{{ATOM}}}link", {"rel": rel, "href": href, "type": media})
