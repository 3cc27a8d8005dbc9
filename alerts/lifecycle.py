"""The life of one stream under one rule, pure: normal → pending → firing → recovering → resolved, no-data beside it.

What a reading may do depends on how it came:

* *old*: not newer than the stream's newest by (epoch, seq). It changes nothing.
* *live*: the newest, younger than max(2 sample periods, 5 min). It may do everything.
* *late*: the newest, older than that but younger than the rule's `no_data_for`. It may raise and it may break a wait;
  it never clears and never ends a silence, for what it shows is over.
* *stale*: the newest, older still. It may only break a wait.

A node whose clock cannot be trusted says nothing of when: its newest reading counts as taken when it arrived. An
observed time ahead of us counts as now. Readings flagged suspect, fail or missing, and values that are absent or not
finite, neither raise nor clear nor break a wait: they are no information about the water. (A sensor that gives
nothing else for `no_data_for` is silent, however much it talks.) Unknown (2) is a sensor without checks and is judged.

An epoch is opaque: one never seen before supersedes, one that was superseded is old.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from alerts.rules import Absence, Rule
from alerts.samples import Sample
from contract import incident as life
from contract.clock import MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.incident import Change, Incident, State
from contract.levels import Level, Scale

_LIVE_AT_LEAST_US = 5 * MINUTE_US
_EPOCHS_KEPT = 8
_LIVE, _LATE, _STALE = 0, 1, 2
_USABLE = frozenset({1, 2})

Step = tuple[Incident, Change]
NOTHING: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Onset:
    """What the engine must know to open an incident: when it began, when it was sure, how bad, of what value."""

    crossed_us: int
    opened_us: int
    level: Level | None
    value: float | None
    no_data: bool


class Staff:
    """A gauge's scale made ready for comparing: signed so that higher is worse, mildest first."""

    __slots__ = ("clears", "levels", "raises", "scale", "sign")

    def __init__(self, scale: Scale) -> None:
        self.scale = scale
        self.sign = 1.0 if scale.direction == "rising" else -1.0
        ordered = sorted(scale.thresholds, key=lambda one: -one.level.value)
        self.levels = tuple(one.level for one in ordered)
        self.raises = tuple(self.sign * one.raise_cm for one in ordered)
        self.clears = tuple(self.sign * one.clear_cm for one in ordered)
        climbing = all(a <= b for seq in (self.raises, self.clears) for a, b in pairwise(seq))
        apart = all(clear <= up for clear, up in zip(self.clears, self.raises, strict=True))
        if not (ordered and climbing and apart and len(set(self.levels)) == len(self.levels)):
            raise BadInput(
                "its thresholds contradict each other",
                where=f"the scale of {scale.gauge}",
                remedy="A worse level must lie beyond a milder one, and each must clear on its own safe side.",
            )


class Stream:
    """What every watched stream keeps: its newest reading's place, its open incident, and when it was last heard."""

    __slots__ = (
        "armed_us",
        "entity",
        "epoch",
        "heard_us",
        "incident",
        "last_us",
        "live_us",
        "muted_us",
        "no_data_us",
        "node",
        "past",
        "rule",
        "seq",
        "told_us",
    )

    def __init__(self, rule: Rule, node: str, entity: str, period_s: float) -> None:
        self.rule = rule
        self.node = node
        self.entity = entity
        self.epoch = ""
        self.seq = 0
        self.past: tuple[str, ...] = ()
        self.last_us = 0
        self.heard_us = 0
        self.told_us = 0
        self.muted_us = 0
        self.armed_us = 0
        self.incident: Incident | None = None
        self.live_us = 0
        self.no_data_us = round(rule.no_data_for_s * SECOND_US)
        self.set_period(period_s)

    def set_period(self, period_s: float) -> None:
        """How often the sensor is due says how long its newest reading is live."""
        self.live_us = max(_LIVE_AT_LEAST_US, round(2 * period_s * SECOND_US))

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """Take one reading: changes of the open incident, or the onset of one, or nothing."""
        raise NotImplementedError

    def due_us(self, floor_us: int) -> int:
        """When silence is over its time, 0 where none is being waited for. `floor_us`: we could not hear before."""
        raise NotImplementedError

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        """The silence is over its time."""
        raise NotImplementedError

    def adopt(self, incident: Incident) -> None:
        """Take over what the store knows of this stream's newest incident. What is read again up to its last change
        is not told again."""
        raise NotImplementedError

    def _newest(self, epoch: str, seq: int) -> bool:
        if epoch == self.epoch:
            if seq <= self.seq:
                return False
        elif epoch in self.past:
            return False
        else:
            if self.epoch:
                self.past = (*self.past[1 - _EPOCHS_KEPT :], self.epoch)
            self.epoch = epoch
        self.seq = seq
        return True

    def _place(self, sample: Sample, now_us: int) -> tuple[int, int]:
        """(when it counts as taken, how it may be used). Time never runs backwards within a stream."""
        at_us = sample.observed_us
        if sample.trust == "untrusted" or at_us > now_us:
            at_us = now_us
        age_us = now_us - at_us
        late_us = self.rule.no_data_for_s * SECOND_US
        use = _LIVE if age_us <= self.live_us else _LATE if age_us <= late_us else _STALE
        at_us = max(at_us, self.last_us)
        self.last_us = at_us
        return at_us, use

    def _keep(self, steps: list[Step]) -> tuple[Step, ...]:
        """Remember where the incident stands after these changes; a resolved one is let go."""
        if not steps:
            return NOTHING
        last = steps[-1][0]
        self.told_us = max(self.told_us, last.changed_us)
        self.incident = last if last.open else None
        return tuple(steps)

    def opened(self, incident: Incident) -> None:
        """The engine opened an incident for the onset that this stream reported."""
        self.incident = incident
        self.told_us = max(self.told_us, incident.changed_us)
        if not incident.no_data:
            self.heard_us = max(self.heard_us, incident.opened_us)

    def _behind(self, incident: Incident) -> bool:
        """Whether the store knows more than this stream does: its snapshot is older than the last commit."""
        mine = self.incident
        if mine is not None and mine.id == incident.id:
            return mine.changes < incident.changes
        return incident.changed_us > self.told_us

    def rewind(self, now_us: int) -> None:
        """Our clock was ahead and is right now: nothing can have happened later than this."""
        self.last_us = min(self.last_us, now_us)
        self.heard_us = min(self.heard_us, now_us)
        self.muted_us = min(self.muted_us, now_us)

    def state(self) -> list[Any]:
        """For the snapshot: plain values only."""
        return [self.epoch, self.seq, list(self.past), self.last_us, self.heard_us, self.told_us]

    def restore(self, state: list[Any]) -> None:
        """Back from a snapshot."""
        self.epoch, self.seq, past, self.last_us, self.heard_us, self.told_us = state[:6]
        self.past = tuple(past)


class LevelStream(Stream):
    """A gauge under a `levels` rule.

    One latch a level: it closes when good readings at or beyond its raise mark have lasted `for`, and opens when good
    readings within its clear mark have lasted `clear_for`. Marks climb with the level, so that the closed latches are
    always the mildest `on` of them; `up[k]` and `down[k]` are when the run for latch k began, 0 where none runs.
    """

    __slots__ = ("clear_us", "down", "field", "for_us", "on", "quiet", "staff", "trend", "up", "value")

    def __init__(self, rule: Rule, node: str, entity: str, period_s: float, staff: Staff, field: str) -> None:
        super().__init__(rule, node, entity, period_s)
        self.field = field
        self.for_us = round(rule.for_s * SECOND_US)
        self.clear_us = round(rule.clear_for_s * SECOND_US)
        self.on = 0
        self.quiet = True
        self.up: list[int] = []
        self.down: list[int] = []
        self.value = math.nan
        self.trend = 0
        self.set_staff(staff)

    def set_staff(self, staff: Staff) -> None:
        """A new scale: runs begin anew, closed latches stay where they still exist."""
        self.staff = staff
        self.up = [0] * len(staff.raises)
        self.down = [0] * len(staff.raises)
        self.on = min(self.on, len(staff.raises))
        self.quiet = self.on == 0

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if sample.epoch == self.epoch and sample.seq > self.seq:
            self.seq = sample.seq
        elif not self._newest(sample.epoch, sample.seq):
            return NOTHING
        value = sample.values.get(self.field)
        if value is None or sample.quality not in _USABLE or not math.isfinite(value):
            return NOTHING
        staff = self.staff
        signed = staff.sign * value
        if self.quiet and signed < staff.raises[0]:
            # The common case by far: nothing runs and the water is low.
            self.value = value
            return NOTHING
        return self._judge(sample, value, signed, now_us, said_us)

    def _judge(
        self, sample: Sample, value: float, signed: float, now_us: int, said_us: int
    ) -> tuple[Step, ...] | Onset:
        at_us, use = self._place(sample, now_us)
        before = self.value
        self.trend = 0 if math.isnan(before) or before == value else (1 if value > before else -1)
        self.value = value
        if use == _LIVE:
            self.heard_us = now_us
        self._run(signed, at_us, use)
        if at_us <= self.muted_us:
            return NOTHING
        if self.incident is None:
            return self._onset(at_us, value) if use != _STALE else NOTHING
        return self._keep(self._advance(self.incident, signed, value, at_us, use, said_us))

    def _run(self, signed: float, at_us: int, use: int) -> None:
        """Begin, keep or break the run of every latch."""
        raises, clears, up, down, on = self.staff.raises, self.staff.clears, self.up, self.down, self.on
        for k in range(len(raises)):
            if k >= on:
                if signed < raises[k]:
                    up[k] = 0
                elif not up[k] and use != _STALE:
                    up[k] = at_us
            elif signed >= clears[k]:
                down[k] = 0
            elif not down[k] and use == _LIVE:
                down[k] = at_us
        self.quiet = on == 0 and not up[0]

    def _confirmed(self, at_us: int) -> int:
        """How many latches are closed with those whose run has lasted `for`. A run's first reading never counts."""
        for k in range(len(self.up) - 1, self.on - 1, -1):
            began = self.up[k]
            if began and at_us > began and at_us - began >= self.for_us:
                return k + 1
        return self.on

    def _onset(self, at_us: int, value: float) -> tuple[Step, ...] | Onset:
        count = self._confirmed(at_us)
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
        self, incident: Incident, signed: float, value: float, at_us: int, use: int, said_us: int
    ) -> list[Step]:
        steps: list[Step] = []
        now = life.with_value(incident, value, higher_is_worse=self.staff.sign > 0)

        def add(step: Step) -> None:
            nonlocal now
            now = step[0]
            steps.append(step)

        live = use == _LIVE
        if now.no_data and live:
            add(life.data_back(now, value, at_us, said_us))
        if now.state is State.RECOVERING and signed >= self.staff.clears[0] and use != _STALE:
            add(life.relapsed(now, value, at_us, said_us))
        count = self._confirmed(at_us) if use != _STALE else self.on
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
                if now.state is State.FIRING and self.down[0]:
                    add(life.recovering(now, value, at_us, said_us))
        self.incident = now
        return steps

    def _left(self, at_us: int) -> int:
        """How many latches stay closed once those whose clear run has lasted `clear_for` open."""
        left = self.on
        while left:
            began = self.down[left - 1]
            if not began or at_us <= began or at_us - began < self.clear_us:
                break
            left -= 1
        return left

    def _open_from(self, left: int) -> None:
        for k in range(left, len(self.up)):
            self.up[k] = self.down[k] = 0
        self.on = left
        self.quiet = left == 0

    def due_us(self, floor_us: int) -> int:
        if self.incident is None:
            # Nothing is open yet; a run that has begun and is not confirmed is waited for from its last reading.
            return max(self.heard_us, self.last_us, floor_us) + self.no_data_us if self.up[0] else 0
        return 0 if self.incident.no_data else max(self.heard_us, floor_us) + self.no_data_us

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if self.incident is None:
            return self._silent_onset(at_us)
        if self.incident.no_data:
            return NOTHING
        # Silence breaks the clear run: what the water did meanwhile nobody saw.
        self.down = [0] * len(self.down)
        return self._keep([life.fell_silent(self.incident, at_us, said_us)])

    def _silent_onset(self, at_us: int) -> tuple[Step, ...] | Onset:
        """The last thing the gauge said was that the water stands high. `for` is not completed, and nobody may call
        that safe: it opens as silent, at the level last read."""
        count = sum(1 for began in self.up if began)
        if not count:
            return NOTHING
        crossed_us = self.up[0]
        self._close(count)
        return Onset(crossed_us, at_us, self.staff.levels[count - 1], self.value, True)

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = incident.changed_us
        self.up = [0] * len(self.up)
        self.down = [0] * len(self.down)
        if not incident.open:
            self.incident = None
            self._open_from(0)
            return
        self.incident = incident
        reached = sum(1 for level in self.staff.levels if incident.level and not level.worse_than(incident.level))
        # A scale that has lost the level it opened at: the mildest latch holds it, and ends it after `clear_for`.
        self.on = max(1, reached)
        self.quiet = False
        self.heard_us = max(self.heard_us, incident.changed_us)
        if incident.value is not None:
            self.value = incident.value

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        self.up = [min(began, now_us) for began in self.up]
        self.down = [min(began, now_us) for began in self.down]

    def state(self) -> list[Any]:
        value = None if math.isnan(self.value) else self.value
        return [*super().state(), self.on, self.up, self.down, value, self.trend]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        on, up, down, value, self.trend = state[6:]
        if len(up) == len(self.up):
            self.up, self.down = list(up), list(down)
        self.on = min(on, len(self.up))
        self.quiet = self.on == 0 and not any(self.up)
        self.value = math.nan if value is None else value


class AbsenceStream(Stream):
    """A point under an `absence` rule.

    Any live reading of its kind is a sign of life, whatever its quality: a sensor that fails is not an outage. Only a
    usable one says whether the state is good. `bad_us` and `good_us` are when the present run began, 0 where none
    runs; `gone_us` is when the last will spoke, 0 while it does not count.
    """

    __slots__ = ("bad_us", "clear_us", "field", "for_us", "gone_us", "good", "good_us")

    def __init__(self, rule: Rule, node: str, period_s: float, condition: Absence) -> None:
        super().__init__(rule, node, node, period_s)
        self.field = condition.field
        self.good = frozenset(condition.good)
        self.for_us = round(rule.for_s * SECOND_US)
        self.clear_us = round(rule.clear_for_s * SECOND_US)
        self.bad_us = 0
        self.good_us = 0
        self.gone_us = 0

    def judge(self, sample: Sample, now_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        if not self._newest(sample.epoch, sample.seq):
            return NOTHING
        at_us, use = self._place(sample, now_us)
        if use != _LIVE:
            return NOTHING
        self.heard_us = now_us
        self.gone_us = 0
        if at_us <= self.muted_us:
            return NOTHING
        bad = self._is_bad(sample)
        if bad is True:
            self.good_us = 0
            self.bad_us = self.bad_us or at_us
        elif bad is False:
            self.bad_us = 0
            self.good_us = self.good_us or at_us
        if self.incident is not None:
            return self._keep(self._advance(self.incident, bad, at_us, said_us))
        if bad and at_us > self.bad_us and at_us - self.bad_us >= self.for_us:
            return Onset(self.bad_us, at_us, None, (at_us - self.bad_us) / SECOND_US, False)
        return NOTHING

    def _is_bad(self, sample: Sample) -> bool | None:
        if not self.field:
            return False
        value = sample.values.get(self.field)
        if value is None or sample.quality not in _USABLE:
            return None
        return value not in self.good

    def _advance(self, incident: Incident, bad: bool | None, at_us: int, said_us: int) -> list[Step]:
        steps: list[Step] = []
        now = incident
        down_s = (at_us - incident.crossed_us) / SECOND_US

        def add(step: Step) -> None:
            nonlocal now
            now = step[0]
            steps.append(step)

        if now.no_data:
            add(life.data_back(now, down_s, at_us, said_us))
        if bad is True and now.state is State.RECOVERING:
            add(life.relapsed(now, down_s, at_us, said_us))
        elif bad is False:
            if at_us > self.good_us and at_us - self.good_us >= self.clear_us:
                self.good_us = 0
                add(life.resolved(now, down_s, at_us, said_us))
            elif now.state is State.FIRING:
                add(life.recovering(now, down_s, at_us, said_us))
        return steps

    def due_us(self, floor_us: int) -> int:
        if not self.heard_us or (self.incident is not None and self.incident.no_data):
            return 0
        due = max(self.heard_us, floor_us) + self.no_data_us
        if self.gone_us:
            # The last will is a witness: the rule's `for` is enough, but never sooner than that.
            due = min(due, max(self.gone_us, floor_us) + self.for_us)
        return due

    def gone(self, now_us: int) -> None:
        """The broker spoke the node's last will, or the node said that it stops."""
        if self.heard_us and not self.gone_us:
            self.gone_us = now_us

    def expire(self, at_us: int, said_us: int) -> tuple[Step, ...] | Onset:
        self.good_us = self.bad_us = 0
        silent_s = (at_us - self.heard_us) / SECOND_US
        if self.incident is None:
            return Onset(self.heard_us, at_us, None, silent_s, True)
        if self.incident.no_data:
            return NOTHING
        steps = [life.fell_silent(self.incident, at_us, said_us)]
        if self.incident.state is State.RECOVERING:
            steps.append(life.relapsed(steps[-1][0], silent_s, at_us, said_us))
        return self._keep(steps)

    def suspect(self, now_us: int, floor_us: int) -> bool:
        """Whether this point looks down by now, though its time is not over."""
        if self.incident is not None or self.bad_us or self.gone_us:
            return True
        return bool(self.heard_us) and now_us - max(self.heard_us, floor_us) >= self.no_data_us // 2

    def adopt(self, incident: Incident) -> None:
        if not self._behind(incident):
            return
        self.told_us = self.muted_us = incident.changed_us
        self.bad_us = self.good_us = 0
        self.incident = incident if incident.open else None
        self.heard_us = max(self.heard_us, incident.changed_us)

    def rewind(self, now_us: int) -> None:
        super().rewind(now_us)
        self.bad_us, self.good_us, self.gone_us = (min(us, now_us) for us in (self.bad_us, self.good_us, self.gone_us))

    def state(self) -> list[Any]:
        return [*super().state(), self.bad_us, self.good_us, self.gone_us]

    def restore(self, state: list[Any]) -> None:
        super().restore(state)
        self.bad_us, self.good_us, self.gone_us = state[6:]


def open_incident(city: str, rule: Rule, stream: Stream, onset: Onset, event: str, audience: life.Audience) -> Incident:
    """A new incident, FIRING, its first change counted. The same onset gives the same id."""
    return Incident(
        id=life.incident_id(city, rule.id, stream.entity, onset.crossed_us),
        city=city,
        rule=rule.id,
        rule_version=rule.version,
        entity=stream.entity,
        node=stream.node,
        subject=rule.subject,
        audience=audience,
        event=event,
        state=State.FIRING,
        no_data=onset.no_data,
        level=onset.level,
        peak=onset.level,
        value=onset.value,
        peak_value=onset.value,
        crossed_us=onset.crossed_us,
        opened_us=onset.opened_us,
        changed_us=onset.opened_us,
        resolved_us=None,
        changes=1,
    )
