"""E-mail over lines that stay open: the commands of a message go together (RFC 2920), where the server lets them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import re
import ssl
from collections import deque
from contextlib import ExitStack, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from functools import lru_cache

from alerts.channels.email import MailServer
from alerts.channels.port import Receipt
from alerts.reach.http import NoAnswer
from alerts.reach.port import Parcel
from contract.clock import Clock, from_us
from contract.errors import Rejected, Unavailable

LINES_MOST = 8
CONNECT_S = 10.0
ANSWER_S = 30.0
IDLE_S = 20.0
MAILS_A_LINE = 100
"""then a fresh one: servers end lines that never end"""
_ADDRESS = re.compile(r"[^\s<>,;:\"\\()\[\]@]{1,64}@[A-Za-z0-9.-]{1,255}")
_GONE = frozenset({550, 551, 553})


class Mail:
    """One mail server. `trust`: which certificates of it count, the machine's own where None."""

    def __init__(
        self, server: MailServer, clock: Clock, *, trust: ssl.SSLContext | None = None, lines_most: int = LINES_MOST
    ) -> None:
        self._server = server
        self._clock = clock
        self._trust = trust
        self._free = asyncio.Semaphore(lines_most)
        self._idle: deque[_Line] = deque()
        self._domain = server.sender.rpartition("@")[2].strip(">")

    async def send(self, parcel: Parcel) -> Receipt:
        """See `Provider.send`. The Message-ID is the key's, so that the same mail twice is seen as one."""
        if not _ADDRESS.fullmatch(parcel.address) or not parcel.address.isascii():
            raise Rejected("this is no address of e-mail", reason="no_address")
        mail = self._written(parcel)
        async with self._free:
            line = await self._line()
            with ExitStack() as broken:
                broken.callback(line.end)
                try:
                    said = await asyncio.wait_for(line.hand_in(self._envelope, parcel.address, mail), ANSWER_S)
                except (TimeoutError, OSError, EOFError) as error:
                    text = f"{self._server.host}: {str(error) or type(error).__name__}"
                    raise (NoAnswer if line.whole else Unavailable)(text) from None
                broken.pop_all()
            self._rest(line)
        return _receipt(*said)

    async def close(self) -> None:
        """See `Provider.close`."""
        while self._idle:
            self._idle.pop().end()

    @property
    def _envelope(self) -> str:
        found = re.search(r"<([^>]+)>", self._server.sender)
        return found[1] if found else self._server.sender

    def _rest(self, line: _Line) -> None:
        line.rested_s = asyncio.get_running_loop().time()
        if line.mails < MAILS_A_LINE and line.usable:
            self._idle.append(line)
        else:
            line.end()

    async def _line(self) -> _Line:
        now_s = asyncio.get_running_loop().time()
        while self._idle:
            line = self._idle.pop()
            if line.usable and now_s - line.rested_s < IDLE_S:
                return line
            line.end()
        try:
            return await asyncio.wait_for(self._connected(), CONNECT_S)
        except (TimeoutError, OSError, EOFError, ValueError) as error:
            raise Unavailable(f"{self._server.host}: {str(error) or type(error).__name__}") from None

    async def _connected(self) -> _Line:
        server = self._server
        if self._trust is None and server.security != "none":
            self._trust = ssl.create_default_context()
        at_once = self._trust if server.security == "tls" else None
        reader, writer = await asyncio.open_connection(server.host, server.port, ssl=at_once)
        line = _Line(reader, writer)
        with ExitStack() as broken:
            broken.callback(line.end)
            await line.greet()
            if server.security == "starttls" and self._trust is not None:
                await line.ask("STARTTLS", 220)
                await line.nothing_more()
                await writer.start_tls(self._trust, server_hostname=server.host)
                await line.hello()
            if server.user:
                word = base64.b64encode(f"\0{server.user}\0{server.password}".encode()).decode()
                await line.ask(f"AUTH PLAIN {word}", 235)
            broken.pop_all()
        return line

    def _written(self, parcel: Parcel) -> bytes:
        head, body = _mail(
            self._server.sender, parcel.message.title, parcel.message.text, parcel.message.link,
            parcel.message.urgent,
        )  # fmt: skip
        own = [
            f"To: {parcel.address}",
            f"Date: {format_datetime(from_us(self._clock.now_us()))}",
            f"Message-ID: <{hashlib.sha256(parcel.key.encode()).hexdigest()[:40]}@{self._domain}>",
        ]
        if parcel.leave:
            own += [f"List-Unsubscribe: <{parcel.leave}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
        return head + "\r\n".join([*own, "", ""]).encode() + body


@lru_cache(64)
def _mail(sender: str, title: str, text: str, link: str, urgent: bool) -> tuple[bytes, bytes]:
    """What all who are told this have in common: the head without its end, and the body with its dots doubled."""
    mail = EmailMessage()
    mail["From"] = sender
    mail["Subject"] = " ".join(title.split())
    if urgent:
        mail["Importance"] = "high"
        mail["X-Priority"] = "1"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n\n".join(one for one in (text, link) if one) + "\n", cte="base64")
    head, _, body = mail.as_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n").partition(b"\r\n\r\n")
    return head + b"\r\n", body.replace(b"\r\n.", b"\r\n..").rstrip(b"\r\n") + b"\r\n.\r\n"


class _Line:
    """One connection to the server. `whole`: the message of now is out, and only its answer is missing."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._together = False
        self.whole = False
        self.mails = 0
        self.rested_s = 0.0
        self.usable = True

    def end(self) -> None:
        self.usable = False
        self._writer.transport.abort()

    async def greet(self) -> None:
        code, said = await self._answer()
        if code != 220:
            raise OSError(f"SMTP {code} {said}")
        await self.hello()

    async def hello(self) -> None:
        self._writer.write(b"EHLO siaga\r\n")
        code, said = await self._answer()
        if code != 250:
            raise OSError(f"SMTP {code} {said}")
        self._together = "PIPELINING" in said.upper()

    async def ask(self, command: str, wanted: int) -> None:
        self._writer.write(f"{command}\r\n".encode())
        code, said = await self._answer()
        if code != wanted:
            raise OSError(f"SMTP {code} {said}")

    async def nothing_more(self) -> None:
        """What somebody in between sent ahead must not pass for the server's word once TLS stands."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0):
                raise OSError(f"it said {await self._reader.read(60)!r} before TLS stood")

    async def hand_in(self, sender: str, to: str, mail: bytes) -> tuple[int, str]:
        """The answer that settles it. The line stays fit for the next, also where this one was refused."""
        self.whole = False
        self.mails += 1
        commands = [f"MAIL FROM:<{sender}>\r\n", f"RCPT TO:<{to}>\r\n", "DATA\r\n"]
        if self._together:
            self._writer.write("".join(commands).encode())
            answers = [await self._answer() for _ in commands]
        else:
            answers = []
            for command in commands:
                self._writer.write(command.encode())
                answers.append(await self._answer())
                if answers[-1][0] >= 400:
                    break
        refused = next((one for one in answers if one[0] >= 400), None)
        if answers[-1][0] == 354:
            # Of nobody who was taken nothing may be handed in; the server waits for an end all the same.
            self._writer.write(mail if refused is None else b".\r\n")
            self.whole = refused is None
            last = await self._answer()
            return refused or last
        self._writer.write(b"RSET\r\n")
        await self._answer()
        return refused or answers[-1]

    async def _answer(self) -> tuple[int, str]:
        said = []
        while True:
            line = await self._reader.readline()
            if not line.endswith(b"\n"):
                raise EOFError("the line broke off")
            text = line.decode("utf-8", "replace").rstrip()
            if not text[:3].isdigit():
                raise OSError(f"this is no SMTP: {text[:60]!r}")
            said.append(text[4:])
            if text[3:4] != "-":
                if text[:3] == "421":
                    self.usable = False
                return int(text[:3]), " ".join(said)[:200]


def _receipt(code: int, said: str) -> Receipt:
    """What the answer means. Raises as `Provider.send`."""
    if code < 400:
        return Receipt("accepted", f"SMTP {code}")
    told = f"SMTP {code} {said[:120]}"
    if code < 500:
        raise Unavailable(told)
    raise Rejected(told, reason="gone" if code in _GONE else f"smtp_{code}")
