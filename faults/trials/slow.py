"""A link of 64 kbit/s that others use too; then one of two seconds' round trip that stands still now and then."""

from __future__ import annotations

from contract.clock import SECOND_US
from faults.laboratory import Laboratory
from faults.parts.linked_city import close_books, linked_city, pause, recovery, told
from faults.parts.linked_network import LinkedNetwork, linked_network
from faults.parts.netns import busy
from faults.parts.served_city import ServedCity
from faults.parts.tcp_lines import FAIR, Way, Weather
from faults.result import Result

_SPEED = 300.0
_POINTS = 3
_ROUNDS_A_CITY = 2
"""A world that runs three hundred times as fast fills 64 kbit/s with ten nodes: more rivers would be another trial."""
_BITS_PER_S = 64_000
_FAR = Way(latency_s=1.0, stall_share=0.05, stall_s=3.0)
_WITHIN_S = 120.0
_LASTS_S, _LASTS_SHORT_S = (20.0, 60.0), (0.5, 1.0)


def run(laboratory: Laboratory) -> Result:
    """Two rivers rise in each round: one over the narrow link, one over the long one. Both are told meanwhile."""
    result = laboratory.result()
    for first in range(0, laboratory.rounds, _ROUNDS_A_CITY):
        rounds = min(_ROUNDS_A_CITY, laboratory.rounds - first)
        with (
            linked_network(laboratory) as linked,
            linked_city(
                laboratory, f"city-{first}", linked.ways, rivers=2 * rounds, points=_POINTS, speed=_SPEED
            ) as city,
        ):
            for number in range(first + 1, first + rounds + 1):
                _narrow(laboratory, result, linked, city, f"round {number}, 64 kbit/s")
                _far(laboratory, result, linked, city, f"round {number}, 2 s round trip")
            close_books(city, result, _WITHIN_S)
    return result


def _narrow(laboratory: Laboratory, result: Result, linked: LinkedNetwork, city: ServedCity, during: str) -> None:
    linked.nodes.crawl(_BITS_PER_S)
    with busy(linked.nodes):
        _last(laboratory, result, city, during)
    healed_us = laboratory.clock.now_us()
    waited = linked.nodes.run_free()
    result.expect(waited, f"{during}: no packet ever waited, the link was wide enough")
    recovery(city, result, healed_us, _WITHIN_S, during)


def _far(laboratory: Laboratory, result: Result, linked: LinkedNetwork, city: ServedCity, during: str) -> None:
    linked.proxy.set_weather(Weather(_FAR, _FAR))
    linked.proxy.reset_all()  # they also have to find back over such a link
    far_us = laboratory.clock.now_us()
    _last(laboratory, result, city, during)
    healed_us = laboratory.clock.now_us()
    rows = [row for row in city.readings.received_since(city.city, far_us) if row.observed_us >= far_us]
    soonest_s = min((row.received_us - row.observed_us for row in rows), default=0) / SECOND_US
    result.expect(soonest_s >= _FAR.latency_s, f"{during}: a reading was kept after {soonest_s:.2f} s")
    linked.proxy.set_weather(FAIR)
    recovery(city, result, healed_us, _WITHIN_S, during)


def _last(laboratory: Laboratory, result: Result, city: ServedCity, during: str) -> None:
    gauge = city.rise(during)
    pause(laboratory.rng.uniform(*(_LASTS_SHORT_S if laboratory.short else _LASTS_S)))
    told(city, result, gauge, _WITHIN_S, during)
    laboratory.say(f"slow: {during}: told")
