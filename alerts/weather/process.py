"""The stage: asks BMKG's feed every minute, keeps what concerns the city, and says when the feed is away.

ask the feed → read what is new in it → judge by place and chain → keep it with what residents are told.

One asks a city's feed, by lease. Killed at any instant it asks again: a warning is kept once, by its identifier.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from alerts.weather.cap import Alert, Info, Item
from alerts.weather.feed import Feed
from alerts.weather.judging import concerns, judge
from cities.cells import Cell
from contract.city import Profile
from contract.clock import DAY_US, SECOND_US, Clock
from contract.errors import BadInput, PortError, Unavailable
from contract.weather import WeatherFeed, standing
from store.ports import CityStore, Lease
from store.weather import WEATHER

EVERY_S = 60.0
LONGEST_WAIT_S = 900.0
"""between two tries of a feed that is away"""
KEPT_US = 30 * DAY_US
_LEASE_S = 90.0
_LOOK_S = 0.5
_SPARE = 2
"""requests that an alert may need"""
_SEEN_MOST = 1_000

log = structlog.get_logger(__name__)


class WeatherProcess:
    """`turn` asks once; `run` until told to stop. `cells`: the city's regions as shapes, as they are now."""

    def __init__(
        self,
        *,
        profile: Profile,
        cities: CityStore,
        feed: Feed,
        cells: Callable[[], Sequence[Cell]],
        clock: Clock,
        rng: random.Random,
        holder: str,
        every_s: float = EVERY_S,
    ) -> None:
        self._profile = profile
        self._cities = cities
        self._feed = feed
        self._cells = cells
        self._clock = clock
        self._rng = rng
        self._holder = holder
        self._every_s = every_s
        self._lease: Lease | None = None
        self._seen: dict[Item, None] = {}
        self._fares: WeatherFeed | None = None
        self._failed = 0
        self._loops = 0
        self._holding = 0
        self._due_mono_us = 0
        self._held_mono_us = 0
        self._forgot_us = 0
        self._store_away = False

    def facts(self) -> dict[str, Any]:
        """For the sign of life. `loops` stands still where the process hangs."""
        fares, now_us = self._fares, self._clock.now_us()
        heard_us = None if fares is None else fares.heard_us
        return {
            "loops": self._loops,
            "leading": self._lease is not None,
            "heard_s_ago": None if heard_us is None else round((now_us - heard_us) / SECOND_US),
            "trouble": "" if fares is None else fares.trouble,
            "holding": self._holding,
        }

    def run(self, stop: threading.Event) -> None:
        """Ask until `stop`."""
        try:
            while not stop.wait(_LOOK_S):
                self._loops += 1
                mono_us = self._clock.mono_us()
                if mono_us >= self._due_mono_us:
                    wait_s = self.turn()
                    self._due_mono_us = self._clock.mono_us() + round(wait_s * SECOND_US)
                elif mono_us - self._held_mono_us >= _LEASE_S * SECOND_US / 3:
                    self._guarded(self._hold)
        finally:
            self._release()

    def turn(self) -> float:
        """Ask once. After how many seconds to ask again."""
        wait_s = self._guarded(self._turn)
        return self._later(None) if wait_s is None else wait_s

    def _guarded(self, do: Callable[[], float]) -> float | None:
        """None where the store is away."""
        try:
            done = do()
        except Unavailable as error:
            if not self._store_away:
                log.warning("weather.store_away", error=str(error))
            self._store_away = True
            return None
        if self._store_away:
            log.info("weather.store_back")
        self._store_away = False
        return done

    def _hold(self) -> float:
        """One asks, and whoever is killed is followed within a minute and a half."""
        self._held_mono_us = self._clock.mono_us()
        name = self._profile.code + WEATHER
        self._lease = self._cities.lease(name, self._holder, self._clock.now_us(), _LEASE_S)
        return self._every_s

    def _turn(self) -> float:
        now_us = self._clock.now_us()
        self._hold()
        if self._lease is None:
            return self._every_s
        if self._fares is None:
            self._fares = self._cities.weather_feed(self._profile.code) or WeatherFeed(
                city=self._profile.code, heard_us=None, since_us=now_us
            )
        wait_s = self._ask(self._fares)
        self._holding = len(standing(self._cities.weather(self._profile.code, now_us), now_us))
        if now_us - self._forgot_us > DAY_US:
            self._cities.forget_weather(self._profile.code, now_us - KEPT_US)
            self._forgot_us = now_us
        return wait_s

    # ------------------------------------------------------------ the feed

    def _ask(self, before: WeatherFeed) -> float:
        try:
            items = self._feed.items()
        except (PortError, BadInput) as error:
            self._ail(before, str(error), heard=False)
            return self._later(error.retry_after_s if isinstance(error, Unavailable) else None)
        self._failed = 0
        trouble, left = self._read([one for one in items if one not in self._seen])
        if trouble:
            self._ail(before, trouble, heard=not left)
        else:
            self._heal(before)
        return min(self._every_s, 5.0) if left and not trouble else self._every_s

    def _read(self, new: Sequence[Item]) -> tuple[str, bool]:
        """Read what is new, the oldest sent first. What was wrong last, and whether some of it is left for later."""
        found: list[tuple[Alert, Item]] = []
        trouble, left = "", False
        for item in new:
            if self._feed.room < _SPARE:
                left = True
                break
            try:
                found.append((self._feed.alert(item.link), item))
            except Unavailable as error:
                trouble, left = f"{item.link}: {error}", True
                break
            except BadInput as error:
                trouble = f"{item.link}: {error}"  # asked again: a wall that lets nobody in may open
        for alert, item in sorted(found, key=lambda one: one[0].sent_us):
            trouble = self._take(alert, item) or trouble
        return trouble, left

    def _take(self, alert: Alert, item: Item) -> str:
        """Keep it where it concerns the city. What is wrong with it, "" for nothing."""
        now_us, cells = self._clock.now_us(), self._cells()
        known = self._cities.weather(self._profile.code, now_us - DAY_US)
        if concerns(alert, cells, known):
            if alert.info.unread:
                log.warning("weather.shapes_unread", warning=alert.id, shapes=alert.info.unread)
            try:
                judged = judge(alert, self._english(alert, item), self._profile, cells, known, now_us)
            except BadInput as error:
                return f"{item.link}: {error}"
            if self._cities.put_weather(judged.warning, judged.ended, judged.notices, now_us):
                log.info(
                    "weather.kept", warning=alert.id, kind=alert.kind, severity=judged.warning.severity,
                    regions=list(judged.warning.regions), ended=list(judged.ended), notices=len(judged.notices),
                )  # fmt: skip
        self._saw(item)
        return ""

    def _english(self, alert: Alert, item: Item) -> Info | None:
        if "en" in alert.infos:
            return None
        try:
            found = self._feed.english(item.link)
        except (PortError, BadInput) as error:
            log.warning("weather.no_english", warning=alert.id, error=str(error))
            return None
        return None if found is None or found.id != alert.id else found.info

    def _saw(self, item: Item) -> None:
        self._seen[item] = None
        while len(self._seen) > _SEEN_MOST:
            del self._seen[next(iter(self._seen))]

    # ------------------------------------------------------------ how it fares

    def _ail(self, before: WeatherFeed, trouble: str, *, heard: bool) -> None:
        now_us = self._clock.now_us()
        if not before.trouble:
            log.warning("weather.trouble", city=self._profile.code, trouble=trouble)
        since_us = before.since_us if before.trouble else now_us
        told = replace(before, trouble=trouble[:500], since_us=since_us)
        self._note(replace(told, heard_us=now_us) if heard else told)

    def _heal(self, before: WeatherFeed) -> None:
        now_us = self._clock.now_us()
        if before.trouble:
            log.info("weather.healed", city=self._profile.code)
        since_us = now_us if before.trouble else before.since_us
        self._note(replace(before, heard_us=now_us, trouble="", since_us=since_us))

    def _note(self, fares: WeatherFeed) -> None:
        fares = replace(fares, asked_us=self._clock.now_us())
        self._cities.note_weather_feed(fares)
        self._fares = fares

    def _later(self, retry_after_s: float | None) -> float:
        """Twice as long each time, up to a quarter of an hour, jittered; or as the other side asks."""
        self._failed += 1
        wait_s = min(LONGEST_WAIT_S, self._every_s * 2.0 ** min(self._failed - 1, 10))
        return min(max(retry_after_s or 0.0, wait_s * self._rng.uniform(0.75, 1.0)), LONGEST_WAIT_S)

    def _release(self) -> None:
        if self._lease is not None:
            try:
                self._cities.release(self._lease)
            except PortError as error:
                log.warning("weather.left", error=str(error))
