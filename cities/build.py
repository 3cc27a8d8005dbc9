"""A city folder as a Profile, and everything that is wrong in it. `load` and `check` both stand on this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cities import forms
from cities.answers import FILE as ANSWERS
from cities.answers import answers_of, check_answers
from cities.categories import category_of, check_categories, text_of
from cities.findings import Finding, Findings, doubles, known_agency
from cities.impacts import FILE as IMPACTS
from cities.impacts import Staffs, read_findings
from cities.places import check_regions, check_sites
from cities.rivers import read_reaches
from cities.rule_files import check_rules
from cities.scales import read_scales
from cities.sources import Table, TomlSource, read_csv, read_text, read_toml
from contract.city import MANUAL, Agency, Elsewhere, NodeSpec, Profile, Region, Route, SensorSpec, Site, Warnings
from contract.clock import from_us
from contract.decision import Limits
from contract.impact import Impact
from contract.levels import Scale
from contract.promise import DaysOff
from contract.topics import valid_id

_RESERVED_SENSORS = {"drops"}  # under this name an agent reports what it had to drop
_ZONE_WORDS = {
    "Asia/Jakarta": "WIB",
    "Asia/Pontianak": "WIB",
    "Asia/Makassar": "WITA",
    "Asia/Jayapura": "WIT",
}  # fixed by law; a city elsewhere writes its own
_SENSOR_OF = {"wifi": "hotspot", "camera": "crowd", "gauge": "flood"}


def build(folder: Path, now_us: int | None = None) -> tuple[Profile | None, list[Finding]]:
    """The city in `folder`, None where its files cannot be joined; and its findings in order of file and line.

    `now_us` None: no day in it is called the future, for a stage must start also where the clock is wrong.
    """
    findings = Findings()
    city = read_toml(folder, "city.toml", forms.CityFile, findings)
    agencies = read_toml(folder, "agencies.toml", forms.AgenciesFile, findings)
    categories = read_toml(folder, "categories.toml", forms.CategoriesFile, findings)
    routes = None
    if (folder / "routes.toml").exists():
        routes = read_toml(folder, "routes.toml", forms.RoutesFile, findings)
    answers = None
    if (folder / ANSWERS).exists():
        answers = read_toml(folder, ANSWERS, forms.AnswersFile, findings)
    scales = read_toml(folder, "scale.toml", forms.ScaleFile, findings)
    rivers = None
    if (folder / "rivers.toml").exists():
        rivers = read_toml(folder, "rivers.toml", forms.RiversFile, findings)
    regions = read_csv(folder, "regions.csv", forms.RegionRow, findings)
    sites = read_csv(folder, "sites.csv", forms.SiteRow, findings)
    nodes = read_csv(folder, "nodes.csv", forms.NodeRow, findings)

    agency_codes = _agencies(agencies, findings)
    if categories is not None:
        check_categories(categories, agency_codes, findings)
    if routes is not None:
        _routes(routes, categories, agency_codes, regions, findings)
    if answers is not None:
        check_answers(answers, {one.code for one in categories.form.category} if categories else None, findings)
    if city is not None:
        _city(city, folder, findings)
        check_regions(regions, city.form.city, findings)
        check_sites(sites, regions, findings)
        _nodes(nodes, sites, city, findings)
        if city.form.warnings is not None:
            line = city.line("warnings", "agency")
            known_agency(city.file, line, city.form.warnings.agency, agency_codes, findings)
        if city.form.complaints.inspectorate:
            line = city.line("complaints", "inspectorate")
            known_agency(city.file, line, city.form.complaints.inspectorate, agency_codes, findings)
    check_rules(folder, {one.code for one in categories.form.category} if categories else None, findings)
    gauges = {row.form.node for row in nodes.rows if row.form.kind == "gauge"}
    staff = read_scales(scales, gauges if nodes.whole else None, findings) if scales is not None else ()
    if scales is not None:
        _every_gauge_has_a_scale(
            nodes, {gauge for one in scales.form.scale for gauge in (one.gauge, *one.also)}, findings
        )

    reaches = read_reaches(rivers, _gauge_sites(nodes, sites), findings) if rivers is not None else ()

    impacts = _impacts(folder, staff, _gauge_sites(nodes, sites), _today(city, now_us), findings)

    found = sorted(set(findings.found))
    if city is None or agencies is None or categories is None or found:
        return None, found
    return (
        Profile(
            code=city.form.city.code,
            name=city.form.city.name,
            zone=city.form.city.zone,
            zone_word=city.form.city.zone_word,
            region=city.form.city.region,
            lat=city.form.city.lat,
            lon=city.form.city.lon,
            agencies=tuple(Agency(one.code, text_of(one.name), one.phone) for one in agencies.form.agency),
            categories=tuple(category_of(one, categories.form.sla) for one in categories.form.category),
            routes=tuple(Route(one.category, one.region, one.agency) for one in (routes.form.route if routes else ())),
            regions=tuple(Region(**row.form.model_dump()) for row in regions.rows),
            sites=tuple(Site(**row.form.model_dump()) for row in sites.rows),
            nodes=tuple(_node(row.form, city.form.sensors) for row in nodes.rows),
            scales=staff,
            emergency_phone=city.form.city.emergency_phone,
            promoted_by=city.form.city.promoted_by,
            reaches=reaches,
            impacts=impacts,
            limits=Limits(
                silence_s=city.form.city.silence_at_most_h * 3_600,
                acknowledge_s=city.form.city.acknowledge_at_most_h * 3_600,
            ),
            warnings=_warnings(city.form.warnings),
            days_off=DaysOff(city.form.days_off.off, city.form.days_off.working),
            inspectorate=city.form.complaints.inspectorate,
            desk=city.form.complaints.desk,
            links=tuple(Elsewhere(text_of(one.name), one.url) for one in city.form.link),
            answers=answers_of(answers) if answers is not None else (),
        ),
        found,
    )


def _warnings(form: forms.WarningsForm | None) -> Warnings:
    if form is None:
        return Warnings()
    after_s = None if form.order_after_s == "off" else form.order_after_s
    return Warnings(**{**form.model_dump(), "order_after_s": after_s})


def _node(form: forms.NodeRow, presets: Mapping[str, Mapping[str, forms.SensorForm]]) -> NodeSpec:
    sensors = tuple(SensorSpec(name, one.kind, one.period_s) for name, one in presets[form.sensors].items())
    return NodeSpec(form.node, form.kind, form.name, form.site, sensors, form.audience, form.link)


def _gauge_sites(nodes: Table[forms.NodeRow], sites: Table[forms.SiteRow]) -> dict[str, forms.SiteRow] | None:
    """Where each gauge stands, None where not all of them could be read."""
    if not (nodes.whole and sites.whole):
        return None
    known = {row.form.code: row.form for row in sites.rows}
    gauges = (row.form for row in nodes.rows if row.form.kind == "gauge")
    return {one.node: known[one.site] for one in gauges if one.site in known}


def _impacts(
    folder: Path,
    staff: Sequence[Scale],
    gauges: Mapping[str, forms.SiteRow] | None,
    today: date | None,
    findings: Findings,
) -> tuple[Impact, ...]:
    """impacts.csv, where there is one. Where gauges or scales could not all be read, those are mended first."""
    if not (folder / IMPACTS).exists() or gauges is None:
        return ()
    text = read_text(folder, IMPACTS, findings)
    places = {node: (site.lat, site.lon) for node, site in gauges.items()}
    scales = {one.gauge: one for one in staff if one.gauge in gauges and one.thresholds}
    return read_findings(text, Staffs(scales, places, today), findings) if text is not None and scales else ()


def _today(city: TomlSource[forms.CityFile] | None, now_us: int | None) -> date | None:
    """The day it is in the city; None where that is not asked, or its zone is unknown."""
    if city is None or now_us is None or city.form.city.zone not in available_timezones():
        return None
    return from_us(now_us).astimezone(ZoneInfo(city.form.city.zone)).date()


def _days_off(source: TomlSource[forms.CityFile], findings: Findings) -> None:
    both = sorted(set(source.form.days_off.off) & set(source.form.days_off.working))
    if both:
        findings.add(
            source.file,
            source.line("days_off", "working"),
            f"{both[0]} is a day off and a working day at once",
            "Keep it in one of the two.",
        )


def _city(source: TomlSource[forms.CityFile], folder: Path, findings: Findings) -> None:
    city = source.form.city
    _days_off(source, findings)
    if not valid_id(city.code):
        findings.add(
            source.file,
            source.line("city", "code"),
            f"city code {city.code!r} cannot stand in a topic",
            "Use lower-case letters, digits and single hyphens, at most 48.",
        )
    elif city.code != folder.name:
        findings.add(
            source.file,
            source.line("city", "code"),
            f"city code {city.code!r} is not the folder's name {folder.name!r}",
            "Rename one of them.",
        )
    try:
        ZoneInfo(city.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        findings.add(
            source.file,
            source.line("city", "zone"),
            f"time zone {city.zone!r} is unknown",
            "Indonesia has Asia/Jakarta (WIB), Asia/Makassar (WITA) and Asia/Jayapura (WIT).",
        )
    if city.zone_word != _ZONE_WORDS.get(city.zone, city.zone_word):
        findings.add(
            source.file,
            source.line("city", "zone_word"),
            f"zone word {city.zone_word!r} is not that of {city.zone}, and every time would be read wrong",
            f"Write {_ZONE_WORDS[city.zone]!r}, or correct the zone.",
        )
    if len({one.casefold() for one in city.promoted_by}) != len(city.promoted_by) or len(city.promoted_by) not in {
        0,
        2,
    }:
        findings.add(
            source.file,
            source.line("city", "promoted_by"),
            "it takes two different people to promote a city's first pack",
            "Name both, or leave the key out: then everything begins in shadow.",
        )
    for preset, sensors in source.form.sensors.items():
        if MANUAL in sensors and len(sensors) > 1:
            findings.add(
                source.file,
                source.line("sensors", preset, MANUAL),
                f"preset {preset!r} mixes {MANUAL!r}, which a keeper keys in, with an instrument's sensors",
                "A post is a node of its own at the same site; name it in `also` of the gauge's scale.",
            )
        for sensor in sensors:
            if not valid_id(sensor):
                findings.add(
                    source.file,
                    source.line("sensors", preset, sensor),
                    f"sensor name {sensor!r} cannot stand in a topic",
                    "Use lower-case letters, digits and single hyphens, at most 48.",
                )
            elif sensor in _RESERVED_SENSORS:
                findings.add(
                    source.file,
                    source.line("sensors", preset, sensor),
                    f"sensor name {sensor!r} is the agent's own",
                    "Choose another name.",
                )


def _agencies(source: TomlSource[forms.AgenciesFile] | None, findings: Findings) -> set[str] | None:
    """The codes of the agencies, None where the file could not be read: then nobody can be unknown."""
    if source is None:
        return None
    codes = [(one.code, source.line("agency", at, "code")) for at, one in enumerate(source.form.agency)]
    return doubles(source.file, "agency", codes, findings)


def _routes(
    source: TomlSource[forms.RoutesFile],
    categories: TomlSource[forms.CategoriesFile] | None,
    agencies: set[str] | None,
    regions: Table[forms.RegionRow],
    findings: Findings,
) -> None:
    known = {one.code for one in categories.form.category} if categories else None
    pairs = [(f"{one.category} in {one.region}", source.line("route", at)) for at, one in enumerate(source.form.route)]
    doubles(source.file, "route", pairs, findings)
    for at, route in enumerate(source.form.route):
        known_agency(source.file, source.line("route", at, "agency"), route.agency, agencies, findings)
        if known is not None and route.category not in known:
            findings.add(
                source.file,
                source.line("route", at, "category"),
                f"category {route.category!r} is not in categories.toml",
                f"Known here: {', '.join(sorted(known))}.",
            )
        if regions.whole and not any(row.form.code.startswith(route.region) for row in regions.rows):
            findings.add(
                source.file,
                source.line("route", at, "region"),
                f"no region of regions.csv starts with {route.region!r}",
                "Write a code of regions.csv, or the beginning of several.",
            )


def _nodes(
    nodes: Table[forms.NodeRow],
    sites: Table[forms.SiteRow],
    city: TomlSource[forms.CityFile],
    findings: Findings,
) -> None:
    file = "nodes.csv"
    places = {row.form.code: row.form for row in sites.rows}
    doubles(file, "node", [(row.form.node, row.line) for row in nodes.rows], findings)
    for line, node in nodes.rows:
        if not valid_id(node.node):
            findings.add(
                file,
                line,
                f"node {node.node!r} cannot stand in a topic",
                "Use lower-case letters, digits and single hyphens, at most 48.",
            )
        site = places.get(node.site)
        if site is None and sites.whole:
            findings.add(
                file, line, f"site {node.site!r} is not in sites.csv", "Add the site there, or correct the code."
            )
        elif site is not None and node.kind == "gauge" and not site.river:
            findings.add(
                file, line, f"gauge {node.node!r} stands at {node.site!r}, which has no river", "Name it in sites.csv."
            )
        preset = city.form.sensors.get(node.sensors)
        if preset is None:
            findings.add(
                file,
                line,
                f"sensor preset {node.sensors!r} is not in city.toml",
                f"Known here: {', '.join(city.form.sensors)}.",
            )
        elif _SENSOR_OF[node.kind] not in {sensor.kind for sensor in preset.values()}:
            findings.add(
                file,
                line,
                f"a {node.kind} needs a sensor of kind {_SENSOR_OF[node.kind]!r}, and preset {node.sensors!r} has none",
                "Choose another preset, or add the sensor to it in city.toml.",
            )


def _every_gauge_has_a_scale(nodes: Table[forms.NodeRow], scaled: set[str], findings: Findings) -> None:
    for line, node in nodes.rows:
        if node.kind == "gauge" and node.node not in scaled:
            findings.add(
                "nodes.csv",
                line,
                f"gauge {node.node!r} has no scale, so none of its readings has a level",
                "Add a [[scale]] for it in scale.toml.",
            )
