"""What a river's level means where people live, on its page, on its text page and for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest
from support.impacts import impact
from support.seed import Town

from api.gauges import Gauge
from api.meaning import doorstep_of, within_bytes
from api.rivers import REACHED_BYTES
from api.v1 import impact_out
from contract.city import NodeSpec
from contract.clock import MINUTE_US
from contract.impact import Impact, Meaning
from contract.levels import Level, Scale, Threshold
from contract.quality import Quality

HTML = {"accept": "text/html"}


def rows_of(city: Town, node: NodeSpec, *changed: dict[str, Any]) -> list[Impact]:
    """Rows of this gauge in its own staff's zero; each said to be of a survey that never was."""
    scale = city.profile.scale_of(node.node)
    assert scale is not None
    return [impact(gauge=node.node, datum=scale.datum, **one) for one in changed]


def survey(city: Town, *rows: Impact) -> None:
    """The city's file, as it is taken when its profile is put."""
    city.cities.put_profile(replace(city.profile, impacts=rows), city.now_us)
    assert len(city.cities.impacts(city.profile.code)) == len(rows)


def level(city: Town, node: NodeSpec, cm: float, *, minutes_ago: float = 1) -> None:
    us = city.now_us - round(minutes_ago * MINUTE_US)
    city.birth(node)
    city.levels(node, [(us - n * MINUTE_US, cm, Quality.GOOD) for n in range(12)])


def section(page: str) -> str:
    found = re.search(r'<section id="artinya">.*?</section>', page, re.S)
    assert found is not None
    return found[0]


def test_reached_next_and_the_others(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """The worst first and open, then what comes next with what is missing, the rest folded; where to go, whom to call,
    who looked and what it was compared with; the same for programs and as bare text, in both languages."""
    node = made.nodes("gauge")[4]
    level(made, node, 189.6)
    none: dict[str, Any] = {"compared_on": None, "compared": "", "muster_lat": None, "muster_lon": None}
    survey(
        made,
        *rows_of(
            made,
            node,
            {"from_cm": 150.0, "depth": "ankle"},
            {"depth": "waist", "phone": "+62 274 555-123"},
            {"rw": "RW 05 Contoh", "depth": "knee", **none},
            {"rw": "RW 06 <Contoh>", "from_cm": 190.5, "depth": "cut_off"},
            {"rw": "RW 07 Contoh", "from_cm": 240.0, "depth": "over_head"},
        ),
    )
    client = serve(made)
    told = section(client.get(f"/sungai/{node.node}", headers=HTML).text)
    order = ["Sudah sampai pada 190 cm", "RW 04 Contoh", "RW 05 Contoh", "Berikutnya, 1 cm lagi (pada 190,5 cm)"]
    order += ["RW 06 &lt;Contoh&gt;", "<details><summary>2 baris lain", "air setinggi mata kaki", "air di atas kepala"]
    places = [told.index(one) for one in order]
    assert places == sorted(places)
    assert 'href="tel:+62274555123">+62 274 555-123</a>' in told
    assert 'href="geo:-7.8,110.37?q=-7.8,110.37"' in told
    assert "Diperiksa BPBD Kota, 12 Jan 2026" in told
    assert "Dibandingkan dengan banjir 3 Mar 2025: Air sampai ambang pintu." in told
    assert told.count("Belum dibandingkan dengan banjir.") == 1
    english = section(client.get(f"/sungai/{node.node}?lang=en", headers=HTML).text)
    assert "Next, 1 cm more (at 190.5 cm)" in english
    assert "water to the waist" in english
    text = client.get(f"/s/{node.node}?lang=id").text
    assert "<b>RW 04 Contoh: air setinggi pinggang.</b> Titik kumpul: Balai RW 04." in text
    assert "RW 06" not in text
    (gauge,) = [one for one in client.get("/api/v1/gauges").json()["items"] if one["gauge"] == node.node]
    assert gauge["impacts_known"] == "now"
    assert [(one["rw"], one["reached"], one["missing_cm"]) for one in gauge["impacts"]] == [
        ("RW 04 Contoh", True, None),
        ("RW 04 Contoh", True, None),
        ("RW 05 Contoh", True, None),
        ("RW 06 <Contoh>", False, 0.9),
        ("RW 07 Contoh", False, 50.4),
    ]


def test_what_is_not_known_is_said_and_nothing_is_made_up(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A silent gauge reaches nothing and clears nothing; one that fell silent while high has reached at least so much;
    one without rows says whom to ask; rows of an earlier zero count for nothing; below all rows it is dry."""
    silent, high, bare, moved, dry = made.nodes("gauge")[:5]
    level(made, silent, 20.0, minutes_ago=400)
    level(made, high, 200.0, minutes_ago=40)
    made.open_flood(high, Level.AWAS, 200.0, silent_minutes=30)
    for node in (bare, moved):
        level(made, node, 200.0)
    level(made, dry, 50.0)
    rows = [one for node in (silent, high, dry) for one in rows_of(made, node, {})]
    survey(made, *rows, *(replace(one, datum="nol lama") for one in rows_of(made, moved, {})))
    client = serve(made)

    def told(node: NodeSpec) -> tuple[str, str]:
        page = client.get(f"/sungai/{node.node}", headers=HTML).text
        return section(page), client.get(f"/s/{node.node}").text

    for text in told(silent):
        assert "Ini bukan berarti aman." in text
        assert "Sudah sampai" not in text
    assert "<summary>Semua yang disurvei (1)" in told(silent)[0]
    for text in told(high):
        assert "Menurut angka terakhir, 200 cm, setidaknya ini sudah sampai. Bisa lebih buruk." in text
        assert "air setinggi lutut" in text
    for node in (bare, moved):
        for text in told(node):
            assert "Belum ada yang menyurvei" in text
            assert 'href="tel:112"' in text
            assert "setinggi" not in text
    assert "1 baris disurvei dengan titik nol yang lama" in told(moved)[0]
    for text in told(dry):
        assert "Pada 50 cm belum ada tempat tersurvei yang terdampak." in text
    assert "Berikutnya, 130 cm lagi (pada 180 cm)" in told(dry)[1]
    by_gauge = {one["gauge"]: one for one in client.get("/api/v1/gauges").json()["items"]}
    assert [by_gauge[one.node]["impacts_known"] for one in (silent, high, dry)] == ["unknown", "at_least", "now"]
    assert [one["reached"] for one in by_gauge[silent.node]["impacts"]] == [None]
    assert (by_gauge[bare.node]["impacts"], by_gauge[moved.node]["impacts"]) == ([], [])


@pytest.mark.parametrize("words", ["é" * 60, "<>" * 30], ids=["accents", "escaped"])
def test_the_text_page_stays_small(
    city_in: Callable[[str], Town], serve: Callable[..., httpx.Client], words: str
) -> None:
    """In a flood with fifty rows of the longest words it has the worst ones, and says how many are left out."""
    city = city_in("flood")
    node = next(one for one in city.nodes("gauge") if one.node == "jog-gauge-05")
    named = [{"rw": f"{words[:57]}{n:03}", "muster": words[:80], "from_cm": 70.0} for n in range(50)]
    survey(city, *rows_of(city, node, *named))
    client = serve(city)
    for lang in ("id", "en"):
        answer = client.get(f"/s/{node.node}", params={"lang": lang})
        shown = answer.text.count("tel:0274555123")
        assert shown >= 2
        assert re.search(rf"{50 - shown} (tempat lain|more)", answer.text)
        assert len(answer.content) <= 5_000


def test_one_row_is_shown_however_long() -> None:
    """A page that says nothing because too much could be said would be worse."""
    rows: Sequence[Impact] = [impact(rw="&" * 60, muster="&" * 80)] * 9
    assert len(within_bytes(rows, 0)) == 1
    assert len(within_bytes(rows, REACHED_BYTES)) < 9


SCALE = Scale("gauge-1", impact().datum, "rising", (Threshold(Level.WASPADA, 70, 60, "3"),))
HIGH = Gauge(
    "gauge-1", "Code", "Contoh", "Code", 1.0, -7.8, 110.4, Level.WASPADA, "3", 200.0, None, 1, 1, "dangerous", None,
    None,
)  # fmt: skip


@pytest.mark.parametrize("gauge", [HIGH, replace(HIGH, voice="live", flat_us=1)], ids=["silent while high", "in doubt"])
def test_a_level_that_may_be_higher_clears_nothing(gauge: Gauge) -> None:
    """What it reached is reached at least; of what lies above nobody says dry, next, or how much is missing."""
    low, above, far = impact(), impact(rw="RW 05", from_cm=240.0), impact(rw="RW 06", from_cm=300.0)
    told = doorstep_of(gauge, SCALE, (low, above, far))
    assert (told.known, told.level_cm) == ("at_least", 200.0)
    assert told.meaning == Meaning((low,), (), None, (above, far))
    shown = [impact_out(one, told.level_cm, told.known) for one in told.meaning.all]
    assert [(one.reached, one.missing_cm) for one in shown] == [(True, None), (None, None), (None, None)]
    dry = doorstep_of(gauge, SCALE, (above, far))
    assert (dry.known, dry.level_cm, dry.meaning) == ("unknown", None, Meaning((), (), None, (above, far)))
