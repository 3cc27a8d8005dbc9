# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""What stands on every page: its head, its foot, and the words that all lists share."""

from __future__ import annotations

from contract.city import Text

WORDS = {
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
    "not_kept": Text(
        "Bacaan baru sedang belum bisa disimpan. Angka di bawah adalah yang terakhir tersimpan. Peringatan tetap bekerja.",
        "New readings cannot be kept just now. Figures below are the last that were kept. Warnings go on working.",
    ),
    "emergency": Text("Darurat, telepon", "Emergency, call"),
    "open_data": Text("Data terbuka:", "Open data:"),
    "no_faces": Text(
        "Kamera kota hanya menghitung. Gambarnya tidak disimpan, juga tidak wajah atau pelat nomor.",
        "The city's cameras only count. Of what they see no picture, face or number plate is kept.",
    ),
    "not_done": Text("Belum berhasil", "Not done"),
    "copy": Text("Salin", "Copy"),
    "copied": Text("Sudah disalin.", "Copied."),
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
