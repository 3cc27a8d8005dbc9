"""What is said beside the measurements: the order to leave, its end, a confirmation, a correction. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from alerts.orders import Verdict
from alerts.words import Words
from contract.city import Text
from contract.clock import MINUTE_US
from store.ports import Placement

_ORDER = Text(
    "{level} {river} di {place}: {value} cm, {trend}{local}. Pergi SEKARANG ke titik kumpul. {ground}{before} {time}",
    "{level}: {river} at {place} {value} cm, {trend}{local}. Go NOW to the muster place. {ground}{before} {time}",
)
_GROUNDS: Mapping[str, Text] = {
    "witness": Text("Dikuatkan oleh {witness}.", "Borne out by {witness}."),
    "officer": Text("Perintah {signed_by}.", "Ordered by {signed_by}."),
    "clock": Text(
        "Dikirim otomatis: {minutes} menit tanpa jawaban petugas, sensor tetap di atas {level}.",
        "Sent automatically: {minutes} min without an officer's answer, sensor still above {level}.",
    ),
    "clock_confirmed": Text(
        "Dikirim otomatis: {minutes} menit tanpa perintah petugas, sensor tetap di atas {level}.",
        "Sent automatically: {minutes} min without an officer's order, sensor still above {level}.",
    ),
}
_BEFORE = Text(" Sebelumnya dinyatakan keliru oleh petugas {wrong}.", " An officer had called it wrong at {wrong}.")
_CONFIRMED = Text(
    "Dikonfirmasi petugas {said}: {level} {river} di {place}, {value} cm{local}. {signed_by}",
    "Confirmed by an officer at {said}: {level}, {river} at {place} {value} cm{local}. {signed_by}",
)
_CORRECTION = Text(
    "RALAT: peringatan {told} keliru. {reason}. {rest} {river}, {place}. {signed_by}",
    "CORRECTION: the warning of {told} was wrong. {reason}. {rest} {river}, {place}. {signed_by}",
)
_SAFE = Text("Tidak ada bahaya.", "There is no danger.")
_OTHERS = Text("Peringatan lain di sungai ini tetap berlaku.", "Other warnings of this river still hold.")
_OVER = Text(
    "Perintah pergi sudah berakhir: {river} di {place} sekarang {level}{local}, {value} cm. {time}",
    "The order to leave is over: {river} at {place} is now at {level}{local}, {value} cm. {time}",
)
_ALSO_OVER = Text("Perintah pergi sudah berakhir.", "The order to leave is over.")
_LANGUAGES = ("id", "en")


def also_over(text: Mapping[str, str]) -> dict[str, str]:
    """The same, and that people need not leave any more."""
    return {language: f"{text[language]} {_ALSO_OVER.in_(language)}" for language in _LANGUAGES}


def sentence(
    words: Words, verdict: Verdict, place: Placement, *, witness: Text, signed_by: str, told_us: int
) -> dict[str, str]:
    """The full sentence. `witness`: who bears it out; `told_us`: of a correction when the wrong word was told."""
    return {
        language: _sentence(words, verdict, place, language, witness, signed_by, told_us) for language in _LANGUAGES
    }


def _sentence(
    words: Words, verdict: Verdict, place: Placement, language: str, witness: Text, signed_by: str, told_us: int
) -> str:
    at_us = verdict.at_us
    incident = verdict.transition.incident
    values = words.flood_values(verdict.transition, place, language) | {
        "witness": witness.in_(language),
        "signed_by": signed_by,
        "minutes": str(round(verdict.waited_us / MINUTE_US)),
        "time": words.time(at_us, at_us, language),
        "said": words.time(at_us, at_us, language),
        "told": words.time(told_us, at_us, language),
        "wrong": words.time(verdict.was_wrong_us, at_us, language),
        "reason": verdict.reason.strip().rstrip("."),
        "rest": (_SAFE if verdict.alone else _OTHERS).in_(language),
    }
    if verdict.said == "order":
        confirmed = verdict.ground == "clock" and words.stance_of(incident.id).said == "confirmed"
        ground = _GROUNDS["clock_confirmed" if confirmed else verdict.ground].in_(language).format_map(values)
        before = _BEFORE.in_(language).format_map(values) if verdict.was_wrong_us else ""
        return _ORDER.in_(language).format_map(values | {"ground": ground, "before": before})
    text = {"over": _OVER, "confirmed": _CONFIRMED, "correction": _CORRECTION}[verdict.said]
    return text.in_(language).format_map(values)
