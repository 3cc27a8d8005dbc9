"""Keys of programs: on the pages and by command."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.commands import new_city, run
from support.seed import Town
from support.visitors import FAR, Visitor, person, signed_in
from typer.testing import CliRunner

from api.keys import PAGE
from api.programs import FOR_PROGRAMS, PREFIX, make
from contract.clock import DAY_US, SECOND_US
from contract.errors import BadInput
from contract.roles import ROLES
from siaga import settings as settings_module
from siaga import wiring
from siaga.cli import app


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keys=())


def get(client: httpx.Client, who: Visitor, path: str = "/kunci") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def post(client: httpx.Client, who: Visitor, path: str = "/kunci", **fields: str) -> httpx.Response:
    client.cookies.clear()
    headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
    return client.post(path, headers=headers, data={"csrf": who.csrf, **fields})


def opens(client: httpx.Client, text: str) -> int:
    client.cookies.clear()
    return client.get("/metrics", headers={**FAR, "authorization": f"Bearer {text}"}).status_code


def boss(city: Town) -> Visitor:
    return signed_in(city, person(city, "kepala", "admin"))


def new_key(city: Town, client: httpx.Client, **more: str) -> str:
    fields = {"label": "Pengumpul metrik", "peran": "service", "hari": "30", **more}
    page = post(client, boss(city), **fields)
    assert page.status_code == 200, page.text
    found = re.search(rf'value="({PREFIX}[^"]+)"', page.text)
    assert found is not None
    assert page.headers["cache-control"] == "private, no-store"
    return found[1]


def test_a_key_is_shown_once_and_not_kept(made: Town, client: httpx.Client, tmp_path: Path) -> None:
    """It opens what its role opens; the list and the database know its digest alone."""
    text = new_key(made, client)
    assert opens(client, text) == 200
    page = get(client, boss(made)).text
    assert "Pengumpul metrik" in page
    assert text not in page
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert kept
    assert not any(text.encode() in file.read_bytes() for file in kept)
    (key,) = made.cities.keys(made.profile.code)
    made_deed = made.cities.audit(made.profile.code)[-2:]
    assert (key.role, key.until_us) == ("service", made.now_us + 30 * DAY_US)
    assert any((row.what, row.object) == ("key.made", key.id) for row in made_deed)


def test_a_revoked_key_opens_nothing(made: Town, client: httpx.Client) -> None:
    """From the very next request on."""
    text = new_key(made, client)
    (key,) = made.cities.keys(made.profile.code)
    assert post(client, boss(made), f"/kunci/{key.id}/cabut").headers["location"] == "/kunci?kabar=cabut"
    assert opens(client, text) == 401
    page = get(client, boss(made)).text
    assert "dicabut" in page
    assert f"/kunci/{key.id}/cabut" not in page


def test_a_key_ends(made: Town, client: httpx.Client) -> None:
    """By itself, on the day that was said when it was made; one without an end does not."""
    ends, stays = new_key(made, client), new_key(made, client, hari="tanpa")
    made.clock.advance(30 * DAY_US / SECOND_US)
    assert (opens(client, ends), opens(client, stays)) == (401, 200)
    assert "kedaluwarsa" in get(client, boss(made)).text


def test_it_is_seen_when_a_key_was_last_used(made: Town, client: httpx.Client) -> None:
    """So that one can tell which are no longer needed."""
    text = new_key(made, client)
    assert "belum pernah" in get(client, boss(made)).text
    opens(client, text)
    assert "belum pernah" not in get(client, boss(made)).text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"label": " "}, "Tulis untuk apa"),
        ({"peran": "admin"}, "Pilih salah satu peran"),
        ({"peran": "operator"}, "Pilih salah satu peran"),
        ({"peran": "officer"}, "Petugas harus mempunyai dinas"),
        ({"hari": "99999"}, "Pilih masa berlaku"),
        ({"hari": "-1"}, "Pilih masa berlaku"),
    ],
)
def test_no_key_without_an_answerer_a_role_and_a_term(
    made: Town, client: httpx.Client, fields: dict[str, str], said: str
) -> None:
    """None is made, what was typed stays in the form."""
    typed = {"label": "Program A", "peran": "service", "hari": "30", **fields}
    page = post(client, boss(made), **typed)
    assert page.status_code == 400
    assert said in page.text
    assert typed["label"].strip() in page.text
    assert made.cities.keys(made.profile.code) == []


def test_no_key_administers_or_commands(made: Town) -> None:
    """Whatever way it is made."""
    for role in set(ROLES) - set(FOR_PROGRAMS):
        with pytest.raises(BadInput, match="no program can be"):
            make(made.cities, city="yogyakarta", label="x", role=role, now_us=made.now_us, actor="system")


def test_a_city_without_keys_and_one_with_a_thousand(made: Town, client: httpx.Client) -> None:
    """The first says so; the second is read page by page."""
    assert "Belum ada kunci" in get(client, boss(made)).text
    for number in range(1_000):
        label = f"program-{number:04}"
        make(made.cities, city="yogyakarta", label=label, role="service", now_us=made.now_us + number, actor="system")
    seen: list[str] = []
    path = "/kunci"
    while path:
        page = get(client, boss(made), path).text
        shown = re.findall(r'<th scope="row">(program-[0-9]{4})', page)
        assert len(shown) <= PAGE
        seen += shown
        further = re.search(r'<a href="(/kunci\?[^"]*)" rel="next">', page)
        path = further[1] if further else ""
    assert seen == [f"program-{number:04}" for number in reversed(range(1_000))]


# ---------------------------------------------------------------- by command


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> settings_module.Settings:
    """A new city of one's own."""
    return new_city(tmp_path, monkeypatch)


def test_a_key_is_made_listed_and_revoked_by_command(settings: settings_module.Settings) -> None:
    """As on the pages; who did it stands in the log by the number of the operating system's user."""
    assert "No keys" in run("key", "list")
    text = run("key", "new", "Pengumpul", "--days", "30").strip()
    assert text.startswith(PREFIX)
    told = run("key", "list")
    assert "valid" in told
    assert "never used" in told
    assert text not in told
    with closing(wiring.cities(settings)) as store:
        (key,) = store.keys(settings.city)
        assert [(row.what, row.actor[:4]) for row in store.audit(settings.city)] == [("key.made", "cli:")]
    assert "revoked" in run("key", "revoke", key.id)
    assert "revoked" in run("key", "list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("new", "x", "--role", "admin"), "no program can be"),
        (("new", "x", "--role", "officer"), "an officer needs an agency"),
        (("new", " "), "a key needs a label"),
        (("revoke", "none"), "there is no key"),
    ],
)
def test_a_wrong_command_is_a_sentence(settings: settings_module.Settings, words: tuple[str, ...], said: str) -> None:
    """And makes nothing."""
    with pytest.raises(BadInput, match=said):
        CliRunner().invoke(app, ["key", *words], catch_exceptions=False)
    with closing(wiring.cities(settings)) as store:
        assert store.keys(settings.city) == []
