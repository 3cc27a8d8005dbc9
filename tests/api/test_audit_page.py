"""The audit log on the pages: what is found, whether it is whole, what leaves as a spreadsheet, and who was refused."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import httpx
import pytest
from sqlalchemy import text
from support.seed import Town
from support.visitors import person, signed_in

from api.audit_page import PAGE, Wanted, newest
from store.people import Deed, SecurityEvent

CITY = "yogyakarta"


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keys=())


def asked(city: Town, client: httpx.Client, path: str, role: str = "admin") -> httpx.Response:
    client.cookies.clear()
    who = signed_in(city, person(city, f"si-{role}", role))  # type: ignore[arg-type]
    return client.get(path, headers=who.sent)


def record(city: Town, number: int, *, actor: str = "system", what: str = "thing.done", about: str = "thing") -> None:
    for at in range(number):
        city.cities.record(CITY, Deed(actor, what, about, city.now_us, {"at": at}))


def test_the_newest_deeds_come_first_and_older_ones_by_the_page(made: Town, client: httpx.Client) -> None:
    """Every row stands on exactly one page."""
    record(made, 3 * PAGE)
    seen: list[int] = []
    path = "/jejak?perbuatan=thing."
    while path:
        page = asked(made, client, path).text
        shown = [int(one) for one in re.findall(r'class="quiet number">([0-9]+) ·', page)]
        assert len(shown) <= PAGE
        seen += shown
        older = re.search(r'<a href="(/jejak\?[^"]*)" rel="next">', page)
        path = older[1].replace("&amp;", "&") if older else ""
    assert len(seen) == 3 * PAGE
    assert seen == sorted(set(seen), reverse=True)


def test_deeds_are_found_by_who_what_and_to_what(made: Town) -> None:
    """Each alone and all together; nothing of the others."""
    record(made, 2, actor="a" * 32, what="person.role", about="x")
    record(made, 3, actor="b" * 32, what="person.erased", about="x")
    record(made, 4, actor="a" * 32, what="key.made", about="y")
    for wanted, count in (
        (Wanted(actor="a" * 32), 6),
        (Wanted(object="x"), 5),
        (Wanted(what="person."), 5),
        (Wanted("a" * 32, "x", "person.role"), 2),
        (Wanted("b" * 32, "y"), 0),
    ):
        found = newest(made.cities, CITY, wanted)
        assert len(found.rows) == count
        assert all(wanted.fits(row) for row in found.rows)
        assert found.whole


@pytest.mark.parametrize("query", ["lanjut=-5", "lanjut=999999999999999999999", "pelaku=%00", "objek=" + "x" * 2_000])
def test_odd_questions_get_a_page(made: Town, client: httpx.Client, query: str) -> None:
    """Nothing breaks."""
    record(made, 3)
    assert asked(made, client, f"/jejak?{query}").status_code in {200, 400}


def test_an_empty_find_says_so(made: Town, client: httpx.Client) -> None:
    """And leads back to everything."""
    page = asked(made, client, "/jejak?perbuatan=nothing").text
    assert "Tidak ada perbuatan yang cocok" in page
    assert 'href="/jejak">Tampilkan semua' in page


def test_a_whole_log_is_said_to_be_whole_and_a_changed_row_is_named(made: Town, client: httpx.Client) -> None:
    """With the head to note down; a head that was noted earlier is looked for."""
    record(made, 20)
    page = asked(made, client, "/jejak/periksa").text
    assert "Jejak utuh" in page
    head = re.search(r'value="([0-9a-f]{64})" readonly', page)
    assert head is not None
    assert "ada di dalamnya" in asked(made, client, f"/jejak/periksa?kepala={head[1]}").text
    assert "Jejak rusak" in asked(made, client, f"/jejak/periksa?kepala={'0' * 64}").text
    with made.cities._db.write() as connection:  # type: ignore[attr-defined]
        connection.execute(text("UPDATE audit_rows SET actor = 'nobody' WHERE number = 7"))
    page = asked(made, client, "/jejak/periksa").text
    assert "Jejak rusak" in page
    assert "Baris 7 diubah" in page


def test_the_spreadsheet_holds_every_row_and_no_formula(made: Town, client: httpx.Client) -> None:
    """In order, with the digests; a word that somebody smuggled into the log is text."""
    record(made, 5)
    record(made, 1, what='=HYPERLINK("http://evil.example")', about="@SUM(1)")
    answer = asked(made, client, "/jejak.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text, newline="")))
    kept = made.cities.audit(CITY)
    assert [int(row["number"]) for row in rows] == [row.number for row in kept][: len(rows)]
    assert len(rows) == len(kept)
    odd = next(row for row in rows if "HYPERLINK" in row["what"])
    assert odd["what"].startswith("'=")
    assert odd["object"].startswith("'@")
    only = asked(made, client, "/jejak.csv?perbuatan=thing.").text
    assert len(list(csv.reader(io.StringIO(only)))) == 6


def test_those_who_were_turned_away_are_shown_to_who_looks_after_the_doors(made: Town, client: httpx.Client) -> None:
    """By door and reason, page by page; an operator and a technician see it, and of the log nothing."""
    assert "Belum ada yang ditolak" in asked(made, client, "/jejak/ditolak", "operator").text
    events = [
        SecurityEvent(CITY, made.now_us - n, "broker", "unknown_ca", f"node-{n}", "203.0.113.9", "by a test")
        for n in range(250)
    ]
    made.cities.note_security([*events, SecurityEvent(CITY, made.now_us, "api", "csrf", "", "203.0.113.9", "a form")])
    for role in ("technician", "operator", "admin"):
        page = asked(made, client, "/jejak/ditolak?pintu=broker", role).text
        assert page.count("unknown_ca<") == 101  # a row each and the choice in the form
        assert "a form" not in page
        assert 'href="/jejak/ditolak?pintu=broker&amp;lanjut=100" rel="next"' in page
    assert asked(made, client, "/jejak/ditolak?lanjut=200").text.count("unknown_ca<") == 52
    assert 'href="/jejak"' not in asked(made, client, "/jejak/ditolak", "operator").text


def test_what_an_attacker_calls_itself_is_text(made: Town, client: httpx.Client) -> None:
    """In the list of who was turned away too."""
    bad = "<img src=x onerror=alert(1)>"
    made.cities.note_security([SecurityEvent(CITY, made.now_us, "broker", bad, bad, bad, bad)])
    assert bad not in asked(made, client, "/jejak/ditolak").text
