"""E-mail over SMTP."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal

from alerts.channels.port import Message, Receipt
from contract.clock import Clock, from_us
from contract.errors import Rejected, Unavailable

Security = Literal["starttls", "tls", "none"]
_WAIT_S = 10.0


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and in whose name. A password goes over TLS alone."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str = ""
    password: str = ""


class Email:
    """One mail server. `trust`: which certificates of it count, the machine's own where None."""

    def __init__(self, server: MailServer, clock: Clock, trust: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._clock = clock
        self._trust = trust

    def send(self, message: Message, target: str, key: str) -> Receipt:
        """See `Channel.send`. The Message-ID is the key's, so that the same mail twice is seen as one."""
        mail = self._written(message, target, key)
        try:
            with self._connected() as smtp:
                if self._server.user:
                    smtp.login(self._server.user, self._server.password)
                smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            code, text = next(iter(error.recipients.values()))
            raise _refused(code, text) from None
        except smtplib.SMTPResponseException as error:
            raise _refused(error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"{self._server.host}: {str(error) or type(error).__name__}") from None
        return Receipt("accepted", "SMTP 250")

    def hang_up(self) -> None:
        """See `Channel.hang_up`. Nothing waits here."""

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        trust = self._trust or ssl.create_default_context()
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=_WAIT_S, context=trust)
        smtp = smtplib.SMTP(server.host, server.port, timeout=_WAIT_S)
        if server.security == "starttls":
            try:
                smtp.starttls(context=trust)
            except (OSError, smtplib.SMTPException):
                smtp.close()
                raise
        return smtp

    def _written(self, message: Message, target: str, key: str) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._server.sender
        mail["To"] = target
        mail["Subject"] = " ".join(message.title.split())
        mail["Date"] = format_datetime(from_us(self._clock.now_us()))
        domain = self._server.sender.rpartition("@")[2]
        mail["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"
        if message.urgent:
            mail["Importance"] = "high"
            mail["X-Priority"] = "1"
        mail.set_content(f"{message.text}\n\n{message.link}\n")
        return mail


def _refused(code: int, said: bytes | str) -> Unavailable | Rejected:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = f"SMTP {code} {' '.join(text.split())[:120]}"
    return Unavailable(told) if 400 <= code < 500 else Rejected(told, reason=f"smtp_{code}")
