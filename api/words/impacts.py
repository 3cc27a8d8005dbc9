# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
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
        "Pada {cm} cm belum ada tempat tersurvei yang terdampak.", "At {cm} cm no surveyed place is affected."
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
    "office_impacts": Text("Dampak", "Impacts"),
    "impacts_title": Text("Artinya bagi RW", "What it means for each RW"),
    "impacts_lead": Text(
        "Isi hanya yang sudah dilihat di lapangan. Setiap perubahan butuh dua orang: satu mengusulkan, yang lain menyetujui dalam tujuh hari. Warga membacanya di halaman sungai.",
        "Enter only what somebody has seen on site. Every change takes two: one proposes, another agrees within seven days. Residents read it on the river's page.",
    ),
    "impacts_waiting": Text("Menunggu orang kedua", "Waiting for a second person"),
    "impact_waiting_more": Text("Dan {n} usulan lagi, setelah ini.", "And {n} more proposals, after these."),
    "impact_agree": Text("Setujui yang dipilih", "Agree to those chosen"),
    "impact_disagree": Text("Tolak yang dipilih", "Refuse those chosen"),
    "impact_reason": Text("Alasan, jika menolak", "Reason, if you refuse"),
    "impact_change": Text("Ubah", "Change"),
    "impact_change_add": Text("Tambah", "Add"),
    "impact_change_alter": Text("Ubah", "Alter"),
    "impact_change_withdraw": Text("Tarik", "Withdraw"),
    "impact_outcome_agreed": Text("Disetujui", "Agreed"),
    "impact_outcome_refused": Text("Ditolak", "Refused"),
    "impact_outcome_withdrawn": Text("Dibatalkan", "Called off"),
    "impact_outcome_replaced": Text("Diganti usulan baru", "Replaced by a new proposal"),
    "impact_by_file": Text("berkas kota", "the city's file"),
    "impact_by": Text("diberlakukan oleh {who}, {time}", "in force by {who}, {time}"),
    "impacts_no_gauges": Text(
        "Tidak ada alat ukur sungai di wilayah Anda yang berbahaya bila airnya tinggi.",
        "There is no river gauge in your area whose danger is high water.",
    ),
    "impacts_none_here": Text(
        "Belum ada baris untuk alat ini. Halaman sungainya menyebutkan bahwa belum ada yang menyurvei.",
        "No rows for this gauge yet. Its river's page says that nobody has surveyed it.",
    ),
    "impacts_none_yet": Text("belum disurvei", "not surveyed yet"),
    "impacts_all": Text("Semua alat ukur", "All gauges"),
    "impact_gauges": Text("Alat ukur", "Gauges"),
    "impact_gauge": Text("Alat ukur", "Gauge"),
    "impact_rows": Text("Baris yang berlaku", "Rows in force"),
    "impact_count": Text("{n} baris", "{n} rows"),
    "impact_count_one": Text("{n} baris", "{n} row"),
    "impact_download": Text("Unduh sebagai CSV", "Download as CSV"),
    "impact_upload": Text("Unggah tabel", "Upload a table"),
    "impact_file": Text("Pilih berkas CSV", "Choose a CSV file"),
    "impact_table": Text("Isi tabel, dengan baris judul", "The table, with its header line"),
    "impact_upload_hint": Text(
        "Kolomnya seperti berkas unduhan; koma atau titik koma; paling banyak {n} baris sekali kirim. Baris yang benar menjadi usulan, yang salah disebut satu per satu.",
        "Columns as in the download; commas or semicolons; at most {n} rows at a time. Lines in order become proposals, the others are named one by one.",
    ),
    "impact_propose_all": Text("Usulkan semua baris", "Propose all lines"),
    "impact_report": Text(
        "{proposed} baris diusulkan, {unchanged} tidak berubah, {wrong} salah.",
        "{proposed} lines proposed, {unchanged} unchanged, {wrong} wrong.",
    ),
    "impact_line": Text("Baris {n}", "Line {n}"),
    "impact_lines_read": Text("Baris yang terbaca", "Lines that were read"),
    "impact_became_proposed": Text("diusulkan", "proposed"),
    "impact_became_unchanged": Text("tidak berubah", "unchanged"),
    "impacts_differ": Text("Berkas kota berbeda", "The city's file differs"),
    "impacts_differ_why": Text(
        "Baris ini ada di impacts.csv, tetapi tidak berlaku seperti itu di sini. Yang berlaku adalah tabel ini; untuk mengambilnya, usulkan.",
        "These rows stand in impacts.csv and do not hold like that here. What holds is this table; to take them, propose them.",
    ),
    "impacts_decided": Text("Keputusan terakhir", "Latest decisions"),
    "impact_add": Text("Tambah baris", "Add a row"),
    "impact_alter": Text("Ubah baris", "Alter the row"),
    "impact_propose": Text("Usulkan", "Propose"),
    "impact_col_from_cm": Text("Mulai (cm)", "From (cm)"),
    "impact_col_datum": Text("Titik nol papan duga", "Zero of the staff"),
    "impact_col_rw": Text("RW/RT", "RW/RT (neighbourhood)"),
    "impact_col_depth": Text("Tinggi air di sana", "Depth there"),
    "impact_col_muster": Text("Titik kumpul", "Meeting point"),
    "impact_col_muster_lat": Text("Lintang titik kumpul", "Latitude of the meeting point"),
    "impact_col_muster_lon": Text("Bujur titik kumpul", "Longitude of the meeting point"),
    "impact_col_phone": Text("Telepon", "Phone"),
    "impact_col_checked_by": Text("Diperiksa oleh", "Checked by"),
    "impact_col_checked_on": Text("Diperiksa tanggal", "Checked on"),
    "impact_col_compared_on": Text("Tanggal banjir pembanding", "Day of the flood it was compared with"),
    "impact_col_compared": Text("Yang terlihat waktu itu", "What was seen then"),
    "impact_rw_hint": Text("Seperti warga menyebutnya: RW 04, RT 02 RW 05", "As people call it: RW 04, RT 02 RW 05"),
    "impact_from_hint": Text(
        "Antara {low} dan {high} cm pada papan duga ini", "Between {low} and {high} cm on this staff"
    ),
    "impact_place_hint": Text(
        "Derajat, misalnya -7.7828; boleh kosong bersama bujurnya",
        "Degrees, as -7.7828; may be empty together with the longitude",
    ),
    "impact_checked_hint": Text("Kantor atau jabatan; dibaca umum", "An office or a role; the public reads it"),
    "impact_compared_hint": Text(
        "Kosongkan keduanya jika belum pernah dibandingkan", "Leave both empty if it was never compared"
    ),
    "impact_waits": Text(
        "Usulan dicatat. Orang lain harus menyetujuinya dalam tujuh hari.",
        "Noted. Somebody else must agree to it within seven days.",
    ),
    "impact_done": Text("Disetujui dan sudah berlaku.", "Agreed to, and in force."),
    "impact_refused": Text("Ditolak, dengan alasannya.", "Refused, with the reason."),
    "impact_gone": Text("Usulan dibatalkan.", "The proposal is off."),
    "impact_none_chosen": Text("Pilih dahulu usulan yang dimaksud.", "Choose the proposals first."),
    "impact_some_failed": Text("Yang berikut ini tidak dapat dilakukan.", "These could not be done."),
    "impact_refused_own_proposal": Text(
        "Usulan sendiri tidak dapat disetujui sendiri.", "Nobody agrees to their own proposal."
    ),
    "impact_refused_not_allowed": Text(
        "Alat ukur ini di luar wilayah atau wewenang Anda.",
        "This gauge is not in your area, or not yours to speak for.",
    ),
    "impact_refused_proposer_gone": Text(
        "Yang mengusulkan sudah tidak berwenang. Usulkan sendiri dan minta orang lain menyetujui.",
        "Whoever proposed it may not any more. Propose it yourself and ask somebody else to agree.",
    ),
    "impact_refused_unknown_impact": Text(
        "Baris atau usulan itu sudah tidak berlaku.", "That row or proposal does not hold any more."
    ),
    "impact_refused_doubled": Text(
        "RW dan tinggi ini sudah punya baris. Ubah baris itu.", "This RW and level have a row already. Alter that one."
    ),
    "impact_refused_shallower": Text(
        "Air di RW ini jadi lebih dangkal saat sungai naik, dibanding baris lain yang berlaku.",
        "The water in this RW would get shallower as the river rises, beside another row in force.",
    ),
    "impact_refused_full": Text("Jumlah baris sudah mencapai batasnya.", "There are as many rows as there can be."),
    "impact_refused_too_many": Text(
        "Terlalu banyak usulan menunggu. Putuskan dahulu yang ada.", "Too many proposals wait. Decide those first."
    ),
    "impact_refused_no_reason": Text("Tulis alasan penolakan.", "Write the reason for refusing."),
    "impact_wrong_gauge": Text(
        "Bukan alat ukur di wilayah Anda yang punya papan duga.", "No gauge with a staff in your area."
    ),
    "impact_wrong_falling": Text(
        "Bahaya alat ini adalah air rendah; tidak ada rumah yang terendam.",
        "This gauge's danger is low water; no house stands in it.",
    ),
    "impact_wrong_from_cm": Text(
        "Tulis tinggi dalam cm, misalnya 180 atau 182.5.", "Write the level in cm, as 180 or 182.5."
    ),
    "impact_wrong_range": Text(
        "Di luar papan duga alat ini. Tulis cm di atas titik nolnya.",
        "Outside this gauge's staff. Write cm above its zero.",
    ),
    "impact_wrong_rw": Text("Tulis nama RW, paling banyak 60 huruf.", "Write the RW, at most 60 characters."),
    "impact_wrong_depth": Text("Pilih tinggi air dari daftar.", "Choose a depth from the list."),
    "impact_wrong_muster": Text(
        "Tulis titik kumpul, paling banyak 80 huruf.", "Write the meeting point, at most 80 characters."
    ),
    "impact_wrong_place": Text(
        "Isi lintang dan bujur dalam derajat, atau kosongkan keduanya.",
        "Fill latitude and longitude in degrees, or leave both empty.",
    ),
    "impact_wrong_far": Text(
        "Titik kumpul lebih dari 20 km dari alat ini. Apakah lintang dan bujur tertukar?",
        "The meeting point is over 20 km from the gauge. Are latitude and longitude exchanged?",
    ),
    "impact_wrong_phone": Text(
        "Nomor ini tidak dapat ditelepon. Tulis 3 sampai 15 angka.",
        "This number cannot be dialled. Write 3 to 15 digits.",
    ),
    "impact_wrong_checked_by": Text(
        "Tulis kantor atau jabatan yang memeriksa.", "Write the office or role that checked it."
    ),
    "impact_wrong_checked_on": Text(
        "Tulis tanggal pemeriksaan, misalnya 2026-01-24.", "Write the day it was checked, as 2026-01-24."
    ),
    "impact_wrong_future": Text("Tanggal itu belum tiba.", "That day has not come yet."),
    "impact_wrong_compared": Text(
        "Banjir pembanding butuh tanggal dan kalimat, atau kosongkan keduanya.",
        "The flood compared with needs a day and a sentence, or neither.",
    ),
    "impact_wrong_compared_on": Text(
        "Tulis tanggal banjir, misalnya 2026-01-24.", "Write the day of the flood, as 2026-01-24."
    ),
    "impact_wrong_doubled": Text(
        "RW dan tinggi ini sudah punya baris atau usulan.", "This RW and level have a row or a proposal already."
    ),
    "impact_wrong_shallower": Text(
        "Air di RW ini jadi lebih dangkal saat sungai naik. Lihat baris lainnya.",
        "The water in this RW would get shallower as the river rises. Look at its other rows.",
    ),
    "impact_wrong_empty": Text("Tabelnya kosong.", "The table is empty."),
    "impact_wrong_columns": Text(
        "Kolom ini tidak dikenal, kurang, atau ganda. Pakai judul berkas unduhan.",
        "This column is unknown, missing or doubled. Use the download's header.",
    ),
    "impact_wrong_cells": Text(
        "Jumlah selnya tidak sama dengan judul, atau barisnya terlalu panjang.",
        "It has another number of cells than the header, or is too long.",
    ),
    "impact_wrong_quote": Text("Tanda kutip dibuka dan tidak ditutup.", "A double quote opens and does not close."),
    "impact_wrong_rows": Text(
        "Terlalu banyak baris. Kirim lebih sedikit setiap kali.", "Too many rows. Send fewer at a time."
    ),
}
