"""Who passes warnings on, and what they said of each bulletin."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from contract.chain import CONTACTS_MOST, UNDO_US, Contact, Relay
from contract.errors import Rejected
from contract.impact import rw_key
from contract.siren import CHANNEL, Ask, Asked, event_of
from store.city.audit import append, forget, hold_log
from store.city.database import Part, batches, rows_of
from store.city.outbox import insert_outgoing
from store.city.schema import contacts, outbox, relays
from store.people import Deed
from store.ports import Outgoing


class ChainTables(Part):
    """Contacts and relays."""

    def contacts(self, city: str) -> Sequence[Contact]:
        """See `ChainStore.contacts`."""
        query = select(contacts).where(contacts.c.city == city, contacts.c.ended_us.is_(None))
        query = query.order_by(contacts.c.region, contacts.c.rw, contacts.c.name, contacts.c.id)
        with self._db.read() as connection:
            return [Contact(**row) for row in connection.execute(query).mappings()]

    def contact(self, city: str, contact_id: str) -> Contact | None:
        """See `ChainStore.contact`."""
        with self._db.read() as connection:
            return _contact(connection, and_(contacts.c.city == city, contacts.c.id == contact_id))

    def put_contacts(self, city: str, given: Sequence[Contact], deeds: Sequence[Deed]) -> None:
        """See `ChainStore.put_contacts`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            reached = _reached(connection, city, {one.region for one in given})
            for one, deed in zip(given, deeds, strict=True):
                _put(connection, one, reached)
                append(self._db, connection, city, deed)
            here = select(func.count()).where(contacts.c.city == city, contacts.c.ended_us.is_(None))
            if connection.execute(here).scalar_one() > CONTACTS_MOST:
                raise Rejected(f"a city has at most {CONTACTS_MOST} contacts", reason="too_many")

    def end_contact(self, city: str, contact_id: str, deed: Deed) -> bool:
        """See `ChainStore.end_contact`."""
        return self._change(city, contact_id, deed, {"ended_us": deed.at_us, "digest": "", "phone": ""}, forgets=True)

    def link_contact(self, city: str, contact_id: str, digest: str, deed: Deed) -> bool:
        """See `ChainStore.link_contact`."""
        return self._change(city, contact_id, deed, {"digest": digest})

    def contact_by_link(self, digest: str) -> Contact | None:
        """See `ChainStore.contact_by_link`."""
        if not digest:
            return None
        with self._db.read() as connection:
            return _contact(connection, and_(contacts.c.digest == digest, contacts.c.ended_us.is_(None)))

    def put_relay(self, relay: Relay, deed: Deed) -> Relay:
        """See `ChainStore.put_relay`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, relay.city)
            known = _relay(connection, relay)
            if known is not None and (known.done or not relay.done):
                return known
            connection.execute(delete(relays).where(_of(relay)))
            connection.execute(insert(relays).values(asdict(relay)))
            append(self._db, connection, relay.city, deed)
        return relay

    def undo_relay(self, relay: Relay, deed: Deed) -> bool:
        """See `ChainStore.undo_relay`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, relay.city)
            young = relays.c.at_us >= deed.at_us - UNDO_US
            gone = connection.execute(delete(relays).where(_of(relay), young)).rowcount
            if gone:
                append(self._db, connection, relay.city, deed)
        return bool(gone)

    def relays(self, city: str, bulletin: str) -> Sequence[Relay]:
        """See `ChainStore.relays`."""
        query = select(relays).where(relays.c.city == city, relays.c.bulletin == bulletin)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(relays.c.at_us, relays.c.contact)).mappings()
            return [Relay(**row) for row in found]

    # ------------------------------------------------------------ sirens

    def ask_sirens(self, city: str, asks: Sequence[Ask], deed: Deed) -> int:
        """See `ChainStore.ask_sirens`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            keys = [one.key for one in asks]
            known = set(connection.execute(select(outbox.c.key).where(outbox.c.key.in_(keys))).scalars())
            fresh = [Outgoing(city=city, **asdict(one)) for one in asks if one.key not in known]
            if fresh:
                insert_outgoing(self._db, connection, fresh)
                append(self._db, connection, city, deed)
        return len(fresh)

    def sirens_asked(self, city: str, bulletin: str) -> Sequence[Asked]:
        """See `ChainStore.sirens_asked`."""
        about = and_(outbox.c.city == city, outbox.c.event == event_of(bulletin), outbox.c.channel.startswith(CHANNEL))
        with self._db.read() as connection:
            rows = connection.execute(select(outbox).where(about).order_by(outbox.c.id.desc())).all()
        return [
            Asked(
                siren=row.channel.removeprefix(CHANNEL), do=row.body["do"], created_us=row.created_us,
                settled_us=row.settled_us, state=row.state, said=row.said,
            )
            for row in rows
        ]  # fmt: skip

    def _change(self, city: str, contact_id: str, deed: Deed, values: dict[str, Any], *, forgets: bool = False) -> bool:
        this = and_(contacts.c.city == city, contacts.c.id == contact_id, contacts.c.ended_us.is_(None))
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            changed = connection.execute(update(contacts).where(this).values(values)).rowcount
            if changed:
                append(self._db, connection, city, deed)
                if forgets:
                    forget(connection, city, contact_id)
        return bool(changed)


def _reached(connection: Connection, city: str, regions: Collection[str]) -> dict[tuple[str, str, str], str]:
    """Who is asked in some kelurahan: (region, RW, number) -> contact."""
    found: dict[tuple[str, str, str], str] = {}
    for some in batches(regions):
        near = and_(contacts.c.city == city, contacts.c.region.in_(some), contacts.c.ended_us.is_(None))
        rows = rows_of(connection, select(contacts).where(near))
        found |= {_key(one): one.id for one in (Contact(**row) for row in rows)}
    return found


def _key(one: Contact) -> tuple[str, str, str]:
    return one.region, rw_key(one.rw), one.dial


def _put(connection: Connection, one: Contact, reached: dict[tuple[str, str, str], str]) -> None:
    known = _contact(connection, contacts.c.id == one.id)
    if known is not None and (known.ended_us is not None or known.city != one.city):
        raise Rejected(f"{one.id} is asked no more", reason="ended")
    if reached.setdefault(_key(one), one.id) != one.id:
        raise Rejected(f"{one.rw} has {one.phone} already", reason="taken")
    if known is not None and _key(known) != _key(one):
        reached.pop(_key(known), None)
    if known is None:
        connection.execute(insert(contacts).values(asdict(one)))
        return
    values = {name: value for name, value in asdict(one).items() if name not in {"id", "created_us", "digest"}}
    connection.execute(update(contacts).where(contacts.c.id == one.id).values(values))


def _contact(connection: Connection, this: Any) -> Contact | None:
    found = connection.execute(select(contacts).where(this)).mappings().one_or_none()
    return Contact(**found) if found is not None else None


def _relay(connection: Connection, relay: Relay) -> Relay | None:
    found = connection.execute(select(relays).where(_of(relay))).mappings().one_or_none()
    return Relay(**found) if found is not None else None


def _of(relay: Relay) -> Any:
    return and_(relays.c.city == relay.city, relays.c.bulletin == relay.bulletin, relays.c.contact == relay.contact)
