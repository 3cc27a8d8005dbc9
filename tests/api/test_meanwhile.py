"""What changes while a password is being looked at, which takes long on purpose: the later word holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import httpx
import pytest
from support.seed import Town
from support.visitors import FAR, person, signed_in, stranger

from api.invitations import invite
from api.passwords import Passwords
from store.people import Deed, Person

OLD, NEW = "jembatan kuning 42", "gerobak hijau 77 di utara"
Serve = Callable[..., httpx.Client]


@dataclass
class Slow:
    """A hasher that is overtaken: somebody else does something while it works. Its strings are easy to read."""

    overtaken: Callable[[], object] = lambda: None

    def hash(self, password: str) -> str:
        self.overtaken()
        return f"made of {password}"

    def verify(self, hash: str, password: str) -> bool:  # noqa: A002  the library's own name
        self.overtaken()
        return hash == f"made of {password}"


def changed(city: Town, one: Person, **more: object) -> None:
    known = city.cities.person(one.id)
    assert known is not None
    city.cities.put_person(replace(known, **more), Deed("system", "person.changed", one.id, city.now_us))  # type: ignore[arg-type]


CHANGES = pytest.mark.parametrize(
    "change",
    [
        {"disabled_us": 1},
        {"role": "resident", "agency": ""},
        {"regions": ("34.71.01",)},
        {"password": f"made of {NEW}"},
    ],
    ids=["disabled", "another role", "another area", "another password"],
)


@CHANGES
def test_a_sign_in_that_was_overtaken_opens_nothing(made: Town, serve: Serve, change: dict[str, object]) -> None:
    """What signs somebody out everywhere also reaches the sign-in that began before: no session outlives it."""
    budi = person(made, "budi", "officer", agency="bpbd", password=f"made of {OLD}")
    slow = Slow()
    client, visitor = serve(made, passwords=Passwords(slow)), stranger()
    form = {"akun": "budi", "sandi": OLD, "csrf": visitor.csrf}
    headers = {**visitor.sent, "origin": str(client.base_url)}
    assert client.post("/masuk", headers=headers, data=form).status_code == 303
    slow.overtaken = lambda: changed(made, budi, **change)
    answer = client.post("/masuk", headers=headers, data=form)
    assert answer.status_code == 403
    assert "siaga=" not in answer.headers.get("set-cookie", "").replace("siaga-perangkat=", "")
    assert made.cities.sessions_of(budi.id, made.now_us) == []


@CHANGES
def test_a_new_password_brings_no_old_right_back(made: Town, serve: Serve, change: dict[str, object]) -> None:
    """Who is closed or given less while choosing a password stays so: what was read before is not written back."""
    budi = person(made, "budi", "officer", agency="bpbd", password=f"made of {OLD}")
    slow = Slow()
    client, visitor = serve(made, passwords=Passwords(slow)), signed_in(made, budi)
    slow.overtaken = lambda: changed(made, budi, **change)
    form = {"sandi_lama": OLD, "sandi": NEW, "sandi_lagi": NEW, "csrf": visitor.csrf}
    headers = {**visitor.sent, "origin": str(client.base_url)}
    assert client.post("/akun/sandi", headers=headers, data=form).status_code == 403
    now = made.cities.person(budi.id)
    assert now is not None
    assert now == replace(budi, **change)  # type: ignore[arg-type]
    assert made.cities.sessions_of(budi.id, made.now_us) == []


@CHANGES
def test_a_link_brings_no_old_right_back(made: Town, serve: Serve, change: dict[str, object]) -> None:
    """A link to a new password that was opened before somebody was closed, or given less, gives nothing back; and it is
    void once rights or password have changed by another way."""
    budi = person(made, "budi", "officer", agency="bpbd", password=f"made of {OLD}")
    link = invite(
        made.cities,
        city=made.profile.code,
        base_url="",
        role=budi.role,
        person=budi.id,
        now_us=made.now_us,
        actor="cli:0",
    )
    slow = Slow()
    client, visitor = serve(made, passwords=Passwords(slow)), stranger()
    slow.overtaken = lambda: changed(made, budi, **change)
    form = {"sandi": "pagar besi 19 di timur", "csrf": visitor.csrf}
    headers = {**visitor.sent, **FAR, "origin": str(client.base_url)}
    assert client.post(link, headers=headers, data=form).status_code == 404
    assert made.cities.person(budi.id) == replace(budi, **change)  # type: ignore[arg-type]
    assert made.cities.sessions_of(budi.id, made.now_us) == []
