"""Births and deaths: noted, and a birth answered with the server's time, also to a node that nobody knows yet."""

from __future__ import annotations

from broker.ports import Subscription
from contract import codec, topics
from contract.clock import MINUTE_US, Clock
from contract.messages import Ack, Birth, Status
from ingest.place import Registry
from store.ports import CityStore, Stranger

_AGAIN_US = MINUTE_US
STRANGERS = 1_000
"""unknown nodes remembered of a city"""


class Births:
    """What ingest does with `birth` and `status`. Raises Unavailable as the store does."""

    def __init__(
        self, city: str, cities: CityStore, subscription: Subscription, registry: Registry, clock: Clock
    ) -> None:
        self._city = city
        self._cities = cities
        self._subscription = subscription
        self._registry = registry
        self._clock = clock
        self._strangers: dict[str, Stranger] = {}
        self.forgotten = 0
        """unknown nodes that the bound has pushed out; they are noted again when they speak again"""

    def note(self, birth: Birth, now_us: int, *, known: bool) -> None:
        """Note a birth and answer it. A stranger's is noted too, so that its sensors are known once it is adopted."""
        self._cities.note_birth(birth, now_us)
        if known:
            self._registry.heard(birth)
        else:
            self._note(Stranger(self._city, birth.node, now_us, now_us, birth.model_dump_json()))
        # The node places this time between its sending and our answer, so it is read as late as can be.
        answer = Ack(
            epoch=birth.epoch,
            server_us=self._clock.now_us(),
            birth_no=birth.birth_no,
            birth_mono_us=birth.mono_us,
        )
        self._subscription.publish(topics.ack(self._city, birth.node), codec.encode(answer))

    def status(self, status: Status, now_us: int) -> None:
        """Note who is there and who is gone."""
        self._cities.note_status(status, now_us)

    def spoke(self, node: str, now_us: int) -> None:
        """An unknown node sent readings: remember it, at most once a minute, and keep what its birth has said."""
        if node not in self._strangers:
            self._strangers = {one.node: one for one in self._cities.strangers(self._city)}
        earlier = self._strangers.get(node)
        if earlier is None or now_us - earlier.last_us >= _AGAIN_US:
            self._note(Stranger(self._city, node, now_us, now_us, earlier.birth_json if earlier else ""))

    def _note(self, stranger: Stranger) -> None:
        self.forgotten += self._cities.note_stranger(stranger, per_city_limit=STRANGERS)
        if len(self._strangers) >= STRANGERS:
            self._strangers.clear()  # whoever speaks again is looked up in the store
        self._strangers[stranger.node] = stranger
