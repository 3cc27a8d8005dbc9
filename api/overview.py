"""The first screen: the one sentence that matters now, how many nodes are up, and the crowds. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from api.gauges import Gauge
from api.language import Speech
from api.snapshot import Snapshot
from api.status import NodeState, is_live, period_of
from contract.levels import Level
from contract.privacy import public_count
from contract.quality import Quality
from store.cases import Case

CONFIRMING = frozenset({"checked", "in_progress"})


@dataclass(frozen=True, slots=True)
class Headline:
    """The sentence. `css` is the level's class; `loud` fills the screen's top with it; `word` stands before the text.

    `detail` is a second, quieter sentence, `href` where to read on (empty where there is nothing more), `hatched` a
    warning whose sensor has fallen silent.
    """

    css: str
    loud: bool
    word: str
    text: str
    detail: str
    href: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """How many nodes of a kind are in which state."""

    up: int
    down: int
    unknown: int

    @property
    def total(self) -> int:
        return self.up + self.down + self.unknown


@dataclass(frozen=True, slots=True)
class Crowd:
    """People in front of one camera, as the public may know it. `people` None: no count now."""

    node: str
    name: str
    people: str | None
    at_least: bool
    observed_us: int | None


def tally(snapshot: Snapshot, kind: str) -> Tally:
    """Count the nodes of a kind; one never heard from counts as unknown, not as down."""
    states = [snapshot.statuses[one.node].state for one in snapshot.placements if one.kind == kind]
    up, down = states.count(NodeState.UP), states.count(NodeState.DOWN)
    return Tally(up, down, len(states) - up - down)


def level_text(gauge: Gauge, speech: Speech) -> str:
    """`Sungai Code di Gowongan 212 cm, naik`."""
    words = speech("gauge_at", river=gauge.river, place=gauge.place)
    if gauge.level_cm is None:
        return words
    words = f"{words} {speech.number(gauge.level_cm)} cm"
    return f"{words}, {speech(f'trend_{gauge.trend}')}" if gauge.trend else words


def confirmed(case: Case | None) -> bool:
    """Whether a person of the agency has looked: the case has left `received`."""
    return case is not None and case.state in CONFIRMING


def stance_words(gauge: Gauge, speech: Speech) -> str:
    """What officers have said of its flood, as a sentence; "" where the agency has looked and said nothing else."""
    said, at_us = gauge.stance
    if said:
        return speech("called_wrong" if said == "wrong" else "confirmed_at", time=speech.when(at_us))
    return "" if confirmed(gauge.case) else speech("unconfirmed")


def headline(gauges: Sequence[Gauge], speech: Speech) -> Headline:
    """The loudest true sentence. No value is never a safe value: silence is said, not smoothed over."""
    alarming = sorted(
        (g for g in gauges if g.alarming and g.level),
        key=lambda g: (g.is_wrong, g.level or 9, g.pending, g.river, g.river_km),
    )
    if alarming:
        return _warning(alarming, speech)
    dangerous = [g for g in gauges if g.voice == "dangerous"]
    if dangerous:
        return _silent_danger(dangerous[0], speech)
    if not gauges:
        return Headline("nodata", False, "", speech("no_gauges"), "", "")
    live = [g for g in gauges if g.voice == "live"]
    newest = max((g.observed_us for g in gauges if g.observed_us is not None), default=None)
    if not live:
        detail = speech("last_heard", time=speech.when(newest)) if newest is not None else ""
        return Headline("nodata", False, "", speech("no_river_data"), detail, "")
    detail = speech("updated", time=speech.when(newest)) if newest is not None else ""
    if len(live) == len(gauges):
        return Headline("normal", False, "", speech("all_normal"), detail, "")
    text = speech("some_normal", normal=len(live), silent=len(gauges) - len(live))
    return Headline("normal", False, "", text, detail, "")


def _warning(alarming: Sequence[Gauge], speech: Speech) -> Headline:
    worst = alarming[0]
    level = worst.level or Level.NORMAL
    if worst.voice == "dangerous":
        first = _silent_danger(worst, speech)
        parts = [first.detail, *([stance_words(worst, speech)] if worst.is_wrong else [])]
        text, word = first.text, first.word
    else:
        text, word = level_text(worst, speech) + ".", speech(f"level_{level.name.lower()}")
        parts = [] if worst.pending else [stance_words(worst, speech)]
        if worst.pending:
            parts.append(speech("pending"))
        elif level is Level.AWAS and not worst.is_wrong:
            parts.append(speech("be_ready"))
        if worst.observed_us is not None:
            parts.append(speech.when(worst.observed_us) + ".")
    if len(alarming) > 1:
        parts.append(speech("and_more", n=len(alarming) - 1))
    href = f"/kasus/{worst.case.number}" if worst.case else f"/sungai/{worst.node}"
    loud = any(_loud(gauge) for gauge in alarming)
    return Headline(
        level.name.lower(), loud, word, text, " ".join(part for part in parts if part), href, worst.voice == "dangerous"
    )


def _loud(gauge: Gauge) -> bool:
    """Fills the top of the page: SIAGA and worse, told by more than one reading, and silence that may be dangerous."""
    return gauge.voice == "dangerous" or (
        gauge.level in {Level.AWAS, Level.SIAGA} and not gauge.pending and not gauge.is_wrong
    )


def _silent_danger(gauge: Gauge, speech: Speech) -> Headline:
    time = speech.when(gauge.silent_us) if gauge.silent_us is not None else ""
    text = speech("silent_danger_at", place=speech("gauge_at", river=gauge.river, place=gauge.place), time=time)
    last = speech("last_value", cm=speech.number(gauge.level_cm)) if gauge.level_cm is not None else ""
    href = f"/kasus/{gauge.case.number}" if gauge.case else f"/sungai/{gauge.node}"
    # A gauge that was rising below its first threshold has no grave level of its own: watch is the least it deserves.
    css = "waspada" if gauge.css == "nodata" else gauge.css
    word = "" if gauge.css == "nodata" else speech(f"level_{css}")
    return Headline(css, True, word, text, last, href, True)


def crowds(snapshot: Snapshot) -> list[Crowd]:
    """Every public camera, the fullest first. Counts pass `public_count`; a stale or doubted one is not shown."""
    found: list[tuple[int, Crowd]] = []
    for placement in snapshot.placements:
        if placement.kind != "camera":
            continue
        rows = [row for row in snapshot.rows.get(placement.node, ()) if row.series.kind == "crowd"]
        row = max(rows, key=lambda one: one.observed_us, default=None)
        count, at_least = None, False
        if row is not None and row.quality in {Quality.GOOD, Quality.UNKNOWN}:
            period_s = period_of(row.series.sensor, placement, snapshot.presences.get(placement.node))
            value = row.values.get("people")
            if isinstance(value, int) and is_live(row, period_s, snapshot.now_us):
                count, at_least = int(value), row.values.get("lower_bound") is True
        crowd = Crowd(
            placement.node, placement.site_name, public_count(count), at_least, row.observed_us if row else None
        )
        # The order must not tell what the rounding hides: equal public counts stand in the order of their names.
        found.append((-_shown(crowd.people), crowd))
    return [crowd for _, crowd in sorted(found, key=lambda item: (item[0], item[1].name))]


def _shown(people: str | None) -> int:
    if people is None:
        return -1
    return 0 if people.startswith("<") else int(people)
