"""A sensor that is asked to be read more often and is not; and what a scrape says of alarms and doubts."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from support.away import Away
from support.seed import Town
from support.visitors import person, program, signed_in

from api.hurried import WATCHED_PERIODS, Wish, wishes_of
from api.words import WORDS
from contract.clock import MINUTE_US, SECOND_US
from contract.decision import Decision
from contract.levels import Level
from contract.quality import Quality
from store.decisions import deed_of

PERIOD_S = 60.0
Serve = Callable[..., httpx.Client]


def engine(made: Town, node: str, minutes_ago: float, *, alive: bool = True, **more: Any) -> dict[str, Any]:
    """What it says of itself while it asks a gauge to be read every minute."""
    since_us = made.now_us - round(minutes_ago * MINUTE_US)
    wish = {"node": node, "sensor": "level", "period_s": PERIOD_S, "since_us": since_us, "until_us": made.now_us + 1}
    return {"alerts": {"alive": alive, "wishes": [wish], **more}}


@pytest.mark.parametrize(("minutes", "is_judged"), [(5.9, False), (6.0, True), (600.0, True)])
def test_a_wish_is_judged_after_six_of_its_periods(minutes: float, is_judged: bool) -> None:
    now_us = 1_000_000 * SECOND_US
    window = Wish("g", "level", PERIOD_S, now_us - round(minutes * MINUTE_US)).window_us(now_us)
    assert window == ((now_us - 6 * MINUTE_US, now_us) if is_judged else None)


def test_who_sends_half_of_it_follows() -> None:
    """For some of it may be on its way."""
    wish = Wish("g", "level", PERIOD_S, 0)
    assert [wish.is_followed_by(n) for n in (0, 2, 3, WATCHED_PERIODS)] == [False, False, True, True]


def test_an_engine_that_is_gone_asks_for_nothing(made: Town) -> None:
    assert wishes_of(engine(made, "g", 10, alive=False), made.now_us) == []
    assert wishes_of({}, made.now_us) == []
    assert [one.node for one in wishes_of(engine(made, "g", 10), made.now_us)] == ["g"]


def test_a_wish_that_nobody_renews_is_over(made: Town) -> None:
    """Another engine has taken the city over, and this one goes on to stand by."""
    assert wishes_of(engine(made, "g", 10), made.now_us + 1) == []


def test_what_stands_behind_the_nodes_is_read_while_the_readings_are_away(made: Town, serve: Serve) -> None:
    """Who follows is then unknown, which is not the same as nobody refusing."""
    said = engine(made, made.nodes("gauge")[0].node, 30)
    client = serve(replace(made, readings=Away()), keys=(), status=lambda: said)  # type: ignore[arg-type]
    visitor = signed_in(made, person(made, "teknisi", "technician"))
    answer = client.get("/simpul/rinci", headers=visitor.sent)
    assert answer.status_code == 200
    assert WORDS["slow_unknown"].id in answer.text


@pytest.mark.parametrize("language", ["id", "en"])
def test_a_node_that_refuses_is_named_to_technicians_and_counted(made: Town, serve: Serve, language: str) -> None:
    """Two gauges are asked for a reading a minute: one sends it, one goes on every five minutes."""
    good, slow = made.nodes("gauge")[:2]
    made.levels(good, [(made.now_us - i * MINUTE_US, 100.0, Quality.GOOD) for i in range(1, 9)])
    made.levels(slow, [(made.now_us - i * 5 * MINUTE_US, 100.0, Quality.GOOD) for i in range(1, 9)])
    said = engine(made, good.node, 30)
    said["alerts"]["wishes"] += engine(made, slow.node, 30)["alerts"]["wishes"]
    client = serve(made, keys=(), status=lambda: said)
    visitor = signed_in(made, person(made, "teknisi", "technician"))
    page = client.get("/simpul/rinci", params={"lang": language}, headers=visitor.sent).text
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    told = {
        "id": f"{slow.name} {slow.node}/level tiap 1 menit, sejak 09.30 WIB 1 dari 6 dalam 6 menit",
        "en": f"{slow.name} {slow.node}/level every 1 minute, since 09.30 WIB 1 of 6 in 6 minutes",
    }
    assert told[language] in text
    assert good.node not in text
    flood, _ = made.open_flood(slow, Level.SIAGA, 120.0)
    operator = signed_in(made, person(made, "operator", "operator"))
    console = client.get("/operator", params={"lang": language, "pilih": flood.id}, headers=operator.sent).text
    assert {"id": "<b>1 dari 6 dalam 6 menit</b>", "en": "<b>1 of 6 in 6 minutes</b>"}[language] in console
    assert "siaga_not_hurried" in client.get("/metrics", headers=program(made, "service").sent).text


def test_a_scrape_tells_of_alarms_and_doubts(made: Town, serve: Serve) -> None:
    """By state, severity and answer; the two sorts of doubt; what was never believed; who does not hurry."""
    gauges = made.nodes("gauge")
    made.calm(gauges[2])
    made.open_flood(gauges[4], Level.AWAS, 196.0)
    outage = made.open_outage(made.nodes("wifi")[3])
    made.flat_since(gauges[2].node, 40)
    operator = person(made, "operator", "operator").id
    taken = Decision(
        id="ambil", city="yogyakarta", kind="acknowledge", by=operator, at_us=made.now_us,
        incident=outage.id, until_us=made.now_us + 30 * MINUTE_US, body={"level": None},
    )  # fmt: skip
    made.cities.decide(taken, deed_of(taken))
    said = engine(made, gauges[5].node, 30, not_believed=3)
    client = serve(made, keys=(), status=lambda: said)
    lines = client.get("/metrics", headers=program(made, "service").sent).text.splitlines()
    figures = dict(one.rsplit(" ", 1) for one in lines if one.startswith("siaga_"))
    city = 'city="yogyakarta"'
    assert {name: value for name, value in figures.items() if name.startswith("siaga_alarms") and value != "0.0"} == {
        f'siaga_alarms{{answer="answered",{city},severity="unknown",state="firing"}}': "1.0",
        f'siaga_alarms{{answer="waiting",{city},severity="unknown",state="firing"}}': "1.0",
    }
    assert figures[f'siaga_alarms{{answer="again",{city},severity="critical",state="recovering"}}'] == "0.0"
    assert figures[f'siaga_gauges_in_doubt{{{city},why="flat"}}'] == "1.0"
    assert figures[f'siaga_gauges_in_doubt{{{city},why="jump"}}'] == "0.0"
    assert figures[f"siaga_readings_not_believed_total{{{city}}}"] == "3.0"
    assert figures[f"siaga_not_hurried{{{city}}}"] == "1.0"
    assert figures[f"siaga_held_back{{{city}}}"] == "0.0"
