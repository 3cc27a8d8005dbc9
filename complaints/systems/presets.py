"""What is known of the systems that our cities have, so that a city's file need not say it.

None of them publishes how programs file there, so each begins by hand, with the words that it shows people. A city that
has its papers writes `kind`, `url` and the fields over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_COMMON: Mapping[str, str] = {
    "Menunggu": "same",
    "Diterima": "same",
    "Terverifikasi": "confirmed",
    "Diverifikasi": "confirmed",
    "Disposisi": "internal_referral",
    "Diproses": "in_progress",
    "Proses": "in_progress",
    "Sedang Diproses": "in_progress",
    "Ditindaklanjuti": "in_progress",
    "Selesai": "fixed",
    "Ditutup": "fixed",
    "Ditolak": "no_further_action",
    "Bukan Kewenangan": "not_ours",
    "Duplikat": "no_further_action",
}
_GEOREPORT: Mapping[str, str] = {
    "open": "same",
    "for_triage": "same",
    "reopen": "confirmed",
    "investigating": "investigating",
    "internal_referral": "internal_referral",
    "action_scheduled": "action_scheduled",
    "in_progress": "in_progress",
    "fixed": "fixed",
    "closed": "fixed",
    "duplicate": "no_further_action",
    "cancelled": "no_further_action",
    "no_further_action": "no_further_action",
    "not_councils_responsibility": "not_ours",
}

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "open311": {"kind": "open311", "states": _GEOREPORT},
    "fixmystreet": {"kind": "open311", "format": "xml", "updates": True, "states": _GEOREPORT},
    "lapor": {
        "kind": "manual",
        "label": "SP4N-LAPOR!",
        "page": "https://www.lapor.go.id/pengaduan/{foreign}",
        "shown_first": True,
        "states": _COMMON,
    },
    "lapor-f01": {
        "kind": "lapor",
        "label": "SP4N-LAPOR!",
        "url": "https://www.lapor.go.id/api/services/f01",
        "page": "https://www.lapor.go.id/pengaduan/{foreign}",
        "shown_first": True,
        "states": {
            **_COMMON,
            "Belum Diverifikasi": "same",
            "Proses Verifikasi": "same",
            "Proses Tindak Lanjut": "internal_referral",
            "Beri Tanggapan": "in_progress",
        },
    },
    "jss": {"kind": "manual", "label": "Jogja Smart Service", "states": _COMMON},
    "sikesal": {"kind": "manual", "label": "SiKesal", "states": _COMMON},
    "crm": {"kind": "manual", "label": "Cepat Respon Masyarakat", "states": _COMMON},
}
"""by the name that `preset` gives"""
