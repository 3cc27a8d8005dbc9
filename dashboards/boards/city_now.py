"""City now: is every part of the city heard, and what does it say?"""

from __future__ import annotations

from typing import Any

from contract.city import NodeSpec, Profile
from contract.kinds import KindName, MeasuredKind
from contract.levels import Scale
from dashboards import panels, queries

_GAUGES_A_ROW = 3
_WORD: dict[MeasuredKind, str] = {
    "hotspot": "WiFi",
    "crowd": "keramaian / crowd",
    "flood": "sungai / river",
    "node": "simpul / node",
}


def board(city: Profile) -> dict[str, Any]:
    """The board of one city. Gauges come in the order of the city's scale file, with its thresholds."""
    return panels.board(
        uid=f"siaga-{city.code}-now",
        title=f"{city.name}: kota sekarang / city now",
        description=(
            "Sungai, WiFi publik, keramaian dan kesehatan simpul. Untuk operator: angka kecil tidak dikaburkan. / "
            "Rivers, public WiFi, crowds and node health. For operators: small counts are not blurred."
        ),
        panels=panels.grid([_figures(city), *_rivers(city), _wifi_and_crowd(city), _health(city), _flow(city)]),
        variables=[panels.choice("node", "Simpul / Node", queries.nodes_of(city.code))],
    )


def _live_s(city: Profile, kind: KindName) -> float:
    """A reading is live while it is younger than two sample periods, at least five minutes."""
    periods = [sensor.period_s for node in city.nodes for sensor in node.sensors if sensor.kind == kind]
    return max([300.0, *(2 * period_s for period_s in periods)])


def _figures(city: Profile) -> panels.Row:
    code = city.code
    wifi_s = _live_s(city, "hotspot")
    up = panels.stat(
        "WiFi menyala / WiFi points up",
        f"Titik yang bacaan terakhirnya (≤ {wifi_s / 60:g} menit) mencapai internet. / "
        f"Points whose newest reading (≤ {wifi_s / 60:g} min) reached the internet.",
        [panels.target(queries.count_where_newest("hotspot", "internet", "'open'", code, wifi_s))],
        no_value="0",
    )
    gateway = panels.stat(
        "Gerbang menjawab / Gateways answering",
        f"Titik yang gerbangnya menjawab (≤ {wifi_s / 60:g} menit), juga tanpa internet. / "
        f"Points whose own gateway answered (≤ {wifi_s / 60:g} min), also without internet.",
        [panels.target(queries.count_where_newest("hotspot", "gateway_ok", "true", code, wifi_s))],
        no_value="0",
    )
    heard = panels.stat(
        "Simpul terdengar / Nodes heard",
        "Simpul yang mengirim bacaan dalam dua masa cuplik terakhir, menurut jenis. / "
        "Nodes that sent a reading within their last two sample periods, by kind.",
        [
            panels.target(
                queries.count_heard(kind, code, _live_s(city, kind)), alias=_WORD[kind], ref=chr(ord("A") + number)
            )
            for number, kind in enumerate(_WORD)
        ],
        no_value="0",
        names=True,
    )
    oldest = panels.stat(
        "Paling lama diam / Silent longest",
        "Kapan simpul yang paling lama diam terakhir terdengar, menurut jenis, dalam rentang waktu papan. / "
        "When the node silent longest was last heard, by kind, within the board's time range.",
        [
            panels.target(queries.oldest_newest(kind, code), alias=_WORD[kind], ref=chr(ord("A") + number))
            for number, kind in enumerate(_WORD)
        ],
        unit="dateTimeFromNow",
        names=True,
    )
    return 4, [(up, 4), (gateway, 4), (heard, 8), (oldest, 8)]


def _rivers(city: Profile) -> list[panels.Row]:
    by_node = {node.node: node for node in city.nodes}
    drawn = [_gauge(city, by_node[scale.gauge], scale) for scale in city.scales if scale.gauge in by_node]
    width = panels.GRID_WIDTH // _GAUGES_A_ROW
    return [
        (7, [(panel, width) for panel in drawn[start : start + _GAUGES_A_ROW]])
        for start in range(0, len(drawn), _GAUGES_A_ROW)
    ]


def _gauge(city: Profile, node: NodeSpec, scale: Scale) -> panels.Panel:
    site = city.site_of(node.node)
    levels = ", ".join(f"{one.level.name} ({one.local_name}) {one.raise_cm:g} cm" for one in scale.thresholds)
    return panels.timeseries(
        f"{site.river}: {node.name}" if site and site.river else node.name,
        f"{levels}; {scale.datum}. Hanya bacaan yang baik; celah berarti tidak ada data, bukan aman. / "
        "Good readings only; a gap means no data, not safety.",
        [panels.target(queries.over_time("flood", "level_cm", city.code, function="max", node=node.node))],
        unit="suffix: cm",
        steps=panels.level_steps(scale),
    )


def _wifi_and_crowd(city: Profile) -> panels.Row:
    clients = panels.timeseries(
        "Pengguna WiFi / WiFi clients",
        "Perangkat yang tersambung, per titik; tanpa alamat perangkat. / Associated devices a point; no addresses.",
        [panels.target(queries.over_time("hotspot", "clients", city.code), alias="$tag_node")],
    )
    people = panels.timeseries(
        "Keramaian / People counted",
        "Median orang di depan kamera per masa; hanya angka, tanpa gambar. / "
        "Median of people before a camera over a period; numbers only, no pictures.",
        [panels.target(queries.over_time("crowd", "people", city.code), alias="$tag_node")],
    )
    return 8, [(clients, 12), (people, 12)]


def _health(city: Profile) -> panels.Row:
    columns = {
        "Time": ("Waktu / Time", "dateTimeFromNow"),
        "node": ("Simpul / Node", "string"),
        "cpu_percent": ("CPU", "percent"),
        "memory_percent": ("Memori / Memory", "percent"),
        "disk_percent": ("Disk", "percent"),
        "temperature_c": ("Suhu / Temperature", "celsius"),
        "undervoltage": ("Tegangan rendah / Under-voltage", "bool_yes_no"),
        "supply": ("Daya / Supply", "string"),
        "battery_percent": ("Baterai / Battery", "percent"),
        "spool_pending": ("Menunggu / Waiting", "short"),
        "spool_dropped": ("Terbuang / Dropped", "short"),
        "clock_source": ("Jam / Clock", "string"),
    }
    names = tuple(name for name in columns if name not in ("Time", "node"))
    health = panels.table(
        "Kesehatan simpul / Node health",
        "Nilai terbaru tiap simpul dalam rentang waktu papan. Terbuang: bacaan yang melampaui batas penampung. / "
        "Each node's newest values within the board's time range. Dropped: readings beyond the spool's bound.",
        queries.newest("node", names, city.code),
        columns,
        sort=columns["node"][0],
    )
    return 10, [(health, panels.GRID_WIDTH)]


def _flow(city: Profile) -> panels.Row:
    flow = panels.timeseries(
        "Bacaan tersimpan / Readings stored",
        "Jumlah bacaan menurut waktu pengamatannya, per jenis; susulan mengisi yang kosong. / "
        "Readings by the time they were observed, by kind; back-fill closes the gaps.",
        [panels.target(queries.readings_per_interval(city.code), alias="$measurement")],
    )
    return 6, [(flow, panels.GRID_WIDTH)]
