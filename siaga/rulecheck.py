"""A city's rules against its nodes: what neither the folder nor a rule can know by itself.

Some of it only leaves something unwatched, and is said. Some of it would make the engine tell what is not so (a silence
or a window shorter than the time between two readings, two rules that tell the same thing twice): nothing starts by
such a pack.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from alerts import stories
from alerts.combined_stream import group_at
from alerts.notifyfile import load_manners
from alerts.rulefile import Sheet, load_rules, load_sheet, load_sheets
from alerts.rules import Combined, Release, Rise, Rule, lies_in
from contract.city import NOTICE, NOTICE_PERIOD_S, NodeSpec, Profile, SensorSpec
from contract.errors import BadInput
from siaga import history

Watched = tuple[NodeSpec, SensorSpec]


def check(folder: Path, profile: Profile | None) -> list[BadInput]:
    """Everything that is wrong with the rules in `folder`; with a profile also whether they fit its nodes.

    Each finding names the file, the line and the remedy. A folder that is not there is a city without rules.
    """
    if not folder.is_dir():
        return []
    found: list[BadInput] = []
    sheets: list[Sheet] = []
    if not any(folder.glob("*.toml")):
        found.append(BadInput("there is no rule here", where=str(folder), remedy="Write one, or remove the folder."))
    for path in sorted(folder.glob("*.toml")):
        try:
            sheets.append(load_sheet(path))
        except BadInput as error:
            found.append(error)
    if profile is not None:
        for sheet in (one for one in sheets if not isinstance(one.rule.condition, Combined)):
            found += [*_unwatched(sheet, profile), *_too_short(sheet, profile)]
        found += [*_told_twice(sheets, profile), *_never_together(sheets, profile)]
    return found or _of_the_whole(folder, profile)


def _of_the_whole(folder: Path, profile: Profile | None) -> list[BadInput]:
    """What only a pack whose rules are in order can be asked: whether they, the manners and the stories fit."""
    try:
        rules = load_rules(folder)
        load_manners(folder.parent, rules)
    except BadInput as error:
        return [error]
    if profile is None:
        return []
    found: list[BadInput] = []
    for path in sorted((folder / "stories").glob("*.toml")):
        try:
            stories.read(path, rules, history.placed(profile), history.names(profile))
        except BadInput as error:
            found.append(error)
    return found


def hints(folder: Path, profile: Profile) -> list[str]:
    """What is no mistake and worth a look: gauges of which the public is told, whose scale does not say what they can
    show. Of rules that are in order."""
    told = {
        node.node
        for rule in (load_rules(folder) if folder.is_dir() else ())
        if rule.subject == "flood" and rule.audience == "public"
        for node, _ in _watched(rule, profile)
        if node.audience == "public"
    }
    open_ended = [one for one in profile.scales if one.gauge in told and one.furthest_cm is None]
    if not open_ended:
        return []
    names = ", ".join(sorted(one.gauge for one in open_ended))
    return [
        f"scale.toml: no bound on what {names} can show: a figure that is typed wrong twice is believed. Write most_cm "
        "(least_cm where low water is the danger): the height of the staff or wall, and what may still stand above it."
    ]


def fit(folder: Path, profile: Profile) -> tuple[Rule, ...]:
    """The rules in `folder`, fit to judge this city by. Raises BadInput for the first mistake in them, or else for the
    first that would make the engine tell what is not so; what only leaves something unwatched is for `check` to say."""
    sheets = load_sheets(folder)
    for sheet in sheets:
        for wrong in _too_short(sheet, profile):
            raise wrong
    for wrong in _told_twice(sheets, profile):
        raise wrong
    rules = tuple(sheet.rule for sheet in sheets)
    load_manners(folder.parent, rules)
    return rules


# ------------------------------------------------------------ what is left unwatched


def _unwatched(sheet: Sheet, profile: Profile) -> Iterator[BadInput]:
    yield from _nowhere(sheet, profile)
    if not any(_watched(sheet.rule, profile)):
        yield sheet.wrong(
            "match",
            f"rule {sheet.rule.id!r} matches no sensor of the city",
            "Mend [match], or add the nodes it is for.",
        )


def _nowhere(sheet: Sheet, profile: Profile) -> Iterator[BadInput]:
    """Places that the city does not have."""
    sites = [site.code for site in profile.sites]
    regions = {site.region for site in profile.sites} | {region.code for region in profile.regions}
    for code in sheet.rule.match.sites:
        if code not in sites:
            near = ", ".join(get_close_matches(code, sites, 3)) or ", ".join(sites[:5])
            yield sheet.wrong("match.sites", f"{code!r} is no site of the city", f"Such as {near}.")
    for code in sheet.rule.match.regions:
        if not any(lies_in(region, code) for region in regions):
            yield sheet.wrong(
                "match.regions",
                f"no region of the city is {code!r} or lies in it",
                "Write a code of regions.csv, or its beginning up to a dot.",
            )


def _never_together(sheets: Sequence[Sheet], profile: Profile) -> Iterator[BadInput]:
    """Rules that ask for more sensors at once than any group has, or for two at once sooner than they can speak."""
    measuring = {sheet.rule.id: sheet.rule for sheet in sheets}
    for sheet in sheets:
        condition = sheet.rule.condition
        if isinstance(condition, Combined) and all(need.rule in measuring for need in condition.needs):
            section = "several" if len(condition.needs) == 1 else "both"
            members = {need.rule: list(_watched(measuring[need.rule], profile)) for need in condition.needs}
            yield from _too_few(sheet, condition, section, members, profile)
            yield from _too_soon(sheet, condition, section, members)


def _too_few(
    sheet: Sheet, condition: Combined, section: str, members: Mapping[str, Sequence[Watched]], profile: Profile
) -> Iterator[BadInput]:
    places, group_by = history.placed(profile), sheet.rule.group_by
    groups: dict[str, Counter[str]] = defaultdict(Counter)
    for rule, watched in members.items():
        for node, _ in watched:
            if node.node in places and (group := group_at(group_by, places[node.node])):
                groups[group][rule] += 1
    if any(all(group[need.rule] >= need.count for need in condition.needs) for group in groups.values()):
        return
    if section == "both":
        one, other = members
        what = f"no {group_by} has a sensor for {one!r} and one for {other!r}"
        yield sheet.wrong("both.rules", what, "Name others, or group them otherwise.")
        return
    (need,) = condition.needs
    most = max((group[need.rule] for group in groups.values()), default=0)
    yield sheet.wrong(
        "several.count",
        f"no {group_by} has {need.count} sensors for {need.rule!r}: at most {most}",
        "Ask for fewer, or group them otherwise.",
    )


def _too_soon(
    sheet: Sheet, condition: Combined, section: str, members: Mapping[str, Sequence[Watched]]
) -> Iterator[BadInput]:
    slowest = max((one for watched in members.values() for one in watched), key=_period_s, default=None)
    if slowest is not None and condition.within_s < _period_s(slowest):
        node, sensor = slowest
        yield sheet.wrong(
            f"{section}.within_s",
            f"{sensor.sensor} of {node.node} speaks every {sensor.period_s:g} s: what happens at once may be read so "
            f"far apart, and {condition.within_s:g} s are less",
            f"Set at least {sensor.period_s:g}.",
        )


def _period_s(watched: Watched) -> float:
    return watched[1].period_s


# ------------------------------------------------------------ what would be told wrongly


def _too_short(sheet: Sheet, profile: Profile) -> Iterator[BadInput]:
    """For each silence that the rule knows, and for its window, the slowest sensor that it is meant for."""
    rule = sheet.rule
    if isinstance(rule.condition, Release):
        return  # a notice is said when there is something to say, and not every so often
    slowest: dict[str, Watched] = {}
    own = {one.link for one in rule.silences}
    for node, sensor in _watched(rule, profile):
        link: str = node.link if node.link in own else ""
        if link not in slowest or sensor.period_s > slowest[link][1].period_s:
            slowest[link] = (node, sensor)
    for link, (node, sensor) in slowest.items():
        speaks = f"{sensor.sensor} of {node.node} speaks every {sensor.period_s:g} s"
        silence_s = rule.silence_s(link)
        if silence_s <= sensor.period_s:
            yield sheet.wrong(
                f"no_data_for_s.{link or 'default'}" if own else "no_data_for_s",
                f"{speaks}, so a silence of {silence_s:g} s is no silence: nothing would ever end",
                f"Set more than {sensor.period_s:g}, better three times that.",
            )
        if isinstance(rule.condition, Rise) and rule.condition.window_s <= sensor.period_s:
            yield sheet.wrong(
                "rise.window_s",
                f"{speaks}, so in a window of {rule.condition.window_s:g} s there is nothing to measure from",
                f"Set more than {sensor.period_s:g}, better three times that.",
            )


def _told_twice(sheets: Sequence[Sheet], profile: Profile) -> Iterator[BadInput]:
    """Two rules that would open two incidents for one thing before the same people. In different circles it is none: so
    a new rule is tried in shadow beside the one that it is to replace."""
    for one, other in combinations(sheets, 2):
        if one.rule.id == other.rule.id or _what(one.rule) != _what(other.rule):
            continue
        watched = {(node.node, sensor.sensor) for node, sensor in _watched(one.rule, profile)}
        both = sorted(watched & {(node.node, sensor.sensor) for node, sensor in _watched(other.rule, profile)})
        if both:
            node, sensor = both[0]
            more = f" and {len(both) - 1} more" if len(both) > 1 else ""
            yield other.wrong(
                "match",
                f"rule {other.rule.id!r} would tell the same as {one.rule.id!r} ({one.path.name}) once more, of "
                f"{sensor} of {node}{more}",
                "Take one out, narrow one's [match], or give it another audience.",
            )


def _what(rule: Rule) -> tuple[object, ...]:
    """What a rule tells, and to whom."""
    return rule.audience, rule.match.kind, type(rule.condition), rule.condition.field


def _sensors_of(node: NodeSpec) -> tuple[SensorSpec, ...]:
    """Those of the registry, and of a post what is announced there."""
    return (*node.sensors, SensorSpec(NOTICE, "release", NOTICE_PERIOD_S)) if node.keyed_in else node.sensors


def _watched(rule: Rule, profile: Profile) -> Iterator[Watched]:
    sites = {site.code: site for site in profile.sites}
    for node in profile.nodes:
        if node.site in sites and rule.match.stands(node.kind, node.site, sites[node.site].region):
            for sensor in _sensors_of(node):
                if rule.match.takes(sensor.kind, sensor.sensor):
                    yield node, sensor
