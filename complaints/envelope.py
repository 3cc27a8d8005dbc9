"""Whom an answer goes to, as it waits in the outbox, and who wrote, as it is kept: neither can be read there.

Both rest on the secret that a provider and the city share, which is in no database: a copy of the database tells
nobody's number, and a list of all the country's numbers does not find one in it.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from contract.errors import Rejected


class Envelope:
    """Of one provider's secret. Another secret opens nothing that this one sealed, and knows no sender again."""

    def __init__(self, secret: str) -> None:
        self._salt = _key(secret, b"siaga inbound digest")
        self._seal = Fernet(urlsafe_b64encode(_key(secret, b"siaga inbound address")))

    def digest(self, *parts: str) -> str:
        """The same for the same parts, in hex."""
        return hmac.new(self._salt, "\0".join(parts).encode("utf-8", "replace"), hashlib.sha256).hexdigest()

    def sealed(self, address: str) -> str:
        """Another text each time."""
        return self._seal.encrypt(address.encode()).decode()

    def opened(self, sealed: str) -> str:
        """Raises Rejected for what was not sealed with this secret."""
        try:
            return self._seal.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Rejected("the address was sealed with another secret", reason="sealed") from None


def _key(secret: str, use: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=use).derive(secret.encode())
