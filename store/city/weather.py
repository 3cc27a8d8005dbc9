"""Weather warnings of another office, and how its feed fares."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy import delete, select, update

from contract.notice import Notice
from contract.weather import WeatherFeed, WeatherWarning
from store.city.database import Part, rows_of
from store.city.notices import insert_notices
from store.city.schema import weather_feeds, weather_warnings


class WeatherTables(Part):
    """One row a warning, one a city's feed."""

    def put_weather(
        self, warning: WeatherWarning, ended: Collection[str], notices: Sequence[Notice], now_us: int
    ) -> bool:
        """See `WeatherStore.put_weather`."""
        this = weather_warnings.c
        new = self._db.insert(weather_warnings).values(_values_of(warning))
        with self._db.write() as connection:
            if connection.execute(new.on_conflict_do_nothing().returning(this.id)).first() is None:
                return False
            others = this.city == warning.city, this.id.in_(list(ended)), this.ended_us.is_(None)
            over = update(weather_warnings).where(*others, this.id != warning.id)
            connection.execute(over.values(ended_us=now_us, ended_by=warning.id))
            insert_notices(self._db, connection, notices)
        return True

    def weather(self, city: str, since_us: int, *, limit: int = 200) -> Sequence[WeatherWarning]:
        """See `WeatherStore.weather`."""
        this = weather_warnings.c
        query = select(weather_warnings).where(this.city == city, this.expires_us > since_us)
        with self._db.read() as connection:
            found = rows_of(connection, query.order_by(this.sent_us.desc(), this.id).limit(limit))
        return [_warning(row) for row in found]

    def note_weather_feed(self, feed: WeatherFeed) -> None:
        """See `WeatherStore.note_weather_feed`."""
        values = asdict(feed)
        new = self._db.insert(weather_feeds).values(values)
        with self._db.write() as connection:
            connection.execute(new.on_conflict_do_update(index_elements=["city"], set_=values))

    def weather_feed(self, city: str) -> WeatherFeed | None:
        """See `WeatherStore.weather_feed`."""
        query = select(weather_feeds).where(weather_feeds.c.city == city)
        with self._db.read() as connection:
            return next((WeatherFeed(**row) for row in rows_of(connection, query)), None)

    def forget_weather(self, city: str, before_us: int) -> int:
        """See `WeatherStore.forget_weather`."""
        this = weather_warnings.c
        old = delete(weather_warnings).where(this.city == city, this.expires_us < before_us)
        with self._db.write() as connection:
            return connection.execute(old).rowcount


def _values_of(one: WeatherWarning) -> dict[str, Any]:
    return asdict(one) | {"regions": list(one.regions), "references": list(one.references)}


def _warning(row: Mapping[str, Any]) -> WeatherWarning:
    known = {one.name: row[one.name] for one in fields(WeatherWarning)}
    return WeatherWarning(**(known | {"regions": tuple(row["regions"]), "references": tuple(row["references"])}))
