"""The port for what residents are told beside the bulletins, and for walking through both in the order of their
keeping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.bulletin import Bulletin
from contract.notice import Notice


class NoticeStore(Protocol):
    """A `seq` grows within a city and is seen only after every smaller one: nothing slips in behind a cursor."""

    def put_notices(self, notices: Sequence[Notice]) -> int:
        """Keep them, each under the next `seq` of its city, and return how many are new; what is there already, by id,
        stays as it was told. The engine's come by `commit`."""

    def notices_since(self, city: str, seq: int, limit: int = 1_000) -> Sequence[Notice]:
        """Those with a greater `seq`, in its order."""

    def notice(self, notice_id: str) -> Notice | None: ...

    def bulletins_since(self, city: str, seq: int, limit: int = 1_000) -> Sequence[tuple[int, Bulletin]]:
        """Bulletins with a greater `seq`, and theirs, in its order."""

    def telling_heads(self, city: str) -> tuple[int, int]:
        """The last `seq` of a bulletin and of a notice, 0 where there is none."""
