"""`siaga city check`: every mistake is named with its file, its line and a remedy, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cities.build import build
from cities.check import check
from contract.errors import BadInput
from contract.travel import Reach
from faults.parts import tiny_city

MISTAKES: dict[str, tuple[str, str, str, int, str]] = {
    # name: file, text to replace, its replacement, line of the finding, words of the finding
    "unknown_agency": ("categories.toml", 'agency = "bpbd"', 'agency = "bpdb"', 9, "agency 'bpdb' is not in"),
    "unknown_sla": ("categories.toml", 'sla = "cepat"\nkey', 'sla = "kilat"\nkey', 11, "SLA 'kilat'"),
    "sla_not_positive": ("categories.toml", "respond_h = 2", "respond_h = 0", 2, "more than zero"),
    "sla_ends_before_its_answer": ("categories.toml", "finish_h = 24", "finish_h = 1", 3, "before the first answer"),
    "sla_in_hours_and_days": (
        "categories.toml",
        "finish_h = 24",
        "finish_h = 24\nfinish_working_days = 3",
        4,
        "in hours and",
    ),
    "sla_of_nothing": ("categories.toml", "respond_h = 2\nfinish_h = 24\n", "", 1, "promises nothing"),
    "sla_ends_in_hours_before_its_answer_in_days": (
        "categories.toml",
        "respond_h = 2",
        "respond_working_days = 2",
        3,
        "ends (24 h) before the first answer is due (2 working days)",
    ),
    "sla_of_half_a_day": ("categories.toml", "respond_h = 2", "respond_working_days = 0.5", 2, "got 0.5"),
    "radius_of_nothing": ("categories.toml", 'sla = "cepat"', 'sla = "cepat"\nradius_m = 0', 12, "got 0"),
    "attribute_of_an_unknown_type": (
        "categories.toml",
        'keywords = ["banjir"]',
        '[[category.attribute]]\ncode = "dalam"\ndatatype = "meter"\ndescription = { id = "a", en = "b" }',
        14,
        "got 'meter'",
    ),
    "list_without_values": (
        "categories.toml",
        'keywords = ["banjir"]',
        '[[category.attribute]]\ncode = "dalam"\ndatatype = "singlevaluelist"\ndescription = { id = "a", en = "b" }',
        13,
        "has 0 values",
    ),
    "inspectorate_unknown": (
        "city.toml",
        "[sensors.",
        '[complaints]\ninspectorate = "inspektorat"\n\n[sensors.',
        12,
        "agency 'inspektorat' is not in",
    ),
    "link_without_tls": (
        "city.toml",
        "[sensors.",
        '[[link]]\nname = { id = "a", en = "b" }\nurl = "http://izin.example"\n\n[sensors.',
        13,
        "got 'http://izin.example'",
    ),
    "day_off_and_working": (
        "city.toml",
        "[sensors.",
        '[days_off]\noff = { 2026-10-07 = "Hari jadi" }\nworking = [2026-10-07]\n\n[sensors.',
        13,
        "a day off and a working day at once",
    ),
    "english_missing": ("agencies.toml", ', en = "Disaster Agency"', "", 3, "without its English"),
    "key_misspelt": ("agencies.toml", 'phone = "0370', 'fone = "0370', 8, "fone is not a key"),
    "not_toml": ("city.toml", 'zone_word = "WITA"', "zone_word = WITA", 5, "this is not TOML"),
    "zone_unknown": ("city.toml", "Asia/Makassar", "Asia/Mataram", 4, "time zone 'Asia/Mataram' is unknown"),
    "zone_word_of_another_zone": (
        "city.toml",
        'zone_word = "WITA"',
        'zone_word = "WIB"',
        5,
        "not that of Asia/Makassar",
    ),
    "zone_of_a_path": ("city.toml", "Asia/Makassar", "../../etc/passwd", 4, "time zone"),
    "code_is_not_the_folder": ("city.toml", 'code = "contoh"', 'code = "lain"', 2, "not the folder's name"),
    "code_cannot_stand_in_a_topic": ("city.toml", 'code = "contoh"', 'code = "Kota A"', 2, "cannot stand in a topic"),
    "sensor_cannot_stand_in_a_topic": ("city.toml", "hotspot = {", "Hot_Spot = {", 18, "sensor name 'Hot_Spot'"),
    "sensor_kind_unknown": ("city.toml", '"crowd", period', '"people", period', 15, "got 'people'"),
    "sensor_period_zero": ("city.toml", '"crowd", period_s = 300', '"crowd", period_s = 0', 15, "got 0"),
    "promoted_by_one": ("city.toml", '["penyusun", ', "[", 9, "takes two different people"),
    "promoted_by_one_twice": ("city.toml", '"penyusun"', '"Pemeriksa"', 9, "takes two different people"),
    "region_parent_unknown": ("regions.csv", "kelurahan,99.01.01,-8.59", "kelurahan,99.01.07,-8.59", 4, "no kecamatan"),
    "kecamatan_of_another_city": ("regions.csv", "kecamatan,99.01,", "kecamatan,99.02,", 2, "parent of kecamatan"),
    "region_twice": ("regions.csv", "99.01.01.1002,Dasan", "99.01.01.1001,Dasan", 4, "already on line 3"),
    "region_swapped": ("regions.csv", "-8.57,116.08", "8.57,16.08", 3, "outside the city"),
    "region_level_unknown": ("regions.csv", "Ampenan,kelurahan", "Ampenan,desa", 3, "got 'desa'"),
    "site_in_no_region": ("sites.csv", "116.11,99.01.01.1002", "116.11,99.01.01.1009", 2, "is not in regions.csv"),
    "site_outside": ("sites.csv", "pasar,Pasar,-8.585,", "pasar,Pasar,-7.585,", 4, "is outside the city"),
    "site_swapped": ("sites.csv", "-8.583,116.091", "11.6091,-8.583", 5, "is outside the city"),
    "site_twice": ("sites.csv", "taman,Taman", "pasar,Taman", 5, "already on line 4"),
    "latitude_is_no_number": ("sites.csv", "-8.583,116.091", "selatan,116.091", 5, "got 'selatan'"),
    "latitude_is_not_finite": ("sites.csv", "-8.583,116.091", "nan,116.091", 5, "lat"),
    "camera_url_is_no_web_address": ("sites.csv", "https://cctv", "javascript:cctv", 4, "is no web address"),
    "post_with_an_instruments_sensors": (
        "city.toml",
        "health = {",
        'manual = { kind = "flood", period_s = 3600 }\nhealth = {',
        19,
        "mixes 'manual', which a keeper keys in",
    ),
    "sensor_name_reserved": ("city.toml", "health = {", "drops = {", 19, "is the agent's own"),
    "cell_too_many": ("sites.csv", '"Pantai, utara"', "Pantai, utara", 6, "10 cells where the header has 9"),
    "quote_left_open": ("nodes.csv", "cth-wifi-2", '"cth-wifi-2', 6, "a double quote opens here"),
    "column_unknown": ("sites.csv", "camera_url", "cctv", 1, "unknown column 'cctv'"),
    "column_missing": ("nodes.csv", "node,kind,name,site,audience,sensors", "node,kind,name,site", 1, "'sensors'"),
    "semicolons": ("nodes.csv", "node,kind,name,site,audience,sensors", "node;kind;name;site", 1, "semicolons"),
    "node_twice": ("nodes.csv", "cth-wifi-2", "cth-wifi-1", 6, "already on line 5"),
    "node_cannot_stand_in_a_topic": ("nodes.csv", "cth-wifi-2", "cth/wifi/2", 6, "cannot stand in a topic"),
    "node_at_no_site": ("nodes.csv", "WiFi Taman,taman", "WiFi Taman,tamann", 6, "site 'tamann'"),
    "node_audience_unknown": ("nodes.csv", "pasar,staff", "pasar,everybody", 4, "got 'everybody'"),
    "node_preset_unknown": ("nodes.csv", "shadow,gauge", "shadow,duga", 3, "sensor preset 'duga'"),
    "node_of_the_wrong_kind": ("nodes.csv", "pasar,staff,camera", "pasar,staff,wifi", 4, "of kind 'crowd'"),
    "gauge_without_river": (
        "sites.csv",
        "Jangkuk Hilir,-8.58,116.08,99.01.01.1001,Jangkuk,12.0",
        "Jangkuk Hilir,-8.58,116.08,99.01.01.1001,,",
        3,
        "has no river",
    ),
    "gauge_without_scale": ("scale.toml", "cth-gauge-2", "cth-gauge-1", 3, "has no scale"),
    "scale_without_gauge": ("scale.toml", "cth-gauge-2", "cth-gauge-9", 9, "no gauge of nodes.csv"),
    "thresholds_not_ordered": ("scale.toml", "raise_cm = 110", "raise_cm = 60", 5, "is not above waspada"),
    "clear_on_the_wrong_side": ("scale.toml", "clear_cm = 140", "clear_cm = 160", 6, "on the wrong side"),
    "falling_clear_on_the_wrong_side": ("scale.toml", "clear_cm = 50", "clear_cm = 30", 12, "on the wrong side"),
    "most_below_a_mark": ("scale.toml", "waspada = {", "most_cm = 160\nwaspada = {", 4, "not above its mark at 160"),
    "most_at_a_clear_mark": ("scale.toml", '"falling"', '"falling"\nmost_cm = 50', 12, "not above its mark at 50"),
    "least_above_a_mark": ("scale.toml", '"falling"', '"falling"\nleast_cm = 45', 12, "not below its mark at 40"),
    "direction_unknown": ("scale.toml", '"falling"', '"down"', 11, "got 'down'"),
    "level_is_infinite": ("scale.toml", "raise_cm = 160", "raise_cm = inf", 6, "got inf"),
}


def test_a_sound_city_has_no_finding(tmp_path: Path) -> None:
    """A city without mistakes gives an empty list."""
    assert check(tiny_city.write(tmp_path)) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_named_with_its_line(name: str, tmp_path: Path) -> None:
    """One wrong thing is found where it stands, in words, with a remedy."""
    file, old, new, line, words = MISTAKES[name]
    text = tiny_city.FILES[file]
    assert text.count(old) >= 1
    findings = check(tiny_city.write(tmp_path, **{file.replace(".", "_"): text.replace(old, new, 1)}))
    hits = [one for one in findings if words in one.what]
    assert hits, [str(one) for one in findings]
    if name == "gauge_without_river":
        file = "nodes.csv"
    if name == "gauge_without_scale":
        file = "nodes.csv"
    assert (hits[0].file, hits[0].line) == (file, line)
    assert hits[0].remedy


@pytest.mark.parametrize(
    ("address", "sound"),
    [
        ("", True),
        ("https://cctv.kota.example/kamera/7?arah=hulu", True),
        ("http://cctv.kota.example/kamera/7", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://admin:rahasia@cctv.kota.example/", False),
        ("https://cctv.kota.example/ kamera", False),
        ("https://[::1/", False),
    ],
)
def test_the_city_s_video_page_is_an_https_address(address: str, sound: bool, tmp_path: Path) -> None:
    """The column may be left out or empty; a name and password never stand in it."""
    head, *rows = tiny_city.FILES["sites.csv"].splitlines()
    text = "\n".join([f"{head},cctv_url", f"{rows[0]},{address}", *(f"{row}," for row in rows[1:])]) + "\n"
    findings = check(tiny_city.write(tmp_path, sites_csv=text))
    assert [(one.file, one.line, "cctv_url" in one.what) for one in findings] == (
        [] if sound else [("sites.csv", 2, True)]
    )


def test_power_uplink_and_site_are_a_tree(tmp_path: Path) -> None:
    """A feeder's name is an id, and what hangs on one uplink hangs on one feeder; without a name nothing is claimed."""
    head, *rows = tiny_city.FILES["sites.csv"].splitlines()
    fed = [
        head + ",power",
        *(f"{row},{power}" for row, power in zip(rows, ("", "", "gardu-1", "", "gardu-1"), strict=True)),
    ]
    assert check(tiny_city.write(tmp_path / "good", sites_csv="\n".join(fed))) == []
    fed[-2:] = [rows[3] + ",gardu-2", rows[4] + ",Gardu 1"]
    found = check(tiny_city.write(tmp_path / "bad", sites_csv="\n".join(fed)))
    assert [(one.file, one.line, one.what) for one in found] == [
        ("sites.csv", 5, "uplink 'barat' hangs on 'gardu-2' here and on 'gardu-1' on line 4"),
        ("sites.csv", 6, "power 'Gardu 1' of site 'pantai' is not an id"),
        ("sites.csv", 6, "uplink 'barat' hangs on 'Gardu 1' here and on 'gardu-1' on line 4"),
    ]


def test_all_mistakes_of_all_files_at_once(tmp_path: Path) -> None:
    """A person mends a folder in one go: three files, five mistakes, five findings in order."""
    folder = tiny_city.write(
        tmp_path,
        agencies_toml=tiny_city.FILES["agencies.toml"].replace('code = "kominfo"', 'code = "bpbd"'),
        sites_csv=tiny_city.FILES["sites.csv"].replace("-8.57,116.11", "116.11,-8.57").replace("taman,T", "pasar,T"),
        scale_toml=tiny_city.FILES["scale.toml"].replace("clear_cm = 60", "clear_cm = 80"),
    )
    findings = check(folder)
    assert [(one.file, one.line) for one in findings] == [
        ("agencies.toml", 6),
        ("categories.toml", 18),
        ("nodes.csv", 6),
        ("scale.toml", 4),
        ("sites.csv", 2),
        ("sites.csv", 5),
    ]


def test_swapped_latitude_and_longitude_are_called_so(tmp_path: Path) -> None:
    """The commonest mistake of a hand-made list is named, not merely refused."""
    text = tiny_city.FILES["regions.csv"].replace("-8.57,116.08", "16.08,-8.57")
    yogya = text.replace("116.", "16.")  # so that a swapped pair is still a possible latitude
    city = tiny_city.FILES["city.toml"].replace("116.10", "16.10")
    findings = check(tiny_city.write(tmp_path, regions_csv=yogya, city_toml=city))
    assert any("latitude and longitude swapped" in one.what for one in findings)


def test_files_that_are_missing_or_in_another_encoding(tmp_path: Path) -> None:
    """A missing file and a file in Windows' encoding are findings too, with the line of the byte."""
    folder = tiny_city.write(tmp_path)
    (folder / "scale.toml").unlink()
    (folder / "sites.csv").write_bytes(tiny_city.FILES["sites.csv"].replace("Pasar", "Pasar é").encode("latin-1"))
    found = {(one.file, one.line): one.what for one in check(folder)}
    assert found["scale.toml", 1] == "the file is missing"
    assert found["sites.csv", 4] == "byte 0xe9 is not UTF-8"


def test_a_spreadsheet_may_add_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    """What a spreadsheet adds to "CSV UTF-8" does no harm."""
    folder = tiny_city.write(tmp_path)
    text = tiny_city.FILES["nodes.csv"].replace("\n", "\r\n")
    (folder / "nodes.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert check(folder) == []


def test_routes_and_rules_are_checked_where_there_are_any(tmp_path: Path) -> None:
    """Optional files are strict too: unknown names, a pair twice, a rule that files under no category."""
    folder = tiny_city.write(tmp_path)
    route = '[[route]]\ncategory = "banjir"\nregion = "99.01.01"\nagency = "kominfo"\n'
    (folder / "routes.toml").write_text(route)
    (folder / "rules").mkdir()
    (folder / "rules" / "flood.toml").write_text('id = "flood"\ncategory = "banjir"\n')
    assert check(folder) == []
    (folder / "routes.toml").write_text(
        route + route + route.replace("99.01.01", "98").replace("kominfo", "pupr").replace("banjir", "jalan")
    )
    (folder / "rules" / "flood.toml").write_text('id = "flood"\n\ncategory = "bajir"\n')
    (folder / "rules" / "wifi.toml").write_text('id = "wifi\n')
    found = {(one.file, one.line): one.what for one in check(folder)}
    assert set(found) == {
        ("routes.toml", 5),
        ("routes.toml", 10),
        ("routes.toml", 11),
        ("routes.toml", 12),
        ("rules/flood.toml", 3),
        ("rules/wifi.toml", 1),
    }


def test_reaches_join_gauges_of_one_river_downstream(tmp_path: Path) -> None:
    """Upstream first, both known, once, and the earliest before the latest."""
    folder = tiny_city.write(tmp_path)

    def reach(one: str, other: str, hours: str = "earliest_h = 1\nlatest_h = 2") -> str:
        return f'[[reach]]\nfrom = "{one}"\nto = "{other}"\n{hours}\n'

    right = reach("cth-gauge-1", "cth-gauge-2")
    (folder / "rivers.toml").write_text(right)
    assert check(folder) == []
    assert build(folder)[0].reaches == (Reach("cth-gauge-1", "cth-gauge-2", 3_600.0, 7_200.0),)  # type: ignore[union-attr]
    wrong = [
        right,
        reach("cth-gauge-2", "cth-gauge-1"),
        reach("cth-wifi-1", "cth-gauge-2"),
        reach("cth-gauge-1", "cth-gauge-1", "earliest_h = 3\nlatest_h = 2"),
    ]
    (folder / "rivers.toml").write_text("".join([right, *wrong]))
    found = {(one.file, one.line): one.what for one in check(folder)}
    assert {line: what.split(" (")[0] for (_, line), what in found.items()} == {
        7: "this way already stands on line 2",
        12: "'cth-gauge-2' is not upstream of 'cth-gauge-1': 12 km and 10 km from the source",
        17: "'cth-wifi-1' is no gauge of nodes.csv",
        22: "'cth-gauge-1' is not upstream of 'cth-gauge-1': 10 km and 10 km from the source",
        25: "the water comes at the latest",
    }
    (folder / "rivers.toml").write_text(reach("cth-gauge-1", "cth-gauge-2", "earliest_h = 0\nlatest = 2"))
    assert len(check(folder)) == 3


def test_a_path_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    """One sentence, not seven missing files."""
    with pytest.raises(BadInput, match="there is no folder"):
        check(tmp_path / "nowhere")


def test_an_unknown_city_names_those_there_are(tmp_path: Path) -> None:
    """A code that is no folder is refused with the codes that are."""
    tiny_city.write(tmp_path)
    with pytest.raises(BadInput, match="Cities here: contoh"):
        check("nowhere", tmp_path)


def test_the_shipped_city_is_sound() -> None:
    """Yogyakarta, as it is shipped, has no finding."""
    assert check("yogyakarta") == []
