"""An answer that waits in the outbox reaches who wrote, by the provider's channel, and nobody reads their number."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.receiver import receiver

from alerts.channels.answering import AnswerCarrier
from alerts.channels.sms_http import SmsGateway, Template
from complaints.envelope import Envelope
from complaints.outward import Outward
from contract.addresses import networks
from contract.errors import Rejected
from store.ports import Outgoing

HOME = Outward(networks("127.0.0.0/8", where="test"))
ENVELOPE = Envelope("rahasia-gerbang-sms")
ROW = Outgoing(
    key="answer/sms/1", city="yogyakarta", channel="answer/sms", event="",
    body={"to": ENVELOPE.sealed("+62812345678"), "text": "NORMAL K.Code 62 cm."}, created_us=1,
)  # fmt: skip


def test_the_seal_is_opened_for_the_moment_it_is_used() -> None:
    """The text goes as it is, without a link behind it."""
    with receiver() as server:
        gateway = SmsGateway(Template(HOME.judge(server.url, where="test"), "{to}|{text}", "json"), HOME)
        carrier = AnswerCarrier(gateway, ENVELOPE)
        assert carrier.carry(ROW, 2) == "accepted HTTP 204"
        assert server.got[0].body == b"+62812345678|NORMAL K.Code 62 cm."
        for body, reason in (
            ({"to": Envelope("rahasia yang lain").sealed("+62"), "text": "x"}, "sealed"),
            ({"to": "+62812345678", "text": "x"}, "sealed"),
            ({"text": "x"}, "malformed"),
        ):
            with pytest.raises(Rejected) as refused:
                carrier.carry(replace(ROW, body=body), 2)
            assert refused.value.reason == reason
        assert len(server.got) == 1


def test_a_digest_is_the_secrets_own() -> None:
    """The same for the same parts under one secret; a seal is never the same twice."""
    assert ENVELOPE.digest("sender", "+62") == Envelope("rahasia-gerbang-sms").digest("sender", "+62")
    assert len({ENVELOPE.digest(*one) for one in (("a", "b"), ("ab",), ("a", "c"), ("\ud800",))}) == 4
    assert ENVELOPE.digest("a") != Envelope("lain").digest("a")
    assert ENVELOPE.sealed("+62") != ENVELOPE.sealed("+62")
    assert ENVELOPE.opened(ENVELOPE.sealed("+62")) == "+62"
