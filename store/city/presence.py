"""What nodes last said of themselves, and nodes that nobody knows yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, and_, delete, exists, select

from contract.messages import Birth, Status
from store.city.database import Part
from store.city.schema import nodes, presences, strangers
from store.ports import Presence, Stranger

_UNKNOWN = 1_000
"""presences kept of nodes that are not in the registry; theirs are needed until somebody adopts them"""


class PresenceTable(Part):
    """Births and deaths, by birth number: a late death never buries a new life."""

    def note_birth(self, birth: Birth, now_us: int) -> None:
        """See `CityStore.note_birth`. A birth repeated (as a retained message is) raises nobody from the dead."""
        identity = {
            "birth_no": birth.birth_no,
            "boot": birth.boot,
            "epoch": birth.epoch,
            "firmware": birth.firmware,
            "sensors": {one.sensor: [one.kind, one.period_s] for one in birth.sensors},
        }
        new = self._db.insert(presences).values(
            city=birth.city, node=birth.node, online=True, since_us=now_us, **identity
        )
        with self._db.write() as connection:
            if connection.execute(new.on_conflict_do_nothing()).rowcount:
                _cut_unknown(connection, birth.city, birth.node)
            this = and_(presences.c.city == birth.city, presences.c.node == birth.node)
            known = connection.execute(select(presences).where(this).with_for_update()).one()
            if birth.birth_no > known.birth_no:
                since_us = known.since_us if known.online else now_us
                connection.execute(presences.update().where(this).values(online=True, since_us=since_us, **identity))
            elif birth.birth_no == known.birth_no and not known.boot:
                # Its status came first: who it is was still to be filled in.
                connection.execute(presences.update().where(this).values(**identity))

    def note_status(self, status: Status, now_us: int) -> None:
        """See `CityStore.note_status`. Within one birth an offline is final: what lives again has a new birth."""
        online = status.state == "online"
        new = self._db.insert(presences).values(
            city=status.city,
            node=status.node,
            online=online,
            birth_no=status.birth_no,
            since_us=now_us,
            boot="",
            epoch="",
            firmware="",
            sensors={},
        )
        with self._db.write() as connection:
            if connection.execute(new.on_conflict_do_nothing()).rowcount:
                _cut_unknown(connection, status.city, status.node)
            this = and_(presences.c.city == status.city, presences.c.node == status.node)
            known = connection.execute(
                select(presences.c.online, presences.c.birth_no).where(this).with_for_update()
            ).one()
            if status.birth_no < known.birth_no or (status.birth_no == known.birth_no and online):
                return
            changes: dict[str, object] = {"online": online, "birth_no": status.birth_no}
            if status.birth_no > known.birth_no:
                changes["boot"] = ""
            if online != known.online:
                changes["since_us"] = now_us
            connection.execute(presences.update().where(this).values(changes))

    def presences(self, city: str) -> Mapping[str, Presence]:
        """See `CityStore.presences`."""
        with self._db.read() as connection:
            found = connection.execute(select(presences).where(presences.c.city == city)).all()
        return {
            row.node: Presence(
                node=row.node,
                online=row.online,
                birth_no=row.birth_no,
                since_us=row.since_us,
                boot=row.boot,
                epoch=row.epoch,
                firmware=row.firmware,
                sensors={name: (kind, period_s) for name, (kind, period_s) in row.sensors.items()},
            )
            for row in found
        }

    def note_stranger(self, stranger: Stranger, *, per_city_limit: int = 1_000) -> int:
        """See `CityStore.note_stranger`."""
        new = self._db.insert(strangers).values(
            city=stranger.city,
            node=stranger.node,
            first_us=stranger.first_us,
            last_us=stranger.last_us,
            birth_json=stranger.birth_json,
        )
        with self._db.write() as connection:
            connection.execute(
                new.on_conflict_do_update(
                    index_elements=[strangers.c.city, strangers.c.node],
                    set_={"last_us": new.excluded.last_us, "birth_json": new.excluded.birth_json},
                    where=new.excluded.last_us >= strangers.c.last_us,
                )
            )
            heard_last = select(strangers.c.node).where(strangers.c.city == stranger.city)
            heard_last = heard_last.order_by(strangers.c.last_us.desc(), strangers.c.node)
            beyond = connection.execute(heard_last.offset(per_city_limit)).scalars().all()
            if beyond:
                connection.execute(
                    delete(strangers).where(strangers.c.city == stranger.city, strangers.c.node.in_(beyond))
                )
        return len(beyond)

    def strangers(self, city: str) -> Sequence[Stranger]:
        """See `CityStore.strangers`. Those that spoke last come first."""
        query = select(strangers).where(strangers.c.city == city).order_by(strangers.c.last_us.desc(), strangers.c.node)
        with self._db.read() as connection:
            return [Stranger(**row) for row in connection.execute(query).mappings()]


def _cut_unknown(connection: Connection, city: str, node: str) -> None:
    """After a new name: beyond the bound the unknown ones that changed longest ago go, but never the new one."""
    registered = exists().where(nodes.c.city == presences.c.city, nodes.c.node == presences.c.node)
    if connection.execute(select(nodes.c.node).where(nodes.c.city == city, nodes.c.node == node)).first():
        return
    unknown = select(presences.c.node).where(presences.c.city == city, ~registered, presences.c.node != node)
    newest_first = unknown.order_by(presences.c.since_us.desc(), presences.c.node)
    beyond = connection.execute(newest_first.offset(_UNKNOWN - 1)).scalars().all()
    if beyond:
        connection.execute(delete(presences).where(presences.c.city == city, presences.c.node.in_(beyond)))
