"""What an attacker tries beside the front door: other spellings, other hosts, shared caches, floods of events."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from api.policy import RULES

EVIL = "evil.example"
Serve = Callable[..., httpx.Client]


@pytest.mark.parametrize("path", ["/kasus/", "/kasus//", "/akun/", "/metrics/?a=b", "/nope/", "/%5C%5Cevil.example/"])
def test_a_slash_too_many_leads_to_our_own_page(path: str, made: Town, serve: Serve) -> None:
    """The redirect names no host, so that neither a forged Host nor a proxy that speaks http can bend it."""
    answer = serve(made).get(path, headers={"host": EVIL})
    assert answer.status_code == 307
    wanted = urlsplit(answer.headers["location"])
    assert (wanted.scheme, wanted.netloc) == ("", "")
    assert re.match(r"/[^/\\]", answer.headers["location"])


@pytest.mark.parametrize(
    "path",
    ["//evil.example/x", "///evil.example/", "/%2fevil.example/x", "/%5Cevil.example/x", "//evil.example/%2e%2e"],
)
def test_no_link_of_a_page_leads_to_another_host(path: str, made: Town, serve: Serve) -> None:
    """A path that begins like an address is a page that is not there, and its links stay here."""
    client = serve(made)
    answer = client.get(str(client.base_url).rstrip("/") + path)
    assert answer.status_code == 404
    for address in re.findall(r'(?:href|action|src)="([^"]*)"', answer.text):
        assert urlsplit(address).netloc in {"", client.base_url.netloc.decode()}, address
        assert not re.match(r"[/\\]{2}", address), address


def test_at_home_is_nobody_whom_a_foreign_page_sends(made: Town, serve: Serve) -> None:
    """A browser on this machine can be led here by a name that resolves to loopback: it says that name as the host."""
    client = serve(made)
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", headers={"host": "localhost:1"}).status_code == 200
    for host in (EVIL, f"127.0.0.1.{EVIL}", "10.0.0.1", "[::1", "", "localhost@evil.example/"):
        assert client.get("/metrics", headers={"host": host}).status_code in {400, 401}, host


def test_a_published_city_has_nobody_at_home(made: Town, serve: Serve) -> None:
    """A proxy on the same machine need add no header at all, and hands on loopback as the host: whoever comes through
    it is a stranger all the same, as soon as people reach the pages by another address than this machine's."""
    client = serve(made, base_url="https://siaga.example.go.id")
    assert client.get("/metrics").status_code == 401
    assert client.get("/health/ready").json()["stages"] == {}
    # A program says the host that it was told; nothing of that makes it a program at home.
    assert client.get("/metrics", headers={"host": "127.0.0.1"}).status_code == 401


def visitors(city: Town) -> dict[str, Visitor]:
    return {
        "stranger": stranger(),
        "admin": signed_in(city, person(city, "kepala", "admin")),
        "technician": signed_in(city, person(city, "montir", "technician")),
    }


ALIKE = ("/sw.js", "/manifest.webmanifest", "/portal")
"""the same for everybody"""


def test_no_answer_leaves_it_to_a_cache(made: Town, serve: Serve) -> None:
    """Every page of every kind of visitor says who may keep it; what somebody sees who has signed in is kept by nobody,
    and a shared cache is told that cookies and keys make another answer."""
    client = serve(made)
    for who, visitor in visitors(made).items():
        for method, route in RULES:
            if method != "GET" or route.startswith("/static"):
                continue
            path = re.sub(r"\{fmt\}", "json", route)
            path = re.sub(r"\{[^}]+\}", "tidak-ada", path)
            with client.stream(method, path, headers=visitor.sent, follow_redirects=False) as answer:
                kept = answer.headers.get("cache-control", "")
            assert kept, (who, path)
            if path in ALIKE:
                assert kept == "no-cache", path
            elif "max-age" in kept:
                assert path == "/favicon.ico"
            elif "no-store" not in kept:
                assert (kept, who) == ("no-cache", "stranger"), path
                assert {"cookie", "authorization"} <= {
                    one.strip().lower() for one in answer.headers["vary"].split(",")
                }, path
                again = client.get(path, headers={**visitor.sent, "if-none-match": answer.headers["etag"]})
                assert "cookie" in again.headers["vary"].lower()


def test_no_answer_to_a_session_is_made_smaller(made: Town, serve: Serve) -> None:
    """The length of an answer must tell nothing of the token beside what somebody has brought into the page."""
    client = serve(made)
    admin = signed_in(made, person(made, "kepala", "admin"))
    assert client.get("/", headers={"accept-encoding": "gzip"}).headers["content-encoding"] == "gzip"
    for path in ("/", "/akun", "/kasus?x=" + "a" * 2000):
        answer = client.get(path, headers={**admin.sent, "accept-encoding": "gzip"})
        assert answer.status_code == 200
        assert "content-encoding" not in answer.headers, path


def test_https_stays_https(made: Town, serve: Serve) -> None:
    """Where people come by https, a browser tries nothing else; where they do not, it is not told so."""
    secure = serve(made, base_url="https://siaga.example.go.id").get("/")
    assert secure.headers["strict-transport-security"].startswith("max-age=")
    assert "strict-transport-security" not in serve(made).get("/").headers


def test_a_thousand_made_up_addresses_are_one_event(made: Town, serve: Serve) -> None:
    """Who is turned away at one route again and again is counted in one row, whatever the address, and whichever of an
    IPv6 customer's addresses it comes from: the older rows stay."""
    client = serve(made, trusted_proxies=("127.0.0.1",))
    for number in range(30):
        seen = {"x-forwarded-for": f"2001:db8:1:2::{number:x}", "origin": f"https://{EVIL}"}
        assert client.post(f"/undangan/karangan-{number}", headers=seen).status_code == 403
        assert client.get(f"/kasus/karangan-{number}", headers={**seen, "authorization": "Bearer x"}).status_code == 401
    told = made.cities.security_events(made.profile.code, limit=1_000)
    assert {one.what for one in told} == {"foreign_origin", "bad_key"}
    assert len(told) <= 4  # a minute may end meanwhile
    assert {one.address for one in told} == {"2001:db8:1:2::/64"}
    assert sum(one.count for one in told) == 60
