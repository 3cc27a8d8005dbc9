"""A folder becomes a Profile, or one sentence with file, line and remedy."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cities.load import available, folder, load, rules_folder
from complaints.dues import calendar_of, dues_of
from contract.city import Attribute, Choice, Text, Warnings
from contract.clock import DAY_US, to_us
from contract.decision import Limits
from contract.errors import BadInput
from contract.levels import Level
from contract.promise import DaysOff, Promise, Term
from contract.topics import valid_id
from faults.parts import tiny_city


def test_a_city_is_added_by_adding_a_folder(tmp_path: Path) -> None:
    """A new folder under a root of one's own is a city, with everything its files say."""
    tiny_city.write(tmp_path)
    assert available(tmp_path) == ["contoh"]
    city = load("contoh", tmp_path)
    assert (city.name, city.zone, city.zone_word) == ("Kota Contoh", "Asia/Makassar", "WITA")
    assert [node.node for node in city.nodes if node.kind == "gauge"] == ["cth-gauge-1", "cth-gauge-2"]
    site = city.site_of("cth-gauge-2")
    assert site is not None
    assert (site.river, site.river_km) == ("Jangkuk", 12.0)
    assert city.categories[0].promise.respond == Term(7_200)
    assert city.categories[0].promise.finish == Term(86_400)
    assert city.nodes[3].audience == "public"
    assert [(one.sensor, one.kind, one.period_s) for one in city.nodes[3].sensors] == [
        ("hotspot", "hotspot", 300.0),
        ("health", "node", 900.0),
    ]
    assert city.emergency_phone == "112"


def test_a_node_may_say_its_link(tmp_path: Path) -> None:
    """In a column that may be left out, and a cell that may be empty."""
    tiny_city.write(tmp_path)
    path = tmp_path / "contoh" / "nodes.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([f"{head},link", f"{first},lora", *(f"{line}," for line in rest)]), encoding="utf-8")
    assert [node.link for node in load("contoh", tmp_path).nodes[:2]] == ["lora", ""]
    path.write_text("\n".join([f"{head},link", f"{first},radio", *(f"{line}," for line in rest)]), encoding="utf-8")
    with pytest.raises(BadInput, match=r"nodes.csv line 2.*link.*lora.*radio"):
        load("contoh", tmp_path)


def test_a_promise_is_in_hours_or_in_working_days_on_the_citys_own_calendar(tmp_path: Path) -> None:
    """SP4N's 3, 5 and 10 working days, and a day on which this city alone does not work, move what is due."""
    folder = tiny_city.write(tmp_path)
    categories, city = folder / "categories.toml", folder / "city.toml"
    terms = "verify_working_days = 3\nrespond_working_days = 5\nfinish_working_days = 10"
    categories.write_text(categories.read_text("utf-8").replace("respond_h = 2\nfinish_h = 24", terms), "utf-8")
    promise = load("contoh", tmp_path).categories[0].promise
    assert promise == Promise(verify=Term(working_days=3), respond=Term(working_days=5), finish=Term(working_days=10))

    friday_us = to_us(datetime(2026, 7, 3, 15, tzinfo=ZoneInfo("Asia/Makassar")))
    plain = dues_of(promise, friday_us, calendar_of(load("contoh", tmp_path)), (), friday_us)
    assert plain.verify_due_us == friday_us + 5 * DAY_US, "the weekend does not count"
    off = '\n[days_off]\noff = { 2026-07-07 = "Hari jadi kota" }\nworking = [2026-08-17]\n'
    city.write_text(city.read_text("utf-8") + off, "utf-8")
    loaded = load("contoh", tmp_path)
    assert loaded.days_off == DaysOff({date(2026, 7, 7): "Hari jadi kota"}, (date(2026, 8, 17),))
    later = dues_of(promise, friday_us, calendar_of(loaded), (), friday_us)
    assert later.verify_due_us == friday_us + 6 * DAY_US, "nor does the city's own day"


def test_a_category_says_its_radius_its_questions_and_whether_it_is_an_emergency(tmp_path: Path) -> None:
    """In the order in which they are written; what is not written is 250 m, no question, no emergency."""
    folder = tiny_city.write(tmp_path)
    path = folder / "categories.toml"
    asked = """radius_m = 60
emergency = true
[[category.attribute]]
code = "kedalaman"
datatype = "singlevaluelist"
required = true
description = { id = "Sedalam apa?", en = "How deep?" }
values = [{ key = "lutut", name = { id = "Lutut", en = "Knee" } }]
[[category.attribute]]
code = "patokan"
datatype = "string"
description = { id = "Patokan", en = "Landmark" }
"""
    plain = load("contoh", tmp_path).categories[0]
    assert (plain.radius_m, plain.attributes, plain.emergency) == (250.0, (), False)
    words = 'keywords = ["banjir"]'
    text = path.read_text("utf-8")
    assert text.count(words) == 1
    path.write_text(text.replace(words, asked, 1), "utf-8")
    floods = load("contoh", tmp_path).categories[0]
    assert (floods.radius_m, floods.emergency) == (60.0, True)
    assert floods.attributes == (
        Attribute(
            "kedalaman",
            "singlevaluelist",
            Text("Sedalam apa?", "How deep?"),
            required=True,
            values=(Choice("lutut", Text("Lutut", "Knee")),),
        ),
        Attribute("patokan", "string", Text("Patokan", "Landmark"), order=2),
    )


def test_a_city_may_shorten_silences_and_never_lengthen_them(tmp_path: Path) -> None:
    """Four hours and a day where it says nothing."""
    tiny_city.write(tmp_path)
    assert load("contoh", tmp_path).limits == Limits(silence_s=14_400, acknowledge_s=86_400)
    path = tmp_path / "contoh" / "city.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("[city]", "[city]\nsilence_at_most_h = 0.5", 1), encoding="utf-8")
    assert load("contoh", tmp_path).limits.silence_s == 1_800
    path.write_text(text.replace("[city]", "[city]\nsilence_at_most_h = 5", 1), encoding="utf-8")
    with pytest.raises(BadInput, match=r"city.toml.*silence_at_most_h"):
        load("contoh", tmp_path)


def _warning(tmp_path: Path, section: str) -> Warnings:
    path = tmp_path / "contoh" / "city.toml"
    whole = path.read_text(encoding="utf-8").partition("[warnings]")[0]
    path.write_text(f"{whole}\n[warnings]\n{section}\n", encoding="utf-8")
    return load("contoh", tmp_path).warnings


def test_a_city_says_how_it_warns(tmp_path: Path) -> None:
    """Who signs, and after how long an order goes by itself; without the section nobody signs."""
    tiny_city.write(tmp_path)
    assert load("contoh", tmp_path).warnings == Warnings()
    code = load("contoh", tmp_path).agencies[0].code
    assert _warning(tmp_path, f'agency = "{code}"') == Warnings(agency=code)
    assert _warning(tmp_path, f'agency = "{code}"\norder_after_s = "off"').order_after_s is None
    whole = _warning(tmp_path, f'agency = "{code}"\norder_after_s = 60\nwitnesses = 2\nsirens = "automatic"')
    assert (whole.order_after_s, whole.witnesses, whole.sirens) == (60, 2, "automatic")
    for section, named in (
        ('agency = "entah"', r"city\.toml.*entah.*agencies\.toml"),
        (f'agency = "{code}"\norder_after_s = 59', r"order_after_s"),
        (f'agency = "{code}"\norder_after_s = "never"', r"order_after_s"),
        (f'agency = "{code}"\nwitnesses = 0', r"witnesses"),
        (f'agency = "{code}"\nsirens = "loud"', r"sirens"),
        ("order_after_s = 600", r"agency is missing"),
        (f'agency = "{code}"\nsiren = "manual"', r"siren"),
    ):
        with pytest.raises(BadInput, match=named):
            _warning(tmp_path, section)


@pytest.mark.parametrize("code", available())
def test_every_city_of_ours_says_who_signs(code: str) -> None:
    """Its disaster agency, and a wait within what a city may choose."""
    assert load(code).warnings == Warnings(agency="bpbd")


def test_scales_go_both_ways(tmp_path: Path) -> None:
    """A rising staff and one where low water is the danger are both read, mildest level first."""
    tiny_city.write(tmp_path)
    city = load("contoh", tmp_path)
    rising, falling = city.scale_of("cth-gauge-1"), city.scale_of("cth-gauge-2")
    assert rising is not None
    assert falling is not None
    assert [threshold.level for threshold in rising.thresholds] == [Level.WASPADA, Level.SIAGA, Level.AWAS]
    assert rising.level_at(120.0) is Level.SIAGA
    assert falling.level_at(39.0) is Level.WASPADA


def test_a_broken_folder_is_one_sentence(tmp_path: Path) -> None:
    """load says the first mistake with its place, and how many more there are."""
    tiny_city.write(
        tmp_path,
        agencies_toml=tiny_city.FILES["agencies.toml"].replace(', en = "Informatics Agency"', ""),
        nodes_csv=tiny_city.FILES["nodes.csv"].replace("cth-wifi-2", "cth wifi 2"),
    )
    with pytest.raises(BadInput) as caught:
        load("contoh", tmp_path)
    assert str(caught.value).startswith("contoh/agencies.toml line 7: agency.1.name.en is missing")
    assert "shows all 2 findings" in str(caught.value)


@pytest.mark.parametrize("code", ["", "..", "../contoh", "nowhere", "/etc"])
def test_a_code_is_no_path(code: str, tmp_path: Path) -> None:
    """Only the name of a folder below the root is a city."""
    tiny_city.write(tmp_path / "cities")
    with pytest.raises(BadInput, match="there is no city"):
        folder(code, tmp_path / "cities")


def test_rules_stand_in_the_citys_folder(tmp_path: Path) -> None:
    """Where rule packs are looked for."""
    assert rules_folder("contoh", tiny_city.write(tmp_path).parent) == tmp_path / "contoh" / "rules"


def test_yogyakarta_is_whole() -> None:
    """14 kemantren, 45 kelurahan, 100 WiFi points in all of them, 20 cameras, 10 gauges on three rivers."""
    city = load("yogyakarta")
    levels = Counter(region.level for region in city.regions)
    assert levels == {"kecamatan": 14, "kelurahan": 45}
    assert Counter(node.kind for node in city.nodes) == {"wifi": 100, "camera": 20, "gauge": 10}
    sites = {site.code: site for site in city.sites}
    kelurahan = {region.code for region in city.regions if region.level == "kelurahan"}
    assert {sites[node.site].region for node in city.nodes if node.kind == "wifi"} == kelurahan
    rivers = Counter(sites[node.site].river for node in city.nodes if node.kind == "gauge")
    assert rivers == {"Winongo": 3, "Code": 4, "Gajah Wong": 3}
    uplinks = Counter(sites[node.site].uplink for node in city.nodes if node.kind == "wifi")
    assert len(uplinks) == 12
    assert min(uplinks.values()) >= 3
    assert all(valid_id(node.node) for node in city.nodes)


def test_yogyakartas_gauges_stand_in_the_order_of_the_water() -> None:
    """Downstream is south in this city: along each river, a larger river_km has a smaller latitude."""
    city = load("yogyakarta")
    for river in ("Winongo", "Code", "Gajah Wong"):
        gauges = sorted((site for site in city.sites if site.river == river), key=lambda site: site.river_km)
        lats = [site.lat for site in gauges]
        assert lats == sorted(lats, reverse=True)


def test_yogyakartas_promises_are_the_citys() -> None:
    """JSS answers in 2 hours and is done in 24, lamps too; the pipeline's categories exist."""
    city = load("yogyakarta")
    categories = {category.code: category for category in city.categories}
    assert {"banjir", "wifi", "keramaian", "jalan", "lampu-jalan", "drainase", "sampah", "lainnya"} <= set(categories)
    assert categories["banjir"].promise.respond == Term(2 * 3_600)
    assert 0 < categories["lampu-jalan"].promise.finish.seconds <= 24 * 3_600
    assert categories["banjir"].agency == "bpbd"
    assert categories["wifi"].agency == "diskominfosan"


def test_a_keepers_post_reads_the_staff_of_its_neighbour(tmp_path: Path) -> None:
    """`also` names it: the same datum, the same marks, a stream of its own."""
    folder = tiny_city.write(tmp_path)
    scales, city, nodes = (folder / name for name in ("scale.toml", "city.toml", "nodes.csv"))
    scales.write_text(scales.read_text().replace("datum", 'also = ["cth-pos-1"]\ndatum', 1))
    city.write_text(city.read_text() + '\n[sensors.pos]\nmanual = { kind = "flood", period_s = 3600 }\n')
    gauge = next(line for line in nodes.read_text().splitlines() if ",gauge," in line)
    name, *rest = gauge.split(",")
    nodes.write_text(nodes.read_text() + ",".join(["cth-pos-1", *rest[:-1], "pos"]) + "\n")
    profile = load("contoh", tmp_path)
    mine, theirs = profile.scale_of("cth-pos-1"), profile.scale_of(name)
    assert mine is not None
    assert theirs == replace(mine, gauge=name)
    assert [one.node for one in profile.nodes if one.keyed_in] == ["cth-pos-1"]
