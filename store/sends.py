"""The port for what goes to residents: how far each telling has come, and what became of each send."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from contract.reach import WHOLE, Due, Send, Settled, Share, Told, Walk
from contract.subscription import ReachKind

if TYPE_CHECKING:
    from store.ports import Lease

_REACH = "/reach"


class SendStore(Protocol):
    """One deliverer a city holds the lease `reach_lease(city)`; whoever lost it gets Rejected(reason="fenced")."""

    def reach_cursor(self, city: str, source: str) -> int:
        """Up to which number the tellings of a source have begun to be walked; 0 before the first."""

    def begin_walk(self, lease: Lease, walk: Walk | None, source: str, seq: int, now_us: int) -> None:
        """The telling goes out, and the source has come to `seq`, both or nothing; with None it has passed what goes
        out to nobody. Updates of the same thread that still wait are superseded. A telling that is there stays."""

    def open_walks(self, city: str) -> Sequence[Walk]:
        """Those that have not come through all who follow, what is exempt first, then the oldest."""

    def put_sends(self, lease: Lease, walk: Walk, sends: Sequence[Send], now_us: int) -> None:
        """Keep a page of sends and how far the walk has come by it, both or nothing. A send that is there stays."""

    def last_walk_us(self, city: str, thread: str) -> int | None:
        """When the thread's last telling said what it says."""

    def walked(self, city: str, tellings: Collection[str]) -> Mapping[str, Walk]:
        """Those tellings as they are walked."""

    def sends_due(
        self,
        city: str,
        kind: ReachKind,
        now_us: int,
        *,
        after: tuple[int, int] = (-1, 0),
        limit: int = 2_000,
        share: Share = WHOLE,
    ) -> Sequence[Due]:
        """What may go out now by rank and number, after this rank and number, of this share. A message of a thread
        waits until the one before it to the same person is settled. Those whose time is over are among them: they are
        to be settled so."""

    def settle(self, lease: Lease, settled: Sequence[Settled], day: str, now_us: int) -> None:
        """Keep what came of attempts, all or nothing, and count what was accepted on that day by its channel. One that
        is settled already stays, and a receipt that was faster than its send stays one."""

    def put_receipts(self, tokens: Collection[str], now_us: int) -> int:
        """What phones say has come to them. Returns how many of these are news; a word that names nothing is none."""

    def reach_spent(self, city: str, day: str) -> Mapping[ReachKind, int]:
        """How many messages each channel's provider took on a day of the city, `2026-06-01`."""

    def told(self, city: str, *, limit: int = 30, skip: int = 0, only: str = "") -> Sequence[Told]:
        """The last tellings that went to residents, the newest first, with what became of their sends: after the first
        `skip` of them, or the one of that name."""

    def deliverer(self, city: str) -> Lease | None:
        """Who delivers, and until when that holds unless it is said again; None where nobody ever did."""

    def waiting_sends(self, city: str) -> Mapping[ReachKind, int]:
        """How many sends are still to go out, by channel."""

    def forget_sends(self, city: str, before_us: int, *, limit: int = 20_000) -> int:
        """Delete sends that were settled before; their counts stay. Returns how many went."""


def reach_lease(city: str) -> str:
    """The lease's name: an engine's own stands under the city's."""
    return f"{city}{_REACH}"


def reach_city(lease: Lease) -> str:
    """Whose lease it is."""
    return lease.city.removesuffix(_REACH)
