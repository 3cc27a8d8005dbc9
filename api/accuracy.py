"""How often the city's warnings were right, counted from what people judged. Pure but for `read_record`.

The measures are those of a contingency table (American Meteorological Society, Glossary of Meteorology, "Skill", which
asks for both together): POD, the probability of detection, is hits / (hits + misses); FAR, the false alarm ratio, is
false alarms / (hits + false alarms). A warning that came too late protected nobody: for POD it is a miss. It was no
false alarm either: for FAR it stands among the hits. What was found afterwards, for its readings came when it was
over, is a miss for those whom it should have been told, until somebody who looked says that it was not so; then it is
nothing, for nobody was alarmed. Where the same water was entered by hand as well it counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

from api.context import Context
from contract.clock import DAY_US, HOUR_US
from contract.forecast import Forecast
from contract.incident import Audience, Incident
from contract.judgement import Miss, Outcome
from contract.levels import Level
from contract.staging import BREADTH

YEAR_US = 365 * DAY_US
FEW = 5
"""below so many cases a percentage says more than is known"""
_SAME_WATER_US = HOUR_US
"""so near to what was found afterwards, a miss that was entered by hand is of the same water"""


@dataclass(frozen=True, slots=True)
class Share:
    """`n` of `of` cases. `percent` is None where there are too few of them."""

    n: int
    of: int

    @property
    def percent(self) -> float | None:
        return 100 * self.n / self.of if self.of >= FEW else None


@dataclass(frozen=True, slots=True)
class Spread:
    """So many times: their median, and the one that was worst for people."""

    n: int
    median_us: int
    worst_us: int


class Key(NamedTuple):
    """What is counted together. `node` is "" for a place without a gauge, `level` None for what has no level: an
    outage. An incident counts at the worst level that it reached."""

    audience: Audience
    rule: str
    node: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Score:
    """What was judged of one key. Times are in microseconds: `delays` from the first reading at the level to the first
    public word, `leads` from that word to the water at the place (negative: the water was there first)."""

    key: Key | None
    hits: int = 0
    false_alarms: int = 0
    late: int = 0
    missed: int = 0
    unjudged: int = 0
    delays: tuple[int, ...] = ()
    leads: tuple[int, ...] = ()

    @property
    def pod(self) -> Share:
        return Share(self.hits, self.hits + self.late + self.missed)

    @property
    def far(self) -> Share:
        return Share(self.false_alarms, self.hits + self.late + self.false_alarms)

    @property
    def delay(self) -> Spread | None:
        return Spread(len(self.delays), round(median(self.delays)), max(self.delays)) if self.delays else None

    @property
    def lead(self) -> Spread | None:
        return Spread(len(self.leads), round(median(self.leads)), min(self.leads)) if self.leads else None


@dataclass(frozen=True, slots=True)
class Record:
    """A year of a city: what is known of its incidents, what it missed, and what it told people to expect."""

    since_us: int
    now_us: int
    outcomes: Sequence[Outcome]
    misses: Sequence[Miss]
    forecasts: Sequence[Forecast] = ()

    def told_to(self, audiences: Iterable[Audience]) -> Record:
        """Of what these circles were told alone."""
        wanted = frozenset(audiences)
        return Record(
            self.since_us,
            self.now_us,
            [one for one in self.outcomes if circle_of(one.incident) in wanted],
            [one for one in self.misses if one.audience in wanted],
            [one for one in self.forecasts if one.audience in wanted],
        )


def read_record(context: Context, now_us: int) -> Record:
    """The last twelve months. Raises Unavailable where the database is away."""
    since_us = now_us - YEAR_US
    outcomes = context.cities.outcomes(context.city, since_us)
    misses = context.cities.misses(context.city, since_us)
    return Record(since_us, now_us, outcomes, misses, context.cities.forecasts(context.city, since_us))


def scores_of(record: Record) -> list[Score]:
    """By circle (the widest first), rule, gauge and level (the worst first)."""
    gathered: dict[Key, list[Score]] = {}
    misses = [one for one in record.misses if one.withdrawn_us is None]
    for outcome in record.outcomes:
        incident = outcome.incident
        if incident.found_us is None or _is_missed(outcome, misses):
            key = Key(circle_of(incident), incident.rule, incident.node, incident.peak)
            gathered.setdefault(key, []).append(_of(outcome))
    for miss in misses:
        key = Key(miss.audience, miss.rule, miss.node, miss.level)
        gathered.setdefault(key, []).append(Score(None, missed=1))
    return [together(gathered[key], key) for key in sorted(gathered, key=_order)]


def together(scores: Iterable[Score], key: Key | None = None) -> Score:
    """Their sum."""
    every = tuple(scores)
    return Score(
        key,
        hits=sum(one.hits for one in every),
        false_alarms=sum(one.false_alarms for one in every),
        late=sum(one.late for one in every),
        missed=sum(one.missed for one in every),
        unjudged=sum(one.unjudged for one in every),
        delays=tuple(delay for one in every for delay in one.delays),
        leads=tuple(lead for one in every for lead in one.leads),
    )


def public_total(scores: Iterable[Score]) -> Score:
    """Of what everybody was told alone: what was in shadow makes a city neither better nor worse."""
    return together(one for one in scores if one.key is not None and one.key.audience == "public")


def delay_us(incident: Incident, word_us: int | None) -> int | None:
    """From the first reading of the run that opened it to the first public word."""
    return None if word_us is None else max(0, word_us - incident.crossed_us)


def circle_of(incident: Incident) -> Audience:
    """Who was told of it, or should have been."""
    return incident.owed or incident.audience


def _is_missed(found: Outcome, entered: Iterable[Miss]) -> bool:
    """Whether what was found afterwards counts as missed."""
    if found.judgement is not None and found.judgement.verdict == "wrong":
        return False
    one = found.incident
    over_us = one.resolved_us or one.changed_us
    return not any(
        (miss.rule, miss.node) == (one.rule, one.node)
        and one.crossed_us - _SAME_WATER_US <= miss.happened_us <= over_us + _SAME_WATER_US
        for miss in entered
    )


def _of(outcome: Outcome) -> Score:
    said = outcome.judgement
    if outcome.incident.found_us is not None:
        return Score(None, missed=1)
    if said is None:
        return Score(None, unjudged=1)
    if said.verdict == "wrong":
        return Score(None, false_alarms=1)
    delay = delay_us(outcome.incident, outcome.word_us)
    lead = None if said.flooded_us is None or outcome.word_us is None else said.flooded_us - outcome.word_us
    return Score(
        None,
        hits=int(said.verdict == "right"),
        late=int(said.verdict == "late"),
        delays=() if delay is None else (delay,),
        leads=() if lead is None else (lead,),
    )


def _order(key: Key) -> tuple[int, str, str, int]:
    return -BREADTH.index(key.audience), key.rule, key.node, 9 if key.level is None else int(key.level)
