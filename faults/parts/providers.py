"""Emulated providers of messages in one process: push services, chats, gateways and a mail server.

Each takes so many messages a second as it was told and answers more with 429. Each honours keys: what comes again under
a key that it took is answered alike and said to nobody a second time. It counts both.

    python -m faults.parts.providers --http PORT --smtp PORT [--rate webpush=2000 …] [--journal FILE]

Asked `GET /counts` it says by kind: taken (distinct keys), again (a known key once more), refused (429); and how often
it hung up. `POST /down` makes it answer nothing any more until `POST /up`. The journal has a line for each message that
was taken: kind, whom, key.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import cast

KINDS = ("webpush", "email", "telegram", "whatsapp", "sms", "ntfy")
_WHOM = re.compile(rb"/push/\d+|6281\d{9}|warga-?\d+")
"""a person, as the benchmark names those who follow"""
_PATHS = (("/push/", "webpush"), ("/bot", "telegram"), ("/wa", "whatsapp"), ("/sms", "sms"), ("/", "ntfy"))


class Books:
    """What each kind has taken."""

    def __init__(self, rates: Mapping[str, float], journal: Path | None = None) -> None:
        self._rates = rates
        self._filled = {kind: (0.0, time.monotonic()) for kind in KINDS}
        self.keys: dict[str, set[str]] = {kind: set() for kind in KINDS}
        self.again: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.down = False
        self.hung_up = 0
        self.last_s: dict[str, float] = {}
        self._journal = journal.open("a", encoding="utf-8") if journal is not None else None

    def room(self, kind: str) -> bool:
        """A token bucket of one second's messages."""
        rate = self._rates.get(kind)
        if rate is None:
            return True
        level, at_s = self._filled[kind]
        now_s = time.monotonic()
        level = max(0.0, level - (now_s - at_s) * rate)
        if level + 1 > max(rate, 1.0):
            self._filled[kind] = (level, now_s)
            self.refused[kind] += 1
            return False
        self._filled[kind] = (level + 1, now_s)
        return True

    def take(self, kind: str, key: str, said: bytes) -> None:
        """`said`: all that came, in which it stands to whom."""
        if key in self.keys[kind]:
            self.again[kind] += 1
            return
        self.keys[kind].add(key)
        self.last_s[kind] = time.time()
        if self._journal is not None:
            whom = _WHOM.search(said)
            self._journal.write(f"{kind} {whom[0].decode() if whom else '-'} {key}\n")
            self._journal.flush()

    def counts(self) -> dict[str, object]:
        return {
            "taken": {kind: len(self.keys[kind]) for kind in KINDS},
            "again": dict(self.again),
            "refused": dict(self.refused),
            "hung_up": self.hung_up,
            "last_s": self.last_s,
        }


class Http(asyncio.Protocol):
    """HTTP/1.1 as far as this needs it: requests with a length, answered in order on a line that stays open."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._come = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._come += data
        while True:
            head, gap, rest = self._come.partition(b"\r\n\r\n")
            if not gap:
                return
            found = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            length = int(found[1]) if found else 0
            if len(rest) < length:
                return
            body, self._come = rest[:length], rest[length:]
            self._answer(head, body)

    def _answer(self, head: bytes, body: bytes) -> None:
        first = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        method, path = first[0], first[1]
        books = self._books
        if method == "GET" and path == "/counts":
            self._say(200, json.dumps(books.counts()).encode())
            return
        if path in {"/down", "/up"}:
            books.down = path == "/down"
            self._say(200, b"{}")
            return
        if books.down:
            books.hung_up += 1
            self._transport.abort()
            return
        kind = next(kind for start, kind in _PATHS if path.startswith(start))
        if not books.room(kind):
            self._say(429, b"{}")
            return
        books.take(kind, self._key(kind, path, head, body), head + body)
        self._say(201 if kind == "webpush" else 200, b'{"ok":true}')

    def _key(self, kind: str, path: str, head: bytes, body: bytes) -> str:
        """A push service knows a message by its topic and phone, the others by the key that comes with it."""
        name = rb"topic" if kind == "webpush" else rb"idempotency-key"
        found = re.search(rb"\r\n" + name + rb": *([^\r\n]+)", head, re.IGNORECASE)
        key = found[1].decode() if found else body.decode("latin-1")
        return f"{path}#{key}" if kind == "webpush" else key

    def _say(self, status: int, body: bytes) -> None:
        head = f"HTTP/1.1 {status} OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self._transport.write(head.encode() + body)


class Smtp(asyncio.Protocol):
    """A mail server as far as this needs it. Its key is the Message-ID."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._come = b""
        self._mail = False
        self._to = ""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        if self._books.down:
            self._books.hung_up += 1
            self._transport.abort()
            return
        self._say("220 emulated")

    def data_received(self, data: bytes) -> None:
        if self._books.down:
            self._books.hung_up += 1
            self._transport.abort()
            return
        self._come += data
        while True:
            mark = b"\r\n.\r\n" if self._mail else b"\r\n"
            if self._mail and self._come.startswith(b".\r\n"):
                self._come = self._come[3:]
                self._mail = False
                self._say("554 no mail")
                continue
            part, gap, rest = self._come.partition(mark)
            if not gap:
                return
            self._come = rest
            if self._mail:
                self._mail = False
                self._taken(part)
            else:
                self._command(part.decode("latin-1"))

    def _command(self, line: str) -> None:
        word = line[:4].upper()
        if word == "EHLO":
            self._say("250-emulated\r\n250 PIPELINING")
        elif word == "DATA":
            self._mail = True
            self._say("354 go on")
        elif word == "QUIT":
            self._say("221 bye")
        else:
            self._say("250 ok")

    def _taken(self, mail: bytes) -> None:
        if not self._books.room("email"):
            self._say("451 too many")
            return
        found = re.search(rb"message-id: *<([^>]+)>", mail, re.IGNORECASE)
        self._books.take("email", found[1].decode() if found else mail.decode("latin-1"), mail)
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self._transport.write(f"{text}\r\n".encode())


async def serve(books: Books, http: int, smtp: int) -> None:
    loop = asyncio.get_running_loop()
    first = await loop.create_server(lambda: Http(books), "127.0.0.1", http, backlog=512)
    second = await loop.create_server(lambda: Smtp(books), "127.0.0.1", smtp, backlog=512)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with first, second:
        await asyncio.gather(first.serve_forever(), second.serve_forever())


def main() -> None:
    parser = argparse.ArgumentParser(description="Emulated providers.")
    parser.add_argument("--http", type=int, required=True)
    parser.add_argument("--smtp", type=int, required=True)
    parser.add_argument("--rate", action="append", default=[])
    parser.add_argument("--journal", type=Path)
    options = parser.parse_args()
    rates = {kind: float(rate) for kind, _, rate in (one.partition("=") for one in options.rate)}
    asyncio.run(serve(Books(rates, options.journal), options.http, options.smtp))


if __name__ == "__main__":
    main()
