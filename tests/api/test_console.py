"""`/operator` as whoever has no JavaScript gets it: every state, both languages, and forms that work alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from support.asked import Asked
from support.away import Away
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.alarms import Alarm
from api.console import PAGE, Stage, could_see_to, stages_of
from api.console_forms import Filled
from api.deciding import Word
from api.words import WORDS
from contract.city import Text
from contract.decision import Decision
from contract.incident import Incident, incident_id, opened
from contract.levels import Level
from contract.staging import PackRule
from store.decisions import deed_of
from store.people import Person

MINUTE_US = 60_000_000


@dataclass
class Page:
    """The console of a served city, read by somebody."""

    made: Town
    client: httpx.Client
    visitor: Visitor

    def get(self, query: str = "") -> str:
        answer = self.client.get(f"/operator{query}", headers=self.visitor.sent)
        assert answer.status_code == 200, answer.text[:300]
        return answer.text

    def send(self, path: str, **fields: str) -> httpx.Response:
        headers = {**self.visitor.sent, "origin": str(self.client.base_url).rstrip("/")}
        return self.client.post(path, headers=headers, data={"csrf": self.visitor.csrf, **fields})

    def decide(self, one: Incident, **fields: str) -> httpx.Response:
        return self.send(f"/operator/{one.id}", **fields)


@pytest.fixture
def console(made: Town, serve: Callable[..., httpx.Client]) -> Page:
    return Page(made, serve(made, keys=()), signed_in(made, person(made, "operator", "operator")))


def words(html: str) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", html.split("<main", 1)[1], flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "<main" + body))


def listed(html: str) -> list[str]:
    return re.findall(r'<tr id="baris-[^"]+" data-alarm="([^"]+)"', html)


def test_when_nothing_is_wrong_the_page_says_so_and_is_quiet(console: Page) -> None:
    """One calm sentence; and what is only filtered away is not called calm."""
    page = console.get()
    assert "Tidak ada alarm. Semua tenang." in words(page)
    assert "<table" not in page
    console.made.open_outage(console.made.nodes("wifi")[3])
    filtered = words(console.get("?tingkat=AWAS"))
    assert "Tidak ada alarm yang cocok." in filtered
    assert "Semua tenang" not in filtered


def test_an_empty_table_is_not_called_calm_while_a_stage_is_not_well(
    made: Town, serve: Callable[..., httpx.Client]
) -> None:
    """An engine that is silent opens no alarm; which stage it is stands there, and of when the table is."""
    client = serve(made, keys=(), status=lambda: {"alerts": {"alive": False, "age_s": 130.0}})
    text = words(Page(made, client, signed_in(made, person(made, "operator", "operator"))).get())
    assert "Tidak ada alarm yang diketahui. Itu belum tentu tenang: Mesin alarm tidak berjalan baik." in text
    assert "Semua tenang" not in text
    assert "Diperbarui 10.00 WIB" in text


def test_a_flood_that_nobody_answered_is_said_where_other_alarms_stand_above_it(console: Page) -> None:
    """It stands first, above an outage that has lapsed; where a search does not show it, it is named above the table,
    until it is answered or is what is shown."""
    made = console.made
    said = "1 banjir SIAGA atau AWAS belum dijawab, tidak di baris pertama."
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0)
    assert said not in words(console.get())
    old = made.open_outage(made.nodes("wifi")[3], minutes_ago=200)
    operator = person(made, "operator", "operator").id
    lapsed = Decision(
        id="lama", city="yogyakarta", kind="acknowledge", by=operator, at_us=made.now_us - 100 * MINUTE_US,
        incident=old.id, until_us=made.now_us - 40 * MINUTE_US, body={"level": None},
    )  # fmt: skip
    made.cities.decide(lapsed, deed_of(lapsed))
    page = console.get()
    assert listed(page) == [flood.id, old.id]
    assert said not in words(page)
    assert said in words(console.get("?jawaban=again"))
    assert said not in words(console.get("?jawaban=waiting"))
    made.open_flood(made.nodes("gauge")[6], Level.WASPADA, 80.0)
    console.decide(flood, apa="acknowledge")
    assert "belum dijawab, tidak di baris" not in words(console.get("?jawaban=again"))


def test_the_chosen_alarm_shows_what_lies_behind_it(console: Page) -> None:
    """The gravest unless another is chosen: plot, marks, rule and version, flags, changes with both their times."""
    made = console.made
    gauge = made.nodes("gauge")[4]
    made.wave(gauge, 214, hours_ago=-0.4)
    flood, _ = made.open_flood(gauge, Level.AWAS, 196.0)
    outage = made.open_outage(made.nodes("wifi")[3])
    page = console.get()
    assert listed(page) == [flood.id, outage.id]
    detail = words("<main" + page.split('id="rincian"', 1)[1])
    for part in ("AWAS", "196 cm", "river_level, versi 1", "1 × lonjakan sesaat", "dinilai 09.44.01", "≥ 160 cm"):
        assert part in detail, part
    assert "chart-wide" in page
    other = console.get(f"?pilih={outage.id}")
    assert f'data-alarm="{outage.id}" class="lv-down ans-waiting" aria-current="true"' in other
    assert "chart-wide" not in other
    assert "Alarm itu tidak ada, atau bukan bagian Anda." in words(console.get("?pilih=tidak-ada"))


def test_a_gauge_that_stands_still_is_in_doubt_in_the_table_and_its_evidence(console: Page) -> None:
    """Not once it is silent, which says more; programs read it too."""
    made = console.made
    speaks, silent = made.nodes("gauge")[4:6]
    flood, _ = made.open_flood(speaks, Level.SIAGA, 120.0)
    made.flat_since(speaks.node, 40)
    page = console.get(f"?pilih={flood.id}")
    assert words(page).count("diragukan: garis datar sejak 09.20 WIB") == 2
    assert "Alat ini tidak bergerak" in words(page)
    (alarm,) = console.client.get("/api/v1/alarms", headers=console.visitor.sent).json()["items"]
    assert alarm["flat_since"] == "2026-01-24T02:20:00.000000Z"
    made.open_flood(silent, Level.SIAGA, 120.0, silent_minutes=5)
    made.flat_since(silent.node, 40)
    assert "garis datar" not in words(console.get())


@pytest.mark.parametrize("language", ["id", "en"])
def test_every_state_speaks_both_languages(console: Page, language: str) -> None:
    """Nothing unfilled and no word of the machine, whatever has been decided."""
    made = console.made
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0, silent_minutes=5)
    outage = made.open_outage(made.nodes("wifi")[3])
    for fields in (
        {"apa": "acknowledge"},
        {"apa": "assign", "kepada": person(made, "teknisi", "technician").id},
        {"apa": "comment", "teks": "Pintu air dicek"},
        {"apa": "silence", "alasan": "PLN", "lingkup": "lokasi"},
        {"apa": "window", "jenis": "works", "alasan": "talud"},
        {"apa": "read_on_site", "cm": "118,5", "menit": "5"},
        {"apa": "end", "alasan": "surut"},
        {"apa": "release"},
    ):
        answer = console.decide(flood, **fields)
        assert answer.status_code == 303, fields
        text = words(
            console.client.get(f"{answer.headers['location']}&lang={language}", headers=console.visitor.sent).text
        )
        assert WORDS[f"done_{fields['apa']}"].in_(language) in text
        assert not re.search(r"\{\w*\}|None|[a-z]+_[a-z]+(?<!river_level)(?<!hotspot_outage)\b", text), fields
    for query in (f"?pilih={outage.id}", "?tingkat=AWAS", "?jawaban=quiet", "?pilih=x"):
        text = words(console.get(f"{query}&lang={language}"))
        assert not re.search(r"\{\w*\}|\bNone\b", text), query


def test_what_is_held_back_is_listed_and_ended(console: Page) -> None:
    """Also that it was, by whom and why; a second end says that it has ended."""
    made = console.made
    one = made.open_outage(made.nodes("wifi")[3])
    console.decide(one, apa="silence", alasan="Tiang diganti PLN", menit="60")
    page = console.get()
    (path,) = re.findall(r'action="(/operator/tahan/[^"]+)"', page)
    assert "Tiang diganti PLN" in words(page)
    assert "ditahan" in words(page)
    assert f"Pemberitahuan ditahan {made.nodes('wifi')[3].name} sampai" in words(page)
    assert console.send(path, apa="silence").headers["location"] == "/operator?kabar=unsilence"
    again = console.send(path, apa="silence")
    assert again.status_code == 409
    assert "Itu sudah berakhir." in words(again.text)
    assert "/operator/tahan/" not in console.get()


def test_what_is_wrong_in_a_form_is_said_and_what_was_typed_is_kept(console: Page) -> None:
    """Nothing is kept of it; of what is over nothing is decided."""
    made = console.made
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0)
    for fields, key in (
        ({"apa": "silence", "alasan": " "}, "no_reason"),
        ({"apa": "comment", "teks": ""}, "no_text"),
        ({"apa": "assign", "kepada": ""}, "no_person"),
        ({"apa": "read_on_site", "cm": "setinggi lutut"}, "no_level"),
        ({"apa": "read_on_site", "cm": "nan"}, "no_level"),
        ({"apa": "window", "jenis": "libur", "alasan": "x"}, "decision_wrong"),
        ({"apa": "lain"}, "decision_wrong"),
    ):
        answer = console.decide(flood, **fields)
        assert answer.status_code == 400, fields
        assert WORDS[key].id in words(answer.text), fields
    kept = console.decide(flood, apa="read_on_site", cm="145;5").text
    assert 'value="145;5"' in kept
    assert console.decide(flood, apa="assign", kepada="tidak-ada").status_code == 409
    over, _ = made.open_flood(made.nodes("gauge")[0], Level.SIAGA, 120.0, over=True)
    answer = console.decide(over, apa="acknowledge")
    assert answer.status_code == 409
    assert "Alarm ini sudah selesai." in words(answer.text)
    assert list(made.cities.decisions("yogyakarta")) == []


@pytest.mark.parametrize(("language", "bounds"), [("id", "paling tinggi 600 cm"), ("en", "at most 600 cm")])
def test_a_figure_that_the_gauge_cannot_show_is_asked_back(
    made: Town, serve: Callable[..., httpx.Client], language: str, bounds: str
) -> None:
    """As a reading on site: with what it can show in words, and what was typed. Nothing is kept of it."""
    made.profile = replace(made.profile, scales=tuple(replace(one, most_cm=600.0) for one in made.profile.scales))
    console = Page(made, serve(made, keys=()), signed_in(made, person(made, "operator", "operator")))
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0)
    answer = console.send(f"/operator/{flood.id}?lang={language}", apa="read_on_site", cm="1450")
    assert answer.status_code == 409
    assert bounds in words(answer.text)
    assert 'value="1450"' in answer.text
    assert list(made.cities.decisions("yogyakarta")) == []
    assert console.send(f"/operator/{flood.id}", apa="read_on_site", cm="600").status_code == 303


def test_what_people_write_is_text(console: Page) -> None:
    """Markup in a note is shown as it was typed, and runs nowhere."""
    one = console.made.open_outage(console.made.nodes("wifi")[3])
    console.decide(one, apa="comment", teks="<script>alert(1)</script>")
    page = console.get()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_which_alarms_are_shown_stays_through_what_is_done(console: Page) -> None:
    """Whoever filters and acknowledges comes back to what they filtered, and is led to no other place."""
    one = console.made.open_outage(console.made.nodes("wifi")[3])
    answer = console.send(f"/operator/{one.id}?tingkat=none&cari=wifi&lanjut=&kembali=https://jahat", apa="acknowledge")
    assert answer.headers["location"] == f"/operator?tingkat=none&cari=wifi&pilih={one.id}&kabar=acknowledge"


def test_an_officer_sees_their_own_and_no_button_that_is_not_theirs(console: Page) -> None:
    """No whole places, no public silence."""
    made = console.made
    gauge = made.nodes("gauge")[4]
    flood, event = made.open_flood(gauge, Level.SIAGA, 120.0)
    case = made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
    made.open_outage(made.nodes("wifi")[3])
    assert 'name="umum"' in console.get()
    console.visitor = signed_in(made, person(made, "petugas", "officer", agency=case.agency))
    page = console.get()
    assert listed(page) == [flood.id]
    assert 'name="umum"' not in page
    assert 'value="lokasi"' not in page
    console.decide(flood, apa="silence", alasan="x", lingkup="lokasi")
    (kept,) = made.cities.decisions("yogyakarta")
    assert (kept.incident, kept.body["matchers"]) == (flood.id, {})


def rising(made: Town) -> Incident:
    """Water that comes up fast, before it has reached a level."""
    flood, event = made.open_flood(made.nodes("gauge")[4], Level.WASPADA, 80.0)
    rise = replace(
        flood,
        id=incident_id(flood.city, "rise", flood.entity, flood.crossed_us),
        rule="rise",
        subject="rise",
        level=None,
        peak=None,
        value=45.0,
        peak_value=45.0,
    )
    made.commit(rise, event, [opened(rise, rise.opened_us)])
    return rise


def test_fast_water_is_held_back_and_ended_as_a_flood_is(console: Page) -> None:
    """For both its public warning can be held, and two people say that it is over; a rise has no staff to be read."""
    rise = rising(console.made)
    page = console.get(f"?pilih={rise.id}")
    assert 'name="umum"' in page
    assert 'name="apa" value="end"' in page
    assert 'name="apa" value="read_on_site"' not in page
    assert console.decide(rise, apa="end", alasan="pos hanyut").status_code == 303
    assert console.decide(rise, apa="read_on_site", cm="80").status_code == 409
    assert console.decide(rise, apa="silence", alasan="uji sirene", umum="ya").status_code == 303
    assert f'data-alarm="{rise.id}" class="lv-waspada ans-quiet"' in console.get()


def test_a_silence_by_severity_shows_what_it_holds(console: Page) -> None:
    """Of the rules as the engine last noted them."""
    made = console.made
    outage = made.open_outage(made.nodes("wifi")[3])
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0, audience="staff")
    title = Text("Aturan", "Rule")
    pack = (
        PackRule(outage.rule, "v1", "public", "outage", title, "warning"),
        PackRule(flood.rule, "v1", "public", "flood", title, "critical"),
    )
    made.cities.note_rules("yogyakarta", pack, made.now_us)
    silence = Decision(
        id="s", city="yogyakarta", kind="silence", by=person(made, "operator", "operator").id, at_us=made.now_us,
        until_us=made.now_us + 60 * MINUTE_US, body={"reason": "PLN", "matchers": {"severity": "warning"}},
    )  # fmt: skip
    assert made.cities.decide(silence, deed_of(silence))
    page = console.get()
    assert "berat: peringatan" in words(page)
    assert f'data-alarm="{outage.id}" class="lv-down ans-quiet"' in page
    assert f'data-alarm="{flood.id}" class="lv-siaga ans-waiting"' in page


def many(made: Town, number: int) -> None:
    """Outages of nodes that the registry does not know: as many as one likes."""
    wifi = made.nodes("wifi")[0]
    for index in range(number):
        made.open_outage(
            replace(wifi, node=f"jauh-{index:04}", name=f"Jauh {index}"), minutes_ago=20 + index, case=False
        )


def test_a_thousand_alarms_are_read_page_by_page(console: Page) -> None:
    """A hundred at a time, each on one page, with the way on and the way back."""
    many(console.made, 2 * PAGE + 5)
    seen: list[str] = []
    query = ""
    while True:
        page = console.get(query)
        assert len(listed(page)) <= PAGE
        seen += listed(page)
        further = re.search(r'href="/operator(\?[^"]+)" rel="next"', page)
        if not further:
            break
        query = further[1].replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 2 * PAGE + 5
    assert "Dari awal" in page
    assert "205 alarm terbuka" in words(page)


def test_alarms_stand_while_the_readings_are_away(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """It is said at the evidence and above; what people can do they still can."""
    flood, _ = made.open_flood(made.nodes("gauge")[4], Level.SIAGA, 120.0)
    client = serve(replace(made, readings=Away()), keys=())  # type: ignore[arg-type]
    page = Page(made, client, signed_in(made, person(made, "operator", "operator")))
    text = words(page.get())
    assert "Bacaan tidak bisa diambil sekarang. Alarm ini tetap berlaku." in text
    assert "Penyimpan bacaan tidak menjawab" in text
    assert page.decide(flood, apa="acknowledge").status_code == 303


def test_a_look_at_the_table_reads_each_thing_once(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """The open incidents and what holds them, however much of the page shows them."""
    made.open_outage(made.nodes("wifi")[3])
    cities = Asked(made.cities)
    client = serve(replace(made, cities=cities), keys=())  # type: ignore[arg-type]
    page = Page(made, client, signed_in(made, person(made, "operator", "operator")))
    cities.times.clear()
    page.get()
    assert [cities.times[name] for name in ("open_incidents", "attention", "standing")] == [1, 1, 1]


def test_how_the_stages_do_is_told_from_what_they_say(made: Town) -> None:
    """Well, failing, not connected, silent: four things."""
    said = {
        "ingest": {"alive": True, "failing": True},
        "alerts": {"alive": False, "age_s": 90.0},
        "api": {"alive": True},
        "broker": {"alive": True, "connected": False},
    }
    assert stages_of(made.readings, said) == [
        Stage("readings", "well"),
        Stage("ingest", "failing"),
        Stage("alerts", "silent", 90.0),
        Stage("api", "well"),
        Stage("broker", "failing"),
    ]


def test_an_alarm_is_given_to_whose_work_it_can_be(made: Town) -> None:
    """No resident, nobody disabled, no officer of another agency or area."""
    gauge = made.nodes("gauge")[4]
    _, event = made.open_flood(gauge, Level.SIAGA, 120.0)
    case = made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
    (incident,) = made.cities.open_incidents("yogyakarta")
    alarm = Alarm(incident, None, event, case)

    def one(name: str, role: str, **more: object) -> Person:
        return Person(name, "yogyakarta", name, name, role, **more)  # type: ignore[arg-type]

    people = [
        one("warga", "resident"),
        one("operator", "operator"),
        one("teknisi", "technician"),
        one("pergi", "operator", disabled_us=1),
        one("bpbd", "officer", agency=case.agency),
        one("damkar", "officer", agency="damkar"),
        one("jauh", "officer", agency=case.agency, regions=("99.01",)),
        one("dekat", "officer", agency=case.agency, regions=(case.region.rsplit(".", 1)[0],)),
    ]
    assert [each.id for each in could_see_to(alarm, people)] == ["bpbd", "dekat", "operator", "teknisi"]


def test_what_was_on_the_screen_is_what_is_acknowledged(made: Town) -> None:
    """An alarm that became worse between the look and the press is theirs anew: the form says what was seen."""
    incident = made.open_flood(made.nodes("gauge")[4], Level.AWAS, 190.0)[0]
    alarm = Alarm(incident, None, None, None)
    seen = Filled({"apa": "acknowledge", "tingkat": "3", "menit": "30"}, alarm, 0, lambda _whole: 1, everywhere=True)
    assert seen.word() == Word("acknowledge", {"level": 3}, 30 * MINUTE_US)
