"""A gauge's life under a `levels` rule: the marks of its staff as latches."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

from alerts.doubt import (
    NO_JUMP,
    Doubted,
    Unbelieved,
    falls_as_no_water,
    has_come_up,
    jumps,
    leaps,
    may_complete,
    was_never_there,
    within,
)
from alerts.late import Late
from alerts.lifecycle import NOTHING, USABLE, Beyond, Onset, Step, Stream, Use, in_us
from alerts.rules import Rule
from alerts.samples import Sample
from alerts.stuck import Bank
from contract import incident as life
from contract.clock import DAY_US
from contract.errors import BadInput
from contract.incident import Incident, Source, State
from contract.levels import Scale, measured_anew
from contract.quality import Quality

_REMEMBERED_US = DAY_US
"""how long it is known where the water stood before a leap"""
_NOT_KEPT: list[int] = []
"""of every stream whose rule does not keep"""


class Staff:
    """A gauge's scale made ready for comparing: signed so that higher is worse, mildest first."""

    __slots__ = ("ceiling", "clears", "floor", "jump_cm", "levels", "raises", "scale", "sign")

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.sign = 1.0 if scale.direction == "rising" else -1.0
        ordered = sorted(scale.thresholds, key=lambda one: -one.level.value)
        self.levels = tuple(one.level for one in ordered)
        self.raises = tuple(self.sign * one.raise_cm for one in ordered)
        self.clears = tuple(self.sign * one.clear_cm for one in ordered)
        self.jump_cm = NO_JUMP if scale.jump_cm is None else scale.jump_cm
        least = -math.inf if scale.least_cm is None else scale.least_cm
        most = math.inf if scale.most_cm is None else scale.most_cm
        self.floor, self.ceiling = sorted((self.sign * least, self.sign * most))
        climbing = all(a <= b for seq in (self.raises, self.clears) for a, b in pairwise(seq))
        apart = all(clear <= up for clear, up in zip(self.clears, self.raises, strict=True))
        if not (ordered and climbing and apart and len(set(self.levels)) == len(self.levels)):
            raise BadInput(
                "its thresholds contradict each other",
                where=f"the scale of {scale.gauge}",
                remedy="A worse level must lie beyond a milder one, and each must clear on its own safe side.",
            )

    def can_show(self, signed: float) -> bool:
        """Whether the gauge can show a signed figure at all; not what is no finite number."""
        return self.floor <= signed <= self.ceiling and math.isfinite(signed)


class LevelStream(Stream):
    """A gauge under a `levels` rule.

    One latch a level: it closes when good readings at or beyond its raise mark have lasted `for`, and opens when good
    readings within its clear mark have lasted `clear_for`. Marks climb with the level, so that the closed latches are
    always the mildest `on` of them; `up[k]` and `down[k]` are when the run for latch k began, 0 where none runs.
    `held[k]` is when a reading was last at or beyond the raise mark of latch k: a closed latch opens `keep` after that
    at the soonest. It is empty where the rule does not keep.
    `value` is the last one that was believed, `value_us` when it was taken, `doubted` one that waits for the next.
    `before` is the one that was believed before it, and `came_up` whether the water has come up over these two.
    `by_eye`: since the sensor was called silent nothing of it was believed, and what was heard since then people have
    read on site.
    What was taken up to `ended_us` belongs to an incident that is over and begins none. `late` notes what came too late
    to be judged.
    `fell`: the water of an open incident fell as no water does, and what was read since then is not believed: a gauge
    that says nothing else is silent. `leapt` is where it stood before it rose in such a leap, at `leapt_us`: a fall
    back to there undoes what was read wrong meanwhile.
    `beyond`: since when every reading that was believed has been at or beyond the worst mark, and the last of them.
    """

    __slots__ = (
        "bank", "before", "beyond", "by_eye", "came_up", "clear_us", "doubted", "down", "ended_us", "fell", "field",
        "for_us", "held", "keep_us", "late", "leapt", "leapt_us", "on", "quiet", "staff", "trend", "unbelieved", "up",
        "value", "value_us",
    )  # fmt: skip

    def __init__(
        self,
        rule: Rule,
        node: str,
        entity: str,
        period_s: float,
        staff: Staff,
        field: str,
        unbelieved: Unbelieved | None,
        bank: Bank | None = None,
    ) -> None:
        super().__init__(rule, node, entity, period_s)
        self.bank = bank
        self.field = field
        self.unbelieved = unbelieved
        self._set_times(rule)
        self.on = 0
        self.quiet = True
        self.up: list[int] = []
        self.down: list[int] = []
        self.held = _NOT_KEPT
        self.before = self.value = math.nan
        self.value_us = 0
        self.came_up = False
        self.doubted: Doubted | None = None
        self.trend = 0
        self.by_eye = False
        self.ended_us = 0
        self.late: Late | None = None
        self.beyond: Beyond | None = None
        self.set_staff(staff)

    def set_rule(self, rule: Rule) -> None:
        super().set_rule(rule)
        kept_us = self.keep_us
        self._set_times(rule)
        if bool(kept_us) != bool(self.keep_us):
            self._hold(self.last_us)

    def _set_times(self, rule: Rule) -> None:
        self.for_us = in_us(rule.for_s)
        self.clear_us = in_us(rule.clear_for_s)
        self.keep_us = in_us(rule.keep_firing_for_s)

    def set_staff(self, staff: Staff) -> None:
        """A new scale: runs begin anew, closed latches stay where they still exist."""
        self.staff = staff
        self.doubted = None
        self.fell, self.leapt, self.leapt_us = False, math.nan, 0
        self.beyond = None
        self.up = [0] * len(staff.raises)
        self.down = [0] * len(staff.raises)
        self._hold(self.last_us)
        self.on = min(self.on, len(staff.raises))
        self.quiet = self.on == 0

    def rescale(self, staff: Staff) -> None:
        """The gauge's scale may be another. Where its centimetres are, too, the next reading is held against none."""
        if staff.scale == self.staff.scale:
            return
        if measured_anew(self.staff.scale, staff.scale):
            self.before = self.value = math.nan
            self.value_us, self.trend, self.came_up = 0, 0, False
        self.set_staff(staff)

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if sample.epoch == self.epoch and sample.seq > self.seq:
            self.seq = sample.seq
        elif not self._newest(sample.epoch, sample.seq):
            return self._overtaken(sample, now_us, said_us)
        value = sample.values.get(self.field)
        if value is None or sample.quality not in USABLE or not math.isfinite(value):
            return NOTHING
        staff = self.staff
        signed = staff.sign * value
        if self.quiet and staff.floor <= signed < staff.raises[0]:
            # The common case by far: nothing runs and the water is low.
            self.before = self.value
            self.value = value
            self.value_us = sample.observed_us
            return NOTHING
        if not staff.can_show(signed):
            cannot_be(self.unbelieved, sample, value, now_us)
            return NOTHING
        return self._judge(sample, value, signed, now_us, said_us)

    def _overtaken(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...]:
        """It is not newer than what was judged and changes nothing. What is read again from the store (it is judged
        later than it came) is noted only where it came late: all else was judged when it came."""
        value = sample.values.get(self.field)
        came_late = said_us <= now_us or now_us - sample.observed_us > self.live_us
        if self.late is None or not came_late or value is None or sample.quality not in USABLE:
            return NOTHING
        if math.isfinite(value) and self._may_begin(value):
            self.late.note(sample, said_us)
        return NOTHING

    def _may_begin(self, value: float) -> bool:
        """Whether an incident could open with this reading among others that are not known here."""
        return self.staff.raises[0] <= self.staff.sign * value <= self.staff.ceiling

    def _judge(
        self, sample: Sample, value: float, signed: float, now_us: int, said_us: int, *, seen: bool = False
    ) -> tuple[Step, ...] | Onset:
        """`seen`: somebody stood before the staff."""
        at_us, use = self._place(sample, now_us)
        if use is Use.STALE and self.late is not None:
            self.late.note(sample, said_us)
        falls = self.staff.sign * self.value - signed > self.staff.jump_cm  # the rest is asked of few
        self.fell = falls and self.incident is not None and not seen and self._falls_as_no_water(value, at_us)
        if self.fell:
            if self.unbelieved is not None:
                self.unbelieved(self.node, at_us, value)
            return NOTHING
        if use is Use.LIVE:
            self.heard_us = now_us
        if at_us <= self.ended_us:
            return NOTHING
        if self._doubts(value, at_us, use):
            if signed < self.staff.sign * self.value or not self._borne_out_by(value):
                return self._fallen(value, at_us, use, said_us)  # neither an end nor, alone, a beginning
            # How high is in doubt, not that the water comes: a run may complete, and nothing may clear.
            value, use = self.value, max(use, Use.LATE)
            signed = self.staff.sign * value
        else:
            before = self.value
            self.trend = 0 if math.isnan(before) or before == value else (1 if value > before else -1)
            self._take(value, at_us)
            if use is Use.LIVE and self.bank is not None and self.bank.hear(at_us, value):
                # A gauge that is stuck shows no water: it ends nothing, and what it had begun to end begins anew.
                use, self.down = Use.LATE, [0] * len(self.down)
            else:
                self._crest(signed, at_us, use)
        self._run(signed, at_us, use)
        by_eye, live = self.by_eye and self.incident is not None, use is Use.LIVE
        self.by_eye = by_eye and not live
        if at_us <= self.muted_us:
            return NOTHING
        if self.incident is None:
            return self._onset(at_us, value) if use is not Use.STALE else NOTHING
        return self._keep(self._advance(self.incident, signed, value, at_us, use, said_us, back=by_eye and live))

    def _falls_as_no_water(self, value: float, at_us: int) -> bool:
        """Whether this reading says of an open incident what no river does. After a hole nobody knows; what undoes a
        leap or is what the reading before it began to show may be."""
        jump_cm, doubted = self.staff.jump_cm, self.doubted
        if not falls_as_no_water(jump_cm, self.staff.sign, self.value, value):
            return False
        if not self.fell and not within(self.live_us, self.value_us, at_us):
            return False
        if doubted is not None and abs(value - doubted.value) <= jump_cm:
            return False
        return not (abs(value - self.leapt) <= jump_cm and at_us - self.leapt_us <= _REMEMBERED_US)

    def _doubts(self, value: float, at_us: int, use: Use) -> bool:
        """Whether this reading must wait for the next. What waited is settled first."""
        doubted, self.doubted, jump_cm = self.doubted, None, self.staff.jump_cm
        if doubted is not None:
            if was_never_there(jump_cm, self.value, doubted.value, value):
                if self.unbelieved is not None:
                    self.unbelieved(self.node, doubted.at_us, doubted.value)
                self._held_by_both(doubted, value, at_us)
            else:
                self._believe(doubted)
            return False
        if jumps(jump_cm, self.value, value) and within(self.live_us, self.value_us, at_us):
            self.doubted = Doubted(at_us, value, use)
            self.quiet = False
            return True
        return False

    def _borne_out_by(self, value: float) -> bool:
        """Whether a doubted reading above may complete what stands: two readings showed it, or the water was coming up
        already and it is no further than a flood may jump."""
        if self.value_us > max(self.up):
            return True
        return self.came_up and may_complete(self.staff.jump_cm, value - self.value)

    def _fallen(self, value: float, at_us: int, use: Use, said_us: int) -> tuple[Step, ...] | Onset:
        """Whether the water fell by a jump is in doubt; as high as this it stands either way. What that completes is
        told, and nothing begins, breaks or clears. Water that may have risen completes nothing here."""
        signed = self.staff.sign * value
        if use is Use.STALE or at_us <= self.muted_us or signed >= self.staff.sign * self.value:
            return NOTHING
        if self.incident is None:
            return self._onset(at_us, value)
        return self._keep(self._advance(self.incident, signed, value, at_us, Use.LATE, said_us, back=False))

    def _held_by_both(self, doubted: Doubted, value: float, at_us: int) -> None:
        """How high it was is not believed, but what the next reading shows as well both of them hold. Where readings
        are a whole `for` apart, a flash flood shows no more of itself than its crest and the beginning of its fall;
        water that stands where it stood before shows no flood."""
        signed = self.staff.sign * min(value, doubted.value, key=lambda cm: self.staff.sign * cm)
        if at_us - doubted.at_us < self.for_us or doubted.use == Use.STALE:
            return
        if not has_come_up(self.staff.jump_cm, self.staff.sign * (value - self.value)):
            return
        for k in range(self.on, len(self.up)):
            if signed >= self.staff.raises[k] and not self.up[k]:
                self.up[k] = doubted.at_us

    def _believe(self, doubted: Doubted) -> None:
        """It was true: it counts from when it was taken."""
        self._run(self.staff.sign * doubted.value, doubted.at_us, Use(doubted.use))
        self._crest(self.staff.sign * doubted.value, doubted.at_us, Use(doubted.use))
        if leaps(self.staff.jump_cm, self.staff.sign * (doubted.value - self.value)):
            self.leapt, self.leapt_us = self.value, doubted.at_us
        self._take(doubted.value, doubted.at_us)
        if self.incident is not None:
            self.incident = self._noted(self.incident, doubted.value)

    def _take(self, value: float, at_us: int) -> None:
        """This is the water now."""
        since = self.value if math.isnan(self.before) else self.before
        self.came_up = has_come_up(self.staff.jump_cm, self.staff.sign * (value - since))
        self.before, self.value, self.value_us = self.value, value, at_us

    def _run(self, signed: float, at_us: int, use: Use) -> None:
        """Begin, keep or break the run of every latch."""
        raises, clears, up, down, on = self.staff.raises, self.staff.clears, self.up, self.down, self.on
        for k in range(len(self.held)):
            if signed >= raises[k] and use is not Use.STALE:
                self.held[k] = at_us
        for k in range(len(raises)):
            if k >= on:
                if signed < raises[k]:
                    up[k] = 0
                elif not up[k] and use is not Use.STALE:
                    up[k] = at_us
            elif signed >= clears[k]:
                down[k] = 0
            elif not down[k] and use is Use.LIVE:
                down[k] = at_us
        self.quiet = on == 0 and not up[0] and self.doubted is None

    def _crest(self, signed: float, at_us: int, use: Use) -> None:
        """Begin, keep or break the time for which the water has stood at the worst mark. Silence breaks it, too."""
        if signed < self.staff.raises[-1]:
            self.beyond = None
        elif use is not Use.STALE:
            run = self.beyond
            runs_on = run is not None and at_us - run.read_us < self.no_data_us
            self.beyond = Beyond(run.since_us if run is not None and runs_on else at_us, at_us)

    def _confirmed(self, at_us: int, signed: float) -> int:
        """How many latches are closed with those whose run has lasted `for` and whose mark water this high has reached.
        A run's first reading never counts."""
        for k in range(len(self.up) - 1, self.on - 1, -1):
            began = self.up[k]
            if began and signed >= self.staff.raises[k] and at_us > began and at_us - began >= self.for_us:
                return k + 1
        return self.on

    def _onset(self, at_us: int, value: float) -> tuple[Step, ...] | Onset:
        count = self._confirmed(at_us, self.staff.sign * value)
        if count == 0:
            return NOTHING
        crossed_us = self.up[0]
        self._close(count)
        return Onset(crossed_us, at_us, self.staff.levels[count - 1], value, False)

    def _close(self, count: int) -> None:
        for k in range(count):
            self.up[k] = self.down[k] = 0
        self.on = count
        self.quiet = False

    def _advance(
        self, incident: Incident, signed: float, value: float, at_us: int, use: Use, said_us: int, *, back: bool
    ) -> list[Step]:
        now = self.incident = self._noted(incident, value)
        runs = any(self.up) or any(self.down)
        if now.state is State.FIRING and not (runs or now.no_data or back):
            return []
        steps: list[Step] = []

        def add(step: Step) -> None:
            nonlocal now
            now = step[0]
            steps.append(step)

        live = use is Use.LIVE
        if live and (now.no_data or back):
            add(life.data_back(now, value, at_us, said_us))
        if now.state is State.RECOVERING and signed >= self.staff.clears[0] and use is not Use.STALE:
            add(life.relapsed(now, value, at_us, said_us))
        count = self._confirmed(at_us, signed) if use is not Use.STALE else self.on
        if count > self.on:
            self._close(count)
            add(life.level_changed(now, self.staff.levels[count - 1], value, at_us, said_us))
        elif live:
            left = self._left(at_us)
            if left == 0:
                self._open_from(0)
                add(life.resolved(now, value, at_us, said_us))
            else:
                if left < self.on:
                    self._open_from(left)
                    add(life.level_changed(now, self.staff.levels[left - 1], value, at_us, said_us))
                if now.state is State.FIRING and self.down[0] and self._let_go(0, at_us):
                    add(life.recovering(now, value, at_us, said_us))
        self.incident = now
        return steps

    def _noted(self, incident: Incident, value: float) -> Incident:
        """With its new peak, where this is one. Each change brings its own value."""
        peak, sign = incident.peak_value, self.staff.sign
        if peak is not None and sign * value <= sign * peak:
            return incident
        return life.with_value(incident, value, higher_is_worse=sign > 0)

    def _as_last_read(self, incident: Incident) -> Incident:
        """With the last value that was believed, for a change that brings none."""
        if math.isnan(self.value):
            return incident
        return life.with_value(incident, self.value, higher_is_worse=self.staff.sign > 0)

    def _left(self, at_us: int) -> int:
        """How many latches stay closed once those whose clear run has lasted `clear_for` open."""
        left = self.on
        while left:
            began = self.down[left - 1]
            if not began or at_us <= began or at_us - began < self.clear_us or not self._let_go(left - 1, at_us):
                break
            left -= 1
        return left

    def _let_go(self, k: int, at_us: int) -> bool:
        """Whether the time for which latch k is kept closed is over."""
        return not self.held or at_us - self.held[k] >= self.keep_us

    def _hold(self, at_us: int) -> None:
        """Nothing is known of when the marks were last reached: as if it were now."""
        self.held = [at_us] * len(self.staff.raises) if self.keep_us else _NOT_KEPT

    def _open_from(self, left: int) -> None:
        for k in range(left, len(self.up)):
            self.up[k] = self.down[k] = 0
        self.on = left
        self.quiet = left == 0

    def spoke_us(self) -> int:
        return max(super().spoke_us(), self.value_us)

    def due_us(self, floor_us: int) -> int:
        if self.incident is None:
            # Nothing is open yet; a run that has begun and is not confirmed is waited for from its last reading.
            waits = self.up[0] or self.doubted is not None
            return max(self.heard_us, self.last_us, floor_us) + self.no_data_us if waits else 0
        return 0 if self.incident.no_data else max(self.heard_us, floor_us) + self.no_data_us

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if self.incident is None:
            return self._silent_onset(at_us)
        if self.incident.no_data:
            return NOTHING
        steps = self._keep(self._silent(self.incident, at_us, said_us))
        return _from("on_site", steps) if self.by_eye else steps

    def _silent(self, incident: Incident, at_us: int, said_us: int) -> list[Step]:
        """An open incident falls silent. Where its last reading was in doubt and graver, at the level of that."""
        higher = self._settle()
        # Silence breaks the clear run: what the water did meanwhile nobody saw.
        self.down, self.beyond = [0] * len(self.down), None
        now, steps = self._as_last_read(incident), []
        if higher and now.state is State.RECOVERING and self.staff.sign * self.value >= self.staff.clears[0]:
            steps.append(life.relapsed(now, self.value, at_us, said_us))
            now = steps[-1][0]
        count = self.on + self._begun()
        if higher and count > self.on:
            self._close(count)
            steps.append(life.level_changed(now, self.staff.levels[count - 1], self.value, at_us, said_us))
            now = steps[-1][0]
        return [*steps, life.fell_silent(now, at_us, said_us)]

    def _settle(self) -> bool:
        """Nothing will settle a doubt in silence: it is settled to the dangerous side. Whether the water is believed
        to stand higher now."""
        doubted, self.doubted = self.doubted, None
        if doubted is None or self.staff.sign * (doubted.value - self.value) <= 0:
            return False
        self._believe(doubted)
        return doubted.use != Use.STALE

    def _begun(self) -> int:
        """How many latches have a run that `for` has not confirmed."""
        return sum(1 for began in self.up if began)

    def read_on_site(self, value: float, read_us: int, now_us: int, said_us: int) -> tuple[Step, ...]:
        """Somebody read the staff of an open incident's gauge at `read_us` and said so at `now_us`: a good reading,
        between the sensor's own. What is not newer than the newest that was judged changes nothing."""
        incident, heard_us = self.incident, self.heard_us
        if incident is None or min(read_us, now_us) <= self.last_us:
            return NOTHING
        if not self.staff.scale.can_show(value):
            if self.unbelieved is not None:
                self.unbelieved(self.node, min(read_us, now_us), value)
            return NOTHING
        alone = incident.no_data or self.by_eye
        sample = Sample(self.node, "", self.rule.match.kind, self.epoch, self.seq, read_us, "synced", Quality.GOOD, {})
        self.by_eye = False  # it is not the sensor that is back
        outcome = self._judge(sample, value, self.staff.sign * value, now_us, said_us, seen=True)
        self.by_eye = alone
        self.heard_us = max(self.heard_us, heard_us)
        return NOTHING if isinstance(outcome, Onset) else _from("on_site", outcome)

    def end(self, at_us: int, said_us: int) -> tuple[Step, ...]:
        """Two people end the incident of a gauge that is gone: its sensor is silent, and whoever has read it on site
        since has read it below its clear mark. Of any other nothing is ended."""
        incident = self.incident
        if incident is None or not (incident.no_data or (self.by_eye and self._is_clear())):
            return NOTHING
        self.ended_us = self.last_us = at_us = max(at_us, self.last_us)
        self.doubted, self.fell = None, False
        self._open_from(0)
        value = self._as_last_read(incident).value
        return _from("people", self._keep([life.resolved(incident, value, at_us, said_us)]))

    def _is_clear(self) -> bool:
        return self.doubted is None and self.staff.sign * self.value < self.staff.clears[0]

    def _silent_onset(self, at_us: int) -> tuple[Step, ...] | Onset:
        """The last thing the gauge said was that the water stands high. `for` is not completed, and nobody may call
        that safe: it opens as silent, at the level last read."""
        self._settle()
        count = self._begun()
        if not count:
            return NOTHING
        crossed_us = self.up[0]
        self._close(count)
        return Onset(crossed_us, at_us, self.staff.levels[count - 1], self.value, True)

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = incident.changed_us
        self.doubted, self.fell = None, False
        self.up = [0] * len(self.up)
        self.down = [0] * len(self.down)
        if not incident.open:
            self.incident = None
            self.ended_us = incident.changed_us
            self._open_from(0)
            return
        self.incident = incident
        self._hold(incident.changed_us)
        reached = sum(1 for level in self.staff.levels if incident.level and not level.worse_than(incident.level))
        # A scale that has lost the level it opened at: the mildest latch holds it, and ends it after `clear_for`.
        self.on = max(1, reached)
        self.quiet = False
        self.heard_us = max(self.heard_us, incident.changed_us)
        if incident.value is not None:
            self.value = incident.value

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        self.value_us = min(self.value_us, now_us)
        self.ended_us = min(self.ended_us, now_us)
        self.leapt_us = min(self.leapt_us, now_us)
        if self.doubted is not None:
            self.doubted = self.doubted._replace(at_us=min(self.doubted.at_us, now_us))
        self.up = [min(began, now_us) for began in self.up]
        self.down = [min(began, now_us) for began in self.down]
        self.held = [min(us, now_us) for us in self.held] or _NOT_KEPT
        if self.beyond is not None:
            self.beyond = Beyond(*(min(us, now_us) for us in self.beyond))

    def state(self) -> list[Any]:
        value, before, leapt = (None if math.isnan(cm) else cm for cm in (self.value, self.before, self.leapt))
        return [
            *super().state(),
            self.on,
            self.up,
            self.down,
            value,
            self.trend,
            self.value_us,
            self.doubted,
            self.held,
            self.by_eye,
            self.ended_us,
            [self.fell, leapt, self.leapt_us],
            [before, self.came_up],
            self.beyond,
        ]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        on, up, down, value, self.trend, self.value_us, doubted, held, self.by_eye, self.ended_us, fall = state[6:17]
        before, self.came_up = state[17]
        self.before = math.nan if before is None else before
        self.beyond = None if state[18] is None else Beyond(*state[18])
        self.fell, leapt, self.leapt_us = fall
        self.leapt = math.nan if leapt is None else leapt
        self.doubted = None if doubted is None else Doubted(*doubted)
        if len(up) == len(self.up):
            self.up, self.down = list(up), list(down)
        self._hold(self.last_us)
        if len(held) == len(self.held):
            self.held = list(held)
        self.on = min(on, len(self.up))
        self.quiet = self.on == 0 and not any(self.up) and self.doubted is None
        self.value = math.nan if value is None else value


def cannot_be(unbelieved: Unbelieved | None, sample: Sample, value: float, now_us: int) -> None:
    """The gauge cannot show this: it is no information, however often it comes, and is only said."""
    if unbelieved is not None:
        at_us = now_us if sample.trust == "untrusted" else min(sample.observed_us, now_us)
        unbelieved(sample.node, at_us, value)


def _from(source: Source, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The same changes as what they rest on."""
    return tuple((incident, replace(change, source=source)) for incident, change in steps)
