"""What goes to residents: walks, sends, what became of them, and the counts that pages show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Connection, and_, bindparam, case, delete, exists, func, or_, select, update

from contract.reach import (
    POST,
    WHOLE,
    Due,
    Send,
    Settled,
    Share,
    Tally,
    Told,
    Walk,
    telling_from,
    thread_of,
    values_of,
)
from contract.subscription import ReachKind
from store.city.database import Part, batches, rows_of
from store.city.engine import check_fence
from store.city.schema import leases, reach_counts, reach_cursors, reach_spent, reach_walks, sends, subscriptions
from store.ports import Lease
from store.sends import reach_city, reach_lease

_SEND = ("id", "key", "telling", "thread", "subscription", "kind", "rank", "attempts", "doubtful")
_TIMES = ("not_before_us", "expires_us", "token")
_SAID_MOST = 200
Count = tuple[str, str, str, str]
"""telling, kind, state, reason"""


class SendTables(Part):
    """See `SendStore`."""

    def reach_cursor(self, city: str, source: str) -> int:
        """See `SendStore.reach_cursor`."""
        query = select(reach_cursors.c.seq).where(reach_cursors.c.city == city, reach_cursors.c.source == source)
        with self._db.read() as connection:
            return connection.execute(query).scalar_one_or_none() or 0

    def begin_walk(self, lease: Lease, walk: Walk | None, source: str, seq: int, now_us: int) -> None:
        """See `SendStore.begin_walk`."""
        city = reach_city(lease)
        with self._db.write() as connection:
            check_fence(connection, lease)
            here = self._db.insert(reach_cursors).values(city=city, source=source, seq=seq)
            connection.execute(here.on_conflict_do_update(index_elements=["city", "source"], set_={"seq": seq}))
            if walk is None:
                return
            telling = walk.telling
            new = self._db.insert(reach_walks).values(
                telling=telling.id, city=city, thread=thread_of(telling), at_us=telling.at_us, begun_us=now_us,
                exempt=telling.exempt, rests_us=walk.rests_us, body=values_of(telling), cursors={}, done=False,
            )  # fmt: skip
            made = connection.execute(
                new.on_conflict_do_nothing().returning(reach_walks.c.telling)
            ).scalar_one_or_none()
            if made is not None:
                self._supersede(connection, city, telling.id, thread_of(telling), now_us)

    def _supersede(self, connection: Connection, city: str, telling: str, thread: str, now_us: int) -> None:
        """Updates that nobody was told yet are old now, and their walks go no further."""
        begun = and_(reach_walks.c.city == city, reach_walks.c.thread == thread, reach_walks.c.telling != telling)
        connection.execute(update(reach_walks).where(begun, reach_walks.c.exempt.is_(False)).values(done=True))
        old = and_(sends.c.city == city, sends.c.thread == thread, sends.c.state == "waiting", sends.c.rank > 0)
        counted = select(sends.c.telling, sends.c.kind, func.count()).where(old).group_by(sends.c.telling, sends.c.kind)
        counts: Counter[Count] = Counter()
        for earlier, kind, count in connection.execute(counted):
            counts[earlier, kind, "waiting", ""] -= count
            counts[earlier, kind, "superseded", ""] += count
        if counts:
            connection.execute(update(sends).where(old).values(state="superseded", settled_us=now_us))
            self._count(connection, city, counts, now_us)

    def open_walks(self, city: str) -> Sequence[Walk]:
        """See `SendStore.open_walks`."""
        query = select(reach_walks).where(reach_walks.c.city == city, reach_walks.c.done.is_(False))
        query = query.order_by(reach_walks.c.exempt.desc(), reach_walks.c.begun_us, reach_walks.c.at_us)
        with self._db.read() as connection:
            return [_walk(row) for row in rows_of(connection, query)]

    def walked(self, city: str, tellings: Collection[str]) -> Mapping[str, Walk]:
        """See `SendStore.walked`."""
        found: dict[str, Walk] = {}
        with self._db.read() as connection:
            for some in batches(tellings):
                query = select(reach_walks).where(reach_walks.c.city == city, reach_walks.c.telling.in_(some))
                found |= {row["telling"]: _walk(row) for row in rows_of(connection, query)}
        return found

    def last_walk_us(self, city: str, thread: str) -> int | None:
        """See `SendStore.last_walk_us`."""
        query = select(func.max(reach_walks.c.at_us)).where(reach_walks.c.city == city, reach_walks.c.thread == thread)
        with self._db.read() as connection:
            found: int | None = connection.execute(query).scalar_one_or_none()
        return found

    def put_sends(self, lease: Lease, walk: Walk, new: Sequence[Send], now_us: int) -> None:
        """See `SendStore.put_sends`."""
        city = reach_city(lease)
        with self._db.write() as connection:
            check_fence(connection, lease)
            known: set[str] = set()
            for some in batches([one.key for one in new]):
                known |= set(connection.execute(select(sends.c.key).where(sends.c.key.in_(some))).scalars())
            fresh = [one for one in new if one.key not in known]
            if fresh:
                connection.execute(sends.insert(), [_row(city, one, now_us) for one in fresh])
                waiting: Counter[Count] = Counter((one.telling, one.kind, "waiting", "") for one in fresh)
                self._count(connection, city, waiting, now_us)
            here = update(reach_walks).where(reach_walks.c.telling == walk.telling.id)
            connection.execute(here.values(cursors=dict(walk.cursors), done=walk.done))

    def sends_due(
        self,
        city: str,
        kind: ReachKind,
        now_us: int,
        *,
        after: tuple[int, int] = (-1, 0),
        limit: int = 2_000,
        share: Share = WHOLE,
    ) -> Sequence[Due]:
        """See `SendStore.sends_due`."""
        earlier = sends.alias()
        blocked = exists().where(
            earlier.c.subscription == sends.c.subscription,
            earlier.c.thread == sends.c.thread,
            earlier.c.kind == sends.c.kind,
            earlier.c.state == "waiting",
            earlier.c.id < sends.c.id,
        )
        rank, number = after
        beyond = (sends.c.rank > rank) | and_(sends.c.rank == rank, sends.c.id > number)
        reached = and_(
            subscriptions.c.id == sends.c.subscription,
            subscriptions.c.kind == sends.c.kind,
            or_(
                subscriptions.c.state == "active",
                and_(subscriptions.c.state == "paused", subscriptions.c.paused_until_us <= now_us),
            ),
        )
        query = (
            select(
                *(sends.c[name] for name in (*_SEND, *_TIMES)),
                func.coalesce(subscriptions.c.address, "").label("address"),
                func.coalesce(subscriptions.c.language, "id").label("language"),
                func.coalesce(subscriptions.c.label, "").label("label"),
            )
            .select_from(sends.outerjoin(subscriptions, reached))
            .where(
                sends.c.city == city,
                sends.c.kind == kind,
                sends.c.state == "waiting",
                sends.c.not_before_us <= now_us,
                beyond,
                ~blocked,
                *([(sends.c.id % share.of).between(share.first, share.end - 1)] if share.part < 1 else []),
            )
            .order_by(sends.c.rank, sends.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [_due(row) for row in connection.execute(query)]

    def settle(self, lease: Lease, settled: Sequence[Settled], day: str, now_us: int) -> None:
        """See `SendStore.settle`."""
        city = reach_city(lease)
        with self._db.write() as connection:
            check_fence(connection, lease)
            waiting = _waiting(connection, [one.send.id for one in settled])
            told = [one for one in settled if one.send.id in waiting]
            for again in (True, False):
                rows = [_settled(one, now_us) for one in told if (one.state == "waiting") is again]
                if rows:
                    connection.execute(_AGAIN if again else _OVER, rows)
            counts: Counter[Count] = Counter()
            for one in told:
                counts[one.send.telling, one.send.kind, "waiting", ""] -= 1
                counts[one.send.telling, one.send.kind, one.state, one.reason if one.state != "waiting" else ""] += 1
            self._count(connection, city, counts, now_us)
            # A receipt that was faster says as much: it was taken.
            self._spend(connection, city, day, (one.send.kind for one in settled if one.state == "accepted"))

    def put_receipts(self, tokens: Collection[str], now_us: int) -> int:
        """See `SendStore.put_receipts`."""
        news = 0
        with self._db.write() as connection:
            for some in batches([one for one in tokens if one]):
                query = select(sends.c.id, sends.c.city, sends.c.telling, sends.c.kind, sends.c.state, sends.c.reason)
                locked = query.where(sends.c.token.in_(some), sends.c.state != "delivered").with_for_update()
                found = rows_of(connection, locked)
                if not found:
                    continue
                these = sends.c.id.in_([row["id"] for row in found])
                connection.execute(update(sends).where(these).values(state="delivered", reason="", settled_us=now_us))
                news += len(found)
                for city in {row["city"] for row in found}:
                    counts: Counter[Count] = Counter()
                    for row in found:
                        if row["city"] == city:
                            counts[row["telling"], row["kind"], row["state"], row["reason"]] -= 1
                            counts[row["telling"], row["kind"], "delivered", ""] += 1
                    self._count(connection, city, counts, now_us)
        return news

    def reach_spent(self, city: str, day: str) -> Mapping[ReachKind, int]:
        """See `SendStore.reach_spent`."""
        query = select(reach_spent.c.kind, reach_spent.c.count)
        query = query.where(reach_spent.c.city == city, reach_spent.c.day == day)
        with self._db.read() as connection:
            return {cast(ReachKind, row[0]): row[1] for row in connection.execute(query)}

    def told(self, city: str, *, limit: int = 30, skip: int = 0, only: str = "") -> Sequence[Told]:
        """See `SendStore.told`."""
        query = select(reach_walks).where(reach_walks.c.city == city)
        if only:
            query = query.where(reach_walks.c.telling == only)
        newest = (reach_walks.c.begun_us.desc(), reach_walks.c.at_us.desc(), reach_walks.c.telling)
        with self._db.read() as connection:
            walks = rows_of(connection, query.order_by(*newest).limit(limit).offset(skip))
            tallies: dict[str, list[Tally]] = {}
            for some in batches([row["telling"] for row in walks]):
                counted = select(reach_counts).where(reach_counts.c.telling.in_(some))
                for row in rows_of(connection, counted):
                    del row["city"]
                    tallies.setdefault(row["telling"], []).append(Tally(**row))
        return [_told(row, tallies.get(row["telling"], ())) for row in walks]

    def deliverer(self, city: str) -> Lease | None:
        """See `SendStore.deliverer`."""
        with self._db.read() as connection:
            found = rows_of(connection, select(leases).where(leases.c.city == reach_lease(city)))
        return Lease(**found[0]) if found else None

    def waiting_sends(self, city: str) -> Mapping[ReachKind, int]:
        """See `SendStore.waiting_sends`."""
        summed = func.sum(reach_counts.c.count)
        query = select(reach_counts.c.kind, summed).where(
            reach_counts.c.city == city, reach_counts.c.state == "waiting"
        )
        with self._db.read() as connection:
            found = connection.execute(query.group_by(reach_counts.c.kind))
            return {cast(ReachKind, row[0]): int(row[1]) for row in found}

    def forget_sends(self, city: str, before_us: int, *, limit: int = 20_000) -> int:
        """See `SendStore.forget_sends`."""
        old = select(sends.c.id).where(sends.c.city == city, sends.c.settled_us < before_us, sends.c.state != "waiting")
        with self._db.write() as connection:
            return connection.execute(delete(sends).where(sends.c.id.in_(old.limit(limit)))).rowcount

    def _count(self, connection: Connection, city: str, counts: Mapping[Count, int], now_us: int) -> None:
        rows = [
            {"city": city, "telling": telling, "kind": kind, "state": state, "reason": reason, "count": more,
             "last_us": now_us}
            for (telling, kind, state, reason), more in counts.items()
            if more
        ]  # fmt: skip
        if rows:
            new = self._db.insert(reach_counts)
            grown = new.excluded.count > 0
            summed = {
                "count": reach_counts.c.count + new.excluded.count,
                "last_us": case((grown, new.excluded.last_us), else_=reach_counts.c.last_us),
            }
            of_one = ["telling", "kind", "state", "reason"]
            connection.execute(new.on_conflict_do_update(index_elements=of_one, set_=summed), rows)

    def _spend(self, connection: Connection, city: str, day: str, kinds: Iterable[str]) -> None:
        for kind, count in Counter(kinds).items():
            new = self._db.insert(reach_spent).values(city=city, kind=kind, day=day, count=count)
            summed = {"count": reach_spent.c.count + new.excluded.count}
            connection.execute(new.on_conflict_do_update(index_elements=["city", "kind", "day"], set_=summed))


_OF = (sends.c.id == bindparam("of"), sends.c.state == "waiting")
_AGAIN = (
    update(sends)
    .where(*_OF)
    .values(
        attempts=bindparam("attempts"), doubtful=bindparam("doubtful"), reason=bindparam("why"),
        said=bindparam("answer"), not_before_us=bindparam("from_us"),
    )
)  # fmt: skip
_OVER = (
    update(sends)
    .where(*_OF)
    .values(
        attempts=bindparam("attempts"), doubtful=bindparam("doubtful"), reason=bindparam("why"),
        said=bindparam("answer"), state=bindparam("to"), settled_us=bindparam("at_us"),
    )
)  # fmt: skip


def _settled(one: Settled, now_us: int) -> dict[str, Any]:
    values: dict[str, Any] = {
        "of": one.send.id, "attempts": one.send.attempts + one.attempted, "why": one.reason,
        "doubtful": one.doubtful or one.send.doubtful, "answer": one.said[:_SAID_MOST],
    }  # fmt: skip
    if one.state == "waiting":
        return values | {"from_us": one.not_before_us}
    return values | {"to": one.state, "at_us": now_us}


def _waiting(connection: Connection, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        some = sends.c.id.in_(ids[start : start + 500])
        query = select(sends.c.id).where(some, sends.c.state == "waiting").with_for_update()
        found |= set(connection.execute(query).scalars())
    return found


def _row(city: str, one: Send, now_us: int) -> dict[str, Any]:
    return {
        "key": one.key, "city": city, "telling": one.telling, "thread": one.thread, "subscription": one.subscription,
        "kind": one.kind, "rank": one.rank, "state": "waiting", "attempts": 0, "doubtful": False,
        "not_before_us": one.not_before_us, "expires_us": one.expires_us, "created_us": now_us, "settled_us": None,
        "reason": "", "said": "", "token": one.token,
    }  # fmt: skip


def _due(row: Any) -> Due:
    (number, key, telling, thread, subscription, kind, rank, attempts, doubtful, not_before_us, expires_us, token,
     address, language, label) = row  # fmt: skip
    send = Send(
        id=number, key=key, telling=telling, thread=thread, subscription=subscription, kind=kind, rank=rank,
        attempts=attempts, doubtful=doubtful, not_before_us=not_before_us, expires_us=expires_us, token=token,
    )  # fmt: skip
    return Due(send=send, address=POST if subscription == POST else address, language=language, label=label)


def _walk(row: Mapping[str, Any]) -> Walk:
    telling = telling_from(row["body"])
    return Walk(telling=telling, rests_us=row["rests_us"], cursors=row["cursors"], done=row["done"])


def _told(row: Mapping[str, Any], tallies: Sequence[Tally]) -> Told:
    taken: dict[ReachKind, int] = {}
    # A phone may say that it came long after the provider took it: that is asked only where nobody else says when.
    for state in ("delivered", "accepted"):
        taken |= {one.kind: one.last_us for one in tallies if one.state == state and one.last_us}
    return Told(
        telling=telling_from(row["body"]),
        done=row["done"],
        tallies=tuple(one for one in tallies if one.count > 0),
        begun_us=row["begun_us"],
        taken_us=taken,
    )
