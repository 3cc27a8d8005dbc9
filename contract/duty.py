"""Who is on duty when, and by which ways each of them can be woken. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, get_args

from contract.clock import DAY_US
from contract.errors import BadInput

RUNGS = 9
"""so many rungs a ladder has at most"""
SHIFT_MOST_US = 31 * DAY_US


ChannelKind = Literal["ring", "ntfy", "email", "sms_http", "telegram", "whatsapp", "apprise"]
"""a telephone call, a push message, a letter, a short message, a message by the city's bot, by its WhatsApp number, by
whatever else Apprise speaks"""
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
_ADDRESSES: Mapping[ChannelKind, re.Pattern[str]] = {
    "ring": re.compile(r"\+?[0-9]{3,20}"),
    "sms_http": re.compile(r"\+?[0-9]{3,20}"),
    "telegram": re.compile(r"-?[0-9]{3,20}"),
    "whatsapp": re.compile(r"\+?[1-9][0-9]{6,14}"),
    "ntfy": re.compile(r"[A-Za-z0-9_-]{8,64}"),
    "apprise": re.compile(r"[A-Za-z0-9@#+!:._=~-]{1,128}"),
    "email": re.compile(r"[^@\s<>,;:\"()\[\]\\]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+"),
}
_DIALLED = frozenset({"ring", "sms_http", "whatsapp"})
_REMEDIES: Mapping[ChannelKind, str] = {
    "ring": "A telephone number: digits, with + for another country.",
    "sms_http": "A telephone number: digits, with + for another country.",
    "telegram": "The number of the chat: digits. The bot says it to whoever writes INFO to it.",
    "whatsapp": "A number with its country and without a nought before it: +62812….",
    "ntfy": "A topic: 8 to 64 letters, digits, - or _, drawn so that nobody guesses it.",
    "apprise": "As the service calls whom it tells: a number, a name, a room; without spaces or /.",
    "email": "As nama@kota.go.id.",
}


class Span(NamedTuple):
    """From a moment until before another."""

    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """One person's turn of duty. Who stands on rung 1 is woken first, who stands on the next one if nobody answers."""

    id: str
    city: str
    person: str
    rung: int
    from_us: int
    to_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a person is reached: one address on one channel. `rings`: it makes a sleeper hear it. `verified_us`: when
    the person last answered a trial by it, None where nobody knows whether it works."""

    city: str
    person: str
    channel: str
    address: str
    rings: bool
    verified_us: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """A channel that the city has, by the name under which people's ways stand."""

    name: str
    kind: ChannelKind

    @property
    def rings(self) -> bool:
        """Whether it makes a sleeper hear it."""
        return self.kind == "ring"


def clean_address(kind: ChannelKind, typed: str) -> str:
    """An address as it is kept. Raises BadInput for one that is none."""
    text = re.sub(r"[\s().-]", "", typed) if kind in _DIALLED else typed.strip()
    if not _ADDRESSES[kind].fullmatch(text):
        raise BadInput(f"{typed[:80]!r} is no address there", where="address", remedy=_REMEDIES[kind])
    return text


def check_shift(shift: Shift) -> Shift:
    """The shift itself. Raises BadInput."""
    if not 1 <= shift.rung <= RUNGS:
        raise BadInput(f"there is no rung {shift.rung}", where="rung", remedy=f"1 (woken first) to {RUNGS}.")
    if not 0 < shift.to_us - shift.from_us <= SHIFT_MOST_US:
        raise BadInput(
            "it ends before it begins, or lasts too long",
            where="to_us",
            remedy=f"Its end comes after its beginning, at most {SHIFT_MOST_US // DAY_US} days later.",
        )
    return shift


def on_duty(shifts: Iterable[Shift], at_us: int) -> Mapping[int, tuple[str, ...]]:
    """Rung -> who stands on it at this moment, the first rung first; a person only on their first."""
    found: dict[int, tuple[str, ...]] = {}
    seen: set[str] = set()
    for one in sorted(shifts, key=lambda shift: (shift.rung, shift.from_us, shift.id)):
        if one.from_us <= at_us < one.to_us and one.person not in seen:
            seen.add(one.person)
            found[one.rung] = (*found.get(one.rung, ()), one.person)
    return found


def gaps(shifts: Iterable[Shift], from_us: int, to_us: int) -> Sequence[Span]:
    """When nobody at all is on duty between two moments, in order."""
    found: list[Span] = []
    until_us = from_us
    for one in sorted(shifts, key=lambda shift: shift.from_us):
        if one.from_us >= to_us:
            break
        if one.from_us > until_us:
            found.append(Span(until_us, one.from_us))
        until_us = max(until_us, one.to_us)
    if until_us < to_us:
        found.append(Span(until_us, to_us))
    return found


def handover_us(shifts: Iterable[Shift], at_us: int) -> int | None:
    """When somebody comes on duty or goes next, None where nothing more is planned."""
    moments = (us for one in shifts for us in (one.from_us, one.to_us))
    return min((us for us in moments if us > at_us), default=None)


def wakes(ways: Sequence[Way]) -> bool:
    """Whether a sleeper is reached even where one provider is down: two channels, one of which rings."""
    return any(one.rings for one in ways) and len({one.channel for one in ways}) >= 2
