"""What the public is told: it always fits into one message, and nothing that must be in it is ever left out."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.impacts import impact

from alerts import spoken
from alerts.broadcast import Wording, compose
from alerts.figures import LEVEL_WORDS, number
from alerts.fitting import Draft
from cities.load import available, load
from contract.bulletin import KINDS, BulletinKind
from contract.city import NodeSpec, Profile
from contract.gsm7 import plain, septets
from contract.impact import Impact
from contract.levels import Level

CITY = load("yogyakarta")
GAUGE = "jog-gauge-05"
SCALE = CITY.scale_of(GAUGE)
assert SCALE is not None
ROW = impact(gauge=GAUGE, from_cm=160.0, datum=SCALE.datum, rw="RW 04 Terban", muster="SD Terban", phone="0274 555123")
AT_US = 1_767_295_380_000_000
DRILL = {"id": "LATIHAN, bukan kejadian nyata", "en": "DRILL, not a real event"}
LONG_REASON = (
    "Sensor tertutup sampah dan batang pisang sejak sore hari, sudah dilihat petugas di tempat bersama ketua RW."
)


def said(kind: BulletinKind, **changed: Any) -> Wording:
    facts: dict[str, Any] = {
        "drill": False, "level": Level.AWAS, "local_name": "Siaga 1", "river": "Code", "place": "Gondolayu",
        "value_cm": 177.0, "trend": 1, "silent": False, "at_us": AT_US, "since_us": AT_US - 600_000_000, "ground": "",
        "witness": "", "waited_s": 600.0, "reason": "", "confirmed": False, "signed_by": "", "impacts": [],
        "profile": CITY,
    }  # fmt: skip
    return compose(kind, **facts | changed)


def place_of(profile: Profile, node: NodeSpec) -> tuple[str, str]:
    site = profile.site_of(node.node)
    assert site is not None
    return site.river, site.name.removeprefix(f"{site.river} di ")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("city", available())
def test_every_message_of_every_gauge_fits(city: str, kind: BulletinKind) -> None:
    """With the city's own longest names, every level, ground and language, live and drill; and can be read in time."""
    profile = load(city)
    for node, level, drill, silent, ground in product(
        [one for one in profile.nodes if profile.scale_of(one.node)],
        Level,
        (False, True),
        (False, True),
        ("witness", "clock") if kind == "order" else ("",),
    ):
        river, place = place_of(profile, node)
        scale = profile.scale_of(node.node)
        assert scale is not None
        wording = said(
            kind, profile=profile, drill=drill, level=level, silent=silent, ground=ground, river=river, place=place,
            local_name=scale.local_name(level), value_cm=1_177.5, witness=node.name, reason=LONG_REASON,
            signed_by=f"Raden Ayu Siti Kusumaningrum, {max(one.name.id for one in profile.agencies)}",
            impacts=[replace(ROW, gauge=node.node, datum=scale.datum)],
        )  # fmt: skip
        for language in ("id", "en"):
            assert septets(wording.sms[language]) <= 160, wording.sms[language]
            assert spoken.seconds(wording.script[language]) <= 20, wording.script[language]
            assert wording.sms[language].startswith(DRILL[language]) is drill
            assert wording.script[language].startswith(DRILL[language]) is drill


_NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
_ROWS = st.lists(
    st.builds(
        lambda rw, muster, phone, cm: replace(ROW, rw=rw, muster=muster, phone=phone, from_cm=cm),
        _NAMES,
        _NAMES,
        st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True),
        st.floats(0, 400),
    ),
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(
    kind=st.sampled_from(KINDS), drill=st.booleans(), level=st.sampled_from(Level), local_name=_NAMES, river=_NAMES,
    place=_NAMES, value_cm=st.none() | st.floats(-10_000, 100_000), trend=st.sampled_from((-1, 0, 1, None)),
    silent=st.booleans(), ground=st.sampled_from(("", "witness", "officer", "clock")), witness=_NAMES, reason=_NAMES,
    confirmed=st.booleans(), order_over=st.booleans(), others_hold=st.booleans(), signed_by=_NAMES,
    impacts=_ROWS, waited_s=st.floats(60, 7_200),
)  # fmt: skip
def test_a_message_fits_whatever_anybody_typed(kind: BulletinKind, drill: bool, **changed: Any) -> None:
    """Pictures, letters of other alphabets, names as long as a form lets them be."""
    wording = said(kind, drill=drill, **changed)
    for language in ("id", "en"):
        assert septets(wording.sms[language]) <= 160
        assert spoken.seconds(wording.script[language]) <= 20
        assert wording.sms[language].startswith(DRILL[language]) is drill


@pytest.mark.parametrize("kind", ["fact", "order"])
@pytest.mark.parametrize("level", list(Level)[:3])
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_makes_it_a_warning_never_goes(kind: BulletinKind, level: Level, language: str) -> None:
    """Level, figure, place, time, where to go and whom to phone, in the worst of all names."""
    wording = said(
        kind, drill=True, level=level, place="Jembatan Gondolayu Lor sebelah timur", ground="clock",
        local_name="Siaga 1 (sangat berbahaya)", witness="Duga air Code di Jetisharjo", impacts=[ROW],
    )  # fmt: skip
    text = wording.sms[language]
    kept = [LEVEL_WORDS[level][language], "177 cm", "Gondolayu", "02.23 WIB"]
    if kind == "order":
        go = {"id": ["Pergi SEKARANG ke SD Terban", "tomatis"], "en": ["Go NOW to SD Terban", "utomatic"]}[language]
        kept += [*go, "0274 555123"]
    else:
        kept.append({"id": "Belum dikonfirmasi petugas.", "en": "Not yet confirmed."}[language])
    assert [one for one in kept if one not in text] == [], text


def test_the_order_reads_like_an_order() -> None:
    """The spec's own example, with the place to go to and the number to call."""
    wording = said("order", ground="officer", signed_by="Siti, BPBD", impacts=[ROW])
    assert wording.sms["id"] == (
        "AWAS banjir K.Code Gondolayu 177 cm naik (Siaga 1). Pergi SEKARANG ke SD Terban. Ajak lansia. "
        "Bantuan 0274 555123. 02.23 WIB Siti, BPBD"
    )
    assert wording.sms["en"] == (
        "DANGER flood Code at Gondolayu 177 cm rising (Siaga 1). Go NOW to SD Terban. Help the old. "
        "Call 0274 555123. 02.23 WIB Siti, BPBD"
    )
    assert "seratus tujuh puluh tujuh sentimeter dan naik" in wording.script["id"]
    assert "Pergi sekarang ke SD Terban." in wording.script["id"]
    assert wording.regions == ("RW 04 Terban",)


@pytest.mark.parametrize(
    "impacts",
    [[], [replace(ROW, from_cm=178.0)], [replace(ROW, datum="nol lama")], [replace(ROW, gauge="jog-gauge-77")]],
    ids=["none", "not reached", "another zero", "another gauge"],
)
def test_where_nobody_surveyed_no_place_is_named(impacts: list[Impact]) -> None:
    """The wardens know the place; we do not."""
    wording = said("order", impacts=impacts)
    assert "Pergi SEKARANG, ikuti petugas RT/RW." in wording.sms["id"]
    assert "Go NOW, follow your RT/RW wardens." in wording.sms["en"]
    assert "Terban" not in wording.sms["id"] + wording.script["id"]
    assert "Bantuan 112." in wording.sms["id"]
    assert wording.regions == ()


def test_each_rw_is_sent_to_its_own_place() -> None:
    """The deepest first; where not all fit, the others are sent with their wardens and never to a foreign place."""
    other = replace(ROW, rw="RW 05 Terban", depth="waist", muster="Masjid Al-Ḥikmah", phone="0274 555999")
    wording = said("order", impacts=[ROW, other])
    assert "Pergi SEKARANG: RW 05 Terban ke Masjid Al-Hikmah, RW 04 Terban ke SD Terban." in wording.sms["id"]
    assert "Bantuan 112." in wording.sms["id"], "two numbers are none that all may call"
    assert wording.regions == ("RW 05 Terban", "RW 04 Terban")
    crowded = said("order", impacts=[ROW, other, replace(ROW, rw="RW 06 Terban", muster="Balai Kelurahan Terban")])
    assert "RW 05 Terban ke Masjid Al-Hikmah" in crowded.sms["id"]
    assert "RW lain ikut petugas." in crowded.sms["id"]
    assert "Balai" not in crowded.sms["id"]


def test_a_place_to_go_to_loses_no_word_that_tells_it_apart() -> None:
    """SD Terban 1 is not SD Terban 2: it is named whole, or not at all."""
    row = replace(ROW, muster="Halaman Sekolah Dasar Negeri Terban Dua, sebelah utara Masjid Besar Al-Hikmah")
    text = said("order", drill=True, ground="clock", impacts=[row]).sms["id"]
    assert "ke Hlm Sek Dasar Negeri Terban Dua." in text
    nowhere = replace(row, muster=row.muster.replace(",", "") + " (lantai dua)")
    assert "Pergi SEKARANG ke titik kumpul." in said("order", drill=True, ground="clock", impacts=[nowhere]).sms["id"]


def test_a_silent_gauge_is_told_as_dangerous_to_everybody() -> None:
    """Nobody knows how high it stands by now."""
    wording = said("fact", silent=True, impacts=[replace(ROW, from_cm=300.0)])
    assert "sensor diam sejak 02.13 WIB, terakhir 177 cm" in wording.sms["id"]
    assert "Anggap berbahaya." in wording.sms["id"]
    assert "naik" not in wording.sms["id"]
    assert wording.regions == ("RW 04 Terban",)


def test_a_correction_says_which_warning_was_wrong_and_why() -> None:
    """And reaches everybody who may have been told."""
    wording = said("correction", reason="Sensor tertutup sampah", signed_by="Siti, BPBD", impacts=[ROW])
    assert wording.sms["id"] == (
        "RALAT: peringatan AWAS K.Code Gondolayu 177 cm 02.13 WIB keliru. Sensor tertutup sampah. Tidak ada bahaya. "
        "02.23 WIB Siti, BPBD"
    )
    assert said("correction", impacts=[replace(ROW, from_cm=300.0)]).regions == ("RW 04 Terban",)


def test_a_correction_beside_other_warnings_calls_nothing_safe() -> None:
    """One gauge was wrong, and the river is still high elsewhere."""
    wording = said("correction", others_hold=True, reason="Sensor tertutup sampah")
    for texts in (wording.sms, wording.script):
        assert "Peringatan lain tetap berlaku." in texts["id"]
        assert "Other warnings still hold." in texts["en"]
        assert "Tidak ada bahaya" not in texts["id"]
        assert "No danger" not in texts["en"]


def test_whoever_was_sent_away_hears_that_the_order_is_over() -> None:
    """Every RW that has a row, for all of them may have been sent."""
    wording = said("fact", level=Level.SIAGA, value_cm=150.0, order_over=True, impacts=[ROW])
    assert "Perintah pergi sudah berakhir." in wording.sms["id"]
    assert "Perintah pergi sudah berakhir." in wording.script["id"]
    assert "Bersiap" not in wording.sms["id"]
    assert wording.regions == ("RW 04 Terban",)


def test_an_all_clear_never_shouts_the_level_that_is_over() -> None:
    """Whoever reads one word of it must not read AWAS."""
    wording = said("all_clear", value_cm=60.0, level=Level.AWAS)
    assert (
        wording.sms["id"] == "Aman kembali: K.Code Gondolayu turun ke 60 cm, di bawah batas sejak 02.13 WIB. 02.23 WIB"
    )
    assert "AWAS" not in wording.sms["id"] + wording.script["id"]


def test_a_flood_that_people_ended_is_not_told_as_measured() -> None:
    """The gauge is silent: it has gone down to no figure."""
    assert "turun" not in said("all_clear", silent=True).sms["id"]
    assert "down to" not in said("all_clear", value_cm=None).script["en"]


def test_what_may_go_goes_before_a_name_loses_a_word() -> None:
    """In the order that the draft states; and what has room again comes back."""
    fields = {"name": ["alpha beta gamma", "alpha"], "nice": ["please", ""], "kind": ["dear", ""]}
    draft = Draft("{name} {nice} {kind}", fields, (), ("nice", "kind"), ("name",))
    assert draft.fitted(len, 28) == "alpha beta gamma please dear"
    assert draft.fitted(len, 21) == "alpha beta gamma dear"
    assert draft.fitted(len, 16) == "alpha beta gamma"
    assert draft.fitted(len, 15) == "alpha dear"


def test_a_place_is_never_left_without_its_name() -> None:
    """What only says what it is goes first: "Jbt" is no place."""
    wording = said("order", drill=True, ground="clock", place="Jembatan Duga Air Pogung Kidul", impacts=[ROW])
    assert "Pogung" in wording.sms["id"]
    assert number(177.0, "id") in wording.sms["id"]
    assert plain(wording.sms["id"]) == wording.sms["id"]
