"""What takes two people to be told further, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.at_once import at_once
from support.city_data import NOON_US, profile
from support.people_data import CITY, LATER_US, deed, person, rejected

from contract.city import Profile, Text
from contract.incident import Audience
from contract.staging import PackRule, Stage, Staged, StageProposal, in_force
from store.people import Deed, Person
from store.ports import CityStore

OPERATOR, SECOND, ADMIN = person(1, "operator"), person(2, "operator"), person(3, "admin")
OFFICER = person(4)
FLOOD = PackRule("flood", "v1", "public", "flood", Text("Banjir", "Flood"))
WIFI = PackRule("hotspot", "w1", "staff", "outage", Text("WiFi", "WiFi"))
LATER = PackRule("rate", "r1", "public", "flood", Text("Cepat naik", "Rising fast"), "warning")


def wanted(
    name: str = "rate",
    stage: Audience = "public",
    *,
    by: Person = OPERATOR,
    version: str = "r1",
    what: Staged = "rule",
    number: str = "p",
) -> StageProposal:
    return StageProposal(number, CITY, what, name, version, stage, by.id, NOON_US, LATER_US)


def by(who: Person, what: str = "stage.promoted") -> Deed:
    return deed(what, "rate", actor=who.id)


def told(store: CityStore) -> dict[str, Audience]:
    """How far each rule is told."""
    stages = store.stages(CITY)
    return {one.id: in_force(one.audience, stages.get(("rule", one.id)), one.version) for one in store.pack_rules(CITY)}


def unsigned() -> Profile:
    return replace(profile(), promoted_by=())


@pytest.fixture
def store(city_store: CityStore) -> CityStore:
    """A city with a first pack of two rules, a rule that came later, and four people."""
    city_store.put_profile(profile(), NOON_US)
    for one in (OPERATOR, SECOND, ADMIN, OFFICER):
        city_store.put_person(one, deed())
    city_store.note_rules(CITY, (FLOOD, WIFI), NOON_US)
    city_store.note_rules(CITY, (FLOOD, WIFI, LATER), NOON_US)
    return city_store


def test_the_first_pack_is_told_as_far_as_its_two_signers_say(store: CityStore) -> None:
    """Both names stand with it; a rule that comes later begins in shadow, and a node too."""
    assert told(store) == {"flood": "public", "hotspot": "staff", "rate": "shadow"}
    assert [one.audience for one in store.placements(CITY)] == ["public"]
    flood = store.stages(CITY)["rule", "flood"]
    assert (flood.by_one, flood.by_two) == ("penyusun", "pemeriksa")
    store.put_profile(profile(nodes=("gauge-1", "gauge-2")), NOON_US)
    assert {one.node: one.audience for one in store.placements(CITY)} == {"gauge-1": "public", "gauge-2": "shadow"}
    assert store.widest(CITY) == {"gauge-1": "public", "gauge-2": "public"}


def test_a_pack_that_nobody_signed_begins_in_shadow(city_store: CityStore) -> None:
    """Also where the engine notes the same rules again and again, and where somebody signs afterwards."""
    city_store.put_profile(unsigned(), NOON_US)
    for _ in range(2):
        city_store.note_rules(CITY, (FLOOD, WIFI), NOON_US)
    city_store.put_profile(profile(), NOON_US)
    city_store.note_rules(CITY, (FLOOD,), NOON_US)
    assert told(city_store) == {"flood": "shadow"}
    assert [one.audience for one in city_store.placements(CITY)] == ["shadow"]


def test_a_first_pack_without_rules_signs_for_none(city_store: CityStore) -> None:
    """What comes into an empty pack is new."""
    city_store.put_profile(profile(), NOON_US)
    city_store.note_rules(CITY, (), NOON_US)
    city_store.note_rules(CITY, (FLOOD,), NOON_US)
    assert told(city_store) == {"flood": "shadow"}


def test_rules_are_what_was_noted_last(store: CityStore) -> None:
    """One that is taken out is gone, other cities' stay; a stage waits for its rule to come back."""
    store.note_rules("sleman", (LATER,), NOON_US)
    store.note_rules(CITY, (LATER,), NOON_US)
    assert list(store.pack_rules(CITY)) == [LATER]
    assert list(store.pack_rules("sleman")) == [LATER]
    store.note_rules(CITY, (FLOOD,), NOON_US)
    assert told(store) == {"flood": "public"}
    store.note_rules(CITY, (replace(FLOOD, severity="info"),), NOON_US)
    assert [one.severity for one in store.pack_rules(CITY)] == ["info"]


def test_a_rule_that_judges_otherwise_is_for_staff_until_it_is_promoted_again(store: CityStore) -> None:
    """Other words are no change; the same condition again needs nobody."""
    changed = replace(FLOOD, version="v2")
    store.note_rules(CITY, (changed,), NOON_US)
    assert told(store) == {"flood": "staff"}
    store.propose_stage(wanted("flood", version="v2"), by(OPERATOR))
    assert store.promote("p", NOON_US, by(ADMIN))
    assert told(store) == {"flood": "public"}
    store.note_rules(CITY, (replace(changed, title=Text("Lain", "Other")),), NOON_US)
    assert told(store) == {"flood": "public"}


def test_two_people_promote(store: CityStore) -> None:
    """It waits for the second; then both stand with it, the deed is in the log, and caches know of a change."""
    store.propose_stage(wanted(), by(OPERATOR, "stage.proposed"))
    assert told(store)["rate"] == "shadow"
    assert store.stage_proposals(CITY, NOON_US) == [wanted()]
    assert store.stage_proposals("sleman", NOON_US) == []
    version = store.registry_version(CITY)
    assert store.promote("p", NOON_US, by(SECOND)) is True
    assert store.stages(CITY)["rule", "rate"] == Stage(
        CITY, "rule", "rate", "r1", "public", OPERATOR.id, SECOND.id, NOON_US
    )
    assert told(store)["rate"] == "public"
    assert store.registry_version(CITY) > version
    assert store.stage_proposals(CITY, NOON_US) == []
    assert (store.audit(CITY)[-1].actor, store.audit(CITY)[-1].what) == (SECOND.id, "stage.promoted")
    assert store.promote("p", NOON_US, by(SECOND)) is False


def test_a_gauge_is_promoted_alike(store: CityStore) -> None:
    """Its place then says how far it is told."""
    store.put_profile(profile(nodes=("gauge-1", "gauge-2")), NOON_US)
    store.propose_stage(wanted("gauge-2", "staff", what="node", version=""), by(OPERATOR))
    assert store.promote("p", NOON_US, by(ADMIN))
    assert {one.node: one.audience for one in store.placements(CITY)} == {"gauge-1": "public", "gauge-2": "staff"}


def test_nobody_promotes_alone(store: CityStore) -> None:
    """Nor with somebody who may not, nor for somebody who may not any more; the proposal stays."""
    store.propose_stage(wanted(), by(OPERATOR))
    rejected("own_proposal", lambda: store.promote("p", NOON_US, by(OPERATOR)), store)
    rejected("not_allowed", lambda: store.promote("p", NOON_US, by(OFFICER)), store)
    rejected("not_allowed", lambda: store.promote("p", NOON_US, deed(actor="system")), store)
    foreign = person(9, "admin", city="sleman")
    store.put_person(foreign, deed())
    rejected("not_allowed", lambda: store.promote("p", NOON_US, by(foreign)), store)
    store.put_person(replace(OPERATOR, disabled_us=NOON_US), deed())
    rejected("proposer_gone", lambda: store.promote("p", NOON_US, by(ADMIN)), store)
    assert store.stage_proposals(CITY, NOON_US) == [wanted()]
    assert told(store)["rate"] == "shadow"


def test_what_is_over_promotes_nothing(store: CityStore) -> None:
    """A proposal that waited too long is no longer one."""
    store.propose_stage(wanted(), by(OPERATOR))
    assert store.promote("p", LATER_US, by(ADMIN)) is False
    assert store.promote("none", NOON_US, by(ADMIN)) is False
    assert told(store)["rate"] == "shadow"


def test_only_what_makes_sense_is_proposed(store: CityStore) -> None:
    """No unknown thing, no stage beyond the file or not wider, no rule as it no longer is, nobody who may not."""
    rejected("unknown_staged", lambda: store.propose_stage(wanted("none"), by(OPERATOR)), store)
    rejected("unknown_staged", lambda: store.propose_stage(wanted("gauge-9", what="node"), by(OPERATOR)), store)
    rejected("beyond_pack", lambda: store.propose_stage(wanted("hotspot", version="w1"), by(OPERATOR)), store)
    rejected("not_wider", lambda: store.propose_stage(wanted("flood", version="v1"), by(OPERATOR)), store)
    rejected("changed", lambda: store.propose_stage(wanted(version="r0"), by(OPERATOR)), store)
    rejected("not_allowed", lambda: store.propose_stage(wanted(by=OFFICER), by(OFFICER)), store)
    assert store.stage_proposals(CITY, NOON_US) == []


def test_a_rule_that_changed_meanwhile_is_not_promoted(store: CityStore) -> None:
    """Two people agreed to another condition."""
    store.propose_stage(wanted(), by(OPERATOR))
    store.note_rules(CITY, (replace(LATER, version="r2"),), NOON_US)
    rejected("changed", lambda: store.promote("p", NOON_US, by(ADMIN)), store)


def test_the_newest_proposal_of_a_thing_counts_and_can_be_taken_back(store: CityStore) -> None:
    """The second withdrawal is not noted."""
    store.propose_stage(wanted(), by(OPERATOR))
    store.propose_stage(wanted(stage="staff", by=SECOND, number="q"), by(SECOND))
    assert [one.id for one in store.stage_proposals(CITY, NOON_US)] == ["q"]
    store.withdraw_stage("q", by(SECOND, "stage.withdrawn"))
    head = store.audit_head(CITY)
    store.withdraw_stage("q", by(SECOND, "stage.withdrawn"))
    assert store.audit_head(CITY) == head
    assert store.promote("q", NOON_US, by(ADMIN)) is False


def test_one_person_lowers_at_once(store: CityStore) -> None:
    """And what was proposed of it falls; up again takes two."""
    public = Stage(CITY, "rule", "flood", "", "staff", OPERATOR.id, "", NOON_US)
    version = store.registry_version(CITY)
    store.lower(public, by(OPERATOR, "stage.lowered"))
    assert told(store)["flood"] == "staff"
    assert store.registry_version(CITY) > version
    store.propose_stage(wanted("flood", version="v1"), by(OPERATOR))
    store.lower(replace(public, stage="shadow"), by(OPERATOR, "stage.lowered"))
    assert told(store)["flood"] == "shadow"
    assert store.stage_proposals(CITY, NOON_US) == []
    rejected("not_narrower", lambda: store.lower(public, by(OPERATOR)), store)
    rejected("unknown_staged", lambda: store.lower(replace(public, name="none"), by(OPERATOR)), store)


def test_two_who_agree_at_once_do_it_once(store: CityStore) -> None:
    """One of them is told that it is decided."""
    store.propose_stage(wanted(), by(OPERATOR, "stage.proposed"))
    answers = at_once([lambda who=who: store.promote("p", NOON_US, by(who)) for who in (SECOND, ADMIN)])
    assert sorted(answers) == [False, True]
    assert [row.what for row in store.audit(CITY)].count("stage.promoted") == 1
