"""The duty room: the alarm that waits, the roster, the hand-over."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "duty_title": Text("Jaga", "Duty"),
    "duty_waits": Text("Menunggu jawaban Anda", "Waits for your answer"),
    "duty_next_in": Text("{time} lagi dipanggil: {who}", "In {time} the next is called: {who}"),
    "duty_next_at": Text("Pukul {time} dipanggil: {who}", "At {time} the next is called: {who}"),
    "duty_nobody": Text("tidak ada yang dapat dipanggil", "nobody can be called"),
    "duty_gap_now": Text(
        "Sekarang tidak ada yang berjaga. Alarm memanggil semua petugas.",
        "Nobody is on duty now. An alarm calls every officer.",
    ),
    "duty_all_calm": Text("Semua sungai normal · diperbarui {time}", "All rivers are normal · as of {time}"),
    "duty_nothing_waits": Text(
        "Tidak ada alarm yang menunggu jawaban · diperbarui {time}", "No alarm waits for an answer · as of {time}"
    ),
    "duty_since": Text("menunggu sejak {time}", "waits since {time}"),
    "duty_elsewhere": Text(
        "{n} alarm lain menunggu jawaban dinas lain.", "{n} more alarms wait for another agency's answer."
    ),
    "duty_elsewhere_one": Text(
        "{n} alarm lain menunggu jawaban dinas lain.", "{n} more alarm waits for another agency's answer."
    ),
    "duty_called": Text("Siapa yang sudah dipanggil", "Who has been called"),
    "duty_called_nobody": Text("Belum ada yang dipanggil.", "Nobody has been called yet."),
    "duty_call_line": Text("{who} dipanggil lewat {way}:", "{who} was called by {way}:"),
    "duty_came_answered": Text("diangkat", "picked up"),
    "duty_came_no_answer": Text("tidak diangkat", "not picked up"),
    "duty_came_busy": Text("sedang bicara", "busy"),
    "duty_came_declined": Text("ditolak", "declined"),
    "duty_came_accepted": Text(
        "diterima penyedia, sampai atau tidak belum diketahui", "taken by the provider, whether it arrived is not known"
    ),
    "duty_came_not_needed": Text("tidak perlu lagi, sudah dijawab", "no longer needed, it was answered"),
    "duty_came_late": Text("tidak sempat dikirim", "could not be sent in time"),
    "duty_came_refused": Text("ditolak penyedia", "refused by the provider"),
    "duty_came_again": Text("penyedia tidak menjawab, dicoba lagi", "the provider does not answer, it is tried again"),
    "duty_came_waiting": Text("sedang dikirim", "on its way"),
    "duty_kind_ring": Text("telepon", "telephone"),
    "duty_kind_ntfy": Text("pesan dorong", "push message"),
    "duty_kind_email": Text("surel", "e-mail"),
    "duty_kind_sms_http": Text("SMS", "text message"),
    "duty_kind_telegram": Text("Telegram", "Telegram message"),
    "duty_kind_whatsapp": Text("WhatsApp", "WhatsApp message"),
    "duty_kind_apprise": Text("layanan pesan lain", "another messenger"),
    "duty_on": Text("Yang berjaga", "On duty"),
    "duty_rung": Text("Urutan {n}", "Rung {n}"),
    "duty_change": Text("Pergantian berikutnya {time}", "Next change at {time}"),
    "duty_bare": Text(
        "Tidak punya dua saluran yang salah satunya berdering: {who}. Isi di jadwal jaga.",
        "Without two channels, one of which rings: {who}. Enter them on the roster.",
    ),
    "duty_unplanned": Text(
        "Jadwal jaga tujuh hari ke depan masih kosong. Isi jadwalnya.",
        "The roster of the next seven days is empty. Fill it in.",
    ),
    "duty_gaps": Text("Ada waktu tanpa penjaga:", "There are times without anybody on duty:"),
    "duty_gap": Text("{span} tidak ada yang berjaga", "{span} nobody is on duty"),
    "duty_span": Text("{first} sampai {last}", "{first} to {last}"),
    "duty_no_gaps": Text("Minggu ini setiap jam ada yang berjaga.", "Somebody is on duty in each hour of this week."),
    "duty_watcher": Text("Pengawas luar {name}: terakhir {time}", "Outside watcher {name}: last at {time}"),
    "duty_watcher_silent": Text(
        "Pengawas luar {name} diam sejak {time}. Periksa perangkatnya.",
        "Outside watcher {name} has been silent since {time}. Look after it.",
    ),
    "duty_no_watcher": Text(
        "Belum ada pengawas luar: bila Siaga sendiri mati, tidak ada yang berbunyi.",
        "No outside watcher: if Siaga itself dies, nothing sounds.",
    ),
    "duty_pause": Text("Umumkan pemeliharaan server", "Announce work on the server"),
    "duty_pause_text": Text(
        "Pengawas luar tidak berbunyi selama itu, paling lama 30 menit. Alarm sungai tetap jalan selama server hidup.",
        "Outside watchers keep quiet for that long, 30 minutes at most. River alarms go on while the server lives.",
    ),
    "duty_pause_now": Text("Umumkan", "Announce it"),
    "duty_paused": Text("Pemeliharaan server diumumkan.", "Work on the server is announced."),
    "duty_paused_until": Text(
        "Pemeliharaan server sampai {time}: pengawas luar diam.", "Work on the server until {time}: watchers are quiet."
    ),
    "deed_duty_paused": Text("Mengumumkan pemeliharaan server", "Announced work on the server"),
    "fact_minutes": Text("menit", "minutes"),
    "duty_answer": Text("Jawab", "Answer"),
    "duty_take": Text("Saya terima", "I take it"),
    "duty_true": Text("Benar, airnya memang setinggi itu", "True, the water stands so high"),
    "duty_order": Text("Perintah pergi…", "Order to leave…"),
    "duty_order_sure": Text(
        "Warga di {place} akan disuruh pergi sekarang juga. Lanjutkan?",
        "People at {place} will be told to leave right now. Go on?",
    ),
    "duty_order_now": Text("Ya, kirim perintah pergi", "Yes, send the order to leave"),
    "duty_order_not": Text("Batal", "Cancel"),
    "duty_order_twice": Text(
        "Perintah pergi dikirim setelah ditekan dua kali.", "The order goes out once it was pressed twice."
    ),
    "duty_wrong": Text("Keliru", "It is wrong"),
    "duty_wrong_sensor": Text("Sensor rusak", "The sensor is broken"),
    "duty_wrong_branch": Text("Sampah atau ranting di bawah sensor", "Rubbish or a branch below the sensor"),
    "duty_wrong_works": Text("Ada pekerjaan di sungai", "Somebody works in the river"),
    "duty_wrong_test": Text("Uji coba alat", "A test of the device"),
    "duty_wrong_other": Text("Alasan lain, dengan kata sendiri", "Another reason, in your own words"),
    "duty_hand": Text("Serahkan", "Hand over"),
    "duty_hand_text": Text(
        "Orang itu langsung dipanggil, dan alarm tetap menunggu sampai ada yang menerima.",
        "That person is called at once, and the alarm waits until somebody takes it.",
    ),
    "duty_seen": Text("Dilihat di CCTV", "Seen on CCTV"),
    "duty_no_cctv": Text("Kota belum mencatat CCTV untuk tempat ini.", "The city names no CCTV for this place."),
    "duty_seen_what": Text("Apa yang tampak?", "What is to be seen?"),
    "duty_seen_yes": Text("Air memang setinggi itu", "The water does stand so high"),
    "duty_seen_no": Text("Air tidak setinggi itu", "The water does not stand so high"),
    "duty_seen_text": Text("Catatan (boleh kosong)", "Note (may be empty)"),
    "duty_seen_send": Text("Simpan pengamatan", "Keep what was seen"),
    "duty_seen_choose": Text("Pilih apa yang tampak di CCTV.", "Choose what is to be seen on CCTV."),
    "duty_more": Text("Semua tentang alarm ini di konsol", "All about this alarm on the console"),
    "duty_roster": Text("Jadwal jaga", "Roster"),
    "duty_roster_lead": Text(
        "Alarm yang tidak dijawab memanggil urutan 1, lalu urutan berikutnya, lalu semua, sampai ada yang menjawab.",
        "An alarm that nobody answers calls rung 1, then the next rungs, then everybody, until somebody answers.",
    ),
    "duty_week_before": Text("Minggu sebelumnya", "Week before"),
    "duty_week_after": Text("Minggu berikutnya", "Week after"),
    "duty_week_of": Text("Minggu {day}", "Week of {day}"),
    "duty_carried": Text("Masih dari minggu sebelumnya:", "Still from the week before:"),
    "duty_day_empty": Text("Belum ada giliran yang mulai hari ini", "No shift begins on this day"),
    "duty_remove": Text("Hapus", "Remove"),
    "duty_add": Text("Tambah giliran", "Add a shift"),
    "duty_who": Text("Siapa", "Who"),
    "duty_on_rung": Text("Urutan panggilan", "Rung"),
    "duty_rung_hint": Text(
        "Urutan 1 dipanggil pertama, urutan 2 bila tidak dijawab.",
        "Rung 1 is called first, rung 2 where nobody answers.",
    ),
    "duty_day": Text("Hari mulai", "Day it begins"),
    "duty_from": Text("Dari pukul", "From"),
    "duty_to": Text("Sampai pukul", "To"),
    "duty_to_hint": Text("Lebih awal dari mulai: keesokan harinya.", "Earlier than the beginning: the next day."),
    "duty_repeat": Text("Ulangi", "Again"),
    "duty_repeat_once": Text("Sekali saja", "Once"),
    "duty_repeat_harian": Text("Setiap hari", "Every day"),
    "duty_repeat_mingguan": Text("Setiap minggu", "Every week"),
    "duty_times": Text("Berapa kali", "How many times"),
    "duty_plan": Text("Simpan giliran", "Keep the shift"),
    "duty_ways": Text("Cara membangunkan", "Ways to be woken"),
    "duty_ways_lead": Text(
        "Tiap penjaga perlu dua saluran dari penyedia berbeda; salah satunya berdering.",
        "Whoever is on duty needs two channels of different providers; one of them rings.",
    ),
    "duty_no_channels": Text(
        "Kota belum punya saluran. Tanyakan pengelola: SIAGA_CHANNELS_FILE.",
        "The city has no channel yet. Ask who runs it: SIAGA_CHANNELS_FILE.",
    ),
    "duty_way": Text("Saluran", "Channel"),
    "duty_way_tried": Text("dijawab {time}", "answered {time}"),
    "duty_way_untried": Text("belum pernah dicoba", "never tried"),
    "duty_way_none": Text("belum ada", "none yet"),
    "duty_address": Text("Nomor atau alamat", "Number or address"),
    "duty_keep_way": Text("Simpan saluran", "Keep the channel"),
    "duty_trial": Text("Coba bangunkan saya", "Try to wake me"),
    "duty_trial_text": Text(
        "Satu uji coba dikirim lewat setiap saluran Anda. Telepon cukup diangkat; dari pesan lain, ketik angkanya di "
        "sini.",
        "One trial goes out by each of your channels. A telephone need only be picked up; of other messages type the "
        "figures here.",
    ),
    "duty_trial_now": Text("Coba bangunkan saya sekarang", "Try to wake me now"),
    "duty_trial_word": Text("Angka dari pesan uji", "Figures of the trial message"),
    "duty_trial_answer": Text("Cocokkan", "Check them"),
    "duty_trial_sent": Text("Uji coba dikirim. Tunggu sebentar.", "The trial is on its way. Wait a moment."),
    "duty_trial_good": Text("Saluran itu sampai kepada Anda.", "That channel reaches you."),
    "duty_trial_wrong": Text(
        "Angka itu bukan dari uji coba terakhir, atau sudah lewat setengah jam.",
        "These figures are not of the last trial, or half an hour has passed.",
    ),
    "duty_planned": Text("Giliran tersimpan.", "The shift is kept."),
    "duty_same": Text("Giliran itu sudah ada.", "That shift is there already."),
    "duty_removed": Text("Giliran dihapus.", "The shift is removed."),
    "duty_way_kept": Text("Saluran tersimpan. Coba dulu.", "The channel is kept. Try it."),
    "duty_way_gone": Text("Saluran dihapus.", "The channel is removed."),
    "duty_no_person": Text("Pilih siapa yang berjaga.", "Choose who is on duty."),
    "duty_no_rung": Text("Pilih urutan panggilan.", "Choose the rung."),
    "duty_no_time": Text("Tulis hari dan jam, misalnya 19.00.", "Write day and time, as 19.00."),
    "duty_no_times": Text("Ulangan 1 sampai 53 kali.", "It comes 1 to 53 times."),
    "duty_too_many": Text("Jadwal sudah penuh.", "The roster is full."),
    "duty_no_channel": Text("Pilih salurannya.", "Choose the channel."),
    "duty_no_ways": Text("Isi dulu nomor atau alamat Anda.", "Enter a number or address of yours first."),
    "duty_address_ring": Text(
        "Tulis nomor telepon, misalnya 081234567890.", "Write a telephone number, as 081234567890."
    ),
    "duty_address_sms_http": Text(
        "Tulis nomor ponsel, misalnya 081234567890.", "Write a mobile number, as 081234567890."
    ),
    "duty_address_telegram": Text(
        "Tulis nomor obrolan: angka. Kirim INFO ke bot kota untuk mengetahuinya.",
        "Write the number of the chat: digits. Send INFO to the city's bot to learn it.",
    ),
    "duty_address_whatsapp": Text(
        "Tulis nomor dengan kode negara, misalnya +6281234567890.",
        "Write the number with its country code, as +6281234567890.",
    ),
    "duty_address_ntfy": Text(
        "Tulis topik: 8 sampai 64 huruf, angka, - atau _.", "Write a topic: 8 to 64 letters, figures, - or _."
    ),
    "duty_address_apprise": Text(
        "Tulis alamat seperti yang dipakai layanan itu: nomor, nama, atau ruang; tanpa spasi dan tanpa /.",
        "Write the address as that service has it: a number, a name or a room; without spaces or /.",
    ),
    "duty_address_email": Text(
        "Tulis alamat surel, misalnya nama@kota.go.id.", "Write an e-mail address, as name@city.example."
    ),
    "duty_handover": Text("Serah terima jaga", "Hand-over of duty"),
    "duty_handover_since": Text("Dari {since} sampai {now}", "From {since} to {now}"),
    "duty_open": Text("Alarm terbuka", "Open alarms"),
    "duty_open_none": Text("Tidak ada.", "None."),
    "duty_told": Text("Yang disampaikan kepada warga", "What people were told"),
    "duty_told_none": Text("Tidak ada.", "Nothing."),
    "duty_decided": Text("Yang diputuskan", "What was decided"),
    "duty_decided_none": Text("Tidak ada.", "Nothing."),
    "duty_held": Text("Yang ditahan atau dijadwalkan", "What is held or planned"),
    "duty_held_none": Text("Tidak ada.", "Nothing."),
    "duty_broken": Text("Alat ukur yang tidak dapat dipegang", "Gauges that cannot be relied on"),
    "duty_broken_none": Text("Semua alat ukur bersuara.", "All gauges speak."),
    "duty_broken_since": Text("diam sejak {time}", "silent since {time}"),
    "duty_notes": Text("Catatan", "Notes"),
    "duty_signed": Text("Menyerahkan / menerima:", "Handed over / taken over:"),
    "sound_allow": Text("Nyalakan bunyi", "Turn the sound on"),
    "sound_on": Text("Bunyi menyala.", "The sound is on."),
    "sound_mute": Text(
        "Ada alarm, tetapi peramban membisukan halaman ini. Ketuk untuk menyalakan bunyi.",
        "There is an alarm, but the browser keeps this page mute. Tap to turn the sound on.",
    ),
    "sound_ringing": Text("Berbunyi sampai ada yang menjawab.", "Sounds until somebody answers."),
    **{
        f"weekday_{number}": Text(*names)
        for number, names in enumerate(
            (
                ("Senin", "Monday"),
                ("Selasa", "Tuesday"),
                ("Rabu", "Wednesday"),
                ("Kamis", "Thursday"),
                ("Jumat", "Friday"),
                ("Sabtu", "Saturday"),
                ("Minggu", "Sunday"),
            )
        )
    },
    "deed_duty": Text("Jaga: semua perbuatan", "Duty: every deed"),
    "deed_duty_planned": Text("Mengisi jadwal jaga", "Planned a shift"),
    "deed_duty_removed": Text("Menghapus giliran jaga", "Removed a shift"),
    "deed_duty_way": Text("Mengisi saluran panggilan", "Entered a way to be woken"),
    "deed_duty_way_gone": Text("Menghapus saluran panggilan", "Removed a way to be woken"),
}
