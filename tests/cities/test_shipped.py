"""The cities that come with the product: each is sound, promises what it has published, and its flood is told."""

from __future__ import annotations

import pytest

from alerts.replay import Past, replay
from alerts.rulefile import load_rules
from cities.check import check
from cities.load import available, load, rules_folder
from contract.city import Profile
from contract.clock import SECOND_US
from contract.kinds import FloodValues
from contract.levels import Level
from contract.promise import Promise, Term
from firmware_sim.scenario import load_scenario
from firmware_sim.story import Story, river_of
from siaga import history

HOUR_S = 3_600
STARTED_US = 1_750_000_000 * SECOND_US
NOTHING = Term()
JSS = Promise(respond=Term(2 * HOUR_S), finish=Term(24 * HOUR_S))
CRM = Promise(respond=Term(6 * HOUR_S), finish=Term(7 * 24 * HOUR_S))
SP4N = Promise(verify=Term(working_days=3), respond=Term(working_days=5), finish=Term(working_days=10))
SIKESAL = {Promise(respond=NOTHING, finish=Term(hours * HOUR_S)) for hours in (24, 48, 72)}
PROMISES = {"yogyakarta": {JSS}, "jakarta": {CRM}, "jambi": SIKESAL, "mataram": {SP4N}, "gowa": {SP4N}}
EVERYWHERE = {"banjir", "wifi", "jalan", "lampu-jalan", "sampah", "kebakaran", "lainnya"}
OF_JAMBI = {"infrastruktur", "air-bersih", "macet", "pelayanan-umum", "drainase", "bansos", "lingkungan", "parkir"}
OF_JAKARTA = {"macet", "kesehatan"}


@pytest.mark.parametrize("code", PROMISES)
def test_a_shipped_city_is_sound_and_promises_what_it_has_published(code: str) -> None:
    """JSS 2 h and 24 h, SiKesal 24, 48 or 72 h by type, CRM 6 h and 7 days, SP4N 3, 5 and 10 working days."""
    assert check(code) == []
    city = load(code)
    assert {one.promise for one in city.categories} == PROMISES[code]
    codes = {one.code for one in city.categories}
    assert codes >= EVERYWHERE | {"jambi": OF_JAMBI, "jakarta": OF_JAKARTA}.get(code, set())
    assert city.inspectorate in {one.code for one in city.agencies}
    assert {one.code for one in city.categories if one.emergency} == {"kebakaran"}
    assert city.zone_word == ("WITA" if code in {"mataram", "gowa"} else "WIB")


def test_every_shipped_city_is_looked_at() -> None:
    """A sixth joins the table above."""
    assert set(available()) == set(PROMISES)


def _flood(city: Profile) -> list[Past]:
    """What its gauges measure of the demo's flood, in the order of time."""
    story = Story(load_scenario("flood"), city, 1, STARTED_US)
    gauges = [pole for pole in story.poles if pole.spec.kind == "gauge" and not pole.faults]
    readings = []
    for pole in gauges:
        sensor = pole.spec.sensors[0]
        at_s = 0.0
        while at_s < story.whole_s:
            values = story.values(pole, sensor, at_s)
            assert isinstance(values, FloodValues)
            assert values.level_cm is not None
            readings.append(Past(pole.spec.node, STARTED_US + round(at_s * SECOND_US), values.level_cm))
            at_s += story.every_s(pole, sensor, at_s)
    return sorted(readings, key=lambda one: one.at_us)


@pytest.mark.parametrize("code", PROMISES)
def test_the_demos_flood_reaches_the_highest_level_in_every_city(code: str) -> None:
    """On the city's own staffs and by its own rules, in public, on the river that the demo names; and it ends."""
    city = load(code)
    told = replay(city, load_rules(rules_folder(code)), history.placed(city), _flood(city))
    rivers = {node.node: site.river for node in city.nodes if (site := city.site_of(node.node))}
    worst = {one.incident.node: min(level for _, level in one.public) for one in told.lives if one.public}
    assert Level.AWAS in worst.values()
    assert {rivers[node] for node in worst} == {river_of(city)}
    first = next(one for one in told.lives if worst.get(one.incident.node) == Level.AWAS)
    assert first.changes[-1].level == Level.NORMAL
    assert not [one.incident.node for one in told.lives if one.incident.open]
