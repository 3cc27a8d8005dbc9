"""A short recording of speech: WAV, Ogg or MP3, known by its content, walked through from end to end. Pure.

Nothing is decoded. Of a WAV and an MP3 the sound alone is kept: what else a phone writes beside it (who, where, a
picture) falls away. Sources: RFC 3533 (Ogg), RFC 7845 (Opus in Ogg), Vorbis I, ISO 11172-3 and 13818-3 (MP3).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from contract.errors import BadInput

SoundMedia = Literal["audio/wav", "audio/ogg", "audio/mpeg"]
BYTES_MOST = 1_000_000
SECONDS_MOST = 30.0
SECONDS_LEAST = 0.3
SOUND_CODES: tuple[str, ...] = ("kind", "large", "long", "short", "broken")
"""what may be wrong with a recording; each has its sentence, `sound_wrong_…`"""
_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_HZ = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
"""MPEG version as its two bits say it -> sampling rates"""
_OGG_HEAD = struct.Struct("<4sBBqIIIB")
_LAST = 4


@dataclass(frozen=True, slots=True)
class Sound:
    """What can be played: the bytes to keep, what they are, and for how long they sound."""

    media: SoundMedia
    seconds: float
    body: bytes


def sound_of(data: bytes) -> Sound:
    """Raises BadInput; `where` is one of SOUND_CODES."""
    if len(data) > BYTES_MOST:
        raise BadInput(f"{len(data)} bytes", where="large", remedy=f"At most {BYTES_MOST} bytes: record it shorter.")
    try:
        sound = _read(data)
    except (struct.error, IndexError):
        raise _broken("it ends in the middle") from None
    if sound.seconds > SECONDS_MOST:
        raise BadInput(f"{sound.seconds:.0f} s", where="long", remedy=f"At most {SECONDS_MOST:.0f} seconds.")
    if sound.seconds < SECONDS_LEAST:
        raise BadInput(f"{sound.seconds:.1f} s", where="short", remedy="Say the whole sentence.")
    return sound


def _read(data: bytes) -> Sound:
    if data[:4] == b"RIFF" and data[8:12] == b"WAVE":
        return _wav(data)
    if data[:4] == b"OggS":
        return _ogg(data)
    if data[:3] == b"ID3" or (len(data) > 1 and data[0] == 0xFF and data[1] & 0xE6 == 0xE2):
        return _mp3(data)
    raise BadInput("this is no WAV, Ogg or MP3", where="kind", remedy="Record it as one of these.")


def _broken(what: str) -> BadInput:
    return BadInput(f"the recording is broken: {what}", where="broken", remedy="Record it again.")


def _wav(data: bytes) -> Sound:
    """Plain samples (PCM) alone, as every phone plays them."""
    chunks = dict(_chunks(data))
    if b"fmt " not in chunks or b"data" not in chunks:
        raise _broken("no samples")
    form, channels, hz, byte_rate, block, bits = struct.unpack_from("<HHIIHH", chunks[b"fmt "])
    plain = form == 1 and channels in {1, 2} and bits in {8, 16, 24} and 8_000 <= hz <= 48_000
    if not plain or block != channels * bits // 8 or byte_rate != hz * block:
        raise _broken("its samples are not plain PCM")
    samples = chunks[b"data"][: len(chunks[b"data"]) // block * block]
    head = struct.pack("<HHIIHH", form, channels, hz, byte_rate, block, bits)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head + b"data" + struct.pack("<I", len(samples)) + samples
    body += b"\0" * (len(samples) % 2)
    return Sound("audio/wav", len(samples) / byte_rate, b"RIFF" + struct.pack("<I", len(body)) + body)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if at + 8 + size > len(data):
            raise _broken("it ends in the middle")
        yield name, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _ogg(data: bytes) -> Sound:
    """One stream of Opus or Vorbis, each page of it whole."""
    at = pages = granule = stream = flags = 0
    first = b""
    while at < len(data):
        mark, version, flags, position, serial, number, crc, count = _OGG_HEAD.unpack_from(data, at)
        start = at + _OGG_HEAD.size + count
        end = start + sum(data[at + _OGG_HEAD.size : start])
        if mark != b"OggS" or version or end > len(data) or number != pages or (pages and serial != stream):
            raise _broken(f"page {pages} does not fit")
        if _crc(data[at : at + 22] + b"\0\0\0\0" + data[at + 26 : end]) != crc:
            raise _broken(f"page {pages} was altered")
        if not pages:
            first, stream = data[start:end], serial
        if position != -1:
            if position < granule:
                raise _broken(f"page {pages} goes back in time")
            granule = position
        at, pages = end, pages + 1
    if not flags & _LAST:
        raise _broken("its end is missing")
    return Sound("audio/ogg", _ogg_seconds(first, granule), data)


def _ogg_seconds(first: bytes, granule: int) -> float:
    if first[:8] == b"OpusHead":
        return max(0, granule - int.from_bytes(first[10:12], "little")) / 48_000
    hz = int.from_bytes(first[12:16], "little")
    if first[:7] == b"\x01vorbis" and 8_000 <= hz <= 192_000:
        return granule / hz
    raise _broken("neither Opus nor Vorbis is in it")


def _crc_table() -> tuple[int, ...]:
    made = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        made.append(value & 0xFFFFFFFF)
    return tuple(made)


_CRC = _crc_table()


def _crc(data: bytes) -> int:
    value = 0
    for byte in data:
        value = ((value << 8) & 0xFFFFFFFF) ^ _CRC[(value >> 24) ^ byte]
    return value


def _mp3(data: bytes) -> Sound:
    """Frames of layer III and nothing between them; tags before and behind are left out."""
    at = _behind_tag(data)
    stop = len(data) - 128 if data[-128:-125] == b"TAG" else len(data)
    begin, seconds, frames = at, 0.0, 0
    while at + 4 <= stop:
        length, lasts = _frame(data, at)
        if at + length > stop:
            break
        at, seconds, frames = at + length, seconds + lasts, frames + 1
    if frames < 3:
        raise _broken("no sound is in it")
    return Sound("audio/mpeg", seconds, data[begin:at])


def _behind_tag(data: bytes) -> int:
    if data[:3] != b"ID3":
        return 0
    one, two, three, four = data[6:10]
    if max(one, two, three, four) > 127:
        raise _broken("its first tag does not fit")
    return 10 + (one << 21 | two << 14 | three << 7 | four) + (10 if data[5] & 0x10 else 0)


def _frame(data: bytes, at: int) -> tuple[int, float]:
    """Bytes and seconds of the frame that begins here."""
    second, third = data[at + 1], data[at + 2]
    version, rate, speed = second >> 3 & 3, third >> 4, third >> 2 & 3
    if data[at] != 0xFF or second & 0xE6 != 0xE2 or version == 1 or rate in {0, 15} or speed == 3:
        raise _broken(f"no sound at byte {at}")
    hz = _HZ[version][speed]
    kbps = (_KBPS_1 if version == 3 else _KBPS_2)[rate]
    samples = 1152 if version == 3 else 576
    return samples * kbps * 125 // hz + (third >> 1 & 1), samples / hz
