# ruff: noqa: E501 (a table: one text a line reads better than a wrapped one)
"""Weather warnings of BMKG."""

from __future__ import annotations

from contract.city import Text

WORDS = {
    "weather_title": Text("Peringatan cuaca BMKG", "BMKG weather warnings"),
    "weather_lead": Text(
        "Peringatan dini cuaca untuk kecamatan di {city}, dengan kata-kata BMKG sendiri. Kota meneruskannya dan tidak mengubahnya.",
        "Early weather warnings for the kecamatan of {city}, in BMKG's own words. The city passes them on and does not alter them.",
    ),
    "weather_hold": Text("Berlaku sekarang", "In force now"),
    "weather_none": Text(
        "Tidak ada peringatan cuaca BMKG untuk {city} sekarang.", "There is no BMKG weather warning for {city} now."
    ),
    "weather_heard": Text("Terakhir ditanyakan ke BMKG {time}.", "BMKG was last asked at {time}."),
    "weather_stale": Text(
        "Umpan BMKG tidak terdengar sejak {time}. Peringatan di halaman ini mungkin sudah berubah; lihat bmkg.go.id.",
        "BMKG's feed has not been heard since {time}. What stands here may have changed; see bmkg.go.id.",
    ),
    "weather_never_heard": Text(
        "Umpan BMKG belum pernah terdengar di sini; lihat bmkg.go.id.",
        "BMKG's feed was never heard here; see bmkg.go.id.",
    ),
    "weather_not_asked": Text(
        "Kota ini belum meneruskan peringatan BMKG; lihat bmkg.go.id.",
        "This city does not pass BMKG's warnings on yet; see bmkg.go.id.",
    ),
    "weather_time": Text("Berlaku {begin} sampai {end}", "From {begin} until {end}"),
    "weather_area": Text("Wilayah: {areas}", "Area: {areas}"),
    "weather_all": Text("seluruh {city}", "all of {city}"),
    "weather_credit": Text("Sumber: {credit}", "Source: {credit}"),
    "weather_infographic": Text("Infografis BMKG", "BMKG's infographic"),
    "weather_infographic_of": Text(
        "Infografis BMKG: {event}, {areas}, mulai {begin}", "BMKG's infographic: {event}, {areas}, from {begin}"
    ),
    "weather_over": Text("Sudah berakhir, dicabut, atau diganti", "Over, taken back or replaced"),
    "weather_ended": Text("tidak berlaku lagi sejak {time}", "no longer in force since {time}"),
    "weather_follow": Text("Kabari saya bila BMKG memperingatkan", "Tell me when BMKG warns"),
    "weather_severity_extreme": Text("Ekstrem", "Extreme"),
    "weather_severity_severe": Text("Berat", "Severe"),
    "weather_severity_moderate": Text("Sedang", "Moderate"),
    "weather_severity_minor": Text("Ringan", "Minor"),
    "weather_severity_unknown": Text("Tingkat tidak disebut", "Severity not said"),
}
