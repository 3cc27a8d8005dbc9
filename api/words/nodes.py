"""The nodes of the network, and what technicians see behind them."""

from __future__ import annotations

from contract.city import Text

WORDS = {
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
    "slow_title": Text("Tidak mengikuti permintaan banjir", "Not following a flood's request"),
    "slow_text": Text(
        "Dalam banjir, mesin alarm meminta alat ukur membaca lebih sering. Yang di bawah ini tidak melakukannya: "
        "simpulnya menolak (fastest_s di berkasnya), permintaan tidak sampai, atau alatnya diam.",
        "In a flood the alarm engine asks gauges to read more often. These do not: their node refuses (fastest_s in "
        "its file), the request does not arrive, or the gauge is silent.",
    ),
    "slow_asked": Text("Diminta", "Asked"),
    "slow_came": Text("Yang datang", "What came"),
    "slow_every": Text("tiap {period}, sejak {time}", "every {period}, since {time}"),
    "slow_of": Text("{came} dari {asked} dalam {window}", "{came} of {asked} in {window}"),
    "no_slow": Text("Tidak ada permintaan yang tidak diikuti.", "No request is left unfollowed."),
    "slow_unknown": Text(
        "Bacaan tidak bisa diambil sekarang, jadi tidak diketahui siapa yang mengikuti.",
        "The readings cannot be fetched just now, so nobody knows who follows.",
    ),
    "unseen_title": Text("Tidak tampil untuk umum", "Not shown to the public"),
    "no_unseen": Text("Semua simpul tampil untuk umum.", "Every node is shown to the public."),
    "audience_staff": Text("untuk petugas", "for staff"),
    "audience_shadow": Text("uji coba diam", "shadow"),
    "turned_away_title": Text("Yang ditolak", "Turned away"),
    "nobody_turned_away": Text("Belum ada yang ditolak. Itu kabar baik.", "Nobody was turned away. That is good news."),
    "where_at": Text("Pintu", "Door"),
    "claimed": Text("Mengaku sebagai", "Claimed to be"),
}
