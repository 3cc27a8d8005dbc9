"""The city's wording of the emergency phrases, who has signed them, and its recordings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from contract.phrase import Recording, Signature, Wording, check_speaker, check_text
from store.city.audit import append, hold_log
from store.city.database import Part
from store.city.schema import phrase_signatures, phrase_wordings, recordings
from store.people import Deed

_ENDED = phrase_signatures.c.ended_us
_ABOUT = [column for column in recordings.c if column.name not in {"sound", "ended_us"}]


class PhraseTables(Part):
    """Wordings and signatures. A signature that has ended stays without its speaker's name."""

    def wordings(self, city: str) -> Sequence[Wording]:
        """See `PhraseStore.wordings`."""
        this = phrase_wordings.c
        query = select(phrase_wordings).where(this.city == city).order_by(this.language, this.phrase)
        with self._db.read() as connection:
            return [Wording(**row) for row in connection.execute(query).mappings()]

    def word_phrase(self, wording: Wording, deed: Deed) -> None:
        """See `PhraseStore.word_phrase`."""
        if wording.text:
            check_text(wording.phrase, wording.text)
        this = phrase_wordings.c
        same = and_(this.city == wording.city, this.language == wording.language, this.phrase == wording.phrase)
        with self._db.write() as connection:
            hold_log(self._db, connection, wording.city)
            connection.execute(delete(phrase_wordings).where(same))
            if wording.text:
                connection.execute(insert(phrase_wordings).values(asdict(wording)))
            _end(connection, _of(wording), deed)
            append(self._db, connection, wording.city, deed)

    def phrase_signatures(self, city: str) -> Sequence[Signature]:
        """See `PhraseStore.phrase_signatures`."""
        this = phrase_signatures.c
        query = select(phrase_signatures).where(this.city == city, this.ended_us.is_(None))
        query = query.order_by(this.language, this.phrase)
        with self._db.read() as connection:
            found = connection.execute(query).mappings()
            return [Signature(**{name: value for name, value in row.items() if name != "ended_us"}) for row in found]

    def sign_phrase(self, signature: Signature, deed: Deed) -> None:
        """See `PhraseStore.sign_phrase`."""
        check_text(signature.phrase, signature.text)
        check_speaker(signature.speaker)
        with self._db.write() as connection:
            hold_log(self._db, connection, signature.city)
            _end(connection, _of(signature), deed)
            connection.execute(insert(phrase_signatures).values(**asdict(signature), ended_us=None))
            append(self._db, connection, signature.city, deed)

    def end_signature(self, city: str, signature_id: str, deed: Deed) -> bool:
        """See `PhraseStore.end_signature`."""
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            this = and_(phrase_signatures.c.city == city, phrase_signatures.c.id == signature_id)
            ended = _end(connection, this, deed)
            if ended:
                append(self._db, connection, city, deed)
        return ended

    def recordings(self, city: str) -> Sequence[Recording]:
        """See `PhraseStore.recordings`."""
        this = recordings.c
        query = select(*_ABOUT).where(this.city == city, this.ended_us.is_(None)).order_by(this.language, this.phrase)
        with self._db.read() as connection:
            return [Recording(**row) for row in connection.execute(query).mappings()]

    def recording(self, city: str, recording_id: str) -> tuple[Recording, bytes] | None:
        """See `PhraseStore.recording`."""
        this = recordings.c
        query = select(recordings).where(this.city == city, this.id == recording_id, this.ended_us.is_(None))
        with self._db.read() as connection:
            found = connection.execute(query).mappings().one_or_none()
        if found is None:
            return None
        about = {name: value for name, value in found.items() if name not in {"sound", "ended_us"}}
        return Recording(**about), bytes(found["sound"])

    def put_recording(self, recording: Recording, sound: bytes, deed: Deed) -> None:
        """See `PhraseStore.put_recording`."""
        check_text(recording.phrase, recording.text)
        check_speaker(recording.speaker)
        this = recordings.c
        same = and_(this.city == recording.city, this.language == recording.language, this.phrase == recording.phrase)
        with self._db.write() as connection:
            hold_log(self._db, connection, recording.city)
            _fall_silent(connection, same, deed)
            connection.execute(insert(recordings).values(**asdict(recording), sound=sound, ended_us=None))
            append(self._db, connection, recording.city, deed)

    def end_recording(self, city: str, recording_id: str, deed: Deed) -> bool:
        """See `PhraseStore.end_recording`."""
        this = and_(recordings.c.city == city, recordings.c.id == recording_id)
        with self._db.write() as connection:
            hold_log(self._db, connection, city)
            ended = _fall_silent(connection, this, deed)
            if ended:
                append(self._db, connection, city, deed)
        return ended


def _fall_silent(connection: Connection, which: ColumnElement[bool], deed: Deed) -> bool:
    values = {"ended_us": deed.at_us, "speaker": "", "sound": b""}
    kept = and_(which, recordings.c.ended_us.is_(None))
    return bool(connection.execute(update(recordings).where(kept).values(values)).rowcount)


def _of(one: Wording | Signature) -> ColumnElement[bool]:
    this = phrase_signatures.c
    return and_(this.city == one.city, this.language == one.language, this.phrase == one.phrase)


def _end(connection: Connection, which: ColumnElement[bool], deed: Deed) -> bool:
    values = {"ended_us": deed.at_us, "speaker": ""}
    standing = and_(which, _ENDED.is_(None))
    return bool(connection.execute(update(phrase_signatures).where(standing).values(values)).rowcount)
