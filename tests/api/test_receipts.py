"""Phones say that a message has come to them: kept together, told alike, and never in the engine's way."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from support.reaching import sent, telling
from support.seed import Town
from support.subscriptions import subscription

from api.receipts import Receipts
from contract.errors import Unavailable
from contract.reach import Walk
from store.sends import reach_lease

TOKEN = "abcdefghij-_ABCDEFGHIJ"


def test_what_a_phone_says_stands_as_delivered(made: Town, serve) -> None:
    """Without a cookie or a key, and told once; a word that names nothing is answered alike."""
    city = made.profile.code
    lease = made.cities.lease(reach_lease(city), "satu", made.now_us, 60)
    assert lease is not None
    walk = Walk(telling=replace(telling(), city=city))
    one = subscription(id="s1", city=city, kind="webpush", address="{}", state="active")
    made.cities.put_subscription(one, "d1", None)
    made.cities.begin_walk(lease, walk, "bulletins", 1, made.now_us)
    made.cities.put_sends(lease, walk, [replace(sent(1), subscription="s1", kind="webpush", token=TOKEN)], made.now_us)
    client = serve(made)
    answers = [client.post(f"/api/v1/receipts/{token}") for token in (TOKEN, TOKEN, "0" * 22)]
    assert [(answer.status_code, answer.content) for answer in answers] == [(204, b"")] * 3
    (told,) = made.cities.told(city)
    assert {(tally.state, tally.count) for tally in told.tallies if tally.count} == {("delivered", 1)}
    assert client.post("/api/v1/receipts/no-token").status_code == 404


def test_what_comes_while_one_is_written_is_written_with_the_next() -> None:
    """One transaction for all of them; nothing is lost between two."""
    kept: list[list[str]] = []

    def keep(tokens: Collection[str]) -> None:
        kept.append(list(tokens))
        if len(kept) == 1:
            assert all(receipts.said(str(number)) for number in range(5))

    receipts = Receipts(keep)
    assert receipts.said("first")
    assert kept == [["first"], ["0", "1", "2", "3", "4"]]


def test_while_the_store_is_away_they_wait() -> None:
    """They go with the next one that is said."""
    away, kept = [True], list[str]()

    def keep(tokens: Collection[str]) -> None:
        if away:
            raise Unavailable("the database is away")
        kept.extend(tokens)

    receipts = Receipts(keep)
    assert receipts.said("one")
    away.clear()
    assert receipts.said("two")
    assert kept == ["one", "two"]
