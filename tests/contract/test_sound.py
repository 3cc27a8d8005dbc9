"""What is taken for a recording, for how long it sounds, and what of it is kept."""

from __future__ import annotations

import random

import pytest
from support.sounds import MP3, OPUS, VORBIS, wav

from contract.errors import BadInput
from contract.sound import BYTES_MOST, SOUND_CODES, sound_of

ID3 = b"ID3\x04\x00\x00\x00\x00\x02\x00" + b"TIT2 rumah Bu Sri".ljust(256, b"\0")


def refused(data: bytes) -> str:
    with pytest.raises(BadInput) as said:
        sound_of(data)
    assert said.value.where in SOUND_CODES
    assert said.value.remedy
    return said.value.where


@pytest.mark.parametrize(
    ("data", "media", "seconds"),
    [
        (wav(1.5), "audio/wav", 1.5),
        (VORBIS, "audio/ogg", 1.0),
        (OPUS, "audio/ogg", 0.8),
        (MP3, "audio/mpeg", 0.94),
    ],
)
def test_each_format_is_known_by_its_content(data: bytes, media: str, seconds: float) -> None:
    """Whatever the file was called."""
    sound = sound_of(data)
    assert sound.media == media
    assert sound.seconds == pytest.approx(seconds, abs=0.01)
    assert sound_of(sound.body) == sound


def test_what_a_phone_writes_beside_the_sound_is_not_kept() -> None:
    """Title, place and pictures of an MP3 and a WAV."""
    assert sound_of(ID3 + MP3 + b"TAG".ljust(128, b"x")).body == sound_of(MP3).body
    plain = wav()
    labelled = plain[:4] + (int.from_bytes(plain[4:8], "little") + 18).to_bytes(4, "little") + plain[8:]
    labelled += b"LIST\x0a\0\0\0INFOrumah!"
    assert sound_of(labelled).body == sound_of(plain).body
    assert b"rumah" not in sound_of(labelled).body


def test_what_is_no_recording_is_refused() -> None:
    """A page, a picture, a film, nothing at all."""
    picture, film = b"\x89PNG\r\n\x1a\n" + bytes(99), b"\0\0\0\x20ftypM4A " + bytes(99)
    for data in (b"", b"<html><script>", picture, film, b"RIFFxxxxAVI "):
        assert refused(data) == "kind"


def test_too_much_is_refused() -> None:
    """Over a megabyte, over thirty seconds, under a third of one."""
    assert refused(wav(1) + bytes(BYTES_MOST)) == "large"
    assert refused(wav(30.1)) == "long"
    assert sound_of(wav(30)).seconds == 30
    assert refused(wav(0.1)) == "short"


def test_something_hidden_behind_the_sound_is_refused() -> None:
    """A file that is two things at once is neither."""
    for data in (MP3, VORBIS, OPUS, wav()):
        assert refused(data + b"<script>alert(1)</script>") == "broken"


@pytest.mark.parametrize("data", [wav(), VORBIS, OPUS, MP3], ids=["wav", "vorbis", "opus", "mp3"])
def test_a_broken_file_is_refused_and_never_more_than_that(data: bytes) -> None:
    """Cut off anywhere, with bytes changed anywhere: it is taken or refused with a reason, and nothing else happens."""
    chance = random.Random(7)
    for _ in range(150):
        bad = bytearray(data[: chance.randrange(1, len(data))] if chance.random() < 0.5 else data)
        for _ in range(chance.randrange(1, 9)):
            bad[chance.randrange(min(len(bad), 600))] = chance.randrange(256)
        told, seconds = "", 0.0
        try:
            seconds = sound_of(bytes(bad)).seconds
        except BadInput as wrong:
            told = wrong.where
        assert told in SOUND_CODES or 0.3 <= seconds <= 30


def test_a_page_of_ogg_that_was_altered_is_seen() -> None:
    """By its own checksum; and one whose end is missing."""
    for data in (VORBIS, OPUS):
        assert refused(data[:-1] + bytes([data[-1] ^ 1])) == "broken"
        assert refused(data[: data.rindex(b"OggS")]) == "broken"
