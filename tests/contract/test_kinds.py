"""The four kinds and their fields."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from contract.kinds import KINDS, VALUES, KindName, fields_of
from contract.messages import READINGS


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind: KindName) -> None:
    """Stores, boards and documents find a type, a unit and a sentence for each field."""
    specs = fields_of(kind)
    assert [spec.name for spec in specs] == list(VALUES[kind].model_fields)
    for spec in specs:
        assert spec.unit
        assert spec.text
        assert (spec.scalar == "text") or not spec.choices


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_may_be_missing(kind: KindName) -> None:
    """A value that was due and did not come is null, never a zero."""
    empty = VALUES[kind]()
    assert all(value is None for value in empty.model_dump().values())


def test_scalars() -> None:
    """The type that a store keeps for ever."""
    by_name = {spec.name: spec for kind in KINDS for spec in fields_of(kind)}
    assert by_name["level_cm"].scalar == "float"
    assert by_name["clients"].scalar == "integer"
    assert by_name["gateway_ok"].scalar == "boolean"
    assert by_name["dropped_sensor"].scalar == "text"
    assert by_name["internet"].choices == ("open", "captive", "down")


def test_one_name_has_one_type() -> None:
    """A field name that two kinds share means the same type in both."""
    seen: dict[str, str] = {}
    for kind in KINDS:
        for spec in fields_of(kind):
            assert seen.setdefault(spec.name, spec.scalar) == spec.scalar


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_is_of_its_kind(kind: KindName) -> None:
    """The discriminator and the values belong together."""
    fields = READINGS[kind].model_fields
    assert fields["kind"].default == kind
    assert fields["values"].annotation is VALUES[kind]


def test_values_are_frozen_and_strict() -> None:
    """A value cannot be bent after it was measured, nor made of text."""
    flood = VALUES["flood"].model_validate({"level_cm": 12})
    with pytest.raises(ValidationError):
        flood.level_cm = 13.0  # type: ignore[attr-defined]
    with pytest.raises(ValidationError):
        VALUES["flood"].model_validate({"level_cm": "12"})
