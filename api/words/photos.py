"""What residents and officers read about photos."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "photo_title": Text("Foto", "Photos"),
    "photo_field": Text("Foto (sampai tiga, boleh kosong)", "Photos (up to three, may stay empty)"),
    "photo_field_hint": Text(
        "Nama kamera, tempat, dan jam di dalam berkas dihapus. Umum baru melihatnya setelah petugas mengizinkan.",
        "Camera, place and time inside the file are removed. The public sees it only when an officer lets it.",
    ),
    "photo_sent_one": Text("{n} foto tersimpan.", "{n} photo is kept."),
    "photo_sent": Text("{n} foto tersimpan.", "{n} photos are kept."),
    "photo_yours": Text("Foto {n}", "Photo {n}"),
    "photo_wrong_empty": Text(
        "Berkas foto itu kosong. Pilih fotonya sekali lagi.", "That photo's file is empty. Choose the photo again."
    ),
    "photo_wrong_big": Text(
        "Foto itu lebih dari 12 MB. Kirim yang lebih kecil, atau tangkapan layarnya.",
        "That photo has more than 12 MB. Send a smaller one, or a screenshot of it.",
    ),
    "photo_wrong_heic": Text(
        "Foto itu berformat HEIC atau AVIF. Kirim sebagai JPEG; tangkapan layarnya sudah cukup.",
        "That photo is in HEIC or AVIF format. Send it as JPEG; a screenshot of it is enough.",
    ),
    "photo_wrong_kind": Text(
        "Berkas itu bukan foto JPEG, PNG, atau WebP. Pilih foto dari telepon Anda.",
        "That file is no JPEG, PNG or WebP photo. Choose a photo that your telephone has taken.",
    ),
    "photo_wrong_large": Text(
        "Foto itu terlalu banyak titik gambarnya. Kirim yang lebih kecil, atau tangkapan layarnya.",
        "That photo has too many pixels. Send a smaller one, or a screenshot of it.",
    ),
    "photo_wrong_broken": Text(
        "Foto itu tidak bisa dibuka; berkasnya rusak. Foto sekali lagi, atau kirim yang lain.",
        "That photo cannot be opened; its file is damaged. Take it again, or send another.",
    ),
    "photo_wrong_many": Text(
        "Terlalu banyak foto. Kirim yang paling jelas saja.", "Too many photos. Send those that show it best."
    ),
    "photo_wrong_none": Text("Pilih fotonya dahulu.", "Choose the photo first."),
    "photo_wrong_marks": Text(
        "Belum ada petak yang ditandai. Tandai yang tidak boleh terbaca.",
        "No square is marked. Mark what nobody shall read.",
    ),
    "photo_of_report": Text("Foto warga", "A resident's photo"),
    "photo_of_proof": Text("Foto bukti petugas", "An officer's proof"),
    "photo_alt_report": Text("Foto warga, dikirim {time}", "A resident's photo, sent {time}"),
    "photo_alt_proof": Text("Foto bukti petugas, dikirim {time}", "An officer's proof, sent {time}"),
    "photo_public": Text("terlihat umum", "public"),
    "photo_not_public": Text("belum terlihat umum", "not public"),
    "photo_blurred": Text("disamarkan", "blurred"),
    "photo_none": Text("Tidak ada foto.", "There are no photos."),
    "photo_add": Text("Tambah foto bukti", "Add a proof photo"),
    "photo_add_file": Text("Foto bukti", "Proof photo"),
    "photo_add_hint": Text(
        "Kirim foto sebelum menandai selesai; umum langsung melihatnya. "
        "Tanpa sinyal foto menunggu di telepon ini dan dikirim begitu tersambung.",
        "Send it before you mark the case done; the public sees it at once. "
        "Without a connection it waits on this phone, and is sent as soon as there is one.",
    ),
    "photo_add_do": Text("Kirim foto", "Send the photo"),
    "photo_queue": Text("Foto di telepon ini", "Photos on this phone"),
    "photo_queued": Text(
        "Tanpa sambungan: foto disimpan di telepon ini dan dikirim begitu tersambung ({n}).",
        "No connection: photos are kept on this phone, and sent as soon as there is one ({n}).",
    ),
    "photo_sending": Text("Foto disimpan di telepon ini, sedang dikirim …", "Kept on this phone, being sent …"),
    "photo_arrived": Text("Foto terkirim.", "The photos have arrived."),
    "photo_waits": Text("menunggu dikirim", "waits to be sent"),
    "photo_refused": Text("tidak diterima:", "not accepted:"),
    "photo_again": Text("Kirim lagi", "Send again"),
    "photo_discard": Text("Buang", "Throw away"),
    "photo_no_room": Text(
        "Tidak ada tempat lagi di telepon ini; foto itu belum disimpan. "
        "Tunggu sampai yang lain terkirim, atau buang yang tidak perlu.",
        "There is no room left on this phone; that photo is not kept. "
        "Wait until others have been sent, or throw away what is not needed.",
    ),
    "photo_nowhere": Text(
        "Peramban ini tidak bisa menyimpan foto: kirim saat ada sambungan.",
        "This browser cannot keep photos: send them while there is a connection.",
    ),
    "photo_check": Text("Periksa ulang", "Check again"),
    "photo_doubt_twin": Text("foto serupa pada kasus {number}", "a photo like it belongs to case {number}"),
    "photo_doubt_twin_here": Text("foto serupa ada pada kasus ini", "this case has another photo like it"),
    "photo_doubt_twin_gone": Text(
        "foto serupa pernah dikirim pada laporan lain", "a photo like it was sent with another report"
    ),
    "photo_doubt_same": Text(
        "gambar yang sama dengan foto pada kasus {number}", "the same picture as a photo of case {number}"
    ),
    "photo_doubt_same_here": Text(
        "gambar yang sama dengan foto lain pada kasus ini", "the same picture as another photo of this case"
    ),
    "photo_doubt_same_gone": Text(
        "gambar yang sama pernah dikirim pada laporan lain", "the same picture was sent with another report"
    ),
    "photo_compare": Text("Bandingkan", "Compare"),
    "photo_doubt_spot": Text(
        "sudutnya seperti foto pada kasus {number}, isinya berbeda",
        "the angle is that of a photo of case {number}, what it shows is not",
    ),
    "photo_doubt_spot_here": Text(
        "sudutnya seperti foto lain pada kasus ini, isinya berbeda",
        "the angle is that of another photo of this case, what it shows is not",
    ),
    "photo_doubt_spot_gone": Text(
        "sudutnya seperti foto pada laporan lain, isinya berbeda",
        "the angle is that of a photo of another report, what it shows is not",
    ),
    "photo_doubt_old": Text("diambil {time} sebelum dikirim", "taken {time} before it was sent"),
    "photo_doubt_before": Text("diambil {time} sebelum kasus dibuka", "taken {time} before the case was opened"),
    "photo_doubt_ahead": Text("jam kameranya {time} lebih cepat", "its camera's clock is {time} ahead"),
    "photo_doubt_far": Text("diambil {km} km dari tempat kasus", "taken {km} km from the case's place"),
    "photo_show": Text("Izinkan umum melihat", "Let the public see it"),
    "photo_hide": Text("Jangan tampilkan ke umum", "Do not show it to the public"),
    "photo_erase": Text("Hapus foto ini", "Erase this photo"),
    "photo_erase_hint": Text("Tidak bisa dikembalikan.", "It cannot be brought back."),
    "photo_blur": Text("Samarkan", "Blur"),
    "photo_blur_hint": Text(
        "Tandai petak dengan wajah, pelat nomor, atau tulisan yang tidak boleh terbaca. Gambar aslinya dibuang.",
        "Mark the squares with faces, plates or writing that nobody shall read. The original is thrown away.",
    ),
    "photo_square": Text("kolom {column}, baris {row}", "column {column}, row {row}"),
    "photo_blur_do": Text("Samarkan petak yang ditandai", "Blur the marked squares"),
    "photo_back": Text("Kembali ke kasus", "Back to the case"),
    "photo_done_bukti": Text("Foto tersimpan dan terlihat umum.", "The photo is kept, and the public sees it."),
    "photo_done_tampilkan": Text("Umum bisa melihat foto ini.", "The public can see this photo."),
    "photo_done_tutup": Text("Foto ini tidak terlihat umum.", "The public cannot see this photo."),
    "photo_done_samarkan": Text("Disamarkan; aslinya sudah dibuang.", "Blurred; the original is thrown away."),
}
