"""A city's rules against its nodes: what neither the folder nor a rule can know by itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from alerts.rulefile import line_of, load_rule, load_rules
from alerts.rules import Rule
from contract.city import NodeSpec, Profile, SensorSpec
from contract.errors import BadInput


def check(folder: Path, profile: Profile | None) -> list[BadInput]:
    """Everything that is wrong with the rules in `folder`; with a profile also whether they fit its nodes.

    Each finding names the file, the line and the remedy. A folder that is not there is a city without rules.
    """
    if not folder.is_dir():
        return []
    found: list[BadInput] = []
    for path in sorted(folder.glob("*.toml")):
        try:
            rule = load_rule(path)
        except BadInput as error:
            found.append(error)
            continue
        if profile is not None:
            found += _misfits(path, rule, profile)
    if not found:
        try:
            load_rules(folder)
        except BadInput as error:
            found.append(error)
    return found


def _misfits(path: Path, rule: Rule, profile: Profile) -> Iterator[BadInput]:
    text = path.read_text(encoding="utf-8")
    watched = list(_watched(rule, profile))
    if not watched:
        yield BadInput(
            f"rule {rule.id!r} matches no sensor of the city",
            where=f"{path}, line {line_of(text, 'match')}: match",
            remedy="Mend [match], or add the nodes it is for.",
        )
        return
    node, sensor = max(watched, key=lambda one: one[1].period_s)
    if rule.no_data_for_s <= sensor.period_s:
        yield BadInput(
            f"{sensor.sensor} of {node.node} speaks every {sensor.period_s:g} s, so a silence of "
            f"{rule.no_data_for_s:g} s is no silence: nothing would ever end",
            where=f"{path}, line {line_of(text, 'no_data_for_s')}: no_data_for_s",
            remedy=f"Set more than {sensor.period_s:g}, better three times that.",
        )


def _watched(rule: Rule, profile: Profile) -> Iterator[tuple[NodeSpec, SensorSpec]]:
    for node in profile.nodes:
        for sensor in node.sensors:
            named = rule.match.sensor in {None, sensor.sensor}
            if node.kind in rule.match.nodes and sensor.kind == rule.match.kind and named:
                yield node, sensor
