"""What goes to one person because they asked for it: the word that confirms a subscription, and answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import TimeoutError as TookTooLong

from alerts.reach.port import Parcel
from alerts.reach.reachfile import Opened
from alerts.reach.words import confirmation
from contract.errors import Rejected, Unavailable
from contract.subscription import ReachKind
from store.ports import CityStore, Outgoing

_WITHIN_S = 45.0
_LASTS_S = 3_600


class Confirming:
    """Carries rows of the outbox by the subscription's own channel."""

    def __init__(
        self,
        city: str,
        name: str,
        cities: CityStore,
        opened: Mapping[ReachKind, Opened],
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        self._city = city
        self._name = name
        self._cities = cities
        self._opened = opened
        self._loop = loop

    def carry(self, row: Outgoing, now_us: int) -> str:  # noqa: ARG002 - the port's signature
        """See `Carrier.carry`."""
        one = self._cities.subscription(self._city, str(row.body.get("subscription", "")))
        if one is None or not one.address:
            raise Rejected("nobody is there any more", reason="left")
        opened = self._opened.get(one.kind)
        if opened is None:
            raise Unavailable("no provider is set for this channel", mend="reach_file")
        text = row.body.get("text") or {}
        said = text.get(one.language) or text.get("id")
        if not isinstance(said, str) or not said:
            raise Rejected("the row has no text", reason="malformed")
        subject = (row.body.get("subject") or {}).get(one.language) or f"Siaga {self._name}"
        parcel = Parcel(
            key=row.key, address=one.address, message=confirmation(str(subject), said), lasts_s=_LASTS_S
        )  # fmt: skip
        under_way = asyncio.run_coroutine_threadsafe(opened.provider.send(parcel), self._loop)
        try:
            return str(under_way.result(_WITHIN_S))
        except TookTooLong:
            under_way.cancel()
            raise Unavailable("the provider did not answer in time") from None
