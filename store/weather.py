"""The port for weather warnings of another office, and for how its feed fares."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from contract.notice import Notice
from contract.weather import WeatherFeed, WeatherWarning

WEATHER = "/weather"
"""whoever asks the other office holds the lease of this name behind the city's"""


class WeatherStore(Protocol):
    """Rows by their identifier; what is there stays as it was said, and may end once."""

    def put_weather(
        self, warning: WeatherWarning, ended: Collection[str], notices: Sequence[Notice], now_us: int
    ) -> bool:
        """Keep a warning, end those that it replaces or takes back, and keep what residents are told of it, all or
        nothing. False, and nothing is written, where it is there already."""

    def weather(self, city: str, since_us: int, *, limit: int = 200) -> Sequence[WeatherWarning]:
        """Those whose time was not over at `since_us`, ended ones among them, the newest first."""

    def note_weather_feed(self, feed: WeatherFeed) -> None:
        """How the feed fares now."""

    def weather_feed(self, city: str) -> WeatherFeed | None:
        """As it was noted last, None where nobody ever asked it."""

    def forget_weather(self, city: str, before_us: int) -> int:
        """Delete warnings whose time was over before. Returns how many went."""
