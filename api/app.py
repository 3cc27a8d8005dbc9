"""The web server of one city, built from plain values. Nothing happens before `create_app` is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute

from api import (
    account,
    accuracy_page,
    alarm_v1,
    assets,
    audit_page,
    behind,
    broadcast_page,
    bulletins_v1,
    cap,
    cases,
    casework_page,
    console,
    contacts_page,
    decisions_v1,
    drill_page,
    drills_v1,
    duty_page,
    errors,
    follow_page,
    health,
    impacts_page,
    inbound,
    invitation_page,
    judging_page,
    keys,
    links_page,
    misses_page,
    nodes,
    oidc_page,
    open311,
    person,
    photos_page,
    portal,
    post_page,
    posters_page,
    posts,
    probe,
    reached_page,
    receipts,
    recordings_page,
    report_own,
    report_page,
    rivers,
    roster_page,
    rw_page,
    sign_in,
    situations_page,
    staging_page,
    subscriptions_v1,
    systems_page,
    takedowns_page,
    v1,
    voices_page,
    watching,
    weather_page,
    wifi,
)
from api import map as home
from api import people as people_pages
from api.access import Access
from api.address import is_this_machine, networks
from api.alarm_feed import Feed, Pace
from api.alarms import Board
from api.cap_key import CapKey
from api.context import Context
from api.deciding import Deciding
from api.document import describe
from api.door import Door
from api.gate import Gate, Locked, Table, let_in
from api.guard import Guard, Head, Slash, Zip
from api.map import Cells
from api.oidc import OpenId
from api.open311_query import Refusal
from api.page import Pages
from api.passwords import Passwords
from api.security import People, Security
from api.sessions import Sessions
from api.snapshot import Snapshots
from api.tokens import Cookies
from complaints.photos.keeping import Photos
from complaints.systems.port import SystemInfo
from contract.city import Profile
from contract.clock import Clock
from contract.duty import ChannelInfo
from contract.following import Ways
from contract.inbound import Source
from contract.reach import ProviderInfo
from contract.siren import SirenInfo
from store.book import KeepersBook
from store.ports import CityStore, ReadingStore

KEEP_S = 0.5


def _take(app: FastAPI, routes: APIRouter) -> None:
    """The routes as they are, each behind the second lock. Included the usual way each would be built once more, which
    is half the time that the application takes to start."""
    for route in routes.routes:
        if isinstance(route, APIRoute):
            route.app = Locked(route.app)
        app.router.routes.append(route)


def create_app(
    *,
    profile: Profile,
    readings: ReadingStore,
    cities: CityStore,
    people: People,
    clock: Clock,
    base_url: str,
    metrics: Callable[[], Iterable[Any]] | None = None,
    trusted_proxies: Sequence[str] = (),
    passwords: Passwords | None = None,
    openid: OpenId | None = None,
    book: KeepersBook | None = None,
    speed: float = 1.0,
    status: Callable[[], Mapping[str, Any]] | None = None,
    keep_s: float = KEEP_S,
    pace: Pace | None = None,
    in_force: Callable[[], Profile] | None = None,
    cap_key: CapKey | None = None,
    sirens: Sequence[SirenInfo] = (),
    channels: Sequence[ChannelInfo] = (),
    inbound_sources: Sequence[Source] = (),
    ways: Ways | None = None,
    providers: Sequence[ProviderInfo] = (),
    systems: Sequence[SystemInfo] = (),
) -> FastAPI:
    """An ASGI application. The stores stay the caller's to close. Raises NoRule for a route without a rule.

    `openid` is the way to the city's own accounts; `book` is where gauge keepers' readings are entered, None where they
    are not carried from here. `trusted_proxies` are the networks whose `X-Forwarded-For` is
    believed. `speed` is how many times faster than life the city runs. `metrics` yields further Prometheus metric
    families, `status` the other stages' state by name. `keep_s` is how long viewers share one reading of the stores,
    in seconds; `pace` how those who listen to alarms are told. `in_force` gives `profile` with the scales of now, where
    they may change while this server runs; it is called for every answer, by many threads. `cap_key` signs the city's
    CAP alerts; without one they go out unsigned. `channels` are those by which people on duty are reached,
    `sirens` what sounds an order, `inbound_sources` the providers that bring people's messages, `ways` by what
    residents can be told, `providers` who carries it there, `systems` the city's own complaint systems.
    """
    sessions = Sessions(people, clock)
    cookies = Cookies(secure=base_url.startswith("https://"))
    context = Context(
        in_force=in_force or (lambda: profile),
        readings=readings,
        cities=cities,
        people=people,
        clock=clock,
        base_url=base_url.rstrip("/"),
        speed=speed,
        sessions=sessions,
        access=Access(
            city=profile.code,
            people=people,
            clock=clock,
            sessions=sessions,
            cookies=cookies,
            trusted_proxies=networks(trusted_proxies),
            published=not is_this_machine(base_url),
        ),
        security=Security(profile.code, people, clock),
        cookies=cookies,
        metrics=metrics,
        status=status,
        openid=openid,
        book=book,
        channels=tuple(channels),
        sirens=tuple(sirens),
        ways=ways or Ways(),
        providers=tuple(providers),
        systems=tuple(systems),
    )
    # FastAPI's own documentation pages load their script from elsewhere; ours is the document alone.
    app = FastAPI(
        title=f"Siaga {profile.name}",
        version="1",
        summary="Public data of a city's sensor network / Data publik jaringan sensor kota",
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        # Its own redirect would lead to whatever host the request names.
        redirect_slashes=False,
        # For a route that somebody adds to the finished application.
        dependencies=[Depends(let_in)],
    )
    passwords = passwords or Passwords()
    door = Door(
        city=profile.code,
        people=people,
        clock=clock,
        access=context.access,
        sessions=sessions,
        security=context.security,
        passwords=passwords,
        break_glass=openid.provider.break_glass if openid else "",
    )
    pages = Pages(context, assets.version())
    outage = errors.Outage()
    snapshots = Snapshots(context, keep_s, outage.healed)
    cells = Cells(context)
    board = Board(context, keep_s)
    deciding = Deciding(context, board)
    photos = Photos(cities, profile)
    feed = Feed(context, board, alarm_v1.told, pace or Pace())
    for routes in (
        # the public's
        home.router(context, pages, snapshots, cells),
        rivers.router(context, pages, snapshots),
        wifi.router(context, pages, snapshots),
        portal.router(context, pages, snapshots),
        cases.router(context, pages, snapshots),
        nodes.router(pages, snapshots),
        behind.router(context, pages),
        open311.router(context, cells, photos),
        cap.router(context, cells, cap_key),
        v1.router(context, snapshots),
        bulletins_v1.router(context),
        weather_page.router(context, pages),
        accuracy_page.router(context, pages, keep_s),
        broadcast_page.router(context, pages),
        rw_page.router(context, pages),
        voices_page.router(context, pages),
        posters_page.router(context, pages),
        recordings_page.router(context, pages),
        follow_page.router(context, pages),
        report_own.router(context, pages),
        report_page.router(context, pages, cells, photos),
        photos_page.router(context, pages, photos),
        subscriptions_v1.router(context),
        systems_page.router(context, pages),
        takedowns_page.router(context, pages),
        casework_page.router(context, pages),
        # alarms and what is decided about them
        console.router(context, pages, board, deciding, feed.pace.beat_s),
        links_page.router(context, pages, inbound_sources),
        alarm_v1.router(context, board, feed),
        decisions_v1.router(context, board, deciding),
        drill_page.router(context, pages, deciding),
        drills_v1.router(context, deciding),
        duty_page.router(context, pages, board, deciding, snapshots),
        roster_page.router(context, pages, board),
        # who may come in
        sign_in.router(context, pages, door),
        oidc_page.router(context, pages, door, openid),
        invitation_page.router(context, pages, door, passwords),
        account.router(context, pages, door, passwords),
        people_pages.router(context, pages),
        person.router(context, pages),
        keys.router(context, pages),
        # the office's
        posts.router(context, pages),
        post_page.router(context, pages, snapshots),
        audit_page.router(context, pages),
        staging_page.router(context, pages),
        judging_page.router(context, pages),
        misses_page.router(context, pages),
        impacts_page.router(context, pages),
        situations_page.router(context, pages),
        contacts_page.router(context, pages),
        reached_page.router(context, pages),
        # machines'
        watching.router(context),
        inbound.router(context, snapshots, inbound_sources),
        receipts.router(context),
        health.router(context),
        probe.router(),
    ):
        _take(app, routes)
    assets.install(app)
    describe(app)
    answers = errors.install(app, pages, outage)
    app.add_exception_handler(Refusal, open311.refused)
    # From the inside out.
    app.add_middleware(
        Gate,
        table=Table(app.routes),
        access=context.access,
        errors=answers,
        security=context.security,
        base_url=context.base_url,
    )
    app.add_middleware(Zip, session=cookies.session)
    app.add_middleware(Slash)
    larger = (*recordings_page.LARGER, *systems_page.LARGER, *photos_page.LARGER, *open311.LARGER)
    app.add_middleware(Guard, secure=cookies.secure, larger=larger)
    app.add_middleware(Head)
    return app
