"""The one function through which a small count reaches the public."""

from __future__ import annotations

SMALLEST_SHOWN = 10
ROUNDED_TO = 5


def public_count(count: int | None) -> str | None:
    """A count as the public sees it: `<10` for a small one, else rounded to the nearest five; None stays None.

    Ten people in a street at night are a group somebody can recognise; a rounded crowd is nobody.
    """
    if count is None:
        return None
    if count < SMALLEST_SHOWN:
        return f"<{SMALLEST_SHOWN}"
    return str(ROUNDED_TO * round(count / ROUNDED_TO))
