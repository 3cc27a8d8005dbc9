"""The ACL files, read as the broker reads them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.brokerlog import SHIPPED

from contract import topics
from contract.errors import BadInput
from fleet import acl


@pytest.mark.parametrize(
    ("allowed", "wish", "is_covered"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+/c", "a/+/c", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("a/b", "a/+", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a/#", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("#", "$SYS/a", False),
        ("+/a", "$SYS/a", False),
        ("$SYS/#", "$SYS/a", True),
        ("a/b", "a/b/", False),
        ("a/b", "/a/b", False),
    ],
)
def test_what_a_filter_covers(allowed: str, wish: str, is_covered: bool) -> None:
    """Everything that the wish can match is allowed, or it is not covered."""
    assert acl.covers(allowed, wish) is is_covered


def test_the_shipped_rights() -> None:
    """A node as itself only and in one city, services by name; nobody by a wildcard."""
    nodes, services = acl.read(SHIPPED / "nodes.acl", "x"), acl.read(SHIPPED / "services.acl", "x")
    assert services.users == {"ingest", "alerts", "watch"}
    for leaf in topics.UP:
        assert nodes.may_write("a", f"siaga/v1/x/a/{leaf}")
        assert not nodes.may_write("a", f"siaga/v1/x/b/{leaf}")
        assert not nodes.may_write("a", f"siaga/v1/y/a/{leaf}")
    assert nodes.may_read("a", topics.ack("x", "a"))
    assert not nodes.may_read("a", topics.every_node("x", "ack"))
    assert not nodes.may_write("a", topics.command_result("x", "a", "1"))
    assert not services.may_read("ingest", topics.every_node("y", "readings"))
    assert services.may_read("ingest", "$share/g/" + topics.every_node("x", "readings"))
    assert not services.may_write("alerts", topics.ack("x", "a"))
    assert not any(services.may_read("watch", wish) for wish in ("#", topics.every_node("x", "birth")))


def test_a_line_that_is_not_understood_is_named(tmp_path: Path) -> None:
    """Whoever judges by half a file judges wrongly."""
    (tmp_path / "x.acl").write_text("user a\ntopic a/b c\n")
    with pytest.raises(BadInput, match="line 2 is no rule"):
        acl.read(tmp_path / "x.acl", "x")
