"""Words of `/latihan`."""

from __future__ import annotations

from collections.abc import Mapping

from contract.city import Text

WORDS: Mapping[str, Text] = {
    "drill_title": Text("Latihan peringatan", "Warning drills"),
    "drill_band": Text("LATIHAN, bukan kejadian nyata", "DRILL, not a real event"),
    "drill_lead": Text(
        "Latihan memakai jalur peringatan sungguhan: siaran, pesan, naskah pengeras suara. Setiap kalimatnya berbunyi "
        "latihan. Tidak ada kasus, tidak ada alarm, dan tidak masuk hitungan ketepatan.",
        "A drill goes the way of a real warning: bulletin, message, script for the loudspeaker. Each sentence says "
        "that it is a drill. There is no case and no alarm, and no accuracy is counted by it.",
    ),
    "drill_running": Text("Sedang berlangsung", "Going on now"),
    "drill_none": Text("Tidak ada latihan yang berlangsung.", "No drill is going on."),
    "drill_begin": Text("Mulai latihan", "Begin a drill"),
    "drill_end": Text("Akhiri latihan", "End the drill"),
    "drill_over": Text("Latihan dalam sehari terakhir", "Drills of the last day"),
    "drill_gauge": Text("Alat ukur sungai", "River gauge"),
    "drill_level": Text("Tingkat", "Level"),
    "drill_what": Text(
        "Pada AWAS perintah pergi ikut disiarkan sebagai latihan. Latihan berakhir sendiri setelah dua jam.",
        "At DANGER the order to leave goes out too, as a drill. A drill ends by itself after two hours.",
    ),
    "drill_not_you": Text(
        "Latihan dimulai dan diakhiri oleh petugas dinas yang menandatangani peringatan, atau oleh operator.",
        "Drills are begun and ended by officers of the agency that signs warnings, or by operators.",
    ),
}
