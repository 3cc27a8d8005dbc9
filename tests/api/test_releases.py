"""What a dam lets go: announced on the post's page, carried as a reading of its own kind, shown on the river's page."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.posts import POST, add_post, link_of, make_public
from support.seed import EPOCH, Town
from support.visitors import FAR, person, signed_in

from api.releases import Announced, entry_of, nearest, number_of, standing
from contract.city import NOTICE
from contract.clock import HOUR_US, MINUTE_US
from contract.incident import Incident
from contract.kinds import ReleaseValues
from contract.levels import Level
from contract.quality import Quality
from store.book import Entry
from store.ports import Row, Series

NOON = 1_769_223_600_000_000  # 2026-01-24 10.00 WIB
SLIP = "s" * 22
SERIES = Series("yogyakarta", POST, NOTICE, "release")


def announced(**fields: str) -> Announced:
    return Announced.read({"lembar": SLIP, "bendung": "Bendung Karang", "debit": "120", **fields})


def row(number: int, told_us: int, **values: Any) -> Row:
    told = {"dam": "Bendung Karang", "discharge_m3s": 120.0, "begins_us": told_us, **values}
    return Row(SERIES, "34.71.01.1001", told_us, told_us, EPOCH, number, "synced", Quality.GOOD, {}, told)


def kept(made: Town, typed: Announced) -> Entry | str:
    return entry_of(typed, POST, NOON, made.profile, keeper="k", name="K")


def test_a_form_becomes_a_reading_of_the_kind(made: Town) -> None:
    """With every field that was filled in, as the contract takes it."""
    entry = kept(made, announced(bukaan="40", mulai="11.30", lama="2,5", sumber="BBWS Serayu Opak"))
    assert isinstance(entry, Entry)
    values = ReleaseValues.model_validate(dict(entry.values))
    assert (values.dam, values.discharge_m3s, values.opening_cm) == ("Bendung Karang", 120.0, 40.0)
    assert (values.begins_us, values.lasts_s) == (NOON + 90 * MINUTE_US, 9_000.0)
    assert (values.told_by, values.called_off) == ("BBWS Serayu Opak", None)
    assert (entry.sensor, entry.kind, entry.observed_us) == (NOTICE, "release", NOON)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"lembar": "x"}, "post_slip"), ({"bendung": " "}, "release_dam"), ({"debit": ""}, "release_amount"),
        ({"debit": "banyak"}, "release_amount"), ({"bukaan": "-4"}, "release_amount"),
        ({"debit": "999999"}, "release_amount"), ({"mulai": "besok"}, "release_clock"),
        ({"lama": "73"}, "release_hours"), ({"lama": "lama"}, "release_hours"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_said(made: Town, fields: dict[str, str], wrong: str) -> None:
    """By the key of its sentence; nothing is made up."""
    assert kept(made, announced(**fields)) == wrong


def test_calling_off_needs_no_figure(made: Town) -> None:
    """Only the dam."""
    entry = kept(made, announced(debit="", batal="ya"))
    assert isinstance(entry, Entry)
    assert entry.values["called_off"] is True


def test_numbers_and_clocks() -> None:
    """A comma or a dot; the moment nearest to now, before or after."""
    assert [number_of(text, 100) for text in ("", "12,5", "12.5", "101", "1e2")] == [None, 12.5, 12.5, "", ""]
    zone = "Asia/Jakarta"
    found = [(nearest(text, NOON, zone) or 0) - NOON for text in ("", "09.00", "21.30", "22.30")]
    assert found == [0, -HOUR_US, 11 * HOUR_US + 30 * MINUTE_US, -(11 * HOUR_US + 30 * MINUTE_US)]
    assert nearest("24.00", NOON, zone) is None


def test_of_one_dam_what_was_said_last_holds() -> None:
    """Also where that was that it is called off; another dam's stays; what is over is not told."""
    other = row(3, NOON, dam="Bendung Lain")
    rows = [row(1, NOON - HOUR_US, lasts_s=36_000.0), row(2, NOON - MINUTE_US, discharge_m3s=80.0), other]
    assert [(one.dam, one.discharge_m3s) for one in standing(rows, NOON, NOON)] == [
        ("Bendung Lain", 120.0),
        ("Bendung Karang", 80.0),
    ]
    off = row(4, NOON, called_off=True)
    assert [one.dam for one in standing([*rows, off], NOON, NOON)] == ["Bendung Lain"]
    short = row(5, NOON - 3 * HOUR_US, lasts_s=3_600.0)
    assert standing([short], NOON, NOON) == []
    assert len(standing([short], NOON - 150 * MINUTE_US, NOON)) == 1
    assert standing([row(6, NOON - 25 * HOUR_US)], NOON, NOON) == []


def test_the_case_of_a_release_shows_what_was_announced(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """No gauge is high: the notice that opened it is all the evidence there is."""
    gauge = next(one for one in made.nodes("gauge") if one.node == "jog-gauge-05")
    flood, event = made.open_flood(gauge, Level.WASPADA, 80.0)
    announced = replace(flood, id="release-1", rule="release", subject="notice", entity="river/Code/Bendung Karang",
                        level=None, peak=None, begins_us=NOON, event="event-release")  # fmt: skip
    of_dam = replace(event, id="event-release", rule="release", subject="notice")
    made.commit(announced, of_dam, ())
    case = made.file(of_dam, gauge, "banjir", {"id": "Pelepasan air", "en": "Water let go"})
    told_us = announced.crossed_us + MINUTE_US
    at_gauge = Series("yogyakarta", gauge.node, NOTICE, "release")
    assert made.readings.write([row(1, told_us, lasts_s=36_000.0)._replace(series=at_gauge)]) == []
    text = serve(made, keys=()).get(f"/kasus/{case.number}", headers=FAR).text
    assert "Bendung Karang" in text
    assert "120 m³/detik" in text


def released(made: Town) -> Incident:
    """An open release, announced at a post of the Code."""
    gauge = next(one for one in made.nodes("gauge") if one.node == "jog-gauge-05")
    flood, event = made.open_flood(gauge, Level.WASPADA, 80.0)
    one = replace(
        flood, id="release-1", rule="release", subject="notice", entity="river/Code/Bendung Karang", level=None,
        peak=None, begins_us=flood.crossed_us, until_us=flood.crossed_us + 10 * HOUR_US, event="event-release",
    )  # fmt: skip
    made.commit(one, replace(event, id=one.event, rule="release", subject="notice"), ())
    return one


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_console_shows_how_much_is_let_go_and_when(
    made: Town, serve: Callable[..., httpx.Client], language: str
) -> None:
    """Every notice of the dam, by whichever post of the river and however it is written; another dam's is not its."""
    one = released(made)
    told_us = one.crossed_us
    beside = next(place.node for place in made.cities.placements("yogyakarta") if place.river == "Code")
    rows = [
        row(1, told_us, lasts_s=36_000.0, told_by="BBWS"),
        row(2, told_us + MINUTE_US, dam="BENDUNG  karang", discharge_m3s=1_250.0, begins_us=told_us + HOUR_US),
        row(3, told_us + 2 * MINUTE_US, dam="Bendung Lain", discharge_m3s=77.0),
    ]
    posts = (one.node, beside, beside)
    made.readings.write(
        [
            each._replace(series=Series("yogyakarta", post, NOTICE, "release"))
            for each, post in zip(rows, posts, strict=True)
        ]
    )
    visitor = signed_in(made, person(made, "operator", "operator"))
    page = serve(made, keys=()).get(f"/operator?pilih={one.id}&lang={language}", headers=visitor.sent).text
    detail = re.sub(r"<[^>]+>", "", page.split('id="bukti"', 1)[1])
    first, second = ("120 m³/detik", "1.250 m³/detik") if language == "id" else ("120 m³/s", "1,250 m³/s")
    assert detail.index(second) < detail.index(first)
    assert ("Menurut BBWS" if language == "id" else "By BBWS") in detail
    assert ("Yang diumumkan" if language == "id" else "What was announced") in detail
    assert "(belum diketahui sampai kapan)" in detail or "(not known until when)" in detail
    assert "77" not in detail


def test_a_release_whose_post_left_can_be_ended_at_the_console(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Not while the post is there to call it off; and its times are shown though no notice can be read."""
    one = released(made)
    client = serve(made, keys=())
    visitor = signed_in(made, person(made, "operator", "operator"))
    page = client.get(f"/operator?pilih={one.id}", headers=visitor.sent).text
    assert 'name="apa" value="end"' not in page
    assert re.search(r"<b>Bendung Karang</b> · mulai .* sampai ", page)
    without = tuple(node for node in made.profile.nodes if node.node != one.node)
    made.cities.put_profile(replace(made.profile, nodes=without), made.now_us)
    client = serve(made, keys=())
    page = client.get(f"/operator?pilih={one.id}", headers=visitor.sent).text
    assert 'name="apa" value="end"' in page
    assert "Pos yang mengumumkannya tidak lagi terdaftar" in page


def test_from_the_form_to_the_rivers_page_and_the_case(
    made: Town, serve: Callable[..., httpx.Client], tmp_path: Path
) -> None:
    """Keyed in twice by a double tap, entered once. Stored, and its post told to everybody, it stands
    on the river's page and in the case's evidence."""
    gauge = next(one for one in made.nodes("gauge") if one.node == "jog-gauge-05")
    _, event = made.open_flood(gauge, Level.SIAGA, 130.0)
    case = made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
    with closing(add_post(made, tmp_path)) as book:
        client = serve(made, keys=(), book=book)
        client.get(link_of(made), headers=FAR)
        page = client.get(f"/pos/{POST}", headers=FAR).text
        csrf = re.search(r'name="csrf" value="([^"]+)"', page)
        slip = re.findall(r'name="lembar" value="([^"]+)"', page)
        assert csrf is not None
        headers = {**FAR, "origin": str(client.base_url).rstrip("/")}
        data = {"csrf": csrf[1], "lembar": slip[-1], "bendung": "Bendung <Karang>", "debit": "120", "lama": "3"}
        first, second = (client.post(f"/pos/{POST}/pelepasan", headers=headers, data=data) for _ in range(2))
        assert first.status_code == 303
        assert first.headers["location"] == second.headers["location"]
        (entry,) = book.newest(POST, NOTICE, 5)
        assert "menunggu dikirim" in client.get(first.headers["location"], headers=FAR).text
        wrong = client.post(f"/pos/{POST}/pelepasan", headers=headers, data={**data, "debit": "deras"})
        assert wrong.status_code == 400
        assert "Tulis debit" in wrong.text
        told = row(1, entry.observed_us, **entry.values)
        assert made.readings.write([told]) == []
        assert "Bendung" not in client.get("/sungai/jog-gauge-05", headers=FAR).text
        make_public(made)
        for path in ("/sungai/jog-gauge-05", f"/kasus/{case.number}"):
            text = client.get(path, headers=FAR).text
            assert "Bendung &lt;Karang&gt;" in text
            assert "120 m³/detik" in text
            assert "sampai 13.00 WIB" in text
        assert "Bendung" not in client.get("/sungai/jog-gauge-01", headers=FAR).text
