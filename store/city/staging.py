"""What was promoted: by two people, lowered by one, in the same transaction as the deed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from contract.city import Profile, Text
from contract.errors import Rejected
from contract.incident import Audience
from contract.roles import Role
from contract.staging import PackRule, Stage, Staged, StageProposal, Stages, in_force, wider
from store.city.audit import append, hold_log
from store.city.database import Database, Part
from store.city.people import may
from store.city.schema import cities, nodes, packs, placements, rules, stage_proposals, stages
from store.people import Deed

PROMOTERS: frozenset[Role] = frozenset({"operator", "admin"})
"""the roles whose people may propose a wider stage and agree to another's"""


def take_first_pack(connection: Connection, profile: Profile, now_us: int) -> None:
    """A city that is put for the first time: its nodes are told as far as its files say, where two have signed them."""
    one, two = profile.promoted_by if len(profile.promoted_by) == 2 else ("", "")
    connection.execute(insert(packs).values(city=profile.code, by_one=one, by_two=two, rules_us=None))
    promoted = [
        Stage(profile.code, "node", node.node, "", node.audience, one, two, now_us)
        for node in profile.nodes
        if one and node.audience != "shadow"
    ]
    if promoted:
        connection.execute(insert(stages), [asdict(stage) for stage in promoted])


class StageTables(Part):
    """Stages of rules and nodes, and what waits for a second person."""

    def note_rules(self, city: str, rules_now: Sequence[PackRule], now_us: int) -> None:
        """See `StageStore.note_rules`."""
        if list(self.pack_rules(city)) == sorted(rules_now, key=lambda one: one.id) and not self._first_awaited(city):
            return
        with self._db.write() as connection:
            connection.execute(delete(rules).where(rules.c.city == city))
            if rules_now:
                connection.execute(insert(rules), [_rule_row(city, one) for one in rules_now])
            taken = update(packs).where(packs.c.city == city, packs.c.rules_us.is_(None)).values(rules_us=now_us)
            first = connection.execute(taken.returning(packs.c.by_one, packs.c.by_two)).one_or_none()
            if first is not None and first.by_one:
                self._take(connection, city, rules_now, first.by_one, first.by_two, now_us)
            _bump(connection, city)

    def _first_awaited(self, city: str) -> bool:
        query = select(packs.c.city).where(packs.c.city == city, packs.c.rules_us.is_(None))
        with self._db.read() as connection:
            return connection.execute(query).first() is not None

    def _take(
        self, connection: Connection, city: str, pack: Sequence[PackRule], one: str, two: str, now_us: int
    ) -> None:
        for rule in pack:
            if rule.audience != "shadow":
                promoted = Stage(city, "rule", rule.id, rule.version, rule.audience, one, two, now_us)
                connection.execute(self._db.insert(stages).values(asdict(promoted)).on_conflict_do_nothing())

    def pack_rules(self, city: str) -> Sequence[PackRule]:
        """See `StageStore.pack_rules`."""
        with self._db.read() as connection:
            found = connection.execute(select(rules).where(rules.c.city == city).order_by(rules.c.id)).all()
        return [
            PackRule(r.id, r.version, r.audience, r.subject, Text(r.title_id, r.title_en), r.severity) for r in found
        ]

    def widest(self, city: str) -> Mapping[str, Audience]:
        """See `StageStore.widest`, by node."""
        query = select(nodes.c.node, nodes.c.audience).join(
            placements, (placements.c.city == nodes.c.city) & (placements.c.node == nodes.c.node)
        )
        query = query.where(nodes.c.city == city, placements.c.valid_to_us.is_(None)).order_by(nodes.c.node)
        with self._db.read() as connection:
            return {row.node: row.audience for row in connection.execute(query)}

    def stages(self, city: str) -> Stages:
        """See `StageStore.stages`."""
        with self._db.read() as connection:
            found = connection.execute(select(stages).where(stages.c.city == city)).mappings().all()
        return {(row["what"], row["name"]): Stage(**row) for row in found}

    def propose_stage(self, proposal: StageProposal, deed: Deed) -> None:
        """See `StageStore.propose_stage`. What is over of anybody's is forgotten on the way."""
        with self._db.write() as connection:
            hold_log(self._db, connection, proposal.city)
            if not may(connection, proposal.city, deed.actor, PROMOTERS):
                raise Rejected("only operators and administrators promote", reason="not_allowed")
            _check_wider(connection, proposal)
            connection.execute(delete(stage_proposals).where(stage_proposals.c.until_us <= proposal.created_us))
            connection.execute(_proposed(proposal.city, proposal.what, proposal.name))
            connection.execute(insert(stage_proposals).values(asdict(proposal)))
            append(self._db, connection, proposal.city, deed)

    def stage_proposals(self, city: str, now_us: int) -> Sequence[StageProposal]:
        """See `StageStore.stage_proposals`."""
        query = select(stage_proposals).where(stage_proposals.c.city == city, stage_proposals.c.until_us > now_us)
        query = query.order_by(stage_proposals.c.created_us.desc(), stage_proposals.c.id)
        with self._db.read() as connection:
            return [StageProposal(**row) for row in connection.execute(query).mappings()]

    def withdraw_stage(self, proposal_id: str, deed: Deed) -> None:
        """See `StageStore.withdraw_stage`."""
        with self._db.write() as connection:
            known = _held(self._db, connection, proposal_id)
            if known is not None:
                connection.execute(delete(stage_proposals).where(stage_proposals.c.id == proposal_id))
                append(self._db, connection, known.city, deed)

    def promote(self, proposal_id: str, now_us: int, deed: Deed) -> bool:
        """See `StageStore.promote`."""
        with self._db.write() as connection:
            known = _held(self._db, connection, proposal_id)
            if known is None or known.until_us <= now_us:
                return False
            _check_two(connection, known, deed)
            _check_wider(connection, known)
            connection.execute(delete(stage_proposals).where(stage_proposals.c.id == proposal_id))
            self._put_stage(
                connection,
                Stage(known.city, known.what, known.name, known.version, known.stage, known.by, deed.actor, deed.at_us),
            )
            append(self._db, connection, known.city, deed)
        return True

    def lower(self, stage: Stage, deed: Deed) -> None:
        """See `StageStore.lower`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, stage.city)
            if not wider(_told_now(connection, stage.city, stage.what, stage.name), than=stage.stage):
                raise Rejected(f"{stage.name} is told no further than {stage.stage}", reason="not_narrower")
            connection.execute(_proposed(stage.city, stage.what, stage.name))
            _, version = _file_of(connection, stage.city, stage.what, stage.name)
            self._put_stage(connection, replace(stage, version=version))
            append(self._db, connection, stage.city, deed)

    def _put_stage(self, connection: Connection, stage: Stage) -> None:
        values = asdict(stage)
        new = self._db.insert(stages).values(values)
        connection.execute(new.on_conflict_do_update(index_elements=["city", "what", "name"], set_=values))
        _bump(connection, stage.city)


def _held(database: Database, connection: Connection, proposal_id: str) -> StageProposal | None:
    """The proposal as it is once nobody else can decide it any more."""
    this = select(stage_proposals).where(stage_proposals.c.id == proposal_id)
    found = connection.execute(this).mappings().one_or_none()
    if found is None:
        return None
    hold_log(database, connection, found["city"])
    again = connection.execute(this).mappings().one_or_none()
    return None if again is None else StageProposal(**again)


def _check_two(connection: Connection, proposal: StageProposal, deed: Deed) -> None:
    """Two different people, each of whom may promote at this very moment."""
    if deed.actor == proposal.by:
        raise Rejected("another person must agree", reason="own_proposal")
    if not may(connection, proposal.city, deed.actor, PROMOTERS):
        raise Rejected("only operators and administrators promote", reason="not_allowed")
    if not may(connection, proposal.city, proposal.by, PROMOTERS):
        raise Rejected("who proposed it may not promote any more", reason="proposer_gone")


def _check_wider(connection: Connection, proposal: StageProposal) -> None:
    widest, version = _file_of(connection, proposal.city, proposal.what, proposal.name)
    if version != proposal.version:
        raise Rejected(f"the rule {proposal.name} judges otherwise by now", reason="changed")
    if wider(proposal.stage, than=widest):
        raise Rejected(f"the file of {proposal.name} allows {widest} at most", reason="beyond_pack")
    if not wider(proposal.stage, than=_told_now(connection, proposal.city, proposal.what, proposal.name)):
        raise Rejected(f"{proposal.name} is told so far already", reason="not_wider")


def _file_of(connection: Connection, city: str, what: Staged, name: str) -> tuple[Audience, str]:
    """(the widest circle that the file allows, the version of what it judges by). Raises Rejected."""
    if what == "rule":
        query: Any = select(rules.c.audience, rules.c.version).where(rules.c.city == city, rules.c.id == name)
    else:
        query = select(nodes.c.audience).where(nodes.c.city == city, nodes.c.node == name)
    found = connection.execute(query).one_or_none()
    if found is None:
        raise Rejected(f"the city has no {what} {name!r}", reason="unknown_staged")
    return found.audience, found.version if what == "rule" else ""


def _told_now(connection: Connection, city: str, what: Staged, name: str) -> Audience:
    widest, version = _file_of(connection, city, what, name)
    this = select(stages).where(stages.c.city == city, stages.c.what == what, stages.c.name == name)
    found = connection.execute(this).mappings().one_or_none()
    return in_force(widest, None if found is None else Stage(**found), version)


def _proposed(city: str, what: Staged, name: str) -> Any:
    return delete(stage_proposals).where(
        stage_proposals.c.city == city, stage_proposals.c.what == what, stage_proposals.c.name == name
    )


def _rule_row(city: str, rule: PackRule) -> dict[str, Any]:
    return {
        "city": city,
        "id": rule.id,
        "version": rule.version,
        "audience": rule.audience,
        "subject": rule.subject,
        "title_id": rule.title.id,
        "title_en": rule.title.en,
        "severity": rule.severity,
    }


def _bump(connection: Connection, city: str) -> None:
    connection.execute(
        update(cities).where(cities.c.code == city).values(registry_version=cities.c.registry_version + 1)
    )
