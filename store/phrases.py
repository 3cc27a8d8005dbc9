"""The port for what people change of the emergency phrases: the city's wording, speakers' signatures, recordings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from contract.phrase import Recording, Signature, Wording
from store.people import Deed


class PhraseStore(Protocol):
    """Each change is kept with its deed in one transaction."""

    def wordings(self, city: str) -> Sequence[Wording]:
        """The city's own sentences, by language and phrase."""

    def word_phrase(self, wording: Wording, deed: Deed) -> None:
        """Keep it instead of the one before; the signature of that one ends. Text "": the file's holds again. Raises
        BadInput as `contract.phrase.check_text`."""

    def phrase_signatures(self, city: str) -> Sequence[Signature]:
        """Those that stand, at most one a language and phrase."""

    def sign_phrase(self, signature: Signature, deed: Deed) -> None:
        """Keep it instead of the one before of that language and phrase. Raises BadInput as
        `contract.phrase.check_speaker` and `check_text`."""

    def end_signature(self, city: str, signature_id: str, deed: Deed) -> bool:
        """It stands no more, and the speaker's name is forgotten. False where none stands: then nothing is written."""

    def recordings(self, city: str) -> Sequence[Recording]:
        """Those that are kept, at most one a language and phrase, by these."""

    def recording(self, city: str, recording_id: str) -> tuple[Recording, bytes] | None:
        """One with its sound; None for one that is not kept."""

    def put_recording(self, recording: Recording, sound: bytes, deed: Deed) -> None:
        """Keep it instead of the one before of that language and phrase. Raises BadInput as
        `contract.phrase.check_speaker` and `check_text`."""

    def end_recording(self, city: str, recording_id: str, deed: Deed) -> bool:
        """Its sound and its speaker's name are forgotten. False where it is not kept: then nothing is written."""
