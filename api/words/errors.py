# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""What went wrong."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "to_map": Text("Ke peta", "To the map"),
    "error_400_title": Text("Permintaan ini tidak bisa dibaca", "This request cannot be read"),
    "error_400_text": Text(
        "Ada bagian alamat atau isian yang keliru. Kembali dan coba lagi.",
        "Part of the address or the form is wrong. Go back and try again.",
    ),
    "error_fields": Text("Isian yang keliru: {fields}.", "What is wrong: {fields}."),
    "error_401_title": Text("Masuk dahulu", "Sign in first"),
    "error_401_text": Text(
        "Halaman ini hanya untuk yang sudah masuk. Mungkin Anda sudah keluar, atau terlalu lama tidak memakai halaman ini. Masuk lagi, lalu ulangi.",
        "This page is for those who have signed in. You may have been signed out, or not have used it for too long. Sign in again and repeat it.",
    ),
    "error_401_program": Text(
        "Alamat ini hanya untuk yang sudah masuk. Kunci yang dikirim tidak ada atau tidak berlaku.",
        "This address is for those who have signed in. The key sent is missing or not valid.",
    ),
    "error_403_title": Text("Ini bukan wewenang Anda", "This is not for you to do"),
    "error_403_text": Text(
        "Akun Anda tidak membuka halaman ini. Mintalah kepada administrator bila Anda memerlukannya.",
        "Your account does not open this page. Ask an administrator if you need it.",
    ),
    "error_form_title": Text("Formulir ini tidak berlaku lagi", "This form is no longer valid"),
    "error_form": Text(
        "Formulir ini sudah kedaluwarsa atau tidak berasal dari sini. Tidak ada yang diubah. Muat ulang halaman asalnya dan coba lagi.",
        "This form is out of date or not from here. Nothing was changed. Load the page that it was on anew and try again.",
    ),
    "error_429_title": Text("Terlalu banyak percobaan", "Too many tries"),
    "error_429_text": Text("Tunggu sebentar, lalu coba lagi.", "Wait a while, then try again."),
    "error_429_wait": Text(
        "Terlalu banyak percobaan. Tunggu paling lama {minutes} menit, lalu coba lagi.",
        "Too many tries. Wait {minutes} minutes at most, then try again.",
    ),
    "error_404_title": Text("Halaman ini tidak ada", "There is no such page"),
    "error_404_text": Text(
        "Periksa kembali nomor atau alamatnya. Nomor kasus ada pada tanda terima laporan. Kasus yang belum diperiksa belum ditampilkan.",
        "Check the number or the address again. A case number stands on the report's receipt. Cases not yet reviewed are not shown.",
    ),
    "error_405_title": Text("Halaman ini tidak bisa dibuka begitu", "This page does not open in that way"),
    "error_405_text": Text(
        "Alamat ini tidak melayani permintaan semacam itu. Kembali ke halaman sebelumnya.",
        "This address does not serve that kind of request. Go back to the page before.",
    ),
    "error_409_title": Text("Keadaannya sudah lain", "This has changed meanwhile"),
    "error_409_text": Text(
        "Yang Anda putuskan tidak berlaku lagi: alarmnya sudah selesai atau berubah. Muat ulang halamannya.",
        "What you decided holds no more: the alarm is over or has changed. Load the page anew.",
    ),
    "error_413_title": Text("Kiriman terlalu besar", "The content is too large"),
    "error_413_text": Text("Kirim paling banyak 64 KiB.", "Send at most 64 KiB."),
    "error_500_title": Text("Ada yang rusak di sini", "Something broke here"),
    "error_500_text": Text(
        "Kesalahan ini ada pada kami dan sudah dicatat. Coba lagi sebentar lagi.",
        "The fault is ours and has been noted. Try again in a moment.",
    ),
    "error_503_sent": Text(
        "Yang baru Anda kirim mungkin belum tersimpan. Lihat dahulu sebelum mengirimnya lagi.",
        "What you have just sent may not have been kept. Look before you send it again.",
    ),
    "error_503_title": Text("Data kota sedang tidak terjangkau", "The city's data cannot be reached"),
    "error_503_text": Text(
        "Kami tidak menampilkan angka lama seolah-olah baru. Ini bukan berarti aman: dalam bahaya, ikuti petugas di lapangan dan telepon nomor darurat di bawah. Halaman ini bisa dimuat ulang sebentar lagi.",
        "We show no old figures as if they were new. This does not mean it is safe: in danger, follow the officers on site and call the emergency number below. Reload this page in a moment.",
    ),
}
