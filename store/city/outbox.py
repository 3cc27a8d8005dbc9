"""Everything to be said, as rows: written with the decision, delivered at least once, in order within an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, exists, func, or_, select

from store.city.database import Database, Part
from store.city.schema import outbox
from store.duty import PERSON
from store.ports import Outgoing

_SHOWN = ("key", "city", "channel", "event", "body", "created_us", "not_before_us", "expires_us", "attempts", "id")


def insert_outgoing(database: Database, connection: Connection, outgoing: Sequence[Outgoing]) -> None:
    """Keep what is to be said, within the caller's transaction. A key that is there already is left alone."""
    for one in outgoing:
        new = database.insert(outbox).values(
            key=one.key,
            city=one.city,
            channel=one.channel,
            event=one.event,
            body=dict(one.body),
            created_us=one.created_us,
            not_before_us=one.not_before_us,
            expires_us=one.expires_us,
            attempts=one.attempts,
            state="waiting",
            said="",
        )
        connection.execute(new.on_conflict_do_nothing(index_elements=["key"]))


class OutboxTable(Part):
    """What waits, what was delivered, what was given up."""

    def put_outgoing(self, outgoing: Sequence[Outgoing]) -> None:
        """See `CityStore.put_outgoing`."""
        with self._db.write() as connection:
            insert_outgoing(self._db, connection, outgoing)

    def due(
        self, city: str, now_us: int, *, only: str | None = None, beside: Sequence[str] = (), limit: int = 100
    ) -> Sequence[Outgoing]:
        """See `CityStore.due`. What belongs to no event (event is "") waits for nobody, and nobody's call for that to
        another. Expired rows are returned too: whoever delivers must abandon them with the reason."""
        earlier = outbox.alias()
        blocked = exists().where(
            earlier.c.city == outbox.c.city,
            earlier.c.state == "waiting",
            earlier.c.channel == outbox.c.channel,
            earlier.c.event == outbox.c.event,
            earlier.c.id < outbox.c.id,
        )
        query = (
            select(*(outbox.c[name] for name in _SHOWN))
            .where(
                outbox.c.city == city,
                outbox.c.state == "waiting",
                outbox.c.not_before_us <= now_us,
                or_(outbox.c.event == "", outbox.c.channel.startswith(PERSON), ~blocked),
            )
            .order_by(outbox.c.id)
            .limit(limit)
        )
        if only is not None:
            query = query.where(outbox.c.channel == only)
        if beside:
            query = query.where(outbox.c.channel.not_in(beside))
        with self._db.read() as connection:
            return [Outgoing(**row) for row in connection.execute(query).mappings()]

    def delivered(self, outgoing_id: int, now_us: int, receipt: str) -> None:
        """See `CityStore.delivered`."""
        self._settle(outgoing_id, state="delivered", settled_us=now_us, said=receipt)

    def postponed(self, outgoing_id: int, not_before_us: int, error: str) -> None:
        """See `CityStore.postponed`."""
        self._settle(outgoing_id, not_before_us=not_before_us, said=error)

    def abandoned(self, outgoing_id: int, now_us: int, error: str) -> None:
        """See `CityStore.abandoned`."""
        self._settle(outgoing_id, state="abandoned", settled_us=now_us, said=error)

    def _settle(self, outgoing_id: int, **values: Any) -> None:
        """Each is an attempt. What has been settled once stays so."""
        with self._db.write() as connection:
            connection.execute(
                outbox.update()
                .where(outbox.c.id == outgoing_id, outbox.c.state == "waiting")
                .values(attempts=outbox.c.attempts + 1, **values)
            )

    def outbox_depth(self, city: str) -> tuple[int, int]:
        """See `CityStore.outbox_depth`."""
        query = select(outbox.c.state, func.count().label("rows")).where(outbox.c.city == city).group_by(outbox.c.state)
        with self._db.read() as connection:
            counts: dict[str, int] = {row.state: row.rows for row in connection.execute(query)}
        return counts.get("waiting", 0), counts.get("abandoned", 0)
