"""Who follows what. Each change in one transaction with its deed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Text, and_, cast, delete, func, insert, select, update

from contract.errors import Rejected
from contract.levels import Level
from contract.subscription import (
    ADDRESS_MOST,
    CODE_TRIES,
    PENDING_US,
    ReachKind,
    Subscription,
    SubscriptionState,
)
from store.city.audit import append, hold_log
from store.city.database import Part, rows_of
from store.city.schema import sends, subscriptions
from store.people import Deed

_TOLD = ("active", "paused")
_THERE = ("pending", "active", "paused", "bounced")
_FORGOTTEN = {"address": "", "label": "", "manage_digest": "", "code_digest": "", "scope": "", "reason": ""}


class SubscriptionTable(Part):
    """One row a subscription; of one that has ended the row stays, empty of whose it was."""

    def put_subscription(
        self, given: Subscription, manage_digest: str, deed: Deed | None, *, code_digest: str = ""
    ) -> Subscription:
        """See `SubscriptionStore.put_subscription`."""
        secrets = {"manage_digest": manage_digest, "code_digest": code_digest, "wrong_codes": 0}
        with self._db.write() as connection:
            hold_log(self._db, connection, given.city)
            _forget_pending(connection, given.city, given.created_us - PENDING_US)
            known = _same(connection, given)
            if known is not None and known.state != "pending":
                return known
            if known is None:
                _make_room(connection, given)
                query = insert(subscriptions).values(_values_of(given) | secrets).returning(subscriptions.c.serial)
                kept = replace(given, serial=connection.execute(query).scalar_one())
            else:
                kept = replace(given, id=known.id, serial=known.serial)
                query_of = update(subscriptions).where(subscriptions.c.serial == known.serial)
                connection.execute(query_of.values(_values_of(kept) | secrets))
            if deed is not None:
                append(self._db, connection, given.city, deed)
        return kept

    def confirm_subscription(
        self, city: str, subscription_id: str, deed: Deed, *, address: str = "", manage_digest: str = ""
    ) -> Subscription | None:
        """See `SubscriptionStore.confirm_subscription`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            this = _this(city, subscription_id)
            pending = _one(connection, and_(this, subscriptions.c.state == "pending"))
            if pending is None:
                return None
            if address and address != pending.address:
                pending = replace(pending, address=address)
                known = _same(connection, pending)
                if known is not None and known.id != pending.id:
                    connection.execute(delete(subscriptions).where(this))
                    return known
                _make_room(connection, pending)
            active = replace(pending, state="active", confirmed_us=deed.at_us)
            values = _values_of(active) | {"code_digest": ""}
            if manage_digest:
                values["manage_digest"] = manage_digest
            connection.execute(update(subscriptions).where(this).values(values))
            append(self._db, connection, city, deed)
        return active

    def pause_subscription(self, city: str, subscription_id: str, until_us: int, deed: Deed) -> bool:
        """See `SubscriptionStore.pause_subscription`."""
        return self._alter_subscription(
            city, subscription_id, _TOLD, {"state": "paused", "paused_until_us": until_us}, deed
        )

    def resume_subscription(self, city: str, subscription_id: str, deed: Deed) -> bool:
        """See `SubscriptionStore.resume_subscription`."""
        values = {"state": "active", "paused_until_us": None, "reason": ""}
        return self._alter_subscription(city, subscription_id, ("paused", "bounced"), values, deed)

    def leave_subscription(self, city: str, subscription_id: str, deed: Deed) -> bool:
        """See `SubscriptionStore.leave_subscription`."""
        values = {"state": "left", "paused_until_us": None, **_FORGOTTEN}
        return self._alter_subscription(city, subscription_id, _THERE, values, deed)

    def erase_address(self, city: str, kind: ReachKind, address: str, deed: Deed) -> int:
        """See `SubscriptionStore.erase_address`. On SQLite freed bytes are overwritten and the file's log is emptied;
        PostgreSQL keeps a row's old version until its next vacuum."""
        if not address:
            return 0
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            here = _at(city, kind, address)
            ids = list(connection.execute(select(subscriptions.c.id).where(here).with_for_update()).scalars())
            values = {"state": "left", "paused_until_us": None, **_FORGOTTEN}
            connection.execute(update(subscriptions).where(here).values(values))
            connection.execute(update(sends).where(sends.c.subscription.in_(ids), sends.c.said != "").values(said=""))
            for one in ids:
                append(self._db, connection, city, replace(deed, object=f"subscription/{one}"))
        self._db.scrub()
        return len(ids)

    def bounced_subscription(self, city: str, subscription_id: str, reason: str, deed: Deed | None = None) -> bool:
        """See `SubscriptionStore.bounced_subscription`."""
        return self._alter_subscription(city, subscription_id, _TOLD, {"state": "bounced", "reason": reason}, deed)

    def link_subscription(self, city: str, subscription_id: str, manage_digest: str, deed: Deed) -> bool:
        """See `SubscriptionStore.link_subscription`."""
        return self._alter_subscription(city, subscription_id, _THERE, {"manage_digest": manage_digest}, deed)

    def subscription(self, city: str, subscription_id: str) -> Subscription | None:
        """See `SubscriptionStore.subscription`."""
        with self._db.read() as connection:
            return _one(connection, _this(city, subscription_id))

    def subscription_by_link(self, digest: str) -> Subscription | None:
        """See `SubscriptionStore.subscription_by_link`."""
        if not digest:
            return None
        with self._db.read() as connection:
            return _one(connection, subscriptions.c.manage_digest == digest)

    def subscription_by_code(self, city: str, digest: str) -> Subscription | None:
        """See `SubscriptionStore.subscription_by_code`."""
        if not digest:
            return None
        waits = and_(subscriptions.c.city == city, subscriptions.c.state == "pending")
        with self._db.read() as connection:
            return _one(connection, and_(subscriptions.c.code_digest == digest, waits))

    def wrong_code(self, city: str, subscription_id: str) -> int:
        """See `SubscriptionStore.wrong_code`."""
        this = and_(_this(city, subscription_id), subscriptions.c.state == "pending")
        counted = update(subscriptions).where(this).values(wrong_codes=subscriptions.c.wrong_codes + 1)
        with self._db.write() as connection:
            wrong = connection.execute(counted.returning(subscriptions.c.wrong_codes)).scalar_one_or_none()
            left = max(0, CODE_TRIES - wrong) if wrong is not None else 0
            if not left:
                connection.execute(update(subscriptions).where(this).values(code_digest=""))
        return left

    def subscriptions_at(self, city: str, kind: ReachKind, address: str) -> Sequence[Subscription]:
        """See `SubscriptionStore.subscriptions_at`."""
        if not address:
            return []
        return self._subscriptions(_at(city, kind, address))

    def subscriptions_after(
        self, city: str, kind: ReachKind, serial: int, *, limit: int = 5_000
    ) -> Sequence[Subscription]:
        """See `SubscriptionStore.subscriptions_after`."""
        here = and_(subscriptions.c.city == city, subscriptions.c.kind == kind, subscriptions.c.state.in_(_TOLD))
        return self._subscriptions(and_(here, subscriptions.c.serial > serial), limit)

    def subscription_counts(self, city: str) -> Mapping[tuple[ReachKind, SubscriptionState], int]:
        """See `SubscriptionStore.subscription_counts`."""
        by = (subscriptions.c.kind, subscriptions.c.state)
        query = select(*by, func.count().label("rows")).where(subscriptions.c.city == city).group_by(*by)
        with self._db.read() as connection:
            return {(row.kind, row.state): row.rows for row in connection.execute(query)}

    def _subscriptions(self, which: ColumnElement[bool], limit: int | None = None) -> list[Subscription]:
        query = select(*_AS_TEXT).where(which).order_by(subscriptions.c.serial).limit(limit)
        with self._db.read() as connection:
            return [_subscription(row) for row in rows_of(connection, query)]

    def _alter_subscription(
        self, city: str, subscription_id: str, of: Sequence[str], values: dict[str, Any], deed: Deed | None
    ) -> bool:
        with self._db.write() as connection:
            if deed is not None:
                hold_log(self._db, connection, city)
            this = and_(_this(city, subscription_id), subscriptions.c.state.in_(of))
            changed = connection.execute(update(subscriptions).where(this).values(values)).rowcount
            if changed and deed is not None:
                append(self._db, connection, city, deed)
        return bool(changed)


def _forget_pending(connection: Connection, city: str, before_us: int) -> None:
    old = and_(subscriptions.c.state == "pending", subscriptions.c.created_us < before_us)
    connection.execute(delete(subscriptions).where(old, subscriptions.c.city == city))


def _same(connection: Connection, given: Subscription) -> Subscription | None:
    if not given.address:
        return None
    return _one(connection, and_(_at(given.city, given.kind, given.address), subscriptions.c.scope == given.scope))


def _make_room(connection: Connection, given: Subscription) -> None:
    if not given.address:
        return
    others = and_(_at(given.city, given.kind, given.address), subscriptions.c.id != given.id)
    if connection.execute(select(func.count()).where(others)).scalar_one() >= ADDRESS_MOST:
        raise Rejected(f"an address follows at most {ADDRESS_MOST} things", reason="too_many")


def _this(city: str, subscription_id: str) -> ColumnElement[bool]:
    return and_(subscriptions.c.city == city, subscriptions.c.id == subscription_id)


def _at(city: str, kind: str, address: str) -> ColumnElement[bool]:
    return and_(subscriptions.c.city == city, subscriptions.c.kind == kind, subscriptions.c.address == address)


def _one(connection: Connection, which: ColumnElement[bool]) -> Subscription | None:
    return next(map(_subscription, rows_of(connection, select(*_AS_TEXT).where(which))), None)


def _values_of(one: Subscription) -> dict[str, Any]:
    values = {field.name: getattr(one, field.name) for field in fields(one) if field.name != "serial"}
    return values | {
        "topics": sorted(one.topics),
        "gauges": list(one.gauges),
        "regions": list(one.regions),
        "from_level": int(one.from_level),
        "scope": one.scope if one.address else "",
    }


def _subscription(row: dict[str, Any]) -> Subscription:
    row["topics"] = frozenset(_list(row["topics"]))
    row["gauges"], row["regions"] = _list(row["gauges"]), _list(row["regions"])
    row["from_level"] = Level(row["from_level"])
    return Subscription(**row)


@lru_cache(maxsize=4_096)
def _list(text: str) -> tuple[str, ...]:
    """Most of a hundred thousand follow one of few things."""
    return tuple(json.loads(text))


_LISTS = frozenset({"topics", "gauges", "regions"})
_AS_TEXT = tuple(
    cast(subscriptions.c[one.name], Text).label(one.name) if one.name in _LISTS else subscriptions.c[one.name]
    for one in fields(Subscription)
)
