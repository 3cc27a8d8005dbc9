"""What the city wishes of a node for a while, said over the broker.

A wish ends by itself and is said again while it is still wanted: a node that was away, or a broker that forgot, misses
one turn and no more.
"""

from __future__ import annotations

from broker.ports import Subscription
from contract import topics
from contract.codec import encode
from contract.messages import Burst


class BrokerTwin:
    """The twins of one city's nodes. It speaks through a stage's own connection, which that stage opens and closes."""

    def __init__(self, city: str, subscription: Subscription) -> None:
        self._city = city
        self._subscription = subscription

    def hurry(self, node: str, sensor: str, period_s: float, for_s: float, now_us: int) -> bool:
        """Ask for a sample at least every `period_s` for `for_s` seconds. False where the broker cannot be reached."""
        wish = Burst(city=self._city, node=node, sensor=sensor, period_s=period_s, for_s=for_s, sent_us=now_us)
        return self._subscription.publish(topics.command(self._city, node, topics.BURST), encode(wish), qos=0)
