"""A whole night: a flood at ten past two, the officer asleep, one gauge lost, one RW silent.

The engine's process, the stores, the telephone line, the push server and the web server are real; the time is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
from support import watch
from support.alerting import Judged, Stores, batch, row
from support.cap_rules import faults
from support.contacts import contact
from support.impacts import impact
from support.people_data import deed, person
from support.phones import SECRET, USER, Phone
from support.receiver import Receiver, receiver
from support.seed import Town
from support.visitors import Visitor, signed_in
from support.web_server import serving

from alerts.channels.ntfy import Ntfy
from alerts.channels.ring import Ring, SipLine
from api.tokens import digest
from complaints.outward import Outward
from contract.addresses import networks
from contract.chain import Contact
from contract.city import Warnings
from contract.clock import HOUR_US, MINUTE_US, from_us
from contract.duty import Shift, Way
from contract.impact import Impact
from store.people import Deed

HULU, HILIR = "code-hulu", "code-hilir"
HOME = Outward(networks("127.0.0.0/8", where="test"))
ZONE = ZoneInfo("Asia/Jakarta")
SITI, BUDI = (
    replace(person(number, city=watch.CITY), name=name, regions=()) for number, name in enumerate(("Siti", "Budi"), 1)
)
NAMES = {SITI.id: "Siti", BUDI.id: "Budi"}
WIJI = contact(id="rw-04", city=watch.CITY, rw="RW 04", region="34.71.02.1002", name="Bu Wiji", phone="0812 0004")
JOKO = contact(id="rw-05", city=watch.CITY, rw="RW 05", region="34.71.02.1002", name="Pak Joko", phone="0812 0005")
SIGNS = Warnings(agency="bpbd")


def meaning(rw: str) -> Impact:
    """What 150 cm at the upper gauge mean in an RW."""
    return impact(
        gauge=HULU, from_cm=150.0, rw=rw, muster=f"Balai {rw}", phone="0274 555", datum="nol contoh",
        checked_on=date(2025, 1, 12), compared_on=None, compared="",
    )  # fmt: skip


@dataclass
class Night:
    """The small city from dusk to dawn. `at` is told as the clock on the wall, as in 02.10."""

    stores: Stores
    phone: Phone
    push: Receiver
    judged: Judged = field(init=False)
    client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self.profile = replace(watch.profile(), warnings=SIGNS, impacts=(meaning("RW 04"), meaning("RW 05")))
        store, city = self.stores.cities, watch.CITY
        store.put_profile(self.profile, watch.START_US)
        for rung, one in enumerate((SITI, BUDI), 1):
            store.put_person(one, deed("person.joined", one.id))
            for channel in ("ring", "push"):
                address = f"0812{one.id[-1]}" if channel == "ring" else f"topik-{one.name}"
                way = Way(city=city, person=one.id, channel=channel, address=address, rings=channel == "ring")
                store.put_way(way, deed("duty.way"))
            until_us = watch.START_US + 12 * HOUR_US
            turn = Shift(id=one.name, city=city, person=one.id, rung=rung, from_us=watch.START_US, to_us=until_us)
            store.put_shifts(city, [turn], deed("duty.planned"))
        for one in (WIJI, JOKO):
            added = Deed("system", "contact.added", one.id, watch.START_US)
            store.put_contacts(city, [one], [added])
            store.link_contact(city, one.id, digest(self.link(one)), added)
        channels = {
            "ring": Ring(SipLine("127.0.0.1", self.phone.port, USER, SECRET, domain="kota", ring_s=0.1, talk_s=0.1)),
            "push": Ntfy(HOME.judge(self.push.url, where="test"), HOME),
        }
        self.judged = Judged(self.stores, channels=channels, profile=self.profile)
        self.judged.clock.advance(3.8 * 3_600)  # nothing happens until five to two
        self.town = Town(self.profile, self.stores.readings, store, self.judged.clock)

    # ------------------------------------------------------------ the world

    @property
    def now_us(self) -> int:
        return self.judged.clock.now_us()

    def until(self, wall: str) -> None:
        """Time passes, half a minute a turn; what is to be said is carried."""
        hour, minute = map(int, wall.split("."))
        local = from_us(self.now_us).astimezone(ZONE)
        wanted = local.replace(hour=hour, minute=minute, second=0, microsecond=0)
        left_us = round((wanted - local).total_seconds() * 1e6) % (24 * HOUR_US)
        while left_us > 0:
            step_us = min(left_us, MINUTE_US)
            self.judged.clock.advance(step_us / 1e6)
            left_us -= step_us
            self._turn()

    def reads(self, wall: str, **levels: float) -> None:
        """So high stands the water at this minute, as far as a gauge still says so."""
        self.until(wall)
        for name, cm in levels.items():
            node = f"code-{name}"
            self.judged.seq += 1
            self.stores.readings.write([row(self.judged.seq, self.now_us, cm, node)])
            self.judged.post.post(*batch(self.judged.seq, self.now_us, cm, node))
        self._turn()

    def _turn(self) -> None:
        assert self.judged.process.turn(0.0)
        while self.judged.process.outbox.turn():
            pass

    # ------------------------------------------------------------ what people see and do

    @staticmethod
    def link(one: Contact) -> str:
        return f"tautan-rahasia-{one.id}"

    def rw(self, one: Contact, **form: str) -> str:
        """An RW's page, or a tap on it."""
        path = f"/rw/{self.link(one)}"
        self.client.cookies.clear()
        page = self.client.get(path)
        if form:
            csrf = page.text.split('name="csrf" value="')[1].split('"')[0]
            page = self.client.post(
                path, data={"csrf": csrf, **form}, headers={"origin": str(self.client.base_url).rstrip("/")}
            )
            assert page.status_code == 303, page.text
        return page.text

    def officer(self, who=BUDI) -> Visitor:
        return signed_in(self.town, who)

    def asks(self, path: str, who: Visitor) -> httpx.Response:
        self.client.cookies.clear()
        answer = self.client.get(path, headers=who.sent)
        assert answer.status_code == 200, answer.text[:400]
        return answer

    def presses(self, who: Visitor, page: str, node: str, **form: str) -> None:
        """A button of `/jaga` or of the console, about the alarm of a gauge."""
        incident = next(one for one in self.stores.cities.open_incidents(watch.CITY) if one.node == node)
        self.client.cookies.clear()
        headers = {**who.sent, "origin": str(self.client.base_url).rstrip("/")}
        answer = self.client.post(f"{page}/{incident.id}", data={"csrf": who.csrf, **form}, headers=headers)
        assert answer.status_code == 303, answer.text

    # ------------------------------------------------------------ what became of it

    def lines(self) -> list[str]:
        found = []
        for one in reversed(self.stores.cities.bulletins(watch.CITY)):
            silent = " silent" if one.silent else ""
            found.append(
                f"{from_us(one.at_us).astimezone(ZONE):%H.%M} {one.kind} {one.level.name} {one.node} "
                f"{one.value_cm:g} cm{silent} {one.ground}".rstrip()
            )
        return found

    def called(self) -> list[str]:
        """Who was rung, in order: `02.20 Siti`."""
        rows = [
            sent
            for event in {one.event for one in self.stores.cities.incidents(watch.CITY)}
            for sent in self.stores.cities.sent_to_people(watch.CITY, event)
        ]
        return sorted(
            f"{from_us(one.created_us).astimezone(ZONE):%H.%M} {NAMES[one.person]}"
            for one in rows
            if one.channel == "ring"
        )


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    stores, phone = Stores(tmp_path), Phone("rings")
    with receiver() as push:
        push.status = 200
        made = Night(stores, phone, push)
        with serving(made.town, keys=()) as address, httpx.Client(base_url=address) as client:
            made.client = client
            yield made
    phone.close()
    stores.close()


def test_a_flood_at_ten_past_two(night: Night) -> None:
    """The officer sleeps, the lower gauge is torn away, one RW says nothing: everybody is told in time, what is missing
    is seen, and it ends where it is seen to have ended."""
    night.reads("02.00", hulu=60, hilir=50)
    night.reads("02.05", hulu=65, hilir=55)
    night.reads("02.10", hulu=120, hilir=90)  # the lower gauge is torn away
    night.reads("02.15", hulu=135)
    night.reads("02.20", hulu=150)
    assert night.lines() == ["02.20 fact SIAGA code-hulu 150 cm"]
    assert night.called() == ["02.20 Siti"]

    night.phone.manner = "busy"  # as good as unheard, and no test waits for it to ring out

    # Siti sleeps, and so does Budi: the ladder goes on and on. The water rises, and nobody says that it does not.
    night.reads("02.25", hulu=165)
    night.reads("02.30", hulu=172)
    assert night.called()[1:6] == ["02.22 Budi", "02.24 Budi", "02.24 Siti", "02.26 Budi", "02.26 Siti"]
    night.reads("02.35", hulu=178)
    assert night.lines()[1:] == ["02.35 fact AWAS code-hulu 178 cm", "02.35 order AWAS code-hulu 178 cm clock"]
    order = night.stores.cities.bulletins(watch.CITY)[0]
    assert order.text["id"].endswith(
        "Pergi SEKARANG ke titik kumpul. "
        "Dikirim otomatis: 10 menit tanpa jawaban petugas, sensor tetap di atas AWAS. 02.35 WIB"
    )
    assert "RW 04 ke Balai RW 04, RW 05 ke Balai RW 05" in order.sms["id"]

    # Bu Wiji reads it aloud; from Pak Joko comes nothing, and after five minutes the office has his number.
    assert order.script["id"] in night.rw(WIJI)
    night.until("02.37")
    night.rw(WIJI, siaran=order.id, kata="sudah")
    budi = night.officer(BUDI)
    chain = f"/api/v1/bulletins/{order.id}/relays"
    assert [one["name"] for one in night.asks(chain, budi).json()["passed"]] == ["Bu Wiji"]
    assert not night.asks(chain, budi).json()["late"]
    night.reads("02.40", hulu=181)
    told = night.asks(chain, budi).json()
    assert told["late"]
    assert [(one["rw"], one["phone"]) for one in told["silent"]] == [("RW 05", "0812 0005")]
    assert "tel:08120005" in night.asks(f"/siaran/{order.id}", budi).text

    # Budi is up at last. The lower gauge has been silent for half an hour, and that is danger and no calm.
    night.until("02.41")
    assert night.lines()[3:] == ["02.41 fact WASPADA code-hilir 90 cm silent"]
    night.presses(budi, "/jaga/alarm", HULU, apa="confirm")
    night.presses(budi, "/jaga/alarm", HILIR, apa="acknowledge", tingkat="3")
    night.until("02.42")
    assert night.lines()[4:] == ["02.42 fact AWAS code-hulu 181 cm"]
    assert "Dikonfirmasi petugas 02.42 WIB" in night.stores.cities.bulletins(watch.CITY)[0].text["id"]
    calls = night.called()

    # It falls. What the upper gauge has left behind it says itself; at the lower one somebody goes to look.
    for wall, cm in (("02.45", 182), ("02.50", 180), ("02.55", 170), ("03.00", 150), ("03.05", 130), ("03.10", 120)):
        night.reads(wall, hulu=cm)
    for wall, cm in (("03.15", 100), ("03.20", 80), ("03.25", 50), ("03.30", 45), ("03.35", 45)):
        night.reads(wall, hulu=cm)
    night.presses(budi, "/operator", HILIR, apa="read_on_site", cm="48")
    for wall, cm in (("03.40", 44), ("03.45", 44), ("03.50", 44), ("03.55", 44), ("04.00", 43), ("04.05", 43)):
        night.reads(wall, hulu=cm)
    night.presses(budi, "/operator", HILIR, apa="read_on_site", cm="45")
    night.until("04.10")
    assert night.lines()[5:] == [
        "03.35 fact SIAGA code-hulu 45 cm",
        "03.36 fact WASPADA code-hilir 48 cm",
        "03.50 fact WASPADA code-hulu 44 cm",
        "03.55 all_clear NORMAL code-hulu 44 cm",
        "04.06 all_clear NORMAL code-hilir 45 cm",
    ]
    assert night.stores.cities.open_incidents(watch.CITY) == []
    assert night.called() == calls, "who has answered sleeps on, or works on"

    # What is left in the morning: one case that is done, one chain for other systems, nothing said twice or not at all.
    (case,) = night.stores.cities.find_cases(watch.CITY, public_only=True).cases
    thread = [update.text["id"] for update in night.stores.cities.updates(case.number)]
    assert case.state == "done"
    assert len(thread) == len(set(thread))
    assert "Dibaca petugas di tempat: Sungai Code di code-hilir 48 cm. Sensor masih diam." in "".join(thread)
    assert thread[-1].startswith("Aman kembali: Sungai Code di code-hilir turun ke 45 cm, dibaca petugas di tempat")
    assert "Aman kembali" in night.rw(JOKO)
    alerts = night.client.get("/cap/feed.xml").text
    for one in night.stores.cities.bulletins(watch.CITY):
        assert f"/cap/{one.id}.xml" in alerts
        assert faults(night.client.get(f"/cap/{one.id}.xml").content) == []
    assert night.stores.cities.outbox_depth(watch.CITY)[0] == 0
