"""Twelve sentences for an emergency in six languages, who has checked them, and the city's own recordings. Pure.

The city's file gives the first wording. Of a language that nobody who speaks it has looked at, each sentence is marked
until a named speaker has signed it as it stands; another wording is another sentence, and is signed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal, get_args

from contract.bulletin import Bulletin
from contract.errors import BadInput
from contract.sound import SoundMedia

PhraseLanguage = Literal["id", "en", "jv", "sas", "mak", "jax"]
"""Indonesian, English, Javanese, Sasak, Makassarese and Jambi Malay, as ISO 639 has them"""
PhraseKey = Literal[
    "water_rises",
    "leave_now",
    "go_to_muster",
    "help_the_old",
    "do_not_cross",
    "power_off",
    "keep_away",
    "trapped",
    "call_help",
    "false_alarm",
    "all_clear",
    "drill",
]
PHRASE_LANGUAGES: tuple[PhraseLanguage, ...] = get_args(PhraseLanguage)
PHRASES: tuple[PhraseKey, ...] = get_args(PhraseKey)
"""in the order in which they are needed"""
SIGNED_FOR: tuple[PhraseLanguage, ...] = ("jv", "sas", "mak", "jax")
"""the languages whose sentences are marked until somebody who speaks them has signed"""
PLACES: Mapping[str, str] = {"go_to_muster": "muster", "call_help": "phone"}
"""phrase -> what is filled in"""
TEXT_MOST = 120
"""characters: what is shouted in one breath"""
SPEAKER_MOST = 80
Name = tuple[PhraseLanguage, PhraseKey]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhraseBook:
    """The file's sentences, and what a muster place is called where nobody names one."""

    texts: Mapping[Name, str]
    muster: Mapping[PhraseLanguage, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The city's own sentence instead of the file's; "" takes it back. `by`: the person who wrote it down."""

    city: str
    language: PhraseLanguage
    phrase: PhraseKey
    text: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """`speaker`, who speaks the language, has found this very `text` right; `by` wrote it down."""

    id: str
    city: str
    language: PhraseLanguage
    phrase: PhraseKey
    text: str
    speaker: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`speaker` says `text`, with a muster place in general where it names one; `by` took it in. `digest` is the
    sound's SHA-256."""

    id: str
    city: str
    language: PhraseLanguage
    phrase: PhraseKey
    text: str
    speaker: str
    media: SoundMedia
    seconds: float
    size: int
    digest: str
    by: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence as it is shown. `own`: the city's wording and not the file's. `signature` and `recording`: of this
    very text."""

    language: PhraseLanguage
    phrase: PhraseKey
    text: str
    own: bool
    signature: Signature | None
    recording: Recording | None = None

    @property
    def unchecked(self) -> bool:
        """Whether it is to be marked."""
        return self.language in SIGNED_FOR and self.signature is None


def check_text(phrase: str, text: str) -> None:
    """Raises BadInput for a sentence that cannot be shown or shouted; `where` is "text"."""
    if not text.strip() or len(text) > TEXT_MOST or not text.isprintable():
        what = "is empty" if not text.strip() else f"is over {TEXT_MOST} characters, or holds odd ones"
        raise BadInput(f"the sentence {what}", where="text", remedy=f"Write at most {TEXT_MOST} plain characters.")
    wanted = [PLACES[phrase]] if phrase in PLACES else []
    try:
        found = [name for _, name, how, turned in Formatter().parse(text) if name is not None or how or turned]
    except ValueError:
        found = ["{"]
    if found != wanted:
        remedy = f"Write {{{wanted[0]}}} once, where it is said." if wanted else "Leave braces out."
        raise BadInput("the places in braces are not those of this phrase", where="text", remedy=remedy)


def check_speaker(speaker: str) -> None:
    """Raises BadInput for a name that is none; `where` is "speaker"."""
    if len(speaker.strip()) < 3 or len(speaker) > SPEAKER_MOST or not speaker.isprintable():
        raise BadInput(
            f"the speaker's name is under 3 or over {SPEAKER_MOST} characters, or holds odd ones",
            where="speaker",
            remedy="Write who speaks the language and from where, as Ibu Sri, Terban.",
        )


def as_shown(
    book: PhraseBook,
    wordings: Iterable[Wording],
    signatures: Iterable[Signature],
    recordings: Iterable[Recording] = (),
) -> Mapping[Name, Spoken]:
    """Every sentence in every language: the city's own wording before the file's, with the signature and the recording
    of that text."""
    own = {(one.language, one.phrase): one.text for one in wordings if one.text}
    signed = {(one.language, one.phrase, one.text): one for one in signatures}
    heard = {(one.language, one.phrase, one.text): one for one in recordings}
    found = dict[Name, Spoken]()
    for name, text in book.texts.items():
        said = own.get(name, text)
        found[name] = Spoken(*name, said, said != text, signed.get((*name, said)), heard.get((*name, said)))
    return found


def filled(text: str, *, muster: str, phone: str) -> str:
    """The sentence with its place filled."""
    return text.replace("{muster}", muster).replace("{phone}", phone)


def phrases_of(bulletin: Bulletin) -> tuple[PhraseKey, ...]:
    """What is to be said of a bulletin, in this order; of a drill, that first."""
    said: tuple[PhraseKey, ...]
    if bulletin.kind == "order":
        said = ("leave_now", "go_to_muster", "help_the_old", "do_not_cross", "power_off")
    elif bulletin.kind == "fact":
        said = ("water_rises", "keep_away")
    else:
        said = ("all_clear",) if bulletin.kind == "all_clear" else ("false_alarm",)
    return ("drill", *said) if bulletin.drill else said
