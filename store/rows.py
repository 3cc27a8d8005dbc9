"""What every readings store asks of a row before it takes it, and how a kind's fields become columns."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from contract.clock import MINUTE_US
from contract.kinds import FieldSpec, KindName, fields_of
from contract.messages import MAX_US
from store.ports import Row, Scalar

WINDOW_US = 5 * MINUTE_US


@cache
def specs(kind: KindName) -> tuple[FieldSpec, ...]:
    """The fields of a kind; the contract does not change while a process runs."""
    return fields_of(kind)


@cache
def by_name(kind: KindName) -> Mapping[str, FieldSpec]:
    """Field name -> its specification."""
    return {spec.name: spec for spec in specs(kind)}


@cache
def numeric(kind: KindName) -> tuple[str, ...]:
    """The fields that a roll-up can average."""
    return tuple(spec.name for spec in specs(kind) if spec.scalar in {"integer", "float"})


def window_of(observed_us: int) -> int:
    """The start of the five minutes that a moment lies in."""
    return observed_us - observed_us % WINDOW_US


def problem(row: Row) -> str | None:
    """Why no store can ever take this row, or None.

    The registry of kinds decides a field's type, so that an integer never becomes a float by its first value.
    """
    kind = row.series.kind
    try:
        known = by_name(kind)
    except KeyError:
        return f"kind {kind!r} is not known"
    for name, number in (("observed_us", row.observed_us), ("received_us", row.received_us), ("seq", row.seq)):
        if not 0 <= number <= MAX_US:
            return f"{name} {number} is out of range"
    for name, text in zip(("city", "node", "sensor", "region"), (*row.series[:3], row.region), strict=True):
        if (not text and name != "region") or len(text) > 200 or "\\" in text or not text.isprintable():
            return f"{name} {text!r} cannot name anything"
    for name, value in row.values.items():
        spec = known.get(name)
        if spec is None:
            return f"{kind} has no field {name!r}"
        if reason := _mistyped(spec, value):
            return reason
    return None


def _mistyped(spec: FieldSpec, value: Scalar) -> str | None:
    if spec.scalar == "boolean":
        good = isinstance(value, bool)
    elif spec.scalar == "integer":
        good = isinstance(value, int) and not isinstance(value, bool) and -MAX_US <= value <= MAX_US
    elif spec.scalar == "float":
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    else:
        good = isinstance(value, str) and "\x00" not in value
    return None if good else f"{spec.name} is {spec.scalar} and cannot hold {value!r}"


def received_order(row: Row) -> tuple[int, str, str, int]:
    """The order in which a reader catches up."""
    return row.received_us, row.series.node, row.epoch, row.seq


def whole_groups(rows: Iterable[Row], limit: int) -> Sequence[Row]:
    """At most `limit` rows in received order without a part of those that share the last received_us.

    `rows` holds everything up to and including the group in which the limit falls. Where a single group is larger
    than the limit, it is returned whole: a reader must be able to get past it.
    """
    ordered = sorted(rows, key=received_order)
    if len(ordered) <= limit:
        return ordered
    cut = ordered[limit].received_us
    whole = [row for row in ordered[:limit] if row.received_us < cut]
    return whole or [row for row in ordered if row.received_us == cut]
