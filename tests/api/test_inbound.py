"""People write to the city: what they are answered, what is kept of it, and who is turned away."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.bulletins import bulletin
from support.messages import ADDRESS, ALL, GATEWAY, META, Providers
from support.seed import Town, town
from support.visitors import person, signed_in
from support.web_server import serving

from api.inbound_answers import PER_MINUTE, UNREAD_PER_HOUR
from api.inbound_following import writer_of
from api.inbound_payloads import verify_token
from complaints.envelope import Envelope
from contract.bulletin import Bulletin
from contract.city import Warnings
from contract.clock import DAY_US, MINUTE_US, SECOND_US, ManualClock
from contract.gsm7 import MOST, septets
from contract.inbound import Tally
from contract.levels import Level
from store.people import Deed
from store.ports import EngineCommit

GAUGE = "jog-gauge-05"
SENDERS = count(5_000)
TERBAN = "34.71.03.1005"
ORDER = {"id": "AWAS banjir K.Code Gondolayu 177 cm. Pergi SEKARANG ke SD Terban.", "en": "DANGER flood Code. Go NOW."}


def risen(city: Town) -> Town:
    """Kali Code rises at Gondolayu; elsewhere the rivers are quiet, and one gauge never spoke."""
    city.profile = replace(city.profile, warnings=Warnings(agency="bpbd"))
    *quiet, _ = [one for one in city.nodes("gauge") if one.node != GAUGE]
    flooded = next(one for one in city.nodes("gauge") if one.node == GAUGE)
    rows = [
        city.row(node, city.now_us - i * MINUTE_US - SECOND_US, {"level_cm": cm - slope * i, "source": "sensor"})
        for node, cm, slope in (*((one, 40.0, 0.0) for one in quiet), (flooded, 150.0, 2.0))
        for i in range(10)
    ]
    assert not city.readings.write(rows)
    city.open_flood(flooded, Level.SIAGA, 150.0)
    return city


@pytest.fixture
def city(made: Town) -> Town:
    """One's own, for who tells people something or lets time pass."""
    return risen(made)


@pytest.fixture
def providers(city: Town, serve: Callable[..., httpx.Client]) -> Providers:
    return Providers(serve(city, inbound_sources=ALL))


@pytest.fixture(scope="module")
def still(played: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, Providers]]:
    """One for all, in which nobody has been told anything and time stands still."""
    folder = tmp_path_factory.mktemp("inbound") / "city"
    shutil.copytree(played("nothing"), folder)
    city = risen(town(folder, register=False))
    with (
        serving(city, inbound_sources=ALL) as address,
        httpx.Client(base_url=address, timeout=20, trust_env=False) as client,
    ):
        yield city, Providers(client)
    city.close()


@pytest.fixture
def asked(still: tuple[Town, Providers]) -> Providers:
    """Its providers; each test writes as somebody of its own."""
    still[1].sender = next(SENDERS)
    return still[1]


def told(city: Town, number: int = 1, *, of: str = "incident-1", **how: Any) -> Bulletin:
    """A bulletin of Kali Code, said now."""
    said = bulletin(
        number, of=of, **{
            "city": city.profile.code, "node": GAUGE, "at_us": city.now_us, "level": Level.SIAGA, "sms": ORDER, **how
        },
    )  # fmt: skip
    lease = city.cities.lease(city.profile.code, "seed", city.now_us, 3600.0)
    assert lease is not None
    city.cities.commit(lease, EngineCommit(bulletins=[said]))
    return said


def echoes(city: Town, incident: str = "incident-1") -> dict[str, int]:
    found: dict[str, int] = {}
    for one in city.cities.echoes(city.profile.code, [incident]).get(incident, ()):
        found[one.said] = found.get(one.said, 0) + one.count
    return found


def later(city: Town, us: int) -> None:
    assert isinstance(city.clock, ManualClock)
    city.clock.advance(us / SECOND_US)


# ------------------------------------------------------------ how high is it


def test_a_name_is_answered_with_the_level(asked: Providers) -> None:
    """The word first, the figure, which way it goes, what nobody has confirmed, and when it was measured."""
    said = asked.said("gondolayu")
    assert said.startswith("SIAGA K.Code Jembatan Gondolayu 150 cm, naik.")
    assert "Belum dikonfirmasi petugas." in said
    assert " WIB." in said
    assert septets(said) <= MOST


def test_a_river_is_answered_with_its_gauges_the_gravest_first(asked: Providers) -> None:
    """In one text message, also where the name is misspelt."""
    said = asked.said("KODE")
    assert said.startswith("K.Code ")
    assert said.index("SIAGA Jembatan Gondolayu 150 naik") < said.index("NORMAL Jetisharjo 40")
    assert septets(said) <= MOST
    assert asked.said("kali code?") == said


def test_a_kelurahan_is_answered_by_the_gauge_of_its_kecamatan(asked: Providers) -> None:
    """Where none stands, the nearest one, which is said to be that."""
    assert asked.said("terban").startswith("SIAGA K.Code Jembatan Gondolayu")
    assert asked.said("Ngupasan").startswith(("Terdekat dari Ngupasan: ", "SIAGA", "NORMAL"))


def test_an_order_is_the_answer(city: Town, providers: Providers) -> None:
    """Whoever asks how high the water is while people are told to leave is told to leave, word for word; a drill is
    neither told nor answered with a figure."""
    told(city, of="latihan", kind="order", drill=True)
    assert providers.said("gondolayu").startswith("SIAGA")
    assert "Tidak ada peringatan" in providers.said("1 gondolayu")
    assert echoes(city, "latihan") == {}
    told(city, kind="order", level=Level.AWAS)
    assert providers.said("code") == ORDER["id"]
    assert providers.said("terban") == ORDER["id"]
    assert providers.said("winongo") != ORDER["id"]


def test_silence_is_never_safe(city: Town, providers: Providers) -> None:
    """A gauge that never spoke, and one that fell silent while it was high."""
    never = city.nodes("gauge")[-1]
    assert "bukan berarti aman" in providers.said(never.node)
    later(city, 40 * MINUTE_US)
    said = providers.said("gondolayu")
    assert "sensor diam sejak" in said
    assert "Anggap berbahaya." in said
    assert "Keadaan sekarang tidak diketahui." in providers.said("jetisharjo")


def test_every_answer_is_one_text_message(city: Town, providers: Providers) -> None:
    """Of every place of the city, also with the longest names, quiet and in a flood, in both languages."""
    from api.gauges import Gauge
    from api.inbound_texts import level_text, levels_text
    from api.language import Speech

    told(city)
    longest = "Jembatan Pangeran Diponegoro Sisi Timur Bawah Pintu Air Cadangan"
    base = Gauge(
        "g", "n", longest, "Bengawan Solo Purba Kidul", 1.0, 0.0, 0.0, Level.AWAS, "Siaga 1", 1234.0, "falling",
        city.now_us - 300 * DAY_US, None, "live", None, None,
    )  # fmt: skip
    for language in ("id", "en"):
        speech = Speech.of(city.profile, language, city.now_us)  # type: ignore[arg-type]
        for voice in ("live", "silent", "dangerous", "never"):
            for more in ({}, {"pending": True}, {"flat_us": 1}, {"silent_us": city.now_us - 300 * DAY_US}):
                one = replace(base, voice=voice, **more)  # type: ignore[arg-type]
                for said in (level_text(one, speech, asks=True), levels_text([one] * 9, speech, longest)):
                    assert 0 < septets(said) <= MOST
                    assert voice == "live" or ("safe" in said or "aman" in said or "diam" in said or "silent" in said)
    for place in city.profile.regions[:8]:
        assert septets(providers.said(place.name, sender=int(place.code.replace(".", "")))) <= MOST
    for at, text in enumerate(
        ("info", "ikut", "ikut code", "berhenti", "follow kota", "xyzzy qqqq", "1", "3", "tolong", "help", "2 winongo")
    ):
        assert 0 < septets(providers.said(text, sender=at + 1)) <= MOST


# ------------------------------------------------------------ what is it like where you are


def test_a_figure_confirms_or_denies_the_last_warning(city: Town, providers: Providers) -> None:
    """Of the place that is named, or that somebody asked of last; the last word of a sender counts, once."""
    said = told(city)
    assert "1 air naik" in providers.said("gondolayu")
    assert "Tercatat untuk petugas: air naik" in providers.said("1")
    assert "air tidak naik" in providers.said("2")
    assert "air naik" in providers.said("1 terban", sender=2)
    providers.sms("3 terban")
    assert echoes(city) == {"no": 1, "yes": 1, "help": 1}
    tallies = city.cities.echoes(city.profile.code, [said.incident])[said.incident]
    assert Tally("help", TERBAN, 1, city.now_us) in tallies
    assert city.cities.decisions(city.profile.code) == []


def test_help_is_told_to_call_first(city: Town, providers: Providers) -> None:
    """For a message may be read by nobody; whether or not a warning holds."""
    before = providers.said("tolong")
    assert before.startswith("Telepon 112 SEKARANG.")
    assert "membangunkan" in before
    told(city)
    assert providers.said("TOLONG!!! rumah kami di terban", sender=2).startswith("Telepon 112 SEKARANG")
    assert echoes(city) == {"help": 1}


def test_a_figure_without_a_place_is_asked_where(city: Town, providers: Providers) -> None:
    """Where several warnings hold; where one holds it is that one; where none does that is said."""
    assert "Tidak ada peringatan" in providers.said("1")
    told(city)
    assert "Tercatat" in providers.said("1", sender=2)
    told(city, of="incident-2", node="jog-gauge-01")
    assert providers.said("1", sender=3).startswith("Di mana?")
    assert "Nama itu tidak kami kenal" in providers.said("2 jam lagi hujan", sender=3)
    assert echoes(city) == {"yes": 1}


def test_staff_read_what_people_say_and_nobody_else_does(
    city: Town, providers: Providers, serve: Callable[..., httpx.Client]
) -> None:
    """Beside the warning and in the duty room; the public page has none of it."""
    (incident,) = city.cities.open_incidents(city.profile.code)
    said = told(city, of=incident.id)
    for sender, text in ((1, "1 terban"), (2, "1 terban"), (3, "2 terban"), (4, "3 terban"), (5, "3")):
        providers.said(text, sender=sender)
    officer = signed_in(city, person(city, "siti", "officer", agency="bpbd"))
    for path in (f"/siaran/{said.id}", f"/jaga?alarm={incident.id}"):
        page = providers.client.get(path, headers=officer.sent).text
        assert "2 air naik di sini · 1 tidak · 2 butuh bantuan" in page, path
        assert "Terban (1)" in page
        assert "tempat tidak disebut (1)" in page
        providers.client.cookies.clear()
        assert "butuh bantuan" not in providers.client.get(path, headers={"accept": "text/html"}).text
    page = providers.client.get(f"/siaran/{said.id}?lang=en", headers=officer.sent).text
    assert "2 water rises here · 1 not · 2 need help" in page


# ------------------------------------------------------------ to be told


def test_a_place_is_followed_by_message_and_left_again(city: Town, providers: Providers) -> None:
    """The message itself confirms it; a river is all its gauges. Whoever leaves is forgotten at once."""
    code, at = city.profile.code, "77001"
    said = providers.said("ikut kode")
    assert said.startswith("Anda mengikuti K.Code: dikabari lewat pesan mulai WASPADA.")
    providers.said("IKUT CODE")
    providers.said("follow terban")
    river, region = city.cities.subscriptions_at(code, "telegram", at)
    assert (river.state, river.language, len(river.gauges)) == ("active", "id", 4)
    assert (region.state, region.language, region.regions) == ("active", "en", (TERBAN,))
    assert providers.said("berhenti code").startswith("Anda berhenti mengikuti K.Code;")
    assert city.cities.subscriptions_at(code, "telegram", at) == [region]
    assert "semuanya" in providers.said("STOP")
    assert city.cities.subscriptions_at(code, "telegram", at) == []
    assert providers.said("berhenti").startswith("Anda tidak mengikuti apa pun")
    told_of = [one.what for one in city.cities.audit(code)]
    assert told_of.count("subscription.asked") == told_of.count("subscription.confirmed") == 2
    assert told_of.count("subscription.left") == 2
    assert at not in repr(city.cities.audit(code))


def test_who_had_paused_is_told_again_and_who_follows_too_much_is_told_so(city: Town, providers: Providers) -> None:
    """A pending wish of the same number, begun on a page, is confirmed by its message."""
    code, number = city.profile.code, "+6281234567890"
    providers.whatsapp("ikut terban")
    (one,) = city.cities.subscriptions_at(code, "whatsapp", number)
    deed = Deed("resident", "subscription.paused", one.id, city.now_us)
    city.cities.pause_subscription(code, one.id, city.now_us + DAY_US, deed)
    providers.whatsapp("ikut terban")
    assert [one.state for one in city.cities.subscriptions_at(code, "whatsapp", number)] == ["active"]
    names = sorted({one.name for one in city.profile.regions if one.level == "kelurahan"})[:12]
    for at, name in enumerate(names):
        if at % 8 == 7:
            later(city, 61 * SECOND_US)
        last = providers.said(f"ikut {name}", sender=9)
    assert last.startswith("Anda sudah mengikuti terlalu banyak.")


def test_what_somebody_follows_is_their_place(city: Town, providers: Providers) -> None:
    """So that a bare figure answers the warning that they were sent, weeks after they wrote last."""
    providers.said("ikut terban")
    providers.said("ikut winongo", sender=2)
    later(city, 20 * DAY_US)
    said = told(city)
    told(city, of="incident-2", node="jog-gauge-08")
    assert "Tercatat" in providers.said("1")
    assert "Tidak ada peringatan" in providers.said("1", sender=2)
    assert providers.said("1", sender=3).startswith("Di mana?")
    assert city.cities.echoes(city.profile.code, [said.incident]) == {
        said.incident: [Tally("yes", TERBAN, 1, city.now_us)]
    }


def test_following_is_offered_where_the_city_tells_by_that_way(asked: Providers) -> None:
    """Else it would be a promise that nobody keeps; what is followed is asked for where nothing is named."""
    assert "Mengikuti lewat pesan belum ada di sini." in asked.sms("IKUT CODE").text
    assert "Mengikuti lewat pesan belum ada di sini." in asked.sms("BERHENTI").text
    assert asked.said("IKUT").startswith("Ikuti apa?")
    assert "IKUT" in asked.said("info")
    assert "IKUT" not in asked.sms("info").text
    assert asked.said("ikut xyzzy").startswith("Nama itu tidak kami kenal.")


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("081234567890", "+6281234567890"),
        ("6281234567890", "+6281234567890"),
        ("+62(812)3456-7890", "+6281234567890"),
        ("491701234567", "+491701234567"),
        ("TELKOMSEL", ""),
        ("1234", ""),
    ],
)
def test_a_number_is_kept_as_the_world_writes_it(sender: str, address: str) -> None:
    """A short code or a name is nobody who could be told anything."""
    writer = writer_of("sms", sender)
    assert (writer.address if writer else "") == address


# ------------------------------------------------------------ what is kept


def test_a_message_that_is_brought_again_is_taken_once(city: Town, providers: Providers) -> None:
    """By the provider's own number; the reply that was lost is given again, word for word."""
    told(city)
    first = providers.said("1 terban", number=9)
    later(city, 5 * MINUTE_US)
    assert providers.said("1 terban", number=9) == first
    assert echoes(city) == {"yes": 1}
    for _ in range(3):
        providers.whatsapp("2 terban", number="wamid.X")
    assert echoes(city) == {"yes": 1, "no": 1}
    assert len(city.cities.due(city.profile.code, city.now_us)) == 1


def test_nobodys_number_is_kept(city: Town, providers: Providers, tmp_path: Path) -> None:
    """Neither in a table nor in what waits to be sent: what is sealed is opened with the provider's secret alone."""
    told(city)
    providers.whatsapp("1 terban", sender="6281234567890", number="wamid.HBgNNjI4MTIzNDU2Nzg5MBUC")
    providers.sms("code", sender="081234567890")
    (row,) = city.cities.due(city.profile.code, city.now_us)
    assert row.channel == "answer/wa"
    assert Envelope(META.secret).opened(str(row.body["to"])) == "6281234567890"
    assert row.expires_us == city.now_us + 600 * SECOND_US
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and "log" not in path.name)
    assert kept
    for number in (b"81234567890", b"HBgNNjI4MTIzNDU2Nzg5MBUC"):
        assert number not in kept


# ------------------------------------------------------------ strangers and storms


@pytest.mark.parametrize("text", ["🌊" * 3000, "", "....", "\x00\x01", "a" * 10_240, "a " * 5_000, "<b>x</b>{{7*7}}"])
def test_whatever_comes_is_answered_in_a_sentence(asked: Providers, text: str) -> None:
    """And nothing of it comes back."""
    said = asked.said(text)
    assert said.startswith(("WINONGO: tinggi air.", "CODE: tinggi air.", "Nama itu tidak kami kenal"))
    assert "<b>" not in said
    assert "49" not in said


def test_two_machines_do_not_talk_for_ever(city: Town, providers: Providers) -> None:
    """What cannot be read is answered a few times an hour; a place is answered all the same."""
    answers = []
    for _ in range(UNREAD_PER_HOUR + 3):
        answers.append(providers.said("🌊🌊"))
        later(city, 20 * SECOND_US)
    assert [bool(one) for one in answers] == [True] * UNREAD_PER_HOUR + [False] * 3
    assert providers.said("gondolayu").startswith("SIAGA")


def test_a_storm_of_one_sender_is_slowed_and_told_so_once(city: Town, providers: Providers) -> None:
    """Others are answered meanwhile; a minute later they are, too."""
    answers = [providers.said("code", sender=1) for _ in range(PER_MINUTE + 3)]
    assert all(one.startswith("K.Code") for one in answers[:PER_MINUTE])
    assert answers[PER_MINUTE].startswith("Terlalu banyak pesan")
    assert answers[PER_MINUTE + 1 :] == ["", ""]
    assert providers.said("code", sender=2).startswith("K.Code")
    later(city, 61 * SECOND_US)
    assert providers.said("code", sender=1).startswith("K.Code")


def test_what_is_no_message_is_taken_and_left(still: tuple[Town, Providers], asked: Providers) -> None:
    """A group, a picture, a receipt of Meta's: the provider need not bring it again. Several of one request are all
    taken."""
    city = still[0]
    assert asked.telegram("code", chat="group").json() == {}
    assert "tinggi air. IKUT" in asked.telegram(None).json()["text"]
    assert asked.said("/start").endswith(f"Nomor obrolan ini: {asked.sender}")
    assert asked.whatsapp().json() == {}
    assert city.cities.due(city.profile.code, city.now_us) == []
    assert asked.whatsapp("code", "winongo").status_code == 200
    rows = city.cities.due(city.profile.code, city.now_us)
    assert [str(one.body["text"])[:6] for one in rows] == ["K.Code", "K.Wino"]


def test_a_provider_that_cannot_prove_itself_is_turned_away(city: Town, providers: Providers) -> None:
    """Whatever the kind; each is a security event, nothing of it is read, and who goes on must wait."""
    told(city)
    turned = [
        providers.telegram("1 terban", secret="salah"),
        providers.whatsapp("1 terban", secret="salah"),
        providers.sms("1 terban", secret=""),
        providers.client.post(f"{ADDRESS}wa", json={}),
    ]
    assert [one.status_code for one in turned] == [403] * 4
    assert echoes(city) == {}
    events = city.cities.security_events(city.profile.code)
    assert {(one.what, one.detail) for one in events} == {("bad_signature", "inbound message")}
    assert "terban" not in json.dumps([one.detail for one in events])
    answers = {providers.telegram("x", secret="salah").status_code for _ in range(60)}
    assert answers == {403, 429}
    assert providers.said("gondolayu").startswith("SIAGA")


def test_a_name_that_is_nobodys_is_not_there(asked: Providers, city: Town, serve: Callable[..., httpx.Client]) -> None:
    """And where no provider is set up there is none at all."""
    assert asked.client.post(f"{ADDRESS}lain", json={}).status_code == 404
    assert serve(city).post(f"{ADDRESS}bot", json={}).status_code == 404


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[" * 20_000, "application/json"),
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b"isi=code&id=1", "application/x-www-form-urlencoded"),
        (b"pengirim=0812&isi=code", "application/x-www-form-urlencoded"),
        (b'{"pengirim": {"a": 1}, "isi": "code", "id": 1}', "application/json"),
    ],
)
def test_a_body_that_is_none_is_said_to_be(asked: Providers, body: bytes, kind: str) -> None:
    """So that whoever sets a gateway up sees it."""
    headers = {"X-Siaga-Secret": GATEWAY.secret, "Content-Type": kind}
    answer = asked.client.post(f"{ADDRESS}sms", content=body, headers=headers)
    assert answer.status_code == 400, answer.text


def test_a_body_over_the_limit_is_refused(asked: Providers) -> None:
    assert asked.sms("a" * 70_000).status_code == 413


def test_meta_asks_once_whether_the_address_is_ours(asked: Providers) -> None:
    """With the token that `siaga inbound list` shows; a challenge that is markup is no challenge."""
    query = {"hub.mode": "subscribe", "hub.verify_token": verify_token(META), "hub.challenge": "1158201444"}
    answer = asked.client.get(f"{ADDRESS}wa", params=query)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.headers["content-type"].startswith("text/plain")
    assert asked.client.get(f"{ADDRESS}wa", params={**query, "hub.verify_token": "salah"}).status_code == 403
    assert asked.client.get(f"{ADDRESS}wa", params={**query, "hub.challenge": "<b>"}).status_code == 400
    assert asked.client.get(f"{ADDRESS}bot", params=query).status_code == 404


@pytest.mark.parametrize(
    ("name", "media", "begins"),
    [
        ("sms", "text/plain", "K.Code"),
        ("sms-xml", "application/xml", "<Response><Message>K.Code"),
        ("sms-json", "application/json", '{"balas": "K.Code'),
    ],
)
def test_a_gateway_is_answered_as_it_reads(asked: Providers, name: str, media: str, begins: str) -> None:
    """In the reply, by the template of its file."""
    answer = asked.sms("code", name=name)
    assert answer.headers["content-type"].startswith(media)
    assert answer.text.startswith(begins)
    if name == "sms-json":
        assert answer.json()["balas"].startswith("K.Code")
