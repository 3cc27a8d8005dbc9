"""How long the water takes between two gauges, as the city's history last taught it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from contract.travel import Travel
from store.city.audit import append
from store.city.database import Part
from store.city.schema import travels
from store.people import Deed


class TravelTable(Part):
    """One row a pair of gauges."""

    def keep_travels(self, city: str, learned: Sequence[Travel], now_us: int, deed: Deed | None = None) -> None:
        """See `CityStore.keep_travels`."""
        rows = [
            {
                "city": city,
                "upstream": one.upstream,
                "downstream": one.downstream,
                "earliest_s": one.earliest_s,
                "usual_s": one.usual_s,
                "latest_s": one.latest_s,
                "events": one.events,
                "forecasts": one.forecasts,
                "error_s": one.error_s,
                "learned_us": now_us,
            }
            for one in learned
            if one.learned
        ]
        with self._db.write() as connection:
            if deed is not None:
                append(self._db, connection, city, deed)
            connection.execute(delete(travels).where(travels.c.city == city))
            if rows:
                connection.execute(insert(travels), rows)

    def travels(self, city: str) -> Sequence[Travel]:
        """See `CityStore.travels`."""
        query = select(travels).where(travels.c.city == city).order_by(travels.c.upstream, travels.c.downstream)
        with self._db.read() as connection:
            return [
                Travel(
                    row.upstream, row.downstream, row.earliest_s, row.usual_s, row.latest_s,
                    True, row.events, row.forecasts, row.error_s,
                )
                for row in connection.execute(query)
            ]  # fmt: skip
