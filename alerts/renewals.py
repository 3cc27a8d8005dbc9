"""What is told again before it is no news any more, and the end of a flood that nobody watches. Pure.

What the public was told holds until it expires. A flood that goes on is told again before that, so that no program and
no page takes an open flood for one that is over. A renewal says so, is numbered like every other bulletin, and keeps
what an order rested on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from alerts.broadcast import AUTOMATIC
from alerts.bulletins import NEWS_US, Told, worded
from alerts.engine import Transition
from alerts.figures import LEVEL_WORDS, number
from alerts.words import Words, place_name, since_us
from contract.bulletin import Bulletin, bulletin_id
from contract.city import Profile, Text
from contract.clock import MINUTE_US
from contract.impact import Impact
from contract.levels import Level
from store.ports import Placement

AHEAD_US = 15 * MINUTE_US
"""so long before the end of what was told it is told again"""
_HOLDS = Text(
    "Masih berlaku {now}: {level} {river} di {place}, {value} cm, {trend}{local}.{order} {confirmed}",
    "Still in force at {now}: {level}, {river} at {place} {value} cm, {trend}{local}.{order} {confirmed}",
)
_SILENT = Text(
    "Masih berlaku {now}: {level} {river} di {place}{local}. Sensor diam sejak {since}, terakhir {value} cm. "
    "Anggap berbahaya.{order} {confirmed}",
    "Still in force at {now}: {level}, {river} at {place}{local}. Sensor silent since {since}, last {value} cm. "
    "Treat as dangerous.{order} {confirmed}",
)
_UNWATCHED = Text(
    "Masih berlaku {now}: {level} {river} di {place}, terakhir {value} cm. Sensor ini tidak lagi dipantau. "
    "Anggap berbahaya sampai petugas memeriksa di lokasi.{order}",
    "Still in force at {now}: {level}, {river} at {place}, last {value} cm. This sensor is no longer watched. "
    "Treat it as dangerous until an officer has looked on site.{order}",
)
_ORDER = Text(
    " Perintah pergi tetap berlaku: yang belum pergi, pergi SEKARANG ke titik kumpul.",
    " The order to leave still holds: whoever is still there, go NOW to the muster place.",
)
_ENDED = Text(
    "Peringatan {river} di {place} diakhiri oleh dua petugas {now}. Sensor ini tidak lagi dipantau: tinggi air "
    "sekarang tidak diketahui, terakhir {value} cm.{order}",
    "The warning for {river} at {place} was ended by two officers at {now}. This sensor is no longer watched: nobody "
    "knows how high the water is now, it was last {value} cm.{order}",
)
_ORDER_OVER = Text(" Perintah pergi sudah berakhir.", " The order to leave is over.")
_LANGUAGES = ("id", "en")


@dataclass(frozen=True, slots=True)
class Renewal:
    """What is to be told again. `transition`: how its gauge stands, None where nobody watches it any more. `ordered`:
    an order to leave holds."""

    incident: str
    transition: Transition | None
    ordered: bool


def order_holds(told: Told) -> bool:
    """Whether an order was told that nothing told since has ended."""
    return told.order is not None and told.last is not None and not told.order.level.worse_than(told.last.level)


def lapses(told: Told, now_us: int, *, ordered: bool) -> bool:
    """Whether what was told of an open flood is about to be no news, or is none already. A correction holds."""
    if told.last is None or told.last.expires_us is None:
        return False
    ends_us = told.last.expires_us
    if ordered and told.order is not None and told.order.expires_us is not None:
        ends_us = min(ends_us, told.order.expires_us)
    return ends_us - AHEAD_US <= now_us


def renewed(
    words: Words,
    told: Told,
    last: Bulletin,
    renewal: Renewal,
    place: Placement,
    impacts: Sequence[Impact],
    now_us: int,
    *,
    confirmed: bool,
) -> Bulletin:
    """What was told last, said again with the water of now where somebody measures it."""
    transition = renewal.transition
    plain = replace(
        _next(last, told.number + 1, now_us),
        kind="order" if renewal.ordered else "fact",
        expires_us=now_us + NEWS_US,
        renewal=True,
        confirmed=confirmed,
        silent=True,
    )
    if transition is None:
        said = worded(plain, place, words.profile, impacts, since_us=last.measured_us)
        return _resting(replace(said, text=_unwatched(words, plain, place, renewal, now_us)), told)
    incident = transition.incident
    made = replace(
        plain,
        level=incident.level or Level.NORMAL,
        value_cm=incident.value,
        trend=transition.trend,
        silent=incident.no_data,
        measured_us=transition.heard_us if incident.no_data else transition.change.at_us,
    )
    since = transition.heard_us if incident.no_data else since_us(transition)
    text = {
        language: _filled(
            _SILENT if incident.no_data else _HOLDS,
            language,
            words.flood_values(transition, place, language)
            | {
                "now": words.time(now_us, now_us, language),
                "since": words.time(since, now_us, language),
                "order": _ORDER.in_(language) if renewal.ordered else "",
                "confirmed": words.stance(incident.id, now_us, language),
            },
        )
        for language in _LANGUAGES
    }
    return _resting(replace(worded(made, place, words.profile, impacts, since_us=since), text=text), told)


def ended_unwatched(
    words: Words, told: Told, last: Bulletin, place: Placement, impacts: Sequence[Impact], now_us: int
) -> Bulletin:
    """Two people have ended it, and nobody measures there any more: not that it is safe."""
    made = replace(_next(last, told.number + 1, now_us), kind="all_clear", silent=True, expires_us=None)
    over = _ORDER_OVER if order_holds(told) else None
    text = {language: _of_last(_ENDED, words, last, place, language, now_us, over) for language in _LANGUAGES}
    said = worded(made, place, words.profile, impacts, since_us=last.measured_us, unwatched=True)
    return replace(said, text=text)


def place_of(node: str, places: Mapping[str, Placement], profile: Profile) -> Placement:
    """Where it stands; of a node that was taken off the list where the city's files have it, or its name alone."""
    if node in places:
        return places[node]
    site = profile.site_of(node)
    return Placement(
        city=profile.code,
        node=node,
        kind="gauge",
        name=node,
        site="" if site is None else site.code,
        site_name="" if site is None else site.name,
        region=profile.region if site is None else site.region,
        lat=profile.lat if site is None else site.lat,
        lon=profile.lon if site is None else site.lon,
        river="" if site is None else site.river,
        river_km=0.0 if site is None else site.river_km,
        uplink="",
        audience="public",
        sensors={},
    )


def _next(last: Bulletin, number: int, now_us: int) -> Bulletin:
    """A bulletin of the same incident that rests on nothing yet and that nobody has signed."""
    return replace(
        last,
        id=bulletin_id(last.incident, number),
        number=number,
        at_us=now_us,
        trend=None,
        ground="",
        witness="",
        witness_en="",
        by="",
        signed_by=AUTOMATIC,
        corrects="",
        renewal=False,
        signature="",
        key="",
    )


def _resting(made: Bulletin, told: Told) -> Bulletin:
    """An order rests on what it rested on; its short texts say that once and not again."""
    order = told.order
    if made.kind != "order" or order is None:
        return made
    return replace(
        made,
        ground=order.ground,
        witness=order.witness,
        witness_en=order.witness_en,
        by=order.by,
        signed_by=order.signed_by,
    )


def _unwatched(words: Words, made: Bulletin, place: Placement, renewal: Renewal, now_us: int) -> dict[str, str]:
    order = _ORDER if renewal.ordered else None
    return {language: _of_last(_UNWATCHED, words, made, place, language, now_us, order) for language in _LANGUAGES}


def _of_last(
    text: Text, words: Words, last: Bulletin, place: Placement, language: str, now_us: int, order: Text | None
) -> str:
    """Of what was measured last."""
    river = place.river or place_name(place)
    values = {
        "now": words.time(now_us, now_us, language),
        "level": LEVEL_WORDS[last.level][language],
        "river": f"Sungai {river}" if language == "id" else f"{river} River",
        "place": place_name(place),
        "value": number(last.value_cm, language),
        "order": "" if order is None else order.in_(language),
    }
    return _filled(text, language, values)


def _filled(text: Text, language: str, values: Mapping[str, str]) -> str:
    return text.in_(language).format_map(values).strip()
