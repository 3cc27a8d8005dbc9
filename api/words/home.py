"""The front page: what happens now, the map, public WiFi and crowds."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "open_incidents": Text("Sedang terjadi", "Happening now"),
    "all_open": Text("Semua {n} kejadian", "All {n} events"),
    "n_gauges": Text("{n} alat ukur", "{n} gauges"),
    "notice": Text("Perlu dilihat", "Worth a look"),
    "rises_fast": Text("Naik cepat", "Rising fast"),
    "points_behind": Text("{n} titik di uplink {name}", "{n} points on the {name} uplink"),
    "points_on_feeder": Text("{n} titik di penyulang listrik {name}", "{n} points on the power feeder {name}"),
    "points_at": Text("{n} titik di {name}", "{n} points at {name}"),
    "wifi_is_down": Text("WiFi mati", "WiFi down"),
    "others": Text("dan {n} lain", "and {n} more"),
    "just_ended": Text("Baru selesai", "Just ended"),
    "ended_at": Text("selesai {time}", "over at {time}"),
    "map": Text("Peta kota", "City map"),
    "map_alt": Text(
        "Peta {city}: sungai, WiFi, kamera dan laporan. Isinya sama dengan daftar di halaman ini.",
        "Map of {city}: rivers, WiFi, cameras and reports. The lists on this page say the same.",
    ),
    "layers": Text("Lapisan peta", "Map layers"),
    "layer_sungai": Text("Sungai", "Rivers"),
    "layer_wifi": Text("WiFi", "WiFi"),
    "layer_keramaian": Text("Keramaian", "Crowds"),
    "layer_laporan": Text("Laporan", "Reports"),
    "zoom_in": Text("Perbesar", "Zoom in"),
    "zoom_out": Text("Perkecil", "Zoom out"),
    "public_wifi": Text("WiFi publik", "Public WiFi"),
    "wifi_up": Text("menyala", "working"),
    "wifi_down": Text("mati", "down"),
    "wifi_unknown": Text("tak diketahui", "unknown"),
    "no_wifi": Text("Belum ada titik WiFi publik di sini.", "There is no public WiFi point here yet."),
    "nearest": Text("Terdekat yang menyala", "Nearest that work"),
    "none_working": Text(
        "Tidak ada titik WiFi yang diketahui menyala sekarang.", "No WiFi point is known to work at the moment."
    ),
    "locate": Text("Cari yang terdekat dari saya", "Find the nearest to me"),
    "metres": Text("{m} m", "{m} m"),
    "kilometres": Text("{km} km", "{km} km"),
    "crowds": Text("Keramaian", "Crowds"),
    "people": Text("{n} orang", "{n} people"),
    "people_at_least": Text("{n} orang atau lebih", "{n} people or more"),
    "cameras_line": Text("{up} dari {total} kamera menghitung", "{up} of {total} cameras are counting"),
    "no_cameras": Text("Belum ada kamera penghitung di sini.", "There is no counting camera here yet."),
}
