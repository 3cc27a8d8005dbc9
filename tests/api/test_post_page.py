"""A gauge keeper's page: what is keyed in is on disk before it is called saved, counts once, and goes on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Event

import httpx
import pytest
from structlog.testing import capture_logs
from support.away import Away
from support.posts import POST, add_post, link_of
from support.seed import Town
from support.visitors import FAR, Visitor, person, signed_in

from api.keying import AHEAD_US, Typed, entry_of, is_doubtful, level_of, moment_of, understood
from contract.clock import DAY_US, HOUR_US, MINUTE_US
from contract.quality import Quality
from store.book import KeepersBook
from store.people import Deed

PAGE = f"/pos/{POST}"
NOON = 1_769_223_600_000_000  # 2026-01-24 10.00 WIB


@pytest.fixture
def book(made: Town, tmp_path: Path) -> Iterator[KeepersBook]:
    with closing(add_post(made, tmp_path)) as opened:
        yield opened


@pytest.fixture
def client(made: Town, book: KeepersBook, serve: Callable[..., httpx.Client]) -> httpx.Client:
    return serve(made, keys=(), book=book)


class Phone:
    """A keeper's browser: it opens the link and sends the form that it was shown."""

    def __init__(self, client: httpx.Client, link: str) -> None:
        client.cookies.clear()
        self.client = client
        self.origin = str(client.base_url).rstrip("/")
        answer = client.get(link, headers={"accept": "text/html", **FAR})
        assert answer.status_code == 303, answer.text
        assert answer.headers["location"] == PAGE
        self.text = self.get(PAGE).text

    def get(self, path: str) -> httpx.Response:
        answer = self.client.get(path, headers={"accept": "text/html", **FAR})
        self.text = answer.text
        return answer

    def slip(self) -> str:
        return self.hidden("lembar")

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]+)"', self.text)
        assert found is not None, self.text
        return found[1]

    def send(self, **fields: str) -> httpx.Response:
        data = {"csrf": self.hidden("csrf"), "lembar": self.slip(), "satuan": "cm", "pukul": "", **fields}
        return self.client.post(PAGE, data=data, headers={"accept": "text/html", "origin": self.origin, **FAR})

    def key_in(self, figure: str, **fields: str) -> str:
        """Send, follow, and return the page on which it ends."""
        answer = self.send(angka=figure, **fields)
        assert answer.status_code == 303, answer.text
        return self.get(answer.headers["location"]).text


@pytest.fixture
def phone(made: Town, client: httpx.Client) -> Phone:
    return Phone(client, link_of(made))


def levels(book: KeepersBook) -> list[tuple[float, Quality]]:
    return [(one.values["level_cm"], one.quality) for one in reversed(book.newest(POST, "manual", 100))]


# ---------------------------------------------------------------- once


def test_what_is_keyed_in_is_in_the_book_before_it_is_called_saved(made: Town, phone: Phone, book: KeepersBook) -> None:
    """With who and when, as a manual reading of the post, and not yet the city's."""
    assert "80 cm, dibaca 10.00 WIB: tersimpan" in phone.key_in("80")
    (entry,) = book.newest(POST, "manual", 5)
    assert (entry.values, entry.quality) == ({"level_cm": 80.0, "source": "manual"}, Quality.GOOD)
    assert (entry.name, entry.observed_us, entry.state) == ("Pak Slamet", made.now_us, "waiting")
    assert "menunggu dikirim" in phone.text
    book.carried(entry.number, "e" * 16, 7)
    book.answered(POST, "e" * 16, [(7, 7)], [])
    phone.get(PAGE)
    assert "diterima kota" in phone.text
    assert "menunggu dikirim" not in phone.text


def test_the_same_form_sent_twice_is_one_reading(made: Town, phone: Phone, book: KeepersBook) -> None:
    """A double tap, a retry after a lost answer an hour later: the same slip, one entry, the same page."""
    first = phone.send(angka="80")
    assert phone.send(angka="80").headers["location"] == first.headers["location"]
    made.clock.advance(3600)
    assert phone.send(angka="80").headers["location"] == first.headers["location"]
    assert levels(book) == [(80.0, Quality.GOOD)]


def test_the_page_after_it_can_be_reloaded(phone: Phone, book: KeepersBook) -> None:
    """It sends nothing again, and its form is a new slip."""
    slip = phone.slip()
    phone.key_in("80")
    phone.get(PAGE)
    assert phone.slip() != slip
    phone.key_in("80")
    assert levels(book) == [(80.0, Quality.GOOD)] * 2


def test_a_form_that_was_gone_back_to_and_changed_is_another_reading(phone: Phone, book: KeepersBook) -> None:
    """A browser that shows the old slip once more does not swallow the next reading."""
    phone.send(angka="80")
    phone.send(angka="85")
    assert levels(book) == [(80.0, Quality.GOOD), (85.0, Quality.GOOD)]


def test_a_disk_that_takes_nothing_says_saved_to_nobody(
    made: Town, book: KeepersBook, phone: Phone, tmp_path: Path
) -> None:
    """The sentence of an outage, and the same form goes in once the disk is back."""
    book.close()
    answer = phone.send(angka="80")
    assert answer.status_code == 503
    assert "tersimpan, menunggu" not in answer.text


# ---------------------------------------------------------------- a keying error


def test_a_jump_is_asked_about_once_and_both_are_kept(phone: Phone, book: KeepersBook) -> None:
    """800 after 80 is doubtful until a second tap; a double second tap confirms once."""
    phone.key_in("80")
    page = phone.key_in("800")
    assert "Anda mengetik 800, terakhir 80. Benar 800 cm?" in page
    assert levels(book)[-1] == (800.0, Quality.SUSPECT)
    assert book.newest(POST, "manual", 1)[0].checks == {"spike": 3}
    sure = {"benar": phone.hidden("benar")}
    first = phone.send(**sure)
    assert phone.send(**sure).headers["location"] == first.headers["location"]
    assert levels(book) == [(80.0, Quality.GOOD), (800.0, Quality.SUSPECT), (800.0, Quality.GOOD)]
    doubted, confirmed = (book.newest(POST, "manual", 2)[at] for at in (1, 0))
    assert confirmed.confirms == doubted.slip
    assert confirmed.observed_us == doubted.observed_us + 1
    assert "800 cm, dibaca 10.00 WIB: tersimpan" in phone.get(first.headers["location"]).text
    assert "lalu dibenarkan" in phone.text


def test_a_keying_error_that_is_mended_stays_doubtful(phone: Phone, book: KeepersBook) -> None:
    """The next reading is compared with the last one that was believed, not with the error."""
    phone.key_in("80")
    phone.key_in("800")
    assert "82 cm, dibaca 10.00 WIB: tersimpan" in phone.key_in("82")
    assert levels(book) == [(80.0, Quality.GOOD), (800.0, Quality.SUSPECT), (82.0, Quality.GOOD)]
    assert "belum dibenarkan" in phone.text


def test_a_good_reading_cannot_be_confirmed(phone: Phone, book: KeepersBook) -> None:
    """A made-up second tap enters nothing."""
    phone.key_in("80")
    assert phone.send(benar=book.newest(POST, "manual", 1)[0].slip).status_code == 400
    assert phone.send(benar="x" * 32).status_code == 400
    assert len(levels(book)) == 1


# ---------------------------------------------------------------- what may be typed


@pytest.mark.parametrize(
    ("figure", "unit", "level_cm"),
    [
        ("80", "cm", 80.0), ("80,5", "cm", 80.5), ("0.8", "m", 80.0), ("7,45", "m", 745.0), ("-12", "cm", -12.0),
        ("1.234", "cm", None), ("1.234", "m", None), ("", "cm", None), ("80cm", "cm", None), ("NaN", "cm", None),
        ("1e3", "cm", None), ("٨٠", "cm", None), ("999999", "cm", None), ("8,0,0", "cm", None),
    ],
)  # fmt: skip
def test_a_figure_is_what_a_staff_can_show(figure: str, unit: str, level_cm: float | None) -> None:
    """Comma or dot; what two people could read in two ways is no figure."""
    assert level_of(figure, "m" if unit == "m" else "cm") == level_cm


def test_a_clock_is_the_last_time_that_it_showed_this() -> None:
    """Today, or yesterday where that is still to come: never more than a day ago, never ahead."""

    def at(text: str) -> int | None:
        found = moment_of(text, NOON, "Asia/Jakarta")
        return None if found is None else (NOON - found) // MINUTE_US

    assert moment_of("", NOON, "Asia/Jakarta") == NOON
    assert (at("09.30"), at("9:30"), at("10.00"), at("10.30"), at("23.59")) == (30, 30, 0, 23 * 60 + 30, 10 * 60 + 1)
    assert at("10.01") == 0
    assert AHEAD_US == 2 * MINUTE_US
    assert (at("25.00"), at("9.5"), at("kemarin"), at("09.30.00")) == (None,) * 4


def test_what_cannot_be_read_is_said_and_kept_in_the_form(phone: Phone, book: KeepersBook) -> None:
    """A sentence, the field marked, nothing entered; the slip stays the same."""
    slip = phone.slip()
    answer = phone.send(angka="delapan puluh")
    assert answer.status_code == 400
    assert "Tulis satu angka" in answer.text
    assert 'value="delapanpuluh"' in answer.text
    assert slip in answer.text
    assert "Tulis jam" in phone.send(angka="80", pukul="99.99").text
    assert phone.send(angka="80", lembar="x").status_code == 400
    assert levels(book) == []


@pytest.mark.parametrize(
    ("language", "least_cm", "most_cm", "figure", "bounds"),
    [
        ("id", -50.0, 600.0, "601", "dari -50 sampai 600 cm"),
        ("en", -50.0, 600.0, "-51", "from -50 to 600 cm"),
        ("id", None, 600.0, "6 000", "paling tinggi 600 cm"),
        ("en", -50.0, None, "-80", "at least -50 cm"),
    ],
)
def test_a_figure_that_the_staff_cannot_show_is_asked_back(
    made: Town,
    book: KeepersBook,
    serve: Callable[..., httpx.Client],
    language: str,
    least_cm: float | None,
    most_cm: float | None,
    figure: str,
    bounds: str,
) -> None:
    """With what it can show in words, and what was typed; what it can just show is entered."""
    scales = tuple(replace(one, least_cm=least_cm, most_cm=most_cm) for one in made.profile.scales)
    made.profile = replace(made.profile, scales=scales)
    phone = Phone(serve(made, keys=(), book=book), link_of(made))
    phone.get(f"{PAGE}?lang={language}")
    answer = phone.send(angka=figure)
    assert answer.status_code == 400
    assert bounds in answer.text.replace("\N{MINUS SIGN}", "-")
    assert f'value="{figure.replace(" ", "")}"' in answer.text
    assert levels(book) == []
    phone.send(angka="600" if most_cm else "-50")
    assert len(levels(book)) == 1


def test_keys_write_without_a_script(phone: Phone, book: KeepersBook) -> None:
    """Each is a button of the form; nothing is entered by it."""
    answer = phone.send(angka="8", tombol="0")
    assert answer.status_code == 200
    assert re.search(r'id="angka"[^>]*value="80"', answer.text)
    assert re.search(r'id="angka"[^>]*value=""', phone.send(angka="8", tombol="hapus").text)
    assert levels(book) == []


def test_a_late_reading_has_its_own_time(made: Town, phone: Phone, book: KeepersBook) -> None:
    """Keyed in now, read at seven."""
    phone.key_in("0,8", satuan="m", pukul="07.00")
    (entry,) = book.newest(POST, "manual", 1)
    assert (entry.values["level_cm"], made.now_us - entry.observed_us) == (80.0, 3 * HOUR_US)
    assert re.search(r'value="m" checked', phone.text)


def test_doubt_needs_a_last_reading_and_a_scale(made: Town, book: KeepersBook) -> None:
    """Without them nobody is asked; with them, what lies further than the water moves."""
    reading = understood(Typed("s" * 22, "80"), NOON, made.profile)
    assert not isinstance(reading, str)
    last = entry_of(reading, POST, NOON, keeper="k", name="K", doubtful=False)
    scale = made.profile.scale_of(POST)
    assert scale is not None
    assert scale.jump_cm == 60
    assert [is_doubtful(cm, last, scale) for cm in (140, 140.1, 20, 19.9)] == [False, True, False, True]
    assert not is_doubtful(800, None, scale)
    assert not is_doubtful(800, last, None)


# ---------------------------------------------------------------- the link


def test_only_a_link_opens_the_page(made: Town, client: httpx.Client, book: KeepersBook) -> None:
    """Without one a sentence says where it is; a wrong one is noted; another post's opens nothing here."""
    assert "Buka tautan pos" in client.get(PAGE, headers=FAR).text
    assert client.get(PAGE, headers=FAR).status_code == 403
    assert client.get(f"{PAGE}/none", headers=FAR).status_code == 404
    assert [one.what for one in made.cities.security_events(made.profile.code)] == ["bad_link"]
    assert client.get("/pos/jog-gauge-05", headers=FAR).status_code == 404
    assert client.get("/pos/none", headers=FAR).status_code == 404


def test_the_token_leaves_the_address_and_stands_nowhere(
    made: Town, client: httpx.Client, book: KeepersBook, tmp_path: Path
) -> None:
    """It goes into a cookie that no script reads; files hold its digest alone."""
    link = link_of(made)
    token = link.rpartition("/")[2]
    assert len(token) == 22
    answer = client.get(link, headers=FAR)
    cookie = answer.headers["set-cookie"]
    assert f"siaga-pos-{POST}={token}" in cookie
    assert "HttpOnly" in cookie
    assert answer.headers["referrer-policy"] == "same-origin"
    phone = Phone(client, link)
    phone.key_in("80")
    assert token not in phone.text
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert files
    assert not any(token.encode() in file.read_bytes() for file in files)


def test_a_revoked_link_and_one_that_is_over_open_nothing(made: Town, phone: Phone, book: KeepersBook) -> None:
    """From the very next request on, also for a phone that is on the page."""
    (link,) = made.cities.post_links(made.profile.code)
    boss = signed_in(made, person(made, "op", "operator"))
    phone.client.cookies.clear()
    headers = {**boss.sent, "origin": phone.origin}
    answer = phone.client.post(f"/pos/{link.id}/cabut", headers=headers, data={"csrf": boss.csrf})
    assert answer.headers["location"] == "/pos?kabar=cabut"
    other = Phone(phone.client, link_of(made, "Bu Wiji", days=30))
    made.clock.advance(30 * DAY_US / 1_000_000)
    assert other.send(angka="80").status_code == 403
    assert levels(book) == []


def test_the_log_names_the_route_and_never_the_token(
    made: Town, book: KeepersBook, serve: Callable[..., httpx.Client]
) -> None:
    """While the database is away the address of a link is what fails."""
    link = link_of(made)
    client = serve(replace(made, cities=Away()), keys=(), book=book)
    with capture_logs() as lines:
        assert client.get(link, headers=FAR).status_code == 503
    assert any(line.get("path") == "/pos/{node}/{token}" for line in lines)
    assert link.rpartition("/")[2] not in str(lines)


def test_staff_key_in_by_their_session(made: Town, client: httpx.Client, book: KeepersBook) -> None:
    """An operator needs no link, and the book has their name."""
    boss: Visitor = signed_in(made, person(made, "op", "operator"))
    client.cookies.clear()
    page = client.get(PAGE, headers=boss.sent).text
    slip = re.search(r'name="lembar" value="([^"]+)"', page)
    assert slip is not None
    data = {"csrf": boss.csrf, "lembar": slip[1], "angka": "90", "satuan": "cm", "pukul": ""}
    sent = {**boss.sent, "origin": str(client.base_url).rstrip("/")}
    assert client.post(PAGE, data=data, headers=sent).status_code == 303
    assert book.newest(POST, "manual", 1)[0].name == "Op"


# ---------------------------------------------------------------- with the city away


def test_a_keeper_goes_on_while_the_citys_database_is_away(
    made: Town, book: KeepersBook, serve: Callable[..., httpx.Client]
) -> None:
    """A link that opened here within a day opens still; what is keyed in is saved, and the page says what is away."""
    link = link_of(made)
    first = Phone(serve(made, keys=(), book=book), link)
    first.key_in("80")
    gone = serve(replace(made, cities=Away()), keys=(), book=book)
    phone = Phone(gone, link)
    assert "84 cm, dibaca 10.00 WIB: tersimpan" in phone.key_in("84")
    assert "Basis data kota sedang tidak terjangkau" in phone.text
    assert len(levels(book)) == 2
    made.clock.advance(DAY_US / 1_000_000 + 60)
    assert phone.get(PAGE).status_code == 503


def test_the_audit_log_is_told_late_and_once(made: Town, book: KeepersBook, serve: Callable[..., httpx.Client]) -> None:
    """What was keyed in while the database was away stands in it after the next reading."""
    link = link_of(made)
    phone = Phone(serve(made, keys=(), book=book), link)
    gone = Phone(serve(replace(made, cities=Away()), keys=(), book=book), link)
    gone.key_in("80")
    assert not any(row.what == "post.keyed" for row in made.cities.audit(made.profile.code))
    back = Phone(phone.client, link)
    back.key_in("84")
    told = [(row.object, row.details["cm"]) for row in made.cities.audit(made.profile.code) if row.what == "post.keyed"]
    assert told == [(POST, "80.0"), (POST, "84.0")]
    assert book.unnoted() == []


class SlowLog:
    """A city's store whose audit log takes its time over the first reading that was keyed in."""

    def __init__(self, cities: object) -> None:
        self._cities = cities
        self.asked, self.go_on = Event(), Event()

    def __getattr__(self, name: str) -> object:
        return getattr(self._cities, name)

    def record(self, city: str, deed: Deed) -> None:
        if deed.what == "post.keyed" and not self.asked.is_set():
            self.asked.set()
            assert self.go_on.wait(20)
        self._cities.record(city, deed)  # type: ignore[attr-defined]


def test_two_who_key_in_at_once_are_noted_once_each(
    made: Town, book: KeepersBook, serve: Callable[..., httpx.Client]
) -> None:
    """The second is told that it is saved while the log still writes the first; both stand in it, neither twice."""
    slow = SlowLog(made.cities)
    phone = Phone(serve(replace(made, cities=slow), keys=(), book=book), link_of(made))  # type: ignore[arg-type]
    with ThreadPoolExecutor(1) as beside:
        first = beside.submit(phone.send, angka="80")
        assert slow.asked.wait(20)
        assert phone.send(angka="84").status_code == 303
        slow.go_on.set()
        assert first.result().status_code == 303
    told = [row.details["cm"] for row in made.cities.audit(made.profile.code) if row.what == "post.keyed"]
    assert told == ["80.0", "84.0"]


def test_nobody_keys_in_without_end(made: Town, phone: Phone, book: KeepersBook) -> None:
    """Sixty in a quarter of an hour are one keeper's; then the page says how long to wait."""
    statuses = [phone.send(angka=str(80 + at % 20), lembar=f"{at:022}").status_code for at in range(61)]
    assert statuses == [303] * 60 + [429]


def test_the_page_says_the_level(made: Town, phone: Phone) -> None:
    """The word first, by the scale of the staff."""
    text = phone.key_in("125")
    assert re.search(r"SIAGA</b>", text)
    assert "125 cm" in text
    assert re.search(r"ALERT</b>", phone.get(f"{PAGE}?lang=en").text)
