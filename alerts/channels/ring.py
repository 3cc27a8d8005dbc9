"""A telephone that rings: one call over SIP, to a server of the city's own or of a provider.

It rings for so many seconds and hangs up; whoever picks up hears a tone for some seconds. A number that rings is what
wakes: what it is about stands in the message on the other channel, and on the page.
"""

from __future__ import annotations

import math
import secrets
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from alerts.channels.port import Message, Outcome, Receipt
from alerts.channels.sip import Told, challenge, credentials, heard_at, offer, uri_of, write
from alerts.channels.sip_wire import Transport, opened
from contract.errors import Rejected, Unavailable

_T1_S = 0.5
_LONGEST_S = 4.0
_NOBODY_S = 8.0
"""without any word of the server for so long it is away"""
_CANCEL_S = 3.0
_FRAME_S = 0.02
_FRAME = 160
_OUTCOMES: dict[int, Outcome] = {
    408: "no_answer", 480: "no_answer", 487: "no_answer", 486: "busy", 600: "busy", 603: "declined",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SipLine:
    """Whose line it is. `domain`: what stands behind the @ of a number, the server itself where it is ""."""

    server: str
    port: int
    user: str
    secret: str = field(repr=False)
    domain: str = ""
    shown_as: str = "Siaga"
    ring_s: float = 30.0
    talk_s: float = 8.0
    transport: Transport = "udp"


class Ring:
    """One line. Several calls may be under way at once, as many as the provider allows."""

    def __init__(self, line: SipLine) -> None:
        self._line = line
        self._over = threading.Event()

    def send(self, message: Message, target: str, key: str) -> Receipt:  # noqa: ARG002  a bell says no words
        """See `Channel.send`. The same key again rings again: a telephone knows no keys."""
        if self._over.is_set():
            raise Unavailable("this process ends")
        with _Call(self._line, target, self._over) as call:
            return call.run()

    def hang_up(self) -> None:
        """See `Channel.hang_up`."""
        self._over.set()


class _Call:
    """One INVITE and what follows from it."""

    def __init__(self, line: SipLine, number: str, over: threading.Event) -> None:
        self._line = line
        self._over = over
        domain = line.domain or line.server
        self._uri = f"sip:{number}@{domain}"
        self._from = f'"{line.shown_as}" <sip:{line.user}@{domain}>;tag={secrets.token_hex(6)}'
        self._call_id = secrets.token_hex(12)
        self._number = 0
        self._auth: tuple[str, str] | None = None
        self._branch = ""
        self._quiet = False
        self._wire = opened(line.server, line.port, line.transport)
        self._here, self._port = self._wire.here
        try:
            self._sound = socket.socket(socket.AF_INET6 if ":" in self._here else socket.AF_INET, socket.SOCK_DGRAM)
            self._sound.bind((self._here, 0))
        except OSError as error:
            self._wire.close()
            raise Unavailable(f"{line.server}: {error.strerror or error}") from None

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *_: object) -> None:
        self._wire.close()
        self._sound.close()

    def run(self) -> Receipt:
        """Ring, and say what came of it. Raises as `Channel.send`."""
        final = self._invite()
        if final is not None and final.status in {401, 407}:
            self._ack(final)
            name = "www-authenticate" if final.status == 401 else "proxy-authenticate"
            asked = challenge(final.header(name))
            said = credentials(
                asked, user=self._line.user, secret=self._line.secret, method="INVITE", uri=self._uri,
                cnonce=secrets.token_hex(8),
            )  # fmt: skip
            if not said:
                raise Rejected(f"{self._line.server} asks for a sign-in that is not known here", reason="sip_auth")
            self._auth = ("Authorization" if final.status == 401 else "Proxy-Authorization", said)
            final = self._invite()
        if final is None and self._over.is_set():
            raise Unavailable("this process ended while it rang")
        if final is None:
            return Receipt("no_answer", f"{self._line.ring_s:g} s")
        self._ack(final)
        if 200 <= final.status < 300:
            self._talk(final)
            self._bye(final)
            return Receipt("answered")
        return self._judged(final)

    def _judged(self, final: Told) -> Receipt:
        said = f"SIP {final.status} {final.reason}".strip()
        if final.status in _OUTCOMES:
            return Receipt(_OUTCOMES[final.status], said)
        if final.status == 503 or final.status >= 500:
            raise Unavailable(said)
        raise Rejected(said, reason=f"sip_{final.status}")

    # ------------------------------------------------------------ until somebody picks up, or nobody does

    def _invite(self) -> Told | None:
        """The last word on an INVITE; None where it rang in vain and was called off."""
        self._number += 1
        self._branch = f"z9hG4bK{secrets.token_hex(8)}"
        body = offer(self._here, self._sound.getsockname()[1])
        headers = [*self._headers("INVITE", ""), ("Content-Type", "application/sdp")]
        request = write(f"INVITE {self._uri} SIP/2.0", headers, body)
        began = time.monotonic()
        rings_until = began + self._line.ring_s
        nobody_until = min(rings_until, began + _NOBODY_S)
        for told in self._sent(request, until=lambda: rings_until if self._quiet else nobody_until):
            if told is None or told.about != "INVITE" or told.number != self._number or not told.status:
                continue
            if told.status >= 200:
                return told
            self._quiet = True
        if self._wire.gone:
            raise Unavailable(f"{self._line.server}: the connection ended")
        if not self._quiet:
            raise Unavailable(f"{self._line.server} says nothing to SIP")
        return self._cancel()

    def _sent(self, request: bytes, *, until: Callable[[], float]) -> Iterator[Told | None]:
        """What comes back. Where the line may lose it the request is said again, at growing times, until the first word
        (RFC 3261 17.1.1.2)."""
        self._quiet = False
        wait_s, again = _T1_S, time.monotonic() + _T1_S
        self._put(request)
        while (now := time.monotonic()) < until() and not self._over.is_set() and not self._wire.gone:
            if not self._quiet and not self._wire.reliable and now >= again:
                self._put(request)
                wait_s = min(2 * wait_s, _LONGEST_S)
                again = now + wait_s
            yield self._heard(min(0.2, max(0.0, until() - now)))

    def _cancel(self) -> Told | None:
        """Call it off. Who picked up at that very moment has picked up."""
        headers = [one for one in self._headers("CANCEL", "") if one[0] not in {"Contact", "Allow"}]
        request = write(f"CANCEL {self._uri} SIP/2.0", headers)
        until = time.monotonic() + _CANCEL_S
        self._put(request)
        again = time.monotonic() + _T1_S
        while (now := time.monotonic()) < until and not self._wire.gone:
            if not self._wire.reliable and now >= again:
                self._put(request)
                again = now + _T1_S
            told = self._heard(0.1)
            if told is not None and told.about == "INVITE" and told.number == self._number and told.status >= 200:
                if told.status >= 300:
                    self._ack(told)
                    return None
                return told
        return None

    # ------------------------------------------------------------ once somebody has

    def _talk(self, final: Told) -> None:
        """A tone, until the time is over or the other side hangs up."""
        where = heard_at(final.body)
        tone = _tone()
        began, sent = time.monotonic(), 0
        while time.monotonic() - began < self._line.talk_s and not self._over.is_set():
            told = self._heard(_FRAME_S)
            if told is not None and told.method == "BYE":
                self._agree(told)
                return
            if told is not None and told.about == "INVITE" and told.status >= 200:
                self._ack(told)  # ours was lost
            while where is not None and sent * _FRAME_S <= time.monotonic() - began:
                frame = tone[(sent * _FRAME) % len(tone) :][:_FRAME]
                head = struct.pack("!BBHII", 0x80, 0, sent & 0xFFFF, sent * _FRAME, 0x51A6A)
                try:
                    self._sound.sendto(head + frame, where)
                except OSError:
                    where = None  # nobody listens there; that it rang is what counts
                sent += 1

    def _bye(self, final: Told) -> None:
        self._number += 1
        self._branch = f"z9hG4bK{secrets.token_hex(8)}"
        request = write(f"BYE {self._target(final)} SIP/2.0", self._headers("BYE", final.header("to"), final))
        until = time.monotonic() + _CANCEL_S
        for told in self._sent(request, until=lambda: until):
            if told is not None and told.about == "BYE" and told.status >= 200:
                return

    def _agree(self, asked: Told) -> None:
        same = {"via", "from", "to", "call-id", "cseq"}
        kept = [(name.title(), value) for name, value in asked.headers if name in same]
        self._put(write("SIP/2.0 200 OK", kept))

    def _ack(self, final: Told) -> None:
        """For a yes it is a request of its own, for a no it belongs to the INVITE (RFC 3261 13.2.2.4, 17.1.1.3)."""
        yes = final.status < 300
        branch = self._branch
        if yes:
            self._branch = f"z9hG4bK{secrets.token_hex(8)}"
        uri = self._target(final) if yes else self._uri
        headers = self._headers("ACK", final.header("to"), final if yes else None)
        self._put(write(f"ACK {uri} SIP/2.0", [one for one in headers if one[0] not in {"Contact", "Allow"}]))
        self._branch = branch

    # ------------------------------------------------------------ the wire

    def _headers(self, method: str, to: str, dialogue: Told | None = None) -> list[tuple[str, str]]:
        host = f"[{self._here}]" if ":" in self._here else self._here
        to_us = f"{host}:{self._port}{';transport=tcp' if self._wire.reliable else ''}"
        said = [
            ("Via", f"SIP/2.0/{self._wire.name} {host}:{self._port};branch={self._branch};rport"),
            ("Max-Forwards", "70"),
            ("From", self._from),
            ("To", to or f"<{self._uri}>"),
            ("Call-ID", self._call_id),
            ("CSeq", f"{self._number} {method}"),
            ("Contact", f"<sip:{self._line.user}@{to_us}>"),
            ("User-Agent", "siaga"),
            ("Allow", "INVITE, ACK, CANCEL, BYE"),
        ]
        if dialogue is not None:
            said += [("Route", one) for one in reversed(_routes(dialogue))]
        if self._auth is not None and method == "INVITE":
            said.append(self._auth)
        return said

    def _target(self, final: Told) -> str:
        contact = final.header("contact")
        return uri_of(contact) if contact else self._uri

    def _put(self, raw: bytes) -> None:
        self._wire.put(raw)

    def _heard(self, wait_s: float) -> Told | None:
        told = self._wire.heard(wait_s)
        return told if told is not None and told.header("call-id") == self._call_id else None


def _routes(final: Told) -> Sequence[str]:
    return [one.strip() for line in final.all("record-route") for one in line.split(",") if one.strip()]


def _tone() -> bytes:
    """Two seconds of μ-law sound: a rising third, three times, and a pause."""
    samples = []
    for at in range(16_000):
        second = at / 8_000
        hertz = 0.0 if second > 1.5 else 660.0 if second % 0.5 < 0.25 else 880.0
        samples.append(round(12_000 * math.sin(2 * math.pi * hertz * second)) if hertz else 0)
    return bytes(_mu_law(one) for one in samples)


def _mu_law(sample: int) -> int:
    """ITU-T G.711."""
    sign = 0x80 if sample < 0 else 0
    value = min(abs(sample), 32_635) + 132
    exponent = max(0, value.bit_length() - 8)
    return ~(sign | (exponent << 4) | ((value >> (exponent + 3)) & 0x0F)) & 0xFF
