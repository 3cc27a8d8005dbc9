"""To follow a place: the form, the code, one's own page, and leaving."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from support.messages import BOT, Providers
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from api.throttle import BY_FOLLOWED, BY_FOLLOWING
from contract.clock import DAY_US, ManualClock
from contract.following import Ways
from contract.gsm7 import MOST, septets
from contract.subscription import CHANNEL, CODE_TRIES, Subscription
from store.people import Deed
from store.ports import Outgoing

GAUGE = "g:jog-gauge-05"
TERBAN = "r:34.71.03.1005"
PUSH = {"endpoint": "https://push.example/1", "keys": {"auth": "A" * 22, "p256dh": "B" * 87}}
WISH = {"tempat": TERBAN, "saluran": "email", "alamat": "wiji@contoh.example", "kabar": "flood", "tingkat": "WASPADA"}


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keep_s=0, ways=Ways(("webpush", "email", "sms", "ntfy"), "BKEY"))


def ask(
    client: httpx.Client, path: str, form: dict[str, Any] | None = None, who: Visitor | None = None
) -> httpx.Response:
    client.cookies.clear()
    visitor = who or stranger()
    if form is None:
        return client.get(path, headers=visitor.sent)
    headers = {**visitor.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": visitor.csrf, **form})


def waiting(city: Town) -> list[Outgoing]:
    return list(city.cities.due(city.profile.code, city.now_us, only=CHANNEL))


def code_in(row: Outgoing) -> str:
    (code,) = re.findall(r"\b\d{6}\b", row.body["text"]["id"].split("http")[0])
    return str(code)


def follows(city: Town, kind: Any = "email", address: str = "wiji@contoh.example") -> list[Subscription]:
    return list(city.cities.subscriptions_at(city.profile.code, kind, address))


def own_page(client: httpx.Client, city: Town, **wish: str) -> str:
    """The path of somebody's own page, by code."""
    before = len(waiting(city))
    asked = ask(client, "/ikuti", {**WISH, **wish})
    assert asked.status_code == 303, asked.text
    done = ask(client, asked.headers["location"], {"kode": code_in(waiting(city)[before])})
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


def test_an_address_is_told_nothing_until_its_owner_gave_the_code(made: Town, client: httpx.Client) -> None:
    """Who typed it may be anybody. The code goes to the address alone, and then a link of their own."""
    asked = ask(client, "/ikuti", {**WISH, "nama": "rumah Ibu"})
    (row,) = waiting(made)
    (one,) = follows(made)
    assert (one.state, one.regions, one.label) == ("pending", ("34.71.03.1005",), "rumah Ibu")
    assert row.body["subscription"] == one.id
    assert code_in(row) not in asked.headers["location"]
    assert "Terban" in row.body["text"]["id"]
    page = ask(client, f"{asked.headers['location']}?kode={code_in(row)}").text
    assert f'value="{code_in(row)}"' in page
    assert follows(made)[0].state == "pending"
    done = ask(client, asked.headers["location"], {"kode": code_in(row)})
    assert follows(made)[0].state == "active"
    own = ask(client, done.headers["location"]).text
    assert "Terban" in own
    assert "rumah Ibu" in own
    assert one.address not in own


def test_a_wrong_code_confirms_nothing(made: Town, client: httpx.Client) -> None:
    """And after a few of them the right one neither."""
    path = ask(client, "/ikuti", WISH).headers["location"]
    code = code_in(waiting(made)[0])
    for _ in range(CODE_TRIES):
        answer = ask(client, path, {"kode": "x"})
        assert answer.status_code == 400
        assert "tidak cocok" in answer.text
    assert ask(client, path, {"kode": code}).status_code == 400
    assert follows(made)[0].state == "pending"


def test_a_browser_is_told_at_once(made: Town, client: httpx.Client) -> None:
    """It gave an address of its own. The same browser again gets a new link, and follows once."""
    wish = {**WISH, "saluran": "webpush", "alamat": json.dumps(PUSH), "tempat": GAUGE}
    first = ask(client, "/ikuti", wish)
    assert re.fullmatch(r"/ikuti/[\w-]{43}", first.headers["location"])
    again = ask(client, "/ikuti", wish)
    assert ask(client, first.headers["location"]).status_code == 404
    assert "Gondolayu" in ask(client, again.headers["location"]).text
    assert waiting(made) == []
    (one,) = made.cities.subscriptions_after(made.profile.code, "webpush", 0)
    assert (one.state, one.gauges) == ("active", ("jog-gauge-05",))


def test_who_follows_already_is_not_given_away(made: Town, client: httpx.Client) -> None:
    """A stranger who types the address sees what everybody sees; its owner is told, and how to leave."""
    own_page(client, made)
    (known,) = follows(made)
    made_up = ask(client, "/ikuti", {**WISH, "tingkat": "AWAS"})
    assert re.fullmatch(r"/ikuti/kode/[0-9a-f]{32}", made_up.headers["location"])
    assert known.id not in made_up.headers["location"]
    assert follows(made) == [known]
    told = waiting(made)[-1].body["text"]["id"]
    assert "sudah mengikuti" in told
    assert f"/ikuti/keluar/{known.id}" in told


def test_pause_and_go_on_and_leave(made: Town, client: httpx.Client) -> None:
    """By one's own link; who leaves is forgotten, and the link opens nothing."""
    path = own_page(client, made)
    (one,) = follows(made)
    form = {"langganan": one.id, "kata": "jeda7"}
    assert ask(client, path, form).status_code == 303
    assert follows(made)[0].paused_until_us == made.now_us + 7 * DAY_US
    assert "Juga AWAS tidak dikirim" in ask(client, path).text
    assert ask(client, path, {**form, "kata": "lanjut"}).status_code == 303
    assert follows(made)[0].state == "active"
    assert ask(client, path, {**form, "kata": "terbang"}).status_code == 400
    assert ask(client, path, {"langganan": "another", "kata": "berhenti"}).status_code == 400
    left = ask(client, path, {**form, "kata": "berhenti"})
    assert "Anda sudah berhenti" in left.text
    assert ask(client, path).status_code == 404
    assert follows(made) == []
    assert one.address not in str(made.cities.audit(made.profile.code))


def test_an_address_sees_all_that_it_follows(made: Town, client: httpx.Client) -> None:
    """Two places, one page; leaving one leaves the other."""
    own_page(client, made)
    path = own_page(client, made, tempat=GAUGE)
    text = ask(client, path).text
    assert "Terban" in text
    assert "Gondolayu" in text
    first = follows(made)[0]
    ask(client, path, {"langganan": first.id, "kata": "berhenti"})
    assert [one.gauges for one in follows(made)] == [("jog-gauge-05",)]


def test_a_mail_program_leaves_with_one_request(made: Town, client: httpx.Client) -> None:
    """RFC 8058: without cookie, token or page of ours; a look at the link alone ends nothing."""
    own_page(client, made)
    path = f"/ikuti/keluar/{follows(made)[0].id}"
    assert "Berhenti mengikuti?" in httpx.get(f"{client.base_url}{path}", trust_env=False).text
    assert follows(made)[0].state == "active"
    answer = httpx.post(f"{client.base_url}{path}", data={"List-Unsubscribe": "One-Click"}, trust_env=False)
    assert answer.status_code == 200
    assert follows(made) == []


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"tempat": ""}, "tempat"),
        ({"tempat": "r:99.99.99"}, "tempat"),
        ({"tempat": "g:nothing"}, "tempat"),
        ({"saluran": "telegram"}, "saluran"),
        ({"saluran": ""}, "saluran"),
        ({"alamat": "wiji"}, "alamat"),
        ({"saluran": "sms", "alamat": "wiji@contoh.example"}, "alamat"),
        ({"saluran": "webpush", "alamat": "{}"}, "alamat"),
        ({"kabar": "gossip"}, "kabar"),
        ({"tingkat": "NORMAL"}, "tingkat"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    made: Town, client: httpx.Client, wrong: dict[str, str], field: str
) -> None:
    """What, where, how to mend it; what was typed stays, and nothing is sent."""
    answer = ask(client, "/ikuti", {**WISH, **wrong})
    assert answer.status_code == 400
    assert f'id="{field}-salah"' in answer.text
    assert "Belum berhasil" in answer.text
    assert waiting(made) == []


def test_nobody_is_made_to_ring_by_strangers(made: Town, client: httpx.Client) -> None:
    """So many messages to one address, so many wishes from one network."""
    for _ in range(BY_FOLLOWED.most):
        assert ask(client, "/ikuti", WISH).status_code == 303
    slow = ask(client, "/ikuti", WISH)
    assert slow.status_code == 429
    assert int(slow.headers["retry-after"]) > 0
    assert len(waiting(made)) == BY_FOLLOWED.most
    for number in range(BY_FOLLOWING.most - BY_FOLLOWED.most - 1):
        ask(client, "/ikuti", {**WISH, "alamat": f"a{number}@contoh.example"})
    assert ask(client, "/ikuti", {**WISH, "alamat": "z@contoh.example"}).status_code == 429
    assert isinstance(made.clock, ManualClock)
    made.clock.advance(BY_FOLLOWING.window_s * 2)
    assert ask(client, "/ikuti", {**WISH, "alamat": "z@contoh.example"}).status_code == 303


def test_a_code_by_text_message_is_one_message(made: Town, client: httpx.Client) -> None:
    """For every place of the city, with its whole name or a part of it; in both languages."""
    for number, (kecamatan, _) in enumerate(_regions(client)):
        wish = {**WISH, "saluran": "sms", "alamat": f"08123456{number:04d}", "tempat": kecamatan}
        made.clock.advance(BY_FOLLOWING.window_s * 2)  # type: ignore[attr-defined]
        assert ask(client, "/ikuti", wish).status_code == 303
    rows = waiting(made)
    assert rows
    assert all(septets(text) <= MOST for row in rows for text in row.body["text"].values())


def _regions(client: httpx.Client) -> list[tuple[str, str]]:
    return re.findall(r'<option value="(r:\d\d\.\d\d\.\d\d)"[^>]*>([^<]+)', ask(client, "/ikuti").text)[:4]


def test_without_providers_the_page_says_so(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """No form that leads nowhere: where warnings can be read today, in both languages."""
    bare = serve(made, keep_s=0)
    text = ask(bare, "/ikuti").text
    assert "belum bisa mengirim kabar sendiri" in text
    assert "<form" not in text
    assert "/umpan.xml" in text
    assert "/cap/feed.xml" in text
    assert "cannot send news itself yet" in ask(bare, "/ikuti?lang=en").text
    assert ask(bare, "/ikuti", WISH).status_code == 400
    assert bare.get("/api/v1/vapid-key").status_code == 404


def test_pages_lead_there(made: Town, client: httpx.Client) -> None:
    """From the map, and from a gauge with that gauge chosen."""
    assert 'href="/ikuti"' in ask(client, "/").text
    assert 'href="/ikuti?alat=jog-gauge-05"' in ask(client, "/sungai/jog-gauge-05").text
    assert re.search(r'value="g:jog-gauge-05"[^>]* selected', ask(client, "/ikuti?alat=jog-gauge-05").text)
    assert re.search(r'value="r:34.71.03.1005"[^>]* selected', ask(client, "/ikuti?wilayah=34.71.03.1005").text)
    assert len(ask(client, "/ikuti").content) < 30_000


def test_the_worker_and_its_key(made: Town, client: httpx.Client) -> None:
    """At the root, so that it may open every page; asked for again each time."""
    worker = client.get("/sw.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.headers["cache-control"] == "no-cache"
    assert client.get("/api/v1/vapid-key").json() == {"key": "BKEY"}
    told = client.get("/manifest.webmanifest").json()
    assert told["start_url"] == "/"
    assert client.get(told["icons"][0]["src"]).status_code == 200


def test_programs_follow_and_count(made: Town, client: httpx.Client) -> None:
    """The city's own app asks for somebody; how many there are is for those who look after it."""
    wish = {"kind": "webpush", "address": json.dumps(PUSH), "region": "34.71.03"}
    key = {"authorization": "Bearer kunci-uji"}
    answer = client.post("/api/v1/subscriptions", json=wish, headers=key)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "active"
    mail = {"kind": "email", "address": "a@contoh.example", "whole_city": True, "topics": ["bmkg", "outage"]}
    assert client.post("/api/v1/subscriptions", json=mail, headers=key).json()["state"] == "pending"
    for wrong in ({}, {"gauge": "jog-gauge-05"}, {"region": "99"}, {"address": "x"}, {"kind": "telegram"}):
        given = {**wish, **wrong} if wrong else {**wish, "region": ""}
        assert client.post("/api/v1/subscriptions", json=given, headers=key).status_code == 400
    operator = signed_in(made, person(made, "pusat", "operator"))
    assert ask(client, "/api/v1/subscriptions", who=operator).json()["items"] == [
        {"kind": "email", "state": "pending", "count": 1},
        {"kind": "webpush", "state": "active", "count": 1},
    ]
    for _ in range(BY_FOLLOWED.most - 1):
        client.post("/api/v1/subscriptions", json=mail, headers=key)
    slow = client.post("/api/v1/subscriptions", json=mail, headers=key)
    assert (slow.status_code, slow.headers["retry-after"]) == (429, str(round(BY_FOLLOWED.window_s)))


@pytest.fixture
def chatting(made: Town, serve: Callable[..., httpx.Client]) -> Providers:
    ways = Ways(("telegram", "email"), bot="siaga_kota_bot")
    return Providers(serve(made, keep_s=0, ways=ways, inbound_sources=[BOT]))


def started(client: httpx.Client, **wish: str) -> str:
    """The token of the link that the page leads to."""
    page = ask(client, "/ikuti", {**WISH, "saluran": "telegram", "alamat": "", **wish})
    assert page.status_code == 200, page.text
    assert page.headers["cache-control"] == "private, no-store"
    (token,) = re.findall(r'href="https://t\.me/siaga_kota_bot\?start=([A-Za-z0-9_-]{1,64})"', page.text)
    return str(token)


def test_who_chooses_telegram_begins_a_chat(chatting: Providers, made: Town) -> None:
    """Nothing is told before; whoever comes by the link is asked for nothing more, once, and leaves by a word."""
    token = started(chatting.client)
    assert made.cities.subscription_counts(made.profile.code) == {("telegram", "pending"): 1}
    assert waiting(made) == []
    answer = chatting.said(f"/start {token}", sender=4711)
    assert answer == "Anda mengikuti Terban: dikabari lewat pesan mulai WASPADA. Berhenti: kirim BERHENTI."
    (one,) = follows(made, "telegram", "4711")
    assert (one.state, one.regions) == ("active", (TERBAN[2:],))
    assert chatting.said(f"/start {token}", sender=4712).startswith("Tautan itu tidak berlaku lagi.")
    assert follows(made, "telegram", "4712") == []
    chatting.said("berhenti", sender=4711)
    assert follows(made, "telegram", "4711") == []


def test_the_same_chat_follows_the_same_once(chatting: Providers, made: Town) -> None:
    """Also by a second link, and what was paused goes on; English is answered in English."""
    chatting.said(f"/start {started(chatting.client)}", sender=4711)
    (one,) = follows(made, "telegram", "4711")
    deed = Deed("resident", "subscription.paused", one.id, made.now_us)
    made.cities.pause_subscription(made.profile.code, one.id, made.now_us + DAY_US, deed)
    assert chatting.said(f"/start {started(chatting.client)}", sender=4711).startswith("Anda mengikuti Terban")
    (again,) = follows(made, "telegram", "4711")
    assert (again.id, again.state) == (one.id, "active")
    english = chatting.said(f"/start {started(chatting.client, tempat='*', bahasa='en')}", sender=4711)
    assert english.startswith("You follow All of Kota Yogyakarta")
    assert len(follows(made, "telegram", "4711")) == 2


def test_a_program_is_given_the_link_too(chatting: Providers) -> None:
    """As the page of the wish."""
    wish = {"kind": "telegram", "address": "", "region": TERBAN[2:]}
    key = {"authorization": "Bearer kunci-uji"}
    came = chatting.client.post("/api/v1/subscriptions", json=wish, headers=key)
    assert came.status_code == 201, came.text
    assert came.json()["page"].startswith("https://t.me/siaga_kota_bot?start=")
    assert came.json()["state"] == "pending"


def test_a_link_that_nobody_made_confirms_nothing(chatting: Providers, made: Town) -> None:
    """Neither a guess nor the code that went to somebody's mail; without a code a chat begins as ever."""
    ask(chatting.client, "/ikuti", WISH)
    code = code_in(waiting(made)[0])
    for token in ("x" * 43, code):
        assert chatting.said(f"/start {token}", sender=4711).startswith("Tautan itu tidak berlaku lagi.")
    assert "4711" in chatting.said("/start", sender=4711)
    assert [one.state for one in follows(made)] == ["pending"]
