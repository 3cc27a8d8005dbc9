# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Every text of the pages, in both languages. Places in braces are filled by name and are the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contract.city import Text

_HOUSE = {
    "about": Text(
        "Sungai, WiFi publik, keramaian dan laporan di {city}, saat ini.",
        "Rivers, public WiFi, crowds and reports in {city}, now.",
    ),
    "skip": Text("Langsung ke isi", "Skip to content"),
    "navigation": Text("Halaman", "Pages"),
    "nav_map": Text("Peta", "Map"),
    "nav_rivers": Text("Sungai", "Rivers"),
    "nav_wifi": Text("WiFi", "WiFi"),
    "nav_cases": Text("Kasus", "Cases"),
    "nav_nodes": Text("Simpul", "Nodes"),
    "other_language": Text("English", "Indonesia"),
    "simulation": Text("Simulasi: waktu berjalan {times}× lebih cepat", "Simulation: time runs {times}× faster"),
    "lost": Text(
        "Sambungan terputus {minutes} menit. Angka di bawah dari {time}.",
        "Connection lost for {minutes} min. Figures below are from {time}.",
    ),
    "emergency": Text("Darurat, telepon", "Emergency, call"),
    "open_data": Text("Data terbuka:", "Open data:"),
    "no_faces": Text(
        "Kamera hanya menghitung. Tidak ada gambar, wajah, atau pelat nomor yang disimpan.",
        "Cameras only count. No picture, face or number plate is kept.",
    ),
    "now": Text("Sekarang", "Now"),
    "every": Text("Semua", "All"),
    "show": Text("Tampilkan", "Show"),
    "show_all": Text("Tampilkan semua", "Show all"),
    "search": Text("Cari", "Search"),
    "state": Text("Keadaan", "State"),
    "time": Text("Jam", "Time"),
    "level": Text("Tingkat", "Level"),
    "place": Text("Tempat", "Place"),
    "pages": Text("Halaman daftar", "Pages of the list"),
    "since": Text("sejak {time}", "since {time}"),
    "seconds": Text("{n} detik", "{n} seconds"),
    "seconds_one": Text("{n} detik", "{n} second"),
    "minutes": Text("{n} menit", "{n} minutes"),
    "minutes_one": Text("{n} menit", "{n} minute"),
    "hours": Text("{n} jam", "{n} hours"),
    "hours_one": Text("{n} jam", "{n} hour"),
    "days": Text("{n} hari", "{n} days"),
    "ago": Text("{age} lalu", "{age} ago"),
    "just_now": Text("baru saja", "just now"),
}

_RIVERS = {
    "level_awas": Text("AWAS", "DANGER"),
    "level_siaga": Text("SIAGA", "ALERT"),
    "level_waspada": Text("WASPADA", "WATCH"),
    "level_normal": Text("NORMAL", "NORMAL"),
    "no_data": Text("Tanpa data", "No data"),
    "trend_rising": Text("naik", "rising"),
    "trend_falling": Text("turun", "falling"),
    "trend_steady": Text("tetap", "steady"),
    "gauge_at": Text("Sungai {river} di {place}", "River {river} at {place}"),
    "river_name": Text("Sungai {river}", "River {river}"),
    "no_river": Text("Alat ukur lain", "Other gauges"),
    "rivers": Text("Sungai", "Rivers"),
    "all_normal": Text("Semua sungai normal", "All rivers normal"),
    "some_normal": Text(
        "{normal} alat ukur normal, {silent} tanpa data", "{normal} gauges normal, {silent} without data"
    ),
    "no_gauges": Text("Belum ada alat ukur sungai di sini.", "There is no river gauge here yet."),
    "no_river_data": Text(
        "Tidak ada data sungai saat ini. Ini bukan berarti aman.",
        "No river data at the moment. That does not mean it is safe.",
    ),
    "last_heard": Text("Data terakhir {time}.", "Last data {time}."),
    "updated": Text("Diperbarui {time}", "Updated {time}"),
    "unconfirmed": Text("Belum dikonfirmasi petugas.", "Not yet confirmed by an officer."),
    "be_ready": Text("Bersiap.", "Be ready."),
    "and_more": Text("Dan {n} alat ukur lain di atas normal.", "And {n} more above normal."),
    "silent_danger_at": Text(
        "{place}: sensor diam sejak {time}, anggap berbahaya.",
        "{place}: sensor silent since {time}, treat it as dangerous.",
    ),
    "silent_danger": Text(
        "sensor diam sejak {time}, anggap berbahaya", "sensor silent since {time}, treat as dangerous"
    ),
    "silent_danger_unknown": Text("Sensor diam, anggap berbahaya.", "Sensor silent, treat as dangerous."),
    "silent_since": Text("sensor diam sejak {time}", "sensor silent since {time}"),
    "silent_last": Text("terakhir {cm} cm, {age}", "last {cm} cm, {age}"),
    "silent_is_not_safe": Text("Tanpa data bukan berarti aman.", "No data does not mean safe."),
    "last_value": Text("Angka terakhir {cm} cm.", "Last value {cm} cm."),
    "gauge_never": Text("alat ini belum pernah mengirim data", "this gauge has never sent data"),
    "measured": Text("diukur {time}", "measured {time}"),
    "follow_case": Text("Ikuti kasus", "Follow the case"),
    "see_river": Text("Lihat sungai", "See the river"),
    "chart_title": Text("{window} terakhir", "The last {window}"),
    "chart_alt": Text("Grafik tinggi air", "Chart of the water level"),
    "chart_unit": Text("Tinggi air dalam cm", "Water level in cm"),
    "flagged_points": Text("{n} bacaan diragukan", "{n} doubtful readings"),
    "gap_explained": Text("garis putus: tidak ada data", "broken line: no data"),
    "see_figures": Text("Lihat angka", "See the figures"),
    "doubted": Text("diragukan", "doubtful"),
    "missing": Text("tidak ada data", "missing"),
    "no_readings": Text("Belum ada bacaan dalam waktu ini.", "No readings in this time yet."),
    "scale_title": Text("Batas tingkat di sini", "The levels here"),
    "datum": Text("Diukur dari {datum}.", "Measured from {datum}."),
    "neighbours": Text("Tetangga di sungai ini", "Neighbours on this river"),
    "upstream": Text("Hulu, {km} km dari sini", "Upstream, {km} km away"),
    "downstream": Text("Hilir, {km} km dari sini", "Downstream, {km} km away"),
    "text_page": Text("Halaman teks, untuk sinyal lemah", "Text page, for a weak signal"),
    "full_page": Text("Halaman lengkap", "Full page"),
}

_MAP = {
    "open_incidents": Text("Sedang terjadi", "Happening now"),
    "all_open": Text("Semua {n} kejadian", "All {n} incidents"),
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

_CASES = {
    "cases_title": Text("Kasus", "Cases"),
    "cases_count": Text("{n} kasus", "{n} cases"),
    "no_cases": Text("Belum ada laporan di sini. Itu kabar baik.", "No reports here. That is good news."),
    "all_cases": Text("Semua kasus", "All cases"),
    "open": Text("Terbuka", "Open"),
    "closed": Text("Selesai", "Closed"),
    "category": Text("Jenis", "Category"),
    "older": Text("Lebih lama", "Older"),
    "first_page": Text("Terbaru", "Newest"),
    "overdue": Text("lewat tenggat", "overdue"),
    "case_received": Text("diterima", "received"),
    "case_checked": Text("diperiksa", "checked"),
    "case_in_progress": Text("dikerjakan", "in progress"),
    "case_done": Text("selesai", "done"),
    "case_not_ours": Text("bukan wewenang", "not ours"),
    "progress": Text("Sampai di mana", "How far it is"),
    "agency": Text("Ditangani", "Handled by"),
    "due": Text("Tenggat", "Due"),
    "opened": Text("Dibuka", "Opened"),
    "closed_at": Text("Ditutup", "Closed"),
    "recurs": Text("Terulang dari", "Recurs from"),
    "reported_by": Text("Dilaporkan", "Reported by"),
    "source_sensor": Text("sensor kota", "the city's sensors"),
    "source_citizen": Text("warga", "a resident"),
    "timeline": Text("Riwayat", "Timeline"),
    "no_updates": Text("Belum ada kabar.", "No news yet."),
    "author_sensor": Text("sensor kota", "the city's sensors"),
    "withheld": Text(
        "Isi laporan warga ditampilkan setelah diperiksa petugas.",
        "The resident's words are shown once an officer has checked them.",
    ),
    "author_warga": Text("warga", "a resident"),
    "evidence": Text("Bukti dari sensor", "What the sensors say"),
    "rule_line": Text("Aturan {rule}, versi {version}", "Rule {rule}, version {version}"),
    "peak_line": Text("puncak {cm} cm", "peak {cm} cm"),
    "change_opened": Text("dibuka", "opened"),
    "change_level": Text("tingkat berubah", "level changed"),
    "change_recovering": Text("mulai reda", "easing"),
    "change_relapsed": Text("memburuk lagi", "worse again"),
    "change_no_data": Text("sensor diam", "sensor silent"),
    "change_data_back": Text("sensor kembali", "sensor back"),
    "change_resolved": Text("berakhir", "over"),
    "veto": Text(
        "Ditutup petugas, tetapi sensor masih {cm} cm.", "Closed by an officer, but the sensor still reads {cm} cm."
    ),
}

_NODES = {
    "nodes_title": Text("Simpul jaringan", "Nodes of the network"),
    "node": Text("Simpul", "Node"),
    "kind": Text("Jenis", "Kind"),
    "order": Text("Urutkan", "Sort by"),
    "order_keadaan": Text("yang bermasalah dulu", "what is wrong first"),
    "order_nama": Text("nama", "name"),
    "order_umur": Text("bacaan tertua dulu", "oldest reading first"),
    "why": Text("Sebab", "Why"),
    "since_head": Text("Sejak", "Since"),
    "last_reading": Text("Bacaan terakhir", "Last reading"),
    "kind_wifi": Text("titik WiFi", "WiFi point"),
    "kind_camera": Text("kamera", "camera"),
    "kind_gauge": Text("alat ukur sungai", "river gauge"),
    "state_up": Text("Menyala", "Up"),
    "state_down": Text("Mati", "Down"),
    "state_unknown": Text("Tak diketahui", "Unknown"),
    "state_never": Text("Belum terpasang", "Never seen"),
    "why_fine": Text("bekerja", "working"),
    "why_captive": Text("bekerja, ada halaman masuk", "working, behind a login page"),
    "why_camera": Text("mengirim, tetapi gambarnya bermasalah", "sending, but the picture is poor"),
    "why_outage": Text("tidak menjawab; gangguan sudah dicatat", "not answering; the outage is on record"),
    "why_offline": Text(
        "sambungan ke pusat terputus: periksa listrik dan jaringan",
        "connection to the city lost: check power and network",
    ),
    "why_internet_down": Text(
        "titik hidup, internetnya mati: periksa uplink", "the point lives, its internet is down: check the uplink"
    ),
    "why_gateway_down": Text(
        "gateway tidak menjawab: periksa listrik titik", "the gateway does not answer: check its power"
    ),
    "why_silent": Text("tersambung tetapi tidak ada bacaan baru", "connected, but no new reading"),
    "why_sensor_failed": Text(
        "sensor tidak memberi nilai: periksa kabel dan sensor", "the sensor gives no value: check cable and sensor"
    ),
    "why_no_reading": Text("tersambung, belum ada bacaan", "connected, no reading yet"),
    "why_never": Text("belum pernah terhubung", "has never connected"),
    "camera_warming_up": Text("baru mulai", "warming up"),
    "camera_stalled": Text("macet", "stalled"),
    "camera_frozen": Text("gambar beku", "frozen"),
    "camera_dark": Text("gelap", "dark"),
    "camera_blurred": Text("kabur", "blurred"),
    "camera_moved": Text("bergeser", "moved"),
    "camera_saturated": Text("silau", "saturated"),
    "camera_low_fps": Text("terlalu lambat", "too slow"),
    "no_nodes": Text("Belum ada simpul yang terdaftar.", "No node is registered yet."),
    "no_nodes_match": Text("Tidak ada simpul yang cocok.", "No node matches."),
}

_ERRORS = {
    "to_map": Text("Ke peta", "To the map"),
    "error_400_title": Text("Permintaan ini tidak bisa dibaca", "This request cannot be read"),
    "error_400_text": Text(
        "Ada bagian alamat atau isian yang keliru. Kembali dan coba lagi.",
        "Part of the address or the form is wrong. Go back and try again.",
    ),
    "error_404_title": Text("Halaman ini tidak ada", "There is no such page"),
    "error_404_text": Text(
        "Periksa kembali nomor atau alamatnya. Nomor kasus ada pada tanda terima laporan. Kasus yang belum diperiksa belum ditampilkan.",
        "Check the number or the address again. A case number stands on the report's receipt. Cases not yet reviewed are not shown.",
    ),
    "error_405_title": Text("Cara ini tidak dilayani", "This method is not served"),
    "error_405_text": Text("Alamat ini hanya bisa dibaca.", "This address can only be read."),
    "error_413_title": Text("Kiriman terlalu besar", "The content is too large"),
    "error_413_text": Text("Kirim paling banyak 64 KiB.", "Send at most 64 KiB."),
    "error_500_title": Text("Ada yang rusak di sini", "Something broke here"),
    "error_500_text": Text(
        "Kesalahan ini ada pada kami dan sudah dicatat. Coba lagi sebentar lagi.",
        "The fault is ours and has been noted. Try again in a moment.",
    ),
    "error_503_title": Text("Data kota sedang tidak terjangkau", "The city's data cannot be reached"),
    "error_503_text": Text(
        "Kami tidak menampilkan angka lama seolah-olah baru. Ini bukan berarti aman: dalam bahaya, ikuti petugas di lapangan dan telepon nomor darurat di bawah. Halaman ini bisa dimuat ulang sebentar lagi.",
        "We show no old figures as if they were new. This does not mean it is safe: in danger, follow the officers on site and call the emergency number below. Reload this page in a moment.",
    ),
}

WORDS: Mapping[str, Text] = MappingProxyType({**_HOUSE, **_RIVERS, **_MAP, **_CASES, **_NODES, **_ERRORS})
