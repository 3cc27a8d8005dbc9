"""A channel's day, and a provider that says yes and delivers nothing."""

from __future__ import annotations

import pytest
from support.reaching import telling

from contract.clock import DAY_US
from contract.reach import SendState, Tally, Told
from contract.reach_shown import ENOUGH, RECEIPT_US, budget_of, share, swallowed
from contract.subscription import ReachKind


def test_a_day_s_budget_warns_before_it_is_spent() -> None:
    """At four fifths."""
    assert [budget_of(spent, 100) for spent in (0, 79, 80, 99, 100)] == ["fine", "fine", "near", "near", "spent"]
    assert budget_of(10**9, None) == "fine"


def test_of_a_few_messages_a_share_says_nothing() -> None:
    """Nineteen phones that are switched off are no fault of a provider's."""
    assert share(_told(accepted=ENOUGH - 1), "webpush") is None
    assert share(_told(accepted=15, delivered=5), "webpush") == 0.25


@pytest.mark.parametrize(
    ("delivered", "usual", "silent"),
    [(0, (), True), (9, (), True), (10, (), False), (39, (80, 80, 20), True), (40, (80, 80, 20), False)],
)
def test_a_provider_that_delivers_nothing_is_seen(delivered: int, usual: tuple[int, ...], silent: bool) -> None:
    """Of a hundred: less than half of what phones usually say, and less than a tenth where nothing was told before."""
    last = _told(accepted=100 - delivered, delivered=delivered)
    before = [_told(accepted=100 - one, delivered=one) for one in usual]
    assert swallowed(last, before, "webpush", last.telling.at_us + RECEIPT_US) is silent


def test_nobody_is_accused_before_phones_could_have_said_so() -> None:
    """Ten minutes after the telling, and only of what can say so at all."""
    last = _told(accepted=100)
    assert not swallowed(last, [], "webpush", last.telling.at_us + RECEIPT_US - 1)
    mail = _told("email", accepted=100)
    assert not swallowed(mail, [], "email", mail.telling.at_us + DAY_US)


def _told(kind: ReachKind = "webpush", **counts: int) -> Told:
    states: dict[str, SendState] = {"accepted": "accepted", "delivered": "delivered"}
    one = telling()
    tallies = (Tally(telling=one.id, kind=kind, state=states[name], reason="", count=n) for name, n in counts.items())
    return Told(telling=one, done=True, tallies=tuple(tallies))
