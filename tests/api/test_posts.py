"""The links of gauge keepers: on the pages and by command."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from support.commands import new_city, run
from support.posts import POST, add_post
from support.seed import Town
from support.visitors import FAR, person, signed_in
from typer.testing import CliRunner

from contract.clock import DAY_US
from contract.errors import BadInput
from siaga import settings as settings_module
from siaga import wiring
from siaga.cli import app


def test_an_operator_makes_a_link_that_is_shown_once_and_opens_the_post(
    made: Town, serve: Callable[..., httpx.Client], tmp_path: Path
) -> None:
    """One for each keeper; the list and the record know its name and never its token."""
    with closing(add_post(made, tmp_path)) as book:
        client = serve(made, keys=(), book=book)
        boss = signed_in(made, person(made, "op", "operator"))
        headers = {**boss.sent, "origin": str(client.base_url).rstrip("/")}
        data = {"csrf": boss.csrf, "pos": POST, "nama": "Bu Wiji", "hari": "30"}
        page = client.post("/pos", headers=headers, data=data)
        found = re.search(r'value="http[^"]*(/pos/[^"]+)"', page.text)
        assert found is not None, page.text
        assert page.headers["cache-control"] == "private, no-store"
        assert client.get(found[1], headers=FAR).headers["location"] == f"/pos/{POST}"
        every = client.get("/pos", headers=boss.sent).text
        assert "Bu Wiji" in every
        assert found[1].rpartition("/")[2] not in every
        (link,) = made.cities.post_links(made.profile.code)
        assert (link.node, link.until_us) == (POST, made.now_us + 30 * DAY_US)
        for wrong, said in (
            ({"pos": "jog-gauge-05"}, "Pilih salah satu pos"),
            ({"nama": " "}, "Tulis nama penjaga"),
            ({"hari": "9999"}, "Pilih masa berlaku"),
        ):
            answer = client.post("/pos", headers=headers, data={**data, **wrong})
            assert answer.status_code == 400
            assert said in answer.text
        assert len(made.cities.post_links(made.profile.code)) == 1


def test_a_city_without_posts_says_so(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """And has no page of one."""
    client = serve(made, keys=())
    boss = signed_in(made, person(made, "op", "operator"))
    assert "tidak ada pos yang dibaca penjaga" in client.get("/pos", headers=boss.sent).text
    assert client.get(f"/pos/{POST}", headers=boss.sent).status_code == 404


def test_a_link_is_made_listed_and_revoked_by_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For Jakarta's posts, whose staffs are read by their keepers."""
    new_city(tmp_path, monkeypatch)
    monkeypatch.setenv("SIAGA_CITY", "jakarta")
    settings = settings_module.load()
    assert "No links" in run("post", "list")
    address = run("post", "link", "jkt-gauge-01", "Pak Slamet", "--days", "30").strip()
    assert re.fullmatch(r"http://[^/]+/pos/jkt-gauge-01/[A-Za-z0-9_-]{22}", address)
    assert "Pak Slamet" in run("post", "list")
    with closing(wiring.cities(settings)) as store:
        (link,) = store.post_links("jakarta")
        assert "Slamet" not in str(store.audit("jakarta"))
    assert "revoked" in run("post", "revoke", link.id)
    for words, said in (
        (("link", "jkt-gauge-99", "x"), "no post whose keeper keys in"),
        (("link", "jkt-gauge-01", " "), "needs its keeper's name"),
        (("revoke", "none"), "there is no link"),
    ):
        with pytest.raises(BadInput, match=said):
            CliRunner().invoke(app, ["post", *words], catch_exceptions=False)
