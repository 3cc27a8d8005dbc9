"""What the InfluxDB store makes of every answer that its write API knows, told by a scripted server."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.city_data import NOON_US, row

from contract.errors import Unavailable
from faults.parts.brokers import free_port
from faults.parts.influx_front import Answer, Scripted, scripted
from store import open_readings
from store.ports import ReadingStore

_POISON = 666_000.0


@pytest.fixture
def server() -> Iterator[Scripted]:
    """A server that takes everything until the test says otherwise."""
    with scripted() as running:
        yield running


@pytest.fixture
def store(server: Scripted) -> Iterator[ReadingStore]:
    """The store in front of it."""
    opened = open_readings(server.url, token="token")
    yield opened
    opened.close()


def _poisonous(lines: list[str]) -> list[int]:
    return [number for number, line in enumerate(lines, 1) if f"level_cm={_POISON}" in line]


def test_a_large_write_goes_in_parts(server: Scripted, store: ReadingStore) -> None:
    """At most 5,000 lines a request, all of them once."""
    rows = [row(seq, NOON_US + seq) for seq in range(12_000)]
    assert store.write(rows) == []
    assert [len(lines) for lines in server.requests] == [5_000, 5_000, 2_000]
    assert len(server.kept) == 12_000


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("poison", [0, 1, 2_500, 4_998, 4_999])
def test_a_poison_line_is_found_by_bisection(server: Scripted, store: ReadingStore, status: int, poison: int) -> None:
    """One bad line in 5,000 costs at most 2·log2(n) further requests and no good row."""
    rows = [row(seq, NOON_US + seq, level_cm=_POISON if seq == poison else 1.0) for seq in range(5_000)]
    server.script = lambda lines: Answer(status, '{"message":"no such number"}') if _poisonous(lines) else Answer()
    refused = store.write(rows)
    assert [(bad.row, bad.reason, bad.time_taken) for bad in refused] == [(rows[poison], "no such number", False)]
    assert len(server.requests) - 1 <= 2 * math.ceil(math.log2(5_000))
    assert len(server.kept) == 4_999


def test_a_poison_line_that_is_named_costs_two_requests(server: Scripted, store: ReadingStore) -> None:
    """Where the error gives the line's number, what is before it and after it is sent again, and that is all."""
    rows = [row(seq, NOON_US + seq, level_cm=_POISON if seq == 77 else 1.0) for seq in range(200)]

    def script(lines: list[str]) -> Answer:
        bad = _poisonous(lines)
        return Answer(400, json.dumps({"message": "bad line", "line": bad[0]})) if bad else Answer()

    server.script = script
    assert [bad.row.seq for bad in store.write(rows)] == [77]
    assert len(server.requests) == 3
    assert len(server.kept) == 199


@settings(max_examples=25, deadline=None)
@given(bad=st.sets(st.integers(0, 63), max_size=6), named=st.booleans())
def test_every_poison_line_is_found_whatever_their_places(bad: set[int], named: bool) -> None:
    """Exactly the bad rows are refused and exactly the good ones kept."""
    rows = [row(seq, NOON_US + seq, level_cm=_POISON if seq in bad else 1.0) for seq in range(64)]

    def script(lines: list[str]) -> Answer:
        found = _poisonous(lines)
        line = {"line": found[0]} if named and found else {}
        return Answer(400, json.dumps({"message": "bad", **line})) if found else Answer()

    with scripted() as running:
        running.script = script
        opened = open_readings(running.url, token="token")
        refused = opened.write(rows)
        opened.close()
        assert {one.row.seq for one in refused} == bad
        assert len(running.kept) == 64 - len(bad)


def test_a_request_that_is_too_large_is_cut(server: Scripted, store: ReadingStore) -> None:
    """413 says nothing against any row, down to a single one that is larger than the server allows."""
    server.script = lambda lines: Answer(413, "too large") if len(lines) > 300 else Answer()
    assert store.write([row(seq, NOON_US + seq) for seq in range(1_000)]) == []
    assert len(server.kept) == 1_000
    server.script = lambda lines: Answer(413, "too large")
    assert [bad.reason for bad in store.write([row(1, NOON_US)])] == ["too large"]


@pytest.mark.parametrize(
    ("status", "headers", "retry_after_s", "said", "mend"),
    [
        (401, {}, None, "does not accept the token", "SIAGA_READINGS_TOKEN_FILE"),
        (403, {}, None, "does not accept the token", "SIAGA_READINGS_TOKEN_FILE"),
        (404, {}, None, "has no bucket", "SIAGA_READINGS_URL"),
        (429, {"Retry-After": "17"}, 17.0, "come back later", ""),
        (503, {"Retry-After": "3"}, 3.0, "come back later", ""),
        (503, {}, None, "come back later", ""),
        (503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None, "come back later", ""),
        (500, {}, None, "answers 500", ""),
    ],
)
def test_an_answer_that_is_about_no_row_loses_none(
    server: Scripted,
    store: ReadingStore,
    status: int,
    headers: dict[str, str],
    retry_after_s: float | None,
    said: str,
    mend: str,
) -> None:
    """Unavailable, with a sentence, the setting to mend and the server's own wish when to come back; one
    request, then silence; and the same rows pass when it is well again."""
    server.script = lambda lines: Answer(status, "{}", headers)
    rows = [row(1, NOON_US)]
    with pytest.raises(Unavailable, match=said) as caught:
        store.write(rows)
    assert (caught.value.retry_after_s, caught.value.mend) == (retry_after_s, mend)
    assert len(server.requests) == 1
    with pytest.raises(Unavailable, match=said):
        store.ping()
    server.script = lambda lines: Answer()
    assert store.write(rows) == []
    assert len(server.kept) == 1


def test_an_error_in_the_middle_of_a_bisection_loses_no_row(server: Scripted, store: ReadingStore) -> None:
    """Nothing can be said of the rows: all are written again, which changes nothing for those that were kept."""
    rows = [row(seq, NOON_US + seq, level_cm=_POISON if seq == 9 else 1.0) for seq in range(64)]

    def breaks(lines: list[str]) -> Answer:
        if len(server.requests) > 3:
            return Answer(503)
        return Answer(400, "bad") if _poisonous(lines) else Answer()

    server.script = breaks
    with pytest.raises(Unavailable):
        store.write(rows)
    server.requests.clear()
    server.script = lambda lines: Answer(400, "bad") if _poisonous(lines) else Answer()
    assert [bad.row.seq for bad in store.write(rows)] == [9]
    assert len(server.kept) == 63


@pytest.mark.parametrize("body", ["", "nonsense", "[]", '{"results":[{"error":"engine is closed"}]}'])
def test_an_answer_to_a_question_that_makes_no_sense_is_unavailable(
    server: Scripted, store: ReadingStore, body: str
) -> None:
    """A proxy's page, half an answer, an error inside a 200: never an empty history without a word, except the empty
    body, which InfluxQL in chunks means by nothing."""
    server.script = lambda lines: Answer(200, body)
    if body == "":
        assert list(store.latest("yogyakarta")) == []
        return
    with pytest.raises(Unavailable):
        store.latest("yogyakarta")


def test_every_answer_is_told_as_it_comes(server: Scripted) -> None:
    """Of a write that is many requests, of a refusal and of a question; and nothing is told of a server that says
    nothing: by this a stage is known to go on."""
    heard: list[int] = []
    rows = [row(seq, NOON_US + seq, level_cm=_POISON if seq == 9 else 1.0) for seq in range(64)]
    server.script = lambda lines: Answer(400, "bad") if _poisonous(lines) else Answer()
    with closing(
        open_readings(server.url, token="token", answered=lambda: heard.append(len(server.requests)))
    ) as store:
        assert [bad.row.seq for bad in store.write(rows)] == [9]
        assert heard == list(range(1, len(server.requests) + 1))
        assert len(heard) > 5
        server.script = lambda lines: Answer(503)
        with pytest.raises(Unavailable):
            store.write(rows[:1])
        assert heard[-1] == len(server.requests)
        before = len(heard)
        with pytest.raises(Unavailable):
            list(store.latest("yogyakarta"))
        assert len(heard) == before + 1


def test_silence_is_no_answer() -> None:
    """Nobody listens there."""
    heard: list[None] = []
    url = f"influxdb://127.0.0.1:{free_port()}/readings?org=siaga"
    with closing(open_readings(url, token="token", answered=lambda: heard.append(None))) as store:
        for asked in (lambda: store.write([row(1, NOON_US)]), lambda: list(store.latest("yogyakarta"))):
            with pytest.raises(Unavailable):
                asked()
    assert not heard
