"""Carries rows to one siren. Whether an order still stands is asked when it is sent, not when it was written."""

from __future__ import annotations

from alerts.sirens.port import Siren
from contract.chain import standing
from contract.errors import Rejected
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
        if not self._stands(bulletin, now_us):
            return NOT_NEEDED
        return self._siren.sound(float(for_s), row.key)

    def _stands(self, bulletin_id: str, now_us: int) -> bool:
        found = self._cities.bulletin(bulletin_id)
        if found is None or found.city != self._city:
            return False
        same = self._cities.bulletins(self._city, incident=found.incident)
        return any(one.kind == "order" for one in standing(same, now_us))
