"""`/ketepatan`, its sheet and its data: what everybody may know, and what only those who promote rules see."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from dataclasses import replace
from secrets import token_hex

import httpx
from support.bulletins import bulletin
from support.seed import Town
from support.visitors import Visitor, person, signed_in, stranger

from contract.clock import MINUTE_US
from contract.forecast import Forecast
from contract.incident import Audience
from contract.judgement import Judgement, Verdict
from contract.levels import Level
from store.people import Deed
from store.ports import EngineCommit

BANJIR = {"id": "Banjir", "en": "Flood"}


def judged(
    city: Town, verdict: Verdict, *, index: int = 0, minutes_ago: float = 60, audience: Audience = "public"
) -> None:
    """A flood that is over, its case, and what an operator said of it."""
    gauge = city.nodes("gauge")[index]
    incident, event = city.open_flood(gauge, Level.SIAGA, 120.0, minutes_ago=minutes_ago, over=True, audience=audience)
    city.file(
        event,
        gauge,
        "banjir",
        {**BANJIR, "id": gauge.name},
        public=audience == "public",
        opened_us=incident.opened_us + 2_000_000,
    )
    by = person(city, "jaga", "operator").id
    said = Judgement(
        id=token_hex(16),
        city=city.profile.code,
        incident=incident.id,
        verdict=verdict,
        reason="Foto",
        flooded_us=None if verdict == "wrong" else incident.opened_us + 602_000_000,
        by=by,
        at_us=city.now_us,
    )
    city.cities.judge(said, Deed(by, "verdict.given", incident.id, city.now_us))


def get(client: httpx.Client, who: Visitor, path: str = "/ketepatan") -> httpx.Response:
    client.cookies.clear()
    return client.get(path, headers=who.sent)


def test_of_nothing_nothing_is_claimed(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A new city has an empty table, in words, and a sheet of its heads alone."""
    client = serve(made)
    assert "belum ada yang dapat dinilai" in get(client, stranger()).text
    assert len(get(client, stranger(), "/ketepatan.csv").text.splitlines()) == 1
    data = get(client, stranger(), "/api/v1/accuracy").json()
    assert (data["items"], data["total"]["pod"]) == ([], {"n": 0, "of": 0, "percent": None})
    assert "/ketepatan" in get(client, stranger(), "/sungai").text


def test_everybody_sees_what_was_public_and_operators_the_rest(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """A rule in shadow is nobody's business, and its promotion somebody's."""
    judged(made, "right")
    judged(made, "wrong", index=5, audience="shadow")
    client = serve(made)
    assert re.search(r"Dari \d+ \w+ 20\d\d sampai \d+ \w+ 20\d\d\.", get(client, stranger()).text), "whole days"
    public = get(client, stranger(), "/api/v1/accuracy").json()
    assert [one["audience"] for one in public["items"]] == ["public"]
    assert (public["total"]["hits"], public["total"]["false_alarms"]) == (1, 0)
    assert "uji coba diam" not in get(client, stranger()).text
    operator = signed_in(made, person(made, "jaga", "operator"))
    staff = get(client, operator, "/api/v1/accuracy").json()
    assert [one["audience"] for one in staff["items"]] == ["public", "shadow"]
    assert staff["total"] == public["total"], "what was in shadow makes the city neither better nor worse"
    assert "uji coba diam" in get(client, operator).text
    officer = signed_in(made, person(made, "petugas", "officer", agency="bpbd"))
    assert "uji coba diam" not in get(client, officer).text


def test_times_and_small_numbers_are_said_as_they_are(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Of one case no percentage; the formulas stand beside it; the sheet says the same in seconds."""
    judged(made, "late")
    client = serve(made)
    page = get(client, stranger()).text
    assert "0 dari 1" in page
    assert "%" not in page.split("<tbody>")[1].split("</tbody>")[0]
    assert "POD, peluang terdeteksi = benar / (benar + terlambat + luput)" in page
    assert "10 menit" in page
    data = get(client, stranger(), "/api/v1/accuracy").json()
    assert data["items"][0]["lead"] == {"n": 1, "median_s": 600.0, "worst_s": 600.0}
    assert data["formulas"]["far"] == "false_alarms / (hits + late + false_alarms)"
    (row,) = csv.DictReader(io.StringIO(get(client, stranger(), "/ketepatan.csv").text))
    assert (row["level"], row["late"], row["pod_of"], row["pod_percent"]) == ("SIAGA", "1", "1", "")
    assert (row["lead_median_s"], row["first_word_n"]) == ("600.0", "1")


def test_of_five_there_is_a_percentage(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """Four of five."""
    for number, verdict in enumerate(("right", "right", "right", "right", "late")):
        judged(made, verdict, minutes_ago=60 + 100 * number)  # type: ignore[arg-type]
    page = get(serve(made), stranger()).text
    assert "80%" in page
    assert "4 dari 5" in page


def test_forecasts_that_were_told_stand_in_a_table_of_their_own(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """How many, how many came within their time, how far out they were and how many did not come; what only staff were
    told is theirs."""
    gauge, below = made.nodes("gauge")[:2]
    client = serve(made)
    assert "belum ada perkiraan yang diberitakan" in get(client, stranger()).text
    incident, _ = made.open_flood(gauge, Level.SIAGA, 120.0, minutes_ago=600)
    told = Forecast(
        city=made.profile.code, incident=incident.id, change=1, upstream=gauge.node, downstream=below.node,
        audience="public", level=Level.SIAGA, passed_us=incident.opened_us, from_us=incident.opened_us + 60 * MINUTE_US,
        expected_us=incident.opened_us + 90 * MINUTE_US, until_us=incident.opened_us + 120 * MINUTE_US,
        told_us=incident.opened_us,
    )  # fmt: skip
    errors = (0, 10, -20, 25, 100)
    forecasts = [
        replace(told, change=n, outcome="level", came_us=told.expected_us + minutes * MINUTE_US)
        for n, minutes in enumerate(errors, start=1)
    ]
    forecasts += [replace(told, change=6, outcome="absent"), replace(told, change=7, outcome="there")]
    forecasts += [replace(told, change=8), replace(told, change=9, audience="staff", outcome="absent")]
    lease = made.cities.lease(made.profile.code, "seed", made.now_us, 3600.0)
    assert lease is not None
    made.cities.commit(lease, EngineCommit(forecasts=forecasts))
    client = serve(made)
    (row,) = get(client, stranger(), "/api/v1/accuracy").json()["forecasts"]
    assert row == {
        "upstream": gauge.node, "downstream": below.node, "told": 8, "inside": {"n": 4, "of": 6, "percent": 66.7},
        "absent": 1, "not_counted": 2, "error_minutes": 20,
    }  # fmt: skip
    page = get(client, stranger()).text
    assert "Perkiraan" in page
    assert "20 menit" in page
    assert "Came within its time" in get(client, stranger(), "/ketepatan?lang=en").text
    operator = signed_in(made, person(made, "jaga", "operator"))
    (row,) = get(client, operator, "/api/v1/accuracy").json()["forecasts"]
    assert (row["told"], row["absent"]) == (9, 2)


def test_how_soon_people_were_told_is_counted_from_the_crossing(made: Town, serve: Callable[..., httpx.Client]) -> None:
    """To the first word and to the order, of each flood and of all; a drill counts nowhere."""
    city, start_us = made.profile.code, made.now_us - 60 * MINUTE_US
    rows = []
    for name, word_min, order_min in (("a", 8, 18), ("b", 10, None), ("c", 12, 12)):
        told = {"of": name, "city": city, "crossed_us": start_us, "node": "jog-gauge-05"}
        rows.append(bulletin(1, **told, at_us=start_us + word_min * MINUTE_US))
        if order_min is not None:
            rows.append(bulletin(2, **told, at_us=start_us + order_min * MINUTE_US, kind="order", ground="clock"))
    rows.append(bulletin(1, of="d", city=city, crossed_us=start_us, at_us=made.now_us, drill=True))
    lease = made.cities.lease(city, "seed", made.now_us, 60)
    assert lease is not None
    made.cities.commit(lease, EngineCommit(bulletins=rows))
    client = serve(made)
    found = client.get("/api/v1/accuracy").json()["promptness"]
    assert found["first_word"] == {"n": 3, "p50_s": 600.0, "p95_s": 720.0}
    assert found["order"] == {"n": 2, "p50_s": 720.0, "p95_s": 1_080.0}
    assert sorted((one["incident"], one["order_s"]) for one in found["items"]) == [
        ("a", 1_080.0), ("b", None), ("c", 720.0),
    ]  # fmt: skip
    page = get(client, stranger()).text
    assert "separuh dalam" in page
    assert "otomatis" in page
