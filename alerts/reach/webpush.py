"""Web Push: a message that only the phone can read (RFC 8291, RFC 8188), from who says who it is (RFC 8292)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
from dataclasses import dataclass

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from contract.clock import HOUR_US, SECOND_US
from contract.errors import BadInput, Rejected

PAYLOAD_MOST = 3_900
"""of the 4,096 bytes that every push service takes, what its frame leaves"""
_RECORD = 4_096
_LASTS_US = 12 * HOUR_US
_CURVE = ec.SECP256R1()


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    """Raises ValueError."""
    return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)


@dataclass(frozen=True, slots=True)
class Phone:
    """A browser's subscription: where its messages are handed in, its key and its secret."""

    endpoint: str
    key: bytes
    auth: bytes


def phone_of(address: str) -> Phone:
    """Out of `{"endpoint": …, "keys": {"p256dh": …, "auth": …}}`. Raises Rejected for what is none."""
    try:
        told = json.loads(address)
        phone = Phone(str(told["endpoint"]), unb64(told["keys"]["p256dh"]), unb64(told["keys"]["auth"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Rejected("this is no subscription of a browser", reason="no_address") from None
    if len(phone.auth) != 16 or len(phone.key) != 65:
        raise Rejected("the keys of this browser are none", reason="no_address")
    return phone


def sealed(
    phone: Phone, text: bytes, *, salt: bytes | None = None, own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """The text as one record that this phone alone can open. `salt` and `own` are drawn for each message; they are
    arguments for the standard's own example. Raises Rejected for a key that is no point of the curve."""
    salt = salt or os.urandom(16)
    own = own or ec.generate_private_key(_CURVE)
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, phone.key)
    except (ValueError, UnsupportedAlgorithm):
        raise Rejected("the key of this browser is none", reason="no_address") from None
    public = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = own.exchange(ec.ECDH(), theirs)
    seed = _hmac(_hmac(phone.auth, shared), b"WebPush: info\x00" + phone.key + public + b"\x01")
    drawn = _hmac(salt, seed)
    key = _hmac(drawn, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _hmac(drawn, b"Content-Encoding: nonce\x00\x01")[:12]
    head = salt + _RECORD.to_bytes(4, "big") + bytes([len(public)]) + public
    return head + AESGCM(key).encrypt(nonce, text + b"\x02", None)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)


KEY_BYTES = 32


class Vapid:
    """Who we are to push services. One word an origin, good for half a day."""

    def __init__(self, secret: str, contact: str, *, where: str = "") -> None:
        """`secret` is the private key, 32 bytes in base64url; `contact` a mailto: or https:. Raises BadInput."""
        try:
            raw = unb64(secret)
            if len(raw) != KEY_BYTES:
                raise ValueError(f"{len(raw)} bytes")
            self._key = ec.derive_private_key(int.from_bytes(raw, "big"), _CURVE)
        except ValueError:
            raise BadInput(
                "this is no key for Web Push", where=where, remedy="`siaga reach --make-key FILE` makes one."
            ) from None
        public = self._key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        self.public = b64(public)
        self._contact = contact
        self._words: dict[str, tuple[int, str]] = {}

    def authorization(self, origin: str, now_us: int) -> str:
        """The header for a push service."""
        until_us, word = self._words.get(origin, (0, ""))
        if until_us - now_us < _LASTS_US // 2:
            until_us = now_us + _LASTS_US
            word = self._signed({"aud": origin, "exp": until_us // SECOND_US, "sub": self._contact})
            self._words[origin] = (until_us, word)
        return word

    def _signed(self, claims: dict[str, object]) -> str:
        head = b64(json.dumps({"typ": "JWT", "alg": "ES256"}).encode())
        text = f"{head}.{b64(json.dumps(claims).encode())}"
        r, s = decode_dss_signature(self._key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return f"vapid t={text}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}, k={self.public}"


def made_key() -> str:
    """A new private key as `Vapid` reads it."""
    number = ec.generate_private_key(_CURVE).private_numbers().private_value
    return b64(number.to_bytes(32, "big"))
