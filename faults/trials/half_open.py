"""The peer is gone and nobody says so: nodes, ingest and alerts notice by keep-alive, and come back."""

from __future__ import annotations

from contextlib import ExitStack
from typing import NamedTuple

from contract.clock import SECOND_US
from faults.laboratory import Laboratory
from faults.parts.brokers import mosquitto, wait_until
from faults.parts.linked_city import LOOPBACK, Ways, close_books, linked_city, recovery, told
from faults.parts.tcp_lines import FAIR, HALF_OPEN
from faults.parts.tcp_proxy import TcpProxy, tcp_proxy
from faults.result import Result

_POINTS = 5
_SERVICES = 2
"""ingest and alerts"""
_WITHIN_S = 120.0
_NOTICED_WITHIN = 1.5
"""keep-alives"""
_SPARE_S = 5.0
_LOOK_S = 8.0


class _Part(NamedTuple):
    """Rounds with one keep-alive. 60 s is a node's own; a round of it takes a minute and a half."""

    keepalive_s: int
    rounds: int


def run(laboratory: Laboratory) -> Result:
    """By turns the nodes' side, the services' side and both are dead. A river rises in each round."""
    result = laboratory.result()
    rounds = laboratory.rounds
    parts = [_Part(3, rounds)] if laboratory.short else [_Part(60, min(3, rounds)), _Part(6, max(0, rounds - 3))]
    noticed: list[float] = []
    for part in parts:
        if part.rounds:
            noticed += _with_keepalive(laboratory, result, part)
    result.figures["noticed_after_keepalives_max"] = round(max(noticed, default=0.0), 2)
    return result


def _with_keepalive(laboratory: Laboratory, result: Result, part: _Part) -> list[float]:
    """Returns after how many keep-alives each connection was given up."""
    noticed: list[float] = []
    with ExitStack() as stack:
        broker = stack.enter_context(mosquitto(LOOPBACK))
        near = stack.enter_context(tcp_proxy(broker.address, laboratory.clock, laboratory.rng))
        far = stack.enter_context(tcp_proxy(broker.address, laboratory.clock, laboratory.rng))
        city = stack.enter_context(
            linked_city(
                laboratory,
                f"city-{part.keepalive_s}",
                Ways(nodes=[near.address], services=[far.address]),
                rivers=part.rounds,
                points=_POINTS,
                keepalive_s=part.keepalive_s,
            )
        )
        sides = {"both sides": [near, far], "the services": [far], "the nodes": [near]}
        connected = {near: len(city.nodes), far: _SERVICES}
        for number in range(part.rounds):
            who = list(sides)[number % len(sides)]
            during = f"keep-alive {part.keepalive_s} s, round {number + 1}, {who}"
            gauge = city.rise(during)
            least = sum(connected[proxy] for proxy in sides[who])
            noticed += _dead(laboratory, result, sides[who], least, part.keepalive_s, during)
            healed_us = laboratory.clock.now_us()
            for proxy in sides[who]:
                proxy.set_weather(FAIR)
            recovery(city, result, healed_us, _WITHIN_S, during)
            told(city, result, gauge, _WITHIN_S, during)
            laboratory.say(f"half-open: {during}: {max(noticed, default=0.0):.2f} keep-alives at most")
        close_books(city, result, _WITHIN_S)
    return noticed


def _dead(
    laboratory: Laboratory, result: Result, proxies: list[TcpProxy], least: int, keepalive_s: int, during: str
) -> list[float]:
    """Until everybody has noticed, or it has taken too long. At least so many connections die."""
    alive = [caller for proxy in proxies for caller in proxy.callers() if caller.ended_us is None]
    result.expect(len(alive) >= least, f"{during}: only {len(alive)} connections of {least} were there to die")
    died_us = laboratory.clock.mono_us()
    for proxy in proxies:
        proxy.set_weather(HALF_OPEN)
    left_s = _NOTICED_WITHIN * keepalive_s + _SPARE_S
    while left_s > 0 and not wait_until(lambda: all(one.ended_us for one in alive), min(left_s, _LOOK_S)):
        left_s -= _LOOK_S
        laboratory.say(f"half-open: {during}: waiting")
    after = [(one.ended_us - died_us) / SECOND_US / keepalive_s for one in alive if one.ended_us is not None]
    result.expect(len(after) == len(alive), f"{during}: {len(alive) - len(after)} of {len(alive)} never noticed")
    late = [one for one in after if one > _NOTICED_WITHIN]
    result.expect(not late, f"{during}: noticed after {max(late, default=0):.2f} keep-alives")
    return after
