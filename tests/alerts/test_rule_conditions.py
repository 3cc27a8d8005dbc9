"""What a rule says besides its condition: where it looks, how long it keeps firing, how long a link may be silent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.watch import Watch, at, placements, profile, rule, rules

from alerts.engine import Engine
from alerts.rules import LinkSilence, Rule, lies_in, longest_window_s
from contract.city import Link
from contract.compress import compressed
from store.ports import Placement

SCALES = {one.gauge: one for one in profile().scales}
KEPT = replace(rule("flood"), keep_firing_for_s=3600.0)
KEPT_POINT = replace(rule("hotspot"), keep_firing_for_s=3600.0)
BY_LINK = replace(rule("flood"), silences=(LinkSilence("lora", 7200.0), LinkSilence("lan", 900.0)))


def city(*pack: Rule, places: dict[str, Placement] | None = None) -> Watch:
    return Watch(Engine("contoh", pack, places or placements(), SCALES))


def restarted(old: Watch, *pack: Rule) -> Watch:
    """The same city after a restart from its snapshot."""
    engine = Engine("contoh", pack, placements(), SCALES)
    engine.restore(old.engine.snapshot())
    return Watch(engine, minute=old.minute, seqs=old.seqs, told=old.told)


@pytest.mark.parametrize("again", [False, True], ids=["", "restarted"])
def test_nothing_ends_before_the_time_it_is_kept_is_over(again: bool) -> None:
    """The last reading beyond the mark of 70 cm is at minute 15: half an hour below is over at 50, the hour at 75."""
    told = city(KEPT)
    for minute, cm in ((0, 40), (5, 80), (10, 80), (15, 80)):
        told.level(minute, "code-hulu", cm)
    if again:
        told = restarted(told, KEPT)
    for minute in range(20, 85, 5):
        told.level(minute, "code-hulu", 50)
    assert told.story() == [
        "15 opened WASPADA code-hulu",
        "75 resolved NORMAL code-hulu",
    ]


def test_the_time_begins_anew_with_each_reading_that_meets_the_condition() -> None:
    """One at minute 40 stands for the whole; one between the marks (65 cm) does not: it only breaks what is clear."""
    told = city(KEPT)
    for minute in range(0, 20, 5):
        told.level(minute, "code-hulu", 80)
    for minute in range(20, 115, 5):
        told.level(minute, "code-hulu", {40: 75, 80: 65}.get(minute, 50))
    assert told.story()[1:] == ["100 recovering WASPADA code-hulu"]
    assert told.level(115, "code-hulu", 50) == ["115 resolved NORMAL code-hulu"]


def test_each_level_is_kept_from_its_own_last_reading() -> None:
    """SIAGA was last read at minute 10, WASPADA at 40."""
    told = city(KEPT)
    for minute, cm in ((0, 120), (5, 120), (10, 120), (15, 80), (40, 80)):
        told.level(minute, "code-hulu", cm)
    for minute in range(45, 105, 5):
        told.level(minute, "code-hulu", 50)
    assert told.story() == [
        "10 opened SIAGA code-hulu",
        "70 level WASPADA code-hulu",
        "100 resolved NORMAL code-hulu",
    ]


def test_silence_still_resolves_nothing() -> None:
    """However long it is kept: without a reading below the mark there is no end."""
    told = city(KEPT)
    for minute in (0, 5, 10):
        told.level(minute, "code-hulu", 80)
    assert told.pass_to(600) == ["40 no_data WASPADA code-hulu"]


def test_an_outage_is_kept_too() -> None:
    """Last seen without internet at minute 12; ten good minutes are over at 23, the hour at 72."""
    told = city(KEPT_POINT)
    for minute in range(80):
        told.point(minute, "wifi-7", "down" if minute <= 12 else "open")
    assert told.story() == ["10 opened wifi-7", "72 resolved wifi-7"]


def test_a_point_that_was_silent_is_kept_from_when_it_is_heard_again() -> None:
    """Until then it was out."""
    told = city(KEPT_POINT)
    told.point(0, "wifi-7")
    told.pass_to(30)
    for minute in range(30, 100):
        told.point(minute, "wifi-7")
    assert told.story() == [
        "16 opened wifi-7",
        "30 data_back wifi-7",
        "90 resolved wifi-7",
    ]


# ------------------------------------------------------------ silence by link


def linked(**links: Link) -> dict[str, Placement]:
    """Gauges by the link they speak over."""
    places = {node.replace("-", "_"): place for node, place in placements().items()}
    return placements() | {places[name].node: replace(places[name], link=link) for name, link in links.items()}


def test_each_link_has_its_own_silence() -> None:
    """A gauge on a cable for 15 minutes, one whose link nobody knows for 30, one on LoRa for two hours."""
    told = city(BY_LINK, places=linked(code_hulu="lan", winongo="lora"))
    for minute in (0, 5, 10):
        for gauge in ("code-hulu", "code-hilir", "winongo"):
            told.level(minute, gauge, 80)
    told.pass_to(600)
    assert [line for line in told.story() if "no_data" in line] == [
        "25 no_data WASPADA code-hulu",
        "40 no_data WASPADA code-hilir",
        "130 no_data WASPADA winongo",
    ]


def test_a_link_that_changes_counts_at_once() -> None:
    """The registry says at minute 12 that the gauge is on a cable: the deadline that runs is brought forward."""
    told = city(BY_LINK)
    for minute in (0, 5, 10):
        told.level(minute, "code-hulu", 80)
    told.engine.place(linked(code_hulu="lan"), SCALES)
    assert told.pass_to(26) == ["25 no_data WASPADA code-hulu"]


def test_a_late_reading_is_late_by_the_silence_of_its_link() -> None:
    """Forty minutes on the way: nothing for a gauge whose link has 30, a late word for one on LoRa."""
    for places, story in ((linked(), []), (linked(code_hulu="lora"), ["9 opened WASPADA code-hulu"])):
        told = city(BY_LINK, places=places)
        for minute in (40, 49):
            told.level(minute, "code-hulu", 80, late_min=40)
        assert told.story() == story


def test_the_longest_silence_counts_for_what_is_looked_back_at_and_all_are_played_fast() -> None:
    """The hour of LoRa is longer than any other window, and a city's day in minutes divides it too."""
    assert longest_window_s((BY_LINK,)) == 7200
    assert longest_window_s((KEPT,)) == 3600
    fast = compressed(replace(BY_LINK, keep_firing_for_s=600.0), 60)
    assert (fast.silence_s("lora"), fast.silence_s("gprs"), fast.keep_firing_for_s) == (120, 30, 10)


# ------------------------------------------------------------ where a rule looks


def test_a_region_stands_for_all_that_lie_in_it() -> None:
    """At a dot: 34.7 is no part of 34.71."""
    assert all(lies_in("34.71.02.1002", area) for area in ("34", "34.71", "34.71.02", "34.71.02.1002"))
    assert not any(lies_in("34.71.02.1002", area) for area in ("34.7", "34.71.0", "34.71.03", "34.71.02.1002.1", ""))


@pytest.mark.parametrize(
    ("match", "watched"),
    [
        ({"sites": ("winongo",)}, ["winongo"]),
        ({"regions": ("34.71.02",)}, ["code-hilir", "code-hulu", "winongo"]),
        ({"regions": ("34.71.04", "34.72")}, []),
        ({"sites": ("winongo", "code-hulu"), "regions": ("34.71",)}, ["code-hulu", "winongo"]),
        ({"sites": ("winongo",), "regions": ("34.71.04",)}, []),
    ],
)
def test_a_rule_watches_only_where_it_looks(match: dict[str, tuple[str, ...]], watched: list[str]) -> None:
    """By site, by region, and by both where both are said."""
    flood = rule("flood")
    told = city(replace(flood, match=replace(flood.match, **match)))
    for minute in (0, 5, 10):
        for gauge in SCALES:
            told.level(minute, gauge, 80)
    assert sorted(line.split()[-1] for line in told.story()) == watched
    assert told.engine.streams() == len(watched)


def test_a_gauge_that_moves_out_of_a_rule_is_no_longer_watched() -> None:
    """It left for another site: the open flood is the caller's to settle, as of a gauge that was removed."""
    flood = rule("flood")
    told = city(replace(flood, match=replace(flood.match, sites=("code-hulu",))))
    for minute in (0, 5, 10):
        told.level(minute, "code-hulu", 80)
    (opened,) = told.told
    moved = placements()
    told.engine.place(moved | {"code-hulu": replace(moved["code-hulu"], site="winongo")}, SCALES)
    assert not told.engine.watches(opened.incident)
    assert told.level(15, "code-hulu", 200) == []
    assert told.engine.next_us() is None or told.engine.tick(at(600)) == []


def test_the_pack_of_the_city_says_none_of_it() -> None:
    """The rules of the small city are told as before: nothing kept, one silence for all, everywhere."""
    for one in rules():
        assert (one.keep_firing_for_s, one.silences, one.match.sites, one.match.regions) == (0.0, (), (), ())
