"""Which orders of the city a node carries out, and what it answers. Pure."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from contract.clock import MINUTE_US, SECOND_US
from contract.messages import SirenAnswer, SirenOrder
from edge.siren.port import Blow, Blown

_KEPT = 200
_SAID_MOST = 200
_AHEAD_US = MINUTE_US


class Orders:
    """One node's. `sirens` are the names of those that hang on it."""

    def __init__(self, city: str, node: str, sirens: Collection[str]) -> None:
        self._me = (city, node)
        self._sirens = frozenset(sirens)
        self._under_way: set[tuple[str, str, str]] = set()
        self._done: dict[tuple[str, str, str], SirenAnswer] = {}

    def hear(self, order: SirenOrder, now_us: int | None) -> Blow | SirenAnswer | None:
        """What to do, what to say, or nothing because it is being done. `now_us` None: nobody knows the time, and an
        order that the broker does not keep is new.

        What was done is not done again and is answered again, however late; what went wrong is tried again.
        """
        call = (order.siren, order.do, order.key)
        if (order.city, order.node) != self._me:
            return self._refused(order, "not_ours", f"the order is for {order.node} in {order.city}")
        if order.siren not in self._sirens:
            known = ", ".join(sorted(self._sirens)) or "none"
            return self._refused(order, "unknown", f"there is no siren {order.siren} here; there is: {known}")
        if call in self._done:
            return self._done[call]
        if call in self._under_way:
            return None
        if now_us is not None and not order.sent_us - _AHEAD_US <= now_us < order.expires_us:
            late_s = (now_us - order.sent_us) / SECOND_US
            return self._refused(order, "late", f"by this node's clock it was given {late_s:.0f} s ago")
        self._under_way.add(call)
        return Blow(order.siren, order.key, order.do, order.for_s, order.drill)

    def came_of(self, blown: Blown) -> SirenAnswer:
        """What to say of an order that was passed on."""
        call = (blown.siren, blown.do, blown.key)
        self._under_way.discard(call)
        city, node = self._me
        answer = SirenAnswer(
            city=city,
            node=node,
            siren=blown.siren,
            key=blown.key,
            outcome=("busy" if blown.busy else "failed") if blown.trouble else "done",
            for_s=blown.for_s,
            said=blown.trouble[:_SAID_MOST],
        )
        if not blown.trouble:
            self._done[call] = answer
            while len(self._done) > _KEPT:
                del self._done[next(iter(self._done))]
        return answer

    def _refused(self, order: SirenOrder, outcome: Literal["unknown", "late", "not_ours"], said: str) -> SirenAnswer:
        city, node = self._me
        return SirenAnswer(
            city=city, node=node, siren=order.siren, key=order.key, outcome=outcome, said=said[:_SAID_MOST]
        )
