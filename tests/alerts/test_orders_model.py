"""The order to leave against what anybody may check with pencil and paper: random floods, gaps and people's words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st
from support.orders import HILIR, HULU, LAIN, TERMS, Tale

from contract.incident import Incident
from contract.levels import Level

STEP_MIN = 5
WAIT_MIN = 10
SEEN_MIN = 60
SILENT_MIN = 30
AWAS_CM = 160.0
_MOVES = st.sampled_from((None, -12.0, -6.0, 0.0, 6.0, 12.0))
"""how a gauge's water moves in five minutes; None: it says nothing"""
_SAYS = st.sampled_from(("", "", "", "", "wrong", "confirm", "order", "seen_on_camera"))
_HUSH = st.integers(0, 8).map(lambda steps: [(None, None, None, "")] * steps)
_STEP = st.tuples(_MOVES, _MOVES, _MOVES, _SAYS)
STEPS = st.lists(st.tuples(st.lists(_STEP, min_size=1, max_size=6), _HUSH), min_size=2, max_size=7).map(
    lambda parts: [step for told, hush in parts for step in (*told, *hush)]
)
"""some minutes of readings and words, then now and then none at all for a while"""


@dataclass
class Pencil:
    """What a careful person would note about Code at Hilir while it all happens."""

    run_min: float | None = None
    last_min: float | None = None
    wrong_min: float = -1.0
    wrong: bool = False
    seen_min: float | None = None
    standing: bool = False

    def reads(self, minute: float, cm: float) -> None:
        if cm < AWAS_CM:
            self.run_min = self.last_min = None
            return
        if self.run_min is None or self.last_min is None or minute - self.last_min >= SILENT_MIN:
            self.run_min = minute
        self.last_min = minute

    def says(self, minute: float, kind: str) -> None:
        if kind == "wrong":
            self.wrong, self.wrong_min, self.standing = True, minute, False
        elif kind in {"confirm", "order"}:
            self.wrong = False
        elif kind == "seen_on_camera":
            self.seen_min = minute

    @property
    def waited(self) -> bool:
        if self.run_min is None or self.last_min is None or self.wrong:
            return False
        return self.last_min - self.run_min >= WAIT_MIN

    def was_seen(self, minute: float) -> bool:
        if self.seen_min is None or minute - self.seen_min > SEEN_MIN:
            return False
        return not self.wrong or self.seen_min > self.wrong_min


def _open_at(tale: Tale, gauge: str) -> Incident | None:
    known = [one.incident for one in tale.city.told if one.incident.node == gauge]
    return known[-1] if known and known[-1].open else None


def _may_bear_out(tale: Tale) -> bool:
    other = _open_at(tale, HULU)
    return other is not None and not other.no_data and other.level in {Level.AWAS, Level.SIAGA}


@given(steps=STEPS, start=st.sampled_from((90.0, 130.0, 150.0, 165.0)))
@settings(max_examples=150, deadline=None)
def test_no_order_without_a_ground_and_none_that_is_due_is_missed(
    steps: list[tuple[float | None, float | None, float | None, str]], start: float
) -> None:
    """Whatever the water does and people say: an order has its ground at that moment by the pencil's own notes, stands
    once until it is over, taken back or the flood ends, never comes from another river, and comes where ten minutes
    of readings stood above the mark with nobody saying "wrong"."""
    tale, pencil = Tale(replace(TERMS, order_after_s=WAIT_MIN * 60.0)), Pencil()
    water = {HULU: start - 60, HILIR: start, LAIN: start}
    for number, (hulu, hilir, lain, kind) in enumerate(steps):
        minute = number * STEP_MIN
        for at, (gauge, move) in enumerate(((HULU, hulu), (LAIN, lain), (HILIR, hilir))):
            if move is None:
                continue
            water[gauge] = min(230.0, max(40.0, water[gauge] + move))
            if gauge == HILIR:
                pencil.reads(minute, water[gauge])
            _check(tale, pencil, tale.reads(minute + at / 10, gauge, water[gauge]), minute)
        _check(tale, pencil, tale.passes(minute + 0.5), minute)
        open_one = _open_at(tale, HILIR)
        if open_one is None:
            pencil.standing, pencil.wrong, pencil.seen_min = False, False, None
        elif open_one.no_data:
            pencil.run_min = pencil.last_min = None
        if kind and open_one is not None:
            pencil.says(minute + 1, kind)
            body = {"seen_on_camera": {"level_seen": True}, "wrong": {"reason": "uji"}}.get(kind, {})
            _check(tale, pencil, tale.says(minute + 1, kind, **body), minute + 1, by_word=kind == "order")
        open_one = _open_at(tale, HILIR)
        if open_one is not None and open_one.level is Level.AWAS and not open_one.no_data and not pencil.wrong:
            due = pencil.waited or pencil.was_seen(minute + 1) or _may_bear_out(tale)
            assert pencil.standing or not due, f"an order is due at {minute} and none stands"


def _check(tale: Tale, pencil: Pencil, said: list[str], minute: float, *, by_word: bool = False) -> None:
    """Each line that is about Hilir, against the notes."""
    for line in said:
        what, gauge, *rest = line.split()
        if gauge != HILIR:
            continue
        if what == "order":
            assert not pencil.standing, "ordered twice"
            pencil.standing = True
            ground = rest[0]
            assert ground in {"clock", "witness", "officer"}
            assert ground != "officer" or by_word
            assert ground != "clock" or pencil.waited
            assert ground != "witness" or _may_bear_out(tale) or pencil.was_seen(minute)
            assert LAIN not in line
            if ground != "officer":
                incident = _open_at(tale, HILIR)
                assert incident is not None
                assert incident.level is Level.AWAS
        elif what == "over":
            pencil.standing = False
        elif what == "correction":
            assert pencil.wrong
            assert not pencil.standing
