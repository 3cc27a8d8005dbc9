"""What the public is told of the water: as a text message, and as a script for a mosque's loudspeaker. Pure.

The message has at most 160 septets of GSM-7, always; the script takes at most twenty seconds. Both are shortened as
alerts/fitting.py says. The level's word, the figure, the place, where to go, whom to phone and the time never go, nor
that it is a drill, that nobody has confirmed it, or that it was sent by the clock. Where to go comes from the surveyed
rows and from nowhere else: without one people are sent with the wardens of their RT and RW, who know the place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts import spoken
from alerts.broadcast_words import SAYS, SMS, VOICE
from alerts.figures import LEVEL_WORDS, clock_words, number
from alerts.fitting import Draft, by_words, shorter, told_apart
from contract.bulletin import LANGUAGES, BulletinKind, Ground
from contract.city import Profile, Text
from contract.gsm7 import MOST, plain, septets
from contract.impact import Impact, dialled, fits, rw_key
from contract.levels import Level

AUTOMATIC = "otomatis"
"""`signed_by` of what nobody signed"""
_Spelled = Callable[[Sequence[str]], list[str]]
"""names as the text at hand spells them"""
_ABBREVIATES = ("place",)
_ZONE_MOST = 5
_DIALLED_MOST = 16
_GIVES: dict[BulletinKind, tuple[str, ...]] = {
    "fact": ("rws", "local", "signer", "ready", "water"),
    "order": ("local", "signer", "why", "water", "elders", "flood", "call"),
    "correction": ("local", "signer", "water"),
    "all_clear": ("local", "signer", "water"),
}
_NAMES: dict[BulletinKind, tuple[str, ...]] = {
    "fact": ("river", "place"),
    "order": ("river", "place", "where"),
    "correction": ("reason", "river", "place"),
    "all_clear": ("river", "place"),
}
_VOICE_GIVES = ("local", "signer", "time", "rws", "why", "ready", "elders", "attention", "water", "call")


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said, by language `id` and `en`. `regions`: the RW whom it concerns by the surveyed rows, the worst
    first; empty where none was surveyed."""

    sms: dict[str, str]
    script: dict[str, str]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """All that a text is made of, as `compose` was told it, with the rows that concern it."""

    kind: BulletinKind
    drill: bool
    level: Level
    local_name: str
    river: str
    place: str
    value_cm: float | None
    trend: int | None
    silent: bool
    at_us: int
    since_us: int
    ground: Ground
    witness: Text
    waited_s: float
    reason: str
    confirmed: bool
    signed_by: str
    order_over: bool
    others_hold: bool
    unwatched: bool
    rows: Sequence[Impact]
    profile: Profile

    @property
    def phone(self) -> str:
        """Whom to phone: the number of the rows where all have one, else the city's."""
        numbers = {dialled(row.phone) for row in self.rows}
        return self.rows[0].phone if len(numbers) == 1 else self.profile.emergency_phone


def compose(
    kind: BulletinKind,
    *,
    drill: bool,
    level: Level,
    local_name: str,
    river: str,
    place: str,
    value_cm: float | None,
    trend: int | None,
    silent: bool,
    at_us: int,
    since_us: int,
    ground: Ground,
    witness: str,
    waited_s: float,
    reason: str,
    confirmed: bool,
    signed_by: str,
    impacts: Sequence[Impact],
    profile: Profile,
    order_over: bool = False,
    others_hold: bool = False,
    unwatched: bool = False,
    witness_en: str = "",
) -> Wording:
    """The wording of one bulletin.

    `since_us`: of an all-clear since when the water is below the limit, of a correction when the wrong warning was
    said, of a silent gauge since when it is silent. `place` is without the river that stands beside it. `waited_s`: how
    long the clock waited for an officer. `impacts`: the rows of the gauge as they hold now; those of another datum
    than its scale in `profile` are left out. A correction and an all-clear concern every RW that has a row, and so does
    what ends an order (`order_over`). `others_hold`: of a correction that other warnings of the river still hold, so
    that nobody reads it as safe. `unwatched`: of an end that nobody measures there any more. `witness_en`: who bears it
    out in English, "" where that is no other word.
    """
    fitting = [row for row in impacts if (scale := profile.scale_of(row.gauge)) is not None and fits(row, scale)]
    everyone = kind in {"correction", "all_clear"} or order_over
    rows = _concerned(fitting, value_cm, everyone=everyone or silent)
    said = _Said(
        kind=kind, drill=drill, level=level, local_name=local_name, river=river, place=place, value_cm=value_cm,
        trend=trend, silent=silent, at_us=at_us, since_us=since_us, ground=ground,
        witness=Text(witness, witness_en or witness), waited_s=waited_s, reason=reason, confirmed=confirmed,
        signed_by=signed_by, order_over=order_over, others_hold=others_hold, unwatched=unwatched, rows=rows,
        profile=profile,
    )  # fmt: skip
    return Wording(
        {language: _sms(said, language) for language in LANGUAGES},
        {language: _script(said, language) for language in LANGUAGES},
        tuple(row.rw for row in rows),
    )


def _concerned(rows: Sequence[Impact], value_cm: float | None, *, everyone: bool) -> list[Impact]:
    """One row of each RW: the highest that the water has reached; where `everyone`, of the others their lowest."""
    chosen = dict[str, Impact]()
    for row in sorted(rows, key=lambda one: one.from_cm):
        reached = value_cm is not None and row.from_cm <= value_cm
        if reached or (everyone and rw_key(row.rw) not in chosen):
            chosen[rw_key(row.rw)] = row
    return sorted(chosen.values(), key=lambda one: (-one.gravity, one.from_cm, rw_key(one.rw)))


def _sms(said: _Said, language: str) -> str:
    words = SMS[language]
    river = plain(said.river)
    fields = _common(said, words, language) | {
        "level": [LEVEL_WORDS[said.level][language]],
        "local": [f" ({plain(said.local_name)})" if said.local_name else "", ""],
        "river": [*(words["river"].format(river=one) for one in shorter(river)), ""] if river else [""],
        "place": shorter(plain(said.place)) or ["?"],
        "water": _water(said, words, number(said.value_cm, language), _time(said, said.since_us, language)),
        "where": [_sentence(one) for one in _where(said, words, lambda names: [plain(one) for one in names])],
        "call": [words["call"].format(phone=plain(one)) for one in _phones(said)],
        "rws": [words["rws"].format(rws=plain(", ".join(row.rw for row in said.rows))) if said.rows else "", ""],
        "reason": [_sentence(one) for one in by_words(plain(said.reason).rstrip(". "))],
        "since": [_time(said, said.since_us, language)],
        "time": [_time(said, said.at_us, language)],
        "signer": [f" {one}" if one else "" for one in _signers(said)],
        "why": _why(said, words, number(round(said.waited_s / 60), language), plain(said.witness.in_(language))),
    }
    return Draft(words[_form(said)], fields, _ABBREVIATES, _GIVES[said.kind], _NAMES[said.kind]).fitted(septets, MOST)


def _script(said: _Said, language: str) -> str:
    words, zone = VOICE[language], ZoneInfo(said.profile.zone)
    figure = spoken.cardinal(said.value_cm, language) if said.value_cm is not None else "?"
    since = spoken.clock(said.since_us, zone, language)
    river = spoken.name(said.river, language)
    fields = _common(said, words, language) | {
        "attention": [words["attention"], ""],
        "level": [LEVEL_WORDS[said.level][language]],
        "local": [f", {spoken.name(said.local_name, language)}" if said.local_name else "", ""],
        "river": [*(words["river"].format(river=one) for one in shorter(river)), ""] if river else [""],
        "place": [spoken.name(one, language) for one in shorter(said.place)] or ["?"],
        "water": _water(said, words, figure, since),
        "where": [
            _sentence(one) for one in _where(said, words, lambda names: [spoken.name(one, language) for one in names])
        ],
        "call": [*(words["call"].format(phone=spoken.digits(one, language)) for one in _phones(said)), ""],
        "rws": [
            words["rws"].format(rws=", ".join(spoken.name(row.rw, language) for row in said.rows)) if said.rows else "",
            "",
        ],
        "reason": [_sentence(one) for one in by_words(spoken.name(said.reason, language).rstrip(". "))],
        "since": [since],
        "time": [words["time"].format(time=spoken.clock(said.at_us, zone, language)), ""],
        "signer": [words["signer"].format(signer=one) if one else "" for one in _signers(said)],
        "why": _why(
            said,
            words,
            spoken.cardinal(said.waited_s / 60, language),
            spoken.name(said.witness.in_(language), language),
        ),
    }
    draft = Draft(words[_form(said)], fields, (), _VOICE_GIVES, _NAMES[said.kind])
    return draft.fitted(spoken.seconds, spoken.LONGEST_S)


def _form(said: _Said) -> str:
    """Which sentence is filled: a flood that was ended while its gauge is silent has not gone down to any figure."""
    if said.kind == "all_clear" and said.unwatched:
        return "unwatched"
    return "ended" if said.kind == "all_clear" and (said.silent or said.value_cm is None) else said.kind


def _common(said: _Said, words: dict[str, str], language: str) -> dict[str, list[str]]:
    """What stays in every text, and what may go of all alike."""
    says = SAYS[language]
    danger = says["silent"] if said.silent and said.kind != "all_clear" else ""
    return {
        "drill": [words["drill"] if said.drill else ""],
        "over": [says["order_over"] if said.order_over else ""],
        "rest": [says["others_hold" if said.others_hold else "no_danger"]],
        "flood": [words["flood"], ""],
        "danger": [danger],
        "doubt": [says["confirmed" if said.confirmed else "unconfirmed"]],
        "ready": ["" if danger or said.order_over or said.level is Level.NORMAL else says[said.level.name], ""],
        "elders": [says["elders"], ""],
    }


def _water(said: _Said, words: dict[str, str], figure: str, since: str) -> list[str]:
    """How high it stands, and how its trend may go."""
    if said.kind == "all_clear":
        last = words["last"] if said.silent else words["height"]
        return [last.format(value=figure)] if said.value_cm is not None else [""]
    if said.silent and said.value_cm is not None:
        return [words[one].format(value=figure, since=since) for one in ("silent_since", "silent", "silent_short")]
    if said.silent:
        return [words["silent_ever"].format(since=since)]
    if said.value_cm is None:
        return [words["unread"]]
    height = words["height"].format(value=figure)
    trend = words[f"trend_{said.trend}"] if said.trend is not None and said.kind != "correction" else ""
    return [height + trend, height]


def _where(said: _Said, words: dict[str, str], spelled: _Spelled) -> list[str]:
    """Where to go, from the place named whole to the muster place that every RW knows as its own."""
    if not said.rows:
        return [words["go_unknown"]]
    places = list(dict.fromkeys(row.muster for row in said.rows))
    if len(places) == 1:
        return [*(words["go"].format(muster=one) for one in spelled(told_apart(places[0]))), words["go_any"]]
    several = [words["each"].format(rw=rw, muster=muster) for rw, muster in _pairs(said.rows, spelled)]
    fewer = [", ".join([*several[:count], words["others"]]) for count in range(len(several) - 1, 0, -1)]
    return [*(words["go_each"].format(each=one) for one in (", ".join(several), *fewer)), words["go_any"]]


def _pairs(rows: Sequence[Impact], spelled: _Spelled) -> list[tuple[str, str]]:
    return [(spelled([row.rw])[0], spelled([row.muster])[0]) for row in rows]


def _why(said: _Said, words: dict[str, str], minutes: str, witness: str) -> list[str]:
    """What an order rests on."""
    if said.ground == "clock":
        return [words[one].format(minutes=minutes) for one in ("clock", "clock_brief", "clock_short")]
    if said.ground == "witness":
        return [words["witness"].format(witness=witness), words["witness_short"], ""] if witness else [""]
    return [""]


def _phones(said: _Said) -> list[str]:
    """As it is written, as it is dialled, and the city's own."""
    wordings = (said.phone, dialled(said.phone), said.profile.emergency_phone, dialled(said.profile.emergency_phone))
    return list(dict.fromkeys(one[:_DIALLED_MOST] if one == dialled(one) else one for one in wordings))


def _signers(said: _Said) -> list[str]:
    """Person and office, the office, nobody. That a machine sent it is said elsewhere."""
    if said.signed_by in {"", AUTOMATIC}:
        return [""]
    whole = plain(said.signed_by)
    return list(dict.fromkeys([whole, whole.rpartition(", ")[2], ""]))


def _time(said: _Said, us: int, language: str) -> str:
    zone_word = plain(said.profile.zone_word)[:_ZONE_MOST]
    return plain(clock_words(us, said.at_us, language, ZoneInfo(said.profile.zone), zone_word))


def _sentence(text: str) -> str:
    return f"{text}." if text and text[-1] not in ".!?" else text
