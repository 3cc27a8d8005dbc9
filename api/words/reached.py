# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""What reached whom: channels, their budgets, and what became of each message."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "reached_title": Text("Jangkauan kabar", "What reached whom"),
    "office_reached": Text("Jangkauan", "Reached"),
    "reached_lead": Text(
        "Kabar apa yang dikirim kepada warga yang mengikuti, lewat apa, dan sampai di mana. Hanya hitungan: tidak ada alamat siapa pun di sini.",
        "What was sent to the residents who follow, by which way, and how far it came. Counts alone: nobody's address is here.",
    ),
    "reached_see": Text("Sampai kepada siapa", "Whom it reached"),
    "reached_unset": Text("Belum ada penyedia yang dipasang", "No provider is set up"),
    "reached_unset_why": Text(
        "Kota ini belum bisa mengabari warga sendiri. Tulis berkas penyedia dan sebutkan di pengaturan SIAGA_REACH_FILE; caranya ada di docs/reach.md.",
        "The city cannot tell residents itself yet. Write a file of providers and name it in the setting SIAGA_REACH_FILE; docs/reach.md says how.",
    ),
    "reached_never": Text(
        "Tahap pengirim belum pernah berjalan: tidak ada kabar yang dikirim. Jalankan `siaga reach`.",
        "The stage that sends has never run: nothing goes out. Start `siaga reach`.",
    ),
    "reached_stopped": Text(
        "Tahap pengirim dihentikan: kabar menunggu sampai `siaga reach` dijalankan lagi.",
        "The stage that sends was stopped: news waits until `siaga reach` is started again.",
    ),
    "reached_silent": Text(
        "Tahap pengirim tidak terdengar sejak {time} ({age}): kabar menunggu. Periksa `siaga reach`.",
        "The stage that sends has not been heard since {time} ({age}): news waits. Look at `siaga reach`.",
    ),
    "reached_channels": Text("Saluran", "Channels"),
    "reached_channel": Text("Saluran", "Channel"),
    "reached_followers": Text("Pengikut", "Followers"),
    "reached_today": Text("Terkirim hari ini", "Sent today"),
    "reached_queue": Text("Menunggu", "Waiting"),
    "reached_active": Text("{n} aktif", "{n} active"),
    "reached_paused": Text("{n} dijeda", "{n} paused"),
    "reached_bounced": Text("{n} alamat tidak menerima lagi", "{n} addresses take nothing any more"),
    "reached_pending": Text("{n} belum dikonfirmasi", "{n} not confirmed"),
    "reached_nobody": Text("belum ada", "none yet"),
    "reached_no_provider": Text(
        "Tanpa penyedia: siapa pun yang mengikuti lewat ini tidak dikabari.",
        "No provider: whoever follows by this is not told.",
    ),
    "reached_posts": Text(
        "Juga sekali untuk semua, di saluran umum kota.", "Also once for everybody, in the city's public channel."
    ),
    "reached_rate": Text("{n} per detik", "{n} a second"),
    "reached_budget": Text("{n} dari {most} ({percent}%)", "{n} of {most} ({percent}%)"),
    "reached_no_budget": Text("{n}, tanpa batas harian", "{n}, without a daily budget"),
    "reached_near": Text("Hampir habis", "Nearly spent"),
    "reached_spent": Text(
        "Habis: kabar lanjutan WASPADA dan gangguan menunggu sampai besok. Kabar pertama, perintah, ralat, dan kabar aman tetap dikirim.",
        "Spent: updates of WATCH and of outages wait until tomorrow. First words, orders, corrections and all-clears still go out.",
    ),
    "reached_swallows": Text(
        "Penyedia berkata ya, tetapi hampir tidak ada ponsel yang mengabarkan bahwa pesan sampai. Periksa penyedia ini.",
        "The provider says yes, but hardly a phone says that anything came. Look at this provider.",
    ),
    "reached_away": Text(
        "Penyedia tidak menjawab; dicoba lagi terus.", "The provider does not answer; it is tried on."
    ),
    "reached_ready": Text("{n}, paling cepat {time} lagi", "{n}, at best {time} more"),
    "reached_nothing_waits": Text("tidak ada", "nothing"),
    "reached_told": Text("Kabar yang dikirim", "What was sent"),
    "reached_none": Text("Belum ada kabar yang dikirim kepada warga.", "Nothing has been sent to residents yet."),
    "reached_none_such": Text(
        "Siaran ini tidak dikirim kepada warga, atau belum.", "This warning was not sent to residents, or not yet."
    ),
    "reached_said": Text("Dikatakan {time}", "Said at {time}"),
    "reached_last_taken": Text(
        "penyedia menerima yang terakhir {time} ({after} sesudah dikatakan)",
        "a provider took the last at {time} ({after} after it was said)",
    ),
    "reached_not_taken": Text("belum ada yang diterima penyedia", "no provider has taken any yet"),
    "reached_taken_none": Text("tidak ada yang diterima penyedia", "no provider took any"),
    "reached_webpush": Text("Pemberitahuan ponsel (Web Push)", "Phone notifications (Web Push)"),
    "reached_walking": Text("Masih dibagikan kepada semua pengikut.", "Still on its way past all who follow."),
    "reached_nobody_concerned": Text("Tidak ada pengikut yang terkait.", "It concerned nobody who follows."),
    "reached_all": Text("{n} pesan", "{n} messages"),
    "reached_all_one": Text("1 pesan", "1 message"),
    "reached_by_channel": Text("lihat angka per saluran", "see figures by channel"),
    "reached_taken": Text("Terakhir diterima", "Last taken"),
    "reached_why": Text("Mengapa gagal:", "Why they failed:"),
    "reached_why_gone": Text("alamat tidak ada lagi ({n})", "the address is none any more ({n})"),
    "reached_why_left": Text("sudah berhenti mengikuti ({n})", "had left ({n})"),
    "reached_why_refused": Text("ditolak penyedia ({n})", "refused by the provider ({n})"),
    "reached_renewal": Text("kabar lanjutan", "update"),
    "reached_credit": Text("Sumber: {who}", "Source: {who}"),
    "reached_range": Text(
        "Ditampilkan {first} sampai {last}, yang terbaru dulu.", "Shown: {first} to {last}, newest first."
    ),
    "reached_cut": Text("Ada yang lebih lama.", "There are older ones."),
    "reached_older": Text("Lebih lama", "Older"),
    "reached_newer": Text("Yang terbaru", "The newest"),
    "reached_every": Text("Semua kabar", "All that was sent"),
    "reached_words": Text("Arti kata", "What the words mean"),
    "send_delivered": Text("Sampai", "Delivered"),
    "send_accepted": Text("Diterima penyedia", "Taken by the provider"),
    "send_unknown": Text("Tidak diketahui", "Unknown"),
    "send_waiting": Text("Menunggu", "Waiting"),
    "send_failed": Text("Gagal", "Failed"),
    "send_expired": Text("Kedaluwarsa", "Expired"),
    "send_superseded": Text("Digantikan", "Superseded"),
    "send_delivered_means": Text(
        "Ponselnya sendiri mengabarkan. Hanya pemberitahuan di perangkat yang bisa begitu.",
        "The phone itself said so. Only notifications on a device can.",
    ),
    "send_accepted_means": Text(
        "Penyedia menerimanya. Apakah sampai di ponsel, tidak ada yang tahu.",
        "The provider took it. Whether a phone has it, nobody knows.",
    ),
    "send_unknown_means": Text(
        "Sudah dikirim, tetapi penyedia tidak menjawab sampai waktunya lewat: mungkin sampai, mungkin tidak.",
        "It went out, but no answer came before its time was over: perhaps it came, perhaps not.",
    ),
    "send_waiting_means": Text("Belum dikirim, atau dicoba lagi.", "Not sent yet, or being tried again."),
    "send_failed_means": Text(
        "Tidak akan sampai; alasannya di bawah angka.", "It never comes; why stands below the figures."
    ),
    "send_expired_means": Text(
        "Waktunya lewat sebelum ada yang menerimanya. Kabar lama tidak dikirim sebagai kabar baru.",
        "Its time was over before anybody took it. Old news is not sent as news.",
    ),
    "send_superseded_means": Text(
        "Kabar lanjutan yang masih menunggu ketika ada kabar lebih baru dari alat ukur yang sama.",
        "An update that still waited when something newer was said of the same gauge.",
    ),
}
