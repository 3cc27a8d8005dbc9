"""What fits into one text message: the alphabet of GSM 03.38 (3GPP TS 23.038, 6.2.1), and how much of it a text takes.

A text of this alphabet alone has room for 160 septets in one message. One letter outside it, and a phone sends the
whole text in another code, which leaves room for 70.
"""

from __future__ import annotations

import unicodedata

from contract.errors import BadInput

MOST = 160
"""septets of one message"""
BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""one septet each"""
EXTENDED = frozenset("\f^{}\\[~]|€")
"""an escape and a letter: two septets each"""
_ALPHABET = BASIC | EXTENDED
_SPELLED = str.maketrans(
    {
        "‘": "'", "’": "'", "‛": "'", "′": "'", "`": "'", "´": "'", "ʼ": "'", "ʻ": "'",
        "“": '"', "”": '"', "„": '"', "″": '"', "«": '"', "»": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...", "·": ".", "•": "-", "×": "x", "÷": "/", "°": " ", "º": "o", "ª": "a", "№": "No", "©": "(c)",
        "đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ħ": "h", "Ħ": "H", "ı": "i", "œ": "oe", "Œ": "OE", "þ": "th",
        "Þ": "Th", "ð": "d", "Ð": "D", "ŧ": "t", "Ŧ": "T", "ŋ": "ng", "Ŋ": "Ng", "ẞ": "SS",
    }
)  # fmt: skip
_UNSPOKEN = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me", "Sk", "So"})
"""pictures, marks and what cannot be seen: nothing is lost of a name without them"""


def septets(text: str) -> int:
    """How many a text takes. Raises BadInput where a letter of it is not in the alphabet."""
    if not _ALPHABET.issuperset(text):
        raise BadInput(f"{foreign(text)!r} cannot be sent in a plain text message", remedy=f"Write {plain(text)!r}.")
    return len(text) + sum(map(text.count, EXTENDED))


def foreign(text: str) -> str:
    """The letters that are not in the alphabet, each once, as they come."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in _ALPHABET))


def plain(text: str) -> str:
    """The text in the alphabet, on one line: letters without the marks that it has not, signs as they are typed, no
    pictures. A letter of which nothing is left this way is "?", so that it is seen that one is missing."""
    return " ".join("".join(_plainly(letter) for letter in text.translate(_SPELLED)).split())


def _plainly(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter in _ALPHABET:
        return letter
    if unicodedata.category(letter) in _UNSPOKEN:
        return ""
    parts = unicodedata.normalize("NFKD", letter).translate(_SPELLED)
    kept = "".join(part for part in parts if part in _ALPHABET)
    return kept.strip() or "?"
