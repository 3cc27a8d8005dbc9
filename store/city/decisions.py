"""What people decided about alarms: rows that are added in one order and never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Connection, Select, and_, func, insert, or_, select

from contract.attention import Attention, attention
from contract.decision import Decision, Facts, check, may_decide
from contract.errors import Rejected
from contract.incident import WATER, Change, Incident, State, Subject
from store.city.audit import append, hold_log
from store.city.database import Part, rows_of
from store.city.engine import change_of, incident_of
from store.city.people import check_person, person_here, unknown_person
from store.city.schema import changes, cities, decisions, events, incidents, nodes, placements, rules, sites
from store.people import Deed

_FLOOD: frozenset[Subject] = frozenset({"flood"})
_OF_WATER: Mapping[str, frozenset[Subject]] = {"end": WATER} | dict.fromkeys(
    ("read_on_site", "confirm", "order", "wrong", "seen_on_camera"), _FLOOD
)
_ALSO_AFTERWARDS = frozenset({"comment", "unsilence", "end_window", "end_drill"})
_ENDS: Mapping[str, str] = {"unsilence": "silence", "end_window": "window", "end_drill": "drill"}
_ENDERS = ("unsilence", "end_window")


class DecisionTable(Part):
    """Added under the held audit log, so that their numbers have no gap and none appears behind a later one."""

    def decide(self, decision: Decision, deed: Deed) -> bool:
        """See `DecisionStore.decide`."""
        check(decision)
        with self._db.write() as connection:
            hold_log(self._db, connection, decision.city)
            if connection.execute(select(decisions.c.id).where(decisions.c.id == decision.id)).first():
                return False
            _check_person(connection, decision)
            _check_about(connection, decision)
            number = _head(connection, decision.city) + 1
            values = {field.name: getattr(decision, field.name) for field in fields(decision)}
            values |= {"number": number, "body": dict(decision.body)}
            connection.execute(insert(decisions).values(values))
            append(self._db, connection, decision.city, deed)
        return True

    def decision(self, city: str, decision_id: str) -> Decision | None:
        """See `DecisionStore.decision`."""
        this = and_(decisions.c.city == city, decisions.c.id == decision_id)
        with self._db.read() as connection:
            return next(iter(_found(connection, select(decisions).where(this))), None)

    def decisions_head(self, city: str) -> int:
        """See `DecisionStore.decisions_head`."""
        with self._db.read() as connection:
            return _head(connection, city)

    def decisions(
        self,
        city: str,
        *,
        after: int = 0,
        since_us: int = 0,
        incident: str | None = None,
        event: str | None = None,
        limit: int = 1_000,
    ) -> Sequence[Decision]:
        """See `DecisionStore.decisions`."""
        query = select(decisions).where(decisions.c.city == city, decisions.c.number > after)
        if since_us:
            query = query.where(decisions.c.at_us >= since_us)
        if incident is not None:
            query = query.where(decisions.c.incident == incident)
        if event is not None:
            query = query.where(decisions.c.event == event)
        with self._db.read() as connection:
            return _found(connection, query.order_by(decisions.c.number).limit(limit))

    def standing(self, city: str, now_us: int) -> Sequence[Decision]:
        """See `DecisionStore.standing`."""
        with self._db.read() as connection:
            return _standing(connection, city, now_us)

    def attention(self, city: str, incidents_now: Sequence[Incident], now_us: int) -> Mapping[str, Attention]:
        """See `DecisionStore.attention`."""
        still_open = and_(incidents.c.city == city, incidents.c.state != str(State.RESOLVED))
        about = or_(
            and_(decisions.c.incident != "", decisions.c.incident.in_(select(incidents.c.id).where(still_open))),
            and_(
                decisions.c.incident == "",
                decisions.c.event != "",
                decisions.c.event.in_(select(incidents.c.event).where(still_open)),
            ),
        )
        with self._db.read() as connection:
            rows = _found(connection, select(decisions).where(decisions.c.city == city, about))
            rows = list({one.id: one for one in (*rows, *_standing(connection, city, now_us))}.values())
            since_us = min((one.at_us for one in rows if one.kind == "acknowledge"), default=None)
            said = [] if since_us is None else _changes(connection, still_open, since_us)
            facts = _facts(connection, city, incidents_now)
        of_incident: dict[str, list[Change]] = {}
        for change in said:
            of_incident.setdefault(change.incident, []).append(change)
        return attention(incidents_now, facts, rows, of_incident, now_us)


def _head(connection: Connection, city: str) -> int:
    query = select(func.max(decisions.c.number)).where(decisions.c.city == city)
    return connection.execute(query).scalar_one() or 0


def _found(connection: Connection, query: Select[Any]) -> list[Decision]:
    return [Decision(**row) for row in rows_of(connection, query)]


def _standing(connection: Connection, city: str, now_us: int) -> list[Decision]:
    this = decisions.c.city == city
    timed = decisions.c.kind.in_(("silence", "window"))
    found = _found(connection, select(decisions).where(this, timed, decisions.c.until_us > now_us))
    if found:
        oldest = min(one.number for one in found)
        enders = select(decisions).where(this, decisions.c.kind.in_(_ENDERS), decisions.c.number > oldest)
        found += _found(connection, enders)
    return sorted(found, key=lambda one: one.number)


def _changes(connection: Connection, still_open: Any, since_us: int) -> list[Change]:
    query = select(changes).join(incidents, incidents.c.id == changes.c.incident)
    query = query.where(still_open, changes.c.said_us > since_us)
    return [change_of(row) for row in rows_of(connection, query)]


def _facts(connection: Connection, city: str, found: Sequence[Incident]) -> dict[str, Facts]:
    now = and_(placements.c.city == city, placements.c.valid_to_us.is_(None))
    stands = and_(sites.c.city == placements.c.city, sites.c.code == placements.c.site)
    query = select(placements.c.node, placements.c.site, placements.c.region, sites.c.river).join(sites, stands)
    places = {place.node: place for place in connection.execute(query.where(now))}
    of_rules = select(rules.c.id, rules.c.severity).where(rules.c.city == city)
    severities = {rule.id: rule.severity for rule in connection.execute(of_rules)}
    facts = {}
    for incident in found:
        place = places.get(incident.node)
        facts[incident.id] = Facts(
            incident=incident.id,
            event=incident.event,
            subject=incident.subject,
            audience=incident.audience,
            rule=incident.rule,
            node=incident.node,
            site=place.site if place else "",
            region=place.region if place else "",
            river=place.river if place else "",
            severity=severities.get(incident.rule, ""),
        )
    return facts


# ------------------------------------------------------------ whether it may be taken


def _check_person(connection: Connection, decision: Decision) -> None:
    """Somebody of this city, whose role may decide this at this very moment."""
    person = person_here(connection, decision.city, decision.by)
    if person is None:
        raise unknown_person(decision.by)
    signing = connection.execute(select(cities.c.signs).where(cities.c.code == decision.city)).scalar_one_or_none()
    if not may_decide(decision, person.role, signs=bool(signing) and person.agency == signing):
        raise Rejected(f"a {person.role} cannot decide this ({decision.kind})", reason="not_allowed")
    if decision.kind == "assign":
        check_person(connection, decision.body["to"], decision.city)


def _check_about(connection: Connection, decision: Decision) -> None:
    """What it is about is there, of this city, and still open where it only makes sense then."""
    if decision.kind == "drill":
        _check_gauge(connection, decision)
    if decision.kind in _ENDS:
        this = and_(decisions.c.city == decision.city, decisions.c.id == decision.body["ends"])
        kind = connection.execute(select(decisions.c.kind).where(this)).scalar_one_or_none()
        if kind != _ENDS[decision.kind]:
            raise Rejected(f"there is no {_ENDS[decision.kind]} {decision.body['ends']}", reason="unknown_decision")
    afterwards = decision.kind in _ALSO_AFTERWARDS
    if decision.event:
        this = and_(events.c.city == decision.city, events.c.id == decision.event)
        event = connection.execute(select(events.c.closed_us).where(this)).one_or_none()
        if event is None:
            raise Rejected(f"there is no event {decision.event}", reason="unknown_event")
        if event.closed_us is not None and not afterwards:
            raise Rejected(f"the event {decision.event} is over", reason="over")
    if decision.incident:
        this = and_(incidents.c.city == decision.city, incidents.c.id == decision.incident)
        row = connection.execute(select(incidents).where(this)).mappings().one_or_none()
        if row is None:
            raise Rejected(f"there is no incident {decision.incident}", reason="unknown_incident")
        incident = incident_of(row)
        if not incident.open and not afterwards:
            raise Rejected(f"the incident {decision.incident} is over", reason="over")
        _check_fits(decision, incident)


def _check_gauge(connection: Connection, decision: Decision) -> None:
    this = and_(nodes.c.city == decision.city, nodes.c.node == decision.body["node"], nodes.c.kind == "gauge")
    if connection.execute(select(nodes.c.node).where(this)).first() is None:
        raise Rejected(f"there is no gauge {decision.body['node']}", reason="unknown_node")


def _check_fits(decision: Decision, incident: Incident) -> None:
    """Whether this can be said of such an incident at all."""
    announced = decision.kind == "end" and incident.announced
    if incident.subject not in _OF_WATER.get(decision.kind, {incident.subject}) and not announced:
        raise Rejected(f"this cannot be said of this alarm ({decision.kind})", reason="not_a_gauge")
    if decision.kind == "order" and incident.audience != "public":
        raise Rejected(f"the public is not told of {decision.incident}", reason="not_public")
    if decision.event and decision.event != incident.event:
        raise Rejected(f"the incident {decision.incident} is of another event", reason="unknown_event")
