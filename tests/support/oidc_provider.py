"""A small OpenID provider on this machine: real HTTP, real signatures, and whatever a test asks it to do wrong.

The code flow is Authlib's own server's: its authorization-code grant with PKCE and its OpenID extension, behind a
Starlette application. A test bends what leaves it: the token's claims, its header, its signature, discovery, the keys.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

from authlib.oauth2.rfc6749 import (
    AuthorizationCodeMixin,
    AuthorizationServer,
    ClientMixin,
    JsonRequest,
    OAuth2Request,
)
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc import jwk, jwt
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from support.web_server import listening, running

CLIENT_ID = "siaga-pages"
CLIENT_SECRET = "ikan-terbang-di-atas-atap-9"


@dataclass
class Client(ClientMixin):
    """The city's pages, as the provider knows them."""

    redirect_uri: str
    client_id: str = CLIENT_ID

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.redirect_uri

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == CLIENT_SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == "authorization_code"


@dataclass
class Code(AuthorizationCodeMixin):
    """What was given out for one authorization."""

    code: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    user: Mapping[str, Any]

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def get_nonce(self) -> str | None:
        return self.nonce

    def get_auth_time(self) -> None:
        return None

    def get_acr(self) -> None:
        return None

    def get_amr(self) -> None:
        return None


@dataclass
class Bent:
    """What this provider does otherwise than it should; nothing, until a test says so."""

    claims: Callable[[dict[str, Any]], dict[str, Any]] = lambda claims: claims
    """the token's claims, before they are signed"""
    token: Callable[[str], str] = lambda token: token
    """the signed token, before it leaves"""
    answer: Callable[[dict[str, Any]], dict[str, Any]] = lambda answer: answer
    """the whole answer of the token endpoint"""
    discovery: Callable[[dict[str, Any]], dict[str, Any]] = lambda found: found
    keys: Callable[[list[dict[str, Any]]], list[dict[str, Any]]] = lambda keys: keys
    status: int = 200
    """of every answer"""


def new_key(kid: str, kind: str = "RSA") -> jwk.Key:
    """A key pair that signs."""
    size: int | str = 2048 if kind == "RSA" else "P-256" if kind == "EC" else "Ed25519"
    return jwk.generate_key(kind, size, {"kid": kid, "use": "sig"}, private=True)  # type: ignore[arg-type, no-any-return]


@dataclass
class OpenIdProvider:
    """One issuer. `user` is who is signed in at it."""

    issuer: str
    redirect_uri: str
    now_s: Callable[[], int]
    key: jwk.Key = field(default_factory=lambda: new_key("first"))
    algorithm: str = "RS256"
    user: dict[str, Any] = field(default_factory=dict)
    bent: Bent = field(default_factory=Bent)
    codes: dict[str, Code] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": [self.algorithm],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def sign(self, claims: Mapping[str, Any], **header: Any) -> str:
        """A token by the provider's own key, with whatever else in its header."""
        registry = jwt.JWSRegistry(algorithms=[self.algorithm], strict_check_header=False)
        head = {"alg": self.algorithm, "kid": self.key.kid, **header}
        return jwt.encode(head, dict(claims), self.key, [self.algorithm], registry=registry)

    def application(self) -> Starlette:
        server = _server(self)

        def say(content: dict[str, Any]) -> Response:
            return JSONResponse(content, status_code=self.bent.status)

        def discovery(_: Request) -> Response:
            self.asked.append("discovery")
            return say(self.bent.discovery(self.discovery()))

        def keys(_: Request) -> Response:
            self.asked.append("keys")
            return say({"keys": self.bent.keys([self.key.as_dict(private=False)])})

        def authorize(request: Request) -> Response:
            made = Asked("GET", _as_https(request), dict(request.query_params))
            grant = server.get_consent_grant(made, end_user=self.user)
            return server.create_authorization_response(made, grant_user=self.user, grant=grant)

        async def token(request: Request) -> Response:
            body = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
            made = Asked("POST", _as_https(request), body, request.headers)
            return await run_in_threadpool(server.create_token_response, made)

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", discovery),
                Route("/keys", keys),
                Route("/authorize", authorize),
                Route("/token", token, methods=["POST"]),
            ]
        )


class Asked(OAuth2Request):
    """A request as Authlib's grants read it, with its fields whatever way they came."""

    def __init__(self, method: str, uri: str, fields: dict[str, str], headers: Any = None) -> None:
        super().__init__(method, uri, headers=headers)
        self.payload = BasicOAuth2Payload(fields)

    @property
    def form(self) -> dict[str, str]:
        return self.payload.data

    @property
    def args(self) -> dict[str, str]:
        return self.payload.data


def _server(provider: OpenIdProvider) -> AuthorizationServer:
    """Authlib's, with what it leaves to its user: where codes are kept, and who is asked for a token."""

    class Server(AuthorizationServer):
        def query_client(self, client_id: str) -> Client | None:
            return Client(provider.redirect_uri) if client_id == CLIENT_ID else None

        def save_token(self, token: object, request: object) -> None: ...

        def create_oauth2_request(self, request: OAuth2Request) -> OAuth2Request:
            return request

        def create_json_request(self, request: JsonRequest) -> JsonRequest:
            return request

        def send_signal(self, name: str, *_: object, **__: object) -> None: ...

        def handle_response(self, status: int, body: Any, headers: list[tuple[str, str]]) -> Response:
            told = dict(headers)
            if status == 302:
                return RedirectResponse(f"{told['Location']}&{urlencode({'iss': provider.issuer})}", status_code=302)
            bent = provider.bent.answer(dict(body)) if status == 200 else dict(body)
            return JSONResponse(bent, status_code=provider.bent.status if status == 200 else status)

    class Grant(AuthorizationCodeGrant):
        TOKEN_ENDPOINT_AUTH_METHODS = ("client_secret_basic", "client_secret_post")

        def save_authorization_code(self, code: str, request: OAuth2Request) -> None:
            told = request.payload.data
            provider.codes[code] = Code(
                code,
                told.get("redirect_uri", ""),
                told.get("scope", ""),
                told.get("nonce"),
                told.get("code_challenge", ""),
                told.get("code_challenge_method", ""),
                request.user,
            )

        def query_authorization_code(self, code: str, client: Client) -> Code | None:
            return provider.codes.get(code)

        def delete_authorization_code(self, authorization_code: Code) -> None:
            provider.codes.pop(authorization_code.code, None)

        def authenticate_user(self, authorization_code: Code) -> Mapping[str, Any]:
            return authorization_code.user

    class Claims(OpenIDCode):
        def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
            return any(code.nonce == nonce for code in provider.codes.values())

        def get_client_algorithm(self, client: Client) -> str:
            return provider.algorithm

        def get_client_claims(self, client: Client) -> dict[str, Any]:
            return {"iss": provider.issuer}

        def resolve_client_private_key(self, client: Client) -> jwk.Key:
            return provider.key

        def generate_user_info(self, user: Mapping[str, Any], scope: str) -> UserInfo:
            return UserInfo(user)

        def encode_id_token(self, token: dict[str, Any], request: OAuth2Request) -> str:
            # Authlib's own claims, at the city's time, then whatever a test bends.
            claims = _claims_of(super().encode_id_token(token, request))
            now_s = provider.now_s()
            claims |= {"iat": now_s, "exp": now_s + 300}
            claims.pop("auth_time", None)
            return provider.bent.token(provider.sign(provider.bent.claims(claims)))

    made = Server(scopes_supported=["openid", "profile"])
    made.register_grant(Grant, [Claims(require_nonce=True), CodeChallenge(required=True)])
    made.register_token_generator("default", _bearer)
    return made


def _as_https(request: Request) -> str:
    """On loopback there is no TLS, and Authlib's server takes no request without."""
    return str(request.url.replace(scheme="https"))


def _bearer(**asked: Any) -> dict[str, Any]:
    return {
        "token_type": "Bearer",
        "access_token": base64.urlsafe_b64encode(json.dumps(asked.get("scope", "")).encode()).decode(),
        "expires_in": 300,
        "scope": asked.get("scope", ""),
    }


def _claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return claims


@contextmanager
def provided(redirect_uri: str, now_s: Callable[[], int]) -> Iterator[OpenIdProvider]:
    """A running provider on a free port of this machine; it is gone when the block ends."""
    with listening() as (listener, address):
        provider = OpenIdProvider(address, redirect_uri, now_s)
        with running(provider.application(), listener):
            yield provider
