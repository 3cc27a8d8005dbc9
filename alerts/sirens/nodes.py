"""Orders to sirens that hang on nodes, and what the nodes answer: over a connection of whoever asks."""

from __future__ import annotations

import threading

from broker.ports import Incoming, Subscription
from contract import topics
from contract.codec import decode, encode
from contract.errors import BadInput, Unavailable
from contract.messages import SirenAnswer, SirenOrder


class Nodes:
    """One city's. `ask` blocks one thread while another brings what came by `heard`."""

    def __init__(self, city: str, subscription: Subscription) -> None:
        """`subscription` carries `topics.every_siren_answer`."""
        self._city = city
        self._subscription = subscription
        self._ready = threading.Condition()
        self._waiting: dict[tuple[str, str, str], SirenAnswer | None] = {}
        self._ended = False

    def ask(self, order: SirenOrder, wait_s: float) -> SirenAnswer:
        """Give the order and wait for its answer. Raises Unavailable where there is none."""
        call = (order.node, order.siren, order.key)
        with self._ready:
            self._waiting[call] = None
        try:
            topic = topics.command(order.city, order.node, topics.SIREN)
            if not self._subscription.publish(topic, encode(order), qos=0):
                raise Unavailable("the broker is away")
            with self._ready:
                self._ready.wait_for(lambda: self._ended or self._waiting[call] is not None, wait_s)
                answer = self._waiting[call]
        finally:
            with self._ready:
                del self._waiting[call]
        if answer is None:
            raise Unavailable(f"{order.node} gave no answer within {wait_s:g} s")
        return answer

    def heard(self, message: Incoming) -> bool:
        """Whether it is an answer of a node. One that nobody waits for, or that speaks for another, is passed by."""
        address = topics.parse(message.topic)
        if address is None or address != (self._city, address.node, _ANSWER):
            return False
        try:
            answer = decode(SirenAnswer, message.payload)
        except BadInput:
            return True
        call = (answer.node, answer.siren, answer.key)
        with self._ready:
            if (answer.city, answer.node) == (address.city, address.node) and call in self._waiting:
                self._waiting[call] = answer
                self._ready.notify_all()
        return True

    def hang_up(self) -> None:
        """Whoever waits need not any longer, nor whoever comes."""
        with self._ready:
            self._ended = True
            self._ready.notify_all()


_ANSWER = f"command/{topics.SIREN}/result"
