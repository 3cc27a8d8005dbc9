"""A city that works on its cases in its own system: what our pages still do, and where they lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from support.seed import Town
from support.visitors import Visitor, person, signed_in

from complaints.builtin import BuiltinDesk
from complaints.calling import new_of
from complaints.casework import VETO, Casework
from complaints.desk import Report
from complaints.intake import Intake, Said
from complaints.minding import Minder
from complaints.systems.answers import heard
from complaints.systems.courier import Courier, Linked
from complaints.systems.port import ForeignUpdate, SystemInfo
from contract.clock import DAY_US, ManualClock
from store.cases import Inbox

Serve = Callable[..., httpx.Client]
LAPOR = SystemInfo(
    "lapor", "open311", "SP4N-LAPOR!", unchecked=True, page="https://lapor.example/p/{foreign}",
    states=(("Selesai", "fixed"),), shown_first=True, home="https://lapor.example/kerja", desk=True,
)  # fmt: skip
KEY = "c" * 32


def words(page: httpx.Response) -> str:
    """What a reader reads."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text.partition("<main")[2].partition("</main>")[0]).split())


@dataclass
class Room:
    """A city without a second desk. One report is open to all, one is secret."""

    town: Town
    courier: Courier
    number: str
    secret: str

    def look(self, client: httpx.Client, path: str, who: Visitor | None = None) -> httpx.Response:
        client.cookies.clear()
        return client.get(path, headers=who.sent if who else {"accept": "text/html"})

    def send(self, client: httpx.Client, path: str, who: Visitor, **data: str) -> httpx.Response:
        client.cookies.clear()
        headers = {**who.sent, "origin": str(client.base_url).rstrip("/")}
        return client.post(path, headers=headers, data={"csrf": who.csrf, **data})

    def filed(self) -> None:
        """It has a number there."""
        (filing,) = self.town.cities.filings_of(self.number)
        page = LAPOR.page_of("L-77")
        self.town.cities.change_filing(replace(filing, state="filed", foreign="L-77", url=page, said=""))


@pytest.fixture
def room(made: Town) -> Room:
    made.profile = replace(made.profile, desk="lapor")
    linked = Linked(LAPOR, None, {})
    courier = Courier(made.cities, made.profile, [linked], ManualClock(), "https://s.example")
    intake = Intake(made.cities, made.profile)
    open_ = intake.take(
        Said(f"web/{KEY}", "web", "banjir", -7.78, 110.37, "34.71.05.1001", "Air masuk rumah"), made.now_us
    )
    hidden = intake.take(
        Said("web/s", "web", "banjir", -7.78, 110.37, "34.71.05.1001", "Rahasia saja", secret=True), made.now_us
    )
    assert open_.case is not None
    assert hidden.case is not None
    courier.turn(made.now_us + DAY_US)
    return Room(made, courier, open_.case.number, hidden.case.number)


def test_cases_are_worked_on_there_and_our_clock_stands(room: Room) -> None:
    """Also what was opened before the system was named goes there, nothing secret does; nothing is due here but what
    is secret, nobody is reminded or told further up."""
    cities, profile = room.town.cities, room.town.profile
    (filing,) = cities.filings_of(room.number)
    assert filing.state == "waiting"
    assert cities.filings_of(room.secret) == []
    theirs, ours = cities.case(room.number), cities.case(room.secret)
    assert theirs is not None
    assert ours is not None
    assert (theirs.respond_due_us, theirs.finish_due_us) == (None, None)
    assert ours.finish_due_us is not None
    assert new_of(theirs) is not None, "only where it is worked on elsewhere nobody is told"
    lamp = Said("web/b", "web", "lampu-jalan", -7.78, 110.37, "34.71.05.1001", "Lampu mati")
    earlier = Intake(cities, replace(profile, desk="")).take(lamp, room.town.now_us).case
    assert earlier is not None
    assert earlier.finish_due_us is not None
    assert [one.number for one in cities.inbox(profile.code, Inbox(withheld=True))] == [room.secret]
    Minder(cities, profile, ManualClock()).turn(room.town.now_us + 60 * DAY_US)
    for number in (room.number, earlier.number):
        assert [line for line in cities.updates(number, inner=True) if line.author == "siaga"] == []
    assert any(line.author == "siaga" for line in cities.updates(room.secret, inner=True))


def test_everybody_reads_its_number_and_where_it_is(room: Room, serve: Serve) -> None:
    """Before it has one, what keeps it; then on the case's page, behind the reporter's key and by Open311, found by
    either number."""
    client = serve(room.town, systems=[LAPOR])
    assert "diteruskan ke SP4N-LAPOR! dan dikerjakan di sana" in words(room.look(client, "/lapor"))
    assert "nomornya di sana muncul di sini" in words(room.look(client, f"/kasus/{room.number}"))
    (feed,) = room.town.cities.feeds(room.town.profile.code)
    room.town.cities.put_feed(replace(feed, said="lapor.example did not answer"))
    for path in (f"/kasus/{room.number}", f"/lapor/{KEY}"):
        assert "SP4N-LAPOR! sedang tidak menjawab. Kasus ini tersimpan" in words(room.look(client, path))
    (filing,) = room.town.cities.filings_of(room.number)
    room.town.cities.change_filing(replace(filing, state="unknown"))
    assert "is finding out" in words(room.look(client, f"/kasus/{room.number}?lang=en"))
    room.filed()
    client.cookies.clear()
    for path in (f"/kasus/{room.number}", "/kasus/L-77"):
        page = room.look(client, path)
        assert re.search(rf'case-number">L-77 <span class="quiet">Siaga {room.number}', page.text)
        assert "Dikerjakan di SP4N-LAPOR!" in words(page)
        assert "menurut SP4N-LAPOR!" in words(page)
    own = room.look(client, f"/lapor/{KEY}")
    assert re.search(rf'href="https://lapor.example/p/L-77">L-77</a> <span class="quiet">Siaga {room.number}', own.text)
    assert "Balas dan ikuti di SP4N-LAPOR!" in words(own)
    assert 'name="balasan"' not in own.text
    (told,) = client.get("/open311/v2/requests/L-77.json").json()
    assert told["service_request_id"] == room.number
    assert (told["tracking_system"], told["tracking_number"]) == ("SP4N-LAPOR!", "L-77")
    assert told["service_notice"] == "SP4N-LAPOR! L-77 https://lapor.example/p/L-77"
    assert told["agency_responsible"] == "SP4N-LAPOR!"
    assert client.get("/open311/v2/requests.json").json()[0]["tracking_url"] == "https://lapor.example/p/L-77"
    assert client.get("/open311/v2/requests/L-78.json").status_code == 404


def test_officers_are_led_there(room: Room, serve: Serve) -> None:
    """The inbox holds what must not leave; of a case that is worked on there, only what our page shows of it can be
    done; of a secret one everything."""
    client, operator = serve(room.town, systems=[LAPOR]), signed_in(room.town, person(room.town, "siti", "operator"))
    room.filed()
    inbox = room.look(client, "/petugas", operator)
    assert "Kasus kota ini dikerjakan di SP4N-LAPOR!" in words(inbox)
    assert 'href="https://lapor.example/kerja"' in inbox.text
    assert room.secret in inbox.text
    assert room.number not in inbox.text
    page = room.look(client, f"/petugas/{room.number}", operator)
    assert "Kasus ini dikerjakan di SP4N-LAPOR! L-77" in words(page)
    actions = set(re.findall(r'name="aksi" value="(\w+)"', page.text))
    assert actions == {"periksa", "sembunyi"}
    assert f'action="/petugas/{room.number}/foto"' not in page.text
    here = room.look(client, f"/petugas/{room.secret}", operator)
    assert {"ambil", "jawab", "ubah", "serahkan"} <= set(re.findall(r'name="aksi" value="(\w+)"', here.text))
    refused = room.send(client, f"/petugas/{room.number}", operator, aksi="jawab", kunci="k1", isi="Pompa datang")
    assert refused.status_code == 409
    assert "kerjakan di sana" in words(refused)
    assert room.send(client, f"/petugas/{room.number}/foto", operator).status_code == 409
    case = room.town.cities.case(room.number)
    assert case is not None
    seen = {"dilihat": str(case.updated_us), "isi": "Air masuk rumah"}
    assert room.send(client, f"/petugas/{room.number}", operator, aksi="periksa", kunci="k2", **seen).status_code == 303
    assert "Air masuk rumah" in words(room.look(client, f"/kasus/{room.number}"))


def test_the_sensors_contradict_it_in_public(city_in: Callable[[str], Town], serve: Serve) -> None:
    """It says "done" while the water stands: the case is open again, everybody reads both, and it is told."""
    town = city_in("flood")
    town.profile = replace(town.profile, desk="lapor")
    courier = Courier(town.cities, town.profile, [Linked(LAPOR, None, {})], ManualClock(), "https://s.example")
    courier.turn(town.now_us)
    filing = next(
        one
        for one in town.cities.filings(town.profile.code, "lapor", ["waiting"])
        if (case := town.cities.case(one.number)) is not None and case.event and not case.closed_us
    )
    filed = town.cities.change_filing(replace(filing, state="filed", foreign="L-1", told_us=town.now_us))
    assert filed is not None
    word = ForeignUpdate("L-1", "Selesai", "fixed", "Sudah surut")
    work = Casework(town.cities, town.profile)
    assert heard(town.cities, work, LAPOR, filed, word, town.now_us + 1) == "moved"
    case = town.cities.case(filing.number)
    assert case is not None
    assert (case.status, case.reopened) == ("confirmed", 1)
    client = serve(town, systems=[LAPOR])
    page = words(client.get(f"/kasus/{filing.number}"))
    assert "Sudah surut" in page
    assert VETO["id"] in page
    assert [one.number for one in town.cities.untold(town.profile.code, "lapor")] == [filing.number]


def test_what_the_sensors_file_is_promised_by_none_of_us(room: Room) -> None:
    """Where the work is done elsewhere a public case of theirs has no due time."""
    desk = BuiltinDesk(room.town.cities, room.town.profile, "https://s.example")
    report = Report(
        event="e-1", city=room.town.profile.code, category="banjir", region="34.71.05.1001", lat=-7.7, lon=110.3,
        title={"id": "Banjir", "en": "Flood"}, description={"id": "Air"}, observed_us=room.town.now_us, public=True,
    )  # fmt: skip
    number = desk.file(report, room.town.now_us).number
    case = room.town.cities.case(number)
    assert case is not None
    assert case.finish_due_us is None
