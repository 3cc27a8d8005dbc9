"""How warnings are counted afterwards, by hand-made incidents and verdicts. No server."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.city_data import NOON_US, incident

from api.accuracy import FEW, Key, Record, Score, Share, Spread, scores_of, together
from contract.clock import HOUR_US, MINUTE_US
from contract.incident import Audience
from contract.judgement import Judgement, Miss, Outcome, Verdict
from contract.levels import Level

CROSSED_US = NOON_US


def outcome(
    verdict: Verdict | None,
    *,
    word_min: float | None = 10,
    flooded_min: float | None = None,
    level: Level | None = Level.AWAS,
    audience: Audience = "public",
    node: str = "gauge-1",
) -> Outcome:
    """An incident that crossed at noon; minutes count from there."""
    one = replace(incident(), peak=level, audience=audience, node=node, crossed_us=CROSSED_US)
    word_us = None if word_min is None else CROSSED_US + round(word_min * MINUTE_US)
    flooded_us = None if flooded_min is None else CROSSED_US + round(flooded_min * MINUTE_US)
    said = None
    if verdict is not None:
        said = Judgement(
            id="j",
            city="yogyakarta",
            incident=one.id,
            verdict=verdict,
            reason="r",
            flooded_us=flooded_us,
            by="p",
            at_us=0,
        )
    return Outcome(one, word_us, said)


def miss(*, withdrawn_us: int | None = None, audience: Audience = "public", level: Level = Level.AWAS) -> Miss:
    return Miss(
        id="m",
        city="yogyakarta",
        rule="river",
        node="gauge-1",
        place="Jembatan",
        level=level,
        happened_us=NOON_US,
        source="foto",
        audience=audience,
        by="p",
        at_us=NOON_US,
        withdrawn_us=withdrawn_us,
    )


def scores(outcomes: list[Outcome], misses: list[Miss] | None = None) -> list[Score]:
    return scores_of(Record(0, NOON_US, outcomes, misses or []))


def test_each_verdict_is_counted_once() -> None:
    """A late one is no hit and no false alarm; a withdrawn miss is none."""
    (one,) = scores(
        [outcome("right"), outcome("right"), outcome("wrong"), outcome("late"), outcome(None)],
        [miss(), miss(withdrawn_us=1)],
    )
    assert (one.hits, one.false_alarms, one.late, one.missed, one.unjudged) == (2, 1, 1, 1, 1)
    assert (one.pod, one.far) == (Share(2, 4), Share(1, 4))


@pytest.mark.parametrize(("n", "of", "percent"), [(0, 0, None), (4, FEW - 1, None), (4, FEW, 80.0), (0, FEW, 0.0)])
def test_of_a_few_cases_there_is_no_percentage(n: int, of: int, percent: float | None) -> None:
    """Below five the numbers alone are said."""
    assert Share(n, of).percent == percent


def test_lead_times_are_the_median_and_the_worst() -> None:
    """To the first word the longest is the worst, from it to the water the shortest; water before the word counts
    below zero. What was no flood, was told to nobody, or was not judged has no time."""
    (one,) = scores(
        [
            outcome("right", word_min=10, flooded_min=70),
            outcome("right", word_min=20),
            outcome("late", word_min=60, flooded_min=45),
            outcome("late", word_min=None, flooded_min=45),
            outcome("wrong", word_min=500),
            outcome(None, word_min=500),
        ]
    )
    assert one.delay == Spread(3, 20 * MINUTE_US, 60 * MINUTE_US)
    assert one.lead == Spread(2, round(22.5 * MINUTE_US), -15 * MINUTE_US)
    assert scores([outcome("right", word_min=None)])[0].delay is None


def test_a_clock_that_was_ahead_makes_no_negative_wait() -> None:
    """A node's time may lie seconds after ours."""
    (one,) = scores([outcome("right", word_min=-1)])
    assert one.delay == Spread(1, 0, 0)


def test_levels_gauges_and_circles_are_counted_apart() -> None:
    """The worst level first; what only staff were told after what everybody was; an outage has no level."""
    found = scores(
        [
            outcome("right", audience="shadow"),
            outcome("right", level=Level.WASPADA),
            outcome("wrong", level=Level.AWAS),
            outcome("right", level=None, node="wifi-1"),
        ],
        [miss(level=Level.SIAGA), miss(audience="staff")],
    )
    assert [one.key for one in found] == [
        Key("public", "river", "gauge-1", Level.AWAS),
        Key("public", "river", "gauge-1", Level.SIAGA),
        Key("public", "river", "gauge-1", Level.WASPADA),
        Key("public", "river", "wifi-1", None),
        Key("staff", "river", "gauge-1", Level.AWAS),
        Key("shadow", "river", "gauge-1", Level.AWAS),
    ]


def test_the_public_counts_only_what_the_public_was_told() -> None:
    """Shadow and staff stay out of the numbers, their misses too."""
    record = Record(
        0, NOON_US, [outcome("wrong", audience="shadow"), outcome("right")], [miss(audience="staff"), miss()]
    )
    (one,) = scores_of(record.told_to(["public"]))
    assert (one.hits, one.false_alarms, one.missed) == (1, 0, 1)


def test_a_sum_keeps_every_time() -> None:
    """So that the median of all is no median of medians."""
    parts = scores([outcome("right", word_min=m, level=Level.AWAS) for m in (1, 2, 90)]) + scores(
        [outcome("right", word_min=m, level=Level.SIAGA) for m in (3, 4)]
    )
    total = together(parts)
    assert (total.key, total.hits) == (None, 5)
    assert total.delay == Spread(5, 3 * MINUTE_US, 90 * MINUTE_US)
    assert 90 * MINUTE_US > HOUR_US


def found(audience: Audience = "public", verdict: Verdict | None = None) -> Outcome:
    """A flood from noon until one, found at two: `audience` should have been told."""
    one = outcome(verdict, word_min=None)
    incident = replace(
        one.incident,
        audience="staff",
        owed=audience,
        found_us=CROSSED_US + 2 * HOUR_US,
        resolved_us=CROSSED_US + HOUR_US,
    )
    return Outcome(incident, None, one.judgement)


def test_what_was_found_afterwards_is_missed_by_those_who_were_owed_the_word() -> None:
    """Until somebody says that it was not so; then it is nothing at all."""
    for verdict in (None, "right"):
        (one,) = scores([found(verdict=verdict)])  # type: ignore[arg-type]
        assert (one.missed, one.hits, one.late, one.unjudged) == (1, 0, 0, 0)
        assert one.key == Key("public", "river", "gauge-1", Level.AWAS)
        assert one.pod == Share(0, 1)
    assert scores([found(verdict="wrong")]) == []
    record = Record(0, NOON_US, [found(), found("staff")], [])
    assert [one.missed for one in scores_of(record.told_to(["public"]))] == [1]


@pytest.mark.parametrize(("minutes", "missed"), [(0, 1), (-59, 1), (119, 1), (-61, 2), (121, 2)])
def test_the_same_water_entered_by_hand_and_found_counts_once(minutes: float, missed: int) -> None:
    """Within an hour of it; one that was withdrawn is none."""
    entered = replace(miss(), happened_us=CROSSED_US + round(minutes * MINUTE_US))
    assert sum(one.missed for one in scores([found()], [entered])) == missed
    assert sum(one.missed for one in scores([found()], [replace(entered, withdrawn_us=1)])) == 1
    assert sum(one.missed for one in scores([found()], [replace(entered, node="gauge-2")])) == 2
