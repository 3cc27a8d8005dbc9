"""Which warning matters now, whom it concerns, and who is silent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from support.bulletins import bulletin
from support.city_data import NOON_US
from support.contacts import contact

from contract.bulletin import Bulletin
from contract.chain import Contact, Relay, afterwards, chain_of, check_contact, concerns, standing
from contract.errors import BadInput
from contract.levels import Level

REGIONS = {"31.74.01.1001"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("rw", " "),
        ("rw", "R" * 61),
        ("name", "Bu\u202eWiji"),
        ("region", "31.74.99"),
        ("role", "king"),
        ("language", "jv"),
        ("phone", "telepon"),
        ("phone", "12"),
        ("phone", "0" * 16),
        ("phone", "0812 000 111 ask Wiji"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(field: str, value: str) -> None:
    """With what to write instead."""
    wrong: dict[str, Any] = {field: value}
    with pytest.raises(BadInput) as told:
        check_contact(contact(**wrong), REGIONS)
    assert told.value.where == field
    assert told.value.remedy
    check_contact(contact(), REGIONS)


def kinds(*said: Bulletin, now_us: int = NOON_US) -> list[str]:
    return [f"{one.kind} {one.number}" for one in standing(said, now_us)]


def test_an_order_stands_until_it_is_taken_back_or_over() -> None:
    """A later figure does not send anybody home; a milder level, a correction and an all-clear do."""
    fact, order, later = bulletin(1), bulletin(2, kind="order"), bulletin(3)
    milder = bulletin(3, level=Level.WASPADA)
    assert kinds(fact, order, milder) == ["fact 3"]
    assert kinds(fact, order, bulletin(3, level=Level.AWAS)) == ["order 2"]
    assert kinds(fact) == ["fact 1"]
    assert kinds(later, fact, order) == ["order 2"]
    assert kinds(fact, order, later, bulletin(4, kind="correction")) == ["correction 4"]
    assert kinds(fact, order, bulletin(4, kind="all_clear")) == ["all_clear 4"]
    assert kinds(order, bulletin(4, kind="all_clear"), bulletin(5)) == ["fact 5"]


def test_the_gravest_of_several_rivers_comes_first() -> None:
    """Order over fact over correction, then the worse level, then the newer."""
    order = bulletin(2, of="c", kind="order")
    facts = bulletin(1, of="a"), bulletin(1, of="b", level=Level.AWAS)
    wrong = bulletin(9, of="d", kind="correction")
    assert [one.incident for one in standing([wrong, *facts, order], NOON_US)] == ["c", "b", "a", "d"]


def test_what_has_expired_is_no_news() -> None:
    """Neither is what it stood against."""
    fact, order = bulletin(1), bulletin(2, kind="order", expires_us=NOON_US)
    assert kinds(fact, order) == []
    assert kinds(fact, replace(order, expires_us=NOON_US + 1)) == ["order 2"]


def here(one: Contact, *, gauge_region: str = "31.74.01", surveyed: str = "rw 04 contoh") -> bool:
    return concerns(bulletin(regions=("RW 04 Contoh",)), one, gauge_region=gauge_region, surveyed={surveyed})


def test_it_concerns_who_is_named_and_who_is_not_known_to_be_safe() -> None:
    """An RW that was surveyed and is not reached is left to sleep; one that nobody surveyed is not."""
    assert here(contact(rw="rw 04  contoh"))
    assert here(contact(rw="RW 04 Contoh", region="31.74.09.1001"), gauge_region="31.74.01")
    assert not here(contact(rw="RW 05 Contoh"), surveyed="rw 05 contoh")
    assert here(contact(rw="RW 06 Contoh"), gauge_region="31.74.01.1009")
    assert not here(contact(rw="RW 06 Contoh", region="31.74.02.1001"), gauge_region="31.74.01.1009")


def test_the_silent_are_known_after_five_minutes() -> None:
    """In the order of the bulletin's RW; where one of an RW has passed it on the others are left in peace."""
    told = bulletin(regions=("RW 05 Contoh", "RW 04 Contoh"))
    four, five = contact(), contact(id="contact-2", rw="RW 05 Contoh")
    mosque = contact(id="contact-3", role="mosque", name="Pak Kaum")
    unable = contact(id="contact-4", rw="RW 06 Contoh")
    said = [
        Relay(
            bulletin=told.id, contact=unable.id, city="jakarta", at_us=told.at_us + 5, done=False, reason="toa rusak"
        ),
        Relay(bulletin="another", contact=five.id, city="jakarta", at_us=told.at_us + 5, done=True),
    ]
    everyone = [four, five, mosque, unable]
    soon = chain_of(told, everyone, said, told.at_us + 299_000_000, after_s=300)
    assert [one.id for one in soon.silent] == [five.id, mosque.id, four.id]
    assert not soon.late
    assert [one.id for one, _ in soon.unable] == [unable.id]
    heard = [*said, Relay(bulletin=told.id, contact=mosque.id, city="jakarta", at_us=told.at_us + 9, done=True)]
    then = chain_of(told, everyone, heard, told.at_us + 300_000_000, after_s=300)
    assert [one.id for one in then.silent] == [five.id]
    assert [one.id for one, _ in then.passed] == [mosque.id]
    assert then.late
    assert then.count == 3


def test_what_came_after_a_bulletin_is_of_its_incident() -> None:
    """The oldest first."""
    one, two, three = (bulletin(number) for number in (1, 2, 3))
    assert afterwards(one, [three, two, one, bulletin(9, of="another")]) == [two, three]
