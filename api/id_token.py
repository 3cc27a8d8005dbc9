"""An ID token: whether the provider has signed it, for us, for this very try (OpenID Connect Core 1.0, 3.1.3.7). Pure.

The signature is asymmetric and by a key of the provider's own list, of the type that the algorithm needs: never `none`,
never a shared secret, and never a key that the token brings along. Then `iss`, `aud`, `azp`, `exp`, `nbf`, `iat`,
`nonce` and `at_hash`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import JoseError

SKEW_S = 60
"""seconds by which the provider's clock may differ from ours"""
TOKEN_MOST = 16_000
"""characters"""
SUBJECT_MOST = 255
ALGORITHMS: Mapping[str, str] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    **dict.fromkeys(("ES256", "ES384", "ES512"), "EC"),
    "EdDSA": "OKP",
    "Ed25519": "OKP",
}
"""each with the type of its key"""

FindKey = Callable[[object, str], jwk.Key | None]
"""a key's id, as the token says it, and its type -> the provider's key"""


class Refused(Exception):
    """What came back is not believed. `why` is a short word for the log of who was turned away, never for people."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def verified(
    token: object, find: FindKey, *, issuer: str, client_id: str, nonce: str, access_token: object, now_s: int
) -> Mapping[str, Any]:
    """What the token says, once all of it is believed. Raises Refused."""
    if not isinstance(token, str) or not 0 < len(token) <= TOKEN_MOST:
        raise Refused("no_token")
    algorithm, key = _signed_by(token, find)
    try:
        read = jwt.decode(token, key, algorithms=[algorithm])
    except (JoseError, ValueError):
        raise Refused("bad_signature") from None
    must = {
        "iss": {"essential": True, "value": issuer},
        "aud": {"essential": True, "value": client_id},
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "nonce": {"essential": True, "value": nonce},
    }
    params = {"nonce": nonce, "client_id": client_id, "access_token": access_token}
    claims = CodeIDToken(read.claims, read.header, options=must, params=params)
    try:
        claims.validate(now=now_s, leeway=SKEW_S)
    except JoseError as error:
        raise Refused(f"bad_token {getattr(error, 'claim', '') or error.error}") from None
    except (TypeError, ValueError):
        raise Refused("bad_token") from None
    if len(claims["sub"]) > SUBJECT_MOST:
        raise Refused("bad_token sub")
    return dict(claims)


def keys_of(listed: Sequence[object]) -> tuple[jwk.Key, ...]:
    """Public keys that sign; a shared secret or a key for encryption in a provider's list is none of ours."""
    found: list[jwk.Key] = []
    for one in listed:
        if not isinstance(one, dict) or one.get("kty") not in ALGORITHMS.values() or one.get("use", "sig") != "sig":
            continue
        try:
            found.append(jwk.import_key(one))
        except (JoseError, ValueError, TypeError):
            continue
    return tuple(found)


def chosen(keys: Sequence[jwk.Key], kid: object, kind: str) -> jwk.Key | None:
    """The key of an id, or the only one of its type where the token names none."""
    fitting = [one for one in keys if one.key_type == kind and (kid is None or one.kid == kid)]
    return fitting[0] if len(fitting) == 1 else None


def _signed_by(token: str, find: FindKey) -> tuple[str, jwk.Key]:
    """The algorithm that a token names and the provider's key for it, where they go together."""
    try:
        head = token.split(".", maxsplit=1)[0]
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise Refused("bad_token") from None
    algorithm = header.get("alg") if isinstance(header, dict) else None
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise Refused("bad_algorithm")
    key = find(header.get("kid"), ALGORITHMS[algorithm])
    if key is None:
        raise Refused("unknown_key")
    return algorithm, key
