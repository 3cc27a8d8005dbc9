"""categories.toml: what cases are about, and what is promised for each, in wall time or in working days."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from cities import forms
from cities.findings import Findings, doubles, known_agency
from cities.sources import TomlSource
from contract.city import Attribute, Category, Choice, Text
from contract.promise import Promise, Term
from contract.topics import valid_id

_HOUR_S = 3600
_STEPS = ("verify", "respond", "finish")
"""in the order in which they are due"""
_LISTS = {"singlevaluelist", "multivaluelist"}


def category_of(form: forms.CategoryForm, presets: Mapping[str, forms.SlaForm]) -> Category:
    """The category with its promise. Its preset is known: `check_categories` has seen to that."""
    sla = presets[form.sla]
    return Category(
        code=form.code,
        name=text_of(form.name),
        description=text_of(form.description),
        agency=form.agency,
        group=form.group,
        promise=Promise(verify=_term(sla, "verify"), respond=_term(sla, "respond"), finish=_term(sla, "finish")),
        keywords=form.keywords,
        radius_m=form.radius_m,
        attributes=tuple(_attribute(one, order) for order, one in enumerate(form.attribute, start=1)),
        emergency=form.emergency,
    )


def text_of(form: forms.TextForm) -> Text:
    """The text in both languages."""
    return Text(form.id, form.en)


def check_categories(source: TomlSource[forms.CategoriesFile], agencies: set[str] | None, findings: Findings) -> None:
    """Every promise can be kept, every category has its agency and its preset, every question its answers."""
    for name, sla in source.form.sla.items():
        _sla(source, name, sla, findings)
    codes = []
    for at, one in enumerate(source.form.category):
        codes.append((one.code, source.line("category", at, "code")))
        known_agency(source.file, source.line("category", at, "agency"), one.agency, agencies, findings)
        _code(source, at, one.code, findings)
        if one.sla not in source.form.sla:
            findings.add(
                source.file,
                source.line("category", at, "sla"),
                f"SLA {one.sla!r} is not among the presets above",
                f"Known here: {', '.join(source.form.sla)}.",
            )
        _questions(source, at, one, findings)
    doubles(source.file, "category", codes, findings)


def _attribute(form: forms.AttributeForm, order: int) -> Attribute:
    return Attribute(
        code=form.code,
        datatype=form.datatype,
        description=text_of(form.description),
        required=form.required,
        order=order,
        values=tuple(Choice(one.key, text_of(one.name)) for one in form.values),
    )


def _hours(sla: forms.SlaForm, step: str) -> float | None:
    hours: float | None = getattr(sla, f"{step}_h")
    return hours


def _days(sla: forms.SlaForm, step: str) -> int | None:
    days: int | None = getattr(sla, f"{step}_working_days")
    return days


def _term(sla: forms.SlaForm, step: str) -> Term:
    return Term(seconds=round((_hours(sla, step) or 0) * _HOUR_S), working_days=_days(sla, step) or 0)


def _said(sla: forms.SlaForm, step: str) -> str:
    hours = _hours(sla, step)
    return f"{_days(sla, step)} working days" if hours is None else f"{hours:g} h"


def _sla(source: TomlSource[forms.CategoriesFile], name: str, sla: forms.SlaForm, findings: Findings) -> None:
    for step in _STEPS:
        hours = _hours(sla, step)
        if hours is not None and hours <= 0:
            findings.add(
                source.file,
                source.line("sla", name, f"{step}_h"),
                f"{step}_h of SLA {name!r} is {hours:g} hours: a promise must be more than zero",
                "Write the hours the city promises.",
            )
        if hours is not None and _days(sla, step) is not None:
            findings.add(
                source.file,
                source.line("sla", name, f"{step}_working_days"),
                f"SLA {name!r} promises its {step} term in hours and in working days",
                "Keep the one that the city has published.",
            )
    promised = [step for step in _STEPS if _term(sla, step)]
    if not promised:
        findings.add(
            source.file,
            source.line("sla", name),
            f"SLA {name!r} promises nothing",
            "Write respond_h or respond_working_days, finish_h or finish_working_days.",
        )
    for earlier, later in pairwise(promised):
        if _ends_before(_term(sla, later), _term(sla, earlier)):
            key = f"{later}_h" if _hours(sla, later) is not None else f"{later}_working_days"
            what = {"respond": "the first answer is due", "verify": "the check is due"}[earlier]
            does = {"finish": "ends", "respond": "answers"}[later]
            findings.add(
                source.file,
                source.line("sla", name, key),
                f"SLA {name!r} {does} ({_said(sla, later)}) before {what} ({_said(sla, earlier)})",
                f"{key} is counted from the report too, so it is the larger one.",
            )


def _ends_before(later: Term, earlier: Term) -> bool:
    """Whether it is over first on every day of the year. N working days take N times 24 hours, or longer."""
    if later.working_days:
        return later.working_days < earlier.working_days
    return later.seconds < earlier.seconds + earlier.working_days * 24 * _HOUR_S


def _code(source: TomlSource[forms.CategoriesFile], at: int, code: str, findings: Findings) -> None:
    if not valid_id(code):
        findings.add(
            source.file,
            source.line("category", at, "code"),
            f"category code {code!r} cannot stand in an address",
            "Use lower-case letters, digits and single hyphens, at most 48.",
        )


def _questions(source: TomlSource[forms.CategoriesFile], at: int, one: forms.CategoryForm, findings: Findings) -> None:
    lines = [(ask.code, source.line("category", at, "attribute", n, "code")) for n, ask in enumerate(one.attribute)]
    doubles(source.file, "attribute", lines, findings)
    for (code, line), ask in zip(lines, one.attribute, strict=True):
        if not valid_id(code):
            findings.add(
                source.file,
                line,
                f"attribute code {code!r} cannot stand in an address",
                "Use lower-case letters, digits and single hyphens, at most 48.",
            )
        if (ask.datatype in _LISTS) != bool(ask.values):
            findings.add(
                source.file,
                line,
                f"attribute {code!r} is a {ask.datatype} and has {len(ask.values)} values",
                "A list has values; what is not a list has none.",
            )
        doubles(source.file, f"value of {code!r}", [(value.key, line) for value in ask.values], findings)
