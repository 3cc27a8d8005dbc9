"""What residents who follow are told of public WiFi that is gone: one notice an event, when it is told first, when it
has grown, and when it is over. Pure.

The sentence is the case's own; the first one also names the nearest point that works. Whatever is one event (a dead
uplink and the points behind it) is one notice to every kelurahan that it touches.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from uuid import UUID, uuid5

from alerts.figures import number
from alerts.fitting import by_words
from alerts.tellings import Saying
from alerts.timing import Reason
from alerts.words import Words, place_name
from contract.city import Text
from contract.clock import HOUR_US
from contract.distance import distance_m
from contract.gsm7 import MOST, plain, septets
from contract.incident import What
from contract.levels import Level
from contract.notice import Notice
from store.ports import Placement

NEWS_US = 12 * HOUR_US
"""so long it is news: a night's quiet hours and a morning"""
NEAR_M = 5_000.0
"""a point that is farther away is no help"""
PAGE = "/wifi"
_TOLD = frozenset({Reason.FIRST, Reason.GROWN, Reason.ALL_CLEAR})
_NEAREST = Text("Terdekat yang menyala: {place}, {metres} m.", "Nearest working: {place}, {metres} m.")
_LANGUAGES = ("id", "en")
_SPACE = UUID("b7d0b3b4-2d0f-5c55-9a3f-6a4fdd6f3c0a")


def notices_of(
    sayings: Iterable[Saying],
    places: Mapping[str, Placement],
    words: Words,
    now_us: int,
    *,
    members: Callable[[str], Collection[str]],
    working: Callable[[], Collection[str]],
) -> tuple[Notice, ...]:
    """`members`: the nodes of an event as far as they are kept; `working`: the points that are heard and well now."""
    found = (_notice(one, places, words, now_us, members, working) for one in sayings if _is_told(one, places))
    return tuple(one for one in found if one is not None)


def _is_told(saying: Saying, places: Mapping[str, Placement]) -> bool:
    """Public WiFi alone: a gauge that is silent is told of with its water."""
    incident = saying.transition.incident
    place = places.get(incident.node)
    public = incident.subject == "outage" and incident.audience == "public"
    return public and place is not None and place.kind == "wifi" and saying.reason in _TOLD


def _notice(
    saying: Saying,
    places: Mapping[str, Placement],
    words: Words,
    now_us: int,
    members: Callable[[str], Collection[str]],
    working: Callable[[], Collection[str]],
) -> Notice | None:
    transition = saying.transition
    event, place = transition.event, places[transition.incident.node]
    over = saying.reason is Reason.ALL_CLEAR
    text = _text(saying, place, words, now_us)
    if text is None:
        return None
    nodes = {transition.incident.node, *(one.incident.node for one in saying.news), *members(event.id)}
    near = {} if over else _nearest(place, [places[one] for one in working() if one in places and one not in nodes])
    return Notice(
        id=str(uuid5(_SPACE, _key(saying))),
        city=event.city,
        topic="outage",
        at_us=now_us,
        expires_us=now_us + NEWS_US,
        event=event.id,
        node=transition.incident.node if len(nodes) == 1 else "",
        regions=tuple(sorted({places[one].region for one in nodes if one in places})),
        level=Level.NORMAL if over else Level.WASPADA,
        update=saying.reason is not Reason.FIRST,
        text={language: " ".join(filter(None, (text[language], near.get(language)))) for language in _LANGUAGES},
        brief={language: _brief(text[language], near.get(language, "")) for language in _LANGUAGES},
        link=PAGE,
    )


def _key(saying: Saying) -> str:
    """The same word always has the same key, whoever composes it again."""
    transition = saying.transition
    if saying.reason is Reason.FIRST:
        return f"{transition.event.id}/first"
    if saying.counted:
        return f"{transition.event.id}/digest/{saying.number}"
    return f"{transition.incident.id}/{transition.change.number}"


def _text(saying: Saying, place: Placement, words: Words, now_us: int) -> Mapping[str, str] | None:
    transition = saying.transition
    if saying.reason is Reason.FIRST:
        return words.report(transition, place, saying.opened, saying.over, saying.news).description
    if saying.counted:
        return words.counted(saying, place, now_us)
    if transition.change.what is not What.RESOLVED:
        return None
    note = words.note(transition, place)
    return None if note is None else note.text


def _nearest(place: Placement, others: Sequence[Placement]) -> dict[str, str]:
    """In both languages; nothing where none is near."""
    away = [(distance_m(place.lat, place.lon, one.lat, one.lon), one) for one in others if one.kind == "wifi"]
    metres, nearest = min(away, key=lambda one: (one[0], one[1].node), default=(NEAR_M + 1, place))
    if metres > NEAR_M:
        return {}
    return {
        language: _NEAREST.in_(language).format(place=place_name(nearest), metres=number(round(metres), language))
        for language in _LANGUAGES
    }


def _brief(text: str, near: str) -> str:
    return next(one for one in _shorter(plain(text), plain(near)) if septets(one) <= MOST)


def _shorter(text: str, near: str) -> Iterator[str]:
    yield f"{text} {near}".strip()
    yield from by_words(text)
