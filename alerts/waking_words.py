"""What somebody who is woken is told."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from alerts.figures import LEVEL_WORDS, number
from alerts.words import place_name
from contract.city import Profile, Text
from contract.clock import from_us
from contract.incident import Incident
from contract.unanswered import Call
from store.ports import Placement

_DRILL = Text("LATIHAN, bukan kejadian nyata. ", "DRILL, not a real event. ")
_GAP = Text(
    " Tidak ada yang berjaga sekarang: semua petugas dipanggil.", " Nobody is on duty now: every officer is called."
)
_SAID: Mapping[str, Text] = {
    "level": Text(
        "{level}: {place}, {value} cm. Belum ada yang menjawab sejak {time}.",
        "{level}: {place}, {value} cm. Nobody has answered since {time}.",
    ),
    "silent": Text(
        "{level}: {place}, sensor diam, terakhir {value} cm. Anggap berbahaya. Belum ada yang menjawab sejak {time}.",
        "{level}: {place}, the sensor is silent, last {value} cm. Treat it as dangerous. Nobody has answered since "
        "{time}.",
    ),
    "other": Text(
        "Alarm genting: {place}. Belum ada yang menjawab sejak {time}.",
        "Critical alarm: {place}. Nobody has answered since {time}.",
    ),
}


def summons_body(
    profile: Profile, call: Call, incident: Incident, place: Placement | None, *, gap: bool
) -> Mapping[str, str]:
    """`title`, `text` in both languages, `brief` in the first."""
    kind = "silent" if call.silent and call.level is not None else "level" if call.level is not None else "other"
    said = {
        language: _DRILL.in_(language) * call.drill
        + _SAID[kind].in_(language).format(**_values(profile, call, incident, place, language))
        + _GAP.in_(language) * gap
        for language in ("id", "en")
    }
    title = said["id"].partition(". ")[0]
    return {"title": title, "text": f"{said['id']}\n{said['en']}", "brief": said["id"]}


def _values(
    profile: Profile, call: Call, incident: Incident, place: Placement | None, language: str
) -> Mapping[str, str]:
    since = from_us(call.begun_us).astimezone(ZoneInfo(profile.zone))
    return {
        "level": LEVEL_WORDS[call.level][language] if call.level is not None else "",
        "place": place_name(place) if place is not None else incident.node,
        "value": number(incident.value, language),
        "time": f"{since:%H.%M} {profile.zone_word}",
    }
