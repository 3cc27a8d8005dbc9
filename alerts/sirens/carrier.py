"""Carries rows to one siren. Whether an order still stands is asked when it is sent, not when it was written."""

from __future__ import annotations

from collections.abc import Sequence

from alerts.sirens.port import Siren
from contract.bulletin import Bulletin
from contract.chain import standing
from contract.errors import Rejected
from contract.siren import CHANNEL, FOR_S_BOUNDS
from store.ports import CityStore, Outgoing

NOT_NEEDED = "not_needed"
"""the order was taken back, or is over, before the siren could be sounded"""
STILL_NEEDED = "still_needed"
"""one order is over, and the siren sounds for another's"""
_RECENT_US = 24 * 3_600 * 1_000_000


class SirenCarrier:
    """One siren's."""

    def __init__(self, city: str, siren: Siren, cities: CityStore) -> None:
        self._city = city
        self._siren = siren
        self._cities = cities

    def carry(self, row: Outgoing, now_us: int) -> str:
        """See `Carrier.carry`."""
        do, bulletin, for_s = (row.body.get(name) for name in ("do", "bulletin", "for_s"))
        if do == "stop":
            return STILL_NEEDED if self._another_needs_it(row, bulletin, now_us) else self._siren.stop(row.key)
        if do != "sound" or not isinstance(bulletin, str) or not isinstance(for_s, int | float):
            raise Rejected(f"a siren cannot do {do!r}", reason="malformed")
        found = self._cities.bulletin(bulletin)
        if found is None or not self._stands(found, now_us) or self._was_stopped(row, bulletin):
            return NOT_NEEDED
        return self._siren.sound(float(for_s), row.key, drill=found.drill)

    def _another_needs_it(self, row: Outgoing, ended: object, now_us: int) -> bool:
        """Whether the siren, which several gauges share, sounds for an order that what ended here did not end. Whoever
        silences a siren by hand silences it, whatever it sounds for."""
        end = self._cities.bulletin(ended) if isinstance(ended, str) else None
        if end is None or end.kind == "order":
            return False
        recent = self._cities.bulletins(self._city, since_us=now_us - _RECENT_US, drill=False)
        held = {one.incident for one in standing(recent, now_us) if one.kind == "order"} - {end.incident}
        orders = [one for one in recent if one.kind == "order" and one.incident in held]
        return any(self._sounds_for([one for one in orders if one.incident == it], row, now_us) for it in held)

    def _sounds_for(self, orders: Sequence[Bulletin], row: Outgoing, now_us: int) -> bool:
        """Whether one of an incident's orders asked for this siren lately, and nobody has silenced that since."""
        mine = row.channel.removeprefix(CHANNEL)
        asked = [one for it in orders for one in self._cities.sirens_asked(self._city, it.id) if one.siren == mine]
        last = max(asked, key=lambda one: one.created_us, default=None)
        ends_us = 0 if last is None else (last.settled_us or now_us) + round(FOR_S_BOUNDS[1] * 1_000_000)
        return last is not None and last.do == "sound" and last.said != NOT_NEEDED and ends_us > now_us

    def _stands(self, bulletin: Bulletin, now_us: int) -> bool:
        if bulletin.city != self._city:
            return False
        same = self._cities.bulletins(self._city, incident=bulletin.incident)
        return any(one.kind == "order" for one in standing(same, now_us))

    def _was_stopped(self, row: Outgoing, bulletin_id: str) -> bool:
        """Whether somebody silenced it since: an order that waited for a line must not begin after that."""
        mine = row.channel.removeprefix(CHANNEL)
        asked = self._cities.sirens_asked(self._city, bulletin_id)
        return any(one.siren == mine and one.do == "stop" and one.created_us >= row.created_us for one in asked)
