"""What operators read of all that the city is joined to."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "links_title": Text("Sambungan", "Connections"),
    "links_lead": Text(
        "Semua sistem, umpan dan penyedia yang tersambung ke kota, yang perlu dilihat di atas.",
        "Every system, feed and provider that the city is joined to, what needs a look on top.",
    ),
    "links_back": Text("Kembali ke konsol", "Back to the console"),
    "links_what": Text("Sambungan", "Connection"),
    "links_state": Text("Keadaan", "State"),
    "links_heard": Text("Kabar terakhir", "Last word"),
    "links_waiting": Text("Menunggu", "Waiting"),
    "links_unwell": Text("{n} sambungan terganggu", "{n} connections are not well"),
    "links_unwell_one": Text("Satu sambungan terganggu", "One connection is not well"),
    "links_all_well": Text("Tidak ada yang terganggu pada {time}.", "All of them are well at {time}."),
    "links_ago": Text("{age} lalu", "{age} ago"),
    "links_no_word": Text("belum ada", "none yet"),
    "links_failing": Text("terganggu", "failing"),
    "links_silent": Text("diam", "silent"),
    "links_unheard": Text("belum ada kabar", "not heard of yet"),
    "links_by_hand": Text("oleh orang", "by people"),
    "links_well": Text("jalan", "well"),
    "links_group_system": Text("sistem pengaduan kota", "the city's complaint system"),
    "links_group_weather": Text("peringatan cuaca", "weather warnings"),
    "links_group_reach": Text("penyedia pesan ke warga", "provider of messages to residents"),
    "links_group_inbound": Text("pesan dari warga", "messages from residents"),
    "links_group_watcher": Text("penjaga dari luar", "watches from outside"),
    "links_group_stage": Text("bagian Siaga", "a part of Siaga"),
}
