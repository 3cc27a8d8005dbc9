"""The city's own accounts, by OpenID Connect: authorization code with PKCE, and a strict look at what comes back.

Knows no route and no database. What is believed is what the provider has signed, fetched over the guarded way out:

- discovery must name the configured issuer, character for character (OpenID Connect Discovery 1.0, 4.3);
- state, nonce and PKCE verifier are drawn for one try, live in a sealed cookie of that one browser, and work once;
- an answer that names its issuer must name this one (RFC 9207), and must do so where the provider says that it does;
- what the token says is checked in `api.id_token`.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk

from api.id_token import TOKEN_MOST, Refused, chosen, keys_of, verified
from complaints.outward import LONGEST_ANSWER, Answer, Outward
from contract.clock import HOUR_US, MINUTE_US, SECOND_US, Clock
from contract.errors import BadInput, Unavailable
from contract.roles import Role

BACK = "/masuk/openid/kembali"
KEPT_US = HOUR_US
"""how long discovery and keys are believed without asking again"""
ASKED_AGAIN_US = MINUTE_US
"""a token signed by a key that is not known has the list fetched anew, at most so often"""
TRY_US = 10 * MINUTE_US
"""how long somebody may take at the provider"""
COOKIE_MOST = 3_500


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Whoever's claim holds this value is that role. `claim` may be a path with dots: `realm_access.roles`."""

    claim: str
    value: str
    role: Role
    agency: str = ""
    regions: tuple[str, ...] = ()

    def fits(self, claims: Mapping[str, Any]) -> bool:
        found: Any = claims.get(self.claim)
        if found is None:
            found = claims
            for part in self.claim.split("."):
                found = found.get(part) if isinstance(found, dict) else None
        return found == self.value or (isinstance(found, list) and self.value in found)


@dataclass(frozen=True, slots=True)
class Provider:
    """Whose accounts the city believes. The first rule that fits decides; nobody is admin unless a rule says so.

    `break_glass` is the one account, of an administrator, that may still sign in with a password; "" lets all.
    """

    issuer: str
    client_id: str
    client_secret: str
    rules: tuple[RoleRule, ...] = ()
    break_glass: str = ""


@dataclass(frozen=True, slots=True)
class Try:
    """One way to the provider and back, in one browser. `session`: the digest of who links an account to theirs."""

    state: str
    nonce: str
    verifier: str
    at_us: int
    wanted: str = ""
    session: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the provider says came. `subject` is issuer and subject: the only name that an account is known by."""

    subject: str
    account: str
    name: str
    rule: RoleRule | None


@dataclass(frozen=True, slots=True)
class _Found:
    """Discovery, as far as it is needed."""

    authorize: str
    token: str
    keys: str
    says_issuer: bool
    by_post: bool
    at_us: int


class OpenId:
    """Of one city and one provider. Safe to share between threads. Raises Unavailable where the provider is away."""

    def __init__(self, provider: Provider, *, outward: Outward, clock: Clock, base_url: str) -> None:
        self.provider = provider
        self._outward = outward
        self._clock = clock
        self._back = f"{base_url.rstrip('/')}{BACK}"
        self._lock = threading.Lock()
        self._found: _Found | None = None
        self._keys: tuple[jwk.Key, ...] = ()
        self._keys_at_us: int | None = None

    def begin(self, *, wanted: str = "", session: str = "") -> tuple[Try, str]:
        """A new try, and the provider's address to send the browser to."""
        found = self._discovered()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        one = Try(state, nonce, verifier, self._clock.now_us(), wanted, session)
        query = {
            "response_type": "code",
            "client_id": self.provider.client_id,
            "redirect_uri": self._back,
            "scope": "openid profile",
            "state": one.state,
            "nonce": one.nonce,
            "code_challenge": create_s256_code_challenge(one.verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in found.authorize else "?"
        return one, f"{found.authorize}{joint}{urlencode(query)}"

    def sealed(self, one: Try) -> str:
        """A try as the cookie's value, under a seal that only we can make."""
        body = base64.urlsafe_b64encode(json.dumps(asdict(one)).encode()).decode().rstrip("=")
        return f"{body}.{self._seal(body)}"

    def opened(self, cookie: str, state: str) -> Try:
        """The try that this browser began and that the answer belongs to. Raises Refused."""
        body, _, seal = cookie.partition(".")
        if not cookie or len(cookie) > 2 * COOKIE_MOST:
            raise Refused("no_try")
        if not hmac.compare_digest(seal.encode(errors="replace"), self._seal(body).encode()):
            raise Refused("bent_try")
        one = Try(**json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
        if not state or not hmac.compare_digest(state.encode(errors="replace"), one.state.encode()):
            raise Refused("wrong_state")
        if not 0 <= self._clock.now_us() - one.at_us <= TRY_US:
            raise Refused("old_try")
        return one

    def identity(self, one: Try, query: Mapping[str, str]) -> Identity:
        """Who came back with this answer. Raises Refused."""
        found = self._discovered()
        told = query.get("iss", "")
        if (told or found.says_issuer) and told != self.provider.issuer:
            raise Refused("other_issuer")
        if query.get("error"):
            raise Refused("denied")
        code = query.get("code", "")
        if not 0 < len(code) <= TOKEN_MOST:
            raise Refused("no_code")
        tokens = self._exchange(found, code, one.verifier)
        claims = verified(
            tokens.get("id_token"),
            self._key,
            issuer=self.provider.issuer,
            client_id=self.provider.client_id,
            nonce=one.nonce,
            access_token=tokens.get("access_token"),
            now_s=self._clock.now_us() // SECOND_US,
        )
        return Identity(
            subject=f"{self.provider.issuer}|{claims['sub']}",
            account=_text(claims.get("preferred_username")),
            name=_text(claims.get("name")),
            rule=next((rule for rule in self.provider.rules if rule.fits(claims)), None),
        )

    # ------------------------------------------------------------ the provider

    def _discovered(self) -> _Found:
        with self._lock:
            now_us = self._clock.now_us()
            if self._found is None or not 0 <= now_us - self._found.at_us < KEPT_US:
                self._found = self._discover(now_us)
            return self._found

    def _discover(self, now_us: int) -> _Found:
        issuer = self.provider.issuer
        told = self._asked(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != issuer:
            raise Refused("discovery_of_another")
        methods = told.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        authorize, token, keys = (
            _text(told.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")
        )
        for address in (authorize, token, keys):
            # A provider that speaks https does not send secrets, or people, over plain http.
            if not address.startswith("https://" if issuer.startswith("https://") else ("https://", "http://")):
                raise Refused("discovery_without_tls")
        return _Found(
            authorize=authorize,
            token=token,
            keys=keys,
            says_issuer=told.get("authorization_response_iss_parameter_supported") is True,
            by_post=isinstance(methods, list) and "client_secret_basic" not in methods,
            at_us=now_us,
        )

    def _asked(self, url: str) -> Mapping[str, Any]:
        """A document of the provider's. Raises Unavailable."""
        return self._document(self._send("GET", url, {"Accept": "application/json"}))

    def _send(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        try:
            target = self._outward.judge(url, where="the identity provider")
        except BadInput as error:
            raise Unavailable(f"the identity provider cannot be asked: {error.what}") from None
        return self._outward.send(method, target, headers=headers, body=body)

    def _document(self, answer: Answer) -> Mapping[str, Any]:
        if answer.status != 200 or len(answer.body) >= LONGEST_ANSWER:
            raise Unavailable(f"the identity provider answers {answer.status}, {len(answer.body)} bytes")
        try:
            told = json.loads(answer.body)
        except (ValueError, RecursionError):
            told = None
        if not isinstance(told, dict):
            raise Unavailable("the identity provider answers something that is no JSON object")
        return told

    def _exchange(self, found: _Found, code: str, verifier: str) -> Mapping[str, Any]:
        """The code for its tokens. Raises Refused where the provider does not give any."""
        who, secret = self.provider.client_id, self.provider.client_secret
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        if found.by_post:
            fields |= {"client_id": who, "client_secret": secret}
        else:
            # RFC 6749, 2.3.1: both are form-encoded before they are joined.
            both = f"{quote(who, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(both.encode()).decode()
        answer = self._send("POST", found.token, headers, urlencode(fields).encode())
        if 400 <= answer.status < 500:
            raise Refused("code_refused")
        return self._document(answer)

    def _key(self, kid: object, kind: str) -> jwk.Key | None:
        """By its id, or the only one of its type where the token names none. A new key is looked for once."""
        found = self._discovered()
        with self._lock:
            now_us = self._clock.now_us()
            age_us = None if self._keys_at_us is None else now_us - self._keys_at_us
            old = age_us is None or not 0 <= age_us < KEPT_US
            missing = chosen(self._keys, kid, kind) is None
            if old or (missing and age_us is not None and age_us >= ASKED_AGAIN_US):
                listed = self._asked(found.keys).get("keys")
                self._keys = keys_of(listed if isinstance(listed, list) else [])
                self._keys_at_us = now_us
            return chosen(self._keys, kid, kind)

    def _seal(self, body: str) -> str:
        return hmac.new(self.provider.client_secret.encode(), f"openid try {body}".encode(), sha256).hexdigest()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def read_rules(text: str, *, roles: Sequence[Role], where: str) -> tuple[RoleRule, ...]:
    """`groups=siaga-bpbd:officer/bpbd, realm_access.roles=it:admin`, in order. Raises BadInput naming the part."""
    rules = []
    for part in filter(None, (one.strip() for one in text.split(","))):
        test, colon, what = part.rpartition(":")
        claim, equals, value = test.partition("=")
        word, _, rest = what.partition("/")
        agency, *regions = rest.split("/")
        role = next((one for one in roles if one == word), None)
        if not (colon and equals and claim.strip() and value.strip()) or role is None:
            remedy = f"Write claim=value:role or claim=value:officer/agency/region; roles: {', '.join(roles)}."
            raise BadInput(f"{part!r} is no rule", where=where, remedy=remedy)
        rules.append(RoleRule(claim.strip(), value.strip(), role, agency, tuple(regions)))
    return tuple(rules)
