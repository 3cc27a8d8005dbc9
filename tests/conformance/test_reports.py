"""Reports and cases at once, on both databases."""

from __future__ import annotations

import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import create_engine, text
from support.city_data import NOON_US, case, profile, update

from complaints.casework import RESIDENT, Casework, Refused
from store.cases import Case, CitizenReport, Moved, Near, Sight
from store.ports import CityStore

NEAR = Near(("flood",), 250.0, 0)


def report(key: str) -> CitizenReport:
    """Somebody beside the case."""
    one = case(None)
    return CitizenReport(key, one.city, "", key, NOON_US, "web", "flood", one.lat, one.lon, one.region, "Air masuk")


def test_a_report_overwrites_nothing_that_an_officer_does_at_once(city_store: CityStore, city_url: str) -> None:
    """It comes while the officer's change is being written: it waits, joins the case as that left it, and adds itself
    alone."""
    city_store.put_profile(profile(), NOON_US)
    filed = city_store.file_case(case(None), update("first"))

    def join() -> tuple[Case, bool] | None:
        return city_store.file_report(report("r1"), case(None), update("r1/filed"), NEAR)

    with ThreadPoolExecutor(1) as pool:
        joined: list[Future[tuple[Case, bool] | None]] = []

        def decide(sight: Sight) -> Moved:
            joined.append(pool.submit(join))
            _until_it_waits(city_url, joined[0])
            line = update("take", filed.number)
            return Moved(replace(sight.case, owner="sri", status="in_progress"), [line], ())

        city_store.move_case(filed.number, "take", decide)
        found = joined[0].result(30)
    assert found is not None
    assert found[1]
    kept = city_store.case(filed.number)
    assert kept is not None
    assert (kept.owner, kept.status) == ("sri", "in_progress")
    assert city_store.report_counts([filed.number]) == {filed.number: 1}


def test_an_answer_that_meets_an_erasure_is_erased(city_store: CityStore, city_url: str) -> None:
    """Who answers first is waited for, and their words go too; who comes after is told that it is too late."""
    city_store.put_profile(profile(), NOON_US)
    taken = city_store.file_report(report("r1"), case(None), update("r1/filed"), NEAR)
    assert taken is not None
    number = taken[0].number
    (ours,) = city_store.reports(number)
    work = Casework(city_store, profile())

    with ThreadPoolExecutor(1) as pool:
        erased: list[Future[bool]] = []

        def decide(sight: Sight) -> Moved:
            erased.append(pool.submit(city_store.erase_report, ours.city, ours.key, NOON_US + 2))
            _until_it_waits(city_url, erased[0])
            words = {"id": "rumah nomor sembilan", "en": "rumah nomor sembilan"}
            line = replace(update("reply", number), author=RESIDENT, inner=True, person=ours.id, text=words)
            return Moved(sight.case, [line], sight.pauses)

        city_store.move_case(number, "reply", decide)
        assert erased[0].result(30)
    with pytest.raises(Refused, match="erased"):
        work.reply(ours, "f" * 32, "rumah nomor sembilan", NOON_US + 3)
    left = [one.text for one in city_store.updates(number, inner=True) if one.person == ours.id]
    assert left
    assert "sembilan" not in str(left)


def test_what_residents_wrote_by_a_program_goes_with_the_case(city_store: CityStore) -> None:
    """It has no report of its own. What everybody was told, and what officers noted, stay; done again, nothing is
    written."""
    city_store.put_profile(profile(), NOON_US)
    filed = city_store.file_case(case(None), update("first"))
    words = {"id": "Telepon saya 0812", "en": "Telepon saya 0812"}
    heard = replace(update("heard", filed.number), author="warga", inner=True, text=words)
    lines = [
        heard,
        replace(heard, key="told", inner=False, text={"id": "Selesai", "en": "Done"}),
        replace(heard, key="note", author="BPBD", text={"id": "Catatan", "en": "Note"}),
    ]
    closed = replace(filed, status="fixed", closed_us=NOON_US)
    city_store.move_case(filed.number, "heard", lambda _: Moved(closed, lines, ()))
    city_store.erase_reports(filed.city, NOON_US, NOON_US + 1)
    assert words in [one.text for one in city_store.updates(filed.number, inner=True)]
    for _ in range(2):
        city_store.erase_reports(filed.city, NOON_US + 1, NOON_US + 2)
        told = {one.key: one.text["id"] for one in city_store.updates(filed.number, inner=True)}
        assert (told["heard"], told["told"], told["note"]) == ("", "Selesai", "Catatan")


def _until_it_waits(url: str, other: Future[object]) -> None:
    """PostgreSQL says who waits for a lock; SQLite lets nobody begin to write beside another."""
    if url.startswith("sqlite"):
        return
    engine = create_engine(url)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    until = time.monotonic() + 20
    with engine.connect() as connection:
        while not connection.execute(waiting).scalar_one() and not other.done() and time.monotonic() < until:
            connection.rollback()
    engine.dispose()


def test_answers_are_found_and_leave_with_their_reporter(city_store: CityStore) -> None:
    """A case is answered until an officer has done something after it; what one reporter wrote back is emptied with
    their report, what others wrote stays."""
    city_store.put_profile(profile(), NOON_US)
    found = city_store.file_report(report("r1"), case(None), update("r1/filed"), NEAR)
    assert found is not None
    number = found[0].number
    city_store.file_report(report("r2"), case(None), update("r2/filed"), NEAR)

    def line(key: str, author: str, who: str, after_us: int) -> None:
        said = replace(
            update(key, number), at_us=NOON_US + after_us, author=author, person=who, text={"id": key}, inner=True
        )
        city_store.move_case(number, key, lambda sight: Moved(sight.case, [said], sight.pauses))

    assert city_store.replied([number]) == set()
    line("mine", "warga", "r1", 1)
    line("other", "warga", "r2", 2)
    assert city_store.replied([number, "none"]) == {number}
    line("office", "BPBD", "sri", 3)
    assert city_store.replied([number]) == set()
    assert city_store.erase_report(case(None).city, "r1", NOON_US + 4)
    texts = {one.key: one.text["id"] for one in city_store.updates(number, inner=True)}
    assert (texts["mine"], texts["other"], texts["office"]) == ("", "other", "office")
