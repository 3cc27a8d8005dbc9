# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""The emergency phrases, their languages, and the forms of those who look after them."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "voices_title": Text("Suara darurat", "Emergency voices"),
    "voices_lead": Text(
        "Dua belas kalimat untuk diteriakkan, atau dibacakan lewat pengeras suara. Pilih bahasa orang yang harus mengerti.",
        "Twelve sentences to shout, or to read over a loudspeaker. Choose the language of those who must understand.",
    ),
    "voices_languages": Text("Bahasa", "Language"),
    "voice_language_id": Text("Indonesia", "Indonesian"),
    "voice_language_en": Text("Inggris", "English"),
    "voice_language_jv": Text("Jawa", "Javanese"),
    "voice_language_sas": Text("Sasak", "Sasak"),
    "voice_language_mak": Text("Makassar", "Makassarese"),
    "voice_language_jax": Text("Melayu Jambi", "Jambi Malay"),
    "voice_unchecked": Text("belum diperiksa", "not yet checked"),
    "voice_unchecked_lead": Text(
        "Kalimat bertanda “belum diperiksa” belum dibenarkan oleh penutur bahasa itu. Kalau ragu, pakai bahasa Indonesia.",
        "No speaker of the language has yet found the sentences marked “not yet checked” right. When in doubt use Indonesian.",
    ),
    "voice_checked_by": Text("Diperiksa {speaker}, {day}.", "Checked by {speaker}, {day}."),
    "voice_script_title": Text("Naskah suara darurat", "Script of the emergency voices"),
    "voice_script_lead": Text(
        "Tunjukkan tiap kalimat kepada orang yang sehari-hari memakai bahasa itu. Kalau benar, tulis namanya dan tanda tangani. Kalau keliru, ganti dulu kalimatnya. Nama penutur tampil di halaman umum.",
        "Show each sentence to somebody who speaks the language every day. If it is right, write their name and sign. If it is wrong, change it first. The speaker's name is shown to everybody.",
    ),
    "voice_all_checked": Text(
        "Semua kalimat bahasa ini sudah diperiksa.", "Every sentence of this language has been checked."
    ),
    "voice_to_check": Text("{n} kalimat belum diperiksa.", "{n} sentences are not yet checked."),
    "voice_to_check_one": Text("Satu kalimat belum diperiksa.", "One sentence is not yet checked."),
    "voice_not_signed": Text(
        "Kalimat bahasa ini ditulis bersama perangkat lunaknya dan tidak perlu ditandatangani.",
        "The sentences of this language come with the software and need no signature.",
    ),
    "voice_speaker": Text("Nama penutur", "Speaker's name"),
    "voice_speaker_hint": Text("Nama dan asal, seperti Ibu Sri, Terban.", "Name and place, as Ibu Sri, Terban."),
    "voice_sign": Text("Tanda tangani", "Sign"),
    "voice_sign_again": Text("Tanda tangani lagi", "Sign again"),
    "voice_unsign": Text("Cabut tanda tangan", "Take the signature back"),
    "voice_change": Text("Ganti kalimat", "Change the sentence"),
    "voice_sentence": Text("Kalimat", "Sentence"),
    "voice_sentence_hint": Text(
        "Paling banyak {n} huruf. Penanda dalam kurung kurawal tetap ditulis.",
        "At most {n} characters. What stands in braces stays.",
    ),
    "voice_change_ends": Text(
        "Mengganti kalimat mengakhiri tanda tangannya.", "Changing the sentence ends its signature."
    ),
    "voice_keep": Text("Simpan kalimat", "Keep the sentence"),
    "voice_own": Text("Kalimat kota sendiri.", "The city's own sentence."),
    "voice_entered_by": Text("Dicatat {account}.", "Entered by {account}."),
    "voice_public": Text("Halaman untuk umum", "The page for everybody"),
    "voice_worded": Text(
        "Kalimat tersimpan. Mintalah penutur memeriksanya.", "The sentence is kept. Ask a speaker to check it."
    ),
    "voice_signed": Text("Tanda tangan tersimpan.", "The signature is kept."),
    "voice_unsigned": Text("Tanda tangan dicabut.", "The signature is taken back."),
    "voice_changed": Text(
        "Kalimatnya baru saja berubah. Baca lagi, lalu tanda tangani.",
        "The sentence has just changed. Read it again, then sign.",
    ),
    "voice_unknown": Text("Pilih salah satu tombol.", "Choose one of the buttons."),
    "voice_wrong_text": Text(
        "Kalimatnya kosong, lebih dari 120 huruf, atau penanda dalam kurung kurawal hilang, berubah, atau bertambah.",
        "The sentence is empty, over 120 characters, or what stands in braces is missing, changed or added to.",
    ),
    "voice_wrong_speaker": Text(
        "Tulis nama penutur, 3 sampai 80 huruf.", "Write the speaker's name, 3 to 80 characters."
    ),
    "voice_listen": Text("Dengarkan", "Listen"),
    "voice_listen_title": Text("Dengarkan dan putar", "Listen and play"),
    "voice_recorded_by": Text(
        "Suara {speaker}, direkam {day}, {n} detik.", "Voice of {speaker}, recorded {day}, {n} s."
    ),
    "voice_record": Text("Unggah rekaman", "Upload a recording"),
    "voice_record_again": Text("Ganti rekaman", "Replace the recording"),
    "voice_file": Text("Berkas suara", "Sound file"),
    "voice_file_hint": Text(
        "WAV, OGG, atau MP3, paling lama 30 detik dan 1 MB. Pesan suara WhatsApp yang disimpan adalah OGG. Nama tampil di halaman umum.",
        "WAV, OGG or MP3, at most 30 seconds and 1 MB. A saved WhatsApp voice message is OGG. The name is shown to everybody.",
    ),
    "voice_record_keep": Text("Simpan rekaman", "Keep the recording"),
    "voice_remove": Text("Hapus rekaman", "Remove the recording"),
    "voice_other_text": Text(
        "Rekaman ini mengucapkan kalimat lama: “{text}”. Tidak diputar di mana pun.",
        "This recording says an older sentence: “{text}”. It is played nowhere.",
    ),
    "voice_recorded": Text("Rekaman tersimpan.", "The recording is kept."),
    "voice_removed": Text("Rekaman dihapus.", "The recording is removed."),
    "sound_wrong_kind": Text(
        "Berkas itu bukan WAV, OGG, atau MP3. Rekam sebagai salah satunya.",
        "The file is no WAV, OGG or MP3. Record it as one of these.",
    ),
    "sound_wrong_large": Text(
        "Rekaman lebih dari 1 MB. Rekam lebih singkat.", "The recording is over 1 MB. Make it shorter."
    ),
    "sound_wrong_long": Text(
        "Rekaman lebih dari 30 detik. Rekam lebih singkat.", "The recording is over 30 seconds. Make it shorter."
    ),
    "sound_wrong_short": Text(
        "Rekaman terlalu singkat. Ucapkan seluruh kalimat.", "The recording is too short. Say the whole sentence."
    ),
    "sound_wrong_broken": Text(
        "Rekaman rusak atau terpotong. Rekam lagi.", "The recording is broken or cut off. Record it again."
    ),
    "deed_recording": Text("Rekaman: semua perbuatan", "Recordings: every deed"),
    "deed_recording_kept": Text("Menyimpan rekaman suara", "Kept a recording"),
    "deed_recording_removed": Text("Menghapus rekaman suara", "Removed a recording"),
    "office_voices": Text("Suara", "Voices"),
    "deed_phrase": Text("Kalimat darurat: semua perbuatan", "Emergency phrases: every deed"),
    "deed_phrase_worded": Text("Mengganti kalimat darurat", "Changed an emergency phrase"),
    "deed_phrase_signed": Text("Mencatat tanda tangan penutur", "Entered a speaker's signature"),
    "deed_phrase_unsigned": Text("Mencabut tanda tangan penutur", "Took a speaker's signature back"),
    "fact_language": Text("Bahasa", "Language"),
    "fact_phrase": Text("Kalimat", "Phrase"),
}
