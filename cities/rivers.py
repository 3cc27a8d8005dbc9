"""rivers.toml as reaches: how long the water takes from gauge to gauge, downstream and on one river."""

from __future__ import annotations

from collections.abc import Mapping

from cities.findings import Findings
from cities.forms import ReachForm, RiversFile, SiteRow
from cities.sources import TomlSource
from contract.travel import Reach

_HOUR_S = 3600


def read_reaches(
    source: TomlSource[RiversFile], gauges: Mapping[str, SiteRow] | None, findings: Findings
) -> tuple[Reach, ...]:
    """All reaches; what is wrong goes to `findings`. `gauges`: where each stands, None where not all could be read."""
    seen: dict[tuple[str, str], int] = {}
    for at, reach in enumerate(source.form.reach):
        line = source.line("reach", at, "from")
        pair = (reach.upstream, reach.downstream)
        if pair in seen:
            findings.add(source.file, line, f"this way already stands on line {seen[pair]}", "Keep one.")
        seen.setdefault(pair, line)
        if reach.latest_h < reach.earliest_h:
            findings.add(
                source.file,
                source.line("reach", at, "latest_h"),
                f"the water comes at the latest ({reach.latest_h:g} h) before it comes at the earliest "
                f"({reach.earliest_h:g} h)",
                "Exchange them.",
            )
        if gauges is not None:
            _on_one_river(source, at, reach, gauges, findings)
    return tuple(
        Reach(one.upstream, one.downstream, one.earliest_h * _HOUR_S, one.latest_h * _HOUR_S)
        for one in source.form.reach
    )


def _on_one_river(
    source: TomlSource[RiversFile], at: int, reach: ReachForm, gauges: Mapping[str, SiteRow], findings: Findings
) -> None:
    for key, gauge in (("from", reach.upstream), ("to", reach.downstream)):
        if gauge not in gauges:
            findings.add(
                source.file,
                source.line("reach", at, key),
                f"{gauge!r} is no gauge of nodes.csv",
                "Add the gauge there, or correct the name.",
            )
    above, below = gauges.get(reach.upstream), gauges.get(reach.downstream)
    if above is None or below is None:
        return
    if above.river != below.river:
        findings.add(
            source.file,
            source.line("reach", at, "to"),
            f"{reach.downstream!r} stands on {below.river!r} and {reach.upstream!r} on {above.river!r}",
            "Name two gauges of one river.",
        )
    elif above.river_km >= below.river_km:
        findings.add(
            source.file,
            source.line("reach", at, "from"),
            f"{reach.upstream!r} is not upstream of {reach.downstream!r}: {above.river_km:g} km and "
            f"{below.river_km:g} km from the source",
            "Exchange them, or correct river_km in sites.csv.",
        )
