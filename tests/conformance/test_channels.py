"""The port of channels, on a real SIP server (Kamailio), a real SMTP server (aiosmtpd) and HTTP servers."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.policy import default
from typing import Any, Literal
from urllib.parse import parse_qs

import pytest
from aiosmtpd.controller import Controller
from support.phones import SECRET, USER, Phone, kamailio
from support.receiver import Receiver, receiver

from alerts.channels.by_apprise import ByApprise
from alerts.channels.email import Email, MailServer
from alerts.channels.ntfy import Ntfy
from alerts.channels.port import Channel, Message, Receipt
from alerts.channels.ring import Ring, SipLine
from alerts.channels.sms_http import SmsGateway, Template
from alerts.channels.telegram import Telegram
from alerts.channels.whatsapp import WhatsApp
from complaints.outward import Outward
from contract.addresses import networks
from contract.clock import SystemClock
from contract.errors import BadInput, Rejected, Unavailable
from faults.parts.brokers import free_port

Mood = Literal["good", "away", "unknown"]
_TEXT = 'Muka air naik: {secret} & "Kali" 210 cm.'
MESSAGE = Message(title="SIAGA K.Code", text=_TEXT, brief=_TEXT, link="https://siaga.kota.example/jaga")
HOME = Outward(networks("127.0.0.0/8", where="test"))


@dataclass
class Bench:
    """A channel beside the provider that it speaks to. `said` are the texts that came, one a message."""

    channel: Channel
    target: str
    mood: Callable[[Mood], None]
    said: Callable[[], list[str]]
    outcome: str = "accepted"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Phone, SipLine]]:
    """One telephone behind one server for all tests of this file."""
    phone = Phone()
    try:
        with kamailio(tmp_path_factory.mktemp("sip"), phone.port) as port:
            yield phone, SipLine("127.0.0.1", port, USER, SECRET, domain="kota", ring_s=0.6, talk_s=0.15)
    finally:
        phone.close()


def _ring(phone: Phone, line: SipLine) -> Bench:
    phone.numbers.clear()

    def mood(one: Mood) -> None:
        phone.manner = "answers" if one == "good" else one

    mood("good")
    return Bench(Ring(line), "081234567", mood, lambda: list(dict.fromkeys(phone.numbers)), outcome="answered")


@dataclass
class _Mailbox:
    mood: Mood = "good"
    mails: list[bytes] = field(default_factory=list)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.mood == "unknown":
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mood == "away":
            return "451 try again later"
        self.mails.append(envelope.content)
        return "250 OK"


def _email() -> Iterator[Bench]:
    box = _Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    server = MailServer("127.0.0.1", port, "siaga@kota.example", security="none")

    def mood(one: Mood) -> None:
        box.mood = one

    def said() -> list[str]:
        return [message_from_bytes(one, policy=default).get_content() for one in box.mails]

    yield Bench(Email(server, SystemClock()), "siti@kota.example", mood, said)
    controller.stop()


def _http(make: Callable[[Receiver], Channel], target: str, text_of: Callable[[bytes], str]) -> Iterator[Bench]:
    with receiver() as server:

        def mood(one: Mood) -> None:
            server.status = {"good": 200, "away": 503, "unknown": 404}[one]

        mood("good")
        yield Bench(make(server), target, mood, lambda: [text_of(one.body) for one in server.got])


def _said_on_whatsapp(body: bytes) -> str:
    told = json.loads(body)
    if told["type"] == "text":
        return str(told["text"]["body"])
    (component,) = told["template"]["components"]
    return str(component["parameters"][0]["text"])


@pytest.fixture(
    params=[
        "ring",
        "ring tcp",
        "ntfy",
        "email",
        "sms form",
        "sms json",
        "telegram",
        "whatsapp",
        "whatsapp template",
        "apprise",
    ]
)
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    """Each adapter beside its provider."""
    if request.param.startswith("ring"):
        phone, sip = request.getfixturevalue("line")
        yield _ring(phone, replace(sip, transport="tcp" if request.param == "ring tcp" else "udp"))
    elif request.param == "email":
        yield from _email()
    elif request.param == "ntfy":
        yield from _http(
            lambda at: Ntfy(HOME.judge(at.url, where="test"), HOME, "kunci"),
            "siaga-topik-rahasia",
            lambda body: str(json.loads(body)["message"]),
        )
    elif request.param == "telegram":
        yield from _http(
            lambda at: Telegram(HOME.judge(at.url, where="test"), HOME, "kunci"),
            "12345",
            lambda body: str(json.loads(body)["text"]),
        )
    elif request.param == "apprise":
        yield from _http(
            lambda at: ByApprise(at.url.replace("http://", "json://") + "/{to}"),
            "@siti:kota.example",
            lambda body: str(json.loads(body)["message"]),
        )
    elif request.param.startswith("whatsapp"):
        template = "alarm_jaga" if request.param.endswith("template") else ""
        yield from _http(
            lambda at: WhatsApp(HOME.judge(at.url, where="test"), HOME, "kunci", template=template),
            "+62812345678",
            _said_on_whatsapp,
        )
    else:
        form = request.param == "sms form"
        body = "to={to}&text={text}&key={secret}" if form else '{"to": "{to}", "text": "{text}"}'
        yield from _http(
            lambda at: SmsGateway(
                Template(HOME.judge(at.url, where="test"), body, "form" if form else "json"), HOME, "kunci"
            ),
            "081234567",
            lambda raw: parse_qs(raw.decode())["text"][0] if form else str(json.loads(raw)["text"]),
        )


def test_a_message_reaches_its_one_target_as_it_was_written(bench: Bench) -> None:
    """And the receipt says no more than is known: a provider's yes is not a person's."""
    receipt = bench.channel.send(MESSAGE, bench.target, "key/1")
    assert receipt.outcome == bench.outcome
    (said,) = bench.said()
    assert (MESSAGE.text in said) or said == "sip:081234567@kota"


def test_a_provider_that_is_away_is_asked_again(bench: Bench) -> None:
    bench.mood("away")
    with pytest.raises(Unavailable):
        bench.channel.send(MESSAGE, bench.target, "key/1")
    bench.mood("good")
    assert bench.channel.send(MESSAGE, bench.target, "key/1").outcome == bench.outcome


def test_a_target_that_nobody_knows_is_never_tried_again(bench: Bench) -> None:
    bench.mood("unknown")
    with pytest.raises(Rejected):
        bench.channel.send(MESSAGE, bench.target, "key/1")


# ------------------------------------------------------------ one bell


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize(
    ("manner", "outcome"), [("rings", "no_answer"), ("busy", "busy"), ("declines", "declined"), ("answers", "answered")]
)
def test_a_call_ends_in_a_word_of_what_came_of_it(
    line: tuple[Phone, SipLine], manner: Any, outcome: str, transport: Any
) -> None:
    """Through a server that asks for a password. What rings in vain is called off; who picks up hears a tone, and the
    line is free again."""
    phone, sip = line
    phone.manner, phone.sound = manner, 0
    phone.asked.clear()
    assert Ring(replace(sip, transport=transport)).send(MESSAGE, "081234567", "key").outcome == outcome
    until = time.monotonic() + 3
    ends = {"rings": "CANCEL", "answers": "BYE"}.get(manner, "ACK")
    while ends not in phone.asked and time.monotonic() < until:
        pass
    assert ends in phone.asked
    assert (phone.sound >= 3) is (manner == "answers")


def test_a_wrong_password_is_said_and_not_tried_for_ever(line: tuple[Phone, SipLine]) -> None:
    with pytest.raises(Rejected, match="SIP 407"):
        Ring(replace(line[1], secret="salah")).send(MESSAGE, "081234567", "key")


def test_a_server_that_is_not_there_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where somebody listens and says nothing."""
    phone = Phone("mute")
    try:
        with pytest.raises(Unavailable, match="says nothing"):
            Ring(SipLine("127.0.0.1", phone.port, USER, SECRET, ring_s=0.3)).send(MESSAGE, "0812", "key")
        assert phone.asked.count("INVITE") >= 1
    finally:
        phone.close()


def test_a_process_that_ends_waits_for_nobody_to_pick_up(line: tuple[Phone, SipLine]) -> None:
    ring = Ring(replace(line[1], ring_s=60.0))
    ring.hang_up()
    with pytest.raises(Unavailable):
        ring.send(MESSAGE, "081234567", "key")


# ------------------------------------------------------------ one letter, one short message


def test_the_same_key_is_the_same_mail_and_no_text_makes_a_header() -> None:
    """A title with a line break in it cannot add a header; the Message-ID is the key's."""
    clock = SystemClock()
    mail = Email(MailServer("h", 25, "siaga@kota.example"), clock)._written(
        replace(MESSAGE, title="SIAGA\r\nBcc: semua@kota.example"), "siti@kota.example", "key/1"
    )
    again = Email(MailServer("h", 25, "siaga@kota.example"), clock)._written(MESSAGE, "siti@kota.example", "key/1")
    assert mail["Bcc"] is None
    assert mail["Subject"] == "SIAGA Bcc: semua@kota.example"
    assert mail["Message-ID"] == again["Message-ID"]


def test_a_gateway_that_says_200_and_takes_nothing_is_seen() -> None:
    """Where the file says what a yes looks like."""
    with receiver() as server:
        server.status, server.body = 200, b'{"status": "error", "text": "no credit"}'
        template = Template(
            HOME.judge(server.url, where="test"), "to={to}&text={text}", accepted=re.compile('"status": *"ok"')
        )
        gateway = SmsGateway(template, HOME)
        with pytest.raises(Rejected, match="no credit"):
            gateway.send(MESSAGE, "0812", "key")
        server.body = b'{"status": "ok"}'
        assert gateway.send(MESSAGE, "0812", "key") == Receipt("accepted", "HTTP 200")


# ------------------------------------------------------------ a bot, a number at Meta's


def test_a_bot_that_is_asked_to_wait_waits_as_long_as_it_is_told() -> None:
    """Telegram says so in the body of its answer; the token stands in the path alone."""
    with receiver() as server:
        bot = Telegram(HOME.judge(server.url, where="test"), HOME, "123:rahasia")
        server.status, server.body = 429, b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 17}}'
        with pytest.raises(Unavailable) as caught:
            bot.send(MESSAGE, "12345", "key")
        assert caught.value.retry_after_s == 17
        server.body = b"Too many"
        with pytest.raises(Unavailable):
            bot.send(MESSAGE, "12345", "key")
        server.status = 403
        with pytest.raises(Rejected) as refused:
            bot.send(MESSAGE, "12345", "key")
        assert "rahasia" not in str(refused.value)
        assert {one.path for one in server.got} == {"/hook/bot123:rahasia/sendMessage"}


@pytest.mark.parametrize(
    ("code", "error"), [(130_429, Unavailable), (131_056, Unavailable), (131_047, Rejected), (190, Rejected)]
)
def test_what_meta_says_will_pass_is_tried_again(code: int, error: type[Exception]) -> None:
    """Limits of rate come as 400 with a code; a number that is not on WhatsApp, or a token that ended, never heals."""
    with receiver() as server:
        server.status, server.body = 400, json.dumps({"error": {"code": code, "message": "tidak"}}).encode()
        with pytest.raises(error):
            WhatsApp(HOME.judge(server.url, where="test"), HOME, "kunci").send(MESSAGE, "+62812", "key")
        assert server.got[0].headers["authorization"] == "Bearer kunci"
        assert json.loads(server.got[0].body)["to"] == "62812"


# ------------------------------------------------------------ whatever Apprise speaks


def test_a_person_stands_in_the_services_url_as_one_word() -> None:
    """No address reaches another path or adds a parameter; title, text and link arrive."""
    with receiver() as server:
        channel = ByApprise(server.url.replace("http://", "json://") + "/{to}?format=text")
        assert channel.send(MESSAGE, "../#a?b=c@d", "key") == Receipt("accepted", "Apprise")
        (got,) = server.got
        assert got.path.split("/hook/", 1)[1].count("/") <= 1
        assert "b=c" not in got.path.partition("?")[2]
        told = json.loads(got.body)
        assert (told["title"], told["type"]) == (MESSAGE.title, "failure")
        assert MESSAGE.link in told["message"]


def test_a_service_that_hangs_is_ended_with_its_process() -> None:
    """The ladder goes on when the time is over, or when the engine ends; no process is left behind."""
    with receiver() as server:
        server.held = threading.Event()
        channel = ByApprise(server.url.replace("http://", "json://") + "/{to}", whole_s=1.0)
        with pytest.raises(Unavailable, match="not done within"):
            channel.send(MESSAGE, "siti", "key")
        assert not channel._children
        server.held.set()
        channel.hang_up()
        with pytest.raises(Unavailable, match="ends"):
            channel.send(MESSAGE, "siti", "key")


def test_a_url_that_tells_nobody_is_found_at_the_start() -> None:
    """One that Apprise does not know, one that speaks to this machine's own log, one without a place for a person."""
    ByApprise.check("json://kota.example/{to}", where="here")
    for url in ("json://kota.example/all", "naga://kota.example/{to}", "syslog://{to}"):
        with pytest.raises(BadInput):
            ByApprise.check(url, where="here")
