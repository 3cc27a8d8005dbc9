"""Signing in with the city's own accounts, against a real provider on this machine: the way in, and no other way."""

from __future__ import annotations

import base64
import hmac
import json
import re
import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, ip_network
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jwt
from support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Bent, OpenIdProvider, new_key, provided
from support.seed import Town, town
from support.visitors import person, signed_in
from support.web_server import serving

from api.id_token import SKEW_S
from api.invitations import FOR_PEOPLE, invite
from api.oidc import ASKED_AGAIN_US, BACK, KEPT_US, TRY_US, OpenId, Provider, read_rules
from api.passwords import Passwords
from complaints.outward import Outward
from contract.clock import SECOND_US
from contract.errors import BadInput
from store.audit import examine
from store.people import Deed, Person

CITY_URL = "http://kota.test"
RULES = "groups=it:admin, groups=bpbd:officer/bpbd/34.71.06, realm_access.roles=tek:technician"
BUDI = {"sub": "7f3", "preferred_username": "Budi.S", "name": "Budi Santoso", "groups": ["bpbd", "all"]}
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kuda batu lampu hujan"
NEAR = ("127.0.0.1",)
NUMBERS = count(1)
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@dataclass
class Browser:
    """A browser that follows no redirect by itself, with cookies of its own."""

    client: httpx.Client
    provider: OpenIdProvider
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str, **query: str) -> httpx.Response:
        return self._sent("GET", path, params=query or None)

    def post(self, path: str, **fields: str) -> httpx.Response:
        return self._sent("POST", path, data=fields)

    def _sent(self, method: str, path: str, **more: Any) -> httpx.Response:
        self.client.cookies.clear()
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {
            "accept": "text/html",
            "cookie": cookie,
            "origin": str(self.client.base_url).rstrip("/"),
            "x-forwarded-for": str(IPv4Address("198.18.0.0") + next(NUMBERS)),
        }
        answer = self.client.request(method, path, headers=headers, **more)
        for name, value in answer.cookies.items():
            self.cookies[name] = value
        for told in answer.headers.get_list("set-cookie"):
            if "Max-Age=0" in told:
                self.cookies.pop(told.split("=", 1)[0], None)
        return answer

    def begin(self, **query: str) -> str:
        """The address at the provider that one is sent to."""
        answer = self.get("/masuk/openid", **query)
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    def at_provider(self, address: str) -> dict[str, str]:
        """Signed in there: what the provider sends one back with."""
        answer = httpx.get(address, trust_env=False, verify=NO_TLS)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["location"])
        assert f"{back.scheme}://{back.netloc}{back.path}" == CITY_URL + BACK
        return dict(parse_qsl(back.query))

    def come(self, **changes: str) -> httpx.Response:
        """The whole way, in and back."""
        return self.get(BACK, **{**self.at_provider(self.begin()), **changes})

    @property
    def account(self) -> str:
        """Who one is signed in as; "" for nobody."""
        page = self.get("/akun")
        found = re.search(r"</dt><dd>([a-z0-9._@+-]{3,64})</dd>", page.text) if page.status_code == 200 else None
        return found[1] if found else ""


@dataclass
class Stage:
    """A city, its pages and its provider."""

    city: Town
    client: httpx.Client
    provider: OpenIdProvider

    def browser(self) -> Browser:
        return Browser(self.client, self.provider)

    def turned_away(self) -> list[str]:
        return [
            one.detail for one in self.city.cities.security_events(self.city.profile.code) if one.what == "bad_openid"
        ]

    def person(self, account: str) -> Person | None:
        return self.city.cities.person_of_account(self.city.profile.code, account)


def openid_of(city: Town, provider: OpenIdProvider, rules: str, break_glass: str, secret: str) -> OpenId:
    trusted = Provider(
        provider.issuer, CLIENT_ID, secret, read_rules(rules, roles=FOR_PEOPLE, where="test"), break_glass
    )
    outward = Outward((ip_network("127.0.0.0/8"),), trust=NO_TLS)
    return OpenId(trusted, outward=outward, clock=city.clock, base_url=CITY_URL)


@pytest.fixture
def build(made: Town, serve: Callable[..., httpx.Client]) -> Iterator[Callable[..., Stage]]:
    """A city with a provider. The provider's people are Budi, unless a test says otherwise."""
    with provided(CITY_URL + BACK, lambda: made.now_us // SECOND_US) as provider:
        provider.user = dict(BUDI)

        def built(*, rules: str = RULES, break_glass: str = "", secret: str = CLIENT_SECRET) -> Stage:
            openid = openid_of(made, provider, rules, break_glass, secret)
            client = serve(made, openid=openid, base_url=CITY_URL, passwords=Passwords(HASHER), trusted_proxies=NEAR)
            return Stage(made, client, provider)

        yield built


@pytest.fixture
def stage(build: Callable[..., Stage]) -> Stage:
    return build()


@pytest.fixture(scope="module")
def street(played: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """One city for all attacks: each comes an hour after the last, by somebody whom the provider never sent before."""
    folder = tmp_path_factory.mktemp("openid") / "city"
    shutil.copytree(played("nothing"), folder)
    city = town(folder, register=False)
    with provided(CITY_URL + BACK, lambda: city.now_us // SECOND_US) as provider:
        openid = openid_of(city, provider, RULES, "", CLIENT_SECRET)
        with (
            serving(city, openid=openid, base_url=CITY_URL, trusted_proxies=NEAR) as address,
            httpx.Client(base_url=address, timeout=20, trust_env=False, verify=NO_TLS) as client,
        ):
            yield Stage(city, client, provider)
    city.close()


@pytest.fixture
def attacked(street: Stage) -> Stage:
    """The same, an hour later, with a provider that does nothing wrong."""
    street.city.clock.advance(KEPT_US / SECOND_US)
    street.provider.bent = Bent()
    name = f"orang.{next(NUMBERS)}"
    street.provider.user = {**BUDI, "sub": name, "preferred_username": name}
    return street


# ---------------------------------------------------------------- the way in


def test_a_city_account_comes_in_with_the_role_that_a_rule_gives(stage: Stage) -> None:
    """The first time makes the account, by its subject; the second time finds it again."""
    browser = stage.browser()
    answer = browser.come()
    assert answer.status_code == 303, stage.turned_away()
    assert answer.headers["location"] == "/akun"
    assert browser.account == "budi.s"
    budi = stage.person("budi.s")
    assert budi is not None
    assert (budi.role, budi.agency, budi.regions, budi.password) == ("officer", "bpbd", ("34.71.06",), "")
    assert budi.subject == f"{stage.provider.issuer}|7f3"
    again = stage.browser()
    assert again.come().status_code == 303
    assert len(stage.city.cities.people(stage.city.profile.code)) == 1
    assert examine(stage.city.cities, stage.city.profile.code).wrong is None


def test_one_goes_on_to_the_page_that_one_wanted(stage: Stage) -> None:
    """A page of ours, never another site's."""
    for wanted, told in (("/kasus?keadaan=terbuka", "/kasus?keadaan=terbuka"), ("//evil.example", "/akun")):
        browser = stage.browser()
        back = browser.at_provider(browser.begin(lanjut=wanted))
        assert browser.get(BACK, **back).headers["location"] == told


@pytest.mark.parametrize(("kind", "algorithm"), [("RSA", "PS256"), ("EC", "ES256"), ("OKP", "Ed25519")])
def test_other_asymmetric_signatures_are_believed(stage: Stage, kind: str, algorithm: str) -> None:
    """Whatever the provider signs with, so long as only the provider can."""
    stage.provider.key, stage.provider.algorithm = new_key("k", kind), algorithm
    assert stage.browser().come().status_code == 303


def test_a_new_key_of_the_provider_is_found(stage: Stage) -> None:
    """Keys are changed at the provider without a word to us; the list is asked again, but not at every try."""
    assert stage.browser().come().status_code == 303
    stage.provider.key = new_key("second")
    assert stage.browser().come().status_code == 403  # the list is not yet a minute old
    stage.city.clock.advance(ASKED_AGAIN_US / SECOND_US)
    assert stage.browser().come().status_code == 303
    asked = stage.provider.asked.count("keys")
    assert stage.browser().come().status_code == 303
    assert stage.provider.asked.count("keys") == asked == 2


def test_the_providers_clock_may_be_a_minute_off(stage: Stage) -> None:
    """Both ways, and no more."""
    for off_s, status in ((SKEW_S, 303), (-300 - SKEW_S + 1, 303), (SKEW_S + 1, 403), (-300 - SKEW_S, 403)):
        moved = lambda claims, off_s=off_s: {**claims, "iat": claims["iat"] + off_s, "exp": claims["exp"] + off_s}  # noqa: E731
        stage.provider.bent.claims = moved
        assert stage.browser().come().status_code == status, off_s


def test_a_provider_without_basic_is_shown_the_secret_in_the_form(stage: Stage) -> None:
    """As its discovery says."""
    stage.provider.bent.discovery = lambda found: {
        **found,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    assert stage.browser().come().status_code == 303


def test_what_the_rules_say_holds_at_every_sign_in(stage: Stage) -> None:
    """Another group tomorrow is another role tomorrow; no group any more is no way in any more."""
    assert stage.browser().come().status_code == 303
    stage.provider.user = {**BUDI, "groups": [], "realm_access": {"roles": ["tek"]}}
    assert stage.browser().come().status_code == 303
    budi = stage.person("budi.s")
    assert budi is not None
    assert (budi.role, budi.agency, budi.regions) == ("technician", "", ())
    stage.provider.user = {**BUDI, "groups": "bpbd-something"}
    browser = stage.browser()
    assert browser.come().status_code == 403
    assert browser.account == ""
    assert stage.turned_away() == ["no_role"]


def test_nobody_becomes_an_administrator_by_a_claim_that_no_rule_names(build: Callable[..., Stage]) -> None:
    """Not by calling themselves so, whatever the claim is called."""
    stage = build(rules="groups=bpbd:officer/bpbd")
    stage.provider.user = {**BUDI, "role": "admin", "roles": ["admin"], "is_admin": True, "agency": "damkar"}
    assert stage.browser().come().status_code == 303
    budi = stage.person("budi.s")
    assert budi is not None
    assert (budi.role, budi.agency) == ("officer", "bpbd")


def test_a_disabled_account_stays_out(stage: Stage) -> None:
    """Whatever the provider says."""
    assert stage.browser().come().status_code == 303
    budi = stage.person("budi.s")
    assert budi is not None
    stage.city.cities.put_person(
        replace(budi, disabled_us=stage.city.now_us), Deed("system", "person.disabled", budi.id, stage.city.now_us)
    )
    assert stage.browser().come().status_code == 403
    assert stage.turned_away() == ["disabled"]


# ---------------------------------------------------------------- accounts of ours


def test_an_account_of_the_same_name_or_address_is_never_taken_over(stage: Stage) -> None:
    """Only the subject names somebody: a provider's user who calls themselves like an administrator is not one."""
    boss = person(stage.city, "budi.s", "admin", password=HASHER.hash(PASSWORD))
    stage.provider.user = {**BUDI, "email": "budi.s@kota.example", "email_verified": True}
    browser = stage.browser()
    assert browser.come().status_code == 403
    assert browser.account == ""
    assert stage.turned_away() == ["taken"]
    assert stage.city.cities.person(boss.id) == boss


def _linking(stage: Stage, one: Person) -> tuple[Browser, dict[str, str]]:
    """Somebody signed in who has begun to join their account: what the provider sends them back with."""
    visitor = signed_in(stage.city, one)
    browser = stage.browser()
    browser.cookies |= visitor.cookies
    page = browser.post("/akun/openid", csrf=visitor.csrf)
    assert page.status_code == 200
    address = re.search(r'class="button" href="([^"]+)"', page.text)
    assert address is not None
    return browser, browser.at_provider(address[1].replace("&amp;", "&"))


def test_somebody_signed_in_joins_their_own_account(stage: Stage) -> None:
    """From then on the subject opens it, with the role that it has here and not the rule's."""
    boss = person(stage.city, "kepala", "admin", password=HASHER.hash(PASSWORD))
    browser, back = _linking(stage, boss)
    assert browser.get(BACK, **back).headers["location"] == "/akun?kabar=openid"
    other = stage.browser()
    assert other.come().status_code == 303
    assert other.account == "kepala"
    assert stage.person("budi.s") is None


def test_an_account_is_joined_in_the_session_that_asked_for_it_alone(stage: Stage) -> None:
    """Another person's browser, or the same one signed out, joins nothing."""
    boss = person(stage.city, "kepala", "admin", password=HASHER.hash(PASSWORD))
    browser, back = _linking(stage, boss)
    other = signed_in(stage.city, person(stage.city, "lain", "operator"))
    browser.cookies |= other.cookies
    assert browser.get(BACK, **back).status_code == 403
    browser, back = _linking(stage, boss)
    browser.cookies.pop("siaga")
    assert browser.get(BACK, **back).status_code == 403
    assert stage.turned_away() == ["other_session", "other_session"]
    assert stage.city.cities.person_of_subject(stage.city.profile.code, f"{stage.provider.issuer}|7f3") is None


def test_a_city_account_is_joined_to_one_account(stage: Stage) -> None:
    """A second one is refused, and so is a second subject for the same account."""
    assert stage.browser().come().status_code == 303
    boss = person(stage.city, "kepala", "admin", password=HASHER.hash(PASSWORD))
    browser, back = _linking(stage, boss)
    assert browser.get(BACK, **back).status_code == 409
    stage.provider.user = {**BUDI, "sub": "8a4"}
    browser, back = _linking(stage, boss)
    assert browser.get(BACK, **back).status_code == 303
    stage.provider.user = {**BUDI, "sub": "9b5"}
    browser, back = _linking(stage, boss)
    assert browser.get(BACK, **back).status_code == 409


def test_joining_needs_a_form_of_ours(stage: Stage) -> None:
    """A page elsewhere cannot begin it in somebody's name."""
    visitor = signed_in(stage.city, person(stage.city, "kepala", "admin"))
    browser = stage.browser()
    browser.cookies |= visitor.cookies
    assert browser.post("/akun/openid").status_code == 403
    assert browser.get("/akun/openid").status_code == 405


def test_passwords_can_be_switched_off_for_all_but_one_administrator(build: Callable[..., Stage]) -> None:
    """The emergency account still comes in, and only as an administrator; invitations make no other password."""
    stage = build(break_glass="darurat")
    person(stage.city, "darurat", "admin", password=HASHER.hash(PASSWORD))
    person(stage.city, "petugas", "officer", agency="bpbd", password=HASHER.hash(PASSWORD))
    for account, status in (("petugas", 403), ("darurat", 303)):
        browser = stage.browser()
        token = re.search(r'name="csrf" value="([^"]*)"', browser.get("/masuk").text)
        assert token is not None
        answer = browser.post("/masuk", csrf=token[1], akun=account, sandi=PASSWORD)
        assert answer.status_code == status, account
    link = invite(stage.city.cities, city=stage.city.profile.code, base_url="", role="operator",
                  now_us=stage.city.now_us, actor="system")  # fmt: skip
    browser = stage.browser()
    token = re.search(r'name="csrf" value="([^"]*)"', browser.get(link).text)
    assert token is not None
    answer = browser.post(link, csrf=token[1], akun="baru", nama="Baru", sandi=PASSWORD, sandi_lagi=PASSWORD)
    assert answer.status_code == 403
    assert stage.person("baru") is None


def test_the_sign_in_page_offers_the_second_way(stage: Stage) -> None:
    """A link and no form: a form of ours leads to no other site."""
    page = stage.browser().get("/masuk", lanjut="/kasus").text
    assert 'href="/masuk/openid?lanjut=%2Fkasus"' in page or 'href="/masuk/openid?lanjut=/kasus"' in page


def test_a_city_without_a_provider_has_no_such_way(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Neither the addresses nor the button."""
    client = serve(made)
    assert client.get("/masuk/openid", headers={"accept": "text/html"}).status_code == 404
    assert "/masuk/openid" not in client.get("/masuk", headers={"accept": "text/html"}).text


# ---------------------------------------------------------------- no other way in

Attack = Callable[[Stage], httpx.Response]


def claims(**changes: Any) -> Attack:
    """A token with other claims, well signed. None takes one away."""

    def attack(stage: Stage) -> httpx.Response:
        stage.provider.bent.claims = lambda told: {k: v for k, v in {**told, **changes}.items() if v is not None}
        return stage.browser().come()

    return attack


def token(bend: Callable[[Stage, str], str]) -> Attack:
    """Another token than the one that was signed."""

    def attack(stage: Stage) -> httpx.Response:
        stage.provider.bent.token = lambda told: bend(stage, told)
        return stage.browser().come()

    return attack


def back(**changes: str) -> Attack:
    return lambda stage: stage.browser().come(**changes)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def body_of(text: str) -> str:
    return text.split(".")[1]


def hmac_signed(stage: Stage, told: str, secret: bytes) -> str:
    """The classic: a symmetric signature whose secret is something public or shared. By hand: no library makes it."""
    begun = f"{part({'alg': 'HS256', 'kid': stage.provider.key.kid})}.{body_of(told)}"
    signed = hmac.new(secret, begun.encode(), "sha256").digest()
    return f"{begun}.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"


def foreign(stage: Stage, told: str, **header: Any) -> str:
    """By somebody else's key."""
    other = new_key(str(stage.provider.key.kid))
    body = json.loads(base64.urlsafe_b64decode(body_of(told) + "=="))
    registry = jwt.JWSRegistry(algorithms=["RS256"], strict_check_header=False)
    shown = {"jwk": other.as_dict(private=False)} if header.pop("brought", False) else {}
    return jwt.encode({"alg": "RS256", "kid": other.kid, **shown, **header}, body, other, registry=registry)


def oct_in_list(stage: Stage) -> httpx.Response:
    """A shared secret in the list of keys, and a token signed with it."""
    secret = b"s" * 32
    listed = {"kty": "oct", "k": base64.urlsafe_b64encode(secret).decode().rstrip("="), "kid": "first", "alg": "HS256"}
    stage.provider.bent.keys = lambda keys: [*keys, listed]
    return token(lambda stage, told: hmac_signed(stage, told, secret))(stage)


def other_browser(stage: Stage) -> httpx.Response:
    """The victim is led to the attacker's answer (sign-in CSRF)."""
    attacker, victim = stage.browser(), stage.browser()
    answer = attacker.at_provider(attacker.begin())
    victim.begin()
    return victim.get(BACK, **answer)


def no_cookie(stage: Stage) -> httpx.Response:
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    browser.cookies.clear()
    return browser.get(BACK, **answer)


def bent_cookie(stage: Stage) -> httpx.Response:
    """The attacker rewrites what the try wants."""
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    body, seal = browser.cookies["siaga-openid"].split(".")
    told = {**json.loads(base64.urlsafe_b64decode(body + "==")), "session": "another's"}
    browser.cookies["siaga-openid"] = f"{part(told)}.{seal}"
    return browser.get(BACK, **answer)


def old_try(stage: Stage) -> httpx.Response:
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    stage.city.clock.advance(TRY_US / SECOND_US + 1)
    return browser.get(BACK, **answer)


def again(stage: Stage) -> httpx.Response:
    """The whole answer once more, by whoever has a copy of the cookie."""
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    cookies = dict(browser.cookies)
    assert browser.get(BACK, **answer).status_code == 303
    copy = stage.browser()
    copy.cookies = cookies
    return copy.get(BACK, **answer)


def used_code(stage: Stage) -> httpx.Response:
    """A code that has been used, in a new try."""
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    assert browser.get(BACK, **answer).status_code == 303
    return stage.browser().come(code=answer["code"])


def stolen_code(stage: Stage) -> httpx.Response:
    """The victim's fresh code in the attacker's own try: PKCE does not fit."""
    victim = stage.browser()
    code = victim.at_provider(victim.begin())["code"]
    return stage.browser().come(code=code)


def other_nonce(stage: Stage) -> httpx.Response:
    """A token that was made for another try."""
    kept: list[str] = []

    def swap(told: str) -> str:
        kept.append(told)
        return kept[0]

    stage.provider.bent.token = swap
    assert stage.browser().come().status_code == 303
    return stage.browser().come()


def other_redirect(stage: Stage) -> httpx.Response:
    """A code that was given out for another address of the client's."""
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    stage.provider.codes[answer["code"]].redirect_uri = "https://evil.example/back"
    return browser.get(BACK, **answer)


def said_twice(stage: Stage) -> httpx.Response:
    browser = stage.browser()
    answer = browser.at_provider(browser.begin())
    return browser.get(f"{BACK}?{urlencode([*answer.items(), ('code', 'another')])}")


def discovery(**changes: Any) -> Attack:
    def attack(stage: Stage) -> httpx.Response:
        stage.provider.bent.discovery = lambda found: {**found, **changes}
        return stage.browser().get("/masuk/openid")

    return attack


def encryption_key(stage: Stage) -> httpx.Response:
    stage.provider.bent.keys = lambda keys: [{**one, "use": "enc"} for one in keys]
    return stage.browser().come()


def unsupported_crit(stage: Stage, told: str) -> str:
    """Well signed, by hand, under a header that says: whoever does not know this must refuse."""
    header = {"alg": "RS256", "kid": stage.provider.key.kid, "crit": ["urn:x"], "urn:x": True}
    begun = f"{part(header)}.{body_of(told)}"
    private = serialization.load_pem_private_key(stage.provider.key.as_pem(private=True), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    signed = private.sign(begun.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{begun}.{base64.urlsafe_b64encode(signed).rstrip(b'=').decode()}"


ATTACKS: dict[str, tuple[Attack, str]] = {
    "no state": (back(state=""), "wrong_state"),
    "another state": (back(state="x" * 43), "wrong_state"),
    "another browser's answer": (other_browser, "wrong_state"),
    "no cookie": (no_cookie, "no_try"),
    "a bent cookie": (bent_cookie, "bent_try"),
    "an old try": (old_try, "old_try"),
    "the same answer again": (again, "state_again"),
    "a field said twice": (said_twice, "said_twice"),
    "no code": (back(code=""), "no_code"),
    "an endless code": (back(code="a" * 16_001), "no_code"),
    "an invented code": (back(code="invented"), "code_refused"),
    "a used code": (used_code, "code_refused"),
    "a stolen code": (stolen_code, "code_refused"),
    "another redirect_uri": (other_redirect, "code_refused"),
    "the provider says no": (back(error="access_denied"), "denied"),
    "an answer of no issuer": (back(iss=""), "other_issuer"),
    "an answer of another issuer": (back(iss="https://evil.example"), "other_issuer"),
    "another nonce": (claims(nonce="x" * 43), "bad_token nonce"),
    "no nonce": (claims(nonce=None), "bad_token nonce"),
    "another try's token": (other_nonce, "bad_token nonce"),
    "another issuer's token": (claims(iss="https://evil.example"), "bad_token iss"),
    "no issuer": (claims(iss=None), "bad_token iss"),
    "another client's token": (claims(aud="another"), "bad_token aud"),
    "no audience": (claims(aud=None), "bad_token aud"),
    "two audiences, made for nobody": (claims(aud=[CLIENT_ID, "another"]), "bad_token azp"),
    "made for another client": (claims(aud=[CLIENT_ID, "another"], azp="another"), "bad_token azp"),
    "expired": (claims(exp=1_700_000_000), "bad_token exp"),
    "without an end": (claims(exp=None), "bad_token exp"),
    "an end that is no number": (claims(exp="never"), "bad_token exp"),
    "made tomorrow": (claims(iat=4_000_000_000), "bad_token iat"),
    "not yet valid": (claims(nbf=4_000_000_000), "bad_token nbf"),
    "no subject": (claims(sub=None), "bad_token sub"),
    "an empty subject": (claims(sub=""), "bad_token sub"),
    "a subject that is no text": (claims(sub=7), "bad_token sub"),
    "an endless subject": (claims(sub="s" * 256), "bad_token sub"),
    "another access token's hash": (claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"), "bad_token at_hash"),
    "alg none": (token(lambda s, t: f"{part({'alg': 'none'})}.{body_of(t)}."), "bad_algorithm"),
    "alg nOnE": (token(lambda s, t: f"{part({'alg': 'nOnE'})}.{body_of(t)}."), "bad_algorithm"),
    "HS256 with the public key": (
        token(lambda s, t: hmac_signed(s, t, s.provider.key.as_pem(private=False))),
        "bad_algorithm",
    ),
    "HS256 with our secret": (token(lambda s, t: hmac_signed(s, t, CLIENT_SECRET.encode())), "bad_algorithm"),
    "HS256 with a key of the list": (oct_in_list, "bad_algorithm"),
    "another's signature": (token(foreign), "bad_signature"),
    "a key that it brings along": (token(lambda s, t: foreign(s, t, brought=True)), "bad_signature"),
    "a key at an address that it names": (
        token(lambda s, t: foreign(s, t, jku="http://127.0.0.1:1/keys")),
        "bad_signature",
    ),
    "a key that nobody knows": (token(lambda s, t: foreign(s, t, kid="unknown")), "unknown_key"),
    "a key's id that is a path": (token(lambda s, t: foreign(s, t, kid="../../etc/passwd")), "unknown_key"),
    "a key for encryption": (encryption_key, "unknown_key"),
    "an algorithm of another type of key": (
        token(lambda s, t: f"{part({'alg': 'ES256', 'kid': 'first'})}.{body_of(t)}.AAAA"),
        "unknown_key",
    ),
    "a header that must be understood": (token(unsupported_crit), "bad_signature"),
    "a changed body": (
        token(lambda s, t: f"{t.split('.')[0]}.{part({'sub': 'boss', 'groups': ['it']})}.{t.split('.')[2]}"),
        "bad_signature",
    ),
    "no signature": (token(lambda s, t: t.rsplit(".", 1)[0] + "."), "bad_signature"),
    "half a token": (token(lambda s, t: t.split(".")[0]), "bad_signature"),
    "no token at all": (token(lambda s, t: ""), "no_token"),
    "an endless token": (token(lambda s, t: "a" * 16_001), "no_token"),
    "something that is no token": (token(lambda s, t: "ini bukan token"), "bad_token"),
    "discovery of another issuer": (discovery(issuer="https://evil.example"), "discovery_of_another"),
    "discovery that leads nowhere": (discovery(authorization_endpoint="javascript:alert(1)"), "discovery_without_tls"),
    "a list of keys in a file": (discovery(jwks_uri="file:///etc/passwd"), "discovery_without_tls"),
}


COPIED = {again, used_code, other_nonce}
"""attacks that begin where somebody has come in honestly"""


@pytest.mark.parametrize("name", ATTACKS)
def test_no_other_way_in(attacked: Stage, name: str) -> None:
    """Nobody comes in, no account is made but the honest one's that the attack copies, and the reason is written down
    for the technicians and not told."""
    attack, why = ATTACKS[name]
    honest = attacked.provider.user["preferred_username"]
    before = {one.account for one in attacked.city.cities.people(attacked.city.profile.code)}
    answer = attack(attacked)
    assert answer.status_code == 403, answer.text
    assert "siaga" not in answer.cookies
    assert attacked.turned_away()[0] == why
    assert why not in re.sub(r"<[^>]*>", "", answer.text)
    known = attacked.city.cities.people(attacked.city.profile.code)
    assert {one.account for one in known} - before <= ({honest} if attack in COPIED else set())
    assert not any(one.role == "admin" for one in known)


@pytest.mark.parametrize("broken", ["status", "keys", "not json", "too long", "token", "inside"])
def test_a_provider_that_is_away_is_said_so(attacked: Stage, broken: str) -> None:
    """503 and when to come again; nobody is let in, and nothing breaks."""
    bent = attacked.provider.bent
    browser = attacked.browser()
    address = browser.begin() if broken in {"token", "keys"} else ""
    if broken == "status":
        bent.status = 500
    elif broken == "keys":
        bent.keys = lambda keys: keys * 2_000
    elif broken == "not json":
        bent.discovery = lambda found: {"issuer": found["issuer"], "jwks_uri": 7}
    elif broken == "too long":
        bent.discovery = lambda found: {**found, "more": "x" * 70_000}
    elif broken == "inside":
        # What discovery names is judged like every address: not every machine of ours is open to it.
        bent.discovery = lambda found: {**found, "token_endpoint": "http://169.254.169.254/token"}
    if address:
        told = browser.at_provider(address)
        if broken == "token":
            bent.status = 502
        answer = browser.get(BACK, **told)
    elif broken == "inside":
        answer = browser.come()
    else:
        answer = browser.get("/masuk/openid")
    expected = 403 if broken == "not json" else 503
    assert answer.status_code == expected, answer.text
    assert "siaga" not in answer.cookies
    if expected == 503:
        assert answer.headers["retry-after"] == "30"


def test_the_client_secret_is_needed(build: Callable[..., Stage]) -> None:
    """A provider that does not know us gives us nothing."""
    stage = build(secret="another-secret-of-sixteen")
    assert stage.browser().come().status_code == 403
    assert stage.turned_away() == ["code_refused"]


def test_discovery_is_asked_once_an_hour(stage: Stage) -> None:
    """A crowd at the door is not a crowd at the provider."""
    for _ in range(3):
        stage.browser().begin()
    assert stage.provider.asked.count("discovery") == 1
    stage.city.clock.advance(KEPT_US / SECOND_US)
    stage.browser().begin()
    assert stage.provider.asked.count("discovery") == 2


@pytest.mark.parametrize(
    "text", ["groups", "groups=it", "groups=it:boss", "=it:admin", "groups=:admin", "groups=it:", "groups=it:service"]
)
def test_a_rule_that_is_none_stops_the_start(text: str) -> None:
    """With its text and how to write one."""
    with pytest.raises(BadInput, match="is no rule"):
        read_rules(text, roles=FOR_PEOPLE, where="setting SIAGA_OIDC_ROLES")
