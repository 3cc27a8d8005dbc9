"""What people say afterwards of what was told, and of what was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, exists, func, insert, select, true, update

from contract.errors import Rejected
from contract.incident import Incident, State
from contract.judgement import Judgement, Miss, Outcome, check_judgement, check_miss
from contract.levels import Level
from contract.roles import Role
from store.city.audit import append, hold_log
from store.city.database import Part
from store.city.desk_schema import case_updates, cases
from store.city.engine import incident_of
from store.city.people import may
from store.city.schema import changes, incidents, judgements, misses, nodes, rules
from store.people import Deed

_JUDGES: frozenset[Role] = frozenset({"officer", "operator", "admin"})
_SENSOR = "sensor"
"""the author of what the engine says in a case"""


class JudgementTables(Part):
    """Verdicts and misses: added, never changed; a miss may be withdrawn."""

    def judge(self, judgement: Judgement, deed: Deed) -> bool:
        """See `JudgementStore.judge`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, judgement.city)
            if connection.execute(select(judgements.c.id).where(judgements.c.id == judgement.id)).first():
                return False
            _check_judge(connection, judgement.city, judgement.by)
            incident = _incident(connection, judgement.incident)
            if incident is None or incident.city != judgement.city:
                raise Rejected(f"the city has no incident {judgement.incident}", reason="unknown_incident")
            if incident.open:
                raise Rejected(f"incident {incident.id} is not over", reason="still_open")
            check_judgement(judgement, incident)
            connection.execute(insert(judgements).values(asdict(judgement)))
            append(self._db, connection, judgement.city, deed)
        return True

    def judgements(self, incident: str) -> Sequence[Judgement]:
        """See `JudgementStore.judgements`."""
        query = select(judgements).where(judgements.c.incident == incident)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(judgements.c.at_us.desc(), judgements.c.id.desc())).mappings()
            return [Judgement(**row) for row in found]

    def unjudged(self, city: str, *, limit: int = 200) -> Sequence[Incident]:
        """See `JudgementStore.unjudged`."""
        query = (
            select(incidents)
            .where(
                incidents.c.city == city,
                incidents.c.state == str(State.RESOLVED),
                ~exists().where(judgements.c.incident == incidents.c.id),
            )
            .order_by(incidents.c.resolved_us, incidents.c.id)
            .limit(limit)
        )
        with self._db.read() as connection:
            return [incident_of(row) for row in connection.execute(query).mappings()]

    def outcomes(self, city: str, since_us: int, *, until_us: int | None = None) -> Sequence[Outcome]:
        """See `JudgementStore.outcomes`."""
        over = and_(
            incidents.c.city == city, incidents.c.opened_us >= since_us, incidents.c.state == str(State.RESOLVED)
        )
        if until_us is not None:
            over = and_(over, incidents.c.opened_us < until_us)
        opened_said = _said(func.min)
        ended_said = _said(func.max)
        words = (
            select(func.min(case_updates.c.said_us))
            .join(cases, cases.c.number == case_updates.c.number)
            .where(
                cases.c.event == incidents.c.event,
                cases.c.public.is_(true()),
                case_updates.c.author == _SENSOR,
                case_updates.c.said_us >= opened_said,
                case_updates.c.said_us < ended_said,
            )
            .correlate(incidents)
            .scalar_subquery()
        )
        query = select(incidents, words.label("word_us")).where(over).order_by(incidents.c.opened_us, incidents.c.id)
        with self._db.read() as connection:
            found = connection.execute(query).mappings().all()
            said = _newest(connection, city, incidents.c.opened_us >= since_us)
        return [_outcome(row, said) for row in found]

    def found_afterwards(self, city: str, since_us: int) -> Sequence[Outcome]:
        """See `JudgementStore.found_afterwards`."""
        found = and_(incidents.c.city == city, incidents.c.opened_us >= since_us, incidents.c.found_us.is_not(None))
        query = select(incidents).where(found).order_by(incidents.c.opened_us.desc(), incidents.c.id)
        with self._db.read() as connection:
            known = [incident_of(row) for row in connection.execute(query).mappings()]
            said = _newest(connection, city, found)
        return [Outcome(one, None, said.get(one.id)) for one in known]

    def add_miss(self, miss: Miss, deed: Deed) -> bool:
        """See `JudgementStore.add_miss`."""
        check_miss(miss)
        with self._db.write() as connection:
            hold_log(self._db, connection, miss.city)
            if connection.execute(select(misses.c.id).where(misses.c.id == miss.id)).first():
                return False
            _check_judge(connection, miss.city, miss.by)
            _check_known(connection, miss)
            connection.execute(insert(misses).values({**asdict(miss), "level": int(miss.level)}))
            append(self._db, connection, miss.city, deed)
        return True

    def withdraw_miss(self, miss_id: str, now_us: int, deed: Deed) -> None:
        """See `JudgementStore.withdraw_miss`."""
        with self._db.write() as connection:
            city = connection.execute(select(misses.c.city).where(misses.c.id == miss_id)).scalar_one_or_none()
            if city is None:
                raise Rejected("there is no such miss", reason="unknown_miss")
            hold_log(self._db, connection, city)
            _check_judge(connection, city, deed.actor)
            still = update(misses).where(misses.c.id == miss_id, misses.c.withdrawn_us.is_(None))
            done = connection.execute(still.values(withdrawn_us=now_us, withdrawn_by=deed.actor))
            if done.rowcount:
                append(self._db, connection, city, deed)

    def misses(self, city: str, since_us: int) -> Sequence[Miss]:
        """See `JudgementStore.misses`."""
        query = select(misses).where(misses.c.city == city, misses.c.happened_us >= since_us)
        with self._db.read() as connection:
            found = connection.execute(query.order_by(misses.c.happened_us.desc(), misses.c.id)).mappings()
            return [Miss(**{**row, "level": Level(row["level"])}) for row in found]


def _said(which: Any) -> Any:
    """The first or the last moment at which the engine judged a change of the incident."""
    return (
        select(which(changes.c.said_us))
        .where(changes.c.incident == incidents.c.id)
        .correlate(incidents)
        .scalar_subquery()
    )


def _outcome(row: RowMapping, said: Mapping[str, Judgement]) -> Outcome:
    incident = incident_of({column.name: row[column] for column in incidents.c})
    return Outcome(incident, row["word_us"], said.get(incident.id))


def _newest(connection: Connection, city: str, of: Any) -> dict[str, Judgement]:
    """The verdict that counts on each of these incidents."""
    query = (
        select(judgements)
        .join(incidents, incidents.c.id == judgements.c.incident)
        .where(judgements.c.city == city, of)
        .order_by(judgements.c.at_us, judgements.c.id)
    )
    return {row["incident"]: Judgement(**row) for row in connection.execute(query).mappings()}


def _incident(connection: Connection, incident_id: str) -> Incident | None:
    row: RowMapping | None = (
        connection.execute(select(incidents).where(incidents.c.id == incident_id)).mappings().one_or_none()
    )
    return None if row is None else incident_of(row)


def _check_judge(connection: Connection, city: str, person_id: str) -> None:
    if not may(connection, city, person_id, _JUDGES):
        raise Rejected("only officers, operators and administrators judge", reason="not_allowed")


def _check_known(connection: Connection, miss: Miss) -> None:
    of_rule = select(rules.c.id).where(rules.c.city == miss.city, rules.c.id == miss.rule)
    of_node = select(nodes.c.node).where(nodes.c.city == miss.city, nodes.c.node == miss.node)
    if connection.execute(of_rule).first() is None or (miss.node and connection.execute(of_node).first() is None):
        raise Rejected("the city has no such rule or gauge", reason="unknown_staged")
