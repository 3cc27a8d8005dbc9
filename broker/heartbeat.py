"""Whether the other end of a connection is alive, for a reader that sometimes leaves its socket unread on purpose.

paho's own keep-alive takes an answer that nobody has read for one that never came: a service that is far behind would
give up a good connection, again and again, and have everything unacknowledged sent anew each time.
"""

from __future__ import annotations

from contract.clock import SECOND_US


class Heartbeat:
    """One connection. A ping is due `ping_s` after the last one; when nothing has been heard for twice as long, nobody
    is there. The time in which nobody listens proves nothing: it does not count."""

    def __init__(self, ping_s: float, now_us: int) -> None:
        self._every_us = round(ping_s * SECOND_US)
        self._pinged_us = now_us
        self._heard_us = now_us

    def heard(self, now_us: int) -> None:
        """Something came, or nobody listens just now."""
        self._heard_us = now_us

    def ping_due(self, now_us: int) -> bool:
        """Whether to ping now; the next one is then due `ping_s` later."""
        if now_us - self._pinged_us < self._every_us:
            return False
        self._pinged_us = now_us
        return True

    def dead(self, now_us: int) -> bool:
        """Whether nothing was heard for two pings."""
        return now_us - self._heard_us >= 2 * self._every_us
