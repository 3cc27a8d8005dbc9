# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Sheets to print and hang up."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "posters_title": Text("Poster untuk dicetak", "Posters to print"),
    "posters_lead": Text(
        "Satu lembar untuk tiap pos air dan tiap titik WiFi, dalam dua bahasa, dengan kode QR ke halamannya. Cetak berwarna, tempel setinggi mata, periksa kode dengan ponsel.",
        "One sheet for each gauge and each WiFi point, in both languages, with a QR code of its page. Print in colour, hang at eye height, try the code with a phone.",
    ),
    "posters_gauges": Text("Pos air", "River gauges"),
    "posters_points": Text("Titik WiFi publik", "Public WiFi points"),
    "posters_none": Text(
        "Kota ini belum punya pos air atau titik WiFi.", "This city has neither gauges nor WiFi points yet."
    ),
    "poster_of": Text("Poster {place}, {paper}", "Poster of {place}, {paper}"),
    "poster_how": Text(
        "Cetak halaman ini (Ctrl+P), kertas {paper}, tanpa skala.",
        "Print this page (Ctrl+P) on {paper} paper, unscaled.",
    ),
    "poster_other": Text("Kertas {paper}", "{paper} paper"),
    "poster_now": Text("Tinggi air sekarang: pindai", "The water now: scan"),
    "poster_point": Text("Peringatan banjir dan tempat aman", "Flood warnings and safe places"),
    "poster_scan": Text("Pindai di WiFi ini, tanpa kuota", "Scan on this WiFi, free of charge"),
    "poster_qr": Text("Kode QR untuk {address}", "QR code of {address}"),
    "poster_from": Text("mulai {cm} cm", "from {cm} cm"),
    "poster_below": Text("{cm} cm ke bawah", "{cm} cm and below"),
    "poster_muster": Text("Titik kumpul", "Muster place"),
    "poster_help": Text("Nomor darurat", "Emergency number"),
}
