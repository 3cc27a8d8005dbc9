"""What is going on in the city, as people think of it: one line an event, and what has just ended. Pure.

An incident is one gauge's or one point's; a river's flood or a dead uplink is one event of many incidents and one case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from api.gauges import Gauge, Trend
from api.language import Speech
from api.snapshot import Snapshot
from contract.incident import WATER, Incident
from contract.levels import Level
from store.cases import Case

SHOWN = 4
_HANGING = {"uplink": "points_behind", "power": "points_on_feeder"}


@dataclass(frozen=True, slots=True)
class Part:
    """One gauge or point of an event: its place and, for a gauge, its number and where the water goes."""

    text: str
    figure: str = ""
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class EventLine:
    """An open event. `css` is the worst level's class, or `down`; `hatched` where a gauge of it is silent and must be
    taken as dangerous. `parts` are the first few of its gauges or points, `more` how many stand behind them."""

    css: str
    word: str
    title: str
    parts: tuple[Part, ...]
    more: int
    since_us: int
    hatched: bool
    case: Case | None
    href: str


@dataclass(frozen=True, slots=True)
class EndedLine:
    """An event that closed within the last hours."""

    title: str
    closed_us: int
    number: str


def happening(snapshot: Snapshot, gauges: Sequence[Gauge], speech: Speech) -> list[EventLine]:
    """Open events: rivers before outages, the gravest and the widest first, then the oldest."""
    known = {gauge.node: gauge for gauge in gauges}
    events: dict[str, list[Incident]] = {}
    for incident in snapshot.incidents:
        if incident.node in known if incident.subject in WATER else snapshot.placement(incident.node) is not None:
            events.setdefault(incident.event, []).append(incident)

    def gravity(own: list[Incident]) -> tuple[bool, int, int, int]:
        return own[0].subject not in WATER, _worst(own, known), -len(own), _since_us(own)

    def line(own: list[Incident]) -> EventLine:
        if own[0].subject not in WATER:
            outage = _outage(own, snapshot, speech)
            return replace(outage, word=speech("notice")) if own[0].subject == "notice" else outage
        flood = _flood(own, snapshot, known, speech)
        return replace(flood, word=speech("rises_fast")) if own[0].subject == "rise" else flood

    return [line(own) for own in sorted(events.values(), key=gravity)]


def ended(snapshot: Snapshot, speech: Speech) -> list[EndedLine]:
    """The cases that closed a short while ago, the newest first."""
    return [
        EndedLine(case.title.get(speech.language, case.title.get("id", "")), case.closed_us, case.number)
        for case in snapshot.ended
        if case.closed_us is not None
    ]


def _level_of(incident: Incident, known: dict[str, Gauge]) -> Level:
    """The graver of the engine's word and the newest reading, as the gauge itself shows it."""
    gauge = known.get(incident.node)
    level = gauge.level if gauge is not None else incident.level
    return level or Level.WASPADA


def _worst(own: Sequence[Incident], known: dict[str, Gauge]) -> int:
    return min((_level_of(one, known).value for one in own if one.subject == "flood"), default=9)


def _since_us(own: Sequence[Incident]) -> int:
    return min(one.crossed_us for one in own)


def _flood(own: list[Incident], snapshot: Snapshot, known: dict[str, Gauge], speech: Speech) -> EventLine:
    level = Level(_worst(own, known))
    # The gravest gauge first, then from the source down.
    found = [known[one.node] for one in own if one.node in known]
    found.sort(key=lambda gauge: (gauge.level or 9, gauge.river_km))
    case = snapshot.cases.get(own[0].event)
    worst = found[0]
    parts: tuple[Part, ...] = ()
    if len(found) == 1:
        title = speech("gauge_at", river=worst.river, place=worst.place)
        if worst.level_cm is not None:
            parts = (Part("", _centimetres(worst, speech), worst.trend),)
    else:
        title = f"{speech('river_name', river=worst.river)}: {speech('n_gauges', n=len(found))}"
        parts = tuple(Part(one.place, _centimetres(one, speech), one.trend) for one in found[:SHOWN])
    return EventLine(
        css=level.name.lower(),
        word=speech(f"level_{level.name.lower()}"),
        title=title,
        parts=parts,
        more=max(len(found) - SHOWN, 0),
        since_us=_since_us(own),
        hatched=any(gauge.voice == "dangerous" for gauge in found),
        case=case,
        href=f"/kasus/{case.number}" if case else f"/sungai/{worst.node}",
    )


def _centimetres(gauge: Gauge, speech: Speech) -> str:
    return "" if gauge.level_cm is None else f"{speech.number(gauge.level_cm)} cm"


def _outage(own: list[Incident], snapshot: Snapshot, speech: Speech) -> EventLine:
    places = [one for incident in own if (one := snapshot.placement(incident.node)) is not None]
    case = snapshot.cases.get(own[0].event)
    event = snapshot.events.get(own[0].event)
    parts: tuple[Part, ...] = ()
    if len(places) == 1:
        title = places[0].name
    else:
        name = event.name if event is not None else places[0].site_name
        n = len(places)
        branch = event.group.partition("/")[0] if event is not None else ""
        title = speech(_HANGING.get(branch, "points_at"), n=n, name=name)
        parts = tuple(Part(one.site_name) for one in places[:SHOWN])
    return EventLine(
        css="down",
        word=speech("wifi_is_down") if all(one.kind == "wifi" for one in places) else speech("state_down"),
        title=title,
        parts=parts,
        more=max(len(places) - SHOWN, 0) if parts else 0,
        since_us=_since_us(own),
        hatched=False,
        case=case,
        href=f"/kasus/{case.number}" if case else f"/simpul?cari={places[0].node}",
    )
