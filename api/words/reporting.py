"""What residents read where they report something."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "report_title": Text("Lapor", "Report"),
    "report_lead": Text(
        "Bila ada yang dalam bahaya sekarang, telepon {phone}. Laporan di sini dibaca petugas pada jam kerjanya.",
        "If somebody is in danger now, call {phone}. What is reported here is read by officers in their hours.",
    ),
    "report_phone_lead": Text(
        "Catat laporan telepon. Yang sudah tercatat bisa dipilih, supaya tidak menjadi kasus kedua.",
        "Take down what is said on the telephone. Choose what is known already, so that it is no second case.",
    ),
    "report_phone_take": Text("Catat telepon", "Take a call down"),
    "report_known_near": Text("Sudah tercatat di dekat sini: gabungkan?", "Known already near there: join it?"),
    "report_near_none": Text("Belum ada kasus terbuka di dekat sini.", "No open case near there."),
    "report_near_look": Text("Lihat yang sudah tercatat di dekatnya", "Look what is known near there"),
    "report_near_failed": Text(
        "Kasus di dekatnya tidak dapat dibaca. Catat saja, yang sama digabungkan kemudian.",
        "Cases near there cannot be read. Take it down all the same; what is the same is joined later.",
    ),
    "report_known": Text("Sama dengan kasus yang sudah ada?", "The same as a case that is known?"),
    "report_known_none": Text("Bukan, ini baru", "No, this is new"),
    "report_category": Text("Tentang apa", "What it is about"),
    "report_choose": Text("(pilih)", "(choose)"),
    "report_place": Text("Kelurahan", "Kelurahan (place)"),
    "report_here": Text("Pakai tempat saya sekarang", "Use where I am now"),
    "report_here_hint": Text("Lebih tepat daripada kelurahan.", "Closer than the kelurahan."),
    "report_here_found": Text("Tempat dipakai, ketelitian {m} m.", "Your place is used, within {m} m."),
    "report_here_failed": Text(
        "Tempat tidak ditemukan; pilih kelurahan.", "Your place was not found; choose a kelurahan."
    ),
    "report_text": Text("Apa yang terjadi", "What has happened"),
    "report_text_hint": Text(
        "Sebut patokan: dekat apa, sejak kapan. Jangan tulis nama orang lain.",
        "Name what is near, and since when. Do not write other people's names.",
    ),
    "report_who": Text("Siapa Anda (boleh kosong)", "Who you are (may stay empty)"),
    "report_name": Text("Nama", "Name"),
    "report_contact": Text("Telepon atau surel", "Telephone or e-mail"),
    "report_contact_hint": Text(
        "Hanya dibaca petugas, dan dihapus 180 hari setelah selesai.",
        "Read by officers alone, and erased 180 days after the end.",
    ),
    "report_anonymous": Text(
        "Tanpa nama: petugas juga tidak tahu siapa saya", "Anonymous: officers do not know who I am either"
    ),
    "report_secret": Text(
        "Rahasia: hanya instansi yang menangani yang tahu laporan ini ada",
        "Secret: only the office in charge knows that it exists",
    ),
    "report_about_office": Text(
        "Tentang petugas atau dinasnya sendiri: langsung ke {office}, dinas itu tidak melihatnya",
        "About officers or the office itself: straight to {office}, that office does not see it",
    ),
    "report_elsewhere": Text("Untuk hal lain", "For other things"),
    "report_send": Text("Kirim laporan", "Send the report"),
    "report_queue": Text("Laporan di telepon ini", "Reports on this phone"),
    "report_queued": Text(
        "Tanpa sambungan: laporan disimpan di telepon ini, dengan fotonya ({n}). Dikirim sendiri begitu tersambung "
        "selama halaman ini terbuka; kalau ditutup, saat dibuka lagi.",
        "No connection: reports are kept on this phone, with their photos ({n}). They are sent by themselves as soon "
        "as there is one while this page is open; when it was closed, once it is opened again.",
    ),
    "report_later": Text(
        "Belum bisa diterima sekarang. Laporan tetap disimpan di telepon ini ({n}) dan dikirim lagi sendiri.",
        "It cannot be taken just now. Reports stay on this phone ({n}), and are sent again by themselves.",
    ),
    "report_sending": Text(
        "Laporan disimpan di telepon ini, sedang dikirim …", "The report is kept on this phone, being sent …"
    ),
    "report_arrived": Text("terkirim", "sent"),
    "report_look": Text("Lihat laporan", "See the report"),
    "report_forget": Text("Hapus dari telepon ini", "Remove from this phone"),
    "report_mend": Text("Perbaiki", "Put it right"),
    "report_old": Text("belum terkirim; masih begitu keadaannya?", "not sent yet; is it still so?"),
    "report_still_so": Text("Masih, kirim", "It is, send it"),
    "report_written": Text("ditulis {time}", "written {time}"),
    "report_photos": Text("{n} foto, {kb} kB", "photos: {n}, {kb} kB"),
    "report_no_room": Text(
        "Tidak ada tempat lagi di telepon ini; laporan itu masih di formulir dan belum disimpan. "
        "Tunggu sampai yang lain terkirim, atau buang yang tidak perlu.",
        "There is no room left on this phone; the report is still in the form and not kept. "
        "Wait until others have been sent, or throw away what is not needed.",
    ),
    "report_wrong_category": Text("Pilih tentang apa laporan ini.", "Choose what it is about."),
    "report_wrong_place": Text(
        "Pilih kelurahan, atau pakai tempat Anda sekarang.", "Choose a kelurahan, or use where you are now."
    ),
    "report_wrong_far": Text(
        "Tempat itu di luar kota ini. Pilih kelurahan.", "That place is not in this city. Choose a kelurahan."
    ),
    "report_questions": Text("Tampilkan pertanyaan untuk jenis ini", "Show the questions for this category"),
    "report_asked": Text("Tentang {category}", "About {category}"),
    "report_optional": Text("(boleh kosong)", "(may stay empty)"),
    "report_wrong_answer_missing": Text(
        "Jawab juga pertanyaan ini: petugas memerlukannya.",
        "Answer this question too: the officer needs it.",
    ),
    "report_wrong_answer": Text(
        "Jawaban ini belum bisa dipakai. Isi angka di kolom angka, tanggal dan jam di kolom waktu, dan paling banyak"
        " 2.000 huruf.",
        "This answer cannot be used yet. Write a number where a number is asked, date and time where a time is asked,"
        " and at most 2,000 characters.",
    ),
    "report_wrong_text": Text(
        "Tulis apa yang terjadi, paling banyak 4.000 huruf.", "Write what has happened, 4,000 characters at most."
    ),
    "report_thanks": Text("Terima kasih, laporan Anda tercatat.", "Thank you, your report is recorded."),
    "report_number": Text("Nomor kasus", "Case number"),
    "report_joined": Text(
        "{n} orang lain melaporkan hal yang sama; semuanya satu kasus.",
        "{n} others report the same; all of it is one case.",
    ),
    "report_joined_one": Text(
        "{n} orang lain melaporkan hal yang sama; semuanya satu kasus.",
        "{n} other person reports the same; it is one case.",
    ),
    "report_waits": Text(
        "Laporan Anda menunggu dibaca petugas. Nomornya keluar setelah itu, di halaman ini.",
        "Your report waits for an officer to read it. Its number comes after that, on this page.",
    ),
    "report_keep": Text(
        "Simpan alamat halaman ini: hanya yang memilikinya yang melihat laporan Anda di sini.",
        "Keep this page's address: only who has it sees your report here.",
    ),
    "report_yours": Text("Laporan Anda", "Your report"),
    "report_follow": Text("Lihat sampai di mana", "See how far it is"),
    "report_erase": Text("Hapus data saya", "Erase my data"),
    "report_erase_hint": Text(
        "Nama, kontak, dan tulisan Anda (juga balasan) dihapus sekarang. Kasusnya tetap dikerjakan.",
        "Your name, contact and words (answers, too) are erased now. The case is still worked on.",
    ),
    "report_thread": Text("Percakapan", "The thread"),
    "report_you": Text("Anda", "You"),
    "report_reply": Text("Balas", "Answer"),
    "report_reply_text": Text("Yang ingin Anda sampaikan", "What you want to say"),
    "report_reply_hint": Text(
        "Dibaca petugas kasus ini saja. Nomor telepon dan NIK ditutup. Paling banyak 5 balasan sehari.",
        "Read by the officers of this case alone. Phone and identity numbers are masked. 5 answers a day at most.",
    ),
    "report_reply_send": Text("Kirim balasan", "Send the answer"),
    "report_replied": Text("Balasan Anda tersimpan; petugas melihatnya.", "Your answer is kept; officers see it."),
    "report_reply_over": Text(
        "Kasus ini sudah tidak bisa dibalas. Bila masih terjadi, laporkan lagi.",
        "This case can no longer be answered. If it goes on, report it anew.",
    ),
    "report_over": Text("Kasus ini sudah ditutup. Masih terjadi?", "The case is closed. Does it go on?"),
    "report_anew": Text("Laporkan lagi", "Report it anew"),
    "report_data": Text("Data Anda", "Your data"),
    "report_take_along": Text("Unduh semua data laporan ini (JSON)", "Download all data of this report (JSON)"),
    "report_erased": Text("Data Anda sudah dihapus.", "Your data has been erased."),
    "report_gone_title": Text("Laporan tidak ada", "No such report"),
    "report_gone": Text(
        "Alamat ini tidak membuka laporan mana pun. Periksa apakah alamatnya utuh.",
        "This address opens no report. Check that it is whole.",
    ),
}
