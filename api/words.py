# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Every text of the pages, in both languages. Places in braces are filled by name and are the same in both."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from contract.city import Text

_HOUSE = {
    "about": Text(
        "Sungai, WiFi publik, keramaian dan laporan di {city}, saat ini.",
        "Rivers, public WiFi, crowds and reports in {city}, now.",
    ),
    "skip": Text("Langsung ke isi", "Skip to content"),
    "navigation": Text("Halaman", "Pages"),
    "nav_map": Text("Peta", "Map"),
    "nav_rivers": Text("Sungai", "Rivers"),
    "nav_wifi": Text("WiFi", "WiFi"),
    "nav_cases": Text("Kasus", "Cases"),
    "nav_nodes": Text("Simpul", "Nodes"),
    "other_language": Text("English", "Indonesia"),
    "simulation": Text("Simulasi: waktu berjalan {times}× lebih cepat", "Simulation: time runs {times}× faster"),
    "lost": Text(
        "Sambungan terputus {minutes} menit. Angka di bawah dari {time}.",
        "Connection lost for {minutes} min. Figures below are from {time}.",
    ),
    "not_kept": Text(
        "Bacaan baru sedang belum bisa disimpan. Angka di bawah adalah yang terakhir tersimpan. Peringatan tetap bekerja.",
        "New readings cannot be kept just now. Figures below are the last that were kept. Warnings go on working.",
    ),
    "emergency": Text("Darurat, telepon", "Emergency, call"),
    "open_data": Text("Data terbuka:", "Open data:"),
    "no_faces": Text(
        "Kamera hanya menghitung. Tidak ada gambar, wajah, atau pelat nomor yang disimpan.",
        "Cameras only count. No picture, face or number plate is kept.",
    ),
    "now": Text("Sekarang", "Now"),
    "every": Text("Semua", "All"),
    "show": Text("Tampilkan", "Show"),
    "show_all": Text("Tampilkan semua", "Show all"),
    "search": Text("Cari", "Search"),
    "state": Text("Keadaan", "State"),
    "time": Text("Jam", "Time"),
    "level": Text("Tingkat", "Level"),
    "place": Text("Tempat", "Place"),
    "pages": Text("Halaman daftar", "Pages of the list"),
    "since": Text("sejak {time}", "since {time}"),
    "seconds": Text("{n} detik", "{n} seconds"),
    "seconds_one": Text("{n} detik", "{n} second"),
    "minutes": Text("{n} menit", "{n} minutes"),
    "minutes_one": Text("{n} menit", "{n} minute"),
    "hours": Text("{n} jam", "{n} hours"),
    "hours_one": Text("{n} jam", "{n} hour"),
    "days": Text("{n} hari", "{n} days"),
    "ago": Text("{age} lalu", "{age} ago"),
    "just_now": Text("baru saja", "just now"),
}

_RIVERS = {
    "level_awas": Text("AWAS", "DANGER"),
    "level_siaga": Text("SIAGA", "ALERT"),
    "level_waspada": Text("WASPADA", "WATCH"),
    "level_normal": Text("NORMAL", "NORMAL"),
    "no_data": Text("Tanpa data", "No data"),
    "trend_rising": Text("naik", "rising"),
    "trend_falling": Text("turun", "falling"),
    "trend_steady": Text("tetap", "steady"),
    "gauge_at": Text("Sungai {river} di {place}", "{river} River at {place}"),
    "river_name": Text("Sungai {river}", "{river} River"),
    "no_river": Text("Alat ukur lain", "Other gauges"),
    "rivers": Text("Sungai", "Rivers"),
    "all_normal": Text("Semua sungai normal", "All rivers normal"),
    "some_normal": Text(
        "{normal} alat ukur normal, {silent} tanpa data", "{normal} gauges normal, {silent} without data"
    ),
    "no_gauges": Text("Belum ada alat ukur sungai di sini.", "There is no river gauge here yet."),
    "no_river_data": Text(
        "Tidak ada data sungai saat ini. Ini bukan berarti aman.",
        "No river data at the moment. That does not mean it is safe.",
    ),
    "last_heard": Text("Data terakhir {time}.", "Last data {time}."),
    "updated": Text("Diperbarui {time}", "Updated {time}"),
    "unconfirmed": Text("Belum dikonfirmasi petugas.", "Not yet confirmed by an officer."),
    "pending": Text("Baru satu bacaan, menunggu yang berikutnya.", "One reading so far, waiting for the next."),
    "be_ready": Text("Bersiap.", "Be ready."),
    "and_more": Text("Dan {n} alat ukur lain di atas normal.", "And {n} more above normal."),
    "silent_danger_at": Text(
        "{place}: sensor diam sejak {time}, anggap berbahaya.",
        "{place}: sensor silent since {time}, treat it as dangerous.",
    ),
    "silent_danger": Text(
        "sensor diam sejak {time}, anggap berbahaya", "sensor silent since {time}, treat as dangerous"
    ),
    "silent_danger_unknown": Text("Sensor diam, anggap berbahaya.", "Sensor silent, treat as dangerous."),
    "silent_since": Text("sensor diam sejak {time}", "sensor silent since {time}"),
    "silent_last": Text("terakhir {cm} cm, {age}", "last {cm} cm, {age}"),
    "silent_is_not_safe": Text("Tanpa data bukan berarti aman.", "No data does not mean safe."),
    "last_value": Text("Angka terakhir {cm} cm.", "Last value {cm} cm."),
    "gauge_never": Text("alat ini belum pernah mengirim data", "this gauge has never sent data"),
    "measured": Text("diukur {time}", "measured {time}"),
    "follow_case": Text("Ikuti kasus", "Follow the case"),
    "see_river": Text("Lihat sungai", "See the river"),
    "chart_title": Text("{window} terakhir", "The last {window}"),
    "chart_alt": Text("Grafik tinggi air di {place}", "Chart of the water level at {place}"),
    "chart_unit": Text("Tinggi air dalam cm", "Water level in cm"),
    "flagged_points": Text("{n} bacaan diragukan", "{n} doubtful readings"),
    "gap_explained": Text("garis putus: tidak ada data", "broken line: no data"),
    "see_figures": Text("Lihat angka", "See the figures"),
    "doubted": Text("diragukan", "doubtful"),
    "missing": Text("tidak ada data", "missing"),
    "no_readings": Text("Belum ada bacaan dalam waktu ini.", "No readings in this time yet."),
    "scale_title": Text("Batas tingkat di sini", "The levels here"),
    "datum": Text("Diukur dari {datum}.", "Measured from {datum}."),
    "neighbours": Text("Tetangga di sungai ini", "Neighbours on this river"),
    "upstream": Text("Hulu, {km} km dari sini", "Upstream, {km} km away"),
    "downstream": Text("Hilir, {km} km dari sini", "Downstream, {km} km away"),
    "text_page": Text("Halaman teks, untuk sinyal lemah", "Text page, for a weak signal"),
    "full_page": Text("Halaman lengkap", "Full page"),
}

_MAP = {
    "open_incidents": Text("Sedang terjadi", "Happening now"),
    "all_open": Text("Semua {n} kejadian", "All {n} events"),
    "n_gauges": Text("{n} alat ukur", "{n} gauges"),
    "points_behind": Text("{n} titik di uplink {name}", "{n} points on the {name} uplink"),
    "points_at": Text("{n} titik di {name}", "{n} points at {name}"),
    "wifi_is_down": Text("WiFi mati", "WiFi down"),
    "others": Text("dan {n} lain", "and {n} more"),
    "just_ended": Text("Baru selesai", "Just ended"),
    "ended_at": Text("selesai {time}", "over at {time}"),
    "map": Text("Peta kota", "City map"),
    "map_alt": Text(
        "Peta {city}: sungai, WiFi, kamera dan laporan. Isinya sama dengan daftar di halaman ini.",
        "Map of {city}: rivers, WiFi, cameras and reports. The lists on this page say the same.",
    ),
    "layers": Text("Lapisan peta", "Map layers"),
    "layer_sungai": Text("Sungai", "Rivers"),
    "layer_wifi": Text("WiFi", "WiFi"),
    "layer_keramaian": Text("Keramaian", "Crowds"),
    "layer_laporan": Text("Laporan", "Reports"),
    "zoom_in": Text("Perbesar", "Zoom in"),
    "zoom_out": Text("Perkecil", "Zoom out"),
    "public_wifi": Text("WiFi publik", "Public WiFi"),
    "wifi_up": Text("menyala", "working"),
    "wifi_down": Text("mati", "down"),
    "wifi_unknown": Text("tak diketahui", "unknown"),
    "no_wifi": Text("Belum ada titik WiFi publik di sini.", "There is no public WiFi point here yet."),
    "nearest": Text("Terdekat yang menyala", "Nearest that work"),
    "none_working": Text(
        "Tidak ada titik WiFi yang diketahui menyala sekarang.", "No WiFi point is known to work at the moment."
    ),
    "locate": Text("Cari yang terdekat dari saya", "Find the nearest to me"),
    "metres": Text("{m} m", "{m} m"),
    "kilometres": Text("{km} km", "{km} km"),
    "crowds": Text("Keramaian", "Crowds"),
    "people": Text("{n} orang", "{n} people"),
    "people_at_least": Text("{n} orang atau lebih", "{n} people or more"),
    "cameras_line": Text("{up} dari {total} kamera menghitung", "{up} of {total} cameras are counting"),
    "no_cameras": Text("Belum ada kamera penghitung di sini.", "There is no counting camera here yet."),
}

_CASES = {
    "cases_title": Text("Kasus", "Cases"),
    "cases_count": Text("{n} kasus", "{n} cases"),
    "no_cases": Text("Belum ada laporan di sini. Itu kabar baik.", "No reports here. That is good news."),
    "all_cases": Text("Semua kasus", "All cases"),
    "open": Text("Terbuka", "Open"),
    "closed": Text("Selesai", "Closed"),
    "category": Text("Jenis", "Category"),
    "older": Text("Lebih lama", "Older"),
    "first_page": Text("Terbaru", "Newest"),
    "overdue": Text("lewat tenggat", "overdue"),
    "case_received": Text("diterima", "received"),
    "case_checked": Text("diperiksa", "checked"),
    "case_in_progress": Text("dikerjakan", "in progress"),
    "case_done": Text("selesai", "done"),
    "case_not_ours": Text("bukan wewenang", "not ours"),
    "progress": Text("Sampai di mana", "How far it is"),
    "agency": Text("Ditangani", "Handled by"),
    "due": Text("Tenggat", "Due"),
    "opened": Text("Dibuka", "Opened"),
    "time_left": Text("{time} lagi", "{time} left"),
    "in_time": Text("selesai sebelum tenggat", "done in time"),
    "closed_by_sensor": Text(
        "Ditutup otomatis: sensor sudah normal.", "Closed automatically: the sensors are back to normal."
    ),
    "closed_by": Text("Ditutup oleh {who}.", "Closed by {who}."),
    "closed_at": Text("Ditutup", "Closed"),
    "recurs": Text("Terulang dari", "Recurs from"),
    "recurred": Text("Terulang lagi sebagai", "Recurred as"),
    "uplink": Text("Uplink bersama", "Shared uplink"),
    "rule": Text("Aturan", "Rule"),
    "points_title": Text("Titik dalam kejadian ini ({n})", "Points of this event ({n})"),
    "until_head": Text("Sampai", "Until"),
    "still_out": Text("masih mati", "still out"),
    "check_gross_range": Text("di luar jangkauan alat", "out of the instrument's range"),
    "check_rate_of_change": Text("berubah terlalu cepat", "changed too fast"),
    "check_spike": Text("lonjakan sesaat", "spike"),
    "check_flat_line": Text("angka tidak bergerak", "flat line"),
    "check_missing": Text("tanpa nilai", "without a value"),
    "check_gap": Text("ada jeda sebelumnya", "after a gap"),
    "check_sensor": Text("sensor melaporkan gangguan", "sensor fault"),
    "reported_by": Text("Dilaporkan", "Reported by"),
    "source_sensor": Text("sensor kota", "the city's sensors"),
    "source_citizen": Text("warga", "a resident"),
    "timeline": Text("Riwayat", "Timeline"),
    "no_updates": Text("Belum ada kabar.", "No news yet."),
    "author_sensor": Text("sensor kota", "the city's sensors"),
    "follow_at": Text("Ikuti laporan ini di {url}", "Follow this report at {url}"),
    "withheld": Text(
        "Isi laporan warga ditampilkan setelah diperiksa petugas.",
        "The resident's words are shown once an officer has checked them.",
    ),
    "author_warga": Text("warga", "a resident"),
    "evidence": Text("Bukti dari sensor", "What the sensors say"),
    "rule_line": Text("{rule}, versi {version}", "{rule}, version {version}"),
    "peak_line": Text("Puncak {cm} cm", "Peak {cm} cm"),
    "change_opened": Text("dibuka", "opened"),
    "change_level": Text("tingkat berubah", "level changed"),
    "change_recovering": Text("mulai reda", "easing"),
    "change_relapsed": Text("memburuk lagi", "worse again"),
    "change_no_data": Text("sensor diam", "sensor silent"),
    "change_data_back": Text("sensor kembali", "sensor back"),
    "change_resolved": Text("berakhir", "over"),
    "veto": Text(
        "Ditutup petugas, tetapi sensor masih {cm} cm.", "Closed by an officer, but the sensor still reads {cm} cm."
    ),
}

_NODES = {
    "nodes_title": Text("Simpul jaringan", "Nodes of the network"),
    "node": Text("Simpul", "Node"),
    "kind": Text("Jenis", "Kind"),
    "order": Text("Urutkan", "Sort by"),
    "order_keadaan": Text("yang bermasalah dulu", "what is wrong first"),
    "order_nama": Text("nama", "name"),
    "order_umur": Text("bacaan tertua dulu", "oldest reading first"),
    "why": Text("Sebab", "Why"),
    "since_head": Text("Sejak", "Since"),
    "last_reading": Text("Bacaan terakhir", "Last reading"),
    "kind_wifi": Text("titik WiFi", "WiFi point"),
    "kind_camera": Text("kamera", "camera"),
    "kind_gauge": Text("alat ukur sungai", "river gauge"),
    "state_up": Text("Menyala", "Up"),
    "state_down": Text("Mati", "Down"),
    "state_unknown": Text("Tak diketahui", "Unknown"),
    "state_never": Text("Belum terpasang", "Never seen"),
    "why_fine": Text("bekerja", "working"),
    "why_captive": Text("bekerja, ada halaman masuk", "working, behind a login page"),
    "why_camera": Text("mengirim, tetapi gambarnya bermasalah", "sending, but the picture is poor"),
    "why_outage": Text("tidak menjawab; gangguan sudah dicatat", "not answering; the outage is on record"),
    "why_offline": Text(
        "sambungan ke pusat terputus: periksa listrik dan jaringan",
        "connection to the city lost: check power and network",
    ),
    "why_internet_down": Text(
        "titik hidup, internetnya mati: periksa uplink", "the point lives, its internet is down: check the uplink"
    ),
    "why_gateway_down": Text(
        "gateway tidak menjawab: periksa listrik titik", "the gateway does not answer: check its power"
    ),
    "why_silent": Text("tersambung tetapi tidak ada bacaan baru", "connected, but no new reading"),
    "why_sensor_failed": Text(
        "sensor tidak memberi nilai: periksa kabel dan sensor", "the sensor gives no value: check cable and sensor"
    ),
    "why_no_reading": Text("tersambung, belum ada bacaan", "connected, no reading yet"),
    "why_never": Text("belum pernah terhubung", "has never connected"),
    "camera_warming_up": Text("baru mulai", "warming up"),
    "camera_stalled": Text("macet", "stalled"),
    "camera_frozen": Text("gambar beku", "frozen"),
    "camera_dark": Text("gelap", "dark"),
    "camera_blurred": Text("kabur", "blurred"),
    "camera_moved": Text("bergeser", "moved"),
    "camera_saturated": Text("silau", "saturated"),
    "camera_low_fps": Text("terlalu lambat", "too slow"),
    "no_nodes": Text("Belum ada simpul yang terdaftar.", "No node is registered yet."),
    "no_nodes_match": Text("Tidak ada simpul yang cocok.", "No node matches."),
}

_ERRORS = {
    "to_map": Text("Ke peta", "To the map"),
    "error_400_title": Text("Permintaan ini tidak bisa dibaca", "This request cannot be read"),
    "error_400_text": Text(
        "Ada bagian alamat atau isian yang keliru. Kembali dan coba lagi.",
        "Part of the address or the form is wrong. Go back and try again.",
    ),
    "error_fields": Text("Isian yang keliru: {fields}.", "What is wrong: {fields}."),
    "error_401_title": Text("Masuk dahulu", "Sign in first"),
    "error_401_text": Text(
        "Alamat ini hanya untuk yang sudah masuk. Kunci yang dikirim tidak ada atau tidak berlaku.",
        "This address is for those who have signed in. The key sent is missing or not valid.",
    ),
    "error_403_title": Text("Ini bukan wewenang Anda", "This is not for you to do"),
    "error_403_text": Text(
        "Akun Anda tidak membuka alamat ini. Mintalah pada administrator bila Anda memerlukannya.",
        "Your account does not open this address. Ask an administrator where you need it.",
    ),
    "error_form": Text(
        "Formulir ini sudah kedaluwarsa atau tidak berasal dari sini. Muat ulang halaman dan coba lagi.",
        "This form is out of date or not from here. Load the page anew and try again.",
    ),
    "error_429_title": Text("Terlalu banyak percobaan", "Too many tries"),
    "error_429_text": Text("Tunggu sebentar, lalu coba lagi.", "Wait a while, then try again."),
    "error_404_title": Text("Halaman ini tidak ada", "There is no such page"),
    "error_404_text": Text(
        "Periksa kembali nomor atau alamatnya. Nomor kasus ada pada tanda terima laporan. Kasus yang belum diperiksa belum ditampilkan.",
        "Check the number or the address again. A case number stands on the report's receipt. Cases not yet reviewed are not shown.",
    ),
    "error_405_title": Text("Cara ini tidak dilayani", "This method is not served"),
    "error_405_text": Text("Alamat ini hanya bisa dibaca.", "This address can only be read."),
    "error_413_title": Text("Kiriman terlalu besar", "The content is too large"),
    "error_413_text": Text("Kirim paling banyak 64 KiB.", "Send at most 64 KiB."),
    "error_500_title": Text("Ada yang rusak di sini", "Something broke here"),
    "error_500_text": Text(
        "Kesalahan ini ada pada kami dan sudah dicatat. Coba lagi sebentar lagi.",
        "The fault is ours and has been noted. Try again in a moment.",
    ),
    "error_503_title": Text("Data kota sedang tidak terjangkau", "The city's data cannot be reached"),
    "error_503_text": Text(
        "Kami tidak menampilkan angka lama seolah-olah baru. Ini bukan berarti aman: dalam bahaya, ikuti petugas di lapangan dan telepon nomor darurat di bawah. Halaman ini bisa dimuat ulang sebentar lagi.",
        "We show no old figures as if they were new. This does not mean it is safe: in danger, follow the officers on site and call the emergency number below. Reload this page in a moment.",
    ),
}

_BEHIND = {
    "behind_title": Text("Di balik simpul", "Behind the nodes"),
    "strangers_title": Text("Belum dikenal", "Not known yet"),
    "strangers_text": Text(
        "Simpul ini berbicara tetapi tidak terdaftar. Datanya menunggu di simpul sampai ia diterima.",
        "These nodes speak and are not in the registry. Their readings wait at the node until it is adopted.",
    ),
    "no_strangers": Text("Tidak ada simpul asing.", "No strangers."),
    "first_heard": Text("Pertama terdengar", "First heard"),
    "quarantine_title": Text("Karantina", "Quarantine"),
    "no_quarantine": Text("Karantina kosong.", "Nothing in quarantine."),
    "how_many": Text("Jumlah", "Count"),
    "unseen_title": Text("Tidak tampil untuk umum", "Not shown to the public"),
    "no_unseen": Text("Semua simpul tampil untuk umum.", "Every node is shown to the public."),
    "audience_staff": Text("untuk petugas", "for staff"),
    "audience_shadow": Text("uji coba diam", "shadow"),
    "turned_away_title": Text("Yang ditolak", "Turned away"),
    "nobody_turned_away": Text("Belum ada yang ditolak. Itu kabar baik.", "Nobody was turned away. That is good news."),
    "where_at": Text("Pintu", "Door"),
    "claimed": Text("Mengaku sebagai", "Claimed to be"),
}

_PEOPLE = {
    "sign_in": Text("Masuk", "Sign in"),
    "sign_in_title": Text("Masuk", "Sign in"),
    "sign_in_for": Text(
        "Untuk petugas dan pengelola. Peta, sungai dan kasus terbuka bagi semua tanpa masuk.",
        "For officers and staff. The map, the rivers and the cases are open to all without signing in.",
    ),
    "sign_in_lost": Text(
        "Lupa kata sandi? Administrator kota dapat mengirim tautan sekali pakai.",
        "Forgot the password? The city's administrator can send a one-time link.",
    ),
    "sign_in_wrong": Text(
        "Akun atau kata sandi tidak cocok. Periksa keduanya dan coba lagi.",
        "The account and the password do not match. Check both and try again.",
    ),
    "sign_in_slow": Text(
        "Terlalu banyak percobaan. Tunggu paling lama {minutes} menit, lalu coba lagi. Perangkat yang pernah dipakai masuk tetap bisa.",
        "Too many tries. Wait {minutes} minutes at most, then try again. A device that signed in before still can.",
    ),
    "signed_in_as": Text("Anda masuk sebagai {name}.", "You are signed in as {name}."),
    "sign_out": Text("Keluar", "Sign out"),
    "sign_out_title": Text("Keluar", "Sign out"),
    "signed_out": Text("Anda sudah keluar dari perangkat ini.", "You are signed out on this device."),
    "account": Text("Akun", "Account"),
    "account_title": Text("Akun saya", "My account"),
    "account_name": Text("Nama akun", "Account name"),
    "account_hint": Text(
        "Huruf kecil, angka, titik, garis atau @; paling sedikit tiga.",
        "Lower-case letters, digits, dots, dashes or @; at least three.",
    ),
    "account_shape": Text(
        "Nama akun memakai huruf kecil, angka, titik, garis atau @, dan paling sedikit tiga.",
        "An account name has lower-case letters, digits, dots, dashes or @, and at least three of them.",
    ),
    "account_taken": Text(
        "Nama akun ini sudah dipakai. Pilih yang lain.", "This account name is taken. Choose another."
    ),
    "own_name": Text("Nama Anda", "Your name"),
    "name_missing": Text("Tulis nama Anda.", "Write your name."),
    "password": Text("Kata sandi", "Password"),
    "password_new": Text("Kata sandi baru", "New password"),
    "password_again": Text("Kata sandi baru, sekali lagi", "New password, once more"),
    "password_old": Text("Kata sandi sekarang", "Present password"),
    "password_hint": Text(
        "Paling sedikit 12 huruf. Empat kata biasa yang tidak berhubungan sudah baik.",
        "At least 12 characters. Four common words that have nothing to do with each other are good.",
    ),
    "password_short": Text(
        "Kata sandi ini terlalu pendek: paling sedikit 12 huruf.",
        "This password is too short: at least 12 characters.",
    ),
    "password_long": Text(
        "Kata sandi ini terlalu panjang: paling banyak 200 huruf.",
        "This password is too long: at most 200 characters.",
    ),
    "password_guessable": Text(
        "Kata sandi ini mudah ditebak. Pilih kata lain yang bukan nama akun dan bukan deretan tombol.",
        "This password is easy to guess. Choose other words, not the account's name and not a row of keys.",
    ),
    "password_differs": Text(
        "Kedua kata sandi baru tidak sama. Tulis sekali lagi.", "The two new passwords differ. Write them again."
    ),
    "password_changed": Text(
        "Kata sandi sudah diganti. Semua perangkat lain sudah keluar.",
        "The password is changed. All other devices are signed out.",
    ),
    "old_password_wrong": Text("Kata sandi sekarang tidak cocok.", "The present password does not match."),
    "change_password": Text("Ganti kata sandi", "Change the password"),
    "role": Text("Peran", "Role"),
    "role_public": Text("Umum", "Public"),
    "role_resident": Text("Warga", "Resident"),
    "role_officer": Text("Petugas", "Officer"),
    "role_technician": Text("Teknisi", "Technician"),
    "role_operator": Text("Operator", "Operator"),
    "role_admin": Text("Administrator", "Administrator"),
    "role_service": Text("Program", "Program"),
    "area": Text("Wilayah", "Area"),
    "whole_city": Text("Seluruh kota", "The whole city"),
    "own_agency": Text("Dinas", "Agency"),
    "no_agency": Text("Tanpa dinas", "No agency"),
    "sessions_title": Text("Perangkat yang masuk", "Signed-in devices"),
    "device": Text("Perangkat", "Device"),
    "address": Text("Alamat jaringan", "Network address"),
    "last_seen": Text("Terakhir dipakai", "Last used"),
    "this_device": Text("perangkat ini", "this device"),
    "end_session": Text("Keluarkan", "Sign it out"),
    "end_all": Text("Keluar dari semua perangkat", "Sign out everywhere"),
    "session_ended": Text("Perangkat itu sudah keluar.", "That device is signed out."),
    "invitation_title": Text("Undangan", "Invitation"),
    "invitation_new": Text(
        "Anda diundang ke Siaga {city} sebagai {role}. Pilih nama akun dan kata sandi Anda sendiri.",
        "You are invited to Siaga {city} as {role}. Choose an account name and a password of your own.",
    ),
    "invitation_password": Text(
        "Pilih kata sandi baru untuk akun {account}. Semua perangkat yang masuk akan keluar.",
        "Choose a new password for the account {account}. Every signed-in device will be signed out.",
    ),
    "invitation_until": Text("Berlaku sampai {time}, sekali pakai.", "Valid until {time}, for one use."),
    "invitation_over_title": Text("Tautan ini tidak berlaku lagi", "This link is no longer valid"),
    "invitation_over": Text(
        "Tautan undangan hanya sekali pakai dan berlaku 24 jam. Mintalah yang baru kepada administrator kota.",
        "An invitation works once and for 24 hours. Ask the city's administrator for a new one.",
    ),
    "invitation_accept": Text("Buat akun", "Make the account"),
}

_AUDIT = {
    "audit_title": Text("Jejak perbuatan", "Audit log"),
    "audit_lead": Text(
        "Siapa berbuat apa. Jejak hanya bertambah, setiap baris dikunci pada baris sebelumnya, dan tidak memuat nama.",
        "Who did what. Rows are only ever added, each is sealed over the one before it, and none holds a name.",
    ),
    "audit_verify": Text("Periksa keutuhannya", "Verify that it is whole"),
    "audit_export": Text("Unduh CSV", "Download CSV"),
    "audit_actor": Text("Pelaku", "Who"),
    "audit_object": Text("Terhadap", "To what"),
    "audit_what": Text("Perbuatan", "Deed"),
    "audit_facts": Text("Rincian", "Facts"),
    "audit_none": Text("Tidak ada perbuatan yang cocok.", "No deed matches."),
    "audit_looked": Text(
        "Baru {n} baris terbaru yang diperiksa. Lanjutkan untuk yang lebih lama.",
        "Only the newest {n} rows were looked through. Go on for older ones.",
    ),
    "audit_whole": Text("Jejak utuh: {n} baris.", "The log is whole: {n} rows."),
    "audit_anchored": Text("Kepala yang Anda catat ada di dalamnya.", "The head that you noted is in it."),
    "audit_head": Text(
        "Catat kepala ini di tempat lain. Dengan itu kelak terbukti bahwa sampai di sini tidak ada yang diubah.",
        "Note this head down elsewhere. It will prove later that nothing up to here was changed.",
    ),
    "audit_noted": Text("Kepala yang pernah dicatat", "A head that was noted earlier"),
    "audit_noted_hint": Text("Boleh kosong.", "May be left empty."),
    "audit_broken": Text("Jejak rusak.", "The log is broken."),
    "audit_broken_do": Text(
        "Jangan ubah basis data. Simpan salinannya dan jalankan siaga audit verify di server.",
        "Do not change the database. Keep a copy of it and run siaga audit verify on the server.",
    ),
    "audit_broken_changed": Text("Baris {n} diubah.", "Row {n} was changed."),
    "audit_broken_removed": Text("Baris {n} dihapus.", "Row {n} was removed."),
    "audit_broken_inserted": Text("Baris {n} disisipkan.", "Row {n} was inserted."),
    "audit_broken_truncated": Text("Baris dari {n} dihapus di ujung.", "Rows from {n} on were cut off at the end."),
    "audit_broken_head": Text("Kepala jejak diubah, baris {n}.", "The head of the log was changed, row {n}."),
    "audit_broken_anchor": Text(
        "Kepala yang dicatat tidak ada: jejak dipotong atau dibuat baru, sampai baris {n}.",
        "The noted head is not there: the log was cut or made anew, up to row {n}.",
    ),
    "turned_away_lead": Text(
        "Siapa yang mengetuk dengan nama, kunci atau formulir yang keliru.",
        "Who knocked with a wrong name, key or form.",
    ),
    "turned_away_count": Text("{n} kali", "{n} times"),
    "door_broker": Text("broker", "broker of messages"),
    "door_ingest": Text("penerima data", "intake"),
    "door_api": Text("halaman", "pages"),
}

_OPENID = {
    "openid_sign_in": Text("Masuk dengan akun kota", "Sign in with the city's account"),
    "or_password": Text("Atau dengan kata sandi", "Or with a password"),
    "break_glass": Text("Masuk dengan akun darurat", "Sign in with the emergency account"),
    "passwords_off": Text(
        "Di kota ini orang masuk dengan akun kota. Hanya akun darurat yang memakai kata sandi.",
        "In this city people sign in with the city's accounts. Only the emergency account has a password.",
    ),
    "openid_failed_title": Text("Belum bisa masuk", "Not signed in"),
    "openid_failed": Text(
        "Jawaban dari layanan akun kota tidak dapat dipercaya atau sudah kedaluwarsa. Mulailah lagi dari halaman masuk.",
        "The answer of the city's account service is out of date or cannot be trusted. Begin again at the sign-in page.",
    ),
    "openid_denied": Text(
        "Layanan akun kota tidak memberi izin masuk.", "The city's account service did not let you in."
    ),
    "openid_away": Text(
        "Layanan akun kota sedang tidak terjangkau. Coba lagi sebentar lagi.",
        "The city's account service cannot be reached. Try again in a moment.",
    ),
    "openid_closed": Text("Akun Anda di Siaga sudah ditutup.", "Your account at Siaga is disabled."),
    "openid_no_role": Text(
        "Akun kota Anda dikenal, tetapi belum diberi peran di Siaga. Mintalah kepada administrator kota.",
        "Your city account is known, but it has no role at Siaga yet. Ask the city's administrator.",
    ),
    "openid_no_account": Text(
        "Akun kota Anda tidak memberi nama akun yang dapat dipakai di sini.",
        "Your city account gives no account name that can be used here.",
    ),
    "openid_taken": Text(
        "Nama akun atau akun kota ini sudah dipakai di Siaga. Bila akun itu milik Anda, masuklah dengan kata sandi dan gabungkan di halaman akun.",
        "This account name or city account is in use at Siaga. If it is yours, sign in with the password and join them on your account page.",
    ),
    "openid_other": Text(
        "Akun ini sudah digabungkan dengan akun kota yang lain.", "This account is joined to another city account."
    ),
    "openid_link": Text("Gabungkan dengan akun kota", "Join with the city's account"),
    "openid_link_text": Text(
        "Sesudah itu Anda masuk ke akun ini dengan akun kota Anda.",
        "From then on you sign in to this account with your city account.",
    ),
    "openid_onward": Text("Lanjut ke layanan akun kota", "On to the city's account service"),
    "openid_is_linked": Text(
        "Akun ini sudah digabungkan dengan akun kota Anda.", "This account is joined to your city account."
    ),
    "openid_linked": Text("Akun kota Anda sudah digabungkan.", "Your city account is joined."),
}

_OFFICE = {
    "office": Text("Pengelolaan", "Administration"),
    "office_people": Text("Petugas", "People"),
    "office_keys": Text("Kunci", "Keys"),
    "office_audit": Text("Jejak", "Audit log"),
    "office_refused": Text("Ditolak", "Refused"),
    "people_title": Text("Petugas dan akun", "People and accounts"),
    "people_count": Text("{n} akun", "{n} accounts"),
    "people_invite": Text("Undang seseorang", "Invite somebody"),
    "no_people_match": Text("Tidak ada akun yang cocok.", "No account matches."),
    "from_the_start": Text("Dari awal", "From the start"),
    "further": Text("Berikutnya", "Next"),
    "account_open": Text("aktif", "active"),
    "account_disabled": Text("ditutup", "disabled"),
    "this_is_you": Text("ini Anda", "this is you"),
    "invite_lead": Text(
        "Pilih peran dan wilayahnya. Orang itu memilih sendiri nama akun dan kata sandinya lewat tautan sekali pakai.",
        "Choose the role and the area. The person chooses an account name and a password through a one-time link.",
    ),
    "four_eyes_text": Text(
        "Menjadikan atau memberhentikan administrator memerlukan persetujuan administrator kedua.",
        "To make or unmake an administrator, a second administrator must agree.",
    ),
    "alone_text": Text(
        "Anda satu-satunya administrator. Tindakan yang biasanya memerlukan dua administrator langsung berlaku, dan jejak mencatatnya. Undanglah administrator kedua.",
        "You are the only administrator. What otherwise takes two takes effect at once, and the audit log says so. Invite a second one.",
    ),
    "make_link": Text("Buat tautan", "Make the link"),
    "back": Text("Kembali", "Back"),
    "agency_hint": Text("Wajib untuk petugas.", "An officer must have one."),
    "regions_hint": Text(
        "Tanpa pilihan berarti seluruh kota. Satu kecamatan berarti semua kelurahan di dalamnya.",
        "None chosen means the whole city. A kecamatan means every kelurahan in it.",
    ),
    "regions_chosen": Text("{n} dipilih", "{n} chosen"),
    "may_resident": Text("melihat laporannya sendiri.", "sees their own reports."),
    "may_officer": Text("mengerjakan kasus dinas dan wilayahnya.", "works on the cases of their agency and area."),
    "may_technician": Text("mengurus simpul dan melihat karantina.", "looks after nodes and sees the quarantine."),
    "may_operator": Text("melihat semua kasus dan kejadian kota.", "sees every case and incident of the city."),
    "may_admin": Text("mengelola akun, kunci dan jejak.", "manages accounts, keys and the audit log."),
    "may_service": Text("mengirim laporan Open311 dan membaca metrik.", "files by Open311 and reads the metrics."),
    "area_role": Text("Pilih salah satu peran yang ada.", "Choose one of the roles."),
    "area_agency": Text("Dinas itu tidak ada di kota ini.", "The city has no such agency."),
    "area_officer": Text("Petugas harus mempunyai dinas.", "An officer needs an agency."),
    "area_region": Text("Wilayah itu tidak ada di kota ini.", "The city has no such region."),
    "people_change": Text("Ubah peran dan wilayah", "Change role and area"),
    "people_changed": Text("Peran dan wilayah sudah diubah.", "Role and area are changed."),
    "change_signs_out": Text(
        "Orang itu keluar dari semua perangkat dan harus masuk lagi.",
        "The person is signed out everywhere and signs in again.",
    ),
    "people_disabled": Text(
        "Akun ditutup dan semua perangkatnya keluar.", "The account is disabled and signed out everywhere."
    ),
    "people_enabled": Text("Akun dibuka lagi.", "The account is open again."),
    "people_signed_out": Text("Semua perangkat sudah keluar.", "Every device is signed out."),
    "people_erased": Text(
        "Data pribadi sudah dihapus. Jejak tetap utuh.", "The personal data are gone. The audit log is whole."
    ),
    "proposal_waits": Text(
        "Usulan dicatat. Administrator lain harus menyetujuinya.", "Noted. Another administrator must agree to it."
    ),
    "proposal_done": Text("Usulan disetujui dan sudah berlaku.", "Agreed, and done."),
    "proposal_gone": Text("Usulan tidak berlaku lagi.", "The proposal is off."),
    "proposals_title": Text("Menunggu persetujuan", "Waiting for a second administrator"),
    "proposal_role": Text("{who} menjadi {role}", "{who} becomes {role}"),
    "proposal_erase": Text("Hapus data {who} ({role})", "Erase {who} ({role})"),
    "proposal_enable": Text("Buka lagi akun {who} ({role})", "Open the account {who} again ({role})"),
    "proposal_password": Text("Kata sandi baru untuk {who} ({role})", "A new password for {who} ({role})"),
    "proposal_invite": Text("Undang {role} baru", "Invite a new {role}"),
    "proposed_by": Text("Diusulkan {who}, {time}.", "Proposed by {who}, {time}."),
    "proposal_until": Text("Berlaku sampai {time}.", "Open until {time}."),
    "proposal_waiting": Text("menunggu persetujuan", "waiting for a second administrator"),
    "agree": Text("Setujui", "Agree"),
    "disagree": Text("Tolak", "Refuse"),
    "withdraw": Text("Batalkan usulan", "Withdraw"),
    "refused_title": Text("Ini tidak dapat dilakukan", "This cannot be done"),
    "refused_last_admin": Text(
        "Kota akan kehilangan administrator terakhir. Undang administrator lain dahulu.",
        "The city would lose its last administrator. Invite another first.",
    ),
    "refused_own_proposal": Text(
        "Usulan sendiri tidak dapat disetujui sendiri. Administrator lain harus melakukannya.",
        "Nobody agrees to their own proposal. Another administrator must.",
    ),
    "refused_not_an_admin": Text(
        "Hanya administrator aktif yang dapat menyetujui.", "Only an active administrator can agree."
    ),
    "refused_unknown_person": Text("Akun itu sudah tidak ada.", "That account is no longer there."),
    "way_in": Text("Cara masuk", "Way in"),
    "way_oidc": Text("akun kota (OpenID)", "the city's accounts (OpenID)"),
    "way_password": Text("kata sandi", "password"),
    "audit_of_person": Text("Jejak tentang orang ini", "What the audit log says of this person"),
    "sessions_count": Text(
        "{n} perangkat masuk, terakhir dipakai {time}.", "Devices signed in: {n}, last used {time}."
    ),
    "no_sessions": Text("Tidak ada perangkat yang masuk.", "No device is signed in."),
    "new_password_text": Text(
        "Buat tautan sekali pakai agar orang ini memilih kata sandi baru. Kata sandi lama berlaku sampai saat itu.",
        "Make a one-time link by which the person chooses a new password. The old one holds until then.",
    ),
    "close_account": Text("Tutup atau hapus", "Disable or erase"),
    "disable": Text("Tutup akun", "Disable the account"),
    "disable_text": Text(
        "Orang ini keluar dari semua perangkat dan tidak dapat masuk lagi. Akun dapat dibuka lagi.",
        "The person is signed out everywhere and is let in no more. The account can be opened again.",
    ),
    "enable": Text("Buka akun lagi", "Open the account again"),
    "enable_text": Text("Akun ini ditutup. Datanya masih ada.", "This account is disabled. Its data are still there."),
    "erase": Text("Hapus data pribadi", "Erase the personal data"),
    "erase_text": Text(
        "Nama, nama akun dan kata sandi hilang untuk selamanya (UU 27/2022). Jejak menyimpan nomor akun dan perbuatannya saja, dan tetap dapat diperiksa. Ini tidak dapat dibatalkan.",
        "Name, account name and password are gone for ever (Law 27/2022). The audit log keeps the account's number and what was done, and can still be verified. This cannot be undone.",
    ),
    "erase_type": Text("Tulis nama akunnya untuk menghapus", "Write the account name to erase it"),
    "erase_account": Text(
        "Nama akun yang ditulis tidak sama. Tidak ada yang dihapus.", "The account name differs. Nothing was erased."
    ),
    "link_title": Text("Tautan sekali pakai", "One-time link"),
    "link_invitation": Text(
        "Kirimkan tautan ini kepada orang yang diundang, lewat jalur yang Anda percaya.",
        "Send this link to whom you invite, by a way that you trust.",
    ),
    "link_password": Text(
        "Kirimkan tautan ini kepada pemilik akun, lewat jalur yang Anda percaya.",
        "Send this link to the account's owner, by a way that you trust.",
    ),
    "link_confirmed": Text(
        "Usulan disetujui. Kirimkan tautan ini kepada orangnya, lewat jalur yang Anda percaya.",
        "Agreed. Send this link to the person, by a way that you trust.",
    ),
    "link_day": Text("Berlaku 24 jam, sekali pakai.", "It is valid for 24 hours, for one use."),
    "shown_once": Text("Ini hanya ditampilkan sekali. Salin sekarang.", "This is shown once. Copy it now."),
    "keys_title": Text("Kunci program", "Keys of programs"),
    "keys_lead": Text(
        "Dengan kunci, sebuah program masuk tanpa kata sandi. Tiap program memakai kunci sendiri.",
        "With a key a program comes in without a password. Each program has a key of its own.",
    ),
    "keys_count": Text("{n} kunci", "{n} keys"),
    "no_keys": Text("Belum ada kunci.", "No keys yet."),
    "key_make": Text("Buat kunci baru", "Make a new key"),
    "key_label": Text("Untuk apa", "What for"),
    "key_label_hint": Text("Nama program dan penanggung jawabnya.", "The program, and who answers for it."),
    "key_label_missing": Text("Tulis untuk apa kunci ini.", "Write what the key is for."),
    "key_ends": Text("Masa berlaku", "Valid for"),
    "key_days": Text("Pilih masa berlaku yang ada.", "Choose one of the terms."),
    "key_no_end": Text("tanpa batas waktu", "without an end"),
    "key_until": Text("sampai {time}", "until {time}"),
    "key_never": Text("belum pernah", "never"),
    "key_revoke": Text("Cabut", "Revoke"),
    "key_revoked": Text("Kunci sudah dicabut.", "The key is revoked."),
    "key_is_revoked": Text("dicabut", "revoked"),
    "key_is_over": Text("kedaluwarsa", "over"),
    "key_new_title": Text("Kunci baru", "New key"),
    "key_new_lead": Text("Kunci untuk {label}.", "The key for {label}."),
    "key_use": Text("Program mengirimnya begini:", "The program sends it so:"),
}

WORDS: Mapping[str, Text] = MappingProxyType(
    {**_HOUSE, **_RIVERS, **_MAP, **_CASES, **_NODES, **_ERRORS, **_BEHIND, **_PEOPLE, **_AUDIT, **_OPENID, **_OFFICE}
)
