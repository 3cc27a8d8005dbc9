"""What somebody asks to be taken out of public sight, and the answer."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "takedown_link": Text("Minta diturunkan", "Ask for a takedown"),
    "takedown_title": Text("Minta diturunkan", "Ask for a takedown"),
    "takedown_lead": Text(
        "Siapa pun boleh meminta tulisan, foto atau kasus ini tidak terlihat umum lagi. Petugas menjawab dalam 24 jam.",
        "Anybody may ask that words, a photo or this case leave public sight. An officer answers within 24 hours.",
    ),
    "takedown_what": Text("Apa yang diminta diturunkan", "What should be taken down"),
    "takedown_what_words": Text("Tulisan warga di halaman kasus", "The residents' words on the case's page"),
    "takedown_what_photo": Text("Foto ini", "This photo"),
    "takedown_what_case": Text("Seluruh kasus", "The whole case"),
    "takedown_reason": Text("Mengapa", "Why"),
    "takedown_reason_hint": Text(
        "Misalnya: wajah saya, nama saya, rumah saya, tidak benar. Nama Anda tidak perlu. Hanya dibaca petugas.",
        "For example: my face, my name, my home, not true. Your name is not needed. Officers alone read this.",
    ),
    "takedown_send": Text("Kirim permintaan", "Send the request"),
    "takedown_wrong_what": Text("Pilih apa yang diminta diturunkan.", "Choose what should be taken down."),
    "takedown_wrong_reason": Text("Tulis mengapa, 1 sampai 500 huruf.", "Write why, 1 to 500 characters."),
    "takedown_wrong_answer": Text(
        "Tulis jawaban untuk yang meminta, 1 sampai 500 huruf.", "Write an answer for who asked, 1 to 500 characters."
    ),
    "takedown_many": Text(
        "Ini sudah diminta beberapa kali dan dijawab dalam 24 jam. Permintaan lagi tidak perlu.",
        "This has been asked for several times and is answered within 24 hours. One more is not needed.",
    ),
    "takedown_own": Text("Permintaan Anda", "Your request"),
    "takedown_keep": Text(
        "Simpan alamat halaman ini: hanya di sini jawabannya terbaca.",
        "Keep this page's address: the answer is read here alone.",
    ),
    "takedown_state": Text("Keadaan", "State"),
    "takedown_waits": Text("Menunggu jawaban sampai {time}", "Waiting for an answer until {time}"),
    "takedown_cut": Text(
        "Ini {n} yang paling lama menunggu; yang lain tampil setelah ini dijawab.",
        "These are the {n} that have waited longest; the others are shown once these are answered.",
    ),
    "takedown_out_of_sight": Text(
        "Foto ini tidak tampil selama menunggu jawaban.", "This photo is out of sight while it waits for the answer."
    ),
    "takedown_is_late": Text(
        "Jawaban terlambat sejak {time}. Petugas melihatnya sebagai terlambat.",
        "The answer is late since {time}. Officers see it as overdue.",
    ),
    "takedown_hidden": Text("Diturunkan {time}", "Taken down {time}"),
    "takedown_refused": Text("Tidak diturunkan, dijawab {time}", "Not taken down, answered {time}"),
    "takedown_answer": Text("Jawaban {office}", "Answer of {office}"),
    "takedown_work": Text("Permintaan penurunan", "Takedown requests"),
    "takedown_work_lead": Text(
        "Jawab masing-masing dalam 24 jam. Alasan Anda dibaca oleh yang meminta.",
        "Answer each within 24 hours. Who asked reads your reason.",
    ),
    "takedown_none": Text("Tidak ada permintaan yang menunggu.", "No request is waiting."),
    "takedown_asked": Text("Diminta", "Asked"),
    "takedown_asked_at": Text("Diminta {time}", "Asked {time}"),
    "takedown_until": Text("jawab sebelum {time}", "answer before {time}"),
    "takedown_late_by": Text("terlambat {time}", "late by {time}"),
    "takedown_your_answer": Text("Jawaban untuk yang meminta", "Answer for who asked"),
    "takedown_hide": Text("Turunkan", "Take down"),
    "takedown_refuse": Text("Tolak", "Refuse"),
    "takedown_done_hidden": Text("Diturunkan, dan yang meminta diberi tahu.", "Taken down, and who asked is told."),
    "takedown_done_refused": Text("Ditolak, dan yang meminta diberi tahu.", "Refused, and who asked is told."),
    "takedown_answered": Text(
        "Permintaan ini baru saja dijawab orang lain. Jawaban Anda tidak dipakai.",
        "Somebody else has just answered this request. Your answer was not used.",
    ),
    "takedown_waiting": Text("{n} permintaan penurunan menunggu", "{n} takedown requests wait"),
    "takedown_waiting_one": Text("Satu permintaan penurunan menunggu", "One takedown request waits"),
    "takedown_late": Text("{n} lewat 24 jam", "{n} over 24 hours"),
    "takedown_late_one": Text("satu lewat 24 jam", "one over 24 hours"),
}
