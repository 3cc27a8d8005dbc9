"""City data on SQLite and on PostgreSQL: registry, presence, quarantine, incidents, events, outbox, cases; people,
what they did, and who was turned away.

One file a topic; `SqlCityStore` is all of them behind the one port.
"""

from store.city.store import SqlCityStore

__all__ = ["SqlCityStore"]
