"""Lists that are kept until the desk changes: never older than the last write, whoever made it, and never another's."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier

import httpx
import pytest
from support.city_data import update
from support.seed import NOON_US, Town

from api.kept import Kept, Made
from api.open311_format import Format, body, joined, part
from complaints.casework import appended
from complaints.intake import Intake, Said
from contract.clock import DAY_US, ManualClock
from store import open_city
from store.cases import Case, CaseUpdate, Moved
from store.photos import Photo

Serve = Callable[..., httpx.Client]
LIST = "/open311/v2/requests"
HERE = "34.71.05.1001"


def reported(made: Town, key: str, *, ago_us: int = 0, lat: float = -7.78) -> Case:
    said = Said(key, "web", "banjir", lat, 110.37, HERE, f"Air masuk rumah {key} & 'kamar' <b>")
    taken = Intake(made.cities, made.profile).take(said, made.now_us - ago_us)
    assert taken.case is not None
    return taken.case


def test_no_list_is_older_than_the_last_write(made: Town, serve: Serve, tmp_path: Path) -> None:
    """Also where another process writes: a new case, a new state, a photo that is shown, and a case that is hidden
    are in the very next answer, in both formats and both languages."""
    client, other = serve(made), open_city(f"sqlite:///{tmp_path}/nothing/city.db")
    paths = [f"{LIST}.{fmt}?lang={lang}" for fmt in ("json", "xml") for lang in ("id", "en")]

    def told(word: str) -> set[bool]:
        return {word in client.get(path).text for path in paths}

    try:
        first = reported(made, "a")
        assert told(first.number) == {True}
        assert told("closed") == {False}
        line = CaseUpdate("end", first.number, made.now_us, made.now_us, "fixed", {"id": "Selesai"}, "BPBD")
        other.move_case(first.number, "end", lambda sight: appended(sight, line))
        assert told("closed") == {True}
        photo = Photo("p1", made.profile.code, "", "r", "report", made.now_us, 1, 1, None, shown_us=made.now_us)
        other.put_photo(replace(photo, number=first.number, report=""), b"l", b"s", twin_bits_most=0)
        assert told("/foto/p1.jpg") == {True}
        other.show_photo(made.profile.code, "p1", None)
        assert told("/foto/p1.jpg") == {False}
        hidden = update("hide", first.number)
        other.move_case(
            first.number, "hide", lambda sight: Moved(replace(sight.case, status="hidden"), [hidden], sight.pauses)
        )
        assert told(first.number) == {False}
    finally:
        other.close()


def test_who_has_the_list_is_told_so_and_who_can_unzip_it_gets_it_zipped(made: Town, serve: Serve) -> None:
    """The same bytes by every way, and 304 only while nothing has changed."""
    client = serve(made)
    for number in range(4):
        reported(made, f"z{number}", lat=-7.78 - number / 100)
    plain = client.get(f"{LIST}.json", headers={"accept-encoding": "identity"})
    zipped = client.get(f"{LIST}.json", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in plain.headers
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.content == plain.content
    assert "Accept-Encoding" in plain.headers["vary"]
    has = {"if-none-match": plain.headers["etag"]}
    assert client.get(f"{LIST}.json", headers=has).status_code == 304
    assert client.get(f"{LIST}.json?page_size=1", headers=has).status_code == 200
    reported(made, "new", lat=-7.83)
    assert client.get(f"{LIST}.json", headers=has).status_code == 200


def test_a_case_leaves_the_ninety_days_without_a_write(made: Town, serve: Serve) -> None:
    """What is kept says how long it holds: the list moves on with the clock, to the microsecond."""
    old = reported(made, "old", ago_us=90 * DAY_US - 2)
    client = serve(made)
    assert isinstance(made.clock, ManualClock)
    for waits_us, there in ((0, True), (1, True), (1, False)):
        made.clock.set_wall(made.now_us + waits_us)
        assert (old.number in client.get(f"{LIST}.json").text) is there


@pytest.mark.parametrize("fmt", ["json", "xml"])
def test_told_in_parts_a_list_is_the_same(fmt: Format) -> None:
    """Letter for letter, with letters that need care, with nothing in a field, and with no case at all."""
    values = [{"a": "é <&> ' \u202e 🌊", "b": "", "c": None, "lat": -7.5}, {"a": "x\x0b", "n": 3, "yes": True}]
    for some in (values, values[:1], []):
        told = joined(fmt, "service_requests", [part(fmt, "request", one) for one in some])
        assert told == body(fmt, "service_requests", "request", some)
    assert json.loads(joined("json", "r", [])) == []


def test_what_is_kept_ends_and_is_bounded() -> None:
    """Another state, a moment that is too late or before it was made: made anew. The longest unused goes, what is too
    large is never kept, and of many who ask at once one makes it."""
    kept: Kept[int] = Kept(100)
    made: list[str] = []

    def of(key: str, state: int = 1, now_us: int = NOON_US, size: int = 25) -> None:
        kept.of(key, state, now_us, lambda: (made.append(key), Made(len(made), size, NOON_US + 10))[1])

    for key in ("a", "a", "b", "c", "d", "a", "e", "a", "b"):
        of(key)
    assert made == ["a", "b", "c", "d", "e", "b"]
    made.clear()
    of("a", state=2)
    of("a", state=2, now_us=NOON_US + 10)
    of("a", state=2, now_us=NOON_US + 11)
    of("a", state=2, now_us=NOON_US - 1)
    of("large", size=26)
    of("large", size=26)
    assert made == ["a", "a", "a", "large", "large"]
    made.clear()
    start = Barrier(8)

    def at_once(_: int) -> None:
        start.wait(10)
        of("many", state=3)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(at_once, range(8)))
    assert made == ["many"]
