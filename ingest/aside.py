"""What waits here while the city's own database is away."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.decode import BirthNews, News, StatusNews

_GARBAGE = 500


class Aside:
    """Of births and of statuses a node's last, of garbage as much as there is room for."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str], News] = {}
        self._garbage: list[News] = []

    def __len__(self) -> int:
        return len(self._last) + len(self._garbage)

    def put(self, news: Sequence[News]) -> int:
        """Keep them; returns for how many there was no room."""
        no_room = 0
        for one in news:
            if isinstance(one, BirthNews):
                self._last["birth", one.birth.node] = one
            elif isinstance(one, StatusNews):
                self._last["status", one.status.node] = one
            elif len(self._garbage) < _GARBAGE:
                self._garbage.append(one)
            else:
                no_room += 1
        return no_room

    def news(self) -> Sequence[News]:
        """Births and statuses first."""
        return [*self._last.values(), *self._garbage]

    def clear(self) -> None:
        """The database has it all."""
        self._last.clear()
        self._garbage.clear()
