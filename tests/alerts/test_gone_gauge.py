"""A gauge that is gone while its water was high: read on site by people, or ended by two of them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support import watch
from support.watch import Watch, line, placements, profile

from alerts.commit import gather
from alerts.webhooks import Receiver, Webhooks
from alerts.words import Words
from contract.addresses import Target
from contract.incident import Incident, State
from store.ports import Outgoing

GAUGE = "code-hulu"


def gone(cm: float = 120) -> Watch:
    """SIAGA from minute 10 (crossed at 0), last heard then, silent from minute 40."""
    city = watch.watch()
    for minute in (0, 5, 10):
        city.level(minute, GAUGE, cm)
    city.pass_to(50)
    assert city.story() == [f"10 opened SIAGA {GAUGE}", f"40 no_data SIAGA {GAUGE}"]
    return city


def sources(city: Watch) -> list[str]:
    return [one.change.source for one in city.told]


def said(city: Watch) -> list[Outgoing]:
    return list(gather(city.told, city.notifier(), placements(), Words(profile()), 0).outgoing)


def test_what_somebody_reads_on_site_ends_a_flood_as_good_readings_do() -> None:
    """Below the clear mark for `clear_for`, read again before the silence is over its time; told as read on site."""
    city = gone()
    assert city.read_on_site(60, GAUGE, 50) == [f"60 data_back SIAGA {GAUGE}", f"60 recovering SIAGA {GAUGE}"]
    assert city.read_on_site(75, GAUGE, 45) == []
    assert city.read_on_site(89, GAUGE, 40) == []
    assert city.read_on_site(90, GAUGE, 40) == [f"90 resolved NORMAL {GAUGE}"]
    assert sources(city) == ["sensor", "sensor", "on_site", "on_site", "on_site"]
    assert said(city)[-1].body["text"] == {
        "id": "Aman kembali: Sungai Code di code-hulu turun ke 40 cm, dibaca petugas di tempat, "
        "di bawah batas sejak 23.06 WIB.",
        "en": "All clear: Code River at code-hulu is down to 40 cm, read on site, below the limit since 23.06 WIB.",
    }


def test_one_reading_on_site_holds_no_longer_than_a_sensors() -> None:
    """Half an hour later nobody knows again; that the sensor was never back is said."""
    city = gone()
    city.read_on_site(60, GAUGE, 50)
    assert city.pass_to(100) == [f"90 no_data SIAGA {GAUGE}"]
    assert sources(city)[-1] == "on_site"
    back, silent = said(city)[-3].body["text"]["id"], said(city)[-1].body["text"]["id"]
    assert back == (
        "Dibaca petugas di tempat: Sungai Code di code-hulu 50 cm. Sensor masih diam. "
        "Status masih SIAGA (Siaga 2). 23.06 WIB"
    )
    assert silent.startswith(
        "SIAGA Sungai Code di code-hulu: tidak ada bacaan baru sejak petugas membacanya di tempat 23.06 WIB"
    )
    assert city.read_on_site(110, GAUGE, 50)[-1] == f"110 data_back SIAGA {GAUGE}", "the clear time begins anew"


def test_a_level_read_on_site_is_a_level() -> None:
    """Two readings that `for` lies between raise it; the first alone does not."""
    city = gone()
    assert city.read_on_site(60, GAUGE, 170) == [f"60 data_back SIAGA {GAUGE}"]
    assert city.read_on_site(68, GAUGE, 170) == [f"68 level AWAS {GAUGE}"]
    assert (
        "AWAS Sungai Code di code-hulu: 170 cm (Siaga 1), dibaca petugas di tempat."
        in said(city)[-1].body["text"]["id"]
    )


def test_a_reading_on_site_counts_when_it_was_read() -> None:
    """Older than the newest that was judged it says nothing; read too long ago it raises and never clears."""
    city = gone()
    assert city.read_on_site(60, GAUGE, 170, ago_min=50) == []
    assert city.read_on_site(61, GAUGE, 50, ago_min=11) == []
    assert city.read_on_site(62, GAUGE, 50, ago_min=2) == [
        f"60 data_back SIAGA {GAUGE}",
        f"60 recovering SIAGA {GAUGE}",
    ]
    assert city.read_on_site(63, GAUGE, 200, ago_min=3) == [], "the same minute again"


def test_the_sensor_goes_on_as_if_nothing_had_come_between() -> None:
    """Its numbering is its own; its first live reading is the sensor's word again, and that is said."""
    city = gone()
    city.read_on_site(60, GAUGE, 50)
    assert city.level(65, GAUGE, 115) == [f"65 data_back SIAGA {GAUGE}", f"65 relapsed SIAGA {GAUGE}"]
    assert city.pass_to(100) == [f"95 no_data SIAGA {GAUGE}"]
    assert sources(city)[-3:] == ["sensor", "sensor", "sensor"]


def test_a_sensor_that_is_back_after_a_reading_on_site_is_told_once() -> None:
    """Whoever was told that it is still silent hears that it speaks again, also from an engine that began meanwhile."""
    city = gone()
    assert city.read_on_site(60, GAUGE, 115) == [f"60 data_back SIAGA {GAUGE}"]
    assert "Sensor masih diam" in said(city)[-1].body["text"]["id"]
    assert city.read_on_site(62, GAUGE, 115) == [], "no second reading on site is the sensor's"
    kept = city.engine.snapshot()
    city.engine = watch.watch().engine
    city.engine.restore(kept)
    assert city.level(64, GAUGE, 115, late_min=12) == [], "what is over does not say that it speaks now"
    assert city.level(65, GAUGE, 116) == [f"65 data_back SIAGA {GAUGE}"]
    assert sources(city)[-1] == "sensor"
    assert said(city)[-1].body["text"]["id"].startswith("Sensor Sungai Code di code-hulu mengirim lagi: 116 cm")
    assert city.level(66, GAUGE, 116) == []


def test_a_sensor_that_comes_back_with_a_jump_is_back_when_it_is_believed() -> None:
    """A reading far below the staff that somebody has just read waits for the next, and the word of it waits too."""
    city = watch.watch(gauge=replace(watch.scale(GAUGE), jump_cm=50.0))
    for minute in (0, 5, 10):
        city.level(minute, GAUGE, 120)
    city.read_on_site(60, GAUGE, 118)
    assert city.level(65, GAUGE, 20) == []
    assert city.level(66, GAUGE, 117) == [f"66 data_back SIAGA {GAUGE}"]


def test_a_new_flood_owes_nothing_to_what_was_read_on_site_in_the_last_one() -> None:
    """The sensor was silent until the end; the next flood begins late out of its spool, then it speaks live."""
    city = gone()
    for minute in (60, 75, 90):
        city.read_on_site(minute, GAUGE, 40)
    for minute, late in ((200, 12), (205, 12)):
        city.level(minute, GAUGE, 120, late_min=late)
    assert city.level(210, GAUGE, 120, late_min=12) == [f"198 opened SIAGA {GAUGE}"]
    assert city.level(211, GAUGE, 120) == []


def test_two_people_end_the_flood_of_a_silent_gauge_and_it_is_told_as_that() -> None:
    """Over, closed, and nobody claims a measurement; a new run of high readings is a new incident."""
    city = gone()
    assert city.end(60, GAUGE) == [f"60 resolved NORMAL {GAUGE}"]
    last = city.told[-1]
    assert (last.change.source, last.incident.state, last.ends) == ("people", State.RESOLVED, True)
    assert said(city)[-1].body["text"] == {
        "id": "Diakhiri oleh dua petugas, sensor tetap diam: Sungai Code di code-hulu, terakhir 120 cm. 23.06 WIB",
        "en": "Ended by two officers, the sensor is still silent: Code River at code-hulu, last 120 cm. 23.06 WIB",
    }
    assert said(city)[-1].body["state"] == "done"
    assert city.end(61, GAUGE) == []
    assert city.pass_to(600) == [], "nobody waits for it any more"
    for minute in (700, 705, 710):
        city.level(minute, GAUGE, 120)
    assert line(city.told[-1]) == f"710 opened SIAGA {GAUGE}"
    assert city.told[-1].event.recurs == last.event.id


def test_readings_from_before_the_end_do_not_bring_it_back() -> None:
    """A spool that comes through late tells how it was: it opens nothing, nor does the silence after it."""
    city = gone()
    city.end(60, GAUGE)
    for minute in (61, 66, 71):
        assert city.level(minute, GAUGE, 120, late_min=20) == []
    assert city.pass_to(200) == []
    kept = city.engine.snapshot()
    city.engine = watch.watch().engine
    city.engine.restore(kept)
    assert city.level(201, GAUGE, 120, late_min=145) == []
    assert city.pass_to(400) == []


def test_what_was_doubted_before_the_end_is_not_believed_after_it() -> None:
    """A jump that nothing had settled begins no flood of the past."""
    city = watch.watch(gauge=replace(watch.scale(GAUGE), jump_cm=50.0))
    for minute, cm in ((0, 120), (5, 120), (10, 120), (15, 300)):
        city.level(minute, GAUGE, cm)
    city.pass_to(60)
    city.end(60, GAUGE)
    assert city.level(200, GAUGE, 310) == []
    assert city.level(204, GAUGE, 310) == []


def test_what_is_applied_late_makes_nobody_silent() -> None:
    """The sensor has been heard since somebody said what they had read."""
    city = gone()
    city.level(60, GAUGE, 120, late_min=5)
    incident = city.incident(GAUGE)
    city.engine.read_on_site(incident, 115, watch.at(58), watch.at(58), watch.at(61))
    assert city.pass_to(89) == []
    assert city.pass_to(91) == [f"90 no_data SIAGA {GAUGE}"]


@pytest.mark.parametrize("cm", [120, 65, 30])
def test_nobody_ends_what_a_sensor_still_measures(cm: float) -> None:
    """Above its clear mark because it is no end, below because the sensor will say so itself."""
    city = gone()
    city.level(55, GAUGE, cm)
    assert city.end(56, GAUGE) == []


def test_a_staff_read_on_site_above_its_clear_mark_is_not_ended_either() -> None:
    """Read below it: two people need not wait for the clear time."""
    city = gone()
    city.read_on_site(60, GAUGE, 65)
    assert city.end(61, GAUGE) == []
    city.read_on_site(65, GAUGE, 40)
    assert city.end(66, GAUGE) == [f"66 resolved NORMAL {GAUGE}"]


def test_what_is_said_of_another_incident_or_a_point_changes_nothing() -> None:
    """The incident that somebody had before them is over, or is no gauge's."""
    city = gone()
    before = city.incident(GAUGE)
    city.end(60, GAUGE)
    assert city.engine.read_on_site(before, 300, watch.at(61), watch.at(61), watch.at(61)) == ()
    elsewhere: Incident = replace(before, id="other")
    assert city.engine.end(elsewhere, watch.at(62), watch.at(62)) == ()


def test_a_receiver_is_told_whose_word_it_is() -> None:
    """A siren that is called off by people's word can be told apart from one that the water called off."""
    city = gone()
    city.end(60, GAUGE)
    hooks = Webhooks([Receiver("sirene", Target("https", "sirene.example", 443, "/"), ())], "https://kota.example")
    rows = gather(city.told, city.notifier(), placements(), Words(profile()), 0, hooks).outgoing
    told = [(row.body["type"], row.body["data"]["source"]) for row in rows if row.channel == "webhook/sirene"]
    assert told == [("incident.opened", "sensor"), ("incident.silent", "sensor"), ("incident.all_clear", "people")]
