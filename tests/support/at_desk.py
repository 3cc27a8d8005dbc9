"""What residents and officers send to a city's desk, and what they read of its pages."""

from __future__ import annotations

import re

import httpx
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from store.cases import Case
from store.photos import Photo

KEY = "0123456789abcdef" * 2
GOOD = {"kunci": KEY, "jenis": "lampu-jalan", "tempat": "r:34.71.05.1001", "cerita": "Lampu padam di depan masjid."}


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


def send(client: httpx.Client, who: Visitor, path: str, *files: bytes, **data: str | list[str]) -> httpx.Response:
    """A form with files, as a browser sends it: an empty field of files comes as one without a name."""
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    parts = [("foto", (f"IMG_{n}.jpg", raw, "image/jpeg")) for n, raw in enumerate(files)]
    return client.post(
        path, headers=headers, data={"csrf": who.csrf, **data}, files=parts or [("foto", ("", b"", "image/jpeg"))]
    )


def post(client: httpx.Client, who: Visitor, path: str, **data: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **data})


def ask(client: httpx.Client, who: Visitor, path: str) -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def reported(made: Town, client: httpx.Client, *files: bytes, **more: str) -> tuple[Case, list[Photo]]:
    """A case that one report with these photos made."""
    assert send(client, stranger(), "/lapor", *files, **{**GOOD, **more}).status_code == 303
    report = made.cities.report_of(made.profile.code, f"web/{more.get('kunci', KEY)}")
    assert report is not None
    case = made.cities.case(report.number)
    assert case is not None
    return case, list(made.cities.photos_of(case.number))


def officer_of(made: Town, case: Case) -> Visitor:
    return signed_in(made, person(made, "petugas", "officer", agency=case.agency))
