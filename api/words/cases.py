"""Cases and what the sensors say of them."""

from __future__ import annotations

from contract.city import Text

WORDS = {
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
    "time_left": Text("{time} lagi", "{time} left"),
    "in_time": Text("selesai sebelum tenggat", "done in time"),
    "closed_by_sensor": Text(
        "Ditutup otomatis: sensor sudah normal.", "Closed automatically: the sensors are back to normal."
    ),
    "closed_by_people": Text(
        "Diakhiri oleh dua petugas, sensor tetap diam.", "Ended by two officers, the sensor is still silent."
    ),
    "closed_by": Text("Ditutup oleh {who}.", "Closed by {who}."),
    "closed_at": Text("Ditutup", "Closed"),
    "recurs": Text("Terulang dari", "Recurs from"),
    "recurred": Text("Terulang lagi sebagai", "Recurred as"),
    "cause": Text("Penyebab", "Cause"),
    "cause_power": Text("listrik: satu penyulang", "power: one feeder"),
    "cause_uplink": Text("sambungan bersama", "shared uplink"),
    "cause_site": Text("satu lokasi", "one place"),
    "cause_unknown": Text("belum diketahui", "not known yet"),
    "rule": Text("Aturan", "Rule"),
    "points_title": Text("Titik dalam kejadian ini ({n})", "Points of this event ({n})"),
    "until_head": Text("Sampai", "Until"),
    "still_out": Text("masih mati", "still out"),
    "check_gross_range": Text("di luar jangkauan alat", "out of the instrument's range"),
    "check_rate_of_change": Text("berubah terlalu cepat", "changed too fast"),
    "check_spike": Text("lonjakan sesaat", "spike"),
    "check_flat_line": Text("angka tidak bergerak", "flat line"),
    "check_missing": Text("tanpa nilai", "without a value"),
    "check_gap": Text("ada jeda sebelumnya", "after a gap"),
    "check_sensor": Text("sensor melaporkan gangguan", "sensor fault"),
    "reported_by": Text("Dilaporkan", "Reported by"),
    "source_sensor": Text("sensor kota", "the city's sensors"),
    "source_citizen": Text("warga", "a resident"),
    "timeline": Text("Riwayat", "Timeline"),
    "no_updates": Text("Belum ada kabar.", "No news yet."),
    "author_sensor": Text("sensor kota", "the city's sensors"),
    "follow_at": Text("Ikuti laporan ini di {url}", "Follow this report at {url}"),
    "withheld": Text(
        "Isi laporan warga ditampilkan setelah diperiksa petugas.",
        "The resident's words are shown once an officer has checked them.",
    ),
    "author_warga": Text("warga", "a resident"),
    "evidence": Text("Bukti dari sensor", "What the sensors say"),
    "rule_line": Text("{rule}, versi {version}", "{rule}, version {version}"),
    "peak_line": Text("Puncak {cm} cm", "Peak {cm} cm"),
    "change_opened": Text("dibuka", "opened"),
    "change_level": Text("tingkat berubah", "level changed"),
    "change_recovering": Text("mulai reda", "easing"),
    "change_relapsed": Text("memburuk lagi", "worse again"),
    "change_no_data": Text("sensor diam", "sensor silent"),
    "change_by_on_site": Text("dibaca petugas di tempat", "read on site"),
    "change_by_people": Text(
        "diakhiri oleh dua petugas, sensor tetap diam", "by two officers, the sensor still silent"
    ),
    "change_data_back": Text("sensor kembali", "sensor back"),
    "change_updated": Text("pengumuman diubah", "announced anew"),
    "change_resolved": Text("berakhir", "over"),
    "veto": Text(
        "Ditutup petugas, tetapi sensor masih {cm} cm.", "Closed by an officer, but the sensor still reads {cm} cm."
    ),
}
