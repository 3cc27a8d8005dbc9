"""Rivers and their gauges."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "level_awas": Text("AWAS", "DANGER"),
    "level_siaga": Text("SIAGA", "ALERT"),
    "level_waspada": Text("WASPADA", "WATCH"),
    "level_normal": Text("NORMAL", "NORMAL"),
    "no_data": Text("Tanpa data", "No data"),
    "trend_rising": Text("naik", "rising"),
    "trend_falling": Text("turun", "falling"),
    "trend_steady": Text("tetap", "steady"),
    "gauge_at": Text("Sungai {river} di {place}", "{river} River at {place}"),
    "river_name": Text("Sungai {river}", "{river} River"),
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
    "confirmed_at": Text("Dikonfirmasi petugas {time}.", "Confirmed by an officer at {time}."),
    "correction": Text("RALAT", "CORRECTION"),
    "called_wrong": Text("Dinyatakan keliru oleh petugas {time}.", "Called wrong by an officer at {time}."),
    "pending": Text("Baru satu bacaan, menunggu yang berikutnya.", "One reading so far, waiting for the next."),
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
    "flat_line": Text("diragukan: garis datar sejak {time}", "in doubt: flat line since {time}"),
    "flat_line_why": Text(
        "Alat ini tidak bergerak, padahal air di hulunya bergerak.",
        "This gauge does not move, though the water above it does.",
    ),
    "silent_since": Text("sensor diam sejak {time}", "sensor silent since {time}"),
    "silent_last": Text("terakhir {cm} cm, {age}", "last {cm} cm, {age}"),
    "silent_is_not_safe": Text("Tanpa data bukan berarti aman.", "No data does not mean safe."),
    "last_value": Text("Angka terakhir {cm} cm.", "Last value {cm} cm."),
    "gauge_never": Text("alat ini belum pernah mengirim data", "this gauge has never sent data"),
    "measured": Text("diukur {time}", "measured {time}"),
    "follow_case": Text("Ikuti kasus", "Follow the case"),
    "see_river": Text("Lihat sungai", "See the river"),
    "chart_title": Text("{window} terakhir", "The last {window}"),
    "chart_alt": Text("Grafik tinggi air di {place}", "Chart of the water level at {place}"),
    "chart_unit": Text("Tinggi air dalam cm", "Water level in cm"),
    "flagged_points": Text("{n} bacaan diragukan", "{n} doubtful readings"),
    "flagged_points_one": Text("{n} bacaan diragukan", "{n} doubtful reading"),
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
    "coming_title": Text("Dari hulu", "From upstream"),
    "coming_expected": Text(
        "Puncak dari {place} diperkirakan di sini antara {begin} dan {end}.",
        "The crest from {place} is expected here between {begin} and {end}.",
    ),
    "coming_rising": Text(
        "Air di {place} masih naik. Yang lewat di sana sekarang diperkirakan di sini antara {begin} dan {end}; "
        "puncaknya lebih lambat.",
        "The water at {place} is still rising. What passes there now is expected here between {begin} and {end}; the "
        "crest comes later.",
    ),
    "coming_error": Text(
        "Sejauh ini meleset rata-rata {minutes} menit, {n} kali.", "So far {minutes} minutes out on average, {n} times."
    ),
    "coming_error_told": Text(
        "Yang diberitakan sejauh ini meleset rata-rata {minutes} menit, {n} kali; {absent} kali airnya tidak datang.",
        "What was told so far was {minutes} minutes out on average, {n} times; {absent} times no water came.",
    ),
    "coming_untried": Text("Perkiraan ini belum pernah diuji.", "This forecast has not been tried yet."),
    "coming_silent": Text(
        "{place} tidak mengirim kabar: dari sana tidak ada perkiraan.",
        "{place} sends nothing: nothing is forecast from there.",
    ),
    "coming_pending": Text(
        "Bacaan terakhir {place} menunggu bacaan berikutnya: dari sana belum ada perkiraan.",
        "The last reading of {place} waits for the next one: nothing is forecast from there yet.",
    ),
    "coming_quiet": Text(
        "{place}: tidak ada banjir, tidak ada puncak yang diperkirakan.",
        "{place}: no flood, no crest is expected.",
    ),
    "coming_passed": Text(
        "{place}: puncaknya sudah lewat menurut perkiraan.", "{place}: by the forecast its crest is past."
    ),
    "coming_note": Text(
        "Perkiraan, bukan perintah. Yang berlaku adalah tinggi air yang terukur.",
        "A forecast and no order. What counts is the water that is measured.",
    ),
    "text_page": Text("Halaman teks, untuk sinyal lemah", "Text page, for a weak signal"),
    "full_page": Text("Halaman lengkap", "Full page"),
}
