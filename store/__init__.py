"""KEEP: readings (SQLite, InfluxDB) and city data (SQLAlchemy on SQLite and PostgreSQL).

Two doors, by URL. What stands behind them is imported when a door is opened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from store.ports import CityStore, ReadingStore

__all__ = ["open_city", "open_readings"]


def open_readings(url: str, *, token: str = "", answered: Callable[[], object] = bool) -> ReadingStore:
    """The readings store at `sqlite:///path` or `influxdb://host:port/bucket?org=…&scheme=http|https`.

    `token` is InfluxDB's, `answered` is called after each of its answers. Raises BadInput for a URL that means nothing,
    Unavailable where a file cannot be opened.
    """
    from store import open as doors

    return doors.open_readings(url, token=token, answered=answered)


def open_city(url: str, *, migrate: bool = True) -> CityStore:
    """The city store at `sqlite:///path` or `postgresql+psycopg://user:password@host/name`.

    The schema is brought up to date first; with `migrate=False` an old one is refused. Raises BadInput for a URL that
    means nothing and for a schema this version cannot read, Unavailable where the database is away.
    """
    from store import open as doors

    return doors.open_city(url, migrate=migrate)
