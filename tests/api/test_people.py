"""What administrators do to accounts on the pages, and what of it takes two of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from argon2 import PasswordHasher
from support.away import Away
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.administration import OPEN_US
from api.passwords import Passwords
from api.people import PAGE
from contract.clock import SECOND_US
from store.audit import examine
from store.people import Deed, Person

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kuda batu lampu hujan"


@dataclass
class Office:
    """A city's pages, as an administrator sees them."""

    city: Town
    client: httpx.Client

    def get(self, who: Visitor, path: str) -> httpx.Response:
        self.client.cookies.clear()
        return self.client.get(path, headers=who.sent)

    def post(self, who: Visitor, path: str, **fields: str | list[str]) -> httpx.Response:
        self.client.cookies.clear()
        headers = {**who.sent, "origin": str(self.client.base_url).rstrip("/")}
        return self.client.post(path, headers=headers, data={"csrf": who.csrf, **fields})

    def admin(self, account: str = "kepala") -> Visitor:
        return signed_in(self.city, person(self.city, account, "admin"))

    def known(self, one: Person) -> Person:
        found = self.city.cities.person(one.id)
        assert found is not None
        return found

    def proposal(self) -> str:
        (one,) = self.city.cities.proposals(self.city.profile.code, self.city.now_us)
        return one.id

    def deeds(self) -> list[tuple[str, str, dict[str, object]]]:
        rows = self.city.cities.audit(self.city.profile.code)
        return [(row.actor, row.what, dict(row.details)) for row in rows]


@pytest.fixture
def office(made: Town, serve: Callable[..., httpx.Client]) -> Office:
    return Office(made, serve(made, passwords=Passwords(HASHER)))


def link_in(page: str) -> str:
    found = re.search(r'value="(http[^"]*/undangan/[^"]+)"', page)
    assert found is not None
    return found[1]


# ---------------------------------------------------------------- one administrator


def test_somebody_is_invited_by_a_link_that_is_shown_once(office: Office) -> None:
    """The link makes an account of the chosen role and area; no page and no cache keeps it."""
    boss = office.admin()
    area = {"peran": "officer", "dinas": "bpbd", "wilayah": ["34.71.06", "34.71.01"]}
    page = office.post(boss, "/orang/undang", **area)
    assert page.status_code == 200
    assert page.headers["cache-control"] == "private, no-store"
    link = link_in(page.text)
    assert link not in office.get(boss, "/orang").text
    path = link[link.index("/undangan/") :]
    form = office.client.get(path, headers={"accept": "text/html"})
    token = re.search(r'name="csrf" value="([^"]*)"', form.text)
    assert token is not None
    came = office.client.post(
        path,
        headers={"origin": str(office.client.base_url).rstrip("/")},
        data={"csrf": token[1], "akun": "sari", "nama": "Sari", "sandi": PASSWORD, "sandi_lagi": PASSWORD},
    )
    assert came.status_code == 303
    sari = office.city.cities.person_of_account(office.city.profile.code, "sari")
    assert sari is not None
    assert (sari.role, sari.agency, sari.regions) == ("officer", "bpbd", ("34.71.01", "34.71.06"))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"peran": "service"}, "Pilih salah satu peran"),
        ({"peran": "raja"}, "Pilih salah satu peran"),
        ({}, "Pilih salah satu peran"),
        ({"peran": "officer"}, "Petugas harus mempunyai dinas"),
        ({"peran": "officer", "dinas": "tidak-ada"}, "Dinas itu tidak ada"),
        ({"peran": "officer", "dinas": "bpbd", "wilayah": "99.99"}, "Wilayah itu tidak ada"),
    ],
)
def test_an_area_that_the_city_does_not_have_is_refused(office: Office, fields: dict[str, str], said: str) -> None:
    """Nothing is made, and the page says what is wrong."""
    page = office.post(office.admin(), "/orang/undang", **fields)
    assert page.status_code == 400
    assert said in page.text
    assert not any(what == "person.invited" for _, what, _ in office.deeds())


def test_a_change_of_role_and_area_signs_somebody_out(office: Office) -> None:
    """What they were shown before was shown to another role."""
    boss = office.admin()
    one = person(office.city, "budi", "technician")
    theirs = signed_in(office.city, one)
    answer = office.post(boss, f"/orang/{one.id}/peran", peran="officer", dinas="damkar", wilayah="34.71.06")
    assert answer.headers["location"] == f"/orang/{one.id}?kabar=ubah"
    assert office.known(one) == replace(one, role="officer", agency="damkar", regions=("34.71.06",))
    assert office.get(theirs, "/akun").status_code == 303
    assert office.deeds()[-1][1:] == ("person.role", {"role": "officer", "agency": "damkar", "regions": "34.71.06"})


def test_the_same_role_again_changes_nothing(office: Office) -> None:
    """Nobody is signed out for a form that was sent as it was."""
    boss = office.admin()
    one = person(office.city, "budi", "technician")
    theirs = signed_in(office.city, one)
    assert office.post(boss, f"/orang/{one.id}/peran", peran="technician").status_code == 303
    assert office.get(theirs, "/akun").status_code == 200


def test_an_account_is_shut_and_opened(office: Office) -> None:
    """Shut: out everywhere and let in no more. Opened: as before."""
    boss = office.admin()
    one = person(office.city, "budi", "technician", password=HASHER.hash(PASSWORD))
    theirs = signed_in(office.city, one)
    assert office.post(boss, f"/orang/{one.id}/tutup").status_code == 303
    assert office.get(theirs, "/akun").status_code == 303
    assert office.known(one).disabled_us == office.city.now_us
    assert office.post(boss, f"/orang/{one.id}/buka").status_code == 303
    assert office.known(one) == one


def test_a_new_password_is_a_link_to_its_owner(office: Office) -> None:
    """The administrator never knows the password; the old one holds until then."""
    boss = office.admin()
    one = person(office.city, "budi", "technician", password=HASHER.hash(PASSWORD))
    link = link_in(office.post(boss, f"/orang/{one.id}/sandi").text)
    assert office.known(one) == one
    page = office.client.get(link[link.index("/undangan/") :], headers={"accept": "text/html"})
    assert "budi" in page.text


def test_somebody_is_signed_out_everywhere(office: Office) -> None:
    """By an administrator, and the log says by whom."""
    boss = office.admin()
    one = person(office.city, "budi", "technician")
    theirs = [signed_in(office.city, one) for _ in range(3)]
    assert office.post(boss, f"/orang/{one.id}/keluar").status_code == 303
    assert {office.get(each, "/akun").status_code for each in theirs} == {303}
    kepala = person(office.city, "kepala", "admin")
    ended = [row for row in office.deeds() if row[1] == "session.ended"]
    assert [actor for actor, _, _ in ended] == [kepala.id] * 3


def test_an_erased_person_is_gone_and_the_log_is_whole(office: Office) -> None:
    """Only after the account's name was written; name and account stand on no page any more."""
    boss = office.admin()
    one = person(office.city, "budi.santoso", "technician", password=HASHER.hash(PASSWORD))
    assert office.post(boss, f"/orang/{one.id}/hapus", akun="budi").status_code == 400
    assert office.known(one) == one
    answer = office.post(boss, f"/orang/{one.id}/hapus", akun=" Budi.Santoso ")
    assert answer.headers["location"] == "/orang?kabar=hapus"
    gone = office.known(one)
    assert (gone.account, gone.name, gone.password) == ("", "", "")
    assert office.get(boss, f"/orang/{one.id}").status_code == 404
    assert "budi.santoso" not in office.get(boss, "/orang").text.lower()
    assert "budi.santoso" not in office.get(boss, "/jejak").text.lower()
    assert examine(office.city.cities, office.city.profile.code).wrong is None


def test_the_only_administrator_acts_alone_and_the_log_says_so(office: Office) -> None:
    """A city must not be stuck with one; that nobody else looked is written down."""
    boss = office.admin()
    assert "Anda satu-satunya administrator" in office.get(boss, "/orang").text
    one = person(office.city, "budi", "technician")
    assert office.post(boss, f"/orang/{one.id}/peran", peran="admin").status_code == 303
    assert office.known(one).role == "admin"
    assert office.deeds()[-1][2]["alone"] is True


def test_the_last_administrator_cannot_go(office: Office) -> None:
    """By none of the ways; the page says why."""
    kepala = person(office.city, "kepala", "admin")
    for act, fields in (("peran", {"peran": "operator"}), ("tutup", {}), ("hapus", {"akun": "kepala"})):
        answer = office.post(signed_in(office.city, kepala), f"/orang/{kepala.id}/{act}", **fields)
        assert answer.status_code == 409, act
        assert "administrator terakhir" in answer.text
        assert office.known(kepala) == kepala


# ---------------------------------------------------------------- two administrators

TWO: dict[str, tuple[str, dict[str, str], str]] = {
    "somebody becomes one": ("budi", {"peran": "admin"}, "peran"),
    "one becomes something else": ("wakil", {"peran": "operator"}, "peran"),
    "oneself": ("kepala", {"peran": "operator"}, "peran"),
    "one is erased": ("wakil", {"akun": "wakil"}, "hapus"),
    "a new password for one": ("wakil", {}, "sandi"),
    "a shut one comes back": ("tertutup", {}, "buka"),
}


@pytest.fixture
def two(office: Office) -> dict[str, Person]:
    """Two administrators, one who was shut out, and a technician."""
    people = {name: person(office.city, name, "admin") for name in ("kepala", "wakil", "tertutup")}
    shut = replace(people["tertutup"], disabled_us=office.city.now_us)
    office.city.cities.put_person(shut, Deed("system", "person.disabled", shut.id, office.city.now_us))
    return {**people, "tertutup": shut, "budi": person(office.city, "budi", "technician")}


@pytest.mark.parametrize("name", TWO)
def test_what_makes_or_unmakes_an_administrator_takes_two(office: Office, two: dict[str, Person], name: str) -> None:
    """One proposes it and nothing happens; they cannot agree to it themselves; another does, and it is done."""
    account, fields, act = TWO[name]
    whom = two[account]
    first, second = signed_in(office.city, two["kepala"]), signed_in(office.city, two["wakil"])
    answer = office.post(first, f"/orang/{whom.id}/{act}", **fields)
    assert answer.headers["location"] == f"/orang/{whom.id}?kabar=usul"
    assert office.known(whom) == whom
    path = f"/orang/usulan/{office.proposal()}"
    assert "Setujui" not in office.get(first, "/orang").text
    assert "Setujui" in office.get(second, "/orang").text
    alone = office.post(first, path, jawab="setuju")
    assert alone.status_code == 409
    assert "tidak dapat disetujui sendiri" in alone.text
    assert office.known(whom) == whom
    done = office.post(second, path, jawab="setuju")
    actor, _, details = office.deeds()[-1]
    assert (actor, details["proposed_by"]) == (two["wakil"].id, two["kepala"].id)
    if act == "sandi":
        assert link_in(done.text)
    else:
        assert done.headers["location"] == "/orang?kabar=setuju"
        assert office.known(whom) != whom
    assert office.city.cities.proposals(office.city.profile.code, office.city.now_us) == []
    assert examine(office.city.cities, office.city.profile.code).wrong is None


def test_an_invitation_of_an_administrator_takes_two(office: Office, two: dict[str, Person]) -> None:
    """The link is shown to the second, once; the first never sees it."""
    first, second = signed_in(office.city, two["kepala"]), signed_in(office.city, two["wakil"])
    asked = office.post(first, "/orang/undang", peran="admin")
    assert asked.headers["location"] == "/orang?kabar=usul"
    assert not any(what == "person.invited" for _, what, _ in office.deeds())
    page = office.post(second, f"/orang/usulan/{office.proposal()}", jawab="setuju")
    assert "/undangan/" in link_in(page.text)


def test_whoever_shuts_the_others_out_is_not_the_only_one(office: Office, two: dict[str, Person]) -> None:
    """A stolen account is shut by one alone and at once; but that makes nobody alone."""
    first = signed_in(office.city, two["kepala"])
    assert office.post(first, f"/orang/{two['wakil'].id}/tutup").headers["location"].endswith("kabar=mati")
    assert "Anda satu-satunya administrator" not in office.get(first, "/orang").text
    puppet = two["budi"]
    assert office.post(first, f"/orang/{puppet.id}/peran", peran="admin").headers["location"].endswith("kabar=usul")
    assert office.known(puppet).role == "technician"


def test_a_proposal_can_be_refused_or_taken_back(office: Office, two: dict[str, Person]) -> None:
    """By the other, or by whoever made it; each is a deed."""
    first, second = signed_in(office.city, two["kepala"]), signed_in(office.city, two["wakil"])
    for who, deed in ((second, "proposal.refused"), (first, "proposal.withdrawn")):
        office.post(first, f"/orang/{two['budi'].id}/peran", peran="admin")
        answer = office.post(who, f"/orang/usulan/{office.proposal()}", jawab="tolak")
        assert answer.headers["location"] == "/orang?kabar=batal"
        assert office.deeds()[-1][1] == deed
        assert office.city.cities.proposals(office.city.profile.code, office.city.now_us) == []
    assert office.known(two["budi"]) == two["budi"]


def test_a_proposal_is_not_open_for_ever(office: Office, two: dict[str, Person]) -> None:
    """After its days nobody can agree to it any more."""
    office.post(signed_in(office.city, two["kepala"]), f"/orang/{two['budi'].id}/peran", peran="admin")
    path = f"/orang/usulan/{office.proposal()}"
    office.city.clock.advance(OPEN_US / SECOND_US)
    assert office.post(signed_in(office.city, two["wakil"]), path, jawab="setuju").status_code == 404
    assert office.known(two["budi"]) == two["budi"]


# ---------------------------------------------------------------- the list


def test_a_thousand_accounts_are_read_page_by_page(office: Office) -> None:
    """Each stands on one page, in order; a search finds them by account and by name."""
    for number in range(1_000):
        person(office.city, f"orang-{number:04}", "officer", agency="bpbd")
    boss = office.admin()
    seen: list[str] = []
    path = "/orang"
    while path:
        page = office.get(boss, path).text
        shown = re.findall(r'<a href="/orang/[0-9a-f]{32}">([^<]+)</a>', page)
        assert len(shown) <= PAGE
        seen += shown
        further = re.search(r'<a href="(/orang\?[^"]*)" rel="next">', page)
        path = further[1].replace("&amp;", "&") if further else ""
    assert seen == sorted(["kepala", *(f"orang-{number:04}" for number in range(1_000))])
    assert re.findall(r">(orang-[0-9]+)</a>", office.get(boss, "/orang?cari=ORANG-0007").text) == ["orang-0007"]
    assert "Tidak ada akun yang cocok" in office.get(boss, "/orang?cari=siapa").text
    only = re.findall(r'orang/[0-9a-f]{32}">([^<]+)<', office.get(boss, "/orang?peran=admin").text)
    assert only == ["kepala"]


def test_what_somebody_called_themselves_is_text(office: Office) -> None:
    """A name is shown and never run."""
    name = '<script>alert("1")</script>'
    one = replace(person(office.city, "nakal", "technician"), name=name)
    office.city.cities.put_person(one, Deed("system", "person.made", one.id, office.city.now_us))
    for path in ("/orang", f"/orang/{one.id}"):
        page = office.get(office.admin(), path).text
        assert name not in page
        assert "&lt;script&gt;" in page


def test_a_page_that_is_not_there_is_still_ones_own(office: Office, serve: Callable[..., httpx.Client]) -> None:
    """Whoever has signed in goes on from it as from any other page, and no cache keeps it; where nobody can say who
    somebody is, it is a stranger's page and no outage."""
    boss = office.admin()
    away = Office(office.city, serve(replace(office.city, cities=Away()), keys=()))
    for path in ("/tidak-ada", "/orang/tidak-ada/pernah"):
        own, strangers = office.get(boss, path), away.get(boss, path)
        assert (own.status_code, strangers.status_code) == (404, 404)
        assert ('href="/keluar"' in own.text, 'href="/keluar"' in strangers.text) == (True, False)
        assert own.headers["cache-control"] == "private, no-store"
        assert 'href="/keluar"' not in office.client.get(path, headers={"accept": "text/html"}).text
