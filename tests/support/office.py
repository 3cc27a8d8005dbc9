"""A city with an office: administrators, people, keys, proposals, sessions and uninvited guests."""

from __future__ import annotations

from dataclasses import dataclass, replace

from argon2 import PasswordHasher
from support.seed import Town
from support.visitors import person, signed_in

from api.administration import Administration
from api.area import Area
from api.invitations import invite
from api.policy import Caller
from api.programs import make
from api.sessions import Sessions
from api.telling import REASONS
from contract.clock import DAY_US, MINUTE_US
from contract.roles import Role
from store.people import Deed, Person, SecurityEvent

HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = "kuda batu lampu hujan"
ROLES: tuple[Role, ...] = ("officer", "technician", "operator", "resident")


@dataclass
class Office:
    """Who is who in it, and how they come in."""

    city: Town
    boss: Person
    second: Person
    technician: Person
    candidate: Person

    def cookie(self, one: Person) -> str:
        """Of a new session."""
        return signed_in(self.city, one).cookies["siaga"]

    def link(self, role: Role = "officer", whose: Person | None = None) -> str:
        """A one-time link's path: of a new account, or of a new password."""
        return invite(
            self.city.cities,
            city=self.city.profile.code,
            base_url="",
            role=role,
            agency="bpbd" if role == "officer" else "",
            person=whose.id if whose else "",
            now_us=self.city.now_us,
            actor="system",
        )


def admin(city: Town, account: str) -> Person:
    return person(city, account, "admin", password=HASHER.hash(PASSWORD))


def office(city: Town) -> Office:
    """Fill it: more than thirty rows in every list."""
    boss, second = admin(city, "kepala"), admin(city, "wakil")
    kelurahan = [one.code for one in city.profile.regions if one.level == "kelurahan"]
    staff = [_colleague(city, number, kelurahan) for number in range(32)]
    _proposals(city, boss, second, staff[2])
    for number in range(32):
        make(
            city.cities,
            city=city.profile.code,
            label=f"Grafana Dinas Kominfo nomor {number}",
            role=("service", "officer", "technician")[number % 3],  # type: ignore[arg-type]
            agency="bpbd" if number % 3 == 1 else "",
            now_us=city.now_us - number * DAY_US,
            actor=boss.id,
            days=(365, None, 30)[number % 3],
        )
    sessions = Sessions(city.cities, city.clock)
    for number in range(3):
        sessions.open(boss, address=f"198.51.100.{number}", user_agent="Firefox Android", how="password")
    _guests(city, boss)
    return Office(city, boss, second, staff[1], staff[2])


def _colleague(city: Town, number: int, kelurahan: list[str]) -> Person:
    role = ROLES[number % 4]
    officer = role == "officer"
    account = f"orang.ke-{number:02}.dinas-pekerjaan-umum" if number % 5 == 0 else f"orang{number:02}"
    agency, regions = ("bpbd", tuple(kelurahan[number : number + 3])) if officer else ("", ())
    one = person(city, account, role, agency=agency, regions=regions)
    if number == 7:
        deed = Deed("system", "person.disabled", one.id, city.now_us)
        city.cities.put_person(replace(one, disabled_us=city.now_us), deed, one)
    return one


def _proposals(city: Town, boss: Person, second: Person, candidate: Person) -> None:
    """One of each sort; the chief has made one of them."""
    administration = Administration(
        city=city.profile.code,
        people=city.cities,
        clock=city.clock,
        sessions=Sessions(city.cities, city.clock),
        base_url="http://kota.test",
    )
    administration.invite(Caller(role="admin", person=boss.id), Area("admin"))
    other = Caller(role="admin", person=second.id)
    administration.change(other, candidate, Area("admin"))
    administration.new_password(other, boss)
    administration.erase(other, boss)


def _guests(city: Town, boss: Person) -> None:
    """One for each reason, and more."""
    details = ("sign in", "POST /akun/sandi", "publish to siaga/v1/yogyakarta/x", "one-time link")
    doors = ("api", "broker", "ingest")
    city.cities.note_security([
        SecurityEvent(
            city.profile.code,
            city.now_us - number * MINUTE_US,
            doors[number % 3],  # type: ignore[arg-type]
            REASONS[number % len(REASONS)],
            boss.id if number % 4 == 0 else "jog-gauge-05",
            f"198.51.100.{number}",
            details[number % 4],
            1 + number % 3,
        )
        for number in range(40)
    ])  # fmt: skip
