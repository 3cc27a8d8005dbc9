"""Two systems of a city's own that are told by webhook: one that honours idempotency keys, one that knows none.

Both check the signature as a stranger would, from the published rules alone.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from faults.parts.brokers import HOST
from faults.parts.http_server import QuietHandler, served

OPENED, ALL_CLEAR, ORDER = "incident.opened", "incident.all_clear", "warning.order"
_EVENT_CLEAR = "event.all_clear"


class Message(NamedTuple):
    """What a receiver counted. `thing` is what is told, whatever key it came under: an incident and the number of its
    change; an order, or what ends it, by its bulletin; of a digest its event and the time it is of."""

    key: str
    kind: str
    about: str
    which: str

    @property
    def thing(self) -> tuple[str, str]:
        return self.about, self.which

    @classmethod
    def of(cls, key: str, told: Mapping[str, Any]) -> Message:
        """Raises KeyError or TypeError for what is no message."""
        data = told["data"]
        if "bulletin" in data:
            return cls(key, told["type"], data["bulletin"], str(data["number"]))
        if "incident" in data:
            return cls(key, told["type"], data["incident"], str(data["change"]))
        return cls(key, told["type"], data.get("event") or data["city"], told["timestamp"])


@dataclass
class Receiver:
    """One system. `honours_keys`: a key is stored durably before it answers, and is counted once."""

    name: str
    honours_keys: bool
    file: Path
    secret: bytes
    wrong: list[str] = field(default_factory=list)
    """messages that no honest sender sends: unsigned, unreadable"""
    port: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, key: str, at: str, signed: str, body: bytes) -> int:
        """Judge one message; returns the HTTP status."""
        due = hmac.new(self.secret, f"{key}.{at}.".encode() + body, hashlib.sha256).digest()
        if f"v1,{base64.b64encode(due).decode()}" not in signed.split():
            self.wrong.append(f"{key}: the signature is wrong")
            return 401
        try:
            message = Message.of(key, json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            self.wrong.append(f"{key}: {error!r}")
            return 400
        self._count(message)
        return 200

    def _count(self, message: Message) -> None:
        with self._lock, contextlib.closing(sqlite3.connect(self.file)) as db, db:
            db.execute("PRAGMA synchronous = FULL")
            if self.honours_keys and db.execute("SELECT 1 FROM message WHERE key = ?", (message.key,)).fetchone():
                return
            db.execute("INSERT INTO message VALUES (?, ?, ?, ?)", message)

    def prepare(self) -> None:
        with contextlib.closing(sqlite3.connect(self.file)) as db, db:
            db.execute("CREATE TABLE IF NOT EXISTS message (key TEXT, kind TEXT, about TEXT, which TEXT)")

    def counted(self) -> list[Message]:
        """Everything it counted, in order, read from its own file."""
        with contextlib.closing(sqlite3.connect(self.file)) as db:
            return [Message(*row) for row in db.execute("SELECT * FROM message ORDER BY rowid")]

    def again(self) -> int:
        """How many messages told what it had been told before."""
        return sum(times - 1 for times in Counter(message.thing for message in self.counted()).values())

    def heard(self, kind: str) -> frozenset[str]:
        """The incidents of which it heard this kind of message."""
        return frozenset(message.about for message in self.counted() if message.kind == kind)


@dataclass
class Receivers:
    """Both, and the file that the city is given."""

    keyed: Receiver
    keyless: Receiver
    file: Path

    @property
    def settings(self) -> dict[str, object]:
        """What makes a city speak to them."""
        return {"SIAGA_WEBHOOKS_FILE": self.file, "SIAGA_OUTWARD_ALLOW": "127.0.0.0/8"}

    @property
    def wrong(self) -> list[str]:
        return self.keyed.wrong + self.keyless.wrong

    def silent(self, opened: frozenset[str], ended: frozenset[str]) -> list[str]:
        """Who was never told of these incidents' beginning or end."""
        missing: list[str] = []
        for receiver in (self.keyed, self.keyless):
            missing += [f"{receiver.name}: opening of {one}" for one in sorted(opened - receiver.heard(OPENED))]
            missing += [f"{receiver.name}: all-clear of {one}" for one in sorted(ended - receiver.heard(ALL_CLEAR))]
        return missing

    def unordered(self, orders: frozenset[str]) -> list[str]:
        """Who was never told of these orders to leave."""
        return [
            f"{receiver.name}: order {one}"
            for receiver in (self.keyed, self.keyless)
            for one in sorted(orders - receiver.heard(ORDER))
        ]

    def silent_on(self, events: frozenset[str], event_of: Mapping[str, str]) -> list[str]:
        """Who never heard of these events, or not of their end. An outage is told so, in the name of any of its
        incidents, whose events are `event_of`."""
        missing: list[str] = []
        for receiver in (self.keyed, self.keyless):
            heard = [(event_of.get(one.about, one.about), one.kind) for one in receiver.counted()]
            begun = {event for event, _ in heard}
            ended = {event for event, kind in heard if kind in (ALL_CLEAR, _EVENT_CLEAR)}
            missing += [f"{receiver.name}: {one}" for one in sorted(events - begun)]
            missing += [f"{receiver.name}: all-clear of {one}" for one in sorted((events & begun) - ended)]
        return missing


@contextlib.contextmanager
def receivers(folder: Path) -> Iterator[Receivers]:
    """Both, listening on loopback."""
    folder.mkdir(parents=True, exist_ok=True)
    both = [
        Receiver("honours-keys", True, folder / "keyed.db", secrets.token_bytes(32)),
        Receiver("knows-no-keys", False, folder / "keyless.db", secrets.token_bytes(32)),
    ]
    lines: list[str] = []
    with contextlib.ExitStack() as stack:
        for one in both:
            one.prepare()
            one.port = stack.enter_context(served(_handler(one)))
            (folder / f"{one.name}.secret").touch(0o600)
            (folder / f"{one.name}.secret").write_text(f"whsec_{base64.b64encode(one.secret).decode()}\n")
            lines.append(
                f'[[webhook]]\nname = "{one.name}"\nurl = "http://{HOST}:{one.port}/siaga"\n'
                f'secret_file = "{one.name}.secret"\n'
            )
        file = folder / "webhooks.toml"
        file.write_text("\n".join(lines))
        yield Receivers(both[0], both[1], file)


def _handler(receiver: Receiver) -> type[QuietHandler]:
    class Handler(QuietHandler):
        def do_POST(self) -> None:
            names = ("webhook-id", "webhook-timestamp", "webhook-signature")
            key, at, signed = (self.headers.get(name, "") for name in names)
            status = receiver.take(key, at, signed, self.body())
            # Whoever told us may be dead by now.
            with contextlib.suppress(OSError):
                self.answer(status)

    return Handler
