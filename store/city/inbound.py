"""What people send by message."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict

from sqlalchemy import and_, delete, func, select

from contract.inbound import Came, Echo, Tally
from store.city.database import Part
from store.city.outbox import insert_outgoing
from store.city.schema import echoes, inbound
from store.inbound import KEPT_US
from store.ports import Outgoing


class InboundTables(Part):
    """Messages and echoes."""

    def inbound(self, city: str, source: str, message: str) -> Came | None:
        """See `InboundStore.inbound`."""
        this = and_(inbound.c.city == city, inbound.c.source == source, inbound.c.message == message)
        with self._db.read() as connection:
            found = connection.execute(select(inbound).where(this)).mappings().one_or_none()
        return Came(**found) if found is not None else None

    def keep_inbound(self, came: Came, echo: Echo | None = None, outgoing: Sequence[Outgoing] = ()) -> bool:
        """See `InboundStore.keep_inbound`."""
        with self._db.write() as connection:
            put = self._db.insert(inbound).values(asdict(came)).on_conflict_do_nothing()
            if connection.execute(put.returning(inbound.c.message)).scalar_one_or_none() is None:
                return False
            old = and_(inbound.c.city == came.city, inbound.c.at_us < came.at_us - KEPT_US)
            connection.execute(delete(inbound).where(old))
            if echo is not None:
                values = asdict(echo)
                said = self._db.insert(echoes).values(values)
                keys = ("city", "incident", "sender")
                news = {name: value for name, value in values.items() if name not in keys}
                connection.execute(
                    said.on_conflict_do_update(index_elements=list(keys), set_=news, where=echoes.c.at_us <= echo.at_us)
                )
            insert_outgoing(self._db, connection, outgoing)
        return True

    def last_about(self, city: str, sender: str, since_us: int) -> str:
        """See `InboundStore.last_about`."""
        theirs = and_(
            inbound.c.city == city, inbound.c.sender == sender, inbound.c.at_us >= since_us, inbound.c.about != ""
        )
        query = select(inbound.c.about).where(theirs).order_by(inbound.c.at_us.desc()).limit(1)
        with self._db.read() as connection:
            return connection.execute(query).scalar_one_or_none() or ""

    def echoes(self, city: str, incidents: Collection[str]) -> Mapping[str, Sequence[Tally]]:
        """See `InboundStore.echoes`."""
        if not incidents:
            return {}
        about = and_(echoes.c.city == city, echoes.c.incident.in_(list(incidents)))
        kinds = (echoes.c.incident, echoes.c.said, echoes.c.place)
        query = select(*kinds, func.count(), func.max(echoes.c.at_us)).where(about).group_by(*kinds).order_by(*kinds)
        found: dict[str, list[Tally]] = {}
        with self._db.read() as connection:
            for incident, said, place, count, last_us in connection.execute(query):
                found.setdefault(incident, []).append(Tally(said, place, count, last_us))
        return found

    def inbound_heard(self, city: str) -> Mapping[str, int]:
        """See `InboundStore.inbound_heard`."""
        query = select(inbound.c.source, func.max(inbound.c.at_us)).where(inbound.c.city == city)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query.group_by(inbound.c.source))}

    def inbound_counts(self, city: str, since_us: int) -> Mapping[str, int]:
        """See `InboundStore.inbound_counts`."""
        lately = and_(inbound.c.city == city, inbound.c.at_us >= since_us)
        query = select(inbound.c.intent, func.count()).where(lately).group_by(inbound.c.intent)
        with self._db.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}
