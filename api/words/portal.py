"""The page that a public WiFi point shows to whoever joins it."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "portal_title": Text("Peringatan dan titik kumpul", "Warnings and where to go"),
    "portal_was": Text("Terakhir diketahui:", "Last known:"),
    "portal_changed": Text("Air bisa sudah berubah.", "The water may have changed."),
    "portal_away": Text(
        "Data kota sedang tidak bisa dibaca.",
        "The city's data cannot be read just now.",
    ),
    "portal_nothing": Text(
        "Tidak diketahui apakah ada peringatan sekarang.", "It is not known whether there is a warning now."
    ),
    "portal_high": Text(
        "Kalau air naik, jauhi sungai dan pergi ke tempat tinggi. Ikuti ketua RT dan RW.",
        "If the water rises, leave the river for high ground. Follow the wardens of your RT and RW.",
    ),
    "portal_concerns": Text("Berlaku untuk {district}", "Concerns {district}"),
    "portal_go": Text("Titik kumpul terdekat", "Nearest safe place"),
    "portal_at": Text("Anda di {place}.", "You are at {place}."),
    "portal_for": Text("Disurvei untuk {rws}", "Surveyed for {rws}"),
    "portal_line": Text(
        "Jarak garis lurus. Jangan menyeberangi air yang mengalir.",
        "Distances as the crow flies. Do not cross moving water.",
    ),
    "portal_unsurveyed": Text(
        "Belum ada titik kumpul yang disurvei di {district}.", "No safe place has been surveyed in {district} yet."
    ),
    "portal_unknown": Text(
        "Titik “{site}” tidak dikenal kota ini. Pilih wilayah di bawah.",
        "This city does not know the place “{site}”. Choose the area below.",
    ),
    "portal_choose": Text("Anda di mana?", "Where are you?"),
    "portal_report": Text("Lapor", "Report"),
    "portal_report_how": Text(
        "Air masuk rumah, pohon tumbang, orang terjebak: telepon.",
        "Water in houses, a fallen tree, people trapped: call.",
    ),
    "portal_emergency": Text("Darurat", "Emergency"),
    "portal_follow": Text("Ikuti", "Follow"),
    "portal_home": Text("Semua sungai dan peta", "All rivers and the map"),
    "portal_feed": Text("Umpan Atom/CAP", "Atom/CAP feed"),
    "portal_taken": Text("Angka di atas dari {time}.", "Figures above are from {time}."),
}
