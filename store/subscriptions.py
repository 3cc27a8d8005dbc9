"""The port for those who follow: what they chose, their links and codes, and the walk through them.

A link or a code is kept as a digest alone. What a subscription's owner did is a deed of "resident" about
"subscription/ID", and nothing of the address stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from contract.subscription import ReachKind, Subscription, SubscriptionState
from store.people import Deed


class SubscriptionStore(Protocol):
    """Each change is kept with its deed in one transaction. One that returns bool says whether there was anything to
    change; else nothing is written."""

    def put_subscription(
        self, subscription: Subscription, manage_digest: str, deed: Deed | None, *, code_digest: str = ""
    ) -> Subscription:
        """Keep a new one, with its serial, and return it. Where the address follows the same already (`scope`), that
        one is returned: as it was, unless it is still pending; then it is what was given now, under its old id. What
        was pending longer than PENDING_US at `created_us` is forgotten. Raises Rejected(reason="too_many") for an
        address with ADDRESS_MOST others."""

    def confirm_subscription(
        self, city: str, subscription_id: str, deed: Deed, *, address: str = "", manage_digest: str = ""
    ) -> Subscription | None:
        """Make a pending one active from the deed's time on; its code confirms nothing more. `address`: where it was
        not known before; one that follows the same already is returned in its place. `manage_digest`: a new link. None
        where none is pending. Raises Rejected(reason="too_many") as `put_subscription`."""

    def pause_subscription(self, city: str, subscription_id: str, until_us: int, deed: Deed) -> bool:
        """Of one that is active or paused."""

    def resume_subscription(self, city: str, subscription_id: str, deed: Deed) -> bool:
        """Of one that is paused, or whose address took nothing."""

    def leave_subscription(self, city: str, subscription_id: str, deed: Deed) -> bool:
        """For ever: address, label, link and code are forgotten at once, and all that is kept is that somebody left."""

    def erase_address(self, city: str, kind: ReachKind, address: str, deed: Deed) -> int:
        """As `leave_subscription` for all that it follows, all or nothing, with a deed about each; also what providers
        answered of it is forgotten, and no page of a file keeps it. Returns how many there were."""

    def bounced_subscription(self, city: str, subscription_id: str, reason: str, deed: Deed | None = None) -> bool:
        """The address took nothing and never will. Of one that is active or paused."""

    def link_subscription(self, city: str, subscription_id: str, manage_digest: str, deed: Deed) -> bool:
        """A new link; the one before it opens nothing."""

    def subscription(self, city: str, subscription_id: str) -> Subscription | None: ...

    def subscription_by_link(self, digest: str) -> Subscription | None:
        """Whose link it is. None for one who left."""

    def subscription_by_code(self, city: str, digest: str) -> Subscription | None:
        """The pending one that this code confirms."""

    def wrong_code(self, city: str, subscription_id: str) -> int:
        """Count a wrong code, and return how many tries are left; without any its code confirms nothing more."""

    def subscriptions_at(self, city: str, kind: ReachKind, address: str) -> Sequence[Subscription]:
        """All of an address, the oldest first."""

    def subscriptions_after(
        self, city: str, kind: ReachKind, serial: int, *, limit: int = 5_000
    ) -> Sequence[Subscription]:
        """Those with a greater serial that may be told something, in its order: the active ones and the paused ones,
        whose pause may be over (`Subscription.told_at`)."""

    def subscription_counts(self, city: str) -> Mapping[tuple[ReachKind, SubscriptionState], int]:
        """How many there are of each kind in each state."""
