"""The broker starts again with nothing: sessions, retained births and states, and every message it had confirmed.

Everything of the nodes is compressed alike, reconnects and resends too, so that the rules see what a city would: a
broker that is away for longer than a point may be silent, and nodes that need their time to come back.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, closing

from broker.subscription import PahoSubscription
from contract import topics
from contract.clock import SystemClock
from contract.compress import compressed
from edge.outbound import Transport
from faults.laboratory import Laboratory
from faults.parts.brokers import RunningBroker, mosquitto, nats, wait_until
from faults.parts.linked_city import Ways, close_books, linked_city, pause, recovery, told
from faults.parts.served_city import ServedCity
from faults.result import Result

_SPEED = 300.0
_POINTS = 5
_WITHIN_S = 90.0
_AWAY_S = (0.5, 30.0)
_AWAY_SHORT_S = (4.5, 5.5)
"""longer than a point may be silent: without the canary it would be told as down"""
_STORES = ("data", "jetstream")
"""where Mosquitto and nats-server keep what they know"""


def run(laboratory: Laboratory) -> Result:
    """Half of the rounds on Mosquitto, half on the embedded broker. The river of each round rises while it is away."""
    result = laboratory.result()
    half = laboratory.rounds // 2
    _on(laboratory, result, "city-0", mosquitto, laboratory.rounds - half)
    if half:
        _on(laboratory, result, "city-1", nats, half)
    return result


def _on(
    laboratory: Laboratory,
    result: Result,
    name: str,
    broker: Callable[[], AbstractContextManager[RunningBroker]],
    rounds: int,
) -> None:
    transport = compressed(Transport(boot_delay_s=60.0), _SPEED)
    with broker() as running:
        ways = Ways(nodes=[running.address], services=[running.address])
        with linked_city(
            laboratory, name, ways, rivers=rounds, points=_POINTS, speed=_SPEED, transport=transport, outages=True
        ) as city:
            for number in range(1, rounds + 1):
                during = f"{running.name}, round {number}"
                before = {node: one.birth_no for node, one in city.cities.presences(city.city).items()}
                gauge = city.rise(during)
                result.expect(_tells_of_all(city, running), f"{during}: it had nothing to forget")
                running.kill()
                for store in _STORES:
                    shutil.rmtree(running.folder / store, ignore_errors=True)
                away_s = laboratory.rng.uniform(*(_AWAY_SHORT_S if laboratory.short else _AWAY_S))
                pause(away_s)
                back_us = laboratory.clock.now_us()
                running.start()
                recovery(city, result, back_us, _WITHIN_S, during)
                told(city, result, gauge, _WITHIN_S, during)
                _is_known_again(city, result, running, before, during)
                laboratory.say(f"broker-amnesia: {during}: away {away_s:.1f} s")
            _no_outage(city, result, running.name)
            close_books(city, result, _WITHIN_S, running.name)


def _is_known_again(
    city: ServedCity, result: Result, running: RunningBroker, before: Mapping[str, int], during: str
) -> None:
    """Every node has said anew who it is and that it is there: the city knows it, and whoever asks the broker."""
    nodes = city.nodes

    def all_present() -> bool:
        now = city.cities.presences(city.city)
        return all(node in now and now[node].online and now[node].birth_no > before[node] for node in nodes)

    result.expect(wait_until(all_present, _WITHIN_S, 0.05), f"{during}: not every node is known to be there again")
    result.expect(_tells_of_all(city, running), f"{during}: the broker tells a newcomer not of every node")


def _tells_of_all(city: ServedCity, running: RunningBroker) -> bool:
    """Whether a newcomer hears from the broker of every node's birth and status."""
    nodes = city.nodes
    wanted = {topics.birth(city.city, node) for node in nodes} | {topics.status(city.city, node) for node in nodes}
    heard: set[str] = set()
    filters = [(topics.every_node(city.city, leaf), 1) for leaf in ("birth", "status")]
    with closing(
        PahoSubscription([running.address], "siaga-trial", filters, rng=random.Random(1), clock=SystemClock())
    ) as listener:

        def all_heard() -> bool:
            messages = listener.take(100, 0.1)
            listener.done(messages)
            heard.update(message.topic for message in messages if message.retain)
            return heard >= wanted

        return wait_until(all_heard, _WITHIN_S)


def _no_outage(city: ServedCity, result: Result, where: str) -> None:
    """The way was broken, not the points: nobody is told that one is down."""
    outages = [one for one in city.cities.incidents(city.city) if one.subject != "flood"]
    result.expect(not outages, f"{where}: {len(outages)} points were said to be down")
    result.figures["outages_told"] = result.figures.get("outages_told", 0) + len(outages)
