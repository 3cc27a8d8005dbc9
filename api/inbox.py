"""An officer's inbox, fifty cases a page. The cards are kept until the desk changes, at most ten seconds.

What belongs to one session is told around them and never kept."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from api.context import Context
from api.kept import Kept, Made
from api.language import Speech
from api.page import Pages
from contract.clock import DAY_US, SECOND_US
from contract.errors import BadInput
from store.cases import NEVER_DUE_US, Case, Inbox, Place, Waiting

SHOWN = 50
GROUPS = ("late", "today", "later", "paused")
HOLDS_US = 10 * SECOND_US
"""how old "terlambat 2 menit" may be, in the city's time"""
BYTES_MOST = 16 * 1024 * 1024
ENTRY_BYTES = 1_024
CARDS_MOST = 2_048
_PLACE = re.compile(r"([01])\.([0-9]{1,19})\.([0-9]{1,19})\.([A-Z0-9-]{1,40})")


@dataclass(frozen=True, slots=True)
class Card:
    """A case in the inbox. `due_us` is what comes next: the first answer, then the end. `agency`: its office's name, ""
    where all cards are of one office; `owner`: who has taken it, by name; `replied`: a resident waits for an answer."""

    case: Case
    group: str
    due_us: int | None
    answer: bool
    reports: int
    agency: str
    owner: str
    replied: bool


@dataclass(frozen=True, slots=True)
class Box:
    """A page of cards as it is shown, how many they are and how many wait in all, and where the next page begins ("":
    nowhere)."""

    html: Markup
    count: int
    waiting: Waiting
    more: str


def due_of(case: Case) -> tuple[int | None, bool]:
    """What is due next, and whether that is the first answer."""
    if case.answered_us is None and case.respond_due_us is not None:
        return case.respond_due_us, True
    return case.finish_due_us, False


def group_of(case: Case, now_us: int) -> str:
    """Under which heading of the inbox it stands."""
    due_us, _ = due_of(case)
    if case.paused_us is not None:
        return "paused"
    if due_us is not None and due_us < now_us:
        return "late"
    return "today" if due_us is not None and due_us < now_us + DAY_US else "later"


def place_text(place: Place) -> str:
    """As the address of the next page has it."""
    return f"{int(place.paused)}.{place.due_us}.{place.opened_us}.{place.number}"


def place_of(text: str) -> Place | None:
    """None for "". Raises BadInput for what none of our pages gave."""
    found = _PLACE.fullmatch(text)
    if found is None or max(int(found[2]), int(found[3])) > NEVER_DUE_US:
        if not text:
            return None
        raise BadInput("the page mark cannot be read", where="lanjut", remedy="Take it from the previous page's link.")
    return Place(found[1] == "1", int(found[2]), int(found[3]), found[4])


class Boxes:
    """One city's. Its method asks the database."""

    def __init__(self, context: Context, pages: Pages) -> None:
        self._context = context
        self._pages = pages
        self._kept: Kept[Box] = Kept(BYTES_MOST)
        self._cards_told: dict[tuple[str, str, bool], tuple[Card, int, Markup]] = {}
        profile = context.profile
        self._agencies = {one.code: one.name for one in profile.agencies}
        self._regions = {one.code: one.name for one in profile.regions}

    def box(self, speech: Speech, wanted: Inbox, after: Place | None) -> Box:
        """The cards of `wanted` behind a place. All that they depend on is in the key."""
        mark = self._context.cities.desk_mark()
        key = (wanted, after, speech.language)
        return self._kept.of(key, mark, speech.now_us, lambda: self._made(speech, wanted, after))

    def _made(self, speech: Speech, wanted: Inbox, after: Place | None) -> Made[Box]:
        cities, now_us = self._context.cities, speech.now_us
        found = cities.inbox(self._context.city, wanted, limit=SHOWN + 1, after=after)
        shown = found[:SHOWN]
        cards = self._cards(shown, speech, by_office=not wanted.agency)
        waiting = cities.waiting(self._context.city, wanted, now_us)
        told = [(one.group, self._told(one, speech)) for one in cards]
        groups = [
            (name, [each for group, (each, _) in told if group == name], getattr(waiting, name)) for name in GROUPS
        ]
        html = self._pages.piece(speech, "petugas_kotak.html", {"groups": groups})
        box = Box(html, len(shown), waiting, place_text(Place.of(shown[-1])) if len(found) > SHOWN else "")
        until_us = min((until_us for _, (_, until_us) in told), default=now_us + HOLDS_US)
        return Made(box, 2 * len(html) + ENTRY_BYTES, until_us)

    def _cards(self, shown: Sequence[Case], speech: Speech, *, by_office: bool) -> list[Card]:
        cities, numbers = self._context.cities, [case.number for case in shown]
        counts, replied = cities.report_counts(numbers), cities.replied(numbers)
        names = self._names({case.owner for case in shown if case.owner})

        def office(case: Case) -> str:
            known = self._agencies.get(case.agency)
            return known.in_(speech.language) if known is not None else case.agency

        return [
            Card(
                case,
                group_of(case, speech.now_us),
                *due_of(case),
                counts.get(case.number, 0),
                office(case) if by_office else "",
                names.get(case.owner, ""),
                case.number in replied,
            )
            for case in shown
        ]

    def _told(self, card: Card, speech: Speech) -> tuple[Markup, int]:
        """The card as it is shown, and until when it says the same."""
        key = (card.case.number, speech.language, bool(card.agency))
        known = self._cards_told.get(key)
        if known is None or known[0] != card or not known[1] <= speech.now_us <= known[1] + HOLDS_US:
            region = self._regions.get(card.case.region, card.case.region)
            html = self._pages.piece(speech, "petugas_kartu.html", {"one": card, "region": region})
            if len(self._cards_told) >= CARDS_MOST:
                self._cards_told.clear()
            known = self._cards_told[key] = (card, speech.now_us, html)
        return known[2], known[1] + HOLDS_US

    def _names(self, owners: set[str]) -> Mapping[str, str]:
        found = ((owner, self._context.people.person(owner)) for owner in owners)
        return {owner: person.name if person is not None else "" for owner, person in found}
