"""What people read: the level first, the city's own name second, the time with its zone, in both languages."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from support.watch import CITY, Watch, at, placements, profile, watch

from alerts.commit import gather
from alerts.figures import number
from alerts.notify import Notifier
from alerts.rules import Rise
from alerts.tellings import Saying
from alerts.timing import Reason
from alerts.words import Words
from contract.incident import WATER, Subject
from store.ports import Outgoing


def said(city: Watch) -> list[Outgoing]:
    """What the story so far puts into the outbox, as each moment is committed."""
    notifier, words = Notifier(CITY, placements()), Words(profile())
    rows: list[Outgoing] = []
    for now_us, transitions in city.passed:
        notifier.take(transitions, now_us)
        rows += gather(transitions, notifier, placements(), words, now_us).outgoing
        notifier.kept()
    return rows


def flood() -> Watch:
    city = watch()
    for minute, cm in enumerate([40, 72, 80, 1234.5, 1300, 1310]):
        city.level(5 * minute, "code-hulu", cm)
    for minute in range(30, 75, 5):
        city.level(minute, "code-hulu", 40)
    return city


def test_a_flood_in_two_languages() -> None:
    """A fact goes out at once and says that nobody has confirmed it yet; the end is told, too."""
    rows = said(flood())
    assert rows[0].body["title"] == {"id": "Muka air tinggi: Sungai Code", "en": "High water: Code River"}
    assert rows[0].body["description"] == {
        "id": "WASPADA Sungai Code di code-hulu: 1.234,5 cm, naik (Siaga 3). "
        "Belum dikonfirmasi petugas. Bersiap. 22.21 WIB",
        "en": "WATCH: Code River at code-hulu 1,234.5 cm, rising (Siaga 3). "
        "Not yet confirmed by an officer. Be ready. 22.21 WIB",
    }
    assert rows[1].body["text"]["id"].startswith("AWAS Sungai Code di code-hulu: 1.310 cm, naik (Siaga 1)")
    assert rows[-1].body["text"]["id"] == (
        "Aman kembali: Sungai Code di code-hulu turun ke 40 cm, di bawah batas sejak 22.36 WIB."
    )
    assert rows[-1].body["state"] == "done"


def test_silence_at_a_high_level_is_called_dangerous() -> None:
    """With the last figure and since when."""
    city = watch()
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 120)
    city.pass_to(60)
    assert said(city)[-1].body["text"]["id"] == (
        "SIAGA Sungai Code di code-hulu: sensor diam sejak 22.16 WIB, terakhir 120 cm (Siaga 2). "
        "Anggap berbahaya. Belum dikonfirmasi petugas. 22.46 WIB"
    )


def test_a_flood_known_by_silence_alone_is_filed_as_that_silence() -> None:
    """The case does not claim that the water still rises: nobody sees it."""
    city = watch()
    city.level(0, "code-hulu", 120)
    city.pass_to(60)
    assert said(city)[0].body["description"] == {
        "id": "SIAGA Sungai Code di code-hulu: sensor diam sejak 22.06 WIB, terakhir 120 cm (Siaga 2). "
        "Anggap berbahaya. Belum dikonfirmasi petugas. 22.36 WIB",
        "en": "ALERT: Code River at code-hulu, sensor silent since 22.06 WIB, last 120 cm (Siaga 2). "
        "Treat it as dangerous. Not yet confirmed by an officer. 22.36 WIB",
    }


def test_a_time_of_another_day_carries_its_day() -> None:
    """`since` of yesterday is not taken for today's."""
    words, minute = Words(profile()), 60_000_000
    now_us = 1_750_000_000_000_000
    assert words.time(now_us - 5 * minute, now_us, "id") == "22.01 WIB"
    assert words.time(now_us - 1440 * minute, now_us, "id") == "14 Jun 22.06 WIB"


def test_numbers_carry_the_language_s_separators() -> None:
    """1.234,5 in Indonesian, 1,234.5 in English; what was not measured is no zero."""
    assert [number(1234.5, "id"), number(1234.5, "en"), number(75.0, "id"), number(None, "id")] == [
        "1.234,5",
        "1,234.5",
        "75",
        "?",
    ]


def test_a_gauge_in_shadow_is_said_to_nobody() -> None:
    """Its incident is kept for those who judge the rule."""
    city = watch({"code-hulu": "shadow"})
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 120)
    kept = gather(city.told, city.notifier(), placements(), Words(profile()), 0)
    assert len(kept.incidents) == len(kept.events) == 1
    assert kept.outgoing == ()


def test_a_gauge_for_staff_files_a_case_that_is_not_public() -> None:
    """Officers see it; the map does not."""
    city = watch({"code-hulu": "staff"})
    for minute in (0, 5, 10):
        city.level(minute, "code-hulu", 120)
    assert [row.body["public"] for row in said(city)] == [False]


def test_a_blackout_is_one_message_and_one_all_clear() -> None:
    """Three points behind one uplink: the case that counts them, and its end; nothing of each point."""
    city = watch()
    for minute in range(60):
        for n in range(1, 8):
            if n > 3 or minute < 5 or minute >= 30:
                city.point(minute, f"wifi-{n}")
    rows = said(city)
    assert [row.body["do"] for row in rows] == ["file", "note"]
    assert rows[0].body["title"]["id"] == "WiFi publik Utara terputus"
    assert "Kini 3 titik WiFi terputus di Utara" in rows[0].body["description"]["id"]
    assert rows[1].body["text"] == {
        "id": "Aman kembali: semua 3 titik di Utara menyala lagi. 22.46 WIB",
        "en": "All clear: all 3 points are back: Utara. 22.46 WIB",
    }
    assert rows[1].body["state"] == "done"


@pytest.mark.parametrize("subject", get_args(Subject))
@pytest.mark.parametrize("reason", [Reason.GROWN, Reason.FEWER, Reason.UPDATE, Reason.ALL_CLEAR, Reason.REMINDER])
def test_every_subject_can_be_counted_in_both_languages(subject: Subject, reason: Reason) -> None:
    """Whatever is told of a whole event has words, and figures in their places."""
    if subject in WATER and reason is Reason.ALL_CLEAR:
        return  # each gauge's own end is told
    city = flood() if subject in WATER else watch()
    if subject not in WATER:
        for minute in range(30):
            for n in range(1, 8):
                if n > 3 or minute < 5:
                    city.point(minute, f"wifi-{n}")
    told = city.told[0]
    condition = Rise("level_cm", 50, 10, 3_600) if subject == "rise" else told.rule.condition
    rule = replace(told.rule, subject=subject, condition=condition)
    text = Words(profile()).counted(
        Saying(reason, replace(told, rule=rule), 30, 27, 1, False), placements()[told.incident.node], at(40)
    )
    for language in ("id", "en"):
        assert "30" in text[language]
        assert "{" not in text[language]
        assert "22.46 WIB" in text[language]
    assert text["id"] != text["en"]
