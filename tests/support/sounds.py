"""Recordings for tests: a tone in each format, nobody's voice."""

from __future__ import annotations

import io
import math
import struct
import wave
from pathlib import Path

HERE = Path(__file__).parent / "sounds"
MP3 = (HERE / "nada.mp3").read_bytes()
VORBIS = (HERE / "nada-vorbis.ogg").read_bytes()
OPUS = (HERE / "nada-opus.ogg").read_bytes()


def wav(seconds: float = 1.0, hz: int = 8_000) -> bytes:
    """Plain samples, 16 bits, one channel."""
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(hz)
        one = b"".join(struct.pack("<h", int(6_000 * math.sin(math.tau * 400 * n / hz))) for n in range(hz // 10))
        file.writeframes((one * math.ceil(seconds * 10))[: int(seconds * hz) * 2])
    return made.getvalue()
