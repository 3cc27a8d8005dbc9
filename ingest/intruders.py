"""Who speaks as somebody else, and who is nobody's, is written down for the people who watch over the city."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from contract.clock import HOUR_US
from ingest.decode import BatchNews, BirthNews, Garbage, News
from ingest.place import Registry
from store.people import AuditLog, SecurityEvent

_AGAIN_US = HOUR_US
_REMEMBERED = 10_000
_WORDS = {"identity": "wrong_identity", "wrong_topic": "wrong_topic"}


class _Knock(NamedTuple):
    what: str
    node: str
    detail: str


class Intruders:
    """Beside the quarantine, which keeps what was said: this keeps that it was tried, and how often."""

    def __init__(self, city: str, log: AuditLog, registry: Registry) -> None:
        self._city = city
        self._log = log
        self._registry = registry
        self._unknown: OrderedDict[str, int] = OrderedDict()

    def note(self, news: Sequence[News], now_us: int) -> None:
        """Raises Unavailable as the store does. A turn that is tried again may count twice, never not at all."""
        knocks = Counter(knock for one in news if (knock := self._knock(one, now_us)) is not None)
        self.write([
            SecurityEvent(self._city, now_us, "ingest", knock.what, knock.node, "", knock.detail, count)
            for knock, count in knocks.items()
        ])  # fmt: skip
        for knock in knocks:
            if knock.what == "unknown_node":
                self._remember(knock.node, now_us)

    def write(self, events: Sequence[SecurityEvent]) -> None:
        """Raises Unavailable as the store does."""
        if events:
            self._log.note_security(events)

    def _knock(self, one: News, now_us: int) -> _Knock | None:
        if isinstance(one, Garbage):
            what = _WORDS.get(one.reason)
            return None if what is None else _Knock(what, one.node, f"{one.detail}, on {one.topic}")
        node = one.node if isinstance(one, BatchNews) else one.birth.node if isinstance(one, BirthNews) else ""
        if not node or self._registry.knows(node) or now_us - self._unknown.get(node, 0) < _AGAIN_US:
            return None
        return _Knock("unknown_node", node, f"speaks and is not in the registry of {self._city}")

    def _remember(self, node: str, now_us: int) -> None:
        self._unknown.pop(node, None)
        self._unknown[node] = now_us
        if len(self._unknown) > _REMEMBERED:
            self._unknown.popitem(last=False)
