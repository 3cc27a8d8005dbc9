"""`/jaga`, the roster and the hand-over: what an officer sees at two in the morning, and what each button does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from contract.clock import HOUR_US, MINUTE_US, from_us
from contract.duty import ChannelInfo, Shift, Way
from contract.incident import Incident
from contract.levels import Level
from contract.roles import Role
from store.duty import Watcher
from store.people import Deed
from store.ports import Outgoing

CHANNELS = (ChannelInfo("ring", "ring"), ChannelInfo("email", "email"))


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keep_s=0, channels=CHANNELS)


@dataclass(frozen=True)
class Officer:
    """Somebody with a browser."""

    person: str
    visitor: Visitor

    @property
    def sent(self) -> dict[str, str]:
        return self.visitor.sent

    @property
    def csrf(self) -> str:
        return self.visitor.csrf


def officer(city: Town, account: str = "siti", agency: str = "bpbd", role: Role = "officer") -> Officer:
    one = person(city, account, role, agency=agency)
    return Officer(one.id, signed_in(city, one))


def get(client: httpx.Client, who: Officer, path: str = "/jaga") -> str:
    client.cookies.clear()
    answer = client.get(path, headers=who.sent)
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def post(client: httpx.Client, who: Officer, path: str, **fields: object) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **fields})


def flood(city: Town, level: Level = Level.SIAGA) -> Incident:
    """A gauge at SIAGA for three minutes."""
    incident, _ = city.open_flood(city.nodes("gauge")[4], level, 150.0, minutes_ago=11)
    return incident


def deed(city: Town) -> Deed:
    return Deed("system", "duty.planned", "x", city.now_us)


def on_duty(city: Town, who: Officer, rung: int = 1) -> None:
    at = city.now_us
    shift = Shift(
        id=f"{rung}", city=city.profile.code, person=who.person, rung=rung, from_us=at - HOUR_US, to_us=at + HOUR_US
    )
    city.cities.put_shifts(city.profile.code, [shift], deed(city))


def test_in_quiet_it_says_so_and_names_who_is_on_duty(made: Town, client: httpx.Client) -> None:
    """With the gaps in words, whom nothing wakes, and that nobody watches from outside."""
    siti = officer(made)
    text = get(client, siti)
    assert "menunggu jawaban · diperbarui" in text or "Semua sungai normal" in text
    assert "Sekarang tidak ada yang berjaga" in text
    assert "Jadwal jaga tujuh hari ke depan masih kosong" in text
    assert "Belum ada pengawas luar" in text
    on_duty(made, siti)
    made.cities.watcher_seen(Watcher(city=made.profile.code, name="pos jaga", seen_us=made.now_us))
    text = get(client, siti)
    assert "Urutan 1: <b>Siti</b>" in text
    assert "Tidak punya dua saluran yang salah satunya berdering: Siti" in text
    assert re.search(r"\w+ \d\d\.\d\d.* tidak ada yang berjaga</li>", text)
    assert "Pengawas luar pos jaga: terakhir" in text
    made.clock.advance(600)  # type: ignore[attr-defined]
    assert "Pengawas luar pos jaga diam sejak" in get(client, siti)


def test_the_alarm_that_waits_stands_first_with_the_next_rung_and_who_was_called(
    made: Town, client: httpx.Client
) -> None:
    """Level, place, number, since when; what came of each call; the button that answers."""
    siti, budi = officer(made), officer(made, "budi")
    on_duty(made, siti)
    on_duty(made, budi, 2)
    for who in (siti, budi):
        for name, rings in (("ring", True), ("email", False)):
            way = Way(city=made.profile.code, person=who.person, channel=name, address="0812345", rings=rings)
            made.cities.put_way(way, deed(made))
    incident = flood(made)
    row = Outgoing(
        key=f"person/{incident.event}/1", city=made.profile.code, channel="person/ring", event=incident.event,
        body={"person": siti.person}, created_us=made.now_us - MINUTE_US,
    )  # fmt: skip
    made.cities.put_outgoing([row])
    (kept,) = made.cities.due(made.profile.code, made.now_us)
    made.cities.delivered(kept.id, made.now_us, "no_answer 30 s")
    text = get(client, siti)
    assert "Menunggu jawaban Anda" in text
    assert "SIAGA" in text
    assert "Siti dipanggil lewat telepon:" in text
    assert "<b>tidak diangkat</b>" in text
    assert 'data-who="Siti, Budi"' in text, "both rungs have been called: now everybody"
    assert client.get("/jaga/bunyi", headers=siti.sent).json() == {"waiting": 1}
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="acknowledge", tingkat="2").status_code == 303
    text = get(client, siti)
    assert "Menunggu jawaban Anda" not in text
    assert client.get("/jaga/bunyi", headers=siti.sent).json() == {"waiting": 0}
    (decision,) = made.cities.decisions(made.profile.code)
    assert (decision.kind, decision.body) == ("acknowledge", {"level": 2})
    assert "Siti" in get(client, siti, f"/jaga?alarm={incident.id}")


def test_the_order_to_leave_takes_two_steps(made: Town, client: httpx.Client) -> None:
    """The first shows what will happen, the second does it; one press alone sends nothing."""
    siti, incident = officer(made), flood(made, Level.AWAS)
    assert "Ya, kirim perintah pergi" not in get(client, siti)
    assert "Ya, kirim perintah pergi" in get(client, siti, f"/jaga?alarm={incident.id}&langkah=perintah")
    answer = post(client, siti, f"/jaga/alarm/{incident.id}", apa="order")
    assert answer.status_code == 400
    assert "setelah ditekan dua kali" in answer.text
    assert list(made.cities.decisions(made.profile.code)) == []
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="order", yakin="ya").status_code == 303
    assert [one.kind for one in made.cities.decisions(made.profile.code)] == ["order"]


def test_wrong_has_ready_reasons_and_what_was_seen_is_kept(made: Town, client: httpx.Client) -> None:
    siti, incident = officer(made), flood(made)
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="seen_on_camera").status_code == 400
    seen = post(client, siti, f"/jaga/alarm/{incident.id}", apa="seen_on_camera", tampak="tidak", teks="kering")
    assert seen.status_code == 303
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="confirm").status_code == 303
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="wrong", sebab="branch").status_code == 303
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="wrong", sebab="x").status_code == 400
    assert [(one.kind, dict(one.body)) for one in made.cities.decisions(made.profile.code)] == [
        ("seen_on_camera", {"level_seen": False, "text": "kering"}),
        ("confirm", {}),
        ("wrong", {"reason": "Sampah atau ranting di bawah sensor"}),
    ]


def test_the_command_centre_may_take_an_alarm_and_signs_nothing(made: Town, client: httpx.Client) -> None:
    incident = flood(made)
    jaga = officer(made, "jaga-satu", "", "operator")
    text = get(client, jaga)
    assert "Saya terima" in text
    assert "Perintah pergi" not in text
    assert post(client, jaga, f"/jaga/alarm/{incident.id}", apa="order", yakin="ya").status_code == 409


def test_handing_over_wakes_the_other_and_the_alarm_waits_on(made: Town, client: httpx.Client) -> None:
    siti, budi, incident = officer(made), officer(made, "budi"), flood(made)
    post(client, siti, f"/jaga/alarm/{incident.id}", apa="acknowledge", tingkat="2")
    made.clock.advance(1)  # type: ignore[attr-defined]
    assert post(client, siti, f"/jaga/alarm/{incident.id}", apa="assign", kepada=budi.person).status_code == 303
    assert "Menunggu jawaban Anda" in get(client, budi)


def test_a_week_is_planned_with_repeats_and_its_gaps_are_named(made: Town, client: httpx.Client) -> None:
    """A night until the next morning, every day of a week: then the days alone are left, in words; the same again is
    kept once; a shift that is removed is a gap again."""
    siti = officer(made)
    zone = ZoneInfo(made.profile.zone)
    today = from_us(made.now_us).astimezone(zone).date()
    monday = today + timedelta(days=7 - today.weekday())
    path = f"/jaga/jadwal?minggu={monday}"
    night = {"orang": siti.person, "tangga": "1", "hari": str(monday), "mulai": "19:00", "selesai": "07:00"}
    assert post(client, siti, path, **night, ulang="harian", kali="7").headers["location"].endswith("kabar=tambah")
    text = get(client, siti, path)
    assert "Senin 00.00–19.00 tidak ada yang berjaga" in text
    assert "Selasa 07.00–19.00 tidak ada yang berjaga" in text
    assert post(client, siti, path, **night).headers["location"].endswith("kabar=sama")
    day = {**night, "mulai": "07:00", "selesai": "19:00"}
    post(client, siti, path, **day, ulang="harian", kali="7")
    text = get(client, siti, path)
    assert "Senin 00.00–07.00 tidak ada yang berjaga" in text
    assert text.count("tidak ada yang berjaga</li>") == 1
    shift = re.search(r'name="giliran" value="([0-9a-f]+)"', text)
    assert shift is not None
    assert post(client, siti, "/jaga/jadwal/hapus", giliran=shift[1]).status_code == 303
    assert len(made.cities.shifts(made.profile.code, made.now_us, 2 * made.now_us)) == 13
    assert "Monday 00.00" in get(client, siti, f"{path}&lang=en")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("orang", "nobody", "Pilih siapa yang berjaga"),
        ("tangga", "0", "Pilih urutan"),
        ("hari", "besok", "Tulis hari dan jam"),
        ("mulai", "25:00", "Tulis hari dan jam"),
        ("kali", "99", "Ulangan 1 sampai 53 kali"),
    ],
)
def test_a_wrong_shift_says_what_is_wrong(made: Town, client: httpx.Client, field: str, value: str, said: str) -> None:
    siti = officer(made)
    form = {"orang": siti.person, "tangga": "1", "hari": "2026-02-02", "mulai": "19:00", "selesai": "07:00"}
    answer = post(client, siti, "/jaga/jadwal", **{**form, "ulang": "harian", "kali": "2", field: value})
    assert answer.status_code == 400
    assert said in answer.text
    assert list(made.cities.shifts(made.profile.code, 0, 2 * made.now_us)) == []


def test_an_officer_of_another_agency_reads_the_roster_and_sees_no_number(made: Town, client: httpx.Client) -> None:
    siti, other = officer(made), officer(made, "lain", agency="dpu")
    post(client, siti, "/jaga/cara", kanal="ring", alamat="0812-3456-7890")
    assert "081234567890" in get(client, siti, "/jaga/jadwal")
    text = get(client, other, "/jaga/jadwal")
    assert "081234567890" not in text
    assert "Tambah giliran" not in text
    assert post(client, other, "/jaga/cara", orang=siti.person, lepas="ring").status_code == 403


def test_a_trial_is_answered_with_the_word_that_came(made: Town, client: httpx.Client) -> None:
    """Each own way gets one; the word of the message is the proof; nothing of it is an alarm."""
    siti = officer(made)
    assert post(client, siti, "/jaga/uji").status_code == 409
    wrong = post(client, siti, "/jaga/cara", kanal="email", alamat="siti")
    assert wrong.status_code == 400
    assert "Tulis alamat surel" in wrong.text
    post(client, siti, "/jaga/cara", kanal="email", alamat="siti@kota.example")
    assert post(client, siti, "/jaga/uji").status_code == 303
    (row,) = made.cities.due(made.profile.code, made.now_us)
    assert (row.channel, row.event, row.body["urgent"]) == ("person/email", "", False)
    word = re.search(r"\d{6}", row.body["brief"])
    assert word is not None
    other = f"{(int(word[0]) + 1) % 1_000_000:06d}"
    assert post(client, siti, "/jaga/uji/jawab", kata=other).status_code == 400
    assert post(client, siti, "/jaga/uji/jawab", kata=word[0]).status_code == 303
    assert "dijawab" in get(client, siti, "/jaga/jadwal")


def test_the_hand_over_is_one_page_of_the_shift(made: Town, client: httpx.Client) -> None:
    """Open alarms, what was decided and by whom, what is held, which gauges cannot be relied on."""
    siti, incident = officer(made), flood(made)
    post(client, siti, f"/jaga/alarm/{incident.id}", apa="acknowledge", tingkat="2")
    text = get(client, siti, "/jaga/serah-terima")
    for said in ("Alarm terbuka", "Yang diputuskan", "Siti", "Alat ukur yang tidak dapat dipegang", "Catatan"):
        assert said in text
