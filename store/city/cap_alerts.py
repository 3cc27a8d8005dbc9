"""CAP alerts as they were first handed out."""

from __future__ import annotations

from sqlalchemy import select

from store.city.database import Part
from store.city.schema import cap_alerts


class CapAlertTable(Part):
    """One row a bulletin, written once."""

    def cap_alert(self, bulletin: str) -> bytes | None:
        """See `CityStore.cap_alert`."""
        query = select(cap_alerts.c.document).where(cap_alerts.c.bulletin == bulletin)
        with self._db.read() as connection:
            found = connection.execute(query).scalar_one_or_none()
        return None if found is None else bytes(found)

    def keep_cap_alert(self, city: str, bulletin: str, document: bytes, now_us: int) -> bytes:
        """See `CityStore.keep_cap_alert`."""
        values = {"city": city, "bulletin": bulletin, "document": document, "made_us": now_us}
        query = select(cap_alerts.c.document).where(cap_alerts.c.bulletin == bulletin)
        with self._db.write() as connection:
            connection.execute(self._db.insert(cap_alerts).values(values).on_conflict_do_nothing())
            return bytes(connection.execute(query).scalar_one())
