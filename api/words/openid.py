# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Signing in with the city's own accounts."""

from __future__ import annotations

from contract.city import Text

WORDS = {
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
