"""Does the ledger close? Judged reading by reading, by number: two wrongs never make a right.

Comparing totals would not do. A reading that was acknowledged and is gone, beside another that is kept while its node
has not heard so yet, leaves every total as it should be.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import create_engine, select

from contract.bulletin import Bulletin
from contract.clock import SECOND_US
from contract.incident import Incident
from faults.result import Result
from faults.truth import Excursion
from firmware_sim import NodeLedger, ledger, waiting
from store.cases import Case
from store.city.schema import events as events_table
from store.city.schema import outbox
from store.ports import CityStore, ReadingStore


class Account(NamedTuple):
    """One node's epoch. `pending`: at the node and not in the store. `duplicated`: rows beyond one a number."""

    stored: int
    pending: int
    lost: int
    duplicated: int


def settle(node: NodeLedger, waiting: frozenset[int], kept: Mapping[int, int]) -> Account:
    """The account of a node that has stopped. `waiting`: the numbers it still holds; `kept`: number -> rows in the
    store. A published reading that the bound dropped may be in the store as well: then nothing is lost."""
    pending = len(waiting - kept.keys())
    missing = node.committed - len(kept) - node.refused - node.dropped - pending
    return Account(len(kept), pending, max(0, missing), sum(kept.values()) - len(kept))


def kept_seqs(readings: ReadingStore, city: str) -> Mapping[tuple[str, str], Mapping[int, int]]:
    """(node, epoch) -> seq -> rows, by reading every row of the store once."""
    found: defaultdict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    since_us = 0
    while rows := readings.received_since(city, since_us):
        for row in rows:
            found[row.series.node, row.epoch][row.seq] += 1
        since_us = rows[-1].received_us + 1
    return found


@dataclass(frozen=True)
class Books:
    """All nodes together. `lost` and `duplicated` are what the promises say must be nothing."""

    committed: int
    stored: int
    refused: int
    dropped: int
    pending: int
    lost: int
    duplicated: int
    cases: int
    cases_twice: int

    def enter(self, result: Result) -> None:
        """Add every reading, and every case that an event has too many, to what a trial has found."""
        result.committed += self.committed
        result.stored += self.stored
        result.refused += self.refused
        result.dropped += self.dropped
        result.pending += self.pending
        result.lost += self.lost
        result.duplicated += self.duplicated + self.cases_twice


def books(city: str, spools: Path, readings: ReadingStore, cities: CityStore) -> Books:
    """The fleet must have stopped. A reading that is kept and whose node has not heard so is stored, not pending."""
    kept = dict(kept_seqs(readings, city))
    sums: Counter[str] = Counter()
    for node in ledger(spools):
        account = settle(node, waiting(spools, node.node), kept.pop((node.node, node.epoch), {}))
        sums["committed"] += node.committed
        sums["stored"] += account.stored
        sums["refused"] += node.refused
        sums["dropped"] += node.dropped
        sums["pending"] += account.pending
        sums["lost"] += account.lost
        sums["duplicated"] += account.duplicated
    if kept:
        raise ValueError(f"readings of nobody's spool: {sorted(kept)}")
    events = Counter(case.event for case in all_cases(city, cities) if case.event is not None)
    return Books(
        committed=sums["committed"],
        stored=sums["stored"],
        refused=sums["refused"],
        dropped=sums["dropped"],
        pending=sums["pending"],
        lost=sums["lost"],
        duplicated=sums["duplicated"],
        cases=len(events),
        cases_twice=sum(number - 1 for number in events.values()),
    )


def all_cases(city: str, cities: CityStore) -> list[Case]:
    """Every case, page after page."""
    found: list[Case] = []
    cursor: str | None = None
    while True:
        page = cities.find_cases(city, cursor=cursor, public_only=False)
        found += page.cases
        cursor = page.next_cursor
        if cursor is None:
            return found


# ---------------------------------------------------------------- what was told of the water


@dataclass(frozen=True)
class FloodBooks:
    """What was opened for the floods that truly happened.

    `missing`: gauges' floods without an incident. `doubled`: incidents, events and cases beyond one for each true
    flood, true event and true event. `untrue`: incidents of a flood that never was. `left_open`: incidents that did not
    end with their flood.
    """

    expected: int
    opened: int
    cases: int
    missing: list[str]
    doubled: list[str]
    untrue: list[str]
    left_open: list[str]


def flood_books(
    true_events: Sequence[Sequence[Excursion]],
    incidents: Sequence[Incident],
    cases: Sequence[Case],
    *,
    began_us: int,
    speed: float,
    slack_s: float,
) -> FloodBooks:
    """Each true flood beside what was opened for it. `incidents` and `cases` are all there are; only floods count.

    An incident belongs to the flood in which its water crossed, give or take `slack_s` of the wall clock.
    """
    floods = [incident for incident in incidents if incident.subject == "flood"]
    cased = Counter(case.event for case in cases if case.event is not None)
    missing: list[str] = []
    doubled: list[str] = []
    left_open: list[str] = []
    claimed: set[str] = set()
    for number, event in enumerate(true_events, start=1):
        opened: set[str] = set()
        for one in event:
            from_us = began_us + round((one.from_s / speed - slack_s) * SECOND_US)
            until_us = None if one.until_s is None else began_us + round((one.until_s / speed + slack_s) * SECOND_US)
            its = [
                incident
                for incident in floods
                if incident.node == one.node
                and from_us <= incident.crossed_us
                and (until_us is None or incident.crossed_us <= until_us)
            ]
            claimed |= {incident.id for incident in its}
            opened |= {incident.event for incident in its}
            if not its:
                missing.append(f"flood {number} of {one.node}")
            if len(its) > 1:
                doubled += [f"flood {number} of {one.node} has {len(its)} incidents"] * (len(its) - 1)
            if one.until_s is not None:
                left_open += [f"{incident.entity} of flood {number}" for incident in its if incident.open]
        if len(opened) > 1:
            doubled += [f"flood {number} has {len(opened)} events"] * (len(opened) - 1)
        filed = sum(cased[event_id] for event_id in opened)
        if opened and not filed:
            missing.append(f"the case of flood {number}")
        if filed > 1:
            doubled += [f"flood {number} has {filed} cases"] * (filed - 1)
    events = {incident.event for incident in floods}
    return FloodBooks(
        expected=len(true_events),
        opened=len(events),
        cases=sum(cased[event] for event in events),
        missing=missing,
        doubled=doubled,
        untrue=[f"{one.entity} at {one.crossed_us}" for one in floods if one.id not in claimed],
        left_open=left_open,
    )


# ---------------------------------------------------------------- what was to be said


def bulletin_books(incidents: Iterable[Incident], bulletins: Iterable[Bulletin]) -> list[str]:
    """What is wrong with what the public was told of its floods, which are over: each has bulletins numbered from 1
    without a gap, begins with a fact, ends with the all-clear, and nothing is told of what nobody kept."""
    told: dict[str, list[Bulletin]] = {}
    for one in bulletins:
        told.setdefault(one.incident, []).append(one)
    wrong = []
    for incident in incidents:
        said = sorted(told.pop(incident.id, []), key=lambda one: one.number)
        kinds = [one.kind for one in said]
        if [one.number for one in said] != list(range(1, len(said) + 1)):
            wrong.append(f"{incident.entity}: numbered {[one.number for one in said]}")
        elif kinds[:1] != ["fact"] or kinds[-1:] != ["all_clear"] or kinds.count("all_clear") != 1:
            wrong.append(f"{incident.entity}: told as {kinds}")
    return wrong + [f"told of {incident}, which nobody kept" for incident in told]


class Said(NamedTuple):
    """One row of the outbox."""

    key: str
    channel: str
    event: str
    state: str


def outbox_rows(city_url: str, city: str) -> list[Said]:
    """Every row of a city's outbox, in order, read from its table."""
    engine = create_engine(city_url)
    try:
        with engine.connect() as connection:
            query = select(outbox.c.key, outbox.c.channel, outbox.c.event, outbox.c.state).where(outbox.c.city == city)
            return [Said(*row) for row in connection.execute(query.order_by(outbox.c.id))]
    finally:
        engine.dispose()


def orphans(city_url: str, city: str) -> list[str]:
    """Rows that speak of an event that was never kept."""
    engine = create_engine(city_url)
    try:
        with engine.connect() as connection:
            known = set(connection.execute(select(events_table.c.id).where(events_table.c.city == city)).scalars())
    finally:
        engine.dispose()
    return [row.key for row in outbox_rows(city_url, city) if row.event and row.event not in known]
