"""Tokens that open something, and the cookies they travel in.

A token is 256 random bits; what is kept of it is its SHA-256. Nothing here needs a secret of the server's own.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256

from starlette.responses import Response

DEVICE_AGE_S = 400 * 86_400
NONCE_LENGTH = 43
TOKEN_MOST = 200
"""characters; nothing longer is one of ours"""


def fresh() -> str:
    """A new token, as text that fits an address and a cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of it: SHA-256 in lower-case hex."""
    return sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def same(given: str, expected: str) -> bool:
    """Compared in constant time; an empty expectation is met by nothing."""
    return bool(expected) and hmac.compare_digest(given.encode(errors="replace"), expected.encode())


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that was here before. `proof` shows for which account somebody has signed in on it."""

    nonce: str = ""
    proof: str = ""

    @classmethod
    def read(cls, cookie: str) -> Device:
        """Of the cookie; an empty one for anything that is not ours."""
        nonce, _, proof = cookie.partition(".")
        plain = len(cookie) <= TOKEN_MOST and len(nonce) == NONCE_LENGTH and _urlsafe(nonce)
        return cls(nonce, proof) if plain else cls()

    @property
    def cookie(self) -> str:
        return f"{self.nonce}.{self.proof}"

    @property
    def form_token(self) -> str:
        """The token of forms that are sent before anybody has signed in; "" without a device."""
        return digest(f"form {self.nonce}") if self.nonce else ""

    def signed_in(self, account: str, password: str) -> Device:
        """The same device, with the proof for an account whose argon2id string is `password`.

        The string is the key: only the database knows it, and a new password makes every older proof void.
        """
        return Device(self.nonce, _proof(self.nonce, account, password))

    def knows(self, account: str, password: str) -> bool:
        """Whether this account has signed in on this device since its password was set."""
        return bool(self.nonce and password) and same(self.proof, _proof(self.nonce, account, password))


def _proof(nonce: str, account: str, password: str) -> str:
    return hmac.new(password.encode(), f"{nonce} {account}".encode(), sha256).hexdigest()


def _urlsafe(text: str) -> bool:
    return text.isascii() and text.replace("-", "").replace("_", "").isalnum()


@dataclass(frozen=True, slots=True)
class Cookies:
    """Their names and marks. Over https they carry the prefix that binds them to this very host."""

    secure: bool

    @property
    def session(self) -> str:
        return "__Host-siaga" if self.secure else "siaga"

    @property
    def device(self) -> str:
        return "__Host-siaga-perangkat" if self.secure else "siaga-perangkat"

    @property
    def attempt(self) -> str:
        return "__Host-siaga-openid" if self.secure else "siaga-openid"

    def post(self, node: str) -> str:
        """A keeper's link to one post."""
        return f"__Host-siaga-pos-{node}" if self.secure else f"siaga-pos-{node}"

    def set_post(self, response: Response, node: str, token: str, age_s: int) -> None:
        """Lax: the link is opened from a message."""
        self._set(response, self.post(node), token, age_s)

    def set_session(self, response: Response, token: str) -> None:
        """Until the browser ends; how long it opens anything the server alone decides."""
        self._set(response, self.session, token)

    def drop_session(self, response: Response) -> None:
        self._drop(response, self.session)

    def set_device(self, response: Response, device: Device) -> None:
        self._set(response, self.device, device.cookie, DEVICE_AGE_S)

    def set_try(self, response: Response, sealed: str, age_s: int) -> None:
        """A way to the identity provider and back. Lax: the way back begins on another site."""
        self._set(response, self.attempt, sealed, age_s)

    def drop_try(self, response: Response) -> None:
        self._drop(response, self.attempt)

    def _set(self, response: Response, name: str, value: str, age_s: int | None = None) -> None:
        response.set_cookie(name, value, max_age=age_s, path="/", secure=self.secure, httponly=True, samesite="lax")

    def _drop(self, response: Response, name: str) -> None:
        response.delete_cookie(name, path="/", secure=self.secure, httponly=True, samesite="lax")
