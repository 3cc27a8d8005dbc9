"""Drills: bulletins that say with their first word that nothing has happened. Pure.

A drill is never an incident, never a case, no system of the city is told of it, and nothing is counted by it. It ends
when somebody says so, and by itself after two hours. Which of its bulletins were told is known from their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from alerts.bulletins import Sign, unsigned, worded
from alerts.figures import LEVEL_WORDS, number
from alerts.words import Words, place_name
from contract.bulletin import Bulletin, BulletinKind, bulletin_id
from contract.city import Text
from contract.clock import HOUR_US
from contract.decision import Decision
from contract.impact import Impact
from contract.levels import Level
from store.ports import Placement

DRILL_US = 2 * HOUR_US
"""so long a drill lasts at most"""
_BEGUN = Text(
    "LATIHAN, bukan kejadian nyata. {level} {river} di {place}: {value} cm. {time}",
    "DRILL, not a real event. {level}: {river} at {place} {value} cm. {time}",
)
_ORDER = Text(
    "LATIHAN, bukan kejadian nyata. {level} {river} di {place}: {value} cm. Perintah pergi ke titik kumpul. {time}",
    "DRILL, not a real event. {level}: {river} at {place} {value} cm. The order to go to the muster place. {time}",
)
_OVER = Text(
    "LATIHAN, bukan kejadian nyata. Latihan selesai: {river} di {place}. {time}",
    "DRILL, not a real event. The drill is over: {river} at {place}. {time}",
)
_TEXTS: Mapping[BulletinKind, Text] = {"fact": _BEGUN, "order": _ORDER, "all_clear": _OVER}


@dataclass(slots=True)
class _Drill:
    decision: Decision
    told: set[BulletinKind] = field(default_factory=set)
    number: int = 0
    ended_by: str | None = None

    @property
    def level(self) -> Level:
        return Level(self.decision.body["level"])


@dataclass(slots=True)
class Drills:
    """Those of one city that are not over."""

    words: Words
    sign: Sign = unsigned
    name_of: Callable[[str], str] = str
    impacts: Mapping[str, Sequence[Impact]] = field(default_factory=dict)
    _running: dict[str, _Drill] = field(default_factory=dict)

    def recall(self, decisions: Iterable[Decision], bulletins: Iterable[Bulletin]) -> None:
        """Go on from the store's rows of the last day."""
        for decision in decisions:
            self.follow(decision)
        self.kept(bulletins)

    def follow(self, decision: Decision) -> None:
        """Somebody begins or ends one; the same again changes nothing."""
        if decision.kind == "drill":
            self._running.setdefault(decision.id, _Drill(decision))
        elif decision.kind == "end_drill" and (drill := self._running.get(str(decision.body["ends"]))) is not None:
            drill.ended_by = decision.by

    def due(self, places: Mapping[str, Placement], now_us: int) -> list[Bulletin]:
        """What is to be told by now; again until it is `kept`."""
        return [
            bulletin
            for drill in self._running.values()
            if (place := places.get(str(drill.decision.body["node"]))) is not None
            for bulletin in self._due(drill, place, now_us)
        ]

    def _due(self, drill: _Drill, place: Placement, now_us: int) -> list[Bulletin]:
        late = now_us - drill.decision.at_us >= DRILL_US
        if drill.ended_by is not None or late:
            # Of what nobody was told there is nothing to end.
            return [self._bulletin(drill, place, "all_clear", now_us, drill.number + 1)] if drill.told else []
        wanted: list[BulletinKind] = ["fact", "order"] if drill.level is Level.AWAS else ["fact"]
        untold = [kind for kind in wanted if kind not in drill.told]
        return [
            self._bulletin(drill, place, kind, now_us, drill.number + at) for at, kind in enumerate(untold, start=1)
        ]

    def kept(self, bulletins: Iterable[Bulletin]) -> None:
        """They are committed."""
        for one in bulletins:
            drill = self._running.get(one.incident)
            if drill is not None and one.kind == "all_clear":
                del self._running[one.incident]
            elif drill is not None:
                drill.told.add(one.kind)
                drill.number = max(drill.number, one.number)

    def _bulletin(self, drill: _Drill, place: Placement, kind: BulletinKind, now_us: int, count: int) -> Bulletin:
        decision = drill.decision
        by = decision.by if kind != "all_clear" else drill.ended_by or decision.by
        value_cm = float(decision.body["value_cm"])
        made = Bulletin(
            id=bulletin_id(decision.id, count),
            city=decision.city,
            event="",
            incident=decision.id,
            node=place.node,
            number=count,
            kind=kind,
            drill=True,
            at_us=now_us,
            measured_us=now_us,
            crossed_us=decision.at_us,
            level=drill.level if kind != "all_clear" else Level.NORMAL,
            text={language: self._text(drill, place, kind, now_us, language) for language in ("id", "en")},
            value_cm=value_cm,
            ground="officer" if kind == "order" else "",
            by=by,
            signed_by=self.name_of(by),
            expires_us=decision.at_us + DRILL_US,
        )
        return self.sign(
            worded(made, place, self.words.profile, self.impacts.get(place.node, ()), since_us=decision.at_us)
        )

    def _text(self, drill: _Drill, place: Placement, kind: BulletinKind, now_us: int, language: str) -> str:
        river = place.river or place_name(place)
        return (
            _TEXTS[kind]
            .in_(language)
            .format(
                level=LEVEL_WORDS[drill.level][language],
                river=f"Sungai {river}" if language == "id" else f"{river} River",
                place=place_name(place),
                value=number(float(drill.decision.body["value_cm"]), language),
                time=self.words.time(now_us, now_us, language),
            )
        )
