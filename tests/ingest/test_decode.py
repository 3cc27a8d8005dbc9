"""Decoding never fails, whatever comes; and an answer always fits on the wire."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from support.accepting import NODE, batch, reading
from support.linked import CITY

from broker.ports import Incoming
from contract import topics
from contract.codec import decode as decode_message
from contract.messages import MAX_MESSAGE_BYTES, MAX_US, Ack
from ingest.acks import Acks
from ingest.decode import BatchNews, BirthNews, Garbage, StatusNews, decode

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["seq", "sensor", "observed_us", "mono_us", "trust", "quality", "kind", "values", "checks", "x"]
)


def heard(payload: bytes, topic: str = topics.readings(CITY, NODE)) -> Any:
    return decode(Incoming(topic, payload, False, False, 1), CITY)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()), st.sampled_from(topics.UP))
def test_any_bytes_on_any_topic(payload: bytes, leaf: str) -> None:
    """Nothing that arrives raises."""
    news = heard(payload, f"siaga/v1/{CITY}/{NODE}/{leaf}")
    assert news is None or isinstance(news, BatchNews | BirthNews | StatusNews | Garbage)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(FIELDS, JSON, max_size=3))
def test_any_change_of_one_reading_leaves_the_other(change: dict[str, Any]) -> None:
    """The good reading of a batch is always there, and the changed one is either a reading or explained."""
    news = heard(batch(reading(1), reading(2) | change))
    assert isinstance(news, BatchNews)
    assert news.readings[0].seq == 1
    assert len(news.readings) + len(news.malformed) == 2
    assert all("readings." in bad.detail and isinstance(json.loads(bad.alone), dict) for bad in news.malformed)


def test_topics_that_are_none_of_ours() -> None:
    """Another city, another leaf and no topic of ours at all are said to be so."""
    for topic in ("siaga/v1/other/tugu/readings", f"siaga/v1/{CITY}/tugu/config", "a/b", f"siaga/v1/{CITY}/TUGU/birth"):
        news = heard(batch(reading(1)), topic)
        assert isinstance(news, Garbage)
        assert news.reason == "wrong_topic"


def test_a_retained_message_taken_away_is_no_news() -> None:
    """An empty birth is how a broker is told to forget one."""
    assert heard(b"", topics.birth(CITY, NODE)) is None


class Recorder:
    """The half of a subscription that answers go through."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> bool:
        self.sent.append(payload)
        return True


def test_an_answer_about_thousands_of_scattered_readings_fits() -> None:
    """It is cut into messages that the wire allows, and no seq is lost."""
    acks, recorder = Acks(), Recorder()
    seqs = range(MAX_US - 8_000, MAX_US, 2)
    for seq in seqs:
        acks.stored(NODE, "00000000000000aa", seq)
        acks.held(NODE, "00000000000000aa", seq)
        acks.refused(NODE, "00000000000000aa", seq, "time_implausible")
    acks.send(CITY, recorder, 1)  # type: ignore[arg-type]
    answers = [decode_message(Ack, payload) for payload in recorder.sent]
    assert all(len(payload) <= MAX_MESSAGE_BYTES for payload in recorder.sent)
    assert [first for ack in answers for first, _ in ack.stored] == list(seqs)
    assert [first for ack in answers for first, _ in ack.held] == list(seqs)
    assert [refusal.seq for ack in answers for refusal in ack.refused] == list(seqs)
