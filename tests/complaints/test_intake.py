"""What residents report: the same desk, the same clock, one case a place, and nobody who fills the queue alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support import watch
from support.threads import add_update

from complaints.builtin import BuiltinDesk
from complaints.desk import Report
from complaints.intake import A_DAY, Intake, Said, Taken
from complaints.routing import agency_for, category_of
from contract.city import Route
from contract.clock import DAY_US, SECOND_US
from contract.errors import BadInput
from store import open_city
from store.cases import CaseUpdate, Moved, Sight
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US
SAID = Said("k1", "web", "banjir", -7.79, 110.36, "34.71.04.1001", "Air masuk rumah", name="Sri", contact="0812")


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[CityStore]:
    made = open_city(f"sqlite:///{tmp_path}/city.db")
    made.put_profile(watch.profile(), NOW_US)
    yield made
    made.close()


def take(cities: CityStore, now_us: int = NOW_US, **changed: Any) -> Taken:
    return Intake(cities, watch.profile()).take(replace(SAID, **changed), now_us)


def number(taken: Taken) -> str:
    assert taken.case is not None
    return taken.case.number


def triage(cities: CityStore, case: str, now_us: int = NOW_US) -> None:
    """An officer has looked at it."""

    def looked(sight: Sight) -> Moved:
        seen = replace(sight.case, triaged_us=now_us, status="confirmed")
        return Moved(seen, [CaseUpdate(f"{case}/t", case, now_us, now_us, "confirmed", {"id": "Ya"}, "BPBD")], ())

    cities.move_case(case, f"{case}/t", looked)


def test_a_report_is_a_case_with_number_agency_and_due_time(cities: CityStore) -> None:
    """Nobody must know which office it is."""
    case = take(cities).case
    assert case is not None
    assert cities.case(case.number) == case
    assert (case.agency, case.source, case.state, case.title["id"]) == ("dpu", "citizen", "received", "Banjir")
    assert case.finish_due_us == NOW_US + 86_400 * SECOND_US


def test_who_said_it_and_their_words_stand_in_the_report_alone(cities: CityStore) -> None:
    """What the case itself says is for everybody, and nobody has looked yet."""
    case = take(cities).case
    assert case is not None
    assert dict(case.description) == {}
    assert case.triaged_us is None
    (kept,) = cities.reports(case.number)
    assert (kept.text, kept.name, kept.contact) == ("Air masuk rumah", "Sri", "0812")
    assert "Sri" not in str(case) + str(cities.updates(case.number))


def test_who_wants_to_be_nobody_is_nobody(cities: CityStore) -> None:
    """The name is not kept at all; how to answer is."""
    (kept,) = cities.reports(number(take(cities, anonymous=True)))
    assert (kept.name, kept.contact) == ("", "0812")


def test_the_same_key_is_the_same_report(cities: CityStore) -> None:
    """A phone that sends twice on a poor link files once."""
    first = number(take(cities))
    assert number(take(cities, NOW_US + SECOND_US)) == first
    assert len(cities.reports(first)) == 1
    assert cities.find_cases(watch.CITY).total == 1


def test_neighbours_see_one_flood(cities: CityStore) -> None:
    """Within 250 m it is the same case, with both reports; beyond, or in another category, another."""
    first = number(take(cities))
    beside = take(cities, key="k2", lat=-7.7915)
    assert (number(beside), beside.joined) == (first, True)
    assert number(take(cities, key="k3", lat=-7.7930)) != first
    assert number(take(cities, key="k4", category="wifi")) != first
    assert cities.report_counts([first]) == {first: 2}


def test_a_secret_report_is_beside_no_other(cities: CityStore) -> None:
    """Nobody outside the agency learns that it exists, not even by a count."""
    first = number(take(cities))
    secret = take(cities, key="k2", secret=True).case
    assert secret is not None
    assert secret.number != first
    assert not secret.public
    assert number(take(cities, key="k3")) == first


def test_an_event_of_the_sensors_takes_up_what_residents_said(cities: CityStore) -> None:
    """One flood, one case, whoever was first; its promise counts from the first who said it."""
    said = take(cities).case
    assert said is not None
    report = Report(
        event="event-1",
        city=watch.CITY,
        category="banjir",
        region="34.71.04.1001",
        lat=-7.79,
        lon=110.361,
        title={"id": "Muka air tinggi"},
        description={"id": "WASPADA"},
        observed_us=NOW_US,
        public=True,
    )
    desk = BuiltinDesk(cities, watch.profile(), "https://siaga.example/")
    assert desk.file(report, NOW_US + SECOND_US).number == said.number
    case = cities.case_of_event("event-1")
    assert case is not None
    assert (case.source, case.title["id"], case.finish_due_us) == ("sensor", "Muka air tinggi", said.finish_due_us)
    assert [line.author for line in cities.updates(case.number)] == ["warga", "sensor"]
    assert number(take(cities, key="k2")) == said.number
    far = desk.file(replace(report, event="event-2"), NOW_US + SECOND_US)
    assert far.number != said.number


def test_a_gauge_on_trial_takes_up_nothing(cities: CityStore) -> None:
    """What residents said stays theirs and public."""
    said = number(take(cities))
    report = Report("event-1", watch.CITY, "banjir", "34.71.04.1001", -7.79, 110.36, {}, {}, NOW_US, public=False)
    desk = BuiltinDesk(cities, watch.profile(), "https://siaga.example/")
    filed = desk.file(report, NOW_US).number
    assert filed != said
    case = cities.case(filed)
    assert case is not None
    assert case.finish_due_us is None


def test_an_account_that_nobody_knows_has_one_report_in_the_queue(cities: CityStore) -> None:
    """Two hundred from one hand are one case and a heap aside; the neighbour's report is a case as ever."""
    for n in range(20):
        take(cities, key=f"s{n}", lat=-7.70 + n * 0.01, account="spam")
    assert cities.find_cases(watch.CITY).total == 1
    assert len(cities.aside(watch.CITY)) == 19
    take(cities, key="other", lat=-7.5, account="neighbour")
    assert cities.find_cases(watch.CITY).total == 2


def test_what_is_aside_still_joins_what_is_known(cities: CityStore) -> None:
    """A second report of somebody new counts where others have said the same, and fills no queue there."""
    flood = number(take(cities))
    take(cities, key="k2", lat=-7.6, account="new")
    joined = take(cities, key="k3", account="new")
    assert (number(joined), joined.queue) == (flood, "open")


def test_who_was_believed_once_may_say_five_things_a_day(cities: CityStore) -> None:
    """And no more; the next day again."""
    triage(cities, number(take(cities, account="sri")))
    later = [take(cities, key=f"d{n}", lat=-7.70 + n * 0.01, account="sri") for n in range(6)]
    assert [one.queue for one in later] == ["open"] * (A_DAY - 1) + ["shadow"] * 2
    assert take(cities, NOW_US + DAY_US + 1, key="next", lat=-7.5, account="sri").queue == "open"


def test_an_officer_takes_a_report_out_of_the_queue_aside(cities: CityStore) -> None:
    """Nothing that was put aside is lost, and the same key says where it went."""
    take(cities, account="new")
    aside = take(cities, key="k2", lat=-7.6, account="new")
    assert aside.case is None
    assert take(cities, key="k2", lat=-7.6, account="new").case is None
    (kept,) = cities.aside(watch.CITY)
    taken = Intake(cities, watch.profile()).release(kept, NOW_US)
    assert cities.aside(watch.CITY) == []
    assert number(take(cities, key="k2", lat=-7.6, account="new")) == number(taken)
    assert len(cities.reports(number(taken))) == 1


def test_a_reporter_is_forgotten(cities: CityStore) -> None:
    """Long after the end who said it and what they said is gone; that somebody did stays."""
    case = number(take(cities))
    add_update(cities, CaseUpdate("end", case, NOW_US, NOW_US, "fixed", {"id": "Selesai"}, "BPBD"))
    assert cities.erase_reports(watch.CITY, NOW_US, NOW_US + DAY_US) == 0
    assert cities.erase_reports(watch.CITY, NOW_US + 1, NOW_US + DAY_US) == 1
    assert cities.erase_reports(watch.CITY, NOW_US + 1, NOW_US + DAY_US) == 0
    (kept,) = cities.reports(case)
    assert (kept.text, kept.name, kept.contact, kept.erased_us) == ("", "", "", NOW_US + DAY_US)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"category": "ufo"}, "Choose one of: banjir, wifi"),
        ({"text": "  "}, "Say in 1 to"),
        ({"text": "x" * 5_000}, "5000 characters"),
        ({"lat": 200.0}, "no place on earth"),
        ({"lon": float("nan")}, "no place on earth"),
    ],
)
def test_a_report_that_is_wrong_says_what_and_how_to_mend_it(
    cities: CityStore, changed: dict[str, Any], says: str
) -> None:
    """One sentence for the person who filed it; nothing is kept."""
    with pytest.raises(BadInput, match=says):
        take(cities, **changed)
    assert cities.find_cases(watch.CITY, public_only=False).total == 0


def test_the_longest_area_wins_and_a_code_covers_whole_steps() -> None:
    """34.71.04.1001 goes before 34.71.04, and 34.71.0 is no area at all."""
    city = watch.profile()
    flood = category_of(city, "banjir")
    routes = (Route("banjir", "34.71.0", "a"), Route("banjir", "34.71.04", "b"), Route("banjir", "34.71.04.1001", "c"))
    routed = type(city)(**{**{name: getattr(city, name) for name in city.__slots__}, "routes": routes})
    assert agency_for(routed, flood, "34.71.04.1001") == "c"
    assert agency_for(routed, flood, "34.71.04.1002") == "b"
    assert agency_for(routed, flood, "34.71.02.1002") == "bpbd"
