"""How the first administrator comes in, and how the IT team invites others."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from support.commands import new_city, run
from typer.testing import CliRunner

from contract.clock import SystemClock
from contract.errors import BadInput
from siaga import first_admin, wiring
from siaga.cli import app
from siaga.settings import Settings
from store.people import Deed, Person


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A new city of one's own, as `siaga up` leaves it before anybody came."""
    return new_city(tmp_path, monkeypatch)


def test_a_city_without_an_administrator_says_the_way_in(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """A link on the pages' own address; once somebody administers the city, not a word."""
    first_admin.say(settings, SystemClock())
    assert "http://127.0.0.1:8080/undangan/" in capsys.readouterr().err
    with closing(wiring.cities(settings)) as store:
        one = Person("a" * 32, settings.city, "kepala", "Kepala", "admin", created_us=1)
        store.put_person(one, Deed("system", "person.made", one.id, 1))
        (row, *_) = store.audit(settings.city)
        assert (row.actor, row.what, row.details["role"]) == ("system", "person.invited", "admin")
    first_admin.say(settings, SystemClock())
    assert capsys.readouterr().err == ""


def test_the_link_is_not_kept(settings: Settings) -> None:
    """What the database holds of it is a digest: a copy of the database opens nothing."""
    link = run("person", "invite", "--role", "admin").strip()
    token = link.rsplit("/", 1)[1]
    assert len(token) >= 43
    for file in settings.data_folder.glob("city.sqlite3*"):
        assert token.encode() not in file.read_bytes()


def test_inviting_officers(settings: Settings) -> None:
    """With an agency and regions of this city; a typing error is said, for it would open nothing or too much."""
    assert "/undangan/" in run("person", "invite", "--role", "officer", "--agency", "bpbd", "--region", "34.71.06")
    for words, why in (
        (["--role", "officer"], "needs an agency"),
        (["--role", "officer", "--agency", "nasa"], "no agency 'nasa'"),
        (["--role", "officer", "--agency", "bpbd", "--region", "34.71.0"], "no region of the city begins with"),
        (["--role", "king"], "no role 'king'"),
        (["--role", "service"], "nobody can be invited as service"),
        (["--role", "public"], "nobody can be invited as public"),
        ([], "either --role or --account"),
        (["--role", "admin", "--account", "budi"], "either --role or --account"),
        (["--account", "nobody"], "no account nobody"),
    ):
        with pytest.raises(BadInput, match=why):
            CliRunner().invoke(app, ["person", "invite", *words], catch_exceptions=False)


def test_list_and_disable(settings: Settings) -> None:
    """Who has an account, and who has none any more."""
    assert "Nobody yet" in run("person", "list")
    with closing(wiring.cities(settings)) as store:
        for number, account in enumerate(("kepala", "budi")):
            one = Person(f"{number}" * 32, settings.city, account, account, "admin", created_us=1)
            store.put_person(one, Deed("system", "person.made", one.id, 1))
    assert "kepala" in run("person", "list")
    assert "/undangan/" in run("person", "invite", "--account", "KEPALA")
    run("person", "disable", "budi")
    assert "disabled" in run("person", "list")
    with closing(wiring.cities(settings)) as store:
        assert [row.what for row in store.audit(settings.city)][-1] == "person.disabled"
