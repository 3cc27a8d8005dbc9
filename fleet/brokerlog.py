"""What Mosquitto's log says of those who were turned away. Pure: lines go in, security events come out.

The lines are those of 2.0.11 to 2.1.2 with every `log_type` and `connection_messages true`. What a line leaves out (who
was behind a failed handshake, on which listener somebody came) is put together from those before it: one thread writes
them all.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from contract.clock import MINUTE_US, SECOND_US
from fleet.acl import Rights
from store.people import SecurityEvent

_REMEMBERED = 50_000
_LONGEST = 240
_TAKEOVERS_A_MINUTE = 3

_STAMPED = re.compile(r"^(\d{9,11}): (.*)$")
_ARRIVED = re.compile(r"^New connection from (?P<address>\S+):(?P<port>\d+) on port (?P<listener>\d+)\.$")
_ACCEPTED = re.compile(
    r"^New client connected from (?P<address>\S+):(?P<port>\d+) as (?P<id>.*) "
    r"\(p\d+, c\d, k\d+, u'(?P<user>[^']*)'\)\.$"
)
_TAKEN = re.compile(r"^Client (?P<id>.*) already connected, closing old connection\.$")
# A line is cut off after a thousand bytes, and a topic may be longer than that.
_PUBLISH = r"(?P<id>.*?) \(d\d, q\d, r\d, m\d+, '(?P<topic>.*?)(?:', \.\.\. \(\d+ bytes\)\))?$"
_DENIED = re.compile(rf"^Denied PUBLISH from {_PUBLISH}")
_LARGE = re.compile(rf"^Dropped too large PUBLISH from {_PUBLISH}")
_REFUSED = ((_DENIED, "acl_denied"), (_LARGE, "too_large"))
_SUBSCRIBING = re.compile(r"^Received SUBSCRIBE from (?P<id>.*)$")
_FILTER = re.compile(r"^\t(?P<filter>.*) \((?:QoS \d|denied)\)$")
_TLS = re.compile(r"^OpenSSL Error.*?: (?P<why>error:.*)$")
_TLS_AT_ONCE = re.compile(r"^Client connection from (?P<address>\S+) failed: (?P<why>error:.*?)\.?$")
_TOO_MANY = re.compile(r"^Client connection from (?P<address>\S+) denied: max_connections exceeded\.$")
_ENDED = re.compile(
    r"^Client (?P<id>.*?)(?: \[(?P<address>[^]]*):\d+\])? (?:disconnected|has exceeded|closed its|been disconnected)"
    r"(?P<why>.*)$"
)
_EVERYDAY = ("Received P", "Sending ", "Received DISCONNECT")
"""the beginnings of nearly all lines, of which nothing follows"""
_BROKEN_OFF = re.compile(r"^Bad socket read/write on client (?P<id>.*): Unknown error\.$")
"""2.0 has no word for the reasons of MQTT 5 by which it ends a connection"""
_VIOLATIONS = ("malformed packet", "protocol error", "not authorised", "topic alias invalid", "identifier not valid")
_OVERSIZE = ("oversize packet", "oversize payload")
_HUNG_UP = ("unexpected eof", "shutdown while in init", "connection reset")
"""somebody connected and left: a port scan, a health check, a lost link"""
_UNKNOWN = "<unknown>"

_K = TypeVar("_K")
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Session:
    """A client that the broker has accepted: the name of its certificate, and where it came from."""

    user: str
    address: str


@dataclass(slots=True)
class _Takeovers:
    since_us: int
    count: int = 0


@dataclass(slots=True)
class _Moment:
    """What the last line has begun: a list of filters, a will."""

    subscriber: str | None = None
    will_of: str | None = None
    accepted: str | None = None
    taken: str | None = None
    tls_failed: bool = False


@dataclass(slots=True)
class BrokerLog:
    """One broker's log, read in order. `nodes` and `services` are what the two listeners allow, each with its port."""

    city: str
    nodes: Rights
    services: Rights
    nodes_port: int
    services_port: int
    myself: str
    """the name of whoever throws revoked parties out: its own connections are no attack"""
    reloads: int = 0
    """how often the broker has read its certificates again"""
    _sessions: OrderedDict[str, Session] = field(default_factory=OrderedDict)
    _arrived: OrderedDict[tuple[str, str], int] = field(default_factory=OrderedDict)
    _takeovers: OrderedDict[str, _Takeovers] = field(default_factory=OrderedDict)
    _moment: _Moment = field(default_factory=_Moment)
    _answered: str = ""
    """whose publish was refused last"""

    def read(self, line: str) -> Iterator[SecurityEvent]:
        """The events of one line, with its own time."""
        stamped = _STAMPED.match(line)
        if stamped is None:
            return
        at_us, text = int(stamped[1]) * SECOND_US, stamped[2]
        before, self._moment = self._moment, _Moment()
        for what, claimed, address, detail in self._judge(text, before, at_us):
            yield SecurityEvent(self.city, at_us, "broker", what, claimed[:_LONGEST], address, detail[:_LONGEST])

    def clients_of(self, user: str) -> frozenset[str]:
        """The client ids that this name is known to use now."""
        return frozenset(client for client, session in self._sessions.items() if session.user == user)

    # ---------------------------------------------------------------- one line; (what, claimed, address, detail)

    def _judge(self, text: str, before: _Moment, at_us: int) -> Iterator[tuple[str, str, str, str]]:
        if text.startswith(_EVERYDAY):
            return
        if text.startswith("\t"):
            yield from self._continued(text, before)
        elif text == "Reloading config.":
            self.reloads += 1
        elif text.startswith("Will message specified"):
            self._moment.will_of = before.accepted
        elif found := _ARRIVED.match(text):
            _remember(self._arrived, (found["address"], found["port"]), int(found["listener"]))
        elif found := _TAKEN.match(text):
            self._moment.taken = found["id"]
        elif found := _ACCEPTED.match(text):
            yield from self._accepted(found, before, at_us)
        elif found := _SUBSCRIBING.match(text):
            self._moment.subscriber = found["id"]
        else:
            yield from self._turned_away(text, before)

    def _turned_away(self, text: str, before: _Moment) -> Iterator[tuple[str, str, str, str]]:
        for pattern, what in _REFUSED:
            if found := pattern.match(text):
                self._answered = found["id"]
                yield (what, *self._who(found["id"]), f"publish to {found['topic']}")
                return
        if found := _TLS.match(text):
            yield from self._handshake(found["why"], self._newest_arrival())
        elif found := _TLS_AT_ONCE.match(text):
            yield from self._handshake(found["why"], found["address"])
        elif found := _TOO_MANY.match(text):
            yield ("too_many_connections", "", found["address"], "max_connections")
        elif found := _BROKEN_OFF.match(text):
            if found["id"] != self._answered:  # 2.0.11 also breaks off after a publish that it has refused
                yield ("protocol_violation", *self._who(found["id"]), "the broker broke off")
            self._answered = ""
        elif found := _ENDED.match(text):
            yield from self._ended(found, before)

    def _continued(self, text: str, before: _Moment) -> Iterator[tuple[str, str, str, str]]:
        if before.subscriber is not None:
            self._moment.subscriber = before.subscriber
            found = _FILTER.match(text)
            if found and not self._rights(before.subscriber).may_read(self._user(before.subscriber), found["filter"]):
                yield ("foreign_subscription", *self._who(before.subscriber), f"subscribe to {found['filter']}")
        elif before.will_of is not None:
            topic = text[1:]
            if not self._rights(before.will_of).may_write(self._user(before.will_of), topic):
                yield ("forged_will", *self._who(before.will_of), f"will on {topic}")

    def _accepted(self, found: re.Match[str], before: _Moment, at_us: int) -> Iterator[tuple[str, str, str, str]]:
        client, user, address = found["id"], found["user"], found["address"]
        listener = self._arrived.pop((address, found["port"]), None)
        previous = self._sessions.get(client) if before.taken == client else None
        _remember(self._sessions, client, Session(user, address))
        self._moment.accepted = client
        if user == self.myself and listener != self.nodes_port:
            return
        service = user in self.services.users
        if (listener == self.services_port and not service) or (listener == self.nodes_port and service):
            yield ("wrong_listener", user, address, f"port {listener} as client {client}")
        if before.taken == client:
            yield from self._took_over(client, previous, Session(user, address), at_us)

    def _took_over(
        self, client: str, previous: Session | None, new: Session, at_us: int
    ) -> Iterator[tuple[str, str, str, str]]:
        """A session thrown out by a newer one: usual where a node comes back over the same link, and the only sign of
        a copied key where it happens from two places, or again and again."""
        seen = self._takeovers.get(client)
        if seen is None or at_us - seen.since_us > MINUTE_US:
            seen = _Takeovers(at_us)
            _remember(self._takeovers, client, seen)
        seen.count += 1
        if previous is not None and previous.user != new.user:
            yield ("kicked", new.user, new.address, f"threw {previous.user} out as client {client}")
        elif previous is not None and previous.address != new.address:
            yield ("two_at_once", new.user, new.address, f"while {previous.address} held client {client}")
        elif seen.count >= _TAKEOVERS_A_MINUTE:
            yield ("two_at_once", new.user, new.address, f"client {client} throws itself out again and again")

    def _handshake(self, why: str, address: str) -> Iterator[tuple[str, str, str, str]]:
        self._moment.tls_failed = True
        reason = why.rpartition(":")[2].strip()
        if any(word in reason for word in _HUNG_UP):
            return
        if "did not return a certificate" in reason:
            what = "no_certificate"
        elif "certificate verify failed" in reason:
            what = "certificate_refused"
        elif "alert" in reason:
            what = "broker_refused"  # the other side does not take our certificate
        else:
            what = "no_tls"
        yield (what, "", address, reason)

    def _ended(self, found: re.Match[str], before: _Moment) -> Iterator[tuple[str, str, str, str]]:
        client, why = found["id"], found["why"].lower()
        if client == before.taken:
            # Since 2.1 the end of the old session is said between the two lines that belong together.
            self._moment.taken = client
            return
        if not (client == _UNKNOWN and before.tls_failed):
            claimed, address = self._who(client)
            if any(word in why for word in _OVERSIZE):
                yield ("too_large", claimed, address, why.strip(" :.,"))
            elif any(word in why for word in _VIOLATIONS):
                yield ("protocol_violation", claimed, address or found["address"] or "", why.strip(" :.,"))
        self._sessions.pop(client, None)

    def _who(self, client: str) -> tuple[str, str]:
        """(name, address). After our own restart older connections are unknown; a node's client id is its name."""
        if client == _UNKNOWN:
            return "", self._newest_arrival()
        session = self._sessions.get(client)
        return (session.user, session.address) if session is not None else (client, "")

    def _user(self, client: str) -> str:
        return self._who(client)[0]

    def _rights(self, client: str) -> Rights:
        return self.services if self._user(client) in self.services.users else self.nodes

    def _newest_arrival(self) -> str:
        """A failed handshake names nobody. The newest arrival that was not accepted is who it can have been."""
        if not self._arrived:
            return ""
        (address, _), _ = self._arrived.popitem()
        return address


def _remember(table: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    table.pop(key, None)
    table[key] = value
    if len(table) > _REMEMBERED:
        table.popitem(last=False)
