"""Rows as line protocol: escaping, types, and marks for what came late."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st
from support.city_data import EPOCH, NOON_US, row

from contract.clock import HOUR_US
from contract.kinds import KINDS, fields_of
from contract.quality import Quality
from store.line_protocol import late_marks, line
from store.ports import Row, Series
from store.rows import problem

_OURS = {"epoch", "seq", "received_us", "trust", "quality", "checks", "n_values"}
_BASE = {*_OURS, "city", "node", "region", "sensor", "time"}


def test_a_flood_reading_is_one_line() -> None:
    """Tags in order, integers with i, floats without, nanoseconds."""
    one = row(7, NOON_US, level_cm=25.0, source="sensor")
    assert line(one).decode() == (
        "flood,city=yogyakarta,node=gauge-1,region=34.71.01.1001,sensor=level "
        f'epoch="{EPOCH}",seq=7i,received_us={NOON_US + 250_000}i,trust="synced",quality=1i,n_values=2i,'
        f'source="sensor",level_cm=25.0 {NOON_US}000'
    )


def test_an_integer_never_makes_a_float_field() -> None:
    """The registry of kinds decides: 12 measured as a float is 12.0, whatever came first."""
    assert b"level_cm=12.0" in line(row(1, NOON_US, level_cm=12))
    crowd = Row(Series("c", "n", "s", "crowd"), "", 1, 2, EPOCH, 1, "synced", Quality.GOOD, {}, {"people": 3})
    assert b"people=3i" in line(crowd)
    assert b"region" not in line(crowd)


def test_no_kind_has_a_field_that_is_also_a_tag_or_ours() -> None:
    """InfluxDB 3 refuses a tag and a field of one name; ours would be overwritten."""
    for kind in KINDS:
        assert not _BASE & {spec.name for spec in fields_of(kind)}


@dataclass
class _Scanned:
    tags: dict[str, str]
    fields: dict[str, str]


def _scan(text: str) -> _Scanned:
    """A small reader of line protocol, by its reference: the test's own opinion."""
    parts: list[str] = [""]
    quoted = escaped = False
    separators: list[str] = []
    for char in text:
        in_fields = separators.count(" ") >= 1
        if escaped:
            parts[-1] += char if char in ',= "\\' else "\\" + char
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"' and in_fields:
            quoted = not quoted
        elif char in ",= " and not quoted:
            separators.append(char)
            parts.append("")
        else:
            parts[-1] += char
    first, last = separators.index(" "), len(separators) - 1
    tags = parts[1 : first + 1]
    fields = parts[first + 1 : last + 1]
    return _Scanned(dict(zip(tags[::2], tags[1::2], strict=True)), dict(zip(fields[::2], fields[1::2], strict=True)))


_NAMES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="\\"), min_size=1, max_size=12)


@given(node=_NAMES, sensor=st.just("a b,c=d"), text=st.text(max_size=30))
def test_whatever_text_comes_arrives_as_it_was(node: str, sensor: str, text: str) -> None:
    """Commas, spaces, quotes, backslashes, newlines: in tags and in texts nothing leaks out of its place."""
    one = Row(
        Series("c", node, sensor, "node"),
        "",
        1,
        2,
        EPOCH,
        1,
        "synced",
        Quality.GOOD,
        {},
        {"dropped_sensor": text},
    )
    if problem(one) is not None:
        assert "\x00" in text or not node.isprintable()
        return
    scanned = _scan(line(one).decode())
    assert scanned.tags == {"city": "c", "node": node, "sensor": sensor}
    assert scanned.fields["dropped_sensor"] == text


def test_what_came_late_is_marked_with_how_late() -> None:
    """One mark for each moment of receipt, for the oldest row; live rows need none."""
    at_us = NOON_US + 30 * HOUR_US
    rows = [
        row(1, NOON_US, received_us=at_us),
        row(2, NOON_US - 5, received_us=at_us),
        row(3, NOON_US, received_us=NOON_US + HOUR_US),
        row(4, NOON_US + 1, received_us=at_us + 1, city="sleman"),
    ]
    marks = [mark.decode() for mark in late_marks(rows)]
    assert len(marks) == 2
    assert marks[0].startswith(f"late,city=yogyakarta oldest_us={NOON_US - 5}i {at_us}")
    assert marks[1].startswith(f"late,city=sleman oldest_us={NOON_US + 1}i {at_us + 1}")
    assert [mark.decode() for mark in late_marks(rows)] == marks
