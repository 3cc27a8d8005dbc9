# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Signing in, one's own account, and invitations."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "sign_in": Text("Masuk", "Sign in"),
    "sign_in_title": Text("Masuk", "Sign in"),
    "sign_in_for": Text(
        "Untuk petugas dan pengelola. Peta, sungai dan kasus terbuka bagi semua tanpa masuk.",
        "For officers and staff. The map, the rivers and the cases are open to all without signing in.",
    ),
    "sign_in_wanted": Text(
        "Halaman yang Anda minta hanya untuk yang sudah masuk. Bila tadi Anda sudah masuk, waktunya sudah habis.",
        "The page that you asked for is for those who have signed in. If you were, your time is up.",
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
