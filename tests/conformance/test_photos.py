"""Photos in both databases: kept once, compared with all earlier ones, and gone with what they belong to."""

from __future__ import annotations

from dataclasses import replace

from support.city_data import NOON_US, case, profile, update

from contract.clock import DAY_US
from store.cases import Case, CitizenReport
from store.photos import Photo
from store.ports import CityStore

CITY = "yogyakarta"
HASH = -0x0F0F_1234_5678_9ABC


def reported(store: CityStore, key: str = "r1") -> Case:
    """A case that one report made."""
    one = case(None)
    report = CitizenReport(key, CITY, "", key, NOON_US, "web", "flood", one.lat, one.lon, one.region, "Air masuk")
    filed = store.file_report(report, one, update(f"{key}/filed"), None)
    assert filed is not None
    return filed[0]


def photo(name: str, **more: object) -> Photo:
    """A report's, unless it says otherwise."""
    return replace(Photo(name, CITY, "", "r1", "report", NOON_US, 1600, 1200, HASH), **more)


def put(store: CityStore, one: Photo) -> Photo:
    return store.put_photo(one, b"large " + one.id.encode(), b"small " + one.id.encode(), twin_bits_most=8)


def test_photos_are_kept_and_leave(city_store: CityStore) -> None:
    """A photo stands with its case, is made unreadable in place, and leaves nothing with its report or its case."""
    city_store.put_profile(profile(), NOON_US)
    filed = reported(city_store)
    first = put(city_store, photo("a"))
    assert first == photo("a", number=filed.number)
    assert put(city_store, photo("a", width=5)) == first
    proof = put(city_store, photo("b", number=filed.number, report="", kind="proof", at_us=NOON_US + 1, hash=None))
    assert city_store.photos_of(filed.number) == [first, proof]
    assert city_store.photos_of_reports(["r1", "none"]) == [first]
    assert city_store.photo_picture(CITY, "a") == b"large a"
    assert city_store.photo_picture(CITY, "a", small=True) == b"small a"
    assert city_store.photo_picture("jambi", "a") is None
    assert city_store.show_photo(CITY, "a", NOON_US)
    assert city_store.blur_photo(CITY, "a", b"blurred", b"tiny")
    assert city_store.photo(CITY, "a") == replace(first, shown_us=NOON_US, blurred=1)
    assert city_store.photo_picture(CITY, "a") == b"blurred"
    assert not city_store.blur_photo(CITY, "none", b"", b"")
    assert not city_store.show_photo("jambi", "a", None)

    assert city_store.erase_report(CITY, "r1", NOON_US)
    assert city_store.photo(CITY, "a") is None
    assert city_store.photo_picture(CITY, "a") is None
    assert city_store.photos_of(filed.number) == [proof]
    assert city_store.erase_photo(CITY, "b")
    assert not city_store.erase_photo(CITY, "b")


def test_an_old_proof_is_known_again(city_store: CityStore) -> None:
    """The likest of all earlier ones that is near enough, never one of the same report; and still when the picture
    itself has gone with its case's time."""
    city_store.put_profile(profile(), NOON_US)
    old = reported(city_store)
    put(city_store, photo("a", number=old.number, report="", kind="proof"))
    put(city_store, photo("far", report="", number=old.number, kind="proof", hash=~HASH))
    put(city_store, photo("b", hash=HASH ^ 0b111, at_us=NOON_US + 1))
    assert (city_store.photos_of(old.number)[-1].twin, city_store.photos_of(old.number)[-1].twin_bits) == ("a", 3)
    assert put(city_store, photo("c", hash=HASH ^ 0b111, at_us=NOON_US + 2)).twin_bits == 3
    assert put(city_store, photo("d", hash=HASH ^ (2**40 - 1))).twin == ""
    assert put(city_store, photo("e", hash=None)).twin == ""

    closed = replace(old, status="fixed", closed_us=NOON_US)
    city_store.move_case(old.number, "end", lambda _: _moved(closed))
    city_store.erase_reports(CITY, NOON_US + DAY_US, NOON_US + 181 * DAY_US)
    assert city_store.photos_of(old.number) == []
    assert city_store.photo_picture(CITY, "a") is None
    again = put(city_store, photo("f", report="", number=old.number, kind="proof", at_us=NOON_US + 9))
    assert again.twin == "a"


def test_those_that_may_be_the_same_picture_are_found(city_store: CityStore) -> None:
    """Of the earlier ones that still have a picture the nearest, as they are or mirrored; what a look at both says is
    kept."""
    city_store.put_profile(profile(), NOON_US)
    case_ = reported(city_store)
    mirrored = int.from_bytes(bytes(~int(f"{one:08b}"[::-1], 2) & 0xFF for one in (HASH & (2**64 - 1)).to_bytes(8)))
    proof = {"number": case_.number, "report": "", "kind": "proof"}
    put(city_store, photo("b", **proof, hash=HASH ^ 0b111))
    put(city_store, photo("a", **proof, hash=HASH ^ 0b11, at_us=NOON_US + 1))
    put(city_store, photo("m", **proof, hash=mirrored - 2**64 if mirrored >> 63 else mirrored))
    put(city_store, photo("far", **proof, hash=HASH ^ (2**20 - 1)))
    put(city_store, photo("own"))
    put(city_store, photo("later", **proof, at_us=NOON_US + 3))
    new = put(city_store, photo("new", at_us=NOON_US + 2))
    found = city_store.near_photos(CITY, "new", bits_most=12, most=9)
    assert [tuple(one) for one in found] == [("m", 0, True), ("a", 2, False), ("b", 3, False)]
    assert len(city_store.near_photos(CITY, "new", bits_most=12, most=1)) == 1
    assert city_store.erase_photo(CITY, "a")
    assert [one.id for one in city_store.near_photos(CITY, "new", bits_most=12, most=9)] == ["m", "b"]
    said = replace(new, twin="b", twin_bits=3, alike="same")
    assert city_store.say_twin(said) == said == city_store.photo(CITY, "new")
    assert city_store.near_photos(CITY, "none", bits_most=12, most=9) == []


def _moved(one: Case) -> object:
    from store.cases import Moved

    return Moved(one, [update("end", one.number)], ())
