"""Every system that programs file in, over real HTTP: filed once, its number back, status both ways, whatever
happens between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support import watch
from support.receiver import receiver

from complaints.casework import Casework, Deed
from complaints.intake import Intake, Said
from complaints.outward import Outward
from complaints.systems.courier import LONGEST_US, SETTLES_S, Courier
from complaints.systems.open311 import Open311, Server
from complaints.systems.port import System, SystemInfo
from complaints.systems.systemsfile import SystemsFile
from contract.addresses import networks
from contract.clock import DAY_US, MINUTE_US, SECOND_US, ManualClock, from_us
from contract.errors import Unavailable
from firmware_sim.systems import CitySystem, city_system
from store import open_city
from store.filings import Filing
from store.ports import CityStore

NOW_US = 1_780_000_000 * SECOND_US
OUTWARD = Outward(networks("127.0.0.1/32", where=""))
BLIND = "a system that cannot be asked"
FILES: dict[str, Callable[[CitySystem], str]] = {
    "open311 in JSON": lambda one: f'preset = "open311"\nurl = "{one.open311_url()}"\nservices = {{ banjir = "F1" }}',
    "fixmystreet": lambda one: f'preset = "fixmystreet"\nurl = "{one.open311_url()}"\nsecret_env = "KEY"',
    "webhook": lambda one: hook(one, f'find_url = "{one.hook_url()}?ref={{ref}}"'),
    "lapor": lambda one: f01(one.f01_url()),
    "webhook that knows twice": lambda one: hook(one, "same_twice = true"),
    BLIND: lambda one: hook(one, ""),
}
STATES = 'states = { open = "same", IN_PROGRESS = "in_progress", selesai = "fixed", FIXED = "fixed" }'


def hook(one: CitySystem, more: str) -> str:
    """A webhook's section."""
    address = one.hook_url("cases/{foreign}")
    return (
        f'kind = "webhook"\nurl = "{one.hook_url()}"\nsecret_env = "KEY"\nnumber = "data.id"\nlink = "data.seen"\n'
        f'status_url = "{address}"\nstatus = "data.status"\nnote = "data.note"\nupdate_url = "{address}/notes"\n'
        f'{STATES}\nfields = {{ judul = "{{title}}", "lokasi.lat" = "{{lat}}", isi = "{{body}}" }}\n{more}'
    )


def f01(url: str) -> str:
    """A section of LAPOR's services, under the names that the emulator has for them."""
    return (
        f'preset = "lapor-f01"\nurl = "{url}"\nsecret_env = "KEY"\nservices = {{ banjir = "13" }}\n{STATES}\n'
        'send = "kirim"\nsend_fields = { topik = "{service}", judul = "{title}", isi = "{body}", rujukan = "{ref}", '
        'tempat = "{lat},{lon}" }\nfind = "cari"\nfind_fields = { rujukan = "{ref}" }\nask = "keadaan"\n'
        'ask_fields = { nomor = "{foreign}" }\ntell = "tanggapi"\n'
        'tell_fields = { nomor = "{foreign}", isi = "{text}" }\n'
        'number = "result.tracking_id"\nstatus = "result.status"\nnote = "result.tanggapan"\n'
    )


@dataclass
class Room:
    """A desk with one case, and a system that takes it."""

    cities: CityStore
    far: CitySystem
    clock: ManualClock
    courier: Courier
    system: System
    number: str

    def turn(self, after_us: int = 0) -> Filing:
        """One more turn, that much later."""
        self.clock.advance(after_us / SECOND_US)
        self.courier.turn(self.clock.now_us())
        (filing,) = self.cities.filings_of(self.number)
        return filing

    def later(self) -> Filing:
        """When whatever waits is tried again."""
        return self.turn(LONGEST_US + round(SETTLES_S * SECOND_US))

    def said(self) -> str:
        return self.cities.feeds(watch.CITY)[0].said

    def thread(self) -> list[str]:
        return [line.text["id"] for line in self.cities.updates(self.number)]


@pytest.fixture(params=FILES)
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    cities = open_city(f"sqlite:///{tmp_path}/city.db")
    cities.put_profile(watch.profile(), NOW_US)
    clock = ManualClock(NOW_US)
    with city_system() as far:
        path = tmp_path / "systems.toml"
        path.write_text(f'[[system]]\nname = "kota"\nlabel = "Sistem Kota"\npoll_s = 60\n{FILES[request.param](far)}\n')
        known = [one.code for one in watch.profile().categories]
        systems = SystemsFile(path, known).open(OUTWARD, clock, {"KEY": "rahasia-kota"})
        courier = Courier(cities, watch.profile(), systems, clock, "https://siaga.example")
        courier.turn(NOW_US - DAY_US)
        said = Said("k", "web", "banjir", -7.79, 110.36, "34.71.02.1002", "Air masuk, telepon 0812 3456 7890")
        taken = Intake(cities, watch.profile()).take(said, NOW_US)
        assert taken.case is not None
        Casework(cities, watch.profile()).look_at(taken.case.number, Deed("look", "sri", "BPBD", NOW_US + 1), said.text)
        assert systems[0].system is not None
        far.asked = 0
        yield Room(cities, far, clock, courier, systems[0].system, taken.case.number)
    cities.close()


def test_filed_once_with_its_number_back(room: Room) -> None:
    """Our number and the place are in what it holds, nobody's telephone is; turned again, nothing more is filed."""
    filing = room.turn()
    assert (filing.state, filing.foreign, filing.sent_us) == ("filed", "S-0001", None)
    (held,) = room.far.held
    assert room.number in held.text
    assert "-7.79" in str(held.fields)
    assert "0812" not in held.text
    assert room.later().foreign == "S-0001"
    assert len(room.far.held) == 1
    assert room.said() == ""


def test_what_happens_here_is_told_there(room: Room, request: pytest.FixtureRequest) -> None:
    """A line of ours once; GeoReport alone has no word for it and is left in peace."""
    room.turn()
    deed = Deed("come", "sri", "BPBD", room.clock.now_us())
    Casework(room.cities, watch.profile()).answer(room.number, deed, "Pompa dalam perjalanan.")
    for _ in range(3):
        room.later()
    told = [line for line in room.far.held[0].lines if "Pompa" in str(line)]
    assert len(told) == (0 if "open311 in" in request.node.callspec.id else 1)


def test_what_happens_there_moves_our_case(room: Room) -> None:
    """Its people's words are a line of its name, and "done" there is done here, once."""
    room.turn()
    room.clock.advance(90)
    room.far.says("S-0001", "IN_PROGRESS", "Petugas di lokasi", from_us(room.clock.now_us()))
    room.later()
    case = room.cities.case(room.number)
    assert case is not None
    assert case.status == "in_progress"
    room.far.says("S-0001", "FIXED", "Saluran bersih", from_us(room.clock.now_us()))
    for _ in range(3):
        filing = room.later()
    case = room.cities.case(room.number)
    assert case is not None
    assert (case.status, filing.state) == ("fixed", "closed")
    assert room.thread()[-2:] == ["Petugas di lokasi", "Saluran bersih"]
    assert not any("Petugas di lokasi" in str(line) for line in room.far.held[0].lines)


@pytest.mark.parametrize("mood", ["away", "hang_up"])
def test_a_days_outage_loses_nothing(room: Room, mood: str, request: pytest.FixtureRequest) -> None:
    """All of it is filed when the system is back, once; until then its sentence stands on the page."""
    room.far.mood = mood  # type: ignore[assignment]
    filing = room.turn()
    if mood == "hang_up" and BLIND in request.node.callspec.id:
        assert filing.state == "unknown"
        return
    for _ in range(6):
        filing = room.turn(4 * 60 * MINUTE_US)
        assert filing.state == "waiting"
    assert "127.0.0.1" in room.said()
    room.far.mood = "well"
    assert room.turn(DAY_US).state == "filed"
    assert len(room.far.held) == 1


@pytest.mark.parametrize("mood", ["swallow", "page"])
def test_an_answer_that_tells_nothing_files_nothing_twice(
    room: Room, mood: str, request: pytest.FixtureRequest
) -> None:
    """It took the case and said nothing, or a web page. It is asked before anything is sent again; where it cannot be
    asked, a person says what became of it."""
    room.far.mood = mood  # type: ignore[assignment]
    filing = room.turn()
    assert filing.foreign == ""
    room.far.mood = "well"
    filing = room.later()
    blind = BLIND in request.node.callspec.id
    assert filing.state == ("unknown" if blind else "filed")
    if mood == "page":
        assert "web page" in (filing.said if blind else filing.said or "web page")
    assert len(room.far.held) == 1


class Killed(BaseException):
    """The process ends here."""


def test_killed_between_sending_and_the_answer(room: Room, request: pytest.FixtureRequest) -> None:
    """The row says that a request may have left; whoever comes after asks first."""
    real = room.system.file

    def dies(*given: object) -> None:
        real(*given)  # type: ignore[arg-type]
        raise Killed

    room.system.file = dies  # type: ignore[assignment,method-assign]
    with pytest.raises(Killed):
        room.turn()
    room.system.file = real  # type: ignore[method-assign]
    (filing,) = room.cities.filings_of(room.number)
    assert filing.sent_us is not None
    filing = room.later()
    assert filing.state == ("unknown" if BLIND in request.node.callspec.id else "filed")
    assert len(room.far.held) == 1


def test_what_it_will_never_take_is_said(room: Room) -> None:
    """With its own words, and nothing is tried again."""
    room.far.mood = "refuses"
    filing = room.turn()
    assert (filing.state, "tidak lengkap" in filing.said) == ("refused", True)
    asked = len([raw for raw in room.far.bodies if raw])
    room.later()
    assert len([raw for raw in room.far.bodies if raw]) == asked


def test_a_web_page_is_no_answer(room: Room) -> None:
    """Asked for what is open there, it shows a page: nothing of ours changes, and the sentence names it."""
    room.turn()
    room.far.mood = "page"
    with pytest.raises(Unavailable, match="web page"):
        room.system.poll(["S-0001"], "", room.clock.now_us())
    assert room.later().state == "filed"
    assert "web page" in room.said()


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><service_requests><request><status>&b;</status></request></service_requests>',
        "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>".encode("utf-16"),
        b"<service_requests><request>",
        b"",
    ],
)
def test_xml_that_would_reach_further_is_not_read(raw: bytes) -> None:
    """A document type, an entity, other letters, half of it: a sentence, and nothing of it."""
    with receiver() as far:
        far.status, far.body, far.headers = 200, raw, {"Content-Type": "text/xml"}
        server = Server(f"http://127.0.0.1:{far.port}", fmt="xml")
        system = Open311(server, SystemInfo("x", "open311", "X"), OUTWARD, where="url")
        with pytest.raises(Unavailable, match="XML"):
            system.poll(["1"], "", NOW_US)


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (400, b'[{"code": 400, "description": "tidak tahu"}]'),
        (200, b"[" * 900 + b"]" * 900),
        (200, b'{"data": {"id": {"a": [1]}, "status": ["x"], "note": 7}}'),
        (200, b'[null, 3, {"service_request_id": "S-0001", "status": "\\ud800\\u0000", "status_notes": "\\u0000x"}]'),
        (302, b""),
    ],
)
def test_nothing_that_a_system_says_ends_the_courier(room: Room, status: int, raw: bytes) -> None:
    """It runs beside the warnings. A turn comes to its end, the case stands as it stood, and the next turn goes on."""
    room.turn()
    room.far.says_raw = (status, raw)
    for _ in range(2):
        filing = room.later()
    assert (filing.state, filing.foreign) == ("filed", "S-0001")
    room.far.says_raw = None
    room.later()
    assert room.said() == ""
