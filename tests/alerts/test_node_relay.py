"""What becomes of an order to a siren that hangs on a node, as the outbox is told of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from alerts.sirens.node_relay import NodeRelay
from alerts.sirens.nodes import Nodes
from broker.ports import Incoming
from contract import codec, topics
from contract.clock import SECOND_US, ManualClock
from contract.errors import Rejected, Unavailable
from contract.messages import SirenAnswer, SirenOrder

CITY, NODE = "kota", "pos-1"
ANSWER = topics.command_result(CITY, NODE, topics.SIREN)


class _Wire:
    """A connection whose other end answers at once, in the words of `reply`."""

    connected = True

    def __init__(self, reply: Callable[[SirenOrder], Sequence[tuple[str, bytes]]]) -> None:
        self.reply = reply
        self.nodes: Nodes | None = None
        self.orders: list[SirenOrder] = []

    def take(self, limit: int, timeout_s: float) -> Sequence[Incoming]:
        return ()

    def done(self, messages: Sequence[Incoming]) -> None:
        return

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        order = codec.decode(SirenOrder, payload)
        assert (topic, qos, retain) == (topics.command(CITY, NODE, topics.SIREN), 0, False)
        self.orders.append(order)
        assert self.nodes is not None
        for where, said in self.reply(order):
            assert self.nodes.heard(Incoming(where, said, retain=False, duplicate=False, token=0))
        return self.connected

    def close(self) -> None:
        return


def relay(reply: Callable[[SirenOrder], Sequence[tuple[str, bytes]]]) -> tuple[NodeRelay, _Wire]:
    wire = _Wire(reply)
    wire.nodes = Nodes(CITY, wire)
    return NodeRelay(CITY, NODE, "menara", wire.nodes, ManualClock(1_780_000_000 * SECOND_US), wait_s=0.05), wire


def said(order: SirenOrder, **changes: Any) -> bytes:
    whole = {"city": CITY, "node": NODE, "siren": "menara", "key": order.key, "outcome": "done", "for_s": order.for_s}
    return codec.encode(SirenAnswer.model_validate({**whole, **changes}))


def test_a_yes_says_for_how_long() -> None:
    """The node may have a shorter bound of its own; the order holds for half a minute on its way."""
    siren, wire = relay(lambda order: [(ANSWER, said(order, for_s=min(order.for_s, 45.0)))])
    assert siren.sound(60.0, "k1") == "pos-1: 45 s"
    assert siren.sound(20.0, "k2", drill=True) == "pos-1: 20 s"
    assert siren.stop("k3") == "pos-1: 0 s"
    assert siren.test("k4") == "pos-1: ok"
    assert [(one.do, one.for_s, one.drill) for one in wire.orders] == [
        ("sound", 60.0, False), ("sound", 20.0, True), ("stop", 0.0, False), ("test", 0.0, False),
    ]  # fmt: skip
    assert [one.key for one in wire.orders] == ["k1", "k2", "k3", "k4"]
    assert {one.expires_us - one.sent_us for one in wire.orders} == {30 * SECOND_US}


@pytest.mark.parametrize(
    ("outcome", "error"),
    [
        ("unknown", Rejected),
        ("not_ours", Rejected),
        ("late", Unavailable),
        ("busy", Unavailable),
        ("failed", Unavailable),
    ],
)
def test_a_no_is_told_with_its_reason(outcome: str, error: type[Exception]) -> None:
    """What may go well later is asked for again; what never will is not."""
    siren, _ = relay(lambda order: [(ANSWER, said(order, outcome=outcome, for_s=0.0, said="sebab"))])
    with pytest.raises(error, match="pos-1: sebab"):
        siren.sound(60.0, "k1")


@pytest.mark.parametrize(
    "reply",
    [
        lambda _: [],
        lambda _: [(ANSWER, b"{")],
        lambda order: [(ANSWER, said(order, key="another"))],
        lambda order: [(ANSWER, said(order, siren="masjid"))],
        lambda order: [(ANSWER, said(order, node="pos-2"))],
        lambda order: [(topics.command_result(CITY, "pos-2", topics.SIREN), said(order))],
        lambda order: [(topics.command_result(CITY, "pos-2", topics.SIREN), said(order, node="pos-2"))],
    ],
)
def test_no_answer_of_the_nodes_own_is_none(reply: Callable[[SirenOrder], Sequence[tuple[str, bytes]]]) -> None:
    """Nobody answers for another; who waits in vain says so, and it is asked for again."""
    siren, _ = relay(reply)
    with pytest.raises(Unavailable, match=r"pos-1 gave no answer within 0\.05 s"):
        siren.sound(60.0, "k1")


def test_a_broker_that_is_away_is_tried_again() -> None:
    """At once, without waiting for an answer."""
    siren, wire = relay(lambda _: [])
    wire.connected = False
    with pytest.raises(Unavailable, match="the broker is away"):
        siren.sound(60.0, "k1")


def test_who_ends_waits_for_nobody() -> None:
    """The engine stops within its time, also while a node owes an answer."""
    wire = _Wire(lambda _: [])
    wire.nodes = nodes = Nodes(CITY, wire)
    siren = NodeRelay(CITY, NODE, "menara", nodes, ManualClock(1_780_000_000 * SECOND_US), wait_s=60.0)
    told: list[Exception] = []

    def ask() -> None:
        try:
            siren.sound(60.0, "k1")
        except Unavailable as error:
            told.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    nodes.hang_up()
    thread.join(5)
    assert len(told) == 1


def test_what_is_no_answer_is_left_to_others() -> None:
    """Readings and another city's answers are not the sirens' to take."""
    nodes = Nodes(CITY, _Wire(lambda _: []))
    for topic in (topics.readings(CITY, NODE), topics.command_result("lain", NODE, topics.SIREN), "x"):
        assert not nodes.heard(Incoming(topic, b"{}", retain=False, duplicate=False, token=0))
