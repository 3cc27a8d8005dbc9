"""Tests of one group run in one process, one after the other: what pytest-xdist 3.8 no longer does with pytest 9.2.

Its scheduler reads a test's group from the end of the id (`…::test_one@group`), and its processes write it there,
into a field that pytest gave up (`Item._nodeid`). Without it `--dist loadgroup` groups nothing and does not say so;
`tests/house/test_groups.py` asks a real run.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from _pytest.nodeid import coerce_node_id


def name(items: Iterable[pytest.Item]) -> None:
    """Write each test's group (`xdist_group`) behind its id, unless it stands there."""
    for item in items:
        mark = item.get_closest_marker("xdist_group")
        if mark is not None and not item.nodeid.endswith(f"@{mark.args[0]}"):
            item._id = coerce_node_id(f"{item.nodeid}@{mark.args[0]}")
