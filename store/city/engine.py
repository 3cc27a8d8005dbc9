"""What the alert engine keeps: its lease, its snapshot, incidents with their history, events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from contract.clock import SECOND_US
from contract.errors import Rejected
from contract.incident import Change, Incident, State, What
from contract.levels import Level
from store.city.bulletins import put_bulletins
from store.city.database import Part, batches, rows_of
from store.city.forecasts import put_forecasts
from store.city.notices import insert_notices
from store.city.outbox import insert_outgoing
from store.city.schema import changes, events, flat_lines, incidents, leases, snapshots, tellings
from store.ports import OVERFLOW, EngineCommit, Event, Lease


class EngineTables(Part):
    """One engine a city, and everything it decided, whole or not at all."""

    def lease(self, city: str, holder: str, now_us: int, ttl_s: float) -> Lease | None:
        """See `CityStore.lease`. A holder that comes back after its lease was over gets a new fence."""
        until_us = now_us + round(ttl_s * SECOND_US)
        with self._db.write() as connection:
            new = self._db.insert(leases).values(city=city, holder=holder, fence=1, until_us=until_us)
            made = connection.execute(new.on_conflict_do_nothing().returning(leases.c.fence)).scalar_one_or_none()
            if made is not None:
                return Lease(city, holder, made, until_us)
            held = connection.execute(select(leases).where(leases.c.city == city).with_for_update()).one()
            over = held.until_us <= now_us
            if held.holder != holder and not over:
                return None
            fence = held.fence + 1 if over else held.fence
            connection.execute(
                leases.update().where(leases.c.city == city).values(holder=holder, fence=fence, until_us=until_us)
            )
            return Lease(city, holder, fence, until_us)

    def release(self, lease: Lease) -> None:
        """See `CityStore.release`. A lease that somebody else took meanwhile is left alone."""
        with self._db.write() as connection:
            connection.execute(
                leases.update().where(leases.c.city == lease.city, leases.c.fence == lease.fence).values(until_us=0)
            )

    def commit(self, lease: Lease, commit: EngineCommit) -> None:
        """See `CityStore.commit`. What ends is written before what begins, so that an entity may do both."""
        with self._db.write() as connection:
            check_fence(connection, lease)
            for event in commit.events:
                self._put_event(connection, event)
            for incident in sorted(commit.incidents, key=lambda one: one.open):
                self._put_incident(connection, incident)
            for change in commit.changes:
                new = self._db.insert(changes).values(
                    incident=change.incident,
                    number=change.number,
                    what=str(change.what),
                    at_us=change.at_us,
                    said_us=change.said_us,
                    level=_number(change.level),
                    value=change.value,
                    source=change.source,
                    held=change.held,
                )
                connection.execute(new.on_conflict_do_nothing())
            if commit.said:
                freed = and_(changes.c.incident.in_(commit.said), changes.c.held != "")
                connection.execute(changes.update().where(freed).values(held=""))
            insert_outgoing(self._db, connection, commit.outgoing)
            put_forecasts(self._db, connection, commit.forecasts)
            self._put_tellings(connection, lease.city, commit.tellings)
            if commit.flat_lines is not None:
                self._put_flat_lines(connection, lease.city, commit.flat_lines)
            if commit.snapshot is not None:
                self._put_snapshot(connection, lease.city, commit.snapshot, commit.watermark_us or 0)
            put_bulletins(self._db, connection, commit.bulletins)
            insert_notices(self._db, connection, commit.notices)

    def _put_flat_lines(self, connection: Connection, city: str, found: Mapping[str, int]) -> None:
        connection.execute(flat_lines.delete().where(flat_lines.c.city == city))
        if found:
            rows = [{"city": city, "node": node, "since_us": since_us} for node, since_us in found.items()]
            connection.execute(flat_lines.insert(), rows)

    def flat_lines(self, city: str) -> Mapping[str, int]:
        """See `CityStore.flat_lines`."""
        query = select(flat_lines).where(flat_lines.c.city == city).order_by(flat_lines.c.node)
        with self._db.read() as connection:
            return {row.node: row.since_us for row in connection.execute(query)}

    def _put_event(self, connection: Connection, event: Event) -> None:
        new = self._db.insert(events).values({field.name: getattr(event, field.name) for field in fields(event)})
        said = new.excluded
        # An event that has ended never opens again: a recurrence is a new one.
        kept = {"name": said.name, "group": said.group, "cause": said.cause}
        kept |= {"closed_us": func.coalesce(events.c.closed_us, said.closed_us)}
        connection.execute(new.on_conflict_do_update(index_elements=["id"], set_=kept))

    def _put_incident(self, connection: Connection, incident: Incident) -> None:
        values: dict[str, Any] = {field.name: getattr(incident, field.name) for field in fields(incident)}
        values |= {
            "state": str(incident.state),
            "level": _number(incident.level),
            "peak": _number(incident.peak),
        }
        taken = connection.execute(
            select(incidents.c.id).where(
                incidents.c.city == incident.city,
                incidents.c.rule == incident.rule,
                incidents.c.entity == incident.entity,
                incidents.c.state != str(State.RESOLVED),
                incidents.c.id != incident.id,
            )
        ).scalar_one_or_none()
        if taken is not None and incident.open:
            raise Rejected(
                f"{incident.rule} already has the open incident {taken} for {incident.entity}", reason="already_open"
            )
        new = self._db.insert(incidents).values(values)
        # Judging old readings again must not take a later judgement back.
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["id"],
                set_={name: new.excluded[name] for name in values if name != "id"},
                where=and_(
                    new.excluded.changes >= incidents.c.changes,
                    or_(incidents.c.state != str(State.RESOLVED), new.excluded.state == str(State.RESOLVED)),
                ),
            )
        )

    def _put_tellings(self, connection: Connection, city: str, rows: Mapping[str, Mapping[str, Any] | None]) -> None:
        for event, state in rows.items():
            if state is None:
                connection.execute(tellings.delete().where(tellings.c.city == city, tellings.c.event == event))
                continue
            new = self._db.insert(tellings).values(city=city, event=event, state=dict(state))
            connection.execute(new.on_conflict_do_update(index_elements=["city", "event"], set_={"state": dict(state)}))

    def tellings(self, city: str) -> Mapping[str, Mapping[str, Any]]:
        """See `CityStore.tellings`."""
        query = select(tellings.c.event, tellings.c.state).where(tellings.c.city == city)
        with self._db.read() as connection:
            return {row.event: row.state for row in connection.execute(query)}

    def held_back(self, city: str) -> int:
        """See `CityStore.held_back`. The engine notes it under a name that no event has."""
        query = select(tellings.c.state).where(tellings.c.city == city, tellings.c.event == OVERFLOW)
        with self._db.read() as connection:
            state = connection.execute(query).scalar_one_or_none()
        return 0 if state is None else int(state["held_back"])

    def telling_incidents(self, city: str) -> Sequence[Incident]:
        """See `CityStore.telling_incidents`."""
        noted = select(tellings.c.event).where(tellings.c.city == city)
        query = select(incidents).where(incidents.c.event.in_(noted))
        return self._incidents(query.order_by(incidents.c.opened_us, incidents.c.id))

    def _put_snapshot(self, connection: Connection, city: str, snapshot: bytes, watermark_us: int) -> None:
        kept = {"snapshot": snapshot, "watermark_us": watermark_us}
        new = self._db.insert(snapshots).values(city=city, **kept)
        connection.execute(new.on_conflict_do_update(index_elements=["city"], set_=kept))

    def engine_snapshot(self, city: str) -> tuple[bytes, int] | None:
        """See `CityStore.engine_snapshot`."""
        with self._db.read() as connection:
            found = connection.execute(select(snapshots).where(snapshots.c.city == city)).one_or_none()
        return None if found is None else (bytes(found.snapshot), found.watermark_us)

    def open_incidents(self, city: str) -> Sequence[Incident]:
        """See `CityStore.open_incidents`, oldest first."""
        query = select(incidents).where(incidents.c.city == city, incidents.c.state != str(State.RESOLVED))
        return self._incidents(query.order_by(incidents.c.opened_us, incidents.c.id))

    def incident(self, incident_id: str) -> Incident | None:
        """See `CityStore.incident`."""
        return next(iter(self._incidents(select(incidents).where(incidents.c.id == incident_id))), None)

    def incidents(self, city: str, since_us: int = 0, *, limit: int = 1_000) -> Sequence[Incident]:
        """See `CityStore.incidents`: those opened at `since_us` or later."""
        query = select(incidents).where(incidents.c.city == city, incidents.c.opened_us >= since_us)
        return self._incidents(query.order_by(incidents.c.opened_us.desc(), incidents.c.id).limit(limit))

    def incidents_about(self, city: str, entity: str, from_us: int, to_us: int) -> Sequence[Incident]:
        """See `CityStore.incidents_about`."""
        query = select(incidents).where(
            incidents.c.city == city,
            incidents.c.entity == entity,
            incidents.c.crossed_us <= to_us,
            or_(incidents.c.resolved_us.is_(None), incidents.c.resolved_us >= from_us),
        )
        return self._incidents(query.order_by(incidents.c.opened_us, incidents.c.id))

    def incidents_of(self, event: str) -> Sequence[Incident]:
        """See `CityStore.incidents_of`, oldest first."""
        query = select(incidents).where(incidents.c.event == event)
        return self._incidents(query.order_by(incidents.c.opened_us, incidents.c.id))

    def _incidents(self, query: Any) -> list[Incident]:
        with self._db.read() as connection:
            return [incident_of(row) for row in rows_of(connection, query)]

    def changes_of(self, event: str) -> Sequence[Change]:
        """See `CityStore.changes_of`."""
        query = (
            select(changes)
            .join(incidents, incidents.c.id == changes.c.incident)
            .where(incidents.c.event == event)
            .order_by(changes.c.said_us, changes.c.incident, changes.c.number)
        )
        with self._db.read() as connection:
            return [change_of(row) for row in connection.execute(query).mappings()]

    def open_changes(self, city: str) -> Mapping[str, Sequence[Change]]:
        """See `CityStore.open_changes`."""
        query = (
            select(changes)
            .join(incidents, incidents.c.id == changes.c.incident)
            .where(incidents.c.city == city, incidents.c.state != str(State.RESOLVED))
            .order_by(changes.c.incident, changes.c.number)
        )
        found: dict[str, list[Change]] = {}
        with self._db.read() as connection:
            for row in connection.execute(query).mappings():
                found.setdefault(row["incident"], []).append(change_of(row))
        return found

    def held_changes(self, city: str) -> Sequence[Change]:
        """See `CityStore.held_changes`."""
        query = (
            select(changes)
            .join(incidents, incidents.c.id == changes.c.incident)
            .join(events, events.c.id == incidents.c.event)
            .where(incidents.c.city == city, events.c.closed_us.is_(None), changes.c.held != "")
            .order_by(changes.c.incident, changes.c.number)
        )
        with self._db.read() as connection:
            return [change_of(row) for row in connection.execute(query).mappings()]

    def event(self, event_id: str) -> Event | None:
        """See `CityStore.event`."""
        return self._event(select(events).where(events.c.id == event_id))

    def events(self, ids: Collection[str]) -> Mapping[str, Event]:
        """See `CityStore.events`."""
        found: dict[str, Event] = {}
        with self._db.read() as connection:
            for some in batches(ids):
                rows = rows_of(connection, select(events).where(events.c.id.in_(some)))
                found |= {row["id"]: Event(**row) for row in rows}
        return found

    def last_event(self, city: str, rule: str, group: str) -> Event | None:
        """See `CityStore.last_event`."""
        query = select(events).where(events.c.city == city, events.c.rule == rule, events.c.group == group)
        return self._event(query.order_by(events.c.opened_us.desc(), events.c.id).limit(1))

    def _event(self, query: Any) -> Event | None:
        with self._db.read() as connection:
            row = connection.execute(query).mappings().one_or_none()
        return None if row is None else Event(**row)


def check_fence(connection: Connection, lease: Lease) -> None:
    """Raises Rejected(reason="fenced") for whoever is not the holder any more."""
    held = connection.execute(
        select(leases.c.fence).where(leases.c.city == lease.city).with_for_update()
    ).scalar_one_or_none()
    if held != lease.fence:
        raise Rejected(f"another engine has taken over {lease.city}; this one must stop", reason="fenced")


def _number(level: Level | None) -> int | None:
    return None if level is None else int(level)


def _level(number: int | None) -> Level | None:
    return None if number is None else Level(number)


def change_of(row: Mapping[Any, Any]) -> Change:
    """A row of `changes`."""
    return Change(**{**row, "what": What(row["what"]), "level": _level(row["level"])})


def incident_of(row: Mapping[Any, Any]) -> Incident:
    """A row of `incidents`."""
    return Incident(**{**row, "state": State(row["state"]), "level": _level(row["level"]), "peak": _level(row["peak"])})
