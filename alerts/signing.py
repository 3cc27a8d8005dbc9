"""A city's signature under its bulletins: Ed25519 over `contract.bulletin.canonical`, in base64."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from contract.bulletin import Bulletin, canonical
from contract.errors import BadInput

_SEED_BYTES = 32
_REMEDY = "It is made once by the alert engine; take it from a backup, or take the file away for a new one."


class Signer:
    """Signs with one private key, whose 32 bytes are `seed`. Raises BadInput for what is no key."""

    def __init__(self, seed: bytes) -> None:
        if len(seed) != _SEED_BYTES:
            raise BadInput(f"a signing key has {_SEED_BYTES} bytes and this has {len(seed)}", remedy=_REMEDY)
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = base64.b64encode(self._key.public_key().public_bytes_raw()).decode()
        """for everybody, in base64"""
        self.id = key_id(self.public)

    def __call__(self, bulletin: Bulletin) -> Bulletin:
        """The same bulletin, signed."""
        unsigned = replace(bulletin, key=self.id, signature="")
        return replace(unsigned, signature=base64.b64encode(self._key.sign(canonical(unsigned))).decode())


def key_id(public: str) -> str:
    """What a public key is called: the first 16 hex digits of its SHA-256."""
    return sha256(_bytes_of(public, "the key")).hexdigest()[:16]


def verify(bulletin: Bulletin, keys: Mapping[str, str]) -> None:
    """Raises BadInput, with why, for a bulletin that none of these keys (id -> public key) has signed as it stands."""
    where = f"bulletin {bulletin.id}"
    if not bulletin.signature:
        raise BadInput("it is not signed", where=where)
    public = keys.get(bulletin.key)
    if public is None or key_id(public) != bulletin.key:
        raise BadInput(
            f"the key {bulletin.key!r} is not known", where=where, remedy="The city's keys are at /api/v1/signing-keys."
        )
    try:
        signature = _bytes_of(bulletin.signature, where)
        Ed25519PublicKey.from_public_bytes(_bytes_of(public, "the key")).verify(signature, canonical(bulletin))
    except (InvalidSignature, ValueError):
        raise BadInput(
            "the signature does not fit", where=where, remedy="It was changed after it was signed, or never was."
        ) from None


def _bytes_of(text: str, where: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadInput("this is not base64", where=where) from None
