"""The two failures that cross a port, and the one that bad input raises. Of the first there is a kind that leaves open
what became of it.


Everything else is a bug and ends the process, which its supervisor starts again.
"""

from __future__ import annotations


class PortError(Exception):
    """A port could not do what it was asked."""


class Unavailable(PortError):
    """The other side is away. Keep what you have and try again, with jitter.

    `retry_after_s` is the other side's own wish (HTTP's Retry-After), or None. `mend`: the name of the setting that
    an operator has to mend before it can go well again, or "".
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None, mend: str = "") -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s
        self.mend = mend


class Unanswered(Unavailable):
    """It was sent, and nothing that can be understood came back: it may have been done or not. Ask before sending it
    again."""


class Rejected(PortError):
    """The other side will never take this. Keep it with the reason and go on."""

    def __init__(self, message: str, *, reason: str = "rejected") -> None:
        super().__init__(message)
        self.reason = reason


class BadInput(ValueError):
    """Something a person or a device gave us is wrong.

    The text says what is wrong, where it is and how to mend it, and it is shown as it stands.
    """

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(". ".join(part for part in (f"{where}: {what}" if where else what, remedy) if part))
