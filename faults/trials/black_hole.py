"""Packets vanish on the way, in one direction or both; and where nodes know two brokers, one of them vanishes whole."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from broker.ports import BrokerAddress
from contract.clock import SECOND_US
from faults.laboratory import Laboratory
from faults.parts.brokers import RunningBroker, mosquitto
from faults.parts.linked_city import (
    ANYWHERE,
    Ways,
    close_books,
    linked_city,
    pause,
    recovered,
    recovery,
    told,
)
from faults.parts.linked_network import NODES, SERVICES
from faults.parts.netns import Spoke, network
from faults.parts.served_city import ServedCity
from faults.result import Result

_POINTS = 5
_WITHIN_S = 150.0
_KEEPALIVE_S, _KEEPALIVE_SHORT_S = 10, 3
_LASTS_S, _LASTS_SHORT_S = (1.0, 40.0), (1.0, 5.0)
_ONE_BROKER = "one broker"
_WAYS = (_ONE_BROKER, "both ways", "to the hub", "from the hub", "half of all packets")
_SHARES = {"both ways": (1.0, 1.0), "to the hub": (1.0, 0.0), "from the hub": (0.0, 1.0)}
_FEW = (0.5, 0.5)
_SAY_S = 8.0
_IN_FLIGHT_US = SECOND_US
"""what was on its way when the packets began to vanish is no sign of a way back"""
_BESIDE = """
listener {port} 0.0.0.0
allow_anonymous true
max_queued_messages 0
max_inflight_messages 500
log_dest file {folder}/mosquitto.log
connection beside
address 127.0.0.1:FIRST
topic siaga/# both 1
restart_timeout 1
"""
"""a plain second broker beside the first one: a bridge carries everything between them"""


def run(laboratory: Laboratory) -> Result:
    """A river rises in each round. With two brokers nodes and services find the other one while the first is gone."""
    result = laboratory.result()
    keepalive_s = _KEEPALIVE_SHORT_S if laboratory.short else _KEEPALIVE_S
    failovers: list[float] = []
    with ExitStack() as stack:
        net = stack.enter_context(network(NODES, SERVICES))
        with net.hub.entered():
            first = stack.enter_context(mosquitto(ANYWHERE))
            second = stack.enter_context(mosquitto(_BESIDE.replace("FIRST", str(first.address.port))))
        nodes, services = net.spokes[NODES], net.spokes[SERVICES]
        ways = Ways(
            nodes=[BrokerAddress(nodes.hub_address, one.address.port) for one in (first, second)],
            services=[BrokerAddress(services.hub_address, one.address.port) for one in (first, second)],
            nodes_in=nodes.place,
            services_in=services.place,
        )
        city = stack.enter_context(
            linked_city(laboratory, "city", ways, rivers=laboratory.rounds, points=_POINTS, keepalive_s=keepalive_s)
        )
        spokes = [nodes, services]
        for number in range(laboratory.rounds):
            way = _WAYS[number % len(_WAYS)]
            during = f"round {number + 1}, {way}"
            gauge = city.rise(during)
            if way == _ONE_BROKER:
                gone = (first, second)[number // len(_WAYS) % 2]
                failovers.append(_without(laboratory, result, city, spokes, gone, during))
            else:
                _lose(laboratory, laboratory.rng.choice([spokes, [nodes], [services]]), way)
            healed_us = laboratory.clock.now_us()
            lost = sum(spoke.heal() for spoke in spokes)
            result.expect(lost, f"{during}: not one packet was lost")
            recovery(city, result, healed_us, _WITHIN_S, during)
            told(city, result, gauge, _WITHIN_S, during)
            laboratory.say(f"black-hole: {during}: told")
        close_books(city, result, _WITHIN_S)
    result.figures["failover_s_max"] = round(max(failovers), 1)
    return result


def _without(
    laboratory: Laboratory, result: Result, city: ServedCity, spokes: Sequence[Spoke], gone: RunningBroker, during: str
) -> float:
    """One broker's packets vanish until everybody has found the other one. Returns how long (s) that took."""
    gone_us = laboratory.clock.now_us()
    for spoke in spokes:
        spoke.lose(up=1.0, down=1.0, port=gone.address.port)
    pause(_IN_FLIGHT_US / SECOND_US)
    since_us = laboratory.clock.now_us()
    for _ in range(round(_WITHIN_S / _SAY_S)):
        took_s = recovered(city, city.nodes, since_us, _SAY_S)
        if took_s is not None:
            return took_s + (since_us - gone_us) / SECOND_US
        laboratory.say(f"black-hole: {during}: not everybody has found the other broker yet")
    result.expect(False, f"{during}: not everybody has found the other broker")
    return _WITHIN_S


def _lose(laboratory: Laboratory, spokes: Sequence[Spoke], way: str) -> None:
    up, down = _SHARES.get(way, _FEW)
    for spoke in spokes:
        spoke.lose(up=up, down=down)
    left_s = laboratory.rng.uniform(*(_LASTS_SHORT_S if laboratory.short else _LASTS_S))
    while left_s > 0:
        pause(min(left_s, _SAY_S))
        left_s -= _SAY_S
        laboratory.say(f"black-hole: {way}: {max(0.0, left_s):.0f} s to go")
