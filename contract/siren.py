"""Sirens, loudspeakers and strobes: what each is, and the rows of the outbox that sound and silence them. Pure.

A siren sounds for an order alone, and a drill's only when somebody asks for it. What ends an order silences it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from contract.bulletin import Bulletin

Do = Literal["sound", "stop"]
CHANNEL = "siren/"
"""how the channel of every siren begins"""
NEWS_S = 300.0
"""an order to sound that could not be given within this is not given late"""
FOR_S_BOUNDS = (5.0, 600.0)


@dataclass(frozen=True, slots=True)
class SirenInfo:
    """One siren. `place` is where it stands, as people call it; `gauges` the nodes whose orders it sounds; `for_s` how
    long it sounds, at the end of which it falls silent by itself."""

    name: str
    place: str
    gauges: tuple[str, ...]
    for_s: float

    @property
    def channel(self) -> str:
        """Its own way out of the outbox."""
        return CHANNEL + self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """A row that sounds or silences a siren."""

    key: str
    channel: str
    event: str
    body: dict[str, Any]
    created_us: int
    expires_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of a row. `said` is what the siren said last, "" for nothing yet."""

    siren: str
    do: Do
    created_us: int
    settled_us: int | None
    state: Literal["waiting", "delivered", "abandoned"]
    said: str


def event_of(bulletin_id: str) -> str:
    """Under which the rows of one bulletin are found."""
    return CHANNEL + bulletin_id


def sounding(infos: Sequence[SirenInfo], bulletin: Bulletin, now_us: int) -> list[Ask]:
    """Sound the sirens of an order's gauge. Asked again while they sound it is the same row, so that nobody who is
    impatient makes them sound twice."""
    if bulletin.kind != "order":
        return []
    return [
        _ask(one, bulletin, "sound", f"sound/{_turn(one, bulletin, now_us)}", now_us, NEWS_S)
        for one in infos
        if bulletin.node in one.gauges
    ]


def silencing(infos: Sequence[SirenInfo], bulletin: Bulletin, now_us: int, *, word: str = "stop") -> list[Ask]:
    """Silence the sirens of the gauge, whoever sounded them."""
    return [
        _ask(one, bulletin, "stop", word, now_us, one.for_s + NEWS_S) for one in infos if bulletin.node in one.gauges
    ]


def following(infos: Sequence[SirenInfo], bulletin: Bulletin, now_us: int, *, automatic: bool) -> list[Ask]:
    """What a bulletin means to sirens as it is said: an order sounds them where the city lets it, a correction and an
    all-clear silence them. A drill's bulletins do neither by themselves, nor does what was told before."""
    if bulletin.drill or bulletin.renewal:
        return []
    if bulletin.kind in {"correction", "all_clear"}:
        return silencing(infos, bulletin, now_us)
    return sounding(infos, bulletin, now_us) if automatic else []


def _turn(info: SirenInfo, bulletin: Bulletin, now_us: int) -> int:
    return max(0, now_us - bulletin.at_us) // round(info.for_s * 1_000_000)


def _ask(info: SirenInfo, bulletin: Bulletin, do: Do, word: str, now_us: int, news_s: float) -> Ask:
    return Ask(
        key=f"{info.channel}/{bulletin.id}/{word}",
        channel=info.channel,
        event=event_of(bulletin.id),
        body={"do": do, "bulletin": bulletin.id, "for_s": info.for_s},
        created_us=now_us,
        expires_us=now_us + round(news_s * 1_000_000),
    )
