"""Nothing but our own words can become a topic."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from contract import topics

IDS = st.from_regex(re.compile(topics.ID_PATTERN, re.ASCII), fullmatch=True).filter(lambda text: len(text) <= 48)
LEAVES: dict[str, Callable[[str, str], str]] = {
    "birth": topics.birth,
    "status": topics.status,
    "readings": topics.readings,
    "ack": topics.ack,
    "config": topics.config,
    "config/state": topics.config_state,
    "firmware": topics.firmware,
    "firmware/state": topics.firmware_state,
}


@given(IDS, IDS, st.sampled_from(sorted(LEAVES)))
def test_parse_undoes_build(city: str, node: str, leaf: str) -> None:
    """A topic taken apart is what it was made of."""
    assert topics.parse(LEAVES[leaf](city, node)) == topics.Address(city, node, leaf)


@given(IDS, IDS, IDS)
@example("city", "node", "result")
def test_commands_come_apart_too(city: str, node: str, number: str) -> None:
    """A command's id stays in its leaf."""
    assert topics.parse(topics.command(city, node, number)) == topics.Address(city, node, f"command/{number}")
    result = topics.parse(topics.command_result(city, node, number))
    assert result == topics.Address(city, node, f"command/{number}/result")


@settings(max_examples=300)
@given(
    st.text(max_size=60)
    | st.text(alphabet="+#/.$-\x00 \n\tAzé٣ａ", min_size=1, max_size=8)
    | st.tuples(IDS, st.sampled_from([*"+#/.$\x00\n\r\t _A:é٣", "--"]), IDS).map("".join)
)
def test_nothing_else_becomes_a_topic(text: str) -> None:
    """No wildcard, slash, dot, NUL, capital, letter from elsewhere or over-long word gets in."""
    assume(not (len(text) <= 48 and re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", text)))
    assert not topics.valid_id(text)
    for build in (*LEAVES.values(), lambda city, node: topics.command(city, node, "x")):
        if text != "+":  # a service's filter over all nodes is the one wildcard we write ourselves
            with pytest.raises(ValueError, match="cannot stand in a topic"):
                build(text, "node")
            with pytest.raises(ValueError, match="cannot stand in a topic"):
                build("city", text)
    with pytest.raises(ValueError, match="cannot stand in a topic"):
        topics.command("city", "node", text)
    assert topics.parse(f"{topics.ROOT}/{text}/node/birth") is None
    assert topics.parse(f"{topics.ROOT}/city/{text}/birth") is None


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "siaga/v1",
        "siaga/v1/c/n",
        "siaga/v1/c/n/",
        "siaga/v2/c/n/birth",
        "/siaga/v1/c/n/birth",
        "$SYS/v1/c/n/birth",
        "siaga/v1/c/n/birth/",
        "siaga/v1/c/n/weather",
        "siaga/v1/c/n/command",
        "siaga/v1/c/n/command/a/",
        "siaga/v1/c/n/command/a/result/",
        "siaga/v1/c/n/command/a/b",
        "siaga/v1/c/n/+",
        "siaga/v1/c/n/#",
    ],
)
def test_foreign_topic(topic: str) -> None:
    """What is none of ours is None, not a guess."""
    assert topics.parse(topic) is None


def test_filters_of_services() -> None:
    """A service reads one leaf of every node."""
    assert topics.every_node("yogyakarta", "readings") == "siaga/v1/yogyakarta/+/readings"
    assert topics.every_node("+", "birth") == "siaga/v1/+/+/birth"


def test_every_leaf_goes_one_way() -> None:
    """Up or down, never both; what is retained is one of them."""
    assert not set(topics.UP) & set(topics.DOWN)
    assert set(topics.UP) | set(topics.DOWN) == set(LEAVES)
    assert set(topics.RETAINED) <= set(LEAVES)
