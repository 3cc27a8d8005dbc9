"""The account of a city in a flood, once everybody has stopped: readings, incidents, cases and messages against what
truly happened."""

from __future__ import annotations

from collections.abc import Sequence

from contract.clock import SystemClock
from contract.incident import Incident
from faults import truth
from faults.books import all_cases, bulletin_books, flood_books, orphans, outbox_rows
from faults.parts.brokers import wait_until
from faults.parts.flood_city import OVER_S, WAVE_S, FloodCity
from faults.parts.receivers import Receivers
from faults.result import Result
from firmware_sim import ledger
from store.cases import Case

RULE_FOR_S, RULE_CLEAR_S = 480.0, 1_800.0
"""the flood rule of the city, which its truth is told by"""
_SLACK_S = 4.0
_DRAINED_S = 60.0
_JUST_NOW = 15
"""the pole measures six times a second and waits a moment for company"""
_ALL_CLEAR_S = 90.0
_INCIDENTS = 100_000
_BULLETINS = 1_000_000


def flood_is_open(city: FloodCity) -> bool:
    """Whether any gauge is in an open flood."""
    return any(incident.subject == "flood" for incident in city.cities.open_incidents(city.city))


def all_clear_is_due(city: FloodCity, now_us: int) -> bool:
    """Whether the present wave has passed and its gauges only need to be heard for a while."""
    return city.story_s(now_us) % WAVE_S > OVER_S


def until_told(city: FloodCity, result: Result) -> None:
    """Wait until the present flood has passed, ended, and all of it has been said."""
    wave_s = WAVE_S / city.speed

    def passed() -> bool:
        return all_clear_is_due(city, SystemClock().now_us()) and not city.cities.open_incidents(city.city)

    if not wait_until(passed, wave_s + _ALL_CLEAR_S, 0.1):
        left = [f"{one.rule} {one.entity}" for one in city.cities.open_incidents(city.city)]
        result.expect(not left, f"still open: {', '.join(left)}; {city.said()}")
    drained = wait_until(lambda: not late(city), _DRAINED_S, 0.1)
    result.expect(drained, f"readings were never answered: {', '.join(late(city))}")
    said = wait_until(lambda: city.cities.outbox_depth(city.city)[0] == 0, 30, 0.1)
    result.expect(said, f"the outbox never emptied: {city.cities.outbox_depth(city.city)}")


def late(city: FloodCity) -> list[str]:
    """The nodes that hold more than what they have just measured."""
    return [f"{one.node} {one.pending}" for one in ledger(city.fleet) if one.pending > _JUST_NOW]


def settle(city: FloodCity, result: Result, ended_us: int, receivers: Receivers | None = None) -> None:
    """Add this city's account to `result`. Its processes have ended; `ended_us` is when its story did."""
    _readings(city, result)
    kept = city.cities.incidents(city.city, limit=_INCIDENTS)
    incidents = [one for one in kept if one.found_us is None]  # what was found afterwards was told to nobody
    cases = all_cases(city.city, city.cities)
    until_s = city.story_s(ended_us)
    floods = truth.floods(city.story, city.profile, until_s, for_s=RULE_FOR_S, clear_for_s=RULE_CLEAR_S)
    counted = flood_books(
        truth.events(floods), incidents, cases, began_us=city.began_us, speed=city.speed, slack_s=_SLACK_S
    )
    result.expect(counted.expected, "no river rose in this city's time")
    result.events_expected += counted.expected
    result.events_opened += counted.opened
    result.cases += counted.cases
    result.duplicated += len(counted.doubled)
    result.expect(not counted.missing, f"missing: {'; '.join(counted.missing)}")
    result.expect(not counted.doubled, f"doubled: {'; '.join(counted.doubled)}")
    result.expect(not counted.untrue, f"floods that never were: {'; '.join(counted.untrue)}")
    result.expect(not counted.left_open, f"left open: {'; '.join(counted.left_open)}")
    rows = outbox_rows(city.city_url, city.city)
    unsaid = [row.key for row in rows if row.state != "delivered"]
    result.expect(not unsaid, f"not delivered: {', '.join(unsaid[:10])}")
    lost = orphans(city.city_url, city.city)
    result.expect(not lost, f"said of events that nobody kept: {', '.join(lost[:10])}")
    floods_told = [one for one in incidents if one.subject == "flood" and one.audience == "public"]
    bulletins = city.cities.bulletins(city.city, drill=False, limit=_BULLETINS)
    wrong = bulletin_books(floods_told, bulletins)
    result.expect(not wrong, f"bulletins: {'; '.join(wrong[:5])}")
    result.figures["bulletins"] = result.figures.get("bulletins", 0) + len(bulletins)
    result.figures["outages"] = result.figures.get("outages", 0) + sum(one.subject == "outage" for one in incidents)
    if receivers is not None:
        _messages(receivers, result, [one for one in incidents if one.audience == "public"], cases)
        unheard = receivers.unordered(frozenset(one.id for one in bulletins if one.kind == "order"))
        result.expect(not unheard, f"never ordered: {'; '.join(unheard[:5])}")


def _readings(city: FloodCity, result: Result) -> None:
    counted = city.books()
    counted.enter(result)
    result.expect(counted.stored > 0, "nothing was stored")
    result.expect(not counted.refused, f"{counted.refused} good readings were refused")
    result.expect(not counted.dropped, f"{counted.dropped} readings were dropped")


def _messages(receivers: Receivers, result: Result, public: Sequence[Incident], cases: Sequence[Case]) -> None:
    """A flood is told gauge by gauge; of an outage its event, if it lasted long enough to have a case."""
    result.notifications_duplicated += receivers.keyed.again()
    result.notifications_repeated += receivers.keyless.again()
    told = len(receivers.keyed.counted())
    result.figures["messages"] = result.figures.get("messages", 0) + told
    result.expect(told > 0, "the receivers heard nothing")
    result.expect(not receivers.wrong, f"wrong messages: {'; '.join(receivers.wrong[:5])}")
    floods = frozenset(one.id for one in public if one.subject == "flood")
    event_of = {one.id: one.event for one in public if one.subject != "flood"}
    outages = frozenset(event_of.values()) & {case.event for case in cases}
    silent = receivers.silent(floods, floods) + receivers.silent_on(outages, event_of)
    result.expect(not silent, f"never told: {'; '.join(silent[:10])}")
