"""What a level means where people live: what holds, what held, and what one person wants changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select, update

from contract.city import Profile
from contract.clock import from_us
from contract.errors import Rejected
from contract.impact import FILE, Impact, ImpactProposal, KeptImpact, Outcome
from contract.impact_check import CITY_MOST, GAUGE_MOST, check_impact, clash
from contract.roles import Role, within
from store.city.audit import append, hold_log
from store.city.database import Database, Part
from store.city.people import person_here
from store.city.schema import impact_proposals, impacts, placements
from store.impacts import PROPOSALS_MOST, REASON_MOST
from store.people import Deed, Person

SURVEYORS: frozenset[Role] = frozenset({"officer", "operator", "admin"})
_OF_IMPACT = (
    "gauge", "from_cm", "rw", "depth", "muster", "muster_lat", "muster_lon", "phone", "checked_by", "checked_on",
    "datum", "compared_on", "compared",
)  # fmt: skip


def take_file(connection: Connection, profile: Profile, now_us: int) -> None:
    """The rows of the city's file that its table never held. What contradicts the table, or says that it was looked at
    on a day to come, is left."""
    if not profile.impacts:
        return
    kept = connection.execute(select(impacts).where(impacts.c.city == profile.code)).mappings().all()
    held = {_impact_of(row).key for row in kept}
    holding = [_impact_of(row) for row in kept if row["ended_us"] is None]
    today = from_us(now_us).astimezone(ZoneInfo(profile.zone)).date()
    for impact in profile.impacts:
        later = impact.checked_on > today or (impact.compared_on is not None and impact.compared_on > today)
        if impact.key in held or later or clash(impact, holding) is not None or _is_full(impact, holding):
            continue
        name = sha256("/".join((profile.code, *map(str, impact.key))).encode()).hexdigest()[:32]
        _put(connection, profile.code, KeptImpact(name, impact, FILE, "", now_us))
        holding.append(impact)


class ImpactTables(Part):
    """Rows and proposals; nothing is ever deleted."""

    def impacts(self, city: str) -> Sequence[KeptImpact]:
        """See `ImpactStore.impacts`."""
        with self._db.read() as connection:
            return _holding(connection, city)

    def impact_history(self, city: str, *, limit: int = 200) -> Sequence[KeptImpact]:
        """See `ImpactStore.impact_history`."""
        query = select(impacts).where(impacts.c.city == city, impacts.c.ended_us.is_not(None))
        query = query.order_by(impacts.c.ended_us.desc(), impacts.c.id).limit(limit)
        with self._db.read() as connection:
            return [_kept_of(row) for row in connection.execute(query).mappings()]

    def propose_impacts(self, proposals: Sequence[ImpactProposal], deeds: Sequence[Deed]) -> None:
        """See `ImpactStore.propose_impacts`."""
        for one in proposals:
            check_impact(one.impact)
        if not proposals:
            return
        city, now_us = proposals[0].city, proposals[0].created_us
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            holding, waiting = _holding(connection, city), _waiting(connection, city, now_us)
            stay = [one for one in waiting if not any(_about_the_same(new, one) for new in proposals)]
            if len(stay) + len(proposals) > PROPOSALS_MOST:
                raise Rejected(f"{PROPOSALS_MOST} proposals wait already", reason="too_many")
            for one, deed in zip(proposals, deeds, strict=True):
                _check_surveyor(connection, one, one.by)
                _check_target(one, holding)
                _give_way(connection, one, waiting)
                connection.execute(insert(impact_proposals).values(_proposal_row(one)))
                append(self._db, connection, city, deed)

    def impact_proposals(self, city: str, now_us: int) -> Sequence[ImpactProposal]:
        """See `ImpactStore.impact_proposals`."""
        with self._db.read() as connection:
            return _waiting(connection, city, now_us)

    def decided_impacts(self, city: str, *, limit: int = 20) -> Sequence[ImpactProposal]:
        """See `ImpactStore.decided_impacts`."""
        query = select(impact_proposals).where(impact_proposals.c.city == city, impact_proposals.c.outcome != "")
        query = query.order_by(impact_proposals.c.decided_us.desc(), impact_proposals.c.id).limit(limit)
        with self._db.read() as connection:
            return [_proposal_of(row) for row in connection.execute(query).mappings()]

    def agree_impact(self, proposal_id: str, now_us: int, deed: Deed) -> bool:
        """See `ImpactStore.agree_impact`."""
        with self._db.write() as connection:
            known = _held(self._db, connection, proposal_id, now_us)
            if known is None:
                return False
            if deed.actor == known.by:
                raise Rejected("another person must agree", reason="own_proposal")
            _check_surveyor(connection, known, deed.actor)
            _check_surveyor(connection, known, known.by, reason="proposer_gone")
            holding = _holding(connection, known.city)
            _check_target(known, holding)
            _do(connection, known, holding, deed)
            _decide(connection, known, "agreed", deed)
            append(self._db, connection, known.city, deed)
        return True

    def close_impact(self, proposal_id: str, now_us: int, reason: str, deed: Deed) -> bool:
        """See `ImpactStore.close_impact`."""
        with self._db.write() as connection:
            known = _held(self._db, connection, proposal_id, now_us)
            if known is None:
                return False
            own = deed.actor == known.by
            if not own:
                _check_surveyor(connection, known, deed.actor)
                if not reason.strip():
                    raise Rejected("a refusal needs a reason", reason="no_reason")
            _decide(connection, known, "withdrawn" if own else "refused", deed, reason.strip()[:REASON_MOST])
            append(self._db, connection, known.city, deed)
        return True


def _held(database: Database, connection: Connection, proposal_id: str, now_us: int) -> ImpactProposal | None:
    """The proposal as it is once nobody else can decide it any more; None where it is over."""
    this = select(impact_proposals).where(impact_proposals.c.id == proposal_id)
    found = connection.execute(this).mappings().one_or_none()
    if found is None:
        return None
    hold_log(database, connection, found["city"])
    again = _proposal_of(connection.execute(this).mappings().one())
    return again if not again.outcome and again.until_us > now_us else None


def _check_surveyor(
    connection: Connection, proposal: ImpactProposal, person_id: str, *, reason: str = "not_allowed"
) -> None:
    """Whose work the gauge is at this very moment: an officer's in their area, all of them the command centre's."""
    person = person_here(connection, proposal.city, person_id)
    place = select(placements.c.region).where(
        placements.c.city == proposal.city,
        placements.c.node == proposal.impact.gauge,
        placements.c.valid_to_us.is_(None),
    )
    region = connection.execute(place).scalars().first()
    if person is None or not _speaks_for(person, region):
        raise Rejected(f"the gauge {proposal.impact.gauge} is not theirs to speak for", reason=reason)


def _speaks_for(person: Person, region: str | None) -> bool:
    """`region` None: the city has no such gauge, and whoever has an area speaks for none."""
    everywhere = person.role in SURVEYORS and person.role != "officer"
    return everywhere or (person.role in SURVEYORS and region is not None and within(person.regions, region))


def _check_target(proposal: ImpactProposal, holding: Sequence[KeptImpact]) -> None:
    gauge = proposal.impact.gauge
    if proposal.what != "add" and all((one.id, one.impact.gauge) != (proposal.target, gauge) for one in holding):
        raise Rejected("the row does not hold any more, or is another gauge's", reason="unknown_impact")
    if proposal.what != "withdraw" and any(
        one.impact.key == proposal.impact.key and one.id != proposal.target for one in holding
    ):
        raise Rejected("another row says the same RW and level", reason="doubled")


def _give_way(connection: Connection, proposal: ImpactProposal, waiting: Sequence[ImpactProposal]) -> None:
    """What waits about the same row is replaced by whoever speaks last."""
    for one in waiting:
        if _about_the_same(proposal, one):
            _decide(connection, one, "replaced", Deed(proposal.by, "", "", proposal.created_us))


def _about_the_same(one: ImpactProposal, other: ImpactProposal) -> bool:
    same_words = "withdraw" not in (one.what, other.what) and one.impact.key == other.impact.key
    return same_words or (one.target != "" and one.target == other.target)


def _do(connection: Connection, proposal: ImpactProposal, holding: Sequence[KeptImpact], deed: Deed) -> None:
    beside = [one.impact for one in holding if one.id != proposal.target]
    if proposal.what != "withdraw":
        found = clash(proposal.impact, beside)
        if found is not None:
            raise Rejected(found[0].what, reason=found[0].code)
        if _is_full(proposal.impact, beside):
            raise Rejected("there are as many rows as there can be", reason="full")
    if proposal.target:
        ended = {"ended_us": deed.at_us, "ended_one": proposal.by, "ended_two": deed.actor}
        connection.execute(update(impacts).where(impacts.c.id == proposal.target).values(ended))
    if proposal.what != "withdraw":
        _put(
            connection,
            proposal.city,
            KeptImpact(proposal.id, proposal.impact, proposal.by, deed.actor, deed.at_us),
        )


def _is_full(impact: Impact, beside: Sequence[Impact]) -> bool:
    return len(beside) >= CITY_MOST or sum(one.gauge == impact.gauge for one in beside) >= GAUGE_MOST


def _put(connection: Connection, city: str, kept: KeptImpact) -> None:
    values = {
        "id": kept.id,
        "city": city,
        **_columns(kept.impact),
        "by_one": kept.by_one,
        "by_two": kept.by_two,
        "since_us": kept.since_us,
        "ended_us": None,
        "ended_one": "",
        "ended_two": "",
    }
    connection.execute(insert(impacts).values(values))


def _decide(connection: Connection, known: ImpactProposal, outcome: Outcome, deed: Deed, reason: str = "") -> None:
    values = {"outcome": outcome, "decided_by": deed.actor, "decided_us": deed.at_us, "reason": reason}
    connection.execute(update(impact_proposals).where(impact_proposals.c.id == known.id).values(values))


def _waiting(connection: Connection, city: str, now_us: int) -> list[ImpactProposal]:
    this = impact_proposals.c
    query = select(impact_proposals).where(this.city == city, this.outcome == "", this.until_us > now_us)
    found = connection.execute(query.order_by(this.created_us, this.id)).mappings()
    return [_proposal_of(row) for row in found]


def _holding(connection: Connection, city: str) -> list[KeptImpact]:
    query = select(impacts).where(impacts.c.city == city, impacts.c.ended_us.is_(None))
    found = connection.execute(query.order_by(impacts.c.gauge, impacts.c.from_cm, impacts.c.rw)).mappings()
    return [_kept_of(row) for row in found]


def _columns(impact: Impact) -> dict[str, Any]:
    days = {"checked_on": impact.checked_on.isoformat(), "compared_on": _day_text(impact.compared_on)}
    return {**asdict(impact), **days}


def _day_text(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _impact_of(row: Mapping[Any, Any]) -> Impact:
    values = {name: row[name] for name in _OF_IMPACT}
    compared_on = date.fromisoformat(row["compared_on"]) if row["compared_on"] else None
    return Impact(**{**values, "checked_on": date.fromisoformat(row["checked_on"]), "compared_on": compared_on})


def _kept_of(row: Mapping[Any, Any]) -> KeptImpact:
    return KeptImpact(
        row["id"],
        _impact_of(row),
        row["by_one"],
        row["by_two"],
        row["since_us"],
        row["ended_us"],
        row["ended_one"],
        row["ended_two"],
    )


def _proposal_row(proposal: ImpactProposal) -> dict[str, Any]:
    row = {**asdict(proposal), **_columns(proposal.impact)}
    del row["impact"]
    return row


def _proposal_of(row: Mapping[Any, Any]) -> ImpactProposal:
    values = {name: value for name, value in row.items() if name not in _OF_IMPACT}
    return ImpactProposal(**values, impact=_impact_of(row))
