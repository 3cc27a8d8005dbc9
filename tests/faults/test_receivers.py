"""The two receivers of the laboratory count as they say, so that a message told twice cannot hide."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
from pathlib import Path

import pytest
from support.webhooks import AT_S, digest, order, tell

from faults.parts.receivers import ALL_CLEAR, receivers


def test_a_key_counts_once_where_keys_are_honoured_and_twice_where_not(tmp_path: Path) -> None:
    """The same key again: one has told its people once, the other twice."""
    with receivers(tmp_path) as both:
        for receiver in (both.keyed, both.keyless):
            assert [tell(receiver, "k1"), tell(receiver, "k1")] == [200, 200]
        assert (both.keyed.again(), both.keyless.again()) == (0, 1)


def test_the_same_thing_under_two_keys_is_seen(tmp_path: Path) -> None:
    """A sender whose keys change when it starts again deceives a receiver that honours them; the ledger sees it."""
    with receivers(tmp_path) as both:
        assert [tell(both.keyed, "k1"), tell(both.keyed, "k2")] == [200, 200]
        assert both.keyed.again() == 1


def test_a_digest_is_counted_by_its_event_and_time(tmp_path: Path) -> None:
    """It names no incident; the same one under another key is told twice, the next one is not."""
    with receivers(tmp_path) as both:
        for key, at in (("k1", "2026-06-01T10:00:00Z"), ("k2", "2026-06-01T10:05:00Z"), ("k3", "2026-06-01T10:05:00Z")):
            assert digest(both.keyless, key, at) == 200
        assert both.keyless.again() == 1
        assert both.wrong == []


def test_who_was_never_told_is_named(tmp_path: Path) -> None:
    """An opening without its all-clear, and a receiver that heard nothing."""
    with receivers(tmp_path) as both:
        tell(both.keyed, "k1")
        tell(both.keyed, "k2", change=2, kind=ALL_CLEAR)
        tell(both.keyless, "k1")
        one = frozenset({"banjir-1"})
        assert both.silent(one, one) == ["knows-no-keys: all-clear of banjir-1"]


def test_who_was_never_told_to_leave_is_named(tmp_path: Path) -> None:
    """An order counts by its bulletin: told again under another key it is told twice."""
    with receivers(tmp_path) as both:
        assert [order(both.keyed, key, "b-1") for key in ("k1", "k2")] == [200, 200]
        assert both.unordered(frozenset({"b-1"})) == ["knows-no-keys: order b-1"]
        assert (both.keyed.again(), both.wrong) == (1, [])


def test_who_never_heard_of_an_outage_is_named(tmp_path: Path) -> None:
    """Of its many points one stands for all; a digest is of the event itself."""
    with receivers(tmp_path) as both:
        event_of = {"banjir-1": "padam", "banjir-2": "padam"}
        assert both.silent_on(frozenset({"padam"}), event_of) == ["honours-keys: padam", "knows-no-keys: padam"]
        for receiver in (both.keyed, both.keyless):
            tell(receiver, "k1")
        tell(both.keyed, "k2", change=2, kind=ALL_CLEAR)
        assert both.silent_on(frozenset({"padam"}), event_of) == ["knows-no-keys: all-clear of padam"]


def test_a_message_with_a_wrong_signature_is_not_taken(tmp_path: Path) -> None:
    """Neither counted nor forgotten."""
    with receivers(tmp_path) as both:
        assert tell(both.keyed, "k1", secret=bytes(32)) == 401
        assert both.keyed.counted() == []
        assert both.wrong == ["k1: the signature is wrong"]


def test_half_a_message_is_none(tmp_path: Path) -> None:
    """Who is killed while they speak sent nothing, and is not taken for a forger."""
    with receivers(tmp_path) as both:
        head = b"POST /siaga HTTP/1.1\r\nContent-Length: 100\r\nwebhook-id: k1\r\n\r\n"
        with socket.create_connection(("127.0.0.1", both.keyed.port), timeout=10) as line:
            line.sendall(head + b'{"type":')
            line.shutdown(socket.SHUT_WR)
            assert line.recv(100) == b""
        assert both.wrong == []
        assert both.keyed.counted() == []


@pytest.mark.parametrize("key", ["k1", "alerts/9"])
def test_the_signature_is_that_of_the_published_rules(key: str, tmp_path: Path) -> None:
    """`v1,` and the base64 HMAC-SHA256 of `id.timestamp.body`, reckoned here once more."""
    with receivers(tmp_path) as both:
        body = b'{"type": "incident.opened", "data": {"incident": "i", "change": 1}}'
        due = hmac.new(both.keyed.secret, f"{key}.{AT_S}.".encode() + body, hashlib.sha256).digest()
        assert both.keyed.take(key, str(AT_S), "v1," + base64.b64encode(due).decode(), body) == 200
