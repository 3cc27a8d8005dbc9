"""What is said to the public as bulletins: one a measured fact, one an order, a correction, an all-clear. Pure.

The full sentence is that of the public case; the short message and the script come from `alerts.broadcast`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from alerts.broadcast import AUTOMATIC, compose
from alerts.engine import Transition
from alerts.orders import Verdict, Witness
from alerts.tellings import Saying
from alerts.timing import Reason
from alerts.warning_words import also_over, sentence
from alerts.words import Words, place_name, since_us
from contract.bulletin import Bulletin, BulletinKind, bulletin_id
from contract.city import Profile, Text
from contract.clock import HOUR_US, SECOND_US
from contract.impact import Impact
from contract.incident import What
from contract.levels import Level
from store.ports import Placement

TOLD: frozenset[What] = frozenset({What.OPENED, What.LEVEL, What.NO_DATA, What.DATA_BACK, What.RESOLVED})
"""changes of a public flood that are bulletins"""
UPDATE_US = HOUR_US
"""so long it is news that a gauge is silent or is heard again"""
NEWS_US = 6 * HOUR_US
"""so long a level and an order are news; an all-clear and a correction always are"""
_UPDATES = frozenset({What.NO_DATA, What.DATA_BACK})
OFFICER = "petugas"
"""how a person is called whose name nobody knows any more"""
_AN_OFFICER = "an officer"
_WEATHER = Text("peringatan cuaca BMKG", "BMKG's weather warning")
Sign = Callable[[Bulletin], Bulletin]


def unsigned(bulletin: Bulletin) -> Bulletin:
    """Where a city signs nothing."""
    return bulletin


@dataclass(slots=True)
class Told:
    """What the public has been told of one incident: how many bulletins, the last, and the last order."""

    number: int = 0
    last: Bulletin | None = None
    order: Bulletin | None = None


@dataclass(slots=True)
class Composer:
    """Of one city. `impacts` by gauge; `name_of`: a person as the public reads them."""

    words: Words
    sign: Sign = unsigned
    name_of: Callable[[str], str] = str
    impacts: Mapping[str, Sequence[Impact]] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=lambda: defaultdict(Told))

    def compose(
        self,
        sayings: Sequence[Saying],
        verdicts: Sequence[Verdict],
        places: Mapping[str, Placement],
        now_us: int,
    ) -> list[tuple[Bulletin, Verdict | None]]:
        """The bulletins of one commit, each with the verdict that it tells, None for a fact. Nothing is remembered
        before `kept`, so that a commit that fails is composed again as it was."""
        made: list[tuple[Bulletin, Verdict | None]] = []
        numbers: dict[str, int] = {}

        def number(incident: str) -> int:
            numbers[incident] = numbers.get(incident, self.told[incident].number if incident in self.told else 0) + 1
            return numbers[incident]

        over = {one.transition.incident.id: one for one in verdicts if one.said == "over"}
        for transition, text in self._facts(sayings, places):
            incident = transition.incident.id
            ends = over.pop(incident, None)
            said = text if ends is None else also_over(text)
            made.append(
                (
                    self._fact(
                        transition,
                        places[transition.incident.node],
                        said,
                        number(incident),
                        now_us,
                        order_over=ends is not None,
                    ),
                    None,
                )
            )
        for verdict in verdicts:
            incident, stands = verdict.transition.incident.id, places.get(verdict.transition.incident.node)
            if stands is not None and (verdict.said != "over" or incident in over):
                made.append((self._verdict(verdict, stands, number(incident), places), verdict))
        return [(self.sign(bulletin), verdict) for bulletin, verdict in made]

    def kept(self, bulletins: Collection[Bulletin]) -> None:
        """They are committed."""
        for one in bulletins:
            known = self.told[one.incident]
            known.number, known.last = max(known.number, one.number), one
            if one.kind in {"order", "correction"}:
                known.order = one if one.kind == "order" else None

    def forget(self, incident: str) -> None:
        """It is over."""
        self.told.pop(incident, None)

    # ------------------------------------------------------------ facts

    def _facts(
        self, sayings: Sequence[Saying], places: Mapping[str, Placement]
    ) -> Iterator[tuple[Transition, Mapping[str, str]]]:
        for saying in sayings:
            incident = saying.transition.incident
            place = places.get(incident.node)
            if incident.subject != "flood" or incident.audience != "public" or place is None:
                continue
            if saying.reason is Reason.FIRST:
                report = self.words.report(saying.transition, place, saying.opened, saying.over, saying.news)
                yield saying.transition, report.description
                yield from self._each((one for one in saying.news if one.incident.id != incident.id), places)
            elif saying.counted:
                yield from self._each(iter(saying.news), places) if saying.reason is not Reason.REMINDER else ()
            elif saying.transition.change.what in TOLD and (note := self.words.note(saying.transition, place)):
                yield saying.transition, note.text

    def _each(
        self, news: Iterator[Transition], places: Mapping[str, Placement]
    ) -> Iterator[tuple[Transition, Mapping[str, str]]]:
        """Of several gauges that one line tells of, each in its own words."""
        for one in news:
            place = places.get(one.incident.node)
            if place is not None and one.change.what in TOLD and (said := self.words.own(one, place)) is not None:
                yield one, said

    def _fact(
        self,
        transition: Transition,
        place: Placement,
        text: Mapping[str, str],
        number: int,
        now_us: int,
        *,
        order_over: bool = False,
    ) -> Bulletin:
        kind: BulletinKind = "all_clear" if transition.change.what is What.RESOLVED else "fact"
        news_us = UPDATE_US if transition.change.what in _UPDATES else NEWS_US
        made = self._bulletin(transition, place, kind, number, now_us, text)
        return self._worded(
            replace(made, expires_us=None if kind == "all_clear" else now_us + news_us),
            place,
            since_us=since_us(transition),
            order_over=order_over,
        )

    # ------------------------------------------------------------ orders and what ends them

    def _verdict(self, verdict: Verdict, place: Placement, number: int, places: Mapping[str, Placement]) -> Bulletin:
        transition = verdict.transition
        told = self.told.get(transition.incident.id, Told())
        wrong = told.order or told.last
        signed_by = self.name_of(verdict.by) if verdict.by else AUTOMATIC
        witness = _all_of([self._witness(one, places) for one in verdict.witnesses])
        told_us = verdict.at_us if wrong is None else wrong.at_us
        text = sentence(self.words, verdict, place, witness=witness, signed_by=signed_by, told_us=told_us)
        kinds: Mapping[str, BulletinKind] = {"order": "order", "correction": "correction"}
        kind = kinds.get(verdict.said, "fact")
        made = replace(
            self._bulletin(transition, place, kind, number, verdict.at_us, text),
            ground=verdict.ground,
            witness=witness.id,
            witness_en=witness.en if witness.en != witness.id else "",
            by=verdict.by,
            signed_by=signed_by,
            confirmed=verdict.said == "confirmed" or self._is_confirmed(transition),
            expires_us=None if kind == "correction" else verdict.at_us + NEWS_US,
            corrects=wrong.id if kind == "correction" and wrong is not None else "",
        )
        since = told_us if kind == "correction" else since_us(transition)
        return self._worded(
            made,
            place,
            since_us=since,
            waited_s=verdict.waited_us / SECOND_US,
            reason=verdict.reason,
            order_over=verdict.said == "over",
            others_hold=not verdict.alone,
        )

    def _witness(self, one: Witness, places: Mapping[str, Placement]) -> Text:
        if one.weather:
            return _WEATHER
        if one.by:
            name = self.name_of(one.by)
            return Text(name, _AN_OFFICER + name.removeprefix(OFFICER) if name.startswith(OFFICER) else name)
        place = places.get(one.node)
        name = one.node if place is None else place_name(place)
        return Text(f"hujan di {name}", f"rain at {name}") if one.rain else Text(name, name)

    # ------------------------------------------------------------ what all have

    def _is_confirmed(self, transition: Transition) -> bool:
        return self.words.stance_of(transition.incident.id).said == "confirmed"

    def _bulletin(
        self,
        transition: Transition,
        place: Placement,
        kind: BulletinKind,
        number: int,
        at_us: int,
        text: Mapping[str, str],
    ) -> Bulletin:
        incident = transition.incident
        return Bulletin(
            id=bulletin_id(incident.id, number),
            city=incident.city,
            event=incident.event,
            incident=incident.id,
            node=place.node,
            number=number,
            kind=kind,
            at_us=at_us,
            measured_us=transition.heard_us if incident.no_data else transition.change.at_us,
            crossed_us=incident.crossed_us,
            level=incident.level or Level.NORMAL,
            text=dict(text),
            value_cm=incident.value,
            trend=transition.trend,
            silent=incident.no_data,
            signed_by=AUTOMATIC,
            confirmed=self._is_confirmed(transition),
        )

    def _worded(
        self,
        made: Bulletin,
        place: Placement,
        *,
        since_us: int,
        waited_s: float = 0.0,
        reason: str = "",
        order_over: bool = False,
        others_hold: bool = False,
    ) -> Bulletin:
        return worded(
            made,
            place,
            self.words.profile,
            self.impacts.get(made.node, ()),
            since_us=since_us,
            waited_s=waited_s,
            reason=reason,
            order_over=order_over and made.kind == "fact",
            others_hold=others_hold,
        )


def _all_of(names: Sequence[Text]) -> Text:
    return Text(", ".join(one.id for one in names), ", ".join(one.en for one in names))


def worded(
    made: Bulletin,
    place: Placement,
    profile: Profile,
    impacts: Sequence[Impact],
    *,
    since_us: int,
    waited_s: float = 0.0,
    reason: str = "",
    order_over: bool = False,
    others_hold: bool = False,
    unwatched: bool = False,
) -> Bulletin:
    """The same bulletin with its short message, its script and whom it concerns."""
    scale = profile.scale_of(made.node)
    local = scale.local_name(made.level) if scale is not None and made.level is not Level.NORMAL else ""
    wording = compose(
        made.kind,
        drill=made.drill,
        level=made.level,
        local_name=local,
        river=place.river,
        place=place_name(place),
        value_cm=made.value_cm,
        trend=made.trend,
        silent=made.silent,
        at_us=made.at_us,
        since_us=since_us,
        ground=made.ground,
        witness=made.witness,
        witness_en=made.witness_en,
        waited_s=waited_s,
        reason=reason,
        confirmed=made.confirmed,
        signed_by=made.signed_by,
        impacts=impacts,
        profile=profile,
        order_over=order_over,
        others_hold=others_hold,
        unwatched=unwatched,
    )
    return replace(made, sms=wording.sms, script=wording.script, regions=wording.regions)
