"""What people send to the city by message: which word it is, and what is kept of it. Pure.

A message is anything: a gauge's name, one figure, a picture, ten kilobytes of hearts. Whatever comes is one of
`INTENTS`, and what nobody can read is `nothing`, never an error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

from contract.place_names import distance

InboundKind = Literal["telegram", "whatsapp", "sms"]
INBOUND_KINDS: tuple[InboundKind, ...] = get_args(InboundKind)
Intent = Literal["level", "yes", "no", "help", "follow", "leave", "info", "start", "nothing"]
"""asks how high the water is · says yes, no, or that help is needed, to the last warning · follows or leaves a place ·
asks what can be asked · opened a conversation, perhaps by a link · said nothing that can be read"""
INTENTS: tuple[Intent, ...] = get_args(Intent)
Said = Literal["yes", "no", "help"]
SAID: tuple[Said, ...] = get_args(Said)
CHANNEL = "answer/"
"""how the channel of every answer begins that waits in the outbox"""

READ_MOST = 400
"""characters of a message that are looked at"""
WORDS_MOST = 12
WORD_MOST = 40
_WORDS: dict[Intent, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "yes": (("1", "ya", "iya"), ("yes",)),
    "no": (("2", "tidak", "nggak", "enggak", "tdk"), ("no",)),
    "help": (("3", "bantu", "bantuan", "tolong", "darurat", "tulung"), ("help", "sos")),
    "follow": (("ikut", "ikuti", "langganan", "daftar"), ("follow", "subscribe")),
    "leave": (("berhenti", "henti", "stop", "keluar", "cabut"), ("unsubscribe", "unfollow", "leave")),
    "info": (("info", "menu", "cara", "bantuannya", "halo", "hai"), ("hello", "hi", "usage")),
    "start": (("mulai",), ("start",)),
}
"""the first word of a message, in Indonesian and in English"""
_FILLING = frozenset({
    "sungai", "kali", "k", "river", "level", "tinggi", "muka", "air", "cek", "berapa", "di", "ke", "pos", "duga",
    "banjir", "the", "at", "of", "how", "high", "water",
})  # fmt: skip
"""words that stand beside a name and are none"""
_MISSPELT_FROM = 5
"""letters; a shorter word with one wrong letter is another word"""
_START = re.compile(r"/start(?:@\w{1,64})?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*\Z")


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as it was understood. `words` are those that may name a place, in lower case; `code` is what a link
    brought along; `language` is the one that the word itself is in, "" where it is in both."""

    intent: Intent
    words: tuple[str, ...] = ()
    code: str = ""
    language: Literal["", "id", "en"] = ""


def heard(text: str) -> Heard:
    """Never raises, whatever the text."""
    text = text[:READ_MOST]
    started = _START.match(text.strip())
    if started:
        return Heard("start", code=started[1] or "")
    words = words_of(text)
    if not words:
        return Heard("info") if "?" in text else Heard("nothing")
    intent, language = _keyword(words[0])
    if intent is None:
        return Heard("level", tuple(one for one in words if one not in _FILLING) or words)
    return Heard(intent, tuple(one for one in words[1:] if one not in _FILLING), "", language)


def words_of(text: str) -> tuple[str, ...]:
    """Letters and figures alone, in lower case, without marks: what stands between them parts words."""
    plain = unicodedata.normalize("NFKD", text[:READ_MOST]).casefold()
    kept = "".join(one if one.isalnum() else "" if unicodedata.combining(one) else " " for one in plain)
    return tuple(one[:WORD_MOST] for one in kept.split()[:WORDS_MOST])


def _keyword(word: str) -> tuple[Intent | None, Literal["", "id", "en"]]:
    for intent, (indonesian, english) in _WORDS.items():
        if word in indonesian:
            return intent, "" if word.isdigit() else "id"
        if word in english:
            return intent, "en"
    if len(word) < _MISSPELT_FROM:
        return None, ""
    for intent, (indonesian, english) in _WORDS.items():
        if any(len(one) >= _MISSPELT_FROM and distance(word, one, 1) <= 1 for one in indonesian):
            return intent, "id"
        if any(len(one) >= _MISSPELT_FROM and distance(word, one, 1) <= 1 for one in english):
            return intent, "en"
    return None, ""


# ------------------------------------------------------------ what is kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A provider that brings messages. `secret` proves that it is it, and salts the digests of its senders. `channel`
    is by which of the city's channels an answer goes, "" where it goes in the reply to the request itself. `follows`:
    the city tells residents by this kind of provider, so that they may follow a place by message.

    Of an SMS gateway: `header` carries the secret; the fields' names; `template` is the reply with `{text}` in it, as
    `form` has it.
    """

    name: str
    kind: InboundKind
    secret: str = field(repr=False)
    channel: str = ""
    follows: bool = False
    header: str = "x-siaga-secret"
    from_field: str = "from"
    text_field: str = "text"
    id_field: str = "id"
    template: str = "{text}"
    form: Literal["text", "xml", "json"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """One message that came. `message` and `sender` are digests that the provider's secret salts. `about` is the node
    or region it was about, "" for none; `answer` what was answered, "" for nothing."""

    city: str
    source: str
    message: str
    sender: str
    at_us: int
    intent: Intent
    about: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo:
    """What somebody says of a warning where they are: one a sender and incident, the last word counts. `bulletin` is
    what they had been told, `place` the region they named or follow, "" where nobody knows."""

    city: str
    incident: str
    sender: str
    bulletin: str
    said: Said
    place: str
    source: str
    at_us: int


@dataclass(frozen=True, slots=True)
class Tally:
    """How many senders said the same of an incident from the same place, and the last of them when."""

    said: Said
    place: str
    count: int
    last_us: int


@dataclass(frozen=True, slots=True)
class Echoes:
    """All of them together. `places`: from where help is asked for, the most first, "" where nobody knows."""

    yes: int = 0
    no: int = 0
    help: int = 0
    last_us: int = 0
    places: Sequence[tuple[str, int]] = ()

    @property
    def count(self) -> int:
        return self.yes + self.no + self.help


def echoes_of(tallies: Iterable[Tally]) -> Echoes:
    """Counted; how many there are of each word, whatever the place."""
    known = list(tallies)
    sums = {word: sum(one.count for one in known if one.said == word) for word in SAID}
    places = sorted(((one.place, one.count) for one in known if one.said == "help"), key=lambda one: (-one[1], one[0]))
    last_us = max((one.last_us for one in known), default=0)
    return Echoes(sums["yes"], sums["no"], sums["help"], last_us, tuple(places))
