"""What the city's other systems are told, how it is signed, and what becomes of it when they are away."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from support import watch
from support.bulletins import bulletin
from support.receiver import Receiver as Server
from support.receiver import receiver as serving

from alerts.carriers import Carrier, DeskCarrier, WebhookCarrier, retry_after_s, signature
from alerts.commit import gather
from alerts.engine import Engine
from alerts.orders import Said
from alerts.outbox import DESK, Outbox
from alerts.rulefile import load_rule
from alerts.webhooks import NEWS_US, Receiver, Webhooks, trial_row
from alerts.words import Words
from cities.load import rules_folder
from complaints.builtin import BuiltinDesk
from complaints.outward import Answer, Outward
from contract.addresses import Target, networks
from contract.clock import SECOND_US, ManualClock, SystemClock
from contract.errors import Rejected, Unavailable
from contract.incident import Audience
from faults.parts.brokers import wait_until
from store import open_city
from store.ports import CityStore, EngineCommit, Outgoing

SECRET = bytes(range(32))
NOWHERE = Target("https", "sirene.example", 443, "/hook")
BASE_URL = "https://siaga.example"
OUTWARD = Outward(networks("127.0.0.1/32", where=""), whole_s=2.0)


def named(name: str, target: Target = NOWHERE, audience: Any = "public") -> Receiver:
    return Receiver(name, target, (SECRET,), audience)


def told(city: watch.Watch, *receivers: Receiver) -> EngineCommit:
    """What the story so far leaves behind."""
    return gather(
        city.told, city.notifier(), watch.placements(), Words(watch.profile()), 7, Webhooks(receivers, BASE_URL)
    )


def rows(city: watch.Watch, *receivers: Receiver) -> list[Outgoing]:
    return [row for row in told(city, *receivers).outgoing if row.channel != DESK]


def flood(audiences: dict[str, Audience] | None = None) -> watch.Watch:
    """Up to AWAS, silent for a while, heard again, and over."""
    city = watch.watch(audiences)
    for minute, cm in enumerate([40, 72, 80, 90, 170, 171, 172]):
        city.level(5 * minute, "code-hulu", cm)
    city.pass_to(65)
    for minute in range(70, 115, 5):
        city.level(minute, "code-hulu", 40)
    return city


# ------------------------------------------------------------ what is told


def release() -> watch.Watch:
    """Announced, announced anew, over."""
    rule = replace(load_rule(rules_folder("jakarta") / "pelepasan.toml"), audience="public")
    city = watch.Watch(Engine(watch.CITY, [rule], watch.placements(), {}))
    for minute, m3s in ((0, 120.0), (1, 150.0)):
        values = {"dam": "Bendung Karang", "discharge_m3s": m3s, "begins_us": watch.at(0), "lasts_s": 3600.0}
        city.reading(minute, "code-hulu", "notice", "release", values)
    for minute in range(2, 62):
        city.pass_to(minute)
    return city


def test_a_release_is_told_with_each_change_of_what_was_announced() -> None:
    """Opened, announced anew after the interval, over; its page is the river's."""
    sirens = [row.body for row in rows(release(), named("sirene"))]
    assert [(one["type"], one["data"]["value"]) for one in sirens] == [
        ("incident.opened", 120.0),
        ("incident.updated", 150.0),
        ("incident.all_clear", 150.0),
    ]
    assert {one["data"]["url"] for one in sirens} == {f"{BASE_URL}/sungai/code-hulu"}


def test_a_flood_is_told_from_its_opening_to_the_all_clear() -> None:
    """Each change by type, level and words, in both languages, with ids and a link, in the commit of the incident."""
    commit = told(flood(), named("sirene"))
    sirens = [row for row in commit.outgoing if row.channel == "webhook/sirene"]
    assert [(row.body["type"], row.body["data"]["level"]) for row in sirens] == [
        ("incident.opened", "WASPADA"),
        ("incident.level", "AWAS"),
        ("incident.silent", "AWAS"),
        ("incident.heard", "AWAS"),
        ("incident.all_clear", "NORMAL"),
    ]
    (incident,) = commit.incidents
    assert [row.key for row in sirens] == [
        f"webhook/sirene/{incident.id}/{row.body['data']['change']}" for row in sirens
    ]
    opened = sirens[0].body
    assert opened["timestamp"].startswith("2025-06-15T15:")
    data = opened["data"]
    assert (data["incident"], data["event"], data["city"]) == (incident.id, incident.event, watch.CITY)
    assert (data["value"], data["unit"], data["subject"], data["audience"]) == (90.0, "cm", "flood", "public")
    assert data["text"]["id"].startswith("WASPADA Sungai Code")
    assert data["text"]["en"].startswith("WATCH: Code River")
    assert (data["place"]["node"], data["place"]["region"], data["place"]["river"]) == (
        "code-hulu", "34.71.02.1002", "Code",
    )  # fmt: skip
    assert data["url"] == "https://siaga.example/sungai/code-hulu"
    assert data["api_url"] == f"https://siaga.example/api/v1/incidents/{incident.id}"


def test_only_updates_expire() -> None:
    """The opening, every level and the all-clear go out however late; a silence is news for an hour."""
    expire = {row.body["type"]: row.expires_us for row in rows(flood(), named("sirene"))}
    assert expire == {
        "incident.opened": None,
        "incident.level": None,
        "incident.all_clear": None,
        "incident.silent": 7 + NEWS_US,
        "incident.heard": 7 + NEWS_US,
    }


@pytest.mark.parametrize(
    ("audience", "hear"),
    [("public", ["webhook/a", "webhook/b"]), ("staff", ["webhook/b"]), ("shadow", [])],
)
def test_each_hears_what_it_may(audience: Audience, hear: Sequence[str]) -> None:
    """What only staff know goes to receivers of staff alone; what is in shadow to nobody."""
    found = rows(flood({"code-hulu": audience}), named("a"), named("b", audience="staff"))
    assert sorted({row.channel for row in found}) == hear


def test_the_emergency_centre_hears_of_the_highest_level_and_of_orders_alone() -> None:
    """Not of WASPADA, and nothing of a river that stays at SIAGA; of AWAS from there to the all-clear, once each."""
    centre = replace(named("pusat-112"), emergency=True)
    assert [(row.body["type"], row.body["data"]["level"]) for row in rows(flood(), centre)] == [
        ("incident.level", "AWAS"),
        ("incident.silent", "AWAS"),
        ("incident.heard", "AWAS"),
        ("incident.all_clear", "NORMAL"),
    ]
    milder = watch.watch()
    for minute, cm in enumerate([40, 120, 121, 122, 120]):
        milder.level(5 * minute, "code-hulu", cm)
    assert rows(milder, centre) == []
    assert [row.body["data"]["level"] for row in rows(milder, named("sirene"))] == ["SIAGA"]

    hooks, order, transition = Webhooks([centre], BASE_URL), bulletin(), milder.told[0]
    said: dict[Said, bool] = {one: bool(hooks.bulletin(order, one, transition, None, 7)) for one in get_args(Said)}
    assert said == {"order": True, "over": True, "confirmed": False, "correction": False}


def test_the_same_change_has_the_same_key() -> None:
    """Judged twice, it is written once: the outbox takes a key once."""
    assert [row.key for row in rows(flood(), named("a"))] == [row.key for row in rows(flood(), named("a"))]


def test_nobody_to_tell_is_no_row() -> None:
    """A city without receivers has the desk alone."""
    assert rows(flood()) == []


# ------------------------------------------------------------ how it is carried


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def at(server: Server, name: str = "sirene") -> Receiver:
    return named(name, OUTWARD.judge(server.url, where="url"))


def test_the_signature_is_that_of_standard_webhooks(server: Server) -> None:
    """id.seconds.body under HMAC-SHA256, v1, base64; computed here as a receiver does."""
    row = trial_row(at(server), watch.CITY, 5)
    assert WebhookCarrier(at(server), OUTWARD).carry(row, 1_750_000_000 * SECOND_US) == "HTTP 204"
    (got,) = server.got
    signed = f"{row.key}.1750000000.".encode() + got.body
    expected = base64.b64encode(hmac.new(SECRET, signed, hashlib.sha256).digest()).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert got.headers["webhook-id"] == row.key
    assert got.headers["webhook-timestamp"] == "1750000000"
    assert got.headers["content-type"] == "application/json; charset=utf-8"


def test_a_known_signature() -> None:
    """The example of the specification's reference implementations."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    said = signature([secret], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, b'{"test": 2432232314}')
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_while_a_secret_is_replaced_both_sign() -> None:
    """Two signatures with a space between them: whichever the receiver knows fits."""
    first, second = signature([SECRET, b"x" * 24], "k", 1, b"").split(" ")
    assert first == signature([SECRET], "k", 1, b"")
    assert second == signature([b"x" * 24], "k", 1, b"")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_delivered(server: Server, status: int) -> None:
    """Nothing is asked of the answer's body."""
    server.status = status
    assert WebhookCarrier(at(server), OUTWARD).carry(trial_row(at(server), "c", 5), 9) == f"HTTP {status}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_get_better_is_tried_again(server: Server, status: int) -> None:
    """With the receiver's own wish, if it has one."""
    server.status, server.headers = status, {"Retry-After": "17"}
    with pytest.raises(Unavailable) as said:
        WebhookCarrier(at(server), OUTWARD).carry(trial_row(at(server), "c", 5), 9)
    assert said.value.retry_after_s == 17


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 403, 404, 410, 413, 422])
def test_what_will_not_get_better_is_given_up_with_its_reason(server: Server, status: int) -> None:
    """A redirect, too: the file of webhooks names where the message goes."""
    server.status, server.body = status, b"<b>no\r\nway</b>\x1b[31m" + b"x" * 500
    with pytest.raises(Rejected) as said:
        WebhookCarrier(at(server), OUTWARD).carry(trial_row(at(server), "c", 5), 9)
    assert said.value.reason == f"http_{status}"
    assert str(said.value).isprintable()
    assert len(str(said.value)) < 150


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("0", 0.0), ("90", 90.0), ("99999999", 3_600.0), ("Sun, 15 Jun 2025 15:07:40 GMT", 60.0), ("-1", None),
     ("Sun, 15 Jun 2025 15:00:00 GMT", 0.0), ("soon", None), ("", None), ("1e9", None), ("9" * 400, None)],
)  # fmt: skip
def test_retry_after_as_receivers_write_it(asked: str, seconds: float | None) -> None:
    """Seconds or a date, at most an hour; anything else is no wish."""
    now_us = 1_750_000_000 * SECOND_US
    assert retry_after_s(Answer(429, {"retry-after": asked}, b""), now_us) == seconds


# ------------------------------------------------------------ from the outbox


class City:
    """An outbox with its desk and receivers, on a real store."""

    def __init__(self, cities: CityStore, *servers: Server) -> None:
        self.clock = ManualClock()
        self.cities = cities
        cities.put_profile(watch.profile(), self.clock.now_us())
        self.receivers = [at(one, f"s{number}") for number, one in enumerate(servers)]
        carriers: dict[str, Carrier] = {DESK: DeskCarrier(BuiltinDesk(cities, watch.profile(), BASE_URL))}
        carriers |= {one.channel: WebhookCarrier(one, OUTWARD) for one in self.receivers}
        self.carriers = carriers
        self.outbox = Outbox(watch.CITY, cities, carriers, self.clock, random.Random(7))

    def decide(self) -> list[Outgoing]:
        """A whole flood is decided now."""
        words, now_us = Words(watch.profile()), self.clock.now_us()
        city, webhooks = flood(), Webhooks(self.receivers, BASE_URL)
        told = gather(city.told, city.notifier(), watch.placements(), words, now_us, webhooks).outgoing
        self.cities.put_outgoing(told)
        return list(told)

    def deliver(self, seconds: float, step_s: float = 1.0) -> None:
        for _ in range(round(seconds / step_s)):
            while self.outbox.turn():
                pass
            self.clock.advance(step_s)


@pytest.fixture
def cities(tmp_path: Path) -> Iterator[CityStore]:
    made = open_city(f"sqlite:///{tmp_path}/city.db")
    yield made
    made.close()


def types(server: Server) -> list[str]:
    return [json.loads(one.body)["type"].removeprefix("incident.") for one in server.got]


def test_a_receiver_that_was_away_for_hours_is_told_what_matters_and_that_it_is_late(
    cities: CityStore, server: Server
) -> None:
    """The first word of each level and the all-clear, in order, marked late; a silence is no news any more."""
    city = City(cities, server)
    city.decide()
    server.status = 503
    city.deliver(2 * 3_600, step_s=60.0)
    assert set(types(server)) == {"opened"}
    assert len(set(server.keys)) == 1
    server.status = 204
    server.got.clear()
    city.deliver(400)
    assert types(server) == ["opened", "level", "all_clear"]
    assert {json.loads(one.body)["late"] for one in server.got} == {True}
    assert cities.outbox_depth(watch.CITY) == (0, 2)


def test_what_is_told_in_time_is_news(cities: CityStore, server: Server) -> None:
    """All five, in order, none of them late, each once."""
    city = City(cities, server)
    city.decide()
    city.deliver(1)
    assert types(server) == ["opened", "level", "silent", "heard", "all_clear"]
    assert {json.loads(one.body)["late"] for one in server.got} == {False}


class _Away:
    """A desk that cannot be reached."""

    def carry(self, row: Outgoing, now_us: int) -> str:
        raise Unavailable(f"no answer for {row.key}")


def test_awas_is_at_the_emergency_centre_within_a_minute_past_the_complaint_queue(
    cities: CityStore, server: Server
) -> None:
    """From the decision to the centre's answer, while another receiver and the complaint desk are away."""
    with serving() as slow:
        city = City(cities, server, slow)
        city.receivers[0] = replace(city.receivers[0], emergency=True)
        away: dict[str, Carrier] = {**city.carriers, DESK: _Away()}
        city.outbox = Outbox(watch.CITY, cities, away, city.clock, random.Random(7))
        slow.status = 503
        city.decide()
        seconds = 0
        while not server.got and seconds < 60:
            city.deliver(1)
            seconds += 1
        first = json.loads(server.got[0].body)
        assert (first["type"], first["data"]["level"], first["late"]) == ("incident.level", "AWAS", False)
        assert first["data"]["place"]["lat"]
        assert seconds <= 60
        assert not cities.find_cases(watch.CITY).total


def test_who_asks_for_patience_is_left_in_peace(cities: CityStore, server: Server) -> None:
    """429 with Retry-After: not one request of any event before the time is over."""
    city = City(cities, server)
    city.cities.put_outgoing([trial_row(city.receivers[0], watch.CITY, city.clock.now_us() + n) for n in range(5)])
    server.status, server.headers = 429, {"Retry-After": "120"}
    city.deliver(119)
    assert len(server.got) == 1
    server.status = 204
    city.deliver(150)
    assert len(set(server.keys)) == 5


def test_a_receiver_that_is_gone_holds_up_no_other(cities: CityStore, server: Server) -> None:
    """410: given up with the reason; the next one and the desk are told everything."""
    with serving() as other:
        city = City(cities, server, other)
        city.decide()
        server.status = 410
        city.deliver(2)
        assert types(other) == ["opened", "level", "silent", "heard", "all_clear"]
        assert cities.find_cases(watch.CITY).total == 1
        assert cities.outbox_depth(watch.CITY) == (0, 5)


def test_a_receiver_that_hangs_delays_neither_the_desk_nor_another(cities: CityStore, server: Server) -> None:
    """Each channel has a thread of its own: while one waits for its answer, the others have long been told."""
    with serving() as other:
        city = City(cities, server, other)
        server.held = threading.Event()
        outbox = Outbox(watch.CITY, cities, city.carriers, SystemClock(), random.Random(7))
        city.clock.set_wall(SystemClock().now_us())
        city.decide()
        stop, leading = threading.Event(), threading.Event()
        leading.set()
        thread = threading.Thread(target=outbox.run, args=(stop, leading))
        thread.start()
        try:
            assert wait_until(lambda: len(server.got) == 1, 5.0)
            assert wait_until(lambda: types(other)[-1:] == ["all_clear"], 10.0)
            assert wait_until(lambda: cities.find_cases(watch.CITY).total == 1, 10.0)
            assert len(server.got) == 1, "one at a time"
        finally:
            server.held.set()
            stop.set()
            thread.join(10)
        assert not thread.is_alive()


def test_a_receiver_that_was_taken_off_the_list_leaves_no_row_waiting(cities: CityStore, server: Server) -> None:
    """Its rows are given up and say why."""
    city = City(cities, server)
    city.decide()
    alone = Outbox(watch.CITY, cities, {DESK: city.carriers[DESK]}, city.clock, random.Random(7))
    while alone.turn():
        pass
    assert server.got == []
    assert cities.outbox_depth(watch.CITY) == (0, 5)


def test_killed_between_the_answer_and_the_commit_the_same_key_comes_again(cities: CityStore, server: Server) -> None:
    """At least once: a receiver that counts keys counts it once."""
    city = City(cities, server)
    (row, *_) = [one for one in city.decide() if one.channel == "webhook/s0"]
    city.carriers["webhook/s0"].carry(row, city.clock.now_us())
    city.deliver(1)
    assert server.keys[0] == server.keys[1] == row.key
    assert len(set(server.keys)) == 5


# ------------------------------------------------------------ docs/webhooks.md


def test_the_example_of_the_docs_tells_true_from_false(server: Server) -> None:
    """What is copied from the page takes our messages, and neither changed, old nor foreign ones."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"(?ms)^```python\n(.*?)^```", page)
    known: dict[str, Any] = {}
    exec(example, known)  # noqa: S102  it is our own page
    genuine = known["genuine"]
    secret = "whsec_" + base64.b64encode(SECRET).decode()
    WebhookCarrier(at(server), OUTWARD).carry(trial_row(at(server), watch.CITY, 5), 1_750_000_000 * SECOND_US)
    (got,) = server.got
    headers = dict(got.headers)
    assert genuine(secret, headers, got.body, 1_750_000_010)
    assert not genuine(secret, headers, got.body + b" ", 1_750_000_010)
    assert not genuine(secret, headers, got.body, 1_750_000_900)
    assert not genuine(secret, headers | {"webhook-id": "other"}, got.body, 1_750_000_010)
    assert not genuine("whsec_" + base64.b64encode(b"y" * 32).decode(), headers, got.body, 1_750_000_010)


def test_the_docs_name_every_type_and_every_field() -> None:
    """The page's table and example are what is really sent."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
    sent = [*rows(flood(), named("sirene")), *rows(release(), named("sirene"))]
    city = flood()
    warnings = [
        Webhooks([named("sirene")], BASE_URL)
        .bulletin(bulletin(), said, city.told[0], watch.placements()["code-hulu"], watch.at(30))[0]
        .body
        for said in get_args(Said)
    ]
    digests = {"event.changed", "event.all_clear", "event.reminder", "alerts.held_back"}
    assert {row.body["type"] for row in sent} | {one["type"] for one in warnings} | digests | {"siaga.test"} == set(
        re.findall(r"(?m)^\| `([a-z.]+\.[a-z_]+)` \|", page)
    )
    (shown,) = re.findall(r"(?ms)^```json\n(.*?)^```", page)
    example = json.loads(shown)
    assert example.keys() == {*sent[0].body, "late"}
    assert example["data"].keys() == sent[0].body["data"].keys()
    assert example["data"]["place"].keys() == sent[0].body["data"]["place"].keys()
    (fields,) = re.findall(r"(?m)^The `data` of a `warning\.…`: (.*)\.$", page)
    assert [set(re.findall(r"`(\w+)`", fields))] * len(warnings) == [set(one["data"]) for one in warnings]
