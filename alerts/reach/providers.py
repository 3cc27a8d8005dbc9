"""Providers that are asked by HTTP: browsers' push services, and the channels that people on duty have too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from alerts.channels.answers import Asked, settled
from alerts.channels.port import Message, Receipt
from alerts.reach.http import Lines
from alerts.reach.port import Parcel
from alerts.reach.webpush import PAYLOAD_MOST, Vapid, b64, phone_of, sealed
from contract.addresses import Target
from contract.clock import Clock
from contract.errors import BadInput, Rejected

_GONE = frozenset({404, 410})
_TARGETS_MOST = 4_096


class ByHttp:
    """A channel whose request goes over lines that stay open. `gone`: statuses that say that there is nobody."""

    def __init__(self, channel: Asked, lines: Lines, *, gone: frozenset[int] = frozenset()) -> None:
        self._channel = channel
        self._lines = lines
        self._gone = gone

    async def send(self, parcel: Parcel) -> Receipt:
        """See `Provider.send`."""
        asked = self._channel.request(parcel.message, parcel.address, parcel.key)
        headers = {**asked.headers, "Idempotency-Key": parcel.key}
        answer = await self._lines.send("POST", asked.target, headers=headers, body=asked.body)
        if answer.status in self._gone:
            raise Rejected(f"HTTP {answer.status}", reason="gone")
        return self._channel.receipt(answer)

    async def close(self) -> None:
        """See `Provider.close`. The lines are the process's."""


class WebPush:
    """Whatever push service a browser names: its address is the subscription's own, and judged as one that a stranger
    wrote."""

    def __init__(self, vapid: Vapid, lines: Lines, clock: Clock) -> None:
        self._vapid = vapid
        self._lines = lines
        self._clock = clock

    async def send(self, parcel: Parcel) -> Receipt:
        """See `Provider.send`. The key is the message's topic: what waits at the push service is replaced by the same
        message, and the phone shows it once."""
        phone = phone_of(parcel.address)
        try:
            target = self._lines.judge_one_of_many(phone.endpoint, where="endpoint")
        except BadInput as error:
            raise Rejected(error.what, reason="no_address") from None
        origin = f"{target.scheme}://{target.authority}"
        topic = b64(hashlib.sha256(parcel.key.encode()).digest())[:32]
        headers = {
            "TTL": str(parcel.lasts_s),
            "Urgency": "high" if parcel.message.urgent else "normal",
            "Topic": topic,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": self._vapid.authorization(origin, self._clock.now_us()),
        }
        body = sealed(phone, payload(parcel, topic))
        answer = await self._lines.send("POST", target, headers=headers, body=body)
        if answer.status in _GONE:
            raise Rejected(f"HTTP {answer.status}", reason="gone")
        return settled(answer)

    async def close(self) -> None:
        """See `Provider.close`."""


def payload(parcel: Parcel, tag: str) -> bytes:
    """What the phone reads: title, text, link, and where it says that it came. A text that is too long is cut."""
    told = {
        "title": parcel.message.title,
        "text": parcel.message.text,
        "link": parcel.message.link,
        "receipt": parcel.receipt,
        "tag": tag,
    }
    written = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    if len(written) <= PAYLOAD_MOST:
        return written
    room = len(parcel.message.text) - (len(written) - PAYLOAD_MOST) - 4
    told["text"] = parcel.message.text.encode()[: max(room, 0)].decode("utf-8", "ignore") + "…"
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Ntfys:
    """ntfy: a topic of one's own, on whatever server it stands, and the city's own topic of a gauge."""

    def __init__(self, channel: Asked, own: Target, lines: Lines) -> None:
        self._channel = channel
        self._own = own
        self._lines = lines

    async def send(self, parcel: Parcel) -> Receipt:
        """See `Provider.send`. `address` is a topic's URL, or the name of one on the city's own server."""
        address, target = parcel.address, self._own
        if "://" in address:
            try:
                target = self._lines.judge(address, where="address")
            except BadInput as error:
                raise Rejected(error.what, reason="no_address") from None
            path, _, address = target.path.rpartition("/")
            target = replace(target, path=path or "/")
        asked = self._channel.request(parcel.message, address, parcel.key)
        headers: Mapping[str, str] = {**asked.headers, "Idempotency-Key": parcel.key}
        if (target.scheme, target.host, target.port) != (self._own.scheme, self._own.host, self._own.port):
            # The city's word is for its own server alone.
            headers = {name: value for name, value in headers.items() if name != "Authorization"}
        return self._channel.receipt(await self._lines.send("POST", target, headers=headers, body=asked.body))

    async def close(self) -> None:
        """See `Provider.close`."""


def for_paid(message: Message) -> Message:
    """Without the address, where each letter is paid for: the text says all that matters."""
    return replace(message, link="")
