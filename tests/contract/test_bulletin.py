"""A bulletin goes out into the world and comes back as it was, or is refused with the field."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from support.bulletins import bulletin

from contract.bulletin import bulletin_from, bulletin_id, canonical, values_of
from contract.errors import BadInput


def test_a_bulletin_survives_the_wire() -> None:
    """Through JSON and back it is equal, and what is signed is the same to the byte."""
    one = bulletin(value_cm=312, regions=("RW 05", "RW 06"), trend=1)
    again = bulletin_from(json.loads(json.dumps(values_of(one))))
    assert again == one
    assert canonical(again) == canonical(one)
    assert canonical(replace(one, value_cm=312.0)) == canonical(one)


def test_every_field_but_the_signature_is_signed() -> None:
    """Whatever else is changed is seen."""
    one = bulletin()
    changed: dict[str, Any] = {"text": {"id": "Aman.", "en": "Safe."}, "drill": True, "number": 2, "key": "k2"}
    assert canonical(replace(one, signature="AAAA")) == canonical(one)
    assert all(canonical(replace(one, **{name: value})) != canonical(one) for name, value in changed.items())


def test_the_same_bulletin_has_the_same_id() -> None:
    """Of its incident and number, and of nothing else."""
    assert bulletin_id("i1", 1) == bulletin_id("i1", 1) != bulletin_id("i1", 2)


@pytest.mark.parametrize(
    ("where", "how"),
    [
        ("colour", {"colour": "red"}),
        ("kind", {"kind": "rumour"}),
        ("ground", {"ground": "gossip"}),
        ("text", {"text": {"jv": "Banyu munggah."}}),
        ("text", {"text": "Air naik."}),
        ("drill", {"drill": 0}),
        ("number", {"number": True}),
        ("value_cm", {"value_cm": "312"}),
        ("bulletin", {"level": 7}),
    ],
)
def test_what_is_no_bulletin_is_refused(where: str, how: dict[str, Any]) -> None:
    """With the field where one is to blame."""
    with pytest.raises(BadInput, match=where):
        bulletin_from(values_of(bulletin()) | how)


def test_a_bulletin_without_a_field_is_refused() -> None:
    """Half of one says nothing."""
    values = values_of(bulletin())
    del values["at_us"]
    with pytest.raises(BadInput, match="at_us"):
        bulletin_from(values)
