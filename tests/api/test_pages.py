"""The pages as a reader without JavaScript gets them."""

from __future__ import annotations

import json
import re
import socket
from contextlib import suppress
from dataclasses import replace

import pytest
import structlog
from support.seed import flood_case, normal

from api.errors import Outage
from contract.clock import DAY_US, HOUR_US
from contract.errors import Unavailable
from contract.levels import Level
from contract.privacy import public_count
from contract.quality import Quality

HTML = {"accept": "text/html"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
PAGES = ("/", "/sungai", "/sungai/jog-gauge-05", "/s/jog-gauge-05", "/wifi", "/kasus", "/simpul")


def words(html: str) -> str:
    """The text of a page, tags gone, blanks folded."""
    body = re.sub(r"<(script|style).*?</\1>", " ", html.split("<body", 1)[1], flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", "<body" + body)).replace(" ,", ",").replace(" .", ".")


def test_quiet_when_all_is_normal(city_in, serve):
    """One calm sentence with its time, no warning anywhere."""
    made = city_in("normal")
    page = serve(made).get("/").text
    assert "Semua sungai normal" in words(page)
    assert "Diperbarui 09.58 WIB" in words(page)
    assert "loud" not in page
    assert "Sedang terjadi" not in page


def test_the_warning_is_the_first_thing_said(city_in, serve):
    """Level, river, place, number, direction, doubt, what to do, time, and the way to the case."""
    made = city_in("flood")
    case = flood_case(made)
    page = serve(made).get("/").text
    said = words(page.split("<main", 1)[0])
    assert "AWAS" in said
    assert re.search(r"Sungai Code di Jembatan Gondolayu \d+ cm, naik\.", said)
    assert "Belum dikonfirmasi petugas. Bersiap." in said
    assert "Dan 1 alat ukur lain di atas normal." in said
    assert f'href="/kasus/{case.number}"' in page
    assert 'class="hero lv-awas loud"' in page


def test_level_is_colour_shape_and_word(city_in, serve):
    """Each gauge line carries the class, the icon and the word, the city's own name after it."""
    made = city_in("flood")
    page = serve(made).get("/sungai").text
    assert re.search(
        r'lv-awas">.*?#awas".*?<b class="word">AWAS</b>\s*<span class="local">Siaga 1</span>', page, flags=re.S
    )


def test_a_gauge_silent_while_high_is_the_headline(city_in, serve):
    """Hatched, in its last colour, with since when; and not called normal."""
    made = city_in("silent")
    client = serve(made)
    page = client.get("/").text
    said = words(page)
    assert "sensor diam sejak 07.00 WIB, anggap berbahaya" in said
    assert "hatched" in page
    assert "Semua sungai normal" not in said
    river = words(client.get("/sungai/jog-gauge-04").text)
    assert "Sensor diam sejak" in river
    assert "SIAGA" in river
    calm = words(client.get("/sungai/jog-gauge-01").text)
    assert "terakhir" in calm
    assert "3 jam lalu" in calm
    assert "Tanpa data bukan berarti aman." in calm
    assert "belum pernah mengirim data" in words(client.get("/sungai/jog-gauge-10").text)


@pytest.mark.parametrize(
    ("lang", "doubt"),
    [
        ("id", "iragukan: garis datar sejak 07.00 WIB"),
        ("en", "n doubt: flat line since 07.00 WIB"),
    ],
)
def test_a_gauge_that_stands_still_in_a_flood_is_called_doubtful(city_in, serve, lang, doubt):
    """On its own page, on the one for slow phones, among the rivers and for programs; no other gauge is."""
    made = city_in("flood")
    made.flat_since("jog-gauge-05", 3 * 60)
    client = serve(made)
    for path in ("/sungai/jog-gauge-05", "/s/jog-gauge-05", "/sungai"):
        assert words(client.get(path, params={"lang": lang}).text).count(doubt) == 1, path
    assert doubt not in words(client.get("/sungai/jog-gauge-01", params={"lang": lang}).text)
    gauges = {one["gauge"]: one["flat_since"] for one in client.get("/api/v1/gauges").json()["items"]}
    assert [name for name, since in gauges.items() if since is not None] == ["jog-gauge-05"]


def test_no_data_at_all_is_not_called_safe(made, serve):
    """An empty city says that it knows nothing."""
    said = words(serve(made).get("/").text)
    assert "Tidak ada data sungai saat ini. Ini bukan berarti aman." in said


@pytest.mark.parametrize("name", ["nothing", "normal", "flood", "silent"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_page_speaks_both_languages_in_every_state(city_in, serve, name, lang):
    """All pages answer 200 in the asked language and leave nothing unfilled."""
    made = city_in(name)
    client = serve(made, speed=60.0 if name == "flood" else 1.0)
    for path in PAGES:
        answer = client.get(path, params={"lang": lang})
        assert answer.status_code == 200, path
        assert f'<html lang="{lang}">' in answer.text
        said = words(answer.text).replace("{minutes}", "")
        assert "{" not in said, path
        assert "None" not in said, path
    assert answer.headers["content-language"] == lang


def test_language_is_remembered(made, serve):
    """`?lang=en` once, and the next page reads English without it."""
    client = serve(made)
    client.get("/?lang=en")
    assert "No river data" in client.get("/").text
    client.get("/?lang=id")
    assert "Tidak ada data sungai" in client.get("/").text


def test_weights(city_in, serve):
    """The first page's HTML is at most 30 KB and the text page at most 5 KB, in a flood with 12 incidents."""
    made = city_in("flood")
    for node in made.nodes("wifi")[20:45]:
        made.open_outage(node)
    client = serve(made)
    for lang in ("id", "en"):
        assert len(client.get("/", params={"lang": lang}).content) <= 30_000
        assert len(client.get("/s/jog-gauge-05", params={"lang": lang}).content) <= 5_000


def test_text_page_is_whole_without_anything_else(city_in, serve):
    """Level, number, own name, doubt, case and phone, and not one file to fetch."""
    made = city_in("flood")
    case = flood_case(made)
    page = serve(made).get("/s/jog-gauge-05").text
    said = words(page)
    for part in ("AWAS", "(Siaga 1)", "cm", "naik", "Belum dikonfirmasi petugas.", case.number, "112"):
        assert part in said
    assert not re.search(r"<(script|link|img)\b", page)


def test_a_fast_world_says_so(made, serve):
    """A demo is never mistaken for life, on any page in any language."""
    client = serve(made, speed=288.0)
    assert "Simulasi: waktu berjalan 288× lebih cepat" in client.get("/").text
    assert "Simulation: time runs 288× faster" in client.get("/kasus?lang=en").text
    assert "Simulasi" in client.get("/s/jog-gauge-05?lang=id").text
    assert "Simulasi" not in serve(made).get("/").text


def test_river_page_has_chart_figures_levels_and_neighbours(city_in, serve):
    """The picture, the same figures as a table, the staff, up- and downstream with distances."""
    made = city_in("flood")
    page = serve(made).get("/sungai/jog-gauge-05").text
    said = words(page)
    assert "24 jam terakhir" in said
    assert page.count('class="chart ') == 2
    assert 'class="flagged"' in page
    assert 'class="gap"' in page
    assert "Lihat angka" in said
    assert "diragukan" in said
    assert "Hulu, 0,9 km dari sini" in said
    assert "Jetisharjo" in said
    assert "≥ 160 cm" in said


def test_case_page_tells_the_whole_story(city_in, serve):
    """Words, agency, due time, evidence with rule and version, changes, doubt."""
    made = city_in("flood")
    case = flood_case(made)
    page = serve(made).get(f"/kasus/{case.number}").text
    said = words(page)
    for part in (
        "diterima",
        "diperiksa",
        "dikerjakan",
        "selesai",
        "Belum dikonfirmasi petugas.",
        "Badan Penanggulangan Bencana Daerah",
        "Tenggat",
        "river_level, versi 1",
        "tingkat berubah AWAS",
    ):
        assert part in said
    assert 'aria-current="step"' in page
    assert 'class="chart ' in page


def test_closed_by_hand_while_the_river_is_high_is_shown(made, serve):
    """The sensor's veto: done on paper, not in the water."""
    node = made.nodes("gauge")[4]
    made.wave(node, 214, hours_ago=-0.4)
    _, event = made.open_flood(node, Level.AWAS, 196.0)
    case = made.file(event, node, "banjir", {"id": "Banjir", "en": "Flood"}, state="done")
    assert "Ditutup petugas, tetapi sensor masih 196 cm." in words(serve(made).get(f"/kasus/{case.number}").text)


def test_only_public_things_are_shown(city_in, serve):
    """A staff incident, a shadow node and a case that is not public are nowhere; a stranger cannot tell they exist."""
    made = city_in("normal")
    gauges = made.nodes("gauge")
    _, event = made.open_flood(gauges[0], Level.AWAS, 300.0, audience="staff")
    hidden = made.file(event, gauges[0], "banjir", {"id": "Rahasia dinas", "en": "Office secret"}, public=False)
    shadow = replace(gauges[1], audience="shadow", name="Alat uji bayangan")
    nodes = tuple(shadow if node.node == shadow.node else node for node in made.profile.nodes)
    made.cities.put_profile(replace(made.profile, nodes=nodes), made.now_us)
    client = serve(made)
    for path in (*PAGES, "/peta.geojson", "/peta.json", "/api/v1/cases", "/api/v1/incidents", "/api/v1/nodes"):
        text = client.get(path).text
        assert "Rahasia" not in text, path
        assert hidden.number not in text, path
        assert shadow.node not in text, path
    assert "Semua sungai normal" in client.get("/").text
    for path in (f"/kasus/{hidden.number}", f"/sungai/{shadow.node}", f"/api/v1/cases/{hidden.number}"):
        assert client.get(path, headers=HTML).status_code == 404


def test_a_residents_words_wait_for_an_officer(made, serve):
    """What an unchecked report says is withheld on each page, in Open311 and in the API; afterwards it is read."""
    node = made.nodes("wifi")[0]
    unread, read = (dict.fromkeys(("id", "en"), f"Nama tetangga saya {name}") for name in ("Budi", "Siti"))
    title = {"id": "Lampu", "en": "Lamp"}
    fresh = made.file(None, node, "lampu-jalan", title, citizen=True, description=unread)
    seen = made.file(
        None, node, "lampu-jalan", title, citizen=True, description=read, state="checked", opened_us=made.now_us
    )
    client = serve(made)
    for path in ("/kasus/{}", "/open311/v2/requests/{}.json", "/open311/v2/requests/{}.xml", "/api/v1/cases/{}"):
        assert "Siti" in client.get(path.format(seen.number)).text, path
        assert fresh.number in client.get(path.format(fresh.number)).text, path
        assert "Budi" not in client.get(path.format(fresh.number)).text, path
    for path in ("/kasus", "/open311/v2/requests.json", "/open311/v2/requests.xml", "/api/v1/cases"):
        listed = client.get(path).text
        assert fresh.number in listed, path
        assert "Budi" not in listed, path
    assert "Isi laporan warga ditampilkan setelah diperiksa petugas." in client.get(f"/kasus/{fresh.number}").text
    assert client.get(f"/api/v1/cases/{fresh.number}").json()["description"] == {}


def test_small_crowds_are_never_told(made, serve):
    """Every count in every public answer has passed `public_count`."""
    node = made.nodes("camera")[0]
    for age_us, people in zip(range(100, 0, -1), (0, 3, 9, 10, 12, 13, 88), strict=False):
        made.readings.write([made.row(node, made.now_us - age_us, {"people": people, "camera": "ok"})])
        client = serve(made)
        page = client.get("/").text
        told = public_count(people)
        assert f"{told} orang".replace("<", "&lt;") in page, people
        assert told == str(people) or not re.search(rf"(?<!\d){people} orang", page)
    assert '"people"' not in client.get("/peta.geojson").text


def test_many_cases_are_paged_and_filtered(city_in, serve):
    """Fifty on a page, the next page by its mark, filters in the address, the total told."""
    made = city_in("few")
    client = serve(made)
    first = client.get("/kasus").text
    assert first.count('class="case-head"') == 50
    assert "60 kasus" in words(first)
    following = re.search(r'href="(/kasus\?lanjut=[^"]+)"', first)
    assert following
    second = client.get(following[1]).text
    numbers = [set(re.findall(r"YOG-\d{4}-\d{6}", page)) for page in (first, second)]
    assert not numbers[0] & numbers[1]
    closed = client.get("/kasus?keadaan=selesai").text
    assert "badge-received" not in closed
    assert "badge-done" in closed


def test_no_cases_is_good_news(made, serve):
    """An empty list says so."""
    assert "Belum ada laporan di sini. Itu kabar baik." in words(serve(made).get("/kasus").text)


def test_nodes_by_what_is_wrong(city_in, serve):
    """The dead first with the reason in words and the case; filters and search in the address."""
    made = city_in("normal")
    made.open_outage(made.nodes("wifi")[7])
    client = serve(made)
    page = client.get("/simpul").text
    assert page.index("state-down") < page.index("state-unknown") < page.index("state-never") < page.index("state-up")
    assert "gangguan sudah dicatat" in page
    only = client.get("/simpul?keadaan=down").text
    assert only.count("<tr class=") == 1
    assert client.get("/simpul?cari=kamera-08").text.count("<tr class=") == 1
    assert "Tidak ada simpul yang cocok." in client.get("/simpul?cari=tidakada").text


def test_nearest_working_wifi(city_in, serve):
    """With a place the nearest that work are listed, nearest first; a broken place is no error."""
    made = city_in("normal")
    client = serve(made)
    page = client.get("/wifi?lat=-7.7828&lon=110.3608").text
    assert "Terdekat yang menyala" in page
    metres = [int(m) for m in re.findall(r'<span class="num">(\d+) m</span>', page.split("</section>")[0])]
    assert metres == sorted(metres)
    assert len(metres) >= 1
    assert "Terdekat" not in client.get("/wifi?lat=nan&lon=x").text


def test_the_map_is_drawn_by_the_server_and_follows_the_address(city_in, serve):
    """A picture before any script, its layers as links; turning one off is an address."""
    made = city_in("flood")
    client = serve(made)
    picture = client.get("/peta.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert 'class="g awas"' in picture.text
    assert 'class="down"' in picture.text
    without = client.get("/peta.svg?lapisan=wifi").text
    assert 'class="g awas"' not in without
    page = client.get("/?lapisan=sungai").text
    assert page.count('aria-current="true"') == 1
    assert 'src="/peta.svg?lapisan=sungai"' in page


def test_geojson_is_lon_lat_and_complete(city_in, serve):
    """Every public node and open case stands in it, longitude first."""
    made = city_in("flood")
    collection = serve(made).get("/peta.geojson").json()
    layers = [feature["properties"]["layer"] for feature in collection["features"]]
    counts = {layer: layers.count(layer) for layer in set(layers)}
    assert counts == {"wilayah": 45, "sungai": 10, "aliran": 3, "wifi": 100, "keramaian": 20, "laporan": 3}
    points = [f["geometry"]["coordinates"] for f in collection["features"] if f["geometry"]["type"] == "Point"]
    assert all(110 < lon < 111 and -8 < lat < -7 for lon, lat in points)


def test_nothing_new_is_a_304(city_in, serve):
    """Polling an unchanged city costs a header."""
    made = city_in("normal")
    client = serve(made)
    for path in ("/", "/peta.json", "/peta.geojson", "/sungai/jog-gauge-05", "/api/v1/nodes"):
        etag = client.get(path).headers["etag"]
        again = client.get(path, headers={"if-none-match": etag})
        assert (again.status_code, again.content) == (304, b"")
    before = client.get("/peta.json").headers["etag"]
    made.open_flood(made.nodes("gauge")[0], Level.AWAS, 300.0)
    assert client.get("/peta.json", headers={"if-none-match": before}).status_code == 200


def test_headers_and_nothing_from_elsewhere(city_in, serve):
    """A strict policy on every answer; no inline script or style, no address of another host."""
    made = city_in("flood")
    client = serve(made)
    for path in (*PAGES, "/kasus/YOG-2026-000001", "/tidak-ada", "/api/v1/nodes", "/static/siaga.css"):
        answer = client.get(path)
        assert "default-src 'self'" in answer.headers["content-security-policy"], path
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        if "html" in answer.headers["content-type"]:
            assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", answer.text), path
            assert not re.search(r'(?:src|href)="https?://', answer.text), path


def test_errors_in_words(made, serve):
    """A page for people, problem+json for programs, both languages' title; no traceback."""
    client = serve(made)
    page = client.get("/kasus/JOG-1999-000001", headers=HTML)
    assert page.status_code == 404
    assert "Periksa kembali nomor atau alamatnya" in page.text
    problem = client.get("/api/v1/cases/JOG-1999-000001")
    assert problem.status_code == 404
    assert problem.headers["content-type"] == "application/problem+json"
    assert {"title_id", "title_en", "status", "detail"} <= set(problem.json())
    bad = client.get("/api/v1/nodes?limit=9999")
    assert bad.status_code == 400
    assert bad.json()["errors"][0]["field"] == "query.limit"
    assert bad.json()["detail"] == "Isian yang keliru: query.limit."
    assert client.get("/kasus?lanjut=%%%", headers=HTML).status_code == 400
    assert client.post("/kasus", headers=HTML).status_code == 405


class _Away:
    """A city store whose database is gone: every question ends as the port says it does."""

    def __getattr__(self, name: str):
        def asked(*args: object, **kwargs: object) -> object:
            raise Unavailable("the database does not answer")

        return asked


def test_store_away_is_said_and_no_old_figure_shown(city_in, serve):
    """503 in words with Retry-After, on pages, API, Open311 and readiness; the process itself still lives."""
    made = city_in("normal")
    client = serve(replace(made, cities=_Away()), keys=())
    for path in ("/", "/kasus", "/simpul", "/sungai/jog-gauge-05"):
        answer = client.get(path, headers=HTML)
        assert answer.status_code == 503
        assert "Data kota sedang tidak terjangkau" in answer.text
        assert "Semua sungai normal" not in answer.text
        assert answer.headers["retry-after"]
    assert client.get("/api/v1/nodes").headers["content-type"] == "application/problem+json"
    assert "<errors>" in client.get("/open311/v2/requests.xml").text
    assert client.get("/health").json() == {"status": "ok"}
    ready = client.get("/health/ready")
    assert ready.status_code == 503
    assert ready.json()["stores"] == {"readings": "ok", "city": "the database does not answer"}
    assert "siaga_stores_up{city=" in client.get("/metrics").text


def test_headers_have_an_end(made, serve):
    """Nobody is answered who sends more of them than a server must keep in memory; the next one is as before."""
    client = serve(made)
    plain = "GET /health HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
    many = "".join(f"x-{number}: {'a' * 1_000}\r\n" for number in range(200))
    answers = []
    for more in ("", f"x-long: {'a' * 200_000}\r\n", many):
        answer = b""
        place = client.base_url.host, client.base_url.port
        # It need not hear the whole of it before it hangs up.
        with socket.create_connection(place, timeout=10) as asked, suppress(OSError):
            asked.sendall(f"{plain}{more}\r\n".encode())
            answer = asked.recv(12)
        answers.append(answer == b"HTTP/1.1 200")
    assert answers == [True, False, False]
    assert client.get("/health").status_code == 200


def test_too_large_a_body_is_refused(made, serve):
    """Over 64 KiB, declared or not."""
    client = serve(made)
    assert client.post("/open311/v2/servicerequestupdates.json", content=b"x" * 70_000).status_code == 413
    pieces = client.post(
        "/open311/v2/servicerequestupdates.json", content=(b"a" * 8000 for _ in range(10)), headers=FORM
    )
    assert pieces.status_code == 413


def test_what_ingest_counts_is_a_metric_where_it_runs_here(made, serve):
    """Counters by what was counted, and never by node; a stage that says nothing of itself is left out."""
    counted = {"ingest": {"alive": True, "stored": 9, "left": 7, "lag": {"sum_s": 1.0}}}
    text = serve(made, status=lambda: counted).get("/metrics").text
    assert 'siaga_ingest_total{city="yogyakarta",what="left"} 7.0' in text
    assert 'siaga_ingest_total{city="yogyakarta",what="stored"} 9.0' in text
    assert 'what="lag"' not in text
    assert "siaga_ingest" not in serve(made, status=dict).get("/metrics").text


def test_health_metrics_and_the_stages(city_in, serve):
    """Ready names the stages; metrics count nodes by state and never by name."""
    made = city_in("normal")
    client = serve(made, status=lambda: {"ingest": "ok"})
    assert client.get("/health/ready").json()["stages"] == {"ingest": "ok"}
    text = client.get("/metrics").text
    assert 'siaga_nodes{city="yogyakarta",kind="wifi",state="down"} 1.0' in text
    assert "jog-wifi" not in text
    assert "siaga_oldest_reading_age_seconds" in text


def test_openapi_describes_the_api_and_no_page_loads_from_elsewhere(made, serve):
    """The document is served; the CDN-fed pages of the framework are not."""
    client = serve(made)
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/api/v1/nodes", "/api/v1/gauges", "/api/v1/cases", "/api/v1/incidents"} <= set(paths)
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_api_pages_by_cursor(city_in, serve):
    """Following `next` to its end gives every node once; the flood's gauge and incident carry the case."""
    made = city_in("flood")
    case = flood_case(made)
    client = serve(made)
    seen, cursor = [], None
    while True:
        page = client.get("/api/v1/nodes", params={"limit": 40, **({"cursor": cursor} if cursor else {})}).json()
        seen += [item["node"] for item in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == page["total"] == 130
    worst = next(item for item in client.get("/api/v1/gauges").json()["items"] if item["level"] == "AWAS")
    assert (worst["gauge"], worst["case"], worst["trend"]) == ("jog-gauge-05", case.number, "rising")
    incidents = client.get("/api/v1/incidents").json()
    assert incidents["total"] == 3
    assert client.get(f"/api/v1/incidents/{incidents['items'][0]['id']}").status_code == 200
    assert client.get("/api/v1/cases?state=open").json()["total"] == 3
    json.dumps(incidents)


def test_a_shared_snapshot_is_short_lived(made, serve):
    """Viewers of one moment share one reading of the stores; a moment later the stores are read again."""
    client = serve(made, keep_s=0.5)
    assert client.get("/peta.json").json()["level"] == "nodata"
    normal(made)
    assert client.get("/peta.json").json()["level"] == "nodata"
    made.clock.advance(0.6)
    assert client.get("/peta.json").json()["level"] == "normal"


def test_window_of_a_fast_world(city_in, serve):
    """At 288 times life the river page shows ten minutes, not a day of one wave."""
    assert HOUR_US * 24 / 288 < 10 * 60_000_000
    made = city_in("normal")
    assert "10 menit terakhir" in words(serve(made, speed=288.0).get("/sungai/jog-gauge-05").text)
    assert DAY_US == 24 * HOUR_US


def test_a_broken_store_is_logged_once_and_its_healing_once():
    """A night of polling phones writes two lines, not a million."""
    outage = Outage()
    with structlog.testing.capture_logs() as lines:
        outage.healed()
        for _ in range(3):
            outage.broke("/", "the database does not answer")
        outage.healed()
        outage.healed()
    assert [line["event"] for line in lines] == ["store unavailable", "store answers again"]


def test_numbers_carry_unit_and_age(city_in, serve):
    """Each gauge of the first page says how old its number is."""
    said = words(serve(city_in("normal")).get("/").text)
    assert said.count("1 menit lalu") >= 10


def test_a_step_nobody_took_is_not_claimed(made, serve):
    """A case that went from received to done shows checked and in progress as passed over."""
    case = made.file(None, made.nodes("wifi")[0], "lampu-jalan", {"id": "Lampu", "en": "Lamp"}, state="done")
    page = serve(made).get(f"/kasus/{case.number}").text
    steps = re.findall(r'<li class="step-(\w+)"', page)
    assert steps == ["done", "skipped", "skipped", "now"]


OTHERS = (
    "/peta.json",
    "/peta.svg",
    "/health",
    "/health/ready",
    "/metrics",
    "/api/v1/nodes",
    "/open311/v2/services.xml",
    "/openapi.json",
    "/static/siaga.css",
    "/favicon.ico",
    "/tidak-ada",
)


def test_head_answers_like_get_without_a_body(made, serve):
    """Link checkers and uptime monitors ask with HEAD: the same status, type and policy wherever GET is served."""
    client = serve(made)
    for path in (*PAGES, *OTHERS):
        got, asked = client.get(path), client.head(path)
        assert asked.status_code == got.status_code, path
        assert asked.content == b"", path
        for name in ("content-type", "etag", "content-security-policy"):
            assert asked.headers.get(name) == got.headers.get(name), (path, name)


def test_a_gauge_that_died_rising_is_dangerous_on_the_page(made, serve):
    """Its last half hour is read up to its last word, however long ago that was."""
    node = made.nodes("gauge")[0]
    made.birth(node)
    gone_us = made.now_us - 2 * HOUR_US
    made.levels(node, [(gone_us - i * 300_000_000, 60.0 - 3 * i, Quality.GOOD) for i in range(12)])
    assert "anggap berbahaya" in words(serve(made).get("/").text)
