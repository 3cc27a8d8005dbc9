"""Carries what goes to one person: the row names the person, and the address is looked up when it is sent, so that a
number that was corrected is the one that rings, and nobody's number lies in the outbox."""

from __future__ import annotations

from collections.abc import Callable

from alerts.channels.port import Channel, Message
from contract.errors import Rejected
from store.ports import CityStore, Outgoing

NOT_NEEDED = "not_needed"
"""somebody answered before it could be sent"""


class PersonCarrier:
    """One channel. `calling`: whether an event still waits for an answer; who has answered is not rung out of bed."""

    def __init__(
        self, city: str, name: str, channel: Channel, cities: CityStore, calling: Callable[[str], bool]
    ) -> None:
        self._city = city
        self._name = name
        self._channel = channel
        self._cities = cities
        self._calling = calling

    def carry(self, row: Outgoing, now_us: int) -> str:
        """See `Carrier.carry`."""
        if row.event and not self._calling(row.event):
            return NOT_NEEDED
        person = row.body.get("person")
        ways = self._cities.ways(self._city)
        way = next((one for one in ways if (one.person, one.channel) == (person, self._name)), None)
        if way is None:
            raise Rejected("nobody is reached by this way any more", reason="no_way")
        try:
            message = Message(**{name: row.body[name] for name in ("title", "text", "brief", "link", "urgent")})
        except KeyError as error:
            raise Rejected(f"the row cannot be read: it has no {error}", reason="malformed") from None
        receipt = self._channel.send(message, way.address, row.key)
        if receipt.outcome == "answered":
            self._cities.way_works(self._city, way.person, way.channel, now_us)
        return str(receipt)
