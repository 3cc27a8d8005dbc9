"""What people were told to expect below a gauge, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Select, select

from contract.forecast import Forecast
from contract.levels import Level
from store.city.database import Database, Part
from store.city.schema import forecasts


def put_forecasts(database: Database, connection: Connection, told: Sequence[Forecast]) -> None:
    """Keep them. What was told first stands; what came of it is kept once."""
    for one in told:
        new = database.insert(forecasts).values({**asdict(one), "level": int(one.level)})
        came = {name: new.excluded[name] for name in ("outcome", "came_us")}
        connection.execute(
            new.on_conflict_do_update(
                index_elements=["incident", "change", "downstream"], set_=came, where=forecasts.c.outcome == ""
            )
        )


class ForecastTable(Part):
    """One row a forecast; `commit` writes them."""

    def forecasts(self, city: str, since_us: int) -> Sequence[Forecast]:
        """See `CityStore.forecasts`."""
        return self._forecasts(select(forecasts).where(forecasts.c.city == city, forecasts.c.told_us >= since_us))

    def open_forecasts(self, city: str) -> Sequence[Forecast]:
        """See `CityStore.open_forecasts`."""
        return self._forecasts(select(forecasts).where(forecasts.c.city == city, forecasts.c.outcome == ""))

    def _forecasts(self, query: Select[Any]) -> list[Forecast]:
        told = forecasts.c
        with self._db.read() as connection:
            found = connection.execute(query.order_by(told.told_us, told.incident, told.change, told.downstream))
            return [Forecast(**{**row, "level": Level(row["level"])}) for row in found.mappings()]
