"""A sensor's life under a `mark` rule: one number against one mark of the rule's own, for what has no scale (rain)."""

from __future__ import annotations

from alerts.level_stream import LevelStream, Staff
from alerts.lifecycle import Onset, Step
from alerts.rise_stream import latch, nameless
from alerts.rules import Mark, Rule


class MarkStream(LevelStream):
    """As a gauge with a single mark and no level; what people read on site is no reading of it."""

    __slots__ = ()

    def __init__(self, rule: Rule, node: str, entity: str, period_s: float, condition: Mark) -> None:
        super().__init__(rule, node, entity, period_s, _latch_of(condition), condition.field, None)

    def set_rule(self, rule: Rule) -> None:
        """Another mark: runs begin anew."""
        changed = isinstance(rule.condition, Mark) and rule.condition != self.rule.condition
        super().set_rule(rule)
        if changed and isinstance(rule.condition, Mark):
            self.set_staff(_latch_of(rule.condition))

    def rescale(self, staff: Staff) -> None:
        """A gauge's scale is nothing to it."""

    def read_on_site(self, value: float, read_us: int, now_us: int, said_us: int) -> tuple[Step, ...]:  # noqa: ARG002
        return ()

    def _onset(self, at_us: int, value: float) -> tuple[Step, ...] | Onset:
        return nameless(super()._onset(at_us, value))

    def _silent_onset(self, at_us: int) -> tuple[Step, ...] | Onset:  # noqa: ARG002
        """One reading past the mark and then silence: that is no water, and nothing that anybody must be told."""
        self.up = [0] * len(self.up)
        return ()


def _latch_of(condition: Mark) -> Staff:
    return latch(condition.raise_at, condition.clear_at)
