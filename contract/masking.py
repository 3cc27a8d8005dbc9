"""What people write about themselves and others, without what names them: identity numbers, telephones, plates. Pure.

It helps the officer who decides what of a report everybody may read; it does not replace them, for no pattern knows a
name. Rather too much is taken out than too little: a house number of four digits stays, a number of nine does not.
"""

from __future__ import annotations

import re

MASK = "▇▇▇"
_LONG = re.compile(r"(?<![\w.,])\+?\(?\d(?:[\s.()/-]{0,2}\d){8,19}(?![\w])")
"""an identity number (NIK) has 16 digits, a telephone 9 to 14, an account 10 to 16, however they are grouped"""
_PLATE = re.compile(r"(?<!\w)[A-Z]{1,2}[\s.-]?\d{1,4}[\s.-]?[A-Z]{1,3}(?!\w)")
"""Indonesian plates: `AB 1234 CD`; upper case alone, so that "RT 3" and "di 2 rumah" stay"""
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_HANDLE = re.compile(r"(?<![\w@])@\w{3,}")
_AREA = re.compile(r"^(?:RT|RW|KM|NO|GG|JL)\b")


def masked(text: str) -> str:
    """The text with a black mark for each of them."""
    text = _MAIL.sub(MASK, text)
    text = _HANDLE.sub(MASK, text)
    text = _LONG.sub(MASK, text)
    return _PLATE.sub(lambda found: found[0] if _AREA.match(found[0]) else MASK, text)
