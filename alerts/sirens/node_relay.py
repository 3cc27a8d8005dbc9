"""A siren, loudspeaker or strobe that hangs on a node of the city's own."""

from __future__ import annotations

from typing import Literal

from alerts.sirens.nodes import Nodes
from contract.clock import SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from contract.messages import SirenAnswer, SirenOrder

WAIT_S = 5.0
VALID_S = 30.0
"""for how long an order holds on its way: one that a line has held up longer is refused by the node, and given anew"""
_NEVER = frozenset({"unknown", "not_ours"})


class NodeRelay:
    """One device. The node carries an order out once, answers it each time it comes, and silences by itself."""

    def __init__(self, city: str, node: str, siren: str, nodes: Nodes, clock: Clock, *, wait_s: float = WAIT_S) -> None:
        self._city = city
        self._node = node
        self._siren = siren
        self._nodes = nodes
        self._clock = clock
        self._wait_s = wait_s

    def sound(self, for_s: float, key: str, *, drill: bool = False) -> str:
        """See `Siren.sound`. A drill sounds in a rhythm of its own."""
        return f"{self._node}: {self._ask('sound', key, for_s, drill=drill).for_s:g} s"

    def stop(self, key: str) -> str:
        """See `Siren.stop`."""
        self._ask("stop", key)
        return f"{self._node}: 0 s"

    def test(self, key: str) -> str:
        """See `Siren.test`. The line is read and not switched."""
        self._ask("test", key)
        return f"{self._node}: ok"

    def _ask(
        self, do: Literal["sound", "stop", "test"], key: str, for_s: float = 0.0, *, drill: bool = False
    ) -> SirenAnswer:
        now_us = self._clock.now_us()
        order = SirenOrder(
            city=self._city,
            node=self._node,
            siren=self._siren,
            key=key,
            do=do,
            for_s=for_s,
            drill=drill,
            sent_us=now_us,
            expires_us=now_us + round(VALID_S * SECOND_US),
        )
        answer = self._nodes.ask(order, self._wait_s)
        said = f"{self._node}: {answer.said or answer.outcome}"
        if answer.outcome in _NEVER:
            raise Rejected(said, reason=f"node_{answer.outcome}")
        if answer.outcome != "done":
            raise Unavailable(said)
        return answer
