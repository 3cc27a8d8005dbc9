"""What people decide about alarms: a row each, which is added and never changed.

A decision is about one incident, about one event (each of its incidents that was open then), or, for silences and
windows alone, about whatever its matchers fit. What it means is worked out from the rows: who is on it in
`contract.attention`, what the engine does in `alerts/`.

    kind          until_us        body
    acknowledge   its expiry      level (the worst that was on the screen, 1 to 4, or None)
    release       None            -
    assign        None            to (a person's id)
    comment       None            text
    silence       its end         matchers, reason, public (whether the public's own flood warning is meant, too)
    unsilence     None            ends (the silence's id), reason
    window        its end         what ("maintenance" or "works"), start_us, matchers, reason
    end_window    None            ends (the window's id), reason
    read_on_site  None            level_cm, read_us
    end           None            reason
    confirm       None            - (an officer says that what was measured is so)
    order         None            - (people are to leave now)
    wrong         None            reason (it is not so: no order by the clock, what was ordered ends, it is corrected)
    seen_on_camera None           level_seen (whether the water is seen at this level), text (optional)
    drill         None            node, level (1 to 3), value_cm
    end_drill     None            ends (the drill's id)
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, get_args

from contract.clock import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from contract.errors import BadInput
from contract.incident import WATER, Audience, Subject
from contract.roles import Role

DecisionKind = Literal[
    "acknowledge",
    "release",
    "assign",
    "comment",
    "silence",
    "unsilence",
    "window",
    "end_window",
    "read_on_site",
    "end",
    "confirm",
    "order",
    "wrong",
    "seen_on_camera",
    "drill",
    "end_drill",
]
KINDS: tuple[DecisionKind, ...] = get_args(DecisionKind)
MATCHERS = ("rule", "node", "site", "region", "river", "severity")
"""what a silence or a window can be narrowed by; all that are given must fit"""
WINDOWS = ("maintenance", "works")

COMMENT_MOST = 2_000
REASON_MOST = 500
WINDOW_MOST_US = 30 * DAY_US
"""how long a window may last, and how far ahead it may begin"""
READ_BACK_US = 6 * HOUR_US
"""how long ago somebody may have read a gauge on site"""
TOGETHER_US = 30 * MINUTE_US
"""within this time of each other two people's `end` count together"""
_CLOCKS_APART_US = MINUTE_US
_LEVEL_MOST_CM = 100_000.0

_STAFF: frozenset[Role] = frozenset({"officer", "technician", "operator", "admin"})
_WATER: frozenset[Role] = frozenset({"officer", "operator", "admin"})
_COMMAND: frozenset[Role] = frozenset({"operator", "admin"})
_SIGNERS: frozenset[Role] = frozenset({"officer", "admin"})
SIGNED: frozenset[DecisionKind] = frozenset({"confirm", "order", "wrong"})
"""what only the agency that signs the city's warnings may say"""
DRILLS: frozenset[DecisionKind] = frozenset({"drill", "end_drill"})
SEEN_MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One thing that one person decided. `id` is drawn once by whoever asks, so that asking twice decides once.

    `by` is a person's id. `incident` and `event` are "" where it is not about one. `number` is the store's: it counts
    a city's decisions from 1 without a gap, in the order in which they were kept.
    """

    id: str
    city: str
    kind: DecisionKind
    by: str
    at_us: int
    incident: str = ""
    event: str = ""
    until_us: int | None = None
    body: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    @property
    def start_us(self) -> int:
        """From when on it holds."""
        return int(self.body["start_us"]) if self.kind == "window" else self.at_us


@dataclass(frozen=True, slots=True)
class Limits:
    """What a city allows. It may be stricter than the product and never laxer: BadInput."""

    silence_s: float = 4 * 3_600.0
    acknowledge_s: float = 24 * 3_600.0

    def __post_init__(self) -> None:
        for name, most_s in (("silence_s", 4 * 3_600.0), ("acknowledge_s", 24 * 3_600.0)):
            if not 0 < getattr(self, name) <= most_s:
                raise BadInput(
                    f"{name} = {getattr(self, name):g}",
                    where="the city's limits for decisions",
                    remedy=f"A city may shorten this and never lengthen it: 1 to {most_s:g} seconds.",
                )


class Stance(NamedTuple):
    """What officers have said of an alarm, and when: that it is so, or that it is wrong; "" where nobody has."""

    said: Literal["", "confirmed", "wrong"] = ""
    at_us: int = 0


NOBODY_SAID = Stance()


def stance_of(decisions: Iterable[Decision]) -> Stance:
    """What officers have said by now of one incident, of which these are the decisions in their order. The last word
    counts; an order takes a `wrong` back."""
    stance = Stance()
    for one in decisions:
        if one.kind == "confirm":
            stance = Stance("confirmed", one.at_us)
        elif one.kind == "wrong":
            stance = Stance("wrong", one.at_us)
        elif one.kind == "order" and stance.said == "wrong":
            stance = Stance()
    return stance


LIMITS = Limits()
ACKNOWLEDGE_S = 2 * 3_600.0
"""how long an acknowledgement holds where nothing else is said"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a silence or a window can be about: one incident, as its matchers see it."""

    incident: str
    event: str
    subject: Subject
    audience: Audience
    rule: str
    node: str
    site: str
    region: str
    river: str
    severity: str


def acknowledged_until_us(at_us: int, for_s: float = ACKNOWLEDGE_S) -> int:
    """The expiry of an acknowledgement."""
    return at_us + round(for_s * SECOND_US)


def covers(decision: Decision, facts: Facts) -> bool:
    """Whether a silence or window is about this incident. A region stands for every region within it."""
    if decision.incident and decision.incident != facts.incident:
        return False
    if decision.event and decision.event != facts.event:
        return False
    return all(_fits(name, wanted, facts) for name, wanted in matchers_of(decision).items())


def holds(decision: Decision, facts: Facts) -> bool:
    """Whether it keeps from being said what it is about. A window keeps outages alone; the public's flood warning is
    kept by nothing but a silence that names its incident or event and says that it means the public."""
    if not covers(decision, facts):
        return False
    if decision.kind == "window":
        return facts.subject == "outage"
    if facts.subject in WATER and facts.audience == "public":
        return bool(decision.body.get("public") and (decision.incident or decision.event))
    return True


def matchers_of(decision: Decision) -> Mapping[str, str]:
    return decision.body.get("matchers") or {}


def may_decide(decision: Decision, role: Role, *, signs: bool = False) -> bool:
    """Whether somebody of this role can decide this at all; the page may ask for more. `signs`: they are of the agency
    that signs the city's warnings.

    A silence of the public's own flood warning, a silence or window over more than one event: the command centre's.
    What is said of the water, and its end: officers too. What is told in the city's name (`SIGNED`): nobody but the
    agency that signs, and not the command centre, which may hold a drill.
    """
    if decision.kind in SIGNED:
        return signs and role in _SIGNERS
    if decision.kind in DRILLS:
        return role in _COMMAND or (signs and role == "officer")
    if decision.kind in {"read_on_site", "end", "seen_on_camera"}:
        return role in _WATER
    if decision.kind == "silence" and (decision.body.get("public") or not (decision.incident or decision.event)):
        return role in _COMMAND
    return role in _STAFF


# ------------------------------------------------------------ whether it can be taken as it stands


def check(decision: Decision, limits: Limits = LIMITS) -> Decision:
    """The decision itself. Raises BadInput with the field and what would be right."""
    if decision.kind not in KINDS:
        raise BadInput(f"there is no decision {decision.kind!r}", where="kind", remedy=f"One of: {', '.join(KINDS)}.")
    for name in ("id", "city", "by"):
        if not getattr(decision, name):
            raise BadInput("it is empty", where=name, remedy="Every decision has an id, a city and a person.")
    if decision.kind not in {"acknowledge", "silence", "window"} and decision.until_us is not None:
        raise BadInput("it has no end", where="until_us", remedy=f"A {decision.kind} is said once; leave it out.")
    _CHECKS[decision.kind](decision, limits)
    unknown = sorted(set(decision.body) - _FIELDS[decision.kind])
    if unknown:
        raise BadInput(
            f"a {decision.kind} has no field {unknown[0]!r}",
            where=f"body.{unknown[0]}",
            remedy=f"It has: {', '.join(sorted(_FIELDS[decision.kind])) or 'none'}.",
        )
    return decision


def _acknowledge(decision: Decision, limits: Limits) -> None:
    _about_one(decision)
    _ends_within(decision, limits.acknowledge_s)
    level = decision.body.get("level")
    if level is not None and (not _whole(level) or not 1 <= level <= 4):
        raise BadInput(f"{level!r} is no level", where="body.level", remedy="1 (worst) to 4, or nothing for an outage.")


def _release(decision: Decision, _limits: Limits) -> None:
    _about_one(decision)


def _assign(decision: Decision, _limits: Limits) -> None:
    _about_one(decision)
    if not isinstance(decision.body.get("to"), str) or not decision.body["to"]:
        raise BadInput("nobody is named", where="body.to", remedy="Name the person who shall see to it.")


def _comment(decision: Decision, _limits: Limits) -> None:
    _about_one(decision)
    _said(decision, "text", COMMENT_MOST)


def _silence(decision: Decision, limits: Limits) -> None:
    _about_something(decision)
    _reasoned(decision)
    _ends_within(decision, limits.silence_s)
    public = decision.body.get("public", False)
    if not isinstance(public, bool):
        raise BadInput(f"{public!r} is neither true nor false", where="body.public", remedy="Write true or false.")
    if public and not (decision.incident or decision.event):
        raise BadInput(
            "a rule of thumb cannot hold back the public's flood warning",
            where="body.public",
            remedy="Name the one incident or event that it is meant for.",
        )


def _window(decision: Decision, _limits: Limits) -> None:
    _about_something(decision)
    _reasoned(decision)
    what, start_us, until_us = decision.body.get("what"), decision.body.get("start_us"), decision.until_us
    if what not in WINDOWS:
        raise BadInput(f"{what!r} is no window", where="body.what", remedy=f"One of: {', '.join(WINDOWS)}.")
    if not _whole(start_us):
        raise BadInput("it has no beginning", where="body.start_us", remedy="Say from when on, in microseconds.")
    if until_us is None or until_us <= max(int(start_us or 0), decision.at_us):
        raise BadInput("it is over before it begins", where="until_us", remedy="Its end comes after its beginning.")
    begins_late = int(start_us or 0) - decision.at_us > WINDOW_MOST_US
    if begins_late or until_us - int(start_us or 0) > WINDOW_MOST_US:
        raise BadInput(
            "it is too far away or too long",
            where="until_us",
            remedy=f"It begins within {WINDOW_MOST_US // DAY_US} days and lasts no longer than that.",
        )


def _ending(decision: Decision, _limits: Limits) -> None:
    ends = decision.body.get("ends")
    if not isinstance(ends, str) or not ends:
        raise BadInput(
            "it does not say what it ends", where="body.ends", remedy="Name the silence or window by its id."
        )
    if "reason" in decision.body:
        _reasoned(decision)


def _read_on_site(decision: Decision, _limits: Limits) -> None:
    _about_an_incident(decision)
    _centimetres(decision.body.get("level_cm"), "body.level_cm")
    read_us = decision.body.get("read_us")
    ago_us = decision.at_us - int(read_us) if _whole(read_us) and read_us is not None else None
    if ago_us is None or not -_CLOCKS_APART_US <= ago_us <= READ_BACK_US:
        raise BadInput(
            "this is no time at which the gauge was read",
            where="body.read_us",
            remedy=f"Within the last {READ_BACK_US // HOUR_US} hours, and not in the future.",
        )


def _centimetres(level_cm: object, where: str) -> None:
    number = isinstance(level_cm, (int, float)) and not isinstance(level_cm, bool) and math.isfinite(level_cm)
    if not number or abs(float(level_cm)) > _LEVEL_MOST_CM:  # type: ignore[arg-type]
        raise BadInput(f"{level_cm!r} is no water level", where=where, remedy="Centimetres, as on the staff.")


def _end(decision: Decision, _limits: Limits) -> None:
    _about_an_incident(decision)
    _reasoned(decision)


def _signed(decision: Decision, _limits: Limits) -> None:
    _about_an_incident(decision)


def _wrong(decision: Decision, _limits: Limits) -> None:
    _about_an_incident(decision)
    _reasoned(decision)


def _seen_on_camera(decision: Decision, _limits: Limits) -> None:
    _about_an_incident(decision)
    seen = decision.body.get("level_seen")
    if not isinstance(seen, bool):
        raise BadInput(
            "it does not say whether the water is seen at this level",
            where="body.level_seen",
            remedy="Write true or false.",
        )
    if "text" in decision.body:
        _said(decision, "text", SEEN_MOST)


def _drill(decision: Decision, _limits: Limits) -> None:
    _about_no_alarm(decision)
    node, level, value_cm = (decision.body.get(name) for name in ("node", "level", "value_cm"))
    if not isinstance(node, str) or not node:
        raise BadInput("no gauge is named", where="body.node", remedy="Name the gauge that the drill is about.")
    if not _whole(level) or not 1 <= int(level or 0) <= 3:
        raise BadInput(f"{level!r} is no level", where="body.level", remedy="1 (worst) to 3.")
    _centimetres(value_cm, "body.value_cm")


def _end_drill(decision: Decision, limits: Limits) -> None:
    _about_no_alarm(decision)
    _ending(decision, limits)


def _about_no_alarm(decision: Decision) -> None:
    if decision.incident or decision.event:
        raise BadInput("a drill is about no alarm", where="incident", remedy="Leave out incident and event.")


_CHECKS: Mapping[DecisionKind, Callable[[Decision, Limits], None]] = {
    "acknowledge": _acknowledge,
    "release": _release,
    "assign": _assign,
    "comment": _comment,
    "silence": _silence,
    "unsilence": _ending,
    "window": _window,
    "end_window": _ending,
    "read_on_site": _read_on_site,
    "end": _end,
    "confirm": _signed,
    "order": _signed,
    "wrong": _wrong,
    "seen_on_camera": _seen_on_camera,
    "drill": _drill,
    "end_drill": _end_drill,
}
_FIELDS: Mapping[DecisionKind, frozenset[str]] = {
    "acknowledge": frozenset({"level"}),
    "release": frozenset(),
    "assign": frozenset({"to"}),
    "comment": frozenset({"text"}),
    "silence": frozenset({"matchers", "reason", "public"}),
    "unsilence": frozenset({"ends", "reason"}),
    "window": frozenset({"what", "start_us", "matchers", "reason"}),
    "end_window": frozenset({"ends", "reason"}),
    "read_on_site": frozenset({"level_cm", "read_us"}),
    "end": frozenset({"reason"}),
    "confirm": frozenset(),
    "order": frozenset(),
    "wrong": frozenset({"reason"}),
    "seen_on_camera": frozenset({"level_seen", "text"}),
    "drill": frozenset({"node", "level", "value_cm"}),
    "end_drill": frozenset({"ends", "reason"}),
}


def _about_one(decision: Decision) -> None:
    if not (decision.incident or decision.event):
        raise BadInput("it is about nothing", where="incident", remedy="Name an incident, or an event for all of it.")


def _about_an_incident(decision: Decision) -> None:
    if not decision.incident:
        raise BadInput("it is about no gauge", where="incident", remedy="Name the one incident that it is about.")


def _about_something(decision: Decision) -> None:
    matchers = decision.body.get("matchers", {})
    if not isinstance(matchers, Mapping):
        raise BadInput("they are no table", where="body.matchers", remedy=f"Name and value: {', '.join(MATCHERS)}.")
    for name, wanted in matchers.items():
        if name not in MATCHERS:
            raise BadInput(
                f"nothing is narrowed by {name!r}", where="body.matchers", remedy=f"One of: {', '.join(MATCHERS)}."
            )
        if not isinstance(wanted, str) or not wanted:
            raise BadInput("it is empty", where=f"body.matchers.{name}", remedy="Leave out what does not matter.")
    if not (matchers or decision.incident or decision.event):
        raise BadInput(
            "it would be about the whole city",
            where="body.matchers",
            remedy=f"Name an incident, an event, or at least one of: {', '.join(MATCHERS)}.",
        )


def _reasoned(decision: Decision) -> None:
    _said(decision, "reason", REASON_MOST)


def _said(decision: Decision, name: str, most: int) -> None:
    text = decision.body.get(name)
    if not isinstance(text, str) or not 1 <= len(text.strip()) <= most:
        raise BadInput(
            "there is no text" if not isinstance(text, str) or not text.strip() else f"it has {len(text)} characters",
            where=f"body.{name}",
            remedy=f"1 to {most:,} characters.",
        )


def _ends_within(decision: Decision, most_s: float) -> None:
    if decision.until_us is None or not 0 < decision.until_us - decision.at_us <= most_s * SECOND_US:
        raise BadInput(
            "its end is missing, over or too far away",
            where="until_us",
            remedy=f"At most {most_s / 3_600:g} hours from now; take it again where it still holds then.",
        )


def _fits(name: str, wanted: str, facts: Facts) -> bool:
    found = getattr(facts, name)
    return bool(found == wanted or (name == "region" and found.startswith(wanted + ".")))


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
