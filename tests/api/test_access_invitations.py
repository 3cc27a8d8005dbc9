"""A link that works once: for one account, for one day, however many ask at the same moment."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from argon2 import PasswordHasher
from support.seed import Town
from support.visitors import person, signed_in, stranger

from api.invitations import invite
from api.passwords import Passwords
from contract.clock import HOUR_US
from contract.errors import Unavailable
from contract.roles import Role

GOOD = "kuda batu lampu hujan"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def client(made: Town, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, passwords=Passwords(HASHER))


def link(city: Town, role: Role = "officer", **more: str) -> str:
    area = {"agency": "bpbd", "regions": ("34.71.06",)} if role == "officer" else {}
    return invite(
        city.cities, city="yogyakarta", base_url="", role=role, now_us=city.now_us, actor="system", **area, **more
    )


def redeem(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """As a browser that has just opened the link."""
    visitor = stranger()
    client.cookies.clear()
    headers = {**visitor.sent, "origin": str(client.base_url).rstrip("/")}
    data = {"csrf": visitor.csrf, "akun": "budi", "nama": "Budi", "sandi": GOOD, "sandi_lagi": GOOD, **fields}
    return client.post(path, headers=headers, data=data)


def test_an_account_is_made_and_signed_in(made: Town, client: httpx.Client) -> None:
    """With the role, agency and regions of the invitation and no others, whatever the form says."""
    answer = redeem(client, link(made), peran="admin", role="admin", agency="damkar")
    assert (answer.status_code, answer.headers["location"]) == (303, "/akun")
    budi = made.cities.person_of_account("yogyakarta", "budi")
    assert budi is not None
    assert (budi.role, budi.agency, budi.regions, budi.name) == ("officer", "bpbd", ("34.71.06",), "Budi")
    assert budi.password.startswith("$argon2id$")
    session = re.search(r"siaga=([^;]+)", "\n".join(answer.headers.get_list("set-cookie")))
    assert session
    page = client.get("/akun", headers={"cookie": f"siaga={session[1]}", "accept": "text/html"})
    assert page.status_code == 200
    assert [row.what for row in made.cities.audit("yogyakarta")][-2:] == ["person.joined", "session.opened"]


def test_it_works_once_and_for_a_day(made: Town, client: httpx.Client) -> None:
    """Used or over, it is as if it had never been; that somebody tried is written down."""
    used = link(made)
    assert redeem(client, used).status_code == 303
    assert redeem(client, used, akun="siti").status_code == 404
    late = link(made)
    made.clock.advance(24 * 3600 + 1)
    assert redeem(client, late, akun="siti").status_code == 404
    assert "hanya sekali pakai" in client.get(late, headers={"accept": "text/html"}).text
    assert made.cities.person_of_account("yogyakarta", "siti") is None
    assert "bad_link" in [event.what for event in made.cities.security_events("yogyakarta")]


def test_of_many_at_once_one_comes_in(made: Town, client: httpx.Client) -> None:
    """Twenty browsers press the button in the same moment: one account."""
    path, gate = link(made), threading.Barrier(20)

    def press(number: int) -> int:
        with httpx.Client(base_url=client.base_url, timeout=60, trust_env=False, verify=False) as own:  # noqa: S501
            gate.wait(30)
            return redeem(own, path, akun=f"orang-{number}").status_code

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(press, range(20)))
    assert sorted(codes) == [303] + [404] * 19
    assert len(made.cities.people("yogyakarta")) == 1


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"akun": "a"}, 400, "paling sedikit tiga"),
        ({"akun": "budi santoso"}, 400, "paling sedikit tiga"),
        ({"akun": "<b>budi"}, 400, "paling sedikit tiga"),
        ({"akun": "kepala"}, 409, "sudah dipakai"),
        ({"akun": "KEPALA"}, 409, "sudah dipakai"),
        ({"nama": " "}, 400, "Tulis nama Anda"),
        ({"sandi": "pendek", "sandi_lagi": "pendek"}, 400, "terlalu pendek"),
        ({"sandi_lagi": "lain"}, 400, "tidak sama"),
        ({"sandi": "budi budi budi", "sandi_lagi": "budi budi budi"}, 400, "mudah ditebak"),
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays(
    made: Town, client: httpx.Client, fields: dict[str, str], status: int, said: str
) -> None:
    """Nobody loses an invitation by a typing error; what was typed stands there again, escaped."""
    person(made, "kepala", "admin")
    path = link(made)
    answer = redeem(client, path, **fields)
    assert answer.status_code == status
    assert said in answer.text
    assert "<b>budi" not in answer.text
    assert redeem(client, path).status_code == 303


def test_a_new_password_signs_out_everywhere(made: Town, client: httpx.Client) -> None:
    """For somebody who is there: the account stays, every session ends, and nothing else changes."""
    old = person(made, "siti", "technician", password=HASHER.hash("kata yang lama sekali"))
    session = signed_in(made, old)
    answer = redeem(client, link(made, "technician", person=old.id), akun="lain", nama="Lain")
    assert answer.status_code == 303
    new = made.cities.person(old.id)
    assert new is not None
    assert (new.account, new.name, new.role) == ("siti", old.name, "technician")
    assert HASHER.verify(new.password, GOOD)
    client.cookies.clear()
    assert client.get("/akun", headers=session.sent).status_code == 303


def test_links_are_not_guessed_without_end(made: Town, client: httpx.Client) -> None:
    """Thirty a quarter of an hour from one address; then it waits, also with a good one."""
    good = link(made)
    codes = [client.get(f"/undangan/tebakan-{n}").status_code for n in range(30)]
    assert set(codes) == {404}
    shut = client.get(good)
    assert (shut.status_code, shut.headers["retry-after"]) == (429, "900")
    made.clock.advance(HOUR_US // 1_000_000)
    assert client.get(good).status_code == 200


def test_a_crowd_at_the_door_takes_no_memory() -> None:
    """Two checks at once, a bounded queue behind them, and a clear no for whoever is too many."""

    class Slow:
        """Holds each check until the test lets go."""

        def __init__(self) -> None:
            self.now = self.most = 0
            self.lock, self.go = threading.Lock(), threading.Event()

        def hash(self, password: str) -> str:
            return password

        def verify(self, hash: str, password: str) -> bool:  # noqa: A002  the library's own name
            with self.lock:
                self.now += 1
                self.most = max(self.most, self.now)
            self.go.wait(20)
            with self.lock:
                self.now -= 1
            return True

    async def crowd(slow: Slow) -> tuple[int, int]:
        passwords = Passwords(slow, at_once=2, waiting_most=5)
        tasks = [asyncio.create_task(passwords.fits("stored", "given")) for _ in range(20)]
        while sum(task.done() for task in tasks) < 13:
            await asyncio.sleep(0.01)
        slow.go.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        return results.count(True), sum(isinstance(one, Unavailable) for one in results)

    slow = Slow()
    # In a thread of its own: another test's browser may keep a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        assert thread.submit(asyncio.run, crowd(slow)).result() == (7, 13)
    assert slow.most == 2
