# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Gauge keepers: the page on which they key in, and their links."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "post_you": Text("Penjaga: {name}", "Keeper: {name}"),
    "post_figure_label": Text("Tinggi air di papan duga", "Water level on the staff"),
    "post_unit": Text("Satuan papan duga", "The staff's unit"),
    "post_clock_label": Text("Dibaca pukul", "Read at"),
    "post_clock_hint": Text(
        "Kosong berarti sekarang. Paling lama 24 jam yang lalu, misalnya 14.30.",
        "Empty means now. At most 24 hours ago, as 14.30.",
    ),
    "post_save": Text("Simpan", "Save"),
    "post_keys": Text("Tombol angka", "Number keys"),
    "post_key_back": Text("Hapus satu angka", "Delete one digit"),
    "post_figure": Text(
        "Tulis satu angka: cm dengan paling banyak satu desimal, atau m dengan paling banyak dua.",
        "Write one number: cm with at most one decimal, or m with at most two.",
    ),
    "post_clock": Text("Tulis jam seperti 14.30, atau kosongkan.", "Write the time as 14.30, or leave it empty."),
    "post_beyond": Text(
        "Angka ini tidak mungkin di papan duga sini ({bounds}). Periksa angka dan satuannya. "
        "Kalau air memang setinggi itu, telepon ruang jaga.",
        "The staff here cannot show this number ({bounds}). Check the number and its unit. "
        "If the water truly stands there, phone the duty room.",
    ),
    "staff_between": Text("dari {least} sampai {most} cm", "from {least} to {most} cm"),
    "staff_at_most": Text("paling tinggi {most} cm", "at most {most} cm"),
    "staff_at_least": Text("paling rendah {least} cm", "at least {least} cm"),
    "post_slip": Text(
        "Halaman ini sudah lama. Ketik angkanya sekali lagi di sini.",
        "This page was an old one. Key the number in again here.",
    ),
    "post_ask": Text(
        "Anda mengetik {cm}, terakhir {last}. Benar {cm} cm?", "You keyed in {cm}, last was {last}. Is {cm} cm right?"
    ),
    "post_ask_alone": Text("Anda mengetik {cm}. Benar {cm} cm?", "You keyed in {cm}. Is {cm} cm right?"),
    "post_yes": Text("Ya, benar {cm} cm", "Yes, {cm} cm is right"),
    "post_no": Text("Bukan, ketik lagi", "No, key it in again"),
    "post_ask_kept": Text(
        "Angka ini sudah tersimpan sebagai diragukan, dan belum dihitung.",
        "This number is saved as doubtful, and does not count yet.",
    ),
    "post_saved": Text("{cm} cm, dibaca {time}: {state}.", "{cm} cm, read {time}: {state}."),
    "post_state_waiting": Text("tersimpan, menunggu dikirim", "saved, waiting to be sent"),
    "post_state_stored": Text("diterima kota", "received by the city"),
    "post_state_refused": Text("ditolak kota", "refused by the city"),
    "post_state_lost": Text("hilang, ketik lagi", "lost, key it in again"),
    "post_doubted": Text("diragukan, belum dibenarkan", "doubtful, not confirmed"),
    "post_doubt_settled": Text("diragukan, lalu dibenarkan", "doubtful, then confirmed"),
    "post_waiting": Text(
        "{n} pembacaan menunggu dikirim. Semuanya sudah tersimpan di sini.",
        "{n} readings wait to be sent. All of them are saved here.",
    ),
    "post_waiting_one": Text(
        "{n} pembacaan menunggu dikirim. Sudah tersimpan di sini.", "{n} reading waits to be sent. It is saved here."
    ),
    "post_away": Text(
        "Basis data kota sedang tidak terjangkau. Anda tetap dapat mengetik; dikirim nanti.",
        "The city's database cannot be reached. You can key in all the same; it is sent later.",
    ),
    "releases": Text("Air yang dilepas", "Water let go"),
    "release_m3s": Text("{n} m³/detik", "{n} m³/s"),
    "release_open": Text("bukaan pintu {cm} cm", "gate open {cm} cm"),
    "release_from": Text("mulai {time}", "from {time}"),
    "release_until": Text("sampai {time}", "until {time}"),
    "release_no_end": Text("(belum diketahui sampai kapan)", "(not known until when)"),
    "release_told_by": Text("Menurut {who}, disampaikan {time}.", "By {who}, told at {time}."),
    "release_told": Text("Disampaikan {time}.", "Told at {time}."),
    "release_announce": Text("Umumkan pelepasan air", "Announce a release of water"),
    "release_lead": Text(
        "Tampil di halaman sungai dan di bukti kasusnya. Untuk bendung yang sama, yang terakhir yang berlaku.",
        "Shown on the river's page and in the evidence of its case. Of one dam, what was said last holds.",
    ),
    "release_dam_label": Text("Bendung atau pintu air", "Dam or gate"),
    "release_discharge": Text("Debit, m³/detik", "Discharge, m³/s"),
    "release_opening": Text("Atau bukaan pintu, cm", "Or the gate's opening, cm"),
    "release_begins": Text("Mulai pukul (kosong: sekarang)", "From (empty: now)"),
    "release_lasts": Text("Selama, jam (kosong: belum diketahui)", "For how many hours (empty: not known)"),
    "release_source": Text("Sumber: siapa yang menyampaikan", "Source: whose word it is"),
    "release_off": Text("Batalkan pemberitahuan untuk bendung ini", "Call off what was announced for this dam"),
    "release_is_off": Text("dibatalkan", "called off"),
    "release_send": Text("Umumkan", "Announce"),
    "release_saved": Text("Pemberitahuan: {state}.", "The notice: {state}."),
    "release_dam": Text("Tulis nama bendung atau pintu air.", "Write the name of the dam or gate."),
    "release_amount": Text(
        "Tulis debit atau bukaan pintu, sebagai satu angka.",
        "Write the discharge or the gate's opening, as one number.",
    ),
    "release_clock": Text(
        "Tulis jam mulai seperti 14.30, atau kosongkan.", "Write the time as 14.30, or leave it empty."
    ),
    "release_hours": Text("Tulis lamanya dalam jam, paling lama 72.", "Write how many hours, at most 72."),
    "post_last": Text("Lima terakhir", "The last five"),
    "post_none": Text("Belum ada pembacaan dari pos ini.", "No reading from this post yet."),
    "post_read": Text("Dibaca", "Read"),
    "post_who": Text("Oleh", "By"),
    "post_level_now": Text("Tingkat sekarang", "The level now"),
    "post_shut_title": Text("Tautan pos tidak berlaku", "The post's link does not open"),
    "post_shut": Text(
        "Buka tautan pos dari pesan yang Anda terima. Bila sudah habis masa berlakunya, mintalah yang baru kepada operator kota.",
        "Open the post's link in the message that you were sent. If it is over, ask the city's operator for a new one.",
    ),
    "posts_title": Text("Pos dan penjaganya", "Posts and their keepers"),
    "posts_lead": Text(
        "Penjaga pos mengetik tinggi air lewat tautan, tanpa kata sandi. Tiap penjaga memakai tautan sendiri, supaya diketahui siapa yang mengetik.",
        "A post's keeper keys in the water level through a link, without a password. Each keeper has a link of their own, so that it is known who keyed in.",
    ),
    "posts_none": Text("Di kota ini tidak ada pos yang dibaca penjaga.", "No post of this city is read by a keeper."),
    "post_link_make": Text("Buat tautan baru", "Make a new link"),
    "post_choose": Text("Pos", "Post"),
    "post_keeper_name": Text("Nama penjaga", "The keeper's name"),
    "post_unknown": Text("Pilih salah satu pos.", "Choose one of the posts."),
    "post_name_missing": Text("Tulis nama penjaga.", "Write the keeper's name."),
    "post_link_revoked": Text("Tautan sudah dicabut.", "The link is revoked."),
    "post_link_new": Text("Tautan untuk {name} di {post}", "The link of {name} at {post}"),
    "post_link_send": Text(
        "Kirim kepada penjaga itu saja, lewat jalur yang Anda percaya.",
        "Send it to that keeper alone, by a way that you trust.",
    ),
    "post_links_none": Text("Belum ada tautan.", "No links yet."),
}
