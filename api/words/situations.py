"""What the command centre tells of roads, shelters and the power."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "situations_title": Text("Keadaan kota", "Around the city"),
    "situations_lead": Text(
        "Jalan, pengungsian, dapur umum, listrik dan air, ditulis oleh pusat kendali. Dalam bahaya telepon {phone}.",
        "Roads, shelters, kitchens, power and water, written by the command centre. In danger call {phone}.",
    ),
    "situations_now": Text("Sekarang", "Now"),
    "situations_later": Text("Nanti", "Later"),
    "situations_past": Text("Sudah berakhir", "Over"),
    "situations_none": Text(
        "Belum ada catatan. Artinya belum ada yang ditulis, bukan berarti semuanya baik.",
        "There are no notes. That means that none was written, not that all is well.",
    ),
    "situations_all": Text("Semua {n} catatan", "All {n} notes"),
    "situation_kind_road": Text("Jalan", "Road"),
    "situation_kind_shelter": Text("Pengungsian", "Shelter"),
    "situation_kind_kitchen": Text("Dapur umum", "Kitchen"),
    "situation_kind_power": Text("Listrik", "Power"),
    "situation_kind_water": Text("Air bersih", "Drinking water"),
    "situation_kind_tree": Text("Pohon tumbang", "Fallen tree"),
    "situation_kind_other": Text("Lainnya", "Other"),
    "situation_from": Text("Mulai {time}", "From {time}"),
    "situation_until": Text("Berlaku sampai {time}", "Until {time}"),
    "situation_by": Text("ditulis {who}, {time}", "by {who}, {time}"),
    "situation_why": Text("Diubah: {why}", "Changed: {why}"),
    "situation_staff_only": Text("Hanya untuk petugas", "For staff alone"),
    "situation_earlier": Text("{n} kalimat sebelumnya", "{n} earlier versions"),
    "situation_earlier_one": Text("Kalimat sebelumnya", "One earlier version"),
    "situation_new": Text("Tulis catatan", "Write a note"),
    "situation_correct": Text("Koreksi atau akhiri", "Correct or end"),
    "situation_kind": Text("Tentang apa", "What it is about"),
    "situation_text": Text("Kalimatnya", "The words"),
    "situation_text_hint": Text(
        "Satu dua kalimat, paling banyak 280 huruf: apa, di mana, apa yang dilakukan warga.",
        "One or two sentences, at most 280 characters: what, where, what people should do.",
    ),
    "situation_english": Text("Dalam bahasa Inggris (boleh kosong)", "In English (may stay empty)"),
    "situation_region": Text("Wilayah", "Area"),
    "situation_place": Text("Tempatnya (boleh kosong)", "The place (may stay empty)"),
    "situation_begins": Text("Mulai", "Begins"),
    "situation_ends": Text("Sampai", "Ends"),
    "situation_ends_hint": Text(
        "Berakhir sendiri, paling lama tujuh hari. Bila masih berlaku, koreksi waktunya.",
        "It ends by itself, after seven days at most. If it still holds then, correct its end.",
    ),
    "situation_public": Text("Tampilkan untuk warga", "Show it to residents"),
    "situation_reason": Text("Mengapa diubah", "Why it is changed"),
    "situation_save": Text("Terbitkan", "Publish"),
    "situation_save_correction": Text("Simpan koreksi", "Save the correction"),
    "situation_end_now": Text("Akhiri sekarang", "End it now"),
    "situation_said": Text("Catatan tersimpan.", "The note is kept."),
    "situation_over": Text("Catatan diakhiri.", "The note is over."),
    "situation_wrong_kind": Text("Pilih tentang apa catatan ini.", "Choose what the note is about."),
    "situation_wrong_text": Text("Tulis 1 sampai 280 huruf.", "Write 1 to 280 characters."),
    "situation_wrong_english": Text(
        "Paling banyak 280 huruf dalam bahasa Inggris.", "At most 280 characters in English."
    ),
    "situation_wrong_place": Text(
        "Pilih wilayah dari daftar, dan tulis tempatnya dalam paling banyak 80 huruf.",
        "Choose an area of the list, and write the place in at most 80 characters.",
    ),
    "situation_wrong_until": Text(
        "Isi waktu berakhir sesudah sekarang dan sesudah mulainya, paling lama tujuh hari lagi.",
        "Give an end after now and after its beginning, within seven days.",
    ),
    "situation_wrong_why": Text(
        "Tulis mengapa catatan ini diubah, 1 sampai 200 huruf.", "Write why it is changed, 1 to 200 characters."
    ),
    "situation_changed": Text(
        "Catatan ini baru saja diubah orang lain. Buka daftarnya, lalu ulangi bila masih perlu.",
        "Somebody else has just changed this note. Open the list, and do it again if it is still needed.",
    ),
    "situation_ended": Text("Catatan ini sudah berakhir. Tulis yang baru.", "This note has ended. Write a new one."),
    "situation_full": Text(
        "Sudah ada 50 catatan. Akhiri yang tidak berlaku lagi dulu.",
        "There are 50 notes already. End those that no longer hold first.",
    ),
}
