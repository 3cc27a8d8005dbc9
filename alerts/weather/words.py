"""What residents are told of another office's warning: its own words, its area and time, and whose word it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from alerts.figures import clock_words
from contract.city import Profile, Text
from contract.gsm7 import MOST, plain, septets
from contract.weather import CREDIT, WeatherWarning

What = Literal["first", "again", "over"]
LANGUAGES = ("id", "en")
_SAYS: Mapping[What, Text] = {
    "first": Text(
        "Peringatan dini cuaca BMKG: {event}. Wilayah: {areas}. Berlaku {from} sampai {until}. Sumber: {credit}.",
        "BMKG weather warning: {event}. Area: {areas}. From {from} until {until}. Source: {credit}.",
    ),
    "again": Text(
        "Peringatan dini cuaca BMKG diperbarui: {event}. Wilayah: {areas}. Berlaku {from} sampai {until}. "
        "Sumber: {credit}.",
        "BMKG weather warning, updated: {event}. Area: {areas}. From {from} until {until}. Source: {credit}.",
    ),
    "over": Text(
        "Peringatan dini cuaca BMKG tidak berlaku lagi: {event}. Wilayah: {areas}. Sumber: {credit}.",
        "The BMKG weather warning no longer holds: {event}. Area: {areas}. Source: {credit}.",
    ),
}
_BRIEF: Mapping[What, Text] = {
    "first": Text("BMKG: {event}. {areas}. Sampai {until}", "BMKG: {event}. {areas}. Until {until}"),
    "again": Text(
        "BMKG, diperbarui: {event}. {areas}. Sampai {until}", "BMKG, updated: {event}. {areas}. Until {until}"
    ),
    "over": Text("BMKG: tidak berlaku lagi: {event}. {areas}.", "BMKG: no longer holds: {event}. {areas}."),
}
_MORE = Text("{names} dan {n} kecamatan lain", "{names} and {n} more kecamatan")
_FEWER = Text("{n} kecamatan di {city}", "{n} kecamatan of {city}")
_ALL = Text("seluruh {city}", "all of {city}")


@dataclass(frozen=True, slots=True)
class Places:
    """Names of the city's kecamatan."""

    city: str
    names: Mapping[str, str]

    @classmethod
    def of(cls, profile: Profile) -> Places:
        found = {one.code: one.name for one in profile.regions if one.level == "kecamatan"}
        return cls(profile.name, found)

    def said(self, regions: Sequence[str], language: str, most: int | None = None) -> str:
        """Of all kecamatan the city's name; else each by name, `most` of them."""
        if self.names and set(regions) >= self.names.keys():
            return _ALL.in_(language).format(city=self.city)
        names = sorted({self.names.get(code, self.city) for code in regions})
        if most is None or most >= len(names):
            return ", ".join(names)
        if not most:
            return _FEWER.in_(language).format(n=len(names), city=self.city)
        return _MORE.in_(language).format(names=", ".join(names[:most]), n=len(names) - most)


def text_of(
    what: What, warning: WeatherWarning, regions: Sequence[str], profile: Profile, now_us: int
) -> dict[str, str]:
    """The sentence."""
    places = Places.of(profile)
    return {
        language: _SAYS[what]
        .in_(language)
        .format(**_values(warning, profile, language, now_us), areas=places.said(regions, language))
        for language in LANGUAGES
    }


def brief_of(
    what: What, warning: WeatherWarning, regions: Sequence[str], profile: Profile, now_us: int
) -> dict[str, str]:
    """The same in one text message: with fewer names where they do not fit, and then with fewer words of the event."""
    places = Places.of(profile)
    return {
        language: next(
            said
            for said in _ever_shorter(what, warning, regions, profile, places, language, now_us)
            if septets(said) <= MOST
        )
        for language in LANGUAGES
    }


def _ever_shorter(
    what: What,
    warning: WeatherWarning,
    regions: Sequence[str],
    profile: Profile,
    places: Places,
    language: str,
    now_us: int,
) -> Iterator[str]:
    values = _values(warning, profile, language, now_us)
    for most in range(len(regions), -1, -1):
        said = values | {"areas": places.said(regions, language, most)}
        yield plain(_BRIEF[what].in_(language).format(**said))
    words = values["event"].split()
    for kept in range(len(words) - 1, -1, -1):
        said = values | {"areas": places.said(regions, language, 0), "event": " ".join(words[:kept]) or "-"}
        yield plain(_BRIEF[what].in_(language).format(**said))


def _values(warning: WeatherWarning, profile: Profile, language: str, now_us: int) -> dict[str, str]:
    zone = ZoneInfo(profile.zone)

    def time(us: int) -> str:
        return clock_words(us, now_us, language, zone, profile.zone_word)

    return {
        "event": warning.event[language].rstrip(". "),
        "from": time(warning.onset_us),
        "until": time(warning.expires_us),
        "credit": CREDIT,
    }
