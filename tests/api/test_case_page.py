"""A case's page: what the sensors say, who closed it, what came before and after."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from support.seed import Town
from support.threads import add_update
from support.weather import warning

from api.evidence import flags_of
from complaints.casework import Casework, Deed
from complaints.intake import Intake, Said
from contract.city import NodeSpec
from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.incident import Incident, data_back, resolved
from contract.levels import Level
from contract.quality import Quality
from contract.weather import WeatherFeed
from store.cases import Case, CaseUpdate
from store.ports import Event


def said(html: str) -> str:
    """The text of a page, tags gone, blanks folded."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.split("<main", 1)[1]))


def code_gauges(made: Town) -> list[NodeSpec]:
    return [node for node in made.nodes("gauge") if (site := made.profile.site_of(node.node)) and site.river == "Code"]


def flood_of(made: Town, gauges: Sequence[NodeSpec], *, over: bool = False) -> tuple[Case, Event]:
    """One flood of several gauges, with its case."""
    for node in gauges:
        made.wave(node, 214, hours_ago=-0.4)
        _, event = made.open_flood(node, Level.AWAS, 196.0, over=over)
    return made.file(event, gauges[0], "banjir", {"id": "Muka air tinggi", "en": "High water"}), event


def close(made: Town, case: Case, author: str) -> None:
    text = {"id": "Aman kembali.", "en": "All clear."}
    at_us = made.now_us - MINUTE_US
    add_update(made.cities, CaseUpdate(f"{case.number}/end", case.number, at_us, at_us, "fixed", text, author))


def test_each_gauge_of_the_event_has_its_curve_from_the_source_down(made, serve):
    """Two gauges are two charts with level bands, upstream first, and the checks' doubts by name."""
    gauges = code_gauges(made)[:2]
    case, _ = flood_of(made, list(reversed(gauges)))
    page = serve(made).get(f"/kasus/{case.number}").text
    assert page.count("chart-wide") == 2
    assert page.count("band-awas") == 4
    assert page.index(f'/sungai/{gauges[0].node}">Jetisharjo</a></h3>') < page.index(
        f'/sungai/{gauges[1].node}">Jembatan Gondolayu</a></h3>'
    )
    assert "river_level, versi 1" in said(page)


def test_doubted_readings_are_counted_by_what_doubted_them(made):
    """A reading with two doubts counts for both; one without a named check is without a value."""
    node = made.nodes("gauge")[0]
    rows = [
        made.row(node, 1, {"level_cm": 1.0}, Quality.SUSPECT, {"spike": 3, "gross_range": 1}),
        made.row(node, 2, {"level_cm": 1.0}, Quality.FAIL, {"spike": 3, "rate_of_change": 4}),
        made.row(node, 3, {}, Quality.MISSING),
        made.row(node, 4, {"level_cm": 1.0}),
    ]
    assert dict(flags_of(rows)) == {"spike": 2, "rate_of_change": 1, "missing": 1}


def test_closed_by_the_sensors_is_said(made, serve):
    """Only where the readings ended it, nobody is named."""
    case, _ = flood_of(made, code_gauges(made)[:1], over=True)
    close(made, case, "sensor")
    text = said(serve(made).get(f"/kasus/{case.number}").text)
    assert "Ditutup otomatis: sensor sudah normal." in text
    assert "selesai sebelum tenggat" in text
    assert "Belum dikonfirmasi" not in text


def test_ended_by_two_people_is_no_sensors_word(made, serve):
    """What was read on site and what was never measured is told as that."""
    gauge = code_gauges(made)[0]
    made.wave(gauge, 214, hours_ago=-0.4)
    incident, event = made.open_flood(gauge, Level.AWAS, 196.0, silent_minutes=10)
    read, back = data_back(incident, 180.0, made.now_us - 4 * MINUTE_US, made.now_us)
    over, end = resolved(read, 180.0, made.now_us - 2 * MINUTE_US, made.now_us)
    made.commit(over, event, [replace(back, source="on_site"), replace(end, source="people")])
    case = made.file(event, gauge, "banjir", {"id": "Muka air tinggi", "en": "High water"})
    close(made, case, "sensor")
    text = said(serve(made).get(f"/kasus/{case.number}").text)
    assert "Diakhiri oleh dua petugas, sensor tetap diam." in text
    assert "dibaca petugas di tempat AWAS · 180 cm" in text
    assert "berakhir · diakhiri oleh dua petugas, sensor tetap diam" in text
    assert "Ditutup otomatis" not in text
    assert "sensor kembali" not in text


@pytest.mark.parametrize("over", [True, False])
def test_closed_by_a_person_names_them_and_never_the_sensors(made, serve, over):
    """Also where the water had fallen by then; and where it had not, the sensors' veto stands above."""
    case, _ = flood_of(made, code_gauges(made)[:1], over=over)
    close(made, case, "BPBD")
    text = said(serve(made).get(f"/kasus/{case.number}").text)
    assert "Ditutup oleh BPBD." in text
    assert "Ditutup otomatis" not in text
    assert ("tetapi sensor masih 196 cm" in text) is not over


def test_an_outage_names_its_points_and_its_uplink(made, serve):
    """The points still out first; one that is back says for how long it was out."""
    points = made.nodes("wifi")[10:13]
    outages: list[Incident] = [made.open_outage(point, uplink="Gondokusuman") for point in points]
    back, change = resolved(outages[0], 0.0, made.now_us - 10 * MINUTE_US, made.now_us)
    event = made.cities.event(back.event)
    assert event is not None
    made.commit(back, event, [change])
    case = made.cities.case_of_event(event.id)
    assert case is not None
    text = said(serve(made).get(f"/kasus/{case.number}").text)
    assert "Penyebab sambungan bersama (Gondokusuman)" in text
    assert "Titik dalam kejadian ini (3)" in text
    assert text.count("masih mati") == 2
    assert "(30 menit)" in text
    assert text.index("masih mati") < text.index("(30 menit)")


def test_recurrences_are_linked_both_ways(made, serve):
    """The third outage of a point leads back to the second, the first leads on to the second, at one step each."""
    node = made.nodes("wifi")[3]
    cases: list[Case] = []
    before: Event | None = None
    for hours in (30, 20, 10):
        outage = made.open_outage(node, minutes_ago=hours * 60, recurs=before.id if before else None)
        event = made.cities.event(outage.event)
        case = made.cities.case_of_event(outage.event)
        assert event is not None
        assert case is not None
        over, change = resolved(outage, 0.0, made.now_us - (hours - 1) * HOUR_US, made.now_us)
        made.commit(over, event, [change])
        before = event
        cases.append(case)
    client = serve(made)
    after = [re.findall(r'kasus/([\w-]+)" rel="next"', client.get(f"/kasus/{case.number}").text) for case in cases]
    assert after == [[cases[1].number], [cases[2].number], []]


def test_a_case_that_recurs_leads_back(made, serve):
    """The desk keeps the number of the case before."""
    first, _ = flood_of(made, code_gauges(made)[:1], over=True)
    second = made.cities.file_case(
        Case(
            number="",
            city=first.city,
            event=None,
            category=first.category,
            agency=first.agency,
            region=first.region,
            title=first.title,
            description=first.description,
            lat=first.lat,
            lon=first.lon,
            status="submitted",
            source="sensor",
            opened_us=made.now_us,
            updated_us=made.now_us,
            finish_due_us=made.now_us + DAY_US,
            closed_us=None,
            public=True,
            recurs=first.number,
        ),
        CaseUpdate("again", "", made.now_us, made.now_us, "submitted", {"id": "Lagi."}, "sensor"),
    )
    page = serve(made).get(f"/kasus/{second.number}").text
    assert f'href="/kasus/{first.number}" rel="prev"' in page
    assert "24 jam lagi" in said(page)


def test_overdue_is_said(made, serve):
    """An open case past its due time says so."""
    case = made.file(
        None, made.nodes("wifi")[0], "lampu-jalan", {"id": "Lampu", "en": "Lamp"}, opened_us=made.now_us - 80 * DAY_US
    )
    assert "lewat tenggat" in said(serve(made).get(f"/kasus/{case.number}").text)


def test_a_residents_case_has_no_evidence_and_no_fault(made, serve):
    """Its key stands where an event would; no such event exists, and the page is whole without it."""
    case = made.file(None, made.nodes("wifi")[0], "lampu-jalan", {"id": "Lampu", "en": "Lamp"}, citizen=True)
    answer = serve(made).get(f"/kasus/{case.number}")
    assert answer.status_code == 200
    assert "Bukti dari sensor" not in answer.text


def test_a_chart_begins_with_the_first_reading(made, serve):
    """A gauge that has spoken for half an hour shows half an hour and a tenth, not a day of emptiness; a gauge that
    spoke before the window and then fell silent shows the hole."""
    young, old = made.nodes("gauge")[:2]
    for node in (young, old):
        made.levels(node, [(made.now_us - i * MINUTE_US, 40.0, Quality.GOOD) for i in range(31)])
    made.levels(old, [(made.now_us - 30 * HOUR_US, 40.0, Quality.GOOD)])
    client = serve(made)
    page = client.get(f"/sungai/{young.node}").text
    assert "33 menit terakhir" in page
    assert 'class="gap"' not in page
    page = client.get(f"/sungai/{old.node}").text
    assert "24 jam terakhir" in page
    assert 'class="gap"' in page


def test_everybody_who_says_it_is_counted(made, serve):
    """One flood, one case: two gauges, two residents, and whether BMKG warned there of rain."""
    case, _ = flood_of(made, code_gauges(made)[:2])
    for n in range(2):
        report = Said(f"k{n}", "web", case.category, case.lat, case.lon, case.region, "Air masuk")
        assert Intake(made.cities, made.profile).take(report, made.now_us).case.number == case.number
    client = serve(made)
    assert "sensor kota (2 sensor, 2 warga)" in said(client.get(f"/kasus/{case.number}").text)
    made.cities.note_weather_feed(WeatherFeed(city=made.profile.code, heard_us=made.now_us, asked_us=made.now_us))
    assert "2 sensor, 2 warga, BMKG: tidak" in said(client.get(f"/kasus/{case.number}").text)
    rain = warning(onset_us=case.opened_us, expires_us=made.now_us + HOUR_US, regions=(case.region,))
    made.cities.put_weather(rain, (), (), made.now_us)
    assert "2 sensors, 2 residents, BMKG: yes" in said(client.get(f"/kasus/{case.number}?lang=en").text)


def test_a_standing_clock_says_why(made, serve):
    """Whoever follows the case reads that it waits, since when and for what; and a double leads to where it goes on."""
    case = made.file(None, made.nodes("wifi")[0], "lampu-jalan", {"id": "Lampu"}, citizen=True)
    other = made.file(None, made.nodes("wifi")[1], "lampu-jalan", {"id": "Lampu lain"}, citizen=True)
    work = Casework(made.cities, made.profile)
    work.pause(case.number, Deed("p", "x", "DPU", made.now_us), "material", "Menunggu lampu.")
    work.merge(other.number, Deed("m", "x", "DPU", made.now_us), case.number)
    client = serve(made)
    assert "jam berhenti sejak" in said(client.get(f"/kasus/{case.number}").text)
    assert "menunggu bahan" in said(client.get(f"/kasus/{case.number}").text)
    assert f"Lanjut di {case.number}" in said(client.get(f"/kasus/{other.number}").text)
