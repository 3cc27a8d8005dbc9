"""The ladder: who is woken now for an alarm that nobody has answered, by which way, and when to look next. Pure.

One rung a step; after the last rung everybody on duty, each step, until somebody answers. A rung on which nobody can be
reached costs no step. With nobody on duty, or nobody of them reachable, everybody of the agency that signs is woken,
and told that there is a gap.

What is sent has a key that depends on nothing but the call, the step, the person and the channel: whoever works it out
again, after a kill or on another machine, finds the same keys and sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from contract.duty import Shift, Way, on_duty
from contract.unanswered import Call

EVERYBODY = 0
"""instead of a rung: all who are on duty"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """Who can be woken: the shifts about now, each person's ways, and the people of the agency that signs."""

    shifts: Sequence[Shift] = ()
    ways: Mapping[str, Sequence[Way]] = field(default_factory=dict)
    agency: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summons:
    """One person to be woken by one way. `rung` is EVERYBODY where all are; `until_us`: after it the next step is
    due, and to begin with this one then would be late."""

    key: str
    event: str
    incident: str
    way: Way
    step: int
    rung: int
    gap: bool
    until_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is due of one call. `next_us`: when the next step is; `next_people`: whom it wakes, as far as the roster of
    now says. `gap`: nobody is on duty, or nobody of them can be reached."""

    summons: Sequence[Summons]
    step: int
    next_us: int
    next_people: tuple[str, ...]
    gap: bool
    unreachable: tuple[str, ...]


def prefix_of(event: str) -> str:
    """How the keys of all that was sent for an event begin."""
    return f"person/{event}/"


def plan(call: Call, roster: Roster, now_us: int, step_us: int) -> Plan:
    """What is to be sent by now. What was due at earlier steps and has gone out already is named again under the same
    keys; of the steps for everybody only the newest is, so that a process that comes back does not ring for each that
    it missed."""
    step = max(0, (now_us - call.begun_us) // step_us)
    rungs = rungs_at(roster, now_us)
    gap = not rungs
    next_us = call.begun_us + (step + 1) * step_us
    found: dict[str, Summons] = {}

    def add(people: Iterable[str], at: int, rung: int, *, every_way: bool) -> None:
        for person in people:
            ways = roster.ways.get(person, ())
            for way in _one_a_channel(ways) if every_way else pair(ways):
                key = f"{prefix_of(call.event)}{call.begun_us}/{at}/{person}/{way.channel}"
                found[key] = Summons(
                    key=key, event=call.event, incident=call.incident, way=way,
                    step=at, rung=rung, gap=gap, until_us=next_us,
                )  # fmt: skip

    if call.handed_to:
        add([call.handed_to], 0, 1, every_way=True)
    for at, (rung, people) in enumerate(rungs[: step + 1]):
        add(people, at, rung, every_way=False)
    if step >= len(rungs):
        add(_everybody(rungs, roster), step, EVERYBODY, every_way=True)
    after = step + 1
    duty = [person for people in on_duty(roster.shifts, now_us).values() for person in people]
    return Plan(
        summons=tuple(found.values()),
        step=step,
        next_us=next_us,
        next_people=rungs[after][1] if after < len(rungs) else _everybody(rungs, roster),
        gap=gap,
        unreachable=tuple(person for person in duty if not roster.ways.get(person)),
    )


def rungs_at(roster: Roster, at_us: int) -> Sequence[tuple[int, tuple[str, ...]]]:
    """The rungs on which somebody stands who can be reached, the first first."""
    duty = on_duty(roster.shifts, at_us)
    reached = ((rung, tuple(one for one in people if roster.ways.get(one))) for rung, people in duty.items())
    return [(rung, people) for rung, people in reached if people]


def pair(ways: Sequence[Way]) -> Sequence[Way]:
    """The way that rings and one on another channel, those that were tried before those that were not."""
    tried = sorted(_one_a_channel(ways), key=lambda one: (not one.rings, one.verified_us is None, one.channel))
    if not tried:
        return []
    first = tried[0]
    others = sorted(tried[1:], key=lambda one: (one.verified_us is None, one.channel))
    return [first, *others[:1]]


def _everybody(rungs: Sequence[tuple[int, tuple[str, ...]]], roster: Roster) -> tuple[str, ...]:
    if rungs:
        return tuple(person for _, people in rungs for person in people)
    return tuple(person for person in roster.agency if roster.ways.get(person))


def _one_a_channel(ways: Sequence[Way]) -> Sequence[Way]:
    return list({one.channel: one for one in sorted(ways, key=lambda way: way.verified_us or 0)}.values())
