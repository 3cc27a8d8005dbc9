"""A whole city in a few lines: two kelurahan, one river with two gauges, three WiFi points, a camera."""

from __future__ import annotations

from pathlib import Path

CODE = "contoh"
_RISING = """\
[[scale]]
gauge = "{gauge}"
datum = "contoh"
waspada = {{ raise_cm = 70, clear_cm = 60, local_name = "Siaga 3" }}
siaga = {{ raise_cm = 110, clear_cm = 95, local_name = "Siaga 2" }}
awas = {{ raise_cm = 160, clear_cm = 140, local_name = "Siaga 1" }}

"""
FILES: dict[str, str] = {
    "city.toml": """\
[city]
code = "contoh"
name = "Kota Contoh"
zone = "Asia/Makassar"
zone_word = "WITA"
region = "99.01"
lat = -8.58
lon = 116.10
promoted_by = ["penyusun", "pemeriksa"]

[sensors.gauge]
level = { kind = "flood", period_s = 300 }

[sensors.camera]
crowd = { kind = "crowd", period_s = 300 }

[sensors.wifi]
hotspot = { kind = "hotspot", period_s = 300 }
health = { kind = "node", period_s = 900 }
""",
    "agencies.toml": """\
[[agency]]
code = "bpbd"
name = { id = "Badan Penanggulangan Bencana Daerah", en = "Disaster Agency" }

[[agency]]
code = "kominfo"
name = { id = "Dinas Kominfo", en = "Informatics Agency" }
phone = "0370 000000"
""",
    "categories.toml": """\
[sla.cepat]
respond_h = 2
finish_h = 24

[[category]]
code = "banjir"
name = { id = "Banjir", en = "Flood" }
description = { id = "Sungai naik.", en = "A rising river." }
agency = "bpbd"
group = "bencana"
sla = "cepat"
keywords = ["banjir"]

[[category]]
code = "wifi"
name = { id = "WiFi", en = "WiFi" }
description = { id = "Titik mati.", en = "A dead point." }
agency = "kominfo"
group = "layanan"
sla = "cepat"
""",
    "scale.toml": _RISING.format(gauge="cth-gauge-1")
    + """\
[[scale]]
gauge = "cth-gauge-2"
datum = "contoh"
direction = "falling"
waspada = { raise_cm = 40, clear_cm = 50, local_name = "Surut" }
""",
    "regions.csv": """\
code,name,level,parent,lat,lon
99.01.01,Barat,kecamatan,99.01,-8.58,116.09
99.01.01.1001,Ampenan,kelurahan,99.01.01,-8.57,116.08
99.01.01.1002,Dasan,kelurahan,99.01.01,-8.59,116.10
""",
    "sites.csv": """\
code,name,lat,lon,region,river,river_km,uplink,camera_url
hulu,Jangkuk Hulu,-8.57,116.11,99.01.01.1002,Jangkuk,10.0,,
hilir,Jangkuk Hilir,-8.58,116.08,99.01.01.1001,Jangkuk,12.0,,
pasar,Pasar,-8.585,116.095,99.01.01.1002,,,barat,https://cctv.example/pasar
taman,Taman,-8.583,116.091,99.01.01.1002,,,barat,
pantai,"Pantai, utara",-8.572,116.082,99.01.01.1001,,,barat,
""",
    "nodes.csv": """\
node,kind,name,site,audience,sensors
cth-gauge-1,gauge,Duga Hulu,hulu,public,gauge
cth-gauge-2,gauge,Duga Hilir,hilir,shadow,gauge
cth-kamera-1,camera,Kamera Pasar,pasar,staff,camera
cth-wifi-1,wifi,WiFi Pasar,pasar,,wifi
cth-wifi-2,wifi,WiFi Taman,taman,public,wifi
cth-wifi-3,wifi,WiFi Pantai,pantai,public,wifi
""",
}


def write(root: Path, **changed: str) -> Path:
    """Write the city below `root` and return its folder. `changed` gives other texts, `city_toml="…"` for city.toml."""
    folder = root / CODE
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in FILES.items():
        (folder / file).write_text(changed.get(file.replace(".", "_"), text), encoding="utf-8")
    return folder


def settings(folder: Path) -> dict[str, object]:
    """A process of the city written below `folder`/cities: its data beside it, and its stores, on SQLite."""
    return {
        "SIAGA_CITY": CODE,
        "SIAGA_CITIES_FOLDER": folder / "cities",
        "SIAGA_DATA_FOLDER": folder / "data",
        "SIAGA_READINGS_URL": f"sqlite:///{folder / 'readings.db'}",
        "SIAGA_CITY_URL": f"sqlite:///{folder / 'city.db'}",
    }


def rising_scale(gauge: str) -> str:
    """The three levels of one gauge, as a block of scale.toml."""
    return _RISING.format(gauge=gauge)
