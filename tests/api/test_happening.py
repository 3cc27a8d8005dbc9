"""What is going on, one line an event; and what has just ended."""

from __future__ import annotations

import re

from support.seed import FLOOD_TITLE, flood_case
from support.threads import add_update

from contract.clock import HOUR_US, MINUTE_US
from contract.levels import Level
from store.cases import CaseUpdate


def lines(page: str, heading: str) -> list[str]:
    """The list under a heading, each entry's text with blanks folded."""
    part = page.split(f"<h2>{heading}</h2>", 1)[1].split("</section>", 1)[0]
    entries = re.findall(r"<li.*?</li>", part, flags=re.S)
    return [re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", entry)).strip() for entry in entries]


def test_a_dead_uplink_is_one_line_with_its_points(made, serve):
    """Six points behind one uplink are one event with one case: the first few by name, the rest as a number."""
    points = made.nodes("wifi")[10:16]
    for point in points:
        made.open_outage(point, uplink="Gondokusuman")
    (line,) = lines(serve(made).get("/").text, "Sedang terjadi")
    assert line.startswith("WiFi mati 6 titik di uplink Gondokusuman")
    site = made.profile.site_of(points[0].node)
    assert site is not None
    assert site.name in line
    assert "dan 2 lain" in line
    assert line.endswith("· YOG-2026-000001")


def test_a_flood_of_several_gauges_is_one_line(made, serve):
    """The worst gauge first, each with its number; the word is the worst level's."""
    code = [node for node in made.nodes("gauge") if (site := made.profile.site_of(node.node)) and site.river == "Code"]
    made.wave(code[0], 130, hours_ago=-0.4)
    made.wave(code[1], 214, hours_ago=-0.4)
    for node, level, cm in ((code[0], Level.SIAGA, 120.0), (code[1], Level.AWAS, 196.0)):
        made.open_flood(node, level, cm)
    (line,) = lines(serve(made).get("/").text, "Sedang terjadi")
    told = r"AWAS Sungai Code: 2 alat ukur Jembatan Gondolayu \d+ cm, naik, Jetisharjo \d+ cm, naik sejak"
    assert re.match(told, line)


def test_the_worst_event_stands_first(city_in, serve):
    """AWAS before WASPADA before a point that is out."""
    found = lines(serve(city_in("flood")).get("/?lang=en").text, "Happening now")
    assert [line.split()[0] for line in found] == ["DANGER", "WATCH", "WiFi"]


def test_what_ended_is_still_told_for_some_hours(made, serve):
    """After the all-clear a visitor sees that the case was closed; the next day it is history."""
    node = made.nodes("gauge")[4]
    _, event = made.open_flood(node, Level.AWAS, 196.0, over=True)
    case = made.file(event, node, "banjir", {"id": FLOOD_TITLE, "en": "Over"})
    at_us = made.now_us - 30 * MINUTE_US
    add_update(made.cities, CaseUpdate("end", case.number, at_us, at_us, "fixed", {"id": "Aman kembali."}, "sensor"))
    client = serve(made)
    (line,) = lines(client.get("/").text, "Baru selesai")
    assert line == f"{FLOOD_TITLE} selesai 09.30 WIB · {case.number}"
    assert client.get("/peta.json").json()["ended"] == [case.number]
    made.clock.advance(6 * 3600)
    assert "Baru selesai" not in client.get("/").text


def test_a_case_that_a_person_closed_too_early_still_stands_open(city_in, serve):
    """The river is high whatever the paper says: the line keeps its case."""
    made = city_in("flood")
    case = flood_case(made)
    at_us = made.now_us - HOUR_US // 6
    add_update(made.cities, CaseUpdate("early", case.number, at_us, at_us, "fixed", {"id": "Selesai."}, "BPBD"))
    assert case.number in lines(serve(made).get("/").text, "Sedang terjadi")[0]
