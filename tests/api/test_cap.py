"""CAP 1.2: valid by the schema and by what it cannot say, a chain without a gap, signed, read by others' code."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cap_tools.models import Alert
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from shapely import Point
from shapely.geometry import MultiPolygon, Polygon
from signxml import XMLVerifier
from signxml.exceptions import InvalidSignature
from support.bulletins import bulletin as kept
from support.cap_rules import faults
from support.seed import NOON_US
from xsdata.formats.dataclass.parsers import XmlParser

from api.cap_alert import HOLDS_US, About, alert, chain, gravity
from api.cap_area import Area, rings_of
from api.cap_key import CapKey, make, of
from cities.load import load
from contract.bulletin import KINDS, Bulletin, bulletin_id
from contract.clock import HOUR_US, MINUTE_US
from contract.errors import BadInput
from contract.levels import Level
from store.ports import EngineCommit

CIRCLE = Area("Terban", "", circle=(-7.78, 110.37, 1.0))
WORDS = {"id": "AWAS Code di Terban: 310 cm <naik> & terus.", "en": "DANGER: Code at Terban 310 cm <rising> & on."}
ABOUT = About(
    load("yogyakarta"), "yogyakarta@siaga.test", {"id": "BPBD", "en": "BPBD"}, "https://siaga.test/siaran/{id}"
)


def bulletin(number: int, kind: str = "fact", level: Level = Level.SIAGA, **more) -> Bulletin:
    at_us = more.pop("at_us", NOON_US + number * 10 * MINUTE_US)
    values = {
        "id": bulletin_id("one", number), "city": "yogyakarta", "event": "e-1", "incident": "one",
        "node": "jog-gauge-01", "number": number, "kind": kind, "at_us": at_us, "measured_us": at_us,
        "crossed_us": NOON_US, "level": level, "text": WORDS, "sms": WORDS, "script": WORDS, "value_cm": 310.0,
    }  # fmt: skip
    return Bulletin(**(values | more))


def text(document: bytes | etree._Element, name: str) -> str:
    root = etree.fromstring(document) if isinstance(document, bytes) else document
    return root.findtext(f"{{*}}{name}") or root.findtext(f"{{*}}info/{{*}}{name}") or ""


def written(one: Bulletin, *earlier: Bulletin, areas: tuple[Area, ...] = (CIRCLE,)) -> bytes:
    return etree.tostring(alert(one, earlier, areas, ABOUT))


@pytest.fixture(scope="module")
def key() -> CapKey:
    return make("yogyakarta", NOON_US)


@settings(max_examples=60)
@given(
    kind=st.sampled_from(KINDS),
    level=st.sampled_from(Level),
    drill=st.booleans(),
    silent=st.booleans(),
    before=st.lists(st.sampled_from(["fact", "order", "correction"]), max_size=5),
    said=st.text(max_size=40),
)
def test_whatever_is_told_is_a_valid_alert(kind, level, drill, silent, before, said):
    """Schema and semantics, for every kind after every history, whatever signs its text holds."""
    history = [bulletin(number, one) for number, one in enumerate(before, start=1)]
    now = bulletin(len(before) + 1, kind, level, drill=drill, silent=silent, text={"id": said, "en": said})
    assert faults(written(now, *history)) == []


def test_a_flood_is_one_chain():
    """The first word is an Alert, each later one an Update that names all before it, the end says all is clear."""
    told = [bulletin(1), bulletin(2, level=Level.AWAS), bulletin(3, "order", Level.AWAS), bulletin(4, "all_clear")]
    documents = [written(one, *told) for one in told]
    assert [text(one, "msgType") for one in documents] == ["Alert", "Update", "Update", "Update"]
    assert [len(text(one, "references").split()) for one in documents] == [0, 1, 2, 3]
    assert [text(one, "responseType") for one in documents] == ["Prepare", "Prepare", "Evacuate", "AllClear"]
    named = text(documents[3], "references").split()[0].split(",")
    assert named == [text(documents[0], name) for name in ("sender", "identifier", "sent")]


def test_a_correction_cancels_all_that_was_told_and_what_follows_begins_anew():
    """Nobody who reads the chain keeps a warning that was called wrong; a new one does not lean on it."""
    told = [bulletin(1, level=Level.AWAS), bulletin(2, "order", Level.AWAS), bulletin(3, "correction"), bulletin(4)]
    assert chain(told[2], told) == ("Cancel", told[:2])
    assert gravity(told[2]) == ("None", "Past", "Unknown", "Unlikely")
    assert chain(told[3], told) == ("Alert", [])


def test_what_holds_no_more_is_named_only_by_the_end():
    """An Update names what is still valid; the end of all names the last word, however old."""
    old, late = bulletin(1), NOON_US + HOLDS_US + HOUR_US
    assert chain(bulletin(2, at_us=late), [old]) == ("Alert", [])
    assert chain(bulletin(2, "all_clear", at_us=late), [old]) == ("Update", [old])


def test_an_order_holds_until_the_water_falls_or_it_is_taken_back():
    """A gauge that falls silent after the order does not turn Evacuate into Prepare."""
    awas, siaga = Level.AWAS, Level.SIAGA
    told = [bulletin(1, level=awas), bulletin(2, "order", awas), bulletin(3, level=awas, silent=True)]
    told += [bulletin(4, level=siaga), bulletin(5, level=awas), bulletin(6, "order", awas), bulletin(7, "correction")]
    told += [bulletin(8, level=awas)]
    said = [text(written(one, *told), "responseType") for one in told]
    assert said == ["Prepare", "Evacuate", "Evacuate", "Prepare", "Prepare", "Evacuate", "None", "Prepare"]


def test_a_drill_and_a_simulated_city_are_never_life():
    """Exercise, Test, Actual: what a dispatch system looks at first."""
    live = bulletin(1)
    assert text(written(live), "status") == "Actual"
    assert text(written(replace(live, drill=True)), "status") == "Exercise"
    tried = etree.tostring(alert(live, [], [CIRCLE], replace(ABOUT, simulated=True)))
    assert (text(tried, "status"), faults(tried)) == ("Test", [])


def test_what_a_silent_gauge_saw_last_is_likely_and_not_observed():
    """Nobody measures it now, and it is no less grave for that."""
    assert gravity(bulletin(1, level=Level.AWAS, silent=True))[2:] == ("Extreme", "Likely")


def test_two_languages_say_the_same_of_one_area():
    """An info in each language; the neighbourhoods that the city's table names stand with the area."""
    root = etree.fromstring(written(bulletin(1, regions=("RW 04 Terban",))))
    assert [one.text for one in root.iter("{*}language")] == ["id-ID", "en-US"]
    assert [one.text for one in root.iter("{*}event")] == ["Banjir", "Flood"]
    assert {one.text for one in root.iter("{*}areaDesc")} == {"Terban: RW 04 Terban"}


def test_a_region_becomes_closed_rings_with_latitude_first():
    """A shape of thousands of points is told in a hundred, two parts are two rings, a hole is told too."""
    coast = Point(110.37, -7.78).buffer(0.02, quad_segs=2_000)
    holed = Polygon(coast.exterior, [Point(110.37, -7.78).buffer(0.005).exterior])
    rings = rings_of(MultiPolygon([holed, Point(110.47, -7.78).buffer(0.01)]))
    assert len(rings) == 2
    assert all(4 <= len(ring) <= 100 and ring[0] == ring[-1] for ring in rings)
    assert Polygon([(lon, lat) for lat, lon in rings[0]]).symmetric_difference(Polygon(coast.exterior)).area < 1e-5
    assert faults(written(bulletin(1), areas=(Area("Terban", "34.71.03.1005", rings),))) == []


def test_other_peoples_code_reads_it_and_the_signature_holds_for_these_bytes_alone(key):
    """cap-tools finds what was meant; signxml verifies with the certificate; a changed word breaks it."""
    signed = key.sign(alert(bulletin(1, level=Level.AWAS, regions=("RW 04",)), [], [CIRCLE], ABOUT))
    assert faults(signed) == []
    certificate = key.certificate.decode()
    XMLVerifier().verify(signed, x509_cert=certificate)
    with pytest.raises(InvalidSignature):
        XMLVerifier().verify(signed.replace(b"310 cm", b"130 cm"), x509_cert=certificate)
    bare = etree.fromstring(signed)
    bare.remove(bare[-1])
    read = XmlParser().from_bytes(etree.tostring(bare), Alert)
    assert (read.msg_type.value, read.infos[0].severity.value, len(read.infos)) == ("Alert", "Extreme", 2)


def test_the_key_is_made_once_and_is_for_nobody_elses_eyes(tmp_path: Path):
    """The same certificate after a restart; a file that holds something else is said and never overwritten."""
    path = tmp_path / "cap.pem"
    made = of(path, "yogyakarta", NOON_US)
    assert of(path, "yogyakarta", NOON_US + HOUR_US) == made
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(make("yogyakarta", NOON_US).certificate)
    with pytest.raises(BadInput, match="no RSA key"):
        of(path, "yogyakarta", NOON_US)


# ---------------------------------------------------------------- from the server


@pytest.fixture
def told(made):
    """Three things that people of Terban were told within half an hour, and a drill."""
    gauge = made.nodes("gauge")[0].node
    common = {"node": gauge, "city": made.profile.code, "crossed_us": made.now_us - HOUR_US}
    said = [
        kept(number, at_us=made.now_us - (30 - 10 * number) * MINUTE_US, kind=kind, level=Level.AWAS, **common)
        for number, kind in enumerate(("fact", "order", "correction"), start=1)
    ]
    drill = kept(1, of="latihan", drill=True, event="", at_us=made.now_us - MINUTE_US, **common)
    lease = made.cities.lease(made.profile.code, "uji", made.now_us, 60)
    made.cities.commit(lease, EngineCommit(bulletins=[*said, drill]))
    return said, drill


def entries(answer) -> list[etree._Element]:
    assert answer.headers["content-type"] == "application/atom+xml"
    return etree.fromstring(answer.content).findall("{*}entry")


def test_the_feed_names_the_newest_and_each_alert_stays_as_it_was_first_read(made, serve, told, key):
    """Newest first, drills apart; an alert is valid, signed, and the same bytes whoever asks and with whatever key."""
    said, drill = told
    client = serve(made, cap_key=key)
    feed = client.get("/cap/feed.xml")
    found = entries(feed)
    assert [one.findtext("{*}id") for one in found] == [f"urn:uuid:{one.id}" for one in reversed(said)]
    assert [one.findtext("{*}id") for one in entries(client.get("/cap/latihan.xml"))] == [f"urn:uuid:{drill.id}"]
    link = found[0].find("{*}link[@rel='alternate']")
    assert (link.get("type"), link.get("href")[-len(said[2].id) - 9 :]) == (
        "application/cap+xml", f"/cap/{said[2].id}.xml",
    )  # fmt: skip
    documents = [client.get(f"/cap/{one.id}.xml") for one in (*said, drill)]
    assert {one.headers["content-type"] for one in documents} == {"application/cap+xml"}
    assert [faults(one.content) for one in documents] == [[], [], [], []]
    assert [text(one.content, "status") for one in documents] == ["Actual"] * 3 + ["Exercise"]
    assert len(text(documents[2].content, "references").split()) == 2
    for one in documents:
        XMLVerifier().verify(one.content, x509_cert=client.get("/cap/sertifikat.pem").text)
    later = serve(made, cap_key=make("yogyakarta", NOON_US))
    assert later.get(f"/cap/{said[0].id}.xml").content == documents[0].content


def test_a_reader_who_has_it_is_told_so_and_what_was_never_told_is_not_there(made, serve, told):
    """A poll costs nothing while nothing is new; a made-up id is a plain 404."""
    client = serve(made)
    etag = client.get("/cap/feed.xml").headers["etag"]
    assert client.get("/cap/feed.xml", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/cap/nothing.xml").status_code == 404
    assert client.get("/cap/sertifikat.pem").status_code == 404


def test_people_read_the_same_in_their_language_and_are_led_to_the_page(made, serve, told):
    """An entry's first link is the page; Indonesian unless asked otherwise; before anything was told it is empty."""
    client = serve(made)
    first = entries(client.get("/umpan.xml?lang=en"))[0]
    assert first.findtext("{*}summary") == told[0][2].text["en"]
    assert first.find("{*}link[@rel='alternate']").get("href").endswith(f"/siaran/{told[0][2].id}")
    assert entries(client.get("/umpan.xml"))[0].findtext("{*}title") == told[0][2].sms["id"]


def test_before_anything_was_told_the_feeds_are_empty(made, serve):
    """A reader that begins on a quiet day finds a whole feed without an entry."""
    client = serve(made)
    assert [entries(client.get(path)) for path in ("/cap/feed.xml", "/cap/latihan.xml", "/umpan.xml")] == [[], [], []]
