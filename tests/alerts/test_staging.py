"""Who is told: what was promoted counts at the opening of an incident, and stays with it to its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from support import alerting, watch
from support.alerting import Stores
from support.people_data import deed, person

from alerts.process import AlertsProcess
from alerts.rulefile import load_rule, load_rules
from alerts.rules import Rule
from alerts.staging import pack_of, told_to
from broker.subscription import PahoSubscription
from cities.load import available, load, rules_folder
from contract.clock import DAY_US, ManualClock, SystemClock
from contract.compress import compressed
from contract.incident import Audience
from contract.staging import Stage, StageProposal, Stages
from faults.parts.brokers import wait_until

FLOOD = watch.RULES / "flood.toml"


def stage(rule: Rule, audience: Audience) -> Stages:
    return {("rule", rule.id): Stage(watch.CITY, "rule", rule.id, rule.judges, audience, "a", "b", 0)}


def changed(tmp_path: Path, *changes: tuple[str, str]) -> Rule:
    """The flood rule with some of its text otherwise."""
    text = FLOOD.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = tmp_path / "flood.toml"
    path.write_text(text, encoding="utf-8")
    return load_rule(path)


@pytest.mark.parametrize(
    "change",
    [
        ("Muka air tinggi", "Air tinggi"),
        ('audience = "public"', 'audience = "staff"'),
        ("for_s = 480", "for_s   =  480 # delapan menit"),
        ("# Banjir", "# Luapan"),
    ],
)
def test_other_words_judge_alike(tmp_path: Path, change: tuple[str, str]) -> None:
    """Texts, the widest circle, comments and layout; the version of the whole text does change."""
    other = changed(tmp_path, change)
    assert other.judges == load_rule(FLOOD).judges
    assert other.version != load_rule(FLOOD).version


@pytest.mark.parametrize(
    "change",
    [
        ("for_s = 480", "for_s = 481"),
        ('nodes = ["gauge"]', 'nodes = ["gauge"]\nsensor = "gauge"'),
        ('"critical"', '"info"'),
    ],
)
def test_another_condition_judges_otherwise(tmp_path: Path, change: tuple[str, str]) -> None:
    """Any other key that the file has."""
    assert changed(tmp_path, change).judges != load_rule(FLOOD).judges


def test_a_faster_world_judges_alike() -> None:
    """A demo at 60 times life runs under the same promotion."""
    assert compressed(watch.rule("flood"), 60.0).judges == watch.rule("flood").judges


@pytest.mark.parametrize(
    ("promoted", "place", "told"),
    [("public", "public", "public"), ("staff", "public", "staff"), ("public", "shadow", "shadow")],
)
def test_the_narrower_of_rule_and_place(promoted: Audience, place: Audience, told: Audience) -> None:
    """A gauge in shadow is silent under a public rule, and a rule for staff at a public gauge."""
    rule = watch.rule("flood")
    at = watch.placements({"code-hulu": place})["code-hulu"]
    assert told_to(rule, at, stage(rule, promoted)) == told
    assert told_to(rule, at, {}) == "shadow"
    assert told_to(rule, at, None) == place


def test_an_incident_keeps_the_circle_it_opened_with() -> None:
    """Promoted in the middle of a flood: what is open stays in shadow, also its next levels and its end; the next
    gauge is told in an event of its own. Lowered in the middle: who heard of it hears the all-clear."""
    rule = watch.rule("flood")
    city = watch.watch()
    city.engine.stages = {}
    city.level(0, "code-hulu", 90)
    city.level(5, "code-hulu", 90)
    assert city.level(10, "code-hulu", 90)
    city.engine.stages = stage(rule, "public")
    city.level(15, "code-hulu", 130)
    assert city.level(25, "code-hulu", 130)
    for minute in (30, 35, 40):
        city.level(minute, "code-hilir", 90)
    city.engine.stages = stage(rule, "shadow")
    for minute in (45, 60, 75, 80):
        for gauge in ("code-hulu", "code-hilir"):
            city.level(minute, gauge, 20)
    heard = {(one.incident.node, one.incident.audience) for one in city.told}
    assert heard == {("code-hulu", "shadow"), ("code-hilir", "public")}
    assert [one.incident.node for one in city.told if one.ends] == ["code-hulu", "code-hilir"]
    assert len({one.event.id for one in city.told}) == 2


# ---------------------------------------------------------------- in the process


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(now_us=SystemClock().now_us())


@pytest.fixture
def stores(tmp_path: Path, clock: ManualClock) -> Iterator[Stores]:
    with closing(Stores(tmp_path)) as made:
        made.cities.put_profile(watch.profile(), clock.now_us())
        yield made


def flood(stores: Stores, node: str, clock: ManualClock) -> None:
    """Three high readings of a gauge, the last one now."""
    for seq, cm in enumerate((120, 125, 130), start=1):
        stores.readings.write([alerting.row(seq, clock.now_us() - (15 - 5 * seq) * 60_000_000, cm, node)])


def test_the_engine_takes_a_first_pack_and_hears_of_a_change_within_a_poll(
    stores: Stores, reader: PahoSubscription, clock: ManualClock
) -> None:
    """A fresh city with a signed pack tells at once; a rule that one person lowers to staff tells the next flood to
    staff, and two people bring it back."""
    engine = alerting.process(stores, reader, clock=clock, faster=1.0, lease_ttl_s=1e6)
    flood(stores, "code-hulu", clock)
    assert engine.turn(0.0)
    assert list(stores.cities.pack_rules(watch.CITY)) == list(pack_of(watch.rules()))
    one, two = (person(number, "operator", city=watch.CITY) for number in (1, 2))
    for who in (one, two):
        stores.cities.put_person(who, deed())
    lowered = Stage(watch.CITY, "rule", "flood", "", "staff", one.id, "", clock.now_us())
    stores.cities.lower(lowered, deed(actor=one.id))
    _next_flood(engine, reader, clock, "winongo", 1)
    rule = watch.rule("flood")
    now_us = clock.now_us()
    proposal = StageProposal("p", watch.CITY, "rule", "flood", rule.judges, "public", one.id, now_us, now_us + DAY_US)
    stores.cities.propose_stage(proposal, deed(actor=one.id))
    assert stores.cities.promote("p", now_us, deed(actor=two.id))
    _next_flood(engine, reader, clock, "code-hilir", 1)
    told = {one.node: one.audience for one in stores.cities.open_incidents(watch.CITY)}
    assert told == {"code-hulu": "public", "winongo": "staff", "code-hilir": "public"}


def _next_flood(engine: AlertsProcess, reader: PahoSubscription, clock: ManualClock, node: str, first: int) -> None:
    for seq in range(first, first + 3):
        clock.advance(300)
        judged = engine.facts()["judged"]
        assert reader.publish(*alerting.batch(seq, clock.now_us(), 130, node), qos=1)
        assert wait_until(lambda n=judged: engine.turn(0.1) and engine.facts()["judged"] > n)


def test_a_pack_that_nobody_signed_tells_nobody(tmp_path: Path, reader: PahoSubscription, clock: ManualClock) -> None:
    """Its floods are judged and kept, and no case is filed."""
    with closing(Stores(tmp_path)) as stores:
        stores.cities.put_profile(replace(watch.profile(), promoted_by=()), clock.now_us())
        flood(stores, "code-hulu", clock)
        assert alerting.process(stores, reader, clock=clock, faster=1.0, lease_ttl_s=1e6).turn(0.0)
        (incident,) = stores.cities.open_incidents(watch.CITY)
        assert incident.audience == "shadow"
        assert stores.cities.outbox_depth(watch.CITY) == (0, 0)


@pytest.mark.parametrize("code", available())
def test_the_packs_that_come_with_the_product_are_signed(code: str, tmp_path: Path) -> None:
    """A demo tells its first flood to everybody, and of what its own file still keeps in shadow nobody."""
    with closing(Stores(tmp_path)) as stores:
        stores.cities.put_profile(load(code), 1)
        rules = load_rules(rules_folder(code))
        stores.cities.note_rules(code, pack_of(rules), 1)
        stages = stores.cities.stages(code)
        assert {rule.subject for rule in rules if rule.audience == "public"} >= {"flood"}
        for rule in rules:
            told = {told_to(rule, place, stages) for place in stores.cities.placements(code)}
            assert told == {rule.audience}
