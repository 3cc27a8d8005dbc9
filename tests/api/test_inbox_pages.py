"""`/petugas` in pages that are kept: complete, of one office alone, and never older than the last write."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from support.city_data import update
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from api.inbox import SHOWN, place_of, place_text
from complaints.casework import Casework, Deed
from complaints.intake import Intake, Said
from contract.clock import DAY_US, SECOND_US, ManualClock
from contract.errors import BadInput
from contract.levels import Level
from store import open_city
from store.cases import Case, Moved, Place
from store.people import Deed as Recorded

Serve = Callable[..., httpx.Client]
HERE = "34.71.05.1001"


def reported(made: Town, key: str, *, category: str = "banjir", at: int = 0, ago_us: int = 0) -> Case:
    said = Said(key, "web", category, -7.7 - at / 100, 110.37, HERE, f"Air di rumah {key}")
    taken = Intake(made.cities, made.profile).take(said, made.now_us - ago_us)
    assert taken.case is not None
    return taken.case


def ask(client: httpx.Client, who: Visitor, path: str = "/petugas") -> str:
    client.cookies.clear()
    answer = client.get(path, headers=who.sent)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    return answer.text


def numbers(page: str) -> list[str]:
    return re.findall(r'<li><a href="/petugas/([A-Z0-9-]+)">', page)


def moved(store: object, number: str, key: str, **more: object) -> None:
    line = update(key, number)
    store.move_case(  # type: ignore[attr-defined]
        number, key, lambda sight: Moved(replace(sight.case, **more), [line], sight.pauses)
    )


def test_page_by_page_every_case_comes_once(made: Town, serve: Serve) -> None:
    """The headings count all that wait, the filter goes along, and the last page leads back to the first; a mark that
    no page gave is refused with what to do."""
    agency = reported(made, "0").agency
    for at in range(1, SHOWN + 3):
        reported(made, str(at), at=at)
    officer = signed_in(made, person(made, "petugas", "officer", agency=agency))
    client = serve(made)
    first = ask(client, officer, "/petugas?kategori=banjir&lang=en")
    onward = re.search(r'<a href="([^"]+)" rel="next">Next</a>', first)
    assert onward
    address = onward[1].replace("&amp;", "&")
    assert "kategori=banjir" in address
    second = ask(client, officer, address)
    shown = [numbers(first), numbers(second)]
    assert [len(one) for one in shown] == [SHOWN, 3]
    assert len({*shown[0], *shown[1]}) == SHOWN + 3
    for page in (first, second):
        assert f"{SHOWN + 3} cases wait" in page
        assert f'<span class="quiet">{SHOWN + 3}</span></h2>' in page
    assert 'rel="next"' not in second
    assert "To the most pressing" in second
    assert "To the most pressing" not in first
    client.cookies.clear()
    assert client.get("/petugas?lanjut=1.x", headers=officer.sent).status_code == 400
    beyond = ask(client, officer, "/petugas?lanjut=1.4611686018427387904.4611686018427387904.Z")
    assert "Tidak ada kasus lagi" in beyond


def test_no_inbox_is_older_than_the_last_write(made: Town, serve: Serve, tmp_path: Path) -> None:
    """Another process takes a case, answers a resident, ends it, and renames who took it: the very next page says so.
    And what is told of time goes on without a write."""
    case = reported(made, "first")
    officer = signed_in(made, person(made, "petugas", "officer", agency=case.agency))
    client, other = serve(made), open_city(f"sqlite:///{tmp_path}/nothing/city.db")
    assert "belum diambil" in ask(client, officer)
    try:
        who = person(made, "rekan", "officer", agency=case.agency)
        deed = Deed("k", who.id, "BPBD", made.now_us)
        Casework(other, made.profile).take(case.number, deed)
        taken = ask(client, officer)
        assert "belum diambil" not in taken
        assert who.name in taken
        other.put_person(replace(who, name="Bu Rahayu"), Recorded("system", "person.changed", who.id, made.now_us))
        assert "Bu Rahayu" in ask(client, officer)
        due_us = made.now_us + 30 * SECOND_US
        moved(other, case.number, "due", answered_us=made.now_us, finish_due_us=due_us)
        assert "Lewat tenggat" not in ask(client, officer)
        assert isinstance(made.clock, ManualClock)
        made.clock.set_wall(due_us + 1)
        assert "Lewat tenggat" in ask(client, officer)
        moved(other, case.number, "end", status="fixed", closed_us=made.now_us)
        assert numbers(ask(client, officer)) == []
    finally:
        other.close()


def test_a_kept_page_is_shown_to_nobody_else(made: Town, serve: Serve) -> None:
    """Whoever comes after another, with the same address, sees what is theirs: another office's, another area's, what
    they took themselves; and their own name and token around it."""
    case = reported(made, "first")
    tree = reported(made, "tree", category="lampu-jalan", at=3)
    assert case.agency != tree.agency
    moved(made.cities, case.number, "secret", public=False)
    mine = signed_in(made, person(made, "sini", "officer", agency=case.agency))
    away = signed_in(made, person(made, "luar", "officer", agency=case.agency, regions=("34.71.01",)))
    theirs = signed_in(made, person(made, "pohon", "officer", agency=tree.agency))
    operator = signed_in(made, person(made, "operator", "operator"))
    client = serve(made)
    for _ in range(2):
        assert numbers(ask(client, mine)) == [case.number]
        assert numbers(ask(client, away)) == []
        assert numbers(ask(client, theirs)) == [tree.number]
        assert set(numbers(ask(client, operator))) == {case.number, tree.number}
        assert numbers(ask(client, mine, "/petugas?milik=saya")) == []
        for who, account in ((mine, "sini"), (away, "luar")):
            one = made.cities.person_of_account(made.profile.code, account)
            assert one is not None
            page = ask(client, who)
            assert f": {one.name or account}</a>" in page
            assert f'data-who="{one.id}"' in page


def test_the_list_is_narrowed_to_an_office_and_an_area(made: Town, serve: Serve) -> None:
    """Residents' and the sensors' cases stand in one list, an event once. Who sees all offices chooses one; who has an
    area chooses within it; what an address asks for beyond that gives no more."""
    case = reported(made, "first")
    lamp = reported(made, "lamp", category="lampu-jalan", at=3)
    gauge = made.nodes("gauge")[0]
    _, event = made.open_flood(gauge, Level.AWAS, 300.0)
    known = made.file(event, gauge, "banjir", {"id": "Banjir", "en": "Flood"})
    operator = signed_in(made, person(made, "operator", "operator"))
    office = signed_in(made, person(made, "semua", "officer", agency=case.agency))
    one_area = signed_in(made, person(made, "sempit", "officer", agency=case.agency, regions=(HERE,)))
    client = serve(made)
    assert sorted(numbers(ask(client, operator))) == sorted([case.number, lamp.number, known.number])
    found = ask(client, operator, f"/petugas?dinas={lamp.agency}&wilayah={HERE[:8]}")
    assert numbers(found) == [lamp.number]
    assert f'<option value="{lamp.agency}" selected>' in found
    assert f'<option value="{HERE[:8]}" selected>' in found
    assert lamp.number not in numbers(ask(client, operator, "/petugas?wilayah=34.71.01"))
    assert lamp.number not in numbers(ask(client, office, f"/petugas?dinas={lamp.agency}"))
    assert 'name="dinas"' not in ask(client, office)
    assert not known.region.startswith(HERE[:8])
    assert numbers(ask(client, office, f"/petugas?wilayah={HERE[:8]}")) == [case.number]
    for area in (HERE[:8], known.region[:8], "34", "%"):
        assert numbers(ask(client, one_area, f"/petugas?wilayah={area}")) == [case.number]


@pytest.mark.parametrize("text", ["0", "2.1.1.A", "0.9999999999999999999.1.A", "0.1.1.", "0.1.1.a b", "0.١.1.A"])
def test_a_page_mark_is_read_back_or_refused(text: str) -> None:
    """What a page gave is read as it was; anything else is a sentence, never a fault."""
    place = Place(True, 2**62, DAY_US, "YOG-2026-000123")
    assert place_of(place_text(place)) == place
    assert place_of("") is None
    with pytest.raises(BadInput):
        place_of(text)
