"""A city's `notify.toml`: what is read of it, and how each mistake is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.watch import rules

from alerts.inhibit import Inhibition
from alerts.notify import TOLD_PER_MIN, Manners
from alerts.notifyfile import load_manners
from contract.compress import compressed
from contract.errors import BadInput

GOOD = """\
[budget]
told_per_min = 30

[[inhibit]]
source = { cause = "power" }
target = { rule = "hotspot", cause = "node" }
equal = ["power"]
"""


def read(folder: Path, text: str) -> Manners:
    (folder / "notify.toml").write_text(text)
    return load_manners(folder, rules())


def test_what_it_says_is_what_is_done(tmp_path: Path) -> None:
    """And a world that runs faster is told more in its minutes."""
    manners = read(tmp_path, GOOD)
    mutes = Inhibition({"cause": "power"}, {"rule": "hotspot", "cause": "node"}, ("power",))
    assert manners == Manners(30.0, (mutes,))
    assert compressed(manners, 10.0).told_per_min == 300.0


def test_a_city_without_one_has_the_usual_bound(tmp_path: Path) -> None:
    """Nothing mutes anything."""
    assert load_manners(tmp_path, rules()) == Manners(TOLD_PER_MIN, ())


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("told_per_min = 30", "told_per_min = 0", 2, "a number from 1"),
        ("told_per_min = 30", "told_per_min = true", 2, "a number from 1"),
        ("told_per_min", "told_per_hour", 2, "not known"),
        ("[budget]", "[limits]", 1, "not known"),
        ('cause = "power" }', 'cause = "thunder" }', 5, "'thunder' is no cause"),
        ('rule = "hotspot"', 'rule = "hotspto"', 6, "'hotspto' is no rule"),
        ('rule = "hotspot", cause = "node"', 'rule = "flood"', 6, "a flood is never muted"),
        ('rule = "hotspot", cause = "node"', 'subject = "flood"', 6, "a flood is never muted"),
        ('source = { cause = "power" }', "source = {}", 5, "nothing is matched"),
        ('["power"]', '["feeder"]', 7, "no list of labels"),
        ("equal =", "same =", 7, "not known"),
        ("[[inhibit]]", "[inhibit]", 4, "no list of sections"),
        ('"power" }', "power }", None, "not valid TOML"),
    ],
)
def test_each_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int | None, words: str) -> None:
    """File, line, what is wrong, and a remedy."""
    assert old in GOOD
    with pytest.raises(BadInput) as caught:
        read(tmp_path, GOOD.replace(old, new, 1))
    said = str(caught.value)
    assert words in said
    assert "notify.toml" in said
    if line is not None:
        assert f"line {line}:" in said
    assert caught.value.remedy
