"""Which part gets what. By hand, once, and straight through."""

from __future__ import annotations

import gc
import os
import random
import re
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from broker.ports import BrokerAddress, Tls
from contract.city import Profile
from contract.clock import SECOND_US, Clock
from contract.compress import compressed
from contract.errors import BadInput
from contract.following import Ways
from siaga import data_folder, heartbeat, posts
from siaga.heartbeat import Heartbeat
from siaga.ports_free import check_free
from siaga.settings import Settings, read_secret

if TYPE_CHECKING:
    from fastapi import FastAPI

    from alerts.carriers import Carrier
    from alerts.channels.channelfile import ChannelFile
    from alerts.channels.port import Channel
    from alerts.inboundfile import InboundFile
    from alerts.notify import Manners
    from alerts.reach.hands import Opener
    from alerts.reach.http import Lines
    from alerts.reach.reachfile import ReachFile
    from alerts.rules import Rule
    from alerts.sirens.nodes import Nodes
    from alerts.sirens.port import Siren
    from alerts.sirens.sirenfile import SirenFile
    from alerts.weather.feed import Feed as WeatherFeed
    from alerts.webhooks import Receiver
    from api.oidc import OpenId
    from broker.subscription import PahoSubscription
    from cities.cells import Cell
    from complaints.calling import Calling
    from complaints.outward import Outward
    from complaints.systems.courier import Courier
    from complaints.systems.systemsfile import SystemsFile
    from contract.inbound import Source
    from contract.levels import Scale
    from contract.roles import Role
    from contract.siren import SirenInfo
    from siaga.shown_city import ShownCity
    from store.book import KeepersBook
    from store.ports import CityStore, ReadingStore

STAGES = ("ingest", "alerts", "api")
REACH = "reach"
"""what tells residents, where a file of providers is named"""
WEATHER = "weather"
"""what asks BMKG's feed, where one is named"""
BESIDE = ("watch", "snapshot", REACH, WEATHER)
"""what stands beside them, and in `siaga up` only where it has something to do"""


def stages_of(settings: Settings) -> tuple[str, ...]:
    """What runs on one machine."""
    beside = {REACH: settings.reach_file is not None, WEATHER: bool(settings.bmkg_url)}
    return (*STAGES, *(stage for stage, runs in beside.items() if runs))


def profile(settings: Settings) -> Profile:
    """The city's folder, read strictly; its water flows at the speed of this world."""
    from cities.load import load

    city = load(settings.city, settings.cities_folder)
    return replace(
        city,
        reaches=compressed(city.reaches, settings.speed),
        warnings=compressed(city.warnings, settings.speed),
    )


def rules(settings: Settings) -> tuple[Rule, ...]:
    """The city's rules, fit for its nodes, their durations and rates brought to the speed of this world."""
    from cities.load import rules_folder
    from siaga import rulecheck

    folder = rules_folder(settings.city, settings.cities_folder)
    return compressed(rulecheck.fit(folder, profile(settings)), settings.speed)


def scales(settings: Settings) -> tuple[Scale, ...]:
    """The scales of the city's gauges, fit to judge by."""
    from alerts.reload import fit_scales
    from cities.load import folder

    return fit_scales(profile(settings).scales, folder(settings.city, settings.cities_folder) / "scale.toml")


def manners(settings: Settings, pack: Sequence[Rule]) -> Manners:
    """How much the city tells in a minute, and what mutes what."""
    from alerts.notifyfile import load_manners
    from cities.load import folder

    return compressed(load_manners(folder(settings.city, settings.cities_folder), pack), settings.speed)


def check_area(city: Profile, role: Role, agency: str, regions: Sequence[str], *, where: str = "") -> None:
    """Raises BadInput where a role's agency or regions are not the city's: a typing error would open nothing, or hide
    that it opens too much."""
    codes = [one.code for one in city.agencies]
    at_agency, at_region = where or "--agency", where or "--region"
    if role == "officer" and not agency:
        raise BadInput("an officer needs an agency", where=at_agency, remedy=f"One of {', '.join(codes)}.")
    if agency and agency not in codes:
        raise BadInput(f"there is no agency {agency!r}", where=at_agency, remedy=f"One of {', '.join(codes)}.")
    for code in regions:
        if not any(one.code == code or one.code.startswith(f"{code}.") for one in city.regions):
            raise BadInput(f"no region of the city begins with {code!r}", where=at_region, remedy="As 34.71.06.")


def readings(settings: Settings, answered: Callable[[], object] = bool) -> ReadingStore:
    """`answered` is called after each answer of a server: one write may be many requests, each of them slow."""
    from store import open_readings

    data_folder.make(settings.data_folder)
    token = read_secret(settings.readings_token_file)
    return open_readings(settings.readings_location, token=token, answered=answered)


def cities(settings: Settings, *, migrate: bool = False) -> CityStore:
    """The city's database. Only `siaga up` and `siaga city apply` migrate it; a stage refuses an old schema."""
    from store import open_city

    data_folder.make(settings.data_folder)
    location = settings.city_location
    password = read_secret(settings.city_password_file)
    if password:
        scheme, _, rest = location.partition("://")
        user, at, host = rest.rpartition("@")
        if not at or ":" in user:
            raise BadInput(
                "a password file needs a URL with a user and without a password",
                where="setting SIAGA_CITY_URL",
                remedy="Write postgresql+psycopg://user@host:5432/name.",
            )
        location = f"{scheme}://{user}:{quote(password, safe='')}@{host}"
    return open_city(location, migrate=migrate)


def brokers(settings: Settings) -> tuple[BrokerAddress, ...]:
    return tuple(BrokerAddress(broker.host, broker.port) for broker in settings.brokers)


def tls(settings: Settings) -> Tls | None:
    if settings.broker_ca_file and settings.broker_cert_file and settings.broker_key_file:
        return Tls(settings.broker_ca_file, settings.broker_cert_file, settings.broker_key_file)
    return None


def outward(settings: Settings) -> Outward:
    """The one way to addresses that people wrote into files."""
    from complaints.outward import Outward
    from contract.addresses import networks

    return Outward(networks(settings.outward_allow, where="setting SIAGA_OUTWARD_ALLOW"))


def receivers(settings: Settings) -> tuple[Receiver, ...]:
    """The city's own systems that are told of incidents, none where no file names them."""
    if settings.webhooks_file is None:
        return ()
    from alerts.webhookfile import load_receivers

    return load_receivers(settings.webhooks_file, outward(settings))


def channel_file(settings: Settings) -> ChannelFile | None:
    """By which providers people are woken; None where no file names them."""
    if settings.channels_file is None:
        return None
    from alerts.channels.channelfile import ChannelFile

    return ChannelFile(settings.channels_file)


def channels(settings: Settings, clock: Clock) -> Mapping[str, Channel]:
    """Those providers, by name."""
    file = channel_file(settings)
    return {} if file is None else file.open(outward(settings), clock, os.environ)


def calling(settings: Settings, city_store: CityStore, city: Profile) -> Calling | None:
    """What tells officers of cases; None where no file names a provider."""
    from complaints.calling import Calling

    file = channel_file(settings)
    return None if file is None else Calling(city_store, city, settings.public_url, file.infos)


def inbound_file(settings: Settings) -> InboundFile | None:
    """By which providers people write; None where no file names them."""
    if settings.inbound_file is None:
        return None
    from alerts.inboundfile import InboundFile

    channels, residents = channel_file(settings), reach_file(settings)
    reached = () if residents is None else [one.kind for one in residents.infos]
    return InboundFile(settings.inbound_file, () if channels is None else channels.infos, reached)


def inbound_sources(settings: Settings) -> Sequence[Source]:
    """Those providers, with their secrets."""
    file = inbound_file(settings)
    return () if file is None else file.open(os.environ)


def answers(settings: Settings, clock: Clock) -> Mapping[str, Carrier]:
    """What carries the answers that do not go in a reply, by the outbox's channel."""
    sources = [one for one in inbound_sources(settings) if one.channel]
    file = channel_file(settings)
    if not sources or file is None:
        return {}
    from alerts.channels.answering import AnswerCarrier
    from complaints.envelope import Envelope
    from contract.inbound import CHANNEL

    by_name = file.open(outward(settings), clock, os.environ, answering=True)
    return {CHANNEL + one.name: AnswerCarrier(by_name[one.channel], Envelope(one.secret)) for one in sources}


def reach_file(settings: Settings) -> ReachFile | None:
    """By which providers residents are told; None where no file names them."""
    if settings.reach_file is None:
        return None
    from alerts.reach.reachfile import ReachFile

    return ReachFile(settings.reach_file)


def systems_file(settings: Settings, city: Profile) -> SystemsFile | None:
    """The city's own complaint systems; None where no file names any. Raises BadInput, too, where the city has its
    desk in one of them and there is no file."""
    if settings.systems_file is None:
        if city.desk:
            raise BadInput(
                f"the city's cases are worked on in {city.desk!r} (complaints.desk of city.toml), and no file names it",
                where="systems_file",
                remedy="Give SIAGA_SYSTEMS_FILE (docs/systems.md), or leave the key out of city.toml.",
            )
        return None
    from complaints.systems.systemsfile import SystemsFile

    return SystemsFile(settings.systems_file, [one.code for one in city.categories], city.desk)


def courier(settings: Settings, city: Profile, store: CityStore, clock: Clock) -> Courier | None:
    """Who takes cases there; nobody where no file names any."""
    file = systems_file(settings, city)
    if file is None:
        return None
    from complaints.systems.courier import Courier

    opened = file.open(outward(settings), clock, os.environ)
    return Courier(store, city, opened, clock, settings.public_url)


def ways(settings: Settings) -> Ways:
    """By what residents can follow on the pages."""
    file, inbound = reach_file(settings), inbound_file(settings)
    if file is None:
        return Ways()
    kinds = tuple(one.kind for one in file.infos)
    return Ways(kinds, file.vapid(os.environ), inbound.bot if inbound is not None else "")


def siren_file(settings: Settings, city: Profile) -> SirenFile | None:
    """What sounds an order where people live; None where no file names any."""
    if settings.sirens_file is None:
        return None
    from alerts.sirens.sirenfile import SirenFile

    nodes = [one.node for one in city.nodes]
    return SirenFile(settings.sirens_file, [one.node for one in city.nodes if one.kind == "gauge"], nodes)


def siren_infos(settings: Settings, city: Profile) -> tuple[SirenInfo, ...]:
    """Which there are, without their secrets."""
    file = siren_file(settings, city)
    return () if file is None else file.infos


def sirens(settings: Settings, city: Profile, nodes: Nodes | None, clock: Clock) -> Mapping[SirenInfo, Siren]:
    """Those sirens, ready to be asked; those that hang on nodes only where there is a way to these."""
    file = siren_file(settings, city)
    if file is None:
        return {}
    opened = file.open(outward(settings), os.environ, city=city.code, nodes=nodes, clock=clock)
    return {info: opened[info.name] for info in file.infos if info.name in opened}


def holder() -> str:
    """Who holds a lease: this machine and this process."""
    return f"{socket.gethostname()}:{os.getpid()}"


def subscription(settings: Settings, service: str, clock: Clock, *, sirens: bool = False) -> PahoSubscription:
    """A service's own session at the broker; `sirens` hang on nodes, whose answers are heard there.

    An engine may wait beside another, and copies of ingest share one subscription by `broker_share`: each has a session
    of its own, or they would throw each other out. A copy's ends with it, or the broker would go on to give a part of
    the readings to the dead.
    """
    from broker.subscription import SESSION_S, PahoSubscription, alert_topics, service_topics

    share = settings.broker_share if service == "ingest" else ""
    client_id = f"siaga-{service}-{settings.city}"
    if share or service == "alerts":
        client_id += "-" + re.sub(r"[^a-z0-9-]", "-", socket.gethostname().lower())
    if share:
        client_id += f"-{os.getpid()}"
    return PahoSubscription(
        brokers(settings),
        client_id,
        alert_topics(settings.city, sirens=sirens) if service == "alerts" else service_topics(settings.city, share),
        tls=tls(settings),
        protocol=settings.broker_protocol,
        session_s=0 if share else SESSION_S,
        keepalive_s=settings.broker_keepalive_s,
        rng=random.Random(),  # noqa: S311  jitter, no secret
        clock=clock,
    )


def run_ingest(settings: Settings, clock: Clock, stop: threading.Event) -> None:
    from ingest.pace import Rate
    from ingest.pipeline import Ingest

    with ExitStack() as stack:
        answers = 0

        def answered() -> None:
            nonlocal answers
            answers += 1

        def facts() -> dict[str, Any]:
            # A write that is many slow requests is no hung process.
            said = stage.facts()
            return {"connected": source.connected, **said, "loops": said["loops"] + answers}

        reading_store = stack.enter_context(closing(readings(settings, answered)))
        city_store = stack.enter_context(closing(cities(settings)))
        source = stack.enter_context(closing(subscription(settings, "ingest", clock)))
        rate = compressed(Rate.of(settings.node_readings_per_min), settings.speed)
        stage = Ingest(
            city=settings.city,
            subscription=source,
            readings=reading_store,
            cities=city_store,
            clock=clock,
            rate=rate,
        )
        _run(settings, "ingest", clock, stop, stage.run, facts, stack)


def run_alerts(settings: Settings, clock: Clock, stop: threading.Event) -> None:
    from alerts.process import AlertsProcess
    from alerts.reload import Pack
    from alerts.sampling import Paces, Sampling
    from alerts.sirens.nodes import Nodes
    from cities.load import folder, rules_folder
    from complaints.builtin import BuiltinDesk
    from complaints.minding import Minder
    from fleet.twin import BrokerTwin
    from siaga import signing_key
    from store.ports import SigningKey

    # What changes on disk from here on is seen, for the files are looked at before they are read.
    pack = Pack(rules_folder(settings.city, settings.cities_folder), lambda: rules(settings))
    place = folder(settings.city, settings.cities_folder)
    staffs = Pack(place, lambda: scales(settings), "scales", "scale.toml")
    city, first = profile(settings), rules(settings)
    file = siren_file(settings, city)
    on_nodes = file is not None and file.hang_on_nodes
    with ExitStack() as stack:
        reading_store = stack.enter_context(closing(readings(settings)))
        city_store = stack.enter_context(closing(cities(settings)))
        source = stack.enter_context(closing(subscription(settings, "alerts", clock, sirens=on_nodes)))
        siren_nodes = Nodes(city.code, source) if on_nodes else None
        sign = signing_key.signer(settings)
        city_store.note_signing_key(city.code, SigningKey(sign.id, sign.public, clock.now_us()))
        stage = AlertsProcess(
            sign=sign,
            profile=city,
            rules=first,
            pack=pack,
            staffs=staffs,
            manners=manners(settings, first),
            sampling=Sampling(compressed(Paces(), settings.speed), BrokerTwin(city.code, source)),
            subscription=source,
            readings=reading_store,
            cities=city_store,
            desk=BuiltinDesk(city_store, city, settings.public_url),
            minder=Minder(city_store, city, clock, calling=calling(settings, city_store, city)),
            courier=courier(settings, city, city_store, clock),
            clock=clock,
            holder=settings.lease_holder or holder(),
            lease_ttl_s=settings.lease_ttl_s,
            base_url=settings.public_url,
            receivers=receivers(settings),
            outward=outward(settings),
            channels=channels(settings, clock),
            sirens=sirens(settings, city, siren_nodes, clock),
            siren_nodes=siren_nodes,
            answers=answers(settings, clock),
        )
        _run(
            settings, "alerts", clock, stop, stage.run, lambda: {"connected": source.connected, **stage.facts()}, stack
        )


def run_reach(settings: Settings, clock: Clock, stop: threading.Event) -> None:
    from alerts.reach.process import ReachProcess
    from alerts.reach.sources import sources

    city, senders = profile(settings), settings.reach_senders
    hands = [[sys.executable, "-m", "siaga", "reach", "--share", f"{part}/{senders}"] for part in range(2, senders + 1)]
    with ExitStack() as stack:
        city_store = stack.enter_context(closing(cities(settings)))
        open_providers, make_lines = _providers(settings, clock)
        stage = ReachProcess(
            city=city.code,
            name=city.name,
            zone=ZoneInfo(city.zone),
            cities=city_store,
            sources=sources(city_store, city),
            open_providers=open_providers,
            make_lines=make_lines,
            clock=clock,
            rng=random.Random(),  # noqa: S311  jitter, no secret
            holder=settings.lease_holder or holder(),
            lease_ttl_s=settings.lease_ttl_s,
            base_url=settings.public_url,
            hands=hands,
        )
        _look_rarely_for_garbage()
        _run(settings, REACH, clock, stop, stage.run, stage.facts, stack)


def run_hand(settings: Settings, clock: Clock, stop: threading.Event, share: str) -> None:
    """One of the further processes that `run_reach` starts. `share`: `2/3` is the second of three."""
    from alerts.reach.hands import Hand
    from alerts.reach.lane import Surroundings
    from contract.reach import share_of

    part, of = (int(word) for word in share.split("/"))
    city = profile(settings)
    with closing(cities(settings)) as city_store:
        open_providers, make_lines = _providers(settings, clock)
        around = Surroundings(
            city=city.code,
            name=city.name,
            zone=ZoneInfo(city.zone),
            cities=city_store,
            clock=clock,
            rng=random.Random(),  # noqa: S311  jitter, no secret
            base_url=settings.public_url.rstrip("/"),
            share=share_of(part - 1, of),
        )
        _look_rarely_for_garbage()
        Hand(open_providers=open_providers, make_lines=make_lines, around=around).run(stop, sys.stdin, sys.stdout)


def _look_rarely_for_garbage() -> None:
    """A message makes hundreds of objects and no cycles; to look for them after every seven hundred takes a sixth of
    the time (`python -m benchmarks.reaching`)."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _providers(settings: Settings, clock: Clock) -> tuple[Opener, Callable[[], Lines]]:
    """How a process that sends opens its providers and its connections."""
    from alerts.reach.http import Lines
    from contract.addresses import networks

    file, way_out = reach_file(settings), outward(settings)
    allowed = networks(settings.outward_allow, where="setting SIAGA_OUTWARD_ALLOW")
    return (
        lambda lines: {} if file is None else file.open(lines, way_out, clock, os.environ),
        lambda: Lines(allowed),
    )


def weather_feed(settings: Settings, clock: Clock) -> WeatherFeed:
    """BMKG's feed, asked of nobody yet. Raises BadInput for an address that may not be asked."""
    from alerts.weather.feed import Feed
    from complaints.outward import Outward
    from contract.addresses import networks

    allowed = networks(settings.outward_allow, where="setting SIAGA_OUTWARD_ALLOW")
    return Feed(settings.bmkg_url, Outward(allowed, connect_s=5.0, whole_s=20.0), clock)


def run_weather(settings: Settings, clock: Clock, stop: threading.Event) -> None:
    from alerts.weather.process import WeatherProcess

    if not settings.bmkg_url:
        raise BadInput(
            "no feed is named",
            where="setting SIAGA_BMKG_URL",
            remedy="https://www.bmkg.go.id/alerts/nowcast/id is BMKG's (docs/weather.md).",
        )
    city, feed = profile(settings), weather_feed(settings, clock)
    with ExitStack() as stack:
        city_store = stack.enter_context(closing(cities(settings)))
        stage = WeatherProcess(
            profile=city,
            cities=city_store,
            feed=feed,
            cells=shapes(city, city_store),
            clock=clock,
            rng=random.Random(),  # noqa: S311  jitter, no secret
            holder=settings.lease_holder or holder(),
        )
        _run(settings, WEATHER, clock, stop, stage.run, stage.facts, stack)


def shapes(city: Profile, city_store: CityStore) -> Callable[[], Sequence[Cell]]:
    """The city's regions as shapes, drawn anew when its registry has changed."""
    from cities.cells import cells_of

    kept: dict[int, Sequence[Cell]] = {}

    def now() -> Sequence[Cell]:
        version = city_store.registry_version(city.code)
        if version not in kept:
            kept.clear()
            kept[version] = cells_of(city, city_store.boundaries(city.code))
        return kept[version]

    return now


def _run(
    settings: Settings,
    stage: str,
    clock: Clock,
    stop: threading.Event,
    run: Callable[[threading.Event], None],
    facts: Callable[[], Mapping[str, Any]],
    stack: ExitStack,
) -> None:
    beat = Heartbeat(settings.run_folder, stage, clock, facts, hung_after_s=settings.hung_after_s)
    beat.start()
    stack.callback(beat.stop)
    run(stop)


def openid(settings: Settings, city: Profile, clock: Clock) -> OpenId | None:
    """The way to the city's own accounts; None where it has none. Asks nobody yet."""
    from api.door import folded
    from api.invitations import FOR_PEOPLE
    from api.oidc import OpenId, Provider, read_rules

    if not settings.oidc_issuer:
        return None
    way_out = outward(settings)
    way_out.judge(settings.oidc_issuer, where="setting SIAGA_OIDC_ISSUER")
    where = "setting SIAGA_OIDC_ROLES"
    rules = read_rules(settings.oidc_roles, roles=FOR_PEOPLE, where=where)
    for rule in rules:
        check_area(city, rule.role, rule.agency, rule.regions, where=where)
    provider = Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        client_secret=read_secret(settings.oidc_client_secret_file),
        rules=rules,
        break_glass=folded(settings.oidc_break_glass),
    )
    return OpenId(provider, outward=way_out, clock=clock, base_url=settings.public_url)


def shown_city(settings: Settings) -> ShownCity:
    """The city for the pages: its scales follow their file."""
    from alerts.reload import Pack
    from cities.load import folder
    from siaga.shown_city import ShownCity

    # What changes on disk from here on is seen, for the file is looked at before it is read.
    place = folder(settings.city, settings.cities_folder)
    staffs = Pack(place, lambda: scales(settings), "scales", "scale.toml", stage="api")
    return ShownCity(profile(settings), staffs)


def api(settings: Settings, clock: Clock, shown: ShownCity, entries: KeepersBook | None) -> FastAPI:
    """The web application; whoever serves it closes nothing: its stores live as long as the process."""
    from api import cap_key
    from api.app import create_app

    city, city_store = shown.profile(), cities(settings)
    return create_app(
        profile=city,
        readings=readings(settings),
        cities=city_store,
        people=city_store,
        clock=clock,
        base_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        openid=openid(settings, city, clock),
        book=entries,
        speed=settings.speed,
        status=lambda: stages(settings, clock),
        in_force=shown.profile,
        sirens=siren_infos(settings, city),
        cap_key=cap_key.of(settings.cap_location, settings.city, clock.now_us()),
        channels=() if (file := channel_file(settings)) is None else file.infos,
        inbound_sources=inbound_sources(settings),
        ways=ways(settings),
        providers=() if (carried := reach_file(settings)) is None else carried.infos,
        systems=() if (beside := systems_file(settings, city)) is None else beside.infos,
    )


def stages(settings: Settings, clock: Clock) -> dict[str, dict[str, Any]]:
    """What each stage on this machine last said of itself."""
    now_us = clock.now_us()
    return {
        stage: {"alive": beat.fresh(now_us), "age_s": (now_us - beat.at_us) / SECOND_US, **beat.facts}
        for stage in stages_of(settings)
        if (beat := heartbeat.read(settings.run_folder, stage))
    }


def run_api(settings: Settings, clock: Clock, stop: threading.Event) -> None:
    """Serve until SIGTERM. Once it serves, uvicorn takes the signal; `stop` is one that came before."""
    import uvicorn

    check_free(settings.api_host, settings.api_port, "api_port")
    loops = 0

    async def loop_moved() -> None:
        nonlocal loops
        loops += 1

    shown = shown_city(settings)
    city = shown.profile()
    entries = posts.book(settings, city)
    config = uvicorn.Config(
        api(settings, clock, shown, entries),
        host=settings.api_host,
        port=settings.api_port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        # Whose word about the address counts is a setting of ours; uvicorn would believe any proxy on this machine.
        proxy_headers=False,
        callback_notify=loop_moved,
        timeout_notify=0,  # whenever it looks, which is once a second
    )
    server = uvicorn.Server(config)

    def end_where_told_early() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end_where_told_early, name="stop", daemon=True).start()
    scales = threading.Thread(target=shown.run, args=(clock, stop), name="scales", daemon=True)
    scales.start()
    beat = Heartbeat(
        settings.run_folder,
        "api",
        clock,
        lambda: {"started": server.started, "loops": loops, "scales_followed": scales.is_alive(), **shown.facts()},
        hung_after_s=settings.hung_after_s,
    )
    beat.start()

    def end_with_the_carrier() -> None:
        server.should_exit = True

    carrier = None
    if entries is not None:
        carrier = posts.carrier(settings, city, entries, brokers(settings), clock, stop, end_with_the_carrier)
    try:
        server.run()
    finally:
        stop.set()
        if carrier is not None:
            carrier.join(posts.STOP_S)
        beat.stop()


def run_snapshot(
    settings: Settings, clock: Clock, stop: threading.Event, *, out: Path, every_s: float, once: bool
) -> bool:
    """Take the public pages as files until `stop`, or once. Whether the last was taken. Raises BadInput for a folder
    that cannot hold them."""
    import httpx

    from api.language import Speech
    from siaga import snapshot as snapshots

    city = profile(settings)

    def time() -> str:
        speech = Speech.of(city, "id", clock.now_us())
        return f"{speech.day(speech.now_us)}, {speech.clock(speech.now_us)}"

    url = settings.snapshot_from or f"http://127.0.0.1:{settings.api_port}"
    with httpx.Client(timeout=20.0, trust_env=False) as client:
        taking = snapshots.Snapshot(
            snapshots.Server(url, client), snapshots.Folder(out), settings.public_url, time, settings.snapshot_then
        )
        if once:
            return taking.turn(clock)
        beat = Heartbeat(
            settings.run_folder,
            "snapshot",
            clock,
            lambda: {"taken_us": taking.taken_us, "pages": taking.pages, "written": taking.written},
        )
        beat.start()
        try:
            snapshots.run(taking, clock, stop, every_s)
        finally:
            beat.stop()
    return True


def run_simulator(
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    *,
    scenario: str,
    folder: Path,
    only: Sequence[str] | None,
    certificates: Path | None,
    since_us: int | None,
) -> None:
    from firmware_sim.run import run

    run(
        profile=profile(settings),
        scenario=scenario,
        brokers=brokers(settings),
        folder=folder,
        speed=settings.speed,
        clock=clock,
        seed=settings.seed,
        only=only,
        certificates=certificates,
        since_us=since_us,
        stop=stop,
    )


def run_watch(
    settings: Settings,
    clock: Clock,
    stop: threading.Event,
    *,
    log: Path,
    revoked: Path | None,
    rights: Path | None,
    ports: tuple[int, int],
) -> None:
    """Beside one broker: its log, and the services' listener as the place from which sessions are ended."""
    import broker
    from broker.link import PahoLink
    from fleet import acl, names
    from fleet.brokerlog import BrokerLog
    from fleet.evict import Evictions
    from fleet.follow import FollowedLog
    from fleet.handover import REVOKED_NAMES
    from fleet.watch import Watch

    identity = tls(settings)
    if identity is None:
        raise BadInput(
            "the watch has no certificate",
            where="setting SIAGA_BROKER_CERT_FILE",
            remedy=f"`siaga ca issue {names.WATCH}` makes one.",
        )
    folder = rights or Path(broker.__path__[0]) / "mosquitto"
    judged = BrokerLog(
        city=settings.city,
        nodes=acl.read(folder / "nodes.acl", settings.city),
        services=acl.read(folder / "services.acl", settings.city),
        nodes_port=ports[0],
        services_port=ports[1],
        myself=names.WATCH,
    )
    evictions = Evictions(
        file=revoked or identity.cert_file.with_name(REVOKED_NAMES),
        connect=lambda client: PahoLink(client, tls=identity),
        address=brokers(settings)[0],
        clients_of=judged.clients_of,
    )
    with ExitStack() as stack:
        city_store = stack.enter_context(closing(cities(settings)))
        stage = Watch(
            followed=FollowedLog(log), judged=judged, evictions=evictions, note=city_store.note_security, clock=clock
        )
        _run(settings, "watch", clock, stop, stage.run, stage.facts, stack)
