"""Looks at every part that a start needs, and says what is wrong with it and how to mend it."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from broker import tls as tls_files
from broker.handshake import answers
from broker.ports import BrokerAddress
from contract.clock import DAY_US, SECOND_US, Clock, SystemClock, from_us
from contract.duty import Way, gaps, wakes
from contract.errors import BadInput, PortError
from siaga import data_folder, heartbeat, wiring
from siaga import settings as settings_module
from siaga.ports_free import check_free
from siaga.settings import Settings
from siaga.snapshot import NOW
from store.ports import CityStore, ReadingStore

SMALLEST_FREE_BYTES = 200 * 1024 * 1024
EARLIEST_YEAR = 2025
_WEEK_US = 7 * DAY_US
_OLD_SETS = 4
_OLD_S = 60.0

_FOR_A_PERSON = ("unknown", "refused")


@dataclass(frozen=True, slots=True)
class Finding:
    """One part, looked at."""

    part: str
    fine: bool
    what: str
    remedy: str = ""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def everything(clock: Clock) -> Iterator[Finding]:
    """All parts in the order in which a start needs them; what rests on a failed part is left out."""
    yield Finding("python", True, sys.version.split()[0])
    try:
        settings = settings_module.load()
    except BadInput as error:
        yield Finding("settings", False, error.what, f"{error.where}. {error.remedy}")
        return
    yield Finding("settings", True, f"city {settings.city}, data in {settings.data_folder.absolute()}")
    yield _clock(clock)
    yield _disk(settings)
    city_folder = _try("city folder", lambda: _city_folder(settings))
    yield city_folder
    if city_folder.fine:
        yield _try("rules", lambda: _rules(settings))
    stages = wiring.stages_of(settings)
    running = {stage: beat for stage in stages if (beat := heartbeat.read(settings.run_folder, stage))}
    yield from _broker(settings, embedded_runs=bool(running))
    yield _try(
        "readings store",
        lambda: _ping(settings.readings_location, lambda: wiring.readings(settings)),
        where_away="Start it, or mend SIAGA_READINGS_URL.",
    )
    yield _try(
        "city database",
        lambda: _ping(settings.city_location, lambda: wiring.cities(settings)),
        where_away="Start it, or mend SIAGA_CITY_URL.",
    )
    if not _not_there_yet(settings.city_location):
        yield _try("duty", lambda: _duty(settings, clock))
    if settings.reach_file is not None:
        yield _try("residents", lambda: _residents(settings))
    if settings.inbound_file is not None:
        yield _try("messages", lambda: _messages(settings))
    if settings.systems_file is not None or _has_its_desk_elsewhere(settings):
        yield _try("own systems", lambda: _systems(settings, clock))
    if settings.bmkg_url:
        yield _try("weather warnings", lambda: _weather(settings, clock))
    if "api" in running:
        yield Finding("pages", True, f"served at {settings.public_url}")
    else:
        yield _try("pages", lambda: _port(settings))
    if settings.snapshot_folder is not None:
        folder = settings.snapshot_folder
        yield _try("snapshot", lambda: _snapshot(folder, settings.snapshot_every_s, clock))
    for stage in stages:
        beat = running.get(stage)
        if beat is not None:
            fresh = beat.fresh(clock.now_us())
            what = "alive" if fresh else "running once, silent now"
            yield Finding(stage, fresh, what, "" if fresh else f"Look at its log; it was process {beat.pid}.")


def _messages(settings: Settings) -> str:
    """The file of those that bring people's messages, and its secrets."""
    sources = wiring.inbound_sources(settings)
    taken = ", ".join(f"{one.name}{' (IKUT is taken)' if one.follows else ''}" for one in sources)
    return f"people write by {taken}" if sources else "nobody brings people's messages"


def _residents(settings: Settings) -> str:
    """The file, its secrets, and what waits for a channel that nobody carries."""
    file = wiring.reach_file(settings)
    if file is None:
        return "nobody is told"
    kinds = [one.kind for one in file.infos]
    file.check(wiring.outward(settings), SystemClock(), os.environ)
    if _not_there_yet(settings.city_location):
        return f"residents are told by {', '.join(kinds)}"
    with closing(wiring.cities(settings)) as store:
        waiting = store.waiting_sends(settings.city)
        counts = store.subscription_counts(settings.city)
    followed = {kind for (kind, state), count in counts.items() if count and state == "active"}
    missing = sorted((followed | {kind for kind, count in waiting.items() if count}) - set(kinds))
    if missing:
        raise BadInput(
            f"residents follow by {', '.join(missing)}, and no provider carries it",
            where=str(settings.reach_file),
            remedy="Add a [[provider]] of that kind (docs/reach.md).",
        )
    return f"residents are told by {', '.join(kinds)}; {sum(waiting.values())} messages wait"


def _systems(settings: Settings, clock: Clock) -> str:
    """The file, its secrets, which of them do not answer, and what waits for a person."""
    file = wiring.systems_file(settings, wiring.profile(settings))
    if file is None:
        return "cases stay here"
    file.open(wiring.outward(settings), clock, os.environ)
    labels = {one.name: one.label for one in file.infos}
    named = f"cases go to {', '.join(labels.values())}"
    if _not_there_yet(settings.city_location):
        return named
    with closing(wiring.cities(settings)) as store:
        feeds, counts = store.feeds(settings.city), store.filing_counts(settings.city)
    away = next((one for one in feeds if one.said and one.system in labels), None)
    if away is not None:
        raise BadInput(
            f"{labels[away.system]}: {away.said}",
            where=str(settings.systems_file),
            remedy="Nothing is lost; it is tried on. Look at /petugas/sistem.",
        )
    by_person = sum(count for (name, state), count in counts.items() if name in labels and state in _FOR_A_PERSON)
    return f"{named}; {by_person} cases wait for a person's word" if by_person else named


def _weather(settings: Settings, clock: Clock) -> str:
    """Whether BMKG's feed was heard within the half hour."""
    wiring.weather_feed(settings, clock)
    if _not_there_yet(settings.city_location):
        return f"{settings.bmkg_url} will be asked"
    with closing(wiring.cities(settings)) as store:
        feed = store.weather_feed(settings.city)
    if feed is None:
        raise BadInput("BMKG's feed was never asked", where=settings.bmkg_url, remedy="Start `siaga weather`.")
    now_us = clock.now_us()
    if feed.stale(now_us):
        ago = "ever" if feed.heard_us is None else f"for {(now_us - feed.heard_us) / SECOND_US / 60:.0f} min"
        raise BadInput(
            f"BMKG's feed was not heard {ago}" + (f": {feed.trouble}" if feed.trouble else ""),
            where=settings.bmkg_url,
            remedy="Until then its warnings bear no gauge out. Look at the log of `siaga weather`.",
        )
    return "BMKG's feed is heard" + (f", but {feed.trouble}" if feed.trouble else "")


def _has_its_desk_elsewhere(settings: Settings) -> bool:
    """False, too, for a city whose folder cannot be read: that is a finding of its own."""
    try:
        return bool(wiring.profile(settings).desk)
    except BadInput:
        return False


def _try(part: str, look: Callable[[], str], *, where_away: str = "") -> Finding:
    """`where_away` is the remedy where a server does not answer."""
    try:
        return Finding(part, True, look())
    except BadInput as error:
        where = f"{error.where}: " if error.where else ""
        return Finding(part, False, f"{where}{error.what}", error.remedy)
    except PortError as error:
        return Finding(part, False, str(error), where_away)


def _clock(clock: Clock) -> Finding:
    now = from_us(clock.now_us())
    fine = now.year >= EARLIEST_YEAR
    return Finding("clock", fine, f"{now:%Y-%m-%d %H:%M:%S} UTC", "" if fine else "Set the clock or let NTP through.")


def _disk(settings: Settings) -> Finding:
    try:
        folder = data_folder.look(settings.data_folder)
    except BadInput as error:
        return Finding("data folder", False, f"{error.where}: {error.what}", error.remedy)
    free = shutil.disk_usage(folder).free
    fine = free >= SMALLEST_FREE_BYTES
    remedy = "" if fine else f"Free at least {SMALLEST_FREE_BYTES // 2**20} MiB or move SIAGA_DATA_FOLDER."
    return Finding("disk", fine, f"{free / 2**30:.1f} GiB free under {folder}", remedy)


def _city_folder(settings: Settings) -> str:
    from cities.check import check

    findings = check(settings.city, settings.cities_folder, now_us=SystemClock().now_us())
    if findings:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        raise BadInput(f"{first}{more}", remedy=f"`siaga city check {settings.city}` lists all.")
    profile = wiring.profile(settings)
    return f"{profile.name}: {len(profile.nodes)} nodes at {len(profile.sites)} sites"


def _rules(settings: Settings) -> str:
    from cities.load import rules_folder
    from siaga import rulecheck

    findings = rulecheck.check(rules_folder(settings.city, settings.cities_folder), wiring.profile(settings))
    if findings:
        raise findings[0]
    return f"{len(wiring.rules(settings))} rules"


def _broker(settings: Settings, *, embedded_runs: bool) -> Iterator[Finding]:
    for address in wiring.brokers(settings):
        ours = address == ("127.0.0.1", settings.mqtt_port) and not settings.broker_ca_file
        if ours and not embedded_runs and not _listens(address):
            yield _try("broker", lambda: _embedded(settings))
        else:
            yield _try("broker", lambda address=address: _reach(settings, address))  # type: ignore[misc]


def _listens(address: BrokerAddress) -> bool:
    try:
        with socket.create_connection(address, timeout=2):
            return True
    except OSError:
        return False


def _reach(settings: Settings, address: BrokerAddress) -> str:
    """As a service would: over TLS where certificates are set, else with an MQTT greeting."""
    where = f"{address.host}:{address.port}"
    tls = wiring.tls(settings)
    try:
        with socket.create_connection(address, timeout=2) as sock:
            if tls is not None:
                with tls_files.context(tls).wrap_socket(sock, server_hostname=address.host):
                    return f"{where} accepts connections over TLS"
    except ssl.SSLError as error:
        raise BadInput(
            f"no TLS with it ({error.reason or error})",
            where=where,
            remedy="Its certificate must name this host and be signed by the CA of SIAGA_BROKER_CA_FILE.",
        ) from None
    except OSError as error:
        raise BadInput(
            error.strerror or str(error), where=where, remedy="Start the broker, or mend SIAGA_BROKERS."
        ) from None
    if not answers(address, timeout_s=2):
        raise BadInput(
            "something listens there and is no MQTT broker, or one that wants TLS",
            where=where,
            remedy="Mend SIAGA_BROKERS, or set SIAGA_BROKER_CA_FILE and its companions.",
        )
    return f"{where} accepts connections"


def _embedded(settings: Settings) -> str:
    from broker.embedded import program

    check_free("127.0.0.1", settings.mqtt_port, "mqtt_port")
    return f"none runs; `siaga up` will start {program()} on port {settings.mqtt_port}"


def _not_there_yet(location: str) -> bool:
    """A SQLite file that the first start will make: looking must not make it."""
    scheme, _, path = location.partition(":///")
    return scheme == "sqlite" and not Path(path).exists()


def _ping(location: str, open_store: Callable[[], CityStore | ReadingStore]) -> str:
    if _not_there_yet(location):
        return "none yet; the first start makes it"
    store = open_store()
    try:
        store.ping()
    finally:
        store.close()
    return "answers"


def _duty(settings: Settings, clock: Clock) -> str:
    """Whether somebody is on duty in each hour of the week to come, and can be woken. A city that names no channels has
    no duty by these means."""
    file = wiring.channel_file(settings)
    if file is None:
        return "nobody is woken: no SIAGA_CHANNELS_FILE (docs/duty.md)"
    names = {one.name for one in file.infos}
    city, now_us = wiring.profile(settings), clock.now_us()
    store = wiring.cities(settings)
    try:
        shifts = store.shifts(city.code, now_us, now_us + _WEEK_US)
        ways: dict[str, list[Way]] = {}
        for way in store.ways(city.code):
            if way.channel in names:
                ways.setdefault(way.person, []).append(way)
    finally:
        store.close()
    found = gaps(shifts, now_us, now_us + _WEEK_US)
    if found:
        zone = ZoneInfo(city.zone)
        begin, end = (from_us(us).astimezone(zone) for us in found[0])
        more = f" and {len(found) - 1} more gaps" if len(found) > 1 else ""
        raise BadInput(
            f"nobody is on duty from {begin:%a %d %b %H.%M} to {end:%a %d %b %H.%M} {city.zone_word}{more}",
            remedy="Fill the roster on /jaga/jadwal.",
        )
    bare = {one.person for one in shifts if not wakes(ways.get(one.person, ()))}
    if bare:
        raise BadInput(
            f"{len(bare)} of those on duty have no two channels of which one rings",
            remedy="Enter them on /jaga/jadwal and try them.",
        )
    return "somebody is on duty in each hour of the week to come, and can be woken"


def _snapshot(folder: Path, every_s: float, clock: Clock) -> str:
    """Whether the public pages lie there as files, and are taken still."""
    shown = folder / NOW
    try:
        age_s = clock.now_us() / SECOND_US - shown.lstat().st_mtime
    except OSError:
        raise BadInput("no snapshot of the pages yet", where=str(folder), remedy="Start `siaga snapshot`.") from None
    if age_s > max(_OLD_SETS * every_s, _OLD_S):
        what = f"the newest snapshot of the pages is {age_s / 60:.0f} min old"
        raise BadInput(what, where=str(shown), remedy="Start `siaga snapshot`, or look at its log.")
    return f"the pages lie in {shown}, taken {max(age_s, 0):.0f} s ago"


def _port(settings: Settings) -> str:
    check_free(settings.api_host, settings.api_port, "api_port")
    return f"port {settings.api_port} on {settings.api_host} is free"
