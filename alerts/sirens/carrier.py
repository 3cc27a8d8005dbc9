"""Carries rows to one siren. Whether an order still stands is asked when it is sent, not when it was written."""

from __future__ import annotations

from alerts.sirens.port import Siren
from contract.bulletin import Bulletin
from contract.chain import standing
from contract.errors import Rejected
from contract.siren import CHANNEL
from store.ports import CityStore, Outgoing

NOT_NEEDED = "not_needed"
"""the order was taken back, or is over, before the siren could be sounded"""


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
            return self._siren.stop(row.key)
        if do != "sound" or not isinstance(bulletin, str) or not isinstance(for_s, int | float):
            raise Rejected(f"a siren cannot do {do!r}", reason="malformed")
        found = self._cities.bulletin(bulletin)
        if found is None or not self._stands(found, now_us) or self._was_stopped(row, bulletin):
            return NOT_NEEDED
        return self._siren.sound(float(for_s), row.key, drill=found.drill)

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
