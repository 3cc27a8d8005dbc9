"""What a WiFi point asks the city, with the point's own client against the real server."""

from __future__ import annotations

import pytest

from contract.probe import PROBE_PATH, probe_answer
from edge.hotspot.portal import probe

NONCE = "0123456789abcdef0123456789abcdef"


def test_a_point_knows_the_internet_by_the_citys_answer(made, serve):
    """The edge's probe finds the internet open, and a page that is not the answer to be a portal."""
    client = serve(made)
    assert probe(f"{client.base_url}{PROBE_PATH}", NONCE, 5.0).internet == "open"
    assert probe(f"{client.base_url}/health", NONCE, 5.0).internet == "captive"


def test_the_answer_is_text_kept_by_nobody(made, serve):
    """200, the 64 digits alone, no cache, no cookie."""
    answer = serve(made).get(PROBE_PATH, params={"nonce": NONCE})
    assert (answer.status_code, answer.text) == (200, probe_answer(NONCE))
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    assert len(answer.content) == 64


@pytest.mark.parametrize("nonce", ["", "x", NONCE.upper(), NONCE + "0", "<script>"])
def test_a_bad_nonce_is_a_problem(made, serve, nonce):
    """400 in RFC 9457 that says what to send; nothing of the asker's is echoed."""
    answer = serve(made).get(PROBE_PATH, params={"nonce": nonce})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert "32 lower-case hexadecimal digits" in answer.json()["detail"]
    assert "script" not in answer.text


def test_many_points_at_once_are_all_answered(made, serve):
    """A district behind one address asks in the same second; nobody is turned away."""
    client = serve(made)
    nonces = [f"{i:032x}" for i in range(300)]
    assert [client.get(PROBE_PATH, params={"nonce": one}).text for one in nonces] == [probe_answer(n) for n in nonces]
