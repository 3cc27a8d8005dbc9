"""What a level means where people live, and the page on which two people change it."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "doorstep_title": Text("Artinya di tempat Anda", "What it means where you live"),
    "doorstep_now": Text("Sudah sampai pada {cm} cm", "Reached at {cm} cm"),
    "doorstep_at_least": Text(
        "Menurut angka terakhir, {cm} cm, setidaknya ini sudah sampai. Bisa lebih buruk.",
        "By the last value, {cm} cm, at least this is reached. It may be worse.",
    ),
    "doorstep_unknown": Text(
        "Tinggi air sekarang tidak diketahui, jadi tidak ada yang tahu mana yang sudah sampai. Ini bukan berarti aman.",
        "Nobody knows how high the water is now, so nobody knows what is reached. That does not mean it is safe.",
    ),
    "doorstep_dry": Text(
        "Pada {cm} cm belum ada tempat yang disurvei yang terkena.", "At {cm} cm no surveyed place is affected."
    ),
    "doorstep_next": Text("Berikutnya, {missing} cm lagi (pada {cm} cm)", "Next, {missing} cm more (at {cm} cm)"),
    "doorstep_more": Text("{n} baris lain", "{n} other rows"),
    "doorstep_more_one": Text("{n} baris lain", "{n} other row"),
    "doorstep_all": Text("Semua yang disurvei ({n})", "Everything surveyed ({n})"),
    "doorstep_none": Text(
        "Belum ada yang menyurvei apa artinya tinggi air ini bagi rumah di sekitar sini. Tanyakan kepada {office}:",
        "Nobody has surveyed yet what this level means for the houses around here. Ask {office}:",
    ),
    "doorstep_outdated": Text(
        "{n} baris disurvei dengan titik nol yang lama dan tidak dipakai sampai disurvei ulang.",
        "{n} rows were surveyed with an earlier zero and are not used until they are surveyed again.",
    ),
    "doorstep_outdated_one": Text(
        "{n} baris disurvei dengan titik nol yang lama dan tidak dipakai sampai disurvei ulang.",
        "{n} row was surveyed with an earlier zero and is not used until it is surveyed again.",
    ),
    "doorstep_unshown": Text("dan {n} tempat lain, di halaman lengkap", "and {n} more, on the full page"),
    "depth_cut_off": Text("kering, tetapi terkepung", "dry, but cut off"),
    "depth_ankle": Text("air setinggi mata kaki", "water to the ankles"),
    "depth_knee": Text("air setinggi lutut", "water to the knees"),
    "depth_waist": Text("air setinggi pinggang", "water to the waist"),
    "depth_chest": Text("air setinggi dada", "water to the chest"),
    "depth_over_head": Text("air di atas kepala", "water over the head"),
    "impact_from": Text("mulai {cm} cm", "from {cm} cm"),
    "impact_muster": Text("Titik kumpul", "Meeting point"),
    "impact_map": Text("peta", "map"),
    "impact_phone": Text("Telepon", "Phone"),
    "impact_checked": Text("Diperiksa {who}, {day}", "Checked by {who}, {day}"),
    "impact_compared": Text("Dibandingkan dengan banjir {day}: {what}", "Compared with the flood of {day}: {what}"),
    "impact_not_compared": Text("Belum dibandingkan dengan banjir.", "Not compared with a flood yet."),
}
