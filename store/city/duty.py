"""The roster: shifts, ways, what was sent to persons, and who watches from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, and_, delete, func, insert, select, update

from contract.clock import MINUTE_US
from contract.duty import Shift, Way, check_shift
from contract.errors import BadInput, Rejected
from store.city.audit import append, hold_log
from store.city.database import Part
from store.city.outbox import insert_outgoing
from store.city.people import person_here, unknown_person
from store.city.schema import leases, outbox, pauses, people, rules, shifts, watchers, ways
from store.duty import PAUSE_MOST_US, PERSON, SHIFTS_MOST, TRIAL_US, Sent, Watcher
from store.people import Deed
from store.ports import Outgoing


class DutyTables(Part):
    """Who is woken, by which way, and what came of it."""

    # ------------------------------------------------------------ shifts

    def shifts(self, city: str, from_us: int, to_us: int) -> Sequence[Shift]:
        """See `DutyStore.shifts`."""
        touching = and_(shifts.c.city == city, shifts.c.to_us > from_us, shifts.c.from_us < to_us)
        query = select(shifts).where(touching).order_by(shifts.c.from_us, shifts.c.rung, shifts.c.id)
        with self._db.read() as connection:
            return [Shift(**row) for row in connection.execute(query).mappings()]

    def put_shifts(self, city: str, new: Sequence[Shift], deed: Deed) -> int:
        """See `DutyStore.put_shifts`."""
        for one in new:
            check_shift(one)
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            for person in {one.person for one in new}:
                if person_here(connection, city, person) is None:
                    raise unknown_person(person)
            fresh = [one for one in new if not _stands_there(connection, city, one)]
            not_over = select(func.count()).where(shifts.c.city == city, shifts.c.to_us > deed.at_us)
            if connection.execute(not_over).scalar_one() + len(fresh) > SHIFTS_MOST:
                raise Rejected(f"{SHIFTS_MOST} shifts are planned already", reason="too_many")
            if fresh:
                connection.execute(insert(shifts), [asdict(one) for one in fresh])
                append(self._db, connection, city, deed)
        return len(fresh)

    def remove_shift(self, city: str, shift_id: str, deed: Deed) -> bool:
        """See `DutyStore.remove_shift`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            gone = connection.execute(delete(shifts).where(shifts.c.city == city, shifts.c.id == shift_id)).rowcount
            if gone:
                append(self._db, connection, city, deed)
        return bool(gone)

    # ------------------------------------------------------------ ways

    def ways(self, city: str) -> Sequence[Way]:
        """See `DutyStore.ways`."""
        here = and_(people.c.id == ways.c.person, people.c.disabled_us.is_(None))
        query = select(*(ways.c[name] for name in _OF_WAY)).join(people, here)
        with self._db.read() as connection:
            found = connection.execute(query.where(ways.c.city == city).order_by(ways.c.person, ways.c.channel))
            return [Way(**row) for row in found.mappings()]

    def put_way(self, way: Way, deed: Deed) -> None:
        """See `DutyStore.put_way`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, way.city)
            if person_here(connection, way.city, way.person) is None:
                raise unknown_person(way.person)
            known = connection.execute(select(ways).where(_this(way.city, way.person, way.channel))).one_or_none()
            if known is not None and (known.address, known.rings) == (way.address, way.rings):
                return
            connection.execute(delete(ways).where(_this(way.city, way.person, way.channel)))
            values: dict[str, Any] = {**asdict(way), "verified_us": None, "digest": "", "asked_us": None}
            connection.execute(insert(ways).values(values))
            append(self._db, connection, way.city, deed, about=way.person)

    def remove_way(self, city: str, person: str, channel: str, deed: Deed) -> bool:
        """See `DutyStore.remove_way`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            gone = connection.execute(delete(ways).where(_this(city, person, channel))).rowcount
            if gone:
                append(self._db, connection, city, deed, about=person)
        return bool(gone)

    # ------------------------------------------------------------ trials

    def ask_trial(self, way: Way, digest: str, outgoing: Outgoing, now_us: int) -> bool:
        """See `DutyStore.ask_trial`."""
        with self._db.write() as connection:
            this = update(ways).where(_this(way.city, way.person, way.channel))
            if not connection.execute(this.values(digest=digest, asked_us=now_us)).rowcount:
                return False
            insert_outgoing(self._db, connection, [outgoing])
        return True

    def answer_trial(self, city: str, person: str, digest: str, now_us: int) -> str:
        """See `DutyStore.answer_trial`."""
        asked = and_(ways.c.digest == digest, ways.c.digest != "", ways.c.asked_us > now_us - TRIAL_US)
        with self._db.write() as connection:
            query = select(ways.c.channel).where(ways.c.city == city, ways.c.person == person, asked)
            channel = connection.execute(query).scalars().first()
            if channel is None:
                return ""
            this = update(ways).where(_this(city, person, channel))
            connection.execute(this.values(verified_us=now_us, digest=""))
        return str(channel)

    def way_works(self, city: str, person: str, channel: str, now_us: int) -> None:
        """See `DutyStore.way_works`."""
        with self._db.write() as connection:
            connection.execute(update(ways).where(_this(city, person, channel)).values(verified_us=now_us))

    # ------------------------------------------------------------ what came of it

    def sent_to_people(self, city: str, event: str, *, limit: int = 500) -> Sequence[Sent]:
        """See `DutyStore.sent_to_people`."""
        about = and_(outbox.c.city == city, outbox.c.event == event, outbox.c.channel.startswith(PERSON))
        query = select(outbox).where(about).order_by(outbox.c.id.desc()).limit(limit)
        with self._db.read() as connection:
            return [
                Sent(
                    key=row.key, event=row.event, person=row.body.get("person", ""),
                    channel=row.channel.removeprefix(PERSON), created_us=row.created_us, settled_us=row.settled_us,
                    state=row.state, said=row.said, attempts=row.attempts,
                )
                for row in connection.execute(query)
            ]  # fmt: skip

    def severities(self, city: str) -> Mapping[str, str]:
        """See `DutyStore.severities`."""
        query = select(rules.c.id, rules.c.severity).where(rules.c.city == city)
        with self._db.read() as connection:
            return {row.id: row.severity for row in connection.execute(query)}

    def engine_until_us(self, city: str) -> int:
        """See `DutyStore.engine_until_us`."""
        with self._db.read() as connection:
            found = connection.execute(select(leases.c.until_us).where(leases.c.city == city)).scalar_one_or_none()
        return found or 0

    def pause(self, city: str, until_us: int, deed: Deed) -> None:
        """See `DutyStore.pause`."""
        if until_us - deed.at_us > PAUSE_MOST_US:
            minutes = PAUSE_MOST_US // MINUTE_US
            raise BadInput("it is too long", where="until_us", remedy=f"At most {minutes} minutes; announce it again.")
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            new = self._db.insert(pauses).values(city=city, until_us=until_us)
            connection.execute(new.on_conflict_do_update(index_elements=["city"], set_={"until_us": until_us}))
            append(self._db, connection, city, deed)

    def paused_until_us(self, city: str) -> int:
        """See `DutyStore.paused_until_us`."""
        with self._db.read() as connection:
            found = connection.execute(select(pauses.c.until_us).where(pauses.c.city == city)).scalar_one_or_none()
        return found or 0

    def watcher_seen(self, watcher: Watcher) -> None:
        """See `DutyStore.watcher_seen`."""
        with self._db.write() as connection:
            new = self._db.insert(watchers).values(asdict(watcher))
            seen = {"seen_us": new.excluded.seen_us}
            connection.execute(new.on_conflict_do_update(index_elements=["city", "name"], set_=seen))

    def watchers(self, city: str) -> Sequence[Watcher]:
        """See `DutyStore.watchers`."""
        query = select(watchers).where(watchers.c.city == city).order_by(watchers.c.name)
        with self._db.read() as connection:
            return [Watcher(**row) for row in connection.execute(query).mappings()]


_OF_WAY = ("city", "person", "channel", "address", "rings", "verified_us")


def _this(city: str, person: str, channel: str) -> Any:
    return and_(ways.c.city == city, ways.c.person == person, ways.c.channel == channel)


def _stands_there(connection: Connection, city: str, shift: Shift) -> bool:
    same = and_(
        shifts.c.city == city, shifts.c.person == shift.person, shifts.c.rung == shift.rung,
        shifts.c.from_us == shift.from_us, shifts.c.to_us == shift.to_us,
    )  # fmt: skip
    return connection.execute(select(shifts.c.id).where(same)).first() is not None
