"""A city whose links are the trial's: nodes and services reach their brokers by whatever lies between.

The city itself is that of `faults.parts.served_city`, on SQLite: what is tried here is the way, not the stores.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from broker.ports import BrokerAddress
from contract.clock import SECOND_US
from edge.outbound import Transport
from faults.laboratory import Laboratory
from faults.parts import tiny_city
from faults.parts.brokers import wait_until
from faults.parts.must import must
from faults.parts.netns import Namespace
from faults.parts.served_city import SPEED, ServedCity, steered_city, write_city
from faults.parts.stages import ROOT
from faults.result import Result
from firmware_sim.node import ALIVE
from store import open_city, open_readings

_KEEPING = """
listener {{port}} {host}
allow_anonymous true
persistence true
persistence_location {{folder}}/data/
autosave_interval 60
persistent_client_expiration 1h
max_inflight_messages 500
max_queued_messages 0
set_tcp_nodelay true
log_dest file {{folder}}/mosquitto.log
"""
ANYWHERE, LOOPBACK = _KEEPING.format(host="0.0.0.0"), _KEEPING.format(host="127.0.0.1")  # noqa: S104
"""Mosquitto as the city profile has it keep and queue, without its doors. The first is for a network of its own, where
nobody else is. One that saved at every change would be busy with nothing else while a thousand nodes come back."""
_LEASE_S = 2.0
_UP_S = 60.0
_LOOK_S = 0.05


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How nodes and services reach a broker: the addresses they try, and the network they are in (None: ours)."""

    nodes: Sequence[BrokerAddress]
    services: Sequence[BrokerAddress]
    nodes_in: Namespace | None = None
    services_in: Namespace | None = None


@contextlib.contextmanager
def linked_city(
    laboratory: Laboratory,
    name: str,
    ways: Ways,
    *,
    rivers: int,
    points: int,
    speed: float = SPEED,
    keepalive_s: int = 30,
    transport: Transport = ALIVE,
    outages: bool = False,
) -> Iterator[ServedCity]:
    """A city in a room called `name`, up and accepting readings. `keepalive_s` is everybody's; with `outages` the
    silence of WiFi points is judged too. Raises Broken where it does not come up."""
    room = laboratory.room(name)
    write_city(room / "cities", rivers, points)
    if outages:
        rules = ROOT / "cities" / "yogyakarta" / "rules"
        shutil.copy(rules / "hotspot.toml", room / "cities" / tiny_city.CODE / "rules")
    settings: dict[str, object] = {
        **tiny_city.settings(room),
        "SIAGA_BROKERS": ",".join(f"{one.host}:{one.port}" for one in ways.services),
        "SIAGA_BROKER_KEEPALIVE_S": keepalive_s,
        "SIAGA_SPEED": speed,
        "SIAGA_LEASE_TTL_S": _LEASE_S,
    }
    with contextlib.ExitStack() as stack:
        cities = stack.enter_context(contextlib.closing(open_city(str(settings["SIAGA_CITY_URL"]))))
        readings = stack.enter_context(contextlib.closing(open_readings(str(settings["SIAGA_READINGS_URL"]))))
        with _in(ways.nodes_in):
            city = stack.enter_context(
                steered_city(
                    laboratory,
                    room,
                    settings,
                    readings,
                    cities,
                    ways.nodes,
                    speed=speed,
                    transport=transport,
                    keepalive_s=keepalive_s,
                )
            )
        with _in(ways.services_in):
            city.start("ingest")
            city.start("alerts")
        city.await_stages("ingest", "alerts")
        city.await_leader()
        must(recovered(city, city.nodes, 0, _UP_S) is not None, f"no readings: {city.stage('ingest').said()}")
        yield city


def _in(place: Namespace | None) -> contextlib.AbstractContextManager[None]:
    return contextlib.nullcontext() if place is None else place.entered()


def recovered(city: ServedCity, nodes: Collection[str], since_us: int, within_s: float) -> float | None:
    """How long (s) after the wall time `since_us` each of these nodes had a reading kept again: the slowest of them.
    None where that did not come in time."""
    kept: dict[str, int] = {}
    looked_us = since_us

    def all_are_back() -> bool:
        nonlocal looked_us
        while rows := city.readings.received_since(city.city, looked_us):
            for row in rows:
                kept.setdefault(row.series.node, row.received_us)
            looked_us = rows[-1].received_us + 1
        return kept.keys() >= set(nodes)

    if not wait_until(all_are_back, within_s, _LOOK_S):
        return None
    return (max(kept[node] for node in nodes) - since_us) / SECOND_US


def recovery(city: ServedCity, result: Result, since_us: int, within_s: float, during: str) -> None:
    """Note how long the whole city took from `since_us` on; a failure where some node does not come back."""
    took_s = recovered(city, city.nodes, since_us, within_s)
    if took_s is None:
        result.expect(False, f"{during}: not every node has a reading kept within {within_s:.0f} s")
    else:
        result.recoveries_s.append(took_s)


def close_books(city: ServedCity, result: Result, within_s: float, during: str = "the end") -> None:
    """End the city once every reading has its answer. A way that was broken is no reason to refuse or drop one."""
    result.expect(city.drained(within_s), f"{during}: some readings were never answered")
    before = (result.refused, result.dropped)
    city.settle(result)
    refused, dropped = result.refused - before[0], result.dropped - before[1]
    result.expect(not refused and not dropped, f"{during}: {refused} good readings were refused, {dropped} dropped")


def pause(for_s: float) -> None:
    """Let a fault last."""
    threading.Event().wait(for_s)


def told(city: ServedCity, result: Result, gauge: str, within_s: float, during: str) -> None:
    """The flood at `gauge` is an incident and a case by now, or within `within_s`."""
    if not city.is_told(gauge, within_s):
        result.expect(False, f"{during}: the flood at {gauge} is no case within {within_s:.0f} s")
