"""Carries the answer to whoever wrote: the address is sealed in the row, and opened for the moment it is used."""

from __future__ import annotations

from alerts.channels.port import Channel, Message
from complaints.envelope import Envelope
from contract.errors import Rejected
from store.ports import Outgoing


class AnswerCarrier:
    """One provider's answers."""

    def __init__(self, channel: Channel, envelope: Envelope) -> None:
        self._channel = channel
        self._envelope = envelope

    def carry(self, row: Outgoing, now_us: int) -> str:  # noqa: ARG002 - the port's signature
        """See `Carrier.carry`."""
        text, sealed = row.body.get("text"), row.body.get("to")
        if not isinstance(text, str) or not isinstance(sealed, str):
            raise Rejected("the row cannot be read: it has no text or no address", reason="malformed")
        message = Message(title="", text=text, brief=text, link="", urgent=False)
        return str(self._channel.send(message, self._envelope.opened(sealed), row.key))
