"""Where a key stands, in every shape of TOML that people write."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cities.toml_lines import key_lines, line_of

TEXT = '''\
# a comment = 1
top = 1
[one] # comment
a = { x = 1, y = "[[two]]" }
"b c" = """
[not.a.table]
d = 4
"""
list = [
  1, # [[two]]
  "]",
]
e.f = 5
[[two]]
name = 'x = """'
[two.sub]
z = 1
[[two]]
name = "second"
[two.sub]
z = 2
'''


def test_every_shape_is_found() -> None:
    """Tables, items of arrays, tables inside them, long strings and lists: each key has its own line."""
    tomllib.loads(TEXT)
    lines = key_lines(TEXT)
    assert lines == {
        ("top",): 2,
        ("one",): 3,
        ("one", "a"): 4,
        ("one", "b c"): 5,
        ("one", "list"): 9,
        ("one", "e", "f"): 13,
        ("two", 0): 14,
        ("two", 0, "name"): 15,
        ("two", 0, "sub"): 16,
        ("two", 0, "sub", "z"): 17,
        ("two", 1): 18,
        ("two", 1, "name"): 19,
        ("two", 1, "sub"): 20,
        ("two", 1, "sub", "z"): 21,
    }


def test_what_has_no_line_of_its_own_stands_where_its_table_does() -> None:
    """Inside an inline table the key's line, for a missing key its table's, for anything else the first."""
    lines = key_lines(TEXT)
    assert line_of(lines, ("one", "a", "x")) == 4
    assert line_of(lines, ("two", 1, "missing")) == 18
    assert line_of(lines, ("nowhere", 3)) == 1
    assert line_of(lines, ()) == 1


_KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,5}", fullmatch=True)
_VALUES = st.sampled_from(["1", '"x"', "[1,\n 2]", "{ q = 1 }", "'''\n[k]\n'''", "true"])


@settings(max_examples=80)
@given(st.lists(st.tuples(_KEYS, st.dictionaries(_KEYS, _VALUES, max_size=4)), max_size=5))
def test_every_key_of_an_item_is_on_the_line_that_names_it(items: list[tuple[str, dict[str, str]]]) -> None:
    """For any list of tables, the line given for a key is a line that begins with that key."""
    text = "".join(f"[[{name}]]\n" + "".join(f"{k} = {v}\n" for k, v in pairs.items()) for name, pairs in items)
    document: dict[str, list[dict[str, Any]]] = tomllib.loads(text)
    lines, written = key_lines(text), text.splitlines()
    for name, tables in document.items():
        for number, table in enumerate(tables):
            assert written[line_of(lines, (name, number)) - 1] == f"[[{name}]]"
            for key in table:
                assert written[line_of(lines, (name, number, key)) - 1].startswith(f"{key} =")
