"""Answers to people's messages, in letters that one text message has room for, and what staff read of them."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "inbound_river": Text("K.{river}", "{river} at"),
    "inbound_silent": Text(
        "{place}: sensor diam sejak {time}, tadi {cm} cm. Keadaan sekarang tidak diketahui.",
        "{place}: sensor silent since {time}, then {cm} cm. Not known how it is now.",
    ),
    "inbound_dangerous": Text(
        "{level} {place}: sensor diam sejak {time}, tadi {cm} cm. Anggap berbahaya.",
        "{level} {place}: sensor silent since {time}, then {cm} cm. Treat as dangerous.",
    ),
    "inbound_dangerous_unknown": Text(
        "{place}: sensor diam. Anggap berbahaya.", "{place}: sensor silent. Treat as dangerous."
    ),
    "inbound_never": Text(
        "{place}: belum ada data. Itu bukan berarti aman.", "{place}: no data yet. That does not mean it is safe."
    ),
    "inbound_flat": Text("Angka ini diragukan.", "This figure is in doubt."),
    "inbound_say": Text(
        "Di tempat Anda: 1 air naik, 2 tidak, 3 butuh bantuan.", "Where you are: 1 rising, 2 not, 3 help."
    ),
    "inbound_one_silent": Text("{place} sensor diam", "{place} silent"),
    "inbound_one_dangerous": Text("{level} {place} sensor diam, anggap berbahaya", "{level} {place} silent, dangerous"),
    "inbound_others": Text("+{n} lain", "+{n} more"),
    "inbound_nearest": Text("Terdekat dari {place}: {answer}", "Nearest to {place}: {answer}"),
    "inbound_no_gauges": Text("Belum ada alat ukur sungai di sini.", "There is no river gauge here yet."),
    "inbound_unknown": Text(
        "Nama itu tidak kami kenal. Kirim satu nama: {names}. Darurat {phone}.",
        "We do not know that name. Send one name: {names}. Emergency {phone}.",
    ),
    "inbound_which": Text("Maksud Anda {names}? Kirim salah satu.", "Do you mean {names}? Send one of them."),
    "inbound_or": Text(" atau ", " or "),
    "inbound_info": Text(
        "Kirim nama sungai atau tempat, mis. {name}, untuk tinggi air. Saat ada peringatan: 1 air naik, 2 tidak, 3 "
        "butuh bantuan. Darurat {phone}.",
        "Send a river or place, as {name}, for its level. In a warning: 1 water rises, 2 it does not, 3 help needed. "
        "Emergency {phone}.",
    ),
    "inbound_slow": Text(
        "Terlalu banyak pesan. Tunggu satu menit. Darurat {phone}.",
        "Too many messages. Wait a minute. Emergency {phone}.",
    ),
    "inbound_where": Text(
        "Di mana? Kirim angkanya dengan nama tempat, mis. {said} {name}. Darurat {phone}.",
        "Where? Send the figure with a place, as {said} {name}. Emergency {phone}.",
    ),
    "inbound_said_yes": Text(
        "Tercatat untuk petugas: air naik di tempat Anda ({place}). Ikuti siaran resmi. Darurat {phone}.",
        "Noted for the officers: water rises where you are ({place}). Follow official warnings. Emergency {phone}.",
    ),
    "inbound_said_no": Text(
        "Tercatat untuk petugas: air tidak naik di tempat Anda ({place}). Tetap waspada. Darurat {phone}.",
        "Noted for the officers: no rise where you are ({place}). Stay alert. Emergency {phone}.",
    ),
    "inbound_said_help": Text(
        "Telepon {phone} SEKARANG: nomor Anda tidak kami simpan. Tercatat untuk petugas: butuh bantuan ({place}).",
        "Call {phone} NOW: we do not keep your number. Noted for the officers: help needed ({place}).",
    ),
    "inbound_help_alone": Text(
        "Telepon {phone} SEKARANG. Belum ada peringatan untuk tempat Anda, jadi pesan ini tidak membangunkan petugas.",
        "Call {phone} NOW. There is no warning for your place yet, so this message wakes no officer.",
    ),
    "inbound_no_warning": Text(
        "Tidak ada peringatan yang berlaku untuk {place} sekarang. Bila air naik di tempat Anda, telepon {phone}.",
        "No warning holds for {place} now. If water rises where you are, call {phone}.",
    ),
    "inbound_info_follow": Text(
        "{name}: tinggi air. IKUT {name}: dikabari bila naik. BERHENTI. Saat peringatan: 1 air naik, 2 tidak, 3 butuh "
        "bantuan. Darurat {phone}.",
        "{name}: its level. FOLLOW {name}: told when it rises. STOP. In a warning: 1 rises, 2 not, 3 help needed. "
        "Emergency {phone}.",
    ),
    "inbound_follow_which": Text(
        "Ikuti apa? Kirim IKUT dan nama sungai atau kelurahan, mis. IKUT {name}; IKUT KOTA untuk semuanya.",
        "Follow what? Send FOLLOW and a river or sub-district, as FOLLOW {name}; FOLLOW KOTA for all.",
    ),
    "inbound_followed": Text(
        "Anda mengikuti {place}: dikabari lewat pesan mulai WASPADA. Berhenti: kirim BERHENTI.",
        "You follow {place}: told by message from WATCH on. To leave send STOP.",
    ),
    "inbound_start_old": Text(
        "Tautan itu tidak berlaku lagi. Mulai lagi di halaman Ikuti, atau kirim IKUT {name}.",
        "That link is not valid any more. Start again on the page, or send FOLLOW {name}.",
    ),
    "inbound_follow_full": Text(
        "Anda sudah mengikuti terlalu banyak. Kirim BERHENTI dan nama tempat yang tidak perlu lagi.",
        "You follow too many places already. Send STOP and a place that you need no more.",
    ),
    "inbound_follow_not": Text(
        "Mengikuti lewat pesan belum ada di sini. Tinggi air: kirim nama sungai, mis. {name}.",
        "Nothing is followed by message here yet. For a level send a river, as {name}.",
    ),
    "inbound_left": Text(
        "Anda berhenti mengikuti {place}; alamat Anda untuk itu sudah dihapus. Ikut lagi: kirim IKUT {name}.",
        "You follow {place} no more; your address for it is deleted. To follow again send FOLLOW {name}.",
    ),
    "inbound_left_all": Text("semuanya", "anything"),
    "inbound_left_none": Text(
        "Anda tidak mengikuti apa pun lewat pesan ini. Ikut: kirim IKUT {name}.",
        "You follow nothing by this way. To follow send FOLLOW {name}.",
    ),
    "inbound_here": Text("tempat Anda", "your place"),
    "inbound_chat": Text("Nomor obrolan ini: {number}", "Number of this chat: {number}"),
    "echo_title": Text("Kata warga", "What people there say"),
    "echo_line": Text(
        "{yes} air naik di sini · {no} tidak · {help} butuh bantuan",
        "{yes} water rises here · {no} not · {help} need help",
    ),
    "echo_last": Text("Terakhir {time}.", "Last at {time}."),
    "echo_help_from": Text("Butuh bantuan dari: {places}.", "Help is needed in: {places}."),
    "echo_somewhere": Text("tempat tidak disebut", "place not named"),
    "echo_none": Text("Belum ada balasan warga.", "Nobody has answered yet."),
    "knock_inbound_message": Text("Pesan warga lewat penyedia", "People's messages by a provider"),
    "turned_bad_signature": Text("Tanda tangan penyedia salah", "Wrong signature of a provider"),
    "echo_note": Text(
        "Lewat pesan, dihitung sekali tiap pengirim. Bukan saksi dan bukan perintah; nomornya tidak disimpan.",
        "By message, each sender once. No witness and no order; their numbers are not kept.",
    ),
}
