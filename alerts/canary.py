"""The canary: what the engine sends through its own broker and waits to hear.

Before a point's silence is blamed on the point, something of ours must have come the way that its readings come. Where
the canary stays out, the broker, its disk or our session is the trouble: that is one fault of the platform, said once
in the log, and never a thousand complaints about WiFi.
"""

from __future__ import annotations

import structlog

from broker.ports import Incoming, Subscription
from contract import topics
from contract.clock import SECOND_US, Clock
from contract.codec import decode, encode
from contract.errors import BadInput
from contract.messages import Canary as Message

_LONGEST_PERIOD_US = 5 * SECOND_US
_PERIODS_IN_REACH = 4

log = structlog.get_logger(__name__)


class Canary:
    """One engine's canary. `sender` tells it from another engine's; `reach_us` is how long the way may go unproven.

    It goes out four times in that reach, at most every five seconds, with the readings' own quality of service, so
    that a broker that confirms nothing and keeps nothing does not pass for one that carries.
    """

    def __init__(self, city: str, sender: str, subscription: Subscription, clock: Clock, reach_us: int) -> None:
        self._city = city
        self._topic = topics.canary(city)
        self._sender = sender
        self._subscription = subscription
        self._clock = clock
        self._reach_us = reach_us
        self._period_us = min(_LONGEST_PERIOD_US, reach_us // _PERIODS_IN_REACH)
        self._sent_mono_us: int | None = None
        self._back_mono_us = clock.mono_us()
        self._missing = False

    @property
    def missing(self) -> bool:
        """Whether it has been out for longer than the way may go unproven."""
        return self._missing

    def fly(self) -> None:
        """Send it where it is due. Call often."""
        mono_us = self._clock.mono_us()
        if self._sent_mono_us is None or mono_us - self._sent_mono_us >= self._period_us:
            message = Message(sender=self._sender, sent_us=self._clock.now_us())
            if self._subscription.publish(self._topic, encode(message), qos=1):
                self._sent_mono_us = mono_us
        if not self._missing and mono_us - self._back_mono_us > max(self._reach_us, 2 * self._period_us):
            self._missing = True
            log.warning("alerts.canary_missing", city=self._city, connected=self._subscription.connected)

    def home(self, message: Incoming) -> int | None:
        """When the canary in this message was sent, by our clock (µs); None where it is not our canary."""
        if message.topic != self._topic:
            return None
        try:
            canary = decode(Message, message.payload)
        except BadInput:
            return None
        if canary.sender != self._sender:
            return None
        self._back_mono_us = self._clock.mono_us()
        if self._missing:
            self._missing = False
            log.info("alerts.canary_back", city=self._city)
        return canary.sent_us
