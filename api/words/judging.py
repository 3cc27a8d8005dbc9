# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""What is said afterwards: verdicts, misses, and the table of how often the city was right."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "prompt_title": Text("Seberapa cepat warga diberi tahu", "How soon people are told"),
    "prompt_word": Text(
        "Dari air melewati batas sampai kata pertama: separuh dalam {half}, 19 dari 20 dalam {most} ({n} banjir).",
        "From the crossing to the first word: half within {half}, 19 of 20 within {most} ({n} floods).",
    ),
    "prompt_order": Text(
        "Sampai perintah pergi: separuh dalam {half}, 19 dari 20 dalam {most} ({n} perintah).",
        "To the order to leave: half within {half}, 19 of 20 within {most} ({n} orders).",
    ),
    "prompt_to_word": Text("Sampai kata pertama", "To the first word"),
    "prompt_to_order": Text("Sampai perintah pergi", "To the order to leave"),
    "prompt_corrected": Text("diralat", "corrected"),
    "prompt_ground_witness": Text("saksi kedua", "a second witness"),
    "prompt_ground_officer": Text("petugas", "an officer"),
    "prompt_ground_clock": Text("otomatis", "by the clock"),
    "prompt_none": Text("Belum ada banjir yang disampaikan.", "No flood has been told yet."),
    "prompt_how": Text(
        "Dihitung dari bacaan pertama di atas batas yang membuka banjir itu. Latihan tidak dihitung.",
        "Counted from the first reading beyond the mark that the flood opened with. Drills do not count.",
    ),
    "office_judging": Text("Penilaian", "Verdicts"),
    "office_misses": Text("Luput", "Missed"),
    "judge_title": Text("Penilaian peringatan", "Verdicts on warnings"),
    "judge_lead": Text(
        "Setiap kejadian yang sudah berakhir dinilai: apakah peringatannya benar, salah, atau terlambat. Yang berakhir paling lama berada paling atas.",
        "Each incident that is over is judged: was the warning right, wrong, or late? What ended first stands first.",
    ),
    "judge_waiting": Text("Belum dinilai", "Not yet judged"),
    "judge_again": Text("Sudah dinilai", "Judged"),
    "judge_count": Text("{n} kejadian", "{n} incidents"),
    "judge_count_one": Text("{n} kejadian", "{n} incident"),
    "judge_none": Text("Semua kejadian yang berakhir sudah dinilai.", "Every incident that is over has been judged."),
    "judge_none_again": Text(
        "Belum ada penilaian dalam dua belas bulan ini.", "No verdicts within these twelve months yet."
    ),
    "judge_what": Text("Kejadian", "Incident"),
    "judge_outage": Text("Gangguan", "Outage"),
    "judge_crossed": Text("Bacaan pertama pada tingkat itu", "First reading at that level"),
    "judge_opened": Text("Dibuka", "Opened"),
    "judge_ended": Text("Berakhir", "Ended"),
    "judge_word": Text("Kata pertama untuk umum", "First public word"),
    "judge_no_word": Text("tidak ada", "none"),
    "judge_after": Text("sesudah {time}", "after {time}"),
    "judge_peak": Text("Paling tinggi", "Highest"),
    "judge_rule": Text("Aturan", "Rule"),
    "judge_case": Text("Kasus", "Case"),
    "judge_verdict": Text("Penilaian", "Verdict"),
    "verdict_right": Text("Benar", "Right"),
    "verdict_wrong": Text("Salah", "Wrong"),
    "verdict_late": Text("Terlambat", "Late"),
    "verdict_right_text": Text("memang terjadi, dan diberitahukan pada waktunya.", "it was so, and was told in time."),
    "verdict_wrong_text": Text("tidak terjadi, alarm palsu.", "it was not so, a false alarm."),
    "verdict_late_text": Text(
        "memang terjadi, tetapi orang tahu terlalu lambat.", "it was so, but people heard of it too late."
    ),
    "judge_reason": Text("Alasan", "Reason"),
    "judge_reason_hint": Text(
        "Dari mana diketahui: siapa yang melihat, foto, laporan.", "How it is known: who saw it, a picture, a report."
    ),
    "judge_flooded": Text("Sejak kapan tempatnya tergenang", "Since when the place was under water"),
    "judge_flooded_hint": Text("Boleh kosong bila tidak diketahui. Waktu {zone}.", "May be left empty. {zone} time."),
    "judge_flooded_at": Text("Tergenang sejak {time}.", "Under water since {time}."),
    "judge_keep": Text("Simpan penilaian", "Keep the verdict"),
    "judge_kept": Text("Penilaian disimpan.", "The verdict is kept."),
    "judge_history": Text("Penilaian sebelumnya", "Verdicts so far"),
    "judge_counts": Text("yang berlaku", "the one that counts"),
    "judge_by": Text("{who}, {time}.", "By {who}, {time}."),
    "judge_refused": Text(
        "Hanya petugas, operator dan administrator aktif yang menilai.",
        "Only active officers, operators and administrators judge.",
    ),
    "judge_wrong_verdict": Text("Pilih salah satu: benar, salah atau terlambat.", "Choose right, wrong or late."),
    "judge_wrong_reason": Text(
        "Tulis alasannya, paling banyak seribu huruf.", "Write the reason, a thousand characters at most."
    ),
    "judge_wrong_flooded_us": Text(
        "Waktu itu tidak cocok dengan kejadian ini: di masa depan, lebih dari tujuh hari di luarnya, atau untuk alarm palsu.",
        "That time does not fit this incident: in the future, more than seven days outside it, or of a false alarm.",
    ),
    "judge_wrong_rule": Text("Pilih aturan yang ada.", "Choose one of the rules."),
    "judge_wrong_node": Text("Pilih alat ukur di wilayah Anda.", "Choose a gauge in your area."),
    "judge_wrong_place": Text("Tulis tempatnya, paling banyak 120 huruf.", "Write the place, 120 characters at most."),
    "judge_wrong_level": Text("Pilih tingkat yang dicapai.", "Choose the level that was reached."),
    "judge_wrong_happened_us": Text(
        "Pilih waktunya: tidak di masa depan dan paling lama setahun lalu.",
        "Choose the time: not in the future, and within the last year.",
    ),
    "judge_wrong_source": Text(
        "Tulis dari mana diketahui, paling banyak 300 huruf.", "Write how it is known, 300 characters at most."
    ),
    "miss_title": Text("Yang luput", "What was missed"),
    "miss_lead": Text(
        "Air yang mencapai suatu tingkat tanpa peringatan dari kota dicatat di sini, agar ikut dihitung.",
        "Water that reached a level without a warning by the city is entered here, so that it counts.",
    ),
    "miss_enter": Text("Catat yang luput", "Enter what was missed"),
    "miss_gauge": Text("Alat ukur yang seharusnya memberi tahu", "The gauge that should have told"),
    "miss_no_gauge": Text("Tempat tanpa alat ukur", "A place without a gauge"),
    "miss_place": Text("Tempat", "Place"),
    "miss_place_hint": Text("Kampung, jembatan, sisi sungai.", "Neighbourhood, bridge, side of the river."),
    "miss_level": Text("Tingkat yang dicapai", "Level that was reached"),
    "miss_when": Text("Waktu ({zone})", "Time ({zone})"),
    "miss_source": Text("Diketahui dari", "Known from"),
    "miss_no_rules": Text(
        "Belum ada aturan banjir yang dapat dipilih: mesin peringatan belum pernah berjalan, atau aturannya masih uji coba diam.",
        "No flood rule can be chosen yet: the alert engine has never run, or the rules are still in shadow.",
    ),
    "miss_none": Text(
        "Tidak ada yang tercatat luput dalam dua belas bulan ini.", "Nothing was entered within these twelve months."
    ),
    "miss_withdraw": Text("Tarik kembali", "Withdraw it"),
    "miss_gone": Text("Ditarik {time}, tidak dihitung.", "Withdrawn {time}, not counted."),
    "miss_kept": Text("Yang luput sudah dicatat.", "The miss is entered."),
    "miss_withdrawn": Text("Ditarik kembali. Catatannya tetap ada.", "Withdrawn. The entry stays."),
    "found_title": Text("Ditemukan kemudian", "Found afterwards"),
    "found_lead": Text(
        "Air tinggi saat alatnya terputus: bacaannya baru tiba sesudah lewat, jadi tidak seorang pun diberi tahu. Dihitung luput, kecuali dinilai salah.",
        "Water that was high while its gauge was cut off: its readings came when it was over, so that nobody was told. It counts as missed, unless it is judged wrong.",
    ),
    "found_none": Text(
        "Tidak ada yang ditemukan kemudian dalam dua belas bulan ini.",
        "Nothing was found afterwards within these twelve months.",
    ),
    "found_gauge": Text("Alat ukur", "Gauge"),
    "found_worst": Text("Paling tinggi", "Worst"),
    "found_when": Text("Dari, sampai", "From, to"),
    "found_why_head": Text("Keterangan", "Note"),
    "found_why": Text(
        "Tidak diberitahukan: bacaannya baru tiba {time}.", "It was not told: its readings came only at {time}."
    ),
    "found_unjudged": Text("Belum dinilai, dihitung luput.", "Not yet judged, counted as missed."),
    "found_judged_right": Text("Dinilai benar, dihitung luput.", "Judged right, counted as missed."),
    "found_judged_wrong": Text("Dinilai salah, tidak dihitung.", "Judged wrong, not counted."),
    "found_right_text": Text("memang terjadi, dan luput.", "it was so, and was missed."),
    "found_wrong_text": Text(
        "tidak terjadi, misalnya alatnya salah: tidak dihitung.",
        "it was not so, an instrument's error for example: it does not count.",
    ),
    "accuracy_title": Text("Ketepatan peringatan", "How accurate the warnings are"),
    "accuracy_lead_text": Text(
        "Seberapa sering peringatan kota benar, menurut penilaian petugas sesudah setiap kejadian.",
        "How often the city's warnings were right, as officers judged after each incident.",
    ),
    "accuracy_window": Text("Dari {since} sampai {until}.", "From {since} to {until}."),
    "accuracy_where": Text("Alat dan tingkat", "Gauge and level"),
    "accuracy_total": Text("Semua yang untuk umum", "All that was public"),
    "accuracy_hits": Text("Benar", "Hits"),
    "accuracy_false": Text("Alarm palsu", "False alarms"),
    "accuracy_late": Text("Terlambat", "Late"),
    "accuracy_missed": Text("Luput", "Missed"),
    "accuracy_unjudged": Text("Belum dinilai", "Not yet judged"),
    "accuracy_pod": Text("Terdeteksi (POD)", "Detected (POD)"),
    "accuracy_far": Text("Palsu (FAR)", "False (FAR)"),
    "accuracy_delay": Text("Sampai kata pertama", "To the first word"),
    "accuracy_lead": Text("Waktu bersiap", "Lead time"),
    "accuracy_of": Text("{n} dari {of}", "{n} of {of}"),
    "accuracy_nothing": Text("belum ada", "none yet"),
    "accuracy_worst": Text("median; terburuk {time}; {n} kejadian", "median; worst {time}; of {n}"),
    "accuracy_before": Text("{time} setelah tergenang", "{time} after the water"),
    "accuracy_none": Text(
        "Belum ada kejadian yang berakhir dalam dua belas bulan ini, jadi belum ada yang dapat dinilai.",
        "No incident has ended within these twelve months, so there is nothing to judge yet.",
    ),
    "forecasts_title": Text("Perkiraan", "Forecasts"),
    "forecasts_way": Text("Dari dan ke", "From and to"),
    "forecasts_from_to": Text("{upstream} ke {downstream}", "{upstream} to {downstream}"),
    "forecasts_told": Text("Diberitakan", "Told"),
    "forecasts_inside": Text("Datang dalam waktunya", "Came within its time"),
    "forecasts_error": Text("Meleset (median)", "Out by (median)"),
    "forecasts_minutes": Text("{n} menit", "{n} minutes"),
    "forecasts_absent": Text("Tidak datang", "Did not come"),
    "forecasts_open": Text("Tidak dihitung", "Not counted"),
    "forecasts_none": Text(
        "Dalam dua belas bulan ini belum ada perkiraan yang diberitakan.",
        "Within these twelve months no forecast has been told.",
    ),
    "forecasts_how": Text(
        "Air dianggap datang ketika alat di hilir pertama kali mencapai tingkat yang diberitakan; bila tidak, pada puncaknya. Dalam waktunya = di dalam rentang yang diberitakan / (datang + tidak datang). Meleset: jarak dari waktu yang paling mungkin. Yang belum waktunya, yang tidak terukur, dan yang airnya sudah tinggi sebelumnya tidak dihitung.",
        "The water has come when the gauge below first reaches the level that was told of; where it does not, at its crest. Within its time = inside the window that was told / (came + did not come). Out by: how far from the likeliest moment. What is yet to come, was not measured, or stood there before is not counted.",
    ),
    "accuracy_how": Text("Cara menghitung", "How it is counted"),
    "accuracy_pod_text": Text(
        "POD, peluang terdeteksi = benar / (benar + terlambat + luput).",
        "POD, the probability of detection = hits / (hits + late + missed).",
    ),
    "accuracy_far_text": Text(
        "FAR, rasio alarm palsu = alarm palsu / (benar + terlambat + alarm palsu).",
        "FAR, the false alarm ratio = false alarms / (hits + late + false alarms).",
    ),
    "accuracy_late_text": Text(
        "Peringatan yang terlambat tidak melindungi siapa pun, jadi dihitung sebagai tidak terdeteksi. Di bawah lima kejadian tidak ada persentase.",
        "A late warning protected nobody, so it counts as not detected. Of fewer than five there is no percentage.",
    ),
    "accuracy_found_text": Text(
        "Luput: yang dicatat petugas, dan air tinggi yang baru ditemukan kemudian karena bacaannya terlambat tiba, kecuali dinilai salah. Air yang sama dihitung sekali.",
        "Missed: what officers entered, and high water that was found afterwards, for its readings came too late, unless it was judged wrong. The same water counts once.",
    ),
    "accuracy_times_text": Text(
        "Sampai kata pertama: dari bacaan pertama pada tingkat itu sampai baris pertama untuk umum. Waktu bersiap: dari baris itu sampai tempatnya tergenang, bila diketahui.",
        "To the first word: from the first reading at that level to the first public line. Lead time: from that line to the water at the place, where it is known.",
    ),
    "accuracy_source": Text(
        "Rumus: American Meteorological Society, Glossary of Meteorology, lema Skill.",
        "Formulas: American Meteorological Society, Glossary of Meteorology, entry Skill.",
    ),
}
