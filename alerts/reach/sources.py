"""Where tellings come from: bulletins of the water, and notices."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.reach.process import Source
from contract.city import Profile
from contract.subscription import Telling, telling_of_bulletin, telling_of_notice
from store.ports import CityStore

_AT_ONCE = 100


def sources(cities: CityStore, profile: Profile) -> tuple[Source, ...]:
    """What is said of the water goes first."""

    def bulletins(seq: int) -> Sequence[tuple[int, Telling | None]]:
        found = cities.bulletins_since(profile.code, seq, limit=_AT_ONCE)
        if not found:
            return []
        impacts = [one.impact for one in cities.impacts(profile.code)]
        told: list[tuple[int, Telling | None]] = []
        for number, one in found:
            earlier = cities.bulletins(profile.code, incident=one.incident)
            told.append((number, telling_of_bulletin(one, profile, impacts, seq=number, earlier=earlier)))
        return told

    def notices(seq: int) -> Sequence[tuple[int, Telling | None]]:
        found = cities.notices_since(profile.code, seq, limit=_AT_ONCE)
        return [(one.seq, telling_of_notice(one, profile)) for one in found]

    return (Source("bulletins", bulletins), Source("notices", notices))
