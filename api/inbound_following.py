"""Who follows a place by message: who wrote owns the number, so that the message itself confirms it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from api.context import Context
from api.following import start_digest
from api.gauges import Gauge
from contract.following import number_of
from contract.inbound import InboundKind
from contract.place_names import Place
from contract.subscription import AREAS_MOST, Subscription, Topic
from store.people import Deed

ACTOR = "resident"
_TOPICS: frozenset[Topic] = frozenset({"flood"})


@dataclass(frozen=True, slots=True)
class Writer:
    """Somebody who can be told what they follow: by which kind of provider, at which address."""

    kind: InboundKind
    address: str


def writer_of(kind: InboundKind, sender: str) -> Writer | None:
    """Where they are told. None for a sender that nobody can answer: a short code, a name."""
    address = sender if kind == "telegram" else number_of(sender, bare=True)
    return Writer(kind, address) if address else None


class Follows:
    """Of one city. Raises Unavailable where the database is away."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def of(self, writer: Writer) -> Sequence[Subscription]:
        """What they follow, the oldest first; nothing that was left."""
        found = self._context.cities.subscriptions_at(self._context.city, writer.kind, writer.address)
        return [one for one in found if one.state != "left"]

    def begin(self, writer: Writer, place: Place, gauges: Collection[str], language: Literal["id", "en"]) -> None:
        """Tell them of a place from now on, also where they had paused it. `gauges`: the nodes of a river. Raises
        Rejected(reason="too_many")."""
        cities, city, now_us = self._context.cities, self._context.city, self._context.clock.now_us()
        wish = Subscription(
            id=uuid4().hex,
            city=city,
            kind=writer.kind,
            address=writer.address,
            language=language,
            topics=_TOPICS,
            created_us=now_us,
            gauges=tuple(sorted(gauges))[:AREAS_MOST] if place.kind in {"river", "gauge"} else (),
            regions=(place.code,) if place.kind == "region" else (),
            whole_city=place.kind == "city",
        )
        kept = cities.put_subscription(wish, "", self._deed("asked", wish.id))
        if kept.state == "pending":
            cities.confirm_subscription(city, kept.id, self._deed("confirmed", kept.id))
        elif not kept.told_at(now_us):
            cities.resume_subscription(city, kept.id, self._deed("resumed", kept.id))

    def confirm(self, writer: Writer, token: str) -> Subscription | None:
        """What somebody asked for on a page, from which a link led them here; None where the link is none any more.
        Raises Rejected(reason="too_many")."""
        cities, city = self._context.cities, self._context.city
        asked = cities.subscription_by_code(city, start_digest(token))
        if asked is None or asked.kind != writer.kind:
            return None
        kept = cities.confirm_subscription(city, asked.id, self._deed("confirmed", asked.id), address=writer.address)
        if kept is not None and not kept.told_at(self._context.clock.now_us()):
            cities.resume_subscription(city, kept.id, self._deed("resumed", kept.id))
        return kept

    def leave(self, ones: Sequence[Subscription]) -> int:
        """For ever: the address is forgotten. Returns how many there were to leave."""
        leave = self._context.cities.leave_subscription
        return sum(leave(self._context.city, one.id, self._deed("left", one.id)) for one in ones)

    def _deed(self, what: str, subscription_id: str) -> Deed:
        return Deed(ACTOR, f"subscription.{what}", f"subscription/{subscription_id}", self._context.clock.now_us())


def is_of(one: Subscription, place: Place, gauges: Sequence[Gauge]) -> bool:
    """Whether a subscription is of a place: of its river, its gauge, its region, or the whole city."""
    if place.kind == "city":
        return one.whole_city
    if place.kind == "region":
        return place.code in one.regions
    nodes = {gauge.node for gauge in gauges if place.code == (gauge.river if place.kind == "river" else gauge.node)}
    return bool(nodes & set(one.gauges))
