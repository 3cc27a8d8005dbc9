"""Many small requests over few connections: what `complaints.outward` promises, on the loop.

A provider takes a thousand messages a second over lines that stay open. A name is resolved here and every address
judged, as in `Outward`, and the line goes to the very address that was judged; no redirect is followed, no proxy of the
environment is used, and time and size have an end whatever the other side does.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections import deque
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import cast

from complaints.outward import LONGEST_ANSWER, Answer, Resolve, resolve
from contract.addresses import Network, Target, is_allowed, judged, refusal
from contract.errors import Unavailable

CONNECT_S = 3.0
ANSWER_S = 10.0
IDLE_S = 20.0
LINES_MOST = 64
"""to one machine"""
KNOWN_S = 60.0
"""how long an address of a name counts"""
MACHINES_MOST = 256
_PATH = re.compile(r"[A-Za-z0-9_.~:/?=&%+-]{0,1800}")
_HEAD_MOST = 32 * 1024


class NoAnswer(Unavailable):
    """The request went out and nothing came back: nobody knows whether it was taken."""


class Lines:
    """The connections of one process. For one loop alone."""

    def __init__(
        self,
        allowed: Sequence[Network] = (),
        *,
        resolver: Resolve = resolve,
        trust: ssl.SSLContext | None = None,
        lines_most: int = LINES_MOST,
        answer_s: float = ANSWER_S,
    ) -> None:
        self._allowed = tuple(allowed)
        self._resolve = resolver
        self._trust = trust or ssl.create_default_context()
        self._most = lines_most
        self._answer_s = answer_s
        self._machines: dict[tuple[str, str, int], _Machine] = {}
        self._origins: dict[str, Target] = {}

    def judge(self, url: str, *, where: str) -> Target:
        """The address as it may be used. Raises BadInput naming `where` it stands."""
        return judged(url, where=where, allowed=self._allowed)

    def judge_one_of_many(self, url: str, *, where: str) -> Target:
        """The same for addresses of which a hundred thousand share a machine: the machine is judged once, the path of
        each by its letters alone."""
        scheme, _, rest = url.partition("://")
        authority, slash, path = rest.partition("/")
        if not slash or not _PATH.fullmatch(path):
            return self.judge(url, where=where)
        origin = f"{scheme}://{authority}"
        known = self._origins.get(origin)
        if known is None:
            known = self.judge(f"{origin}/", where=where)
            if len(self._origins) >= MACHINES_MOST:
                self._origins.clear()
            self._origins[origin] = known
        return Target(known.scheme, known.host, known.port, f"/{path}")

    async def send(self, method: str, target: Target, *, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        """One request and its answer, whatever its status. Raises Unavailable where it did not go out, NoAnswer where
        it may have been taken."""
        machine = self._machine(target)
        sent = _written(method, target, headers, body)
        async with machine.free:
            line, used = await self._line(machine, target)
            try:
                return await self._asked(line, sent)
            except _Closed:
                if not used:
                    raise NoAnswer(f"{target.host}: it closed the connection without an answer") from None
            # One that was kept open and closed meanwhile took nothing; a fresh one tells.
            line = await self._connect(machine, target)
            try:
                return await self._asked(line, sent)
            except _Closed:
                raise NoAnswer(f"{target.host}: it closed the connection without an answer") from None

    async def close(self) -> None:
        """Let go of every line."""
        for machine in self._machines.values():
            for line in machine.idle:
                line.end()
        self._machines.clear()

    async def _asked(self, line: _Line, sent: bytes) -> Answer:
        whole = False
        try:
            answer = await line.ask(sent, self._answer_s)
            whole = line.reusable
        finally:
            if whole:
                line.machine.idle.append(line)
            else:
                line.end()
        return answer

    def _machine(self, target: Target) -> _Machine:
        place = (target.scheme, target.host, target.port)
        machine = self._machines.get(place)
        if machine is None:
            if len(self._machines) >= MACHINES_MOST:
                oldest = next(iter(self._machines))
                for line in self._machines.pop(oldest).idle:
                    line.end()
            machine = self._machines[place] = _Machine(target.host, self._most)
        return machine

    async def _line(self, machine: _Machine, target: Target) -> tuple[_Line, bool]:
        """One that is open, or a new one; and whether it was open."""
        now_s = asyncio.get_running_loop().time()
        while machine.idle:
            line = machine.idle.pop()
            if line.open and now_s - line.rested_s < IDLE_S:
                return line, True
            line.end()
        return await self._connect(machine, target), False

    async def _connect(self, machine: _Machine, target: Target) -> _Line:
        loop = asyncio.get_running_loop()
        trust = self._trust if target.scheme == "https" else None
        said: OSError | None = None
        for address in await self._addresses(machine, target):
            making = loop.create_connection(
                lambda: _Line(machine, loop), address, target.port, ssl=trust,
                server_hostname=target.host if trust else None,
            )  # fmt: skip
            try:
                _, line = await asyncio.wait_for(making, CONNECT_S)
            except TimeoutError:
                said = OSError(f"no connection within {CONNECT_S:g} s")
            except OSError as error:
                said = error
            else:
                return line
        raise Unavailable(f"{target.host}: {said or 'it has no address'}")

    async def _addresses(self, machine: _Machine, target: Target) -> Sequence[str]:
        """Every address of the name, all of them fit to be sent to. Raises Unavailable."""
        loop = asyncio.get_running_loop()
        if machine.addresses and loop.time() - machine.resolved_s < KNOWN_S:
            return machine.addresses
        try:
            asked = loop.run_in_executor(None, self._resolve, target.host, target.port)
            found = list(dict.fromkeys(await asyncio.wait_for(asked, CONNECT_S)))
        except TimeoutError:
            raise Unavailable(f"the name server did not answer for {target.host}") from None
        except (OSError, UnicodeError) as error:
            raise Unavailable(f"{target.host} cannot be resolved: {error}") from None
        for text in found:
            address = ip_address(text)
            reason = refusal(address, self._allowed)
            if reason is None and target.scheme == "http" and not is_allowed(address, self._allowed):
                reason = "public, where http is not safe"
            if reason is not None:
                raise Unavailable(f"{target.host} leads to {address}, which is {reason}: nothing is sent there")
        machine.addresses, machine.resolved_s = found, loop.time()
        return found


class _Machine:
    """One other side."""

    def __init__(self, name: str, most: int) -> None:
        self.name = name
        self.free = asyncio.Semaphore(most)
        self.idle: deque[_Line] = deque()
        self.addresses: Sequence[str] = ()
        self.resolved_s = 0.0


class _Closed(Exception):
    """The other side closed before it said anything."""


class _Line(asyncio.Protocol):
    """One connection: a request, its answer, the next."""

    def __init__(self, machine: _Machine, loop: asyncio.AbstractEventLoop) -> None:
        self.machine = machine
        self.open = True
        self.reusable = False
        self.rested_s = 0.0
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._come = bytearray()

    def ask(self, sent: bytes, within_s: float) -> asyncio.Future[Answer]:
        """Write it; the future is its answer."""
        self._waiting = self._loop.create_future()
        timer = self._loop.call_later(within_s, self._too_late, self._waiting, within_s)
        self._waiting.add_done_callback(lambda _: timer.cancel())
        self.reusable = False
        self._come.clear()
        if self._transport is None or not self.open:
            self._waiting.set_exception(_Closed())
        else:
            self._transport.write(sent)
        return self._waiting

    def _too_late(self, waiting: asyncio.Future[Answer], within_s: float) -> None:
        if not waiting.done():
            waiting.set_exception(NoAnswer(f"{self.machine.name} did not answer within {within_s:g} s"))
            self.end()

    def end(self) -> None:
        self.open = False
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        plain = transport.get_extra_info("socket")
        if plain is not None:
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._waiting.done():
            self.end()  # it says what nobody asked
            return
        self._come += data
        self._look(ended=False)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        self.open = False
        if self._waiting is not None and not self._waiting.done():
            if not self._come:
                self._waiting.set_exception(_Closed())
            else:
                self._look(ended=True)

    def _look(self, *, ended: bool) -> None:
        if self._waiting is None:
            return
        try:
            found = _answer(bytes(self._come), ended=ended)
        except ValueError as error:
            self._waiting.set_exception(NoAnswer(f"{self.machine.name}: {error}"))
            self.end()
            return
        if found is None:
            if ended:
                self._waiting.set_exception(NoAnswer(f"{self.machine.name}: the answer breaks off"))
            return
        answer, self.reusable = found
        self.rested_s = self._loop.time()
        self._waiting.set_result(answer)


def _written(method: str, target: Target, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {target.path} HTTP/1.1", f"Host: {target.authority}", f"Content-Length: {len(body)}"]
    for name, value in headers.items():
        if "\r" in value or "\n" in value:
            raise Unavailable(f"the header {name} holds a line break")
        lines.append(f"{name}: {value}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace") + body


def _answer(come: bytes, *, ended: bool) -> tuple[Answer, bool] | None:
    """The answer, and whether the line may be used again; None while it is not whole. Raises ValueError."""
    begins = 0
    while True:
        end = come.find(b"\r\n\r\n", begins)
        if end < 0:
            if len(come) - begins > _HEAD_MOST:
                raise ValueError("the answer has too long a head")
            return None
        first, *rest = come[begins:end].split(b"\r\n")
        words = first.split(b" ", 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
            raise ValueError("the answer is no HTTP")
        status = int(words[1])
        if status >= 200:
            break
        begins = end + 4
    headers = {}
    for line in rest:
        name, _, value = line.partition(b":")
        headers[name.strip().lower().decode("latin-1")] = value.strip().decode("latin-1")
    lasting = words[0] == b"HTTP/1.1" and headers.get("connection", "").lower() != "close"
    found = _body(come[end + 4 :], status, headers, ended=ended)
    return None if found is None else (Answer(status, headers, found[0]), lasting and found[1])


def _body(come: bytes, status: int, headers: Mapping[str, str], *, ended: bool) -> tuple[bytes, bool] | None:
    """The body, cut where it is too long, and whether it came to its end; None while it is not whole. Raises
    ValueError."""
    whole: bytes | None = None
    if status in {204, 304}:
        return b"", not come
    if headers.get("transfer-encoding", "").lower() == "chunked":
        whole = _joined(come)
    elif "content-length" in headers:
        length = int(headers["content-length"])
        if len(come) >= length:
            return come[:length][:LONGEST_ANSWER], len(come) == length
    elif ended:
        return come[:LONGEST_ANSWER], False
    if whole is not None:
        return whole[:LONGEST_ANSWER], True
    return (come[:LONGEST_ANSWER], False) if len(come) > LONGEST_ANSWER else None


def _joined(body: bytes) -> bytes | None:
    """Chunks put together; None while the last is missing. Raises ValueError."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = body.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(body[at:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts) if body.find(b"\r\n", end + 2) >= 0 else None
        if len(body) < end + 2 + size + 2:
            return None
        parts.append(body[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
