# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""To follow a place, by which way, and to leave it again."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "follow_title": Text("Ikuti wilayah", "Follow a place"),
    "follow_here": Text("Ikuti alat ukur ini", "Follow this gauge"),
    "follow_lead": Text(
        "Kami mengabari Anda saat air naik, saat ada perintah pergi, dan saat sudah aman. Gratis, tanpa akun.",
        "We tell you when the water rises, when people are to leave, and when it is over. Free, without an account.",
    ),
    "follow_place": Text("Ikuti apa?", "Follow what?"),
    "follow_place_choose": Text("Pilih alat ukur atau wilayah", "Choose a gauge or an area"),
    "follow_gauges": Text("Alat ukur sungai", "River gauges"),
    "follow_kecamatan": Text("Seluruh {name}", "All of {name}"),
    "follow_city": Text("Seluruh {city}", "All of {city}"),
    "follow_near": Text("Wilayah terdekat dengan saya", "The area nearest to me"),
    "follow_near_hint": Text(
        "Posisi Anda hanya dipakai di ponsel ini dan tidak dikirim.",
        "Your position is used on this phone only and is not sent.",
    ),
    "follow_near_found": Text(
        "Terdekat: {name}. Ubah kalau bukan itu.", "Nearest: {name}. Change it if that is not it."
    ),
    "follow_near_failed": Text("Posisi tidak didapat. Pilih dari daftar.", "No position. Choose from the list."),
    "follow_how": Text("Kabari lewat", "Tell me by"),
    "follow_kind_webpush": Text("Pemberitahuan di perangkat ini", "Notifications on this device"),
    "follow_kind_email": Text("Surel", "E-mail"),
    "follow_kind_telegram": Text("Telegram", "Telegram"),
    "follow_kind_whatsapp": Text("WhatsApp", "WhatsApp"),
    "follow_kind_sms": Text("SMS", "Text message"),
    "follow_kind_ntfy": Text("ntfy", "ntfy"),
    "follow_address": Text("Alamat", "Address"),
    "follow_address_hint": Text(
        "Alamat surel, nomor ponsel, atau alamat topik ntfy (https://…). Kosongkan untuk pemberitahuan di perangkat ini dan untuk Telegram. Boleh milik orang tua: kode konfirmasi dikirim ke sana.",
        "An e-mail address, a mobile number, or an ntfy topic's address (https://…). Leave it empty for notifications on this device and for Telegram. It may be a parent's: the code that confirms it is sent there.",
    ),
    "follow_label": Text("Untuk siapa (boleh kosong)", "For whom (may be empty)"),
    "follow_label_hint": Text("Seperti “rumah Ibu di Terban”.", "As “Mother's house in Terban”."),
    "follow_more": Text("Pilihan lain", "More choices"),
    "follow_topics": Text("Kabar tentang", "News of"),
    "follow_topic_flood": Text("Banjir", "Floods"),
    "follow_topic_outage": Text("WiFi publik terputus", "Public WiFi outages"),
    "follow_topic_bmkg": Text("Peringatan cuaca BMKG", "BMKG weather warnings"),
    "follow_level": Text("Mulai dari tingkat", "From the level"),
    "follow_level_hint": Text(
        "AWAS, perintah pergi, ralat, dan kabar aman selalu dikirim.",
        "DANGER, orders to leave, corrections and all-clears are always sent.",
    ),
    "follow_language": Text("Bahasa", "Language"),
    "follow_quiet": Text(
        "Kabar lanjutan yang tidak mendesak menunggu dari pukul 22 sampai 5",
        "Updates that are not urgent wait from 22 to 5 o'clock",
    ),
    "follow_do": Text("Ikuti", "Follow"),
    "follow_none": Text("Kota ini belum bisa mengirim kabar sendiri.", "This city cannot send news itself yet."),
    "follow_none_why": Text(
        "Belum ada penyedia yang dipasang untuk surel, SMS, WhatsApp, atau pemberitahuan ponsel. Sampai saat itu:",
        "No provider is set up for e-mail, text messages, WhatsApp or notifications. Until then:",
    ),
    "follow_none_page": Text("Peringatan yang berlaku, di satu halaman", "The warnings in force, on one page"),
    "follow_none_feed": Text("Umpan Atom untuk pembaca berita", "Atom feed for news readers"),
    "follow_none_cap": Text("Umpan CAP untuk aplikasi peringatan", "CAP feed for warning apps"),
    "follow_also": Text("Tanpa mendaftar", "Without signing up"),
    "follow_needs_script": Text(
        "Pemberitahuan di perangkat ini membutuhkan JavaScript.", "Notifications on this device need JavaScript."
    ),
    "follow_push_missing": Text(
        "Peramban ini tidak bisa menerima pemberitahuan. Di iPhone: tambahkan dulu halaman ini ke layar utama.",
        "This browser takes no notifications. On an iPhone add this page to the home screen first.",
    ),
    "follow_push_denied": Text(
        "Pemberitahuan dilarang untuk halaman ini. Izinkan di pengaturan peramban, lalu coba lagi.",
        "Notifications are forbidden for this page. Allow them in the browser's settings and try again.",
    ),
    "follow_push_failed": Text(
        "Perangkat tidak berhasil didaftarkan. Coba lagi, atau pilih cara lain.",
        "The device could not be registered. Try again, or choose another way.",
    ),
    "follow_wrong_place": Text("Pilih alat ukur atau wilayah dari daftar.", "Choose a gauge or an area of the list."),
    "follow_wrong_kind": Text("Pilih lewat apa Anda dikabari.", "Choose by what you are told."),
    "follow_wrong_address": Text(
        "Alamat tidak cocok dengan cara yang dipilih. Contoh: nama@contoh.id, 0812 3456 7890, https://ntfy.sh/topik.",
        "The address does not fit the way chosen. Examples: name@example.org, 0812 3456 7890, https://ntfy.sh/topic.",
    ),
    "follow_wrong_topics": Text("Pilih paling sedikit satu kabar.", "Choose at least one kind of news."),
    "follow_wrong_level": Text("Pilih tingkat dari daftar.", "Choose a level of the list."),
    "follow_too_many": Text(
        "Alamat ini sudah mengikuti sepuluh tempat. Berhentilah dari salah satu, atau ikuti seluruh kota.",
        "This address follows ten places already. Leave one of them, or follow the whole city.",
    ),
    "follow_code_title": Text("Satu langkah lagi", "One more step"),
    "follow_code_lead": Text(
        "Kami mengirim kode enam angka ke alamat itu. Sebelum kode dimasukkan, tidak ada kabar yang dikirim. Kode berlaku 48 jam.",
        "We sent a code of six digits to that address. Until it is given here nothing is told. The code holds for 48 hours.",
    ),
    "follow_start_lead": Text(
        "Buka percakapan dengan bot kota di Telegram dan tekan Mulai. Sebelum itu tidak ada kabar yang dikirim. Tautan berlaku 48 jam, sekali.",
        "Open the chat with the city's bot at Telegram and tap Start. Until then nothing is told. The link holds for 48 hours, once.",
    ),
    "follow_start_do": Text("Buka @{bot} di Telegram", "Open @{bot} at Telegram"),
    "follow_start_qr": Text("Kode QR tautan ke bot kota", "QR code of the link to the city's bot"),
    "follow_start_scan": Text(
        "Telegram di ponsel lain? Pindai kode ini dengan ponsel itu.", "Telegram on another phone? Scan this with it."
    ),
    "follow_start_told": Text(
        "Bot menjawab apa yang Anda ikuti. Berhenti kapan saja: kirim BERHENTI kepadanya.",
        "The bot answers what you follow. Leave at any time: send it STOP.",
    ),
    "follow_code_label": Text("Kode", "Code"),
    "follow_code_do": Text("Ya, ikuti", "Yes, follow"),
    "follow_code_none": Text(
        "Kode tidak datang? Kalau alamat itu sudah mengikuti tempat ini, yang datang adalah pemberitahuan tentang itu. Selain itu, periksa alamatnya dan",
        "No code? If the address follows the place already, it is told so instead. Otherwise check the address and",
    ),
    "follow_again": Text("mulai lagi", "start again"),
    "follow_wrong_code": Text(
        "Kode ini tidak cocok. Sesudah lima kali keliru, mulai lagi dari awal.",
        "This code does not fit. After five wrong ones start again.",
    ),
    "follow_own_title": Text("Yang saya ikuti", "What I follow"),
    "follow_own_lead": Text(
        "Simpan alamat halaman ini: hanya lewat tautan ini Anda mengubah atau berhenti. Jangan bagikan.",
        "Keep this page's address: by this link alone you change it or leave. Share it with nobody.",
    ),
    "follow_active": Text("Aktif", "Active"),
    "follow_pending": Text("Menunggu kode", "Waiting for the code"),
    "follow_paused": Text(
        "Dijeda sampai {time}. Juga AWAS tidak dikirim.", "Paused until {time}. DANGER is not sent either."
    ),
    "follow_bounced": Text(
        "Alamat tidak menerima kabar kami ({reason}). Tidak ada yang dikirim.",
        "The address did not take our news ({reason}). Nothing is sent.",
    ),
    "follow_from": Text("mulai {level}", "from {level}"),
    "follow_pause_1": Text("Jeda 1 hari", "Pause for 1 day"),
    "follow_pause_7": Text("Jeda 7 hari", "Pause for 7 days"),
    "follow_resume": Text("Lanjutkan", "Go on"),
    "follow_leave": Text("Berhenti", "Leave"),
    "follow_another": Text("Ikuti tempat lain", "Follow another place"),
    "follow_nothing_done": Text(
        "Tidak ada yang diubah. Lihat keadaannya di bawah.", "Nothing was changed. See below how it stands."
    ),
    "follow_leave_title": Text("Berhenti mengikuti?", "Leave?"),
    "follow_leave_lead": Text("Alamat Anda langsung dihapus dari kota ini.", "Your address is deleted here at once."),
    "follow_left_title": Text("Anda sudah berhenti", "You have left"),
    "follow_left": Text(
        "Alamat sudah dihapus, dan tidak ada kabar lagi yang dikirim ke sana.",
        "The address is deleted, and no more news goes there.",
    ),
    "follow_shut_title": Text("Tautan ini tidak berlaku", "This link is not valid"),
    "follow_shut": Text(
        "Mungkin Anda sudah berhenti, atau sebagian tautan hilang saat disalin.",
        "Perhaps you have left, or part of the link was lost in copying.",
    ),
    "knock_following_link": Text("Tautan yang diikuti", "A follower's link"),
    "follow_subject": Text("Konfirmasi Siaga {city}", "Siaga {city}: confirm"),
    "follow_code": Text(
        "Kode Anda untuk mengikuti {place} di Siaga {city}: {code}\n\nMasukkan di halaman tadi, atau buka: {page}\n\nBukan Anda yang meminta? Abaikan saja: tanpa kode ini tidak ada yang dikirim.",
        "Your code to follow {place} at Siaga {city}: {code}\n\nGive it on the page, or open: {page}\n\nWas it not you? Ignore this: without the code nothing is sent.",
    ),
    "follow_code_brief": Text(
        "Siaga {city}: kode {code} untuk mengikuti {place}. Bukan Anda? Abaikan.",
        "Siaga {city}: code {code} to follow {place}. Not you? Ignore this.",
    ),
    "follow_known": Text(
        "Alamat ini sudah mengikuti {place} di Siaga {city}. Tidak ada yang berubah. Untuk berhenti: {left}",
        "This address follows {place} at Siaga {city} already. Nothing was changed. To leave: {left}",
    ),
    "follow_known_brief": Text(
        "Siaga {city}: nomor ini sudah mengikuti {place}. Tidak ada yang berubah.",
        "Siaga {city}: this number follows {place} already. Nothing was changed.",
    ),
}
