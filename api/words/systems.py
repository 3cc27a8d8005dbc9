"""What operators read of the city's own complaint systems, and everybody of a case's number there."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "system_title": Text("Sistem pengaduan kota", "The city's complaint systems"),
    "system_lead": Text(
        "Setiap kasus tetap ada di Siaga. Di sini terlihat mana yang juga masuk ke sistem kota sendiri.",
        "Every case stays in Siaga. Here you see which of them stand in the city's own systems too.",
    ),
    "system_none": Text(
        "Kota ini belum menyebut sistem pengaduannya sendiri (SIAGA_SYSTEMS_FILE, docs/systems.md).",
        "This city has named no complaint system of its own (SIAGA_SYSTEMS_FILE, docs/systems.md).",
    ),
    "system_by_hand": Text(
        "Diisi oleh orang: salin naskahnya, lalu ketik nomor yang keluar di sana.",
        "Filled in by people: copy the text, then key in the number that it gets there.",
    ),
    "system_not_asked": Text("Belum pernah dihubungi.", "Never asked yet."),
    "system_well": Text("Menjawab, terakhir {time}.", "It answers, last at {time}."),
    "system_away": Text("Tidak menjawab; dicoba terus.", "It does not answer; it is tried on."),
    "system_well_until": Text("Terakhir menjawab {time}.", "It last answered at {time}."),
    "system_state_waiting": Text("Menunggu", "Waiting"),
    "system_state_filed": Text("Sudah masuk", "Filed"),
    "system_state_unknown": Text("Tidak jelas", "Not known"),
    "system_state_refused": Text("Ditolak", "Refused"),
    "system_state_closed": Text("Selesai atau dilewati", "Over, or left out"),
    "system_unknown_title": Text("Sudah dikirim, tidak dijawab", "Sent, and never answered"),
    "system_unknown_lead": Text(
        "Cari di sistem itu dengan nomor Siaga. Bila ada, ketik nomornya; bila tidak ada, kirim lagi.",
        "Look for the Siaga number there. If it is there, key in its number; if not, send it again.",
    ),
    "system_refused_title": Text("Ditolak sistem itu", "Refused by the system"),
    "system_hands_title": Text("Untuk diisi di sana", "To be filed there"),
    "system_hands_lead": Text("Yang paling lama menunggu di atas.", "What waits longest stands on top."),
    "system_hands_none": Text("Tidak ada yang menunggu.", "Nothing waits."),
    "system_cut": Text("Hanya {n} yang paling lama ditampilkan.", "Only the {n} oldest are shown."),
    "system_reason": Text("Sebab", "Reason"),
    "system_letter": Text("Naskah siap salin", "Text to copy"),
    "system_by_mail": Text("Buka sebagai surel", "Open as an e-mail"),
    "system_number": Text("Nomor di sistem itu", "Number in that system"),
    "system_it_is_there": Text("Sudah masuk", "It is there"),
    "system_send_again": Text("Tidak ada di sana, kirim lagi", "It is not there, send it again"),
    "system_leave_out": Text("Tidak perlu di sana", "It need not be there"),
    "system_changed": Text(
        "Orang lain atau sistem lebih cepat. Lihat lagi daftarnya.",
        "Somebody else or the system was faster. Look at the list again.",
    ),
    "system_wrong_number": Text(
        "Nomor kosong, terlalu panjang, atau sudah dipakai kasus lain. Periksa nomornya.",
        "The number is empty, too long, or another case has it. Check the number.",
    ),
    "system_done_nomor": Text("Nomor tersimpan.", "The number is kept."),
    "system_done_belum": Text("Akan dikirim lagi.", "It will be sent again."),
    "system_done_lewati": Text("Tidak akan dikirim ke sana.", "It will not be sent there."),
    "system_table": Text("Ambil keadaan dari ekspor CSV", "Take states from a CSV export"),
    "system_file": Text("Berkas CSV", "CSV file"),
    "system_paste": Text("atau tempel isinya", "or paste what it holds"),
    "system_table_hint": Text(
        "Baris pertama menyebut kolom: nomor; status; keterangan. Koma, titik koma atau tab; dari Excel pun bisa.",
        "The first line names the columns: nomor; status; keterangan. Commas, semicolons or tabs; Excel's too.",
    ),
    "system_table_send": Text("Ambil", "Take"),
    "system_wrong_table": Text(
        "Tabelnya tidak bisa dibaca; tidak ada yang diubah.", "The table cannot be read; nothing was changed."
    ),
    "system_table_taken": Text("Tabel sudah dibaca.", "The table was read."),
    "system_table_result": Text("Hasil: {label}", "Result: {label}"),
    "system_table_counts": Text(
        "{told} baris membawa kabar baru, {known} sudah diketahui.", "{told} lines brought news, {known} were known."
    ),
    "system_table_strangers": Text(
        "{n} nomor bukan kasus kami; ketik dulu nomornya pada kasus.",
        "{n} numbers are no cases of ours; key them in at their cases first.",
    ),
    "system_table_untranslated": Text(
        "{n} baris memakai kata yang tidak dikenal; dicatat untuk petugas, keadaan tidak diubah.",
        "{n} lines use words that are not known; noted for staff, no state was changed.",
    ),
    "system_table_line": Text("Baris {n}", "Line {n}"),
    "desk_worked_in": Text("Dikerjakan di", "Worked on in"),
    "desk_promises": Text("menurut {label}", "as {label} has it"),
    "desk_waits": Text(
        "Sedang diteruskan; nomornya di sana muncul di sini.", "On its way there; its number there will stand here."
    ),
    "desk_away": Text(
        "{label} sedang tidak menjawab. Kasus ini tersimpan dan diteruskan sendiri begitu sistem itu menjawab.",
        "{label} does not answer just now. The case is kept, and goes there by itself as soon as it answers.",
    ),
    "desk_by_hand": Text(
        "Menunggu dimasukkan ke sana oleh operator; nomornya muncul di sini.",
        "An operator files it there; its number will stand here.",
    ),
    "desk_unclear": Text(
        "Operator sedang memeriksa apakah kasus ini sudah masuk di sana.",
        "An operator is finding out whether it stands there.",
    ),
    "desk_left_out": Text(
        "Menurut operator tidak perlu masuk ke sana.", "An operator found that it need not go there."
    ),
    "desk_inbox": Text("Kasus kota ini dikerjakan di {label}", "The city's cases are worked on in {label}"),
    "desk_go": Text("Buka {label}", "Open {label}"),
    "desk_inbox_here": Text(
        "Di sini tinggal yang tidak boleh keluar: laporan rahasia dan yang diawasi sebelum diumumkan.",
        "What must not leave stays here: secret reports, and what is watched before it is public.",
    ),
    "desk_case": Text("Kasus ini dikerjakan di {label}", "This case is worked on in {label}"),
    "desk_case_here": Text(
        "Di sini hanya diatur apa yang terbaca di halaman Siaga.",
        "Here you only say what Siaga's own page shows of it.",
    ),
    "desk_not_here": Text(
        "Kasus ini dikerjakan di sistem kota sendiri; kerjakan di sana, kabarnya kembali ke sini.",
        "This case is worked on in the city's own system; do it there, and the word comes back here.",
    ),
    "desk_answer_there": Text("Balas dan ikuti di {label}", "Answer and follow it in {label}"),
    "desk_report_lead": Text(
        "Bila ada yang dalam bahaya sekarang, telepon {phone}. "
        "Laporan di sini diteruskan ke {label} dan dikerjakan di sana.",
        "If anybody is in danger now, call {phone}. What you report here goes to {label} and is worked on there.",
    ),
    "elsewhere": Text("Nomor di {label}", "Number in {label}"),
}
