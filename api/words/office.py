# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""What administrators read: people, proposals of theirs, and keys of programs."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "office": Text("Pengelolaan", "Administration"),
    "office_people": Text("Petugas", "People"),
    "office_keys": Text("Kunci", "Keys"),
    "office_posts": Text("Pos", "Posts"),
    "office_audit": Text("Jejak", "Audit log"),
    "office_refused": Text("Ditolak", "Refused"),
    "people_title": Text("Petugas dan akun", "People and accounts"),
    "people_count": Text("{n} akun", "{n} accounts"),
    "people_count_one": Text("{n} akun", "{n} account"),
    "people_all": Text("Semua akun", "All accounts"),
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
    "may_officer": Text(
        "mengerjakan kasus dan alarm dinas dan wilayahnya.", "works on the cases and alarms of their agency and area."
    ),
    "may_technician": Text("mengurus simpul dan melihat karantina.", "looks after nodes and sees the quarantine."),
    "may_operator": Text(
        "menjawab alarm dan melihat semua kasus kota.", "answers alarms and sees every case of the city."
    ),
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
    "refused_changed": Text(
        "Akun ini baru saja diubah orang lain. Yang Anda kirim tidak disimpan. Lihat keadaannya sekarang, lalu ulangi bila masih perlu.",
        "Somebody else has just changed this account. What you sent was not kept. See how it stands now, and repeat it if it is still needed.",
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
    "keys_count_one": Text("{n} kunci", "{n} key"),
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
