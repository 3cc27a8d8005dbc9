"""City data: registry, presence, quarantine, incidents, events, outbox, cases; on SQLite and on PostgreSQL.

One file a topic; `SqlCityStore` is all of them behind the one port.
"""

from store.city.store import SqlCityStore

__all__ = ["SqlCityStore"]
