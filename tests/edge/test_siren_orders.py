"""Which orders to a siren a node takes, once each, and what it says to the others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.lossy_city import CITY, NODE, START_US, Pole

from contract import codec, topics
from contract.clock import SECOND_US
from contract.messages import SirenAnswer, SirenOrder
from edge.actions import Publish
from edge.ports import SensorInfo
from edge.siren.port import Blow, Blown

ORDER = topics.command(CITY, NODE, topics.SIREN)
SOUND = Blow("menara", "k1", "sound", 60.0, drill=False)


@pytest.fixture
def pole(tmp_path: Path) -> Iterator[Pole]:
    made = Pole(tmp_path / "spool.db", [SensorInfo("level", "flood", 60.0)], sirens=["menara"])
    yield made
    made.close()


def online(pole: Pole, *, greeted: bool = True) -> None:
    pole.step()
    pole.dial()
    pole.step()
    if greeted:
        pole.carry()


def order(pole: Pole, **changes: Any) -> bytes:
    said = {
        "city": CITY, "node": NODE, "siren": "menara", "key": "k1", "do": "sound", "for_s": 60.0,
        "sent_us": pole.true_us, "expires_us": pole.true_us + 30 * SECOND_US, **changes,
    }  # fmt: skip
    return codec.encode(SirenOrder.model_validate(said))


def hears(pole: Pole, payload: bytes) -> tuple[list[Blow], list[SirenAnswer]]:
    """What the agent asks to be done, and what it answers at once."""
    pole.agent.received(ORDER, payload, pole.at)
    return _said(pole)


def _said(pole: Pole) -> tuple[list[Blow], list[SirenAnswer]]:
    actions = pole.agent.step(pole.at)
    answers = [one for one in actions if isinstance(one, Publish)]
    assert all(one.topic == topics.command_result(CITY, NODE, topics.SIREN) for one in answers)
    assert all(one.qos == 1 and not one.retain for one in answers)
    blows = [one for one in actions if isinstance(one, Blow)]
    return blows, [codec.decode(SirenAnswer, one.payload) for one in answers]


def test_an_order_is_carried_out_and_answered(pole: Pole) -> None:
    """The answer names it, and says for how long it sounds."""
    online(pole)
    assert hears(pole, order(pole)) == ([SOUND], [])
    pole.agent.blown(Blown("menara", "k1", "sound", 60.0))
    (answer,) = _said(pole)[1]
    assert (answer.node, answer.siren, answer.key, answer.outcome, answer.for_s) == (NODE, "menara", "k1", "done", 60.0)


def test_the_same_order_twice_is_carried_out_once(pole: Pole) -> None:
    """While it is being done nothing is said; afterwards the answer is repeated, however late it is by then."""
    online(pole)
    again = order(pole)
    hears(pole, again)
    assert hears(pole, again) == ([], [])
    pole.agent.blown(Blown("menara", "k1", "sound", 60.0))
    first = _said(pole)
    pole.advance(45)
    assert hears(pole, again) == first
    assert hears(pole, order(pole, key="k2", do="stop", for_s=0.0))[0] == [
        Blow("menara", "k2", "stop", 0.0, drill=False)
    ]


def test_what_went_wrong_is_tried_again(pole: Pole) -> None:
    """A line may be mended while the city still asks."""
    online(pole)
    hears(pole, order(pole))
    pole.agent.blown(Blown("menara", "k1", "sound", trouble="menara: the line stays off"))
    (answer,) = _said(pole)[1]
    assert (answer.outcome, answer.said) == ("failed", "menara: the line stays off")
    assert hears(pole, order(pole)) == ([SOUND], [])
    pole.agent.blown(Blown("menara", "k1", "sound", trouble="it sounds for a real order now", busy=True))
    assert _said(pole)[1][0].outcome == "busy"


@pytest.mark.parametrize(
    ("changes", "outcome", "said"),
    [
        ({"siren": "masjid"}, "unknown", "there is no siren masjid here; there is: menara"),
        ({"node": "lain"}, "not_ours", "the order is for lain in kota"),
        ({"city": "lain"}, "not_ours", "the order is for pos-1 in lain"),
        ({"sent_us": START_US - 90 * SECOND_US, "expires_us": START_US - 60 * SECOND_US}, "late", "given 90 s ago"),
        ({"sent_us": START_US + 90 * SECOND_US, "expires_us": START_US + 999 * SECOND_US}, "late", "given -90 s ago"),
    ],
)
def test_an_order_that_is_not_taken_is_refused_with_words(
    pole: Pole, changes: dict[str, Any], outcome: str, said: str
) -> None:
    """And nothing sounds."""
    online(pole)
    blows, (answer,) = hears(pole, order(pole, **changes))
    assert blows == []
    assert answer.outcome == outcome
    assert answer.said.endswith(said)


@pytest.mark.parametrize(
    "wrong", [{"do": "howl"}, {"for_s": 601.0}, {"for_s": -1.0}, {"key": ""}, {"drill": 1}, {"loud": True}, {"v": 2}]
)
def test_an_order_that_cannot_be_read_is_ignored_and_counted(pole: Pole, wrong: dict[str, Any]) -> None:
    """Rather than sounding for whatever it may have meant; so is one on a command that there is not."""
    online(pole)
    payload = json.dumps({**json.loads(order(pole)), **wrong}).encode()
    assert hears(pole, payload) == ([], [])
    pole.agent.received(topics.command(CITY, NODE, "howl"), order(pole), pole.at)
    assert _said(pole) == ([], [])
    assert pole.agent.ignored_messages == 2


def test_a_node_that_does_not_know_the_time_takes_an_order_as_it_comes(pole: Pole) -> None:
    """The broker keeps no order, so that what it hears is new."""
    online(pole, greeted=False)
    assert hears(pole, order(pole, sent_us=1, expires_us=2))[0] == [SOUND]


def test_an_answer_that_nobody_can_hear_is_given_when_the_order_comes_again(pole: Pole) -> None:
    """The line was cut while the siren began."""
    online(pole)
    hears(pole, order(pole))
    pole.cut()
    pole.agent.blown(Blown("menara", "k1", "sound", 60.0))
    pole.step()
    pole.advance(10)
    online(pole)
    blows, (answer,) = hears(pole, order(pole))
    assert (blows, answer.outcome) == ([], "done")


def test_a_node_without_sirens_says_so(tmp_path: Path) -> None:
    """Rather than letting somebody wait."""
    pole = Pole(tmp_path / "spool.db", [SensorInfo("level", "flood", 60.0)])
    online(pole)
    _, (answer,) = hears(pole, order(pole))
    assert (answer.outcome, answer.said) == ("unknown", "there is no siren menara here; there is: none")
    pole.close()


def test_what_is_remembered_has_an_end(pole: Pole) -> None:
    """A thousand orders take no more room than two hundred."""
    online(pole)
    for number in range(1_000):
        hears(pole, order(pole, key=f"k{number}"))
        pole.agent.blown(Blown("menara", f"k{number}", "sound", 60.0))
        _said(pole)
    assert hears(pole, order(pole, key="k999"))[0] == []
    assert hears(pole, order(pole, key="k0"))[0] == [SOUND._replace(key="k0")]
