"""A city's rules against its nodes: what neither the folder nor a rule can know by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from pathlib import Path

from alerts.rulefile import line_of, load_rule, load_rules
from alerts.rules import Rule, lies_in
from contract.city import NodeSpec, Profile, SensorSpec
from contract.errors import BadInput

Watched = tuple[NodeSpec, SensorSpec]
Wrong = Callable[[str, str, str], BadInput]
"""field, what, remedy -> the finding, with its file and line"""


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

    def wrong(field: str, what: str, remedy: str) -> BadInput:
        return BadInput(what, where=f"{path}, line {line_of(text, field)}: {field}", remedy=remedy)

    yield from _nowhere(rule, profile, wrong)
    watched = list(_watched(rule, profile))
    if not watched:
        yield wrong(
            "match", f"rule {rule.id!r} matches no sensor of the city", "Mend [match], or add the nodes it is for."
        )
        return
    yield from _short_silences(rule, watched, wrong)


def _nowhere(rule: Rule, profile: Profile, wrong: Wrong) -> Iterator[BadInput]:
    """Places that the city does not have."""
    sites = [site.code for site in profile.sites]
    regions = {site.region for site in profile.sites} | {region.code for region in profile.regions}
    for code in rule.match.sites:
        if code not in sites:
            near = ", ".join(get_close_matches(code, sites, 3)) or ", ".join(sites[:5])
            yield wrong("match.sites", f"{code!r} is no site of the city", f"Such as {near}.")
    for code in rule.match.regions:
        if not any(lies_in(region, code) for region in regions):
            yield wrong(
                "match.regions",
                f"no region of the city is {code!r} or lies in it",
                "Write a code of regions.csv, or its beginning up to a dot.",
            )


def _short_silences(rule: Rule, watched: list[Watched], wrong: Wrong) -> Iterator[BadInput]:
    """For each silence that the rule knows, the slowest sensor that it is meant for."""
    slowest: dict[str, Watched] = {}
    own = {one.link for one in rule.silences}
    for node, sensor in watched:
        link: str = node.link if node.link in own else ""
        if link not in slowest or sensor.period_s > slowest[link][1].period_s:
            slowest[link] = (node, sensor)
    for link, (node, sensor) in slowest.items():
        silence_s = rule.silence_s(link)
        if silence_s <= sensor.period_s:
            yield wrong(
                f"no_data_for_s.{link or 'default'}" if own else "no_data_for_s",
                f"{sensor.sensor} of {node.node} speaks every {sensor.period_s:g} s, so a silence of "
                f"{silence_s:g} s is no silence: nothing would ever end",
                f"Set more than {sensor.period_s:g}, better three times that.",
            )


def _watched(rule: Rule, profile: Profile) -> Iterator[Watched]:
    sites = {site.code: site for site in profile.sites}
    for node in profile.nodes:
        if node.site in sites and rule.match.stands(node.kind, node.site, sites[node.site].region):
            for sensor in node.sensors:
                if rule.match.takes(sensor.kind, sensor.sensor):
                    yield node, sensor
