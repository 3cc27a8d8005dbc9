"""Who is told of what a rule finds at a place, from the city's files and what was promoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alerts.rules import Rule
from contract.city import Text
from contract.incident import Audience
from contract.staging import PackRule, Stages, in_force, narrower
from store.ports import Placement


def told_to(rule: Rule, place: Placement, stages: Stages | None) -> Audience:
    """The narrower of the rule's circle and the place's. Without stages (in a replay) its file alone counts."""
    of_rule = rule.audience if stages is None else in_force(rule.audience, stages.get(("rule", rule.id)), rule.judges)
    return narrower(of_rule, place.audience)


def pack_of(rules: Sequence[Rule]) -> tuple[PackRule, ...]:
    """The rules as whoever promotes them sees them."""
    return tuple(
        PackRule(one.id, one.judges, one.audience, one.subject, _named(one.texts["title"]), one.severity)
        for one in rules
    )


def _named(title: Text) -> Text:
    """A title without the place that it is about: `High water: {river}` is called High water."""
    return Text(*(re.sub(r"\s*[:,.–-]?\s*\{\w+\}", "", text).strip() for text in (title.id, title.en)))
