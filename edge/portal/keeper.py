"""Keeps the newest copy of the page in both languages, and says what a visitor is to be shown now."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from contract.clock import SECOND_US, Clock
from contract.errors import Rejected, Unavailable
from edge.portal.copy import LANGUAGES, Card, Copy, Language, nothing, shown

Ask = Callable[[Language, Copy | None, int], Copy]
_log = structlog.get_logger("edge.portal")
MISSED = 3
"""so many questions without an answer, and the visitor is told that the city is not heard"""


class Keeper:
    """Safe to share between threads: one asks, many show."""

    def __init__(self, card: Card, ask: Ask, clock: Clock, *, every_s: float, phone: str) -> None:
        """`ask` is given the language, the copy that is here and the wall time, and raises Unavailable or Rejected."""
        self._card = card
        self._ask = ask
        self._clock = clock
        self._stale_us = round(MISSED * every_s * SECOND_US)
        self._phone = phone
        self._lock = threading.Lock()
        self._copies: dict[Language, Copy] = {one: kept for one in LANGUAGES if (kept := card.read(one)) is not None}
        self._heard_us: dict[Language, int] = {}
        self._trouble = ""
        self._card_full = False

    def turn(self) -> bool:
        """Ask once for each language. Whether the city answered."""
        trouble = ""
        for language in LANGUAGES:
            known = self._copies.get(language)
            try:
                fresh = self._ask(language, known, self._clock.now_us())
            except (Unavailable, Rejected) as error:
                trouble = str(error)
                continue
            with self._lock:
                self._copies[language] = fresh
                self._heard_us[language] = self._clock.mono_us()
            if fresh is not known:
                self._keep(language, fresh)
        if trouble != self._trouble and bool(trouble) != bool(self._trouble):
            if trouble:
                _log.warning("portal.city_away", why=trouble)
            else:
                _log.info("portal.city_answers")
        self._trouble = trouble
        return not trouble

    def page(self, language: Language) -> tuple[str, bool]:
        """What a visitor reads, and whether it is as fresh as the city's own."""
        with self._lock:
            copy, heard_us = self._copies.get(language), self._heard_us.get(language)
        if copy is None:
            return nothing(language, self._phone), False
        if heard_us is not None:
            lost_us = self._clock.mono_us() - heard_us
            fresh = lost_us < self._stale_us
            return shown(copy, language, fresh=fresh, lost_us=lost_us), fresh
        # A copy of before the restart. A clock that stands before it knows nothing of how long ago that was.
        since_us = self._clock.now_us() - copy.got_us
        return shown(copy, language, fresh=False, lost_us=since_us if since_us >= 0 else None), False

    def _keep(self, language: Language, copy: Copy) -> None:
        try:
            self._card.write(language, copy)
        except OSError as error:
            if not self._card_full:
                _log.error("portal.card_takes_nothing", why=str(error))
            self._card_full = True
            return
        self._card_full = False
