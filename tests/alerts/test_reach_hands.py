"""Further processes that send: what becomes of the leader where one of them is gone or hangs."""

from __future__ import annotations

import asyncio
import sys

import pytest
from support.apart import apart

from alerts.reach.delivery import cancel
from alerts.reach.hands import Hands, lease_word
from contract.errors import Unavailable
from store.ports import Lease

SAYS_ONCE = """import json
print(json.dumps({"away": ["sms"]}), flush=True)
raise SystemExit(3)"""
HANGS = "import sys; sys.stdin.read()"
ECHOES = """import json, sys
print(json.dumps({"away": [str(json.loads(sys.stdin.readline())["lease"]["fence"])]}), flush=True)
sys.stdin.read()
print(json.dumps({"away": ["its input ended"]}), flush=True)"""
LEASE = Lease("yogyakarta/reach", "satu", 3, 60)


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


async def watched(program: str, *, silent_s: float = 10.0) -> Hands:
    """Until the watch gives up."""
    hands = Hands([python(program)], silent_s=silent_s)
    await hands.begin()
    try:
        await hands.watch(0)
    finally:
        await hands.end()
    return hands


def test_a_hand_that_ends_ends_the_leader() -> None:
    """Its share would lie there, and a warning with it."""
    with pytest.raises(Unavailable, match=r"ended \(3\)"):
        apart(watched(SAYS_ONCE))


def test_a_hand_that_hangs_ends_the_leader() -> None:
    """It lives and says nothing: as good as gone."""
    with pytest.raises(Unavailable, match="said nothing"):
        apart(watched(HANGS, silent_s=0.1))


def test_a_hand_hears_the_lease_and_ends_with_its_input() -> None:
    """What the leader says comes as it was said; what the hand says of itself can be read, to its last word."""

    async def told() -> set[str]:
        hands = Hands([python(ECHOES)])
        await hands.begin()
        watch = asyncio.create_task(hands.watch(0))
        hands.tell(lease=lease_word(LEASE))
        while not hands.facts("away"):
            await asyncio.sleep(0)
        heard = hands.facts("away")
        await hands.end()
        with pytest.raises(Unavailable, match=r"ended \(0\)"):
            await watch
        return heard | hands.facts("away")

    assert apart(told()) == {"3", "its input ended"}


def test_a_job_that_forgets_that_it_was_cancelled_is_ended_all_the_same() -> None:
    """As `wait_for` of Python 3.11 does: the process would never end, and nobody would start it again."""
    forgot = []

    async def job() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if forgot:
                    raise
                forgot.append(True)

    async def ended() -> bool:
        task = asyncio.create_task(job())
        await asyncio.sleep(0)
        await cancel([task])
        return task.cancelled()

    assert apart(ended())
