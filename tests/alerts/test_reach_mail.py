"""Residents' mail over TLS: a real SMTP server that asks for it, and one that somebody stands in front of."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from support.apart import apart
from support.tls import proof_of

from alerts.channels.email import MailServer, Security
from alerts.channels.port import Message, Receipt
from alerts.reach.mail import Mail
from alerts.reach.port import Parcel
from contract.clock import SystemClock
from contract.errors import Unavailable
from faults.parts.brokers import free_port

PARCEL = Parcel(
    key="t1/s1",
    address="sri@warga.example",
    message=Message(title="SIAGA Code", text="Air naik.", brief="", link="https://siaga.example/siaran/t1"),
    lasts_s=600,
)


class Box:
    """What came, and whether it came by TLS from whom."""

    def __init__(self) -> None:
        self.got: list[tuple[bool, str]] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append((session.ssl is not None, session.auth_data.decode() if session.auth_data else ""))
        return "250 OK"


def known(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"siaga", b"kata sandi")
    return (
        AuthResult(success=good, handled=True, auth_data=b"siaga") if good else AuthResult(success=False, handled=False)
    )


@pytest.fixture(params=["starttls", "tls"])
def post(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, Security, ssl.SSLContext, Box]]:
    """aiosmtpd, which takes mail from those alone whom it knows, over TLS alone."""
    proof, trust = proof_of(tmp_path, "localhost")
    port, box = free_port(), Box()
    more = {"tls_context": proof, "require_starttls": True} if request.param == "starttls" else {"ssl_context": proof}
    controller = Controller(
        box, hostname="127.0.0.1", port=port, auth_required=True, authenticator=known,
        auth_require_tls=request.param == "starttls", **more,
    )  # fmt: skip
    controller.start()
    try:
        yield port, request.param, trust, box
    finally:
        controller.stop()


async def handed_in(server: MailServer, trust: ssl.SSLContext | None) -> Receipt:
    mail = Mail(server, SystemClock(), trust=trust)
    try:
        return await mail.send(PARCEL)
    finally:
        await mail.close()


@pytest.mark.filterwarnings("ignore:Requiring AUTH")  # aiosmtpd does not know that its line is TLS from the first byte
def test_mail_is_handed_in_over_tls_by_name(post: tuple[int, Security, ssl.SSLContext, Box]) -> None:
    """The password goes over TLS; the wrong one, or a server that nobody vouches for, is said and nothing is sent."""
    port, security, trust, box = post
    server = MailServer("localhost", port, "siaga@kota.example", security, "siaga", "kata sandi")
    assert apart(handed_in(server, trust)).outcome == "accepted"
    assert [auth for _, auth in box.got] == ["siaga"]
    with pytest.raises(Unavailable, match="535"):
        apart(handed_in(MailServer("localhost", port, "a@b.c", security, "siaga", "salah"), trust))
    with pytest.raises(Unavailable, match="CERTIFICATE_VERIFY_FAILED"):
        apart(handed_in(server, None))
    assert len(box.got) == 1


async def _in_between(ahead: bytes) -> str:
    """A server in front of which somebody speaks before TLS stands."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail\r\n")
        await reader.readline()
        writer.write(b"250-mail\r\n250 STARTTLS\r\n")
        await reader.readline()
        writer.write(b"220 go\r\n" + ahead)
        await reader.read(4_000)
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", port := free_port())
    async with server:
        with pytest.raises(Unavailable) as caught:
            await handed_in(MailServer("127.0.0.1", port, "siaga@kota.example", "starttls"), None)
    return str(caught.value)


def test_what_is_said_before_tls_stands_is_not_the_servers_word() -> None:
    """An answer that was sent ahead would be read as one that TLS protected."""
    assert "before TLS stood" in apart(_in_between(b"250 OK\r\n"))
    assert "before TLS stood" not in apart(_in_between(b""))
