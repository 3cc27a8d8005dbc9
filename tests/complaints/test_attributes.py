"""What a category asks beside the words, in Open311's datatypes."""

from __future__ import annotations

import pytest

from complaints.attributes import Fault, answered, read_out
from contract.city import Attribute, Category, Choice, Datatype, Text
from contract.promise import Promise, Term

CHOICES = (Choice("k", Text("Kecil", "Small")), Choice("b", Text("Besar", "Large")))


def category(*asked: Attribute) -> Category:
    text = Text("Pohon", "Tree")
    return Category("pohon", text, text, "dlh", "x", Promise(Term(), Term()), attributes=asked)


def asked(datatype: Datatype, *, required: bool = False, order: int = 1) -> Attribute:
    values = CHOICES if datatype.endswith("list") else ()
    return Attribute(f"a{order}", datatype, Text("Sebesar apa?", "How large?"), required, order, values)


@pytest.mark.parametrize(
    ("datatype", "good", "bad"),
    [
        ("string", ["apa saja"], ["x" * 2_001]),
        ("text", ["baris\nbaris"], ["satu", "dua"]),
        ("number", ["-3.5e2"], ["tiga"]),
        ("number", ["7"], ["nan"]),
        ("datetime", ["2026-01-24T10:00:00+07:00"], ["2026-01-24T10:00:00"]),
        ("datetime", ["2026-01-24T10:00:00Z"], ["kemarin"]),
        ("singlevaluelist", ["k"], ["k", "b"]),
        ("multivaluelist", ["k", "b"], ["k", "sedang"]),
    ],
)
def test_each_datatype_takes_its_values_alone(datatype: Datatype, good: list[str], bad: list[str]) -> None:
    """What is not one is named with its code and what would be one."""
    one = category(asked(datatype))
    assert answered(one, {"a1": good}) == ({"a1": good}, [])
    taken, wrong = answered(one, {"a1": bad})
    assert taken == {}
    assert len(wrong) == 1
    assert wrong[0].said.startswith("attribute[a1] ")


def test_what_is_required_is_asked_for_and_what_nobody_asked_is_left_out() -> None:
    """An empty answer is none."""
    one = category(asked("string", required=True), asked("number", order=2))
    assert answered(one, {"a1": [" "], "zzz": ["x"]}) == (
        {},
        [Fault("a1", "attribute[a1] was not provided: How large?", missing=True)],
    )


def test_answers_are_read_out_in_the_order_asked_by_their_names() -> None:
    """Whatever order they came in."""
    one = category(asked("multivaluelist", order=2), asked("number"))
    assert read_out(one, {"a2": ["b", "k"], "a1": ["7"]}, "en") == [
        ("How large?", "7"),
        ("How large?", "Large, Small"),
    ]
