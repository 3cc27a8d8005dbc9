"""Forms that are not ours, cookies and tokens that were bent: nothing happens, and it is written down."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256

import httpx
import pytest
from support.seed import Town, town
from support.visitors import Visitor, person, program, signed_in, stranger
from support.web_server import serving

from api.address import at_home, bucket_of, client_address, networks
from api.policy import RULES
from api.sign_in import next_address
from api.tokens import Device, digest, fresh, same

ORIGIN = "https://siaga.kota.test"


@pytest.fixture
def asked(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    """A client of a city at ORIGIN, with the cookies of plain http for brevity's sake."""
    return serve(made, base_url=ORIGIN)


def secure(visitor: Visitor) -> dict[str, str]:
    """Its cookies under the names that they have over https."""
    names = {"siaga": "__Host-siaga", "siaga-perangkat": "__Host-siaga-perangkat"}
    told = {"accept": "text/html", **visitor.headers}
    if visitor.cookies:
        told["cookie"] = "; ".join(f"{names[name]}={value}" for name, value in visitor.cookies.items())
    return told


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": ORIGIN}, 303),
        ({"origin": ORIGIN, "sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"origin": f"{ORIGIN}:443"}, 303),
        ({"origin": "HTTPS://SIAGA.KOTA.TEST"}, 303),
        ({}, 403),
        ({"origin": "null"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "https://jahat.test"}, 403),
        ({"origin": "http://siaga.kota.test"}, 403),
        ({"origin": "https://siaga.kota.test.jahat.test"}, 403),
        ({"origin": "https://jahat.test/siaga.kota.test"}, 403),
        ({"origin": "https://siaga.kota.test@jahat.test"}, 403),
        ({"origin": "https://siaga.kota.test:444"}, 403),
        ({"origin": "https://[::1"}, 403),
        ({"origin": ORIGIN, "sec-fetch-site": "cross-site"}, 403),
        ({"origin": ORIGIN, "sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none", "origin": "https://jahat.test"}, 403),
    ],
)
def test_where_a_form_comes_from(made: Town, asked: httpx.Client, headers: dict[str, str], status: int) -> None:
    """Only from a page of ours; a neighbour under the same domain is not one."""
    one = person(made, "budi", "officer", agency="bpbd")
    visitor = signed_in(made, one)
    answer = asked.post("/keluar", headers={**secure(visitor), **headers}, data={"csrf": visitor.csrf})
    assert answer.status_code == status
    open_now = made.cities.sessions_of(one.id, made.now_us)
    assert bool(open_now) is (status == 403)
    events = [event.what for event in made.cities.security_events(made.profile.code)]
    assert events == (["foreign_origin"] if status == 403 else [])


def test_no_route_that_does_something_takes_it_from_elsewhere(made: Town, asked: httpx.Client) -> None:
    """Each of them, asked by an administrator's browser: a foreign page is refused and written down, and so is one of
    ours without the token; where programs file reports, a session is nobody's key, and where others' programs bring a
    proof of their own, nobody's session is looked at."""
    visitor = signed_in(made, person(made, "kepala", "admin"))
    unsafe = [one for one in RULES.items() if one[0][0] not in {"GET", "HEAD"}]
    assert len(unsafe) > 10
    for (method, route), rule in unsafe:
        if rule.signed:
            assert rule.asks_nobody, route
            continue
        path = re.sub(r"\{fmt\}", "json", route)
        path = re.sub(r"\{[^}]+\}", "tidak-ada", path)
        foreign = {**secure(visitor), "origin": "https://jahat.test"}
        answer = asked.request(method, path, headers=foreign, data={"csrf": visitor.csrf})
        if rule.key_in_form:
            # Who leaves brings the number of what they follow; one that names nothing is answered alike.
            assert answer.status_code in ({200} if "/keluar/" in route else {400, 401, 403}), route
            continue
        assert answer.status_code == 403, route
        newest = made.cities.security_events(made.profile.code)[0]
        assert (newest.what, newest.detail) == ("foreign_origin", f"{method} {route}")
        own = {**secure(visitor), "origin": ORIGIN}
        assert asked.request(method, path, headers=own, data={"a": "1"}).status_code == 403, route
        events = made.cities.security_events(made.profile.code)
        assert ("csrf", f"{method} {route}") in {(one.what, one.detail) for one in events}


@pytest.mark.parametrize(
    "data",
    [
        "",
        "csrf=",
        "csrf=wrong",
        "csrf={other}",
        "csrf={own}x",
        "csrf={device}",
        "csrf={own}&csrf={own}",
        "csrf=wrong&csrf={own}",
        "CSRF={own}",
        "csrf=%00{own}",
        "csrf=" + "x" * 60_000,
        "&".join(f"a{n}=1" for n in range(500)) + "&csrf={own}",
    ],
)
def test_a_form_without_its_token(made: Town, asked: httpx.Client, data: str) -> None:
    """Missing, another session's, a device's, doubled or bent: refused, and nothing is done."""
    one = person(made, "budi", "officer", agency="bpbd")
    visitor, other = signed_in(made, one), signed_in(made, person(made, "siti", "admin"))
    headers = {**secure(visitor), "origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    body = data.format(own=visitor.csrf, other=other.csrf, device=stranger().csrf)
    answer = asked.post("/keluar", headers=headers, content=body)
    assert answer.status_code == 403
    assert "Muat ulang halaman" in answer.text
    assert made.cities.sessions_of(one.id, made.now_us)
    assert made.cities.security_events(made.profile.code)[0].what == "csrf"


def test_a_token_in_a_header_counts_and_another_content_type_hides_none(made: Town, asked: httpx.Client) -> None:
    """A script of ours may say it in a header; JSON, text and multipart bodies bring none by themselves."""
    visitor = signed_in(made, person(made, "budi", "officer", agency="bpbd"))
    for kind in ("text/plain", "application/json", "multipart/form-data; boundary=x"):
        headers = {**secure(visitor), "origin": ORIGIN, "content-type": kind}
        assert asked.post("/keluar", headers=headers, content=f"csrf={visitor.csrf}").status_code == 403, kind
    headers = {**secure(visitor), "origin": ORIGIN, "x-csrf-token": visitor.csrf}
    assert asked.post("/keluar", headers=headers).status_code == 303


def test_signing_in_needs_a_token_too(made: Town, asked: httpx.Client) -> None:
    """Nobody is signed in to a stranger's account by a stranger's page."""
    for visitor, csrf in ((stranger(), ""), (stranger(), "x"), (Visitor(), stranger().csrf)):
        headers = {**secure(visitor), "origin": ORIGIN}
        answer = asked.post("/masuk", headers=headers, data={"csrf": csrf, "akun": "a", "sandi": "b"})
        assert answer.status_code == 403
        assert "Muat ulang halaman" in answer.text


def test_a_key_needs_no_form_and_makes_no_session(made: Town, asked: httpx.Client) -> None:
    """A program shows its key and nothing else; a key beside a cookie counts before it."""
    key = program(made, "operator")
    own = signed_in(made, person(made, "kepala", "admin"))
    assert asked.get("/metrics", headers={**key.headers, "via": "proxy"}).status_code == 200
    both = {**secure(own), **program(made, "resident").headers, "via": "proxy"}
    assert asked.get("/metrics", headers=both).status_code == 403
    assert asked.get("/akun", headers={"accept": "text/html", **key.headers}).status_code == 403


def test_too_large_a_form_is_refused_at_the_gate(made: Town, asked: httpx.Client) -> None:
    """64 KiB, also where the length is not said."""
    visitor = signed_in(made, person(made, "budi", "officer", agency="bpbd"))
    headers = {**secure(visitor), "origin": ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    pieces = (b"a" * 8000 for _ in range(10))
    assert asked.post("/keluar", headers=headers, content=pieces).status_code == 413


# ---------------------------------------------------------------- bent cookies and tokens


def bent(token: str, rng: random.Random) -> str:
    """One way in which somebody might bend a token."""
    ways: list[Callable[[], str]] = [
        lambda: token[:-1],
        lambda: token + "A",
        lambda: token[1:],
        token.swapcase,
        lambda: token[::-1],
        lambda: token.replace(token[5], "A" if token[5] != "A" else "B"),
        lambda: digest(token),
        lambda: sha256(digest(token).encode()).hexdigest(),
        fresh,
        lambda: f"{token}.{token}",
        lambda: f'"{token}x"',
        lambda: token + "%00",
        lambda: token[: rng.randrange(1, len(token))],
        lambda: "".join(rng.sample(token, len(token))),
        lambda: "' or 1=1 --",
        lambda: "null",
        lambda: "0" * len(token),
        lambda: token * 20,
        lambda: "eyJhbGciOiJub25lIn0.eyJyb2xlIjoiYWRtaW4ifQ.",
        lambda: token[:10] + rng.choice("abcXYZ019-_") * 3 + token[13:],
    ]
    return rng.choice(ways)()


@pytest.mark.parametrize("seed", range(60))
def test_a_bent_session_is_nobodys(made_once: tuple[Town, httpx.Client, Visitor], seed: int) -> None:
    """Sixty tamperings with the cookie: the page is a stranger's each time, and never a fault of ours."""
    _, client, visitor = made_once
    rng = random.Random(seed)
    token = visitor.cookies["siaga"]
    wrong = bent(token, rng)
    while wrong == token:
        wrong = bent(token, rng)
    client.cookies.clear()
    answer = client.get("/akun", headers={"accept": "text/html", "cookie": f"siaga={wrong}"})
    assert answer.status_code == 303, wrong
    key = client.get("/metrics", headers={"authorization": f"Bearer {wrong}"})
    assert key.status_code == 401, wrong
    assert client.get(f"/undangan/{wrong.replace('/', '')}").status_code in {404, 429}, wrong
    client.cookies.clear()
    good = client.get("/akun", headers={"accept": "text/html", "cookie": f"siaga={token}"})
    assert good.status_code == 200


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, httpx.Client, Visitor]]:
    """One city and one server for all tamperings."""
    city = town(tmp_path_factory.mktemp("bent"))
    with serving(city) as address, httpx.Client(base_url=address, timeout=20, trust_env=False) as client:
        yield city, client, signed_in(city, person(city, "budi", "officer", agency="bpbd"))
    city.close()


@pytest.mark.parametrize(
    "header",
    ["Bearer", "bearer x", "Bearer x y", "Bearer " + "x" * 5000, "Bearer \u00e9".encode().decode("latin-1")],
)
def test_a_bad_key_is_401_everywhere(made: Town, asked: httpx.Client, header: str) -> None:
    """Also on a public page: a program that shows a key wants to be known."""
    for path in ("/", "/api/v1/cases", "/metrics", "/akun"):
        answer = asked.get(path, headers={"authorization": header.encode("latin-1")})
        assert answer.status_code == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"


def test_a_proxys_own_password_is_none_of_our_business(asked: httpx.Client) -> None:
    """Basic authentication before the pages is somebody else's."""
    assert asked.get("/", headers={"authorization": "Basic YTpi"}).status_code == 200


def test_another_citys_session_and_key_open_nothing_here(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Cities may share a database; people and keys are one city's."""
    made.cities.put_profile(replace(made.profile, code="bantul", nodes=(), sites=(), scales=()), made.now_us)
    elsewhere = Town(replace(made.profile, code="bantul"), made.readings, made.cities, made.clock)
    theirs = signed_in(elsewhere, person(elsewhere, "tamu", "admin"))
    key = program(elsewhere, "admin")
    client = serve(made)
    assert client.get("/akun", headers=theirs.sent).status_code == 303
    assert client.get("/metrics", headers=key.sent).status_code == 401


@pytest.mark.parametrize(
    "cookie",
    ["", ".", "x", "x.y", "x" * 43, "x" * 44 + ".", "é" * 43 + ".", "x" * 42 + " .", "x" * 43 + "." + "y" * 300],
)
def test_a_bent_device_is_a_new_one(cookie: str) -> None:
    """What is not ours gives no token and knows nobody."""
    device = Device.read(cookie)
    good = cookie == "x" * 43
    assert bool(device.nonce) is good
    assert bool(device.form_token) is good
    assert not device.knows("budi", "$argon2id$stored")


def test_a_device_knows_one_account_with_one_password() -> None:
    """The proof is void for another account, another password, another device, and for no password at all."""
    device = Device(fresh()).signed_in("budi", "$argon2id$one")
    assert Device.read(device.cookie).knows("budi", "$argon2id$one")
    assert not device.knows("siti", "$argon2id$one")
    assert not device.knows("budi", "$argon2id$two")
    assert not device.knows("budi", "")
    assert not Device(fresh(), device.proof).knows("budi", "$argon2id$one")
    assert not same("", "")


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("peer", "told", "trusted", "address"),
    [
        ("203.0.113.1", None, (), "203.0.113.1"),
        ("203.0.113.1", "198.51.100.1", (), "203.0.113.1"),
        ("203.0.113.1", "198.51.100.1", ("10.0.0.0/8",), "203.0.113.1"),
        ("10.0.0.1", "198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", ("10.0.0.0/8",), "198.51.100.1"),
        ("10.0.0.1", "10.9.9.9, 10.0.0.2", ("10.0.0.0/8",), "10.9.9.9"),
        ("10.0.0.1", "198.51.100.1, nonsense", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", "", ("10.0.0.0/8",), "10.0.0.1"),
        ("10.0.0.1", None, ("10.0.0.0/8",), "10.0.0.1"),
        ("::ffff:10.0.0.1", "2001:db8::1", ("10.0.0.0/8",), "2001:db8::1"),
        ("fd00::1", "::ffff:198.51.100.1", ("fd00::/8",), "198.51.100.1"),
        ("@", "198.51.100.1", ("10.0.0.0/8",), "unknown"),
    ],
)
def test_whose_word_counts(peer: str, told: str | None, trusted: tuple[str, ...], address: str) -> None:
    """From the right, the first that is no proxy of ours."""
    headers = [] if told is None else [(b"x-forwarded-for", told.encode())]
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert client_address(scope, networks(trusted)) == address


def test_limits_by_address_know_a_customer() -> None:
    """An IPv6 customer has 2^64 addresses and counts once."""
    assert bucket_of("2001:db8::1") == bucket_of("2001:db8::ffff") != bucket_of("2001:db8:0:1::1")
    assert bucket_of("203.0.113.1") != bucket_of("203.0.113.2")
    assert bucket_of("unknown") == "unknown"


@pytest.mark.parametrize(
    ("peer", "header", "host", "trusted", "published", "home"),
    [
        ("127.0.0.1", None, b"127.0.0.1:8080", (), False, True),
        ("::1", None, b"[::1]:8080", (), False, True),
        ("127.0.0.1", None, b"localhost", (), False, True),
        ("203.0.113.1", None, b"127.0.0.1", (), False, False),
        ("127.0.0.1", b"x-forwarded-for", b"127.0.0.1", (), False, False),
        ("127.0.0.1", b"forwarded", b"127.0.0.1", (), False, False),
        ("127.0.0.1", None, b"127.0.0.1", ("127.0.0.1",), False, False),
        ("127.0.0.1", None, b"127.0.0.1", (), True, False),
        ("127.0.0.1", None, b"rebound.example", (), False, False),
        ("testclient", None, b"127.0.0.1", (), False, False),
    ],
)
def test_who_is_at_home(
    peer: str, header: bytes | None, host: bytes, trusted: tuple[str, ...], published: bool, home: bool
) -> None:
    """A program on this machine, for itself; a proxy on this machine speaks for somebody else."""
    headers = [(b"host", host)] + ([(header, b"1.2.3.4")] if header else [])
    scope = {"type": "http", "client": (peer, 1), "headers": headers}
    assert at_home(scope, networks(trusted), published=published) is home


def test_the_next_page_keeps_its_own() -> None:
    """A page of ours with its query is kept whole."""
    assert next_address("/kasus?keadaan=terbuka&x=%2F") == "/kasus?keadaan=terbuka&x=%2F"
