"""How high the water is, in one text message: at most 160 letters of the GSM alphabet, the level first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from api.gauges import Gauge
from api.language import Speech
from api.overview import stance_words
from contract.gsm7 import MOST, plain, septets
from contract.levels import Level


def fits(text: str) -> bool:
    """Whether it is one message."""
    return septets(plain(text)) <= MOST


def fitted(*candidates: str) -> str:
    """The first that is one message; else the last, without words at its end."""
    for one in candidates:
        if fits(one):
            return plain(one)
    words = plain(candidates[-1]).split(" ")
    while len(words) > 1 and septets(" ".join(words) + "...") > MOST:
        words.pop()
    text = " ".join(words) + "..."
    while septets(text) > MOST:
        text = text[:-4] + "..."
    return text


def listed(text: Callable[[str], str], names: Iterable[str], *, between: str = ", ") -> str:
    """`text` of as many of the names as there is room for, at least of one."""
    known = list(dict.fromkeys(names))
    for count in range(len(known), 1, -1):
        said = text(between.join(known[:count]))
        if fits(said):
            return plain(said)
    return fitted(text(known[0] if known else "-"))


def where_words(gauge: Gauge, speech: Speech) -> str:
    """`K.Code Jembatan Gondolayu`."""
    return f"{speech('inbound_river', river=gauge.river)} {gauge.place}" if gauge.river else gauge.name


def level_text(gauge: Gauge, speech: Speech, *, asks: bool) -> str:
    """One gauge. `asks`: a warning holds, and the answer says how to speak to it. What nobody knows is said to be
    unknown, and never left out for want of room."""
    said = _state(gauge, speech, where_words(gauge, speech))
    short = _state(gauge, speech, gauge.place)
    more = _doubts(gauge, speech)
    time = f" {speech.when(gauge.observed_us)}." if gauge.voice == "live" and gauge.observed_us is not None else ""
    ask = f" {speech('inbound_say')}" if asks else ""
    return fitted(
        f"{said}{more}{time}{ask}", f"{short}{more}{time}{ask}", f"{said}{more}{time}", f"{short}{more}{time}"
    )


def levels_text(gauges: Sequence[Gauge], speech: Speech, name: str) -> str:
    """Several of one river or region, the gravest first, as many as there is room for; how many were left out is
    said."""
    ordered = sorted(gauges, key=_gravity)
    seen = [one.observed_us for one in ordered if one.voice == "live" and one.observed_us is not None]
    time = speech.when(min(seen)) if seen else speech.when(speech.now_us)
    parts = [_in_short(one, speech) for one in ordered]
    for count in range(len(parts), 0, -1):
        rest = [speech("inbound_others", n=len(parts) - count)] if count < len(parts) else []
        said = f"{name} {time}: {'; '.join([*parts[:count], *rest])}"
        if fits(said):
            return plain(said)
    return level_text(ordered[0], speech, asks=False)


def _state(gauge: Gauge, speech: Speech, place: str) -> str:
    level = speech(f"level_{gauge.level.name.lower()}") if gauge.level is not None else ""
    cm = speech.number(gauge.level_cm) if gauge.level_cm is not None else "-"
    if gauge.voice == "never" or (gauge.voice != "dangerous" and gauge.level_cm is None):
        return speech("inbound_never", place=place)
    if gauge.voice == "live":
        trend = f", {speech(f'trend_{gauge.trend}')}" if gauge.trend else ""
        return f"{level} {place} {cm} cm{trend}.".lstrip()
    if gauge.silent_us is None or gauge.level_cm is None:
        return speech("inbound_dangerous_unknown", place=place)
    time = speech.when(gauge.silent_us)
    if gauge.voice == "dangerous":
        word = "" if gauge.level is Level.NORMAL else level
        return speech("inbound_dangerous", level=word, place=place, time=time, cm=cm).lstrip()
    return speech("inbound_silent", place=place, time=time, cm=cm)


def _doubts(gauge: Gauge, speech: Speech) -> str:
    found = []
    if gauge.flat_us is not None:
        found.append(speech("inbound_flat"))
    if gauge.pending:
        found.append(speech("pending"))
    elif gauge.alarming:
        found.append(stance_words(gauge, speech))
    return "".join(f" {one}" for one in found if one)


def _in_short(gauge: Gauge, speech: Speech) -> str:
    level = speech(f"level_{gauge.level.name.lower()}") if gauge.level is not None else ""
    if gauge.voice == "dangerous":
        word = "" if gauge.level is Level.NORMAL else level
        return speech("inbound_one_dangerous", level=word, place=gauge.place).lstrip()
    if gauge.voice != "live" or gauge.level_cm is None:
        return speech("inbound_one_silent", place=gauge.place)
    trend = f" {speech(f'trend_{gauge.trend}')}" if gauge.trend in {"rising", "falling"} else ""
    cm = speech.number(gauge.level_cm)
    return f"{level} {gauge.place} {cm}{trend}".lstrip()


def _gravity(gauge: Gauge) -> tuple[bool, int, str, float]:
    return gauge.voice != "dangerous" and not gauge.alarming, int(gauge.level or 9), gauge.river, gauge.river_km
