"""What is said of a transition, in Indonesian and English, from the rule's own texts.

The level's word comes first and the city's own name second, never alone. Numbers carry their unit and the language's
separators; times are 24 h with a dot and the city's zone word (14.32 WIB).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from alerts.engine import Transition
from alerts.expected import Forecasts
from alerts.figures import LEVEL_WORDS, clock_words, number
from alerts.release_words import listed, spoken
from alerts.rules import Release, Rise
from alerts.tellings import Overflow, Saying
from alerts.timing import Reason
from complaints.desk import Note, Report
from contract.case import CaseWord
from contract.city import Profile, Text
from contract.clock import MINUTE_US, SECOND_US
from contract.decision import Stance
from contract.forecast import Forecast
from contract.incident import WATER, Source, State, What
from contract.levels import Level, Scale
from store.ports import Placement

_TRENDS: Mapping[int, Mapping[str, str]] = {
    1: {"id": "naik", "en": "rising"},
    0: {"id": "tetap", "en": "steady"},
    -1: {"id": "turun", "en": "falling"},
}
_CAUSES: Mapping[str, Mapping[str, str]] = {
    "silent": {"id": "titik tidak mengirim kabar", "en": "the point sends nothing"},
    "no_internet": {"id": "titik menyala tanpa internet", "en": "the point is up without internet"},
    "site": {"id": "semua titik di lokasi ini diam", "en": "every point at this place is silent"},
    "uplink": {"id": "sambungan ke beberapa titik putus", "en": "the uplink of several points is down"},
    "power": {
        "id": "semua titik di satu penyulang listrik diam",
        "en": "every point on one power feeder is silent",
    },
    "unknown": {
        "id": "beberapa titik diam, penyebabnya belum diketahui",
        "en": "several points are silent, the cause is not known yet",
    },
}
_BY_PEOPLE: Mapping[tuple[Source, What], Text] = {
    ("on_site", What.DATA_BACK): Text(
        "Dibaca petugas di tempat: {river} di {place} {value} cm. Sensor masih diam. Status masih {level}{local}. "
        "{time}",
        "Read on site: the {river} at {place} stands at {value} cm. The sensor is still silent. Still {level}{local}. "
        "{time}",
    ),
    ("on_site", What.LEVEL): Text(
        "{level} {river} di {place}: {value} cm{local}, dibaca petugas di tempat. {time}",
        "{level}: {river} at {place} {value} cm{local}, read on site. {time}",
    ),
    ("on_site", What.RECOVERING): Text(
        "Mulai surut: {river} di {place} {value} cm, di bawah batas, dibaca petugas di tempat. Belum dinyatakan aman. "
        "{time}",
        "Going down: {river} at {place} {value} cm, below the limit, read on site. Not yet all clear. {time}",
    ),
    ("on_site", What.RELAPSED): Text(
        "{level} {river} di {place}: naik lagi, {value} cm{local}, dibaca petugas di tempat. {time}",
        "{level}: {river} at {place} is rising again, {value} cm{local}, read on site. {time}",
    ),
    ("on_site", What.NO_DATA): Text(
        "{level} {river} di {place}: tidak ada bacaan baru sejak petugas membacanya di tempat {since}, terakhir "
        "{value} cm{local}. Sensor masih diam. Anggap berbahaya. {time}",
        "{level}: {river} at {place}, nothing new since it was read on site at {since}, last {value} cm{local}. The "
        "sensor is still silent. Treat it as dangerous. {time}",
    ),
    ("on_site", What.RESOLVED): Text(
        "Aman kembali: {river} di {place} turun ke {value} cm, dibaca petugas di tempat, di bawah batas sejak {since}.",
        "All clear: {river} at {place} is down to {value} cm, read on site, below the limit since {since}.",
    ),
    ("people", What.RESOLVED): Text(
        "Diakhiri oleh dua petugas, sensor tetap diam: {river} di {place}, terakhir {value} cm. {time}",
        "Ended by two officers, the sensor is still silent: {river} at {place}, last {value} cm. {time}",
    ),
}
"""what is told of a flood where it rests on people's word; the rules' own texts speak of a sensor"""
_STANCES: Mapping[str, Text] = {
    "": Text("Belum dikonfirmasi petugas.", "Not yet confirmed by an officer."),
    "confirmed": Text("Dikonfirmasi petugas {time}.", "Confirmed by an officer at {time}."),
    "wrong": Text("Dinyatakan keliru oleh petugas {time}.", "Called wrong by an officer at {time}."),
}
_WORKS = Text("Sedang dikerjakan petugas, rencana selesai {until}.", "Being worked on, planned to end at {until}.")
_LANGUAGES = ("id", "en")
_FORECAST = "{expected}"
_COUNTED: Mapping[str, Mapping[str, str]] = {
    "outage": {
        "id": "{open} dari {count} titik masih diam di {group}, {over} sudah kembali. {time}",
        "en": "{open} of {count} points are still silent: {group}, {over} are back. {time}",
    },
    "outage_over": {
        "id": "Aman kembali: semua {count} titik di {group} menyala lagi. {time}",
        "en": "All clear: all {count} points are back: {group}. {time}",
    },
    "flood": {
        "id": "{river}: {open} dari {count} alat duga masih di atas batasnya, {over} sudah aman. {time}",
        "en": "{river}: {open} of {count} gauges are still beyond their marks, {over} are clear. {time}",
    },
    "notice": {
        "id": "{open} dari {count} masih berlangsung: {group}, {over} sudah selesai. {time}",
        "en": "{open} of {count} are still going on: {group}, {over} are over. {time}",
    },
    "notice_over": {
        "id": "Selesai: semua {count} di {group}. {time}",
        "en": "Over: all {count} of {group}. {time}",
    },
    "reminder": {
        "id": "Belum ada yang menangani: {open} dari {count} masih berlangsung sejak {since}. {time}",
        "en": "Nobody has taken this on yet: {open} of {count} going on since {since}. {time}",
    },
    "overflow_title": {"id": "Terlalu banyak kejadian sekaligus", "en": "Too many events at once"},
    "overflow": {
        "id": "Dan {held_back} kejadian lagi, belum diberitakan satu per satu; lihat konsol. {time}",
        "en": "And {held_back} more events, not told one by one; see the console. {time}",
    },
    "overflow_over": {
        "id": "Semua kejadian sudah diberitakan; tidak ada lagi yang tertahan. {time}",
        "en": "Every event has been told; nothing is held back any more. {time}",
    },
}


def _nobody_said(_incident: str) -> Stance:
    return Stance()


class Words:
    """Texts of one city. `stance_of`: what officers have said of an incident."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._zone = ZoneInfo(profile.zone)
        self.forecasts = Forecasts(profile)
        self.stance_of: Callable[[str], Stance] = _nobody_said

    @property
    def profile(self) -> Profile:
        """The city, with the scales of now."""
        return self._profile

    def rescale(self, scales: tuple[Scale, ...]) -> None:
        """The city's scales are others."""
        self._profile = replace(self._profile, scales=scales)

    def report(
        self,
        transition: Transition,
        place: Placement,
        opened: int = 1,
        over: int = 0,
        news: tuple[Transition, ...] = (),
    ) -> Report:
        """The case that an event files. `opened`, `over`: how many incidents it has had by now, and how many ended;
        `news`: the changes that it tells of."""
        event = transition.event
        description = self._say(_opening(transition), transition, place)
        if opened - over > 1:
            others = tuple(one for one in news if one.incident.id != transition.incident.id)
            description = _joined(description, self._grown(transition, place, opened, over, others))
        return Report(
            event=event.id,
            city=event.city,
            category=transition.rule.category,
            region=place.region,
            lat=place.lat,
            lon=place.lon,
            title=self._say("title", transition, place),
            description=description,
            observed_us=transition.change.at_us,
            public=transition.incident.audience == "public",
            recurs_event=event.recurs,
        )

    def note(self, transition: Transition, place: Placement) -> Note | None:
        """The line that a later change adds to the event's case, None where the rule has no words for it."""
        name = _text_name(transition)
        if not _has_words(name, transition):
            return None
        state: CaseWord | None = "done" if transition.ends else None
        return Note(
            event=transition.event.id,
            key=f"{transition.incident.id}/{transition.change.number}",
            at_us=transition.change.at_us,
            text=self._say(name, transition, place),
            state=state,
        )

    def digest(self, saying: Saying, place: Placement, now_us: int) -> Note:
        """One line on where the whole event stands."""
        transition = saying.transition
        ends = saying.reason is Reason.ALL_CLEAR
        return Note(
            event=transition.event.id,
            key=f"{transition.event.id}/digest/{saying.number}",
            at_us=now_us,
            text=self.counted(saying, place, now_us),
            state="done" if ends else None,
        )

    def counted(self, saying: Saying, place: Placement, now_us: int) -> dict[str, str]:
        """How many of an event's incidents are open and how many are over."""
        transition = saying.transition
        said_now = replace(transition, change=replace(transition.change, at_us=now_us, said_us=now_us))
        if (saying.reason is Reason.GROWN and not saying.over) or _names_dams(saying):
            return self._grown(said_now, place, saying.opened, saying.over, saying.news)
        name = _family(transition)
        if saying.reason is Reason.REMINDER:
            name = "reminder"
        elif saying.reason is Reason.ALL_CLEAR:
            name += "_over"
        return self._count(name, said_now, place, saying.opened, saying.over)

    def overflow_report(self, overflow: Overflow, place: Placement, now_us: int) -> Report:
        """The case, for staff alone, in which it is said that events are held back."""
        return Report(
            event=overflow.event,
            city=overflow.lead.event.city,
            category=overflow.lead.rule.category,
            region=place.region,
            lat=place.lat,
            lon=place.lon,
            title=dict(_COUNTED["overflow_title"]),
            description=self.overflow(overflow, now_us),
            observed_us=now_us,
            public=False,
        )

    def overflow(self, overflow: Overflow, now_us: int) -> dict[str, str]:
        """How many events are held back."""
        name = "overflow_over" if overflow.over else "overflow"
        return {
            language: text.format(
                held_back=number(overflow.held_back, language), time=self.time(now_us, now_us, language)
            )
            for language, text in _COUNTED[name].items()
        }

    def _grown(
        self, transition: Transition, place: Placement, opened: int, over: int, news: tuple[Transition, ...]
    ) -> dict[str, str]:
        """That it has become more, in the rule's own words where it has some."""
        if "grown" in transition.rule.texts:
            return self._say("grown", replace(transition, members=opened - over), place, news)
        return self._count(_family(transition), transition, place, opened, over)

    def _count(self, name: str, transition: Transition, place: Placement, opened: int, over: int) -> dict[str, str]:
        counts = {"open": opened - over, "count": opened, "over": over}
        return {
            language: text.format_map(
                self._values(transition, place, language)
                | {count: number(many, language) for count, many in counts.items()}
            )
            for language, text in _COUNTED[name].items()
        }

    def forecast(self, saying: Saying, place: Placement) -> list[Forecast]:
        """The forecasts that people read in what is said."""
        transition = saying.transition
        first = saying.reason is Reason.FIRST
        if saying.counted and not first:
            return []
        name = _opening(transition) if first else _text_name(transition)
        text = transition.rule.texts.get(name)
        if text is None or _FORECAST not in text.id + text.en:
            return []
        return self.forecasts.of(transition, place)

    def tells(self, transition: Transition) -> bool:
        """Whether there are words for this change."""
        return _has_words(_text_name(transition), transition)

    def sentence(self, transition: Transition, place: Placement) -> dict[str, dict[str, str]] | None:
        """Title and text of one change, for a message that stands alone; None where the rule has no words for it."""
        name = _text_name(transition)
        if not _has_words(name, transition):
            return None
        return {"title": self._say("title", transition, place), "text": self._say(name, transition, place)}

    def own(self, transition: Transition, place: Placement) -> Mapping[str, str] | None:
        """The sentence of one gauge's change, where a line tells of several; None where the rule has no words."""
        name = _text_name(transition)
        return self._say(name, transition, place) if _has_words(name, transition) else None

    def works(self, until_us: int, now_us: int) -> dict[str, str]:
        """The line of a case that somebody is working on."""
        return {
            language: _WORKS.in_(language).format(until=self.time(until_us, now_us, language))
            for language in _LANGUAGES
        }

    def time(self, us: int, near_us: int, language: str) -> str:
        """`14.32 WIB`, with the day where it is not the day of `near_us`."""
        return clock_words(us, near_us, language, self._zone, self._profile.zone_word)

    def _say(
        self, name: str, transition: Transition, place: Placement, news: tuple[Transition, ...] = ()
    ) -> dict[str, str]:
        by_people = _BY_PEOPLE.get((transition.change.source, transition.change.what))
        text = by_people if by_people is not None and name != "title" else transition.rule.texts[name]
        return {
            language: text.in_(language).format_map(self._values(transition, place, language, news))
            for language in _LANGUAGES
        }

    def _values(
        self, transition: Transition, place: Placement, language: str, news: tuple[Transition, ...] = ()
    ) -> dict[str, str]:
        at_us = transition.change.said_us
        values = {
            "place": place_name(place),
            "time": self.time(transition.change.at_us, at_us, language),
            "since": self.time(since_us(transition), at_us, language),
        }
        if transition.rule.subject == "flood":
            return values | self._flood(transition, place, language)
        if isinstance(transition.rule.condition, Rise):
            window_us = transition.rule.condition.window_s * SECOND_US
            return values | {
                "river": _river(place, language),
                "rise": number(transition.incident.value, language),
                "minutes": number(window_us / MINUTE_US, language),
            }
        if isinstance(transition.rule.condition, Release):
            announced = spoken(transition, language, self.time, number)
            several = {
                "dams": listed(news or (transition,), at_us, language, self.time, number),
                "count": number(transition.members, language),
            }
            return values | announced | several | {"group": transition.event.name, "river": _river(place, language)}
        if transition.rule.subject == "notice":
            return values | {"group": transition.event.name, "value": number(transition.incident.value, language)}
        minutes = max(0, (transition.change.at_us - transition.incident.crossed_us) // MINUTE_US)
        shared = transition.event.shared
        own = "silent" if transition.silent else "no_internet"
        cause = (transition.event.cause or "unknown") if shared else own
        return values | {
            "group": transition.event.name if shared else values["place"],
            "minutes": number(minutes, language),
            "cause": _CAUSES[cause][language],
            "count": number(transition.members, language),
        }

    def _flood(self, transition: Transition, place: Placement, language: str) -> dict[str, str]:
        incident = transition.incident
        level = incident.level or Level.NORMAL
        scale = self._profile.scale_of(place.node)
        local = scale.local_name(level) if scale and level is not Level.NORMAL else ""
        return {
            "level": LEVEL_WORDS[level][language],
            "local": f" ({local})" if local else "",
            "river": _river(place, language),
            "value": number(incident.value, language),
            "trend": _TRENDS[transition.trend][language],
            "scale": scale.datum if scale else "",
            "expected": self.forecasts.words(transition, place, self.time, language),
            "confirmed": self.stance(incident.id, transition.change.said_us, language),
        }

    def stance(self, incident: str, near_us: int, language: str) -> str:
        """What officers have said of it, as one sentence."""
        said, at_us = self.stance_of(incident)
        return _STANCES[said].in_(language).format(time=self.time(at_us, near_us, language))

    def flood_values(self, transition: Transition, place: Placement, language: str) -> dict[str, str]:
        """What every sentence about a flood may name."""
        return self._values(transition, place, language)


def _has_words(name: str, transition: Transition) -> bool:
    return name in transition.rule.texts or (transition.change.source, transition.change.what) in _BY_PEOPLE


def _names_dams(saying: Saying) -> bool:
    """Whether it tells of several dams what each lets go, in the rule's own words: a count says nothing of that."""
    rule = saying.transition.rule
    told = saying.reason in {Reason.GROWN, Reason.UPDATE} and bool(saying.news)
    return told and isinstance(rule.condition, Release) and "grown" in rule.texts


def _family(transition: Transition) -> str:
    """Which counting texts fit: a river's gauges are counted alike, whatever a rule looks at."""
    subject = transition.rule.subject
    return "flood" if subject in WATER else subject


def _joined(first: Mapping[str, str], second: Mapping[str, str]) -> dict[str, str]:
    """Two sentences as one text."""
    return {language: f"{first[language]} {second[language]}" for language in _LANGUAGES}


def _opening(transition: Transition) -> str:
    """A flood known only by the silence of a gauge that stood high is told as that silence."""
    return "no_data" if transition.incident.dangerous else "opened"


def _text_name(transition: Transition) -> str:
    """Which of the rule's texts tells of this change."""
    return _opening(transition) if transition.change.what is What.OPENED else str(transition.change.what)


def since_us(transition: Transition) -> int:
    """Since when what is said has been so: silence since the last word, all clear since the water went down."""
    if transition.change.what is What.NO_DATA or transition.incident.dangerous:
        return transition.heard_us
    if transition.incident.state is State.RESOLVED:
        return transition.change.at_us - round(transition.rule.clear_for_s * SECOND_US)
    return transition.incident.crossed_us


def _river(place: Placement, language: str) -> str:
    river = place.river or place_name(place)
    return f"Sungai {river}" if language == "id" else f"{river} River"


def place_name(place: Placement) -> str:
    """The site's name, without the river that stands beside it anyway ("Code di Jetisharjo" is "Jetisharjo")."""
    name = place.site_name or place.name
    return name.removeprefix(f"{place.river} di ") if place.river else name
