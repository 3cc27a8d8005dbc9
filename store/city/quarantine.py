"""What could not be accepted, kept as it came with the reason, within a bound a node and a bound a city.

A node has one name, but whoever may write to every topic (an embedded broker's neighbour on this machine, the holder of
a stolen service certificate) has as many as they can invent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, and_, delete, distinct, exists, func, select, update

from contract.messages import MAX_MESSAGE_BYTES
from store.city.database import Part
from store.city.schema import nodes, quarantine
from store.city.storable import storable
from store.ports import Quarantined

_NO_ID = 2**63
"""no database gives an id from here on"""


class QuarantineTable(Part):
    """Dead letters that can be read, counted and adopted."""

    def quarantine(
        self, items: Sequence[Quarantined], *, per_node_limit: int = 1_000, per_city_limit: int = 10_000
    ) -> int:
        """See `CityStore.quarantine`. What has no epoch (it could not be decoded) is never a repetition."""
        pushed_out = 0
        with self._db.write() as connection:
            for item in items:
                self._keep(connection, item)
            for city, node in sorted({(item.city, item.node) for item in items}):
                pushed_out += _cut_node(connection, city, node, per_node_limit)
            for city in sorted({item.city for item in items}):
                pushed_out += _cut_city(connection, city, per_city_limit)
        return pushed_out

    def _keep(self, connection: Connection, item: Quarantined) -> None:
        new = self._db.insert(quarantine).values(
            city=item.city,
            node=item.node,
            received_us=item.received_us,
            topic=storable(item.topic),
            reason=item.reason,
            detail=storable(item.detail),
            payload=item.payload[:MAX_MESSAGE_BYTES],
            epoch=storable(item.epoch),
            seq=item.seq,
            adopted_us=item.adopted_us,
        )
        again = {name: new.excluded[name] for name in ("received_us", "topic", "detail", "payload")}
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["city", "node", "epoch", "seq", "reason"],
                index_where=quarantine.c.epoch != "",
                set_=again,
                # Its node may not have heard the answer and send it again: what was adopted stays as it was.
                where=quarantine.c.adopted_us.is_(None),
            )
            if item.epoch
            else new
        )

    def quarantined(self, city: str, node: str | None = None, *, limit: int = 100) -> Sequence[Quarantined]:
        """See `CityStore.quarantined`."""
        query = select(quarantine).where(quarantine.c.city == city)
        if node is not None:
            query = query.where(quarantine.c.node == node)
        query = query.order_by(quarantine.c.received_us.desc(), quarantine.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return [_item(row) for row in _rows(connection, query)]

    def quarantined_item(self, city: str, item_id: int) -> Quarantined | None:
        """See `CityStore.quarantined_item`."""
        if not 0 < item_id < _NO_ID:
            return None
        query = select(quarantine).where(quarantine.c.city == city, quarantine.c.id == item_id)
        with self._db.read() as connection:
            return next((_item(row) for row in _rows(connection, query)), None)

    def quarantine_counts(self, city: str) -> Mapping[tuple[str, str], int]:
        """See `CityStore.quarantine_counts`."""
        query = (
            select(quarantine.c.node, quarantine.c.reason, func.count())
            .where(quarantine.c.city == city, quarantine.c.adopted_us.is_(None))
            .group_by(quarantine.c.node, quarantine.c.reason)
        )
        with self._db.read() as connection:
            return {(node, reason): count for node, reason, count in connection.execute(query)}

    def mark_adopted(self, ids: Sequence[int], now_us: int) -> None:
        """See `CityStore.mark_adopted`. The first adoption's time stays."""
        with self._db.write() as connection:
            connection.execute(
                update(quarantine)
                .where(quarantine.c.id.in_(ids), quarantine.c.adopted_us.is_(None))
                .values(adopted_us=now_us)
            )

    def refused_seqs(self, city: str) -> Mapping[tuple[str, str], int]:
        """See `CityStore.refused_seqs`. An adopted reading was refused all the same: the ledger counts it."""
        query = (
            select(quarantine.c.node, quarantine.c.epoch, func.count(distinct(quarantine.c.seq)))
            .where(quarantine.c.city == city, quarantine.c.epoch != "", quarantine.c.seq > 0)
            .group_by(quarantine.c.node, quarantine.c.epoch)
        )
        with self._db.read() as connection:
            return {(node, epoch): count for node, epoch, count in connection.execute(query)}


def _item(row: Mapping[str, Any]) -> Quarantined:
    return Quarantined(**{**row, "payload": bytes(row["payload"])})


def _rows(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _cut_node(connection: Connection, city: str, node: str, limit: int) -> int:
    """Push out a node's oldest unadopted items beyond the limit; returns how many."""
    waiting = and_(quarantine.c.city == city, quarantine.c.node == node, quarantine.c.adopted_us.is_(None))
    kept = select(quarantine.c.id).where(waiting)
    return _push_out(connection, kept.order_by(quarantine.c.received_us.desc(), quarantine.c.id.desc()).offset(limit))


def _cut_city(connection: Connection, city: str, limit: int) -> int:
    """Push out a city's unadopted items beyond the limit: an invented name never costs a node of the registry its
    own. Returns how many."""
    waiting = and_(quarantine.c.city == city, quarantine.c.adopted_us.is_(None))
    if connection.execute(select(func.count()).where(waiting)).scalar_one() <= limit:
        return 0
    known = exists().where(nodes.c.city == quarantine.c.city, nodes.c.node == quarantine.c.node)
    kept = select(quarantine.c.id).where(waiting)
    kept = kept.order_by(known.desc(), quarantine.c.received_us.desc(), quarantine.c.id.desc())
    return _push_out(connection, kept.offset(limit))


def _push_out(connection: Connection, beyond: Select[tuple[int]]) -> int:
    found = connection.execute(beyond).scalars().all()
    if found:
        connection.execute(delete(quarantine).where(quarantine.c.id.in_(found)))
    return len(found)
