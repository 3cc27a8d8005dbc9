"""The audit log, and who was turned away."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "audit_title": Text("Jejak perbuatan", "Audit log"),
    "audit_lead": Text(
        "Siapa berbuat apa. Jejak hanya bertambah, setiap baris dikunci pada baris sebelumnya, dan tidak memuat nama.",
        "Who did what. Rows are only ever added, each is sealed over the one before it, and none holds a name.",
    ),
    "audit_verify": Text("Periksa keutuhannya", "Verify that it is whole"),
    "audit_export": Text("Unduh CSV", "Download CSV"),
    "audit_actor": Text("Pelaku", "Who"),
    "audit_object": Text("Terhadap", "To what"),
    "audit_what": Text("Perbuatan", "Deed"),
    "audit_facts": Text("Rincian", "Facts"),
    "audit_none": Text("Tidak ada perbuatan yang cocok.", "No deed matches."),
    "audit_looked": Text(
        "Baru {n} baris terbaru yang diperiksa. Lanjutkan untuk yang lebih lama.",
        "Only the newest {n} rows were looked through. Go on for older ones.",
    ),
    "audit_whole": Text("Jejak utuh: {n} baris.", "The log is whole: {n} rows."),
    "audit_whole_one": Text("Jejak utuh: {n} baris.", "The log is whole: {n} row."),
    "audit_anchored": Text("Kepala yang Anda catat ada di dalamnya.", "The head that you noted is in it."),
    "audit_head": Text(
        "Catat kepala ini di tempat lain. Dengan itu kelak terbukti bahwa sampai di sini tidak ada yang diubah.",
        "Note this head down elsewhere. It will prove later that nothing up to here was changed.",
    ),
    "audit_noted": Text("Kepala yang pernah dicatat", "A head that was noted earlier"),
    "audit_noted_hint": Text("Boleh kosong.", "May be left empty."),
    "audit_broken": Text("Jejak rusak.", "The log is broken."),
    "audit_broken_do": Text(
        "Jangan ubah basis data. Simpan salinannya dan jalankan siaga audit verify di server.",
        "Do not change the database. Keep a copy of it and run siaga audit verify on the server.",
    ),
    "audit_broken_changed": Text("Baris {n} diubah.", "Row {n} was changed."),
    "audit_broken_removed": Text("Baris {n} dihapus.", "Row {n} was removed."),
    "audit_broken_inserted": Text("Baris {n} disisipkan.", "Row {n} was inserted."),
    "audit_broken_truncated": Text("Baris dari {n} dihapus di ujung.", "Rows from {n} on were cut off at the end."),
    "audit_broken_head": Text("Kepala jejak diubah, baris {n}.", "The head of the log was changed, row {n}."),
    "audit_broken_anchor": Text(
        "Kepala yang dicatat tidak ada: jejak dipotong atau dibuat baru, sampai baris {n}.",
        "The noted head is not there: the log was cut or made anew, up to row {n}.",
    ),
    "turned_away_lead": Text(
        "Siapa yang mengetuk dengan nama, kunci atau formulir yang keliru.",
        "Who knocked with a wrong name, key or form.",
    ),
    "turned_away_count": Text("{n} kali", "{n} times"),
    "turned_away_count_one": Text("{n} kali", "{n} time"),
    "door_broker": Text("broker", "broker of messages"),
    "door_ingest": Text("penerima data", "intake"),
    "door_api": Text("halaman", "pages"),
}
