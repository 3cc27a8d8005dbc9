"""scale.toml as staffs of gauges: thresholds in order, each cleared on the safe side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cities.findings import Findings
from cities.forms import ScaleFile, ScaleForm, ThresholdForm
from cities.sources import TomlSource
from contract.levels import Level, Scale, Threshold


def read_scales(source: TomlSource[ScaleFile], gauges: set[str] | None, findings: Findings) -> tuple[Scale, ...]:
    """All scales, from the mildest threshold to the worst. What is wrong goes to `findings`.

    `also` names gauges that read the same staff: a post's keeper beside an instrument.
    `gauges` None: the nodes could not all be read, so none may be called unknown.
    """
    seen: dict[str, int] = {}
    scales = []
    for at, form in enumerate(source.form.scale):
        staff = _scale(source, at, form, findings)
        for gauge, key in ((form.gauge, "gauge"), *((one, "also") for one in form.also)):
            line = source.line("scale", at, key)
            if gauge in seen:
                findings.add(
                    source.file, line, f"gauge {gauge!r} already has a scale on line {seen[gauge]}", "Keep one."
                )
            seen.setdefault(gauge, line)
            if gauges is not None and gauge not in gauges:
                findings.add(
                    source.file,
                    line,
                    f"there is a scale for {gauge!r}, which is no gauge of nodes.csv",
                    "Add the gauge there, or correct the name.",
                )
            scales.append(replace(staff, gauge=gauge))
    return tuple(scales)


def _scale(source: TomlSource[ScaleFile], at: int, form: ScaleForm, findings: Findings) -> Scale:
    given: list[tuple[Level, str, ThresholdForm]] = [
        (level, key, threshold)
        for level, key, threshold in (
            (Level.WASPADA, "waspada", form.waspada),
            (Level.SIAGA, "siaga", form.siaga),
            (Level.AWAS, "awas", form.awas),
        )
        if threshold is not None
    ]
    if not given:
        findings.add(
            source.file,
            source.line("scale", at),
            f"the scale of {form.gauge!r} has no level",
            "Give it at least one of waspada, siaga, awas.",
        )
    rising = form.direction == "rising"
    worse, safe = ("above", "below") if rising else ("below", "above")
    sign = 1 if rising else -1
    for before, after in pairwise(given):
        if sign * after[2].raise_cm <= sign * before[2].raise_cm:
            findings.add(
                source.file,
                source.line("scale", at, after[1], "raise_cm"),
                f"{after[1]} of {form.gauge!r} ({after[2].raise_cm:g} cm) is not {worse} "
                f"{before[1]} ({before[2].raise_cm:g} cm)",
                f"Each worse level of a {form.direction} gauge is {worse} the milder one.",
            )
    for before, after in pairwise(given):
        if sign * after[2].clear_cm < sign * before[2].clear_cm:
            findings.add(
                source.file,
                source.line("scale", at, after[1], "clear_cm"),
                f"{after[1]} of {form.gauge!r} clears at {after[2].clear_cm:g} cm, when {before[1]} "
                f"({before[2].clear_cm:g} cm) has ended already",
                f"Each worse level of a {form.direction} gauge ends no further {safe} than the milder one.",
            )
    for _, key, threshold in given:
        if sign * threshold.clear_cm >= sign * threshold.raise_cm:
            findings.add(
                source.file,
                source.line("scale", at, key, "clear_cm"),
                f"{key} of {form.gauge!r} clears at {threshold.clear_cm:g} cm, on the wrong side of "
                f"{threshold.raise_cm:g} cm",
                f"A level of a {form.direction} gauge ends {safe} where it began, so that it does not flicker.",
            )
    _bounds(source, at, form, [one for _, _, one in given], findings)
    thresholds = tuple(Threshold(level, one.raise_cm, one.clear_cm, one.local_name) for level, _, one in given)
    return Scale(
        form.gauge, form.datum, form.direction, thresholds, form.normal_name, form.jump_cm, form.least_cm, form.most_cm
    )


def _bounds(
    source: TomlSource[ScaleFile], at: int, form: ScaleForm, given: Sequence[ThresholdForm], findings: Findings
) -> None:
    """What the gauge can show must hold every mark, or a true flood would not be believed."""
    marks = [cm for one in given for cm in (one.raise_cm, one.clear_cm)]
    for key, bound, far, beyond in (
        ("least_cm", form.least_cm, min(marks, default=0.0), "below"),
        ("most_cm", form.most_cm, max(marks, default=0.0), "above"),
    ):
        if bound is not None and marks and (bound >= far if beyond == "below" else bound <= far):
            findings.add(
                source.file,
                source.line("scale", at, key),
                f"{key} of {form.gauge!r} ({bound:g} cm) is not {beyond} its mark at {far:g} cm",
                f"Write what the gauge can show at all, {beyond} every mark, or leave it out.",
            )
