"""A sensor against its own week: learned slowly, never from one odd day, by the city's own clocks."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.shared_data import need
from support.watch import CITY, EPOCH, placements, rule

from alerts.engine import Engine, Transition
from alerts.rulefile import load_rule
from alerts.rules import Match, Rule, Usual
from alerts.samples import Sample
from alerts.usual_stream import HOURS, UsualStream, Week, hour_of_week
from contract.clock import HOUR_US, MINUTE_US, from_us, to_us
from contract.errors import BadInput
from contract.incident import What
from contract.quality import Quality

JAKARTA, AUCKLAND = "Asia/Jakarta", "Pacific/Auckland"
LOW = Usual("people", 3.0, 1.5, 100.0, 6, "low")
PLACE = replace(placements()["wifi-7"], kind="camera", sensors={"cam": ("crowd", 3600.0)})
MONDAY = to_us(datetime(2026, 1, 5, tzinfo=ZoneInfo(JAKARTA)))


def usual(condition: Usual = LOW, **changes: object) -> Rule:
    made = replace(
        rule("flood"), id="usual", subject="notice", condition=condition, for_s=3600.0, clear_for_s=7200.0,
        no_data_for_s=10_800.0, match=Match("crowd", ("camera",)), audience="staff", group_by="node",
    )  # fmt: skip
    return replace(made, **changes) if changes else made  # type: ignore[arg-type]


class Counter:
    """A camera that counts once an hour."""

    def __init__(self, pack: Rule, zone: str = JAKARTA) -> None:
        self.engine = Engine(CITY, (pack,), {PLACE.node: PLACE}, {}, zone=zone)
        self.told: list[Transition] = []
        self.seq = 0

    def count(self, at_us: int, people: float, quality: Quality = Quality.GOOD) -> None:
        self.seq += 1
        self.told += self.engine.tick(at_us)
        sample = Sample(PLACE.node, "cam", "crowd", EPOCH, self.seq, at_us, "synced", quality, {"people": people})
        self.told += self.engine.step(sample, at_us)

    @property
    def stream(self) -> UsualStream:
        (found,) = self.engine._streams.values()
        assert isinstance(found, UsualStream)
        return found

    def story(self) -> list[str]:
        """Day since the first Monday, hour, what."""
        return [
            f"{(one.change.at_us - MONDAY) // (24 * HOUR_US)} {(one.change.at_us - MONDAY) // HOUR_US % 24:02} "
            f"{one.change.what}"
            for one in self.told
        ]


def crowd(day: int, hour: int) -> float:
    """Many by day, few at night, half as many on Sundays; a little more or less from week to week."""
    busy = 1000.0 if 8 <= hour < 20 else 20.0
    return busy * (0.5 if day % 7 == 6 else 1.0) * (1 + 0.05 * ((day // 7) % 3 - 1))


def live(camera: Counter, days: range, odd: dict[tuple[int, int], float] | None = None) -> None:
    for day in days:
        for hour in range(24):
            people = (odd or {}).get((day, hour), crowd(day, hour))
            camera.count(MONDAY + (24 * day + hour) * HOUR_US + 30 * MINUTE_US, people)


EMPTY = {(63, hour): 300.0 for hour in range(10, 15)}
"""Monday of the tenth week: a third of the crowd from ten to fifteen"""


def test_an_empty_street_is_told_once_the_week_is_known() -> None:
    """At the second hour of it; over two hours after it is full again. A Sunday, half as busy, is nothing."""
    camera = Counter(usual())
    live(camera, range(65), EMPTY)
    assert camera.story() == ["63 11 opened", "63 15 recovering", "63 17 resolved"]
    opened = camera.told[0].incident
    assert (opened.value, opened.level, opened.subject) == (300, None, "notice")


def test_nothing_is_told_before_enough_weeks_are_known() -> None:
    """The sixth Monday is not judged, the seventh is: the marks need six weeks of this very hour."""
    for week, told in ((5, []), (6, ["opened"])):
        camera = Counter(usual())
        live(camera, range(7 * week + 1), {(7 * week, hour): 300.0 for hour in range(10, 20)})
        assert [str(one.change.what) for one in camera.told][:1] == told


@pytest.mark.parametrize(
    ("side", "people", "told"), [("low", 2500, 0), ("high", 2500, 1), ("both", 2500, 1), ("high", 300, 0)]
)
def test_only_the_side_that_is_asked_for_counts(side: str, people: float, told: int) -> None:
    """Too many are as unusual as too few."""
    camera = Counter(usual(replace(LOW, side=side)))  # type: ignore[arg-type]
    live(camera, range(64), {(63, hour): people for hour in range(10, 15)})
    assert sum(one.change.what is What.OPENED for one in camera.told) == told


def test_a_few_people_at_night_are_nothing_however_unusual() -> None:
    """Ninety instead of twenty are many deviations, and less than `least`."""
    camera = Counter(usual(replace(LOW, side="both")))
    live(camera, range(64), {(63, hour): 90.0 for hour in range(6)})
    assert camera.story() == []


def test_silence_is_nothing_unusual_and_nothing_learned() -> None:
    """A counter that is away for three weeks is judged by what it knew when it is back."""
    camera = Counter(usual())
    live(camera, range(63))
    live(camera, range(84, 85), {(84, hour): 300.0 for hour in range(10, 15)})
    assert camera.story()[:1] == ["84 11 opened"]
    assert camera.stream.week.at(0)[2] == 10


def test_one_odd_reading_and_flagged_ones_tell_nothing() -> None:
    """One alone is nobody's warning; what a check doubts is neither judged nor learned."""
    camera = Counter(usual())
    live(camera, range(64), {(63, 10): 0.0})
    before = bytes(camera.stream.week.cells)
    for hour in range(1, 6):
        camera.count(MONDAY + (24 * 64 + hour) * HOUR_US, 0.0, Quality.SUSPECT)
    assert camera.story() == []
    assert bytes(camera.stream.week.cells) == before


def test_an_odd_day_does_not_become_the_rule_and_a_lasting_change_does() -> None:
    """After one empty Monday the next is judged as ever; after a dozen the new crowd is usual."""
    camera = Counter(usual())
    live(camera, range(71), EMPTY | {(70, hour): 300.0 for hour in range(10, 15)})
    assert [line for line in camera.story() if "opened" in line] == ["63 11 opened", "70 11 opened"]
    changed = Counter(usual())
    live(changed, range(200), {(day, hour): 300.0 for day in range(63, 200) for hour in range(24)})
    assert not [
        one for one in changed.told if one.change.what is What.OPENED and one.change.at_us > MONDAY + 160 * 24 * HOUR_US
    ]


def test_hours_are_the_city_s_own() -> None:
    """Ten in the morning in Jakarta, eleven in Makassar; Sunday evening in Greenwich is Monday there."""
    at_us = to_us(datetime.fromisoformat("2026-01-05T03:30:00+00:00"))
    assert [hour_of_week(at_us, ZoneInfo(zone)) for zone in ("UTC", JAKARTA, "Asia/Makassar")] == [3, 10, 11]
    assert hour_of_week(to_us(datetime.fromisoformat("2026-01-04T17:00:00+00:00")), ZoneInfo(JAKARTA)) == 0


@pytest.mark.parametrize("cut", [1, 62 * 24 + 9, 63 * 24 + 11, 63 * 24 + 16])
def test_a_restart_loses_nothing(cut: int) -> None:
    """What was learned, the hour that runs and the incident that is open are in the snapshot."""
    whole, first, second = (Counter(usual()) for _ in range(3))
    moments = [(day, hour) for day in range(65) for hour in range(24)]

    def tell(camera: Counter, some: list[tuple[int, int]]) -> None:
        for day, hour in some:
            people = EMPTY.get((day, hour), crowd(day, hour))
            camera.count(MONDAY + (24 * day + hour) * HOUR_US + 30 * MINUTE_US, people)

    tell(whole, moments)
    tell(first, moments[:cut])
    second.engine.restore(first.engine.snapshot())
    second.seq = first.seq
    tell(second, moments[cut:])
    assert first.story() + second.story() == whole.story() != []


def test_other_figures_keep_what_was_learned() -> None:
    """A changed pack asks for five hundred: a third of the crowd is that, and the week is known."""
    camera = Counter(usual())
    live(camera, range(63))
    assert camera.engine.govern([usual(replace(LOW, least=500.0))]) is False
    live(camera, range(63, 64), EMPTY)
    assert camera.story()[:1] == ["63 11 opened"]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=60))
def test_a_week_is_bounded_and_stays_among_what_it_saw(values: list[float]) -> None:
    """840 bytes; the middle lies between the least and the most that were ever there, the deviation within their width
    or the first guess."""
    week = Week()
    for value in values:
        week.learn(5, value)
    middle, deviation, weeks = week.at(5)
    assert len(week.cells) == 5 * HOURS == 840
    assert weeks == min(len(values), 255)
    slack = 1.0 + 0.02 * max(values)
    assert min(values) - slack <= middle <= max(values) + slack
    assert 0 <= deviation <= max(max(values) - min(values), 0.3 * values[0]) + slack
    assert week.at(6) == (0.0, 0.0, 0)


# ------------------------------------------------------------ reading it

TEXT = """
id = "sepi"
subject = "notice"
severity = "info"
category = "ramai"
audience = "shadow"
group_by = "site"
for_s = 3600
clear_for_s = 7200
no_data_for_s = 10800
[match]
kind = "crowd"
nodes = ["camera"]
[usual]
field = "people"
raise_times = 3
clear_times = 1.5
least = 100
weeks = 6
side = "low"
[text.title]
id = "Tidak biasa: {place}"
en = "Unusual: {place}"
[text.opened]
id = "{value} orang di {place}, jauh dari biasanya. {time}"
en = "{value} people at {place}, far from usual. {time}"
[text.no_data]
id = "{place} diam sejak {since}"
en = "{place} silent since {since}"
[text.resolved]
id = "Seperti biasa lagi: {place}"
en = "As usual again: {place}"
"""


def test_it_is_read(tmp_path: Path) -> None:
    """All of its figures."""
    (tmp_path / "sepi.toml").write_text(TEXT, encoding="utf-8")
    assert load_rule(tmp_path / "sepi.toml").condition == LOW


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("weeks = 6", "weeks = 2", r"line 19: usual.weeks: 3 to 52 weeks are expected, got 2"),
        ("weeks = 6", "weeks = true", r"usual.weeks"),
        ("least = 100", "least = 0", r"line 18: usual.least: a number above 0"),
        ("clear_times = 1.5", "clear_times = 3", r"usual.clear_times: it would clear at 3"),
        ("raise_times = 3", "raise_times = 0", r"usual.raise_times: 0 is always reached"),
        ('side = "low"', 'side = "down"', r"usual.side: 'down' is not one of them.*low, high, both"),
        ('field = "people"', 'field = "camera"', r"usual.field: 'camera' is not one of them"),
    ],
)
def test_a_mistake_says_where_it_is(tmp_path: Path, old: str, new: str, says: str) -> None:
    """File, line, field, remedy."""
    assert old in TEXT
    (tmp_path / "sepi.toml").write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(BadInput, match=rf"(?s)sepi\.toml.*{says}"):
        load_rule(tmp_path / "sepi.toml")


# ------------------------------------------------------------ real streets


def hours() -> Iterator[tuple[int, dict[str, str]]]:
    """The middle of each hour of a year of Auckland's pedestrians, and what was counted where."""
    path = need("footfall/auckland_2022-06_2023-06_hourly.csv")
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            moment = datetime.fromisoformat(row["time"]).replace(tzinfo=ZoneInfo(AUCKLAND))
            yield to_us(moment + timedelta(minutes=30)), row


def openings(pack: Rule, *streets: str) -> dict[str, list[datetime]]:
    """When the rule opened, by street and Auckland's clocks."""
    cameras = {street: Counter(pack, AUCKLAND) for street in streets}
    for at_us, row in hours():
        for street, camera in cameras.items():
            if row[street] not in {"", "nan"}:
                camera.count(at_us, float(row[street]))
            else:
                camera.engine.witness(at_us)
                camera.told += camera.engine.tick(at_us)
    zone = ZoneInfo(AUCKLAND)
    return {
        street: [from_us(one.change.at_us).astimezone(zone) for one in camera.told if one.change.what is What.OPENED]
        for street, camera in cameras.items()
    }


STREETS = ("107 Quay Street", "210 Queen Street", "45 Queen Street", "150 K Road")


def test_the_flood_day_of_auckland() -> None:
    """27 January 2023: these four streets tell that they are emptier than any Friday, by the early evening, and on all
    other days of the year together one in two weeks at most."""
    found = openings(usual(), *STREETS)
    for street in STREETS:
        flood = [one for one in found[street] if one.date().isoformat() == "2023-01-27"]
        assert len(flood) == 1, street
        assert 15 <= flood[0].hour <= 19
        assert len(found[street]) <= 40
        assert min(found[street]) > datetime(2022, 7, 13, tzinfo=ZoneInfo(AUCKLAND))
    assert sum(len(one) for one in found.values()) / (len(STREETS) * 50) <= 0.5
    late = datetime(2022, 6, 1, tzinfo=ZoneInfo(AUCKLAND)) + timedelta(hours=1230, weeks=6)
    assert min(found["107 Quay Street"]) > late  # this counter begins 1,230 hours after the others
