"""How much one node may say. What is beyond it is left with its node, unread: unanswered, it is sent again later.

A node that keeps to the rules is slowed down by that and loses nothing; one that does not costs next to nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from contract import topics
from contract.clock import HOUR_US, MINUTE_US, SECOND_US
from store.people import SecurityEvent

_REMEMBERED = 10_000
_AGAIN_US = HOUR_US


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What every node may say for ever, and how much more at once: what a pole whose three sensors speak each minute
    measures in four days without a broker, as fast as it is answered. What is said beside readings, births and states
    together, is counted by itself: readings never keep a birth out."""

    readings_per_min: float = 1_000.0
    burst_readings: float = 20_000.0
    messages_per_min: float = 600.0
    burst_messages: float = 200.0

    @classmethod
    def of(cls, readings_per_min: float) -> Rate:
        """All of it in the proportion of the usual rate, but for messages, of which no node has fewer than usual: one
        that measures little has as many births and states, and the broker keeps as much of it for us."""
        usual = cls()
        share = readings_per_min / usual.readings_per_min
        more = max(1.0, share)
        return cls(
            readings_per_min=readings_per_min,
            burst_readings=usual.burst_readings * share,
            messages_per_min=usual.messages_per_min * more,
            burst_messages=usual.burst_messages * more,
        )


@dataclass(slots=True)
class _Purse:
    """What a node may still say."""

    messages: float
    readings: float
    at_us: int
    left: int = 0
    """messages left with the node since `left_since_us`"""
    left_since_us: int = 0
    told_us: int | None = None


class Pace:
    """The rates of a city's nodes. Time is monotonic microseconds, but for that of an event."""

    def __init__(self, city: str, rate: Rate) -> None:
        self._city = city
        self._rate = rate
        self._purses: OrderedDict[tuple[str, bool], _Purse] = OrderedDict()
        self._unruly: dict[tuple[str, bool], int] = {}

    def lets_in(self, topic: str, mono_us: int) -> bool:
        """Whether a message on this topic is read now. What is no node's is no matter of a node's rate."""
        key = _whose(topic)
        if key is None:
            return True
        purse = self._purse(key, mono_us)
        if purse.messages >= 1 and purse.readings > 0:
            purse.messages -= 1
            return True
        self._left(key, purse, mono_us)
        return False

    def read(self, topic: str, readings: int) -> None:
        """So many readings were in a message that was let in: a batch may overdraw, and the next one then waits."""
        key = _whose(topic)
        if key is not None and key in self._purses:
            self._purses[key].readings -= readings

    def unruly(self, now_us: int) -> Sequence[SecurityEvent]:
        """The nodes of which more than a burst of messages was left within a minute: they go on though nobody answers,
        or the broker kept for us what a busy one said while we were away. Each once an hour, until `told`."""
        return [
            SecurityEvent(
                self._city, now_us, "ingest", "too_much", node, "",
                f"sends more than {self._rate.messages_per_min:.0f} messages a minute", count,
            )
            for (node, _), count in self._unruly.items()
        ]  # fmt: skip

    def told(self) -> None:
        """The events of `unruly` have been written down."""
        self._unruly.clear()

    def _left(self, key: tuple[str, bool], purse: _Purse, mono_us: int) -> None:
        if mono_us - purse.left_since_us >= MINUTE_US:
            purse.left, purse.left_since_us = 0, mono_us
        purse.left += 1
        recently = purse.told_us is not None and mono_us - purse.told_us < _AGAIN_US
        if key in self._unruly or (purse.left > self._rate.burst_messages and not recently):
            purse.told_us = mono_us
            self._unruly[key] = self._unruly.get(key, purse.left - 1) + 1

    def _purse(self, key: tuple[str, bool], mono_us: int) -> _Purse:
        rate = self._rate
        purse = self._purses.pop(key, None) or _Purse(rate.burst_messages, rate.burst_readings, mono_us)
        minutes = max(0, mono_us - purse.at_us) / (60 * SECOND_US)
        purse.messages = min(rate.burst_messages, purse.messages + minutes * rate.messages_per_min)
        purse.readings = min(rate.burst_readings, purse.readings + minutes * rate.readings_per_min)
        purse.at_us = mono_us
        self._purses[key] = purse
        if len(self._purses) > _REMEMBERED:
            self._purses.popitem(last=False)
        return purse


def _whose(topic: str) -> tuple[str, bool] | None:
    """The node that speaks there, and whether it is about readings; None where nobody's name can be read."""
    address = topics.parse(topic)
    return None if address is None else (address.node, address.leaf == "readings")
