"""Which of a city's places somebody means, also where they spell it a little wrong. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from contract.city import Profile

PlaceKind = Literal["river", "gauge", "region", "city"]
_RANKS: dict[PlaceKind, int] = {"river": 0, "gauge": 1, "region": 2, "city": 3}
_COMMON = frozenset({"jembatan", "jbt", "bendung", "bendungan", "pintu", "air", "pos", "duga", "kali", "sungai", "di"})
_WINDOW_MOST = 4
"""words of a message that are tried together as one name"""


@dataclass(frozen=True, slots=True)
class Place:
    """A river (`code` is its name), a gauge (its node), a region (its code) or the whole city. `spelled`: what it may
    be called, in small letters without spaces."""

    kind: PlaceKind
    code: str
    name: str
    spelled: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What fits best. `others` fit as well, where that is not one and the same name; `exact`: no letter was wrong."""

    place: Place | None = None
    others: tuple[Place, ...] = ()
    exact: bool = False


def places_of(profile: Profile, nodes: Collection[str] | None = None) -> list[Place]:
    """Every name by which a place of the city can be asked for; `nodes`: the gauges that may be named, or all."""
    found: list[Place] = []
    rivers = dict[str, None]()
    for node in profile.nodes:
        site = profile.site_of(node.node)
        if node.kind != "gauge" or site is None or (nodes is not None and node.node not in nodes):
            continue
        rivers.setdefault(site.river)
        where = where_on(site.river, site.name)
        found.append(Place("gauge", node.node, where, _spelled(node.node, site.name, where, _without_common(where))))
    found += [Place("river", name, name, _spelled(name)) for name in rivers if name]
    found += [Place("region", one.code, one.name, _spelled(one.name, one.code)) for one in profile.regions]
    found.append(Place("city", profile.code, profile.name, _spelled(profile.name, profile.code, "kota", "semua")))
    return found


def where_on(river: str, site: str) -> str:
    """`Gondolayu` of a site that is called `Code di Gondolayu`."""
    before = f"{river} di ".lower()
    return site[len(before) :] if river and site.lower().startswith(before) else site


def find(words: Sequence[str], places: Iterable[Place], *, first: PlaceKind | None = None) -> Found:
    """The place that some of the words name. A whole name stands above a misspelt one, a longer one above a shorter,
    and of two that are called the same `first`, then a river, a gauge, a region."""
    known = list(places)
    windows = {
        "".join(words[at : at + size]) for size in range(1, _WINDOW_MOST + 1) for at in range(len(words) - size + 1)
    }

    def rank(fit: tuple[int, int, Place]) -> tuple[int, int, bool, int]:
        wrong, length, place = fit
        return wrong, -length, place.kind != first, _RANKS[place.kind]

    fits = [(0, len(name), place) for place in known for name in place.spelled & windows]
    if not fits:
        near = [(window, _mask(window)) for window in windows]
        fits = [
            (wrong, len(name), place)
            for place in known
            for name in place.spelled
            if (most := _forgiven(name))
            for window, mask in near
            if abs(len(window) - len(name)) <= most and (_mask(name) ^ mask).bit_count() <= 2 * most
            if (wrong := distance(window, name, most)) <= most
        ]
    if not fits:
        return Found()
    fits.sort(key=lambda fit: (*rank(fit), fit[2].code))
    best = fits[0]
    also = {fit[2].code: fit[2] for fit in fits[1:] if rank(fit) == rank(best) and fit[2] is not best[2]}
    return Found(best[2], tuple(also.values()), exact=best[0] == 0)


def distance(one: str, other: str, most: int) -> int:
    """How many letters must be put, left out, changed or swapped with their neighbour to make one of the other (optimal
    string alignment); `most + 1` for anything beyond `most`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, start=1):
        last, row_before = row, before
        row = [at]
        for to, wanted in enumerate(other, start=1):
            cost = min(last[to] + 1, row[to - 1] + 1, last[to - 1] + (letter != wanted))
            if at > 1 and to > 1 and letter == other[to - 2] and one[at - 2] == wanted:
                cost = min(cost, row_before[to - 2] + 1)
            row.append(cost)
        before = last
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def _forgiven(name: str) -> int:
    """Wrong letters that a name of this length may have: with more it may be another name."""
    return 0 if len(name) < 4 else 1 if len(name) < 8 else 2


def _mask(text: str) -> int:
    """Which letters there are, a bit each: two words that share too few of them are no misspelling of each other."""
    found = 0
    for one in text:
        found |= 1 << (ord(one) % 61)
    return found


def _spelled(*names: str) -> frozenset[str]:
    made = {_joined(one) for one in names}
    return frozenset(one for one in made if one)


def _joined(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).casefold()
    return "".join(one for one in plain if one.isalnum())


def _without_common(name: str) -> str:
    """`Gondolayu` of `Jembatan Gondolayu`."""
    return " ".join(one for one in name.split() if one.casefold() not in _COMMON)
