"""Takes cases to the city's own systems, once each, and brings back what is said there.

A case is its own order: whatever is public and has no row at a system that takes it gets a waiting one, so that nothing
is lost between two writes. Before a request leaves, its row says so (`sent_us`). Whoever is killed then, or is not
answered, finds that and asks the system for our number before anything is sent again; where it cannot be asked, a
person says what became of it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import structlog

from complaints.beside import run_beside
from complaints.casework import Casework
from complaints.systems.answers import heard
from complaints.systems.letter import outgoing
from complaints.systems.port import Filed, Line, System, SystemInfo
from complaints.systems.qlue import Qlue
from complaints.systems.taking_in import TakingIn
from contract.city import Profile
from contract.clock import MINUTE_US, SECOND_US, Clock
from contract.errors import Rejected, Unanswered, Unavailable
from store.filings import Feed, Filing, FilingState, Wanted
from store.ports import CityStore

EVERY_S = 5.0
FOREIGN_MOST = 80
SETTLES_S = 60.0
"""how long a system may work on a request before it is asked whether it has it, where its section does not say"""
FIRST_US = 30 * SECOND_US
LONGEST_US = 15 * MINUTE_US
_EARLIER_US = 60 * MINUTE_US
"""how far the other side's clock may be off when our number is looked for"""
_OPEN_MOST = 5_000
_WAITING: tuple[FilingState, ...] = ("waiting",)
_FILED: tuple[FilingState, ...] = ("filed",)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Linked:
    """A system, None where people talk to it and not programs; our categories in its codes; how often it is asked;
    how long it may work on a request before it is asked whether it has it. `source`: it is a feed that is read, and
    takes nothing."""

    info: SystemInfo
    system: System | None
    services: Mapping[str, str]
    poll_s: float = 300.0
    settles_s: float = SETTLES_S
    source: Qlue | None = None

    @property
    def settles_us(self) -> int:
        return round(self.settles_s * SECOND_US)


def pause_us(attempts: int, number: str) -> int:
    """How long to wait after so many attempts: doubled each time up to a quarter of an hour, and not everybody's
    together."""
    whole_us = min(LONGEST_US, FIRST_US << min(attempts, 10))
    return whole_us // 2 + whole_us // 2 * (crc32(f"{number}/{attempts}".encode()) % 1_000) // 1_000


def plain(text: str) -> str:
    """What others wrote, without what is no letter and no line's end, and what no database keeps."""
    return "".join(one for one in text if one.isprintable() or one == "\n").strip()


class Courier:
    """`turn` does what is due once; `run` until told to stop, while this process is the city's engine."""

    def __init__(
        self,
        cities: CityStore,
        profile: Profile,
        systems: Sequence[Linked],
        clock: Clock,
        base_url: str,
        *,
        every_s: float = EVERY_S,
    ) -> None:
        self._cities = cities
        self._profile = profile
        self._systems = tuple(systems)
        self._clock = clock
        self._base_url = base_url
        self._work = Casework(cities, profile)
        self._taking_in = TakingIn(cities, profile)
        self._every_s = every_s

    def run(self, stop: threading.Event, leading: threading.Event, *, pause_s: float = 0.5) -> None:
        """Until `stop`. A store that is away is said once."""
        run_beside(
            self.turn,
            self._clock,
            self._every_s,
            stop,
            leading,
            pause_s=pause_s,
            away="systems.store_away",
            back="systems.store_back",
        )

    def turn(self, now_us: int) -> None:
        """Queue what is new, file what is due, tell and ask. A system that is away keeps no other waiting."""
        for linked in self._systems:
            info = linked.info
            feed = self._cities.put_feed(self._feed(info, now_us))
            if linked.source is None:
                self._cities.queue_filings(feed, Wanted(info.categories, info.unchecked, older=info.desk), now_us)
            try:
                if linked.source is not None:
                    self._read(linked, linked.source, feed, now_us)
                elif linked.system is not None:
                    self._serve(linked, linked.system, feed, now_us)
            except Unavailable:
                raise
            except Exception as error:
                # Whatever another's server says and however we stumble over it, no warning may end with this thread.
                log.exception("system.stumbled", system=info.name)
                self._say(feed, f"{type(error).__name__}: {error}"[:300])

    def _feed(self, info: SystemInfo, now_us: int) -> Feed:
        known = next((one for one in self._cities.feeds(self._profile.code) if one.system == info.name), None)
        return known or Feed(self._profile.code, info.name, now_us)

    def _serve(self, linked: Linked, system: System, feed: Feed, now_us: int) -> None:
        try:
            for filing in self._cities.filings(feed.city, feed.system, _WAITING, due_us=now_us):
                self._file(linked, system, filing, now_us)
            for filing in self._cities.untold(feed.city, feed.system):
                self._tell(system, filing, linked.info, now_us)
            feed = self._poll(linked, system, feed, now_us)
        except Unavailable as error:
            self._say(feed, str(error))
            return
        self._say(feed, "")

    def _read(self, linked: Linked, source: Qlue, feed: Feed, now_us: int) -> None:
        """One page of a feed where it is due. What was said of the last page stands until the next."""
        if now_us - feed.polled_us < linked.poll_s * SECOND_US:
            return
        try:
            page, faults = self._taking_in.take(linked.info, source, feed.cursor, now_us)
        except Unavailable as error:
            self._say(replace(feed, polled_us=now_us), str(error)[:300])
            return
        if faults:
            log.warning("system.unread", system=feed.system, error=faults)
        # Where there is more, the next turn goes on at once.
        more = page.cursor != feed.cursor and (page.reports or page.faults)
        polled_us = feed.polled_us if more else now_us
        self._say(replace(feed, polled_us=polled_us, cursor=page.cursor), faults[:300])

    def _say(self, feed: Feed, said: str) -> None:
        if said and not feed.said:
            log.warning("system.away", system=feed.system, error=said)
        if feed.said and not said:
            log.info("system.back", system=feed.system)
        well_us = feed.well_us if said else self._clock.now_us()
        self._cities.put_feed(replace(feed, said=said, well_us=well_us))

    # ------------------------------------------------------------ filing

    def _file(self, linked: Linked, system: System, filing: Filing, now_us: int) -> None:
        if filing.sent_us is not None:
            found = self._look_up(linked, system, filing, now_us)
            if found is None:
                return
            filing = found
        case = self._cities.case(filing.number)
        if case is None:
            return
        if not case.public or case.status in ("hidden", "duplicate"):
            self._cities.change_filing(replace(filing, state="closed", said="no longer for the public"))
            return
        begun = self._cities.change_filing(
            replace(filing, sent_us=now_us, attempts=filing.attempts + 1, next_us=now_us + linked.settles_us)
        )
        if begun is None:
            return
        reports = list(self._cities.reports(case.number))
        service = linked.services.get(case.category, "")
        told = outgoing(case, reports, self._profile, service, self._base_url)
        try:
            filed = system.file(told)
        except Rejected as error:
            log.warning("system.refused", system=filing.system, number=filing.number, error=str(error))
            self._cities.change_filing(replace(begun, state="refused", sent_us=None, said=str(error)))
        except Unanswered as error:
            self._unanswered(linked, system, begun, str(error), now_us)
            raise
        except Unavailable as error:
            wait_us = now_us + pause_us(begun.attempts, filing.number)
            self._cities.change_filing(replace(begun, sent_us=None, next_us=wait_us, said=str(error)))
            raise
        else:
            self._filed(linked.info, begun, filed, case.updated_us)

    def _look_up(self, linked: Linked, system: System, filing: Filing, now_us: int) -> Filing | None:
        """The filing as it may be sent again, None where it is there, or where nobody can say. Raises Unavailable."""
        if system.same_twice:
            return filing
        if not system.asks:
            stopped = filing.said or "it was stopped while it was being sent"
            self._unanswered(linked, system, filing, stopped, now_us)
            return None
        try:
            found = system.find(filing.number, (filing.sent_us or now_us) - _EARLIER_US)
        except Unavailable as error:
            wait_us = now_us + pause_us(filing.attempts, filing.number)
            self._cities.change_filing(replace(filing, next_us=wait_us, said=str(error)))
            raise
        if found is None:
            return filing
        case = self._cities.case(filing.number)
        self._filed(linked.info, filing, found, case.opened_us if case is not None else now_us)
        return None

    def _unanswered(self, linked: Linked, system: System, filing: Filing, said: str, now_us: int) -> None:
        if system.asks or system.same_twice:
            wait_us = max(now_us + pause_us(filing.attempts, filing.number), now_us + linked.settles_us)
            self._cities.change_filing(replace(filing, next_us=wait_us, said=said))
            return
        log.error("system.unknown", system=filing.system, number=filing.number, error=said)
        self._cities.change_filing(replace(filing, state="unknown", said=said))

    def _filed(self, info: SystemInfo, filing: Filing, filed: Filed, told_us: int) -> None:
        foreign = plain(filed.foreign)
        if not foreign or foreign != filed.foreign or len(foreign) > FOREIGN_MOST:
            self._cities.change_filing(replace(filing, state="unknown", said=f"it gave the number {foreign[:200]!r}"))
            return
        url = filed.url if filed.url.startswith("https://") and filed.url.isprintable() else info.page_of(foreign)
        kept = replace(
            filing,
            state="filed",
            foreign=foreign,
            url=url,
            sent_us=None,
            told_us=told_us,
            said="",
        )
        try:
            self._cities.change_filing(kept)
        except Rejected as error:
            self._cities.change_filing(replace(filing, state="unknown", said=str(error)))
        log.info("system.filed", system=filing.system, number=filing.number, foreign=filed.foreign)

    # ------------------------------------------------------------ both ways

    def _tell(self, system: System, filing: Filing, info: SystemInfo, now_us: int) -> None:
        if filing.next_us > now_us:
            return
        for line in self._cities.updates(filing.number):
            if line.said_us <= filing.told_us:
                continue
            if line.author != info.label:
                told = Line(line.key, line.text.get("id", ""), line.status, line.said_us)
                try:
                    system.update(filing.foreign, told)
                except Rejected as error:
                    log.warning("system.update_refused", system=info.name, number=filing.number, error=str(error))
                except Unavailable as error:
                    wait_us = now_us + pause_us(3, line.key)
                    self._cities.change_filing(replace(filing, next_us=wait_us, said=str(error)))
                    raise
            after = self._cities.change_filing(replace(filing, told_us=line.said_us, said=""))
            if after is None:
                return
            filing = after

    def _poll(self, linked: Linked, system: System, feed: Feed, now_us: int) -> Feed:
        if now_us - feed.polled_us < linked.poll_s * SECOND_US:
            return feed
        standing = self._cities.filings(feed.city, feed.system, _FILED, limit=_OPEN_MOST)
        polled = system.poll([one.foreign for one in standing], feed.cursor, now_us)
        for update in polled.updates:
            filing = self._cities.filing_under(feed.city, feed.system, update.foreign)
            if filing is not None and filing.state in ("filed", "closed"):
                told = replace(
                    update, word=plain(update.word)[:200], text=plain(update.text), id=plain(update.id)[:200]
                )
                result = heard(self._cities, self._work, linked.info, filing, told, now_us)
                if result == "conflict":
                    log.warning("system.conflict", system=feed.system, number=filing.number, word=update.word)
        return self._cities.put_feed(replace(feed, polled_us=now_us, cursor=polled.cursor))
