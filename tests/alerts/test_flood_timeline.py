"""A river's story, told minute by minute. Yogyakarta's rule: `for` 8 min, `clear_for` 30 min, `no_data_for` 30 min."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from support.watch import Watch, at, placements, profile, rules, scale, watch

from alerts.engine import Engine
from contract.incident import State
from contract.levels import Level
from contract.quality import Quality


def test_a_flood_from_its_first_wave_to_the_all_clear() -> None:
    """Each level is told when two later samples have confirmed it, each fall when it has held for half an hour."""
    city = watch()
    for minute, cm in enumerate(
        [40, 72, 80, 90, 120, 130, 165, 170, 168, 150, 120, 90, 70, 50, 45, 44, 43, 42, 41, 40]
    ):
        city.level(5 * minute, "code-hulu", cm)
    for minute in range(100, 150, 5):
        city.level(minute, "code-hulu", 40)
    assert city.story() == [
        "15 opened WASPADA code-hulu",
        "30 level SIAGA code-hulu",
        "40 level AWAS code-hulu",
        "65 recovering AWAS code-hulu",
        "80 level SIAGA code-hulu",
        "85 level WASPADA code-hulu",
        "95 resolved NORMAL code-hulu",
    ]
    first, last = city.told[0], city.told[-1]
    assert (first.incident.crossed_us, first.incident.opened_us) == (at(5), at(15))
    assert first.begins
    assert last.ends
    assert last.event.closed_us == at(95)
    assert (last.incident.peak, last.incident.peak_value) == (Level.AWAS, 170)


def test_for_completes_only_on_a_later_good_sample() -> None:
    """Time alone confirms nothing: eight minutes after the first high sample it is still only one."""
    city = watch()
    city.level(0, "code-hulu", 200)
    assert city.pass_to(29) == []
    assert city.level(29, "code-hulu", 200) == ["29 opened AWAS code-hulu"]


def test_a_gauge_that_crosses_and_falls_silent_is_dangerous() -> None:
    """Its last word was that the water is high. That is not confirmed, and nobody may take it for safe."""
    city = watch()
    city.level(0, "code-hulu", 40)
    city.level(5, "code-hulu", 120)
    assert city.pass_to(34) == []
    assert city.pass_to(600) == ["35 opened SIAGA code-hulu"]
    opened = city.told[0]
    assert opened.incident.dangerous
    assert (opened.incident.crossed_us, opened.heard_us, opened.incident.value) == (at(5), at(5), 120)
    for minute in range(600, 630, 5):
        city.level(minute, "code-hulu", 40)
    assert city.story()[1:] == ["600 data_back SIAGA code-hulu", "600 recovering SIAGA code-hulu"]
    assert city.level(630, "code-hulu", 40) == ["630 resolved NORMAL code-hulu"]


def test_a_gauge_that_dips_below_its_mark_before_it_falls_silent_is_not_alarming() -> None:
    """One high sample, then a low one, then nothing: the last word was that the water is low."""
    city = watch()
    for minute, cm in ((0, 40), (5, 120), (10, 41)):
        city.level(minute, "code-hulu", cm)
    assert city.pass_to(24 * 60) == []


def test_a_silent_gauge_that_comes_back_high_is_confirmed_as_any_other() -> None:
    """It opened as silent; its next words say how high the river is."""
    city = watch()
    city.level(0, "code-hulu", 120)
    city.pass_to(40)
    for minute in (40, 45, 50):
        city.level(minute, "code-hulu", 165)
    assert city.story() == [
        "30 opened SIAGA code-hulu",
        "40 data_back SIAGA code-hulu",
        "50 level AWAS code-hulu",
    ]


def test_a_gauge_without_a_scale_is_not_judged_and_harms_nobody() -> None:
    """Nobody has said what is high there; its neighbour is judged as ever."""
    scales = {one.gauge: one for one in profile().scales if one.gauge != "code-hulu"}
    city = Watch(Engine("contoh", rules(), placements(), scales))
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 900)
        city.level(minute, "winongo", 90)
    assert city.story() == ["10 opened WASPADA winongo"]


def test_a_scale_that_has_lost_the_open_level_still_waits_for_the_clear_time() -> None:
    """The city took WASPADA off the staff while it was the open level: one low sample is no all-clear."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 80)
    opened = city.told[0]
    poorer = {one.gauge: replace(one, thresholds=one.thresholds[1:]) for one in profile().scales}
    again = Watch(Engine("contoh", rules(), placements(), poorer), seqs=city.seqs)
    again.engine.adopt(opened.incident, opened.event)
    assert again.level(15, "code-hulu", 40) == ["15 recovering WASPADA code-hulu"]
    for minute in range(20, 45, 5):
        assert again.level(minute, "code-hulu", 40) == []
    assert again.level(45, "code-hulu", 40) == ["45 resolved NORMAL code-hulu"]


def test_one_high_sample_between_low_ones_is_nothing() -> None:
    """A keying error or a branch in the beam raises no level, whatever it reads."""
    city = watch()
    for minute, cm in ((0, 40), (5, 400), (10, 41), (15, 500), (20, 40)):
        city.level(minute, "code-hulu", cm)
    assert city.story() == []


def test_a_spike_within_a_flood_changes_no_level() -> None:
    """WASPADA with one sample at AWAS stays WASPADA."""
    city = watch()
    for minute, cm in ((0, 80), (5, 80), (10, 80), (15, 300), (20, 82), (25, 81)):
        city.level(minute, "code-hulu", cm)
    assert city.story() == ["10 opened WASPADA code-hulu"]


@pytest.mark.parametrize("quality", [Quality.SUSPECT, Quality.FAIL, Quality.MISSING])
def test_a_reading_that_is_not_good_neither_raises_nor_clears(quality: Quality) -> None:
    """Suspect, failed and missing readings are no information about the water."""
    city = watch()
    for minute in range(0, 60, 5):
        city.level(minute, "code-hulu", 300, quality=quality)
    assert city.story() == []
    for minute in (60, 65, 70):
        city.level(minute, "code-hulu", 90)
    for minute in range(75, 100, 5):
        assert city.level(minute, "code-hulu", 10, quality=quality) == []
    assert city.story() == ["70 opened WASPADA code-hulu"]


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_no_value_is_not_a_safe_value(value: float | None) -> None:
    """A reading without a finite number clears nothing; half an hour of them is silence, and dangerous."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 170)
    for minute in range(15, 60, 5):
        city.level(minute, "code-hulu", value)
    assert city.story() == ["10 opened AWAS code-hulu", "40 no_data AWAS code-hulu"]
    assert city.told[-1].incident.dangerous


def test_a_gauge_that_falls_silent_while_high_is_dangerous_and_never_resolved() -> None:
    """Silence fires by itself, without any message, and a day of it ends no flood."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 120)
    assert city.pass_to(39) == []
    assert city.pass_to(41) == ["40 no_data SIAGA code-hulu"]
    assert city.pass_to(24 * 60) == []
    incident = city.told[-1].incident
    assert incident.open
    assert incident.dangerous
    assert city.level(24 * 60 + 1, "code-hulu", 30) == [
        "1441 data_back SIAGA code-hulu",
        "1441 recovering SIAGA code-hulu",
    ]


def test_silence_tells_the_water_as_it_was_last_read_and_its_peak() -> None:
    """Between the two nothing was told: it neither changed its level nor began to clear."""
    city = watch()
    for minute, cm in enumerate([120, 125, 128, 133, 128, 127]):
        city.level(5 * minute, "code-hulu", cm)
    city.pass_to(60)
    assert city.story()[-1] == "55 no_data SIAGA code-hulu"
    silent = city.told[-1]
    assert (silent.change.value, silent.incident.value, silent.incident.peak_value) == (127, 127, 133)


def test_silence_breaks_the_clear_time() -> None:
    """Low, then unseen for hours, then low once: nobody knows what the river did, so half an hour begins anew."""
    city = watch()
    for minute, cm in ((0, 90), (5, 90), (10, 90), (15, 40), (20, 40)):
        city.level(minute, "code-hulu", cm)
    city.level(300, "code-hulu", 40)
    assert city.told[-1].incident.open
    for minute in range(305, 330, 5):
        city.level(minute, "code-hulu", 40)
    assert city.level(330, "code-hulu", 40) == ["330 resolved NORMAL code-hulu"]


def test_a_level_that_flaps_about_its_mark_is_one_incident() -> None:
    """Two centimetres up and down for a day: one opening, no change of level."""
    city = watch()
    for number, minute in enumerate(range(0, 24 * 60, 5)):
        city.level(minute, "code-hulu", 72 if number % 4 < 3 else 68)
    assert city.story() == ["10 opened WASPADA code-hulu"]


def test_a_level_that_flaps_about_its_clear_mark_is_one_incident_told_rarely() -> None:
    """Every fall is kept in the history; people are told at most once a clear time."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 75)
    for number, minute in enumerate(range(15, 24 * 60, 5)):
        city.level(minute, "code-hulu", 58 if number % 2 else 62)
    assert len({one.incident.id for one in city.told}) == 1
    assert len({one.event.id for one in city.told}) == 1
    assert 24 < len(city.notifier().sayings) <= 24 * 2


def test_a_recurrence_is_a_new_event_that_points_to_the_old_one() -> None:
    """The river rises again two hours after the all-clear."""
    city = watch()
    for begin in (0, 180):
        for minute, cm in ((0, 90), (5, 90), (10, 90), *((m, 40) for m in range(15, 60, 5))):
            city.level(begin + minute, "code-hulu", cm)
    opened = [one for one in city.told if one.begins]
    assert [one.event.recurs for one in opened] == [None, opened[0].event.id]
    assert opened[0].event.id != opened[1].event.id
    assert opened[0].incident.id != opened[1].incident.id


def test_all_gauges_of_a_river_share_one_event_until_the_last_is_down() -> None:
    """The crest travels: the upper gauge is clear while the lower still stands high. The Winongo is another flood."""
    city = watch()
    for minute in range(0, 60, 5):
        city.level(minute, "code-hulu", 90 if minute < 15 else 30)
        city.level(minute, "code-hilir", 90 if minute < 40 else 30)
        city.level(minute, "winongo", 90)
    for minute in range(60, 100, 5):
        city.level(minute, "code-hilir", 30)
    by_node = {node: [one for one in city.told if one.incident.node == node] for node in ("code-hulu", "code-hilir")}
    upper, lower = by_node["code-hulu"], by_node["code-hilir"]
    assert upper[0].begins
    assert not lower[0].begins
    assert upper[0].event.id == lower[0].event.id
    assert (upper[-1].incident.state, upper[-1].ends) == (State.RESOLVED, False)
    assert (lower[-1].incident.state, lower[-1].ends) == (State.RESOLVED, True)
    winongo = next(one for one in city.told if one.incident.node == "winongo")
    assert winongo.event.id != upper[0].event.id


def test_back_filled_readings_change_nothing_live() -> None:
    """A reading older than its stream's newest neither raises, nor clears, nor breaks a wait, nor ends a silence."""
    city = watch()
    city.level(0, "code-hulu", 40, seq=100)
    for number in range(20):
        city.level(1 + number, "code-hulu", 400, seq=50 + number, late_min=100 - number)
    assert city.story() == []
    for minute, seq in ((25, 101), (30, 102), (35, 103)):
        city.level(minute, "code-hulu", 90, seq=seq)
    for number in range(80):
        city.level(36 + number, "code-hulu", 10, seq=1 + number % 49, late_min=200)
    assert city.story() == ["35 opened WASPADA code-hulu", "65 no_data WASPADA code-hulu"]


def test_a_reading_that_is_late_but_the_newest_may_raise_and_never_clears() -> None:
    """Eleven minutes under way is late for a gauge of five minutes, and still a warning; it is no all-clear."""
    city = watch()
    for minute in range(0, 20, 5):
        city.level(minute, "code-hulu", 90, late_min=11)
    assert city.story() == ["-1 opened WASPADA code-hulu"]
    for minute in range(20, 45, 5):
        city.level(minute, "code-hulu", 10, late_min=11)
    assert city.told[-1].incident.open
    city.pass_to(60)
    assert city.story()[1:] == ["29 no_data WASPADA code-hulu"]


def test_the_newest_reading_of_yesterday_raises_nothing() -> None:
    """A node that comes back after a day begins with what it has: that is history, not news."""
    city = watch()
    for minute in range(0, 30, 5):
        city.level(minute, "code-hulu", 400, late_min=24 * 60)
    assert city.story() == []


def test_a_node_without_a_trusted_clock_is_judged_by_arrival() -> None:
    """Its readings say 1970; the river is high now."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 90, trust="untrusted", late_min=at(minute) / 60e6)
    assert city.story() == ["10 opened WASPADA code-hulu"]


def test_a_reading_from_next_year_counts_as_now() -> None:
    """A clock that is ahead neither completes a wait at once nor freezes the stream."""
    city = watch()
    city.level(0, "code-hulu", 90)
    assert city.level(1, "code-hulu", 90, late_min=-365 * 24 * 60) == []
    assert city.level(9, "code-hulu", 90) == ["9 opened WASPADA code-hulu"]


def test_a_new_epoch_supersedes_and_the_old_one_is_old() -> None:
    """An epoch is opaque: a node with a new card begins at seq 1 and is heard; the old card's readings are history."""
    city = watch()
    city.level(0, "code-hulu", 40, seq=900)
    city.level(5, "code-hulu", 90, epoch="0000000000000001", seq=1)
    city.level(6, "code-hulu", 10, seq=901)
    city.level(10, "code-hulu", 90, epoch="0000000000000001", seq=2)
    city.level(11, "code-hulu", 10, seq=902)
    assert city.level(15, "code-hulu", 90, epoch="0000000000000001", seq=3) == ["15 opened WASPADA code-hulu"]


def test_the_same_reading_again_changes_nothing() -> None:
    """The broker delivers at least once; an echo completes no `for` and is no sign of life either."""
    city = watch()
    city.level(0, "code-hulu", 90, seq=1)
    for minute in range(1, 30):
        assert city.level(minute, "code-hulu", 90, seq=1, late_min=minute) == []
    assert city.level(30, "code-hulu", 90, seq=1, late_min=30) == ["30 opened WASPADA code-hulu"]
    assert city.told[0].incident.no_data


def test_a_falling_scale_reads_the_other_way_round() -> None:
    """A reservoir that must not run dry: worse is lower."""
    dry = scale("code-hulu", up=(70, 110, 160), clear=(60, 95, 140))
    marks = tuple(type(t)(t.level, 300 - t.raise_cm, 300 - t.clear_cm, t.local_name) for t in dry.thresholds)
    city = watch(dry=type(dry)("code-hulu", "nol", "falling", marks))
    for minute, cm in ((0, 290), (5, 225), (10, 185), (15, 180), (20, 130), (25, 120), (30, 118)):
        city.level(minute, "code-hulu", cm)
    assert city.story() == [
        "15 opened WASPADA code-hulu",
        "20 level SIAGA code-hulu",
        "30 level AWAS code-hulu",
    ]
    assert city.told[-1].incident.peak_value == 118


def test_gauges_told_to_different_people_never_share_an_event() -> None:
    """A gauge in shadow is judged, and cannot be seen through the public case of its river."""
    city = watch({"code-hilir": "shadow"})
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 90)
        city.level(minute, "code-hilir", 90)
    audiences = {one.incident.node: (one.incident.audience, one.event.id) for one in city.told}
    assert audiences["code-hilir"][0] == "shadow"
    assert audiences["code-hulu"][0] == "public"
    assert audiences["code-hulu"][1] != audiences["code-hilir"][1]


def test_a_node_that_the_registry_does_not_know_is_not_judged() -> None:
    """Strangers raise no alarm."""
    city = watch()
    for minute in (0, 5, 10):
        assert city.level(minute, "orang-asing", 900) == []


def test_a_clock_of_ours_that_was_ahead_freezes_nothing() -> None:
    """An hour ahead, put right: waits go on from now."""
    city = watch()
    city.level(60, "code-hulu", 90)
    city.engine.forgive(at(0))
    city.level(5, "code-hulu", 90)
    assert city.level(10, "code-hulu", 90) == ["10 opened WASPADA code-hulu"]


def test_the_worked_example_of_the_readme() -> None:
    """What alerts/README.md tells minute by minute is what happens."""
    city = watch()
    for minute, cm in ((0, 40), (5, 72), (10, 80), (15, 90), (20, 65), (25, 58), (30, 61)):
        city.level(minute, "code-hulu", cm)
    for minute in range(35, 70, 5):
        city.level(minute, "code-hulu", 58)
    assert [text.split()[:2] for text in city.story()] == [
        ["15", "opened"],
        ["25", "recovering"],
        ["30", "relapsed"],
        ["35", "recovering"],
        ["65", "resolved"],
    ]
    for last, story in ((5, ["35 opened WASPADA code-hulu"]), (15, ["45 no_data WASPADA code-hulu"])):
        dead = watch()
        for minute, cm in ((0, 40), (5, 72), (10, 80), (15, 90)):
            if minute <= last:
                dead.level(minute, "code-hulu", cm)
        dead.pass_to(600)
        assert dead.story()[-1:] == story
