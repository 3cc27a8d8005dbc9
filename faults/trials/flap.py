"""The link goes down and up every few seconds: the nodes' or the services' cable, or a box on the way that resets."""

from __future__ import annotations

from faults.laboratory import Laboratory
from faults.parts.linked_city import close_books, linked_city, pause, recovery, told
from faults.parts.linked_network import LinkedNetwork, linked_network
from faults.result import Result

_POINTS = 5
_WITHIN_S = 120.0
_LASTS_S, _LASTS_SHORT_S = 45.0, 1.5
_SPELL_S, _SPELL_SHORT_S = (3.0, 30.0), (0.2, 0.6)
_WAYS = ("the nodes' link", "the services' link", "resets", "both links")


def run(laboratory: Laboratory) -> Result:
    """A river rises in each round, and the link of that round flaps meanwhile."""
    result = laboratory.result()
    with (
        linked_network(laboratory) as linked,
        linked_city(laboratory, "city", linked.ways, rivers=laboratory.rounds, points=_POINTS) as city,
    ):
        flaps = 0
        for number in range(laboratory.rounds):
            way = _WAYS[number % len(_WAYS)]
            during = f"round {number + 1}, {way}"
            gauge = city.rise(during)
            flaps += _flap(laboratory, result, linked, way, during)
            recovery(city, result, laboratory.clock.now_us(), _WITHIN_S, during)
            told(city, result, gauge, _WITHIN_S, during)
            laboratory.say(f"flap: {during}: told")
        result.figures["times_down"] = flaps
        close_books(city, result, _WITHIN_S)
    return result


def _flap(laboratory: Laboratory, result: Result, linked: LinkedNetwork, way: str, during: str) -> int:
    """Until the round's time is over; the link is up in the end. Returns how often it was down."""
    lasts_s = _LASTS_SHORT_S if laboratory.short else _LASTS_S
    spell_s = _SPELL_SHORT_S if laboratory.short else _SPELL_S
    spokes = {
        "the nodes' link": [linked.nodes],
        "the services' link": [linked.services],
        "both links": [linked.nodes, linked.services],
        "resets": [],
    }[way]
    times = cut = 0
    while lasts_s > 0:
        down_s, up_s = laboratory.rng.uniform(*spell_s), laboratory.rng.uniform(*spell_s)
        if not spokes:
            cut += linked.proxy.down()
        for spoke in spokes:
            spoke.down()
            result.expect(not spoke.reaches(linked.broker.address.port), f"{during}: {spoke.name} is not cut off")
        pause(down_s)
        for spoke in spokes:
            spoke.up()
        linked.proxy.up()
        times += 1
        lasts_s -= down_s + up_s
        if lasts_s > 0:
            pause(up_s)
            laboratory.say(f"flap: {way}: {lasts_s:.0f} s to go")
    result.expect(spokes or cut, f"{during}: no connection was reset")
    return times
