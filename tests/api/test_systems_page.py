"""`/petugas/sistem`: how the city's own systems do, and what people do for them; and a case's numbers there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from complaints.intake import Intake, Said
from complaints.systems.courier import Courier, Linked
from complaints.systems.port import SystemInfo
from contract.clock import ManualClock
from store.filings import Filing

Serve = Callable[..., httpx.Client]
LAPOR = SystemInfo(
    "lapor", "manual", "SP4N-LAPOR!", ("banjir",), unchecked=True, page="https://lapor.example/p/{foreign}",
    email="aduan@kota.example", states=(("Selesai", "fixed"),), shown_first=True,
)  # fmt: skip
CRM = SystemInfo("crm", "open311", "CRM", ("lampu-jalan",))


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


@pytest.fixture
def filing(made: Town) -> Filing:
    """A case that waits to be filed in LAPOR by hand."""
    courier = Courier(made.cities, made.profile, [Linked(LAPOR, None, {})], ManualClock(), "https://s.example")
    courier.turn(made.now_us - 1)
    said = Said("k", "web", "banjir", -7.78, 110.37, "34.71.05.1001", "Air masuk <b>rumah</b>", name="Bu Sri")
    taken = Intake(made.cities, made.profile).take(said, made.now_us)
    assert taken.case is not None
    courier.turn(made.now_us)
    (found,) = made.cities.filings_of(taken.case.number)
    return found


def send(client: httpx.Client, who: Visitor, path: str = "", **data: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(f"/petugas/sistem{path}", headers=headers, data={"csrf": who.csrf, **data})


def look(client: httpx.Client, who: Visitor, path: str = "/petugas/sistem") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def test_from_the_ready_text_to_the_end(made: Town, serve: Serve, filing: Filing) -> None:
    """Copied, its number keyed in, shown to everybody, and ended by the system's own table; in words where it cannot
    be."""
    client, operator = serve(made, systems=[LAPOR, CRM]), signed_in(made, person(made, "siti", "operator"))
    page = look(client, operator)
    assert f"Nomor Siaga: {filing.number}" in page.text
    assert "Air masuk &lt;b&gt;rumah" in page.text
    assert "Bu Sri" not in page.text
    assert "mailto:aduan@kota.example?subject=" in page.text
    assert "Belum pernah dihubungi." in words(page)
    slip = {"sistem": "lapor", "kasus": filing.number, "versi": str(filing.version)}
    assert "Periksa nomornya" in words(send(client, operator, **slip, aksi="nomor", nomor=" "))
    assert send(client, operator, **slip, aksi="nomor", nomor="L 77").status_code == 303
    assert "lebih cepat" in words(send(client, operator, **slip, aksi="nomor", nomor="L-78"))
    client.cookies.clear()
    public = client.get(f"/kasus/{filing.number}")
    assert re.search(rf'case-number">L 77 <span class="quiet">Siaga {filing.number}', public.text)
    assert 'href="https://lapor.example/p/L%2077"' in public.text
    assert "L 77" in look(client, operator, f"/petugas/{filing.number}").text
    wrong = send(client, operator, "/unggah", sistem="lapor", tabel="nomor;catatan\nL 77;x")
    assert wrong.status_code == 400
    assert "no column status" in words(wrong)
    assert "L 77;x" in wrong.text
    client.cookies.clear()
    table = "sep=;\r\nNomor;Status\r\nL 77;selesai\r\nL-9;Selesai\r\n".encode("cp1252")
    headers = {**operator.sent, "origin": str(client.base_url).rstrip("/")}
    fields = {"csrf": operator.csrf, "sistem": "lapor"}
    done = client.post("/petugas/sistem/unggah", headers=headers, data=fields, files={"berkas": ("x.csv", table)})
    assert "1 baris membawa kabar baru" in words(done)
    assert "Baris 4: L-9" in words(done)
    case = made.cities.case(filing.number)
    assert case is not None
    assert case.status == "fixed"
    assert [row.object for row in made.cities.audit(made.profile.code) if row.what == "case.worked"] == [
        filing.number,
        "lapor",
    ]


def test_what_nobody_knows_waits_for_a_persons_word(made: Town, serve: Serve, filing: Filing) -> None:
    """Sent and never answered, in the system's words; "not there" sends it again. English has the same."""
    made.cities.change_filing(replace(filing, state="unknown", said="kota.example did not answer within 20 s"))
    client, operator = serve(made, systems=[LAPOR]), signed_in(made, person(made, "siti", "operator"))
    page = look(client, operator, "/petugas/sistem?lang=en")
    assert "Sent, and never answered" in words(page)
    assert "did not answer within 20 s" in words(page)
    slip = {"sistem": "lapor", "kasus": filing.number, "versi": "1"}
    assert send(client, operator, **slip, aksi="belum").status_code == 303
    (after,) = made.cities.filings_of(filing.number)
    assert after.state == "waiting"
    assert 'siaga_filings{city="yogyakarta",state="waiting",system="lapor"} 1.0' in client.get("/metrics").text
    assert send(client, operator, **slip, aksi="belum").status_code == 409
    assert send(client, operator, **{**slip, "kasus": "YOG-1"}, aksi="belum").status_code == 404


def test_a_city_without_a_system_is_told_how(made: Town, serve: Serve) -> None:
    """The empty page names the setting; a case's page has no number but ours."""
    client, operator = serve(made), signed_in(made, person(made, "siti", "operator"))
    assert "SIAGA_SYSTEMS_FILE" in words(look(client, operator))
