"""What is said of a release of water that was announced: how much, from when until when, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from alerts.engine import Transition
from alerts.release_stream import dam_of
from contract.city import Text

_AMOUNTS = {
    "discharge_m3s": Text("{n} m³/detik", "{n} m³/s"),
    "opening_cm": Text("bukaan pintu {n} cm", "gate open {n} cm"),
}
_UNKNOWN_AMOUNT = Text("jumlahnya belum disebut", "how much is not said")
_UNTIL = Text("sampai {time}", "until {time}")
_NO_END = Text("belum diketahui sampai kapan", "not known until when")
_AS_ANNOUNCED = Text("sesuai pengumuman", "as announced")
_CALLED_OFF = Text("dibatalkan atau dihentikan", "called off or stopped")
_LESS = Text("turun menjadi {amount}", "down to {amount}")
_ONE_OF = Text("{dam}: {amount}, mulai {begins}, {until}", "{dam}: {amount}, from {begins}, {until}")
_MORE = Text("dan {n} lagi", "and {n} more")
_NAMED = 3
"""of so many dams a line says what each lets go; whoever needs the rest finds it on the pages"""

Figure = Callable[[float | None, str], str]
Clock = Callable[[int, int, str], str]


def spoken(transition: Transition, language: str, clock: Clock, figure: Figure) -> dict[str, str]:
    """`dam`, `amount`, `begins`, `until` and `end` of a rule's texts. `clock` says a time near another, `figure` a
    number."""
    incident, near_us = transition.incident, transition.change.said_us
    begins_us = incident.crossed_us if incident.begins_us is None else incident.begins_us
    until = _NO_END.in_(language)
    if incident.until_us is not None:
        until = _UNTIL.in_(language).format(time=clock(incident.until_us, near_us, language))
    amount = _amount(transition, language, figure)
    return {
        "dam": dam_of(incident.entity),
        "amount": amount,
        "begins": clock(begins_us, near_us, language),
        "until": until,
        "end": _end(transition).in_(language).format(amount=amount),
    }


def listed(several: Sequence[Transition], near_us: int, language: str, clock: Clock, figure: Figure) -> str:
    """What each of several dams lets go, and when. `near_us`: when it is told."""
    parts = []
    for one in several[:_NAMED]:
        told_now = replace(one, change=replace(one.change, said_us=near_us))
        parts.append(_ONE_OF.in_(language).format_map(spoken(told_now, language, clock, figure)))
    if len(several) > _NAMED:
        parts.append(_MORE.in_(language).format(n=figure(len(several) - _NAMED, language)))
    return "; ".join(parts)


def _amount(transition: Transition, language: str, figure: Figure) -> str:
    value = transition.incident.value
    if value is None:
        return _UNKNOWN_AMOUNT.in_(language)
    unit = transition.rule.condition.field or "discharge_m3s"
    return _AMOUNTS[unit].in_(language).format(n=figure(value, language))


def _end(transition: Transition) -> Text:
    incident = transition.incident
    if incident.value == 0:
        return _CALLED_OFF
    ended = incident.until_us is not None and transition.change.at_us >= incident.until_us
    return _AS_ANNOUNCED if ended else _LESS
