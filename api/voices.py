"""The emergency phrases of a city for its pages: what each says now, who has signed it, and what staff change of it.
Knows no route."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from api.context import Context
from api.policy import Caller
from cities.phrases import phrases
from contract.bulletin import Bulletin
from contract.phrase import (
    PHRASE_LANGUAGES,
    PHRASES,
    SIGNED_FOR,
    Name,
    PhraseKey,
    PhraseLanguage,
    Recording,
    Signature,
    Spoken,
    Wording,
    as_shown,
    check_text,
    filled,
    phrases_of,
)
from contract.sound import Sound
from store.people import Deed


@dataclass(frozen=True, slots=True)
class Shown:
    """One sentence on a page: with its place filled, and the same in the reader's own language."""

    spoken: Spoken
    said: str
    meaning: str


class Voices:
    """Raises Unavailable where the database is away, and BadInput as `PhraseStore` does."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._book = phrases()

    def every(self) -> Mapping[Name, Spoken]:
        """All sentences as they stand now."""
        cities, city = self._context.cities, self._context.city
        return as_shown(self._book, cities.wordings(city), cities.phrase_signatures(city), cities.recordings(city))

    def to_hear(self, bulletin: Bulletin, reader: str) -> list[Shown]:
        """What the city has recorded of what is to be said of a bulletin; of a speakers' language only what one of them
        has signed."""
        every = self.every()
        own: PhraseLanguage = "en" if reader == "en" else "id"
        found = [every[language, key] for key in phrases_of(bulletin) for language in PHRASE_LANGUAGES]
        return [
            Shown(one, self.fill(one), self.fill(every[own, one.phrase]))
            for one in found
            if one.recording is not None and not one.unchecked
        ]

    def recordings(self) -> Sequence[Recording]:
        """All that are kept, also those of another wording."""
        return self._context.cities.recordings(self._context.city)

    def record(self, caller: Caller, name: Name, text: str, speaker: str, sound: Sound) -> bool:
        """A speaker says the sentence. False where it is not `text` any more: then nothing is kept."""
        if self.every()[name].text != text:
            return False
        recording = Recording(
            id=secrets.token_hex(16), city=self._context.city, language=name[0], phrase=name[1], text=text,
            speaker=" ".join(speaker.split()), media=sound.media, seconds=sound.seconds, size=len(sound.body),
            digest=sha256(sound.body).hexdigest(), by=caller.actor, at_us=self._context.clock.now_us(),
        )  # fmt: skip
        deed = self._deed(caller, "recording.kept", name, speaker=recording.speaker)
        self._context.cities.put_recording(recording, sound.body, deed)
        return True

    def silence(self, caller: Caller, recording_id: str) -> Recording | None:
        """Remove one, and return what it was; None where there is none."""
        found = next((one for one in self.recordings() if one.id == recording_id), None)
        if found is None:
            return None
        deed = self._deed(caller, "recording.removed", (found.language, found.phrase))
        return found if self._context.cities.end_recording(self._context.city, found.id, deed) else None

    def shown(self, language: PhraseLanguage, reader: str, keys: Sequence[PhraseKey] = PHRASES) -> list[Shown]:
        """Those of one language for somebody who reads `reader`."""
        every = self.every()
        own: PhraseLanguage = "en" if reader == "en" else "id"
        return [
            Shown(every[language, key], self.fill(every[language, key]), self.fill(every[own, key])) for key in keys
        ]

    def product(self, language: str, key: PhraseKey) -> str:
        """The product's own Indonesian or English sentence, filled."""
        own: PhraseLanguage = "en" if language == "en" else "id"
        return self.fill(Spoken(own, key, self._book.texts[own, key], own=False, signature=None))

    def fill(self, spoken: Spoken) -> str:
        """The sentence with what a muster place is called in general, and the city's emergency number."""
        muster = self._book.muster[spoken.language]
        return filled(spoken.text, muster=muster, phone=self._context.profile.emergency_phone)

    def word(self, caller: Caller, name: Name, text: str) -> None:
        """The city's own sentence; the file's, word for word or "", takes it back."""
        text = " ".join(text.split())
        if text:
            check_text(name[1], text)
        own = "" if text == self._book.texts[name] else text
        now_us = self._context.clock.now_us()
        wording = Wording(
            city=self._context.city, language=name[0], phrase=name[1], text=own, by=caller.actor, at_us=now_us
        )
        self._context.cities.word_phrase(wording, self._deed(caller, "phrase.worded", name))

    def sign(self, caller: Caller, name: Name, text: str, speaker: str) -> bool:
        """A speaker finds the sentence right. False where it is not `text` any more: then nothing is written."""
        if self.every()[name].text != text:
            return False
        speaker = " ".join(speaker.split())
        signature = Signature(
            id=secrets.token_hex(16), city=self._context.city, language=name[0], phrase=name[1], text=text,
            speaker=speaker, by=caller.actor, at_us=self._context.clock.now_us(),
        )  # fmt: skip
        self._context.cities.sign_phrase(signature, self._deed(caller, "phrase.signed", name, speaker=speaker))
        return True

    def unsign(self, caller: Caller, name: Name) -> bool:
        """The signature of a sentence stands no more. False where it has none."""
        signature = self.every()[name].signature
        deed = self._deed(caller, "phrase.unsigned", name)
        return signature is not None and self._context.cities.end_signature(self._context.city, signature.id, deed)

    def _deed(self, caller: Caller, what: str, name: Name, **personal: str) -> Deed:
        about = "/".join(name)
        facts = {"language": name[0], "phrase": name[1]}
        return Deed(caller.actor, what, about, self._context.clock.now_us(), facts, personal)


def language_named(text: str, otherwise: PhraseLanguage) -> PhraseLanguage:
    """One of ours, else `otherwise`."""
    return text if text in PHRASE_LANGUAGES else otherwise


def name_of(language: str, phrase: str) -> Name | None:
    """Which sentence a path means; None where there is none such."""
    if language not in PHRASE_LANGUAGES or phrase not in PHRASES:
        return None
    return language, phrase


def may_change(name: Name) -> bool:
    """Whether a sentence is the speakers' to word and to sign: Indonesian and English are the product's own."""
    return name[0] in SIGNED_FOR
