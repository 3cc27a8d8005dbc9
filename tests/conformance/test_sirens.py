"""The port of sirens: a relay behind a real HTTP server, and the pretended one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs

import pytest
from support.receiver import receiver

from alerts.sirens.http_relay import HttpRelay, Template, Word
from alerts.sirens.port import Siren
from alerts.sirens.pretended import PretendedSiren
from complaints.outward import Outward
from contract.addresses import networks
from contract.errors import Rejected, Unavailable

HOME = Outward(networks("127.0.0.0/8", where="test"))
JSON = '{"relay":1,"do":"{do}","s":"{seconds}","id":"{key}","pin":"{secret}"}'
FORM = "do={do}&s={seconds}&id={key}&pin={secret}"
SECRET = 'rahasia & "kutip"'


@dataclass
class Bench:
    """A siren, and what its device was told: what to do, for how long, under which key."""

    siren: Siren
    told: Callable[[], list[tuple[str, float, str]]]


@pytest.fixture(params=["pretended", "json", "form"])
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    if request.param == "pretended":
        device = PretendedSiren()
        yield Bench(device, lambda: [(do, device.rings_s, key) for do, key in device.told])
        return
    with receiver() as server:
        target = HOME.judge(server.url, where="test")
        form = request.param == "form"
        template = Template(target, FORM, form="form") if form else Template(target, JSON)

        def told() -> list[tuple[str, float, str]]:
            found = {}
            for one in server.got:
                text = one.body.decode()
                said = json.loads(text) if request.param == "json" else {k: v[0] for k, v in parse_qs(text).items()}
                assert said["pin"] == SECRET
                assert one.headers["idempotency-key"] == said["id"]
                found[said["id"]] = (said["do"], float(said["s"]), said["id"])
            return list(found.values())

        yield Bench(HttpRelay(template, HOME, SECRET), told)


def test_it_sounds_for_so_long(bench: Bench) -> None:
    """The device itself ends it: a server that dies must not leave it howling."""
    assert bench.siren.sound(60.0, "k1")
    assert bench.told() == [("sound", 60.0, "k1")]


def test_the_same_key_again_does_nothing_more(bench: Bench) -> None:
    """An answer that was lost is asked for again."""
    for _ in range(3):
        bench.siren.sound(30.0, "k1")
    assert len(bench.told()) == 1


def test_it_is_silenced_also_where_it_is_silent(bench: Bench) -> None:
    """A correction silences whatever may sound."""
    assert bench.siren.stop("k1")
    bench.siren.sound(60.0, "k2")
    bench.siren.stop("k3")
    assert [(do, key) for do, _, key in bench.told()] == [("stop", "k1"), ("sound", "k2"), ("stop", "k3")]


def test_it_shows_that_it_is_there(bench: Bench) -> None:
    """Without waking anybody."""
    assert bench.siren.test("k1")
    assert [do for do, _, _ in bench.told()] == ["test"]


@pytest.mark.parametrize(("status", "error"), [(503, Unavailable), (429, Unavailable), (401, Rejected)])
def test_a_relay_that_says_no(status: int, error: type[Exception]) -> None:
    """What may go well later is tried again; what never will is not."""
    with receiver() as server:
        server.status = status
        siren = HttpRelay(Template(HOME.judge(server.url, where="test"), JSON), HOME)
        with pytest.raises(error):
            siren.sound(60.0, "k1")


def test_a_relay_that_is_away_is_tried_again() -> None:
    """Nobody listens there."""
    with receiver() as server:
        target = HOME.judge(server.url, where="test")
    with pytest.raises(Unavailable):
        HttpRelay(Template(target, JSON), HOME).sound(60.0, "k1")


def test_a_relay_that_says_yes_to_everything() -> None:
    """A 200 that holds no word of success is no success; and it is called in the device's own words."""
    with receiver() as server:
        server.status, server.body = 200, b'{"ok":false}'
        target = HOME.judge(server.url, where="test")
        template = Template(target, JSON, {"sound": "ON", "stop": "OFF"}, accepted=re.compile('"ok": ?true'))
        with pytest.raises(Rejected, match="ok"):
            HttpRelay(template, HOME).sound(60.0, "k1")
        server.body = b'{"ok": true}'
        assert HttpRelay(template, HOME).stop("k2") == "accepted HTTP 200"
        assert [json.loads(one.body)["do"] for one in server.got] == ["ON", "OFF"]


@pytest.mark.parametrize(("words", "said"), [({}, "sound"), ({"drill": "PULSE"}, "PULSE")])
def test_a_drill_has_a_word_of_its_own_where_the_device_has_one(words: dict[Word, str], said: str) -> None:
    """One that has none sounds as ever: somebody pressed the button that says LATIHAN."""
    with receiver() as server:
        HttpRelay(Template(HOME.judge(server.url, where="test"), JSON, words), HOME).sound(60.0, "k1", drill=True)
        assert json.loads(server.got[0].body)["do"] == said
