# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""The chain: bulletins as everybody reads them, an RW's own page, and the contacts who pass warnings on."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "drill_frame": Text("LATIHAN, bukan kejadian nyata", "DRILL, not a real event"),
    "bulletin_fact": Text("Kabar terukur", "Measured"),
    "bulletin_order": Text("Perintah pergi", "Order to leave"),
    "bulletin_correction": Text("Ralat", "Correction"),
    "bulletin_all_clear": Text("Aman kembali", "All clear"),
    "bulletins_title": Text("Siaran peringatan", "Warnings told"),
    "bulletins_lead": Text(
        "Semua yang disampaikan kota tentang air, tepat seperti saat disampaikan.",
        "Everything the city has said about the water, exactly as it was said.",
    ),
    "bulletins_hold": Text("Berlaku sekarang", "In force now"),
    "bulletins_before": Text("Sebelumnya", "Before"),
    "bulletin_page": Text("Halaman siaran ini", "The page of this warning"),
    "bulletin_after": Text("Sesudah ini:", "Since then:"),
    "bulletin_expired": Text("Bukan kabar baru lagi sejak {time}.", "No longer news since {time}."),
    "bulletin_corrects": Text("Meralat siaran {time}", "Corrects what was told at {time}"),
    "bulletin_regions": Text("Untuk:", "For:"),
    "bulletin_signed_by": Text("Penanggung jawab: {who}.", "Answered for by: {who}."),
    "bulletin_automatic": Text("otomatis", "automatic"),
    "bulletin_key": Text("Ditandatangani dengan kunci {name}.", "Signed with the key {name}."),
    "bulletin_as_signed": Text("Siaran seperti ditandatangani", "The warning as it was signed"),
    "bulletin_keys": Text("kunci kota", "the city's keys"),
    "bulletin_unsigned": Text("Tanpa tanda tangan elektronik.", "Without an electronic signature."),
    "script_title": Text("Bacakan lewat pengeras suara", "Read over the loudspeaker"),
    "script_twice": Text("Bacakan pelan, dua kali.", "Read slowly, twice."),
    "sms_title": Text("Pesan singkat", "Short message"),
    "sms_count": Text("{n} dari 160 huruf SMS.", "{n} of the 160 letters of a text message."),
    "share_whatsapp": Text("Bagikan ke WhatsApp", "Share on WhatsApp"),
    "chain_title": Text("Siapa yang sudah meneruskan", "Who has passed it on"),
    "chain_nobody": Text("Belum ada kontak untuk wilayah ini.", "There is no contact for this area yet."),
    "chain_count": Text(
        "{passed} dari {all} kontak sudah mengumumkan.", "{passed} of {all} contacts have announced it."
    ),
    "chain_silent": Text("Belum ada kabar: telepon", "Silent: call them"),
    "chain_not_late": Text(
        "Ditampilkan dengan nomornya setelah {minutes} menit:", "Shown with their numbers after {minutes} minutes:"
    ),
    "chain_unable": Text("Tidak bisa", "Cannot"),
    "chain_passed": Text("Sudah mengumumkan", "Have announced it"),
    "bulletins_none": Text("Tidak ada peringatan yang berlaku sekarang.", "No warning is in force now."),
    "rw_nothing": Text("Tidak ada peringatan untuk RW Anda sekarang.", "There is no warning for your RW now."),
    "rw_nothing_since": Text("Diperiksa {time}. Itu kabar baik.", "Checked at {time}. That is good news."),
    "rw_announced": Text("Sudah saya umumkan", "I have announced it"),
    "rw_done": Text("Anda mengumumkannya {time}. Terima kasih.", "You announced it at {time}. Thank you."),
    "rw_cannot": Text("Anda mengabari {time} bahwa tidak bisa:", "You said at {time} that you cannot:"),
    "rw_undo": Text("Batalkan, saya salah tekan", "Take it back, I tapped by mistake"),
    "rw_unable": Text("Tidak bisa mengumumkan?", "Cannot announce it?"),
    "rw_reason": Text(
        "Mengapa? Misalnya pengeras suara rusak, saya di luar kota.", "Why? As: loudspeaker broken, I am away."
    ),
    "rw_unable_send": Text("Kabari bahwa saya tidak bisa", "Say that I cannot"),
    "rw_reason_missing": Text("Tulis alasannya dalam beberapa kata.", "Write the reason in a few words."),
    "rw_unknown_word": Text("Tekan salah satu tombol.", "Press one of the buttons."),
    "rw_not_yours": Text("Siaran itu bukan untuk RW Anda.", "That warning is not for your RW."),
    "rw_others": Text("Peringatan lain", "Other warnings"),
    "rw_shut_title": Text("Tautan RW tidak berlaku", "The RW's link does not open"),
    "rw_shut": Text(
        "Buka tautan dari pesan terakhir yang Anda terima dari kota. Bila tidak ada, mintalah yang baru kepada petugas. Peringatan untuk semua orang ada di halaman Siaran.",
        "Open the link in the last message the city sent you. If there is none, ask the officers for a new one. Warnings for everybody are on the page of warnings.",
    ),
    "contact_link_qr": Text("Kode QR tautan rahasia {rw}", "QR code of the secret link of {rw}"),
    "contact_link_scan": Text(
        "Minta orangnya memindai kode ini dengan ponselnya sendiri. Jangan difoto orang lain.",
        "Let the person scan this with their own phone. Nobody else should photograph it.",
    ),
    "office_contacts": Text("Kontak RW", "RW contacts"),
    "contacts_title": Text("Kontak RW, RT dan masjid", "Contacts in RW, RT and mosques"),
    "contacts_lead": Text(
        "Siapa yang meneruskan peringatan di tiap RW. Nomor pribadi: setiap kali dilihat, dicatat.",
        "Who passes warnings on in each RW. Personal numbers: every look is recorded.",
    ),
    "contact_add": Text("Tambah kontak", "Add a contact"),
    "contact_alter": Text("Ubah kontak", "Change the contact"),
    "contact_rw": Text("RW", "RW or place"),
    "contact_rw_hint": Text(
        "Persis seperti di tabel dampak, misalnya RW 04 Terban.", "Exactly as in the impact table, as RW 04 Terban."
    ),
    "contact_region": Text("Kelurahan", "Kelurahan (sub-district)"),
    "contact_name": Text("Nama", "Name"),
    "contact_role": Text("Tugas", "Task"),
    "contact_role_rw": Text("Ketua RW", "Head of the RW"),
    "contact_role_rt": Text("Ketua RT", "Head of an RT"),
    "contact_role_mosque": Text("Penjaga pengeras suara masjid", "Keeper of the mosque's loudspeaker"),
    "contact_role_other": Text("Lainnya", "Other"),
    "contact_phone": Text("Telepon", "Phone"),
    "contact_language": Text("Bahasa halaman", "Language of the page"),
    "contact_language_id": Text("Indonesia", "Indonesian"),
    "contact_language_en": Text("Inggris", "English"),
    "contact_keep": Text("Simpan, nomor sudah saya pastikan", "Save, I have made sure of the number"),
    "contact_checked": Text("Dipastikan", "Made sure on"),
    "contact_find": Text("Cari RW, nama atau kelurahan", "Find an RW, name or kelurahan"),
    "contact_find_do": Text("Cari", "Find"),
    "contact_end": Text("Tidak bertugas lagi", "No longer asked"),
    "contact_link_make": Text("Buat tautan", "Make a link"),
    "contact_link_again": Text("Buat tautan baru", "Make a new link"),
    "contact_link_new": Text("Tautan untuk {name}, {rw}", "The link for {name}, {rw}"),
    "contact_link_send": Text(
        "Kirim atau cetak untuk orang ini saja. Tautan sebelumnya tidak berlaku lagi.",
        "Send or print it for this person alone. The link before it opens nothing any more.",
    ),
    "contact_page": Text("Halaman {n} dari {all}", "Page {n} of {all}"),
    "contact_previous": Text("Sebelumnya", "Previous"),
    "contact_next": Text("Berikutnya", "Next"),
    "contact_kept": Text("Kontak tersimpan.", "The contact is saved."),
    "contact_ended": Text("Tidak ditanya lagi; nomornya sudah dihapus.", "Not asked any more; the number is deleted."),
    "contacts_kept": Text("Semua baris tersimpan.", "Every line is saved."),
    "contacts_not_kept": Text(
        "Belum ada yang disimpan. Perbaiki baris di bawah, lalu kirim lagi.",
        "Nothing is saved yet. Correct the lines below and send it again.",
    ),
    "contacts_none": Text(
        "Belum ada kontak. Tanpa kontak, tidak ada yang meneruskan peringatan dari mulut ke telinga.",
        "No contacts yet. Without them nobody passes a warning on by word of mouth.",
    ),
    "contacts_not_found": Text("Tidak ada yang cocok.", "Nothing fits."),
    "contacts_all": Text("Tampilkan semua", "Show all"),
    "contacts_count": Text("{n} kontak", "{n} contacts"),
    "contacts_count_one": Text("{n} kontak saja", "{n} contact"),
    "contacts_upload": Text("Masukkan tabel (CSV)", "Take in a table (CSV)"),
    "contacts_table": Text("Isi tabel", "The table's text"),
    "contacts_upload_hint": Text(
        "Baris pertama: {columns}. Koma atau titik koma; paling banyak {n} baris sekali kirim. Tersimpan semua atau tidak sama sekali.",
        "First line: {columns}. Commas or semicolons; at most {n} rows at a time. All of it is saved or nothing.",
    ),
    "contacts_upload_keep": Text("Simpan semua", "Save all"),
    "contact_troubles": Text("{n} baris salah", "{n} lines are wrong"),
    "contact_troubles_one": Text("{n} baris yang salah", "{n} line is wrong"),
    "contact_more": Text("dan {n} lagi", "and {n} more"),
    "contact_more_one": Text("dan {n} lagi saja", "and {n} other"),
    "contact_line": Text("Baris {n}", "Line {n}"),
    "contact_wrong_rw": Text(
        "Tulis nama RW, paling banyak 60 huruf biasa.", "Write the RW's name, at most 60 plain characters."
    ),
    "contact_wrong_name": Text(
        "Tulis nama orangnya, paling banyak 60 huruf biasa.", "Write the person's name, at most 60 plain characters."
    ),
    "contact_wrong_region": Text(
        "Bukan kelurahan Anda. Tulis nama atau kode kelurahan kota ini.",
        "No kelurahan of yours. Write the name or code of one of this city.",
    ),
    "contact_wrong_role": Text("Tulis rw, rt, masjid atau lain.", "Write rw, rt, mosque or other."),
    "contact_wrong_language": Text("Tulis id atau en.", "Write id or en."),
    "contact_wrong_phone": Text(
        "Nomor ini tidak dapat ditelepon. Tulis 3 sampai 15 angka.",
        "This number cannot be dialled. Write 3 to 15 digits.",
    ),
    "contact_wrong_columns": Text(
        "Kolom ini tidak ada di baris pertama. Tulislah semua nama kolom.",
        "These columns are missing from the first line. Write every column's name.",
    ),
    "contact_wrong_cells": Text(
        "Jumlah kolomnya lain dari baris pertama.", "It has another number of columns than the first line."
    ),
    "contact_wrong_rows": Text(
        "Terlalu banyak baris sekali kirim. Bagilah tabelnya.", "Too many rows at a time. Split the table."
    ),
    "contact_wrong_doubled": Text(
        "RW dan nomor ini sudah ada di baris sebelumnya.", "This RW and number stand in an earlier line already."
    ),
    "contact_wrong_empty": Text("Tabelnya kosong. Tempelkan isinya.", "The table is empty. Paste what it holds."),
    "contact_wrong_quote": Text("Tanda kutipnya tidak ditutup.", "A quotation mark is not closed."),
    "contact_refused_taken": Text(
        "RW itu sudah punya kontak dengan nomor ini.", "That RW has a contact with this number already."
    ),
    "contact_refused_ended": Text(
        "Kontak ini sudah tidak bertugas. Tambahkan sebagai kontak baru.",
        "This contact is no longer asked. Add a new one.",
    ),
    "contact_refused_too_many": Text("Kota ini sudah punya 5.000 kontak.", "This city has 5,000 contacts already."),
    "deed_contact": Text("Kontak: semua perbuatan", "Contacts: every deed"),
    "deed_contact_added": Text("Menambah kontak", "Added a contact"),
    "deed_contact_altered": Text("Mengubah kontak", "Changed a contact"),
    "deed_contact_ended": Text("Menutup kontak", "Ended a contact"),
    "deed_contact_linked": Text("Membuat tautan kontak", "Made a contact's link"),
    "deed_contact_looked": Text("Melihat nomor kontak", "Looked at contacts' numbers"),
    "deed_relay": Text("Penerusan: semua perbuatan", "Passing on: every deed"),
    "deed_relay_done": Text("Mengumumkan peringatan", "Announced a warning"),
    "deed_relay_unable": Text("Tidak bisa mengumumkan", "Could not announce"),
    "siren_title": Text("Sirene dan pengeras suara", "Sirens and loudspeakers"),
    "siren_sound": Text("Bunyikan sirene", "Sound the sirens"),
    "siren_sound_drill": Text("Bunyikan sirene untuk LATIHAN", "Sound the sirens for the DRILL"),
    "siren_stop": Text("Hentikan sirene", "Silence the sirens"),
    "siren_none_yet": Text("Belum dibunyikan untuk siaran ini.", "Not sounded for this warning yet."),
    "siren_do_sound": Text("bunyikan", "sound"),
    "siren_do_stop": Text("hentikan", "silence"),
    "siren_state_waiting": Text("menunggu jawaban", "waiting for its answer"),
    "siren_state_delivered": Text("diterima", "accepted"),
    "siren_said_not_needed": Text("tidak perlu lagi", "no longer needed"),
    "siren_said_still_needed": Text("tetap berbunyi untuk perintah lain", "still sounds for another order"),
    "siren_state_abandoned": Text("TIDAK berhasil", "did NOT work"),
    "siren_not_title": Text("Sirene tidak dibunyikan", "The sirens were not sounded"),
    "siren_not": Text(
        "Hanya perintah pergi yang masih berlaku dapat membunyikan sirene.",
        "Only an order to leave that still stands can sound the sirens.",
    ),
    "deed_siren": Text("Sirene: semua perbuatan", "Sirens: every deed"),
    "deed_siren_sounded": Text("Membunyikan sirene", "Sounded the sirens"),
    "deed_siren_stopped": Text("Menghentikan sirene", "Silenced the sirens"),
    "deed_relay_undo": Text("Membatalkan kabar", "Took it back"),
    "fact_drill": Text("latihan", "drill"),
    "fact_contacts": Text("kontak", "contacts"),
    "knock_rw_link": Text("Tautan RW", "An RW's link"),
}
