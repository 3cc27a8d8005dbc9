"""BMKG's feed and alerts as they come, also broken ones: read, or refused with a sentence."""

from __future__ import annotations

import pytest
from support.city_data import NOON_US
from support.weather import CITY, Bmkg, alert, identifier

from alerts.weather.area import kecamatan_touched, shapes_of
from alerts.weather.cap import LONGEST, Info, read_alert, read_feed
from cities.cells import cells_of
from cities.load import load
from contract.clock import HOUR_US, MINUTE_US
from contract.errors import BadInput

BOMB = """<?xml version="1.0"?><!DOCTYPE lol [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss><channel><item><link>&b;</link></item></channel></rss>"""


def area(*polygons: str, areas: str = "") -> tuple[str, ...]:
    """The kecamatan of Yogyakarta that an alert with these shapes touches."""
    info = read_alert(alert(polygons=polygons, areas=areas).encode()).info
    return kecamatan_touched(info, cells_of(load("yogyakarta"), {}))


def test_an_alert_is_read_whole() -> None:
    """Times with their zone, the words as they are, whom it replaces."""
    found = read_alert(alert(7, references=(3, 4), kind="Update").encode())
    info = found.info
    assert (found.id, found.status, found.kind, found.scope) == (identifier(7), "Actual", "Update", "Public")
    assert found.references == (identifier(3), identifier(4))
    assert (found.sent_us, info.onset_us) == (NOON_US // 1_000_000 * 1_000_000, found.sent_us + 5 * MINUTE_US)
    assert info.expires_us == found.sent_us + 2 * HOUR_US
    assert (info.event, info.severity, info.certainty) == ("Hujan Lebat dan Petir", "Moderate", "Observed")
    assert info.web == "https://nowcasting.bmkg.go.id/infografis/CYO/infografis.jpg"
    assert (len(info.rings), info.unread) == (1, 0)


def test_the_feed_leads_to_its_alerts() -> None:
    """In its order; one whose alert changes behind the same link is another line."""
    here = Bmkg(port=9, alerts={"CYO1": "eins", "CYO2": "zwei"})
    first = read_feed(here.answer("/alerts/nowcast/id") or b"")
    assert [one.link.rpartition("/")[2] for one in first] == ["CYO1_alert.xml", "CYO2_alert.xml"]
    here.alerts["CYO1"] = "eins und mehr"
    again = read_feed(here.answer("/alerts/nowcast/id") or b"")
    assert (again[0] == first[0], again[1] == first[1]) == (False, True)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (BOMB.encode(), "document type or an entity"),
        (BOMB.encode("utf-16"), "not UTF-8"),
        (BOMB.replace("<!DOCTYPE", "<!doctype").encode(), "document type or an entity"),
        (b"\xef\xbb\xbf<html><body>Just a moment</body></html>", "a web page came instead of XML"),
        (b"<!DOCTYPE html><html></html>", "a web page came instead of XML"),
        (b"", "no XML"),
        (b"<rss><channel>", "no XML"),
        (b"<feed/>", "a feed is <rss>, this is <feed>"),
        (b"<rss>" + b" " * LONGEST, "longer than 2 MB"),
        (b"<rss><channel>" + b"<item><link>a</link></item>" * 201 + b"</channel></rss>", "201 alerts, more than 200"),
        (b"<r>" * 400 + b"</r>" * 400, "no XML"),
        (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-', "no XML"),
    ],
    ids=[
        "a bomb", "a bomb in UTF-16", "in small letters", "a web page", "a document type of a page", "nothing",
        "cut short", "another feed", "too long", "too many", "too deep", "another encoding",
    ],
)  # fmt: skip
def test_what_is_no_feed_is_refused(body: bytes, why: str) -> None:
    """With a sentence, before anything of it is believed."""
    with pytest.raises(BadInput, match=why):
        read_feed(body)


@pytest.mark.parametrize("name", ["identifier", "sent", "status", "msgType"])
def test_an_alert_without_what_it_cannot_be_without_is_refused(name: str) -> None:
    with pytest.raises(BadInput, match=f"no <{name}>"):
        read_alert(alert().replace(f"<{name}>", "<andere>").replace(f"</{name}>", "</andere>").encode())


def test_a_time_without_a_zone_is_refused() -> None:
    """Nobody knows when that is."""
    with pytest.raises(BadInput, match=r"<sent> is '2026-\S+', which is no time with a zone"):
        read_alert(alert().replace("+07:00</sent>", "</sent>").encode())


def test_the_whole_city_and_nothing_of_it() -> None:
    """Fourteen kecamatan, or none; a polygon elsewhere is nobody's here."""
    everything = {one.code for one in load("yogyakarta").regions if one.level == "kecamatan"}
    assert set(area(CITY)) == everything
    assert area("4,95 4,96 5,96 5,95 4,95") == ()


def test_invalid_polygons_are_mended() -> None:
    """One that crosses itself and one that is left open still say where; a line, a text and a place off the earth say
    nothing, and that is counted."""
    crossing = "-8.0,110.2 -7.6,110.6 -7.6,110.2 -8.0,110.6 -8.0,110.2"
    left_open = CITY.rpartition(" ")[0]
    assert set(area(left_open)) == set(area(CITY))
    assert 0 < len(area(crossing)) < len(area(CITY))
    info = read_alert(alert(polygons=("1,2 3,4", "a,b c,d e,f", "91,0 92,0 92,1", "")).encode()).info
    assert (info.rings, info.unread) == ((), 4)


def test_a_neighbour_that_overlaps_by_a_sliver_is_not_touched() -> None:
    """BMKG's outlines and the city's come from two files."""
    cells = cells_of(load("yogyakarta"), {})
    west = min(cell.area.bounds[0] for cell in cells)
    edge = next(cell for cell in cells if cell.area.bounds[0] == west)
    width = edge.area.bounds[2] - west

    def touched(share: float) -> bool:
        east = west + share * width
        info = Info(rings=(((109.0, -9.0), (east, -9.0), (east, -7.0), (109.0, -7.0)),))
        return edge.code.rpartition(".")[0] in kecamatan_touched(info, [edge])

    assert (touched(0.01), touched(0.5)) == (False, True)


def test_a_circle_says_where_too() -> None:
    """In kilometres; a radius of nothing is no area."""
    place = load("yogyakarta").regions[0]
    assert area(areas=f"<circle>{place.lat},{place.lon} 1</circle>") != ()
    info = read_alert(alert(polygons=(), areas="<circle>-7.8,110.4 0</circle>").encode()).info
    assert (shapes_of(info), info.unread) == ([], 1)
