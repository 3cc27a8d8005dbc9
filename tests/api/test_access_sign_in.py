"""Signing in and out: one answer for every stranger, limits that pass, sessions that end."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from support.seed import Town
from support.visitors import person

from api.passwords import AT_ONCE, LANES, MEMORY_KIB, NOBODYS, PASSES, Passwords
from api.throttle import BY_ACCOUNT, BY_ADDRESS, WRITTEN
from api.tokens import digest
from store.people import Deed, Person

GOOD = "kuda batu lampu hujan"
HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
HTML = {"accept": "text/html"}


@dataclass
class Counting:
    """An adapter of the hasher that counts its work."""

    checked: list[str] = field(default_factory=list)
    made: int = 0

    def hash(self, password: str) -> str:
        self.made += 1
        return HASHER.hash(password)

    def verify(self, hash: str, password: str) -> bool:  # noqa: A002  the library's own name
        self.checked.append(hash)
        return HASHER.verify(hash, password)


@dataclass
class Browser:
    """A browser without script: it sends the forms that it is shown."""

    client: httpx.Client
    address: str = "203.0.113.9"

    @property
    def headers(self) -> dict[str, str]:
        return {**HTML, "origin": str(self.client.base_url).rstrip("/"), "x-forwarded-for": self.address}

    def get(self, path: str) -> httpx.Response:
        return self.client.get(path, headers=self.headers)

    def send(self, page: str, path: str, **fields: str) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]*)"', self.get(page).text)
        assert token, page
        return self.client.post(path, headers=self.headers, data={"csrf": token[1], **fields})

    def sign_in(self, account: str, password: str, **more: str) -> httpx.Response:
        return self.send("/masuk", "/masuk", akun=account, sandi=password, **more)

    @property
    def signed_in(self) -> bool:
        return self.get("/akun").status_code == 200


@dataclass
class Doors:
    """A served city with one officer, and as many browsers as a test wants."""

    city: Town
    counting: Counting
    officer: Person
    browser: Callable[..., Browser]

    @property
    def deeds(self) -> list[str]:
        return [row.what for row in self.city.cities.audit(self.city.profile.code)]

    @property
    def turned_away(self) -> list[str]:
        return [event.what for event in self.city.cities.security_events(self.city.profile.code)]


@pytest.fixture
def doors(made: Town, serve: Callable[..., httpx.Client]) -> Doors:
    """Budi is an officer; every browser comes to the same server."""
    counting = Counting()
    officer = person(made, "budi", "officer", agency="bpbd", password=HASHER.hash(GOOD))
    first = serve(made, passwords=Passwords(counting), trusted_proxies=("127.0.0.1",))

    def browser(address: str = "203.0.113.9") -> Browser:
        first_of_all = httpx.Client(base_url=first.base_url, timeout=20, trust_env=False, verify=False)  # noqa: S501
        browsers.append(first_of_all)
        return Browser(first_of_all, address)

    browsers: list[httpx.Client] = []
    yield Doors(made, counting, officer, browser)
    for one in browsers:
        one.close()


def test_in_and_out(doors: Doors) -> None:
    """The cookie is out of a script's reach and of this site; the server ends what the browser gives back."""
    budi = doors.browser()
    answer = budi.sign_in(" BUDI ", GOOD, lanjut="/kasus?keadaan=terbuka")
    assert (answer.status_code, answer.headers["location"]) == (303, "/kasus?keadaan=terbuka")
    (cookie,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith("siaga=")]
    assert {"HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert "Max-Age" not in cookie
    assert "Domain" not in cookie
    page = budi.get("/akun")
    assert "Budi" in page.text
    assert page.headers["cache-control"] == "private, no-store"
    token = budi.client.cookies["siaga"]
    assert budi.send("/akun", "/keluar").status_code == 303
    assert not budi.signed_in
    budi.client.cookies.set("siaga", token)
    assert not budi.signed_in
    assert doors.deeds[-2:] == ["session.opened", "session.ended"]


def test_over_https_the_cookies_are_bound_to_this_host(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """`__Host-` and Secure: no other name under the city's domain can plant one."""
    client = serve(made, base_url="https://siaga.kota.test")
    (cookie,) = client.get("/masuk", headers=HTML).headers.get_list("set-cookie")
    assert cookie.startswith("__Host-siaga-perangkat=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}


def test_public_pages_set_no_cookie(doors: Doors) -> None:
    """Whoever only reads is not marked."""
    for path in ("/", "/sungai", "/wifi", "/simpul", "/kasus", "/api/v1/nodes", "/open311/v2/services.json"):
        assert "set-cookie" not in doors.browser().get(path).headers, path


@pytest.mark.parametrize(
    ("account", "password", "state"),
    [
        ("budi", "salah sekali kata ini", "there"),
        ("tidak-ada", GOOD, "not there"),
        ("budi", "x" * 5000, "there"),
        ("", "", "not there"),
        ("budi", "", "there"),
        ("bu\x00di", GOOD, "not there"),
        ("tanpa-sandi", GOOD, "without a password"),
        ("pergi", GOOD, "disabled"),
    ],
)
def test_one_answer_and_one_amount_of_work(doors: Doors, account: str, password: str, state: str) -> None:
    """Unknown account, wrong password, disabled person: the same page but for the account that was typed into it, and
    exactly one check of argon2id."""
    city = doors.city
    if state == "without a password":
        person(city, "tanpa-sandi", "officer", agency="bpbd")
    if state == "disabled":
        gone = person(city, "pergi", "officer", agency="bpbd", password=HASHER.hash(GOOD))
        city.cities.put_person(replace(gone, disabled_us=city.now_us), Deed("system", "person.disabled", gone.id, 1))
    reference = doors.browser().sign_in("budi", "kata sandi yang salah")
    before = len(doors.counting.checked)
    answer = doors.browser().sign_in(account, password)
    assert len(doors.counting.checked) - before == 1
    assert answer.status_code == 403

    def bare(text: str) -> str:
        return re.sub(r'name="(csrf|akun)"[^>]* value="[^"]*"', "", text)

    assert bare(answer.text) == bare(reference.text)
    assert doors.deeds.count("sign_in.failed") == 2
    assert "bad_password" in doors.turned_away


def test_the_work_is_that_of_owasp() -> None:
    """argon2id with 19 MiB, two passes and one lane, also for an account that is not there; two at once at most."""
    assert NOBODYS.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$")
    assert (MEMORY_KIB, PASSES, LANES, AT_ONCE) == (19_456, 2, 1, 2)
    with pytest.raises(Exception, match="does not match"):
        PasswordHasher().verify(NOBODYS, GOOD)


def test_nobody_is_named_in_the_logs(doors: Doors) -> None:
    """The audit log has digests of account and address; a name typed into the wrong field is not kept whole."""
    doors.browser().sign_in("budi", "salah sekali kata ini")
    doors.browser().sign_in("sandi-rahasia-saya", "x")
    rows = doors.city.cities.audit(doors.city.profile.code)
    assert "203.0.113.9" not in repr(rows)
    assert "'budi'" not in repr([row.details for row in rows])
    events = doors.city.cities.security_events(doors.city.profile.code)
    assert {event.claimed for event in events} == {"budi", "san…"}


@pytest.mark.parametrize(
    "wanted",
    [
        "https://jahat.test/",
        "//jahat.test",
        "/\\jahat.test",
        "\\\\jahat.test",
        "javascript:alert(1)",
        "jahat",
        "/\nx",
        "/" * 2000,
    ],
)
def test_nobody_is_led_elsewhere(doors: Doors, wanted: str) -> None:
    """After signing in one lands on a page of ours, whatever the address asked for."""
    assert doors.browser().sign_in("budi", GOOD, lanjut=wanted).headers["location"] == "/akun"


# ---------------------------------------------------------------- limits


def test_an_account_is_closed_to_strangers_for_a_while(doors: Doors) -> None:
    """After ten tries from anywhere even the right password is not looked at; a quarter of an hour later it is."""
    for number in range(BY_ACCOUNT.most):
        assert doors.browser(f"198.51.100.{number}").sign_in("budi", "salah sekali kata ini").status_code == 403
    before = len(doors.counting.checked)
    shut = doors.browser("198.51.100.77").sign_in("budi", GOOD)
    assert (shut.status_code, shut.headers["retry-after"]) == (429, "900")
    assert "15 menit" in shut.text
    assert len(doors.counting.checked) == before
    assert "too_many_tries" in doors.turned_away
    doors.city.clock.advance(BY_ACCOUNT.window_s + 1)
    assert doors.browser("198.51.100.77").sign_in("budi", GOOD).status_code == 303


def test_a_device_that_knows_its_owner_is_not_shut_out(doors: Doors) -> None:
    """Whoever hammers at an account cannot keep its owner out; but a stolen device has no more tries than ten."""
    own = doors.browser()
    assert own.sign_in("budi", GOOD).status_code == 303
    own.send("/akun", "/keluar")
    for number in range(BY_ACCOUNT.most + 5):
        doors.browser(f"198.51.100.{number}").sign_in("budi", "salah sekali kata ini")
    assert doors.browser("198.51.100.200").sign_in("budi", GOOD).status_code == 429
    assert own.sign_in("budi", GOOD).status_code == 303
    own.send("/akun", "/keluar")
    codes = [own.sign_in("budi", "salah sekali kata ini").status_code for _ in range(12)]
    assert codes == [403] * 9 + [429] * 3


def test_a_copied_device_cookie_opens_nothing_for_others(doors: Doors) -> None:
    """The proof is of one account and of its present password."""
    person(doors.city, "siti", "officer", agency="bpbd", password=HASHER.hash(GOOD))
    own = doors.browser()
    own.sign_in("budi", GOOD)
    own.send("/akun", "/keluar")
    for number in range(BY_ACCOUNT.most):
        doors.browser(f"198.51.100.{number}").sign_in("siti", "salah sekali kata ini")
    assert own.sign_in("siti", GOOD).status_code == 429


def test_an_unknown_account_is_limited_like_a_known_one(doors: Doors) -> None:
    """Else the limit would tell which accounts there are."""
    codes = [
        doors.browser(f"198.51.100.{number}").sign_in("tidak-ada", "salah").status_code
        for number in range(BY_ACCOUNT.most + 1)
    ]
    assert codes == [403] * BY_ACCOUNT.most + [429]


def test_names_that_are_nobodys_do_not_fill_the_audit_log(doors: Doors) -> None:
    """From ever new addresses, under ever new names: so many rows a minute, and each try is a security event."""
    for number in range(WRITTEN.most + 3):
        doors.browser(f"198.51.100.{number}").sign_in(f"tiada-{number}", "salah sekali kata ini")
    assert doors.deeds.count("sign_in.failed") == WRITTEN.most
    tried = [one for one in doors.city.cities.security_events(doors.city.profile.code) if one.what == "bad_password"]
    assert sum(one.count for one in tried) == WRITTEN.most + 3
    doors.browser("198.51.100.99").sign_in("budi", "salah sekali kata ini")
    assert doors.deeds.count("sign_in.failed") == WRITTEN.most + 1
    doors.city.clock.advance(WRITTEN.window_s + 1)
    doors.browser("198.51.100.98").sign_in("tiada-0", "salah sekali kata ini")
    assert doors.deeds.count("sign_in.failed") == WRITTEN.most + 2


def many_people(city: Town) -> None:
    """As many accounts as an address may try, and one more."""
    stored = HASHER.hash(GOOD)
    for number in range(BY_ADDRESS.most + 1):
        person(city, f"orang-{number}", "resident", password=stored)


def test_one_address_cannot_try_all_accounts(doors: Doors) -> None:
    """Sixty tries a quarter of an hour; then it waits, and does not close accounts that it names meanwhile."""
    browser = doors.browser("198.51.100.1")
    many_people(doors.city)
    codes = [browser.sign_in(f"orang-{number}", "salah").status_code for number in range(BY_ADDRESS.most + 1)]
    assert codes == [403] * BY_ADDRESS.most + [429]
    for _ in range(BY_ACCOUNT.most):
        assert browser.sign_in("budi", "salah").status_code == 429
    assert doors.browser("198.51.100.2").sign_in("budi", GOOD).status_code == 303


def test_a_false_forwarding_header_moves_nobody(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Where no proxy is named, the word of whoever asks about their address is worth nothing."""
    client = serve(made, passwords=Passwords(HASHER))
    many_people(made)
    browser = Browser(client)
    codes = []
    for number in range(BY_ADDRESS.most + 1):
        browser.address = f"198.51.100.{number}"
        codes.append(browser.sign_in(f"orang-{number}", "salah").status_code)
    assert codes == [403] * BY_ADDRESS.most + [429]


# ---------------------------------------------------------------- sessions


def test_a_planted_session_does_not_become_somebodys(doors: Doors) -> None:
    """Session fixation: the token after signing in is never one that was there before."""
    victim = doors.browser()
    victim.client.cookies.set("siaga", "x" * 43)
    victim.sign_in("budi", GOOD)
    fresh = [one for one in victim.client.cookies.jar if one.name == "siaga"][-1].value
    assert fresh != "x" * 43
    attacker = doors.browser()
    attacker.client.cookies.set("siaga", "x" * 43)
    assert not attacker.signed_in


def test_signing_in_again_ends_the_earlier_session(doors: Doors) -> None:
    """A browser has one; the token that somebody may have read before is worth nothing after."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    old = budi.client.cookies["siaga"]
    token = re.search(r'name="csrf" value="([^"]*)"', budi.get("/akun").text)
    assert token
    again = budi.client.post("/masuk", headers=budi.headers, data={"csrf": token[1], "akun": "budi", "sandi": GOOD})
    assert again.status_code == 303
    assert budi.client.cookies["siaga"] != old
    assert len(doors.city.cities.sessions_of(doors.officer.id, doors.city.now_us)) == 1


def test_a_session_ends_when_it_is_not_used(doors: Doors) -> None:
    """An officer's after twelve hours without a sign; used in between, after seven days at the latest."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    doors.city.clock.advance(12 * 3600 + 1)
    assert not budi.signed_in
    budi.sign_in("budi", GOOD)
    hours = 0
    while budi.signed_in and hours < 300:
        doors.city.clock.advance(6 * 3600)
        hours += 6
    assert hours == 7 * 24


def test_what_a_page_asks_by_itself_prolongs_nothing(doors: Doors) -> None:
    """A console that nobody touches is shut like any other page, however often it asks for itself anew."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    by_itself = {**budi.headers, "siaga-refresh": "1"}
    for _ in range(23):
        doors.city.clock.advance(1800)
        assert budi.client.get("/akun", headers=by_itself).status_code == 200
        assert budi.client.get("/tidak-ada", headers=by_itself).status_code == 404
    doors.city.clock.advance(1800)
    assert not budi.signed_in


def test_an_administrators_session_is_short(doors: Doors) -> None:
    """An hour without a sign, half a day in all."""
    person(doors.city, "kepala", "admin", password=HASHER.hash(GOOD))
    kepala = doors.browser()
    kepala.sign_in("kepala", GOOD)
    doors.city.clock.advance(3599)
    assert kepala.signed_in
    doors.city.clock.advance(3601)
    assert not kepala.signed_in


def test_own_sessions_are_listed_and_ended(doors: Doors) -> None:
    """Each with its device; one is signed out from another, and all at once."""
    here, there = doors.browser(), doors.browser("203.0.113.20")
    here.sign_in("budi", GOOD)
    there.client.headers["user-agent"] = "Mozilla/5.0 (Linux; Android 14) Firefox/130"
    there.sign_in("budi", GOOD)
    page = here.get("/akun").text
    assert "Firefox, Android" in page
    assert "203.0.113.20" in page
    (other,) = re.findall(r'name="sesi" value="([0-9a-f]{64})"', page)
    assert here.send("/akun", "/akun/sesi", sesi=other).headers["location"] == "/akun?kabar=sesi"
    assert here.signed_in
    assert not there.signed_in
    there.sign_in("budi", GOOD)
    assert here.send("/akun", "/akun/sesi", sesi="semua").headers["location"] == "/keluar"
    assert not here.signed_in
    assert not there.signed_in


def test_a_session_is_kept_as_a_digest(doors: Doors, tmp_path: Path) -> None:
    """Whoever reads the database, or a copy of it, cannot go on as somebody who is signed in."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    token = budi.client.cookies["siaga"]
    kept = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert any(digest(token).encode() in content for content in kept)
    assert not any(token.encode() in content for content in kept)


def test_a_new_password_ends_all_other_sessions(doors: Doors) -> None:
    """This browser goes on with a new token; the old password opens nothing more, on no known device either."""
    here, there = doors.browser(), doors.browser("203.0.113.20")
    here.sign_in("budi", GOOD)
    there.sign_in("budi", GOOD)
    token = here.client.cookies["siaga"]
    new = "perahu kertas di sungai"
    changed = here.send("/akun", "/akun/sandi", sandi_lama=GOOD, sandi=new, sandi_lagi=new)
    assert changed.headers["location"] == "/akun?kabar=sandi"
    assert here.signed_in
    assert here.client.cookies["siaga"] != token
    assert not there.signed_in
    assert there.sign_in("budi", GOOD).status_code == 403
    assert there.sign_in("budi", new).status_code == 303
    assert "person.password" in doors.deeds


@pytest.mark.parametrize(
    ("old", "new", "again", "status", "said"),
    [
        ("salah sekali kata ini", "perahu kertas di sungai", "perahu kertas di sungai", 403, "tidak cocok"),
        (GOOD, "pendek", "pendek", 400, "terlalu pendek"),
        (GOOD, "x" * 201, "x" * 201, 400, "terlalu panjang"),
        (GOOD, "password12345", "password12345", 400, "mudah ditebak"),
        (GOOD, "qwertyuiopasdf", "qwertyuiopasdf", 400, "mudah ditebak"),
        (GOOD, "aaaaaaaaaaaaaa", "aaaaaaaaaaaaaa", 400, "mudah ditebak"),
        (GOOD, "saya budi dari bpbd", "saya budi dari bpbd", 400, "mudah ditebak"),
        (GOOD, "perahu kertas di sungai", "perahu kertas di laut", 400, "tidak sama"),
    ],
)
def test_a_password_that_will_not_do(doors: Doors, old: str, new: str, again: str, status: int, said: str) -> None:
    """It is said why, and the old one stays."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    answer = budi.send("/akun", "/akun/sandi", sandi_lama=old, sandi=new, sandi_lagi=again)
    assert answer.status_code == status
    assert said in answer.text
    assert doors.browser().sign_in("budi", GOOD).status_code == 303


def test_a_stolen_session_is_no_guesser(doors: Doors) -> None:
    """Who sits at somebody's open page cannot try old passwords without end."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    codes = [
        budi.send("/akun", "/akun/sandi", sandi_lama=f"tebakan {n}", sandi="x", sandi_lagi="x").status_code
        for n in range(11)
    ]
    assert codes == [403] * 10 + [429]


def test_who_is_disabled_is_out_at_once(doors: Doors) -> None:
    """The next click of an open page is a stranger's."""
    budi = doors.browser()
    budi.sign_in("budi", GOOD)
    gone = replace(doors.officer, disabled_us=doors.city.now_us)
    doors.city.cities.put_person(gone, Deed("system", "person.disabled", gone.id, doors.city.now_us))
    assert not budi.signed_in


def test_the_pages_speak_english_too(doors: Doors) -> None:
    """The same pages with ?lang=en."""
    budi = doors.browser()
    assert "Forgot the password?" in budi.get("/masuk?lang=en").text
    budi.sign_in("budi", GOOD)
    assert "Signed-in devices" in budi.get("/akun?lang=en").text
    assert "no longer valid" in budi.get("/undangan/none?lang=en").text
