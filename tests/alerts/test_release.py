"""What a dam lets go, as its keeper announced it: one notice opens it, its own end ends it, a later one changes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from support import alerting, watch
from support.alerting import Stores
from support.people_data import person
from support.watch import CITY, Watch, at, placements, profile

from alerts.engine import Engine
from alerts.notify import Notifier
from alerts.process import AlertsProcess
from alerts.rulefile import load_rule
from alerts.rules import Release, Rule
from alerts.tellings import Tale
from alerts.words import Words
from cities.load import rules_folder
from contract import topics
from contract.clock import HOUR_US, ManualClock
from contract.codec import encode
from contract.decision import Decision
from contract.incident import State, What
from contract.kinds import ReleaseValues
from contract.messages import ClockTrust, Readings, ReleaseReading
from contract.quality import Quality
from faults.parts.bench_city import Letterbox
from store.decisions import deed_of
from store.people import Deed
from store.ports import Placement, Row, Series

PACK = rules_folder("jakarta") / "pelepasan.toml"
PLAIN = replace(load_rule(PACK), audience="public")
FROM_100 = replace(PLAIN, condition=Release("discharge_m3s", 100.0))
DAM = "Bendung Karang"


class River(Watch):
    """The small city under rules about releases."""

    def __init__(self, *rules: Rule, places: Mapping[str, Placement] | None = None) -> None:
        super().__init__(Engine(CITY, rules or (PLAIN,), places or placements(), {}))

    def tells(
        self, minute: float, m3s: float | None = 120.0, *, node: str = "code-hulu", dam: str = DAM,
        begins: float | None = None, hours: float | None = None, off: bool = False, opening_cm: float | None = None,
        **how: Any,
    ) -> list[str]:  # fmt: skip
        """A post announces, at `minute`, `m3s` from minute `begins` on (now) for so many hours."""
        values = {
            "dam": dam,
            "discharge_m3s": m3s,
            "opening_cm": opening_cm,
            "begins_us": None if begins is None else at(begins),
            "lasts_s": None if hours is None else hours * 3600,
            "called_off": off or None,
        }
        return self.reading(minute, node, "notice", "release", values, **how)

    def restarted(self, *rules: Rule) -> River:
        """Another engine goes on from this one's snapshot."""
        other = River(*rules)
        other.engine.restore(self.engine.snapshot())
        other.minute, other.seqs = self.minute, self.seqs
        return other

    def knows_only_the_store(self) -> River:
        """Another engine without a snapshot takes over what the store has."""
        other = River()
        for one in {one.incident.id: one for one in self.told}.values():
            other.engine.adopt(one.incident, one.event)
        other.minute, other.seqs = self.minute, self.seqs
        return other


# ------------------------------------------------------------ its life


def test_one_notice_opens_it_and_its_announced_end_ends_it() -> None:
    """No second is waited for, and nobody has to say that it is over."""
    river = River()
    assert river.tells(10, begins=30, hours=2) == ["10 opened code-hulu"]
    assert river.pass_to(149) == []
    assert river.pass_to(200) == ["150 resolved code-hulu"]
    opened, resolved = (one.incident for one in river.told)
    assert (opened.value, opened.begins_us, opened.until_us) == (120.0, at(30), at(150))
    assert (opened.crossed_us, opened.opened_us, resolved.resolved_us) == (at(10), at(10), at(150))
    assert opened.entity == f"river/Code/{DAM}"
    assert river.told[-1].ends


def test_a_restart_in_between_changes_nothing() -> None:
    """From the snapshot, and where that is gone from the incident that the store has."""
    for again in (River.restarted, River.knows_only_the_store):
        river = River()
        river.tells(10, hours=2)
        after = again(river)
        assert after.tells(10, hours=2, seq=1) == [], "the same notice, read again from the store"
        assert after.pass_to(129) == []
        assert after.pass_to(131) == ["130 resolved code-hulu"]


@pytest.mark.parametrize(
    "taken_back",
    [{"off": True, "m3s": None}, {"m3s": 0.0}, {"m3s": None, "opening_cm": 0.0}],
    ids=["called off", "no water", "gate shut"],
)
def test_it_is_taken_back_by_a_later_notice(taken_back: dict[str, Any]) -> None:
    """At once, by whichever post of the river, however the dam is written."""
    river = River()
    river.tells(0, hours=5)
    told = river.tells(40, node="code-hilir", dam="BENDUNG  karang", **taken_back)
    assert told == ["40 resolved code-hulu"]
    assert river.told[-1].incident.value == 0.0
    assert river.pass_to(400) == []


def test_a_later_notice_changes_it() -> None:
    """More water for a shorter time: told once, and it ends by the new time; the same once more is no news."""
    river = River()
    river.tells(0, 120, hours=5)
    assert river.tells(30, 150, begins=0, hours=1) == ["30 updated code-hulu"]
    assert river.tells(40, 150, begins=0, hours=1) == []
    assert river.pass_to(100) == ["60 resolved code-hulu"]
    assert [one.incident.peak_value for one in river.told] == [120.0, 150.0, 150.0]


def test_a_notice_that_prolongs_it_keeps_it_open() -> None:
    """The old end passes."""
    river = River()
    river.tells(0, hours=1)
    assert river.tells(50, begins=0, hours=3) == ["50 updated code-hulu"]
    assert river.pass_to(179) == []
    assert river.pass_to(181) == ["180 resolved code-hulu"]


def test_two_dams_of_a_river_are_one_event_and_two_incidents() -> None:
    """Each ends by itself, and the event with the last."""
    river = River()
    river.tells(0, hours=1)
    river.tells(5, dam="Bendung Lain", hours=2)
    river.pass_to(200)
    assert [one.incident.entity.rpartition("/")[2] for one in river.told] == [DAM, "Bendung Lain"] * 2
    assert len({one.event.id for one in river.told}) == 1
    assert [one.ends for one in river.told] == [False, False, False, True]


def test_dams_of_one_name_on_two_rivers_are_two() -> None:
    """What a post on the Winongo says is nothing to the Code."""
    river = River()
    river.tells(0, hours=5)
    assert river.tells(5, node="winongo", off=True) == []


def test_nobody_has_said_for_how_long() -> None:
    """A day after it began nothing is known of it; it stays open until somebody says something."""
    river = River()
    river.tells(0, begins=60)
    assert river.pass_to(60 + 1439) == []
    assert river.pass_to(60 + 1441) == ["1500 no_data code-hulu"]
    assert river.pass_to(6000) == []
    assert river.tells(6000, begins=60) == ["6000 data_back code-hulu"]
    assert river.tells(6010, off=True) == ["6010 resolved code-hulu"]


# ------------------------------------------------------------ the mark


def test_only_what_reaches_the_mark_is_told() -> None:
    """Less is not; and what falls below it ends it, with the figure that it fell to."""
    river = River(FROM_100)
    assert river.tells(0, 99, hours=5) == []
    assert river.tells(10, 100, hours=5) == ["10 opened code-hulu"]
    assert river.tells(20, 80, hours=5) == ["20 resolved code-hulu"]
    assert river.told[-1].incident.value == 80.0


def test_an_amount_that_nobody_said_is_not_known_to_be_less() -> None:
    """The keeper named the gate's opening alone."""
    river = River(FROM_100)
    assert river.tells(0, None, opening_cm=40, hours=1) == ["0 opened code-hulu"]
    assert river.told[-1].incident.value is None


def test_the_mark_may_be_of_the_gate() -> None:
    """In centimetres that it stands open."""
    river = River(replace(PLAIN, condition=Release("opening_cm", 50.0)))
    assert river.tells(0, 900, opening_cm=40, hours=1) == []
    assert river.tells(5, 900, opening_cm=50, hours=1) == ["5 opened code-hulu"]


def test_another_mark_counts_from_the_next_notice() -> None:
    """The pack changes under an open release."""
    river = River(replace(FROM_100, condition=Release("discharge_m3s", 50.0)))
    river.tells(0, 80, hours=5)
    assert river.engine.govern([FROM_100]) is False
    assert river.pass_to(10) == []
    assert river.tells(20, 80, hours=4) == ["20 resolved code-hulu"]


# ------------------------------------------------------------ when it comes late


def test_what_still_holds_is_told_however_late_it_comes() -> None:
    """Three hours under way, for six hours: the moment is when it was said."""
    river = River()
    assert river.tells(200, begins=20, hours=6, late_min=180) == ["20 opened code-hulu"]
    assert river.pass_to(381) == ["380 resolved code-hulu"]


def test_what_is_over_when_it_comes_opens_nothing() -> None:
    """It stands in the record, and nobody is pushed."""
    river = River()
    assert river.tells(500, begins=20, hours=6, late_min=480) == []
    assert river.tells(3000, begins=20, dam="Bendung Lain", late_min=2990) == [], "a day without an announced end"


def test_what_was_said_before_changes_nothing() -> None:
    """An older notice comes after a newer one; one in doubt, or that names no dam, is no word at all."""
    river = River()
    river.tells(60, hours=5)
    assert river.tells(70, off=True, late_min=30) == []
    assert river.tells(80, off=True, quality=Quality.SUSPECT) == []
    assert river.tells(90, off=True, dam=" ") == []
    assert river.pass_to(400) == ["360 resolved code-hulu"]


def test_a_later_notice_that_is_over_when_it_comes_ends_it() -> None:
    """It was shortened to an hour, and that word was under way for two."""
    river = River()
    river.tells(0, hours=6)
    assert river.tells(130, begins=0, hours=1, late_min=120) == ["60 resolved code-hulu"]
    assert river.told[-1].incident.until_us == at(60)


def test_an_end_that_came_while_nothing_was_heard_waits_for_a_word_on_its_way() -> None:
    """We were deaf until minute 130; ten minutes later nobody has prolonged it."""
    river = River()
    river.tells(0, hours=2)
    other = river.restarted()
    other.engine.forgive(at(130))
    assert other.pass_to(139) == []
    assert other.pass_to(141) == ["120 resolved code-hulu"]


def killed_before_it_was_saved(river: River, minute: float) -> River:
    """An engine whose snapshot is from before what `river` tells from now to `minute`, which the store has."""
    other = river.restarted()
    river.pass_to(minute)
    last = river.told[-1]
    other.engine.adopt(last.incident, last.event)
    other.minute = minute
    return other


def test_an_end_that_was_kept_and_not_saved_hides_no_word_that_comes_after_it() -> None:
    """It was prolonged ten minutes before its end, and that word came five minutes after it and after a kill."""
    river = River()
    river.tells(0, hours=2)
    other = killed_before_it_was_saved(river, 121)
    assert other.tells(125, begins=0, hours=5, late_min=15) == ["110 opened code-hulu"]
    assert other.pass_to(301) == ["300 resolved code-hulu"]


def test_a_silence_that_was_kept_and_not_saved_hides_no_word_that_comes_after_it() -> None:
    """It was called off an hour before it was called silent, and that word was long under way."""
    river = River()
    river.tells(0)
    other = killed_before_it_was_saved(river, 1441)
    assert other.tells(1450, off=True, late_min=70) == ["1440 resolved code-hulu"]


def test_what_the_killed_engine_heard_is_not_told_once_more() -> None:
    """It was shortened, ended and kept; the word that shortened it is read again from the store."""
    river = River()
    river.tells(0, hours=5)
    saved = river.restarted()
    river.tells(100, begins=0, hours=2)
    river.pass_to(121)
    saved.engine.adopt(river.told[-1].incident, river.told[-1].event)
    assert saved.tells(100, begins=0, hours=2) == []
    assert saved.pass_to(400) == []


def test_a_clock_that_says_nothing_counts_as_now() -> None:
    """Told by a post that does not know the time, and not once more when it is read again."""
    river = River()
    assert river.tells(10, hours=1, trust="untrusted", late_min=500) == ["10 opened code-hulu"]
    assert river.tells(11, hours=1, trust="untrusted", late_min=501, seq=1) == []


# ------------------------------------------------------------ whom it is told


def test_it_is_told_as_far_as_rule_place_and_stage_allow() -> None:
    """As any other rule: in shadow it is kept and said to nobody."""
    river = River(replace(PLAIN, audience="shadow"))
    river.tells(0, hours=1)
    assert river.told[0].incident.audience == "shadow"
    assert river.notifier().sayings == []
    staged = River()
    staged.engine.stages = {}
    staged.tells(0, hours=1)
    assert staged.told[0].incident.audience == "shadow"


def said(river: River) -> list[tuple[str, str]]:
    words, places = Words(profile()), placements()
    notes = [words.sentence(one, places[one.incident.node]) for one in river.told]
    return [(note["text"]["id"], note["text"]["en"]) for note in notes if note is not None]


def test_it_is_said_in_both_languages_with_how_it_ended() -> None:
    """Amount, beginning and end; that it was changed; why it is over. START is 22.06 WIB."""
    river = River(FROM_100)
    river.tells(0, 1200.5, begins=30, hours=1)
    river.tells(10, None, opening_cm=40, begins=30)
    river.tells(20, 80)
    river.tells(30, hours=1)
    river.tells(40, off=True)
    river.tells(50, hours=1)
    river.pass_to(120)
    told = said(river)
    assert told[0] == (
        "Bendung Karang melepas air ke Sungai Code: 1.200,5 m³/detik, mulai 22.36 WIB, sampai 23.36 WIB. Jauhi tepi "
        "sungai. 22.06 WIB",
        "Bendung Karang lets water into the Code River: 1,200.5 m³/s, from 22.36 WIB, until 23.36 WIB. Keep away from "
        "the banks. 22.06 WIB",
    )
    assert "pengumuman diubah: jumlahnya belum disebut, mulai 22.36 WIB, belum diketahui sampai kapan" in told[1][0]
    ends = [re.sub(r"\. \d.*", "", text).partition("berakhir, ")[2] for text, _ in told if "berakhir, " in text]
    assert ends == ["turun menjadi 80 m³/detik", "dibatalkan atau dihentikan", "sesuai pengumuman"]


def test_people_are_told_at_once_then_of_what_changed_and_of_the_end() -> None:
    """The first word waits for nobody; what is announced anew waits for the interval and is told as it stands then."""
    river = River()
    river.tells(0, hours=2)
    river.tells(1, 150, begins=0, hours=2)
    river.tells(2, 160, begins=0, hours=2)
    for minute in range(3, 130):
        river.pass_to(minute)
    told = [(str(one.reason), one.transition.incident.value) for one in river.notifier().sayings]
    assert told == [("first", 120.0), ("update", 160.0), ("all_clear", 160.0)]


@pytest.mark.parametrize("other_dam_at", [None, 1, 59])
def test_each_change_of_what_was_announced_is_told(other_dam_at: int | None) -> None:
    """Also the second one, and where another dam of the river lets water go as well, for long or since just now."""
    river = River()
    river.tells(0, hours=10)
    if other_dam_at is not None:
        river.tells(other_dam_at, dam="Bendung Lain", hours=10)
    for minute, m3s in ((60, 150), (120, 900)):
        river.tells(minute, m3s, begins=0, hours=10)
        for later in range(1, 30):
            river.pass_to(minute + later)
    updates = [one for one in river.notifier().sayings if str(one.reason) == "update"]
    assert [one.transition.incident.value for one in updates] == [150, 900]
    assert all(one.transition.change.what is What.UPDATED for one in updates)


def told_together(river: River, reason: str, minute: float = 0) -> dict[str, str]:
    """What is said of the whole event for this reason, the last time, at `minute`."""
    saying = next(one for one in reversed(river.notifier().sayings) if str(one.reason) == reason)
    place = placements()[saying.transition.incident.node]
    if reason == "first":
        report = Words(profile()).report(saying.transition, place, saying.opened, saying.over, saying.news)
        return dict(report.description)
    return Words(profile()).counted(saying, place, at(minute))


def test_two_dams_that_change_within_one_interval_are_told_with_amount_and_time() -> None:
    """Each with its own, in both languages, and so is a second dam that begins."""
    river = River()
    river.tells(0, 100, hours=10)
    river.tells(2, 200, dam="Pintu Air", begins=30, hours=5)
    for minute in range(3, 60):
        river.pass_to(minute)
    assert told_together(river, "grown", 7) == {
        "id": "Kini 2 bendung atau pintu melepas air ke Sungai Code. Terbaru: Pintu Air: 200 m³/detik, mulai "
        "22.36 WIB, sampai 16 Jun 03.36 WIB. Jauhi tepi sungai. 22.13 WIB",
        "en": "Now 2 dams or gates let water into the Code River. Latest: Pintu Air: 200 m³/s, from 22.36 WIB, until "
        "16 Jun 03.36 WIB. Keep away from the banks. 22.13 WIB",
    }
    river.tells(60, 150, begins=0, hours=10)
    river.tells(61, None, dam="Pintu Air", opening_cm=40, begins=30)
    river.tells(62, 160, begins=0, hours=10)
    for minute in range(63, 90):
        river.pass_to(minute)
    update = told_together(river, "update", 65)
    assert (
        "Terbaru: Pintu Air: jumlahnya belum disebut, mulai 22.36 WIB, belum diketahui sampai kapan; Bendung Karang: "
        "160 m³/detik, mulai 22.06 WIB, sampai 16 Jun 08.06 WIB." in update["id"]
    )
    assert "how much is not said, from 22.36 WIB, not known until when; Bendung Karang: 160 m³/s" in update["en"]


def test_dams_that_begin_together_are_all_told_in_the_first_word() -> None:
    """The first by its own sentence, the others behind it; of many three, and how many more."""
    timing = replace(PLAIN.timing, group_wait_s=60.0)
    river = River(replace(PLAIN, timing=timing))
    for number in range(6):
        river.tells(number / 10, 100 + number, dam=f"Bendung {number}", hours=10)
    river.pass_to(5)
    first = told_together(river, "first")["en"]
    assert first.startswith("Bendung 0 lets water into the Code River: 100 m³/s")
    assert "Now 6 dams" in first
    assert [f"Bendung {number}: {100 + number} m³/s" in first for number in range(6)] == [
        False,
        *[True] * 3,
        False,
        False,
    ]
    assert first.count("; and 2 more.") == 1


def test_after_a_restart_two_changes_that_waited_are_told_as_they_stand() -> None:
    """What waited is a row; the amounts come from the incidents."""
    river = River()
    river.tells(0, 100, hours=10)
    river.tells(2, 200, dam="Pintu Air", hours=10)
    for minute in range(3, 60):
        river.pass_to(minute)
    river.tells(60, 150, begins=0, hours=10)
    river.tells(61, 155, begins=0, hours=10)
    river.tells(62, 250, dam="Pintu Air", begins=2, hours=10)
    notifier = river.notifier()
    incidents = {one.incident.id: one.incident for one in river.told}
    tale = Tale(river.told[0].event, list(incidents.values()))
    again = Notifier(CITY, placements())
    again.restore([tale], {tale.event.id: notifier.rows()[tale.event.id] or {}}, (PLAIN,), at(62))
    again.take([], at(80))
    (saying,) = again.sayings
    text = Words(profile()).counted(saying, placements()["code-hulu"], at(80))["en"]
    assert "Bendung Karang: 155 m³/s" in text
    assert "Pintu Air: 250 m³/s" in text


def test_a_post_that_announces_many_dams_is_bounded() -> None:
    """Of those without anything open so many are remembered, and what is open stays."""
    river = River()
    river.tells(0, dam="Bendung Pertama", hours=10)
    for number in range(300):
        river.tells(1 + number / 100, dam=f"Bendung {number}", off=True)
    assert river.engine.streams() == 201
    assert river.pass_to(601) == ["600 resolved code-hulu"]


# ------------------------------------------------------------ the process


class Killed:
    """The small city's engine on a letterbox and a clock of the test; `again` is another after a kill."""

    def __init__(self, stores: Stores) -> None:
        self.stores, self.clock, self.post = stores, ManualClock(watch.START_US), Letterbox()
        self.clock.advance(60)
        self.seq = 0
        self.process = self.again()

    def again(self) -> AlertsProcess:
        self.process = alerting.process(
            self.stores, self.post, clock=self.clock, faster=1.0, lease_ttl_s=1e6, rules=(PLAIN,), holder="satu"
        )
        return self.process

    def announced(
        self, hours: float = 0.0, *, heard: bool = True, node: str = "code-hulu", trust: ClockTrust = "synced"
    ) -> None:
        """A notice, of no hours one that calls it off, is stored and, where `heard`, comes by the broker, too."""
        self.seq += 1
        now_us = self.clock.now_us()
        told = ReleaseValues(dam=DAM, called_off=True)
        if hours:
            told = ReleaseValues(dam=DAM, discharge_m3s=120.0, begins_us=now_us, lasts_s=hours * 3600)
        series = Series(CITY, node, "notice", "release")
        values = told.model_dump(exclude_none=True)
        row = Row(series, "34.71.02.1002", now_us, now_us, watch.EPOCH, self.seq, trust, Quality.GOOD, {}, values)
        assert self.stores.readings.write([row]) == []
        if heard:
            self.post.post(topics.readings(CITY, node), encode(batch(self.seq, now_us, told, node, trust)))

    def turns(self, minutes: int) -> None:
        for _ in range(minutes):
            self.clock.advance(60)
            assert self.process.turn(0.0)

    def story(self) -> list[tuple[str, float]]:
        """(what, hours after the first notice), as the store has it."""
        changes = [
            change
            for event in {one.event for one in self.stores.cities.incidents(CITY)}
            for change in self.stores.cities.changes_of(event)
        ]
        return [(str(one.what), (one.at_us - watch.at(2)) / HOUR_US) for one in changes]


def batch(seq: int, now_us: int, values: ReleaseValues, node: str, trust: ClockTrust) -> Readings:
    reading = ReleaseReading(
        seq=seq, sensor="notice", observed_us=now_us, mono_us=0, trust=trust, quality=Quality.GOOD, values=values
    )
    return Readings(city=CITY, node=node, boot="00000000", epoch=watch.EPOCH, sent_us=now_us, readings=(reading,))


def test_an_engine_that_knows_nothing_learns_of_what_still_holds(stores: Stores) -> None:
    """It was announced five hours before there was any engine, for eight."""
    city = Killed(stores)
    city.clock.advance(60)
    city.announced(8, heard=False)
    city.clock.advance(5 * 3600)
    city.turns(2)
    assert city.story() == [("opened", 0.0)]
    (incident,) = stores.cities.open_incidents(CITY)
    assert incident.until_us == watch.at(2) + 8 * HOUR_US


def test_an_engine_that_knows_nothing_goes_by_the_last_word(stores: Stores) -> None:
    """Announced for eight hours, called off by another post of the river after one; five later there is an engine."""
    city = Killed(stores)
    city.announced(8, heard=False, node="code-hilir")
    city.clock.advance(3600)
    city.announced(heard=False)
    city.clock.advance(5 * 3600)
    city.turns(2)
    assert city.story() == []


def test_a_word_of_an_unknown_time_is_not_news_at_each_start(stores: Stores) -> None:
    """Its post does not know the time; another has called it off since."""
    city = Killed(stores)
    city.turns(1)
    city.announced(8, node="code-hilir", trust="untrusted")
    city.turns(1)
    city.clock.advance(60)
    city.announced()
    city.turns(1)
    city.clock.advance(3600)
    city.again()
    city.turns(2)
    assert [what for what, _ in city.story()] == ["opened", "resolved"]


def test_an_engine_that_is_killed_ends_it_in_time(stores: Stores) -> None:
    """Opened, killed before anything else is saved; what prolonged it while nobody judged is read from the store."""
    city = Killed(stores)
    city.turns(1)
    city.announced(2)
    city.turns(1)
    assert city.story() == [("opened", 0.0)]
    city.clock.advance(3600)
    city.announced(3, heard=False)
    city.clock.advance(3600)
    city.again()
    city.turns(5)
    assert [what for what, _ in city.story()] == ["opened", "updated"]
    city.turns(140)
    assert [what for what, _ in city.story()] == ["opened", "updated", "resolved"]
    (incident,) = stores.cities.incidents(CITY)
    assert (incident.state, incident.resolved_us) == (State.RESOLVED, incident.until_us)


# ------------------------------------------------------------ a post that leaves


def listed_without(stores: Stores, city: Killed, *posts: str) -> None:
    """The registry as it is once these posts have left the city's list."""
    whole = profile()
    nodes = tuple(one for one in whole.nodes if one.node not in posts)
    stores.cities.put_profile(replace(whole, nodes=nodes), city.clock.now_us())
    city.turns(1)


def last_words(stores: Stores, city: Killed) -> str:
    while city.process.outbox.turn():
        pass
    (case,) = stores.cities.find_cases(CITY).cases
    return stores.cities.updates(case.number)[-1].text["id"]


def test_a_release_whose_post_has_left_is_ended_by_nothing_but_people(stores: Stores) -> None:
    """No post of the river is left: it stays open and the case says so, also past its announced end and after a kill;
    two people end it."""
    people = [person(number, "operator", city=CITY) for number in (1, 2)]
    stores.cities.put_profile(profile(), watch.START_US)
    for one in people:
        stores.cities.put_person(one, Deed("system", "person.joined", one.id, watch.START_US))
    city = Killed(stores)
    city.turns(1)
    city.announced(2, node="winongo")
    city.turns(1)
    listed_without(stores, city, "winongo")
    (left,) = stores.cities.open_incidents(CITY)
    assert left.no_data
    assert last_words(stores, city).startswith("Pos yang mengumumkan pelepasan ini tidak lagi terdaftar.")
    city.turns(150)
    city.again()
    city.turns(2)
    assert list(stores.cities.open_incidents(CITY)) == [left]
    for one in people:
        said = Decision(
            id=one.id, city=CITY, kind="end", by=one.id, at_us=city.clock.now_us(), incident=left.id,
            body={"reason": "dilihat di lokasi"},
        )  # fmt: skip
        stores.cities.decide(said, deed_of(said))
        city.turns(1)
    assert [what for what, _ in city.story()] == ["opened", "no_data", "resolved"]
    assert last_words(stores, city).startswith("Diakhiri oleh dua petugas. Pos yang mengumumkannya")
    (event,) = (stores.cities.event(one.event) for one in stores.cities.incidents(CITY))
    assert event is not None
    assert event.closed_us is not None


def test_a_release_goes_on_where_its_post_comes_back(stores: Stores) -> None:
    """And ends when it was announced to."""
    stores.cities.put_profile(profile(), watch.START_US)
    city = Killed(stores)
    city.turns(1)
    city.announced(2, node="winongo")
    city.turns(1)
    listed_without(stores, city, "winongo")
    listed_without(stores, city)
    city.turns(130)
    assert city.story()[0] == ("opened", 0.0)
    assert [what for what, _ in city.story()] == ["opened", "no_data", "resolved"]
    assert city.story()[-1][1] == 2.0


@pytest.mark.parametrize("killed", [False, True])
def test_another_post_of_the_river_speaks_for_the_one_that_left(stores: Stores, killed: bool) -> None:
    """What it says of the dam is of the same incident, and people read it."""
    stores.cities.put_profile(profile(), watch.START_US)
    city = Killed(stores)
    city.turns(1)
    city.announced(5, node="code-hulu")
    city.turns(1)
    listed_without(stores, city, "code-hulu")
    assert [one.node for one in stores.cities.open_incidents(CITY)] == ["code-hilir"]
    if killed:
        city.again()
        city.turns(1)
    assert [what for what, _ in city.story()] == ["opened"]
    city.announced(node="code-hilir")
    city.turns(1)
    assert [what for what, _ in city.story()] == ["opened", "resolved"]
    assert "dibatalkan atau dihentikan" in last_words(stores, city)


def test_a_release_that_nobody_watches_keeps_its_event_open() -> None:
    """From a snapshot, from the store alone, and in an engine that goes on: what else is there is not its end."""
    river = River()
    river.tells(0, hours=8)
    gone = {node: place for node, place in placements().items() if place.river != "Code"}
    incident, event = river.told[0].incident, river.told[0].event
    restored, fresh = Engine(CITY, (PLAIN,), gone, {}), Engine(CITY, (PLAIN,), gone, {})
    restored.restore(river.engine.snapshot())
    fresh.adopt(incident, event)
    river.engine.place(gone, {})
    for engine in (restored, fresh, river.engine):
        assert not engine.watches(incident)
        assert [one.event.id for one in engine.events.open.values()] == [event.id]
