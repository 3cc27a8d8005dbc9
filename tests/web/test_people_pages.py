"""The pages of people and doors in a browser: signing in, accounts, administration, and whatever goes wrong there.

By the keyboard alone, in both languages, on a phone; what goes wrong is said in words and leads on.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from support.away import Away
from support.office import HASHER, PASSWORD, Office, admin, office
from support.oidc_provider import CLIENT_ID, CLIENT_SECRET, provided
from support.seed import Town, town
from support.visitors import signed_in
from support.web_server import serving

from api.invitations import FOR_PEOPLE
from api.oidc import BACK, OpenId, Provider, read_rules
from api.passwords import Passwords
from api.throttle import BY_ACCOUNT, BY_DEVICE, BY_LINK, Throttle
from api.words import WORDS
from complaints.outward import Outward
from contract.clock import SECOND_US
from store.people import Person

READERS = pytest.mark.parametrize("who", ["administrator", "technician", "stranger"])
LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])
ANOTHER = "gerobak hijau 77 di utara"
PHONE = {"width": 360, "height": 740}
MACHINE = re.compile(
    r"\b[a-z]+_[a-z_]+\b|\b(?:person|session|key|ca|city|proposal|query|path)\.[a-z]+\b|\b[0-9a-f]{32}\b"
    r"|Traceback|(?<=: )None\b|\bundefined\b|\{\w*\}"
)
"""what no person should have to read"""
OPEN = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
SMALLER = """() => [...document.body.querySelectorAll('*')].filter(e => [...e.childNodes].some(
  n => n.nodeType === 3 && n.textContent.trim()) && e.getClientRects().length && !e.closest('option')
  && parseFloat(getComputedStyle(e).fontSize) < 16).map(e => e.outerHTML.slice(0, 80))"""
STAFF = ("/masuk", "/keluar", "/akun", "/simpul/rinci", "/jejak/ditolak", "/orang")
BOSS = (
    *STAFF[:-1],
    "/orang",
    "/orang?cari=tidak-ada",
    "/orang/undang",
    "/kunci",
    "/jejak",
    "/jejak?perbuatan=tidak-ada",
    "/jejak?lanjut=tidak-ada",
    "/jejak/periksa",
    "/jejak/ditolak?pintu=api",
    "/dampak",
    "/keadaan",
    "/petugas/turunkan",
    "/dampak?pos=jog-gauge-05",
    "/orang/tidak-ada",
    "/akun/sandi",
)


@dataclass
class House:
    """A city with an office, and its pages; a browser for each who comes."""

    browser: Browser
    office: Office
    address: str
    pages: dict[str, Page] = field(default_factory=dict)

    def page_of(self, one: Person | None) -> Page:
        """The one page of somebody, signed in; None for a stranger's, from an address of their own: so many links from
        one address would be too many."""
        name = one.account if one else f"198.51.100.{len(self.pages)}"
        if name not in self.pages:
            more = {} if one else {"extra_http_headers": {"X-Forwarded-For": name}}
            self.pages[name] = came(self.browser, self.address, self.office.city, one, **more)
        return self.pages[name]

    def paths(self, who: str) -> tuple[Page, tuple[str, ...]]:
        """Every page that somebody may meet, and the browser to read them in."""
        own = self.office
        if who == "administrator":
            return self.page_of(own.boss), (*BOSS, f"/orang/{own.candidate.id}", f"/orang/{own.boss.id}")
        if who == "technician":
            return self.page_of(own.technician), STAFF
        links = (own.link(), own.link("technician", own.technician), "/undangan/sudah-lewat")
        return self.page_of(None), ("/masuk", "/keluar", *links, f"{BACK}?state=x&code=y")


def came(browser: Browser, address: str, city: Town, one: Person | None = None, **more: object) -> Page:
    """A page in a browser of its own."""
    context = browser.new_context(**{"viewport": PHONE, **more})  # type: ignore[arg-type]
    if one is not None:
        context.add_cookies([{"name": "siaga", "value": signed_in(city, one).cookies["siaga"], "url": address}])
    page = context.new_page()
    page.set_default_timeout(10_000)
    return page


def openid_of(city: Town, issuer: str) -> OpenId:
    """The way to a provider that is this machine's own, if it is there at all."""
    rules = read_rules("groups=it:admin", roles=FOR_PEOPLE, where="test")
    outward = Outward((ip_network("127.0.0.0/8"),), trust=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    trusted = Provider(issuer, CLIENT_ID, CLIENT_SECRET, rules, "")
    return OpenId(trusted, outward=outward, clock=city.clock, base_url="http://kota.test")


@pytest.fixture(scope="module")
def house(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    city = town(tmp_path_factory.mktemp("house"))
    with ExitStack() as stack:
        stack.callback(city.close)
        provider = stack.enter_context(provided(f"http://kota.test{BACK}", lambda: city.now_us // SECOND_US))
        openid = openid_of(city, provider.issuer)
        options = {"passwords": Passwords(HASHER), "openid": openid, "trusted_proxies": ["127.0.0.1"]}
        address = stack.enter_context(serving(city, keys=(), **options))
        made = House(browser, office(city), address)
        yield made
        for page in made.pages.values():
            page.context.close()


@pytest.fixture
def small(tmp_path: Path, browser: Browser) -> Iterator[tuple[Town, str]]:
    """A city of one's own with two administrators."""
    city = town(tmp_path)
    admin(city, "kepala")
    admin(city, "wakil")
    with serving(city, keys=(), passwords=Passwords(HASHER)) as address:
        yield city, address
    city.close()


def person_of(city: Town, account: str) -> Person:
    one = city.cities.person_of_account(city.profile.code, account)
    assert one is not None
    return one


def said(key: str, language: str, **values: object) -> str:
    return WORDS[key].in_(language).format(**values)  # type: ignore[arg-type]


def reach(page: Page, selector: str, *, most: int = 120) -> None:
    """Press Tab until it has the focus; the focus is seen wherever it goes."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "3px", selector
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no Tab leads to {selector}")


@contextmanager
def sent(page: Page) -> Iterator[None]:
    """What is done inside brings another page."""
    with page.expect_navigation():
        yield


@READERS
def test_every_page_is_sound_fits_a_small_phone_and_says_nothing_of_the_machine(
    house: House, sound: Callable[..., None], who: str
) -> None:
    """In both languages: structure, names, labels, targets; every text is a person's; a page of what went wrong has a
    way on. By day and by night at 360 px nothing scrolls sideways, and no text is smaller than 16 px."""
    page, paths = house.paths(who)
    for path in paths:
        for language in ("id", "en"):
            page.goto(f"{house.address}{path}{'&' if '?' in path else '?'}lang={language}")
            for script in ("null", OPEN):
                page.evaluate(script)
                for scheme in ("light", "dark"):
                    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], (path, scheme)
                    assert page.evaluate(SMALLER) == [], (path, scheme)
            sound(page, language, (path, language))
            text = page.evaluate(
                "[...document.querySelectorAll('code')].forEach(e => e.remove()), document.body.innerText"
            )
            assert MACHINE.search(text) is None, (path, language, MACHINE.search(text))
            assert page.locator("main a, main button").count() > 0, path


@LANGUAGES
def test_the_keyboard_signs_in_after_a_wrong_password(small: tuple[Town, str], browser: Browser, language: str) -> None:
    """The sentence has the focus and leads to the field; the account is still there; then one comes to the page that
    one wanted."""
    city, address = small
    page = came(browser, address, city)
    page.goto(f"{address}/orang")
    page.goto(f"{page.url}&lang={language}")
    reach(page, "#akun")
    page.keyboard.type("wakil")
    reach(page, "#sandi", most=1)
    page.keyboard.type("bukan kata sandinya")
    with sent(page):
        page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_have_text(said("sign_in_wrong", language))
    assert page.title().startswith(f"{said('not_done', language)}: ")
    for one in ("#akun", "#sandi"):
        expect(page.locator(one)).to_have_accessible_description(said("sign_in_wrong", language))
    expect(page.locator("#akun")).to_have_value("wakil")
    expect(page.locator("#sandi")).to_have_value("")
    reach(page, ".said a", most=1)
    page.keyboard.press("Enter")
    expect(page.locator("#akun")).to_be_focused()
    reach(page, "#sandi", most=1)
    page.keyboard.type(PASSWORD)
    with sent(page):
        page.keyboard.press("Enter")
    assert page.url == f"{address}/orang"
    expect(page.locator("h1")).to_have_text(said("people_title", language))
    page.context.close()


@LANGUAGES
def test_the_keyboard_takes_a_proposal_through_four_eyes(
    small: tuple[Town, str], browser: Browser, language: str
) -> None:
    """One proposes an administrator and can only withdraw; another agrees and has the link; whom it is for comes in."""
    city, address = small
    context = {"storage_state": {"cookies": [_language(address, language)], "origins": []}}
    first = came(browser, address, city, person_of(city, "kepala"), **context)
    first.goto(f"{address}/orang")
    reach(first, "main a[href='/orang/undang']")
    with sent(first):
        first.keyboard.press("Enter")
    reach(first, "#peran")
    first.keyboard.type("Adm")
    reach(first, "form.sheet button")
    with sent(first):
        first.keyboard.press("Enter")
    news = first.locator("#kabar")
    expect(news).to_be_focused()
    expect(news).to_have_role("status")
    expect(news).to_have_text(said("proposal_waits", language))
    expect(first.locator(".proposals button")).to_have_text([said("withdraw", language)])

    second = came(browser, address, city, person_of(city, "wakil"), **context)
    second.goto(f"{address}/orang")
    reach(second, ".proposals button[value=setuju]")
    what = said("proposal_invite", language, role=said("role_admin", language))
    expect(second.locator(".proposals button[value=setuju]")).to_have_accessible_description(what)
    with sent(second):
        second.keyboard.press("Enter")
    link = second.locator("#tautan")
    expect(link).to_be_focused()
    expect(link).to_have_accessible_description(f"{said('shown_once', language)} {said('link_day', language)}")
    assert second.locator(".language").count() == 0  # it would throw the link away

    third = came(browser, address, city, **context)
    third.goto(link.input_value())
    for one, text in (("#akun", "bendahara"), ("#nama", "Bu Endah"), ("#sandi", ANOTHER), ("#sandi_lagi", ANOTHER)):
        reach(third, one)
        third.keyboard.type(text)
    with sent(third):
        third.keyboard.press("Enter")
    assert third.url == f"{address}/akun"
    assert person_of(city, "bendahara").role == "admin"
    for page in (first, second, third):
        page.context.close()


def _language(address: str, language: str) -> dict[str, object]:
    host = address.removeprefix("http://").split(":")[0]
    return {
        "name": "bahasa", "value": language, "domain": host, "path": "/", "expires": -1,
        "httpOnly": True, "secure": False, "sameSite": "Lax",
    }  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """Something wrong in a form: who sends it from where, what is typed, and what is said at which field."""

    who: str
    path: str
    typed: dict[str, str]
    says: str
    field: str


NEW = {"nama": "Bu Sari", "sandi": ANOTHER, "sandi_lagi": ANOTHER}
EASY = "123456789012"
MISTAKES = (
    Mistake("", "link", {**NEW, "akun": "a b"}, "account_shape", "akun"),
    Mistake("", "link", {**NEW, "akun": "sari", "nama": " "}, "name_missing", "nama"),
    Mistake("", "new", {"sandi": ANOTHER, "sandi_lagi": PASSWORD}, "password_differs", "sandi_lagi"),
    Mistake("", "new", {"sandi": EASY, "sandi_lagi": EASY}, "password_guessable", "sandi"),
    Mistake(
        "boss",
        "/akun",
        {"sandi_lama": "x", "sandi": ANOTHER, "sandi_lagi": ANOTHER},
        "old_password_wrong",
        "sandi_lama",
    ),
    Mistake("boss", "/orang/undang", {"peran": "officer"}, "area_officer", "dinas"),
    Mistake("boss", "candidate", {"peran": "officer"}, "area_officer", "dinas"),
    Mistake("boss", "candidate", {"akun": "orang lain"}, "erase_account", "akun"),
    Mistake("boss", "/kunci", {"label": "  "}, "key_label_missing", "label"),
)


@LANGUAGES
@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda one: f"{one.says}-{one.path}")
def test_a_mistake_is_said_above_and_at_its_field(house: House, mistake: Mistake, language: str) -> None:
    """The sentence has the focus and leads to the field, which is seen and says the same; the page has the other
    language too, wherever its form was sent."""
    own = house.office
    page = house.page_of(own.boss if mistake.who else None)
    places = {
        "link": own.link(), "new": own.link("technician", own.technician), "candidate": f"/orang/{own.candidate.id}"
    }  # fmt: skip
    page.goto(f"{house.address}{places.get(mistake.path, mistake.path)}?lang={language}")
    page.evaluate(OPEN)
    for name, text in mistake.typed.items():
        box = page.locator(f"main #{name}")
        if name == "peran":
            box.select_option(text)
        else:
            box.fill(text)
    boxes = page.locator("[name=wilayah]")
    if boxes.count() and mistake.says != "erase_account":
        boxes.nth(3).check()
    with sent(page):
        page.evaluate("id => document.getElementById(id).form.requestSubmit()", mistake.field)
    sentence = said(mistake.says, language)
    alert = page.get_by_role("alert")
    expect(alert).to_be_focused()
    expect(alert).to_have_text(sentence)
    assert page.title().startswith(f"{said('not_done', language)}: ")
    wrong = page.locator("main [aria-invalid=true]")
    expect(wrong).to_have_attribute("id", mistake.field)
    expect(wrong).to_be_visible()
    expect(wrong).to_have_accessible_description(re.compile(re.escape(sentence)))
    for name, text in mistake.typed.items():
        if name in {"akun", "nama", "peran"} and mistake.says != "erase_account":
            expect(page.locator(f"main #{name}")).to_have_value(text.strip())
    if boxes.count() and mistake.says != "erase_account":
        expect(boxes.nth(3)).to_be_checked()
    reach(page, ".said a", most=1)
    page.keyboard.press("Enter")
    expect(wrong).to_be_focused()
    with page.expect_navigation() as after:
        page.locator(".language").click()
    assert after.value is not None
    assert after.value.status == 200, page.url
    assert page.evaluate("document.documentElement.lang") != language


@dataclass(frozen=True)
class Trouble:
    """What somebody meets, what they read, and where the page leads on."""

    status: int
    heading: str
    leads: str


def stale(page: Page) -> None:
    """The token of its forms is another's."""
    page.evaluate("document.querySelectorAll('[name=csrf]').forEach(one => { one.value = 'basi'; })")


def over(page: Page) -> None:
    """The session has ended meanwhile."""
    page.context.clear_cookies(name="siaga")


@LANGUAGES
@pytest.mark.parametrize(
    ("meanwhile", "met"),
    [
        (stale, Trouble(403, "error_form_title", "/akun")),
        (over, Trouble(401, "error_401_title", "/masuk?lanjut=%2Fakun")),
    ],
    ids=["stale form", "session over"],
)
def test_a_form_that_came_too_late_leads_back(
    small: tuple[Town, str], browser: Browser, meanwhile: Callable[[Page], None], met: Trouble, language: str
) -> None:
    """Whoever filled it in reads that, in their language, and is one step from trying again."""
    city, address = small
    page = came(browser, address, city, person_of(city, "kepala"))
    page.goto(f"{address}/akun?lang={language}")
    meanwhile(page)
    for one in ("sandi_lama", "sandi", "sandi_lagi"):
        page.locator(f"#{one}").fill(PASSWORD)
    with page.expect_navigation() as after:
        page.keyboard.press("Enter")
    _reads(page, after.value.status if after.value else 0, met, language)
    with page.expect_navigation() as back:
        page.locator("main .button").click()
    assert back.value is not None
    assert back.value.status == 200
    page.context.close()


def _reads(page: Page, status: int, met: Trouble, language: str) -> None:
    assert status == met.status
    expect(page.locator("h1")).to_have_text(said(met.heading, language))
    assert page.title().startswith(said(met.heading, language))
    expect(page.locator("main .button")).to_have_attribute("href", met.leads)
    assert MACHINE.search(page.locator("main").inner_text()) is None


@LANGUAGES
def test_who_may_not_and_what_is_not_there(house: House, language: str) -> None:
    """A technician at the administrators' door, a page that is not there, a link that is over, another's answer."""
    own, mark = house.office, f"?lang={language}"
    for one, path, met in (
        (own.technician, "/orang", Trouble(403, "error_403_title", "/akun")),
        (own.boss, "/orang/tidak-ada", Trouble(404, "error_404_title", "/akun")),
        (own.boss, "/tidak-ada", Trouble(404, "error_404_title", "/akun")),
        (own.boss, "/akun/sandi", Trouble(405, "error_405_title", "/akun")),
        (None, "/undangan/sudah-lewat", Trouble(404, "invitation_over_title", "/masuk")),
        (None, BACK, Trouble(403, "openid_failed_title", "/masuk")),
    ):
        page = house.page_of(one)
        answer = page.goto(house.address + path + mark)
        _reads(page, answer.status if answer else 0, met, language)


@LANGUAGES
def test_the_city_s_account_service_is_away(small: tuple[Town, str], browser: Browser, language: str) -> None:
    """It is said, and the password's way is still there."""
    city, _ = small
    nobody = openid_of(city, "http://127.0.0.1:9")
    with serving(city, keys=(), openid=nobody) as address:
        page = came(browser, address, city)
        answer = page.goto(f"{address}/masuk/openid?lang={language}")
        _reads(page, answer.status if answer else 0, Trouble(503, "openid_failed_title", "/masuk"), language)
        expect(page.get_by_role("alert")).to_have_text(said("openid_away", language))
        expect(page.get_by_role("alert")).to_be_focused()
        page.context.close()


@LANGUAGES
def test_too_many_tries_say_how_long_to_wait(small: tuple[Town, str], browser: Browser, language: str) -> None:
    """At the door, at one's own password and at links: the minutes, in words; the account is still there."""
    city, address = small
    throttle = Throttle(city.profile.code, city.cities, city.clock)
    boss = person_of(city, "kepala")
    for _ in range(BY_ACCOUNT.most):
        throttle.sign_in("kepala", "198.51.100.7", "")
    for _ in range(BY_DEVICE.most):
        throttle.own_password(boss.id)
    page = came(browser, address, city)
    page.goto(f"{address}/masuk?lang={language}")
    page.locator("#akun").fill("kepala")
    page.locator("#sandi").fill(PASSWORD)
    with page.expect_navigation() as after:
        page.keyboard.press("Enter")
    assert after.value is not None
    assert after.value.status == 429
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text(said("sign_in_slow", language, minutes=15))
    expect(page.locator("#akun")).to_have_value("kepala")
    page.context.close()

    page = came(browser, address, city, boss)
    page.goto(f"{address}/akun?lang={language}")
    for one in ("sandi_lama", "sandi", "sandi_lagi"):
        page.locator(f"#{one}").fill(PASSWORD)
    with sent(page):
        page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    expect(page.get_by_role("alert")).to_have_text(said("error_429_wait", language, minutes=15))

    for _ in range(BY_LINK.most):
        throttle.link("127.0.0.1")
    answer = page.goto(f"{address}/undangan/tidak-ada?lang={language}")
    _reads(page, answer.status if answer else 0, Trouble(429, "error_429_title", "/akun"), language)
    expect(page.locator("main")).to_contain_text(said("error_429_wait", language, minutes=15))
    page.context.close()


@LANGUAGES
def test_the_database_is_away(small: tuple[Town, str], browser: Browser, language: str) -> None:
    """Whoever only looks reads that it cannot be reached; whoever sent something, that it may not have been kept."""
    city, address = small
    page = came(browser, address, city)
    page.goto(f"{address}/masuk?lang={language}")
    with serving(replace(city, cities=Away()), keys=()) as away:  # type: ignore[arg-type]
        page.goto(f"{away}/masuk?lang={language}")
        page.locator("#akun").fill("kepala")
        page.locator("#sandi").fill(PASSWORD)
        with page.expect_navigation() as after:
            page.keyboard.press("Enter")
        _reads(page, after.value.status if after.value else 0, Trouble(503, "error_503_title", "/masuk"), language)
        expect(page.locator("main")).to_contain_text(said("error_503_sent", language))
        answer = page.goto(f"{away}/undangan/tidak-ada?lang={language}")
        _reads(page, answer.status if answer else 0, Trouble(503, "error_503_title", "/"), language)
        expect(page.locator("main")).not_to_contain_text(said("error_503_sent", language))
    page.context.close()


def test_what_is_shown_once_is_copied_by_a_button(house: House, browser: Browser) -> None:
    """The whole link, also where the phone shows its beginning alone; it is said that it is copied."""
    own = house.office
    page = came(browser, house.address, own.city, own.second, permissions=["clipboard-read", "clipboard-write"])
    page.goto(f"{house.address}/orang/{own.technician.id}")
    with sent(page):
        page.locator("form[action$='/sandi'] button").click()
    page.locator("[data-copy]").click()
    expect(page.locator(".once [role=status]")).to_have_text(said("copied", "id"))
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#tautan").input_value()
    assert "/undangan/" in copied
    page.context.close()
