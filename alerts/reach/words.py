"""What a telling says on each channel."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from alerts.channels.port import Message
from alerts.reach.fairness import LATE_US
from contract.clock import from_us
from contract.reach import POST, Due
from contract.subscription import Telling

_TOPICS = {
    "outage": {"id": "WiFi publik", "en": "Public WiFi"},
    "bmkg": {"id": "Peringatan BMKG", "en": "BMKG warning"},
}


def message_of(telling: Telling, due: Due, city: str, zone: ZoneInfo, now_us: int) -> Message:
    """The telling for one person, or in both languages for everybody. What goes out late says of when it is."""
    languages = ("id", "en") if due.send.subscription == POST else (due.language,)
    language = languages[0]
    topic = _TOPICS.get(telling.topic, {language: telling.level.name})[language]
    late = now_us - telling.at_us > LATE_US
    text = "\n\n".join(
        (_late(telling, one, zone) if late else "") + telling.text[one] + _credit(telling, one) for one in languages
    )
    return Message(
        title=f"{topic} · {city}" + (f" · {due.label}" if due.label else ""),
        text=text,
        brief=telling.brief[language],
        link=telling.link,
        urgent=telling.exempt,
    )


def _credit(telling: Telling, language: str) -> str:
    """Whose word it is, where the text does not say so."""
    return f" ({telling.credit})" if telling.credit and telling.credit not in telling.text[language] else ""


def _late(telling: Telling, language: str, zone: ZoneInfo) -> str:
    """The time of day, and the day where it is another."""
    moment = from_us(telling.at_us).astimezone(zone)
    clock = moment.strftime("%d-%m %H.%M" if language == "id" else "%d-%m %H:%M")
    return f"[Terlambat: kabar pukul {clock}] " if language == "id" else f"[Late: as of {clock}] "


def confirmation(subject: str, text: str) -> Message:
    """Whoever has asked to be told is asked whether it was they."""
    return Message(title=subject, text=text, brief=text, link="", urgent=False)
