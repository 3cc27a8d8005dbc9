"""Lines of a spreadsheet, as RFC 4180 has them, in which no cell is a formula. The one place where CSV is written.

A cell that begins with =, +, -, @, a tab or a line's end is a formula to spreadsheets (OWASP, "CSV Injection"): it gets
an apostrophe before it, also where spaces or a full-width sign come first. Every cell stands in double quotes.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "|", "%")
_CONTROL = ("\t", "\r", "\n", "\0")


def cell(text: str) -> str:
    """One cell's text, harmless."""
    plain = unicodedata.normalize("NFKC", text)
    if text.startswith(_CONTROL) or plain.lstrip().startswith(_BEGINS_A_FORMULA):
        return f"'{text}"
    return text


def line(cells: Iterable[str]) -> str:
    """One row with its end."""
    quoted = (cell(one).replace('"', '""') for one in cells)
    return ",".join(f'"{one}"' for one in quoted) + "\r\n"
